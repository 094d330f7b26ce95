//! One month, reconciled, with what the log says beside it. See `reconcile` for how it is made.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
};

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    cost::{Cost, CostSum, PricedCost},
    efficiency::{self, Output},
    ledger::{Duplicate, Ledger, preferred},
    merged_rows::MergedRows,
    names::{MonthRoster, NameId},
    period::Period,
    rows::{KeptRow, UnreadableRows},
    team_usage::{Day, MonthlyGap, TeamUsage},
};
use crate::{
    model::{
        Allocation, Currency, EntryKind, Measure, ModelPrice, Month, NoteValue, RoundedSum,
        StatedTotal, Tokens, Units, fold_name,
    },
    text::Place,
};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedUse {
    /// Of several projects, their sum.
    pub tokens: RoundedSum,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct ReconciledMonth<'l> {
    pub ledger: &'l Ledger,
    pub(super) roster: MonthRoster<'l>,
    /// The project that was asked for, folded.
    pub project: Option<String>,
    pub month: Month,
    /// No other month suits the moment of the report better, so plans and holds are about it.
    pub is_open: bool,
    /// It is open and has rows, so undated notes are about it.
    pub newest: bool,
    /// In the order of the monthly table, then of the allocation, then as they were met.
    pub teams: Vec<TeamUsage>,
    pub(super) index: HashMap<NameId, usize>,
    pub totals: Vec<StatedTotal>,
    /// The figure that the log states for the whole month.
    pub stated: Option<StatedUse>,
    /// The projects named by the month's sections.
    pub projects: Vec<String>,
    /// Teams whose details cannot be assigned to a project, with the first of these.
    pub unsplit: Vec<(String, Place)>,
    pub unreadable: UnreadableRows,
    pub(super) days: BTreeMap<NaiveDate, Day>,
    pub(super) rows: Vec<&'l KeptRow>,
    pub(super) noted: OnceCell<HashMap<NameId, Output>>,
    /// That of a budget that is reset by hand, once it is added up.
    pub(super) period: Option<Period>,
}

