//! Fills a ledger with what files say, item by item. Keeps no row that will not be shown.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    mem,
    sync::Arc,
};

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    cost::CostSum,
    dating::Dating,
    imported::ImportedEntries,
    ledger::{Duplicate, HoldEntry, Ledger, LoggedEvent},
    merged_rows::MonthlyRow,
    names::{NameId, Roster},
    period::{self, DatedUsage},
    rows::{RowSelection, Rows},
    span_budget::monday_of,
};
use crate::{
    model::{
        Allocation, BudgetReset, Entry, EntryKind, Figures, Header, ImportedId, LineEvent,
        LogReading, Month, Note, Optimization, Phase, Policy, StatedTotal, Tokens, UsageWriter,
    },
    text::{FileRole, Place},
};

/// A ledger that is being filled: with the log first, then with the projection and with the archives of its months.
#[derive(Clone, Debug)]
pub struct LedgerBuilder {
    ledger: Ledger,
    selection: RowSelection,
    /// The line of the last heading of a monthly summary.
    summary: usize,
    /// The log has a section of details, with rows or without.
    has_details: bool,
    archive: Option<Month>,
    ids: Ids,
    has_legacy: bool,
    /// The rows and lines that were imported.
    imported: ImportedEntries,
    /// Imports write for some team.
    has_imports: bool,
    /// Those of each archive.
    archived_ids: BTreeMap<Month, Ids>,
    /// The ids of rows of the log that are repetitions of rows of its archives, with the places of these.
    superseded: Superseded,
    /// Those that were met on this reading and did not count as such.
    met_again: Superseded,
    /// The day from which on costs are kept by the day: the Monday of the running week.
    costs_from: Option<NaiveDate>,
}

/// The ids of rows that archives have, too, by [view]. An archive comes first, and is read last: where there are any, the files
/// are read once more.
pub type Superseded = HashMap<String, [Option<Place>; 2]>;

/// The ids that one file states, each with where it did so first.
#[derive(Clone, Debug, Default)]
struct Ids {
    /// Usage lines that wait until it is known that their ids are not settled. Boxed, since there may be a hundred thousand: what
    /// a map of them reserves stays small.
    waiting: HashMap<String, Box<Entry<'static>>>,
    /// The rows into which usage lines were settled, by their [view].
    settled: HashMap<String, [Option<Place>; 2]>,
}

/// Of the details (0) and the summary (1), which are two views of the same usage, the one that an entry is in.
fn view(kind: EntryKind) -> usize {
    usize::from(kind == EntryKind::Monthly)
}

impl Ids {
    /// Where an entry with this id was met that this one repeats.
    fn first(&self, id: &str, kind: EntryKind) -> Option<Place> {
        if kind == EntryKind::Line {
            return self.waiting.get(id).map(|line| line.place);
        }
        self.settled.get(id)?[view(kind)]
    }

    fn settle(&mut self, entry: &Entry<'_>) {
        for id in entry.ids() {
            let rows = self.settled.entry(id.to_owned()).or_default();
            rows[view(entry.kind)].get_or_insert(entry.place);
        }
    }

    fn settled(&self, id: &str) -> Option<Place> {
        let [detail, monthly] = self.settled.get(id)?;
        detail.or(*monthly)
    }
}

impl LedgerBuilder {
    /// Rows are held against `now`, the moment of the report in its zone: one dated ahead does not hide the month of that moment.
    pub fn new(
        policy: &Policy,
        selection: RowSelection,
        now: Option<DateTime<FixedOffset>>,
    ) -> Self {
        let mut ledger = Ledger {
            prices: policy.prices.clone(),
            reset: policy.reset,
            dating: Dating::at(now, &policy.zone),
            ..Ledger::default()
        };
        ledger.roster = Roster::of_policy(&mut ledger.names, policy);
        Self {
            ledger,
            selection,
            summary: 0,
            has_details: false,
            archive: None,
            ids: Ids::default(),
            has_legacy: false,
            imported: ImportedEntries::new(&policy.import.counted),
            has_imports: policy
                .import
                .rules
                .iter()
                .any(|rule| rule.source == Some(UsageWriter::Import)),
            archived_ids: BTreeMap::new(),
            superseded: Superseded::new(),
            met_again: Superseded::new(),
            costs_from: Some(now.map_or(NaiveDate::MAX, |now| monday_of(now.date_naive()))),
        }
    }

