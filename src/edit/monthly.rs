//! Monthly rows that grow: which row of a team takes more tokens, and where a team without one gets its row.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Document, TableBlock, TableRow,
    revision::Proposal,
    sections::NewSections,
    style,
    table::{NewRow, RowCost, TableEditor},
    totals::{self, Basis},
};
use crate::{
    analysis::{CostSum, MonthlyGap, ReconciledMonth},
    log::{Column, Role, cell},
    model::{Amount, Entry, MergeBase, Month, Status, Tokens, fold_name},
    text::Edit,
};

/// What is added to a team in a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Delta {
    pub(super) tokens: Tokens,
    pub(super) estimate: bool,
    pub(super) cost: CostSum,
    /// What the row costs then, where that is known.
    pub(super) total_cost: Option<CostSum>,
    /// How many of the row's own tokens had no cost, and have one with this.
    pub(super) with_cost: Tokens,
    pub(super) minutes: Option<u64>,
    /// The number of deliverables that the team then has, if its monthly rows are to say so.
    pub(super) deliverables: Option<u64>,
    pub(super) status: Option<Status>,
    /// The tokens of new details with ids, and the id of the last of them.
    pub(super) keyed: Tokens,
    pub(super) last: Option<String>,
    /// What is taken away, which counts elsewhere: of the row, what that cost, and of details with ids.
    pub(super) less: Tokens,
    pub(super) less_cost: CostSum,
    pub(super) less_keyed: Tokens,
}

impl Delta {
    /// What the monthly rows of a team lack.
    pub(super) fn of(gap: MonthlyGap) -> Self {
        Self {
            tokens: gap.tokens,
            cost: gap.cost,
            with_cost: gap.with_cost,
            ..Self::default()
        }
    }

    /// Adds an earlier addition.
    pub(super) fn after(self, before: Option<Self>) -> Self {
        let Some(before) = before else { return self };
        let mut cost = before.cost;
        cost.add(&self.cost);
        let mut less_cost = before.less_cost;
        less_cost.add(&self.less_cost);
        let minutes = match (before.minutes, self.minutes) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        Self {
            tokens: before.tokens.saturating_add(self.tokens),
            estimate: before.estimate || self.estimate,
            cost,
            total_cost: None,
            with_cost: before.with_cost.saturating_add(self.with_cost),
            minutes,
            deliverables: self.deliverables.or(before.deliverables),
            status: self.status.or(before.status),
            keyed: before.keyed.saturating_add(self.keyed),
            last: self.last.or(before.last),
            less: before.less.saturating_add(self.less),
            less_cost,
            less_keyed: before.less_keyed.saturating_add(self.less_keyed),
        }
    }
}

/// A row of a month, with what is added to it.
struct MonthlyRow<'d> {
    /// Its table among those of the month. None where the month has none yet.
    table: Option<usize>,
    origin: Origin<'d>,
    delta: Option<Delta>,
}

enum Origin<'d> {
    Log(&'d TableRow, &'d Entry<'static>),
    New { team: String, task: Option<String> },
}

/// The rows of a team, by their place among all.
#[derive(Default)]
struct TeamRows {
    all: Vec<usize>,
    /// The first row of each task, folded.
    by_task: HashMap<Option<String>, usize>,
    /// The section of the first row of each work, and whether others have a row of it, too.
    summaries: HashMap<Work, (Option<usize>, bool)>,
}

/// The project and the task of a row, folded.
type Work = (Option<String>, Option<String>);

fn work(entry: &Entry<'_>) -> Work {
    let project = entry.work.project.as_deref().map(fold_name);
    (project, entry.work.task.as_deref().map(fold_name))
}

/// The monthly rows of one month as they will be.
pub(super) struct MonthlyRows<'d, 'r> {
    document: &'d Document,
    reconciled: &'r ReconciledMonth<'r>,
    month: Month,
    /// The tables that hold rows of the month, or would.
    tables: Vec<&'d TableBlock>,
    /// Those of the log, and behind them the new ones.
    rows: Vec<MonthlyRow<'d>>,
    /// The rows of the log.
    teams: HashMap<String, TeamRows>,
    /// The new rows by team and task, both folded; a team without a row gets one, not one for each task.
    added: HashMap<(String, Option<String>), usize>,
}

