//! Tokens and money in every spelling that people use, read strictly: the whole cell is the figure.
//! What a mark between digits means is decided by what the whole file shows.

use super::super::cell;
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
        let _ = text;
    }

    pub fn merge(&mut self, other: Self) {
        self.point += other.point;
        self.comma += other.comma;
    }

    /// None where no figure decides it, or figures contradict each other.
    pub fn mark(&self) -> Option<DecimalMark> {
        None
    }
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

/// Reads a cell of tokens.
pub fn tokens(text: &str, _style: &FigureStyle) -> ParsedFigure<TokenFigure> {
    let read = cell::tokens(text)?;
    Ok(read.map(|cell| TokenFigure {
        used: cell.used,
        from: cell.from,
        limit: cell.limit,
        parts: None,
        is_open: false,
        has_mark: false,
    }))
}

/// Reads a cell of money.
pub fn money(text: &str, style: &FigureStyle) -> ParsedFigure<MoneyFigure> {
    let read = cell::money(text)?;
    Ok(read.map(|cell| MoneyFigure {
        amount: cell.amount,
        from: None,
        limit: None,
        currency: cell.currency.or(style.currency),
        is_open: cell.open,
        has_mark: false,
    }))
}

/// Whether a cell is money by a sign or word of a currency, and not tokens.
pub fn has_currency(text: &str) -> bool {
    cell::money(text).is_ok_and(|cell| cell.is_some_and(|cell| cell.currency.is_some()))
}
