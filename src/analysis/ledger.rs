//! What a log says, in sums, once all of it is read. Read-only: see `builder` for how it is filled, `reconcile` for what counts.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

use super::{
    bookings::Bookings,
    cost::CostSum,
    dating::{AheadRows, Dating},
    imported::{ImportOverlap, Surplus},
    merged_rows::{MergedRows, MonthlyRows},
    names::{NameId, Names, Roster},
    period::DatedUsage,
    rows::{KeptRows, UndatedUsage, UnreadableRows},
    team_usage::{Day, Start, Tally, earliest},
};
use crate::{
    model::{
        Allocation, Budget, BudgetReset, BudgetSource, Currency, Entry, EntryKind, LastRow,
        LogEvent, LogReading, Measure, ModelPrice, Money, Month, Note, NoteValue, Notice,
        Optimization, Phase, Price, SpanLimit, StatedCost, StatedTotal, Tokens, Units, fold_name,
        is_subtotal, is_total,
    },
    text::{FileId, Place},
};

/// Whose usage a tally is, of which project, and in which kind of statement.
pub(super) type TallyKey = (NameId, Option<Arc<str>>, EntryKind);

/// A cost, and the first hour given for it.
pub(super) type DayCost = (CostSum, Option<Start>);

#[derive(Clone, Debug, Default)]
pub(super) struct MonthLedger {
    pub(super) tallies: BTreeMap<TallyKey, Tally>,
    /// The monthly summaries with rows in them, by the line of their heading, with their projects.
    pub(super) summaries: BTreeMap<usize, Option<Arc<str>>>,
    /// Totals, with the line of the heading above them.
    pub(super) totals: Vec<(usize, StatedTotal)>,
    pub(super) days: BTreeMap<NaiveDate, BTreeMap<(NameId, EntryKind), Day>>,
    /// What the rows and lines of each day cost; of a log in tokmon's own format, only of those that state no tokens, and from the
    /// running week on.
    pub(super) costs: BTreeMap<NaiveDate, BTreeMap<(NameId, EntryKind), DayCost>>,
    /// Whose details and lines are imported or not, where imports write for some team.
    pub(super) bookings: BTreeMap<NameId, Bookings>,
    /// What of the tallies counts elsewhere already.
    pub(super) surplus: BTreeMap<TallyKey, Surplus>,
    /// The first currency in which the archive states a cost.
    pub(super) archive_currency: Option<Currency>,
    pub(super) rows: MonthlyRows,
    /// The monthly rows that should be one, as after a merge.
    pub(super) merged: Vec<MergedRows>,
}

impl MonthLedger {
    /// Adds an entry to the tally of its team, and to its day; its cost as well, `with_costs` or where it has no tokens.
    pub(super) fn add(
        &mut self,
        entry: &Entry<'_>,
        name: NameId,
        cost: &CostSum,
        with_costs: bool,
    ) {
        let key = (name, entry.work.project.clone(), entry.kind);
        let first = || Tally {
            first: entry.place,
            ..Tally::default()
        };
        let tally = self.tallies.entry(key).or_insert_with(first);
        tally.add(entry, cost);
        let Some(date) = entry.when.date else {
            return;
        };
        let start = entry.when.time.map(|time| (time.start, entry.when.offset));
        if let Some(tokens) = entry.figures.tokens {
            let day = self.days.entry(date).or_default();
            day.entry((name, entry.kind))
                .or_default()
                .add(tokens.value.into(), start);
        }
        if entry.figures.tokens.is_none() && cost.is_some() || with_costs {
            let day = self.costs.entry(date).or_default();
            let (sum, first) = day.entry((name, entry.kind)).or_default();
            sum.add(cost);
            *first = earliest(*first, start);
        }
    }