impl ReconciledMonth<'_> {
    pub const fn measure(&self) -> Measure {
        self.ledger.measure()
    }

    /// What was used in the month, in what the log counts by.
    pub(super) fn used_units(&self) -> Units {
        let measure = self.measure();
        let teams = self.teams.iter();
        teams.filter_map(|team| team.spent(measure)).sum()
    }

    /// The rows that should say what was used, where none of them does: then it is not known, and not zero.
    pub(super) fn unknown_rows(&self) -> Option<u64> {
        let measure = self.measure();
        let has_figure = |team: &TeamUsage| team.has_figure(measure);
        if self.teams.iter().any(has_figure) || self.spent_units() > Units::ZERO {
            return None;
        }
        // In tokmon's own format, what can be read is judged without the rows that cannot.
        let ledger = self.ledger;
        let unreadable = ledger.unreadable.get(&Some(self.month));
        let unreadable = unreadable.filter(|_| ledger.is_foreign());
        let unreadable = unreadable.map_or(0, |rows| rows.count);
        let silent = self.teams.iter().map(TeamUsage::silent_rows);
        let rows = silent.sum::<u64>() + unreadable;
        (rows > 0).then_some(rows)
    }

    /// The same of one team.
    pub(super) fn unknown_rows_of(&self, team: &TeamUsage) -> Option<u64> {
        let is_known = team.has_figure(self.measure()) || self.spent_units_of(team).is_some();
        let rows = team.silent_rows();
        (!is_known && rows > 0).then_some(rows)
    }

    pub fn used(&self) -> Tokens {
        self.teams.iter().filter_map(TeamUsage::used).sum()
    }

    /// The months that have rows, oldest first.
    pub(super) fn months(&self) -> Vec<Month> {
        let mut months = self.ledger.months().to_vec();
        if let Err(at) = months.binary_search(&self.month)
            && self.ledger.has_rows(self.month)
        {
            months.insert(at, self.month);
        }
        months
    }

    pub(super) fn oldest_month(&self) -> Month {
        let oldest = self.ledger.months().first().copied();
        oldest.map_or(self.month, |oldest| oldest.min(self.month))
    }

    /// Ids that the archive of this month repeats, or that are repeated in spite of it; without a month, those that occur again in
    /// the log alone.
    pub fn duplicates(&self, archive: Option<Month>) -> &[Duplicate] {
        let duplicates = self.ledger.duplicates.get(&archive);
        duplicates.map_or(&[], Vec::as_slice)
    }

    /// Monthly rows that should be one, as after a merge.
    pub fn merged_rows(&self) -> &[MergedRows] {
        let month = self.ledger.months.get(&self.month);
        month.map_or(&[], |month| month.merged.as_slice())
    }

    /// What the monthly rows of a team hold beyond its details with ids, and what that cost in nanos.
    pub fn base_of(&self, team: &TeamUsage) -> (i128, Option<u64>) {
        let mut keyed = CostSum::default();
        let mut tokens = i128::from(team.tokens_of(EntryKind::Monthly).0);
        for tally in [EntryKind::Daily, EntryKind::Session]
            .iter()
            .filter_map(|kind| team.tallies.get(kind))
        {
            tokens -= i128::from(tally.keyed.0);
            keyed.add(&tally.keyed_cost);
        }
        keyed.set_price(self.ledger.price);
        let monthly = team
            .tallies
            .get(&EntryKind::Monthly)
            .map(|tally| &tally.cost);
        let cost = monthly.and_then(|cost| cost.less([&keyed].into_iter()));
        (tokens, cost.and_then(|cost| cost.nanos()))
    }

    /// A table of an older log that does not count beside sections of v2.0.
    pub fn uncounted_legacy(&self) -> Option<Place> {
        let first = self.ledger.first_legacy;
        first.filter(|_| self.ledger.current_format)
    }

    pub fn is_legacy(&self) -> bool {
        self.ledger.first_legacy.is_some() && !self.ledger.current_format
    }

    pub fn allocations(&self) -> impl Iterator<Item = &Allocation> {
        preferred(&self.ledger.allocations, |row| row.place)
    }

    /// The currency that the log names: that of its header, else the first in which a cost is written.
    pub(super) fn stated_currency(&self) -> Option<Currency> {
        let archived = || self.ledger.months.get(&self.month)?.archive_currency;
        let stated = self.ledger.currency.or(self.ledger.first_currency);
        let of_budget = || Some(self.ledger.own_cost_budget?.0.currency);
        stated.or_else(archived).or_else(of_budget)
    }

    /// The log's currency: that of its header, else the first in which a cost is written, else the US dollar.
    pub fn currency(&self) -> Currency {
        self.stated_currency().unwrap_or(Currency::USD)
    }

    pub fn cost(&self) -> Option<Cost> {
        self.cost_sum().report(self.currency())
    }

    pub(super) fn cost_sum(&self) -> PricedCost {
        let mut sum = PricedCost::default();
        for team in &self.teams {
            sum.add(&self.cost_sum_of(team));
        }
        sum
    }

    pub(super) fn cost_sum_of(&self, team: &TeamUsage) -> PricedCost {
        team.cost(self.currency(), self.ledger.price)
    }

    /// The tokens of a team that have neither a cost nor a price.
    pub fn unpriced_of(&self, team: &TeamUsage) -> Tokens {
        self.cost_sum_of(team).unpriced
    }

    pub fn cost_of_team(&self, team: &TeamUsage) -> Option<Cost> {
        self.cost_sum_of(team).report(self.currency())
    }

    /// What the monthly rows of a team lack to say all that its details say.
    pub fn gap_of(&self, team: &TeamUsage) -> MonthlyGap {
        team.gap(self.currency(), self.ledger.price)
    }

    /// A sum of costs at the price of the log.
    pub fn priced(&self, cost: &CostSum) -> PricedCost {
        cost.priced(self.currency(), self.ledger.price)
    }

    /// The first statement with a cost in another currency.
    pub fn first_foreign_cost(&self) -> Option<Place> {
        let own = self.currency();
        let tallies = self.teams.iter().flat_map(|team| team.tallies.values());
        tallies
            .filter_map(|tally| tally.cost.first_foreign(own))
            .min_by_key(Place::order)
    }

    pub(super) fn total_cost(&self, cost: &CostSum) -> Option<Cost> {
        self.priced(cost).report(self.currency())
    }

    /// The price of a model's tokens: that of the settings, else that of the log.
    pub fn price_of(&self, model: Option<&str>) -> Option<ModelPrice> {
        let by_model = || self.ledger.prices.get(model?).copied();
        by_model().or(self.ledger.price.map(ModelPrice::from))
    }

    /// How many deliverables came of a team's tokens, by all that says so. None where nothing does, or it is counted in tasks.
    pub fn deliverables_of(&self, team: &TeamUsage) -> Option<u64> {
        let output = efficiency::output(team, self.noted().get(&team.id))?;
        output.deliverables.then_some(output.count)
    }

    /// What the list of efficiency metrics says of each team. It speaks of the newest month.
    pub(super) fn noted(&self) -> &HashMap<NameId, Output> {
        self.noted.get_or_init(|| {
            let all = self.ledger.notes.iter().filter(|_| self.newest);
            let (first, then): (Vec<_>, Vec<_>) = all.partition(|note| note.in_notes_section);
            let mut noted = HashMap::new();
            for note in first.into_iter().chain(then) {
                if let NoteValue::Efficiency {
                    team,
                    count,
                    deliverables,
                } = &note.value
                    && let Some(team) = self.find_team(team)
                {
                    noted.entry(team.id).or_insert(Output {
                        count: *count,
                        deliverables: *deliverables,
                        place: note.place,
                    });
                }
            }
            noted
        })
    }

    /// The name of the team that a row of this name belongs to.
    pub(super) fn team_name(&self, id: NameId) -> &str {
        self.ledger.names.shown(self.roster.team_of(id))
    }

    /// The project of the month that a name means, as the log spells it.
    pub fn find_project(&self, name: &str) -> Option<&str> {
        let mut projects = self.projects.iter();
        projects
            .find(|project| fold_name(project) == fold_name(name))
            .map(String::as_str)
    }

    /// The team of the month that a name means: its own, or by alias, or by the words it begins with.
    pub fn find_team(&self, name: &str) -> Option<&TeamUsage> {
        let id = match self.ledger.names.find(&fold_name(name)) {
            Some(id) => self.roster.team_of(id),
            None => self.roster.team_of_text(name)?,
        };
        self.teams.get(*self.index.get(&id)?)
    }

    /// Adds the team that a user asks for, if only other months or the settings know it. It has used nothing in this month.
    pub fn add_idle_team(&mut self, text: &str) {
        if self.search_team(text).is_some() {
            return;
        }
        let ledger = self.ledger;
        let elsewhere = || {
            let newest = ledger.reconcile(ledger.newest_month()?, None);
            Some(newest.search_team(text)?.id)
        };
        let named = ledger.names.find(&fold_name(text));
        if let Some(id) = named.map(|id| self.roster.team_of(id)).or_else(elsewhere) {
            self.list(id);
        }
    }

    /// Adds the team of exactly this name, or of the words that it begins with, if only other months or the settings know it.
    pub fn add_known_team(&mut self, name: &str) {
        if self.find_team(name).is_none()
            && let Some(id) = self.ledger.names.find(&fold_name(name))
        {
            self.list(self.roster.team_of(id));
        }
    }

    /// Lists the teams that hold tokens in this month and about which nothing else is stated yet, and adds up the period of a budget
    /// that is reset by hand.
    pub fn add_holding_teams(&mut self, now: DateTime<FixedOffset>) {
        self.begin_period(now);
        if self.project.is_none() {
            let mut teams: Vec<NameId> = self.holds(now).map(|(team, _)| team).collect();
            teams.sort_unstable();
            for team in teams {
                self.list(team);
            }
        }
    }

    /// The teams that hold tokens, with these. What is about to start will be spent in the current month.
    pub(super) fn holds(
        &self,
        now: DateTime<FixedOffset>,
    ) -> impl Iterator<Item = (NameId, Tokens)> + use<'_> {
        let live = self.ledger.live_holds(now);
        let is_current = self.month.contains(now.date_naive());
        let live = live.filter(move |_| is_current);
        live.map(|(_, hold)| (self.roster.team_of(hold.name), hold.tokens))
    }

    pub(super) fn list(&mut self, id: NameId) {
        if self.index.contains_key(&id) {
            return;
        }
        self.index.insert(id, self.teams.len());
        self.teams.push(TeamUsage {
            id,
            name: self.ledger.names.shown(id).to_owned(),
            tallies: BTreeMap::new(),
            days: BTreeMap::new(),
            surplus: None,
        });
    }

    /// The team that may be meant by a name that no team has: by a part of it, else by its spelling.
    pub fn similar_team(&self, text: &str) -> Option<&TeamUsage> {
        /// Comparing two names takes as long as the product of their lengths. In bytes.
        const LONGEST: usize = 100;
        let folded = fold_name(text);
        let most = if folded.chars().count() < 5 { 1 } else { 2 };
        let by_spelling = || {
            let distance =
                |team: &&TeamUsage| strsim::damerau_levenshtein(&fold_name(&team.name), &folded);
            let is_short = |team: &&TeamUsage| team.name.len() <= LONGEST;
            let teams = self.teams.iter().filter(is_short);
            let nearest = teams
                .filter(|_| text.len() <= LONGEST)
                .min_by_key(distance)?;
            Some(nearest).filter(|team| distance(team) <= most)
        };
        self.search_team(text).or_else(by_spelling)
    }

    /// The team that a user asks for: by name, or by a part of the name that only one team has.
    pub fn search_team(&self, text: &str) -> Option<&TeamUsage> {
        let folded = fold_name(text);
        let words = |team: &&TeamUsage| fold_name(&team.name).split(' ').any(|word| word == folded);
        let part = |team: &&TeamUsage| fold_name(&team.name).contains(&folded);
        let only = |filter: &dyn Fn(&&TeamUsage) -> bool| {
            let mut found = self.teams.iter().filter(filter);
            found.next().filter(|_| found.next().is_none())
        };
        self.find_team(text)
            .or_else(|| only(&words))
            .or_else(|| only(&part))
    }
}
