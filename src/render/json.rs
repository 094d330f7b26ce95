//! The report as JSON, and its schema.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde::Serialize;
use serde_json::{
    Value,
    ser::{Formatter, PrettyFormatter},
};

use super::{Page, sanitize::is_unsafe};
use crate::analysis::StatusReport;

/// Bumped only when a field changes its meaning or is removed; additions do not count.
pub(super) const VERSION: u32 = 1;

/// The state of a token budget, as read from a cost log. Readers ignore keys they do not know.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon status")]
struct StatusDocument<'a> {
    /// The version of this schema.
    schema_version: u32,
    #[serde(flatten)]
    #[schemars(flatten)]
    report: Cow<'a, StatusReport>,
    /// What is wrong with the files, by file and line.
    diagnostics: Vec<StatusFinding<'a>>,
}

/// Something wrong with a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct StatusFinding<'a> {
    /// The stable code.
    code: &'static str,
    /// `error`, `warning` or `note`.
    severity: &'static str,
    /// The file.
    file: &'a str,
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
    /// What is wrong.
    message: &'a str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

/// Writes the whole report.
pub(super) fn report(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics = page
        .findings
        .kept()
        .iter()
        .map(|finding| StatusFinding {
            code: finding.code.id(),
            severity: finding.severity().word(),
            file: page.files.name(finding.place.file),
            line: finding.place.line,
            column: finding.place.column,
            message: &finding.message,
            help: finding.help.as_deref(),
        })
        .collect();
    let document = StatusDocument {
        schema_version: VERSION,
        report: Cow::Borrowed(page.report),
        diagnostics,
    };
    write(&document, out)
}

/// Writes a document with unsafe characters escaped.
pub(super) fn write(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, Escaped(PrettyFormatter::new()));
    document.serialize(&mut serializer)?;
    writeln!(out)
}

/// The JSON Schema (2020-12) of the report, made from its types.
pub fn schema() -> String {
    schema_of::<StatusDocument<'_>>()
}

/// The JSON Schema (2020-12) of a document, made from its types.
pub(super) fn schema_of<T: JsonSchema>() -> String {
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(without_null))
        .into_generator()
        .into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Absent values are left out and never null, which the types do not say.
fn without_null(schema: &mut Schema) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(some)) = schema.get_mut("anyOf") {
        some.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = some.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            schema.extend(only);
        }
    }
}

/// Escapes the unsafe characters that JSON itself would leave as they are.
struct Escaped<'a>(PrettyFormatter<'a>);

impl Formatter for Escaped<'_> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest
            .char_indices()
            .find(|(_, c)| !c.is_ascii() && is_unsafe(*c) || *c == '\u{7f}')
        {
            writer.write_all(rest.get(..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
