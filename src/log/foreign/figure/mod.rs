//! Tokens and money in every spelling that people use, read strictly: the whole cell is the figure.
//! What a mark between digits means is decided by what the whole file shows.

mod text;

use self::text::{Figure, Signs};
use super::{super::cell, words};
use crate::model::{Amount, Currency, DecimalMark, Tokens};

/// How the figures of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FigureStyle {
    /// By `[read] decimal`, else by the evidence of the file. None reads as in logs of tokmon.
    pub decimal: Option<DecimalMark>,
    /// The power of ten of figures without a magnitude: 3 for `Tokens (K)`.
    pub power: u32,
    /// By the header: what `$` and `¥` mean, and figures without a sign.
    pub currency: Option<Currency>,
    /// Two figures with a slash between are in and out, not a figure and its limit.
    pub is_pair: bool,
}

/// What the figures of a file show about its decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DecimalEvidence {
    point: u64,
    comma: u64,
}

impl DecimalEvidence {
    /// Looks at a cell of a column of figures.
    pub fn note(&mut self, text: &str) {
        const LONGEST: usize = 200;
        let text = words::without_remark(text);
        if text.len() > LONGEST {
            return;
        }
        for number in text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',') {
            match decimal_mark(number.trim_end_matches(['.', ','])) {
                Some(DecimalMark::Point) => self.point += 1,
                Some(DecimalMark::Comma) => self.comma += 1,
                None => {}
            }
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.point += other.point;
        self.comma += other.comma;
    }

    /// The mark of nine in ten of the figures that show one. None where no figure shows it, or they contradict each other.
    pub fn mark(&self) -> Option<DecimalMark> {
        let is_rare = |rare: u64, usual: u64| usual > 0 && rare.saturating_mul(9) <= usual;
        if is_rare(self.comma, self.point) {
            Some(DecimalMark::Point)
        } else {
            is_rare(self.point, self.comma).then_some(DecimalMark::Comma)
        }
    }
}

