//! Tables that show the same spending twice: a summary of days, weeks or months, and the details of these. The details count, and what
//! the summary has beyond them. Other tables of the same days add up, and are named.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    spending::{DayRange, TableSpending},
    sums::Sums,
};

/// What a summary says of some days, beside details that say it, too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered {
    pub(super) summary: Sums,
    pub(super) details: Sums,
}

impl Covered {
    pub(super) fn agrees(&self) -> bool {
        self.summary.agrees_with(&self.details)
    }
}

/// A table that is a summary of others.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// The numbers of the tables that have the details.
    pub(super) of: Vec<usize>,
    /// The days that these have, too. None where the summary has no dates.
    pub(super) covered: BTreeMap<DayRange, Covered>,
}

/// What else of a table matters for whether it shows what others show.
#[derive(Clone, Copy, Debug)]
pub(super) struct TableForm {
    /// Tables with the same headers have the same one.
    pub(super) group: usize,
    /// Which names its rows have: of teams, of tasks and of models, one bit each.
    pub(super) names: u8,
    /// Its days are those of a heading.
    pub(super) is_below_date: bool,
}

/// What the tables of a log show together.
#[derive(Debug, Default)]
pub(super) struct Views {
    /// By the numbers of the tables.
    pub(super) summaries: BTreeMap<usize, Summary>,
    /// The tables that count although others count for the same days.
    pub(super) added_up: BTreeSet<usize>,
    /// Some tables were not compared: there are too many.
    pub(super) is_cut: bool,
}

/// The most sets of tables of one kind that a table is compared with.
const MOST_SETS: usize = 16;

/// How often each range of days may be looked at, and how often any may. With this, the time taken follows the size of a log. A table is
/// compared with at most three sets, each range is in; so this is enough for thirty tables that have all days of a log.
const STEPS_PER_RANGE: usize = 100;
const LEAST_STEPS: usize = 100_000;

/// Finds the tables that show what others show.
pub(super) fn views(tables: &[TableSpending], forms: &[TableForm]) -> Views {
    let mut search = Search::new(tables, forms);
    for at in search.candidates() {
        if let Some(summary) = search.summary(at) {
            search.found.insert(at, summary);
        }
    }
    search.recaps();
    let added_up = search.added_up();
    Views {
        summaries: search.found,
        added_up,
        is_cut: search.is_cut,
    }
}

struct Search<'t> {
    tables: &'t [TableSpending],
    forms: &'t [TableForm],
    /// The tables with ranges that begin on each day.
    by_day: BTreeMap<NaiveDate, Vec<usize>>,
    found: BTreeMap<usize, Summary>,
    steps: usize,
    is_cut: bool,
}

impl<'t> Search<'t> {
    fn new(tables: &'t [TableSpending], forms: &'t [TableForm]) -> Self {
        let mut by_day: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
        for (at, table) in tables.iter().enumerate() {
            for (from, _) in table.ranges.keys() {
                let beginning = by_day.entry(*from).or_default();
                if beginning.last() != Some(&at) {
                    beginning.push(at);
                }
            }
        }
        let ranges: usize = tables.iter().map(|table| table.ranges.len()).sum();
        Self {
            tables,
            forms,
            by_day,
            found: BTreeMap::new(),
            steps: LEAST_STEPS.saturating_add(ranges.saturating_mul(STEPS_PER_RANGE)),
            is_cut: tables.iter().any(|table| table.is_cut),
        }
    }

    /// Whether this number of further ranges may be compared.
    fn spend(&mut self, steps: usize) -> bool {
        self.is_cut |= self.steps < steps;
        self.steps = self.steps.saturating_sub(steps);
        self.steps > 0
    }

    /// The tables that may be summaries. A summary says less of each row than its details, and has more days than one.
    fn candidates(&self) -> Vec<usize> {
        let tables = self.tables.iter().zip(self.forms).enumerate();
        let candidates = tables.filter(|(_, (table, _))| may_be_summary(table));
        let mut candidates: Vec<_> = candidates
            .map(|(at, (table, form))| {
                let days = table.ranges.len();
                let is_short = days == 1 && !table.ranges.keys().copied().any(is_span);
                ((is_short, form.names, std::cmp::Reverse(days)), at)
            })
            .collect();
        candidates.sort_unstable();
        candidates.into_iter().map(|(_, at)| at).collect()
    }

