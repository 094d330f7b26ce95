//! Conversions between whole numbers and floating point.

use crate::model::{Tokens, Units};

#[expect(
    clippy::cast_precision_loss,
    reason = "a forecast is not known to one part in 2^53"
)]
pub(super) const fn as_float(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a forecast is not known to one part in 2^53"
)]
pub(super) fn units_as_float(units: Units) -> f64 {
    // Far the faster of the two conversions.
    u64::try_from(units.0).map_or(units.0 as f64, as_float)
}

/// The nearest whole number, at least zero.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` stops at the ends of the integer"
)]
pub(super) fn as_units(number: f64) -> Units {
    Units(number.round().max(0.0) as i128)
}

/// The nearest whole number, at least zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` stops at the ends of u64, as tokens do"
)]
pub(super) fn as_tokens(number: f64) -> Tokens {
    Tokens(number.round() as u64)
}

/// To six decimals, more than anything here is known to.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
