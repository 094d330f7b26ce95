//! What the spellings in a cell mean: tokens, money, percentages, times, states.
//! Reads generously where a spelling can mean only one thing, and refuses where it could mean two.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveTime};

use crate::model::{Amount, Currency, Status, TimeRange, Tokens};

/// A cell that holds something, but not what its column should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// What reading a cell gives: nothing written (which is not zero), a value, or [`Unreadable`].
pub type Reading<T> = Result<Option<T>, Unreadable>;

/// Tokens as written: what was used, and the limit where one stands behind a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCell {
    /// The first figure.
    pub used: Amount<Tokens>,
    /// The lower end, where a range is written; the upper one is the value.
    pub from: Option<Tokens>,
    /// The figure behind the slash.
    pub limit: Option<Amount<Tokens>>,
}

/// Money as written, in millionths, with its currency where one is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyCell {
    /// The amount in millionths of a unit.
    pub amount: Amount<u64>,
    /// The currency.
    pub currency: Option<Currency>,
}

/// The text without white space at its ends, which cells seldom have.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// Whether a cell says that there is no value.
#[must_use]
pub fn is_absent(text: &str) -> bool {
    let text = trimmed(text);
    if text.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    ["", "-", "–", "—", "n/a", "tbd", "(pending)"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn reading<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Reading<T> {
    let text = trimmed(text);
    if is_absent(text) {
        return Ok(None);
    }
    read(text).map(Some).ok_or(Unreadable)
}

/// Reads `45,230`, `45.2K`, `~45,000`, `155K / 200K`, `~155,000-160,000`, each with or without the word `tokens`
/// and a remark in brackets behind it.
pub fn tokens(text: &str) -> Reading<TokenCell> {
    reading(text, |text| {
        if let Some(value) = plain_number(text) {
            return Some(TokenCell {
                used: Amount::exact(Tokens(value)),
                from: None,
                limit: None,
            });
        }
        let text = without_remark(text);
        match text.split_once('/') {
            Some((used, limit)) => {
                let cell = token_range(used)?;
                let limit = token_range(limit)?.used;
                Some(TokenCell {
                    limit: Some(limit),
                    ..cell
                })
            }
            None => token_range(text),
        }
    })
}

/// The spelling that nearly every figure has, digits with a comma before each three of them, read straight away.
/// None for every other spelling, also for good ones.
fn plain_number(text: &str) -> Option<u64> {
    const MOST_DIGITS: usize = 15;
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > MOST_DIGITS + MOST_DIGITS / 3 {
        return None;
    }
    let (mut value, mut digits) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b',' if at > 0 && (bytes.len() - at).is_multiple_of(4) => {}
            _ => return None,
        }
    }
    let commas = bytes.len() - digits;
    (digits <= MOST_DIGITS && (commas == 0 || commas == (digits - 1) / 3)).then_some(value)
}

fn token_range(text: &str) -> Option<TokenCell> {
    let (estimate, text) = without_estimate_mark(text.trim());
    let text = without_suffix_word(text, &["tokens", "token", "tok"]);
    let dash = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '-' | '–' | '—'));
    let Some((at, dash)) = dash else {
        let number = Number::read(text)?;
        return Some(TokenCell {
            used: number.tokens(estimate)?,
            from: None,
            limit: None,
        });
    };
    let (from, to) = (text.get(..at)?, text.get(at + dash.len_utf8()..)?);
    let to = Number::read(without_estimate_mark(to.trim()).1)?;
    let mut from = Number::read(from)?;
    if from.thousands.is_none() {
        // `3-5K` means 3K to 5K.
        from.thousands = to.thousands;
    }
    let (from, to) = (from.tokens(true)?, to.tokens(true)?);
    (from.value <= to.value).then_some(TokenCell {
        used: to,
        from: Some(from.value),
        limit: None,
    })
}

/// Reads `$0.136`, `€18.76`, `0.14 USD`, `25,57 $`, `<$0.01`, `~$0.315`.
pub fn money(text: &str) -> Reading<MoneyCell> {
    reading(text, |text| {
        let text = without_remark(text);
        let (tilde, text) = without_estimate_mark(text);
        let (below, text) = match text.strip_prefix('<') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let (currency, number) = split_currency(text)?;
        let amount = Number::read_money(number)?.micros(tilde || below)?;
        Some(MoneyCell { amount, currency })
    })
}

