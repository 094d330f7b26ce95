//! Monthly rows of one team and task that occur twice, since git kept the rows of both branches: what they are together.
//!
//! Two branches begin with one row, and each adds to it. The right figure holds what both began with once, and what each added.
//! Rows that were recorded say it themselves, see [`MergeBase`]; of others the details may show it. Where nothing does, all count.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    mem,
    sync::Arc,
};

use chrono::NaiveDate;

use super::{
    cost::CostSum,
    ledger::{Ledger, MonthLedger, TallyKey},
    merged_details::{Division, Unchanged, divide},
    names::{MonthRoster, NameId},
    team_usage::Tally,
};
use crate::{
    model::{
        Amount, Entry, EntryKind, Figures, MergeBase, Price, RoundedSum, Status, Tokens, fold_name,
    },
    text::{FileRole, Place},
};

/// A monthly row as it was read.
#[derive(Clone, Debug)]
pub(super) struct MonthlyRow {
    name: NameId,
    project: Option<Arc<str>>,
    /// Folded.
    task: Option<String>,
    /// The line of the heading of its summary.
    summary: usize,
    figures: Figures,
    tally: Tally,
    base: Option<Box<MergeBase>>,
    /// The details that were added last when it was written are still there.
    pub(super) has_last: bool,
    place: Place,
}

/// A detail, where a monthly row occurs again or none was read yet.
#[derive(Clone, Debug)]
struct Detail {
    name: NameId,
    task: Option<String>,
    /// In an archive or in the log, of which day, and in what kind of table.
    table: (bool, Option<NaiveDate>, EntryKind),
    tokens: Tokens,
    cost: CostSum,
    id: Option<String>,
}

/// The monthly rows of a month, and its details if they may be needed to tell what rows are together.
#[derive(Clone, Debug, Default)]
pub(super) struct MonthlyRows {
    all: Vec<MonthlyRow>,
    /// The hashes of their teams, projects and tasks.
    met: HashSet<u64>,
    has_repeats: bool,
    details: Vec<Detail>,
    /// A detail was passed over.
    is_incomplete: bool,
}

/// Monthly rows of one team and task that should be one.
#[derive(Clone, Debug)]
pub struct MergedRows {
    pub team: String,
    /// Two or more, from top to bottom.
    pub places: Vec<Place>,
    /// The lines of the headings of their summaries.
    pub(super) summaries: Vec<usize>,
    /// What the one right row says. None where nothing shows it, so that all of them count.
    pub resolution: Option<Resolution>,
}

/// What the one right row says.
#[derive(Clone, Debug)]
pub struct Resolution {
    pub tokens: Tokens,
    /// What the branches began with, at most.
    pub common: Tokens,
    pub cost: CostSum,
    /// What it is to be written with. None where no detail has an id.
    pub base: Option<MergeBase>,
}

impl MonthlyRow {
    pub(super) fn of(entry: &Entry<'_>, name: NameId, cost: &CostSum, summary: usize) -> Self {
        let mut tally = Tally {
            first: entry.place,
            ..Tally::default()
        };
        tally.add(entry, cost);
        Self {
            name,
            project: entry.work.project.clone(),
            task: entry.work.task.as_deref().map(fold_name),
            summary,
            figures: entry.figures,
            tally,
            base: entry.base.clone(),
            has_last: true,
            place: entry.place,
        }
    }

    /// The ids of the details that were added last.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.base.iter().flat_map(|base| base.ids())
    }

    fn tokens(&self) -> Amount<Tokens> {
        let tokens = self.figures.tokens;
        tokens.unwrap_or(Amount::exact(Tokens::ZERO))
    }

    /// By how much rounding may have changed it.
    fn slack(&self) -> u64 {
        match self.tokens().unit {
            0 | 1 => 0,
            unit => unit,
        }
    }

    /// The tokens that it has beyond those that were written. None where it has less.
    fn added_since(&self, base: &MergeBase) -> Option<u64> {
        let (value, written) = (self.tokens().value.0, base.row.0);
        if value.abs_diff(written) < self.slack() {
            return Some(0);
        }
        value.checked_sub(written)
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        self.figures == other.figures
            && self.base == other.base
            && self.tally.status == other.tally.status
    }
}

