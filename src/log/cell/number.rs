//! Decimal numbers exactly as they are written, with separators and magnitudes.

use std::borrow::Cow;

use super::Unreadable;
use crate::model::{Amount, Tokens, divide_half_even};

/// A decimal number exactly as written: `digits` / 10^`decimals`, times ten to the power of `magnitude`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) struct Number {
    pub(in crate::log) digits: u128,
    pub(in crate::log) decimals: u32,
    /// The power of ten that a K, M or B after it means.
    pub(in crate::log) magnitude: Option<u32>,
}

/// The separators between thousands.
const SEPARATORS: [char; 7] = [',', '_', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''];

/// How large a number may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) struct Limit {
    most: u64,
    shown: &'static str,
}

impl Limit {
    /// A million billion: beyond it a figure is a slip of the pen, and sums stay far from their limit.
    pub(in crate::log) const TOKENS: Self = Self {
        most: 1_000_000_000_000_000,
        shown: "1,000,000,000,000,000",
    };
    /// In units of a currency.
    pub(in crate::log) const MONEY: Self = Self {
        most: 1_000_000_000,
        shown: "1,000,000,000",
    };
    /// For deliverables and minutes.
    pub(in crate::log) const COUNT: Self = Self::MONEY;

    pub(in crate::log) const fn allows(self, value: u64) -> bool {
        value <= self.most
    }

    /// Why a text that is no number within this limit cannot be read.
    pub(in crate::log) fn refuse(self, text: &str) -> Unreadable {
        if text.trim_start().starts_with(['-', '−']) {
            return Unreadable::Malformed;
        }
        let is_part_of_number = |c: char| {
            c.is_ascii_digit() || c == '.' || SEPARATORS.contains(&c) || "kKmMbB".contains(c)
        };
        let mut parts = text.split(|c| !is_part_of_number(c));
        if parts.any(|part| self.is_exceeded(part)) {
            Unreadable::TooLarge(self.shown)
        } else {
            Unreadable::Malformed
        }
    }

    /// Whether a text is a number beyond it, however long.
    fn is_exceeded(self, text: &str) -> bool {
        let (number, magnitude) = Number::split_magnitude(text.trim());
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        // A decimal comma, and points between thousands.
        let comma = number.rsplit_once(',');
        let (whole, fraction) = match comma.filter(|(_, end)| matches!(end.len(), 1 | 2)) {
            Some((whole, fraction)) => (whole.replace('.', ""), fraction),
            None => (whole.to_owned(), fraction),
        };
        let Some(whole) = ungrouped(&whole, &SEPARATORS) else {
            return false;
        };
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !are_digits(&whole) || !are_digits(fraction) {
            return false;
        }
        let scale = 10_u128.pow(magnitude.unwrap_or(0));
        let digits = whole.trim_start_matches('0');
        let value = match digits.len() {
            0 => 0,
            1..=20 => digits.parse().unwrap_or(u128::MAX),
            _ => u128::MAX,
        };
        value.saturating_mul(scale) > u128::from(self.most)
    }
}

impl Number {
    pub(in crate::log) fn read(text: &str) -> Option<Self> {
        let (text, magnitude) = Self::split_magnitude(text.trim());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if text.ends_with('.') {
            return None;
        }
        Self::from_parts(&ungrouped(whole, &SEPARATORS)?, fraction, magnitude)
    }

    /// As [`read`](Self::read), but a comma followed by one or two digits at the end is a decimal comma.
    pub(in crate::log) fn read_money(text: &str) -> Option<Self> {
        let (number, magnitude) = Self::split_magnitude(text.trim());
        if let Some((whole, fraction)) = number.rsplit_once(',') {
            let decimal = matches!(fraction.len(), 1 | 2) || whole == "0";
            if decimal && !fraction.contains('.') {
                let whole = ungrouped(whole, &['.', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''])?;
                return Self::from_parts(&whole, fraction, magnitude);
            }
        }
        match number.strip_prefix('.') {
            Some(fraction) => {
                Self::from_parts("0", fraction, magnitude).filter(|_| !fraction.is_empty())
            }
            None => Self::read(text),
        }
    }

