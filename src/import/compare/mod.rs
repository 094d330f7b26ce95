//! Compares the usage in the log with that in transcripts, by team and day, or by month if the log has no days. Pure: `commands` reads both
//! sides, `render` words the result.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::ImportSource;
use crate::model::{Month, Percent, Tokens, fold_name};

/// A row or usage line of the log with a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRow {
    pub team: String,
    pub day: NaiveDate,
    pub tokens: Tokens,
    /// The units of import that it is made of; none for a row by hand.
    pub units: Vec<String>,
}

/// All that a team used in a month, according to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedMonth {
    pub month: Month,
    pub team: String,
    pub used: Tokens,
}

/// Usage according to the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggedUsage {
    pub rows: Vec<LoggedRow>,
    /// Each month has each team once.
    pub months: Vec<LoggedMonth>,
}

/// A unit of import according to transcripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscribedUnit {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// Only the classes that count.
    pub tokens: Tokens,
}

/// The days that are compared, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparedDays {
    /// The first day for which transcripts were looked for.
    pub since: NaiveDate,
    /// The first day that is compared, which can be later: harnesses delete their transcripts after a while.
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// The log has no later days.
    pub today: NaiveDate,
}

impl ComparedDays {
    fn contain(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Whether transcripts of all of a month were looked for.
    fn cover(&self, month: Month) -> bool {
        self.since <= month.first_day() && self.last >= month.last_day().min(self.today)
    }
}

/// The day or the month of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComparedPeriod {
    Day(NaiveDate),
    Month(Month),
}

/// What a team used on a day or in a month, according to both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedUsage {
    pub period: ComparedPeriod,
    pub team: String,
    pub log: Tokens,
    pub transcripts: Tokens,
}

impl ComparedUsage {
    /// By how much they differ, whichever is larger.
    pub const fn gap(&self) -> Tokens {
        Tokens(self.log.0.abs_diff(self.transcripts.0))
    }

    /// Whether the log has less than transcripts.
    pub fn is_short(&self) -> bool {
        self.log < self.transcripts
    }
}

/// Usage that the log seems to have on another day than transcripts: a team is short on one day by what it has too much on the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MisdatedUsage {
    pub team: String,
    pub tokens: Tokens,
    pub logged_on: NaiveDate,
    pub used_on: NaiveDate,
}

/// How the log and transcripts compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// By period, then by team. Those that agree are among them.
    pub compared: Vec<ComparedUsage>,
    pub misdated: Vec<MisdatedUsage>,
    /// Teams of the log without transcripts, with what they used in these days. They are no differences: their usage may be recorded only
    /// by hand, or be of another source.
    pub only_in_log: Vec<(String, Tokens)>,
    /// Months of teams with tokens that have no day, if transcripts were looked for in only a part of the month.
    pub not_compared: Vec<LoggedMonth>,
    /// What was imported from other sources in these days, which the transcripts of this source cannot contain.
    pub other_sources: Tokens,
}

impl Comparison {
    /// The sums of what is compared: of the log, and of the transcripts.
    pub fn totals(&self) -> (Tokens, Tokens) {
        let log = self.compared.iter().map(|of| of.log).sum();
        let transcripts = self.compared.iter().map(|of| of.transcripts).sum();
        (log, transcripts)
    }

    /// The sum of all gaps. A surplus does not make up for a gap of another team or day.
    pub fn differing(&self) -> Tokens {
        self.compared.iter().map(ComparedUsage::gap).sum()
    }

    /// What differs as a share of the tokens in transcripts.
    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.differing().0, self.totals().1.0)
    }

    /// Whether more than this share differs.
    pub fn exceeds(&self, share: Percent) -> bool {
        let whole = u128::from(self.totals().1.0);
        let most = u128::from(share.tenths).saturating_mul(whole);
        u128::from(self.differing().0) * 1_000 > most
    }

    /// The differences, the largest first.
    pub fn differences(&self) -> Vec<&ComparedUsage> {
        let all = self.compared.iter();
        let mut differences: Vec<&ComparedUsage> = all.filter(|of| of.gap().0 > 0).collect();
        differences.sort_by_key(|of| std::cmp::Reverse(of.gap()));
        differences
    }
}