    /// The same for a second reading, with what the first one found.
    pub fn with_superseded(mut self, superseded: Superseded) -> Self {
        self.superseded = superseded;
        self
    }

    /// What a second reading has to know. None where it would say the same.
    pub fn take_superseded(&mut self) -> Option<Superseded> {
        let met = std::mem::take(&mut self.met_again);
        (!met.is_empty() && self.superseded.is_empty()).then_some(met)
    }

    /// A monthly summary begins, with the line of its heading.
    pub const fn begin_summary(&mut self, line: usize) {
        self.summary = line;
    }

    /// The archive of a month begins. Of what it says, that about this month counts.
    pub const fn begin_archive(&mut self, month: Month) {
        self.archive = Some(month);
    }

    /// Everything was read: counts the usage lines that no row has settled.
    pub fn finish(mut self) -> Ledger {
        self.find_last_ids();
        self.count_waiting();
        self.count_overlaps_once();
        if self.ledger.current_format && self.has_legacy {
            self.drop_legacy();
        }
        self.ledger.derive();
        self.ledger
    }

    /// Finds out which monthly rows that occur again were written after a detail that is not there any more.
    fn find_last_ids(&mut self) {
        let mut months = mem::take(&mut self.ledger.months);
        for data in months.values_mut() {
            for row in data.rows.again() {
                let has_last = row
                    .ids()
                    .all(|id| self.settled(id).is_some() || self.imported.is_settled(id));
                row.has_last = has_last;
            }
        }
        self.ledger.months = months;
    }

    /// Drops the rows of tables of an older format, which do not count beside those of v2.0.
    fn drop_legacy(&mut self) {
        self.ledger.dating.drop_legacy();
        for month in self.ledger.months.values_mut() {
            month
                .tallies
                .retain(|(_, _, kind), _| *kind != EntryKind::Legacy);
            for day in month.days.values_mut() {
                day.retain(|(_, kind), _| *kind != EntryKind::Legacy);
            }
            for day in month.costs.values_mut() {
                day.retain(|(_, kind), _| *kind != EntryKind::Legacy);
            }
        }
    }

    /// The months with rows or lines that count, oldest first, as read from the files so far.
    pub fn months(&self) -> Vec<Month> {
        let counts = |kind| kind != EntryKind::Legacy || !self.ledger.current_format;
        let months = self.ledger.months.iter();
        let months = months.filter(|(_, data)| data.tallies.keys().any(|key| counts(key.2)));
        let mut months: Vec<Month> = months.map(|(month, _)| *month).collect();
        let all = [&self.ids].into_iter().chain(self.archived_ids.values());
        let waiting = all.flat_map(|ids| &ids.waiting);
        let counting = waiting.filter(|(id, _)| self.settled(id).is_none());
        months.extend(counting.map(|(_, line)| line.when.month));
        months.sort_unstable();
        months.dedup();
        months
    }

    /// The newest month with rows, even if they are unreadable, that is not after the moment of the report; where all are, the
    /// newest.
    pub fn newest_month(&self) -> Option<Month> {
        let unreadable = self.ledger.unreadable.keys().flatten().copied();
        let months = self.months().into_iter().chain(unreadable);
        months.max_by_key(|month| self.ledger.rank(*month))
    }

    /// The month to show: the one asked for, else the newest. From here on, no other month's rows are kept.
    pub fn choose_month(&mut self) -> Option<Month> {
        self.selection.month = self.selection.month.or_else(|| self.newest_month());
        self.selection.month
    }