impl<'d, 'r> MonthlyRows<'d, 'r> {
    /// `repeats` are the starts of lines that repeat an id, and so do not count.
    pub(super) fn new(
        document: &'d Document,
        reconciled: &'r ReconciledMonth<'r>,
        repeats: &HashSet<usize>,
    ) -> Self {
        let month = reconciled.month;
        let is_of_month = |table: &&TableBlock| {
            table.role == Role::Monthly
                && match table.month(document) {
                    Some(of) => of == month,
                    None => table.columns.has(Column::Month),
                }
        };
        let mut rows = Self {
            document,
            reconciled,
            month,
            tables: document.tables.iter().filter(is_of_month).collect(),
            rows: Vec::new(),
            teams: HashMap::new(),
            added: HashMap::new(),
        };
        rows.index(repeats);
        rows
    }

    fn index(&mut self, repeats: &HashSet<usize>) {
        for (table, block) in self.tables.iter().enumerate() {
            for row in &block.rows {
                let counts = !repeats.contains(&row.place.line_start);
                let entry = row.entry().filter(|entry| entry.when.month == self.month);
                let Some(entry) = entry.filter(|_| counts) else {
                    continue;
                };
                let at = self.rows.len();
                let owner = self.owner(&entry.work.team).1;
                let team = self.teams.entry(owner).or_default();
                team.all.push(at);
                let task = entry.work.task.as_deref().map(fold_name);
                team.by_task.entry(task).or_insert(at);
                let summary = team.summaries.entry(work(entry));
                let (first, is_in_several) = summary.or_insert((block.section, false));
                *is_in_several |= *first != block.section;
                self.rows.push(MonthlyRow {
                    table: Some(table),
                    origin: Origin::Log(row, entry),
                    delta: None,
                });
            }
        }
    }

