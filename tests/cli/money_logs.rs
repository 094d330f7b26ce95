//! Logs that state what work cost, and no tokens: each view goes by the money, and tokens are absent, which is not zero.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Ran, Tokmon, capital_repository};

const LOG: &str = "\
# AI spending

| Date | Who | Task | Cost | Status | Deliverables |
|---|---|---|---|---|---|
| 2026-10-05 | Ann | parser | $14.50 | done | 6 |
| 2026-10-19 | Bob | docs | $9.00 | done | 2 |
| 2026-11-03 | Ann | parser | $1.50 | done | 2 |
| 2026-11-03 | Bob | docs | $2.25 | done | 1 |
| 2026-11-09 | Ann | parser | $3.50 | done | 1 |
| 2026-11-13 | Bob | tests | ~$7.50 | done | 4 |
| 2026-11-17 | Ann | parser | $10.10 | running | |
| 2026-11-19 | Bob | release | $2.40 | running | |
";

const SETTINGS: &str = "[budget]\ncost = \"50 USD\"\n[teams.Ann]\ncost = \"18 USD\"\n";

fn folder(log: &str, settings: &str) -> TempDir {
    capital_repository(&[("cost-log.md", log), ("tokmon.toml", settings)])
}

fn run(folder: &TempDir, options: &str) -> Ran {
    let args = options.split_whitespace();
    let args = args.chain(["--now", "2026-11-20T12:00:00Z"]);
    Tokmon::new(args).folder(folder.path()).run()
}

fn all(log: &str, settings: &str, commands: &[&str]) -> String {
    let folder = folder(log, settings);
    let mut all = String::new();
    for options in commands {
        let _ = writeln!(all, "=== {options}\n{}", run(&folder, options));
    }
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    let all = all.replace(&format!("\"{name}\""), "\"FOLDER\"");
    all.replace(&format!("\"{}\"", name.to_lowercase()), "\"folder\"")
}

#[test]
fn each_view_goes_by_money() {
    let views = all(
        LOG,
        SETTINGS,
        &[
            "",
            "--team Ann",
            "--teams",
            "--daily",
            "--forecast",
            "--backtest",
            "statusline",
            "budget",
        ],
    );
    let small = views.to_lowercase();
    assert!(
        !small.contains("token") && !small.contains("tok/del"),
        "{views}"
    );
    assert_snapshot!(views);
}

#[test]
fn programs_get_money_under_the_keys_of_money() {
    let of = [
        "--format csv --full",
        "--format markdown --full",
        "--format nagios",
        "--format health",
        "--format prometheus",
    ];
    assert_snapshot!(all(LOG, SETTINGS, &of));
}

/// The keys of a value and of all in it that name tokens.
fn keys_of_tokens(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.keys().filter(|key| key.contains("token")).cloned());
            map.values().for_each(|value| keys_of_tokens(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| keys_of_tokens(value, found)),
        _ => {}
    }
}

#[test]
fn no_key_of_the_report_is_one_of_tokens() {
    let folder = folder(LOG, SETTINGS);
    let report: Value =
        serde_json::from_str(&run(&folder, "--json --full --backtest").out).unwrap();
    let schema = serde_json::from_str(&Tokmon::new(["schema"]).output()).unwrap();
    let problems = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = problems
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    let mut keys = Vec::new();
    keys_of_tokens(&report, &mut keys);
    assert_eq!(keys, Vec::<String>::new());
    let forecast = &report["forecast"];
    assert!(forecast["month_end"].is_null() && forecast["thresholds"] == Value::Array(Vec::new()));
    assert_eq!(forecast["cost_thresholds"].as_array().unwrap().len(), 4);
    let cost = json!({"amount": "27.25", "currency": "USD", "estimate": true, "complete": true});
    let used = json!({"estimate": true, "cost": cost, "cost_ratio": 0.545});
    assert_eq!(report["used"], used);
}

#[test]
fn gates_judge_by_money() {
    let gates = ["--fail-on", "--fail-on-reserved", "--fail-on-forecast"];
    let mut found = String::new();
    for (budget, team) in [
        ("50", ""),
        ("30", ""),
        ("20", ""),
        ("50", "--team Ann"),
        ("50", "--team Bob"),
    ] {
        let settings = SETTINGS.replace("50", budget);
        let folder = folder(LOG, &settings);
        for gate in gates {
            let ran = run(&folder, &format!("-q {gate} warning {team}"));
            let _ = writeln!(
                found,
                "${budget} {gate} warning {team}: {}\n{}",
                ran.code, ran.err
            );
        }
    }
    assert_snapshot!(found);
}