    /// Takes out of the day of an imported entry what counts elsewhere already, and takes note of it for the sums.
    pub(super) fn count_once(&mut self, overlap: &ImportOverlap) {
        let surplus = self.surplus.entry(overlap.key()).or_default();
        surplus.add_overlap(overlap);
        let Some(date) = overlap.date else { return };
        let part = (overlap.name, overlap.kind);
        let day = self.days.get_mut(&date).and_then(|day| day.get_mut(&part));
        if let Some(day) = day {
            day.spent = day.spent.saturating_sub(overlap.surplus().into());
        }
        let cost = self.costs.get_mut(&date);
        if let Some((cost, _)) = cost.and_then(|day| day.get_mut(&part)) {
            cost.remove(overlap.surplus_cost());
        }
    }

    /// Counts the days by their costs in a currency.
    fn count_money(&mut self, currency: Currency) {
        for (date, parts) in self.costs.clone() {
            let day = self.days.entry(date).or_default();
            for (part, (cost, first)) in parts {
                let money = cost.priced(currency, None).of(currency);
                if let Some((money, _)) = money {
                    day.entry(part).or_default().add(Units(money.nanos), first);
                }
            }
        }
    }

    fn has(&self, figure: impl Fn(&Tally) -> bool) -> bool {
        self.tallies.values().any(figure)
    }

    pub(super) fn monthly_names(&self) -> impl Iterator<Item = NameId> {
        let keys = self.tallies.keys();
        keys.filter(|(_, _, kind)| *kind == EntryKind::Monthly)
            .map(|(name, _, _)| *name)
    }
}

/// An event, and where it is written.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    pub event: LogEvent<'static>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub(super) struct HoldEntry {
    pub(super) name: NameId,
    pub(super) tokens: Tokens,
    pub(super) since: DateTime<FixedOffset>,
    pub(super) until: DateTime<FixedOffset>,
    pub(super) cost: Option<StatedCost>,
    pub(super) model: Option<String>,
    pub(super) overridden: bool,
    pub(super) place: Place,
}

/// An id that occurred a second time.
#[derive(Clone, Debug)]
pub struct Duplicate {
    pub id: String,
    pub place: Place,
    pub first: Place,
}

/// What a log, the projection beside it and its archives say. Of an archive counts what was spent in its month.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(super) prices: BTreeMap<String, ModelPrice>,
    pub(super) dating: Dating,
    pub(super) names: Names,
    pub(super) roster: Roster,
    pub(super) months: BTreeMap<Month, MonthLedger>,
    pub(super) kept: KeptRows,
    /// Rows that cannot be read, with the month they would have counted for where that is known.
    pub(super) unreadable: BTreeMap<Option<Month>, UnreadableRows>,
    /// How the log was read, where it is in another form than tokmon's.
    pub reading: Option<Arc<LogReading>>,
    /// Usage without a date.
    pub(super) undated: UndatedUsage,
    /// Rows with neither a date nor a figure.
    pub(super) undated_without_figure: UnreadableRows,
    /// Rows without a figure, by the month they are of.
    pub(super) without_figure: BTreeMap<Month, UnreadableRows>,
    /// What everything is counted by, once all of it is read.
    pub(super) measure: Measure,
    /// All tokens counted and reserved: they fit, so no sum of parts of them overflows.
    pub(super) total: Tokens,
    /// The rows and reservations left out because `total` would not fit any more.
    pub uncountable: UnreadableRows,
    /// The log has a row of v2.0, so tables of an older format do not count.
    pub(super) current_format: bool,
    pub(super) first_legacy: Option<Place>,
    /// By the month whose archive has part in it; `None` where the log alone repeats an id.
    pub(super) duplicates: BTreeMap<Option<Month>, Vec<Duplicate>>,
    /// The imported rows and lines that count only in part.
    pub(super) overlaps: Vec<ImportOverlap>,
    /// The tokens of each detail and usage line that counts, where an estimate needs them.
    pub(super) sizes: Vec<(NameId, Tokens)>,
    pub(super) holds: HashMap<String, HoldEntry>,
    pub(super) freed: HashSet<String>,
    pub(super) hook_lines: u64,
    /// In the order of the files: those of archives that were read come last.
    pub(super) events: Vec<LoggedEvent>,
    pub(super) notices: Vec<Notice<'static>>,
    pub(super) event_ids: HashSet<(DateTime<FixedOffset>, String)>,
    pub(super) reset: BudgetReset,
    /// Details and usage lines, where the budget is reset by hand.
    pub(super) dated_usage: Vec<DatedUsage>,
    pub(super) allocations: Vec<Allocation>,
    pub(super) phases: Vec<Phase>,
    pub(super) optimizations: Vec<Optimization>,
    pub notes: Vec<Note>,
    pub(super) currency: Option<Currency>,
    /// The first currency in which the log states a cost.
    pub(super) first_currency: Option<Currency>,
    pub(super) price: Option<Price>,
    pub(super) last_updated: Option<NaiveDateTime>,
    pub retention_days: Option<u32>,
    /// From here on: what follows from all that was read, for every month alike.
    ///
    /// The months with rows or lines of the log itself, oldest first.
    pub(super) own_months: Vec<Month>,
    pub(super) newest_month: Option<Month>,
    /// The first day of each month on which details or usage lines say that anything was spent.
    pub(super) first_days: BTreeMap<Month, NaiveDate>,
    /// The teams that the allocation table names, with their rank in it.
    pub(super) allocated: HashMap<NameId, usize>,
    pub(super) own_budget: Option<Budget>,
    /// The budget in money that the log states, and where.
    pub(super) own_cost_budget: Option<(Money, Place)>,
}