    /// The team that a name belongs to, and its name folded.
    pub(super) fn owner<'n>(&'n self, team: &'n str) -> (&'n str, String) {
        let owner = self.reconciled.find_team(team);
        let name = owner.map_or(team, |owner| owner.name.as_str());
        (name, fold_name(name))
    }

    fn entries_of(&self, team: &str) -> impl Iterator<Item = &'d Entry<'static>> {
        let rows = self.teams.get(&self.owner(team).1);
        let all = rows.into_iter().flat_map(|rows| &rows.all);
        all.filter_map(|at| match self.rows.get(*at)?.origin {
            Origin::Log(_, entry) => Some(entry),
            Origin::New { .. } => None,
        })
    }

    /// Whether anything is added.
    pub(super) fn is_changed(&self) -> bool {
        self.rows.iter().any(|row| row.delta.is_some())
    }

    /// Whether the log has any.
    pub(super) fn has_rows(&self) -> bool {
        !self.teams.is_empty()
    }

    /// Whether figures can be written: no table of the month has columns of tokens in and out alone.
    pub(super) fn is_writable(&self) -> bool {
        let mut tables = self.tables.iter();
        tables.all(|table| table.columns.has(Column::Tokens))
    }

    /// Whether the monthly rows say how many deliverables came of a team's tokens, or can: they have a column for it.
    pub(super) fn counts_deliverables(&self, team: &str) -> bool {
        let mut entries = self.entries_of(team).peekable();
        if entries.peek().is_none() {
            let last = self.tables.last();
            return last.is_some_and(|table| table.columns.has(Column::Deliverables));
        }
        entries.any(|entry| entry.figures.deliverables.is_some())
    }

    pub(super) fn is_of_several_projects(&self, team: &str) -> bool {
        let entries = self.entries_of(team);
        let mut projects = entries.map(|entry| entry.work.project.as_deref().map(fold_name));
        let first = projects.next();
        projects.any(|project| Some(&project) != first.as_ref())
    }

    /// Adds to a team: to its only row; to that of several which is of the task, or to a new one; without a task to the last.
    pub(super) fn add(&mut self, team: &str, task: Option<&str>, delta: Delta) {
        let (owner, folded) = self.owner(team);
        let owner = owner.to_owned();
        let folded_task = task.map(fold_name);
        let rows = self.teams.get(&folded);
        let known = rows.and_then(|rows| {
            let same = rows.by_task.get(&folded_task).copied();
            match rows.all.as_slice() {
                [only] => Some(*only),
                [.., last] if task.is_none() => same.or(Some(*last)),
                _ => same,
            }
        });
        // With its other rows, or a project's details could not be told from those of another.
        let of_team = rows.and_then(|rows| self.rows.get(*rows.all.last()?)?.table);
        let table = of_team.or_else(|| self.tables.len().checked_sub(1));
        let next = self.rows.len();
        let at = known.unwrap_or_else(|| {
            let key = (folded, folded_task.filter(|_| rows.is_some()));
            *self.added.entry(key).or_insert(next)
        });
        if at == next {
            let task = task.map(str::to_owned);
            self.rows.push(MonthlyRow {
                table,
                origin: Origin::New { team: owner, task },
                delta: None,
            });
        }
        if let Some(row) = self.rows.get_mut(at) {
            row.delta = Some(delta.after(row.delta.take()));
        }
    }

    /// Takes from a team: from the row of the task, or the first that has enough. False where none has.
    pub(super) fn lower(&mut self, team: &str, task: Option<&str>, delta: Delta) -> bool {
        let (_, folded) = self.owner(team);
        let Some(rows) = self.teams.get(&folded) else {
            return false;
        };
        let has_enough = |at: &usize| {
            let Some(row) = self.rows.get(*at) else {
                return false;
            };
            let Origin::Log(_, entry) = &row.origin else {
                return false;
            };
            let tokens = entry.figures.tokens.map(|tokens| tokens.value);
            let before = row.delta.as_ref().map(|delta| delta.less);
            let left = tokens.unwrap_or_default();
            left.saturating_sub(before.unwrap_or_default()) >= delta.less
        };
        let of_task = rows.by_task.get(&task.map(fold_name));
        let mut candidates = of_task.into_iter().chain(&rows.all);
        let Some(at) = candidates.find(|at| has_enough(at)).copied() else {
            return false;
        };
        if let Some(row) = self.rows.get_mut(at) {
            row.delta = Some(delta.after(row.delta.take()));
        }
        true
    }

    /// Proposes to write them so, totals included. A month without a summary gets one.
    pub(super) fn propose(&self, sections: &mut NewSections<'_>, basis: Basis) -> Proposal {
        let mut proposal = Proposal::default();
        let mut changes: BTreeMap<Option<usize>, (Vec<_>, Vec<_>)> = BTreeMap::new();
        let added = self.added();
        for row in &self.rows {
            let Some(delta) = &row.delta else { continue };
            let base = self.base_of(row, delta, &added);
            let (grown, new) = changes.entry(row.table).or_default();
            match &row.origin {
                Origin::Log(row, entry) => grown.push((*row, *entry, delta, base)),
                Origin::New { team, task } => new.push(NewRow {
                    team,
                    task: task.as_deref(),
                    tokens: Some((delta.tokens, delta.estimate)),
                    cost: RowCost::of_row(
                        &delta.cost,
                        (delta.tokens, Tokens::ZERO),
                        self.reconciled,
                        basis.currency,
                    ),
                    status: delta.status.as_ref(),
                    minutes: delta.minutes,
                    deliverables: delta.deliverables,
                    month: Some(self.month.to_string()),
                    base,
                    ..NewRow::default()
                }),
            }
        }
        for (table, (grown, new)) in changes {
            let Some(table) = table.and_then(|table| self.tables.get(table)) else {
                proposal.add_section(Role::Monthly, sections.month(self.month, &new));
                continue;
            };
            let editor = TableEditor::new(self.document, table, basis.currency);
            let edits = grown.into_iter();
            let edits = edits.flat_map(|(row, entry, delta, base)| {
                let edits = grow(&editor, row, entry, delta, self.reconciled);
                editor.with_base(row, edits, base.as_ref())
            });
            let mut edits: Vec<Edit> = edits.collect();
            if !new.is_empty() {
                edits.push(editor.insert(&new));
                proposal.invariants.add_rows(Role::Monthly, new.len());
            }
            let totals = totals::follow(self.document, table, &edits, basis);
            proposal.edits.extend(edits);
            proposal.edits.extend(totals.into_iter().flatten());
        }
        proposal
    }
}

