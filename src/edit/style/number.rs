//! Figures: separators, magnitudes, digits after the point, signs of money.

use std::ops::Range;

use crate::model::{self, Currency, Tokens, divide_half_even};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenStyle {
    separator: Option<char>,
    /// The letter for thousands, millions or billions, and the digits after the point before it.
    magnitude: Option<(char, usize)>,
}

impl Default for TokenStyle {
    fn default() -> Self {
        Self {
            separator: Some(','),
            magnitude: None,
        }
    }
}

impl TokenStyle {
    /// The style of the newest figures of a column that show one: those below a thousand show neither separator nor magnitude.
    pub(crate) fn of<'a>(mut newest_first: impl Iterator<Item = &'a str>) -> Self {
        newest_first.find_map(Self::of_figure).unwrap_or_default()
    }

    fn of_figure(raw: &str) -> Option<Self> {
        let number = raw.get(number_span(raw)?)?;
        let magnitude = number.chars().next_back().filter(char::is_ascii_alphabetic);
        let separator = number.chars().find(|c| is_separator(*c));
        let digits = number.chars().filter(char::is_ascii_digit).count();
        if magnitude.is_none() && digits < 4 {
            return None;
        }
        let magnitude = magnitude.map(|letter| {
            let (_, decimals, _) = split_decimals(number.trim_end_matches(letter).trim_end());
            (letter, decimals)
        });
        Some(Self {
            separator: separator.filter(|_| magnitude.is_none()),
            magnitude,
        })
    }

    /// The figure, to the last token: in full digits where a magnitude would take more digits after the point than it had. So a sum
    /// does not look as if all its parts were known as exactly as it is written.
    pub(crate) fn spell(self, tokens: Tokens) -> String {
        let in_magnitude = self.magnitude.and_then(|style| in_magnitude(tokens, style));
        let separator = self.separator.or(self.magnitude.map(|_| ','));
        in_magnitude.unwrap_or_else(|| grouped(tokens.0.into(), separator))
    }
}

/// `13.6K`. None where that needs more digits after the point than these.
fn in_magnitude(tokens: Tokens, (letter, decimals): (char, usize)) -> Option<String> {
    let power = match letter.to_ascii_uppercase() {
        'K' => 3,
        'M' => 6,
        'B' => 9,
        _ => return None,
    };
    let unit = 10_u64.pow(power);
    let (whole, rest) = (tokens.0 / unit, tokens.0 % unit);
    let fraction = format!("{rest:0width$}", width = power as usize);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let is_short = tokens.0 > 0 && fraction.len() <= decimals;
    is_short.then(|| format!("{whole}{point}{fraction}{letter}"))
}

/// A cell with another figure of tokens in the place of its own, everything else as it was. None where it holds no number.
pub(crate) fn respell_tokens(raw: &str, tokens: Tokens, estimate: bool) -> Option<String> {
    let span = number_span(raw)?;
    let style = TokenStyle::of_figure(raw.get(span.clone())?).unwrap_or_default();
    let is_marked = raw.get(..span.start)?.trim_end().ends_with(['~', '≈']);
    let mark = if estimate && !is_marked { "~" } else { "" };
    with(raw, span, &format!("{mark}{}", style.spell(tokens)))
}