/// Reads a bare decimal number in thousand-millionths: a price may be finer than a cost.
#[must_use]
pub fn nanos(text: &str) -> Option<u64> {
    Number::read_money(text)?.scaled(9)
}

/// Splits the currency's sign or code, before or after the number, off it.
fn split_currency(text: &str) -> Option<(Option<Currency>, &str)> {
    let is_number = |c: char| c.is_ascii_digit();
    let first = text.find(is_number)?;
    let last = text
        .rfind(|c: char| is_number(c) || matches!(c, 'K' | 'k' | 'M' | 'm') && text.ends_with(c))?;
    let last = last + 1;
    let (before, number, after) = (
        text.get(..first)?.trim(),
        text.get(first..last)?,
        text.get(last..)?.trim(),
    );
    let currency = match (before, after) {
        ("", "") => None,
        (sign, "") | ("", sign) => Some(Currency::parse(sign)?),
        (sign, code) => {
            Some(Currency::parse(code).filter(|currency| currency.sign() == Some(sign))?)
        }
    };
    Some((currency, number))
}

/// Reads the first percentage in a text, in hundredths of a percent: `63.3% complete`, `(63.3 %)`, `77-80%` (its upper end).
#[must_use]
pub fn percent(text: &str) -> Option<Amount<u64>> {
    let before = text.split_once('%')?.0.trim_end();
    let start = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |at| {
            at + before
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8)
        });
    let number = Number::read(before.get(start..)?)?;
    let value = number.scaled(2)?;
    Some(Amount {
        value,
        unit: 10_u64.pow(2_u32.saturating_sub(number.decimals)),
        estimate: false,
    })
}

/// Reads a whole number of things.
pub fn count(text: &str) -> Reading<u64> {
    reading(text, |text| {
        let number = Number::read(without_remark(text))?;
        (number.thousands.is_none() && number.decimals == 0)
            .then(|| number.scaled(0))
            .flatten()
    })
}

/// Reads `2h`, `1h 15m`, `45m`, `75 min`, `~9h`, `1.5h` in minutes.
pub fn minutes(text: &str) -> Reading<u64> {
    reading(text, |text| {
        let (_, text) = without_estimate_mark(text);
        let mut rest = text.trim();
        let mut total = 0_u64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let number = Number::read(rest.get(..digits)?)?;
            rest = rest.get(digits..)?.trim_start();
            let word = rest
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            let seconds = match rest.get(..word)? {
                "d" | "day" | "days" => 86_400,
                "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
                "m" | "min" | "mins" | "minute" | "minutes" => 60,
                "s" | "sec" | "secs" | "second" | "seconds" => 1,
                _ => return None,
            };
            total = total.checked_add(number.scaled(2)?.checked_mul(seconds)?)?;
            rest = rest.get(word..)?.trim_start();
        }
        Some(total / 6_000)
    })
}