/// What a number shows by itself: `1.234,5` has a decimal comma, `36.500` may have either.
fn decimal_mark(number: &str) -> Option<DecimalMark> {
    let (at, last) = number
        .char_indices()
        .rfind(|(_, c)| matches!(c, '.' | ','))?;
    let (mark, other) = match last {
        '.' => (DecimalMark::Point, DecimalMark::Comma),
        _ => (DecimalMark::Comma, DecimalMark::Point),
    };
    let (whole, decimals) = (number.get(..at)?, number.get(at + 1..)?);
    if whole.contains(last) {
        // `1.234.567`: it is between thousands.
        let mut groups = whole.split(last);
        let is_first = groups
            .next()
            .is_some_and(|group| matches!(group.len(), 1..=3));
        let are_thousands = is_first && groups.all(|group| group.len() == 3) && decimals.len() == 3;
        return are_thousands.then_some(other);
    }
    let has_both = whole.contains(['.', ',']);
    let may_be_thousands = decimals.len() == 3 && matches!(whole.len(), 1..=3) && whole != "0";
    (has_both || !may_be_thousands).then_some(mark)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenFigure {
    pub used: Amount<Tokens>,
    /// The lower end of a range; the upper one is the value.
    pub from: Option<Tokens>,
    /// The figure after a slash.
    pub limit: Option<Amount<Tokens>>,
    /// Where the cell has in and out, of which `used` is the sum.
    pub parts: Option<(Amount<Tokens>, Amount<Tokens>)>,
    /// `45K+`, `>45K`: it is that or more.
    pub is_open: bool,
    /// `12K*`: a note may say what that means.
    pub has_mark: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyFigure {
    /// In nanos.
    pub amount: Amount<u64>,
    pub from: Option<u64>,
    /// The figure after a slash, in nanos.
    pub limit: Option<u64>,
    /// As the cell says, else as the header does.
    pub currency: Option<Currency>,
    pub is_open: bool,
    pub has_mark: bool,
}

/// Why a cell is not read as a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureError {
    Malformed,
    TooLarge(&'static str),
    /// `36.500`, `32,1 k`: the file does not show what the mark means. It is a figure all the same.
    Ambiguous,
}

/// None where the cell says that there is no figure.
pub type ParsedFigure<T> = Result<Option<T>, FigureError>;

impl From<cell::Unreadable> for FigureError {
    fn from(error: cell::Unreadable) -> Self {
        match error {
            cell::Unreadable::Malformed => Self::Malformed,
            cell::Unreadable::TooLarge(most) => Self::TooLarge(most),
        }
    }
}

/// Reads a cell of tokens: `155k / 200k`, `107 in / 9 out`, `~8–12K`, `45K+`, `12万`, `9k (3 calls)`.
pub fn tokens(text: &str, style: &FigureStyle) -> ParsedFigure<TokenFigure> {
    if words::is_absent(text) {
        return Ok(None);
    }
    let cell = CellText::read(text);
    let cell = cell.as_ref().ok_or(FigureError::Malformed)?;
    if let Some(figure) = in_and_out(cell, style) {
        return figure.map(Some);
    }
    let (used, limit) = match cell.text.split_once('/') {
        Some((used, limit)) => (used, Some(token_range(limit, style)?.used)),
        None => (cell.text.as_str(), None),
    };
    let mut figure = token_range(used, style)?;
    figure.limit = limit;
    figure.used.estimate |= cell.is_estimate;
    Ok(Some(figure))
}

/// Reads a cell of money: `~$8–12`, `$0 (free)`, `$28 CAD`, `NT$12`, `1.234,50 €`, `3万円`, `$0.50 / $20`.
pub fn money(text: &str, style: &FigureStyle) -> ParsedFigure<MoneyFigure> {
    if words::is_absent(text) {
        return Ok(None);
    }
    if words::is_free(text) {
        return Ok(Some(MoneyFigure {
            amount: Amount::exact(0),
            from: None,
            limit: None,
            currency: style.currency,
            is_open: false,
            has_mark: false,
        }));
    }
    let cell = CellText::read(text);
    let cell = cell.as_ref().ok_or(FigureError::Malformed)?;
    let (spent, limit) = match cell.text.split_once('/') {
        Some((spent, limit)) => (spent, Some(money_range(limit, style)?.amount.value)),
        None => (cell.text.as_str(), None),
    };
    let mut figure = money_range(spent, style)?;
    figure.limit = limit;
    figure.amount.estimate |= cell.is_estimate;
    Ok(Some(figure))
}

/// Whether a cell is money by a sign or word of a currency, and not tokens.
pub fn has_currency(text: &str) -> bool {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b',' || byte == b'.')
    {
        return false;
    }
    let cell = money(text, &FigureStyle::default());
    cell.is_ok_and(|cell| cell.is_some_and(|cell| cell.currency.is_some()))
}

/// A cell in one spelling, without its remark.
#[derive(Debug)]
struct CellText {
    text: String,
    /// The remark says so: `45K (est.)`.
    is_estimate: bool,
}

impl CellText {
    /// None where it is longer than any figure.
    fn read(text: &str) -> Option<Self> {
        const LONGEST: usize = 120;
        let figure = words::without_remark(text);
        let remark = text.trim().get(figure.len()..).unwrap_or_default();
        if figure.len() > LONGEST {
            return None;
        }
        let is_estimate = (3..=LONGEST).contains(&remark.len()) && {
            let phrase = words::Phrase::read(remark);
            let atoms = phrase.atoms();
            atoms.len() == 1 && atoms.iter().any(|atom| atom.is(words::Term::Estimated))
        };
        let text = words::fold(figure).replace(['’', '`'], "'");
        Some(Self { text, is_estimate })
    }
}

/// `107 in / 9 out`, `12k in + 3k out`, `100 / 50` below `In / Out`.
fn in_and_out(cell: &CellText, style: &FigureStyle) -> Option<Result<TokenFigure, FigureError>> {
    let separators = [" / ", "/", "+", ";", "|", "&", "·", ", "];
    let (one, other) = separators.iter().find_map(|separator| {
        let (one, other) = cell.text.split_once(separator)?;
        let is_figure = |text: &str| text.contains(|c: char| c.is_ascii_digit());
        (is_figure(one) && is_figure(other)).then_some((one, other))
    })?;
    let (first, second) = (Figure::read(one.trim())?, Figure::read(other.trim())?);
    let (input, output) = if first.signs.is_in && second.signs.is_out {
        (first, second)
    } else if first.signs.is_out && second.signs.is_in {
        (second, first)
    } else if style.is_pair && !is_tagged(&first.signs) && !is_tagged(&second.signs) {
        (first, second)
    } else {
        return None;
    };
    if input.signs.currency.is_some() || output.signs.currency.is_some() {
        return Some(Err(FigureError::Malformed));
    }
    let read = || {
        let (input, output) = (input.tokens(style)?, output.tokens(style)?);
        let used = input + output;
        let used = Amount {
            estimate: used.estimate || cell.is_estimate,
            ..used
        };
        Ok(TokenFigure {
            used,
            from: None,
            limit: None,
            parts: Some((input, output)),
            is_open: first.signs.is_open || second.signs.is_open,
            has_mark: first.signs.has_mark || second.signs.has_mark,
        })
    };
    Some(read())
}

const fn is_tagged(signs: &Signs) -> bool {
    signs.is_in || signs.is_out
}

fn token_range(text: &str, style: &FigureStyle) -> Result<TokenFigure, FigureError> {
    let (from, to) = ends(text).ok_or(FigureError::Malformed)?;
    let is_money = |figure: &Figure<'_>| figure.signs.currency.is_some();
    if is_money(&to) || from.as_ref().is_some_and(is_money) {
        return Err(FigureError::Malformed);
    }
    let mut used = to.tokens(style)?;
    let from = from.map(|from| from.tokens(style)).transpose()?;
    if from.is_some_and(|from| from.value > used.value) {
        return Err(FigureError::Malformed);
    }
    used.estimate |= from.is_some();
    Ok(TokenFigure {
        used,
        from: from.map(|from| from.value),
        limit: None,
        parts: None,
        is_open: to.signs.is_open,
        has_mark: to.signs.has_mark,
    })
}

fn money_range(text: &str, style: &FigureStyle) -> Result<MoneyFigure, FigureError> {
    let (from, to) = ends(text).ok_or(FigureError::Malformed)?;
    let is_money = |figure: &Figure<'_>| !figure.signs.is_tokens && !is_tagged(&figure.signs);
    if !is_money(&to) || !from.as_ref().is_none_or(is_money) {
        return Err(FigureError::Malformed);
    }
    let mut amount = to.nanos(style)?;
    let lower = from.map(|from| from.nanos(style)).transpose()?;
    if lower.is_some_and(|lower| lower.value > amount.value) {
        return Err(FigureError::Malformed);
    }
    amount.estimate |= lower.is_some();
    let of_lower = from.and_then(|from| from.signs.currency_in(style));
    let of_upper = to.signs.currency_in(style);
    Ok(MoneyFigure {
        amount,
        from: lower.map(|lower| lower.value),
        limit: None,
        // `$8–12`: the sign is for both.
        currency: to.signs.currency.and(of_upper).or(of_lower).or(of_upper),
        is_open: to.signs.is_open,
        has_mark: to.signs.has_mark,
    })
}

/// The lower end of a range, if there is one, and the figure itself.
fn ends(text: &str) -> Option<(Option<Figure<'_>>, Figure<'_>)> {
    const DASHES: [char; 8] = ['-', '–', '—', '−', '~', '〜', '∼', '→'];
    let text = text.trim();
    let is_digit = |c: char| c.is_ascii_digit();
    let first = text.find(is_digit)?;
    let dash = text.get(first..)?.find(DASHES).map(|at| first + at);
    let Some((lower, upper)) = dash.and_then(|at| text.split_at_checked(at)) else {
        return Some((None, Figure::read(text)?));
    };
    let upper = upper.trim_start_matches(DASHES);
    let (mut lower, upper) = (Figure::read(lower.trim())?, Figure::read(upper.trim())?);
    let currencies = (lower.signs.currency, upper.signs.currency);
    if matches!(currencies, (Some(one), Some(other)) if one != other) {
        return None;
    }
    if lower.signs.magnitude.is_none() {
        // `3-5K` means 3K to 5K.
        lower.signs.magnitude = upper.signs.magnitude;
    }
    Some((Some(lower), upper))
}

#[cfg(test)]
mod tests;
