//! From a log of the format before v2.0 to one of v2.0: its dated rows become daily sections and monthly summaries, what is still
//! in force is carried over, and the rest is left to the original, which is kept whole elsewhere.
//!
//! See `text` for how the new log is written.

mod carried;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

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

/// How to bring a log up to date.
#[derive(Clone, Debug)]
pub struct MigrateRequest {
    pub now: Timestamp,
    /// Days that daily details are to be kept.
    pub keep_days: u32,
    /// Where the original will be, as the log names it.
    pub original: String,
}

impl MigrateRequest {
    fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

/// What becomes of a log.
#[derive(Clone, Debug)]
pub enum Migration {
    /// It is of v2.0 already.
    Current,
    /// It holds no rows of either format.
    Empty,
    /// It holds rows that cannot be read, of which the first is on this line. They would be lost.
    Unreadable(usize),
    Migrated(Box<NewLog>),
}

/// A log of v2.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLog {
    pub text: String,
    /// How many rows became daily rows.
    pub rows: usize,
    /// How many months have a summary.
    pub months: usize,
    /// How many hook lines, and how many other lines that say something, are in the original only.
    pub left: (usize, usize),
    /// Months whose stated total is not what their rows add up to: what is stated, and the sum.
    pub differing: Vec<(Month, RoundedSum, RoundedSum)>,
}

/// Makes a log of v2.0 of a log of the older format.
///
/// # Errors
/// Where the new log would say that something else was used.
pub fn migrate(
    revision: &Revision,
    log_set: &LogSet,
    request: &MigrateRequest,
) -> Result<Migration, Violation> {
    let document = revision.document();
    let is_current = |role| document.tables_of(role).any(TableBlock::has_entries);
    if [Role::Monthly, Role::Daily, Role::Session]
        .into_iter()
        .any(is_current)
    {
        return Ok(Migration::Current);
    }
    if !document
        .tables_of(Role::Legacy)
        .any(TableBlock::has_entries)
    {
        return Ok(Migration::Empty);
    }
    let mut rows = document
        .tables_of(Role::Legacy)
        .flat_map(|table| &table.rows);
    if let Some(row) = rows.find(|row| matches!(row.kind, RowKind::Unreadable)) {
        return Ok(Migration::Unreadable(row.place.line));
    }
    let expired = ExpiredLines::of(&document.lines, request.today(), request.now);
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
    Invariants::default().check_used(revision.ledger(), after.ledger())?;
    Ok(Migration::Migrated(Box::new(NewLog {
        text: after.into_text(),
        rows: days.values().map(Vec::len).sum(),
        months: months.len(),
        left: carried.left,
        differing: differing(document, &months),
    })))
}

impl TableBlock {
    fn has_entries(&self) -> bool {
        let others = self
            .rows
            .iter()
            .filter(|row| row.is_plain() && row.entry().is_none());
        self.lines.len() > others.count()
    }
}

/// The dated rows of a log with what they say.
fn entries(document: &Document) -> impl Iterator<Item = (&TableBlock, &TableRow, &Entry<'static>)> {
    let tables = document.tables_of(Role::Legacy);
    tables.flat_map(|table| {
        table.rows.iter().filter_map(move |row| match &row.kind {
            RowKind::Entry(entry) => Some((table, row, &**entry)),
            _ => None,
        })
    })
}

/// The rows of each day, in their order.
fn days(document: &Document) -> BTreeMap<NaiveDate, Vec<DayRow<'_>>> {
    let mut days: BTreeMap<NaiveDate, Vec<DayRow<'_>>> = BTreeMap::new();
    for (table, row, entry) in entries(document) {
        let date = entry.when.date.unwrap_or(entry.when.month.first_day());
        let rows = days.entry(date).or_default();
        rows.push(DayRow::of(document, table, row, entry));
    }
    days
}

/// What a team spent in a month.
#[derive(Debug)]
struct TeamMonth {
    name: String,
    tokens: Option<Amount<Tokens>>,
    /// In nanos; an estimate where not every row gives its cost.
    cost: Option<Amount<i128>>,
    /// What for, where that is one thing.
    task: Option<String>,
}

/// What was spent in a month.
#[derive(Debug)]
struct MonthRows {
    teams: Vec<TeamMonth>,
    sum: RoundedSum,
    /// That of the costs, where it is known.
    currency: Option<Currency>,
}

