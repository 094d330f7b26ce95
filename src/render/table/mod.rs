//! A table before it has a format: columns, and cells that know what they hold. Views fill tables; text, CSV and Markdown each draw
//! them their own way. `fit` decides which columns a width has room for, and comfy-table aligns and pads them.

mod cell;
mod fit;

use comfy_table::{CellAlignment, ContentArrangement, presets};

pub use cell::{AT_LEAST, Cell, Digits, signed};

use super::{OutputStyle, StyledLine, TextRole, heading};
use crate::model::Percent;
use fit::{Priority, TableLayout, WIDE_GAP};

/// The maximum width of a text in a table of any width: every row is as wide as the widest.
const MAX_CELL: usize = 200;

#[derive(Clone, Debug)]
pub struct Column {
    heading: &'static str,
    name: &'static str,
    priority: Priority,
    drawn: bool,
    /// May be cut to this width before columns are dropped.
    easy_width: Option<usize>,
    /// Is cut to this width before anything else is shortened.
    long_width: Option<usize>,
    /// May be cut to this width once no column is left to drop.
    min_width: Option<usize>,
}

impl Column {
    pub const fn new(heading: &'static str) -> Self {
        Self::named(heading, heading)
    }

    /// A column with another name for programs.
    pub const fn named(heading: &'static str, name: &'static str) -> Self {
        Self {
            heading,
            name,
            priority: Priority::Required,
            drawn: false,
            easy_width: None,
            long_width: None,
            min_width: None,
        }
    }

    pub const fn bars() -> Self {
        Self {
            drawn: true,
            ..Self::new("")
        }
    }

    /// Dropped before anything is shortened, a smaller number first.
    pub const fn optional(mut self, order: u8) -> Self {
        self.priority = Priority::Optional(order);
        self
    }

    /// Dropped if there is not room for all, a smaller number first.
    pub const fn droppable(mut self, order: u8) -> Self {
        self.priority = Priority::Normal(order);
        self
    }

    /// Dropped once numbers and names are as short as they can be.
    pub const fn important(mut self, order: u8) -> Self {
        self.priority = Priority::Important(order);
        self
    }

    /// Names, which may be cut to this width once other columns are dropped.
    pub const fn cut(mut self, min_width: usize) -> Self {
        self.min_width = Some(min_width);
        self
    }

    /// Names that are longer than this take room from no other column.
    pub const fn long(mut self, width: usize) -> Self {
        self.long_width = Some(width);
        self
    }

    /// Long texts, which may be cut to the first width before other columns are dropped, and to the second one after that.
    pub const fn cut_easily(mut self, easy_width: usize, min_width: usize) -> Self {
        self.easy_width = Some(easy_width);
        self.min_width = Some(min_width);
        self
    }
}

#[derive(Clone, Debug)]
pub struct ReportTable {
    pub title: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    hidden: usize,
    mark: Option<(usize, char)>,
    /// Each with the heading of the column that it explains, and with which it is dropped.
    notes: Vec<(String, Option<&'static str>)>,
}

impl ReportTable {
    pub fn new(title: &'static str, columns: impl Into<Vec<Column>>) -> Self {
        Self {
            title,
            columns: columns.into(),
            rows: Vec::new(),
            hidden: 0,
            mark: None,
            notes: Vec::new(),
        }
    }

    /// A table for programs: records of names and cells, all with the same names.
    pub fn records<const N: usize>(
        title: &'static str,
        records: impl IntoIterator<Item = [(&'static str, Cell); N]>,
    ) -> Self {
        let mut table = Self::new(title, []);
        for record in records {
            if table.is_empty() {
                table.columns = record.iter().map(|(name, _)| Column::new(name)).collect();
            }
            table.row(record.map(|(_, cell)| cell));
        }
        table
    }

    /// A table of single figures: name, value, share, remark.
    pub fn figures(title: &'static str, names: [&'static str; 4]) -> Self {
        Self::new(title, names.map(Column::new))
    }

    pub fn figure(&mut self, name: &str, value: Cell) {
        self.figure_with(name, value, None, Cell::Absent);
    }

    pub fn figure_with(&mut self, name: &str, value: Cell, share: Option<Percent>, remark: Cell) {
        let share = Cell::some(share, Cell::Percent);
        self.row([Cell::word(name), value, share, remark]);
    }

    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// Adds a row that is not drawn but makes columns as wide as if it were. No other rows may follow.
    pub fn hidden_row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.row(cells);
        self.hidden += 1;
    }

    pub fn mark(&mut self, heading: &str, sign: char) {
        let at = self.columns.iter().position(|one| one.heading == heading);
        self.mark = at.map(|at| (at, sign));
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push((text.into(), None));
    }