    /// Shows a month of a cost log that has no rows at all.
    pub fn begin_month(&mut self, month: Month) -> Option<Month> {
        self.selection.month = self.is_cost_log().then_some(month);
        self.selection.month
    }

    /// The months of the period of a budget that is reset by hand, as read so far, without one of them.
    pub fn months_of_period(&self, but: Month) -> Vec<Month> {
        let ledger = &self.ledger;
        let Some(now) = ledger.now().filter(|_| ledger.reset == BudgetReset::Manual) else {
            return Vec::new();
        };
        let mut months = ledger.months_since(ledger.last_reset(now));
        months.retain(|month| *month != but);
        months
    }

    pub const fn begin_details(&mut self) {
        self.has_details = true;
    }

    /// Whether anything in the files is what a cost log says.
    pub fn is_cost_log(&self) -> bool {
        let ledger = &self.ledger;
        self.summary > 0
            || self.has_details
            || !ledger.allocations.is_empty()
            || !ledger.notes.is_empty()
            || self.newest_month().is_some()
    }

    pub fn has_rows(&self, month: Month) -> bool {
        self.months().contains(&month) || self.ledger.unreadable.contains_key(&Some(month))
    }

    /// Where a usage line with this id was settled: in the log, or in an archive.
    fn settled(&self, id: &str) -> Option<Place> {
        let mut archives = self.archived_ids.values();
        let in_archive = || archives.find_map(|ids| ids.settled(id));
        self.ids.settled(id).or_else(in_archive)
    }

    /// A pair of the header. The first of a kind wins.
    pub fn header(&mut self, header: &Header) {
        let ledger = &mut self.ledger;
        match header {
            Header::RetentionDays(days) => {
                ledger.retention_days.get_or_insert(*days);
            }
            Header::Currency {
                currency, price, ..
            } => {
                ledger.currency.get_or_insert(*currency);
                ledger.price = ledger.price.or(*price);
            }
            Header::LastUpdated(time) => {
                ledger.last_updated.get_or_insert(*time);
            }
        }
    }

    pub fn entry(&mut self, entry: &Entry<'_>) {
        if entry.kind == EntryKind::Monthly && entry.when.date.is_some() {
            return self.displaced(entry);
        }
        let archive = match entry.place.file.role() {
            FileRole::Archive if self.archive != Some(entry.when.month) => return,
            FileRole::Archive => self.archive,
            _ => None,
        };
        if let Some(id) = &entry.hold {
            self.ledger.freed.insert(id.clone().into_owned());
        }
        let Some(id) = &entry.id else {
            if self.has_imports {
                self.book(entry, false);
            }
            return self.count(entry);
        };
        if let Some(first) = self.superseding(id, entry, archive) {
            let (id, place) = (id.clone().into_owned(), entry.place);
            let month = Some(entry.when.month);
            return self.duplicate(month, Duplicate { id, place, first });
        }
        if let Some(first) = self.first(id, entry, archive) {
            let is_in_log = first.file.role() != FileRole::Archive;
            if archive.is_some() && is_in_log && entry.kind != EntryKind::Line {
                let met = self.met_again.entry(id.clone().into_owned());
                met.or_default()[view(entry.kind)].get_or_insert(entry.place);
            }
            let (id, place) = (id.clone().into_owned(), entry.place);
            return self.duplicate(archive, Duplicate { id, place, first });
        }
        let ids = match archive {
            Some(month) => self.archived_ids.entry(month).or_default(),
            None => &mut self.ids,
        };
        if entry.kind == EntryKind::Line {
            let mut kept = Box::new(entry.to_static());
            (kept.id, kept.hold) = (None, None);
            if !self.selection.rows.are_shown() {
                (kept.work.task, kept.work.notes) = (None, None);
            }
            ids.waiting.insert(id.clone().into_owned(), kept);
        } else {
            ids.settle(entry);
            self.count(entry);
            self.meet_imported(id, entry);
        }
    }

