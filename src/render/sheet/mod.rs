//! A table before it has a format: columns, and cells that know what they hold.
//! Views fill sheets; text, CSV and Markdown each draw them their own way.

mod cell;
mod figures;
mod fit;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

pub(crate) use cell::{AT_LEAST, Cell, Digits, signed};
pub(crate) use figures::Figures;

use super::{
    safe,
    theme::{Paint, Style},
};
use fit::{Drop, Layout, WIDE};

/// The most cells of a text in a table, however wide: every row is as wide as the widest.
const MOST_TEXT: usize = 200;

/// A column: its heading, and what happens to it where there is not room for all.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    heading: &'static str,
    /// What programs call it.
    name: &'static str,
    drop: Drop,
    /// Only for the eye.
    drawn: bool,
    /// May be cut down to this many cells before other columns are dropped.
    easily: Option<usize>,
    /// May be cut down to this many cells before anything else suffers.
    long: Option<usize>,
    /// May be cut down to this many cells when no column is left that would rather be dropped.
    least: Option<usize>,
}

impl Column {
    pub(crate) const fn new(heading: &'static str) -> Self {
        Self {
            heading,
            name: heading,
            drop: Drop::Never,
            drawn: false,
            easily: None,
            long: None,
            least: None,
        }
    }

    /// Has another name for programs.
    pub(crate) const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Holds bars, which only text shows.
    pub(crate) const fn drawn() -> Self {
        Self {
            drawn: true,
            ..Self::new("")
        }
    }

    /// Goes before anything else suffers, and before those with a greater number.
    pub(crate) const fn drop_first(mut self, order: u8) -> Self {
        self.drop = Drop::First(order);
        self
    }

    /// Goes when there is not room for all, before those with a greater number.
    pub(crate) const fn drop(mut self, order: u8) -> Self {
        self.drop = Drop::Early(order);
        self
    }

    /// Goes only when numbers and names are as short as they can be.
    pub(crate) const fn drop_late(mut self, order: u8) -> Self {
        self.drop = Drop::Late(order);
        self
    }

    /// Holds names: may be cut with an ellipsis, down to this many cells, but not before other columns have gone.
    pub(crate) const fn cut(mut self, least: usize) -> Self {
        self.least = Some(least);
        self
    }

    /// Nothing else suffers from names that are longer than this.
    pub(crate) const fn long(mut self, long: usize) -> Self {
        self.long = Some(long);
        self
    }

    /// Holds long texts: may be cut with an ellipsis, down to this many cells, before other columns go.
    pub(crate) const fn cut_easily(mut self, easily: usize, least: usize) -> Self {
        self.easily = Some(easily);
        self.least = Some(least);
        self
    }
}

/// A table of figures.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) title: &'static str,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// How many of them, at the end, only tell how wide columns are.
    unseen: usize,
    /// A sign behind the heading of a column.
    mark: Option<(usize, char)>,
    notes: Vec<Note>,
}

/// A line below a table.
#[derive(Clone, Debug)]
struct Note {
    text: String,
    /// The column it explains; it goes with that.
    about: Option<&'static str>,
}