/// What is added to a team: all tokens, and those of new details with ids.
#[derive(Default)]
struct Added {
    tokens: Tokens,
    keyed: Tokens,
    less: Tokens,
    less_keyed: Tokens,
}

impl MonthlyRows<'_, '_> {
    /// By the folded name of the team.
    fn added(&self) -> HashMap<String, Added> {
        let mut added: HashMap<String, Added> = HashMap::new();
        for row in &self.rows {
            if let Some(delta) = &row.delta {
                let team = added.entry(self.team_of(row)).or_default();
                team.tokens = team.tokens.saturating_add(delta.tokens);
                team.keyed = team.keyed.saturating_add(delta.keyed);
                team.less = team.less.saturating_add(delta.less);
                team.less_keyed = team.less_keyed.saturating_add(delta.less_keyed);
            }
        }
        added
    }

    fn team_of(&self, row: &MonthlyRow<'_>) -> String {
        match &row.origin {
            Origin::Log(_, entry) => self.owner(&entry.work.team).1,
            Origin::New { team, .. } => fold_name(team),
        }
    }

    /// Whether another summary of the month has a row of the same work. Such rows are added up. If both were marked, they would be the
    /// two rows that a merge makes of one.
    fn is_in_another_summary(&self, team: &str, entry: &Entry<'_>) -> bool {
        let rows = self.teams.get(team);
        let summaries = rows.and_then(|rows| rows.summaries.get(&work(entry)));
        summaries.is_some_and(|(_, is_in_several)| *is_in_several)
    }

    /// What a row that grows is written with.
    fn base_of(
        &self,
        row: &MonthlyRow<'_>,
        delta: &Delta,
        added: &HashMap<String, Added>,
    ) -> Option<MergeBase> {
        let team = self.team_of(row);
        let added = added.get(&team)?;
        let entry = match row.origin {
            Origin::Log(_, entry) => Some(entry),
            Origin::New { .. } => None,
        };
        let before = entry.and_then(|entry| entry.base.as_deref());
        let is_elsewhere = |entry| self.is_in_another_summary(&team, entry);
        if before.is_none() && entry.is_some_and(is_elsewhere) {
            return None;
        }
        let last = || before.map(|base| base.last.clone());
        let last = delta.last.clone().or_else(last).unwrap_or_default();
        let tokens = entry.and_then(|entry| entry.figures.tokens);
        let tokens = tokens.unwrap_or(Amount::exact(Tokens::ZERO));
        // The exact figure of a row that is written rounded.
        let kept = before.filter(|base| tokens.value.0.abs_diff(base.row.0) < tokens.unit);
        let is_only = self.teams.get(&team).is_none_or(|rows| rows.all.len() == 1);
        let usage = self.reconciled.find_team(&team);
        let (base, cost) = match kept.filter(|_| is_only && tokens.unit > 1) {
            Some(base) => (base.base.0.into(), base.cost),
            None => usage.map_or((0, None), |usage| self.reconciled.base_of(usage)),
        };
        let base = base + i128::from(added.tokens.0) - i128::from(added.keyed.0);
        let base = base - i128::from(added.less.0) + i128::from(added.less_keyed.0);
        let base = Tokens(u64::try_from(base).unwrap_or_default());
        let row = kept.map_or(tokens.value, |base| base.row);
        Some(MergeBase {
            base,
            row: row.saturating_add(delta.tokens).saturating_sub(delta.less),
            cost: cost.filter(|_| {
                let is_of_details = added.tokens == added.keyed && added.less == added.less_keyed;
                is_of_details && base > Tokens::ZERO
            }),
            last,
        })
    }
}

