//! The monthly rows of one team that occur again: what the rows of each task are together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    mem,
};

use super::{
    Detail, MergedRows, MonthlyRow, MonthlyRows, Resolution,
    division::{Division, Unchanged, divide},
    group::{Evidence, Group, Joined},
};
use crate::{
    analysis::{
        cost::CostSum,
        ledger::{Ledger, MonthLedger, TallyKey},
        names::{MonthRoster, NameId},
        team_usage::Tally,
    },
    model::{Amount, EntryKind, MergeBase, Price, RoundedSum, Tokens, fold_name, newest_ids},
};

/// The monthly rows of a team, and its details.
#[derive(Default)]
pub(super) struct Team<'r> {
    rows: Vec<&'r MonthlyRow>,
    groups: Vec<Group<'r>>,
    details: Vec<&'r Detail>,
    /// What details with ids add up to.
    keyed: Tokens,
    keyed_cost: CostSum,
    /// What those without add up to.
    unkeyed: Tokens,
    price: Option<Price>,
    is_incomplete: bool,
}

/// The teams with monthly rows that occur again.
pub(super) fn find<'r>(
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
            let unkeyed = tally.sum.tokens.saturating_sub(tally.keyed);
            team.unkeyed = team.unkeyed.saturating_add(unkeyed);
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
    // Rows of an archive come before those of the log.
    for team in teams.values_mut() {
        team.details.sort_by_key(|detail| detail.table.0);
    }
    let changed: Vec<Vec<&MonthlyRow>> = teams.values().flat_map(Team::changed).collect();
    let evidence = evidence(&teams, &changed, data, rows);
    for group in teams.values_mut().flat_map(|team| &mut team.groups) {
        group.find_evidence(&evidence);
    }
    teams
}

/// What each summary says besides, by the line of its heading.
fn evidence<'c>(
    teams: &BTreeMap<NameId, Team<'_>>,
    changed: &'c [Vec<&'c MonthlyRow>],
    data: &MonthLedger,
    rows: &MonthlyRows,
) -> HashMap<usize, Evidence<'c>> {
    let mut evidence: HashMap<usize, Evidence<'_>> = HashMap::new();
    for rows in changed {
        if let Some(first) = rows.first() {
            let of_summary = evidence.entry(first.summary).or_default();
            of_summary.changed.push(rows);
        }
    }
    for group in teams.values().flat_map(|team| &team.groups) {
        if let Some((first, lines)) = group.rows.first().zip(group.recorded_lines()) {
            let of_summary = evidence.entry(first.summary).or_default();
            of_summary.recorded.push(lines);
        }
    }
    for (summary, total) in &data.totals {
        let tokens = total.figures.tokens.map(RoundedSum::from);
        let of_summary = evidence.entry(*summary).or_default();
        of_summary.totals.extend(tokens);
    }
    for row in &rows.all {
        let of_summary = evidence.entry(row.summary).or_default();
        of_summary.sum = of_summary.sum + row.tokens().into();
    }
    evidence.values_mut().for_each(Evidence::sort);
    evidence
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

    /// The rows of each task whose rows differ.
    fn changed(&self) -> impl Iterator<Item = Vec<&'r MonthlyRow>> {
        let groups = self.groups.iter();
        let changed = groups.filter(|group| match group.rows.as_slice() {
            [first, others @ ..] => others.iter().any(|row| !row.says_the_same_as(first)),
            [] => false,
        });
        changed.map(|group| group.rows.clone())
    }

    pub(super) fn resolve(mut self, name: &str) -> (Vec<MergedRows>, Vec<(TallyKey, Tally)>) {
        let joined = self.joined();
        let tallies = self.tallies(&joined);
        let base = self.base(&joined);
        let groups = mem::take(&mut self.groups).into_iter().zip(joined);
        let merged = groups.filter(|(group, _)| group.rows.len() > 1);
        let merged = merged.map(|(group, joined)| MergedRows {
            team: name.to_owned(),
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
                let unrecorded = group.kept_unrecorded();
                *joined = unrecorded
                    .or_else(|| self.by_details(group))
                    .or_else(kept_twice);
            }
        }
        joined
    }

    /// By what the rows say that they began with: the base once, and all details with ids.
    fn by_bases(&self, open: &[usize], joined: &[Option<Joined>]) -> Option<Vec<Joined>> {
        let groups: Vec<&Group<'_>> = open.iter().filter_map(|at| self.groups.get(*at)).collect();
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let bases = rows().filter_map(|row| Some((*row, row.base.as_deref()?)));
        let base = bases.clone().map(|(_, base)| base);
        let base = base.rev().max_by_key(|base| base.base)?;
        let others: Tokens = joined.iter().flatten().map(|joined| joined.tokens).sum();
        // A row of less than the details with ids says nothing of what there is besides. One branch may have brought its row up to
        // the details without ids, while others did not.
        let is_base = |of: &MergeBase| {
            of.base == base.base
                || of.base.0 == 0 && of.row < self.keyed
                || base.base == self.unkeyed
        };
        let is_known = bases.clone().all(|(row, of)| is_base(of) && row.has_last);
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

    /// Whether rows that were never recorded are what the recorded ones began with: the base, and the first details with ids, or less
    /// than what they were brought up to.
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
        let Some(before) = before else { return false };
        let before: Tokens = before.into_iter().sum();
        let before = before.saturating_add(others).0;
        let rows = groups.iter().flat_map(|group| &group.rows);
        let unrecorded = rows.filter(|row| row.base.is_none());
        let slack: u64 = unrecorded.map(|row| row.slack()).max().unwrap_or_default();
        let is_before = |held: u64| held == before || held.abs_diff(before) < slack;
        // The base is that of all rows that were there. With that of the details without ids, they held nothing else: a row of less
        // is one of them before it was brought up to the details.
        let all = base.base.saturating_add(self.keyed).0;
        if base.base == self.unkeyed && base.base > Tokens::ZERO && before <= all {
            return true;
        }
        let mut held = base.base.0;
        let keyed = self.details.iter().filter(|detail| detail.id.is_some());
        is_before(held)
            || !self.is_incomplete
                && keyed.into_iter().any(|detail| {
                    held = held.saturating_add(detail.tokens.0);
                    is_before(held)
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
        let last = if ids.is_empty() {
            newest()?
        } else {
            newest_ids(ids).join(",")
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
