//! The forecast as people and programs read it, from whole logs.

use std::fs;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;

use crate::harness::{Ran, Tokmon, fixture, repository};

/// The middle of a month, after two others.
const MIDDLE: &str = "2026-02-16T18:00:00Z";

fn forecast(log: &str, now: &str, options: &str) -> Tokmon {
    let file = format!("fixtures/logs/{log}.md");
    let args = ["-q", "--file", &file, "--now", now].into_iter();
    Tokmon::new(args.chain(options.split_whitespace()))
}

/// What is made of files in a repository.
fn ran(files: &[(&str, &str)], now: &str, options: &str) -> Ran {
    let folder = repository(files);
    let args = ["--now", now].into_iter();
    Tokmon::new(args.chain(options.split_whitespace()))
        .folder(folder.path())
        .run()
}

/// Their report.
fn report(files: &[(&str, &str)], now: &str, options: &str) -> Value {
    let ran = ran(files, now, &format!("-q --json {options}"));
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"))
}

/// The forecast of a log alone.
fn forecast_of(log: &str, now: &str) -> Value {
    report(&[("cost-log.md", log)], now, "")["forecast"].clone()
}

/// The text of a view of a log alone.
fn text_of(log: &str, now: &str, options: &str) -> String {
    ran(&[("cost-log.md", log)], now, &format!("-q {options}")).out
}

/// The two lines of a forecast that say whether the budget is enough, in tokens and in money.
fn answers(out: &str) -> String {
    let lines = out
        .lines()
        .skip_while(|line| !line.starts_with("  Chance  "));
    lines.take(2).collect::<Vec<&str>>().join("\n")
}

fn history() -> String {
    fs::read_to_string(fixture("logs/history.md")).unwrap()
}

/// The quantiles of an estimate by name.
fn quantiles<const N: usize>(estimate: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| estimate[name].as_u64().unwrap())
}

/// A log of June with these rows of a team by day, a monthly row for all of them, and this behind.
fn june(days: &[(u32, u64)], behind: &str) -> String {
    let sum: u64 = days.iter().map(|(_, tokens)| tokens).sum();
    let details = days.iter().map(|(day, tokens)| {
        format!("\n## Daily Detail — 2026-06-{day:02}\n\n| Team | Tokens |\n|---|---|\n| Team A | {tokens} |\n")
    });
    format!(
        "## 2026-06 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | {sum} |\n\n{behind}{}",
        details.collect::<String>()
    )
}

const BUDGET: &str = "**Budget Status:**\n- Total budget: 200,000 tokens\n";

/// The first days of the method's own example: 12 0 8 15 3 0 0 9 20 0 thousand from a Monday on.
fn young(days: u32) -> String {
    let spent = [12, 0, 8, 15, 3, 0, 0, 9, 20, 0];
    let rows = (1..=days)
        .zip(spent)
        .filter(|(_, thousands)| *thousands > 0);
    let rows: Vec<(u32, u64)> = rows
        .map(|(day, thousands)| (day, thousands * 1_000))
        .collect();
    june(&rows, BUDGET)
}

#[test]
fn the_answers_come_in_the_order_in_which_they_are_asked() {
    assert_snapshot!(
        "history_forecast",
        forecast("history", MIDDLE, "--forecast").output()
    );
    for (name, width, options) in [
        ("80", 80, "--color never"),
        ("120_color", 120, ""),
        ("120_ascii", 120, "--color never --ascii"),
        ("40", 40, "--color never"),
    ] {
        let options = format!("--forecast {options}");
        let out = forecast("history", MIDDLE, &options)
            .terminal(width)
            .output();
        assert_snapshot!(format!("history_forecast_{name}"), out);
    }
    for form in ["json", "csv", "markdown"] {
        let options = format!("--forecast --backtest --format {form} --team b");
        let out = forecast("history", MIDDLE, &options).output();
        assert_snapshot!(format!("history_forecast_{form}"), out);
    }
}

#[test]
fn a_day_more_tells_more() {
    for (name, now) in [
        ("no_complete_day", "2026-02-25T17:00:00Z"),
        ("one_complete_day", "2026-02-26T12:00:00Z"),
        ("three_complete_days", "2026-02-28T12:00:00Z"),
        ("over", "2026-03-01T00:00:00Z"),
    ] {
        let out = forecast("sample", now, "--forecast").output();
        assert_snapshot!(format!("sample_forecast_{name}"), out);
    }
}

#[test]
fn a_young_log_gets_a_range_first_and_then_a_figure() {
    let told: Vec<String> = [
        (1, "2026-06-01T12:00:00Z"),
        (1, "2026-06-02T00:00:00Z"),
        (3, "2026-06-04T00:00:00Z"),
        (10, "2026-06-11T00:00:00Z"),
    ]
    .iter()
    .map(|(days, now)| format!("=== {now}\n{}\n", text_of(&young(*days), now, "--forecast")))
    .collect();
    assert_snapshot!(told.concat());
    let early = forecast_of(&young(1), "2026-06-02T00:00:00Z");
    assert_eq!(early["confidence"], "too_early");
    for absent in [
        "p25",
        "p50",
        "p75",
        "probability_over_budget",
        "level",
        "ratio",
    ] {
        assert_eq!(early["month_end"].get(absent), None, "{absent}");
    }
    assert_eq!((early.get("risk"), early.get("level")), (None, None));
}