/// A team by its folded name.
type TeamKey = String;

/// Compares the log with the units that transcripts have in these days.
///
/// A unit that is in the log counts for the team that it has there, so that a new rule for teams changes nothing. A team whose monthly row
/// has tokens without a day is compared by month, as they may be of any day.
pub fn compare(
    source: ImportSource,
    log: &LoggedUsage,
    units: &[TranscribedUnit],
    days: ComparedDays,
) -> Comparison {
    let (own, others): (Vec<&LoggedRow>, Vec<&LoggedRow>) =
        log.rows.iter().partition(|row| is_of(source, row));
    let teams_of_units = teams_of_units(&own);
    let mut sides = Sides::default();
    for row in &log.rows {
        sides.name(&row.team);
    }
    let units = units.iter().map(|unit| {
        let team = teams_of_units.get(unit.id.as_str());
        (team.copied().unwrap_or(&unit.team), unit)
    });
    let units: Vec<(&str, &TranscribedUnit)> = units.collect();
    let known: BTreeSet<TeamKey> = units.iter().map(|(team, _)| fold_name(team)).collect();
    let mut comparison = Comparison {
        other_sources: others
            .iter()
            .filter(|row| days.contain(row.day))
            .map(|row| row.tokens)
            .sum(),
        ..Comparison::default()
    };
    let undated = undated_months(log, &own, &others);
    let periods = Periods::new(days, &undated);
    for of in undated {
        if days.cover(of.month) {
            sides.log(ComparedPeriod::Month(of.month), &of.team, of.used);
        } else if known.contains(&fold_name(&of.team)) {
            comparison.not_compared.push(of);
        }
    }
    for row in own {
        if let Some(day @ ComparedPeriod::Day(_)) = periods.of(&row.team, row.day) {
            sides.log(day, &row.team, row.tokens);
        }
    }
    for (team, unit) in units {
        if let Some(period) = periods.of(team, unit.day) {
            sides.transcripts(period, team, unit.tokens);
        }
    }
    sides.into_comparison(&known, &mut comparison);
    comparison.misdated = misdated(&comparison.compared);
    comparison
}

/// Which usage is compared by day, and which by month.
struct Periods {
    days: ComparedDays,
    /// The months of teams with tokens that have no day.
    undated: BTreeSet<(TeamKey, Month)>,
}

impl Periods {
    fn new(days: ComparedDays, undated: &[LoggedMonth]) -> Self {
        let undated = undated.iter().map(|of| (fold_name(&of.team), of.month));
        Self {
            days,
            undated: undated.collect(),
        }
    }

    /// The period in which the usage of a team on a day is compared. None if it is not compared.
    fn of(&self, team: &str, day: NaiveDate) -> Option<ComparedPeriod> {
        let month = Month::of(day);
        let is_by_month = self.undated.contains(&(fold_name(team), month));
        match (is_by_month, self.days.cover(month)) {
            (true, true) => Some(ComparedPeriod::Month(month)),
            (true, false) => None,
            (false, _) => self.days.contain(day).then_some(ComparedPeriod::Day(day)),
        }
    }
}

/// Whether the transcripts of a source can contain the usage of a row: it was imported from the source, or written by hand.
fn is_of(source: ImportSource, row: &LoggedRow) -> bool {
    let is_own = |unit: &String| {
        let rest = unit.strip_prefix(source.prefix());
        rest.is_some_and(|rest| rest.starts_with('-'))
    };
    row.units.is_empty() || row.units.iter().any(is_own)
}

/// The team of each unit, according to the log.
fn teams_of_units<'l>(rows: &[&'l LoggedRow]) -> HashMap<&'l str, &'l str> {
    let all = rows.iter().flat_map(|row| {
        let units = row.units.iter();
        units.map(|unit| (unit.as_str(), row.team.as_str()))
    });
    all.collect()
}