impl MonthlyRows {
    pub(super) fn add(&mut self, row: MonthlyRow) {
        let mut hasher = DefaultHasher::new();
        let project = row.project.as_deref().map(fold_name);
        (row.name, project, &row.task).hash(&mut hasher);
        self.has_repeats |= !self.met.insert(hasher.finish());
        self.all.push(row);
    }

    pub(super) fn add_detail(&mut self, entry: &Entry<'_>, name: NameId, cost: &CostSum) {
        if !self.has_repeats && !self.all.is_empty() {
            self.is_incomplete = true;
            return;
        }
        let Some(tokens) = entry.figures.tokens else {
            return;
        };
        let is_in_log = entry.place.file.role() != FileRole::Archive;
        self.details.push(Detail {
            name,
            task: entry.work.task.as_deref().map(fold_name),
            table: (is_in_log, entry.when.date, entry.kind),
            tokens: tokens.value,
            cost: cost.clone(),
            id: entry.id.as_deref().map(str::to_owned),
        });
    }

    /// The rows, where some occur again.
    pub(super) fn again(&mut self) -> impl Iterator<Item = &mut MonthlyRow> {
        self.all.iter_mut().filter(|_| self.has_repeats)
    }
}

impl Ledger {
    /// Counts monthly rows that should be one as what they are together.
    pub(super) fn resolve_merged_rows(&mut self) {
        let mut months = mem::take(&mut self.months);
        for (month, data) in &mut months {
            let rows = mem::take(&mut data.rows);
            if rows.has_repeats {
                let roster = self
                    .roster
                    .of_month(&self.names, *month, data.monthly_names());
                let teams = teams(self, &roster, data, &rows);
                let names = |id| self.names.shown(id).to_owned();
                let resolved = teams.into_iter().map(|(id, team)| team.resolve(names(id)));
                for (merged, tallies) in resolved.collect::<Vec<_>>() {
                    for (key, tally) in tallies {
                        data.tallies.insert(key, tally);
                    }
                    data.merged.extend(merged);
                }
                data.merged
                    .sort_by_key(|merged| merged.places.first().map(Place::order));
            }
        }
        self.months = months;
    }
}

/// The teams with monthly rows that occur again.
fn teams<'r>(
    ledger: &Ledger,
    roster: &MonthRoster<'_>,
    data: &MonthLedger,
    rows: &'r MonthlyRows,
) -> BTreeMap<NameId, Team<'r>> {
    let mut teams: BTreeMap<NameId, Team<'r>> = BTreeMap::new();
    for row in &rows.all {
        let id = ledger.roster.named(row.name);
        let team = teams.entry(id).or_insert_with(|| Team {
            price: ledger.price,
            is_incomplete: rows.is_incomplete,
            ..Team::default()
        });
        team.rows.push(row);
    }
    teams.retain(|_, team| {
        team.group();
        team.groups.iter().any(|group| group.rows.len() > 1)
    });
    for ((name, _, kind), tally) in &data.tallies {
        let team = teams.get_mut(&roster.team_of(*name));
        let is_detail = matches!(kind, EntryKind::Daily | EntryKind::Session);
        if let Some(team) = team.filter(|_| is_detail) {
            team.keyed = team.keyed.saturating_add(tally.keyed);
            team.keyed_cost.add(&tally.keyed_cost);
        }
    }
    for team in teams.values_mut() {
        team.keyed_cost.set_price(ledger.price);
    }
    for detail in &rows.details {
        if let Some(team) = teams.get_mut(&roster.team_of(detail.name)) {
            team.details.push(detail);
        }
    }
    let mut totals: HashMap<usize, Vec<RoundedSum>> = HashMap::new();
    for (summary, total) in &data.totals {
        let tokens = total.figures.tokens.map(RoundedSum::from);
        totals.entry(*summary).or_default().extend(tokens);
    }
    let repeated: Vec<[&MonthlyRow; 2]> = teams.values().flat_map(Team::pairs).collect();
    for team in teams.values_mut() {
        // Rows of an archive come before those of the log.
        team.details.sort_by_key(|detail| detail.table.0);
        for group in &mut team.groups {
            group.find_evidence(&repeated, &totals, &rows.all);
        }
    }
    teams
}

