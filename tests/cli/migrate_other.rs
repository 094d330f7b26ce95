//! `tokmon migrate` of logs in other forms: whole, before and after.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;

use crate::harness::{binary, outcome, repository};

/// What becomes of a log, and of its original.
fn migrated(log: &str) -> String {
    let place = repository(&[("harbour/.git/HEAD", ""), ("harbour/cost-log.md", log)]);
    let folder = place.path().join("harbour");
    let run = |args: &[&str]| outcome(&binary(&folder).args(args).output().unwrap());
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let preview = run(&["migrate", "--dry-run"]);
    assert_eq!(read("cost-log.md"), log);
    let mut picture = format!("=== before\n{log}\n=== migrate\n{}", run(&["migrate"]));
    let after = read("cost-log.md");
    if after == log {
        assert!(!folder.join("archive").exists());
        return picture;
    }
    assert!(preview.contains(&after), "{preview}");
    assert_eq!(read("archive/cost-log-v1.md"), log);
    let _ = write!(picture, "=== after\n{after}");
    let _ = write!(picture, "=== migrate again\n{}", run(&["migrate"]));
    let _ = write!(picture, "=== check\n{}", run(&["check"]));
    let _ = write!(picture, "=== status\n{}", run(&["--ascii"]));
    assert_eq!(read("cost-log.md"), after);
    picture
}

#[test]
fn tokens_in_and_out_of_teams_stay_apart() {
    assert_snapshot!(migrated(
        "\
# Usage 2026

| Date | Who | Task | Model | Tokens In | Tokens Out | Total | Cache Read | Comment |
|---|---|---|---|---|---|---|---|---|
| 2026-01-30 | Planner | outline | opus | 12,000 | 3k | 15,000 | 90k | |
| 2026-02-03 | Coder | parser | sonnet | 40,500 | 9,500 | 50,000 | 310k | slow \\| retried |
| 2026-02-03 | Planner | parser | opus | 8,000 | n/a | | | only the input |
| **Total** | | | | **60,500** | **12,500** | **65,000** | | |
"
    ));
}

#[test]
fn a_heading_per_day_becomes_a_section_per_day() {
    assert_snapshot!(migrated(
        "\
AI log
======

Kept by hand. Prices are net.

Day 1 · Tuesday Feb 3 2026
--------------------------

| Who | What | Tokens | Cost |
|-----|------|--------|------|
| Ann | parser | 120k | $1.50 |
| Bob | docs | 30k | $0.40 |
| Total | | 150k | $1.90 |

Day 2 · Wednesday Feb 4 2026
----------------------------

A quiet day.

| Who | What | Tokens | Cost |
|-----|------|--------|------|
| Ann | parser | ~80k | ~$1.00 |
"
    ));
}

#[test]
fn a_log_of_money_stays_one_of_money() {
    assert_snapshot!(migrated(
        "\
# KI-Kosten der Werkstatt

- Monatsbudget: 80 €
- Tagesbudget: 5 €

| Datum | Wer | Aufgabe | Kosten |
|---|---|---|---|
| 03.02.2026 | Jana | Angebot | 3,10 € |
| 4.2.2026 | Jörg | Prüfplan | 1.019,75 € |
| 14.02.2026 | Jörg | Bericht | ca. 0,52 € |
| 15.02.2026 | Jana | Übersetzung | offen |
| **Summe** | | | **1.023,37 €** |
"
    ));
}

#[test]
fn estimates_and_ranges_keep_their_mark() {
    assert_snapshot!(migrated(
        "\
# Token log

Weekly budget: 500,000 tokens.

| Date | Task | Est. tokens | Cost |
|---|---|---|---|
| 2026-02-03 | a | ~9k | ~$8–12 |
| 2026-02-04 to 2026-02-06 | b | 100,000 | $1.00 |
| 2026-02-07 | c | 155k / 200k | $0 (free) |
| 2026-02-08 | d | 40k (3 calls) | TBD |
"
    ));
}

