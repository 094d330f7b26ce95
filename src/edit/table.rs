//! One table as it is edited: the spelling of its columns, its cells in place, new rows below its last one.

use std::borrow::Cow;

use super::{
    Document, RowKind, TableBlock, TableRow,
    sections::{insert_lines, order},
    style::{self, MoneyStyle, RowStyle, SAMPLED_ROWS, TokenStyle},
};
use crate::{
    log::{Column, Columns, cell, cells_of},
    model::{Currency, MergeBase, Money, Status, TimeRange, TokenClasses, Tokens},
    text::{Edit, Span},
};

/// What a new row says. A value that is none is written as absent.
#[derive(Clone, Debug, Default)]
pub(super) struct NewRow<'a> {
    pub(super) team: &'a str,
    pub(super) task: Option<&'a str>,
    pub(super) tokens: Option<(Tokens, bool)>,
    pub(super) classes: TokenClasses,
    /// The cost, and whether it has to be written to its last digit.
    pub(super) cost: Option<(Money, bool)>,
    pub(super) status: Option<&'a Status>,
    pub(super) time: Option<TimeRange>,
    pub(super) minutes: Option<u64>,
    pub(super) deliverables: Option<u64>,
    pub(super) model: Option<&'a str>,
    /// The date and the month, for tables that have a column of them.
    pub(super) date: Option<String>,
    pub(super) month: Option<String>,
    pub(super) id: Option<&'a str>,
    pub(super) base: Option<MergeBase>,
}

/// A table, or the head of one that is not written yet, in the style of another.
pub(super) struct TableEditor<'d> {
    document: &'d Document,
    table: &'d TableBlock,
    /// The cells of the newest rows that add up no others, the newest first.
    newest: Vec<Vec<&'d str>>,
    rows: RowStyle,
    currency: Currency,
}

impl<'d> TableEditor<'d> {
    /// `currency` is that of the log.
    pub(super) fn new(document: &'d Document, table: &'d TableBlock, currency: Currency) -> Self {
        let newest = table.lines.iter().rev().take(SAMPLED_ROWS);
        let newest: Vec<&str> = newest.map(|line| document.at(*line)).collect();
        let head = document.at(table.head.line_to_end());
        Self {
            rows: RowStyle::of(head, newest.iter().copied()),
            newest: newest.into_iter().map(cells_of).collect(),
            document,
            table,
            currency: table.columns.currency.unwrap_or(currency),
        }
    }

    pub(super) fn head_lines(&self) -> Vec<String> {
        let heads = [self.table.head, self.table.dashes];
        let heads = heads.map(|place| self.document.at(place.line_to_end()).to_owned());
        heads.into()
    }

