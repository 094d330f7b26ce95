//! Tables of a Markdown page. Texts are complete, with Markdown escaped; rows are not padded.

use std::io::{self, Write};

use super::{Cell, OutputStyle, Page, ReportTable, escape_unsafe, sanitize, status};

pub fn page(page: &Page<'_>, tables: &[ReportTable], out: &mut dyn Write) -> io::Result<()> {
    let report = page.report;
    let projects = status::projects(report)
        .map(|projects| format!(": {}", escape(&sanitize(&projects))))
        .unwrap_or_default();
    let what = if report.measure.is_money() {
        "Budget"
    } else {
        "Token budget"
    };
    writeln!(out, "# {what} {}{projects}", report.month)?;
    writeln!(out, "\nLog: {}", escape(&sanitize(&report.log.path)))?;
    for remark in status::remarks(report) {
        writeln!(out, "\n{remark}")?;
    }
    let sentence = status::sentence(report, OutputStyle::PLAIN).into_iter();
    for sentence in sentence.chain(status::action(report, OutputStyle::PLAIN)) {
        writeln!(out, "\n{}", escape(sentence.text()))?;
    }
    let is_shown = |table: &&ReportTable| !table.is_empty() || table.notes().next().is_some();
    for table in tables.iter().filter(is_shown) {
        writeln!(out, "\n## {}", table.title)?;
        if !table.is_empty() {
            writeln!(out)?;
            write_table(table, out)?;
        }
        for note in table.notes() {
            writeln!(out, "\n{note}")?;
        }
    }
    for line in page.reading(OutputStyle::PLAIN) {
        writeln!(out, "\n{}", escape(&line))?;
    }
    for line in status::missing(report) {
        writeln!(out, "\n{line}")?;
    }
    Ok(())
}

fn write_table(table: &ReportTable, out: &mut dyn Write) -> io::Result<()> {
    write_row(table.headings().map(str::to_owned), out)?;
    write_row(
        table
            .numeric()
            .into_iter()
            .map(|number| if number { "---:" } else { "---" }.to_owned()),
        out,
    )?;
    for row in table.rows() {
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
    match cell {
        Cell::Level(level) => level.into_str().to_owned(),
        Cell::Absent => "—".to_owned(),
        // Whole, since no terminal shows it.
        Cell::Text(text) => escape(&escape_unsafe(text)),
        cell => cell.shown(OutputStyle::PLAIN),
    }
}

/// Text with Markdown and HTML escaped, for a cell of a table.
fn escape(text: &str) -> String {
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
    fn markdown_in_text_is_escaped() {
        assert_eq!(
            escape("a|b `c` <!-- & *d* [e](f) \\"),
            "a\\|b \\`c\\` &lt;!-- &amp; \\*d\\* \\[e\\](f) \\\\"
        );
    }
}
