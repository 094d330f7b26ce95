//! From a log of the format before v2.0 to one of v2.0: its dated rows become daily sections and monthly summaries, what is still
//! in force is carried over, and the rest is left to the original, which is kept whole elsewhere.
//!
//! See `text` for how the new log is written.

mod carried;
mod foreign;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub use self::foreign::migrate_foreign;
use self::{carried::Carried, text::DayRow};
use super::{
    Document, Invariants, LogSet, Revision, RowKind, TableBlock, TableRow, Timestamp, Violation,
    archive::ExpiredLines,
};
use crate::{
    analysis::ReconciledMonth,
    log::Role,
    model::{Amount, Currency, Entry, EntryKind, Month, RoundedSum, Tokens},
};

#[derive(Clone, Debug)]
pub struct MigrateRequest {
    pub now: Timestamp,
    /// Days that daily details are kept.
    pub keep_days: u32,
    /// Where the original will be, as the log names it.
    pub original: String,
}

impl MigrateRequest {
    fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

/// Why a log cannot be migrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrateError {
    /// It holds no rows of either format.
    Empty,
    /// It holds rows that cannot be read, of which the first is on this line. They would be lost.
    Unreadable(usize),
    /// The new log would say that something else was used.
    Violation(Violation),
    /// The same of a log in another form: what would differ.
    Differs(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The new log.
    pub text: String,
    /// The number of rows that became daily rows.
    pub rows: usize,
    pub months: usize,
    /// The numbers of hook lines, and of other lines that are not blank, in the original alone.
    pub left: (usize, usize),
    /// Months whose stated total is not what their rows add up to: what is stated, and the sum.
    pub differing: Vec<(Month, RoundedSum, RoundedSum)>,
}

/// Makes a log of v2.0 of a log of the older format. None where it is of v2.0 already.
pub fn migrate(
    revision: &Revision,
    log_set: &LogSet,
    request: &MigrateRequest,
) -> Result<Option<Migration>, MigrateError> {
    let document = &revision.document;
    let has_entries = |role| document.tables_of(role).any(TableBlock::has_entries);
    let mut current = [Role::Monthly, Role::Daily, Role::Session].into_iter();
    let has_undated = document.tables_of(Role::Undated).next().is_some();
    if has_undated || current.any(has_entries) {
        return Ok(None);
    }
    if !has_entries(Role::Legacy) {
        return Err(MigrateError::Empty);
    }
    let tables = document.tables_of(Role::Legacy);
    let mut rows = tables.flat_map(|table| &table.rows);
    if let Some(row) = rows.find(|row| matches!(row.kind, RowKind::Unreadable)) {
        return Err(MigrateError::Unreadable(row.place.line));
    }
    let expired = ExpiredLines::of(
        &document.lines,
        request.today(),
        request.now,
        log_set.policy.reset,
    );
    let carried = Carried::of(document, &expired);
    let days = days(document);
    let months = months(revision);
    let mut text = text::write(document, request, &months, &days, &carried);
    if document.source.newline() == "\r\n" {
        text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    let bom = revision.text().get(..document.source.body_start());
    text.insert_str(0, bom.unwrap_or_default());
    let after = Revision::read(text, log_set);
    let is_same = Invariants::check_used(&revision.ledger, &after.ledger);
    is_same.map_err(MigrateError::Violation)?;
    Ok(Some(Migration {
        text: after.into_text(),
        rows: days.values().map(Vec::len).sum(),
        months: months.len(),
        left: carried.left,
        differing: differing(document, &months),
    }))
}

impl TableBlock {
    fn has_entries(&self) -> bool {
        let rows = self.rows.iter();
        let others = rows.filter(|row| row.is_plain() && row.entry().is_none());
        self.lines.len() + self.outside.len() > others.count()
    }
}

/// The dated rows of a log with what they say.
fn entries(document: &Document) -> impl Iterator<Item = (&TableBlock, &TableRow, &Entry<'static>)> {
    let tables = document.tables_of(Role::Legacy);
    tables.flat_map(|table| {
        let rows = table.rows.iter();
        rows.filter_map(move |row| Some((table, row, row.entry()?)))
    })
}

/// The rows of each day, in their order.
fn days(document: &Document) -> BTreeMap<NaiveDate, Vec<DayRow>> {
    let mut days: BTreeMap<NaiveDate, Vec<DayRow>> = BTreeMap::new();
    for (table, row, entry) in entries(document) {
        let date = entry.when.date.unwrap_or(entry.when.month.first_day());
        let rows = days.entry(date).or_default();
        rows.push(text::day_row(document, table, row, entry));
    }
    days
}

#[derive(Debug)]
struct MonthRows<'e> {
    teams: Vec<TeamMonth<'e>>,
    sum: RoundedSum,
    /// That of the costs, where it is known.
    currency: Option<Currency>,
}

#[derive(Debug, Default)]
struct TeamMonth<'e> {
    name: String,
    tokens: Option<Amount<Tokens>>,
    /// Of rows with tokens or a cost, in nanos.
    costs: Vec<Option<Amount<i128>>>,
    tasks: BTreeSet<Option<&'e str>>,
    /// A row says whose they are.
    is_named: bool,
}

