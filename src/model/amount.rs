//! Tokens, and how exactly a written figure is known.

use std::{fmt, iter::Sum, ops::Add};

use schemars::JsonSchema;
use serde::Serialize;

use super::Percent;

/// A number of tokens. A figure of a log is at most 10^15.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Tokens(pub u64);

impl Tokens {
    pub const ZERO: Self = Self(0);

    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The difference, negative where `other` is the larger.
    pub fn signed_sub(self, other: Self) -> i64 {
        let difference = i128::from(self.0) - i128::from(other.0);
        i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
    }

    /// Rounded half up.
    pub fn percent(self, percent: u32) -> Self {
        let scaled = (u128::from(self.0) * u128::from(percent) + 50) / 100;
        Self(u64::try_from(scaled).unwrap_or(u64::MAX))
    }

    /// `950`, `5.9K`, `126.7K`, `1.2M`: one decimal, rounded half up, `.0` dropped.
    pub fn compact(self) -> String {
        self.rounded().in_tenths()
    }

    /// The same beside the whole that it is a part of: rounded down where rounding up would show a larger share, so that 149,999 of
    /// 200,000, which is less than 75%, is `149.9K`.
    pub fn compact_of(self, whole: Self) -> String {
        let share =
            |part: Self, whole: Self| Percent::new(part.0, whole.0).map(|share| share.tenths / 10);
        if share(self.rounded(), whole.rounded()) > share(self, whole) {
            return self.floored().in_tenths();
        }
        self.compact()
    }

    /// To the last digit that is shown in compact form, half up.
    fn rounded(self) -> Self {
        let step = self.step(50);
        Self((self.0.saturating_add(step / 2)) / step * step)
    }

    fn floored(self) -> Self {
        Self(self.0 - self.0 % self.step(0))
    }

    /// The value of the last digit of the compact form. A number within `up` thousandths of the next unit has that unit.
    const fn step(self, up: u64) -> u64 {
        match self.0 {
            0..1_000 => 1,
            value if value < 1_000_000 - up => 100,
            value if value < 1_000_000_000 - up * 1_000 => 100_000,
            _ => 100_000_000,
        }
    }

    /// A figure that is exact in compact form.
    fn in_tenths(self) -> String {
        let (unit, mark) = match self.0 {
            0..1_000 => return self.0.to_string(),
            1_000..1_000_000 => (1_000, 'K'),
            1_000_000..1_000_000_000 => (1_000_000, 'M'),
            _ => (1_000_000_000, 'B'),
        };
        let tenths = u128::from(self.0) * 10 / unit;
        let (whole, tenth) = (tenths / 10, tenths % 10);
        if tenth == 0 {
            format!("{whole}{mark}")
        } else {
            format!("{whole}.{tenth}{mark}")
        }
    }
}

/// Exact for parts of a ledger, which counts no more than fits; of anything else, the largest number there is at most.
impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Self::saturating_add)
    }
}

/// With thousands separators: `126,670`.
impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&grouped(self.0.into()))
    }
}

pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A figure as it was written: its value, and how exactly the spelling gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount<T> {
    /// Of a range, its upper end: a budget is not kept by hoping for the lower one.
    pub value: T,
    /// The worth of the last digit written: 100 for `45.2K`, 1 for `45,230`.
    pub unit: u64,
    /// Marked by `~`, `≈` or `<`, or a range.
    pub estimate: bool,
}

impl<T> Amount<T> {
    pub const fn exact(value: T) -> Self {
        Self {
            value,
            unit: 1,
            estimate: false,
        }
    }
}

/// The sum is as exact as the coarser of both.
impl Add for Amount<Tokens> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value.saturating_add(other.value),
            unit: self.unit.max(other.unit),
            estimate: self.estimate || other.estimate,
        }
    }
}

/// A sum of figures, and how far the rounding of each may have put it off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundedSum {
    /// The sum of the figures as they are written.
    pub tokens: Tokens,
    /// The sum of the units that they are rounded to, those known to the last token not counted.
    pub rounding: u64,
    pub estimate: bool,
}

impl RoundedSum {
    /// Whether this sum and a figure for the same can both be right: they differ by at most half of what rounding allows.
    pub fn agrees_with(&self, stated: impl Into<Self>) -> bool {
        let stated = stated.into();
        let difference = u128::from(self.tokens.0.abs_diff(stated.tokens.0));
        difference * 2 <= u128::from(self.rounding.max(stated.rounding))
    }
}

impl From<Amount<Tokens>> for RoundedSum {
    fn from(amount: Amount<Tokens>) -> Self {
        Self {
            tokens: amount.value,
            rounding: if amount.unit > 1 { amount.unit } else { 0 },
            estimate: amount.estimate,
        }
    }
}

impl Add for RoundedSum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            rounding: self.rounding.saturating_add(other.rounding),
            estimate: self.estimate || other.estimate,
        }
    }
}

impl Sum for RoundedSum {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

impl Amount<Tokens> {
    /// Whether two spellings can be of the same figure: they differ by at most half a unit of the coarser one.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let difference = u128::from(self.value.0.abs_diff(other.value.0));
        difference * 2 <= u128::from(self.unit.max(other.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_written_in_full_and_short() {
        let written: Vec<String> = [
            0,
            950,
            999,
            1_000,
            1_030,
            5_945,
            45_230,
            126_670,
            999_949,
            999_950,
            1_234_567,
            2_000_000_000,
        ]
        .map(|n| format!("{} {}", Tokens(n), Tokens(n).compact()))
        .into();
        assert_eq!(
            written,
            [
                "0 0",
                "950 950",
                "999 999",
                "1,000 1K",
                "1,030 1K",
                "5,945 5.9K",
                "45,230 45.2K",
                "126,670 126.7K",
                "999,949 999.9K",
                "999,950 1M",
                "1,234,567 1.2M",
                "2,000,000,000 2B"
            ]
        );
    }

    #[test]
    fn a_short_part_shows_no_larger_share_of_its_whole() {
        for (part, whole, short) in [
            (149_999, 200_000, "149.9K"),
            (149_951, 200_000, "149.9K"),
            (199_999, 200_000, "199.9K"),
            (999_999, 1_000_000, "999.9K"),
            (126_670, 200_000, "126.7K"),
            (150_000, 200_000, "150K"),
            (5_945, 0, "5.9K"),
            (749, 1_000, "749"),
        ] {
            assert_eq!(Tokens(part).compact_of(Tokens(whole)), short);
        }
    }

    #[test]
    fn figures_agree_within_half_a_unit_of_the_coarser() {
        let short = |value, unit| Amount {
            value: Tokens(value),
            unit,
            estimate: false,
        };
        assert!(short(45_200, 100).agrees_with(&Amount::exact(Tokens(45_230))));
        assert!(short(45_200, 100).agrees_with(&Amount::exact(Tokens(45_250))));
        assert!(!short(45_200, 100).agrees_with(&Amount::exact(Tokens(45_251))));
        assert!(!Amount::exact(Tokens(1)).agrees_with(&Amount::exact(Tokens(2))));
    }

    #[test]
    fn sums_do_not_wrap() {
        assert_eq!(
            [Tokens(u64::MAX), Tokens(1)].into_iter().sum::<Tokens>(),
            Tokens(u64::MAX)
        );
        assert_eq!(Tokens(0).signed_sub(Tokens(u64::MAX)), i64::MIN);
        assert_eq!(Tokens(u64::MAX).percent(115), Tokens(u64::MAX));
        assert_eq!(Tokens(65_000).percent(115), Tokens(74_750));
    }
}