    fn summary(&mut self, at: usize) -> Option<Summary> {
        let summary = self.tables.get(at)?;
        let others = self.others(at, summary)?;
        for of in self.sets(others) {
            let relation = self.relation(at, &of);
            if relation.is_section {
                continue;
            }
            let merged;
            let details = if let [one] = of.as_slice() {
                self.tables.get(*one)?
            } else {
                merged = self.merged(&of)?;
                &merged
            };
            let (covered, steps) = compare(summary, details, relation, self.steps);
            if !self.spend(steps) {
                return None;
            }
            if let Some(covered) = covered {
                return Some(Summary { of, covered });
            }
        }
        None
    }

    fn merged(&mut self, of: &[usize]) -> Option<TableSpending> {
        let all = self.tables;
        let tables = || of.iter().filter_map(|at| all.get(*at));
        let ranges = tables().map(|table| table.ranges.len()).sum();
        self.spend(ranges).then(|| TableSpending::merged(tables()))
    }

    /// The other tables that have days of a table, and are no summaries.
    fn others(&mut self, at: usize, table: &TableSpending) -> Option<Vec<usize>> {
        let mut others = BTreeSet::new();
        let mut seen = 0;
        for (from, to) in table.ranges.keys() {
            for tables in self.by_day.range(from..=to).map(|(_, tables)| tables) {
                seen += 1 + tables.len();
                others.extend(tables);
                if seen > self.steps {
                    self.spend(seen);
                    return None;
                }
            }
        }
        others.remove(&at);
        others.retain(|other| !self.found.contains_key(other));
        (self.spend(seen) && !others.is_empty()).then(|| others.into_iter().collect())
    }

    /// The sets of tables that may be the details together: all, those with the same headers, and single ones.
    fn sets(&self, others: Vec<usize>) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in &others {
            let group = self.forms.get(*at).map_or(0, |form| form.group);
            groups.entry(group).or_default().push(*at);
        }
        let all = others.len();
        let single = others.iter().take(MOST_SETS).map(|at| vec![*at]);
        let single: Vec<_> = single.filter(|_| all > 1).collect();
        let several = groups.into_values();
        let several = several.filter(|set| (2..all).contains(&set.len()));
        let smaller: Vec<_> = several.take(MOST_SETS).chain(single).collect();
        [others].into_iter().chain(smaller).collect()
    }

    fn relation(&self, at: usize, of: &[usize]) -> Relation {
        let Some(own) = self.forms.get(at) else {
            return Relation::default();
        };
        let forms = || of.iter().filter_map(|at| self.forms.get(*at));
        let is_alike = |form: &TableForm| form.group == own.group;
        Relation {
            is_alike: forms().any(is_alike),
            is_section: own.is_below_date
                && forms().any(|form| is_alike(form) && form.is_below_date),
            names_more: forms().all(|form| own.names & !form.names == 0 && form.names != own.names),
        }
    }

    /// Finds the tables without dates that are the sum of tables with dates, or of all others without.
    fn recaps(&mut self) {
        let undated = |table: &TableSpending| table.undated_sums.rows > 0;
        let is_open = |at: &usize| !self.found.contains_key(at);
        let dated: Vec<usize> = (0..self.tables.len())
            .filter(is_open)
            .filter(|at| {
                self.tables
                    .get(*at)
                    .is_some_and(|table| table.dated.rows > 0)
            })
            .collect();
        let sets = self.sets(dated);
        let sums: Vec<Sums> = sets.iter().map(|set| self.dated_sums(set)).collect();
        for (at, table) in self.tables.iter().enumerate() {
            let own = &table.undated_sums;
            if !undated(table) || !table.ranges.is_empty() {
                continue;
            }
            let mut sums = sums.iter().zip(&sets);
            let is_sum = |all: &Sums| all.rows > 1 && all.rows >= own.rows && own.agrees_with(all);
            if let Some((_, of)) = sums.find(|(all, _)| is_sum(all)) {
                self.found.insert(at, Summary::without_dates(of.clone()));
            }
        }
        let tables = self.tables.iter().enumerate();
        let others: Vec<(usize, &TableSpending)> = tables
            .filter(|(at, table)| undated(table) && !self.found.contains_key(at))
            .collect();
        let mut all = Sums::default();
        for (_, table) in &others {
            all.add(&table.undated_sums);
        }
        let is_recap = |(_, table): &&(usize, &TableSpending)| {
            let own = &table.undated_sums;
            let rest = all.without(own);
            table.ranges.is_empty() && rest.rows > own.rows && own.agrees_with(&rest)
        };
        let recaps = others.iter().filter(is_recap);
        if let Some((at, _)) = recaps.min_by_key(|(_, table)| table.rows) {
            let of = others.iter().map(|(other, _)| *other);
            let of = of.filter(|other| other != at).collect();
            self.found.insert(*at, Summary::without_dates(of));
        }
    }

    fn dated_sums(&self, of: &[usize]) -> Sums {
        let mut sums = Sums::default();
        for table in of.iter().filter_map(|at| self.tables.get(*at)) {
            sums.add(&table.dated);
        }
        sums
    }

    /// The tables that count for days that others count for, too. Tables of the same headers below dated headings are parts of one.
    fn added_up(&self) -> BTreeSet<usize> {
        let mut ranges = Vec::new();
        let tables = self.tables.iter().zip(self.forms).enumerate();
        for (at, (table, form)) in tables.filter(|(at, _)| !self.found.contains_key(at)) {
            let part = (
                form.is_below_date,
                if form.is_below_date { form.group } else { at },
            );
            ranges.extend(table.ranges.keys().map(|(from, to)| Open {
                from: *from,
                to: *to,
                part,
                at,
            }));
        }
        ranges.sort_unstable_by_key(|open| open.from);
        let mut added_up = BTreeSet::new();
        // Those of two parts that end last.
        let mut open: [Option<Open>; 2] = [None, None];
        for next in ranges {
            let is_other = |of: &&Open| of.part != next.part && of.to >= next.from;
            for other in open.iter().flatten().filter(is_other) {
                added_up.extend([other.at, next.at]);
            }
            open = match open {
                [Some(first), second] if first.part == next.part => {
                    [Some(if next.to > first.to { next } else { first }), second]
                }
                [first, second] if first.is_none_or(|first| next.to > first.to) => {
                    let second = second.filter(|second| second.part != next.part);
                    [Some(next), first.or(second)]
                }
                [first, second] if second.is_none_or(|second| next.to > second.to) => {
                    [first, Some(next)]
                }
                open => open,
            };
        }
        added_up
    }
}

