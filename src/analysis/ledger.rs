//! Everything a log says, folded into sums as it comes. Keeps no row that will not be shown.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

use super::{
    cost::CostSum,
    names::{NameId, Names, Roster},
    rows::{KeptRows, Retention, Unreadable},
    usage::{Day, Tally},
};
use crate::{
    model::{
        Allocation, Currency, Entry, EntryKind, Header, HookLine, LineEvent, ModelPrice, Month,
        Note, NoteValue, Optimization, Phase, Policy, Price, StatedTotal, Tokens,
    },
    text::{FileRole, Place},
};

/// Whose spending a tally is, and in which kind of statement.
pub(super) type TallyKey = (NameId, Option<Arc<str>>, EntryKind);

/// Where the rows stand that a usage line was settled into: in the summary, in the details, or in both, which are two views
/// of the same spending.
#[derive(Clone, Copy, Debug, Default)]
struct Settled {
    monthly: Option<Place>,
    detail: Option<Place>,
}

impl Settled {
    const fn view(&mut self, kind: EntryKind) -> &mut Option<Place> {
        match kind {
            EntryKind::Monthly => &mut self.monthly,
            _ => &mut self.detail,
        }
    }

    fn first(&self) -> Option<Place> {
        self.detail.or(self.monthly)
    }
}

/// A usage line that waits. Boxed, since there may be a hundred thousand: what a map of them reserves stays small.
type Waiting = Box<Entry<'static>>;

/// What is known while archives of earlier months are read.
#[derive(Clone, Debug)]
struct Past {
    /// The months that had rows before.
    months: Vec<Month>,
    /// The ids met in this archive.
    ids: HashSet<String>,
}

/// One month.
#[derive(Clone, Debug, Default)]
pub(super) struct MonthLedger {
    pub(super) tallies: BTreeMap<TallyKey, Tally>,
    /// The monthly summaries with rows in them, by the line of their heading, with their projects.
    pub(super) summaries: BTreeMap<usize, Option<Arc<str>>>,
    /// Totals, with the line of the heading above them.
    pub(super) totals: Vec<(usize, StatedTotal)>,
    pub(super) days: BTreeMap<NaiveDate, BTreeMap<(NameId, EntryKind), Day>>,
}

/// A reservation.
#[derive(Clone, Debug)]
pub(super) struct HoldEntry {
    pub(super) name: NameId,
    pub(super) tokens: Tokens,
    pub(super) until: DateTime<FixedOffset>,
}

/// An id that occurred a second time.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// The id.
    pub id: String,
    /// Where it occurs again.
    pub place: Place,
    /// Where it occurred first.
    pub first: Place,
}

/// What a log says.
#[derive(Clone, Debug)]
pub struct Ledger {
    keep: Retention,
    prices: BTreeMap<String, ModelPrice>,
    pub(super) names: Names,
    pub(super) roster: Roster,
    pub(super) months: BTreeMap<Month, MonthLedger>,
    pub(super) kept: KeptRows,
    /// Rows that cannot be read, with the month they would have counted for where that is known.
    pub(super) unreadable: BTreeMap<Option<Month>, Unreadable>,
    /// A row of v2.0 was met, so tables of an older log do not count.
    current_format: bool,
    /// The line of the last heading of a monthly summary.
    summary: usize,
    /// The month whose archive is read.
    archive: Option<Month>,
    /// Set as soon as archives of earlier months are read.
    past: Option<Past>,
    pub(super) first_legacy: Option<Place>,
    /// Usage lines that wait until it is known that their ids are not settled yet.
    waiting: HashMap<String, Waiting>,
    settled: HashMap<String, Settled>,
    pub(super) duplicates: Vec<Duplicate>,
    holds: HashMap<String, HoldEntry>,
    freed: HashSet<String>,
    pub(super) hook_lines: u64,
    pub(super) allocations: Vec<Allocation>,
    pub(super) phases: Vec<Phase>,
    pub(super) optimizations: Vec<Optimization>,
    pub(super) notes: Vec<Note>,
    pub(super) currency: Option<Currency>,
    pub(super) first_currency: Option<Currency>,
    pub(super) price: Option<Price>,
    pub(super) last_updated: Option<NaiveDateTime>,
    pub(super) retention_days: Option<u32>,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new(policy: &Policy, keep: Retention) -> Self {
        let mut names = Names::default();
        Self {
            keep,
            prices: policy.prices.clone(),
            roster: Roster::of_policy(&mut names, policy),
            names,
            months: BTreeMap::new(),
            kept: KeptRows::default(),
            unreadable: BTreeMap::new(),
            current_format: false,
            summary: 0,
            archive: None,
            past: None,
            first_legacy: None,
            waiting: HashMap::new(),
            settled: HashMap::new(),
            duplicates: Vec::new(),
            holds: HashMap::new(),
            freed: HashSet::new(),
            hook_lines: 0,
            allocations: Vec::new(),
            phases: Vec::new(),
            optimizations: Vec::new(),
            notes: Vec::new(),
            currency: None,
            first_currency: None,
            price: None,
            last_updated: None,
            retention_days: None,
        }
    }