/// Reads `2026-02-25`, also with `/` or `.` between its parts.
pub fn date(text: &str) -> Reading<NaiveDate> {
    reading(text, |text| {
        let mut parts = text.split(['-', '/', '.']);
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let number = |part: &str, len: usize| {
            (part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        let year = i32::try_from(number(year, 4)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
    })
}

/// Reads `10:10`, `10:10-10:17`, `16:07-present`, with or without seconds and blanks around the dash.
pub fn time_range(text: &str) -> Reading<TimeRange> {
    reading(text, |text| {
        let (_, text) = without_estimate_mark(text);
        let Some((start, end)) = text.split_once(['-', '–', '—', '→']) else {
            return Some(TimeRange {
                start: time(text)?,
                end: None,
                open: false,
            });
        };
        let (start, end) = (time(start)?, end.trim());
        let open = ["present", "now", "ongoing"]
            .iter()
            .any(|word| end.eq_ignore_ascii_case(word));
        Some(TimeRange {
            start,
            end: if open { None } else { Some(time(end)?) },
            open,
        })
    })
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.trim().split(':');
    let mut part = |limit: u32| {
        let text = parts.next()?;
        let digits =
            (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then(|| text.parse().ok())
            .flatten()
            .filter(|number| *number < limit)
    };
    let (hour, minute) = (part(25)?, part(60)?);
    let second = part(60);
    if hour == 24 && (minute, second.unwrap_or(0)) != (0, 0) || parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour % 24, minute, second.unwrap_or(0))
}

/// Reads a symbol, a word or both; anything else is kept as it is written, as [`Status::Other`].
#[must_use]
pub fn status(text: &str) -> Option<Status> {
    let text = text.trim();
    if is_absent(text) {
        return None;
    }
    let word = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (symbol, word) = (
        text.get(..text.len() - word.len()).unwrap_or_default(),
        word,
    );
    let by_symbol = symbol.chars().find_map(|c| match c {
        '✅' | '✔' | '✓' => Some(Status::Done),
        '⏳' | '⌛' => Some(Status::Pending),
        '🔄' => Some(Status::Running),
        '❌' | '✗' | '✘' => Some(Status::Failed),
        _ => None,
    });
    let by_word = status_word(word);
    Some(match (by_symbol, by_word) {
        (Some(symbol), Some(word)) if symbol != word => Status::Other(text.to_owned()),
        (_, Some(status)) | (Some(status), None) => status,
        (None, None) => Status::Other(text.to_owned()),
    })
}

fn status_word(text: &str) -> Option<Status> {
    let end = text
        .find(|c: char| !c.is_alphabetic() && c != '_')
        .unwrap_or(text.len());
    let first = text.get(..end)?.to_ascii_lowercase();
    match first.as_str() {
        "complete" | "completed" | "done" | "finished" => Some(Status::Done),
        "pending" | "todo" | "planned" | "queued" | "waiting" => Some(Status::Pending),
        "in_progress" | "running" | "active" | "wip" => Some(Status::Running),
        "in" if text.to_ascii_lowercase().starts_with("in progress") => Some(Status::Running),
        "failed" | "blocked" | "cancelled" | "canceled" => Some(Status::Failed),
        _ => None,
    }
}

/// An efficiency statement: `12.45K / 4 deliverables ≈ 3.1K/deliverable`, `45.2K / 1 task = …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EfficiencyCell {
    /// How many things the tokens went into.
    pub count: u64,
    /// Whether they are deliverables.
    pub deliverables: bool,
}

/// Reads what stands behind the team's name in the list of efficiency metrics.
#[must_use]
pub fn efficiency(text: &str) -> Option<EfficiencyCell> {
    let (used, rest) = text.split_once('/')?;
    token_range(used)?;
    let rest = rest.trim_start();
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let count = rest.get(..digits)?.parse().ok()?;
    let word = rest.get(digits..)?.trim_start();
    let end = word
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(word.len());
    let word = word.get(..end)?.to_ascii_lowercase();
    match word.as_str() {
        "deliverable" | "deliverables" => Some(EfficiencyCell {
            count,
            deliverables: true,
        }),
        "task" | "tasks" => Some(EfficiencyCell {
            count,
            deliverables: false,
        }),
        _ => None,
    }
}

/// Reads the amount at the start of a text that goes on: `200,000 tokens`, `~155,000-160,000 tokens (77-80% of budget)`,
/// `>6K tokens per deliverable`.
#[must_use]
pub fn leading_tokens(text: &str) -> Option<TokenCell> {
    let text = text
        .trim()
        .trim_start_matches(['>', '<', '≥', '≤'])
        .trim_start();
    let is_part = |c: char| {
        c.is_ascii_digit()
            || matches!(
                c,
                ',' | '.' | '_' | '-' | '–' | '—' | '~' | '≈' | ' ' | '\u{a0}' | '\u{202f}'
            )
    };
    let mut end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    let rest = text.get(end..)?;
    if let Some(mark) = rest
        .chars()
        .next()
        .filter(|c| matches!(c, 'K' | 'k' | 'M' | 'm' | 'B' | 'b'))
    {
        let next = rest.chars().nth(1);
        if !next.is_some_and(char::is_alphanumeric) {
            end += mark.len_utf8();
            // A range may go on behind the mark of its lower end: `155K-160K`.
            let tail = text.get(end..)?;
            let more = tail
                .find(|c: char| !is_part(c) && !matches!(c, 'K' | 'k' | 'M' | 'm' | 'B' | 'b'))
                .unwrap_or(tail.len());
            let whole = text.get(..end + more)?.trim_end_matches([' ', '.', ',']);
            if let Some(cell) = token_range(whole) {
                return Some(cell);
            }
        }
    }
    token_range(
        text.get(..end)?
            .trim_end_matches([' ', '.', ',', '-', '–', '—']),
    )
}

fn without_estimate_mark(text: &str) -> (bool, &str) {
    let bare = text.trim_start_matches(['~', '≈']);
    // Two tildes strike a figure out; what is struck out is not a figure any more.
    if text.starts_with("~~") {
        return (false, text);
    }
    (bare.len() != text.len(), bare.trim_start())
}

/// `45,230 (est.)` without the remark in brackets.
fn without_remark(text: &str) -> &str {
    let stripped = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('));
    stripped.map_or(text, |(number, _)| number).trim()
}

fn without_suffix_word<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let text = text.trim();
    let start = text
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| {
            at + text
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8)
        });
    match text.get(start..) {
        Some(word) if start > 0 && words.iter().any(|known| word.eq_ignore_ascii_case(known)) => {
            text.get(..start).unwrap_or_default().trim_end()
        }
        _ => text,
    }
}

