//! How the values of settings are spelled.

use std::{fmt, marker::PhantomData, path::PathBuf, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use super::file::RecordedTeams;
use crate::{
    log::cell,
    model::{Amount, BudgetReset, Currency, Level, Money, Month, Tokens},
};

/// How long a program may take.
pub struct TimeLimit(pub Duration);

impl Spelling for TimeLimit {
    fn expected() -> String {
        "a duration like \"30s\", \"1h\" at most".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit());
        let (number, unit) = text.split_at_checked(digits.unwrap_or(text.len()))?;
        let seconds = match unit {
            "" | "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return None,
        };
        let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
        (1..=3_600)
            .contains(&seconds)
            .then(|| Self(Duration::from_secs(seconds)))
    }
}

impl Spelling for Level {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"note\", \"warning\", \"critical\" or \"exceeded\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let levels = [Self::Note, Self::Warning, Self::Critical, Self::Exceeded];
        levels.into_iter().find(|level| level.into_str() == text)
    }
}

/// How the text of a value is read.
pub trait Spelling: Sized {
    /// Whether it may be written as a number, without quotes.
    const IS_NUMBER: bool = true;

    fn expected() -> String;
    fn read(text: &str) -> Option<Self>;

    /// The largest number that it may be, where a text is a larger one.
    fn exceeded(_: &str) -> Option<&'static str> {
        None
    }
}

/// A value with a [`Spelling`].
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Value<T>(pub T);

impl<'de, T: Spelling> Deserialize<'de> for Value<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor(PhantomData))
    }
}

struct ValueVisitor<T>(PhantomData<T>);

impl<T: Spelling> Visitor<'_> for ValueVisitor<T> {
    type Value = Value<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&T::expected())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let wrong = || match T::exceeded(text) {
            Some(most) => {
                let expected = format!("{most} at most: the number is too large");
                E::invalid_value(Unexpected::Str(text), &expected.as_str())
            }
            None => E::invalid_value(Unexpected::Str(text), &self),
        };
        T::read(text).map(Value).ok_or_else(wrong)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        if T::IS_NUMBER {
            self.visit_str(&number.to_string())
        } else {
            Err(E::invalid_type(Unexpected::Signed(number), &self))
        }
    }
}

/// A whole number within bounds.
pub struct Whole<const MIN: i32, const MAX: i32>(pub i32);

impl<const MIN: i32, const MAX: i32> Spelling for Whole<MIN, MAX> {
    fn expected() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }

    fn read(text: &str) -> Option<Self> {
        let number = text.parse().ok()?;
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }
}

impl Spelling for Tokens {
    fn expected() -> String {
        "a number of tokens like 200_000 or \"200K\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match cell::tokens(text) {
            Ok(Some(cell::TokenCell {
                used: Amount { value: tokens, .. },
                from: None,
                limit: None,
            })) => Some(tokens),
            _ => None,
        }
    }

    fn exceeded(text: &str) -> Option<&'static str> {
        too_large(&cell::tokens(text))
    }
}

impl Spelling for Money {
    fn expected() -> String {
        "an amount of money like 25.50 or \"25.50 EUR\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let money = cell::money(text).ok()??;
        Some(Self {
            nanos: money.amount.value.into(),
            currency: money.currency.unwrap_or(Currency::USD),
        })
    }

    fn exceeded(text: &str) -> Option<&'static str> {
        too_large(&cell::money(text))
    }
}

fn too_large<T>(read: &cell::Parsed<T>) -> Option<&'static str> {
    match read {
        Err(cell::Unreadable::TooLarge(most)) => Some(*most),
        _ => None,
    }
}

impl Spelling for PathBuf {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "a path in quotes".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl Spelling for RecordedTeams {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"known\" or \"any\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "known" => Some(Self::Known),
            "any" => Some(Self::Any),
            _ => None,
        }
    }
}

impl Spelling for BudgetReset {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"month\" or \"manual\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "month" => Some(Self::Month),
            "manual" => Some(Self::Manual),
            _ => None,
        }
    }
}

impl Spelling for Month {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "a month like \"2026-02\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
