//! What counts as used: the statements of a month, reconciled team by team.
//!
//! A team's monthly rows and its details are two views of the same spending, so the greater counts; usage lines are spending
//! that is in neither yet, so they are added. Nothing is counted twice, and nothing written down anywhere is left out.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveTime};

use super::{
    cost::{CostSum, CostTotal},
    efficiency,
    ledger::{Duplicate, Ledger},
    names::{NameId, Roster},
    rows::{KeptRow, Unreadable},
};
use crate::{
    model::{
        Allocation, Currency, Entry, EntryKind, ModelPrice, Month, Note, RoundedSum, StatedTotal,
        Status, Tokens, fold_name,
    },
    text::Place,
};

/// The statements of one kind about one team, added up.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Their tokens.
    pub sum: RoundedSum,
    /// At least one of them gives tokens.
    pub has_tokens: bool,
    /// How many rows or lines.
    pub rows: u64,
    /// Where the first of them stands.
    pub first: Place,
    /// Deliverables, where any are given.
    pub deliverables: Option<u64>,
    /// The limit given beside the tokens.
    pub limit: Option<(Tokens, Place)>,
    pub(super) status: Option<Status>,
    pub(super) cost: CostSum,
}

impl Tally {
    pub(super) fn new(first: Place) -> Self {
        Self {
            sum: RoundedSum::default(),
            has_tokens: false,
            rows: 0,
            first,
            deliverables: None,
            limit: None,
            status: None,
            cost: CostSum::default(),
        }
    }

    pub(super) fn add(&mut self, entry: &Entry<'_>, cost: &CostSum) {
        if let Some(tokens) = entry.figures.tokens {
            self.sum = self.sum + tokens.into();
            self.has_tokens = true;
        }
        self.rows += 1;
        self.cost.add(cost);
        if let Some(count) = entry.figures.deliverables {
            self.deliverables = Some(self.deliverables.unwrap_or_default().saturating_add(count));
        }
        self.limit = self
            .limit
            .or(entry.figures.limit.map(|limit| (limit.value, entry.place)));
        self.status = match (self.status.take(), entry.status.clone()) {
            // A team's monthly rows stand side by side; of details, the last one tells how it is now.
            (Some(one), Some(two)) if entry.kind == EntryKind::Monthly => Some(one.combined(two)),
            (one, two) => two.or(one),
        };
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sum = self.sum + other.sum;
        self.has_tokens |= other.has_tokens;
        self.rows += other.rows;
        self.first = if other.first.order() < self.first.order() {
            other.first
        } else {
            self.first
        };
        self.deliverables = match (self.deliverables, other.deliverables) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        self.limit = self.limit.or(other.limit);
        self.status = match (self.status.take(), other.status.clone()) {
            (Some(one), Some(two)) => Some(one.combined(two)),
            (one, two) => one.or(two),
        };
        self.cost.add(&other.cost);
    }
}

/// What one team used, by kind of statement.
#[derive(Clone, Debug)]
pub struct TeamUsage {
    pub(super) id: NameId,
    /// Its name.
    pub name: String,
    /// The kinds of statement there are about it.
    pub tallies: BTreeMap<EntryKind, Tally>,
    /// What its details and usage lines say was spent on each day.
    pub(super) days: BTreeMap<NaiveDate, Tokens>,
}

impl TeamUsage {
    /// The tokens of one kind of statement.
    #[must_use]
    pub fn tokens_of(&self, kind: EntryKind) -> Tokens {
        self.tallies
            .get(&kind)
            .map_or(Tokens::ZERO, |tally| tally.sum.tokens)
    }

    /// Daily, session and dated rows together.
    #[must_use]
    pub fn details(&self) -> Tokens {
        [EntryKind::Daily, EntryKind::Session, EntryKind::Legacy]
            .map(|kind| self.tokens_of(kind))
            .into_iter()
            .sum()
    }

    /// What the team used. None where nothing is stated about it, which is not zero.
    #[must_use]
    pub fn used(&self) -> Option<Tokens> {
        let known = self.tallies.values().any(|tally| tally.has_tokens);
        known.then(|| {
            self.details().max(self.tokens_of(EntryKind::Monthly)) + self.tokens_of(EntryKind::Line)
        })
    }