fn months(revision: &Revision) -> BTreeMap<Month, MonthRows> {
    let mut by_month: BTreeMap<Month, Vec<&Entry<'_>>> = BTreeMap::new();
    for (_, _, entry) in entries(revision.document()) {
        by_month.entry(entry.when.month).or_default().push(entry);
    }
    let month = |(month, entries): (Month, Vec<&Entry<'_>>)| {
        let reconciled = revision.ledger().find_month(month)?;
        Some((month, month_rows(&reconciled, &entries)))
    };
    by_month.into_iter().filter_map(month).collect()
}

fn month_rows(reconciled: &ReconciledMonth<'_>, entries: &[&Entry<'_>]) -> MonthRows {
    let currency = reconciled.currency();
    let mut costs: BTreeMap<&str, Costs<'_>> = BTreeMap::new();
    for entry in entries {
        let team = reconciled.find_team(&entry.work.team);
        let name = team.map_or("", |team| team.name.as_str());
        let costs = costs.entry(name).or_default();
        costs.add(entry, reconciled, currency);
        costs.is_named |= !entry.work.team.is_empty();
    }
    let mut teams = Vec::new();
    for team in &reconciled.teams {
        // Rows without a team get no monthly row.
        let costs = costs.remove(team.name.as_str());
        let Some(costs) = costs.filter(|costs| costs.is_named) else {
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
            cost: costs.sum,
            task: costs.task().map(str::to_owned),
        });
    }
    let amounts = entries.iter().filter_map(|entry| entry.figures.tokens);
    MonthRows {
        teams,
        sum: amounts.map(RoundedSum::from).sum(),
        currency: entries
            .iter()
            .any(|entry| entry.figures.currency.is_some())
            .then_some(currency),
    }
}

/// What a team's rows cost, and what they were for.
#[derive(Debug, Default)]
struct Costs<'e> {
    /// A row says whose they are.
    is_named: bool,
    sum: Option<Amount<i128>>,
    tasks: BTreeSet<Option<&'e str>>,
}

impl<'e> Costs<'e> {
    /// The one thing it was for; nothing where there are several.
    fn task(&self) -> Option<&'e str> {
        self.tasks
            .first()
            .copied()
            .flatten()
            .filter(|_| self.tasks.len() == 1)
    }

    fn add(&mut self, entry: &'e Entry<'_>, reconciled: &ReconciledMonth<'_>, currency: Currency) {
        self.tasks.insert(entry.work.task.as_deref());
        let is_own_currency = entry.figures.currency.is_none_or(|own| own == currency);
        let stated = entry
            .figures
            .cost
            .filter(|_| is_own_currency)
            .map(|cost| Amount {
                value: i128::from(cost.value),
                unit: 1,
                estimate: cost.estimate,
            });
        let tokens = entry
            .figures
            .tokens
            .map_or(Tokens::ZERO, |tokens| tokens.value);
        let priced = || {
            let price = reconciled.price_of(entry.work.model.as_deref())?;
            let cost = price.cost(tokens, entry.figures.classes)?;
            Some(Amount::exact(cost.nanos))
        };
        let cost = stated.or_else(priced);
        // Where a cost is not known, the sum of the others is less than all.
        let is_part = cost.is_none() && tokens > Tokens::ZERO;
        let known = cost.map_or(0, |cost| cost.value);
        let estimate = cost.is_some_and(|cost| cost.estimate) || is_part;
        self.sum = match (self.sum, cost) {
            (None, None) => None,
            (before, _) => {
                let before = before.unwrap_or(Amount::exact(0));
                Some(Amount {
                    value: before.value.saturating_add(known),
                    unit: 1,
                    estimate: before.estimate || estimate,
                })
            }
        };
    }
}

/// The months whose stated totals contradict their rows.
fn differing(
    document: &Document,
    months: &BTreeMap<Month, MonthRows>,
) -> Vec<(Month, RoundedSum, RoundedSum)> {
    let rows = document
        .tables_of(Role::Months)
        .flat_map(|table| &table.rows);
    let stated = rows.filter_map(|row| match &row.kind {
        RowKind::Total(total) => Some((total.month, RoundedSum::from(total.figures.tokens?))),
        _ => None,
    });
    let with_rows = stated.map(|(month, stated)| {
        let rows = months.get(&month).map(|rows| rows.sum);
        (month, stated, rows.unwrap_or_default())
    });
    with_rows
        .filter(|(_, stated, sum)| !sum.agrees_with(*stated))
        .collect()
}

#[cfg(test)]
mod tests;
