//! The values of a settings file: each read as what it should be, or told as what is wrong with it.

use std::{borrow::Cow, ops::Range, path::PathBuf};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Problems;
use crate::{
    diagnostic::{Code, Diagnostic},
    log::cell,
    model::{Amount, Currency, ModelPrice, Money, Price, Tokens},
    text::{FileId, Place, Source, Span},
};

/// The most problems that are told one by one.
const MOST_PROBLEMS: usize = 50;

/// The most of a name or a value that a message repeats, in characters.
const MOST_REPEATED: usize = 40;

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A table of known keys.
pub(super) struct Known {
    /// The keys that lead to it, with dots.
    pub(super) header: &'static str,
    pub(super) keys: &'static [&'static str],
    /// A line that may stand in it.
    pub(super) example: &'static str,
}

/// A problem whose place is not worked out yet.
struct Problem {
    span: Range<usize>,
    message: String,
    label: &'static str,
    help: String,
}

#[derive(Default)]
pub(super) struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    /// A table of known keys, where there is one.
    pub(super) fn table<'t, 'i>(
        &mut self,
        parent: &'t DeTable<'i>,
        known: &Known,
    ) -> Option<&'t DeTable<'i>> {
        let Known {
            header,
            keys,
            example,
        } = known;
        let key = header.rsplit('.').next()?;
        let help = format!("write a table `[{header}]` with `{example}`");
        let table = self.as_table(parent.get(key)?, &help)?;
        self.known_keys(table, keys);
        Some(table)
    }

    pub(super) fn as_table<'t, 'i>(
        &mut self,
        value: &'t Value<'i>,
        help: &str,
    ) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.misplaced(value, "a table", help);
        }
        table
    }

    pub(super) fn known_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
        {
            let name = key.get_ref();
            let distance = |known: &&&str| strsim::damerau_levenshtein(name, known);
            let nearest = known
                .iter()
                .filter(|_| name.len() <= MOST_REPEATED)
                .min_by_key(distance);
            let near = nearest.filter(|known| distance(known) <= 2.max(name.len() / 3));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "known here: {}",
                    known
                        .iter()
                        .map(|key| format!("`{key}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            };
            self.problem(
                key.span(),
                format!("unknown key `{}`", brief(name)),
                "not known",
                &help,
            );
        }
    }

    pub(super) fn tokens(&mut self, value: &Value<'_>) -> Option<Tokens> {
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::String(text) => text.as_ref(),
            _ => return self.wrong_type(value, "a number of tokens like 200_000 or \"200K\""),
        };
        match cell::tokens(text) {
            Ok(Some(cell::TokenCell {
                used: Amount { value: tokens, .. },
                from: None,
                limit: None,
            })) => Some(tokens),
            _ => self.wrong_type(value, "a number of tokens like 200_000 or \"200K\""),
        }
    }

    pub(super) fn money(&mut self, value: &Value<'_>) -> Option<Money> {
        let expected = "an amount of money like 25.50 or \"25.50 EUR\"";
        let Ok(Some(money)) = cell::money(decimal(value).unwrap_or_default()) else {
            return self.wrong_type(value, expected);
        };
        Some(Money {
            nanos: money.amount.value.into(),
            currency: money.currency.unwrap_or(Currency::USD),
        })
    }

    pub(super) fn price(&mut self, value: &Value<'_>) -> Option<ModelPrice> {
        let expected = "a price per 1,000 tokens like 0.003 or \"0.003 EUR\"";
        let read = || {
            let (picos_per_token, currency) = cell::price(decimal(value)?, Tokens(1_000))?;
            Some(ModelPrice::from(Price {
                picos_per_token,
                currency: currency.unwrap_or(Currency::USD),
            }))
        };
        read().or_else(|| self.wrong_type(value, expected))
    }

    pub(super) fn integer(&mut self, value: &Value<'_>, least: i32, most: i32) -> Option<i32> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i32::from_str_radix(number.as_str(), number.radix()).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        number.or_else(|| self.wrong_type(value, &format!("a whole number from {least} to {most}")))
    }

    pub(super) fn flag(&mut self, value: &Value<'_>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        flag.or_else(|| self.wrong_type(value, "true or false"))
    }

    pub(super) fn path(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        match value.get_ref().as_str() {
            Some(path) if !path.is_empty() => Some(PathBuf::from(path)),
            _ => self.wrong_type(value, "a path in quotes"),
        }
    }

    pub(super) fn strings(&mut self, value: &Value<'_>) -> Option<Vec<(String, Range<usize>)>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.wrong_type(value, "a list of names like [\"A\", \"B\"]");
        };
        let strings = array
            .iter()
            .filter_map(|item| match item.get_ref().as_str() {
                Some(text) => Some((text.to_owned(), item.span())),
                None => self.wrong_type(item, "a name in quotes"),
            });
        Some(strings.collect())
    }

    fn wrong_type<T>(&mut self, value: &Value<'_>, expected: &str) -> Option<T> {
        self.misplaced(value, expected, &format!("write {expected}"));
        None
    }

    fn misplaced(&mut self, value: &Value<'_>, expected: &str, help: &str) {
        let found = match value.get_ref() {
            DeValue::String(text) => format!("\"{}\"", brief(text)),
            DeValue::Integer(number) => brief(number.as_str()).into_owned(),
            DeValue::Float(number) => brief(number.as_str()).into_owned(),
            other => format!("{} {}", article(other.type_str()), other.type_str()),
        };
        let message = format!("found {found} where {expected} belongs");
        self.problem(value.span(), message, "cannot be used", help);
    }

    pub(super) fn problem(
        &mut self,
        span: Range<usize>,
        message: String,
        label: &'static str,
        help: &str,
    ) {
        self.problems.push(Problem {
            span,
            message,
            label,
            help: help.to_owned(),
        });
    }

    /// Whether everything could be read as far as it was looked at.
    pub(super) fn is_fine(&self) -> bool {
        self.problems.is_empty()
    }

    /// The problems, with their places in the file.
    pub(super) fn told(mut self, source: &Source) -> Problems {
        self.problems.sort_by_key(|problem| problem.span.start);
        let more = self.problems.len().saturating_sub(MOST_PROBLEMS);
        let first = self.problems.into_iter().take(MOST_PROBLEMS);
        Problems {
            first: first.map(|problem| problem.diagnostic(source)).collect(),
            more,
        }
    }
}

impl Problem {
    fn diagnostic(self, source: &Source) -> Diagnostic {
        let shift = source.body_start();
        let start = source.line_column(self.span.start + shift);
        let place = Place {
            file: FileId::SETTINGS,
            span: Span::new(self.span.start + shift, self.span.end + shift),
            line: start.line,
            column: start.column,
            line_start: source.line_start(start.line).max(shift),
        };
        Diagnostic::new(Code::InvalidSetting, self.message, place)
            .label(self.label)
            .help(self.help)
    }
}

/// A name or a value as a message repeats it.
pub(super) fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_REPEATED) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

/// The digits of a number exactly as they are written: money never becomes binary floating point.
fn decimal<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        DeValue::String(text) => Some(text.as_ref()),
        _ => None,
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}