impl Sheet {
    pub(crate) fn new(title: &'static str, columns: impl Into<Vec<Column>>) -> Self {
        Self {
            title,
            columns: columns.into(),
            rows: Vec::new(),
            unseen: 0,
            mark: None,
            notes: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    /// A row that is not shown, and makes columns as wide as they would be with it. Comes behind all that are.
    pub(crate) fn row_unseen(&mut self, cells: impl Into<Vec<Cell>>) {
        self.row(cells);
        self.unseen += 1;
    }

    /// Marks the heading of a column.
    pub(crate) fn mark(&mut self, heading: &str, sign: char) {
        let at = self.columns.iter().position(|one| one.heading == heading);
        self.mark = at.map(|at| (at, sign));
    }

    /// Says something below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(Note {
            text: text.into(),
            about: None,
        });
    }

    /// The same, where there is something to say.
    pub(crate) fn note_some(&mut self, text: Option<String>) {
        if let Some(text) = text {
            self.note(text);
        }
    }

    /// Explains a column below the table.
    pub(crate) fn note_about(&mut self, heading: &'static str, text: impl Into<String>) {
        self.notes.push(Note {
            text: text.into(),
            about: Some(heading),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn headings(&self) -> impl Iterator<Item = &'static str> {
        self.data_columns().map(|at| self.columns[at].heading)
    }

    /// What programs call the columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.data_columns().map(|at| self.columns[at].name)
    }

    /// The cells of each row, without those that are only for the eye.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Vec<&Cell>> {
        self.rows
            .iter()
            .map(|row| self.data_columns().map(|at| &row[at]).collect())
    }

    /// What is said below it.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(|note| note.text.as_str())
    }

    fn data_columns(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|at| !self.columns[*at].drawn)
    }

    /// Whether a column holds numbers, and so is aligned to the right.
    pub(crate) fn numeric(&self) -> Vec<bool> {
        self.data_columns().map(|at| self.is_numeric(at)).collect()
    }

    /// The heading of a column as it is drawn.
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

    /// The columns that hold anything.
    fn held(&self) -> Vec<usize> {
        (0..self.columns.len())
            .filter(|at| self.rows.iter().any(|row| !row[*at].is_empty()))
            .collect()
    }

    /// The cells that columns get, and those that they want. Both are 0 for one that holds nothing.
    pub(crate) fn room<const N: usize>(
        &self,
        headings: [&str; N],
        style: Style,
    ) -> [(usize, usize); N] {
        let (layout, written) = self.layout(style);
        let (held, wanted) = (self.held(), self.widths(&written));
        headings.map(|heading| {
            let at = held.iter().find(|at| self.columns[**at].heading == heading);
            at.map_or((0, 0), |at| {
                let got = layout.kept.contains(at).then(|| layout.widths[*at]);
                (got.unwrap_or(0), wanted[*at])
            })
        })
    }

    /// The lines of the table, marked for colour, no wider than the style allows. Columns that hold nothing are left out, and
    /// those that do not fit, each whole and in its order; numbers are never cut.
    pub(crate) fn lines(&self, style: Style) -> Vec<String> {
        let (layout, written) = self.layout(style);
        let Layout { kept, widths, .. } = &layout;
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(
            kept.iter()
                .map(|at| Paint::Heading.on(&self.drawn_heading(*at))),
        );
        for row in &written[..written.len() - self.unseen] {
            table.add_row(kept.iter().map(|at| match self.columns[*at].least {
                Some(_) => safe::cut(&row[*at], widths[*at], style.ellipsis()),
                None => row[*at].as_str().into(),
            }));
        }
        let gaps = std::iter::once(WIDE).chain(std::iter::repeat(layout.gap));
        for ((column, at), gap) in table.column_iter_mut().zip(kept).zip(gaps) {
            column.set_padding((u16::try_from(gap).unwrap_or(u16::MAX), 0));
            if self.is_numeric(*at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let is_shown =
            |about: &'static str| kept.iter().any(|at| self.columns[*at].heading == about);
        let notes = self
            .notes
            .iter()
            .filter(|note| note.about.is_none_or(is_shown))
            .map(|note| format!("  {}", note.text));
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .chain(notes)
            .collect()
    }

    /// The same, with notes folded that are wider than the style allows.
    pub(crate) fn folded(&self, style: Style) -> Vec<String> {
        let lines = self.lines(style);
        lines
            .iter()
            .flat_map(|line| style.folded(line, WIDE * 2))
            .collect()
    }

    /// How the table is drawn, and its cells as they are then written.
    fn layout(&self, style: Style) -> (Layout, Vec<Vec<String>>) {
        let full = self.written(style, Digits::All);
        let widths = self.widths(&full);
        let whole = Layout::whole(self.held(), widths.clone());
        let Some(most) = style.width.filter(|most| *most < whole.cells()) else {
            return (whole, full);
        };
        let short = self.written(style, Digits::Few);
        let layout = self.fitted(&widths, &self.widths(&short), most);
        let written = match layout.digits {
            Digits::All => full,
            Digits::Few => short,
        };
        (layout, written)
    }

    fn written(&self, style: Style, digits: Digits) -> Vec<Vec<String>> {
        let marked: Vec<bool> = (0..self.columns.len())
            .map(|at| {
                self.rows
                    .iter()
                    .any(|row| matches!(row[at], Cell::AtLeast(_)))
            })
            .collect();
        let write = |(cell, marked): (&Cell, &bool)| match cell {
            Cell::Text(_) => {
                let text = cell.written(style, digits);
                safe::cut(&text, MOST_TEXT, style.ellipsis()).into_owned()
            }
            // The digits stand below each other, whether a sign follows them or not.
            Cell::Money(_) | Cell::About(_) | Cell::Absent if *marked => {
                cell.written(style, digits) + " "
            }
            _ => cell.written(style, digits),
        };
        self.rows
            .iter()
            .map(|row| row.iter().zip(&marked).map(write).collect())
            .collect()
    }

    fn widths(&self, written: &[Vec<String>]) -> Vec<usize> {
        (0..self.columns.len())
            .map(|at| {
                written
                    .iter()
                    .map(|row| safe::width(&row[at]))
                    .chain([self.drawn_heading(at).len()])
                    .max()
                    .unwrap_or(0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Currency, Money, Tokens};

    fn sheet() -> Sheet {
        let columns = [
            Column::new("Team").cut(4),
            Column::new("Used"),
            Column::new("Cost").drop(2),
            Column::new("Notes").cut_easily(8, 6).drop_first(1),
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
                nanos: 136_000_000,
                currency: Currency::USD,
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
    fn a_sign_after_a_figure_moves_no_digit() {
        let mut sheet = Sheet::new("Costs", [Column::new("Cost"), Column::new("State")]);
        let money = Cell::Money(Money {
            nanos: 136_000_000,
            currency: Currency::USD,
        });
        sheet.row([money.clone(), Cell::text("done")]);
        sheet.row([Cell::AtLeast(Box::new(money)), Cell::text("done")]);
        sheet.note_about("Cost", "a remark");
        sheet.note_about("Other", "none");
        let lines = sheet.lines(Style::PLAIN);
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
                drawn(width).lines().all(|line| safe::width(line) <= width),
                "{width}"
            );
        }
    }
}