    /// The month to show: the one asked for, else the newest that has rows. From here on, no other month's rows are kept.
    pub fn choose_month(&mut self) -> Option<Month> {
        let newest = || {
            let unreadable = self.unreadable.keys().flatten();
            self.months().last().max(unreadable.max()).copied()
        };
        self.keep.month = self.keep.month.or_else(newest);
        self.keep.month
    }

    /// The month to show, whatever was asked for. No rows one by one were kept for it, unless they are of that month.
    pub const fn show(&mut self, month: Month) {
        self.keep.month = Some(month);
    }

    /// Whether a month has rows, be it such that cannot be read.
    #[must_use]
    pub fn has_rows(&self, month: Month) -> bool {
        self.months().contains(&month) || self.unreadable.contains_key(&Some(month))
    }

    /// The months with rows or lines that count, oldest first.
    #[must_use]
    pub fn months(&self) -> Vec<Month> {
        let with_rows = self
            .months
            .iter()
            .filter(|(_, month)| month.tallies.keys().any(|(_, _, kind)| self.counts(*kind)))
            .map(|(month, _)| *month);
        let waiting = self
            .waiting
            .iter()
            .filter(|(id, _)| !self.settled.contains_key(*id))
            .map(|(_, entry)| entry.when.month);
        let mut months: Vec<Month> = with_rows.chain(waiting).collect();
        months.sort_unstable();
        months.dedup();
        months
    }

    /// Whether statements of a kind count: those of an older format do where there is nothing newer.
    pub(super) fn counts(&self, kind: EntryKind) -> bool {
        kind != EntryKind::Legacy || !self.current_format
    }

    /// A monthly summary begins, with the line of its heading.
    pub const fn summary(&mut self, line: usize) {
        self.summary = line;
    }

    /// The archive of a month begins: of its entries, those of that month count. Behind that of the month to show, those of
    /// other months tell how tokens were spent in these; they do not add to the months there are.
    pub fn archive(&mut self, month: Month) {
        self.archive = Some(month);
        if self.keep.month.is_some_and(|shown| month != shown) {
            let months = match self.past.take() {
                Some(past) => past.months,
                None => self.months(),
            };
            self.past = Some(Past {
                months,
                ids: HashSet::new(),
            });
        }
    }

    /// The months there are, archives of earlier ones than that to show not counted.
    pub(super) fn take_months(&mut self) -> Vec<Month> {
        match self.past.take() {
            Some(past) => past.months,
            None => self.months(),
        }
    }

    /// A pair of the header. The first of a kind wins.
    pub fn header(&mut self, header: &Header) {
        match header {
            Header::RetentionDays(days) => {
                self.retention_days.get_or_insert(*days);
            }
            Header::Currency {
                currency, price, ..
            } => {
                self.currency.get_or_insert(*currency);
                self.price = self.price.or(*price);
            }
            Header::LastUpdated(time) => {
                self.last_updated.get_or_insert(*time);
            }
        }
    }

