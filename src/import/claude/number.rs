//! Numbers of tokens from the text of JSON values, never as binary floating point, which would round large numbers.

use serde_json::value::RawValue;

/// The digits of the largest number of tokens, `u64::MAX`.
const MOST_DIGITS: usize = 20;

/// A number of tokens; zero for `null` and for a missing value. Whole numbers are accepted in every notation: `1e3` and `1000.0` are 1000.
///
/// The error ends a sentence that begins with the name of the value.
pub(super) fn tokens(value: Option<&RawValue>) -> Result<u64, &'static str> {
    let text = value.map_or("null", RawValue::get);
    if text == "null" {
        return Ok(0);
    }
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("is not a number");
    }
    let number = whole(digits)?;
    if number > 0 && digits.len() < text.len() {
        return Err("is negative");
    }
    Ok(number)
}

/// A JSON number without a sign, if it is whole.
fn whole(text: &str) -> Result<u64, &'static str> {
    const TOO_LARGE: &str = "is too large";
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{integer}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let is_small = exponent.starts_with('-');
    let exponent: i64 = match exponent.strip_prefix('+').unwrap_or(exponent).parse() {
        Ok(exponent) => exponent,
        Err(_) if is_small => i64::MIN / 2,
        Err(_) => i64::MAX / 2,
    };
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX / 2);
    let zeros = exponent
        .saturating_sub(length(fraction))
        .saturating_add(length(digits) - length(significant));
    if zeros < 0 {
        return Err("is not a whole number");
    }
    let zeros = usize::try_from(zeros).unwrap_or(usize::MAX);
    if significant.len().saturating_add(zeros) > MOST_DIGITS {
        return Err(TOO_LARGE);
    }
    format!("{significant}{}", "0".repeat(zeros))
        .parse()
        .map_err(|_| TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let value: Box<RawValue> = serde_json::from_str(text).unwrap();
        match tokens(Some(&value)) {
            Ok(number) => number.to_string(),
            Err(reason) => reason.to_owned(),
        }
    }

    #[test]
    fn whole_numbers_count_however_they_are_written() {
        let texts = [
            "0",
            "-0",
            "-0.0",
            "null",
            "123",
            "100.0",
            "1e3",
            "1.5E+1",
            "1200e-2",
            "0.00e999999999999999999999",
            "18446744073709551615",
            "18446744073709551616",
            "1e19",
            "1e20",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "1.5",
            "-3",
            "-1e2",
            "\"5\"",
            "true",
            "[1]",
        ];
        let lines = texts.map(|text| format!("{text:<26} {}", shown(text)));
        insta::assert_snapshot!(lines.join("\n"), @r#"
        0                          0
        -0                         0
        -0.0                       0
        null                       0
        123                        123
        100.0                      100
        1e3                        1000
        1.5E+1                     15
        1200e-2                    12
        0.00e999999999999999999999 0
        18446744073709551615       18446744073709551615
        18446744073709551616       is too large
        1e19                       10000000000000000000
        1e20                       is too large
        1e99999999999999999999     is too large
        1e-99999999999999999999    is not a whole number
        1.5                        is not a whole number
        -3                         is negative
        -1e2                       is negative
        "5"                        is not a number
        true                       is not a number
        [1]                        is not a number
        "#);
    }
}
