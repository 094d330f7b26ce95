//! Total rows: what a table's rows add up to, written where the table states it.

use super::{
    Document, RowKind, TableBlock, TableRow,
    document::{Kept, RowSum},
    revision::spliced,
    style,
    table::{self, TableEditor, plain_text},
};
use crate::{
    analysis::{ReconciledMonth, stated_budget},
    log::{Column, Role, Section, cell},
    model::{Currency, Policy, Price, Tokens, is_subtotal},
    text::{Edit, Span},
};

/// What totals are written in and judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basis {
    pub(super) currency: Currency,
    price: Option<Price>,
    /// The budget that percentages in the log are of.
    budget: Option<Tokens>,
}

impl Basis {
    pub(super) fn of(newest: Option<&ReconciledMonth<'_>>, policy: &Policy) -> Self {
        let budget = newest.and_then(|newest| stated_budget(newest, policy));
        Self {
            currency: newest.map_or(Currency::USD, ReconciledMonth::currency),
            price: newest.and_then(|newest| newest.price_of(None)?.flat()),
            budget: budget.map(|budget| budget.tokens),
        }
    }
}

/// The edits that make the totals of all tables what their rows add up to. A table with rows that cannot be read is left alone, and
/// so is a total that agrees with its rows, as exactly as both are written.
pub(super) fn recalculate(document: &Document, basis: Basis) -> Vec<Edit> {
    let is_derived = |table: &&TableBlock| {
        let is_dated = document.section_of(table).is_some_and(|section| {
            section.day().is_some() || matches!(section.kind, Section::Monthly(_))
        });
        let is_of_use = matches!(table.role, Role::Monthly | Role::Daily | Role::Session);
        is_dated && is_of_use && !table.subtotals.is_empty()
    };
    let tables = document.tables.iter().filter(is_derived);
    let edits = tables.flat_map(|table| Totals::new(document, table, basis, false).edits());
    edits.map(|(_, edit)| edit).collect()
}

/// The edits that make the totals of a table what its rows add up to after `edits` of its other rows, its new rows among them.
pub(super) fn follow(
    document: &Document,
    table: &TableBlock,
    edits: &[Edit],
    basis: Basis,
) -> Option<Vec<Edit>> {
    if table.subtotals.is_empty() {
        return None;
    }
    let heading = document.section_of(table)?.heading.line_to_end();
    let start = table.head.line_start;
    let whole = Span::new(start, document.line_after(table.last_counted_line().end));
    let edits = edits.iter().filter_map(|edit| edit.moved(start, 0));
    let text = spliced(document.at(whole), edits.collect())?;
    let text = format!("{}\n\n{text}", document.at(heading));
    let after = Document::read(text, Kept::Summaries);
    let changed = after.tables.first()?;
    let mut totals = Totals::new(&after, changed, basis, true);
    totals.before = Some(table);
    let edits = totals.edits().into_iter().filter_map(|(at, edit)| {
        let line = |table: &TableBlock| Some(table.rows.get(table.subtotals.get(at)?.row)?.line());
        edit.moved(line(changed)?.start, line(table)?.start)
    });
    Some(edits.collect())
}

/// A new section with the totals of its table written out.
pub(super) fn complete(section: String, basis: Basis) -> String {
    let document = Document::read(section, Kept::Summaries);
    let table = document.tables.first().into_iter();
    let edits = table.flat_map(|table| Totals::new(&document, table, basis, true).edits());
    let completed = spliced(document.text(), edits.map(|(_, edit)| edit).collect());
    completed.unwrap_or_else(|| document.source.into_text())
}

struct Totals<'d> {
    document: &'d Document,
    table: &'d TableBlock,
    editor: TableEditor<'d>,
    basis: Basis,
    /// A row of the table may have changed, so that figures without a check of their own are brought along.
    is_touched: bool,
    /// The table before its rows changed.
    before: Option<&'d TableBlock>,
}

impl<'d> Totals<'d> {
    fn new(document: &'d Document, table: &'d TableBlock, basis: Basis, is_touched: bool) -> Self {
        Self {
            document,
            table,
            editor: TableEditor::new(document, table, basis.currency),
            basis,
            is_touched,
            before: None,
        }
    }

    /// With each edit, of which of the table's totals it is.
    fn edits(&self) -> Vec<(usize, Edit)> {
        let is_readable = |row: &TableRow| !matches!(row.kind, RowKind::Unreadable);
        if !self.table.columns.has(Column::Tokens) || !self.table.rows.iter().all(is_readable) {
            return Vec::new();
        }
        let mut edits = Vec::new();
        for (at, subtotal) in self.table.subtotals.iter().enumerate() {
            let row = self.table.rows.get(subtotal.row);
            if let Some((row, all)) = row.zip(self.table.sums.get(&subtotal.month)) {
                let total = self.total(row, at, all, &subtotal.above).into_iter();
                edits.extend(total.map(|edit| (at, edit)));
            }
        }
        edits
    }

    /// What was added to the rows of a total since it was written.
    fn added(&self, at: usize, is_part: bool, sum: &RowSum) -> Option<Tokens> {
        let before = self.before?;
        let subtotal = before.subtotals.get(at)?;
        let before = if is_part {
            &subtotal.above
        } else {
            before.sums.get(&subtotal.month)?
        };
        Some(sum.tokens.tokens.saturating_sub(before.tokens.tokens))
    }

