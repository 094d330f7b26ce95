//! One figure in a text: the number, and the words and signs in front of it and behind it.

use super::{FigureError, FigureStyle};
use crate::{
    log::{
        cell::number::{Limit, Number},
        foreign::words::{self, Phrase, Term},
    },
    model::{Amount, Currency, DecimalMark, Tokens},
};

/// What the signs and words before and behind a figure say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "any of them may be there")]
pub(super) struct Signs {
    pub(super) currency: Option<Currency>,
    /// The currency is a sign that several have: `$`, `¥`.
    has_bare_sign: bool,
    /// The power of ten that a word for it means.
    pub(super) magnitude: Option<u32>,
    pub(super) is_tokens: bool,
    pub(super) is_in: bool,
    pub(super) is_out: bool,
    pub(super) is_estimate: bool,
    pub(super) is_open: bool,
    pub(super) has_mark: bool,
}

/// A number without its signs, as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure<'a> {
    number: &'a str,
    pub(super) signs: Signs,
}

impl<'a> Figure<'a> {
    /// Reads a folded text that is one figure and nothing else.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '_' | ' ');
        let mut start = text.find(|c: char| c.is_ascii_digit())?;
        if text.get(..start)?.ends_with(['.', ',']) && text.get(..start)?.len() < 6 {
            // `$.01`: the point belongs to the number.
            start -= 1;
        }
        let (before, rest) = text.split_at(start);
        let (number, _) = rest.split_at(rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
        let number = number.trim_end_matches(|c: char| !c.is_ascii_digit());
        let behind = rest.get(number.len()..)?;
        let mut signs = Signs::default();
        signs.read(before, true)?;
        signs.read(behind, false)?;
        Some(Self { number, signs })
    }

    pub(super) fn tokens(&self, style: &FigureStyle) -> Result<Amount<Tokens>, FigureError> {
        let read = |number: Number| number.tokens(self.signs.is_estimate);
        self.value(style, Limit::TOKENS, false, read)
    }

    /// In nanos.
    pub(super) fn nanos(&self, style: &FigureStyle) -> Result<Amount<u64>, FigureError> {
        let read = |number: Number| number.nanos(self.signs.is_estimate);
        self.value(style, Limit::MONEY, true, read)
    }

    fn value<T>(
        &self,
        style: &FigureStyle,
        most: Limit,
        is_money: bool,
        read: impl Fn(Number) -> Option<T>,
    ) -> Result<T, FigureError> {
        let by_header = (style.power > 0).then_some(style.power);
        let magnitude = self.signs.magnitude.or(by_header);
        let with_magnitude = |number: Number| Number {
            magnitude,
            ..number
        };
        let plain = || {
            Number::read(self.number)
                .map(with_magnitude)
                .and_then(&read)
        };
        let swapped = || {
            let number = Number::read(&swapped(self.number));
            number.map(with_magnitude).and_then(&read)
        };
        let value = match style.decimal {
            Some(DecimalMark::Comma) => swapped(),
            None if is_money => Number::read_money(self.number)
                .map(with_magnitude)
                .and_then(&read),
            _ if self.number.starts_with('.') => Number::read_money(self.number)
                .map(with_magnitude)
                .and_then(&read),
            _ => plain(),
        };
        value.ok_or_else(|| {
            let is_other = || match style.decimal {
                Some(DecimalMark::Comma) => plain().is_some(),
                _ => swapped().is_some(),
            };
            match most.refuse(self.number).into() {
                FigureError::Malformed if is_other() => FigureError::Ambiguous,
                error => error,
            }
        })
    }
}

/// Points as commas, and commas as points.
fn swapped(number: &str) -> String {
    let swap = |c| match c {
        '.' => ',',
        ',' => '.',
        c => c,
    };
    number.chars().map(swap).collect()
}

impl Signs {
    /// Takes in what is on one side of a number. None where that makes it something else.
    fn read(&mut self, text: &str, is_before: bool) -> Option<()> {
        const ALLOWED: &str = " .:~≈<>≤≥$€£¥₩₽₹₺₴₫฿₪₱+*†?↑↓";
        if text.trim().is_empty() {
            return Some(());
        }
        let is_allowed =
            |c: char| c.is_alphabetic() || words::has_no_blanks(c) || ALLOWED.contains(c);
        if !text.chars().all(is_allowed) || text.len() > 60 || text.contains("~~") {
            return None;
        }
        let phrase = Phrase::read(text);
        for atom in phrase.atoms() {
            match atom.text {
                "~" | "≈" | "<" | "≤" => self.is_estimate = true,
                ">" | "≥" => self.is_open = true,
                "+" if !is_before => self.is_open = true,
                "*" | "†" | "?" if !is_before => self.has_mark = true,
                _ => self.word(&atom, is_before)?,
            }
        }
        Some(())
    }

    fn word(&mut self, atom: &words::Atom<'_>, is_before: bool) -> Option<()> {
        let power = atom.meanings.iter().find_map(|meaning| match meaning.term {
            Term::Power(power) => Some(u32::from(power)),
            _ => None,
        });
        if let Some(power) = power.filter(|_| !is_before && self.magnitude.is_none()) {
            self.magnitude = Some(power);
        } else if let Some(currency) = words::currency(atom.text) {
            return self.add_currency(currency, matches!(atom.text, "$" | "¥" | "元"));
        } else if atom.is(Term::Tokens) {
            self.is_tokens = true;
        } else if atom.is(Term::In) && !self.is_in {
            self.is_in = true;
        } else if atom.is(Term::Out) {
            self.is_out = true;
        } else if atom.is(Term::Estimated) {
            self.is_estimate = true;
        } else {
            return None;
        }
        Some(())
    }

    /// `$28 CAD`: the code says which dollar it is.
    pub(super) fn add_currency(&mut self, currency: Currency, is_bare: bool) -> Option<()> {
        match self.currency {
            Some(known) if known == currency => {}
            Some(known) if self.has_bare_sign && !is_bare && may_mean(known, currency) => {
                self.currency = Some(currency);
            }
            Some(known) if is_bare && !self.has_bare_sign && may_mean(currency, known) => {}
            Some(_) => return None,
            None => (self.currency, self.has_bare_sign) = (Some(currency), is_bare),
        }
        Some(())
    }

    /// With what the header says of a sign that several currencies have.
    pub(super) fn currency_in(&self, style: &FigureStyle) -> Option<Currency> {
        match (self.currency, style.currency) {
            (Some(written), Some(header)) if self.has_bare_sign && may_mean(written, header) => {
                Some(header)
            }
            (written, header) => written.or(header),
        }
    }
}

/// Whether the sign of a currency is also one of another.
fn may_mean(sign: Currency, other: Currency) -> bool {
    const DOLLARS: [&str; 10] = [
        "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP",
    ];
    const YUAN: [&str; 3] = ["JPY", "CNY", "TWD"];
    let are_in = |codes: &[&str]| codes.contains(&sign.code()) && codes.contains(&other.code());
    are_in(&DOLLARS) || are_in(&YUAN)
}
