//! Money in JSON, read as decimal text and never as a binary floating point number.

/// The largest cost, the same as in a log: a thousand million units.
const MAX_NANOS: u128 = 1_000_000_000_000_000_000;

/// How many decimals an amount has in nanos.
const PLACES: i64 = 9;

/// The nanos of a JSON number such as `0.412` or `3.075e-3`, rounded half to even. None for a negative number, for text that is not a
/// number, and for more than a log can hold.
pub(super) fn nanos(text: &str) -> Option<u64> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let fraction = i64::try_from(fraction.len()).ok()?;
    let shift = exponent.checked_add(PLACES)?.checked_sub(fraction)?;
    let length = i64::try_from(digits.len()).ok()?.checked_add(shift)?;
    let kept = match usize::try_from(length) {
        // Below half a nano.
        Err(_) => return Some(0),
        Ok(length) if length > 19 => return None,
        Ok(length) => length,
    };
    let cut = kept.min(digits.len());
    let (kept_digits, rest) = (digits.get(..cut)?, digits.get(cut..)?);
    let zeros = u32::try_from(kept - cut).ok()?;
    let value: u128 = match kept_digits {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    let value = value * 10_u128.pow(zeros);
    let rest_is_half = rest.starts_with('5') && rest.trim_end_matches('0').len() == 1;
    let is_up = if rest_is_half {
        value % 2 == 1
    } else {
        rest.as_bytes().first().is_some_and(|digit| *digit >= b'5')
    };
    let value = value + u128::from(is_up);
    u64::try_from(value).ok().filter(|_| value <= MAX_NANOS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_text_becomes_nanos() {
        for (text, expected) in [
            ("0", Some(0)),
            ("0.412", Some(412_000_000)),
            ("12", Some(12_000_000_000)),
            ("3.075e-3", Some(3_075_000)),
            ("1E2", Some(100_000_000_000)),
            ("0.006200000000000001", Some(6_200_000)),
            ("0.0000000005", Some(0)),
            ("0.0000000015", Some(2)),
            ("0.00000000051", Some(1)),
            ("5e-99999999999", Some(0)),
            ("0e99999999999", Some(0)),
            ("1000000000", Some(1_000_000_000_000_000_000)),
            ("1000000000.000000001", None),
            ("1e99999999999", None),
            ("1e9223372036854775807", None),
            ("-1", None),
            ("", None),
            (".5", None),
            ("1,5", None),
            ("$1", None),
            ("NaN", None),
        ] {
            assert_eq!(nanos(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_is_read_exactly(value in 0..=1_000_000_000_000_000_000_u64) {
            let text = format!("{}.{:09}", value / 1_000_000_000, value % 1_000_000_000);
            prop_assert_eq!(nanos(&text), Some(value));
            prop_assert_eq!(nanos(&format!("{value}e-9")), Some(value));
        }

        #[test]
        fn no_text_panics(text in "[0-9.eE+-]{0,30}|\\PC{0,20}") {
            nanos(&text);
        }
    }
}