#[test]
fn undated_rows_get_a_section_of_their_own() {
    assert_snapshot!(migrated(
        "\
# Project log

Budget: 2M tokens / $40.00 per month.

| Date | Phase | Role | Tokens | Cost |
|---|---|---|---|---|
| 2026-02-03 | research | Reader | 200k | $2.00 |
| 2026-02-04 | research | Reader | 100k | $1.00 |
| 2026-02-05 | design | Drafter | 310,000 | $3.90 |
| 2026-02-06 | design | Drafter | n/a | n/a |
| | build | Coder | ~45k | $0.50 |
"
    ));
    assert_snapshot!(migrated(
        "\
# Project Heron: what the agents used

**Phase 1 – research**

| Role | Tokens | Cost |
|---|---|---|
| Reader | 80–100k | $1.20 |
| Drafter | TBD | TBD |

**Phase 2 – design**

| Role | Tokens | Cost |
|---|---|---|
| Drafter | 310,000 | $3.90 |
"
    ));
}

#[test]
fn of_two_views_of_one_spending_the_details_go_over() {
    assert_snapshot!(migrated(
        "\
# Log

## Per day

| Date | Tokens | Cost |
|---|---|---|
| 2026-02-03 | 150,000 | $1.50 |
| 2026-02-04 | 80,000 | $0.80 |

## Sessions

| Date | Agent | Task | Tokens | Cost |
|---|---|---|---|---|
| 2026-02-03 | A | parser | 100,000 | $1.00 |
| 2026-02-03 | B | docs | 50,000 | $0.50 |
| 2026-02-04 | A | parser | 80,000 | $0.80 |

## Pricing

| Model | Per 1M tokens |
|---|---|
| S | $3.00 |
"
    ));
}

#[test]
fn costs_in_several_currencies_stay_apart() {
    assert_snapshot!(migrated(
        "\
# Costs

| Date | Team | Cost |
|---|---|---|
| 2026-02-03 | A | $1.50 |
| 2026-02-04 | A | 2.00 EUR |
| 2026-02-05 | B | $3.25 |
"
    ));
}

#[test]
fn what_cannot_be_migrated_is_left_as_it_is() {
    let mut picture = String::new();
    for log in [
        "# Prices\n\n| Date | Model | Price per 1M |\n|---|---|---|\n| 2026-02-03 | S | $3.00 |\n",
        "# Log\n\n| Date | Task | Tokens |\n|---|---|---|\n| 2026-02-03 | a | 1200 |\n| 2026-02-04 | b | 36.500 |\n| 2026-02-05 | c | 900 |\n",
    ] {
        picture += &migrated(log);
    }
    assert_snapshot!(picture);
}

#[test]
fn what_refuses_such_a_log_works_after_migration() {
    let log = "# Log\n\n| Date | Agent | Tokens |\n|---|---|---|\n| 2026-01-03 | A | 100,000 |\n| 2026-02-04 | B | 50,000 |\n";
    let folder = repository(&[("cost-log.md", log)]);
    let run = |args: &str| {
        let args = args.split_whitespace();
        outcome(&binary(folder.path()).args(args).output().unwrap())
    };
    let commands = [
        "record --team A --tokens 2000 --task Tests",
        "check --fix",
        "archive --before 2026-02-01",
        "guard --team A --tokens 1000 --hold 10m --budget 1M",
        "holds",
    ];
    let mut picture = String::new();
    for command in commands.into_iter().chain(["migrate"]).chain(commands) {
        let _ = write!(picture, "=== {command}\n{}", run(command));
    }
    let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    let _ = write!(picture, "=== the log\n{after}");
    // They are other ones each time.
    for (at, _) in picture.clone().match_indices("id=") {
        let id = picture.clone().split_off(at + 3);
        let id: String = id.chars().take_while(char::is_ascii_alphanumeric).collect();
        picture = picture.replace(&id, &"x".repeat(id.len()));
    }
    assert_snapshot!(picture);
}
