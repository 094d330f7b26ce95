//! One table as it is edited: the spelling of its columns, its cells in place, new rows below its last one.

use std::borrow::Cow;

use super::{
    Document, RowKind, TableBlock, TableRow,
    sections::{insert_lines, order},
    style::{self, MoneyStyle, RowStyle, SAMPLED_ROWS, TokenStyle},
};
use crate::{
    analysis::{CostSum, ReconciledMonth},
    log::{Column, Columns, cell, cells_of},
    model::{Currency, ImportedId, MergeBase, Money, Status, TimeRange, TokenClasses, Tokens},
    text::{Edit, Span},
};

/// What a new row says. A value that is none is written as absent.
#[derive(Clone, Debug, Default)]
pub(super) struct NewRow<'a> {
    pub(super) team: &'a str,
    pub(super) task: Option<&'a str>,
    pub(super) tokens: Option<(Tokens, bool)>,
    pub(super) classes: TokenClasses,
    pub(super) cost: RowCost,
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

/// What a row says of its cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RowCost {
    /// What is known of it, and whether that is an estimate.
    pub(super) money: Option<(Money, bool)>,
    /// How many of the row's tokens have neither a cost nor a price.
    pub(super) unpriced: Tokens,
    /// It is more than that.
    pub(super) is_partial: bool,
    /// A row that says nothing of its cost is read the same.
    pub(super) is_implied: bool,
}

impl RowCost {
    /// In `currency`; where nothing is in that, in another.
    pub(super) fn of(cost: &CostSum, reconciled: &ReconciledMonth<'_>, currency: Currency) -> Self {
        let priced = reconciled.priced(cost);
        Self {
            money: priced.of_any(currency),
            unpriced: priced.unpriced,
            is_partial: !priced.is_complete(),
            is_implied: cost.is_unstated(),
        }
    }