impl Ledger {
    /// What everything is counted by.
    pub const fn measure(&self) -> Measure {
        self.measure
    }

    /// The months with rows or lines that count in the log itself, oldest first.
    pub fn months(&self) -> &[Month] {
        &self.own_months
    }

    /// The month that is shown unless one is named, which undated statements are about: the newest of the log itself that is not
    /// after the moment of the report; where all are, the newest.
    pub const fn newest_month(&self) -> Option<Month> {
        self.newest_month
    }

    /// The last row or usage line that is not dated ahead.
    pub fn last_row(&self) -> Option<LastRow> {
        self.dating.last_row()
    }

    /// The rows and usage lines that are dated ahead of the moment of the report.
    pub fn ahead(&self) -> impl Iterator<Item = &AheadRows> {
        self.dating.ahead()
    }

    /// Whether the log is in another form than tokmon's.
    pub const fn is_foreign(&self) -> bool {
        self.reading.is_some()
    }

    /// When the log was read, in the zone of the report.
    pub const fn now(&self) -> Option<DateTime<FixedOffset>> {
        self.dating.now()
    }

    pub(super) fn rank(&self, month: Month) -> (bool, Month) {
        month.rank(self.dating.month())
    }

    /// What an entry cost: as written, else by its model's price from the settings. The price of the log is not needed.
    pub fn cost_of(&self, entry: &Entry<'_>) -> CostSum {
        let figures = &entry.figures;
        CostSum::of(figures, entry.place, |tokens| {
            let price = self.prices.get(entry.work.model.as_deref()?)?;
            price.cost(tokens, figures.classes)
        })
    }

    /// Where ids occur again, in the log and in its archives.
    pub fn repeats(&self) -> impl Iterator<Item = &Place> {
        self.duplicates().map(|duplicate| &duplicate.place)
    }

    /// The ids that occur again, in the log and in its archives.
    pub fn duplicates(&self) -> impl Iterator<Item = &Duplicate> {
        self.duplicates.values().flatten()
    }

    /// The imported rows and lines that count only in part, by file and line.
    pub fn overlaps(&self) -> &[ImportOverlap] {
        &self.overlaps
    }

    /// The months with monthly rows that should be one, oldest first.
    pub fn merged_months(&self) -> impl Iterator<Item = Month> {
        let months = self.months.iter();
        let merged = months.filter(|(_, data)| !data.merged.is_empty());
        merged.map(|(month, _)| *month)
    }