/// The monthly rows of a team, and its details.
#[derive(Default)]
struct Team<'r> {
    rows: Vec<&'r MonthlyRow>,
    groups: Vec<Group<'r>>,
    details: Vec<&'r Detail>,
    /// What details with ids add up to.
    keyed: Tokens,
    keyed_cost: CostSum,
    price: Option<Price>,
    is_incomplete: bool,
}

/// The rows of one task. Only what may be a merge is together: other rows of different summaries are apart.
#[derive(Default)]
struct Group<'r> {
    rows: Vec<&'r MonthlyRow>,
    unchanged: Option<Unchanged>,
    /// It is the same twice since the rows beside it changed.
    is_kept_twice: bool,
    /// The total says that all of the rows count.
    is_stated: bool,
}

/// What the rows of a group are together.
#[derive(Clone)]
struct Joined {
    tokens: Tokens,
    common: Tokens,
    cost: CostSum,
}

impl<'r> Team<'r> {
    fn group(&mut self) {
        let mut groups: BTreeMap<_, Group<'r>> = BTreeMap::new();
        for row in &self.rows {
            let project = row.project.as_deref().map(fold_name);
            let key = (
                project,
                &row.task,
                row.base.is_none().then_some(row.summary),
            );
            groups.entry(key).or_default().rows.push(row);
        }
        // A row that was never recorded goes with the recorded ones of its table.
        let mut all: BTreeMap<_, Group<'r>> = BTreeMap::new();
        for ((project, task, summary), group) in groups {
            let recorded = all.get_mut(&(project.clone(), task, None));
            let recorded = recorded.filter(|recorded: &&mut Group<'_>| {
                recorded.rows.iter().any(|row| Some(row.summary) == summary)
            });
            match recorded {
                Some(recorded) => recorded.rows.extend(group.rows),
                None => {
                    all.insert((project, task, summary), group);
                }
            }
        }
        self.groups = all.into_values().collect();
        for group in &mut self.groups {
            group.rows.sort_by_key(|row| row.place.order());
        }
        self.groups
            .sort_by_key(|group| group.rows.first().map(|row| row.place.order()));
    }

    /// Rows that occur again and differ.
    fn pairs(&self) -> impl Iterator<Item = [&'r MonthlyRow; 2]> {
        let groups = self.groups.iter();
        groups.filter_map(|group| match group.rows.as_slice() {
            [one, two, ..] if !one.says_the_same_as(two) => Some([*one, *two]),
            _ => None,
        })
    }

    fn resolve(mut self, name: String) -> (Vec<MergedRows>, Vec<(TallyKey, Tally)>) {
        let joined = self.joined();
        let tallies = self.tallies(&joined);
        let base = self.base(&joined);
        let groups = mem::take(&mut self.groups).into_iter().zip(joined);
        let merged = groups.filter(|(group, _)| group.rows.len() > 1);
        let merged = merged.map(|(group, joined)| MergedRows {
            team: name.clone(),
            places: group.rows.iter().map(|row| row.place).collect(),
            summaries: group.rows.iter().map(|row| row.summary).collect(),
            resolution: joined.map(|joined| Resolution {
                base: base.clone().map(|base| MergeBase {
                    row: joined.tokens,
                    ..base
                }),
                tokens: joined.tokens,
                common: joined.common,
                cost: joined.cost,
            }),
        });
        (merged.collect(), tallies)
    }

    /// What the rows of each group are together, where that is known.
    fn joined(&self) -> Vec<Option<Joined>> {
        let mut joined: Vec<Option<Joined>> = self.groups.iter().map(Group::if_one).collect();
        let is_open = joined.iter().map(Option::is_none);
        let open: Vec<usize> = is_open
            .enumerate()
            .filter_map(|(at, open)| open.then_some(at))
            .collect();
        if let Some(found) = self.by_bases(&open, &joined) {
            for (at, one) in open.into_iter().zip(found) {
                if let Some(joined) = joined.get_mut(at) {
                    *joined = Some(one);
                }
            }
            return joined;
        }
        let has_keys = self.keyed > Tokens::ZERO;
        for (at, group) in self.groups.iter().enumerate() {
            if let Some(joined) = joined.get_mut(at).filter(|joined| joined.is_none()) {
                let kept_twice = || group.kept_twice().filter(|_| !has_keys);
                *joined = self.by_details(group).or_else(kept_twice);
            }
        }
        joined
    }

    /// By what the rows say that they began with: the base once, and all details with ids.
    fn by_bases(&self, open: &[usize], joined: &[Option<Joined>]) -> Option<Vec<Joined>> {
        let groups: Vec<&Group<'_>> = open.iter().filter_map(|at| self.groups.get(*at)).collect();
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let bases = rows().filter_map(|row| Some((*row, row.base.as_deref()?)));
        let base = bases.clone().next()?.1;
        let others: Tokens = joined.iter().flatten().map(|joined| joined.tokens).sum();
        let is_known = bases
            .clone()
            .all(|(row, of)| of.base == base.base && row.has_last);
        if !is_known || !self.began_with(base, &groups, others) {
            return None;
        }
        // What a person added to one of the rows since it was written.
        let added = bases.map(|(row, of)| row.added_since(of));
        let added: Vec<u64> = added.collect::<Option<Vec<_>>>()?;
        let mut added = added.into_iter().filter(|added| *added > 0);
        let by_hand = Tokens(added.next().unwrap_or_default());
        if added.next().is_some() {
            return None;
        }
        let total = base.base.saturating_add(self.keyed).saturating_add(by_hand);
        let most = groups.iter().map(|group| group.most_tokens().value);
        let most: Tokens = most.sum();
        let slack = Tokens(rows().map(|row| row.slack()).sum());
        let rest = total.saturating_sub(others);
        if rest.saturating_add(slack) < most {
            return None;
        }
        let mut more = rest.saturating_sub(most);
        let found = groups.iter().enumerate().map(|(at, group)| {
            let tokens = group
                .most_tokens()
                .value
                .saturating_add(mem::take(&mut more));
            let cost = |at| {
                (at == 0)
                    .then(|| self.cost_beyond(base, by_hand, &groups, joined))
                    .flatten()
            };
            Joined {
                tokens,
                common: group.least(),
                cost: group.cost(self.price, tokens, || {
                    cost(at).unwrap_or_else(|| group.cost_of(tokens))
                }),
            }
        });
        Some(found.collect())
    }

    /// Whether rows that were never recorded are what the recorded ones began with.
    fn began_with(&self, base: &MergeBase, groups: &[&Group<'_>], others: Tokens) -> bool {
        let before = |group: &&Group<'_>| {
            let mut rows = group.rows.iter().filter(|row| row.base.is_none());
            let first = rows.next()?.tokens().value;
            rows.all(|row| row.tokens().value == first).then_some(first)
        };
        let is_recorded = |group: &&Group<'_>| group.rows.iter().all(|row| row.base.is_some());
        if groups.iter().all(is_recorded) {
            return true;
        }
        let before: Option<Vec<Tokens>> = groups.iter().map(before).collect();
        before.is_some_and(|before| {
            let before: Tokens = before.into_iter().sum();
            before.saturating_add(others) == base.base
        })
    }

    /// The cost of the first of these groups: that of the base and of all details with ids, less that of the other rows.
    fn cost_beyond(
        &self,
        base: &MergeBase,
        by_hand: Tokens,
        groups: &[&Group<'_>],
        joined: &[Option<Joined>],
    ) -> Option<CostSum> {
        let first = groups.first()?.rows.first()?;
        let currency = first.figures.currency;
        let mut cost = match base.cost {
            Some(cost) => {
                let rows = groups.iter().flat_map(|group| &group.rows);
                let estimate = rows.into_iter().any(|row| row.tally.cost.is_estimate());
                CostSum::new(cost.into(), currency, estimate, first.place)
            }
            None if base.base == Tokens::ZERO => CostSum::default(),
            None => return None,
        };
        cost.add(&self.keyed_cost);
        cost.add(&CostSum::unpriced(by_hand));
        let others = groups.iter().skip(1);
        let others = others.filter_map(|group| Some(&group.most()?.tally.cost));
        let joined = joined.iter().flatten().map(|joined| &joined.cost);
        let mut others = others.chain(joined).peekable();
        if others.peek().is_none() {
            return Some(cost);
        }
        cost.less(others)
    }

    /// By the details: what all rows began with, and the details of each.
    fn by_details(&self, group: &Group<'r>) -> Option<Joined> {
        let first = group.rows.first()?;
        let is_of_one_table = group.rows.iter().all(|row| row.summary == first.summary);
        if self.is_incomplete || !is_of_one_table || group.is_stated {
            return None;
        }
        let details = self.details_of(group)?;
        let mut tables: BTreeMap<_, Vec<&Detail>> = BTreeMap::new();
        let mut order = Vec::new();
        for detail in details {
            let table = tables.entry(detail.table).or_insert_with(|| {
                order.push(detail.table);
                Vec::new()
            });
            table.push(detail);
        }
        let tables: Vec<Vec<&Detail>> = order
            .iter()
            .filter_map(|table| tables.remove(table))
            .collect();
        let figures = |table: &Vec<&Detail>| table.iter().map(|detail| detail.tokens.0).collect();
        let figures: Vec<Vec<u64>> = tables.iter().map(figures).collect();
        let all = figures
            .iter()
            .flatten()
            .fold(0_u64, |all, one| all.saturating_add(*one));
        let rows: Vec<(u64, u64)> = group
            .rows
            .iter()
            .map(|row| (row.tokens().value.0, row.slack()))
            .collect();
        let stated = rows
            .iter()
            .fold(0_u64, |all, (one, _)| all.saturating_add(*one));
        let division = if all >= stated {
            // The details hold everything.
            Division {
                tokens: stated,
                common: 0,
                owners: vec![group.rows.len(); tables.concat().len()],
            }
        } else {
            divide(&rows, &figures, group.unchanged.unwrap_or(Unchanged::No))?
        };
        let tokens = Tokens(division.tokens);
        let details = tables.concat();
        Some(Joined {
            tokens,
            common: Tokens(division.common),
            cost: group.cost(self.price, tokens, || group.cost_by(&division, &details)),
        })
    }

    /// The details that belong to a group. None where that is not known: the details of a team with several tasks must all name one
    /// of them, and those of a task with one row agree with it.
    fn details_of(&self, group: &Group<'r>) -> Option<Vec<&'r Detail>> {
        if self.groups.len() == 1 {
            return Some(self.details.clone());
        }
        let mut sums: HashMap<Option<&String>, RoundedSum> = HashMap::new();
        for detail in &self.details {
            let sum = sums.entry(detail.task.as_ref()).or_default();
            *sum = *sum + Amount::exact(detail.tokens).into();
        }
        let task_of = |group: &Group<'r>| group.rows.first().and_then(|row| row.task.as_ref());
        let agrees = |of: &Group<'r>| {
            let sum = sums.get(&task_of(of)).copied().unwrap_or_default();
            of.rows.len() > 1 || sum.agrees_with(of.most_tokens())
        };
        let tasks: HashSet<Option<&String>> = self.groups.iter().map(task_of).collect();
        let is_each = tasks.len() == self.groups.len() && self.groups.iter().all(agrees);
        if !is_each || !sums.keys().all(|task| tasks.contains(task)) {
            return None;
        }
        let own = self.details.iter().copied();
        Some(
            own.filter(|detail| detail.task.as_ref() == task_of(group))
                .collect(),
        )
    }

    /// What one row in place of several is to be written with.
    fn base(&self, joined: &[Option<Joined>]) -> Option<MergeBase> {
        let rows = self.groups.iter().filter(|group| group.rows.len() > 1);
        let ids = rows.flat_map(|group| &group.rows).flat_map(|row| row.ids());
        let ids: BTreeSet<&str> = ids.collect();
        let newest = || {
            self.details
                .iter()
                .rev()
                .find_map(|detail| detail.id.clone())
        };
        let last = match ids.is_empty() {
            true => newest()?,
            false => ids.into_iter().collect::<Vec<_>>().join(","),
        };
        let mut all = CostSum::default();
        let mut tokens = Tokens::ZERO;
        for joined in joined {
            let joined = joined.as_ref()?;
            tokens = tokens.saturating_add(joined.tokens);
            all.add(&joined.cost);
        }
        let base = tokens.saturating_sub(self.keyed);
        let mut known = self.rows.iter().filter_map(|row| row.base.as_deref());
        let computed = || all.less([&self.keyed_cost].into_iter())?.nanos();
        Some(MergeBase {
            base,
            row: tokens,
            cost: match known.find(|known| known.base == base) {
                Some(known) => known.cost,
                None => computed(),
            },
            last,
        })
    }

    /// The monthly tallies of the team.
    fn tallies(&self, joined: &[Option<Joined>]) -> Vec<(TallyKey, Tally)> {
        let mut tallies: BTreeMap<TallyKey, Option<Tally>> = BTreeMap::new();
        for row in &self.rows {
            tallies.entry(row.key()).or_default();
        }
        let mut add = |key, tally: Tally| {
            let sum = tallies.entry(key).or_default();
            match sum {
                Some(sum) => sum.merge(&tally),
                None => *sum = Some(tally),
            }
        };
        for (group, joined) in self.groups.iter().zip(joined) {
            let Some(first) = group.rows.first() else {
                continue;
            };
            match joined {
                Some(joined) => add(first.key(), group.tally(joined)),
                None => group
                    .rows
                    .iter()
                    .for_each(|row| add(row.key(), row.tally.clone())),
            }
        }
        let tallies = tallies.into_iter();
        tallies
            .map(|(key, tally)| (key, tally.unwrap_or_default()))
            .collect()
    }
}

