//! Sheets as tables of a Markdown page.

use std::io::{self, Write};

use super::{
    Page, overview,
    sheet::{Cell, Sheet},
    theme::Style,
};

/// A title, then each sheet under a heading of its own.
pub(super) fn page(page: &Page<'_>, sheets: &[Sheet], out: &mut dyn Write) -> io::Result<()> {
    let report = page.report;
    writeln!(out, "# Token budget {}", report.month)?;
    if let Some(project) = &report.project {
        writeln!(out, "\nProject: {}", escaped(&Style::text(project)))?;
    }
    for sheet in sheets.iter().filter(|sheet| !sheet.is_empty()) {
        writeln!(out, "\n## {}\n", sheet.title)?;
        table(sheet, out)?;
    }
    if let Some(line) = overview::unreadable(report) {
        writeln!(out, "\n{line}")?;
    }
    Ok(())
}

fn table(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    write_row(sheet.headings().map(str::to_owned), out)?;
    write_row(
        sheet
            .numeric()
            .into_iter()
            .map(|number| if number { "---:" } else { "---" }.to_owned()),
        out,
    )?;
    for row in sheet.rows() {
        write_row(row.into_iter().map(cell), out)?;
    }
    Ok(())
}

fn write_row(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    for cell in cells {
        write!(out, "| {cell} ")?;
    }
    writeln!(out, "|")
}

fn cell(cell: &Cell) -> String {
    let shown = match cell {
        Cell::Level(level) => level.word().to_owned(),
        Cell::Absent => "—".to_owned(),
        cell => cell.shown(Style::PLAIN),
    };
    if matches!(cell, Cell::Text(_)) {
        escaped(&shown)
    } else {
        shown
    }
}

/// Text that means nothing but itself in a cell of a table.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_nothing_but_itself() {
        assert_eq!(
            escaped("a|b `c` <!-- & *d* [e](f) \\"),
            "a\\|b \\`c\\` &lt;!-- &amp; \\*d\\* \\[e\\](f) \\\\"
        );
    }
}
