//! Findings as workflow commands, which GitHub shows beside the lines of a change.

use std::io::{self, Write};

use super::{CheckReport, LineAt};
use crate::{
    diagnostic::{Diagnostic, Severity},
    render::{OutputStyle, joined, prefixed, sanitize},
};

pub fn report(
    report: &CheckReport<'_>,
    line_at: &mut LineAt<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in report.findings.kept() {
        let (own, _) = report.spots(finding, line_at);
        let command = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = format!("{} {}", finding.code.id(), finding.code.name());
        let (file, title) = (property(own.file), property(&title));
        let end = prefixed(",endColumn=", own.end_column);
        let (line, column, text) = (own.line, own.column, data(&message(finding)));
        writeln!(
            out,
            "::{command} file={file},line={line},col={column}{end},title={title}::{text}"
        )?;
    }
    report.summary(OutputStyle::PLAIN, out)
}

/// What is wrong, and on the next line what to do about it.
fn message(finding: &Diagnostic) -> String {
    let text = |text: &String| OutputStyle::PLAIN.text(text);
    let help = finding.help.as_ref().map(text);
    joined([Some(text(&finding.message)), help], "\n")
}

/// A message, with what would end the command escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property, with what would end it escaped.
fn property(text: &str) -> String {
    data(&sanitize(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
