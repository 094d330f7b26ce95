//! A table before it has a format: columns, and cells that know what they hold.
//! Views fill sheets; text, CSV and Markdown each draw them their own way.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{
    safe,
    theme::{Paint, Style},
};
use crate::model::{Level, Money, Percent, Tokens};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing is known, which is not zero.
    Absent,
    /// Words from a log.
    Text(String),
    /// Words of our own.
    Word(String),
    Tokens(Tokens),
    Signed(i64),
    Count(u64),
    /// A line, or another number that is not added up.
    Number(u64),
    Percent(Percent),
    Money(Money),
    /// The level's symbol and word.
    Level(Level),
    /// A bar in text, nothing elsewhere.
    Bar(u64, u64, Level),
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    /// The cell of a value that may be absent.
    pub(super) fn some<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Absent, cell)
    }

    /// As people read it, marked for colour.
    pub(super) fn shown(&self, style: Style) -> String {
        match self {
            Self::Absent => "-".to_owned(),
            Self::Text(text) => Style::text(text),
            Self::Word(word) => word.clone(),
            Self::Tokens(tokens) => tokens.to_string(),
            Self::Signed(tokens) => signed(*tokens),
            Self::Count(count) => Tokens(*count).to_string(),
            Self::Number(number) => number.to_string(),
            Self::Percent(percent) => percent.to_string(),
            Self::Money(money) => money.to_string(),
            Self::Level(level) => Paint::Badge(*level).on(style.symbol(*level)),
            Self::Bar(used, whole, level) => style.bar(10, *used, *whole, *level, None),
        }
    }

    /// As programs read it: numbers bare, nothing for what is absent. True where it is text from a log.
    pub(super) fn raw(&self) -> (String, bool) {
        let bare = match self {
            Self::Absent | Self::Bar(..) => String::new(),
            Self::Text(text) => return (safe::line(text).into_owned(), true),
            Self::Word(word) => word.clone(),
            Self::Tokens(tokens) => tokens.0.to_string(),
            Self::Signed(tokens) => tokens.to_string(),
            Self::Count(number) | Self::Number(number) => number.to_string(),
            Self::Percent(percent) => percent.to_string().trim_end_matches('%').to_owned(),
            Self::Money(money) => money.decimal(),
            Self::Level(level) => level.word().to_owned(),
        };
        (bare, false)
    }

    const fn is_number(&self) -> bool {
        !matches!(
            self,
            Self::Absent | Self::Text(_) | Self::Word(_) | Self::Level(_) | Self::Bar(..)
        )
    }
}

/// With thousands separators and its sign: `-5,000`.
pub(super) fn signed(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", Tokens(number.unsigned_abs()))
}

/// A column: its heading, and what happens to it where there is not room for all.
#[derive(Clone, Debug)]
pub(super) struct Column {
    heading: &'static str,
    /// Columns with a smaller number go first; those with none stay.
    drop: Option<u8>,
    /// May be cut down to this many cells.
    least: Option<usize>,
}

impl Column {
    pub(super) const fn new(heading: &'static str) -> Self {
        Self {
            heading,
            drop: None,
            least: None,
        }
    }

    /// Goes when there is not room for all, before those with a greater number.
    pub(super) const fn drop(mut self, order: u8) -> Self {
        self.drop = Some(order);
        self
    }

    /// May be cut with an ellipsis, down to so many cells.
    pub(super) const fn cut(mut self, least: usize) -> Self {
        self.least = Some(least);
        self
    }
}

