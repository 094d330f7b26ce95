//! Replaces units of import: removes their rows and usage lines from a log, and adds one line with the current figures of each. `commands`
//! decides which units, and what the lines state.

use std::collections::{HashMap, HashSet};

use super::{
    Document, Kept, LogLine, LogSet, Revision, TableRow, Timestamp,
    reduction::{Reduction, reduce},
    revision::Proposal,
    usage_line,
};
use crate::{
    analysis::{ReconciledMonth, TeamUsage},
    log::{self, Role},
    model::{
        Amount, CountedClasses, Entry, EntryKind, Figures, ImportedId, Month, RoundedSum,
        TokenClass, TokenClasses, Tokens, Usage,
    },
    text::Edit,
};

/// What the log without its archives states of a unit.
#[derive(Clone, Debug, Default)]
pub struct WrittenUnit {
    /// The tokens that count against the budget, according to its rows and lines.
    pub tokens: RoundedSum,
    /// None if one of them does not state every class.
    pub classes: Option<TokenClasses>,
    /// Whether each of its ids occurs once, on a row of a day or a line that states nothing else.
    pub is_replaceable: bool,
}

/// A unit to be replaced.
#[derive(Clone, Copy, Debug)]
pub struct UnitReplacement<'u> {
    pub unit: &'u str,
    /// The usage of the whole unit. None if nothing of it counts any more.
    pub usage: Option<&'u Usage>,
}

/// What a log states of some units, without those that have no row and no line.
pub fn logged_units(revision: &Revision, units: &HashSet<&str>) -> HashMap<String, WrittenUnit> {
    let document = Document::read(revision.text(), Kept::All);
    let repeats = revision.repeats();
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for id in log::imported_ids(revision.text().as_bytes()) {
        *ids.entry(id.unit).or_default() += 1;
    }
    let overlaps = revision.ledger.overlaps().iter();
    let overlaps = overlaps.filter_map(|overlap| ImportedId::parse(&overlap.id));
    let overlapping: HashSet<&str> = overlaps.map(|id| id.unit).collect();
    let entries = entries_of(&document, units).into_iter();
    let logged = entries.map(|(unit, entries)| {
        let is_own = |entry: &&Entry<'_>| {
            matches!(entry.kind, EntryKind::Daily | EntryKind::Line)
                && entry.further_ids.is_empty()
                && entry.figures.tokens.is_some()
                && !entry.has_unread
                && !repeats.contains(&entry.place.line_start)
        };
        let tokens = entries.iter().filter_map(|entry| entry.figures.tokens);
        let classes = entries.iter().map(|entry| entry.figures.classes);
        let logged = WrittenUnit {
            tokens: tokens.map(RoundedSum::from).sum(),
            classes: classes.reduce(sum_of).filter(is_whole),
            is_replaceable: entries.iter().all(is_own)
                && ids.get(unit).is_none_or(|count| *count <= entries.len())
                && !overlapping.contains(unit),
        };
        (unit.to_owned(), logged)
    });
    logged.collect()
}

