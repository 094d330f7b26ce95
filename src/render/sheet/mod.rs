//! A table before it has a format: columns, and cells that know what they hold.
//! Views fill sheets; text, CSV and Markdown each draw them their own way.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{
    safe,
    theme::{Paint, Style},
};
use crate::{
    analysis::Cost,
    model::{Level, Money, Percent, Tokens},
};

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
    /// A whole percentage, of a setting.
    Setting(u32),
    /// A change by a whole percentage.
    Change(i32),
    Money(Money),
    /// The level's symbol and word.
    Level(Level),
    /// A bar in text, nothing elsewhere.
    Bar(u64, u64, Level),
    /// A figure that is an estimate.
    About(Box<Cell>),
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

    /// The figure, which may be an estimate.
    pub(super) fn about(self, estimate: bool) -> Self {
        if estimate {
            Self::About(Box::new(self))
        } else {
            self
        }
    }

    pub(super) fn cost(cost: &Cost) -> Self {
        Self::Money(cost.money).about(cost.estimate)
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
            Self::Setting(percent) => format!("{percent}%"),
            Self::Change(0) => "none".to_owned(),
            Self::Change(percent) => format!("{percent:+}%"),
            Self::Money(money) => money.to_string(),
            Self::Level(level) => Paint::Badge(*level).on(style.symbol(*level)),
            Self::Bar(used, whole, level) => style.bar(10, *used, *whole, *level, None),
            Self::About(figure) => format!("~{}", figure.shown(style)),
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
            Self::Setting(percent) => percent.to_string(),
            Self::Change(percent) => percent.to_string(),
            Self::Money(money) => money.decimal(),
            Self::Level(level) => level.word().to_owned(),
            Self::About(figure) => return figure.raw(),
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
    /// What programs call it.
    name: &'static str,
    drop: Drop,
    /// Only for the eye.
    drawn: bool,
    /// May be cut down to this many cells before any column is dropped.
    easily: Option<usize>,
    /// May be cut down to this many cells when no column is left that would rather be dropped.
    least: Option<usize>,
}

/// When a column goes. Those with a smaller number go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Drop {
    /// Before names are cut.
    Early(u8),
    /// When names are cut as short as they can be.
    Late(u8),
    Never,
}

impl Column {
    pub(super) const fn new(heading: &'static str) -> Self {
        Self {
            heading,
            name: heading,
            drop: Drop::Never,
            drawn: false,
            easily: None,
            least: None,
        }
    }

    /// Has another name for programs.
    pub(super) const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Holds bars, which only text shows.
    pub(super) const fn drawn() -> Self {
        Self {
            drawn: true,
            ..Self::new("")
        }
    }

    /// Goes when there is not room for all, before those with a greater number.
    pub(super) const fn drop(mut self, order: u8) -> Self {
        self.drop = Drop::Early(order);
        self
    }

    /// Goes only when names are cut as short as they can be.
    pub(super) const fn drop_late(mut self, order: u8) -> Self {
        self.drop = Drop::Late(order);
        self
    }

    /// Holds names: may be cut with an ellipsis, down to so many cells, but not before other columns have gone.
    pub(super) const fn cut(mut self, least: usize) -> Self {
        self.least = Some(least);
        self
    }

    /// Holds long texts: may be cut with an ellipsis, down to so many cells, before other columns go.
    pub(super) const fn cut_easily(mut self, easily: usize, least: usize) -> Self {
        self.easily = Some(easily);
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

    /// What programs call the columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.data_columns().map(|at| self.columns[at].name)
    }

    /// The cells of each row, without those that are only for the eye.
    pub(super) fn rows(&self) -> impl Iterator<Item = Vec<&Cell>> {
        self.rows
            .iter()
            .map(|row| self.data_columns().map(|at| &row[at]).collect())
    }

    fn data_columns(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|at| !self.columns[*at].drawn)
    }

    /// Whether a column holds numbers, and so is aligned to the right.
    pub(super) fn numeric(&self) -> Vec<bool> {
        self.data_columns().map(|at| self.is_numeric(at)).collect()
    }

    fn is_numeric(&self, at: usize) -> bool {
        self.rows.iter().any(|row| row[at].is_number())
    }

    /// The lines of the table, marked for colour, no wider than the style allows. Columns that hold nothing are left out, and
    /// those that do not fit, each whole and in its order; numbers are never cut.
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

    fn holds_something(&self, at: usize) -> bool {
        self.rows.iter().any(|row| {
            !matches!(&row[at], Cell::Absent)
                && !matches!(&row[at], Cell::Word(word) if word.is_empty())
        })
    }

    /// Which columns stay, their widths made to fit.
    fn fit(&self, widths: &mut [usize], most: Option<usize>) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..self.columns.len())
            .filter(|at| self.holds_something(*at))
            .collect();
        let Some(most) = most else { return kept };
        loop {
            let total: usize = kept.iter().map(|at| widths[*at] + usize::from(GAP)).sum();
            let over = total.saturating_sub(most);
            let next = kept.iter().copied().min_by_key(|at| self.columns[*at].drop);
            let drop = next.map_or(Drop::Never, |at| self.columns[at].drop);
            let least = |at: usize| match drop {
                Drop::Early(_) => self.columns[at].easily,
                Drop::Late(_) | Drop::Never => self.columns[at].least,
            };
            let slack =
                |at: usize, width: usize| least(at).map_or(0, |least| width.saturating_sub(least));
            let can_cut: usize = kept.iter().map(|at| slack(*at, widths[*at])).sum();
            if over <= can_cut || drop == Drop::Never {
                let mut over = over;
                for at in kept.iter().rev() {
                    let less = over.min(slack(*at, widths[*at]));
                    widths[*at] -= less;
                    over -= less;
                }
                return kept;
            }
            kept.retain(|at| Some(*at) != next);
        }
    }
}

/// A sheet of single figures: name, value, share, remark.
pub(super) struct Figures(Sheet);

/// A figure just added.
pub(super) struct Figure<'s>(&'s mut [Cell]);

impl Figures {
    pub(super) fn new(title: &'static str, names: [&'static str; 4]) -> Self {
        Self(Sheet::new(title, names.map(Column::new)))
    }

    pub(super) fn add(&mut self, name: &str, value: Cell) -> Figure<'_> {
        let at = self.0.rows.len();
        self.0
            .row([Cell::word(name), value, Cell::Absent, Cell::Absent]);
        Figure(&mut self.0.rows[at])
    }

    pub(super) fn done(self) -> Sheet {
        self.0
    }
}

impl Figure<'_> {
    pub(super) fn share(self, share: Option<Percent>) -> Self {
        self.0[2] = Cell::some(share, Cell::Percent);
        self
    }

    pub(super) fn remark(self, remark: Cell) -> Self {
        self.0[3] = remark;
        self
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
            Column::new("Notes").cut_easily(8, 6).drop(1),
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
        Team            Used
        Orchestrator  45,230
        팀 나              0
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