/// A decimal number exactly as written: `digits` / 10^`decimals`, times a thousand to the power of `thousands`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    digits: u128,
    decimals: u32,
    /// The power of a thousand that a K, M or B behind it stands for.
    thousands: Option<u32>,
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let (text, thousands) = Self::split_magnitude(text.trim());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if text.ends_with('.') || whole.is_empty() {
            return None;
        }
        Self::from_parts(
            &ungrouped(
                whole,
                &[',', '_', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''],
            )?,
            fraction,
            thousands,
        )
    }

    /// As [`read`](Self::read), but a comma followed by one or two digits at the end is a decimal comma.
    fn read_money(text: &str) -> Option<Self> {
        let (number, thousands) = Self::split_magnitude(text.trim());
        if let Some((whole, fraction)) = number.rsplit_once(',') {
            let decimal = matches!(fraction.len(), 1 | 2) || whole == "0";
            if decimal && !fraction.contains('.') {
                let whole = ungrouped(whole, &['.', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''])?;
                return Self::from_parts(&whole, fraction, thousands);
            }
        }
        Self::read(text)
    }

    fn split_magnitude(text: &str) -> (&str, Option<u32>) {
        let power = |mark| match mark {
            'k' | 'K' => Some(1),
            'm' | 'M' => Some(2),
            'b' | 'B' => Some(3),
            _ => None,
        };
        match text.chars().next_back().and_then(power) {
            Some(power) => (
                text.get(..text.len() - 1).unwrap_or_default().trim_end(),
                Some(power),
            ),
            None => (text, None),
        }
    }

    fn from_parts(whole: &str, fraction: &str, thousands: Option<u32>) -> Option<Self> {
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || whole.len() + fraction.len() > 30
        {
            return None;
        }
        let whole: u128 = whole.parse().ok()?;
        let decimals = u32::try_from(fraction.len()).ok()?;
        let fraction: u128 = if fraction.is_empty() {
            0
        } else {
            fraction.parse().ok()?
        };
        Some(Self {
            digits: whole
                .checked_mul(10_u128.checked_pow(decimals)?)?
                .checked_add(fraction)?,
            decimals,
            thousands,
        })
    }

    /// The number times 10^`places`, where that is whole.
    fn scaled(&self, places: u32) -> Option<u64> {
        let power = places + 3 * self.thousands.unwrap_or(0);
        let value = if power >= self.decimals {
            self.digits
                .checked_mul(10_u128.checked_pow(power - self.decimals)?)?
        } else {
            let divisor = 10_u128.checked_pow(self.decimals - power)?;
            (self.digits.is_multiple_of(divisor)).then_some(self.digits / divisor)?
        };
        u64::try_from(value).ok()
    }

    /// As tokens: whole, and no more than can be one month of anything.
    fn tokens(self, estimate: bool) -> Option<Amount<Tokens>> {
        /// A million billion: beyond it a figure is a slip of the pen, and sums stay far from their limit.
        const MOST: u64 = 1_000_000_000_000_000;
        if self.thousands.is_none() && self.decimals > 2 {
            // `45.230` is a decimal here and a thousands point elsewhere.
            return None;
        }
        let value = self.scaled(0).filter(|value| *value <= MOST)?;
        Some(Amount {
            value: Tokens(value),
            unit: 10_u64.pow((3 * self.thousands.unwrap_or(0)).saturating_sub(self.decimals)),
            estimate,
        })
    }

    /// As money in millionths. Digits beyond them round half up.
    fn micros(self, estimate: bool) -> Option<Amount<u64>> {
        let power = 6 + 3 * self.thousands.unwrap_or(0);
        let value = if let Some(up) = power.checked_sub(self.decimals) {
            self.digits.checked_mul(10_u128.checked_pow(up)?)?
        } else {
            let divisor = 10_u128.checked_pow(self.decimals - power)?;
            (self.digits + divisor / 2) / divisor
        };
        Some(Amount {
            value: u64::try_from(value)
                .ok()
                .filter(|value| *value <= 1_000_000_000_000_000)?,
            unit: 10_u64.pow(power.saturating_sub(self.decimals)),
            estimate,
        })
    }
}