    /// Where totals are that follow from monthly rows which are to become one: they add up to less than all of them.
    pub fn totals_of_merged_rows(&self) -> HashSet<Place> {
        let months = self.months.values().filter(|data| !data.merged.is_empty());
        let totals = months.flat_map(|data| {
            let merged = data.merged.iter().filter(|rows| rows.resolution.is_some());
            let summaries: HashSet<usize> =
                merged.flat_map(|rows| rows.summaries.clone()).collect();
            let totals = data.totals.iter();
            totals.filter(move |(summary, _)| summaries.contains(summary))
        });
        totals.map(|(_, total)| total.place).collect()
    }

    /// Whether a month has no rows, or any of them says what was used.
    pub(super) fn states_use(&self, month: Month) -> bool {
        let is_money = self.measure.is_money();
        let figure = |tally: &Tally| tally.has_tokens || is_money && tally.cost.is_some();
        let data = self.months.get(&month);
        data.is_none_or(|data| data.tallies.is_empty() || data.has(figure))
    }

    /// Whether a month has rows, even if they are unreadable.
    pub fn has_rows(&self, month: Month) -> bool {
        let data = self.months.get(&month);
        data.is_some_and(|data| !data.tallies.is_empty())
            || self.unreadable.contains_key(&Some(month))
    }

    /// The project that a name means, as the summary of any month spells it.
    pub fn find_project(&self, name: &str) -> Option<&str> {
        let name = fold_name(name);
        let summaries = self
            .months
            .values()
            .flat_map(|data| data.summaries.values());
        let mut projects = summaries.flatten().map(AsRef::as_ref);
        projects.find(|project| fold_name(project) == name)
    }

    pub(super) fn derive(&mut self) {
        let is_own = |data: &MonthLedger| {
            let mut tallies = data.tallies.values();
            tallies.any(|tally| tally.first.file == FileId::LOG)
        };
        let months = self.months.iter().filter(|(_, data)| is_own(data));
        self.own_months = months.map(|(month, _)| *month).collect();
        let own = self.own_months.iter().copied();
        self.newest_month = own.max_by_key(|month| self.rank(*month));
        self.choose_measure();
        self.first_days = self.first_days();
        self.own_budget = self.own_budget();
        self.own_cost_budget = self.own_cost_budget();
        self.allocated = self.allocated_teams();
        self.meet_teams();
        self.resolve_merged_rows();
    }

    /// Counts money where no entry has tokens and at least one has a cost.
    fn choose_measure(&mut self) {
        let has = |figure: fn(&Tally) -> bool| self.months.values().any(|data| data.has(figure));
        if !has(|tally| tally.has_tokens) && has(|tally| tally.cost.is_some()) {
            let archived = || self.months.values().find_map(|data| data.archive_currency);
            let currency = self.currency.or(self.first_currency).or_else(archived);
            let currency = currency.unwrap_or(Currency::USD);
            self.measure = Measure::Money(currency);
            for data in self.months.values_mut() {
                data.count_money(currency);
            }
        }
        let is_for_days =
            |note: &Note| matches!(note.value, NoteValue::SpanBudget(_, SpanLimit::Cost(_)));
        if !self.notes.iter().any(is_for_days) {
            for data in self.months.values_mut() {
                data.costs.clear();
            }
        }
    }

    fn first_days(&self) -> BTreeMap<Month, NaiveDate> {
        let first = |(month, data): (&Month, &MonthLedger)| {
            let is_detail = |(_, kind): &(NameId, EntryKind)| *kind != EntryKind::Monthly;
            let mut days = data.days.iter();
            let (date, _) =
                days.find(|(date, parts)| month.contains(**date) && parts.keys().any(is_detail))?;
            Some((*month, *date))
        };
        self.months.iter().filter_map(first).collect()
    }

    /// The teams that the allocation table names. Every month knows them.
    fn allocated_teams(&mut self) -> HashMap<NameId, usize> {
        let rows = preferred(&self.allocations, |row| row.place)
            .filter(|row| !row.is_reserve() && !is_total(&row.team) && !row.team.is_empty());
        let ids: Vec<NameId> = rows.map(|row| self.names.id(&row.team)).collect();
        for id in &ids {
            self.roster.add(*id);
        }
        let ranked = ids.into_iter().enumerate().rev();
        ranked
            .map(|(rank, id)| (self.roster.named(id), rank))
            .collect()
    }

