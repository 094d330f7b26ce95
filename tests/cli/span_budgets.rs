//! Budgets for a day or a week that a log states: what cannot be judged says why, and no gate passes by it.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Ran, Tokmon, capital_repository};

const NOW: &str = "2026-06-20T12:00:00Z";

const GATES: [&str; 4] = [
    "",
    "--fail-on warning",
    "--format nagios",
    "guard --team QA --tokens 1K",
];

const ALL: [&str; 8] = [
    "",
    "--fail-on warning",
    "--fail-on-reserved warning",
    "statusline --json",
    "--format nagios",
    "--format csv",
    "budget",
    "guard --team QA --tokens 1K",
];

fn folder(log: &str, settings: &str) -> TempDir {
    capital_repository(&[("cost-log.md", log), ("tokmon.toml", settings)])
}

fn run_at(folder: &TempDir, options: &str, (now, zone): (&str, &str)) -> Ran {
    let args = options.split_whitespace();
    let args = args.chain(["--now", now, "--timezone", zone]);
    Tokmon::new(args).folder(folder.path()).run()
}

fn all(log: &str, settings: &str, commands: &[&str]) -> String {
    let folder = folder(log, settings);
    let mut all = String::new();
    for options in commands {
        let _ = writeln!(
            all,
            "=== {options}\n{}",
            run_at(&folder, options, (NOW, "UTC"))
        );
    }
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    let all = all.replace(&format!("\"{name}\""), "\"FOLDER\"");
    all.replace(&format!("\"{}\"", name.to_lowercase()), "\"folder\"")
}

fn log(budget: &str, columns: &str, rows: &[&str]) -> String {
    let rule = "|---".repeat(columns.matches('|').count() - 1);
    let rows = rows.join("\n");
    format!("# Costs\n\n{budget}\n\n{columns}\n{rule}|\n{rows}\n")
}

fn of_money(budget: &str) -> String {
    let rows = [
        "| 2026-06-01 | a | QA | $3.00 |",
        "| 2026-06-20 | b | Dev | $14.00 |",
    ];
    log(budget, "| Date | Task | Agent | Cost |", &rows)
}

#[test]
fn a_budget_in_another_currency_is_not_judged() {
    assert_snapshot!(all(&of_money("Daily budget: €5"), "", &ALL));
}

#[test]
fn a_budget_in_money_is_not_judged_by_tokens_without_a_cost() {
    let rows = |of_today| ["| 2026-06-01 | a | QA | 5K | $3.00 |", of_today];
    let of = |today| {
        let columns = "| Date | Task | Agent | Tokens | Cost |";
        all(&log("Daily budget: $5", columns, &rows(today)), "", &GATES)
    };
    assert_snapshot!("no_cost_today", of("| 2026-06-20 | b | QA | 900K | |"));
    let partly = "| 2026-06-20 | b | QA | 900K | |\n| 2026-06-20 | b | QA | 9K | $4.50 |";
    assert_snapshot!("some_cost_today", of(partly));
}

#[test]
fn a_budget_in_tokens_is_not_judged_by_costs() {
    assert_snapshot!(all(&of_money("Daily budget: 10K tokens"), "", &ALL));
    let settings = "[budget]\ncost = \"100 USD\"\n";
    let gates = all(&of_money("Daily budget: 10K tokens"), settings, &GATES);
    assert_snapshot!("in_tokens_beside_money", gates);
}

#[test]
fn usage_without_a_day_may_be_of_today() {
    let of_month = log(
        "Daily budget: $10",
        "| Month | Cost |",
        &["| June 2026 | $220 |"],
    );
    assert_snapshot!("month_in_money", all(&of_month, "", &GATES));
    let of_month = log(
        "Daily budget: 10K tokens",
        "| Month | Tokens |",
        &["| June 2026 | 220K |"],
    );
    assert_snapshot!("month_in_tokens", all(&of_month, "", &GATES));
}

#[test]
fn a_day_that_is_over_is_in_every_format() {
    let formats = [
        &ALL[..],
        &[
            "--format markdown",
            "--format prometheus",
            "--format health",
        ],
    ]
    .concat();
    let settings = "[budget]\ncost = \"1500 USD\"\n";
    let found = all(&of_money("Daily budget: $5"), settings, &formats);
    assert_snapshot!(found);
}

#[test]
fn what_cannot_be_judged_outweighs_a_day_that_is_fine() {
    let log = of_money("Monthly budget: €5\n\nDaily budget: $500");
    let found = all(
        &log,
        "",
        &[&ALL[..], &["--format prometheus", "check"]].concat(),
    );
    assert_snapshot!(found);
}

#[test]
fn an_estimate_keeps_its_mark() {
    let rows = [
        "| 2026-06-01 | a | QA | $3.00 |",
        "| 2026-06-20 | b | Dev | ~$4.00 |",
    ];
    let log = log("Daily budget: $5", "| Date | Task | Agent | Cost |", &rows);
    assert_snapshot!(all(&log, "", &["", "budget"]));
}

#[test]
fn a_forecast_needs_a_budget_for_the_month() {
    let log = of_money("Daily budget: $5");
    assert_snapshot!(all(&log, "", &["--fail-on-forecast warning"]));
}