    /// Spending.
    pub fn entry(&mut self, entry: &Entry<'_>) {
        // The archive of a month may hold a row of another one, which is not looked at here.
        let of_archive = self.archive == Some(entry.when.month);
        if entry.place.file.role() == FileRole::Archive && !of_archive {
            return;
        }
        if entry.place.file.role() == FileRole::Archive
            && let Some(past) = &mut self.past
        {
            // What an archive of another month has settled decides nothing about lines of this one. But what stands in the log as
            // well, as after an archiving that was cut short, counts once.
            let is_new = entry.id.as_ref().is_none_or(|id| {
                let waits = self.waiting.get(id.as_ref());
                let waits = waits.is_some_and(|line| line.when.month == entry.when.month);
                !waits
                    && !self.settled.contains_key(id.as_ref())
                    && past.ids.insert(id.clone().into_owned())
            });
            if is_new {
                let further = entry.further_ids.iter();
                past.ids.extend(further.map(|id| id.clone().into_owned()));
                self.count(entry);
            }
            return;
        }
        if let Some(id) = &entry.hold {
            self.freed.insert(id.clone().into_owned());
        }
        match (&entry.id, entry.kind) {
            (Some(id), EntryKind::Line) => self.wait(id, entry),
            (Some(id), _) => {
                let settled = self.settled.entry(id.clone().into_owned()).or_default();
                if let Some(first) = settled.view(entry.kind) {
                    self.duplicates.push(Duplicate {
                        id: id.clone().into_owned(),
                        place: entry.place,
                        first: *first,
                    });
                    return;
                }
                *settled.view(entry.kind) = Some(entry.place);
                for id in &entry.further_ids {
                    let settled = self.settled.entry(id.clone().into_owned()).or_default();
                    settled.view(entry.kind).get_or_insert(entry.place);
                }
                self.count(entry);
            }
            (None, _) => self.count(entry),
        }
    }

    fn wait(&mut self, id: &str, entry: &Entry<'_>) {
        if let Some(first) = self.waiting.get(id) {
            self.duplicates.push(Duplicate {
                id: id.to_owned(),
                place: entry.place,
                first: first.place,
            });
            return;
        }
        let mut kept = Box::new(entry.to_static());
        (kept.id, kept.hold) = (None, None);
        if !self.keep.rows.are_shown() {
            (kept.work.task, kept.work.notes) = (None, None);
        }
        self.waiting.insert(id.to_owned(), kept);
    }

    /// Counts the usage lines whose ids are not settled. To be called when everything was read.
    pub(super) fn count_waiting(&mut self) {
        let mut waiting: Vec<(String, Waiting)> = self.waiting.drain().collect();
        waiting.sort_unstable_by_key(|(_, entry)| entry.place.order());
        for (id, entry) in waiting {
            match self.settled.get(&id).and_then(Settled::first) {
                Some(first) => self.duplicates.push(Duplicate {
                    id,
                    place: entry.place,
                    first,
                }),
                None => self.count(&entry),
            }
        }
    }

    fn count(&mut self, entry: &Entry<'_>) {
        // An archive may be of another format than its log.
        if entry.place.file.role() == FileRole::Log {
            match entry.kind {
                EntryKind::Legacy => self.first_legacy = self.first_legacy.or(Some(entry.place)),
                EntryKind::Line => {}
                _ => self.current_format = true,
            }
        }
        if self.past.is_none() {
            self.first_currency = self.first_currency.or(entry.figures.currency);
        }
        let name = self.names.id(&entry.work.team);
        let cost = self.cost(entry);
        self.kept.keep(self.keep, entry, name, &cost);
        let month = self.months.entry(entry.when.month).or_default();
        if entry.kind == EntryKind::Monthly {
            month
                .summaries
                .entry(self.summary)
                .or_insert_with(|| entry.work.project.clone());
        }
        let key = (name, entry.work.project.clone(), entry.kind);
        month
            .tallies
            .entry(key)
            .or_insert_with(|| Tally::new(entry.place))
            .add(entry, &cost);
        let (Some(date), Some(tokens)) = (entry.when.date, entry.figures.tokens) else {
            return;
        };
        let day = month.days.entry(date).or_default();
        day.entry((name, entry.kind))
            .or_default()
            .add(tokens.value, entry.when.time.map(|time| time.start));
    }

