//! What a cell of a table holds, and how it is written for people and for programs.

use crate::{
    analysis::Cost,
    model::{Level, Measured, Money, Percent, Probability, Tokens},
    render::{OutputStyle, StyledLine, TextRole, escape_unsafe, sanitize},
};

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not known, which is not zero.
    Absent,
    /// Text from a log.
    Text(String),
    /// Text of the program.
    Word(String),
    Tokens(Tokens),
    Signed(i64),
    Count(u64),
    /// The number of a line or column, without thousands separators.
    Number(usize),
    Percent(Percent),
    Probability(Probability),
    /// Another number: for people, and for programs.
    Figure(String, String),
    Money(Money),
    Level(Level),
    /// A bar of used and whole. Text only.
    Bar(i128, i128, Level),
    About(Box<Cell>),
    AtLeast(Box<Cell>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    Full,
    Compact,
}

impl Digits {
    fn write(self, tokens: Tokens) -> String {
        match self {
            Self::Full => tokens.to_string(),
            Self::Compact => tokens.compact(),
        }
    }
}

impl Cell {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    pub fn flag(flag: bool) -> Self {
        Self::Word(flag.to_string())
    }

    pub fn some<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Absent, cell)
    }

    /// The figure, which may be an estimate.
    pub fn about(self, estimate: bool) -> Self {
        if estimate {
            Self::About(Box::new(self))
        } else {
            self
        }
    }

    pub const fn amount(amount: Measured) -> Self {
        match amount {
            Measured::Tokens(tokens) => Self::Tokens(tokens),
            Measured::Money(money) => Self::Money(money),
        }
    }

    pub fn cost(cost: &Cost) -> Self {
        Self::Money(cost.money).about(cost.estimate)
    }

    /// A cost with a mark if it is only a part.
    pub fn marked_cost(cost: &Cost) -> Self {
        if cost.complete && cost.others.is_empty() {
            Self::cost(cost)
        } else {
            Self::AtLeast(Box::new(Self::cost(cost)))
        }
    }

    pub fn shown(&self, style: OutputStyle) -> String {
        self.written(style, Digits::Full)
    }

    pub fn written(&self, style: OutputStyle, digits: Digits) -> String {
        match self {
            Self::Absent => "-".to_owned(),
            Self::Text(text) => sanitize(text).into_owned(),
            Self::Word(word) => word.clone(),
            Self::Tokens(tokens) => digits.write(*tokens),
            Self::Signed(tokens) => with_sign(*tokens, digits),
            Self::Count(count) => Tokens(*count).to_string(),
            Self::Number(number) => number.to_string(),
            Self::Percent(percent) => percent.to_string(),
            Self::Probability(probability) => probability.to_string(),
            Self::Figure(shown, _) => shown.clone(),
            Self::Money(money) => style.money(*money),
            Self::Level(level) => style.symbol(*level).to_owned(),
            Self::Bar(..) => String::new(),
            Self::About(figure) => format!("~{}", figure.written(style, digits)),
            Self::AtLeast(figure) => format!("{}{AT_LEAST}", figure.written(style, digits)),
        }
    }

    pub fn styled(&self, style: OutputStyle, digits: Digits) -> StyledLine {
        match self {
            Self::Level(level) => StyledLine::styled(TextRole::Badge(*level), style.symbol(*level)),
            Self::Bar(used, whole, level) => style.bar(10, *used, *whole, *level, None),
            _ => self.written(style, digits).into(),
        }
    }

    /// For programs: bare numbers, and nothing if absent. True for text from a log.
    pub fn raw(&self) -> (String, bool) {
        let bare = match self {
            Self::Absent | Self::Bar(..) => String::new(),
            Self::Text(text) => return (escape_unsafe(text).into_owned(), true),
            Self::Word(word) => word.clone(),
            Self::Tokens(tokens) => tokens.0.to_string(),
            Self::Signed(tokens) => tokens.to_string(),
            Self::Count(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Percent(percent) => percent.to_string().trim_end_matches('%').to_owned(),
            Self::Probability(probability) => probability.percent().to_string(),
            Self::Figure(_, bare) => bare.clone(),
            Self::Money(money) => money.decimal(),
            Self::Level(level) => level.into_str().to_owned(),
            Self::About(figure) | Self::AtLeast(figure) => return figure.raw(),
        };
        (bare, false)
    }

    pub const fn is_number(&self) -> bool {
        !matches!(
            self,
            Self::Absent | Self::Text(_) | Self::Word(_) | Self::Level(_) | Self::Bar(..)
        )
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Word(word) => word.is_empty(),
            _ => false,
        }
    }
}

/// Follows a figure that is a lower bound.
pub const AT_LEAST: char = '+';

/// With thousands separators and its sign: `-5,000`.
pub fn signed(number: i64) -> String {
    with_sign(number, Digits::Full)
}

fn with_sign(number: i64, digits: Digits) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", digits.write(Tokens(number.unsigned_abs())))
}