#[test]
fn a_budget_of_tokmons_own_format_counts_the_costs_of_its_days() {
    let log = "# Cost Log v2.0\n\n## Daily Detail — 2026-06-20\n\n\
        | Time | Team | Task | Tokens | Cost |\n|---|---|---|---|---|\n\
        | 10:00 | QA | a | 5,000 | $7.00 |\n\n\
        ## Daily Detail — 2026-06-11\n\n\
        | Time | Team | Task | Tokens | Cost |\n|---|---|---|---|---|\n\
        | 10:00 | QA | a | 9,000 | $9.00 |\n\n\
        ## Cost-Tracking Notes\n\n- Daily budget: $5\n- Weekly budget: 20,000 tokens\n";
    assert_snapshot!(all(log, "", &["", "--fail-on warning"]));
}

/// The first and the last day of each budget, when it begins anew, and what is used.
fn spans(log: &str, at: (&str, &str)) -> String {
    let folder = folder(log, "");
    let report = run_at(&folder, "--json", at);
    let report: Value = serde_json::from_str(&report.out).unwrap_or_else(|_| panic!("{report}"));
    let guard = run_at(&folder, "guard --team QA --tokens 1K --json", at);
    let decision: Value = serde_json::from_str(&guard.out).unwrap_or_else(|_| panic!("{guard}"));
    let (now, zone) = at;
    let mut text = format!("{now} {zone}, anew {}:", decision["resets_at"]);
    for span in report["span_budgets"].as_array().into_iter().flatten() {
        let used = &span["used_cost"]["amount"];
        let _ = write!(
            text,
            " {} {} to {}: {used};",
            span["span"], span["from"], span["to"]
        );
    }
    text + "\n"
}

#[test]
fn days_and_weeks_are_those_of_the_zone_of_the_report() {
    let rows = [
        "| 2026-06-28 | a | QA | $1.00 |",
        "| 2026-06-29 | a | QA | $2.00 |",
        "| 2026-07-01 | a | QA | $4.00 |",
        "| 2026-07-05 | a | QA | $8.00 |",
        "| 2026-07-06 | a | QA | $16.00 |",
        "| 2026-03-28 | a | QA | $32.00 |",
    ];
    let log = log(
        "Daily budget: $5\n\nWeekly budget: $10",
        "| Date | Task | Agent | Cost |",
        &rows,
    );
    let mut found = String::new();
    for at in [
        // A week over the end of a month.
        ("2026-07-01T12:00:00Z", "UTC"),
        ("2026-07-05T12:00:00Z", "UTC"),
        ("2026-07-06T12:00:00Z", "UTC"),
        // Midnight.
        ("2026-07-05T23:30:00Z", "UTC"),
        ("2026-07-05T23:30:00Z", "+09:00"),
        ("2026-07-06T02:30:00Z", "-04:00"),
        // The clocks change on the last day of the week.
        ("2026-03-28T12:00:00Z", "Europe/Berlin"),
    ] {
        found += &spans(&log, at);
    }
    assert_snapshot!(found);
}

#[test]
fn a_limit_in_tokens_is_never_passed_over() {
    let log = of_money("");
    let gates = [
        "--fail-on warning",
        "--format nagios",
        "guard --team Dev --tokens 1K",
        "budget",
    ];
    let of_other = "[budget]\ntokens = \"100K\"\n[teams.QA]\ncost = \"5 USD\"\n";
    assert_snapshot!("limit_of_another_team", all(&log, of_other, &gates));
    let of_team = "[budget]\ncost = \"100 USD\"\n[teams.Dev]\ntokens = \"5K\"\n";
    assert_snapshot!("limit_of_the_team", all(&log, of_team, &gates));
    let given = ["--budget 2K --fail-on warning"];
    assert_snapshot!("budget_of_the_command_line", all(&log, of_team, &given));
}

#[test]
fn costs_in_several_currencies_are_shown_as_a_part() {
    let rows = [
        "| 2026-06-01 | QA | $3.00 | 4 |",
        "| 2026-06-02 | QA | €3.00 | 2 |",
        "| 2026-06-03 | Dev | $1.00 | 2 |",
        "| 2026-06-18 | Dev | $1.00 | 2 |",
    ];
    let log = log("", "| Date | Agent | Cost | Deliverables |", &rows);
    let settings = "[budget]\ncost = \"100 USD\"\n";
    let gates = ["--teams", "--forecast", "--fail-on-forecast warning"];
    assert_snapshot!(all(&log, settings, &gates));
}

#[test]
fn the_days_of_a_chart_are_exact_and_have_keys_of_their_own() {
    let rows = [
        "| 2026-06-01 | QA | ¥90071992.547409931 |",
        "| 2026-06-02 | QA | ¥0.000000003 |",
        "| 2026-06-04 | QA | ¥2 |",
        "| 2026-06-09 | QA | ¥2 |",
        "| 2026-06-18 | QA | ¥2 |",
    ];
    let log = log("", "| Date | Agent | Cost |", &rows);
    let folder = folder(&log, "");
    let report = run_at(&folder, "--json --forecast", (NOW, "UTC"));
    let report: Value = serde_json::from_str(&report.out).unwrap();
    let forecast = &report["forecast"];
    let of = |days: &Value, most: usize| {
        let days = days.as_array().unwrap().iter().take(most);
        let days: Vec<String> = days.map(ToString::to_string).collect();
        days.join("\n")
    };
    let days = [of(&forecast["used_by_day"], 5), of(&forecast["path"], 2)];
    assert_snapshot!(days.join("\n\n"));
}

#[test]
fn each_rule_for_a_table_that_is_wrong_has_its_place() {
    let settings = "[[read.table]]\nheading = \"A\"\n\n[[read.table]]\ncost = \"B\"\n";
    let folder = folder(&of_money(""), settings);
    assert_snapshot!(run_at(&folder, "check", (NOW, "UTC")));
}
