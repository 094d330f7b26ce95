//! Money: costs and their marks in views and repairs, and amounts that are small.

use std::{fmt::Write as _, fs, path::Path};

use insta::assert_snapshot;

use crate::harness::{Ran, Tokmon, fixture, repository};

const LOG: &str = "cost-log.md";
const NOW: &str = "2026-02-20T12:00:00Z";

fn report(name: &str) -> String {
    fs::read_to_string(fixture("reports").join(name)).unwrap()
}

fn run(folder: &Path, options: &str) -> Ran {
    let args = options.split_whitespace().chain(["--now", NOW]);
    Tokmon::new(args).folder(folder).run()
}

/// What each team used and cost by the report for programs, and what all of them did.
fn costs(folder: &Path) -> String {
    let report: serde_json::Value = serde_json::from_str(&run(folder, "--json").out).unwrap();
    let mut costs = format!(
        "all {} {}\n",
        report["used"]["tokens"], report["used"]["cost"]
    );
    for team in report["teams"].as_array().unwrap() {
        let _ = writeln!(
            costs,
            "{} {} {}",
            team["name"], team["used_tokens"], team["cost"]
        );
    }
    costs
}

/// A log before and after a command, with what was printed, and what its teams cost, which must stay.
fn picture(log: &str, command: &str) -> String {
    let folder = repository(&[(LOG, log)]);
    let before = costs(folder.path());
    let ran = run(folder.path(), command);
    assert_eq!(costs(folder.path()), before, "after {command}");
    let after = fs::read_to_string(folder.path().join(LOG)).unwrap();
    let checked = run(folder.path(), "check");
    format!("{before}=== {command}\n{ran}\n=== the log\n{after}=== check\n{checked}")
}

#[test]
#[cfg(target_os = "linux")]
fn a_repair_and_an_archive_keep_stated_costs() {
    let log = report("stated-costs.md");
    assert_snapshot!("stated_costs_fixed", picture(&log, "check --fix"));
    assert_snapshot!(
        "stated_costs_archived",
        picture(&log, "archive --keep-days 0")
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_repair_and_an_archive_keep_marks_of_costs() {
    let log = report("costs-partly-known.md");
    assert_snapshot!("partly_known_costs_fixed", picture(&log, "check --fix"));
    assert_snapshot!(
        "partly_known_costs_archived",
        picture(&log, "archive --keep-days 0")
    );
}

/// A budget in money beside the log, and what a run says of it.
fn with_cost_budget(log: &str, cost: &str, options: &str) -> Ran {
    let settings = format!("[budget]\ncost = \"{cost}\"\n");
    let folder = repository(&[(LOG, log), ("tokmon.toml", &settings)]);
    run(folder.path(), options)
}

#[test]
fn a_budget_in_money_is_a_budget() {
    let log = report("likely-just-below-the-budget.md");
    let mut all = String::new();
    for cost in ["0.01 USD", "0.021 USD", "0.5 USD", "0 USD", "5 EUR"] {
        for options in ["", "--fail-on warning"] {
            let ran = with_cost_budget(&log, cost, options);
            let _ = writeln!(all, "=== {cost} {options}\n{ran}");
        }
        let json = with_cost_budget(&log, cost, "--json").out;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let _ = writeln!(all, "{} {}", json["level"], json["cost_budget"]);
    }
    assert_snapshot!(all);
}

#[test]
fn a_budget_in_money_alone_is_judged_and_forecast() {
    let log = report("likely-just-below-the-budget.md");
    let log = log.split("**Budget Status").next().unwrap();
    let mut all = String::new();
    for (cost, options) in [
        ("0.024 USD", ""),
        ("0.024 USD", "--fail-on warning"),
        ("0.03 USD", "--fail-on warning"),
        ("0.03 USD", "--forecast"),
        ("0.03 USD", "--fail-on-forecast critical"),
        ("3 EUR", "--fail-on warning"),
    ] {
        let ran = with_cost_budget(log, cost, options);
        let _ = writeln!(all, "=== {cost} {options}\n{ran}");
    }
    assert_snapshot!(all);
}

#[test]
fn a_budget_in_money_is_judged_by_what_is_known() {
    let unpriced = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Red | 1,000 | $0.037 |\n\
        | Blue | 1,234 | — |\n";
    let all = [
        with_cost_budget(unpriced, "0.1 USD", "--fail-on warning"),
        with_cost_budget(unpriced, "0.04 USD", "--fail-on warning"),
        with_cost_budget(
            &unpriced.replace("$0.037", "—"),
            "0.1 USD",
            "--fail-on warning",
        ),
        with_cost_budget("# Nothing yet\n", "0.1 USD", "--fail-on warning"),
    ];
    assert_snapshot!(all.map(|ran| ran.to_string()).join("\n"));
}

#[test]
fn a_small_amount_is_never_shown_as_nothing() {
    let small = report("small-amounts.md");
    // A token of this model costs a millionth of a nano.
    let tiny = small.replace("$0.0001/1K", "$0.000000000001/1K");
    let tiny = tiny
        .replace("$0.0001 |", "— |")
        .replace("$0.0004 |", "$0.00000000001 |");
    let mut all = String::new();
    for log in [&small, &tiny] {
        let folder = repository(&[(LOG, log)]);
        for options in ["", "--teams", "--teams --format csv"] {
            let _ = writeln!(all, "=== {options}\n{}", run(folder.path(), options).out);
        }
    }
    assert_snapshot!(all);
}

#[test]
#[cfg(target_os = "linux")]
fn a_small_amount_is_never_written_as_nothing() {
    let log = report("small-amounts.md").replace("$0.0001 |", "$0.000 |");
    let log = log.replace("| 1,000 |", "| 0 |") + "| **TOTAL** | | **4,000** | **$0.000** | |\n";
    let folder = repository(&[(LOG, &log)]);
    for tokens in ["15", "250"] {
        let options = format!(
            "record --team Red --tokens {tokens} --id k{tokens} --time 2026-02-20T10:00:00Z"
        );
        assert_eq!(run(folder.path(), &options).code, 0, "{options}");
    }
    assert_snapshot!(fs::read_to_string(folder.path().join(LOG)).unwrap());
}