    /// Takes note of an entry whose id says that it was imported.
    fn meet_imported(&mut self, id: &str, entry: &Entry<'_>) {
        if self.has_imports {
            self.book(entry, ImportedId::parse(id).is_some());
        }
        if let Some(id) = ImportedId::parse(id) {
            let name = self.ledger.names.id(&entry.work.team);
            let cost = self.ledger.cost_of(entry);
            self.imported.add(id, entry, name, cost);
        }
    }

    /// Takes note of whether a detail or line was imported.
    fn book(&mut self, entry: &Entry<'_>, is_imported: bool) {
        if entry.kind == EntryKind::Monthly {
            return;
        }
        let ledger = &mut self.ledger;
        let name = ledger.names.id(&entry.work.team);
        let month = ledger.months.entry(entry.when.month).or_default();
        let bookings = month.bookings.entry(name).or_default();
        if is_imported {
            bookings.has_imported = true;
        } else {
            bookings.by_hand.add(entry.place);
        }
    }

    /// Counts once what several imports wrote.
    fn count_overlaps_once(&mut self) {
        let overlaps = mem::take(&mut self.imported).overlaps();
        if overlaps.is_empty() {
            return;
        }
        let ledger = &mut self.ledger;
        for overlap in &overlaps {
            if let Some(month) = ledger.months.get_mut(&overlap.month) {
                month.count_once(overlap);
            }
        }
        ledger.kept.count_once(&overlaps);
        period::count_once(&mut ledger.dated_usage, &overlaps);
        ledger.overlaps = overlaps;
    }

    /// The row of an archive that a row of the log repeats.
    fn superseding(&self, id: &str, entry: &Entry<'_>, archive: Option<Month>) -> Option<Place> {
        let is_row = archive.is_none() && entry.kind != EntryKind::Line;
        self.superseded.get(id).filter(|_| is_row)?[view(entry.kind)]
    }

    /// A monthly row in a table of details counts with the row of its team that began with the same figure.
    fn displaced(&mut self, entry: &Entry<'_>) {
        let ledger = &mut self.ledger;
        let name = ledger.names.id(&entry.work.team);
        let data = ledger.months.get(&entry.when.month);
        let alike = data.zip(entry.base.as_deref());
        let Some(alike) = alike.and_then(|(data, base)| data.rows.alike(name, base)) else {
            return self.unreadable(Some(entry.when.month), entry.place);
        };
        let mut entry = entry.to_static();
        entry.when.date = None;
        entry.work.task = alike.task().map(Cow::Owned);
        entry.work.project = alike.project();
        let summary = mem::replace(&mut self.summary, alike.summary());
        self.count(&entry);
        self.summary = summary;
    }

    /// Where an entry that this one repeats was met: in the log, or in the same archive.
    fn first(&self, id: &str, entry: &Entry<'_>, archive: Option<Month>) -> Option<Place> {
        // A line of another month waits for the archive of that one.
        let waits_elsewhere = || {
            let line = self.ids.waiting.get(id);
            let line = line.filter(|_| entry.kind == EntryKind::Line && archive.is_some());
            line.is_some_and(|line| line.when.month != entry.when.month)
        };
        let in_log = self.ids.first(id, entry.kind);
        let in_archive = || self.archived_ids.get(&archive?)?.first(id, entry.kind);
        in_log.filter(|_| !waits_elsewhere()).or_else(in_archive)
    }

    fn duplicate(&mut self, archive: Option<Month>, duplicate: Duplicate) {
        let duplicates = self.ledger.duplicates.entry(archive).or_default();
        duplicates.push(duplicate);
    }

