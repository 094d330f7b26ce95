//! Reads what an import depends on from the log and its archives: how much of each unit was imported, and which teams have rows by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Attributed, other_teams::other_teams};
use crate::{
    commands::{
        edit_session::EditSession,
        record::{ByTeam, TeamNames},
    },
    failure::Failure,
    import::{LogState, LoggedUnit, TeamRows, Transcripts, Unit, logged_elsewhere},
    log::{self, Item, RowValue},
    model::{
        Amount, Currency, Entry, EntryKind, Figures, Header, ImportedId, Month, ResponseCost,
        TeamPolicy, TokenCounts, Tokens,
    },
    text::FileId,
};

/// What a log and its archives say about units and teams.
#[derive(Default)]
pub struct LogReading {
    pub totals: HashMap<String, Tokens>,
    /// The rows of each team, by month and name.
    rows: BTreeMap<(Month, String), TeamTally>,
    /// What rows and lines state of units that have grown, by the totals in their ids.
    entries: HashMap<String, BTreeMap<Tokens, StatedEntry>>,
    /// The units, by index, that stand under another team than theirs, with that.
    pub other_teams: BTreeMap<usize, String>,
    currency: Option<Currency>,
}

/// What a row or line with an imported id states.
#[derive(Clone, Copy)]
struct StatedEntry {
    figures: Figures,
    /// Whether it has more ids, so that its figures are those of several units.
    is_merged: bool,
}

/// The rows of a team in a month.
#[derive(Clone, Copy, Default)]
struct TeamTally {
    monthly: Tokens,
    /// By how much the figures of monthly rows may be rounded.
    rounding: u64,
    details: Tokens,
    has_own_details: bool,
    has_imported: bool,
}

impl LogReading {
    /// Reads the text of a log, and the archives of the months of some units.
    pub fn of(text: &str, attributed: &Attributed, session: &EditSession) -> Result<Self, Failure> {
        let units = &attributed.units;
        let months = units.iter().map(|(unit, _)| Month::of(unit.day));
        let months: BTreeSet<Month> = months.collect();
        let archives = months
            .iter()
            .map(|month| session.log.archive_bytes(*month))
            .collect::<Result<Vec<_>, _>>()?;
        let archives: Vec<Vec<u8>> = archives.into_iter().flatten().collect();
        let mut reading = Self::default();
        reading.add_totals(text.as_bytes());
        for archive in &archives {
            reading.add_totals(archive);
        }
        let of_archives = archives.iter().map(Vec::as_slice);
        let texts: Vec<&[u8]> = [text.as_bytes()].into_iter().chain(of_archives).collect();
        let teams = &session.log.settings.policy.teams;
        reading.other_teams = other_teams(&texts, units, teams);
        let known = &reading.totals;
        let is_new = |unit: &Unit| {
            known
                .get(&unit.id)
                .is_none_or(|known| *known < unit.total())
        };
        let new = units
            .iter()
            .map(|(unit, _)| unit)
            .filter(|unit| is_new(unit));
        let new: HashSet<String> = new.map(|unit| unit.id.clone()).collect();
        // In most cases, the log has all of them.
        if !new.is_empty() {
            let repeating = attributed.all().filter(|unit| !unit.repeats.is_empty());
            let repeating = repeating.map(|unit| unit.id.clone());
            let asked = new.into_iter().chain(repeating);
            let asked = asked.filter(|unit| known.contains_key(unit));
            reading.entries = asked.map(|unit| (unit, BTreeMap::new())).collect();
            reading.add_rows(text, &months);
            for archive in &archives {
                reading.add_rows(&String::from_utf8_lossy(archive), &months);
            }
        }
        Ok(reading)
    }

    /// Adds the ids of a text, whatever surrounds them: an id whose row can no longer be read still shows what was imported.
    fn add_totals(&mut self, text: &[u8]) {
        for id in log::imported_ids(text) {
            match self.totals.get_mut(id.unit) {
                Some(total) => *total = (*total).max(id.total),
                None => {
                    self.totals.insert(id.unit.to_owned(), id.total);
                }
            }
        }
    }

    fn add_rows(&mut self, text: &str, months: &BTreeSet<Month>) {
        log::read_str(text, FileId::LOG, &mut |item| match &item {
            Item::Usage(entry) => {
                self.add_entry(entry);
                self.add(entry, months);
            }
            Item::Row(row) => {
                if let RowValue::Entry(entry) = &row.value {
                    self.add_entry(entry);
                    self.add(entry, months);
                }
            }
            Item::Header(Header::Currency { currency, .. }) => {
                self.currency.get_or_insert(*currency);
            }
            _ => {}
        });
    }