/// Some days of a table.
#[derive(Clone, Copy)]
struct Open {
    from: NaiveDate,
    to: NaiveDate,
    /// The same for tables that are parts of one.
    part: (bool, usize),
    at: usize,
}

impl Summary {
    fn without_dates(of: Vec<usize>) -> Self {
        Self {
            of,
            covered: BTreeMap::new(),
        }
    }
}

/// How a table differs from those that may be its details.
#[derive(Clone, Copy, Debug, Default)]
struct Relation {
    /// One of them has the same headers.
    is_alike: bool,
    /// Both are tables of one form, each below a heading with its date.
    is_section: bool,
    /// All of them name more than it does: teams, tasks or models.
    names_more: bool,
}

fn is_span((from, to): DayRange) -> bool {
    from < to
}

/// Whether a table has one row for each day, or rows of longer spans.
fn may_be_summary(table: &TableSpending) -> bool {
    let mut ranges = table.ranges.iter();
    let is_single = ranges.all(|(range, sums)| is_span(*range) || sums.rows == 1);
    !table.is_cut && is_single && !table.ranges.is_empty()
}

/// What agrees of a summary and its details.
#[derive(Clone, Copy, Debug, Default)]
struct Agreement {
    agreeing: u64,
    differing: u64,
    /// Of those that agree: details have more rows; the same of spans of several days; and details have other days than such a span.
    finer: u64,
    finer_spans: u64,
    split_spans: u64,
}

impl Agreement {
    fn add(&mut self, range: DayRange, both: &Covered, details: &TableSpending, is_alike: bool) {
        let (sums, of_details) = (&both.summary, &both.details);
        if !sums.is_positive() && !of_details.is_positive() {
            return;
        }
        let stated = details.stated.get(&range.0).filter(|_| !is_span(range));
        let agrees = both.agrees() || stated.is_some_and(|stated| sums.agrees_with(stated));
        // A week in which only one day has a row is the sum of that.
        let is_split = is_span(range) && !details.ranges.contains_key(&range);
        let has_more_rows = of_details.rows > sums.rows;
        let is_other = sums.is_of_others(of_details) || is_alike && sums.names_others(of_details);
        if agrees && !is_other && (!is_span(range) || is_split || has_more_rows) {
            self.agreeing += 1;
            self.finer += u64::from(has_more_rows);
            self.finer_spans += u64::from(has_more_rows && is_span(range));
            self.split_spans += u64::from(is_split);
        } else {
            self.differing += 1;
        }
    }