    fn split_magnitude(text: &str) -> (&str, Option<u32>) {
        let power = |mark| match mark {
            'k' | 'K' => Some(3),
            'm' | 'M' => Some(6),
            'b' | 'B' => Some(9),
            _ => None,
        };
        let power = text.chars().next_back().and_then(power);
        let digits = text.get(..text.len().saturating_sub(1));
        match power.and(digits) {
            Some(digits) => (digits.trim_end(), power),
            None => (text, None),
        }
    }

    fn from_parts(whole: &str, fraction: &str, magnitude: Option<u32>) -> Option<Self> {
        if whole.is_empty() || whole.len() + fraction.len() > 30 {
            return None;
        }
        let mut written = whole.bytes().chain(fraction.bytes());
        let digits = written.try_fold(0, |number, byte| {
            let digit = byte.is_ascii_digit().then(|| u128::from(byte - b'0'))?;
            Some(number * 10 + digit)
        })?;
        let decimals = u32::try_from(fraction.len()).ok()?;
        Some(Self {
            digits,
            decimals,
            magnitude,
        })
    }

    /// The number times 10^`places`, where that is whole.
    pub(in crate::log) fn scaled(&self, places: u32) -> Option<u128> {
        let power = places + self.magnitude.unwrap_or(0);
        if power >= self.decimals {
            let factor = 10_u128.checked_pow(power - self.decimals)?;
            return self.digits.checked_mul(factor);
        }
        let divisor = 10_u128.checked_pow(self.decimals - power)?;
        (self.digits.is_multiple_of(divisor)).then_some(self.digits / divisor)
    }

    /// As tokens: whole, and no more than can be one month of anything.
    pub(in crate::log) fn tokens(self, estimate: bool) -> Option<Amount<Tokens>> {
        if self.magnitude.is_none() && self.decimals > 2 {
            // `45.230` is a decimal here and a thousands point elsewhere.
            return None;
        }
        let value = u64::try_from(self.scaled(0)?).ok();
        Some(Amount {
            value: Tokens(value.filter(|value| Limit::TOKENS.allows(*value))?),
            unit: 10_u64.pow(self.magnitude.unwrap_or(0).saturating_sub(self.decimals)),
            estimate,
        })
    }

    /// As money in nanos. Digits beyond them round half to even.
    pub(in crate::log) fn nanos(self, estimate: bool) -> Option<Amount<u64>> {
        const MAX_NANOS: u64 = Limit::MONEY.most * 1_000_000_000;
        let power = 9 + self.magnitude.unwrap_or(0);
        let value = if let Some(up) = power.checked_sub(self.decimals) {
            self.digits.checked_mul(10_u128.checked_pow(up)?)?
        } else {
            // A positive amount is never nothing.
            let rounded =
                divide_half_even(self.digits, 10_u128.checked_pow(self.decimals - power)?);
            rounded.max(u128::from(self.digits > 0))
        };
        Some(Amount {
            value: u64::try_from(value)
                .ok()
                .filter(|value| *value <= MAX_NANOS)?,
            unit: 10_u64.pow(power.saturating_sub(self.decimals)),
            estimate,
        })
    }
}

/// The digits of a whole number, its thousands set apart by one and the same separator or by none.
fn ungrouped<'a>(text: &'a str, separators: &[char]) -> Option<Cow<'a, str>> {
    let Some(separator) = text.chars().find(|c| separators.contains(c)) else {
        return Some(Cow::Borrowed(text));
    };
    let mut groups = text.split(separator);
    let is_first_whole = matches!(groups.next()?.len(), 1..=3);
    let are_whole = is_first_whole && groups.all(|group| group.len() == 3);
    are_whole.then(|| Cow::Owned(text.replace(separator, "")))
}