impl MonthlyRow {
    fn key(&self) -> TallyKey {
        (self.name, self.project.clone(), EntryKind::Monthly)
    }
}

impl<'r> Group<'r> {
    /// A row that occurs once, or was kept twice as it was last written.
    fn if_one(&self) -> Option<Joined> {
        let first = self.rows.first()?;
        let is_same = |row: &&MonthlyRow| row.base.is_some() && row.says_the_same_as(first);
        let mut others = self.rows.iter().skip(1).copied();
        others.all(|row| is_same(&row)).then(|| first.joined())
    }

    fn kept_twice(&self) -> Option<Joined> {
        let first = self.rows.first().filter(|_| self.is_kept_twice)?;
        Some(first.joined())
    }

    /// The row that says most; of equals, the first.
    fn most(&self) -> Option<&'r MonthlyRow> {
        let rows = self.rows.iter().rev();
        rows.max_by_key(|row| row.tokens().value).copied()
    }

    fn most_tokens(&self) -> Amount<Tokens> {
        self.most()
            .map_or(Amount::exact(Tokens::ZERO), MonthlyRow::tokens)
    }

    fn least(&self) -> Tokens {
        let rows = self.rows.iter().map(|row| row.tokens().value);
        let least = rows.clone().min().unwrap_or_default();
        // Where they are all the same, each branch changed it.
        if rows.max() == Some(least) {
            Tokens::ZERO
        } else {
            least
        }
    }

    /// Looks for what else shows that its rows are those of branches, or that they are not.
    fn find_evidence(
        &mut self,
        repeated: &[[&MonthlyRow; 2]],
        totals: &HashMap<usize, Vec<RoundedSum>>,
        all: &[MonthlyRow],
    ) {
        let [one, two, ..] = self.rows.as_slice() else {
            return;
        };
        let totals = totals.get(&one.summary).map_or(&[][..], Vec::as_slice);
        let is_own = |other: &MonthlyRow| self.rows.iter().any(|row| row.place == other.place);
        let others = repeated
            .iter()
            .filter(|[first, _]| first.summary == one.summary && !is_own(first));
        self.unchanged = Some(match (others.clone().next(), totals.len() > 1) {
            (Some(_), _) => Unchanged::Yes,
            (None, true) => Unchanged::Perhaps,
            (None, false) => Unchanged::No,
        });
        let lines =
            |rows: [&MonthlyRow; 4]| rows.map(|row| row.place.line).is_sorted_by(|a, b| a < b);
        let is_across = others.clone().any(|[first, second]| {
            lines([first, one, second, two]) || lines([one, first, two, second])
        });
        self.is_kept_twice = self.rows.len() == 2 && is_across && one.says_the_same_as(two);
        let rows = all.iter().filter(|row| row.summary == one.summary);
        let sum: RoundedSum = rows.map(|row| RoundedSum::from(row.tokens())).sum();
        let is_all = |total: &RoundedSum| sum.agrees_with(*total);
        self.is_stated = !totals.is_empty() && totals.iter().all(is_all);
    }

    /// What they cost: the price of the tokens, where each row gives that of its own, else `other`; not less than the row that says most.
    fn cost(
        &self,
        price: Option<Price>,
        tokens: Tokens,
        other: impl FnOnce() -> CostSum,
    ) -> CostSum {
        let most = self.most().map(|row| &row.tally.cost);
        if let Some(most) = most.filter(|_| tokens == self.most_tokens().value) {
            return most.clone();
        }
        let cost = self.price(price, tokens).unwrap_or_else(other);
        let is_less = |most: &&CostSum| cost.nanos() < most.nanos();
        most.filter(is_less).cloned().unwrap_or(cost)
    }

    /// The price of the tokens, where each row gives that of its own.
    fn price(&self, price: Option<Price>, tokens: Tokens) -> Option<CostSum> {
        let price = price?;
        let is_price = |row: &&MonthlyRow| {
            let currency = row.figures.currency.is_none_or(|own| own == price.currency);
            let cost = row.figures.cost;
            currency && cost.is_some_and(|cost| price.is_of(row.tokens().value, cost))
        };
        let first = self.rows.first()?;
        let estimate = self.rows.iter().any(|row| row.tally.cost.is_estimate());
        let cost = || {
            CostSum::new(
                price.cost(tokens).nanos,
                first.figures.currency,
                estimate,
                first.place,
            )
        };
        self.rows.iter().all(|row| is_price(&row)).then(cost)
    }

    /// The most that a row cost; the tokens beyond its own have no cost.
    fn cost_of(&self, tokens: Tokens) -> CostSum {
        let mut cost = self
            .most()
            .map_or_else(CostSum::default, |most| most.tally.cost.clone());
        let more = tokens.saturating_sub(self.most_tokens().value);
        cost.add(&CostSum::unpriced(more));
        cost
    }

    /// What the dearest row cost, and the details of the others.
    fn cost_by(&self, division: &Division, details: &[&Detail]) -> CostSum {
        let rows = self.rows.iter().enumerate().rev();
        let most = rows.max_by_key(|(_, row)| row.figures.cost.map(|cost| cost.value));
        let Some((at, row)) = most else {
            return CostSum::default();
        };
        let mut cost = row.tally.cost.clone();
        let others = division.owners.iter().zip(details);
        for (_, detail) in others.filter(|(owner, _)| **owner != 0 && **owner != at + 1) {
            cost.add(&detail.cost);
        }
        cost
    }

    fn tally(&self, joined: &Joined) -> Tally {
        let mut tally = self
            .most()
            .map_or_else(Tally::default, |most| most.tally.clone());
        tally.sum.tokens = joined.tokens;
        tally.sum.estimate |= self.rows.iter().any(|row| row.tokens().estimate);
        tally.has_tokens = true;
        tally.cost = joined.cost.clone();
        if let Some(first) = self.rows.first() {
            tally.first = first.place;
        }
        let changed = self
            .rows
            .iter()
            .filter(|row| row.tokens().value > joined.common);
        let statuses = changed.filter_map(|row| row.tally.status.clone());
        tally.status = statuses.reduce(Status::combined).or(tally.status);
        let counts = self.rows.iter().filter_map(|row| row.tally.deliverables);
        tally.deliverables = counts.max();
        tally
    }
}

impl MonthlyRow {
    fn joined(&self) -> Joined {
        Joined {
            tokens: self.tokens().value,
            common: Tokens::ZERO,
            cost: self.tally.cost.clone(),
        }
    }
}