    /// What was used on days that nothing tells: what the monthly rows hold beyond the details.
    pub(super) fn undated(&self) -> Tokens {
        let dated = self.days.values().copied().sum();
        self.used().unwrap_or_default().saturating_sub(dated)
    }

    /// The kinds whose figures make up what was used.
    fn leading(&self) -> impl Iterator<Item = &Tally> {
        let details = self.details() > self.tokens_of(EntryKind::Monthly)
            || !self.tallies.contains_key(&EntryKind::Monthly);
        self.tallies
            .iter()
            .filter(move |(kind, _)| {
                **kind == EntryKind::Line || (**kind != EntryKind::Monthly) == details
            })
            .map(|(_, tally)| tally)
    }

    pub(super) fn cost(&self) -> CostSum {
        let mut cost = CostSum::default();
        self.leading().for_each(|tally| cost.add(&tally.cost));
        cost
    }

    /// The figures that make up what was used, added up.
    pub(super) fn sum(&self) -> RoundedSum {
        self.leading().map(|tally| tally.sum).sum()
    }

    /// How far the team is: what its latest usage lines say, else its monthly rows, else its details.
    pub(super) fn status(&self) -> Option<Status> {
        let of = |kind| {
            self.tallies
                .get(&kind)
                .and_then(|tally| tally.status.clone())
        };
        of(EntryKind::Line)
            .or_else(|| of(EntryKind::Monthly))
            .or_else(|| of(EntryKind::Session))
            .or_else(|| of(EntryKind::Daily))
    }
}

/// Whether no more than a tenth of what teams used carries no date: only then is it known when it was spent.
pub(super) fn is_dated(teams: &[TeamUsage]) -> bool {
    let used: Tokens = teams.iter().filter_map(TeamUsage::used).sum();
    let undated: Tokens = teams.iter().map(TeamUsage::undated).sum();
    u128::from(undated.0) * 10 <= u128::from(used.0)
}

/// What was spent on one day by rows and lines that carry its date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) tokens: Tokens,
    /// The first hour given on it.
    pub(super) first_time: Option<NaiveTime>,
}

impl Day {
    pub(super) fn add(&mut self, tokens: Tokens, time: Option<NaiveTime>) {
        self.tokens = self.tokens + tokens;
        self.first_time = self.first_time.into_iter().chain(time).min();
    }
}

/// What the log itself says was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedUse {
    /// The figure, of several projects their sum.
    pub tokens: RoundedSum,
    /// Where it stands.
    pub place: Place,
}

/// One month, reconciled.
#[derive(Clone, Debug)]
pub struct MonthUsage {
    /// Which month.
    pub month: Month,
    /// It is the newest one in the log, so undated notes speak of it.
    pub newest: bool,
    /// Every team, in the order of the monthly table, then of the allocation, then as they were met.
    pub teams: Vec<TeamUsage>,
    pub(super) index: HashMap<NameId, usize>,
    /// The `TOTAL` rows.
    pub totals: Vec<StatedTotal>,
    /// The figure that the log states for all of it.
    pub stated: Option<StatedUse>,
    /// The projects named by the month's sections.
    pub projects: Vec<String>,
    /// Teams whose details cannot be told apart by project, with where these stand.
    pub unsplit: Vec<(String, Place)>,
    /// Rows that cannot be read.
    pub unreadable: Unreadable,
    pub(super) days: BTreeMap<NaiveDate, Day>,
    pub(super) rows: Vec<KeptRow>,
}

impl MonthUsage {
    /// What all teams used.
    #[must_use]
    pub fn used(&self) -> Tokens {
        self.teams.iter().filter_map(TeamUsage::used).sum()
    }
}

/// A ledger that is complete, and the month that is shown of it.
#[derive(Clone, Debug)]
pub struct ReconciledMonth {
    /// The teams that the month knows.
    pub(super) roster: Roster,
    /// What the log says.
    pub(super) ledger: Ledger,
    /// The months that have rows, oldest first.
    pub(super) months: Vec<Month>,
    /// The project that was asked for, folded.
    pub(super) project: Option<String>,
    /// The first day of each month on which details or usage lines say that anything was spent, whosever it was.
    pub(super) first_days: BTreeMap<Month, NaiveDate>,
    /// The month.
    pub month: MonthUsage,
}

