//! Everything that is wrong with a settings file, as findings with their places.

use std::{borrow::Cow, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    diagnostic::{Code, Diagnostic},
    text::{FileId, Place, Source, Span},
};

/// The maximum number of problems reported one by one.
const MAX_PROBLEMS: usize = 50;

/// The maximum number of characters of a name or a value that a message repeats.
const MAX_REPEATED: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// In the order of the file.
    pub found: Vec<Diagnostic>,
    /// The search ended early, so there may be more.
    pub incomplete: bool,
}

pub struct ProblemList<'s> {
    source: &'s Source,
    /// What can be read of the file.
    pub table: DeTable<'s>,
    found: Vec<Diagnostic>,
}

impl<'s> ProblemList<'s> {
    pub const fn new(source: &'s Source, table: DeTable<'s>) -> Self {
        Self {
            source,
            table,
            found: Vec::new(),
        }
    }

    pub fn add(
        &mut self,
        span: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let problem = Diagnostic::new(Code::InvalidSetting, message.into(), self.place(span));
        self.found.push(problem.label("here").help(help));
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let shift = self.source.body_start();
        let start = self.source.line_column(span.start + shift);
        Place {
            file: FileId::SETTINGS,
            span: Span::new(span.start + shift, span.end + shift),
            line: start.line,
            column: start.column,
            line_start: self.source.line_start(start.line).max(shift),
        }
    }

    /// Adds a problem with the value of a key in nested tables, an index being one of an array, or with the innermost that there is.
    pub fn add_at(&mut self, path: &[&str], message: impl Into<String>, help: impl Into<String>) {
        let span = self.values(path).last().unwrap_or(0..0);
        self.add(&span, message, help);
    }

    /// The place of the value of a key in nested tables, an index being one of an array.
    pub fn place_of(&self, path: &[&str]) -> Option<Place> {
        let span = self.values(path).nth(path.len().checked_sub(1)?)?;
        Some(self.place(&span))
    }

    /// The spans of the values along a path, up to the first that is missing.
    fn values(&self, path: &[&str]) -> impl Iterator<Item = Range<usize>> {
        let mut within: Option<&DeValue<'_>> = None;
        path.iter().map_while(move |key| {
            let value = match within {
                None => self.table.get(*key),
                Some(DeValue::Table(table)) => table.get(*key),
                Some(DeValue::Array(array)) => key.parse().ok().and_then(|at: usize| array.get(at)),
                Some(_) => None,
            }?;
            within = Some(value.get_ref());
            Some(value.span())
        })
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.found.len() >= MAX_PROBLEMS
    }

    /// Adds an error of serde, and takes the entry at fault out of the table, so that reading it again finds the next error.
    /// False if there is no such entry.
    pub fn add_error(&mut self, error: &toml::de::Error) -> bool {
        let (span, message) = (error.span().unwrap_or_default(), error.message());
        let Some((key, value)) = take_entry(&mut self.table, &span) else {
            self.add(&span, message, "correct or remove it");
            return false;
        };
        let expected = message
            .rsplit_once("expected ")
            .map_or("", |(_, rest)| rest);
        if message.starts_with("unknown field") {
            let known: Vec<_> = expected.split('`').skip(1).step_by(2).collect();
            self.add(
                &span,
                format!("unknown key `{}`", brief(&key)),
                nearest(&key, &known),
            );
            return true;
        }
        let is_item = value.span() != span;
        let found = match value.get_ref() {
            DeValue::Table(_) if !is_item => "a table",
            DeValue::Array(_) if !is_item => "a list",
            _ => self.source.body().get(span.clone()).unwrap_or_default(),
        };
        let message = if found == key {
            format!("`{}` cannot be used here", brief(&key))
        } else {
            format!("`{}` cannot be {}", brief(&key), brief(found))
        };
        let help = match expected {
            "a sequence" if found == "a table" => {
                "write a table of a list, with two brackets: `[[…]]`".to_owned()
            }
            "a sequence" => "write a list like [\"A\", \"B\"]".to_owned(),
            "a string" => "write a name in quotes".to_owned(),
            "a boolean" => "write true or false".to_owned(),
            table if table == "a map" || table.starts_with("struct ") => {
                format!("write a table: `{} = {{ … }}`", brief(&key))
            }
            other => format!("write {other}"),
        };
        self.add(&span, message, help);
        true
    }

    pub fn finish(mut self) -> Problems {
        self.found.sort_by_key(|problem| problem.place.span.start);
        Problems {
            incomplete: self.is_full(),
            found: self.found,
        }
    }
}

/// Takes out the entry whose key or value has this span, or whose list has an item with it.
fn take_entry<'i>(
    table: &mut DeTable<'i>,
    span: &Range<usize>,
) -> Option<(String, Spanned<DeValue<'i>>)> {
    let mut entries = table.iter();
    let found = entries.find(|(key, value)| {
        let items = value.get_ref().as_array().into_iter().flatten();
        key.span() == *span
            || value.span() == *span
            || items.map(Spanned::span).any(|item| item == *span)
    });
    let Some((key, _)) = found else {
        return table
            .iter_mut()
            .find_map(|(_, value)| match value.get_mut() {
                DeValue::Table(table) => take_entry(table, span),
                DeValue::Array(items) => {
                    let tables = items.iter_mut().map(Spanned::get_mut);
                    let mut tables = tables.filter_map(|item| match item {
                        DeValue::Table(table) => Some(table),
                        _ => None,
                    });
                    tables.find_map(|table| take_entry(table, span))
                }
                _ => None,
            });
    };
    let key = key.clone();
    let value = table.remove(&key)?;
    Some((key.into_inner().into_owned(), value))
}

/// What to write instead of an unknown key.
fn nearest(key: &str, known: &[&str]) -> String {
    let distance = |known: &&&str| strsim::damerau_levenshtein(key, known);
    let candidates = known.iter().filter(|_| key.len() <= MAX_REPEATED);
    let near = candidates.min_by_key(distance);
    match near.filter(|known| distance(known) <= 2.max(key.len() / 3)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: `{}`", known.join("`, `")),
    }
}

/// The start of a name or a value.
pub fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_REPEATED) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}