    /// What an entry cost: as written, else by its model's price from the settings; the header's price may come later.
    fn cost(&self, entry: &Entry<'_>) -> CostSum {
        let tokens = entry
            .figures
            .tokens
            .map_or(Tokens::ZERO, |tokens| tokens.value);
        if let Some(cost) = entry.figures.cost {
            return CostSum::stated(cost, entry.figures.currency, entry.place);
        }
        let price = self.price_of_model(entry.work.model.as_deref());
        match price.and_then(|price| price.cost(tokens, entry.figures.classes)) {
            Some(cost) => CostSum::priced(cost, entry.place),
            None => CostSum::unpriced(tokens),
        }
    }

    /// The price that the settings give for a model.
    pub(super) fn price_of_model(&self, model: Option<&str>) -> Option<&ModelPrice> {
        self.prices.get(model?)
    }

    /// A stated total.
    pub fn total(&mut self, total: StatedTotal) {
        self.months
            .entry(total.month)
            .or_default()
            .totals
            .push((self.summary, total));
    }

    /// A row that cannot be read.
    pub fn unreadable(&mut self, month: Option<Month>, place: Place) {
        self.unreadable.entry(month).or_default().add(place);
    }

    /// A row of the allocation table.
    pub fn allocation(&mut self, row: Allocation) {
        self.allocations.push(row);
    }

    /// A phase of the plan.
    pub fn phase(&mut self, phase: Phase) {
        self.phases.push(phase);
    }

    /// A row of the optimizations.
    pub fn optimization(&mut self, row: Optimization) {
        self.optimizations.push(row);
    }

    /// A note.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// A line that is not Markdown.
    pub fn line(&mut self, line: &HookLine<'_>) {
        match &line.event {
            LineEvent::Hold(hold) => {
                let name = self.names.id(&hold.team);
                // The line that came first holds; a retry changes nothing.
                self.holds
                    .entry(hold.id.clone().into_owned())
                    .or_insert(HoldEntry {
                        name,
                        tokens: hold.tokens,
                        until: hold.until,
                    });
            }
            LineEvent::Free(id) => {
                self.freed.insert(id.clone().into_owned());
            }
            LineEvent::Hook(_) | LineEvent::Notice(_) => {}
        }
        self.hook_lines += 1;
    }

    /// The reservations that are live at a moment.
    pub(super) fn live_holds(
        &self,
        now: DateTime<FixedOffset>,
    ) -> impl Iterator<Item = &HoldEntry> {
        self.holds
            .iter()
            .filter(move |(id, hold)| hold.until > now && !self.freed.contains(*id))
            .map(|(_, hold)| hold)
    }

    /// The first note that says something of this kind; those in the section of the notes outrank others.
    pub(super) fn note_of<T>(&self, pick: impl Fn(&NoteValue) -> Option<T>) -> Option<(T, Place)> {
        let find = |in_notes: bool| {
            let notes = self
                .notes
                .iter()
                .filter(move |note| note.in_notes_section == in_notes);
            notes
                .into_iter()
                .find_map(|note| Some((pick(&note.value)?, note.place)))
        };
        find(true).or_else(|| find(false))
    }

    /// The rows of the log itself; those of the projection file where the log has none.
    pub(super) fn preferred<T>(rows: &[T], place: fn(&T) -> Place) -> impl Iterator<Item = &T> {
        let in_log = move |row: &T| place(row).file.role() == FileRole::Log;
        let own = rows.iter().any(in_log);
        rows.iter().filter(move |row| in_log(row) == own)
    }
}