impl ReconciledMonth {
    /// Ids that occurred again.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.ledger.duplicates
    }

    /// A table of an older log that does not count beside sections of v2.0.
    #[must_use]
    pub fn uncounted_legacy(&self) -> Option<Place> {
        let first = self.ledger.first_legacy;
        first.filter(|_| !self.ledger.counts(EntryKind::Legacy))
    }

    /// The log is of the format before v2.0.
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        self.ledger.first_legacy.is_some() && self.ledger.counts(EntryKind::Legacy)
    }

    /// The rows of the allocation table.
    pub fn allocations(&self) -> impl Iterator<Item = &Allocation> {
        Ledger::preferred(&self.ledger.allocations, |row| row.place)
    }

    /// The notes.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.ledger.notes
    }

    /// The log's currency: that of its header, else the first in which a cost is written, else the US dollar.
    #[must_use]
    pub fn currency(&self) -> Currency {
        let Ledger {
            currency,
            first_currency,
            ..
        } = &self.ledger;
        currency.or(*first_currency).unwrap_or(Currency::USD)
    }

    /// What the month cost.
    #[must_use]
    pub fn cost(&self) -> Option<CostTotal> {
        let mut cost = CostSum::default();
        self.month
            .teams
            .iter()
            .for_each(|team| cost.add(&team.cost()));
        self.close_cost(&cost)
    }

    /// The first statement with a cost in another currency.
    #[must_use]
    pub fn first_foreign_cost(&self) -> Option<Place> {
        let own = self.currency();
        let tallies = self
            .month
            .teams
            .iter()
            .flat_map(|team| team.tallies.values());
        tallies
            .filter_map(|tally| tally.cost.first_foreign(own))
            .min_by_key(Place::order)
    }

    pub(super) fn close_cost(&self, cost: &CostSum) -> Option<CostTotal> {
        cost.total(self.currency(), self.ledger.price)
    }

    /// The price of a model's tokens: that of the settings, else that of the log.
    #[must_use]
    pub fn price_of(&self, model: Option<&str>) -> Option<ModelPrice> {
        let by_model = self.ledger.price_of_model(model).copied();
        by_model.or(self.ledger.price.map(ModelPrice::from))
    }

    /// How many deliverables came of a team's tokens, by all that says so. None where nothing does, or it is counted in tasks.
    #[must_use]
    pub fn deliverables_of(&self, team: &TeamUsage) -> Option<u64> {
        let noted = efficiency::noted(self);
        let output = efficiency::output(team, noted.get(&team.id))?;
        output.deliverables.then_some(output.count)
    }

    pub(super) fn shown(&self, id: NameId) -> &str {
        self.ledger
            .names
            .shown(self.roster.team_of(id, &self.ledger.names))
    }

    /// The project of the month that a name means, as the log spells it.
    #[must_use]
    pub fn find_project(&self, name: &str) -> Option<&str> {
        let mut projects = self.month.projects.iter();
        projects
            .find(|project| fold_name(project) == fold_name(name))
            .map(String::as_str)
    }

    /// The team of the month that a name means: its own, or by alias, or by the words it begins with.
    #[must_use]
    pub fn find_team(&self, name: &str) -> Option<&TeamUsage> {
        let (names, roster) = (&self.ledger.names, &self.roster);
        let id = match names.find(&fold_name(name)) {
            Some(id) => roster.team_of(id, names),
            None => roster.team_of_text(name, names)?,
        };
        self.month.teams.get(*self.month.index.get(&id)?)
    }

    /// The team that somebody asks for: by name, or by a part of the name that only one team has.
    #[must_use]
    pub fn search_team(&self, text: &str) -> Option<&TeamUsage> {
        let folded = fold_name(text);
        let words = |team: &&TeamUsage| fold_name(&team.name).split(' ').any(|word| word == folded);
        let part = |team: &&TeamUsage| fold_name(&team.name).contains(&folded);
        let only = |filter: &dyn Fn(&&TeamUsage) -> bool| {
            let mut found = self.month.teams.iter().filter(filter);
            found.next().filter(|_| found.next().is_none())
        };
        self.find_team(text)
            .or_else(|| only(&words))
            .or_else(|| only(&part))
    }
}
