//! What the log says, compared with what transcripts say: by team and day, and by month where the log has no days. Pure: `commands`
//! reads both sides, `render` words the result.

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

/// All that a team used in a month, by the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedMonth {
    pub month: Month,
    pub team: String,
    pub used: Tokens,
}

/// What the log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggedUsage {
    pub rows: Vec<LoggedRow>,
    /// Each team once in a month.
    pub months: Vec<LoggedMonth>,
}

/// A unit of import as transcripts have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscribedUnit {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// Those that count.
    pub tokens: Tokens,
}

/// The days that are compared, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparedDays {
    /// From when on transcripts were looked for.
    pub since: NaiveDate,
    /// The first of the days, which can be later: harnesses delete their transcripts after a while.
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// The log says nothing of later days.
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

/// The day or the month that figures are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComparedPeriod {
    Day(NaiveDate),
    Month(Month),
}

/// What a team used on a day or in a month, by both sides.
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

/// Usage that the log seems to have on another day than transcripts: a team is short on one by as much as it has more on the other.
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
    /// Teams of the log that no transcript is of, with what they used in these days. They differ from nothing: what they use may be
    /// written down by hand alone, or come from another source.
    pub only_in_log: Vec<(String, Tokens)>,
    /// Months of teams with tokens that have no day, where transcripts of a part of the month alone were looked for.
    pub not_compared: Vec<LoggedMonth>,
    /// What was imported from other sources in these days. The transcripts of this one say nothing about it.
    pub other_sources: Tokens,
}

impl Comparison {
    /// What is compared of the log, and of the transcripts.
    pub fn totals(&self) -> (Tokens, Tokens) {
        let log = self.compared.iter().map(|of| of.log).sum();
        let transcripts = self.compared.iter().map(|of| of.transcripts).sum();
        (log, transcripts)
    }

    /// The sum of all gaps: one team's surplus makes up for no gap of another team or day.
    pub fn differing(&self) -> Tokens {
        self.compared.iter().map(ComparedUsage::gap).sum()
    }

    /// What differs as a share of what transcripts say.
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
/// A unit that rows of the log name by its id counts for their team, so that a rule for teams that is new changes nothing. A team whose
/// monthly row has tokens that no day has is compared by month, as they may be of any day.
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
    let mut left_out = BTreeSet::new();
    for of in &undated {
        let key = (fold_name(&of.team), of.month);
        if days.cover(of.month) {
            sides.log(ComparedPeriod::Month(of.month), &of.team, of.used);
        } else if known.contains(&key.0) {
            comparison.not_compared.push(of.clone());
        }
        left_out.insert(key);
    }
    let period = |team: &str, day: NaiveDate| {
        let month = Month::of(day);
        let is_by_month = left_out.contains(&(fold_name(team), month));
        match (is_by_month, days.cover(month)) {
            (true, true) => Some(ComparedPeriod::Month(month)),
            (true, false) => None,
            (false, _) => days.contain(day).then_some(ComparedPeriod::Day(day)),
        }
    };
    for row in own {
        if let Some(day @ ComparedPeriod::Day(_)) = period(&row.team, row.day) {
            sides.log(day, &row.team, row.tokens);
        }
    }
    for (team, unit) in units {
        if let Some(period) = period(team, unit.day) {
            sides.transcripts(period, team, unit.tokens);
        }
    }
    sides.into_comparison(&known, &mut comparison);
    comparison.misdated = misdated(&comparison.compared);
    comparison
}

/// Whether a row can be of what this source knows: it was imported from it, or written by hand.
fn is_of(source: ImportSource, row: &LoggedRow) -> bool {
    let is_own = |unit: &String| {
        let rest = unit.strip_prefix(source.prefix());
        rest.is_some_and(|rest| rest.starts_with('-'))
    };
    row.units.is_empty() || row.units.iter().any(is_own)
}

/// The team that the log has each unit under.
fn teams_of_units<'l>(rows: &[&'l LoggedRow]) -> HashMap<&'l str, &'l str> {
    let all = rows.iter().flat_map(|row| {
        let units = row.units.iter();
        units.map(|unit| (unit.as_str(), row.team.as_str()))
    });
    all.collect()
}

/// The months of teams with tokens that no day has, without those of other sources. What rounding can explain is not among them.
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

/// Both sides, by period and team.
#[derive(Default)]
struct Sides {
    names: HashMap<TeamKey, String>,
    sums: BTreeMap<(ComparedPeriod, TeamKey), [Tokens; 2]>,
}

impl Sides {
    /// A team is shown by the first spelling.
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

    /// Only teams that a transcript is of are compared.
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

/// Days of a team that are short by as much as another day has more.
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn row((team, on, tokens, unit): (&str, &str, u64, &str)) -> LoggedRow {
        LoggedRow {
            team: team.to_owned(),
            day: day(on),
            tokens: Tokens(tokens),
            units: unit.split_whitespace().map(str::to_owned).collect(),
        }
    }

    fn unit((id, team, on, tokens): (&str, &str, &str, u64)) -> TranscribedUnit {
        TranscribedUnit {
            id: id.to_owned(),
            team: team.to_owned(),
            day: day(on),
            tokens: Tokens(tokens),
        }
    }

