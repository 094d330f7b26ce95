//! Rows of logs and units of transcripts in short form, and how they compare.

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