    fn total(&self, row: &TableRow, at: usize, all: &RowSum, above: &RowSum) -> Vec<Edit> {
        let raw = self.editor.raw(row, Column::Tokens).unwrap_or_default();
        let Ok(Some(stated)) = cell::tokens(&plain_text(raw)) else {
            return Vec::new();
        };
        let mut names = row.cells.iter().take(2);
        let is_part = names.any(|cell| is_subtotal(&plain_text(self.document.at(*cell))));
        let sum = if is_part { above } else { all };
        let agrees = |sum: &RowSum| sum.tokens.agrees_with(stated.used);
        let agrees = agrees(all) || agrees(above);
        let differs = !agrees && (self.is_touched || !all.tokens.estimate && !stated.used.estimate);
        // One that differs by no more than the rounding of its rows may be more exact than these. It grows as they do.
        let stated_sum = stated.used.value;
        let off = sum.tokens.tokens.0.abs_diff(stated_sum.0);
        let added = self
            .added(at, is_part, sum)
            .filter(|_| agrees && off > stated.used.unit / 2);
        let grown = added.map(|added| stated_sum.saturating_add(added));
        let grown = grown.filter(|grown| *grown != stated_sum);
        let tokens = grown.unwrap_or(if differs {
            sum.tokens.tokens
        } else {
            stated_sum
        });
        let mut edits = Vec::new();
        if differs || grown.is_some() {
            let estimate = sum.tokens.estimate || stated.used.estimate;
            let text = style::respell_tokens(raw, tokens, estimate);
            edits.extend(text.and_then(|text| self.editor.set(row, Column::Tokens, &text)));
        }
        if differs || self.is_touched {
            edits.extend(self.cost(row, sum));
        }
        if !is_part {
            edits.extend(self.percent(row, tokens, differs || grown.is_some()));
        }
        edits
    }

    /// What is in other currencies, or has no price, is not in the sum, which says so.
    fn cost(&self, row: &TableRow, sum: &RowSum) -> Option<Edit> {
        let raw = self.editor.raw(row, Column::Cost)?;
        let stated = cell::money(&plain_text(raw)).ok()?;
        let Basis {
            currency, price, ..
        } = self.basis;
        let priced = sum.cost.priced(currency, price);
        let (money, estimate) = priced.of(currency)?;
        let partial = !priced.is_complete() || priced.has_others(currency);
        let text = match stated {
            None if money.nanos > 0 && self.is_touched && !sum.cost.is_unstated() => {
                table::marked(&self.editor.money(money, false), estimate, partial)
            }
            None => return None,
            Some(stated) => {
                let is_own = stated.currency.is_none_or(|own| own == currency);
                let half = u128::from(stated.amount.unit / 2);
                let is_right = i128::from(stated.amount.value).abs_diff(money.nanos) <= half;
                let has_marks = [stated.amount.estimate, stated.open] == [estimate, partial];
                let is_kept = stated.amount.estimate && !self.is_touched;
                if !is_own || is_kept || is_right && has_marks {
                    return None;
                }
                style::respell_money(raw, money.nanos, false, [estimate, partial])?
            }
        };
        self.editor.set(row, Column::Cost, &text)
    }

    fn percent(&self, row: &TableRow, used: Tokens, changed: bool) -> Option<Edit> {
        let is_monthly = self.table.role == Role::Monthly;
        let budget = self.basis.budget.filter(|_| is_monthly)?;
        let mut columns = [Column::Percent, Column::Status].into_iter();
        columns.find_map(|column| {
            let raw = self.editor.raw(row, column)?;
            let text = respell_percent(raw, used, budget, changed, Rounding::Down)?;
            self.editor.set(row, column, &text)
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    /// Of what is used.
    Down,
    /// Of what is left, but less than the whole as soon as anything is used.
    Nearest,
}

/// A text with the percentage in it set to that of a part of a whole, with as many digits as it had. None where there is none to
/// set, or where it fits the figures and nothing changed.
pub(super) fn respell_percent(
    raw: &str,
    part: Tokens,
    whole: Tokens,
    changed: bool,
    rounding: Rounding,
) -> Option<String> {
    let span = cell::percent_span(raw)?;
    let written = raw.get(span.clone())?;
    let fraction = written.split_once('.').map_or("", |(_, fraction)| fraction);
    let decimals = fraction.len().min(2);
    let scale = 10_u128.pow(u32::try_from(decimals).ok()?);
    let (part, whole) = (u128::from(part.0) * 100 * scale, u128::from(whole.0));
    let exact = match rounding {
        Rounding::Down => part.checked_div(whole)?,
        Rounding::Nearest => {
            let nearest = (part * 2).checked_div(whole)?.div_ceil(2);
            let is_all = part >= whole * 100 * scale;
            if is_all {
                nearest
            } else {
                nearest.min(100 * scale - 1)
            }
        }
    };
    // A figure that another program or a person wrote may be rounded either way.
    let stated: u128 = written.replace('.', "").parse().ok()?;
    if !changed && stated.abs_diff(exact) <= 1 {
        return None;
    }
    let new = match decimals {
        0 => exact.to_string(),
        places => format!("{}.{:0places$}", exact / scale, exact % scale),
    };
    (new != written).then(|| style::with(raw, span, &new))?
}