/// The months of teams with more tokens without a day than rounding can explain, without those of other sources.
fn undated_months(
    log: &LoggedUsage,
    own: &[&LoggedRow],
    others: &[&LoggedRow],
) -> Vec<LoggedMonth> {
    let sums = |rows: &[&LoggedRow]| {
        let mut sums: BTreeMap<(TeamKey, Month), Tokens> = BTreeMap::new();
        for row in rows {
            let sum = sums.entry((fold_name(&row.team), Month::of(row.day)));
            let sum = sum.or_default();
            *sum = sum.saturating_add(row.tokens);
        }
        sums
    };
    let (own, others) = (sums(own), sums(others));
    let months = log.months.iter().filter_map(|of| {
        let key = (fold_name(&of.team), of.month);
        let sum = |sums: &BTreeMap<_, Tokens>| sums.get(&key).copied().unwrap_or_default();
        let used = of.used.saturating_sub(sum(&others));
        let undated = used.saturating_sub(sum(&own));
        // A figure like `45.2K` is exact to half of its last digit.
        (undated.0 > used.0 / 100).then(|| LoggedMonth { used, ..of.clone() })
    });
    months.collect()
}

/// The sums of both sides, by period and team.
#[derive(Default)]
struct Sides {
    names: HashMap<TeamKey, String>,
    sums: BTreeMap<(ComparedPeriod, TeamKey), [Tokens; 2]>,
}

impl Sides {
    /// Keeps the first spelling of a team, and gives its key.
    fn name(&mut self, team: &str) -> TeamKey {
        let key = fold_name(team);
        if !self.names.contains_key(&key) {
            self.names.insert(key.clone(), team.to_owned());
        }
        key
    }

    fn add(&mut self, period: ComparedPeriod, team: &str, tokens: [Tokens; 2]) {
        let key = self.name(team);
        let sums = self.sums.entry((period, key)).or_default();
        for (sum, more) in sums.iter_mut().zip(tokens) {
            *sum = sum.saturating_add(more);
        }
    }

    fn log(&mut self, period: ComparedPeriod, team: &str, tokens: Tokens) {
        self.add(period, team, [tokens, Tokens::ZERO]);
    }

    fn transcripts(&mut self, period: ComparedPeriod, team: &str, tokens: Tokens) {
        self.add(period, team, [Tokens::ZERO, tokens]);
    }

    /// Compares the teams in `known`, those with transcripts. The others are only in the log.
    fn into_comparison(self, known: &BTreeSet<TeamKey>, comparison: &mut Comparison) {
        let mut only: BTreeMap<String, Tokens> = BTreeMap::new();
        for ((period, key), [log, transcripts]) in self.sums {
            let name = self.names.get(&key).cloned().unwrap_or_default();
            if known.contains(&key) {
                comparison.compared.push(ComparedUsage {
                    period,
                    team: name,
                    log,
                    transcripts,
                });
            } else {
                let sum = only.entry(name).or_default();
                *sum = sum.saturating_add(log);
            }
        }
        let only = only.into_iter().filter(|(_, log)| *log > Tokens::ZERO);
        comparison.only_in_log = only.collect();
    }
}

/// Days of a team that are short by what another day has too much.
fn misdated(compared: &[ComparedUsage]) -> Vec<MisdatedUsage> {
    let mut surplus: HashMap<(&str, Tokens), Vec<NaiveDate>> = HashMap::new();
    let mut short = Vec::new();
    for of in compared {
        match of.period {
            ComparedPeriod::Day(day) if of.is_short() => short.push((day, of)),
            ComparedPeriod::Day(day) if of.gap().0 > 0 => {
                let days = surplus.entry((of.team.as_str(), of.gap()));
                days.or_default().push(day);
            }
            _ => {}
        }
    }
    let found = short.into_iter().filter_map(|(used_on, of)| {
        let logged_on = surplus.get_mut(&(of.team.as_str(), of.gap()))?.pop()?;
        Some(MisdatedUsage {
            team: of.team.clone(),
            tokens: of.gap(),
            logged_on,
            used_on,
        })
    });
    found.collect()
}