    /// Takes note of the teams of every month, for the months without a summary.
    fn meet_teams(&mut self) {
        let has_summary = |data: &MonthLedger| data.monthly_names().next().is_some();
        if self.months.values().all(has_summary) {
            return;
        }
        let mut roster = std::mem::take(&mut self.roster);
        for (month, data) in &self.months {
            let of_month = roster.of_month(&self.names, *month, data.monthly_names());
            let spending = data.tallies.iter();
            let spending = spending.filter(|(_, tally)| tally.is_spending(self.measure));
            let spenders = spending.map(|((name, _, _), _)| of_month.team_of(*name));
            let teams: Vec<NameId> = spenders.chain(of_month.monthly.iter().copied()).collect();
            roster.meet(*month, teams);
        }
        self.roster = roster;
    }

    /// The budget that the log states: in its notes, else as the total of its allocation table.
    fn own_budget(&self) -> Option<Budget> {
        let noted = self.note_of(|note| match note {
            NoteValue::TotalBudget(tokens) => Some(tokens.value),
            _ => None,
        });
        let allocated = || {
            // Of several sums the last is that of all.
            let rows = preferred(&self.allocations, |row| row.place);
            let sums = rows.filter(|row| is_total(&row.team) && !is_subtotal(&row.team));
            let row = sums.filter(|row| row.allocated.is_some()).last()?;
            Some((row.allocated?.value, row.place))
        };
        let budget = |source, (tokens, place)| Budget {
            tokens,
            source,
            place: Some(place),
        };
        noted
            .map(|found| budget(BudgetSource::Log, found))
            .or_else(|| allocated().map(|found| budget(BudgetSource::Allocation, found)))
    }

    /// The budget in money that the log states; in the log's currency where none is written.
    fn own_cost_budget(&self) -> Option<(Money, Place)> {
        let (stated, place) = self.note_of(|note| match note {
            NoteValue::CostBudget(cost) => Some(*cost),
            _ => None,
        })?;
        let currency = stated.currency.or(self.currency).or(self.first_currency);
        let money = Money {
            nanos: stated.nanos.into(),
            currency: currency.unwrap_or(Currency::USD),
        };
        Some((money, place))
    }

    /// The notices that went out, in the order in which the log says so.
    pub fn notices(&self) -> &[Notice<'static>] {
        &self.notices
    }

    /// What was decided about the budget, as the log and those of its archives that were read say.
    pub fn events(&self) -> &[LoggedEvent] {
        &self.events
    }

    pub(super) fn live_holds(
        &self,
        now: DateTime<FixedOffset>,
    ) -> impl Iterator<Item = (&str, &HoldEntry)> {
        self.holds
            .iter()
            .filter(move |(id, hold)| hold.until > now && !self.freed.contains(*id))
            .map(|(id, hold)| (id.as_str(), hold))
    }

    /// The first note that says something of this kind; those in the section of the notes outrank others.
    pub(super) fn note_of<T>(&self, pick: impl Fn(&NoteValue) -> Option<T>) -> Option<(T, Place)> {
        let find = |in_notes: bool| {
            let mut notes = self
                .notes
                .iter()
                .filter(move |note| note.in_notes_section == in_notes);
            notes.find_map(|note| Some((pick(&note.value)?, note.place)))
        };
        find(true).or_else(|| find(false))
    }
}

/// The rows of the log itself; those of the projection file where the log has none.
pub(super) fn preferred<T>(rows: &[T], place: fn(&T) -> Place) -> impl Iterator<Item = &T> {
    let in_log = move |row: &T| place(row).file == FileId::LOG;
    let own = rows.iter().any(in_log);
    rows.iter().filter(move |row| in_log(row) == own)
}