    /// At least 60% agree, and the details say more: they have more rows on some day, or names on several. Of tables with the same
    /// headers, equal figures of a single day may be chance.
    const fn is_proven(&self, relation: Relation) -> bool {
        let says_more = if relation.is_alike {
            self.finer_spans > 0 || self.agreeing > 1 && (self.finer > 0 || self.split_spans > 0)
        } else {
            self.finer > 0 || self.agreeing > 1 && (relation.names_more || self.split_spans > 0)
        };
        says_more && self.agreeing * 10 >= (self.agreeing + self.differing) * 6
    }
}

/// The days that a summary and details have both, if they are two views of one spending; and how many ranges of days were looked at.
fn compare(
    summary: &TableSpending,
    details: &TableSpending,
    relation: Relation,
    most_steps: usize,
) -> (Option<BTreeMap<DayRange, Covered>>, usize) {
    let mut covered = BTreeMap::new();
    let mut agreement = Agreement::default();
    let mut steps = 0;
    for (range, sums) in &summary.ranges {
        let (within, seen) = details.within(*range, most_steps - steps.min(most_steps));
        steps += seen;
        if steps > most_steps {
            return (None, steps);
        }
        let Some(within) = within else { continue };
        let both = Covered {
            summary: *sums,
            details: within,
        };
        covered.insert(*range, both);
        agreement.add(*range, &both, details, relation.is_alike);
    }
    (agreement.is_proven(relation).then_some(covered), steps)
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};

    use super::{TableForm, views};
    use crate::{
        log::foreign::{spending::TableSpending, sums::Sums},
        model::{Amount, Tokens},
    };

    /// A table of ranges that begin on days one after the other; each has as many days, and says a token.
    fn table(ranges: u64, days: u64) -> TableSpending {
        let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
        let one = Sums::of(Some(Amount::exact(Tokens(1))), None);
        let range = |at| {
            let from = first + Days::new(at);
            ((from, from + Days::new(days - 1)), one)
        };
        TableSpending {
            rows: ranges,
            ranges: (0..ranges).map(range).collect(),
            ..TableSpending::default()
        }
    }

    fn forms(tables: &[TableSpending]) -> Vec<TableForm> {
        let form = |group| TableForm {
            group,
            names: 0,
            is_below_date: false,
        };
        (0..tables.len()).map(form).collect()
    }

    #[test]
    fn no_more_is_compared_than_the_size_of_a_log_allows() {
        let tables: Vec<TableSpending> = (0..8).map(|at| table(3_000, 300 + at)).collect();
        let found = views(&tables, &forms(&tables));
        assert!(found.is_cut && found.summaries.is_empty());
        assert_eq!(found.added_up.len(), 8);
    }

    #[test]
    fn thirty_tables_of_all_days_are_compared() {
        let tables: Vec<TableSpending> = (0..30).map(|_| table(700, 1)).collect();
        let found = views(&tables, &forms(&tables));
        assert!(!found.is_cut && found.summaries.is_empty());
        assert_eq!(found.added_up.len(), 30);
    }

    #[test]
    fn a_thousand_tables_of_a_day_are_compared_with_a_summary_of_all() {
        let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
        let mut tables: Vec<TableSpending> = (0..1_000)
            .map(|at| {
                let mut day = table(1, 1);
                let (_, mut sums) = day.ranges.pop_first().unwrap();
                sums.add(&sums.clone());
                let date = first + Days::new(at);
                day.ranges.insert((date, date), sums);
                day
            })
            .collect();
        let two = Sums::of(Some(Amount::exact(Tokens(2))), None);
        let mut summary = table(1_000, 1);
        summary.ranges.values_mut().for_each(|sums| *sums = two);
        tables.push(summary);
        let mut forms = forms(&tables);
        for form in &mut forms[..1_000] {
            (form.group, form.is_below_date) = (0, true);
        }
        let found = views(&tables, &forms);
        assert!(!found.is_cut && found.added_up.is_empty());
        assert_eq!(found.summaries.keys().collect::<Vec<_>>(), [&1_000]);
    }
}