    pub(super) fn total_name(&self) -> Option<&'d str> {
        let mut rows = self.table.rows.iter().rev();
        let total = rows.find(|row| matches!(row.kind, RowKind::Total(_)))?;
        Some(self.document.at(total.cell(self.table, Column::Team)?))
    }

    /// The cell of a row, as it is spelled. None where the row is too short.
    pub(super) fn raw(&self, row: &TableRow, column: Column) -> Option<&'d str> {
        Some(visible(self.document.at(row.cell(self.table, column)?)))
    }

    fn column(&self, column: Column) -> impl Iterator<Item = &'d str> {
        let index = self.table.columns.index(column);
        let cells = self.newest.iter();
        cells.filter_map(move |cells| Some(visible(cells.get(index?)?.trim())))
    }

    /// Puts another text into a cell, and keeps the width of a column that is kept at one.
    pub(super) fn set(&self, row: &TableRow, column: Column, text: &str) -> Option<Edit> {
        let index = self.table.columns.index(column)?;
        let whole = row.cell(self.table, column)?;
        let shown = visible(self.document.at(whole));
        let cell = Span::new(whole.start, whole.start + shown.len());
        if self.document.at(cell) == text {
            return None;
        }
        let has_comment = cell != whole;
        if has_comment || !self.rows.is_aligned(index) && !cell.is_empty() {
            let blank = if has_comment && cell.is_empty() {
                " "
            } else {
                ""
            };
            return Some(Edit::replace(cell, format!("{text}{blank}")));
        }
        let line = row.line();
        let before = self.document.at(Span::new(line.start, cell.start));
        let after = self.document.at(Span::new(cell.end, line.end));
        let is_blank = |c: char| c == ' ' || c == '\t';
        let left = before.len() - before.trim_end_matches(is_blank).len();
        let right = after.len() - after.trim_start_matches(is_blank).len();
        Some(Edit::replace(
            Span::new(cell.start - left, cell.end + right),
            self.rows.padded(index, text),
        ))
    }

    /// Adds to the edits of a row the comment that says what it was when it was written, in place of an earlier one.
    pub(super) fn with_base(
        &self,
        row: &TableRow,
        mut edits: Vec<Edit>,
        base: Option<&MergeBase>,
    ) -> Vec<Edit> {
        let (Some(base), Some(last)) = (base, row.cells.last().copied()) else {
            return edits;
        };
        let raw = self.document.at(last);
        let mut text = visible(raw).to_owned();
        let comments = raw.get(text.len()..).unwrap_or_default();
        let comments = comments.split_inclusive("-->").map(str::trim);
        let others = comments.filter(|comment| !comment.is_empty() && !is_base(comment));
        let others: Vec<String> = others.map(str::to_owned).collect();
        // The cell itself may change as well.
        edits.retain(|edit| {
            let is_own = edit.span.start <= last.end && last.start <= edit.span.end;
            if is_own {
                edit.text.trim().clone_into(&mut text);
            }
            !is_own
        });
        let base = format!("<!-- {base} -->");
        let parts = [text].into_iter().chain(others).chain([base]);
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        let after = self.document.at(Span::new(last.end, row.line().end));
        let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
        let blank = if after.trim().is_empty() { "" } else { " " };
        let cell = Span::new(last.start, last.end + blanks);
        edits.push(Edit::replace(cell, parts.join(" ") + blank));
        edits
    }

    /// Where a row goes: below the last one that adds up no others, or below the dashes.
    fn end(&self) -> usize {
        let last = self.table.lines.last().copied();
        let line = last.unwrap_or(self.table.dashes.span);
        self.document.line_after(line.end)
    }

    pub(super) fn insert(&self, rows: &[NewRow<'_>]) -> Edit {
        let lines: Vec<String> = rows.iter().map(|row| self.line(row)).collect();
        insert_lines(self.document, self.end(), order::ROW, &lines)
    }

    /// The line of a new row, without a line end.
    pub(super) fn line(&self, row: &NewRow<'_>) -> String {
        let columns = &self.table.columns;
        let cells = (0..columns.count).map(|index| {
            let cell = columns.at(index).and_then(|column| self.cell(column, row));
            cell.unwrap_or_else(|| self.absent(index))
        });
        let mut cells: Vec<String> = cells.collect();
        if let Some(last) = cells.last_mut() {
            for comment in comments(columns, row) {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(&comment);
            }
        }
        self.rows.line(&cells)
    }

    fn cell(&self, column: Column, row: &NewRow<'_>) -> Option<String> {
        let tokens = |(tokens, estimate)| self.tokens(tokens, estimate);
        match column {
            Column::Team => Some(style::escaped(row.team)),
            Column::Task => row.task.map(style::escaped),
            Column::Tokens => row.tokens.map(tokens),
            Column::TokensIn => row.classes.input.map(|count| tokens((count, false))),
            Column::TokensOut => row.classes.output.map(|count| tokens((count, false))),
            Column::Cost => row.cost.map(|(cost, exact)| self.money(cost, exact)),
            Column::Status => row.status.map(|status| self.status(status)),
            Column::Time => row.time.map(|time| style::hours(time, row.minutes)),
            Column::Duration => row.minutes.map(|minutes| self.duration(minutes)),
            Column::Deliverables => row.deliverables.map(|count| count.to_string()),
            Column::Model => row.model.map(style::escaped),
            Column::Notes => {
                let notes = beside(&self.table.columns, row);
                (!notes.is_empty()).then(|| style::escaped(&notes))
            }
            Column::Date => row.date.clone(),
            Column::Month => row.month.clone(),
            _ => None,
        }
        .filter(|text| !text.is_empty())
    }

    /// How a column says that there is no value.
    fn absent(&self, index: usize) -> String {
        // The id of a row may follow in a cell that says nothing.
        let cells = self.newest.iter().filter_map(|cells| cells.get(index));
        let mut plain = cells.map(|raw| visible(raw).trim());
        let absent = plain.find(|raw| cell::is_absent(raw));
        absent.unwrap_or("—").to_owned()
    }

    pub(super) fn tokens(&self, tokens: Tokens, estimate: bool) -> String {
        let spelled = TokenStyle::of(self.column(Column::Tokens)).spell(tokens);
        let mark = if estimate { "~" } else { "" };
        format!("{mark}{spelled}")
    }

    /// An amount as the column spells it; in another currency than the column's, with the sign or code of that one.
    pub(super) fn money(&self, money: Money, exact: bool) -> String {
        let own = self.column(Column::Cost).find_map(|raw| {
            let written = cell::money(&plain_text(raw)).ok()??;
            let is_own = written.currency.unwrap_or(self.currency) == money.currency;
            MoneyStyle::of(raw).filter(|_| is_own)
        });
        let is_in_head = self.table.columns.currency == Some(money.currency);
        let has_rows = !self.table.lines.is_empty() || !self.table.rows.is_empty();
        let style = own.unwrap_or_else(|| {
            MoneyStyle::plain(Some(money.currency).filter(|_| !(is_in_head && has_rows)))
        });
        style.spell(money.nanos, exact)
    }

    pub(super) fn status(&self, status: &Status) -> String {
        style::status(status, self.column(Column::Status))
    }

    pub(super) fn duration(&self, minutes: u64) -> String {
        let mut raws = self.column(Column::Duration);
        style::duration(minutes, raws.find(|raw| !cell::is_absent(raw)))
    }
}

