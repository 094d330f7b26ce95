//! Sheets as tables of a Markdown page. Texts are whole, and mean nothing but themselves; rows are not padded.

use std::io::{self, Write};

use super::{
    Page, overview, safe,
    sheet::{Cell, Sheet},
    theme::Style,
};

/// A title, then each sheet under a heading of its own.
pub(super) fn page(page: &Page<'_>, sheets: &[Sheet], out: &mut dyn Write) -> io::Result<()> {
    let report = page.report;
    let projects = overview::projects(report)
        .map(|projects| format!(": {}", escaped(&safe::line(&projects))))
        .unwrap_or_default();
    writeln!(out, "# Token budget {}{projects}", report.month)?;
    writeln!(out, "\nLog: {}", escaped(&safe::line(&report.log.path)))?;
    for remark in overview::remarks(report) {
        writeln!(out, "\n{remark}")?;
    }
    for sheet in sheets.iter().filter(|sheet| !sheet.is_empty()) {
        writeln!(out, "\n## {}\n", sheet.title)?;
        table(sheet, out)?;
        for note in sheet.notes() {
            writeln!(out, "\n{note}")?;
        }
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