/// Replaces units: their rows and lines are removed, the monthly rows of their teams follow, and a line for each unit is added, to be settled.
/// `log_set` is the files of the log. None if that is not possible without changing anything else.
pub fn replace_units(
    revision: &Revision,
    log_set: &LogSet,
    replacements: &[UnitReplacement<'_>],
    now: Timestamp,
) -> Option<Revision> {
    let document = Document::read(revision.text(), Kept::All);
    let units = replacements.iter().map(|replacement| replacement.unit);
    let entries = entries_of(&document, &units.collect());
    let mut proposal = Proposal::default();
    let entries: Vec<&Entry<'_>> = entries.into_values().flatten().collect();
    let reductions = reductions(revision, log_set, &entries)?;
    for (reduction, entry) in reductions.iter().zip(&entries) {
        let change = proposal.invariants.changes.entry(reduction.month);
        let less = (entry.work.team.to_string(), reduction.held);
        change.or_default().less.push(less);
    }
    let (reduced, is_complete) = reduce(revision, log_set, &reductions);
    proposal.extend(reduced);
    proposal.extend(new_lines(revision, replacements)?);
    proposal.stamp(revision, now);
    revision
        .apply(proposal, log_set)
        .ok()
        .filter(|_| is_complete)
}

/// The reductions that remove entries from a log. None if one of them does not count.
fn reductions(
    revision: &Revision,
    log_set: &LogSet,
    entries: &[&Entry<'_>],
) -> Option<Vec<Reduction>> {
    let mut months: HashMap<Month, Option<ReconciledMonth<'_>>> = HashMap::new();
    let mut hidden: HashMap<(Month, String), Tokens> = HashMap::new();
    let reductions = entries.iter().map(|entry| {
        let month = entry.when.month;
        let reconciled = months.entry(month);
        let reconciled = reconciled.or_insert_with(|| revision.ledger.find_month(month));
        let reconciled = reconciled.as_ref()?;
        let team = reconciled.find_team(&entry.work.team)?;
        let surplus = entry.figures.tokens?.value;
        let mut held = surplus;
        if entry.kind != EntryKind::Line {
            let left = hidden.entry((month, team.name.clone()));
            let left = left.or_insert_with(|| hidden_by_hand(revision, reconciled, team));
            let lowered = lowered_by_hand(entry, &log_set.policy.import.counted).min(*left);
            *left = left.saturating_sub(lowered);
            held = held.saturating_add(lowered);
        }
        Some(Reduction {
            place: entry.place,
            kind: entry.kind,
            month,
            kept: Figures::default(),
            surplus,
            held,
            surplus_cost: reconciled.ledger.cost_of(entry),
        })
    });
    reductions.collect()
}

/// By how many tokens the figure of a row of a day is less than what was imported, according to its classes.
fn lowered_by_hand(entry: &Entry<'_>, counted: &CountedClasses) -> Tokens {
    let Some(tokens) = entry.figures.tokens else {
        return Tokens::ZERO;
    };
    let classes = &entry.figures.classes;
    let imported = counted.0.iter().map(|class| match class {
        TokenClass::Input => classes.input,
        TokenClass::Output => classes.output,
        TokenClass::CacheWrite => classes.cache_write,
        TokenClass::CacheRead => classes.cache_read,
    });
    let imported: Option<Tokens> = imported.sum();
    let imported = imported.unwrap_or_default();
    if RoundedSum::from(tokens).agrees_with(Amount::exact(imported)) {
        return Tokens::ZERO;
    }
    imported.saturating_sub(tokens.value)
}

/// What the only monthly row of a team has in addition to its details, because rows of days were lowered by hand after it was written, which
/// does not change what counts as used.
fn hidden_by_hand(
    revision: &Revision,
    reconciled: &ReconciledMonth<'_>,
    team: &TeamUsage,
) -> Tokens {
    let tables = revision.document.tables_of(Role::Monthly);
    let entries = tables
        .flat_map(|table| &table.rows)
        .filter_map(TableRow::entry);
    let is_of_team = |entry: &&Entry<'_>| {
        let owner = reconciled.find_team(&entry.work.team);
        entry.when.month == reconciled.month && owner.is_some_and(|owner| owner.name == team.name)
    };
    let mut entries = entries.filter(is_of_team);
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        return Tokens::ZERO;
    };
    let Some((base, tokens)) = entry.base.as_ref().zip(entry.figures.tokens) else {
        return Tokens::ZERO;
    };
    if base.row.0.abs_diff(tokens.value.0) >= tokens.unit.max(1) {
        // The monthly row itself was corrected.
        return Tokens::ZERO;
    }
    let (now, _) = reconciled.base_of(team);
    let hidden = u64::try_from(now - i128::from(base.base.0)).unwrap_or_default();
    let held = team.tokens_of(EntryKind::Monthly);
    Tokens(hidden).min(held.saturating_sub(team.details()))
}

/// Adds the lines of imported units at the end of the log.
fn new_lines(revision: &Revision, replacements: &[UnitReplacement<'_>]) -> Option<Proposal> {
    let document = &revision.document;
    let text = revision.text();
    let at = document.in_flight.unwrap_or(text.len());
    let newline = document.newline(at);
    let mut proposal = Proposal::default();
    let mut lines = String::new();
    for usage in replacements
        .iter()
        .filter_map(|replacement| replacement.usage)
    {
        lines += &usage_line(usage).ok()?;
        lines += newline;
        let month = Month::of(usage.time.date_naive());
        let change = proposal.invariants.changes.entry(month).or_default();
        change.more.push((usage.team.clone(), usage.tokens));
        proposal.invariants.moved_lines += 1;
    }
    let before = text.get(..at).unwrap_or_default();
    if !lines.is_empty() && !before.is_empty() && !before.ends_with('\n') {
        lines.insert_str(0, newline);
    }
    if !lines.is_empty() {
        proposal.edits.push(Edit::insert(at, lines));
    }
    Some(proposal)
}

type EntriesByUnit<'d> = HashMap<&'d str, Vec<&'d Entry<'static>>>;

/// The rows and lines that have an id of some units.
fn entries_of<'d>(document: &'d Document, units: &HashSet<&str>) -> EntriesByUnit<'d> {
    let lines = document.lines.iter().filter_map(LogLine::usage);
    let rows = document.tables.iter().flat_map(|table| &table.rows);
    let mut entries = EntriesByUnit::new();
    for entry in lines.chain(rows.filter_map(TableRow::entry)) {
        let ids = entry.ids().filter_map(ImportedId::parse);
        for id in ids.filter(|id| units.contains(id.unit)) {
            entries.entry(id.unit).or_default().push(entry);
        }
    }
    entries
}

fn sum_of(one: TokenClasses, two: TokenClasses) -> TokenClasses {
    let sum = |one: Option<Tokens>, two: Option<Tokens>| Some(one?.saturating_add(two?));
    TokenClasses {
        input: sum(one.input, two.input),
        output: sum(one.output, two.output),
        cache_write: sum(one.cache_write, two.cache_write),
        cache_read: sum(one.cache_read, two.cache_read),
    }
}

fn is_whole(classes: &TokenClasses) -> bool {
    classes.by_key().iter().all(|(_, tokens)| tokens.is_some())
}
