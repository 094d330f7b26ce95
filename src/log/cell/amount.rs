//! Tokens, money, percentages and counts as they are written in a cell.

use std::ops::Range;

use super::{
    Limit, Parsed, Unreadable, number::Number, parse_number, split_while, without_estimate_mark,
};
use crate::model::{Amount, Currency, Price, Tokens};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCell {
    pub used: Amount<Tokens>,
    /// The lower end, where a range is written; the upper one is the value.
    pub from: Option<Tokens>,
    /// The figure after a slash.
    pub limit: Option<Amount<Tokens>>,
}

impl TokenCell {
    const fn one(used: Amount<Tokens>) -> Self {
        let (from, limit) = (None, None);
        Self { used, from, limit }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyCell {
    /// In nanos.
    pub amount: Amount<u64>,
    pub currency: Option<Currency>,
    /// A `+` follows: it is more than that.
    pub open: bool,
}

/// Reads `45,230`, `45.2K`, `~45,000`, `155K / 200K`, `~155,000-160,000`, each with or without the word `tokens`
/// and a remark in brackets after it.
pub fn tokens(text: &str) -> Parsed<TokenCell> {
    parse_number(text, Limit::TOKENS, |text| {
        if let Some(value) = plain_number(text) {
            return Some(TokenCell::one(Amount::exact(Tokens(value))));
        }
        let text = without_remark(text);
        let Some((used, limit)) = text.split_once('/') else {
            return token_range(text);
        };
        let limit = Some(token_range(limit)?.used);
        let used = token_range(used)?;
        Some(TokenCell { limit, ..used })
    })
}

/// A fast path for the spelling that nearly every figure has: digits, with a comma before each three of them. `None` for every
/// other spelling, even where it is valid.
fn plain_number(text: &str) -> Option<u64> {
    const MAX_DIGITS: usize = 15;
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > MAX_DIGITS + MAX_DIGITS / 3 {
        return None;
    }
    let (mut value, mut digits) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' if digits < MAX_DIGITS => {
                value = value * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b',' if at > 0 && (bytes.len() - at).is_multiple_of(4) => {}
            _ => return None,
        }
    }
    let commas = bytes.len() - digits;
    (commas == 0 || commas == (digits - 1) / 3).then_some(value)
}

fn token_range(text: &str) -> Option<TokenCell> {
    let (estimate, text) = without_estimate_mark(text.trim());
    let text = without_suffix_word(text, &["tokens", "token", "tok"]);
    let dash = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '-' | '–' | '—'));
    let Some((at, dash)) = dash else {
        return Some(TokenCell::one(Number::read(text)?.tokens(estimate)?));
    };
    let (from, to) = (text.get(..at)?, text.get(at + dash.len_utf8()..)?);
    let to = Number::read(without_estimate_mark(to.trim()).1)?;
    let mut from = Number::read(from)?;
    if from.magnitude.is_none() {
        // `3-5K` means 3K to 5K.
        from.magnitude = to.magnitude;
    }
    let (from, to) = (from.tokens(true)?, to.tokens(true)?);
    let from = Some(from.value).filter(|from| *from <= to.value)?;
    Some(TokenCell {
        from: Some(from),
        ..TokenCell::one(to)
    })
}

