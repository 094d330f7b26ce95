//! The report as JSON, and its schema.

use std::{
    borrow::Cow,
    io::{self, BufWriter, Write},
};

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;

use super::{Page, is_unsafe};
use crate::{analysis::StatusReport, import::ImportLine, text::masked};

/// Bumped only when a field changes its meaning or is removed; additions do not count.
pub const VERSION: u32 = 1;

/// The state of a token budget, as read from a cost log. Readers ignore keys they do not know.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon status")]
struct StatusDocument<'a> {
    /// The version of this schema.
    schema_version: u32,
    #[serde(flatten)]
    #[schemars(flatten)]
    report: &'a StatusReport,
    /// What is wrong with the files, by file and line.
    diagnostics: Vec<StatusFinding<'a>>,
}

/// Something wrong with a file.
#[skip_serializing_none]
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
    help: Option<&'a str>,
}

pub fn report(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let diagnostics = page
        .findings
        .kept()
        .iter()
        .map(|finding| StatusFinding {
            code: finding.code.id(),
            severity: finding.severity().into_str(),
            file: page.files.name(finding.place.file),
            line: finding.place.line,
            column: finding.place.column,
            message: &finding.message,
            help: finding.help.as_deref(),
        })
        .collect();
    let document = StatusDocument {
        schema_version: VERSION,
        report: page.report,
        diagnostics,
    };
    write(&document, out)
}

/// Writes a document with the unsafe characters escaped that JSON itself would leave as they are.
pub fn write(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    escaped(out, |out| serde_json::to_writer_pretty(out, document))
}

/// The same in one line.
pub fn write_line(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    escaped(out, |out| serde_json::to_writer(out, document))
}

fn escaped<'w>(
    out: &'w mut dyn Write,
    write: impl FnOnce(MaskSecrets<&mut BufWriter<EscapeUnsafe<'w>>>) -> serde_json::Result<()>,
) -> io::Result<()> {
    let mut escaped = BufWriter::new(EscapeUnsafe(out));
    let out = MaskSecrets {
        out: &mut escaped,
        string: None,
    };
    write(out)?;
    writeln!(escaped)?;
    escaped.flush()
}

/// Masks the secrets in each string that a serializer writes. It is given a string in parts, so a string is kept until it ends.
struct MaskSecrets<W> {
    out: W,
    /// The string that has begun, with its first quote.
    string: Option<Vec<u8>>,
}

impl<W: Write> Write for MaskSecrets<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const QUOTE: &[u8] = b"\"";
        match self.string.take() {
            None if bytes == QUOTE => self.string = Some(QUOTE.to_vec()),
            None => self.out.write_all(bytes)?,
            Some(mut string) => {
                string.extend_from_slice(bytes);
                // A quote in a string is written together with its backslash.
                if bytes == QUOTE {
                    self.write_string(&string)?;
                } else {
                    self.string = Some(string);
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> MaskSecrets<W> {
    /// Writes a string, which is searched as it was before it was escaped: a `\n` before a key is no letter of it.
    fn write_string(&mut self, string: &[u8]) -> io::Result<()> {
        let text: String = serde_json::from_slice(string)?;
        match masked(&text) {
            Cow::Owned(masked) => Ok(serde_json::to_writer(&mut self.out, &masked)?),
            Cow::Borrowed(_) => self.out.write_all(string),
        }
    }
}

/// Passes on the UTF-8 of a serializer, with its unsafe characters escaped.
struct EscapeUnsafe<'w>(&'w mut dyn Write);

impl Write for EscapeUnsafe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A serializer writes whole characters, and a buffer passes on whole writes.
        let text = str::from_utf8(bytes).map_err(io::Error::other)?;
        // JSON itself escapes the control characters of ASCII but one.
        let escapes = |c: char| c >= '\x7f' && is_unsafe(c);
        for part in text.split_inclusive(escapes) {
            let kept = part.trim_end_matches(escapes);
            self.0.write_all(kept.as_bytes())?;
            for unit in part.get(kept.len()..).unwrap_or_default().encode_utf16() {
                write!(self.0, "\\u{unit:04x}")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The JSON Schema (2020-12) of the report, made from its types.
pub fn schema() -> String {
    schema_of::<StatusDocument<'_>>()
}

/// The JSON Schema (2020-12) of a document, made from its types.
pub fn schema_of<T: JsonSchema>() -> String {
    generated::<T>(settings().with_transform(RecursiveTransform(without_null)))
}

/// The same of a document in which a value may be null.
pub fn schema_with_null<T: JsonSchema>() -> String {
    generated::<T>(settings())
}

/// The schema of a line that `tokmon import jsonl` reads: what has a default may be absent.
pub fn import_line_schema() -> String {
    let settings = SchemaSettings::draft2020_12();
    generated::<ImportLine<'_>>(settings.with_transform(RecursiveTransform(without_null)))
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().for_serialize()
}

fn generated<T: JsonSchema>(settings: SchemaSettings) -> String {
    let schema = settings.into_generator().into_root_schema_for::<T>();
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
