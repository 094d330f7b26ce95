//! Findings as SARIF 2.1.0, which code scanning reads. The fields have that format's names.

use std::{
    fmt::Write as _,
    io::{self, Write},
    path::Path,
};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{LineAt, Report, Spot, explain};
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    render::{Style, json},
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    /// Our columns count characters, not the 16-bit units that are the format's default.
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

impl Text {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
}

#[skip_serializing_none]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[skip_serializing_none]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_column: Option<usize>,
}

pub fn report(
    report: &Report<'_>,
    line_at: &mut LineAt<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let findings = report.findings.kept().iter();
    let results = findings.map(|finding| outcome(finding, &report.spots(finding, line_at)));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "tokmon",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: Code::ALL.iter().copied().map(rule).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: results.collect(),
        }],
    };
    json::write(&log, out)
}

fn rule(code: Code) -> Rule {
    let meaning = code.meaning();
    let first = meaning
        .split_inclusive(". ")
        .next()
        .unwrap_or(meaning)
        .trim_end();
    Rule {
        id: code.id(),
        name: format!("{code:?}"),
        short_description: Text::new(first),
        full_description: Text::new(meaning),
        help: Text::new(explain(code, Style::PLAIN)),
        default_configuration: Configuration {
            level: level(code.severity()),
        },
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn outcome(finding: &Diagnostic, spots: &[Spot<'_>]) -> SarifResult {
    let code = finding.code;
    let index = Code::ALL.iter().position(|one| *one == code);
    let help = finding.help.as_ref().map(|help| format!("\n{help}"));
    let text = format!("{}{}", finding.message, help.unwrap_or_default());
    let mut locations: Vec<Location> = spots.iter().map(location).collect();
    let mut related = locations.split_off(locations.len().min(1));
    for (at, location) in related.iter_mut().enumerate() {
        location.id = Some(at + 1);
    }
    SarifResult {
        rule_id: code.id(),
        rule_index: index.unwrap_or_default(),
        level: level(finding.severity()),
        message: Text::new(escape_links(&text)),
        locations,
        related_locations: related,
    }
}

fn location(spot: &Spot<'_>) -> Location {
    Location {
        id: None,
        physical: Physical {
            artifact_location: Artifact {
                uri: uri(spot.file),
            },
            region: Region {
                start_line: spot.line,
                start_column: spot.column,
                end_column: spot.end_column,
            },
        },
        message: (!spot.label.is_empty()).then(|| Text::new(escape_links(spot.label))),
    }
}

/// Text without links such as `[text](place)`.
fn escape_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// A path as a reference that has no other meaning: relative to the folder that the check ran in, if it is.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if Path::new(path).is_absolute() {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