    fn count_waiting(&mut self) {
        let log = mem::take(&mut self.ids);
        let archived = mem::take(&mut self.archived_ids);
        let of_archives = archived.iter().map(|(month, ids)| (Some(*month), ids));
        for (archive, ids) in [(None, &log)].into_iter().chain(of_archives) {
            let mut waiting: Vec<_> = ids.waiting.iter().collect();
            waiting.sort_unstable_by_key(|(_, line)| line.place.order());
            for (id, line) in waiting {
                let month = line.when.month;
                let in_log = log.settled(id).map(|first| (archive, first));
                let settled = || archived.values().find_map(|ids| ids.settled(id));
                let in_archive = || Some((Some(month), settled()?));
                if let Some((archive, first)) = in_log.or_else(in_archive) {
                    let (id, place) = (id.clone(), line.place);
                    self.duplicate(archive, Duplicate { id, place, first });
                } else {
                    self.count(line);
                    self.meet_imported(id, line);
                }
            }
        }
    }

    /// Adds to all that is counted. False where that would not fit: then it must not count.
    fn fits(&mut self, tokens: Tokens, place: Place) -> bool {
        let total = self.ledger.total.0.checked_add(tokens.0);
        match total {
            Some(total) => self.ledger.total = Tokens(total),
            None => self.ledger.uncountable.add(place),
        }
        total.is_some()
    }

    fn count(&mut self, entry: &Entry<'_>) {
        let tokens = entry.figures.tokens.map(|tokens| tokens.value);
        if !self.fits(tokens.unwrap_or_default(), entry.place) {
            return self.unreadable(Some(entry.when.month), entry.place);
        }
        let cost = self.ledger.cost_of(entry);
        let ledger = &mut self.ledger;
        if !entry.has_figure() {
            let rows = ledger.without_figure.entry(entry.when.month);
            rows.or_default().add(entry.place);
        }
        let month = ledger.months.entry(entry.when.month).or_default();
        let is_archived = entry.place.file.role() == FileRole::Archive;
        let first_currency = if is_archived {
            &mut month.archive_currency
        } else {
            &mut ledger.first_currency
        };
        *first_currency = first_currency.or(entry.figures.currency);
        match entry.kind {
            // An archive may be of another format than its log.
            _ if is_archived => {}
            EntryKind::Legacy => {
                ledger.first_legacy.get_or_insert(entry.place);
            }
            EntryKind::Line => {}
            _ => ledger.current_format = true,
        }
        let name = ledger.names.id(&entry.work.team);
        ledger.dating.add(entry);
        if ledger.reset == BudgetReset::Manual {
            let dated = dated_usage(entry, name, &cost, &ledger.dating);
            ledger.dated_usage.extend(dated);
        }
        let current = ledger.dating.month();
        // Monthly rows are sums of work.
        let is_work = entry.kind != EntryKind::Monthly && self.selection.rows == Rows::Sizes;
        if let Some(tokens) = tokens.filter(|tokens| is_work && *tokens > Tokens::ZERO) {
            ledger.sizes.push((name, tokens));
        }
        ledger
            .kept
            .keep(self.selection, current, entry, name, &cost);
        match entry.kind {
            EntryKind::Monthly => {
                let project = || entry.work.project.clone();
                let summaries = &mut month.summaries;
                summaries.entry(self.summary).or_insert_with(project);
                month
                    .rows
                    .add(MonthlyRow::of(entry, name, &cost, self.summary));
            }
            // A log in another form has no monthly rows that a merge may double.
            EntryKind::Daily | EntryKind::Session if ledger.reading.is_none() => {
                month.rows.add_detail(entry, name, &cost);
            }
            _ => {}
        }
        self.has_legacy |= entry.kind == EntryKind::Legacy;
        let has_costs = ledger.reading.is_some() || entry.when.date >= self.costs_from;
        month.add(entry, name, &cost, has_costs);
    }

    pub fn total(&mut self, total: StatedTotal) {
        let month = self.ledger.months.entry(total.month).or_default();
        month.totals.push((self.summary, total));
    }

    /// A row that cannot be read. One of an archive concerns the month of that.
    pub fn unreadable(&mut self, month: Option<Month>, place: Place) {
        let month = match place.file.role() {
            FileRole::Archive if month.is_some_and(|month| self.archive != Some(month)) => return,
            FileRole::Archive => self.archive,
            _ => month,
        };
        let unreadable = self.ledger.unreadable.entry(month).or_default();
        unreadable.add(place);
    }