/// Reads the amount at the start of a longer text: `200,000 tokens`, `~155,000-160,000 tokens (77-80% of budget)`,
/// `>6K tokens per deliverable`.
pub fn leading_tokens(text: &str) -> Result<TokenCell, Unreadable> {
    const PARTS: &str = "0123456789,._-–—~≈ \u{a0}\u{202f}";
    let text = text
        .trim()
        .trim_start_matches(['>', '<', '≥', '≤'])
        .trim_start();
    let mut following = text.chars().skip(1);
    let is_end = |c: char| {
        let ends_word = !following.next().is_some_and(char::is_alphanumeric);
        !(PARTS.contains(c) || ends_word && "KkMmBb".contains(c))
    };
    let (number, rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
    if changes_the_number(rest) {
        return Err(Unreadable::Malformed);
    }
    let number = number.trim_end_matches([' ', '.', ',', '-', '–', '—']);
    token_range(number).ok_or_else(|| Limit::TOKENS.refuse(number))
}

/// Whether what follows a number makes it another one: ` million`, `%`, ` / 200K`, ` USD`.
fn changes_the_number(rest: &str) -> bool {
    const WORDS: [&str; 10] = [
        "hundred", "thousand", "million", "billion", "trillion", "mio", "mn", "bn", "mrd",
        "percent",
    ];
    let rest = rest.trim_start();
    if let Some(limit) = rest.strip_prefix('/') {
        return limit.trim_start().starts_with(|c: char| c.is_ascii_digit());
    }
    let (written, _) = split_while(rest, char::is_alphabetic);
    let is_code = || written.chars().all(char::is_uppercase) && Currency::parse(written).is_some();
    let word = written.to_lowercase();
    let word = word.strip_suffix('s').unwrap_or(&word);
    rest.starts_with([
        '%', '$', '€', '£', '¥', '₩', '₹', '百', '千', '万', '萬', '億', '백', '천', '만', '억',
    ]) || WORDS.contains(&word)
        || is_code()
}

/// Reads `$0.136`, `€18.76`, `0.14 USD`, `25,57 $`, `<$0.01`, `~$0.315`, `$0.037+`.
pub fn money(text: &str) -> Parsed<MoneyCell> {
    parse_number(text, Limit::MONEY, |text| {
        let text = without_remark(text);
        let closed = text.strip_suffix('+').map(str::trim_end);
        let (open, text) = (closed.is_some(), closed.unwrap_or(text));
        let (tilde, text) = without_estimate_mark(text);
        let below = text.strip_prefix('<');
        let (currency, number) = split_currency(below.unwrap_or(text))?;
        let amount = Number::read_money(number)?.nanos(tilde || below.is_some())?;
        Some(MoneyCell {
            amount,
            currency,
            open,
        })
    })
}

/// Reads what `tokens` cost, as [`money`], but without a mark of an estimate: in picos per token, and the currency where one is
/// written. None where that is not exact, or more than any token costs.
pub fn price(text: &str, tokens: Tokens) -> Option<(u64, Option<Currency>)> {
    let (currency, number) = split_currency(text.trim())?;
    let picos = Number::read_money(number)?.scaled(12)?;
    let per_token = picos.checked_div(tokens.0.into())?;
    let is_exact = per_token * u128::from(tokens.0) == picos;
    let per_token = u64::try_from(per_token).ok().filter(|_| is_exact)?;
    (per_token <= Price::MAX_PICOS).then_some((per_token, currency))
}

/// Separates a number from the sign or code of its currency, on either side.
fn split_currency(text: &str) -> Option<(Option<Currency>, &str)> {
    let is_number = |c: char| c.is_ascii_digit();
    let mut first = text.find(is_number)?;
    if text.get(..first)?.ends_with('.') {
        // `$.01`: the point belongs to the number.
        first -= 1;
    }
    let mut last = text.rfind(is_number)? + 1;
    let rest = text.get(last..)?;
    // `25K`: the letter belongs to the number. `25 SEK`: it does not.
    if rest.trim_start().len() == 1 && rest.ends_with(['K', 'k', 'M', 'm']) {
        last = text.len();
    }
    let currency = match (text.get(..first)?.trim(), text.get(last..)?.trim()) {
        ("", "") => None,
        (sign, "") | ("", sign) => Some(Currency::parse(sign)?),
        (sign, code) => {
            Some(Currency::parse(code).filter(|currency| currency.sign() == Some(sign))?)
        }
    };
    Some((currency, text.get(first..last)?))
}

/// Reads the first percentage in a text, in hundredths of a percent: `63.3% complete`, `(63.3 %)`, `77-80%` (its upper end).
pub fn percent(text: &str) -> Option<Amount<u64>> {
    let number = Number::read(text.get(percent_span(text)?)?)?;
    Some(Amount {
        value: number.scaled(2)?.try_into().ok()?,
        unit: 10_u64.pow(2_u32.saturating_sub(number.decimals)),
        estimate: false,
    })
}

/// The bytes of the number before the first `%`.
pub fn percent_span(text: &str) -> Option<Range<usize>> {
    let before = text.split_once('%')?.0.trim_end();
    let start = before
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
        .len();
    (start < before.len()).then_some(start..before.len())
}

/// Reads a number of deliverables or minutes.
pub fn count(text: &str) -> Parsed<u64> {
    parse_number(text, Limit::COUNT, |text| {
        let number = Number::read(without_remark(text))?;
        let is_whole = number.magnitude.is_none() && number.decimals == 0;
        let count = number.scaled(0)?.try_into().ok();
        count.filter(|count| is_whole && Limit::COUNT.allows(*count))
    })
}

/// Reads what follows the team's name in the list of efficiency metrics: `12.45K / 4 deliverables ≈ 3.1K/deliverable`,
/// `45.2K / 1 task = …`. Returns the number of things the tokens went into, and whether these are deliverables.
pub fn efficiency(text: &str) -> Option<(u64, bool)> {
    let (used, rest) = text.split_once('/')?;
    token_range(used)?;
    let (count, rest) = split_while(rest.trim_start(), |c| c.is_ascii_digit());
    let (word, _) = split_while(rest.trim_start(), char::is_alphabetic);
    let deliverables = match word.to_ascii_lowercase().as_str() {
        "deliverable" | "deliverables" => true,
        "task" | "tasks" => false,
        _ => return None,
    };
    Some((count.parse().ok()?, deliverables))
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
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let word = text.get(number.len()..).unwrap_or_default();
    let is_known = words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is_known && !number.is_empty() {
        number.trim_end()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Money;

    fn figure(text: &str) -> String {
        match tokens(text) {
            Err(Unreadable::Malformed) => "unreadable".to_owned(),
            Err(Unreadable::TooLarge(most)) => format!("more than {most}"),
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

    #[test]
    fn a_number_that_is_too_large_is_told_from_what_is_none() {
        let too_large = Unreadable::TooLarge("1,000,000,000,000,000");
        for text in [
            "9,007,199,254,740,993",
            "1,000,000,000,000,001",
            "99999999999999999999999999999999999999999",
            "~2,000,000,000,000,000",
            "1,000,001B",
            "2,000,000,000,000,000 tokens",
            "1,000 / 2,000,000,000,000,000",
            "5-2,000,000,000,000,000",
            "99999999999999999999.5K",
        ] {
            assert_eq!(tokens(text), Err(too_large), "{text}");
        }
        assert_eq!(figure("1,000,000B"), "1,000,000,000,000,000 ±500000000");
        let too_large = Err(Unreadable::TooLarge("1,000,000,000"));
        for text in [
            "$9,007,199,254,740,993",
            "1.000.000.001,50 €",
            "$1001M",
            "99999999999 USD",
        ] {
            assert_eq!(
                money(text).map(|_| ()),
                too_large.map(|_: u64| ()),
                "{text}"
            );
        }
        for text in ["1,000,000,001", "99999999999999999999999"] {
            assert_eq!(
                count(text).map(|_| ()),
                too_large.map(|_: u64| ()),
                "{text}"
            );
        }
        for text in [
            "-9,007,199,254,740,993",
            "9,007,199,254,740,99x",
            "9,0071",
            "1e99",
        ] {
            assert_eq!(tokens(text), Err(Unreadable::Malformed), "{text}");
        }
    }

    fn cost(text: &str) -> Option<(u64, bool, Option<&'static str>)> {
        let cell = money(text).ok()??;
        Some((
            cell.amount.value,
            cell.amount.estimate,
            cell.currency.and_then(Currency::sign),
        ))
    }

    #[test]
    fn money_is_read_in_every_spelling() {
        let table = [
            ("$0.136", Some((136_000_000, false, Some("$")))),
            ("€18.76", Some((18_760_000_000, false, Some("€")))),
            ("0.14 USD", Some((140_000_000, false, Some("$")))),
            ("USD 0.14", Some((140_000_000, false, Some("$")))),
            ("$0.14 USD", Some((140_000_000, false, Some("$")))),
            ("25,57 $", Some((25_570_000_000, false, Some("$")))),
            ("1.234,56 €", Some((1_234_560_000_000, false, Some("€")))),
            ("$1,234.56", Some((1_234_560_000_000, false, Some("$")))),
            ("$1,234", Some((1_234_000_000_000, false, Some("$")))),
            ("0,135 €", Some((135_000_000, false, Some("€")))),
            ("<$0.01", Some((10_000_000, true, Some("$")))),
            ("~$0.315", Some((315_000_000, true, Some("$")))),
            ("0.000378", Some((378_000, false, None))),
            ("$0.0000005", Some((500, false, Some("$")))),
            ("$0.0000000005", Some((1, false, Some("$")))),
            ("$0.0000000000", Some((0, false, Some("$")))),
            ("$0.0000000015", Some((2, false, Some("$")))),
            ("$.01", Some((10_000_000, false, Some("$")))),
            (".5 EUR", Some((500_000_000, false, Some("€")))),
            ("~$.01", Some((10_000_000, true, Some("$")))),
            ("$.", None),
            ("$..1", None),
            (
                "$1000M",
                Some((1_000_000_000_000_000_000, false, Some("$"))),
            ),
            ("$1001M", None),
            ("$1.2K", Some((1_200_000_000_000, false, Some("$")))),
            ("₩1,500", Some((1_500_000_000_000, false, Some("₩")))),
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
    fn prices_are_read_exactly_or_not_at_all() {
        let read = |text, tokens| {
            price(text, Tokens(tokens))
                .map(|(picos, currency)| (picos, currency.and_then(Currency::sign)))
        };
        assert_eq!(read("0.003", 1_000), Some((3_000_000, None)));
        assert_eq!(read("$0.003", 1_000), Some((3_000_000, Some("$"))));
        assert_eq!(read("3 EUR", 1_000_000), Some((3_000_000, Some("€"))));
        assert_eq!(read("0.0375 USD", 1_000_000), Some((37_500, Some("$"))));
        assert_eq!(read("0.0000001", 1_000_000), None, "a tenth of a pico");
        for wrong in ["free", "~3", "-1", "$2M", ""] {
            assert_eq!(read(wrong, 1), None, "{wrong}");
        }
        assert_eq!(read("1", 0), None);
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
    fn sentences_of_the_notes_are_read() {
        let read = |text| {
            leading_tokens(text)
                .ok()
                .map(|cell| (cell.from.map(|from| from.0), cell.used.value.0))
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
        assert_eq!(
            efficiency("12.45K / 4 deliverables ≈ 3.1K/deliverable ✅"),
            Some((4, true))
        );
        assert_eq!(
            efficiency("45.2K / 1 task = 45.2K/task (framework heavy, expected)"),
            Some((1, false))
        );
        assert_eq!(efficiency("45.2K / some tasks"), None);
        assert_eq!(efficiency("3.1K/deliverable"), None);
    }

    proptest! {
        #[test]
        fn the_short_way_reads_what_the_long_one_does(text in "[0-9]{1,4}(,[0-9]{2,4}){0,6}|[0-9,]{0,24}|9{14,24}") {
            if let Some(value) = plain_number(&text) {
                let long = token_range(&text).unwrap();
                prop_assert_eq!(long.used, Amount::exact(Tokens(value)));
            }
        }

        #[test]
        fn printed_money_reads_back(nanos in 0..=1_000_000_000_000_000_000_u64, small in 0..18_u32, code in "USD|EUR|CHF|KRW") {
            let nanos = nanos / 10_u64.pow(small);
            let currency = Currency::parse(&code).unwrap();
            let written = Money { nanos: nanos.into(), currency };
            let read = |text: &str| money(text).unwrap().unwrap();
            prop_assert_eq!(read(&written.decimal()).amount.value, nanos);
            let shown = read(&written.to_string());
            prop_assert_eq!(shown.currency, Some(currency));
            prop_assert!(shown.amount.value.abs_diff(nanos) * 2 <= shown.amount.unit, "{}", written);
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
