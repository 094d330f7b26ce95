//! Tables as comma-separated values (RFC 4180), with formulas escaped.

use std::io::{self, Write};

use super::ReportTable;

/// Every table with its headings, an empty line between them.
pub fn write(tables: &[ReportTable], out: &mut dyn Write) -> io::Result<()> {
    for (at, table) in tables.iter().filter(|table| !table.is_empty()).enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let mut writer = csv::Writer::from_writer(&mut *out);
        writer.write_record(table.names())?;
        for row in table.rows() {
            let cells = row.iter().map(|cell| match cell.raw() {
                (text, true) => escape_formula(text),
                (figure, false) => figure,
            });
            writer.write_record(cells)?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// Puts an apostrophe before text that a spreadsheet would take for a formula, as OWASP advises against CSV injection. Text that has
/// one there already gets another, so that without one apostrophe it is what the log says.
fn escape_formula(text: String) -> String {
    // Some programs pass over blanks, and take the wide forms of the signs for the signs.
    const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let shown = text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace() || c.is_control());
    if shown.starts_with(SIGNS) || text.starts_with(char::is_control) {
        format!("'{text}")
    } else {
        text
    }
}
