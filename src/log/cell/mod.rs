//! What the spellings in a cell mean: tokens, money, percentages, times, states.
//! Accepts any spelling that can mean only one thing, and refuses those that could mean two.

mod amount;
mod merge_base;
pub(super) mod number;
mod status;
mod time;

use number::Limit;

pub use amount::{
    TokenCell, count, efficiency, leading_tokens, money, percent, percent_span, price, tokens,
};
pub use merge_base::merge_base;
pub use status::status;
pub use time::{date, minutes, time_range};

/// A cell that holds something, but not what its column should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Malformed,
    /// A number beyond this one.
    TooLarge(&'static str),
}

/// None where nothing is written, which is not zero.
pub type Parsed<T> = Result<Option<T>, Unreadable>;

/// The text without white space at its ends, which cells seldom have.
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

pub fn is_absent(text: &str) -> bool {
    let text = trimmed(text);
    if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let mut words = ["", "-", "–", "—", "n/a", "tbd", "(pending)"].iter();
    words.any(|word| text.eq_ignore_ascii_case(word))
}

fn parse<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Parsed<T> {
    let text = trimmed(text);
    if is_absent(text) {
        return Ok(None);
    }
    read(text).map(Some).ok_or(Unreadable::Malformed)
}

/// As [`parse`], for a number that may be so large.
fn parse_number<T>(text: &str, most: Limit, read: impl FnOnce(&str) -> Option<T>) -> Parsed<T> {
    parse(text, read).map_err(|_| most.refuse(text))
}

/// Splits a text in front of the first character that is not `wanted`.
pub fn split_while(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !wanted(c)).unwrap_or(text.len()))
}

fn without_estimate_mark(text: &str) -> (bool, &str) {
    let bare = text.trim_start_matches(['~', '≈']);
    // Two tildes strike a figure out; what is struck out is not a figure any more.
    if text.starts_with("~~") {
        return (false, text);
    }
    (bare.len() != text.len(), bare.trim_start())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,24}|[-0-9,._~≈/KMB%$€: h–m()]{0,16}") {
            let _ = (tokens(&text), money(&text), percent(&text), count(&text), minutes(&text), date(&text));
            let _ = (time_range(&text), status(&text), efficiency(&text), leading_tokens(&text));
        }
    }
}