#[test]
fn without_a_budget_in_money_nothing_is_judged() {
    let commands = [
        "",
        "--forecast",
        "--format nagios",
        "--fail-on warning",
        "statusline",
    ];
    assert_snapshot!("without_a_budget", all(LOG, "", &commands));
    assert_snapshot!(
        "with_a_budget_in_tokens",
        all(LOG, "[budget]\ntokens = \"200K\"\n", &commands)
    );
    let commands = ["", "--fail-on warning"];
    assert_snapshot!(
        "with_a_budget_in_another_currency",
        all(LOG, "[budget]\ncost = \"50 EUR\"\n", &commands)
    );
}

#[test]
fn a_finished_month_has_its_result_in_money() {
    let of = [
        "--month 2026-10",
        "--month 2026-10 --forecast",
        "--month 2026-09 --forecast",
    ];
    assert_snapshot!(all(LOG, SETTINGS, &of));
}

#[test]
fn other_currencies_are_beside_that_of_the_log() {
    let log = LOG.replace("$2.40", "€2.40").replace("$2.25", "CHF 2.25");
    assert_snapshot!(all(&log, SETTINGS, &["", "--teams", "--daily"]));
}

#[test]
fn a_row_with_tokens_makes_it_a_log_of_tokens() {
    let log = LOG
        .replace("| Cost |", "| Tokens | Cost |")
        .replace("|---|---|---|---|---|---|", "|---|---|---|---|---|---|---|")
        .replace("| $", "| - | $")
        .replace("| ~$", "| - | ~$");
    let of_money = all(&log, SETTINGS, &[""]);
    assert!(!of_money.contains("tokens"), "{of_money}");
    let log = log.replace("| - | $2.40", "| 5K | $2.40");
    assert_snapshot!(all(&log, SETTINGS, &["", "--teams"]));
}

#[test]
fn the_guard_admits_what_fits_into_the_money() {
    let commands = [
        "guard --team Ann --tokens 5K",
        "guard --team Ann --tokens 500K --model claude-opus-4-5",
        "guard --team Bob --json",
        "budget",
    ];
    let both = SETTINGS.replace("cost = \"50", "tokens = \"1K\"\ncost = \"50");
    for (name, settings) in [
        ("guard_in_money", SETTINGS),
        ("guard_in_tokens_and_money", &both),
        ("guard_in_tokens", "[budget]\ntokens = \"200K\"\n"),
    ] {
        assert_snapshot!(name, all(LOG, settings, &commands));
    }
}

#[test]
fn budgets_of_a_day_and_a_week_are_scopes_of_their_own() {
    let budgets = "\nDaily budget: $3\n\nWeekly budget: $20\n";
    let today = "| 2026-11-20 | Ann | parser | $2.50 | running | |\n";
    let over = today.replace("$2.50", "$3.50");
    let commands = [
        "",
        "--fail-on warning",
        "statusline",
        "--format nagios",
        "budget",
        "guard --team Ann --tokens 40K",
    ];
    let of = |rows: &str, settings| all(&format!("{LOG}{rows}{budgets}"), settings, &commands);
    assert_snapshot!("day_at_a_warning", of(today, SETTINGS));
    assert_snapshot!("day_exceeded", of(&over, ""));
    assert_snapshot!("day_without_rows", of("", ""));
}

#[test]
fn budgets_of_a_day_are_judged_in_tokens_as_well() {
    let log = "# Log\n\nDaily budget: 10K tokens / $1\n\n| Date | Agent | Tokens | Cost |\n|---|---|---|---|\n\
        | 2026-11-18 | A | 30,000 | $0.90 |\n| 2026-11-20 | A | 9,500 | $0.20 |\n";
    let commands = ["", "--fail-on critical", "--month 2026-10"];
    assert_snapshot!("day_in_tokens", all(log, "", &commands));
    let folder = folder(log, "");
    let report: Value = serde_json::from_str(&run(&folder, "--json").out).unwrap();
    let schema = serde_json::from_str(&Tokmon::new(["schema"]).output()).unwrap();
    assert!(jsonschema::is_valid(&schema, &report));
    assert_snapshot!(serde_json::to_string_pretty(&report["span_budgets"]).unwrap());
}
