//! Findings as JSON, and its schema.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::Arc,
};

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{CheckExtent, CheckReport, LineAt, Spot};
use crate::{
    diagnostic::{Applicability, Diagnostic, Fix, Severity},
    render::json,
    text::FileId,
};

/// What is wrong with a cost log. Readers ignore keys they do not know.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon check")]
struct CheckDocument<'a> {
    /// The version of this schema.
    schema_version: u32,
    /// The cost log.
    file: &'a str,
    /// How much was looked at.
    looked_at: CheckExtent,
    /// What was found, by file and place.
    findings: Vec<CheckFinding<'a>>,
    /// The edits that `tokmon check --fix` would make. Only with `--fix --dry-run`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<CheckFix<'a>>,
    /// How much was found.
    counts: Counts,
}

/// How much was found, listed or not.
#[derive(Serialize, JsonSchema)]
struct Counts {
    /// What could not be read, and is missing from the sums.
    errors: usize,
    /// What contradicts something else.
    warnings: usize,
    /// What is worth knowing.
    notes: usize,
    /// How much of it `tokmon check --fix` can fix.
    fixable: usize,
    /// How many are not listed, because there are too many.
    not_listed: usize,
}

/// Something wrong.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct CheckFinding<'a> {
    /// The stable code.
    code: &'static str,
    /// The code's readable name.
    name: &'static str,
    /// `error`, `warning` or `note`.
    severity: &'static str,
    /// What is wrong.
    message: &'a str,
    /// The file.
    file: &'a str,
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
    /// The column after the last character, if it is known.
    end_column: Option<usize>,
    /// What is there.
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    /// What to do about it.
    help: Option<&'a str>,
    /// Other places that belong to it.
    related: Vec<Spot<'a>>,
    /// Whether `tokmon check --fix` can fix it.
    fixable: bool,
    /// Which of the fixes resolves it, from 0. Only with `--fix --dry-run`.
    fix: Option<usize>,
}

/// Edits of the cost log that resolve one or several findings.
#[derive(Serialize, JsonSchema)]
struct CheckFix<'a> {
    /// `safe`: no figure and no line is lost.
    applicability: &'static str,
    /// By place. Totals that follow from them are among them.
    edits: Vec<CheckEdit<'a>>,
}

/// Bytes of the cost log that are replaced.
#[derive(Serialize, JsonSchema)]
struct CheckEdit<'a> {
    /// The first byte, from 0.
    start: usize,
    /// The byte behind the last one.
    end: usize,
    /// What replaces them.
    text: &'a str,
}

/// The fixes of findings, each once, with the index of each.
#[derive(Default)]
struct Fixes<'a> {
    all: Vec<CheckFix<'a>>,
    known: HashMap<*const Fix, usize>,
}

impl<'a> Fixes<'a> {
    fn index(&mut self, finding: &'a Diagnostic) -> Option<usize> {
        let fix = finding.fix.as_ref()?;
        let next = self.all.len();
        let index = *self.known.entry(Arc::as_ptr(fix)).or_insert(next);
        if index == next {
            let edits = fix.edits.iter().map(|edit| CheckEdit {
                start: edit.span.start,
                end: edit.span.end,
                text: &edit.text,
            });
            self.all.push(CheckFix {
                applicability: match fix.applicability {
                    Applicability::Safe => "safe",
                    Applicability::Manual => "manual",
                },
                edits: edits.collect(),
            });
        }
        Some(index)
    }
}

pub fn report(
    report: &CheckReport<'_>,
    line_at: &mut LineAt<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let findings = report.findings;
    let mut fixes = Fixes::default();
    let listed = findings.kept().iter().map(|finding| {
        let (own, related) = report.spots(finding, line_at);
        CheckFinding {
            code: finding.code.id(),
            name: finding.code.name(),
            severity: finding.severity().into_str(),
            message: &finding.message,
            file: own.file,
            line: own.line,
            column: own.column,
            end_column: own.end_column,
            label: own.message,
            help: finding.help.as_deref(),
            related,
            fixable: finding.is_fixable(),
            fix: fixes.index(finding),
        }
    });
    let document = CheckDocument {
        schema_version: json::VERSION,
        file: report.files.name(FileId::LOG),
        looked_at: report.extent,
        findings: listed.collect(),
        fixes: fixes.all,
        counts: Counts {
            errors: findings.count(Severity::Error),
            warnings: findings.count(Severity::Warning),
            notes: findings.count(Severity::Note),
            fixable: findings.fixable(),
            not_listed: findings.dropped(),
        },
    };
    json::write(&document, out)
}

/// The JSON Schema (2020-12) of the report, made from its types.
pub fn schema() -> String {
    json::schema_of::<CheckDocument<'_>>()
}