/// The edits of a row that grows.
pub(super) fn grow(
    editor: &TableEditor<'_>,
    row: &TableRow,
    entry: &Entry<'_>,
    delta: &Delta,
    reconciled: &ReconciledMonth<'_>,
) -> Vec<Edit> {
    let figures = entry.figures;
    let before = figures.tokens.unwrap_or(Amount::exact(Tokens::ZERO));
    let is_idle = before.value == Tokens::ZERO;
    let tokens = editor.raw(row, Column::Tokens);
    let is_changed = is_idle || delta.tokens > Tokens::ZERO || delta.less > Tokens::ZERO;
    let tokens = tokens.filter(|_| is_changed);
    let tokens = tokens.map(|raw| {
        let sum = before.value.saturating_add(delta.tokens);
        let sum = sum.saturating_sub(delta.less);
        let estimate = before.estimate || delta.estimate;
        style::respell_tokens(raw, sum, estimate)
            .filter(|_| !(is_idle && raw.len() == 1))
            .unwrap_or_else(|| editor.tokens(sum, estimate))
    });
    let cost = grown_cost(entry, delta, reconciled);
    let cost_text = editor.raw(row, Column::Cost).zip(cost.as_ref());
    let cost_text = cost_text.map(|(raw, cost)| {
        let respelled = cost.money.and_then(|(money, estimate)| {
            let marks = [estimate, cost.is_partial];
            let is_same = figures.currency.is_none_or(|own| own == money.currency);
            figures.cost.filter(|_| is_same)?;
            style::respell_money(raw, money.nanos, true, marks)
        });
        let new = || editor.cost(cost).unwrap_or_else(|| "—".to_owned());
        respelled.unwrap_or_else(new)
    });
    let duration = editor.raw(row, Column::Duration).and_then(|raw| {
        let nothing = (is_idle && cell::is_absent(raw)).then_some(0);
        let had = figures.minutes.or(nothing)?;
        Some(editor.duration(had.saturating_add(delta.minutes?)))
    });
    let status = delta.status.as_ref();
    let status = status.filter(|status| entry.status.as_ref() != Some(status));
    let deliverables = delta.deliverables;
    let deliverables = deliverables.filter(|count| figures.deliverables != Some(*count));
    let cells = [
        (Column::Tokens, tokens),
        (Column::Cost, cost_text),
        (Column::Duration, duration),
        (
            Column::Deliverables,
            deliverables.map(|count| count.to_string()),
        ),
        (Column::Status, status.map(|status| editor.status(status))),
    ];
    let texts = cells.into_iter();
    let texts = texts.filter_map(|(column, text)| Some((column, text?)));
    editor.set_row(row, texts.collect(), cost.as_ref())
}

/// The cost of a row that grows. None where its cell stays as it is: it says so already, or says nothing, and the price of the log
/// gives the same for all its tokens.
fn grown_cost(
    entry: &Entry<'_>,
    delta: &Delta,
    reconciled: &ReconciledMonth<'_>,
) -> Option<RowCost> {
    if entry.figures.open && entry.figures.cost.is_none() {
        // The cost in the row cannot be read, and only its author knows what it should be.
        return None;
    }
    if entry.figures.cost.is_none() && delta.less > Tokens::ZERO {
        // The price of the log gives what is left.
        return None;
    }
    let own = reconciled.ledger.cost_of(entry);
    let mut sum = own.clone();
    sum.add(&delta.cost);
    sum.remove(&delta.less_cost);
    let tokens = entry.figures.tokens.map(|tokens| tokens.value);
    let tokens = tokens.unwrap_or_default().saturating_add(delta.tokens);
    let tokens = tokens.saturating_sub(delta.less);
    let sum = match &delta.total_cost {
        Some(total) if total.is_unstated() => CostSum::unpriced(tokens),
        Some(total) => total.clone(),
        None => sum,
    };
    let currency = entry.figures.currency.unwrap_or(reconciled.currency());
    let of = |sum: &CostSum| RowCost::of(sum, reconciled, currency);
    let had = of(&own);
    let covered = delta.with_cost.min(had.unpriced);
    let mut cost = RowCost::of_row(&sum, (tokens, covered), reconciled, currency);
    if entry.figures.cost.is_none() {
        return Some(cost).filter(|cost| !cost.is_implied);
    }
    let (money, _) = cost.money.filter(|(money, _)| money.currency == currency)?;
    if cost.unpriced == tokens && money.nanos == 0 && tokens > Tokens::ZERO {
        // What nothing cost says nothing of what something does.
        cost.money = None;
    }
    cost.is_implied = had.is_implied;
    (cost != had).then_some(cost)
}
