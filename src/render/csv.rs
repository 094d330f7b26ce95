//! Sheets as comma-separated values (RFC 4180), inert in a spreadsheet.

use std::io::{self, Write};

use super::sheet::Sheet;

/// Every sheet with its headings, an empty line between them.
pub(super) fn sheets(sheets: &[Sheet], out: &mut dyn Write) -> io::Result<()> {
    for (at, sheet) in sheets.iter().filter(|sheet| !sheet.is_empty()).enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let mut writer = csv::Writer::from_writer(&mut *out);
        writer.write_record(sheet.names())?;
        for row in sheet.rows() {
            let cells = row.iter().map(|cell| match cell.raw() {
                (text, true) => inert(text),
                (figure, false) => figure,
            });
            writer.write_record(cells)?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// Text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises for CSV injection.
fn inert(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) {
        format!("'{text}")
    } else {
        text
    }
}