#[test]
fn the_example_of_the_method_has_its_figures_and_dates() {
    let forecast = forecast_of(&young(10), "2026-06-11T00:00:00Z");
    assert_eq!(forecast["confidence"], "medium");
    let end = &forecast["month_end"];
    let found = quantiles(end, ["p025", "p10", "p50", "p90", "p975"]);
    assert_eq!(found, [78_336, 97_652, 174_243, 324_805, 443_063]);
    assert_eq!(
        (&end["level"], &end["basis"]),
        (&"warning".into(), &"rate".into())
    );
    assert_eq!(forecast["straight_line_tokens"], 201_000);
    let thresholds = forecast["thresholds"].as_array().unwrap().iter();
    let thresholds: Vec<String> = thresholds
        .map(|threshold| {
            let date = |name: &str| {
                let date = threshold[name].as_str().unwrap_or("-");
                date.trim_start_matches("2026-06-").to_owned()
            };
            let percent = (threshold["probability"].as_f64().unwrap() * 100.0).floor();
            format!(
                "{} {percent} {} {}",
                threshold["percent"],
                date("likely"),
                date("earliest")
            )
        })
        .collect();
    assert_eq!(
        thresholds,
        ["75 62 26 17", "80 56 28 17", "90 47 - 19", "100 38 - 21"]
    );
}

#[test]
fn whether_earlier_months_stand_in_the_log_or_in_the_archive_changes_nothing() {
    let log = history();
    let (kept, archived) = log.split_once("## Daily Detail — 2026-01").unwrap();
    let (january, december) = archived.split_once("## Daily Detail — 2025-12").unwrap();
    let january = format!("## Daily Detail — 2026-01{january}");
    let december = format!("## Daily Detail — 2025-12{december}");
    let files = [
        ("cost-log.md", kept),
        ("archive/cost-log-2026-01.md", &january),
        ("archive/cost-log-2025-12.md", &december),
    ];
    let whole = report(&[("cost-log.md", &log)], MIDDLE, "--backtest");
    assert_eq!(whole["forecast"]["inputs"]["completed_days"], 77);
    let backtest = &whole["forecast"]["backtest"];
    assert_eq!(backtest["months"].as_array().unwrap().len(), 2);
    let split = report(&files, MIDDLE, "--backtest");
    for figure in ["used", "level", "log", "forecast", "alerts"] {
        assert_eq!(whole[figure], split[figure], "{figure}");
    }
    for month in ["2025-12", "2026-01"] {
        let of_month = report(&files, MIDDLE, &format!("--backtest --month {month}"));
        assert_eq!(&of_month["forecast"]["backtest"], backtest, "{month}");
    }
    // Without the archives, the days before are not known, and not taken for days without spending.
    let lost = report(&files[..1], MIDDLE, "--backtest");
    assert_eq!(lost["used"], whole["used"]);
    assert_eq!(lost["forecast"]["inputs"]["since"], "2026-02-01");
    assert_eq!(
        lost["forecast"]["backtest"]["months"],
        Value::Array(Vec::new())
    );
}

#[test]
fn an_archive_that_is_looked_back_on_decides_nothing_about_this_month() {
    let line = "[USE] 2026-02-16T09:00:00Z team=\"Team A\" tokens=500 id=k2";
    let log = format!("{}\n{line}\n", history());
    let archive = "# Archive\n\n## Daily Detail — 2026-01-05\n\n| Team | Task | Tokens |\n|---|---|---|\n| Team A | x | 700 <!-- id=k1 --> |\n| Team A | x | lots |\n\n[HOLD] 2026-02-16T10:00:00Z team=\"Team A\" tokens=9000 until=2026-02-17T10:00:00Z id=h1\n";
    let alone = report(&[("cost-log.md", &log)], MIDDLE, "--daily");
    let files = [
        ("cost-log.md", log.as_str()),
        ("archive/cost-log-2026-01.md", archive),
    ];
    let beside = report(&files, MIDDLE, "--daily");
    for figure in ["log", "used", "reserved", "diagnostics", "days"] {
        assert_eq!(alone[figure], beside[figure], "{figure}");
    }
    assert_ne!(alone["forecast"]["inputs"], beside["forecast"]["inputs"]);
}

#[test]
fn what_an_interrupted_archiving_left_in_both_files_counts_once() {
    let line = "[USE] 2026-01-05T09:00:00Z team=\"Team A\" tokens=90000 id=k1\n";
    let log = format!("{}\n{line}", history());
    let archive = format!("# Archive\n\n## Hook Log\n\n{line}");
    let alone = report(&[("cost-log.md", &log)], MIDDLE, "");
    let files = [
        ("cost-log.md", log.as_str()),
        ("archive/cost-log-2026-01.md", &archive),
    ];
    assert_eq!(alone["forecast"], report(&files, MIDDLE, "")["forecast"]);
}

