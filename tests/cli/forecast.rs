//! The forecast as people and programs read it, from whole logs.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Ran, Tokmon, fixture, repository};

/// The middle of a month, after two others.
const MIDDLE: &str = "2026-02-16T18:00:00Z";

fn forecast(log: &str, now: &str, options: &str) -> Tokmon {
    let file = format!("fixtures/logs/{log}.md");
    let args = ["-q", "--file", &file, "--now", now].into_iter();
    Tokmon::new(args.chain(options.split_whitespace()))
}

/// The report of a log in a repository.
fn report(files: &[(&str, &str)], now: &str, options: &str) -> Value {
    let folder = repository(files);
    let args = ["-q", "--json", "--now", now].into_iter();
    let ran = Tokmon::new(args.chain(options.split_whitespace()))
        .folder(folder.path())
        .run();
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"))
}

fn history() -> String {
    fs::read_to_string(fixture("logs/history.md")).unwrap()
}

#[test]
fn the_answers_come_in_the_order_in_which_they_are_asked() {
    assert_snapshot!(
        "history_forecast",
        forecast("history", MIDDLE, "--forecast").output()
    );
    for (width, options) in [
        (80, "--color never"),
        (120, ""),
        (120, "--color never --ascii"),
        (40, "--color never"),
    ] {
        let name = format!(
            "history_forecast_{width}{}",
            options.replace([' ', '-'], "")
        );
        let options = format!("--forecast {options}");
        assert_snapshot!(
            name,
            forecast("history", MIDDLE, &options)
                .terminal(width)
                .output()
        );
    }
    for form in ["json", "csv", "markdown"] {
        let options = format!("--forecast --backtest --format {form} --team b");
        assert_snapshot!(
            format!("history_forecast_{form}"),
            forecast("history", MIDDLE, &options).output()
        );
    }
}

#[test]
fn a_day_more_tells_more() {
    // No day is complete, one is, three are, and the month is over.
    for now in [
        "2026-02-25T17:00:00Z",
        "2026-02-26T12:00:00Z",
        "2026-02-28T12:00:00Z",
        "2026-03-01T00:00:00Z",
    ] {
        let name = format!("sample_forecast_{}", &now[5..10]);
        assert_snapshot!(name, forecast("sample", now, "--forecast").output());
    }
}

/// A log that began this month, with a budget and no plan.
fn young(days: usize) -> String {
    let spent = [12_000, 0, 8_000, 15_000, 3_000, 0, 0, 9_000, 20_000, 0];
    let mut log = "## 2026-06 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n".to_owned();
    let sum: u32 = spent[..days].iter().sum();
    log.push_str(&format!(
        "| Team A | {sum} |\n\n**Budget Status:**\n- Total budget: 200,000 tokens\n"
    ));
    for (day, tokens) in spent[..days]
        .iter()
        .enumerate()
        .filter(|(_, tokens)| **tokens > 0)
    {
        log.push_str(&format!("\n## Daily Detail — 2026-06-{:02}\n\n| Team | Tokens |\n|---|---|\n| Team A | {tokens} |\n", day + 1));
    }
    log
}

#[test]
fn a_young_log_gets_an_interval_first_and_then_a_figure() {
    let mut told = String::new();
    for (days, now) in [
        (1, "2026-06-01T12:00:00Z"),
        (1, "2026-06-02T00:00:00Z"),
        (3, "2026-06-04T00:00:00Z"),
        (10, "2026-06-11T00:00:00Z"),
    ] {
        let folder = repository(&[("cost-log.md", &young(days))]);
        let out = Tokmon::new(["--forecast", "--now", now])
            .folder(folder.path())
            .output();
        told.push_str(&format!("=== {now}\n{out}\n"));
    }
    assert_snapshot!(told);
}

