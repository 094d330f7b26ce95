//! Total rows: what a table's rows add up to, written where the table states it.

use std::collections::BTreeMap;

use super::{
    Document, RowKind, TableBlock, TableRow,
    derived::Scope,
    style::{self, number_span},
    table::{TableEditor, plain_text},
};
use crate::{
    analysis::{ReconciledMonth, stated_budget},
    log::{Column, Role, Section, cell},
    model::{Amount, Currency, Money, Month, Policy, RoundedSum, Tokens, is_subtotal},
    text::{Edit, Span},
};

/// The edits that make the totals of tables what their rows add up to. A table with rows that cannot be read is left alone, and a
/// total that agrees with its rows, as exactly as both are written, too.
pub(super) fn edits(
    document: &Document,
    reconciled: Option<&ReconciledMonth>,
    policy: &Policy,
    scope: Scope<'_>,
) -> Vec<Edit> {
    let currency = reconciled.map_or(Currency::USD, ReconciledMonth::currency);
    let budget = reconciled.and_then(|reconciled| stated_budget(reconciled, policy));
    let budget = budget.map(|budget| budget.tokens);
    let tables = document
        .tables
        .iter()
        .filter(|table| matches!(table.role, Role::Monthly | Role::Daily | Role::Session));
    tables
        .filter(|table| is_in(document, table, scope))
        .flat_map(|table| {
            let totals = Totals {
                document,
                table,
                editor: TableEditor::new(document, table, currency),
                currency,
                budget: budget.filter(|_| table.role == Role::Monthly),
                is_touched: matches!(scope, Scope::Touched { .. }),
            };
            totals.edits()
        })
        .collect()
}

fn is_in(document: &Document, table: &TableBlock, scope: Scope<'_>) -> bool {
    match document.section_of(table).map(|section| &section.kind) {
        Some(Section::Monthly(Some(month))) => scope.has_month(*month),
        Some(Section::Monthly(None)) => true,
        Some(
            Section::Daily(Some(day))
            | Section::Session {
                date: Some(day), ..
            },
        ) => scope.has_day(*day),
        _ => false,
    }
}

struct Totals<'d> {
    document: &'d Document,
    table: &'d TableBlock,
    editor: TableEditor<'d>,
    currency: Currency,
    budget: Option<Tokens>,
    /// A row of the table may have changed, so that figures without a check of their own are brought along.
    is_touched: bool,
}

/// What rows add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    tokens: RoundedSum,
    /// None as soon as one cost is missing, or in another currency.
    cost: Cost,
}

#[derive(Clone, Copy, Debug)]
struct Cost(Option<i128>);

impl Default for Cost {
    fn default() -> Self {
        Self(Some(0))
    }
}

impl Sum {
    fn add(&mut self, tokens: Option<Amount<Tokens>>, cost: Option<i128>, is_empty: bool) {
        if let Some(tokens) = tokens {
            self.tokens = self.tokens + tokens.into();
        }
        let cost = cost.or(is_empty.then_some(0));
        self.cost = Cost(
            self.cost
                .0
                .zip(cost)
                .and_then(|(sum, cost)| sum.checked_add(cost)),
        );
    }
}

