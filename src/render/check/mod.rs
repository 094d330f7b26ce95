//! Findings as excerpts, JSON, SARIF or workflow commands, and the page on each code. The rules are in `crate::check`.

mod explain;
mod github;
mod json;
mod sarif;

use std::{
    fmt,
    io::{self, Write},
};

pub use explain::{codes, explain};
pub use json::schema;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, LineAt, OutputStyle, count_all, counted};
use crate::{
    diagnostic::{Diagnostic, Findings, Severity},
    model::Tokens,
    render::diagnostics::{bare, excerpt, span_in},
    text::{FileId, Files, Place},
};

const KINDS: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Looked")]
pub struct CheckExtent {
    /// Months with rows or usage lines.
    pub months: usize,
    /// Rows of tables, and usage lines.
    pub rows: u64,
    /// Those of them that say neither tokens nor a cost.
    pub rows_without_figure: u64,
    /// Lines of all files.
    pub lines: u64,
    /// Lines of the projection among them.
    pub projection_lines: u64,
    /// Lines of the archives among them.
    pub archived_lines: u64,
    /// The number of archives that were read.
    pub archives: u64,
}

/// `116 lines, and 5,027 in its archive; 61 rows, 2 of them without a figure, 1 month`.
impl fmt::Display for CheckExtent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let archive = match self.archives {
            1 => "its archive".to_owned(),
            archives => format!("its {archives} archives"),
        };
        let beside = [
            (self.projection_lines, "its projection".to_owned()),
            (self.archived_lines, archive),
        ];
        let in_log = self.lines - self.projection_lines - self.archived_lines;
        f.write_str(&counted(in_log, "line"))?;
        let beside = beside.iter().filter(|(lines, _)| *lines > 0);
        let beside = beside.map(|(lines, file)| format!("{} in {file}", Tokens(*lines)));
        let beside = beside.collect::<Vec<_>>().join(", ");
        if beside.is_empty() {
            f.write_str(", ")?;
        } else {
            write!(f, ", and {beside}; ")?;
        }
        f.write_str(&counted(self.rows, "row"))?;
        if self.rows_without_figure > 0 {
            let without = Tokens(self.rows_without_figure);
            write!(f, ", {without} of them without a figure")?;
        }
        write!(f, ", {}", counted(self.months, "month"))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct CheckReport<'a> {
    pub findings: &'a Findings,
    pub files: &'a Files,
    pub extent: CheckExtent,
}

impl CheckReport<'_> {
    /// Writes the report. Fails if writing fails, and with `Unsupported` for a format that a check does not have.
    pub fn write(
        &self,
        format: Format,
        style: OutputStyle,
        line_at: &mut LineAt<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.write_text(style, line_at, out),
            Format::Json => json::report(self, line_at, out),
            Format::Sarif => sarif::report(self, line_at, out),
            Format::Github => github::report(self, line_at, out),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn write_text(
        &self,
        style: OutputStyle,
        line_at: &mut LineAt<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for finding in self.findings.kept() {
            let text = excerpt(finding, self.files, style, line_at);
            out.write_all(text.as_bytes())?;
        }
        self.summary(style, out)
    }

    /// The number of findings, of lines, and of findings that `--fix` can fix.
    fn summary(&self, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        let extent = self.extent;
        let file = style.text(self.files.name(FileId::LOG));
        let line = match count_all(self.findings) {
            Some(kinds) => format!("{kinds} in {file} ({extent}){}", self.fixable()),
            None => format!("No findings in {file} ({extent})"),
        };
        for line in style.fold(line, 2) {
            writeln!(out, "{}", line.text())?;
        }
        match self.findings.dropped() {
            0 => Ok(()),
            more => writeln!(out, "{more} of them are not listed"),
        }
    }

    /// How much `--fix` can fix.
    fn fixable(&self) -> String {
        let all: usize = KINDS.map(|kind| self.findings.count(kind)).iter().sum();
        match self.findings.fixable() {
            0 => String::new(),
            1 if all == 1 => "; fixable with --fix".to_owned(),
            fixable if fixable == all => "; all of them fixable with --fix".to_owned(),
            fixable => format!("; {fixable} of them fixable with --fix"),
        }
    }

    /// The place of a finding and the related ones. The texts are not sanitized.
    fn spots<'f>(
        &'f self,
        finding: &'f Diagnostic,
        line_at: &mut LineAt<'_>,
    ) -> (Spot<'f>, Vec<Spot<'f>>) {
        let mut spot = |place: &Place, message: &'f str| Spot {
            file: self.files.name(place.file),
            line: place.line,
            column: place.column,
            end_column: line_at(place).and_then(|line| end_column(bare(&line), place)),
            message,
        };
        let own = spot(&finding.place, &finding.label);
        let related = finding.related.iter();
        (
            own,
            related.map(|(place, label)| spot(place, label)).collect(),
        )
    }
}

/// Another place that belongs to a finding.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Related")]
struct Spot<'f> {
    /// The file.
    file: &'f str,
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
    /// The column after the last character, if it is known.
    end_column: Option<usize>,
    /// What is there.
    message: &'f str,
}

fn end_column(line: &str, place: &Place) -> Option<usize> {
    let span = span_in(line, place);
    let is_whole = span.start + place.span.len() <= line.len();
    let text = line.get(span).filter(|_| is_whole)?;
    Some(place.column + text.chars().count())
}