/// The part of a cell that readers see: all but the comments at its end.
pub(super) fn visible(raw: &str) -> &str {
    raw.split("<!--").next().unwrap_or_default().trim_end()
}

/// Whether a comment says what its row was when it was written.
fn is_base(comment: &str) -> bool {
    let inner = comment.strip_prefix("<!--").map(str::trim_start);
    inner.is_some_and(|inner| inner.starts_with("base="))
}

/// A cell without emphasis and comments.
pub(super) fn plain_text(raw: &str) -> Cow<'_, str> {
    let raw = visible(raw).trim();
    if raw.contains(['*', '`', '_']) {
        return Cow::Owned(raw.replace(['*', '`'], "").trim_matches('_').to_owned());
    }
    Cow::Borrowed(raw)
}

/// What is known of a row and has no column of its own, in words.
fn beside(columns: &Columns, row: &NewRow<'_>) -> String {
    let has = |column| columns.has(column);
    let has_time = has(Column::Duration) || has(Column::Time);
    let count = row.deliverables.filter(|_| !has(Column::Deliverables));
    let minutes = row.minutes.filter(|_| !has_time);
    let words = [
        count.map(|count| format!("{count} {}", style::plural(count, "deliverable"))),
        minutes.map(|minutes| style::duration(minutes, None)),
        row.model.filter(|_| !has(Column::Model)).map(str::to_owned),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Comments for the last cell: what a table without notes has no place for, and the id, which comes last.
fn comments(columns: &Columns, row: &NewRow<'_>) -> impl Iterator<Item = String> {
    let beside = beside(columns, row);
    let is_writable = !beside.contains(['|', '<', '>']) && !beside.contains("--");
    let is_needed = !columns.has(Column::Notes) && !beside.is_empty();
    let beside = (is_needed && is_writable).then_some(beside);
    let id = row.id.map(|id| format!("id={id}"));
    let base = row.base.as_ref().map(ToString::to_string);
    let comments = beside.into_iter().chain(id).chain(base);
    comments.map(|comment| format!("<!-- {comment} -->"))
}