    /// Adds a line below the table that explains a column.
    pub fn note_about(&mut self, heading: &'static str, text: impl Into<String>) {
        self.notes.push((text.into(), Some(heading)));
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn headings(&self) -> impl Iterator<Item = &'static str> {
        self.data_columns().map(|at| self.columns[at].heading)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.data_columns().map(|at| self.columns[at].name)
    }

    /// The cells of each row, without bars.
    pub fn rows(&self) -> impl Iterator<Item = Vec<&Cell>> {
        self.rows
            .iter()
            .map(|row| self.data_columns().map(|at| &row[at]).collect())
    }

    /// The notes, without those about columns that are empty.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        let filled = self.filled_columns();
        let has = move |heading| {
            let mut filled = filled.iter();
            filled.any(|at| self.columns[*at].heading == heading)
        };
        let notes = self.notes.iter();
        let notes = notes.filter(move |(_, about)| about.is_none_or(&has));
        notes.map(|(text, _)| text.as_str())
    }

    fn data_columns(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|at| !self.columns[*at].drawn)
    }

    /// Which columns hold numbers, and so are aligned to the right.
    pub fn numeric(&self) -> Vec<bool> {
        self.data_columns().map(|at| self.is_numeric(at)).collect()
    }

    fn drawn_heading(&self, at: usize) -> String {
        let heading = self.columns[at].heading;
        match self.mark {
            Some((marked, sign)) if marked == at => format!("{heading} {sign}"),
            _ => heading.to_owned(),
        }
    }

    fn is_numeric(&self, at: usize) -> bool {
        self.rows.iter().any(|row| row[at].is_number())
    }

    fn filled_columns(&self) -> Vec<usize> {
        (0..self.columns.len())
            .filter(|at| self.rows.iter().any(|row| !row[*at].is_empty()))
            .collect()
    }

    /// The widths that columns have, and those that they would need. Both are 0 for an empty column.
    pub fn room<const N: usize>(
        &self,
        headings: [&str; N],
        style: OutputStyle,
    ) -> [(usize, usize); N] {
        let (layout, written) = self.layout(style);
        let (filled, wanted) = (self.filled_columns(), self.widths(&written));
        headings.map(|heading| {
            let at = filled
                .iter()
                .find(|at| self.columns[**at].heading == heading);
            at.map_or((0, 0), |at| {
                let width = layout.kept.contains(at).then(|| layout.widths[*at]);
                (width.unwrap_or(0), wanted[*at])
            })
        })
    }

    /// The lines of the table, no wider than the style allows. Empty columns are left out, and so are those that do not fit;
    /// numbers are never cut.
    pub fn lines(&self, style: OutputStyle) -> Vec<StyledLine> {
        let (layout, mut written) = self.layout(style);
        written.truncate(written.len() - self.hidden);
        let heading = |at: &usize| StyledLine::styled(TextRole::Heading, self.drawn_heading(*at));
        let mut rows = vec![layout.kept.iter().map(heading).collect::<Vec<_>>()];
        rows.extend(written.into_iter().map(|mut row| {
            let kept = layout.kept.iter().map(|at| {
                let cell = std::mem::take(&mut row[*at]);
                match self.columns[*at].min_width {
                    Some(_) => cell.cut(layout.widths[*at], style.ellipsis()),
                    None => cell,
                }
            });
            kept.collect()
        }));
        let is_kept = |heading: &'static str| {
            let mut kept = layout.kept.iter();
            kept.any(|at| self.columns[*at].heading == heading)
        };
        let notes = self.notes.iter();
        let notes = notes.filter(|(_, about)| about.is_none_or(is_kept));
        let notes = notes.flat_map(|(text, _)| style.fold(format!("  {text}"), WIDE_GAP * 2));
        self.draw(&layout, &rows).into_iter().chain(notes).collect()
    }

    fn draw(&self, layout: &TableLayout, rows: &[Vec<StyledLine>]) -> Vec<StyledLine> {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .add_rows(rows.iter().map(|row| row.iter().map(StyledLine::text)));
        let gaps = std::iter::once(WIDE_GAP).chain(std::iter::repeat(layout.gap));
        for ((column, at), gap) in table.column_iter_mut().zip(&layout.kept).zip(gaps) {
            column.set_padding((u16::try_from(gap).unwrap_or(u16::MAX), 0));
            if self.is_numeric(*at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let lines = table.lines().zip(rows);
        lines.map(|(line, cells)| restyle(line, cells)).collect()
    }

    /// The lines below the title. A table without rows has its notes alone.
    pub fn titled(&self, style: OutputStyle) -> Vec<StyledLine> {
        let mut lines = vec![heading(self.title)];
        if self.is_empty() {
            lines.extend(self.notes().map(StyledLine::from));
        } else {
            lines.extend(self.lines(style));
        }
        lines
    }

    /// How the table is drawn, and its cells as they are then written.
    fn layout(&self, style: OutputStyle) -> (TableLayout, Vec<Vec<StyledLine>>) {
        let full = self.written(style, Digits::Full);
        let widths = self.widths(&full);
        let whole = TableLayout::full(self.filled_columns(), widths.clone());
        let Some(most) = style.width.filter(|most| *most < whole.width()) else {
            return (whole, full);
        };
        let compact = self.written(style, Digits::Compact);
        let layout = self.fit(&widths, &self.widths(&compact), most);
        let written = match layout.digits {
            Digits::Full => full,
            Digits::Compact => compact,
        };
        (layout, written)
    }

    fn written(&self, style: OutputStyle, digits: Digits) -> Vec<Vec<StyledLine>> {
        let is_marked = |at| {
            self.rows
                .iter()
                .any(|row| matches!(row[at], Cell::AtLeast(_)))
        };
        let marked: Vec<bool> = (0..self.columns.len()).map(is_marked).collect();
        let write = |(cell, marked): (&Cell, &bool)| {
            let text = cell.styled(style, digits);
            match cell {
                Cell::Text(_) => text.cut(MAX_CELL, style.ellipsis()),
                // Digits are aligned whether a mark follows them or not.
                Cell::Money(_) | Cell::About(_) | Cell::Absent if *marked => text + " ",
                _ => text,
            }
        };
        let rows = self.rows.iter();
        rows.map(|row| row.iter().zip(&marked).map(write).collect())
            .collect()
    }

    fn widths(&self, written: &[Vec<StyledLine>]) -> Vec<usize> {
        let width = |at: usize| {
            let cells = written.iter().map(|row| row[at].width());
            cells
                .chain([self.drawn_heading(at).len()])
                .max()
                .unwrap_or(0)
        };
        (0..self.columns.len()).map(width).collect()
    }
}

/// A drawn line with the roles of its cells. Only blanks separate them.
fn restyle(drawn: String, cells: &[StyledLine]) -> StyledLine {
    let (mut start, mut spans) = (0, Vec::new());
    if cells.iter().any(StyledLine::is_styled) {
        for cell in cells {
            let rest = drawn.get(start..).unwrap_or_default();
            start += rest.len() - rest.trim_start_matches(' ').len();
            spans.push((start, cell));
            start += cell.text().trim_matches(' ').len();
        }
    }
    let mut line = StyledLine::from(drawn);
    for (start, cell) in spans {
        line.style_like(start, cell);
    }
    line.trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Money, Tokens};

    fn table() -> ReportTable {
        let columns = [
            Column::new("Team").cut(4),
            Column::new("Used"),
            Column::new("Cost").droppable(2),
            Column::new("Notes").cut_easily(8, 6).optional(1),
        ];
        let mut table = ReportTable::new("Teams", columns);
        table.row([
            Cell::text("Orchestrator"),
            Cell::Tokens(Tokens(45_230)),
            Cell::Absent,
            Cell::text("인프라 설계 및 계획"),
        ]);
        table.row([
            Cell::text("팀 나"),
            Cell::Tokens(Tokens(0)),
            Cell::Money(Money {
                nanos: 136_000_000,
                currency: Currency::USD,
            }),
            Cell::text("x"),
        ]);
        table
    }

    fn drawn(width: usize) -> String {
        let style = OutputStyle {
            width: Some(width),
            ..OutputStyle::PLAIN
        };
        table()
            .lines(style)
            .iter()
            .map(|line| style.paint(line).into_owned() + "\n")
            .collect()
    }

    #[test]
    fn a_sign_after_a_figure_moves_no_digit() {
        let mut table = ReportTable::new("Costs", [Column::new("Cost"), Column::new("State")]);
        let money = Cell::Money(Money {
            nanos: 136_000_000,
            currency: Currency::USD,
        });
        table.row([money.clone(), Cell::text("done")]);
        table.row([Cell::AtLeast(Box::new(money)), Cell::text("done")]);
        table.note_about("Cost", "a remark");
        table.note_about("Other", "none");
        let lines = table.lines(OutputStyle::PLAIN);
        let lines: Vec<&str> = lines.iter().map(StyledLine::text).collect();
        assert_eq!(
            lines[1..],
            ["  $0.136   done", "  $0.136+  done", "  a remark"]
        );
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
        Orche… 45.2K
        팀 나      0
        ");
        for width in 14..100 {
            assert!(
                drawn(width)
                    .lines()
                    .all(|line| crate::render::width(line) <= width),
                "{width}"
            );
        }
    }
}