    /// The log is in another form than tokmon's.
    pub fn set_foreign(&mut self, reading: Arc<LogReading>) {
        self.ledger.reading = Some(reading);
    }

    /// Usage without a date: it is in no month, and is added up by itself.
    pub fn undated(&mut self, figures: &Figures, place: Place) {
        if !figures.is_any() {
            return self.ledger.undated_without_figure.add(place);
        }
        let tokens = figures.tokens.map(|tokens| tokens.value);
        if !self.fits(tokens.unwrap_or_default(), place) {
            return self.unreadable(None, place);
        }
        let cost = CostSum::of(figures, place, |_| None);
        self.ledger.undated.add(figures.tokens, &cost, place);
    }

    pub fn allocation(&mut self, row: Allocation) {
        self.ledger.allocations.push(row);
    }

    pub fn phase(&mut self, phase: Phase) {
        self.ledger.phases.push(phase);
    }

    pub fn optimization(&mut self, row: Optimization) {
        self.ledger.optimizations.push(row);
    }

    pub fn note(&mut self, note: Note) {
        self.ledger.notes.push(note);
    }

    /// What the archive of a month says was decided about it, and which notices went out then.
    pub fn archived_line(&mut self, event: &LineEvent<'_>, place: Place) {
        let month = match event {
            LineEvent::Event(event) => event.month,
            LineEvent::Notice(notice) => notice.period.month(),
            _ => return,
        };
        if self.archive == Some(month) {
            self.notification(event, place);
        }
    }

    fn notification(&mut self, event: &LineEvent<'_>, place: Place) {
        let ledger = &mut self.ledger;
        match event {
            LineEvent::Event(event) => {
                let id = event.id.as_deref();
                let id = id.map(|id| (event.time, id.to_owned()));
                if id.is_none_or(|id| ledger.event_ids.insert(id)) {
                    let event = event.to_static();
                    ledger.events.push(LoggedEvent { event, place });
                }
            }
            LineEvent::Notice(notice) => ledger.notices.push(notice.to_static()),
            _ => {}
        }
    }

    pub fn line(&mut self, event: &LineEvent<'_>, place: Place) {
        self.ledger.hook_lines += 1;
        match event {
            LineEvent::Hold(hold) if self.fits(hold.tokens, place) => {
                let ledger = &mut self.ledger;
                let (name, tokens, until) = (ledger.names.id(&hold.team), hold.tokens, hold.until);
                let model = hold.model.clone().map(Cow::into_owned);
                // The line that came first holds; a retry changes nothing.
                let id = hold.id.clone().into_owned();
                if let Some(first) = ledger.holds.get(&id).map(|first| first.place) {
                    return self.duplicate(None, Duplicate { id, place, first });
                }
                let entry = HoldEntry {
                    name,
                    tokens,
                    since: hold.time,
                    until,
                    cost: hold.cost,
                    model,
                    overridden: hold.overridden,
                    place,
                };
                ledger.holds.insert(id, entry);
            }
            LineEvent::Free(id) => {
                self.ledger.freed.insert(id.clone().into_owned());
            }
            LineEvent::Notice(_) | LineEvent::Event(_) => self.notification(event, place),
            LineEvent::Hold(_) | LineEvent::Hook => {}
        }
    }
}

/// What an entry used and when, for a period. Monthly rows are sums without a time.
fn dated_usage(
    entry: &Entry<'_>,
    name: NameId,
    cost: &CostSum,
    dating: &Dating,
) -> Option<DatedUsage> {
    let is_sum = entry.kind == EntryKind::Monthly;
    let (from, until) = dating.span_of(entry).filter(|_| !is_sum)?;
    let tokens = entry.figures.tokens.map(|tokens| tokens.value);
    Some(DatedUsage {
        name,
        kind: entry.kind,
        month: entry.when.month,
        from,
        until,
        tokens: tokens.unwrap_or_default(),
        cost: cost.clone(),
    })
}