    /// Notes what is stated of units that have grown. An id that occurs twice counts once.
    fn add_entry(&mut self, entry: &Entry<'_>) {
        if matches!(entry.kind, EntryKind::Monthly | EntryKind::Legacy) {
            return;
        }
        for id in entry.ids().filter_map(ImportedId::parse) {
            if let Some(of_unit) = self.entries.get_mut(id.unit) {
                of_unit.entry(id.total).or_insert(StatedEntry {
                    figures: entry.figures,
                    is_merged: !entry.further_ids.is_empty(),
                });
            }
        }
    }

    fn add(&mut self, entry: &Entry<'_>, months: &BTreeSet<Month>) {
        let tokens = entry.figures.tokens.unwrap_or(Amount::exact(Tokens::ZERO));
        let costs = entry.figures.cost.is_some_and(|cost| cost.value > 0);
        if !months.contains(&entry.when.month) || tokens.value == Tokens::ZERO && !costs {
            return;
        }
        let key = (entry.when.month, entry.work.team.trim().to_owned());
        let tally = self.rows.entry(key).or_default();
        if entry.kind == EntryKind::Monthly {
            tally.monthly = tally.monthly.saturating_add(tokens.value);
            let unit = if tokens.unit > 1 { tokens.unit } else { 0 };
            tally.rounding = tally.rounding.saturating_add(unit);
            return;
        }
        if entry.kind != EntryKind::Line {
            tally.details = tally.details.saturating_add(tokens.value);
        }
        if entry.ids().any(|id| ImportedId::parse(id).is_some()) {
            tally.has_imported = true;
        } else {
            tally.has_own_details = true;
        }
    }

    /// Calls a function with what an import needs to know. `teams` have the aliases of names.
    pub fn with_state<T>(
        self,
        teams: &[TeamPolicy],
        attributed: &Attributed,
        transcripts: &Transcripts,
        function: impl FnOnce(&LogState<'_>) -> T,
    ) -> T {
        let names = TeamNames::of(teams);
        let mut by_month: HashMap<Month, ByTeam<'_, TeamTally>> = HashMap::new();
        for ((month, team), tally) in &self.rows {
            let teams = by_month.entry(*month);
            let teams = teams.or_insert_with(|| ByTeam::new(&names));
            teams.insert(team, *tally);
        }
        let rows_of = |team: &str, month: Month| {
            let tallies = by_month.get(&month).into_iter();
            let tallies = tallies.flat_map(|teams| teams.find(team));
            tallies.fold(TeamTally::default(), TeamTally::with).rows()
        };
        let currency = self.currency.unwrap_or(Currency::USD);
        let logged = self.entries.iter();
        let logged = logged
            .filter_map(|(unit, of)| Some((unit.clone(), logged_unit(of.values(), currency)?)));
        let logged = logged.collect();
        let elsewhere = logged_elsewhere(attributed.all(), transcripts, &self.totals, &logged);
        function(&LogState {
            totals: self.totals,
            logged,
            elsewhere,
            rows_of: &rows_of,
            currency,
        })
    }
}

/// The sum of what the rows and lines of a unit state. None if one of them does not state every class, or is also of other units.
fn logged_unit<'e>(
    entries: impl Iterator<Item = &'e StatedEntry>,
    of_log: Currency,
) -> Option<LoggedUnit> {
    let mut unit = LoggedUnit::default();
    for StatedEntry { figures, is_merged } in entries {
        if *is_merged {
            return None;
        }
        let tokens = TokenCounts {
            input: figures.classes.input?.0,
            output: figures.classes.output?.0,
            cache_write_5m: figures.classes.cache_write?.0,
            cache_read: figures.classes.cache_read?.0,
            ..TokenCounts::default()
        };
        unit.tokens += tokens;
        unit.has_open_cost |= figures.open;
        match figures.cost {
            Some(cost) => {
                let currency = figures.currency.unwrap_or(of_log);
                unit.cost.add_stated(cost.value, currency);
            }
            None => unit.cost.add("", &tokens, &ResponseCost::Unpriced),
        }
    }
    Some(unit)
}

impl TeamTally {
    fn with(self, other: Self) -> Self {
        Self {
            monthly: self.monthly.saturating_add(other.monthly),
            rounding: self.rounding.saturating_add(other.rounding),
            details: self.details.saturating_add(other.details),
            has_own_details: self.has_own_details || other.has_own_details,
            has_imported: self.has_imported || other.has_imported,
        }
    }

    /// What a monthly row has in addition to the details was written by hand, as settling adds the same to both.
    fn rows(self) -> TeamRows {
        let excess = self.monthly.saturating_sub(self.details);
        TeamRows {
            by_hand: self.has_own_details || excess.0 > self.rounding / 2,
            imported: self.has_imported,
        }
    }
}