    /// That of a row of `tokens`, of which `covered` have their cost elsewhere. A row that says nothing of its cost is one whose
    /// every token has the price of the log, or none.
    pub(super) fn of_row(
        cost: &CostSum,
        (tokens, covered): (Tokens, Tokens),
        reconciled: &ReconciledMonth<'_>,
        currency: Currency,
    ) -> Self {
        let mut row = Self::of(cost, reconciled, currency);
        row.unpriced = row.unpriced.saturating_sub(covered);
        row.is_partial = row.unpriced > Tokens::ZERO || reconciled.priced(cost).open;
        let implied = Self::of(&CostSum::unpriced(tokens), reconciled, currency);
        row.is_implied = row.money == implied.money && row.unpriced == implied.unpriced;
        if row.money.is_none() && !row.is_implied {
            // Some of its tokens have no cost of their own: another row has it.
            row.money = Some((Money { nanos: 0, currency }, false));
        }
        row
    }
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
        let mut others = others_of(raw);
        // The cell itself may change as well.
        edits.retain(|edit| {
            let is_own = edit.span.start <= last.end && last.start <= edit.span.end;
            if is_own {
                let new = edit.text.trim();
                visible(new).clone_into(&mut text);
                if edit.span == last {
                    others = others_of(new);
                }
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

    /// Puts other texts into cells of a row, and says in a comment what no cell can say of its cost.
    pub(super) fn set_row(
        &self,
        row: &TableRow,
        texts: Vec<(Column, String)>,
        cost: Option<&RowCost>,
    ) -> Vec<Edit> {
        let last = row.cells.last().copied();
        let mark = last.zip(cost).and_then(|(last, cost)| {
            let had = self.document.at(last);
            let mark = cost_mark(&self.table.columns, cost);
            let comments = with_mark(had.get(visible(had).len()..)?, mark.as_deref());
            let had = had.get(visible(had).len()..)?;
            (had != comments).then_some((last, comments))
        });
        let is_last = |column: &Column| {
            let cell = row.cell(self.table, *column);
            mark.is_some() && cell == last
        };
        let (at_last, others): (Vec<_>, Vec<_>) =
            texts.into_iter().partition(|(column, _)| is_last(column));
        let others = others.into_iter();
        let edits = others.filter_map(|(column, text)| self.set(row, column, &text));
        let mut edits: Vec<Edit> = edits.collect();
        if let Some((cell, comments)) = mark {
            let had = visible(self.document.at(cell));
            let text = at_last.first().map_or(had, |(_, text)| text.as_str());
            edits.push(Edit::replace(cell, format!("{text}{comments}")));
        }
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
            Column::Cost => self.cost(&row.cost),
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

    /// A cost as the column spells it, to its last digit. None where nothing is known of it.
    pub(super) fn cost(&self, cost: &RowCost) -> Option<String> {
        let (money, estimate) = cost.money?;
        Some(marked(&self.money(money, true), estimate, cost.is_partial))
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

/// An amount with the marks of an estimate and of a part.
pub(super) fn marked(amount: &str, estimate: bool, partial: bool) -> String {
    let (about, more) = (
        if estimate { "~" } else { "" },
        if partial { "+" } else { "" },
    );
    format!("{about}{amount}{more}")
}

/// The comments at the end of a cell but that which says what its row was.
fn others_of(cell: &str) -> Vec<String> {
    let comments = cell.get(visible(cell).len()..).unwrap_or_default();
    let comments = comments.split_inclusive("-->").map(str::trim);
    let others = comments.filter(|comment| !comment.is_empty() && !is_base(comment));
    others.map(str::to_owned).collect()
}

/// The comments at the end of a cell with another one about the cost in the place of their own.
fn with_mark(comments: &str, mark: Option<&str>) -> String {
    let is_cost = |comment: &str| {
        let body = comment
            .trim()
            .trim_start_matches("<!--")
            .trim_end_matches("-->");
        let mut words = body.split_whitespace().peekable();
        words.peek().is_some()
            && words.all(|word| word.starts_with("cost=") || word.starts_with("unpriced="))
    };
    let kept = comments
        .split_inclusive("-->")
        .filter(|comment| !is_cost(comment));
    let mark = mark.map(|mark| format!(" <!-- {mark} -->"));
    mark.into_iter().chain(kept.map(str::to_owned)).collect()
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
    let classes = class_mark(columns, row);
    let id = row.id.map(|id| format!("id={id}"));
    let base = row.base.as_ref().map(ToString::to_string);
    let comments = beside
        .into_iter()
        .chain(cost_mark(columns, &row.cost))
        .chain(classes)
        .chain(id)
        .chain(base);
    comments.map(|comment| format!("<!-- {comment} -->"))
}

/// What a comment says of the classes of imported tokens that have no column. Without it, settling would lose what the cache was used for.
fn class_mark(columns: &Columns, row: &NewRow<'_>) -> Option<String> {
    row.id.and_then(ImportedId::parse)?;
    let has_column = |key| match key {
        "input" => columns.has(Column::TokensIn),
        "output" => columns.has(Column::TokensOut),
        _ => false,
    };
    let classes = row.classes.by_key().into_iter();
    let classes = classes.filter(|(key, _)| !has_column(key));
    let words = classes.filter_map(|(key, tokens)| Some(format!("{key}={}", tokens?.0)));
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// What a comment says of a cost: what the cell of the cost cannot, or all where there is none. None where that is nothing.
fn cost_mark(columns: &Columns, cost: &RowCost) -> Option<String> {
    let money = cost.money.filter(|_| !cost.is_implied)?;
    let written = |(money, estimate): (Money, bool)| {
        let amount = format!("{}{}", money.decimal(), money.currency);
        format!("cost={}", marked(&amount, estimate, cost.is_partial))
    };
    let amount = (!columns.has(Column::Cost)).then(|| written(money));
    let unpriced = Some(cost.unpriced).filter(|tokens| *tokens > Tokens::ZERO);
    let unpriced = unpriced.map(|tokens| format!("unpriced={}", tokens.0));
    let mark: Vec<String> = amount.into_iter().chain(unpriced).collect();
    (!mark.is_empty()).then(|| mark.join(" "))
}