    /// Each figure on a line of its own.
    fn compared(
        rows: &[(&str, &str, u64, &str)],
        months: &[(&str, &str, u64)],
        units: &[(&str, &str, &str, u64)],
        (since, first, last): (&str, &str, &str),
    ) -> String {
        let month = |(month, team, used): &(&str, &str, u64)| LoggedMonth {
            month: month.parse().unwrap(),
            team: (*team).to_owned(),
            used: Tokens(*used),
        };
        let log = LoggedUsage {
            rows: rows.iter().copied().map(row).collect(),
            months: months.iter().map(month).collect(),
        };
        let units: Vec<TranscribedUnit> = units.iter().copied().map(unit).collect();
        let days = ComparedDays {
            since: day(since),
            first: day(first),
            last: day(last),
            today: day("2026-02-25"),
        };
        let result = compare(ImportSource::Claude, &log, &units, days);
        let mut text = String::new();
        for of in &result.compared {
            let on = match of.period {
                ComparedPeriod::Day(day) => day.to_string(),
                ComparedPeriod::Month(month) => month.to_string(),
            };
            let _ = writeln!(text, "{on} {}: {} {}", of.team, of.log, of.transcripts);
        }
        for of in &result.misdated {
            let _ = writeln!(
                text,
                "{}: {} of {} on {}",
                of.team, of.tokens, of.used_on, of.logged_on
            );
        }
        for (team, tokens) in &result.only_in_log {
            let _ = writeln!(text, "only in the log: {team} {tokens}");
        }
        for of in &result.not_compared {
            let _ = writeln!(text, "not compared: {} {}", of.month, of.team);
        }
        let (differing, share) = (result.differing(), result.share());
        let share = share.map(|share| share.to_string()).unwrap_or_default();
        let _ = write!(
            text,
            "{differing} {share}, of others {}",
            result.other_sources
        );
        text
    }

    const WINDOW: (&str, &str, &str) = ("2026-02-01", "2026-02-20", "2026-02-25");

    #[test]
    fn teams_are_compared_by_day_within_the_days_of_transcripts() {
        let rows = [
            ("Team  E", "2026-02-24", 100, ""),
            ("Team E", "2026-02-24", 50, ""),
            ("team e", "2026-02-10", 999, ""),
            ("Team A", "2026-02-21", 30, ""),
            ("Team A", "2026-02-22", 7, ""),
            ("Team B", "2026-02-25", 70, ""),
        ];
        let units = [
            ("cc-a", "TEAM E", "2026-02-24", 150),
            ("cc-b", "Team E", "2026-02-25", 45_000),
            ("cc-c", "Team A", "2026-02-23", 30),
            ("cc-d", "Team A", "2026-02-22", 7),
        ];
        insta::assert_snapshot!(compared(&rows, &[], &units, WINDOW), @"
        2026-02-21 Team A: 30 0
        2026-02-22 Team A: 7 7
        2026-02-23 Team A: 0 30
        2026-02-24 Team  E: 150 150
        2026-02-25 Team  E: 0 45,000
        Team A: 30 of 2026-02-23 on 2026-02-21
        only in the log: Team B 70
        45,060 99.7%, of others 0
        ");
    }

    #[test]
    fn ids_say_whose_imported_usage_is_and_where_it_is_from() {
        let rows = [
            ("Old name", "2026-02-24", 100, "cc-a cc-b"),
            ("Old name", "2026-02-24", 9, "cx-c"),
            ("Team A", "2026-02-24", 5, ""),
        ];
        let units = [
            ("cc-a", "New name", "2026-02-24", 60),
            ("cc-b", "New name", "2026-02-24", 40),
            ("cc-e", "Team A", "2026-02-24", 5),
        ];
        insta::assert_snapshot!(compared(&rows, &[], &units, WINDOW), @"
        2026-02-24 Old name: 100 100
        2026-02-24 Team A: 5 5
        0 0.0%, of others 9
        ");
    }

    #[test]
    fn usage_without_a_day_is_compared_by_month_where_transcripts_cover_it() {
        let rows = [
            ("Team A", "2026-02-24", 40, ""),
            ("Team C", "2026-02-24", 10_000, ""),
            ("Team D", "2026-01-24", 40, ""),
        ];
        let months = [
            ("2026-02", "Team A", 100),
            // Rounded to 10.1K.
            ("2026-02", "Team C", 10_100),
            ("2026-01", "Team D", 200),
        ];
        let units = [
            ("cc-a", "Team A", "2026-02-24", 60),
            ("cc-b", "Team A", "2026-02-25", 30),
            ("cc-c", "Team C", "2026-02-24", 10_000),
            ("cc-d", "Team D", "2026-01-24", 900),
        ];
        let window = ("2026-01-21", "2026-01-21", "2026-02-25");
        insta::assert_snapshot!(compared(&rows, &months, &units, window), @"
        2026-02-24 Team C: 10,000 10,000
        2026-02 Team A: 100 90
        not compared: 2026-01 Team D
        10 0.0%, of others 0
        ");
    }

    #[test]
    fn the_share_is_judged_exactly() {
        let comparison = |log| Comparison {
            compared: vec![ComparedUsage {
                period: ComparedPeriod::Day(day("2026-02-25")),
                team: String::new(),
                log: Tokens(log),
                transcripts: Tokens(100_000),
            }],
            ..Comparison::default()
        };
        let one = Percent { tenths: 10 };
        assert!(!comparison(99_000).exceeds(one));
        assert!(comparison(98_999).exceeds(one));
        assert!(comparison(101_001).exceeds(one));
        assert!(!Comparison::default().exceeds(Percent { tenths: 0 }));
    }
}