impl Totals<'_> {
    fn edits(&self) -> Vec<Edit> {
        let is_readable = |row: &TableRow| !matches!(row.kind, RowKind::Unreadable);
        if !self.table.columns.has(Column::Tokens) || !self.table.rows.iter().all(is_readable) {
            return Vec::new();
        }
        let all = self.sums();
        let mut above: BTreeMap<Option<Month>, Sum> = BTreeMap::new();
        let mut edits = Vec::new();
        for row in &self.table.rows {
            let month = self.month(row);
            match &row.kind {
                RowKind::Entry(_) => self.count(row, above.entry(month).or_default()),
                RowKind::Total(_) | RowKind::Sum => {
                    let part = above.remove(&month).unwrap_or_default();
                    if let Some(all) = all.get(&month) {
                        edits.extend(self.total(row, *all, part));
                    }
                }
                RowKind::Unreadable | RowKind::Other => {}
            }
        }
        edits
    }

    fn sums(&self) -> BTreeMap<Option<Month>, Sum> {
        let mut sums: BTreeMap<Option<Month>, Sum> = BTreeMap::new();
        for row in &self.table.rows {
            if matches!(row.kind, RowKind::Entry(_)) {
                self.count(row, sums.entry(self.month(row)).or_default());
            }
        }
        sums
    }

    fn count(&self, row: &TableRow, sum: &mut Sum) {
        let RowKind::Entry(entry) = &row.kind else {
            return;
        };
        let figures = entry.figures;
        let is_own = figures
            .currency
            .is_none_or(|currency| currency == self.currency);
        let cost = figures
            .cost
            .filter(|_| is_own)
            .map(|cost| cost.value.into());
        let is_empty = figures
            .tokens
            .is_none_or(|tokens| tokens.value == Tokens::ZERO)
            && figures.cost.is_none();
        sum.add(figures.tokens, cost, is_empty);
    }

    /// The month of a row, where rows of a table are of several.
    fn month(&self, row: &TableRow) -> Option<Month> {
        if !self.table.columns.has(Column::Month) {
            return None;
        }
        match &row.kind {
            RowKind::Entry(entry) => Some(entry.when.month),
            RowKind::Total(total) => Some(total.month),
            _ => self.editor.raw(row, Column::Month)?.trim().parse().ok(),
        }
    }

    fn total(&self, row: &TableRow, all: Sum, above: Sum) -> Vec<Edit> {
        let Some(raw) = self.editor.raw(row, Column::Tokens) else {
            return Vec::new();
        };
        let Ok(Some(stated)) = cell::tokens(&plain_text(raw)) else {
            return Vec::new();
        };
        let is_part = row
            .cells
            .iter()
            .take(2)
            .any(|cell| is_subtotal(&plain_text(self.document.at(*cell))));
        let sum = if is_part { above } else { all };
        let agrees = [all, above]
            .iter()
            .any(|sum| sum.tokens.agrees_with(stated.used));
        let differs = !agrees && (self.is_touched || !all.tokens.estimate && !stated.used.estimate);
        let mut edits = Vec::new();
        if differs {
            let text = style::respell_tokens(raw, sum.tokens.tokens, sum.tokens.estimate);
            edits.extend(text.and_then(|text| self.editor.set(row, Column::Tokens, &text)));
        }
        if differs || self.is_touched {
            edits.extend(self.cost(row, sum));
        }
        let used = if differs {
            sum.tokens
        } else {
            stated.used.into()
        };
        if !is_part {
            edits.extend(self.percent(row, used, differs));
        }
        edits
    }

    fn cost(&self, row: &TableRow, sum: Sum) -> Option<Edit> {
        let raw = self.editor.raw(row, Column::Cost)?;
        let Some(stated) = cell::money(&plain_text(raw)).ok()? else {
            let nanos = sum.cost.0.filter(|nanos| *nanos > 0 && self.is_touched)?;
            let money = Money {
                nanos,
                currency: self.currency,
            };
            let text = self.editor.money(money, false);
            return self.editor.set(row, Column::Cost, &text);
        };
        let is_own = stated
            .currency
            .is_none_or(|currency| currency == self.currency);
        let nanos = sum.cost.0.filter(|_| is_own && !stated.amount.estimate)?;
        let half = u128::from(stated.amount.unit / 2);
        if i128::from(stated.amount.value).abs_diff(nanos) <= half {
            return None;
        }
        let text = style::respell_money(raw, nanos, false)?;
        self.editor.set(row, Column::Cost, &text)
    }

    /// The share of the budget beside a total.
    fn percent(&self, row: &TableRow, used: RoundedSum, changed: bool) -> Option<Edit> {
        let budget = self.budget?;
        [Column::Percent, Column::Status]
            .into_iter()
            .find_map(|column| {
                let raw = self.editor.raw(row, column)?;
                let text = respelled_percent(raw, used, budget, changed, Rounding::Down)?;
                self.editor.set(row, column, &text)
            })
    }
}

/// Which way a percentage is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    /// Of what is used.
    Down,
    /// Of what is left: what is used and what is left make up the whole.
    Up,
}

/// A text with the percentage in it set to that of a part of a whole, with as many digits as it had. None where there is none to
/// set, or where it fits the figures and nothing changed.
pub(super) fn respelled_percent(
    raw: &str,
    part: RoundedSum,
    whole: Tokens,
    changed: bool,
    rounding: Rounding,
) -> Option<String> {
    let span = percent_span(raw)?;
    let written = raw.get(span.range())?;
    let decimals = written
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len())
        .min(2);
    let scale = 10_u128.pow(u32::try_from(decimals).ok()?);
    let (part, whole) = (u128::from(part.tokens.0) * 100 * scale, u128::from(whole.0));
    let exact = match rounding {
        Rounding::Down => part.checked_div(whole)?,
        Rounding::Up => part
            .checked_add(whole.checked_sub(1)?)?
            .checked_div(whole)?,
    };
    // Written by somebody else, it may be rounded either way.
    let stated: u128 = written.replace('.', "").parse().ok()?;
    if !changed && stated.abs_diff(exact) <= 1 {
        return None;
    }
    let new = match decimals {
        0 => exact.to_string(),
        places => format!("{}.{:0places$}", exact / scale, exact % scale),
    };
    let (before, after) = (raw.get(..span.start)?, raw.get(span.end..)?);
    (new != written).then(|| format!("{before}{new}{after}"))
}

/// The digits before the first `%`.
fn percent_span(raw: &str) -> Option<Span> {
    let mark = raw.find('%')?;
    let before = raw.get(..mark)?.trim_end();
    let start = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |at| {
            at + before
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8)
        });
    let number = before.get(start..)?;
    number_span(number)?;
    Some(Span::new(start, before.len()))
}
