//! From usage lines to daily rows and monthly figures.
//!
//! A line is settled when the daily table of its day has its row, the monthly row of its team has its tokens, and the line itself is
//! gone. That changes nothing that was used.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::{
    Document, LogSet, Revision, TableBlock,
    derived::Derived,
    log_set::MAX_MONTHS,
    monthly::{Delta, MonthlyRows},
    revision::Proposal,
    style,
    sync_summary::{self, Tolerance},
    table::{NewRow, RowCost, TableEditor},
    totals,
};
use crate::{
    analysis::{ReconciledMonth, TeamUsage, word_prefixes},
    log::{Column, Role, Section, cell},
    model::{Entry, EntryKind, Month, Tokens, fold_name, is_total},
    text::{Edit, Place},
};

/// Moves usage lines into the daily and monthly tables, and brings the figures of their months up to date. Lines that do not count,
/// because they repeat an id, stay as they are. Gives the number of lines that are settled.
pub fn settle(revision: &Revision, log_set: &LogSet) -> (Proposal, usize) {
    let repeats = revision.repeats();
    let document = &revision.document;
    let lines = document.lines.iter();
    let counting = lines.filter(|line| !repeats.contains(&line.place.line_start));
    let mut months: BTreeMap<Month, Vec<&Entry<'static>>> = BTreeMap::new();
    for entry in counting.filter_map(super::LogLine::usage) {
        months.entry(entry.when.month).or_default().push(entry);
    }
    if months.is_empty() {
        return (Proposal::default(), 0);
    }
    let surplus = months.len().saturating_sub(MAX_MONTHS);
    let mut settling = Settling {
        document,
        holds: document.holds(),
        rows: BTreeMap::new(),
        gone: BTreeSet::new(),
    };
    let mut derived = Derived::new(revision, log_set);
    let mut proposal = Proposal::default();
    // New summaries go in at one place, the newest month first.
    for (month, entries) in months.iter().skip(surplus).rev() {
        let reconciled = revision.ledger.find_month(*month);
        let Some(reconciled) = reconciled.filter(|reconciled| !reconciled.is_legacy()) else {
            continue;
        };
        let mut rows = MonthlyRows::new(document, &reconciled, &repeats);
        if rows.is_writable() {
            let counts = settling.month(&mut rows, entries, &reconciled);
            proposal.extend(rows.propose(&mut derived.sections, derived.basis));
            derived.touch(*month, counts);
        }
    }
    let lines = settling.rows.values().map(Vec::len).sum();
    if lines == 0 {
        return (Proposal::default(), 0);
    }
    proposal.extend(settling.propose(&mut derived));
    proposal.edits.extend(derived.notes());
    (proposal, lines)
}

struct Settling<'d> {
    document: &'d Document,
    holds: HashMap<&'d str, Place>,
    /// The rows to write, by day.
    rows: BTreeMap<NaiveDate, Vec<NewRow<'d>>>,
    /// The starts of lines that go.
    gone: BTreeSet<usize>,
}

impl<'d> Settling<'d> {
    /// Adds the lines of a month to its rows. Gives how many deliverables the notes are to say that teams have.
    fn month(
        &mut self,
        rows: &mut MonthlyRows<'_, '_>,
        entries: &[&'d Entry<'static>],
        reconciled: &ReconciledMonth<'_>,
    ) -> BTreeMap<String, u64> {
        let mut noted = BTreeMap::new();
        let mut met = HashSet::new();
        let entries: Vec<_> = entries.iter().filter(|entry| is_writable(entry)).collect();
        for team in teams_at_risk(rows, &entries, reconciled) {
            met.insert(team.name.as_str());
            sync_summary::add_missing(rows, team, reconciled, Tolerance::None);
            if !team.tallies.contains_key(&EntryKind::Monthly) {
                sync_summary::add_costs(rows, team, reconciled);
            }
        }
        for entry in entries {
            let (Some(date), Some(tokens)) = (entry.when.date, entry.figures.tokens) else {
                continue;
            };
            let owner = reconciled.find_team(&entry.work.team);
            let name = owner.map_or(entry.work.team.as_ref(), |team| team.name.as_str());
            // The row will be exact: what its rounding explained so far would be missing from it.
            let unrounded = owner
                .filter(|team| met.insert(team.name.as_str()))
                .filter(|team| sync_summary::missing(team, Tolerance::Rounding).is_none())
                .filter(|team| sync_summary::missing(team, Tolerance::None).is_some())
                .map(|team| Delta::of(reconciled.gap_of(team)));
            let mut delta = Delta {
                tokens: tokens.value,
                estimate: tokens.estimate,
                cost: reconciled.ledger.cost_of(entry),
                minutes: entry.figures.minutes,
                status: entry.status.clone(),
                keyed: entry.figures.tokens.map_or(Tokens::ZERO, |own| own.value),
                last: entry.id.as_deref().map(str::to_owned),
                ..Delta::default()
            };
            if delta.last.is_none() {
                delta.keyed = Tokens::ZERO;
            }
            let mut delta = delta.after(unrounded);
            if entry.figures.deliverables.is_some()
                && let Some(count) = owner.and_then(|team| reconciled.deliverables_of(team))
            {
                if rows.counts_deliverables(name) {
                    delta.deliverables = Some(count);
                } else {
                    noted.insert(fold_name(name), count);
                }
            }
            rows.add(&entry.work.team, entry.monthly_task(), delta);
            self.gone.insert(entry.place.line_start);
            let hold = entry.hold.as_deref().and_then(|id| self.holds.get(id));
            self.gone.extend(hold.map(|hold| hold.line_start));
            let row = new_row(entry, reconciled);
            self.rows.entry(date).or_default().push(row);
        }
        noted
    }