/// The digits of a whole number, its thousands set apart by one and the same separator or by none.
fn ungrouped<'a>(text: &'a str, separators: &[char]) -> Option<Cow<'a, str>> {
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some(separator) = text.chars().find(|c| separators.contains(c)) else {
        return all_digits(text).then_some(Cow::Borrowed(text));
    };
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    let mut good = all_digits(first) && first.len() <= 3;
    for group in groups {
        good &= all_digits(group) && group.len() == 3;
        digits.push_str(group);
    }
    good.then_some(Cow::Owned(digits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn figure(text: &str) -> String {
        match tokens(text) {
            Err(Unreadable) => "unreadable".to_owned(),
            Ok(None) => "absent".to_owned(),
            Ok(Some(TokenCell { used, from, limit })) => {
                let mark = if used.estimate { "~" } else { "" };
                let from = from.map(|from| format!("{from} to ")).unwrap_or_default();
                let limit = limit
                    .map(|limit| format!(" of {}", limit.value))
                    .unwrap_or_default();
                format!("{mark}{from}{} ±{}{limit}", used.value, used.unit / 2)
            }
        }
    }

    #[test]
    fn tokens_are_read_in_every_spelling() {
        let table = [
            ("45,230", "45,230 ±0"),
            ("45_230", "45,230 ±0"),
            ("45 230", "45,230 ±0"),
            ("45\u{a0}230", "45,230 ±0"),
            ("45230", "45,230 ±0"),
            ("1,234,567 tokens", "1,234,567 ±0"),
            ("45.2K", "45,200 ±50"),
            ("12.45k", "12,450 ±5"),
            ("1.65M", "1,650,000 ±5000"),
            ("2K", "2,000 ±500"),
            ("0", "0 ±0"),
            ("~45,000", "~45,000 ±0"),
            ("≈ 3.1K", "~3,100 ±50"),
            ("155K / 200K", "155,000 ±500 of 200,000"),
            ("~155,000-160,000", "~155,000 to 160,000 ±0"),
            ("3-5K", "~3,000 to 5,000 ±500"),
            ("45,230 (est.)", "45,230 ±0"),
            ("", "absent"),
            (" — ", "absent"),
            ("-", "absent"),
            ("N/A", "absent"),
            ("tbd", "absent"),
            ("(pending)", "absent"),
        ];
        for (text, expected) in table {
            assert_eq!(figure(text), expected, "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_not_read() {
        for text in [
            "12,4x0",
            "45.230",
            "45,23",
            "1,2345",
            "1,234_567",
            "-5,000",
            "~~45,000~~",
            "5-3K",
            "K",
            ".5K",
            "1.",
            "0x10",
            "12 450 K K",
            "99999999999999999999999999999999999999999",
            "2,000,000,000,000,000",
            "1.0000000000000000000000000001K",
            "١٢٣",
            "12,450 done",
            "/",
            "5 /",
            "tokens",
            "1,,000",
            ",000",
            "1e5",
            "NaN",
            "∞",
        ] {
            assert_eq!(figure(text), "unreadable", "{text}");
        }
    }

    fn cost(text: &str) -> Option<(u64, bool, Option<&'static str>)> {
        let cell = money(text).ok()??;
        Some((
            cell.amount.value,
            cell.amount.estimate,
            cell.currency.and_then(|currency| currency.sign()),
        ))
    }

    #[test]
    fn money_is_read_in_every_spelling() {
        let table = [
            ("$0.136", Some((136_000, false, Some("$")))),
            ("€18.76", Some((18_760_000, false, Some("€")))),
            ("0.14 USD", Some((140_000, false, Some("$")))),
            ("USD 0.14", Some((140_000, false, Some("$")))),
            ("$0.14 USD", Some((140_000, false, Some("$")))),
            ("25,57 $", Some((25_570_000, false, Some("$")))),
            ("1.234,56 €", Some((1_234_560_000, false, Some("€")))),
            ("$1,234.56", Some((1_234_560_000, false, Some("$")))),
            ("$1,234", Some((1_234_000_000, false, Some("$")))),
            ("0,135 €", Some((135_000, false, Some("€")))),
            ("<$0.01", Some((10_000, true, Some("$")))),
            ("~$0.315", Some((315_000, true, Some("$")))),
            ("0.000378", Some((378, false, None))),
            ("$0.0000005", Some((1, false, Some("$")))),
            ("$1.2K", Some((1_200_000_000, false, Some("$")))),
            ("₩1,500", Some((1_500_000_000, false, Some("₩")))),
            ("0.1 fish", None),
            ("€0.14 USD", None),
            ("-$5", None),
            ("$", None),
            ("$1.2.3", None),
            ("—", None),
        ];
        for (text, expected) in table {
            assert_eq!(cost(text), expected, "{text}");
        }
    }

    #[test]
    fn percentages_are_found_in_their_sentence() {
        let read = |text| percent(text).map(|percent| (percent.value, percent.unit));
        assert_eq!(read("63.3% complete"), Some((6_330, 10)));
        assert_eq!(read("126,670 tokens (63.3 %)"), Some((6_330, 10)));
        assert_eq!(read("(77-80% of budget)"), Some((8_000, 100)));
        assert_eq!(read("100%"), Some((10_000, 100)));
        assert_eq!(read("complete"), None);
        assert_eq!(read("%"), None);
        assert_eq!(read("한%"), None);
    }

    #[test]
    fn durations_and_times_are_read() {
        let table = [
            ("2h", 120),
            ("1h 15m", 75),
            ("45m", 45),
            ("75 min", 75),
            ("~9h", 540),
            ("1.5h", 90),
            ("90s", 1),
        ];
        for (text, expected) in table {
            assert_eq!(minutes(text), Ok(Some(expected)), "{text}");
        }
        for text in [
            "2",
            "h",
            "2 weeks",
            "two hours",
            "1h15",
            "99999999999999999999h",
        ] {
            assert_eq!(minutes(text), Err(Unreadable), "{text}");
        }
        let range = |text| time_range(text).map(|range| range.map(|range| range.to_string()));
        assert_eq!(range("10:10"), Ok(Some("10:10".to_owned())));
        assert_eq!(range("10:10 – 10:17"), Ok(Some("10:10-10:17".to_owned())));
        assert_eq!(range("16:07-present"), Ok(Some("16:07-now".to_owned())));
        assert_eq!(range("23:50-24:00"), Ok(Some("23:50-00:00".to_owned())));
        assert_eq!(range("9:05:59"), Ok(Some("09:05".to_owned())));
        for text in [
            "25:00",
            "24:01",
            "10:60",
            "10",
            "10:10-",
            "noon",
            "10:10-later",
            "1:2:3:4",
        ] {
            assert_eq!(range(text), Err(Unreadable), "{text}");
        }
        assert_eq!(date("2026-02-25"), Ok(NaiveDate::from_ymd_opt(2026, 2, 25)));
        assert_eq!(date("2026/02/25"), Ok(NaiveDate::from_ymd_opt(2026, 2, 25)));
        for text in [
            "2026-02-30",
            "26-02-25",
            "2026-2-5",
            "Feb 25",
            "2026-02",
            "2026-02-25-01",
        ] {
            assert_eq!(date(text), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn a_status_is_a_symbol_or_a_word_or_both() {
        let table = [
            ("✅ COMPLETE", Status::Done),
            ("✅", Status::Done),
            ("done", Status::Done),
            ("✅ shipped", Status::Done),
            ("⏳ PENDING", Status::Pending),
            ("🔄 IN_PROGRESS", Status::Running),
            ("In progress", Status::Running),
            ("running (2 of 3)", Status::Running),
            ("❌ FAILED", Status::Failed),
            ("BLOCKED", Status::Failed),
            ("✅ PENDING", Status::Other("✅ PENDING".to_owned())),
            ("🚀 launched", Status::Other("🚀 launched".to_owned())),
            ("in review", Status::Other("in review".to_owned())),
        ];
        for (text, expected) in table {
            assert_eq!(status(text), Some(expected), "{text}");
        }
        assert_eq!(status(" — "), None);
    }

    #[test]
    fn sentences_of_the_notes_are_read() {
        let read = |text| {
            leading_tokens(text).map(|cell| (cell.from.map(|from| from.0), cell.used.value.0))
        };
        assert_eq!(read("200,000 tokens"), Some((None, 200_000)));
        assert_eq!(
            read("~155,000-160,000 tokens (77-80% of budget)"),
            Some((Some(155_000), 160_000))
        );
        assert_eq!(read("155K-160K tokens"), Some((Some(155_000), 160_000)));
        assert_eq!(
            read("3-5K tokens per deliverable"),
            Some((Some(3_000), 5_000))
        );
        assert_eq!(
            read(">6K tokens per deliverable (investigate)"),
            Some((None, 6_000))
        );
        assert_eq!(read("200K. More later"), Some((None, 200_000)));
        assert_eq!(read("200000"), Some((None, 200_000)));
        assert_eq!(read("about 200K"), None);
        assert_eq!(read(""), None);
        let metric = |text| efficiency(text).map(|cell| (cell.count, cell.deliverables));
        assert_eq!(
            metric("12.45K / 4 deliverables ≈ 3.1K/deliverable ✅"),
            Some((4, true))
        );
        assert_eq!(
            metric("45.2K / 1 task = 45.2K/task (framework heavy, expected)"),
            Some((1, false))
        );
        assert_eq!(metric("45.2K / some tasks"), None);
        assert_eq!(metric("3.1K/deliverable"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,24}|[-0-9,._~≈/KMB%$€: h–m()]{0,16}") {
            let _ = (tokens(&text), money(&text), percent(&text), count(&text), minutes(&text), date(&text));
            let _ = (time_range(&text), status(&text), efficiency(&text), leading_tokens(&text));
        }

        #[test]
        fn the_short_way_reads_what_the_long_one_does(text in "[0-9]{1,4}(,[0-9]{2,4}){0,6}|[0-9,]{0,24}") {
            if let Some(value) = plain_number(&text) {
                let long = token_range(&text).unwrap();
                prop_assert_eq!(long.used, Amount::exact(Tokens(value)));
            }
        }

        #[test]
        fn a_printed_number_reads_back(value in 0..=1_000_000_000_000_000_u64) {
            let cell = tokens(&Tokens(value).to_string()).unwrap().unwrap();
            prop_assert_eq!(cell.used, Amount::exact(Tokens(value)));
            let short = tokens(&Tokens(value).compact()).unwrap().unwrap().used;
            prop_assert!(short.agrees_with(&Amount::exact(Tokens(value))));
        }
    }
}