/// The figures of the method's own example: 12 0 8 15 3 0 0 9 20 0 thousand from a Monday on.
#[test]
fn the_example_of_the_method_has_its_dates() {
    let report = report(&[("cost-log.md", &young(10))], "2026-06-11T00:00:00Z", "");
    let forecast = &report["forecast"];
    assert_eq!(forecast["confidence"], "medium");
    let end = &forecast["month_end"];
    let quantiles = ["p025", "p10", "p50", "p90", "p975"].map(|name| end[name].as_u64().unwrap());
    assert_eq!(quantiles, [78_336, 97_652, 174_243, 324_805, 443_063]);
    assert_eq!(
        (&end["level"], &end["basis"]),
        (&"warning".into(), &"rate".into())
    );
    assert_eq!(forecast["straight_line_tokens"], 201_000);
    let thresholds: Vec<String> = forecast["thresholds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|threshold| {
            let date = |name: &str| {
                threshold[name]
                    .as_str()
                    .map_or("-", |date| &date[8..])
                    .to_owned()
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
        ["75 63 26 17", "80 58 28 17", "90 48 - 19", "100 40 - 21"]
    );
}

#[test]
fn whether_earlier_months_stand_in_the_log_or_in_the_archive_changes_nothing() {
    let log = history();
    let at = |heading: &str| log.find(heading).unwrap();
    let (january, december) = (
        at("## Daily Detail — 2026-01"),
        at("## Daily Detail — 2025-12"),
    );
    let files = [
        ("cost-log.md", &log[..january]),
        ("archive/cost-log-2026-01.md", &log[january..december]),
        ("archive/cost-log-2025-12.md", &log[december..]),
    ];
    let whole = report(&[("cost-log.md", &log)], MIDDLE, "--backtest");
    assert_eq!(whole["forecast"]["inputs"]["completed_days"], 77);
    assert_eq!(
        whole["forecast"]["backtest"]["months"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let split = report(&files, MIDDLE, "--backtest");
    for figure in ["used", "level", "log", "forecast", "alerts"] {
        assert_eq!(whole[figure], split[figure], "{figure}");
    }
    // Without the archives, the days before are not known, and not taken for days without spending.
    let lost = report(&files[..1], MIDDLE, "--backtest");
    assert_eq!(lost["used"], whole["used"]);
    assert_eq!(lost["forecast"]["inputs"]["since"], "2026-02-02");
    assert_eq!(
        lost["forecast"]["backtest"]["months"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn an_archive_that_is_looked_back_on_decides_nothing_about_this_month() {
    let log = format!(
        "{}\n[USE] 2026-02-16T09:00:00Z team=\"Team A\" tokens=500 id=k1\n",
        history()
    );
    let archive = "# Archive\n\n## Daily Detail — 2026-01-05\n\n| Team | Task | Tokens |\n|---|---|---|\n| Team A | x | 700 <!-- id=k1 --> |\n| Team A | x | lots |\n\n[HOLD] 2026-02-16T10:00:00Z team=\"Team A\" tokens=9000 until=2026-02-17T10:00:00Z id=h1\n";
    let alone = report(&[("cost-log.md", &log)], MIDDLE, "");
    let beside = report(
        &[
            ("cost-log.md", &log),
            ("archive/cost-log-2026-01.md", archive),
        ],
        MIDDLE,
        "",
    );
    for figure in ["log", "used", "reserved", "teams_used", "diagnostics"] {
        assert_eq!(alone.get(figure), beside.get(figure), "{figure}");
    }
    assert_ne!(alone["forecast"], beside["forecast"]);
}

#[test]
fn a_team_with_nothing_changes_no_total() {
    let log = history();
    let more = log.replacen(
        "| **TOTAL MTD**",
        "| Team Z | Idle | 0 | ⏳ PENDING |\n| **TOTAL MTD**",
        1,
    );
    assert_ne!(log, more);
    let [before, after] =
        [&log, &more].map(|log| report(&[("cost-log.md", log)], MIDDLE, "")["forecast"].clone());
    assert_eq!(before, after);
}

#[test]
fn spending_without_a_date_is_spread_over_the_days_of_its_month() {
    let log = history().replacen("| Team B | Reports | ", "| Team B | Reports | 1", 1);
    let report = report(&[("cost-log.md", &log)], MIDDLE, "");
    let inputs = &report["forecast"]["inputs"];
    assert!(
        inputs["undated_tokens"].as_u64().unwrap() >= 10_000,
        "{inputs}"
    );
    let used = report["forecast"]["used_by_day"].as_array().unwrap();
    assert_eq!(used.last().unwrap()["tokens"], report["used"]["tokens"]);
    let first = used[0]["tokens"].as_u64().unwrap();
    assert!(
        first > 0,
        "the first has its share though nothing is dated on it"
    );
}

/// A plan whose phases are done, under way and to come, with estimates for those that are done.
const PLANNED: &str = "\
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
    let forecast =
        report(&[("cost-log.md", PLANNED)], "2026-06-01T09:00:00Z", "")["forecast"].clone();
    let inputs = &forecast["project_inputs"];
    assert_eq!(inputs["ratio"], 1.038_587);
    let sources: Vec<&Value> = inputs["finished"]
        .as_array()
        .unwrap()
        .iter()
        .map(|work| &work["source"])
        .collect();
    assert_eq!(sources, ["plan", "plan", "plan"]);
    let quantiles = ["p10", "p50", "p90"].map(|name| forecast["project"][name].as_u64().unwrap());
    assert_eq!(quantiles, [168_364, 191_891, 222_930]);
    assert_eq!(forecast["project"]["probability_over_budget"], 0.375_576);
    assert_eq!(forecast["project_as_planned"]["p50"], 187_641);
}

#[test]
fn a_plan_counts_for_the_month_only_where_it_lists_all_work() {
    let days = "\n## Daily Detail — 2026-06-02\n\n| Team | Tokens |\n|---|---|\n| Team A | 44,000 |\n| Team B | 30,670 |\n| Team C | 52,000 |\n";
    let log = format!("{PLANNED}{days}");
    let partial = log.replace("| 3 | Team C | 50,000 | ✅ |\n", "");
    let basis = |log: &str, settings: &str| {
        let report = report(
            &[("cost-log.md", log), ("tokmon.toml", settings)],
            "2026-06-08T09:00:00Z",
            "",
        );
        let forecast = &report["forecast"];
        (
            forecast["plan"]["complete"].as_bool().unwrap(),
            forecast["month_end"]["basis"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(basis(&log, ""), (true, "rate_and_plan".to_owned()));
    assert_eq!(basis(&partial, ""), (false, "rate".to_owned()));
    assert_eq!(
        basis(&partial, "[forecast]\nplan_complete = true\n"),
        (true, "rate_and_plan".to_owned())
    );
    assert_eq!(
        basis(&log, "[forecast]\nplan_complete = false\n"),
        (false, "rate".to_owned())
    );
    let unknown = log.replace("| 7 | Integration | 8,000 |", "| 7 | Integration | — |");
    assert_eq!(basis(&unknown, ""), (false, "rate".to_owned()));
}

#[test]
fn the_forecast_has_a_level_of_its_own() {
    let of = |settings: &str| {
        let report = report(
            &[("cost-log.md", &young(10)), ("tokmon.toml", settings)],
            "2026-06-11T00:00:00Z",
            "",
        );
        let alerts = report["alerts"].as_array().unwrap().iter();
        let alerts: Vec<String> = alerts
            .map(|alert| format!("{} {}", alert["level"], alert["scope"]))
            .collect();
        (
            report["level"].clone(),
            report["forecast"]["level"].clone(),
            alerts.join("; "),
        )
    };
    assert_eq!(
        of(""),
        (
            "ok".into(),
            "warning".into(),
            "\"warning\" \"forecast\"".to_owned()
        )
    );
    assert_eq!(
        of("[forecast]\nwarning = 5\ncritical = 40\n"),
        (
            "ok".into(),
            "critical".into(),
            "\"critical\" \"forecast\"".to_owned()
        )
    );
    assert_eq!(
        of("[forecast]\nwarning = 45\n"),
        ("ok".into(), "ok".into(), String::new())
    );
}

#[test]
fn money_is_forecast_where_a_budget_in_money_is_set() {
    let settings = "[budget]\ncost = \"0.60 USD\"\n";
    let report = report(
        &[("cost-log.md", &history()), ("tokmon.toml", settings)],
        MIDDLE,
        "",
    );
    let (cost, tokens) = (
        &report["forecast"]["cost"],
        &report["forecast"]["month_end"],
    );
    for name in ["p025", "p10", "p50", "p90", "p975"] {
        let (amount, tokens) = (
            cost[name]["amount"].as_str().unwrap(),
            tokens[name].as_f64().unwrap(),
        );
        // At $0.003 per 1,000 tokens.
        assert!(
            (amount.parse::<f64>().unwrap() - tokens * 0.000_003).abs() < 2e-6,
            "{name}: {amount}"
        );
    }
    // $0.60 buys the 200,000 tokens of the budget in tokens.
    assert_eq!(
        cost["probability_over_budget"],
        tokens["probability_over_budget"]
    );
    let foreign = "[budget]\ncost = \"0.60 EUR\"\n";
    let foreign = self::report(
        &[("cost-log.md", &history()), ("tokmon.toml", foreign)],
        MIDDLE,
        "",
    );
    assert_eq!(foreign["forecast"].get("cost"), None);
}

#[test]
fn absurd_logs_get_a_forecast_that_is_made_of_numbers() {
    for tokens in ["0", "1", "999,999,999,999,999"] {
        let mut log = format!(
            "## 2026-06 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | {tokens} |\n\n**Budget Status:**\n- Total budget: 0 tokens\n"
        );
        for day in 1..=20 {
            log.push_str(&format!("\n## Daily Detail — 2026-06-{day:02}\n\n| Team | Tokens |\n|---|---|\n| A | {tokens} |\n"));
        }
        for now in [
            "2026-06-01T00:00:00Z",
            "2026-06-21T00:00:00Z",
            "2026-06-30T23:59:59Z",
        ] {
            let folder = repository(&[("cost-log.md", &log)]);
            for options in ["--json", "--full"] {
                let Ran { code, out, err } =
                    Tokmon::new(["-q", options, "--now", now, "--backtest"])
                        .folder(folder.path())
                        .run();
                assert_eq!((code, err.as_str()), (0, ""));
                assert!(
                    !out.contains("NaN") && !out.contains("inf") && !out.contains("null"),
                    "{tokens} {now}\n{out}"
                );
            }
        }
    }
}

#[test]
fn the_backtest_says_how_such_forecasts_did() {
    assert_snapshot!(
        "history_backtest",
        forecast("history", MIDDLE, "--backtest").output()
    );
    assert_snapshot!(
        "history_backtest_60",
        forecast("history", MIDDLE, "--backtest --color never")
            .terminal(60)
            .output()
    );
    assert_snapshot!(
        "sample_backtest",
        forecast("sample", MIDDLE, "--backtest").output()
    );
}