impl<'e> TeamMonth<'e> {
    /// The task of all rows. None where there are several.
    fn task(&self) -> Option<&'e str> {
        let only = self.tasks.first().filter(|_| self.tasks.len() == 1);
        only.copied().flatten()
    }

    fn add(&mut self, entry: &'e Entry<'_>, reconciled: &ReconciledMonth<'_>) {
        self.is_named |= !entry.work.team.is_empty();
        self.tasks.insert(entry.work.task.as_deref());
        let figures = &entry.figures;
        let currency = reconciled.currency();
        let is_own_currency = figures.currency.is_none_or(|own| own == currency);
        let stated = figures.cost.filter(|_| is_own_currency);
        let stated = stated.map(|cost| Amount {
            estimate: cost.estimate,
            ..Amount::exact(cost.value.into())
        });
        let tokens = figures.tokens.map_or(Tokens::ZERO, |tokens| tokens.value);
        let priced = || {
            let price = reconciled.price_of(entry.work.model.as_deref())?;
            Some(Amount::exact(price.cost(tokens, figures.classes)?.nanos))
        };
        let cost = stated.or_else(priced);
        if cost.is_some() || tokens > Tokens::ZERO {
            self.costs.push(cost);
        }
    }
}

/// The sum of the costs that are known, an estimate where another is not. None where none is known.
fn sum_of_costs(costs: &[Option<Amount<i128>>]) -> Option<Amount<i128>> {
    let known = costs.iter().flatten().map(|cost| cost.value);
    let sum = known.reduce(i128::saturating_add)?;
    let mut all = costs.iter();
    Some(Amount {
        estimate: all.any(|cost| cost.is_none_or(|cost| cost.estimate)),
        ..Amount::exact(sum)
    })
}

fn months(revision: &Revision) -> BTreeMap<Month, MonthRows<'_>> {
    let mut by_month: BTreeMap<Month, Vec<&Entry<'_>>> = BTreeMap::new();
    for (_, _, entry) in entries(&revision.document) {
        by_month.entry(entry.when.month).or_default().push(entry);
    }
    let month = |(month, entries): (Month, Vec<_>)| {
        let reconciled = revision.ledger.find_month(month)?;
        Some((month, month_rows(&reconciled, &entries)))
    };
    by_month.into_iter().filter_map(month).collect()
}

fn month_rows<'e>(reconciled: &ReconciledMonth<'_>, entries: &[&'e Entry<'_>]) -> MonthRows<'e> {
    let mut by_name: BTreeMap<&str, TeamMonth<'_>> = BTreeMap::new();
    for entry in entries {
        let team = reconciled.find_team(&entry.work.team);
        let name = team.map_or("", |team| team.name.as_str());
        by_name.entry(name).or_default().add(entry, reconciled);
    }
    let mut teams = Vec::new();
    for team in &reconciled.teams {
        // Rows without a team get no monthly row.
        let month = by_name.remove(team.name.as_str());
        let Some(month) = month.filter(|month| month.is_named) else {
            continue;
        };
        let details = [EntryKind::Daily, EntryKind::Session, EntryKind::Legacy];
        let mut tallies = details.iter().filter_map(|kind| team.tallies.get(kind));
        let estimate = tallies.clone().any(|tally| tally.sum.estimate);
        let has_tokens = tallies.any(|tally| tally.has_tokens);
        teams.push(TeamMonth {
            name: team.name.clone(),
            tokens: has_tokens.then(|| Amount {
                estimate,
                ..Amount::exact(team.details())
            }),
            ..month
        });
    }
    let amounts = entries.iter().filter_map(|entry| entry.figures.tokens);
    let mut figures = entries.iter().map(|entry| entry.figures);
    let has_currency = figures.any(|figures| figures.currency.is_some());
    MonthRows {
        teams,
        sum: amounts.map(RoundedSum::from).sum(),
        currency: has_currency.then_some(reconciled.currency()),
    }
}

/// The months whose stated totals contradict their rows.
fn differing(
    document: &Document,
    months: &BTreeMap<Month, MonthRows<'_>>,
) -> Vec<(Month, RoundedSum, RoundedSum)> {
    let tables = document.tables_of(Role::Months);
    let rows = tables.flat_map(|table| &table.rows);
    let stated = rows.filter_map(|row| match &row.kind {
        RowKind::Total(total) => Some((total.month, RoundedSum::from(total.figures.tokens?))),
        _ => None,
    });
    let with_rows = stated.map(|(month, stated)| {
        let rows = months.get(&month).map(|rows| rows.sum);
        (month, stated, rows.unwrap_or_default())
    });
    let differing = with_rows.filter(|(_, stated, sum)| !sum.agrees_with(*stated));
    differing.collect()
}

#[cfg(test)]
mod tests;
