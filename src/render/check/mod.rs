//! What is wrong with a log, as excerpts, JSON, SARIF or workflow commands; and the page on each code.
//! Finds nothing: every finding comes in a report.

mod explain;
mod github;
mod json;
mod sarif;

use std::io::{self, Write};

pub use explain::explain;
pub use json::schema;

use super::{
    Format, LineAt, Style,
    diagnostics::{bare, excerpt, span_in},
};
use crate::{
    diagnostic::{Diagnostic, Findings, Severity},
    text::{FileId, Files, Place},
};

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Months with rows or usage lines.
    pub months: usize,
    /// Rows of tables, and usage lines.
    pub rows: u64,
    /// Lines of all files.
    pub lines: u64,
}

/// All that is wrong with a log.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found, sorted.
    pub findings: &'a Findings,
    /// What the files are called.
    pub files: &'a Files,
    /// How much was looked at.
    pub looked: Looked,
}

impl Report<'_> {
    /// Writes the report. Fails where writing fails, and for a form that it does not have: `Unsupported`.
    pub fn write(
        &self,
        format: Format,
        style: Style,
        line_at: &mut LineAt<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.text(style, line_at, out),
            Format::Json => json::report(self, line_at, out),
            Format::Sarif => sarif::report(self, line_at, out),
            Format::Github => github::report(self, line_at, out),
            Format::Csv | Format::Markdown => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn text(&self, style: Style, line_at: &mut LineAt<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in self.findings.kept() {
            let text = excerpt(finding, self.files, style, line_at);
            out.write_all(text.as_bytes())?;
        }
        self.summary(style, out)
    }

    /// How much was found, in how much, and how much of it can be mended.
    fn summary(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let Looked {
            months,
            rows,
            lines,
        } = self.looked;
        let (rows, lines) = (counted(rows, "row"), counted(lines, "line"));
        let looked = format!("{lines}, {rows}, {}", counted(months as u64, "month"));
        let file = style.text(&self.files.name(FileId::LOG));
        let line = match self.kinds() {
            Some(kinds) => format!("{kinds} in {file} ({looked}){}", self.mended()),
            None => format!("Nothing wrong in {file} ({looked})"),
        };
        for line in style.folded(&line, 2) {
            writeln!(out, "{line}")?;
        }
        match self.findings.dropped() {
            0 => Ok(()),
            more => writeln!(out, "{more} of them are not listed"),
        }
    }

    /// `2 errors, 1 warning and 3 notes`. None where nothing was found.
    fn kinds(&self) -> Option<String> {
        let some = |severity: Severity| match self.findings.count(severity) {
            0 => None,
            count => Some(counted(count as u64, severity.word())),
        };
        let kinds = [Severity::Error, Severity::Warning, Severity::Note];
        let mut kinds: Vec<String> = kinds.into_iter().filter_map(some).collect();
        let last = kinds.pop()?;
        Some(match kinds.join(", ") {
            first if first.is_empty() => last,
            first => format!("{first} and {last}"),
        })
    }

    /// What `--fix` can do about it.
    fn mended(&self) -> String {
        let kinds = [Severity::Error, Severity::Warning, Severity::Note];
        let all: usize = kinds.map(|kind| self.findings.count(kind)).iter().sum();
        match self.findings.fixable() {
            0 => String::new(),
            1 if all == 1 => "; --fix mends it".to_owned(),
            fixable if fixable == all => "; --fix mends all of them".to_owned(),
            fixable => format!("; --fix mends {fixable} of them"),
        }
    }

    /// A finding's places with the files they are in, its own first. The texts are as they are.
    fn spots<'f>(&'f self, finding: &'f Diagnostic, line_at: &mut LineAt<'_>) -> Vec<Spot<'f>> {
        let own = std::iter::once((&finding.place, finding.label.as_str()));
        let related = finding.related.iter();
        let related = related.map(|(place, label)| (place, label.as_str()));
        own.chain(related)
            .map(|(place, label)| Spot {
                file: self.files.name(place.file),
                line: place.line,
                column: place.column,
                end_column: line_at(place).and_then(|line| end_column(bare(&line), place)),
                label,
            })
            .collect()
    }
}

/// A place for programs.
struct Spot<'f> {
    file: &'f str,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    /// Behind the last character. None where that is too far away to be looked up.
    end_column: Option<usize>,
    label: &'f str,
}

fn end_column(line: &str, place: &Place) -> Option<usize> {
    let span = span_in(line, place);
    let is_whole = span.start + place.span.len() <= line.len();
    let text = line.get(span).filter(|_| is_whole)?;
    Some(place.column + text.chars().count())
}

fn counted(count: u64, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}