    /// Writes the rows of the days, and takes the lines away.
    fn propose(self, derived: &mut Derived<'d>) -> Proposal {
        let mut proposal = Proposal::default();
        let tables = daily_tables(self.document);
        let mut new_days = BTreeMap::new();
        for (date, rows) in self.rows {
            let Some(table) = tables.get(&date) else {
                new_days.insert(date, rows);
                continue;
            };
            let editor = TableEditor::new(self.document, table, derived.basis.currency);
            let insertion = [editor.insert(&rows)];
            proposal.invariants.add_rows(Role::Daily, rows.len());
            let totals = totals::follow(self.document, table, &insertion, derived.basis);
            proposal.edits.extend(insertion);
            proposal.edits.extend(totals.into_iter().flatten());
        }
        for section in derived.sections.days(&new_days) {
            proposal.add_section(Role::Daily, section);
        }
        let lines = self.document.lines.iter();
        let gone = lines.filter(|line| self.gone.contains(&line.place.line_start));
        let gone = gone.map(|line| Edit::delete(self.document.whole_line(line.place)));
        proposal.edits.extend(gone);
        proposal
    }
}

/// The teams that need a monthly row before others get theirs. A new row makes its team known, and a month's first summary says which
/// teams there are: one with a longer name, or one that the summary omitted, would become a part of that team.
fn teams_at_risk<'r>(
    rows: &MonthlyRows<'_, '_>,
    entries: &[&&Entry<'static>],
    reconciled: &'r ReconciledMonth<'_>,
) -> Vec<&'r TeamUsage> {
    let owners = entries.iter().map(|entry| rows.owner(&entry.work.team).1);
    let owners: HashSet<String> = owners.collect();
    let is_at_risk = |team: &&TeamUsage| {
        let has_row = team.tallies.contains_key(&EntryKind::Monthly);
        let folded = fold_name(&team.name);
        !rows.has_rows() || !has_row && word_prefixes(&folded).any(|name| owners.contains(name))
    };
    reconciled.teams.iter().filter(is_at_risk).collect()
}

/// The tables that rows can be written into, by day; of one day, the first.
fn daily_tables(document: &Document) -> HashMap<NaiveDate, &TableBlock> {
    let mut tables = HashMap::new();
    for table in document.tables_of(Role::Daily) {
        let section = document.section_of(table).map(|section| &section.kind);
        if let Some(Section::Daily(Some(date))) = section
            && table.columns.has(Column::Tokens)
        {
            tables.entry(*date).or_insert(table);
        }
    }
    tables
}

/// Whether a row can hold what a line says, and be read as what it is.
fn is_writable(entry: &Entry<'_>) -> bool {
    let team = style::escaped(&entry.work.team);
    let is_name = !team.is_empty() && !cell::is_absent(&team) && !is_total(&entry.work.team);
    // The line is the only place that says what cannot be read.
    is_name && !entry.has_unread && entry.id.as_deref().is_none_or(style::is_writable_id)
}

fn new_row<'e>(entry: &'e Entry<'static>, reconciled: &ReconciledMonth<'_>) -> NewRow<'e> {
    let tokens = entry.figures.tokens;
    let task = entry.work.task.as_deref();
    NewRow {
        team: &entry.work.team,
        task: task.filter(|task| !cell::is_absent(task)),
        tokens: tokens.map(|tokens| (tokens.value, tokens.estimate)),
        classes: entry.figures.classes,
        cost: RowCost::of(
            &reconciled.ledger.cost_of(entry),
            reconciled,
            reconciled.currency(),
        ),
        status: entry.status.as_ref(),
        time: entry.when.time,
        minutes: entry.figures.minutes,
        deliverables: entry.figures.deliverables,
        model: entry.work.model.as_deref(),
        date: entry.when.date.map(|date| date.to_string()),
        month: Some(entry.when.month.to_string()),
        id: entry.id.as_deref(),
        base: None,
    }
}