/// A table of figures.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) title: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Sheet {
    pub(super) fn new(title: &'static str, columns: impl Into<Vec<Column>>) -> Self {
        Self {
            title,
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn headings(&self) -> impl Iterator<Item = &'static str> {
        self.data_columns().map(|at| self.columns[at].heading)
    }

    /// The cells of each row, without those that are only for the eye.
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<&Cell>> {
        self.rows
            .iter()
            .map(|row| self.data_columns().map(|at| &row[at]).collect())
    }

    fn data_columns(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|at| {
            !self
                .rows
                .iter()
                .any(|row| matches!(row[*at], Cell::Bar(..)))
        })
    }

    /// Whether a column holds numbers, and so is aligned to the right.
    pub(super) fn numeric(&self) -> Vec<bool> {
        self.data_columns().map(|at| self.is_numeric(at)).collect()
    }

    fn is_numeric(&self, at: usize) -> bool {
        self.rows.iter().any(|row| row[at].is_number())
    }

    /// The lines of the table, marked for colour, no wider than the style allows. Columns that do not fit are left out whole
    /// in their order; numbers are never cut.
    pub(super) fn lines(&self, style: Style) -> Vec<String> {
        let shown: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.shown(style)).collect())
            .collect();
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                shown
                    .iter()
                    .map(|row| safe::width(&row[at]))
                    .chain([self.columns[at].heading.len()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let kept = self.fit(&mut widths, style.width);
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(
            kept.iter()
                .map(|at| Paint::Heading.on(self.columns[*at].heading)),
        );
        for row in &shown {
            table.add_row(kept.iter().map(|at| match self.columns[*at].least {
                Some(_) => safe::cut(&row[*at], widths[*at], style.ellipsis()),
                None => row[*at].as_str().into(),
            }));
        }
        for (column, at) in table.column_iter_mut().zip(&kept) {
            column.set_padding((GAP, 0));
            if self.is_numeric(*at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// Which columns stay, their widths made to fit.
    fn fit(&self, widths: &mut [usize], most: Option<usize>) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..self.columns.len()).collect();
        let Some(most) = most else { return kept };
        let gap = usize::from(GAP);
        loop {
            let total: usize = kept.iter().map(|at| widths[*at] + gap).sum();
            let Some(mut over) = total.checked_sub(most).filter(|over| *over > 0) else {
                return kept;
            };
            let slack = |at: &usize| {
                self.columns[*at]
                    .least
                    .map_or(0, |least| widths[*at].saturating_sub(least))
            };
            let to_drop = kept
                .iter()
                .filter(|at| self.columns[**at].drop.is_some())
                .min_by_key(|at| self.columns[**at].drop)
                .copied();
            let can_cut: usize = kept.iter().map(slack).sum();
            match to_drop {
                Some(drop) if can_cut < over => kept.retain(|at| *at != drop),
                None if can_cut == 0 => return kept,
                _ => {
                    for at in kept.iter().rev() {
                        let less = over.min(
                            self.columns[*at]
                                .least
                                .map_or(0, |least| widths[*at].saturating_sub(least)),
                        );
                        widths[*at] -= less;
                        over -= less;
                    }
                    return kept;
                }
            }
        }
    }
}

/// Blanks before each column.
const GAP: u16 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let columns = [
            Column::new("Team").cut(4),
            Column::new("Used"),
            Column::new("Cost").drop(2),
            Column::new("Notes").cut(6).drop(1),
        ];
        let mut sheet = Sheet::new("Teams", columns);
        sheet.row([
            Cell::text("Orchestrator"),
            Cell::Tokens(Tokens(45_230)),
            Cell::Absent,
            Cell::text("인프라 설계 및 계획"),
        ]);
        sheet.row([
            Cell::text("팀 나"),
            Cell::Tokens(Tokens(0)),
            Cell::Money(Money {
                micros: 136_000,
                currency: crate::model::Currency::USD,
            }),
            Cell::text("x"),
        ]);
        sheet
    }

    fn drawn(width: usize) -> String {
        let style = Style {
            width: Some(width),
            ..Style::PLAIN
        };
        sheet()
            .lines(style)
            .iter()
            .map(|line| style.paint(line) + "\n")
            .collect()
    }

    #[test]
    fn columns_are_cut_and_dropped_until_a_row_fits() {
        insta::assert_snapshot!(drawn(80), @"
        Team            Used    Cost  Notes
        Orchestrator  45,230       -  인프라 설계 및 계획
        팀 나              0  $0.136  x
        ");
        insta::assert_snapshot!(drawn(40), @"
        Team            Used    Cost  Notes
        Orchestrator  45,230       -  인프라 …
        팀 나              0  $0.136  x
        ");
        insta::assert_snapshot!(drawn(25), @"
        Team       Used    Cost
        Orches…  45,230       -
        팀 나         0  $0.136
        ");
        insta::assert_snapshot!(drawn(14), @"
        Team    Used
        Orc…  45,230
        팀 …       0
        ");
        for width in 14..100 {
            assert!(
                drawn(width).lines().all(|line| safe::width(line) <= width),
                "{width}"
            );
        }
    }
}
