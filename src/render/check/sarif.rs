//! Findings as SARIF 2.1.0, which code scanning reads.

use std::{
    fmt::Write as _,
    io::{self, Write},
    path::Path,
};

use serde_json::{Value, json};

use super::{CheckReport, LineAt, Spot, explain};
use crate::{
    diagnostic::{Code, Diagnostic},
    render::{OutputStyle, json, prefixed},
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub fn report(
    report: &CheckReport<'_>,
    line_at: &mut LineAt<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let findings = report.findings.kept().iter();
    let results = findings.map(|finding| {
        let (own, related) = report.spots(finding, line_at);
        outcome(finding, &own, &related)
    });
    let version = env!("CARGO_PKG_VERSION");
    let run = json!({
        "tool": {
            "driver": {
                "name": "tokmon",
                "version": version,
                "semanticVersion": version,
                "rules": Code::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
            },
        },
        // Columns count characters; the format's default is 16-bit units.
        "columnKind": "unicodeCodePoints",
        "results": results.collect::<Vec<_>>(),
    });
    json::write(
        &json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}),
        out,
    )
}

/// The severities of findings have the names of SARIF's levels.
fn rule(code: Code) -> Value {
    let meaning = code.meaning();
    let first = meaning.split_inclusive(". ").next().unwrap_or(meaning);
    json!({
        "id": code.id(),
        "name": format!("{code:?}"),
        "shortDescription": {"text": first.trim_end()},
        "fullDescription": {"text": meaning},
        "help": {"text": explain(code, OutputStyle::PLAIN)},
        "defaultConfiguration": {"level": code.severity().into_str()},
    })
}

fn outcome(finding: &Diagnostic, own: &Spot<'_>, related: &[Spot<'_>]) -> Value {
    let code = finding.code;
    let index = Code::ALL.iter().position(|one| *one == code);
    let text = finding.message.clone() + &prefixed("\n", finding.help.as_ref());
    let mut outcome = json!({
        "ruleId": code.id(),
        "ruleIndex": index,
        "level": finding.severity().into_str(),
        "message": {"text": escape_links(&text)},
        "locations": [location(own)],
    });
    if !related.is_empty() {
        let numbered = related.iter().zip(1_u64..).map(|(spot, number)| {
            let mut location = location(spot);
            location["id"] = number.into();
            location
        });
        outcome["relatedLocations"] = numbered.collect();
    }
    outcome
}

fn location(spot: &Spot<'_>) -> Value {
    let mut region = json!({"startLine": spot.line, "startColumn": spot.column});
    if let Some(end) = spot.end_column {
        region["endColumn"] = end.into();
    }
    let artifact = json!({"uri": uri(spot.file)});
    let mut location = json!({
        "physicalLocation": {"artifactLocation": artifact, "region": region},
    });
    if !spot.message.is_empty() {
        location["message"] = json!({"text": escape_links(spot.message)});
    }
    location
}

/// Separates what SARIF would take for a link: `[text](place)`.
fn escape_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// A path as a URI reference, relative where the path is.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if Path::new(path).is_absolute() {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