/// A text with another one in the place of a part of it.
pub(crate) fn with(raw: &str, span: Range<usize>, text: &str) -> Option<String> {
    let (before, after) = (raw.get(..span.start)?, raw.get(span.end..)?);
    Some([before, text, after].concat())
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MoneyStyle {
    before: String,
    after: String,
    decimals: usize,
    point: char,
    separator: Option<char>,
}

impl MoneyStyle {
    /// Without a style to follow: three decimals, and the sign of the currency before or its code after them.
    pub(crate) fn plain(currency: Option<Currency>) -> Self {
        let sign = currency.and_then(Currency::sign);
        let code = currency.filter(|_| sign.is_none());
        Self {
            before: sign.unwrap_or_default().to_owned(),
            after: code.map_or_else(String::new, |code| format!(" {code}")),
            decimals: 3,
            point: '.',
            separator: Some(','),
        }
    }

    /// As [`Self::plain`], with two decimals: for amounts that people wrote.
    pub(crate) fn of_people(currency: Option<Currency>) -> Self {
        Self {
            decimals: 2,
            ..Self::plain(currency)
        }
    }

    /// The style of an amount. None where there is none.
    pub(crate) fn of(raw: &str) -> Option<Self> {
        let span = number_span(raw)?;
        let bare = |part: &str| part.replace(['*', '_', '`', '~', '≈', '<', '+'], "");
        let number = raw.get(span.clone())?;
        let (whole, decimals, point) = split_decimals(number);
        Some(Self {
            before: bare(raw.get(..span.start)?).trim_start().to_owned(),
            after: bare(raw.get(span.end..)?).trim_end().to_owned(),
            decimals,
            point,
            separator: whole.chars().find(|c| is_separator(*c)),
        })
    }

    /// The amount, rounded half to even to the digits of the style; to the last of its own where it has to be exact, and to two that
    /// are not leading zeros where it would be nearly nothing.
    pub(crate) fn spell(&self, nanos: i128, exact: bool) -> String {
        format!("{}{}{}", self.before, self.digits(nanos, exact), self.after)
    }

    fn digits(&self, nanos: i128, exact: bool) -> String {
        const PLACES: usize = 9;
        let nanos = nanos.unsigned_abs();
        let unit = |places: usize| 10_u128.pow(u32::try_from(PLACES - places).unwrap_or(0));
        let rounded = |places: usize| divide_half_even(nanos, unit(places));
        let mut shown = self.decimals.min(PLACES);
        if exact || rounded(shown) == 0 || rounded(shown) < 10 && nanos < unit(0) {
            let own = (0..PLACES).find(|places| nanos.is_multiple_of(unit(*places)));
            let own = own.unwrap_or(PLACES);
            let two = (shown..PLACES).find(|places| !exact && rounded(*places) >= 10);
            let least = shown;
            shown = shown.max(two.map_or(own, |two| two.min(own)));
            while shown > least && rounded(shown) > 0 && rounded(shown).is_multiple_of(10) {
                shown -= 1;
            }
        }
        let scale = 10_u128.pow(u32::try_from(shown).unwrap_or(0));
        let whole = grouped(rounded(shown) / scale, self.separator);
        let places = self.decimals.max(shown);
        if places == 0 {
            return whole;
        }
        let fraction = format!("{:0shown$}", rounded(shown) % scale);
        format!("{whole}{}{fraction:0<places$}", self.point)
    }
}

/// A cell with another amount of money in the place of its own, marked with `~` as an estimate and with `+` as only a part.
/// None where it holds none.
pub(crate) fn respell_money(
    raw: &str,
    nanos: i128,
    exact: bool,
    [estimate, partial]: [bool; 2],
) -> Option<String> {
    const EMPHASIS: [char; 4] = ['*', '_', '`', ' '];
    let span = number_span(raw)?;
    let style = MoneyStyle::of(raw.get(span.clone())?)?;
    let (before, after) = (
        raw.get(..span.start)?,
        raw.get(span.end..)?.replace('+', ""),
    );
    let opening = before.len() - before.trim_start_matches(EMPHASIS).len();
    let (opening, sign) = before.split_at(opening);
    let sign = sign.replace(['~', '≈', '<'], "");
    let unit = after.split(['*', '_', '`', '(']).next()?.trim_end();
    let (unit, closing) = after.split_at(unit.len());
    let number = style.digits(nanos, exact);
    let marks = [
        if estimate { "~" } else { "" },
        if partial { "+" } else { "" },
    ];
    let [about, more] = marks;
    let sign = sign.trim_start();
    Some(format!(
        "{opening}{about}{sign}{number}{unit}{more}{closing}"
    ))
}

/// The first number in a text: digits, what groups them, a decimal part, the letter of a magnitude. Of a range, both ends.
pub(crate) fn number_span(raw: &str) -> Option<Range<usize>> {
    let start = raw.find(|c: char| c.is_ascii_digit())?;
    let mut end = one_number(raw, start);
    let rest = raw.get(end..)?;
    if let Some(to) = rest.trim_start().strip_prefix(['-', '–', '—']) {
        let to = to.trim_start().trim_start_matches(['~', '≈']);
        if to.starts_with(|c: char| c.is_ascii_digit()) {
            end = one_number(raw, raw.len() - to.len());
        }
    }
    Some(start..end)
}

fn one_number(raw: &str, start: usize) -> usize {
    let mut end = start;
    let mut chars = raw.get(start..).unwrap_or_default().chars().peekable();
    while let Some(c) = chars.next() {
        let goes_on = chars.peek().is_some_and(char::is_ascii_digit);
        if !(c.is_ascii_digit() || goes_on && (c == '.' || is_separator(c))) {
            break;
        }
        end += c.len_utf8();
    }
    let rest = raw.get(end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']).len();
    let mut letters = rest.get(blanks..).unwrap_or_default().chars();
    let letter = letters.next().unwrap_or(' ');
    let is_magnitude = matches!(letter.to_ascii_uppercase(), 'K' | 'M' | 'B');
    if is_magnitude && !letters.next().is_some_and(char::is_alphanumeric) {
        end += blanks + 1;
    }
    end
}

fn is_separator(c: char) -> bool {
    [',', '_', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '\''].contains(&c)
}

/// The part before the decimal mark, how many digits follow it, and the mark. A comma before one or two digits is one.
fn split_decimals(number: &str) -> (&str, usize, char) {
    if let Some((whole, fraction)) = number.rsplit_once('.')
        && fraction.chars().all(|c| c.is_ascii_digit())
    {
        return (whole, fraction.len(), '.');
    }
    match number.rsplit_once(',') {
        Some((whole, fraction)) if matches!(fraction.len(), 1 | 2) || whole == "0" => {
            (whole, fraction.len(), ',')
        }
        _ => (number, 0, '.'),
    }
}

fn grouped(value: u128, separator: Option<char>) -> String {
    let plain = model::grouped(value);
    match separator {
        Some(',') => plain,
        Some(other) => plain.replace(',', &other.to_string()),
        None => plain.replace(',', ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_follow_their_cell_and_stay_exact() {
        let respelled = |raw: &str, tokens| respell_tokens(raw, Tokens(tokens), false).unwrap();
        let table = [
            ("45,230", 46_430, "46,430"),
            ("**126,670**", 127_870, "**127,870**"),
            ("12.45K", 13_650, "13.65K"),
            ("22K", 22_001, "22,001"),
            ("1.65M", 1_651_234, "1,651,234"),
            ("1.65M", 2_000_000, "2M"),
            ("12.4K", 13_634, "13,634"),
            ("~12.4K", 13_634, "~13,634"),
            ("12.4K", 13_600, "13.6K"),
            ("18.9K", 5, "5"),
            ("~45 000", 46_200, "~46 200"),
            ("155K / 200K", 156_000, "156K / 200K"),
            ("~155,000-160,000", 161_000, "~161,000"),
            ("0", 12_450, "12,450"),
            ("45230 (est.)", 46_000, "46000 (est.)"),
            ("1200 tokens", 1_300, "1300 tokens"),
            ("45.2 K", 45_201, "45,201"),
            ("45.2 K", 45_300, "45.3K"),
        ];
        for (raw, tokens, expected) in table {
            assert_eq!(respelled(raw, tokens), expected, "{raw}");
        }
        assert_eq!(
            respell_tokens("45,230", Tokens(5), true).unwrap(),
            "~5",
            "an estimate is marked"
        );
        assert_eq!(respell_tokens("—", Tokens(5), false), None);
    }

    #[test]
    fn money_follows_its_cell() {
        let spelled = |raw: &str, nanos, exact, marks| respell_money(raw, nanos, exact, marks);
        let respelled = |raw: &str, nanos| spelled(raw, nanos, false, [false; 2]).unwrap();
        let table = [
            ("$0.136", 140_600_000, "$0.141"),
            ("**$0.381**", 385_000_000, "**$0.385**"),
            ("25,57 $", 26_000_000_000, "26,00 $"),
            ("€1,204.50", 2_000_000_000_000, "€2,000.00"),
            ("3 CHF", 3_500_000_000, "4 CHF"),
        ];
        for (raw, nanos, expected) in table {
            assert_eq!(respelled(raw, nanos), expected, "{raw}");
        }
        assert_eq!(
            spelled("$0.136", 140_600_000, true, [false; 2]).unwrap(),
            "$0.1406"
        );
        let marked = [
            ("**$0.381**", [true, true], "**~$0.5+**"),
            ("~$0.381", [false, false], "$0.5"),
            ("<$0.01", [true, false], "~$0.50"),
            ("**25,57 $+**", [false, true], "**0,50 $+**"),
            ("0.381 USD (est.)", [false, true], "0.5 USD+ (est.)"),
        ];
        for (raw, marks, expected) in marked {
            let spelled = spelled(raw, 500_000_000, false, marks).unwrap();
            assert_eq!(spelled.replace("500", "5"), expected, "{raw}");
        }
        assert_eq!(
            [0, 3, 300_000, 500_000, 500_001, 1_500_000].map(|nanos| respelled("$0.136", nanos)),
            [
                "$0.000",
                "$0.000000003",
                "$0.0003",
                "$0.0005",
                "$0.0005",
                "$0.0015"
            ]
        );
        assert_eq!(
            MoneyStyle::of("**~$0.136**")
                .unwrap()
                .spell(37_000_000, false),
            "$0.037"
        );
        assert_eq!(
            MoneyStyle::plain(Currency::parse("CHF")).spell(1_500_000_000, false),
            "1.500 CHF"
        );
    }
}
