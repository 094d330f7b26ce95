//! Months in which no row says what was used: that is not zero, and every view says so.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::{Ran, Tokmon, capital_repository};

/// In April a figure, in May none.
const TOKENS: &str = "\
# Log

| When | Who | Tokens in | Tokens out | Notes |
|---|---|---|---|---|
| 2026-04-07 | Planner | 100 | 50 | |
| 2026-05-07 | Planner | n/a | n/a | about 44k |
| 2026-05-08 | Coder | — | TBD | |
";

const MONEY: &str = "\
# Log

| Date | Task | Cost |
|---|---|---|
| 2026-04-07 | a | $1.50 |
| 2026-05-07 | b | n/a |
";

const OWN: &str = "\
## 2026-05 Monthly Summary

| Agent/Team | Task | Tokens | Cost (USD) | Status |
|---|---|---|---|---|
| Team A | API | — | — | ✅ |

## Daily Detail — 2026-05-07

| Time | Team | Task | Tokens | Cost | Status | Notes |
|---|---|---|---|---|---|---|
| 10:10-10:17 | Team A | API | n/a | — | ✅ | |
";

/// No figure of May can be read.
const UNREADABLE: &str = "\
| Date | Task | Tokens |
|---|---|---|
| 2026-04-04 | a | 900 |
| 2026-04-05 | b | 700 |
| 2026-05-06 | c | 36.500 |
";

const SETTINGS: &str = "[budget]\ntokens = 1_000\ncost = \"10 USD\"\n";

fn run(log: &str, settings: &str, options: &str) -> Ran {
    let folder = capital_repository(&[("cost-log.md", log), ("tokmon.toml", settings)]);
    let args = options.split_whitespace();
    let args = args.chain(["--now", "2026-05-20T12:00:00Z"]);
    let mut ran = Tokmon::new(args).folder(folder.path()).run();
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    ran.out = ran.out.replace(name, "folder");
    ran.out = ran.out.replace(&name.to_lowercase(), "folder");
    ran
}

fn all(log: &str, settings: &str, commands: &[&str]) -> String {
    let mut all = String::new();
    for options in commands {
        let _ = writeln!(all, "=== {options}\n{}", run(log, settings, options));
    }
    all
}

const VIEWS: [&str; 14] = [
    "",
    "--full",
    "--team Planner",
    "--format csv",
    "--format markdown",
    "statusline",
    "--format nagios",
    "--format health",
    "budget",
    "alert --dry-run",
    "guard --tokens 100",
    "--fail-on warning -qo /dev/null",
    "--fail-on-forecast warning -qo /dev/null",
    "check",
];

#[test]
fn every_view_says_that_there_is_no_figure() {
    assert_snapshot!(
        "no_figure_tokens",
        all(TOKENS, "[budget]\ntokens = 1_000\n", &VIEWS)
    );
    let of_money = VIEWS.map(|view| view.replace("--team Planner", "--teams"));
    let of_money = of_money.each_ref().map(String::as_str);
    assert_snapshot!(
        "no_figure_money",
        all(MONEY, "[budget]\ncost = \"10 USD\"\n", &of_money)
    );
}

#[test]
fn without_a_budget_there_is_no_figure_either() {
    let views = ["", "--forecast", "statusline", "--format nagios"];
    assert_snapshot!("no_figure_no_budget", all(TOKENS, "", &views));
}

#[test]
fn a_log_in_the_own_format_says_so_too() {
    let views = [
        "",
        "--daily",
        "--format nagios",
        "--fail-on note -qo /dev/null",
    ];
    assert_snapshot!("no_figure_own", all(OWN, SETTINGS, &views));
}

/// In tokmon's own format, the rows that can be read are judged.
#[test]
fn a_figure_that_cannot_be_read_is_none() {
    let views = ["", "--full", "statusline", "--fail-on note -qo /dev/null"];
    assert_snapshot!(
        "no_figure_unreadable",
        all(UNREADABLE, "[budget]\ntokens = 1_000\n", &views)
    );
}

#[test]
fn a_month_that_is_over_has_no_result() {
    let now_over = "--month 2026-05 --now 2026-06-09T12:00:00Z";
    let folder = capital_repository(&[("cost-log.md", TOKENS)]);
    let args = format!("--forecast --budget 1K {now_over}");
    let ran = Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_snapshot!("no_figure_over", ran);
    let args = format!("--fail-on-forecast warning -qo /dev/null --budget 1K {now_over}");
    let ran = Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_eq!(ran.code, 65, "{ran}");
}

#[test]
fn no_metric_is_zero() {
    let ran = run(TOKENS, "[budget]\ntokens = 1_000\n", "--format prometheus");
    let absent = [
        "tokmon_used_tokens",
        "tokmon_remaining_tokens",
        "tokmon_available_tokens",
        "tokmon_budget_used_ratio",
        "tokmon_forecast_tokens",
        "tokmon_team_used_tokens",
        "tokmon_burn_rate_ratio",
        "tokmon_level{",
        "tokmon_verdict{",
    ];
    for name in absent {
        let mut lines = ran.out.lines();
        assert!(!lines.any(|line| line.starts_with(name)), "{name}: {ran}");
    }
    let said = "\ntokmon_log_rows_without_figure 2\n";
    assert!(ran.out.contains(said), "{ran}");
}

#[test]
fn json_has_no_key_for_what_is_not_known() {
    let ran = run(TOKENS, "[budget]\ntokens = 1_000\n", "--json --daily");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["used"], serde_json::json!({ "estimate": false }));
    for key in ["remaining", "available", "level", "token_level", "verdict"] {
        assert!(report.get(key).is_none(), "{key}: {ran}");
    }
    assert!(report["forecast"].get("month_end").is_none(), "{ran}");
    assert_eq!(report["log"]["rows_without_figure"], 2);
    let days = report["days"].as_array().unwrap();
    assert!(days.iter().all(|day| day.get("tokens").is_none()), "{ran}");
}

#[test]
fn pending_work_has_used_nothing() {
    let log = OWN.replace('✅', "⏳");
    let ran = run(&log, SETTINGS, "--fail-on note");
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.out.contains("Used           0 tokens"), "{ran}");
}