#[test]
fn an_earlier_archive_that_cannot_be_read_is_done_without() {
    let files = [
        ("cost-log.md", history()),
        ("archive/cost-log-2026-01.md/x", String::new()),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let ran = ran(&files, MIDDLE, "--fail-on exceeded");
    assert_snapshot!(ran.err, @"tokmon: cannot read archive/cost-log-2026-01.md: it is a folder, not a regular file; the forecast does without it");
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn a_team_with_nothing_changes_no_total() {
    let planned = format!("{PLAN}\n{}", history());
    for log in [history(), planned] {
        let idle = "| Team Z | Idle | 0 | ⏳ PENDING |\n| **TOTAL MTD**";
        let more = log.replacen("| **TOTAL MTD**", idle, 1);
        assert_ne!(log, more);
        assert_eq!(forecast_of(&log, MIDDLE), forecast_of(&more, MIDDLE));
    }
}

#[test]
fn days_count_from_the_first_of_the_log_whosever_it_was() {
    let days = [(1, 5_000), (5, 3_000), (12, 9_000), (16, 9_000)];
    let since = |log: &str, options: &str| {
        let report = report(&[("cost-log.md", log)], "2026-06-21T00:00:00Z", options);
        report["forecast"]["inputs"]["since"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let log = june(&days, "");
    let log = log.replace("Monthly Summary\n", "Monthly Summary (One)\n")
        + "\n## 2026-06 Monthly Summary (Two)\n\n| Team | Tokens |\n|---|---|\n| Team B | 500 |\n\n## Daily Detail — 2026-06-18\n\n| Team | Tokens |\n|---|---|\n| Team B | 500 |\n";
    assert_eq!(since(&log, ""), "2026-06-01");
    assert_eq!(since(&log, "--project Two"), "2026-06-01");
    // Of the months between, nothing was spent in; the first one's details are in an archive that is too old to matter.
    let january =
        "## 2026-01 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 10,000 |\n\n";
    let log = january.to_owned() + &june(&days, "");
    assert_eq!(since(&log, ""), "2026-03-22");
    // May is half undated, so its days are not known; but the log did not begin on 12 June.
    let may = "## 2026-05 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 10,000 |\n\n## Daily Detail — 2026-05-05\n\n| Team | Tokens |\n|---|---|\n| Team A | 5,000 |\n\n";
    let log = may.to_owned() + &june(&days[2..], "");
    assert_eq!(since(&log, ""), "2026-06-01");
    let dated = log.replacen("10,000", "5,200", 1);
    assert_eq!(since(&dated, ""), "2026-05-05");
    assert_eq!(since(&june(&days[2..], ""), ""), "2026-06-12");
}

#[test]
fn of_days_that_nobody_wrote_down_little_is_said() {
    let log = june(&[], BUDGET).replacen("| Team A | 0 |", "| Team A | 88,000 |", 1);
    let forecast = forecast_of(&log, "2026-06-23T00:00:00Z");
    assert_eq!(forecast["confidence"], "low");
    let inputs = &forecast["inputs"];
    assert_eq!(
        (&inputs["undated_tokens"], &inputs["undated_ratio"]),
        (&88_000.into(), &1.0.into())
    );
    let of_every_day: Vec<(u32, u64)> = (1..=22).map(|day| (day, 4_000)).collect();
    let written = forecast_of(&june(&of_every_day, BUDGET), "2026-06-23T00:00:00Z");
    let width = |forecast: &Value| {
        let [low, high] = quantiles(&forecast["month_end"], ["p10", "p90"]);
        high - low
    };
    assert!(
        width(&forecast) > 2 * width(&written),
        "{forecast}\n{written}"
    );
    let used = forecast["used_by_day"].as_array().unwrap();
    assert_eq!(
        (&used[0]["tokens"], &used[22]["tokens"]),
        (&4_000.into(), &88_000.into())
    );
    assert_snapshot!(text_of(&log, "2026-06-23T00:00:00Z", "--forecast"));
}

#[test]
fn spending_of_days_to_come_is_named() {
    let log = june(&[(1, 5_000), (2, 5_000), (3, 5_000), (9, 40_000)], BUDGET);
    let report = report(&[("cost-log.md", &log)], "2026-06-04T12:00:00Z", "");
    assert_eq!(report["forecast"]["inputs"]["later_tokens"], 40_000);
    assert_eq!(report["forecast"]["burn_rate"]["tokens_per_day"], 5_000);
    let out = text_of(&log, "2026-06-04T12:00:00Z", "--forecast");
    assert!(
        out.contains("40,000 tokens have a date in the future"),
        "{out}"
    );
}

#[test]
fn a_little_without_a_date_does_not_make_days_of_it() {
    let log = june(&[(1, 0), (5, 10_000)], BUDGET);
    let more = log.replacen("| Team A | 10000 |", "| Team A | 10001 |", 1);
    assert_ne!(log, more);
    let [exact, crumb] = [&log, &more].map(|log| forecast_of(log, "2026-06-25T00:00:00Z"));
    assert_eq!(
        (&exact["confidence"], &crumb["confidence"]),
        (&"low".into(), &"low".into())
    );
    assert_eq!(crumb["inputs"]["active_days"], 1);
    assert_eq!(crumb["inputs"]["undated_tokens"], 1);
}

/// Phases that are done, under way and to come.
const PLAN: &str = "\
## Projected Usage

| Phase | Team | Tokens | Status |
|---|---|---|---|
| 1 | Orchestrator | 51,560 | ✅ |
| 2 | Team A | 68,090 | ✅ |
| 3 | Team B | 20,000 | 🔄 |
| 4 | Integration | 8,000 | ⏳ |
";

/// A plan with estimates for its finished phases, too.
const ESTIMATED: &str = "\
## 2026-06 Monthly Summary

| Team | Tokens | Status |
|---|---|---|
| Team A | 44,000 | ✅ |
| Team B | 30,670 | ✅ |
| Team C | 52,000 | ✅ |

## Projected Usage

| Phase | Team | Est. Tokens | Status |
|---|---|---|---|
| 1 | Team A | 40,000 | ✅ |
| 2 | Team B | 30,000 | ✅ |
| 3 | Team C | 50,000 | ✅ |
| 4 | QA | 22,000 | ⏳ |
| 5 | Security | 15,000 | ⏳ |
| 6 | DevOps | 20,000 | ⏳ |
| 7 | Integration | 8,000 | ⏳ |

**Budget Status:**
- Total budget: 200,000 tokens
";

#[test]
fn estimates_of_finished_phases_teach_about_those_to_come() {
    let forecast = forecast_of(ESTIMATED, "2026-06-01T09:00:00Z");
    let inputs = &forecast["project_inputs"];
    assert_eq!(inputs["ratio"], 1.038_587);
    let finished = inputs["finished"].as_array().unwrap();
    assert!(finished.len() == 3 && finished.iter().all(|work| work["source"] == "plan"));
    let project = &forecast["project"];
    assert_eq!(
        quantiles(project, ["p10", "p50", "p90"]),
        [168_364, 191_891, 222_930]
    );
    assert_eq!(project["probability_over_budget"], 0.356_264);
    assert_eq!(forecast["project_as_planned"]["p50"], 187_641);
}

/// What the month's end is made from, and whether the plan is taken to list all work.
fn basis(log: &str, settings: &str) -> String {
    let files = [("cost-log.md", log), ("tokmon.toml", settings)];
    let report = report(&files, "2026-06-08T09:00:00Z", "");
    let forecast = &report["forecast"];
    let (complete, basis) = (
        &forecast["plan"]["complete"],
        &forecast["month_end"]["basis"],
    );
    format!("{complete} {}", basis.as_str().unwrap())
}

#[test]
fn a_plan_ends_the_month_only_where_it_lists_all_work() {
    let days = "\n## Daily Detail — 2026-06-02\n\n| Team | Tokens |\n|---|---|\n| Team A | 44,000 |\n| Team B | 30,670 |\n| Team C | 52,000 |\n";
    let log = format!("{ESTIMATED}{days}");
    let partial = log.replace("| 3 | Team C | 50,000 | ✅ |\n", "");
    let unknown = log.replace("| 7 | Integration | 8,000 |", "| 7 | Integration | — |");
    let done = log.replace('⏳', "✅");
    for (log, settings, wanted) in [
        (&log, "", "true rate_and_plan"),
        (&log, "[forecast]\nplan_complete = false\n", "false rate"),
        (&partial, "", "false rate"),
        (
            &partial,
            "[forecast]\nplan_complete = true\n",
            "true rate_and_plan",
        ),
        (&unknown, "", "false rate"),
        // What comes after a plan that is done, it does not say.
        (&done, "", "false rate"),
    ] {
        assert_eq!(basis(log, settings), wanted, "{settings}{log}");
    }
    let nothing = report(
        &[
            ("cost-log.md", &done),
            ("tokmon.toml", "[forecast]\nplan_complete = true\n"),
        ],
        "2026-06-08T09:00:00Z",
        "",
    );
    for end in [
        &nothing["forecast"]["month_end"],
        &nothing["forecast"]["project"],
    ] {
        assert_eq!(quantiles(end, ["p025", "p975"]), [126_670, 126_670]);
    }
}

#[test]
fn a_phase_that_takes_more_than_planned_still_accounts_for_what_it_took() {
    let days: Vec<(u32, u64)> = (1..=7).map(|day| (day, 7_000)).collect();
    let plan = |estimate: &str| {
        format!(
            "## Projected Usage\n\n| Phase | Team | Tokens | Status |\n|---|---|---|---|\n| 1 | Team A | {estimate} | 🔄 |\n| 2 | Team Q | 5,000 | ⏳ |\n\n{BUDGET}"
        )
    };
    for estimate in ["60,000", "49,000", "10,000"] {
        let log = june(&days, &plan(estimate));
        assert_eq!(basis(&log, ""), "true rate_and_plan", "{estimate}");
        let plan = &forecast_of(&log, "2026-06-08T09:00:00Z")["plan"];
        assert_eq!(
            (
                &plan["accounted_tokens"],
                &plan["phases"][0]["spent_tokens"]
            ),
            (&49_000.into(), &49_000.into())
        );
    }
}

#[test]
fn one_estimate_that_was_wildly_off_does_not_make_the_rest_vanish() {
    let log = |took: u64| {
        format!(
            "## 2026-06 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| Team A | {took} | ✅ |\n| Team B | 20,000 | ✅ |\n\n## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n| Team A | 500 |\n| Team B | 20,000 |\n\n## Projected Usage\n\n| Phase | Team | Tokens | Status |\n|---|---|---|---|\n| 1 | Done | {} | ✅ |\n| 2 | QA | 60,000 | ⏳ |\n| 3 | Ops | 60,000 | ⏳ |\n\n{BUDGET}",
            took + 20_000
        )
    };
    for took in [500, 5_000, 25_000, 10_000_000] {
        let forecast = forecast_of(&log(took), "2026-06-03T00:00:00Z");
        let [low, likely] =
            quantiles(&forecast["project"], ["p10", "p50"]).map(|at| at - took - 20_000);
        assert!(low > 20_000 && likely > 60_000, "{took}: {forecast}");
    }
}

#[test]
fn a_team_spends_no_more_than_the_plan_leaves_to_it() {
    let log = format!("{}\n{PLAN}", history());
    let report = report(&[("cost-log.md", &log)], MIDDLE, "");
    assert_eq!(report["forecast"]["month_end"]["basis"], "rate_and_plan");
    let end = |name: &str| {
        let teams = report["teams"].as_array().unwrap();
        let team = teams.iter().find(|team| team["name"] == name).unwrap();
        let [used] = quantiles(team, ["used_tokens"]);
        quantiles(&team["forecast"]["month_end"], ["p025", "p50", "p975"]).map(|at| at - used)
    };
    // Nothing but the integration, which is nobody's, may still be theirs.
    for team in ["Orchestrator", "Team A"] {
        let [_, likely, most] = end(team);
        assert!(likely < 8_000 && most < 25_000, "{team}: {likely} {most}");
    }
    let done = log.replace(
        "| Orchestrator | Coordination | 51,560 | 🔄 IN_PROGRESS |",
        "| Orchestrator | Coordination | 51,560 | ✅ |",
    );
    assert_ne!(done, log);
    let report = self::report(&[("cost-log.md", &done)], MIDDLE, "");
    assert_eq!(
        report["teams"][0].get("forecast"),
        None,
        "it has reported that it is done"
    );
}

#[test]
fn the_forecast_has_a_level_of_its_own() {
    let of = |settings: &str| {
        let files = [
            ("cost-log.md", young(10)),
            ("tokmon.toml", settings.to_owned()),
        ];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        let report = report(&files, "2026-06-11T00:00:00Z", "");
        let alerts = report["alerts"].as_array().unwrap().iter();
        let alerts: Vec<String> = alerts
            .map(|alert| format!("{} {}", alert["level"], alert["scope"]))
            .collect();
        format!(
            "{} {} {}",
            report["level"],
            report["forecast"]["level"],
            alerts.join("; ")
        )
    };
    assert_eq!(of(""), r#""ok" "warning" "warning" "forecast""#);
    let strict = "[forecast]\nwarning = 5\ncritical = 38\n";
    assert_eq!(of(strict), r#""ok" "critical" "critical" "forecast""#);
    assert_eq!(of("[forecast]\nwarning = 45\n"), r#""ok" "ok" "#);
}

/// What the alerts about the forecast say.
fn alerts(report: &Value) -> String {
    let alerts = report["alerts"].as_array().unwrap().iter();
    let alerts = alerts.filter(|alert| alert["scope"] == "forecast" && alert.get("team").is_none());
    let alerts: Vec<String> = alerts
        .map(|alert| format!("{} {}", alert["level"], alert["message"]))
        .collect();
    alerts.join("\n")
}

#[test]
fn an_alert_says_what_it_is_about_and_says_it_once() {
    // By the plan alone, the month's end and the project are one figure.
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let of_sample = report(
        &[("cost-log.md", &sample)],
        "2026-02-25T17:00:00Z",
        "--budget 190K",
    );
    assert_snapshot!(alerts(&of_sample), @r#""warning" "190,000 tokens may not be enough for all planned work (likely 183.2K, 34% chance)""#);
    // Tokens that are enough raise no alarm where money is not.
    let (log, settings) = (history(), "[budget]\ncost = \"0.50 USD\"\n");
    let files = [("cost-log.md", log.as_str()), ("tokmon.toml", settings)];
    assert_snapshot!(alerts(&report(&files, MIDDLE, "--budget 400K")), @r#""critical" "the cost budget of $0.500 may not be enough by 2026-02-28 (90% chance)""#);
    // Where both figures are too large, both are told.
    let planned = format!("{PLAN}\n{log}").replace("8,000 | ⏳", "120,000 | ⏳");
    assert_snapshot!(alerts(&report(&[("cost-log.md", &planned)], MIDDLE, "")), @r#""critical" "200,000 tokens may not be enough by 2026-02-28 (likely 196.2K, 45% chance), for all planned work (likely 243.2K, 74% chance)""#);
}

#[test]
fn a_run_can_fail_on_the_forecast() {
    let log = [("cost-log.md", young(10))];
    let log = log.each_ref().map(|(name, text)| (*name, text.as_str()));
    let told = |options: &str| {
        let Ran { code, err, .. } = ran(&log, "2026-06-11T00:00:00Z", options);
        format!("{code} {err}")
    };
    assert_snapshot!(told("--fail-on-forecast warning"), @"1 tokmon: forecast warning: --fail-on-forecast warning is reached (likely 174.2K of 200,000 tokens by 2026-06-30, 38% chance of exceeding them)");
    assert_eq!(told("--fail-on-forecast critical"), "0 ");
    assert_eq!(
        told("--fail-on warning"),
        "0 ",
        "that one is about what is used"
    );
    assert_snapshot!(told("--fail-on-forecast warning --fail-on note --budget 60K"), @"
    1 tokmon: level exceeded: --fail-on note is reached (67,000 of 60,000 tokens, 111.6%)
    tokmon: forecast critical: --fail-on-forecast warning is reached (likely 174.2K of 60,000 tokens by 2026-06-30, 100% chance of exceeding them)
    ");
    let without = [(
        "cost-log.md",
        "## 2026-06 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 5 |\n",
    )];
    let Ran { code, err, .. } = ran(
        &without,
        "2026-06-11T00:00:00Z",
        "--fail-on-forecast warning",
    );
    assert_snapshot!(format!("{code} {err}"), @"
    64 tokmon: --fail-on-forecast needs a budget
      help: set one with --budget 200K, TOKMON_BUDGET or tokmon.toml
    ");
}

#[test]
fn money_is_forecast_where_a_budget_in_money_is_set() {
    let of = |settings: &str, options: &str| {
        let log = history();
        let files = [("cost-log.md", log.as_str()), ("tokmon.toml", settings)];
        (
            report(&files, MIDDLE, options),
            ran(&files, MIDDLE, &format!("-q --forecast {options}")).out,
        )
    };
    let (report, _) = of("[budget]\ncost = \"0.60 USD\"\n", "");
    let (cost, tokens) = (
        &report["forecast"]["cost"],
        &report["forecast"]["month_end"],
    );
    for name in ["p025", "p10", "p50", "p90", "p975"] {
        let amount: f64 = cost[name]["amount"].as_str().unwrap().parse().unwrap();
        // At $0.003 per 1,000 tokens.
        let wanted = tokens[name].as_f64().unwrap() * 0.000_003;
        assert!((amount - wanted).abs() < 2e-6, "{name}: {amount}");
    }
    // $0.60 buys the 200,000 tokens of the budget in tokens.
    assert_eq!(
        cost["probability_over_budget"],
        tokens["probability_over_budget"]
    );
    // What fits in tokens need not fit in money.
    let (report, out) = of("[budget]\ncost = \"0.50 USD\"\n", "--budget 400K");
    assert_eq!(
        (&report["forecast"]["level"], &report["forecast"]["risk"]),
        (&"critical".into(), &"critical".into())
    );
    assert_snapshot!(answers(&out), @"
      Chance         <5% of exceeding 400,000 tokens
                     cost: 90% of exceeding $0.500  [!!! CRIT]
    ");
    let (_, out) = of("[budget]\ncost = \"0.30 USD\"\n", "");
    assert!(
        out.contains("cost: $0.300 is exceeded already  [X OVER]"),
        "{out}"
    );
    let (report, out) = of("[budget]\ncost = \"0.60 EUR\"\n", "");
    assert_eq!(report["forecast"].get("cost"), None);
    assert!(
        out.contains("no cost forecast: some tokens have no cost in EUR"),
        "{out}"
    );
}

/// What is made of a whole log that was reported, at a moment.
fn picture(log: &str, now: &str, options: &str) -> Ran {
    let file = format!("fixtures/reports/{log}.md");
    let args = ["--file", &file, "--now", now].into_iter();
    Tokmon::new(args.chain(options.split_whitespace())).run()
}

#[test]
fn the_likely_figure_and_the_chance_agree_about_the_budget() {
    let log = "likely-just-below-the-budget";
    let now = "2026-02-20T12:00:00Z";
    let ran = picture(log, now, "--forecast --fail-on-forecast critical");
    assert_snapshot!(log, ran);
    let told: Vec<String> = ["198,717", "198,718", "198,719", "150,000", "900K"]
        .iter()
        .map(|budget| {
            let Ran { out, .. } = picture(log, now, &format!("-q --forecast --budget {budget}"));
            answers(&out)
        })
        .collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn a_finished_month_has_a_result_and_no_forecast() {
    let log = "finished-month";
    let now = "2026-03-05T12:00:00Z";
    let ran = picture(
        log,
        now,
        "--month 2026-02 --full --fail-on-forecast warning",
    );
    assert_snapshot!("finished_month", ran);
    let ran = picture(
        log,
        now,
        "--month 2026-02 --forecast --budget 50K --fail-on-forecast warning",
    );
    assert_snapshot!("finished_month_over_budget", ran);
    for options in ["", "--budget 50K"] {
        let ran = picture(log, now, &format!("--month 2026-02 --json {options}"));
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let forecast = &report["forecast"];
        for absent in [
            "level",
            "month_end",
            "project",
            "project_as_planned",
            "cost",
            "plan",
            "path",
        ] {
            assert_eq!(forecast.get(absent), None, "{absent}");
        }
        let over = !options.is_empty();
        let result = &forecast["result"];
        assert_eq!(
            (&result["used_tokens"], &result["fits"]),
            (&50_000.into(), &(!over).into())
        );
        let wanted = over.then(|| Value::from("over"));
        assert_eq!(forecast.get("risk"), wanted.as_ref());
        let scopes = report["alerts"].as_array().unwrap().iter();
        let scopes: Vec<&Value> = scopes.map(|alert| &alert["scope"]).collect();
        assert_eq!(scopes, ["total"]);
    }
}

#[test]
fn money_that_was_spent_in_a_finished_month_has_a_result() {
    let of = |budget: &str, log: &str| {
        let settings = format!("[budget]\ncost = \"{budget}\"\n");
        let files = [("cost-log.md", log), ("tokmon.toml", settings.as_str())];
        let options = "-q --forecast --month 2026-02 --fail-on-forecast critical";
        let Ran { code, out, .. } = ran(&files, "2026-03-05T12:00:00Z", options);
        let answers = out.lines().skip(4).take_while(|line| !line.is_empty());
        let answers: Vec<&str> = answers.collect();
        format!("{budget}: exit {code}\n{}", answers.join("\n"))
    };
    let log = fs::read_to_string(fixture("reports/finished-month.md")).unwrap();
    let money_alone = log.replace("- Total budget: 60,000 tokens\n", "");
    let unpriced = log.replace("| ✅ |\n\n", "| ✅ |\n| Blue | b | 1,000 | — | ✅ |\n\n");
    let told = [
        of("0.20 USD", &log),
        of("0.15 USD", &log),
        of("0.20 USD", &money_alone),
        of("0.10 USD", &money_alone),
        of("0.20 USD", &unpriced),
        of("0.20 EUR", &log),
    ];
    assert_snapshot!(told.join("\n"));
}

#[test]
fn time_that_has_passed_is_not_what_clocks_show_across_a_change() {
    let row = |time: &str| {
        format!(
            "## Daily Detail — 2026-03-29\n\n| Time | Team | Tokens |\n|---|---|---|\n| {time} | Team A | 6,300 |\n\n{BUDGET}"
        )
    };
    let line = |time: &str| format!("{BUDGET}\n[USE] {time} team=\"Team A\" tokens=6300\n");
    let rate = |log: &str, now: &str, zone: &str| {
        let rate = report(&[("cost-log.md", log)], now, zone)["forecast"]["burn_rate"].clone();
        format!(
            "{} tokens in {} min since {}",
            rate["tokens"], rate["minutes"], rate["since_time"]
        )
    };
    let (noon, berlin) = ("2026-03-29T10:00:00Z", "--timezone Europe/Berlin");
    let told = [
        rate(&row("00:30-01:00"), noon, berlin),
        rate(&row("00:30-01:00"), "2026-03-29T00:30:00Z", berlin),
        rate(&row("04:00"), noon, berlin),
        rate(&line("2026-03-29T00:30:00+01:00"), noon, berlin),
        rate(&line("2026-03-29T07:00:00+09:00"), noon, "--timezone UTC"),
        rate(
            &line("2026-03-29T00:30:00+01:00"),
            "2026-03-29T12:00:00+02:00",
            "",
        ),
    ];
    assert_snapshot!(told.join("\n"), @r#"
    6300 tokens in 630 min since "00:30:00"
    6300 tokens in 60 min since "00:30:00"
    6300 tokens in 480 min since "04:00:00"
    6300 tokens in 630 min since "00:30:00"
    6300 tokens in 720 min since "07:00:00"
    6300 tokens in 630 min since "01:30:00"
    "#);
    // The last hours before the change: thresholds are crossed by the clocks of then, and the day is shorter.
    let day = |date: &str, tokens: &str| {
        row("00:30")
            .replace("2026-03-29", date)
            .replace("6,300", tokens)
    };
    let log = ["25", "26", "27"]
        .map(|date| day(&format!("2026-03-{date}"), "43,200"))
        .concat()
        + &day("2026-03-28", "400");
    let report = report(&[("cost-log.md", &log)], "2026-03-28T20:00:00Z", berlin);
    let forecast = &report["forecast"];
    assert_eq!(
        forecast["thresholds"][0]["burn_rate_at"],
        "2026-03-29T09:07:00+02:00"
    );
    assert_eq!(
        forecast["thresholds"][2]["burn_rate_at"],
        "2026-03-30T01:47:00+02:00"
    );
    let log = june(&[], "").replace("2026-06", "2026-03") + &row("00:30").replace("-29", "-02");
    let report = self::report(&[("cost-log.md", &log)], noon, berlin);
    assert_eq!(report["forecast"]["inputs"]["days_left"], 2.521_739);
    assert_eq!(report["forecast"]["straight_line_tokens"], 6_888);
}

#[test]
fn a_reason_is_the_real_one() {
    let log = "finished-month";
    for (name, now) in [
        ("first_day", "2026-02-01T12:00:00Z"),
        ("middle", "2026-02-20T12:00:00Z"),
    ] {
        assert_snapshot!(format!("reasons_{name}"), picture(log, now, "--forecast"));
    }
    let whole = fs::read_to_string(fixture("reports/finished-month.md")).unwrap();
    let estimated = whole.replace("| 3 | Gr | — |", "| 3 | Gr | 1K |");
    let others = estimated.replace("| Red | a | 50,000 |", "| Black | a | 70,000 |");
    let reasons = |log: &str, settings: &str| {
        let files = [("cost-log.md", log), ("tokmon.toml", settings)];
        let out = ran(&files, "2026-02-20T12:00:00Z", "-q --forecast").out;
        let of_plan = out
            .lines()
            .filter(|line| line.contains("the plan is") || line.contains("for nothing"));
        of_plan.map(str::trim).collect::<Vec<&str>>().join("\n")
    };
    let told = [
        reasons(&whole, ""),
        reasons(&estimated, ""),
        reasons(&others, ""),
        reasons(&others.replace("| 3 | Gr | 1K |", "| 3 | Gr | — |"), ""),
        reasons(&estimated, "[forecast]\nplan_complete = false\n"),
        reasons(&whole, "[forecast]\nplan_complete = true\n"),
    ];
    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn a_quantile_in_money_is_exceeded_with_the_rest_of_its_probability() {
    // A cost that is no whole number of billionths per token.
    let log = history()
        .replace("$0.003/1K", "$0.0031/1K")
        .replace("51,560", "51,557");
    let cost = |budget: &str| {
        let settings = format!("[budget]\ncost = \"{budget} USD\"\n");
        let files = [
            ("cost-log.md", log.as_str()),
            ("tokmon.toml", settings.as_str()),
        ];
        report(&files, MIDDLE, "")["forecast"]["cost"].clone()
    };
    let first = cost("0.60");
    for (name, chance) in [
        ("p10", 0.9),
        ("p25", 0.75),
        ("p50", 0.5),
        ("p75", 0.25),
        ("p90", 0.1),
        ("p975", 0.025),
    ] {
        let quantile = first[name]["amount"].as_str().unwrap();
        assert_eq!(cost(quantile)["probability_over_budget"], chance, "{name}");
    }
}

#[test]
fn the_answer_is_that_of_the_chance_whatever_levels_are_set() {
    let of = |budget: &str, settings: &str| {
        let log = history();
        let files = [("cost-log.md", log.as_str()), ("tokmon.toml", settings)];
        let out = ran(&files, MIDDLE, &format!("-q --forecast --budget {budget}")).out;
        let line = out.lines().find(|line| line.contains("  Chance  "));
        line.unwrap()
            .trim_start_matches("  Chance         ")
            .to_owned()
    };
    let told: Vec<String> = ["1M", "290K", "240K", "200K", "140K", "127,560"]
        .iter()
        .map(|budget| of(budget, ""))
        .collect();
    assert_snapshot!(told.join("\n"), @"
    <5% of exceeding 1,000,000 tokens
    8% of exceeding 290,000 tokens
    28% of exceeding 240,000 tokens  [!! WARN]
    61% of exceeding 200,000 tokens  [!!! CRIT]
    99% of exceeding 140,000 tokens  [!!! CRIT]
    exceeded already: 127,560 of 127,560 tokens used  [X OVER]
    ");
    let lenient = "[forecast]\nwarning = 95\ncritical = 96\n";
    assert_snapshot!(of("200K", lenient), @"61% of exceeding 200,000 tokens");
}

#[test]
fn the_backtest_says_how_such_forecasts_did() {
    assert_snapshot!(
        "history_backtest",
        forecast("history", MIDDLE, "--backtest").output()
    );
    let narrow = forecast("history", MIDDLE, "--backtest --color never").terminal(60);
    assert_snapshot!("history_backtest_60", narrow.output());
    assert_snapshot!(
        "sample_backtest",
        forecast("sample", MIDDLE, "--backtest").output()
    );
}

#[test]
fn absurd_logs_get_a_forecast_that_is_made_of_numbers() {
    for tokens in [0, 1, 999_999_999_999_999] {
        let days: Vec<(u32, u64)> = (1..=20).map(|day| (day, tokens)).collect();
        let log = june(&days, "**Budget Status:**\n- Total budget: 0 tokens\n");
        for now in [
            "2026-06-01T00:00:00Z",
            "2026-06-21T00:00:00Z",
            "2026-06-30T23:59:59Z",
        ] {
            for options in ["-q --json", "-q --full"] {
                let ran = ran(
                    &[("cost-log.md", &log)],
                    now,
                    &format!("{options} --backtest"),
                );
                assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{tokens} {now}");
                for nothing in ["NaN", "inf,", "null"] {
                    assert!(!ran.out.contains(nothing), "{tokens} {now}\n{ran}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_days_the_figures_agree_with_each_other(
        days in prop::collection::btree_map(1..=28_u32, prop_oneof![Just(0), 1..200_000_u64, Just(1_000_000_000)], 0..28),
        today in 1..=30_u32,
        hour in 0..24_u32,
        budget in 1..2_000_000_u64,
    ) {
        let days: Vec<(u32, u64)> = days.into_iter().collect();
        let log = june(&days, &format!("**Budget Status:**\n- Total budget: {budget} tokens\n"));
        let report = report(&[("cost-log.md", &log)], &format!("2026-06-{today:02}T{hour:02}:00:00Z"), "");
        let (forecast, used) = (&report["forecast"], report["used"]["tokens"].as_u64().unwrap());
        let end = &forecast["month_end"];
        let names = ["p025", "p10", "p25", "p50", "p75", "p90", "p975"];
        let found: Vec<u64> = names.iter().filter_map(|name| end[name].as_u64()).collect();
        prop_assert!(found.is_sorted() && found.iter().all(|tokens| *tokens >= used), "{}", end);
        let path = forecast["path"].as_array().map_or(&[][..], Vec::as_slice);
        for name in ["p10", "p50", "p90"] {
            let course: Vec<u64> = path.iter().filter_map(|day| day[name].as_u64()).collect();
            prop_assert!(course.is_sorted() && course.iter().all(|tokens| *tokens >= used), "{name}: {:?}", course);
            prop_assert_eq!(course.last().copied(), end[name].as_u64().filter(|_| !course.is_empty()));
        }
        let chance = end["probability_over_budget"].as_f64();
        let thresholds = forecast["thresholds"].as_array().unwrap();
        prop_assert_eq!(thresholds[3]["probability"].as_f64(), chance);
        let chances: Vec<f64> = thresholds.iter().filter_map(|threshold| threshold["probability"].as_f64()).collect();
        prop_assert!(chances.is_sorted_by(|one, two| one >= two), "{:?}", chances);
        for threshold in thresholds {
            let (likely, earliest) = (threshold["likely"].as_str(), threshold["earliest"].as_str());
            let open = threshold["probability"].as_f64().filter(|chance| *chance < 1.0);
            prop_assert_eq!(likely.is_some(), open >= Some(0.5), "{}", threshold);
            prop_assert_eq!(earliest.is_some(), open >= Some(0.1), "{}", threshold);
            prop_assert!(likely.is_none() || earliest <= likely, "{}", threshold);
        }
        let level = match chance {
            Some(chance) if chance >= 0.5 => Some("critical"),
            Some(chance) if chance >= 0.2 => Some("warning"),
            Some(_) => Some("ok"),
            None => None,
        };
        prop_assert_eq!(end["level"].as_str(), level);
    }
}

/// No row may mean that nothing was used, or that nothing was written down.
#[test]
fn days_without_a_row_at_the_end_are_named_and_lower_the_confidence() {
    let silent = |log: &str, day: u32| {
        let forecast = forecast_of(log, &format!("2026-02-{day}T12:00:00Z"));
        let confidence = forecast["confidence"].as_str().unwrap().to_owned();
        (forecast["inputs"]["silence"].clone(), confidence)
    };
    // The last row is of the 16th; two days without any are nothing new.
    for day in [16, 17, 19] {
        let (silence, confidence) = silent(&history(), day);
        assert_eq!(
            (silence, confidence.as_str()),
            (Value::Null, "low"),
            "{day}"
        );
    }
    let (named, confidence) = silent(&history(), 21);
    assert_eq!(confidence, "low");
    assert_eq!(named["last_row"], "2026-02-16");
    assert_eq!(named["days"], 4);
    // A row of no tokens says that the log is kept.
    let nothing = "\n## Daily Detail — 2026-02-20\n\n| Team | Task | Tokens |\n|---|---|---|\n| Team A | Holiday | 0 |\n";
    let (silence, _) = silent(&(history() + nothing), 21);
    assert_eq!(silence, Value::Null);
    let late = "2026-02-26T12:00:00Z";
    for (view, options) in [("status", ""), ("forecast", "--forecast")] {
        let ran = ran(&[("cost-log.md", &history())], late, options);
        assert_snapshot!(format!("days_without_rows_{view}"), ran);
    }
}
