//! The verdict and its evidence: what a person reads first, and what programs get of it.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;

use crate::harness::{Tokmon, fixture, repository};

const BUDGET: &str = "**Budget Status:**\n- Total budget: 200,000 tokens\n";

/// A log of a month with these rows of a team by day, a monthly row for all of them, and this behind.
fn log_of(month: &str, days: &[(u32, u64)], behind: &str) -> String {
    let sum: u64 = days.iter().map(|(_, tokens)| tokens).sum();
    let details = days.iter().map(|(day, tokens)| {
        format!("\n## Daily Detail — {month}-{day:02}\n\n| Team | Tokens |\n|---|---|\n| Team A | {tokens} |\n")
    });
    format!(
        "> **Unit:** Tokens | **Currency:** USD @ $0.003/1K tokens\n\n## {month} Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | {sum} |\n\n{behind}{}",
        details.collect::<String>()
    )
}

/// A log of the month of the sample whose only row is of the day before.
fn used(tokens: u64, behind: &str) -> String {
    log_of("2026-02", &[(24, tokens)], behind)
}

/// Twenty days of 6,000 tokens each.
fn steady() -> Vec<(u32, u64)> {
    (5..25).map(|day| (day, 6_000)).collect()
}

fn hold(tokens: u64) -> String {
    format!(
        "{BUDGET}\n[HOLD] 2026-02-25T16:00:00Z team=\"Team A\" tokens={tokens} until=2026-02-25T20:00:00Z id=h1\n"
    )
}

fn plan(done: u64, pending: u64) -> String {
    format!(
        "{BUDGET}\n## Projected Usage\n\n| Phase | Team | Tokens | Status |\n|---|---|---|---|\n| 1 | Team A | {done} | ✅ |\n| 2 | QA | {pending} | ⏳ |\n"
    )
}

fn run(log: &str, settings: &str, options: &str) -> String {
    let mut files = vec![("cost-log.md", log)];
    if !settings.is_empty() {
        files.push(("tokmon.toml", settings));
    }
    let folder = repository(&files);
    let options = options.split_whitespace();
    Tokmon::new(["-q"].into_iter().chain(options))
        .folder(folder.path())
        .run()
        .out
}

fn report(log: &str, settings: &str) -> Value {
    let out = run(log, settings, "--json");
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}"))
}

fn sample(options: &str) -> String {
    let log = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    run(&log, "", options)
}

/// The lines before the first empty one, without the title.
fn head(out: &str) -> String {
    let lines = out.lines().skip(1);
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Each level of each basis, and where there is none.
fn cases() -> Vec<(&'static str, String, &'static str)> {
    let of_days = |behind: &str| log_of("2026-02", &steady(), behind);
    vec![
        ("used, ok", used(50_000, BUDGET), ""),
        ("used, note", used(150_000, BUDGET), ""),
        ("used, warning", used(160_000, BUDGET), ""),
        ("used, critical", used(185_000, BUDGET), ""),
        ("used, all", used(200_000, BUDGET), ""),
        ("used, exceeded", used(210_000, BUDGET), ""),
        (
            "used and planned, exceeded",
            used(210_000, &plan(210_000, 20_000)),
            "",
        ),
        ("reserved, warning", used(126_000, &hold(36_000)), ""),
        ("reserved, exceeded", used(126_000, &hold(80_000)), ""),
        (
            "plan, below the budget",
            used(126_000, &plan(126_000, 40_000)),
            "",
        ),
        (
            "plan, all of the budget",
            used(126_000, &plan(126_000, 74_000)),
            "",
        ),
        (
            "plan, above the budget",
            used(126_000, &plan(126_000, 95_000)),
            "",
        ),
        ("forecast, ok", of_days(BUDGET), ""),
        (
            "forecast, critical",
            of_days(&BUDGET.replace("200,000", "140,000")),
            "[budget]\nthresholds = { note = 95, warning = 96, critical = 97 }\n",
        ),
        (
            "used, critical, with a forecast",
            of_days(&BUDGET.replace("200,000", "130,000")),
            "",
        ),
        ("cost, ok", of_days(""), "[budget]\ncost = \"$1.00\"\n"),
        (
            "cost, nothing spent",
            used(0, ""),
            "[budget]\ncost = \"$15.00\"\n",
        ),
        (
            "cost, critical",
            of_days(""),
            "[budget]\ncost = \"$0.40\"\n",
        ),
        (
            "cost, exceeded",
            of_days(""),
            "[budget]\ncost = \"$0.30\"\n",
        ),
        (
            "cost, forecast",
            of_days(""),
            "[budget]\ncost = \"$0.42\"\nthresholds = { note = 95, warning = 96, critical = 97 }\n",
        ),
        ("both, ok", of_days(BUDGET), "[budget]\ncost = \"$1.00\"\n"),
        (
            "both, cost critical",
            of_days(BUDGET),
            "[budget]\ncost = \"$0.37\"\n",
        ),
        (
            "both, cost unknown",
            of_days(BUDGET),
            "[budget]\ncost = \"€0.37\"\n",
        ),
        (
            "cost alone, unknown",
            of_days(""),
            "[budget]\ncost = \"€0.37\"\n",
        ),
        ("no budget", of_days(""), ""),
        ("nothing used", used(0, BUDGET), ""),
        (
            "finished, nearly all",
            log_of("2026-01", &steady(), &BUDGET.replace("200,000", "125,000")),
            "",
        ),
        (
            "finished, exceeded",
            log_of("2026-01", &steady(), &BUDGET.replace("200,000", "115,000")),
            "",
        ),
        ("not begun", log_of("2026-03", &[(2, 5_000)], BUDGET), ""),
        (
            "a row that cannot be read",
            used(50_000, BUDGET) + "| Team B | lots |\n",
            "",
        ),
    ]
}

#[test]
fn every_report_begins_with_one_sentence_about_the_budget() {
    let mut all = String::new();
    for (name, log, settings) in cases() {
        let _ = writeln!(all, "=== {name}\n{}", head(&run(&log, settings, "")));
        let verdict = &report(&log, settings)["verdict"];
        let _ = writeln!(all, "{} {}\n", verdict["level"], verdict["basis"]);
    }
    assert_snapshot!(all);
}

#[test]
fn every_view_that_judges_begins_with_the_same_sentence() {
    let wanted = head(&sample(""));
    assert_snapshot!(wanted, @"ok: 126,670 of 200,000 tokens used (63.3%); the plan of 191,670 fits with 8,330 to spare, and the chance of exceeding the budget is 16%");
    for view in ["--forecast", "--full", "--team H"] {
        let head = head(&sample(view)).replace(" by all teams", "");
        assert_eq!(head, wanted, "{view}");
    }
    for format in [
        "--format markdown",
        "--format csv",
        "--forecast --format csv",
    ] {
        let out = sample(format).replace('"', "");
        assert!(out.contains(&wanted), "{format}\n{out}");
    }
}

#[test]
fn nothing_below_the_verdict_is_a_second_one() {
    let out = sample("--forecast");
    for word in ["probably", "risk ", "Risk", "moderate", "fit?"] {
        assert!(!out.contains(word), "{word}\n{out}");
    }
    // What the plan takes is within the budget; only the alert about a threshold has its level.
    assert!(out.contains("Plan total     191,670 (95.8%)\n"), "{out}");
    assert!(sample("").contains("Plan       191,670 tokens (95.8%), 8,330 to spare\n"));
}

#[test]
fn the_end_of_a_forecast_is_stated_once_and_is_the_right_one() {
    let out = sample("--forecast");
    assert!(
        out.contains("Forecast for all planned work (day 25 of 28)"),
        "{out}"
    );
    assert!(
        !out.contains("month ends") && !out.contains("end of the month"),
        "{out}"
    );
    let log = fs::read_to_string(fixture("logs/history.md")).unwrap();
    let out = run(&log, "", "--forecast --now 2026-02-16T18:00:00Z");
    let (_, forecast) = out.split_once("\nForecast ").unwrap();
    let (chances, _) = forecast
        .split_once("\nBurn-up")
        .or_else(|| forecast.split_once("\nBurn-up"))
        .unwrap();
    assert_eq!(chances.matches("to 2026-02-28 (").count(), 1, "{chances}");
    assert!(!chances.contains("by 2026-02-28"), "{chances}");
}

#[test]
fn a_full_report_begins_with_a_summary_that_fits_a_screen() {
    for (log, now) in [
        ("sample", "2026-02-25T17:00:00Z"),
        ("history", "2026-02-16T18:00:00Z"),
    ] {
        let file = format!("fixtures/logs/{log}.md");
        let args = [
            "-q", "--color", "never", "--now", now, "-f", &file, "--full",
        ];
        let out = Tokmon::new(args).terminal(80).run().out;
        let alerts = out
            .lines()
            .position(|line| line.starts_with("Alerts ("))
            .unwrap();
        let summary: Vec<&str> = out
            .lines()
            .enumerate()
            .take_while(|(at, line)| *at < alerts || !line.is_empty())
            .map(|(_, line)| line)
            .collect();
        assert!(summary.len() <= 23, "{out}");
        assert_snapshot!(format!("summary_of_{log}"), summary.join("\n"));
    }
}

#[test]
fn alerts_without_room_in_the_summary_follow_it() {
    let rows = |tokens: &str| {
        let rows = (1..=30).map(|team| format!("| Team {team} | {tokens} |\n"));
        rows.collect::<Vec<String>>().concat()
    };
    let (teams, limits) = (rows("1,000"), rows("900"));
    let log = format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n{teams}\n## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n{limits}\n{BUDGET}"
    );
    let out = run(&log, "", "--full");
    let lines: Vec<&str> = out.lines().collect();
    let more = lines[..23]
        .iter()
        .find(|line| line.ends_with(" more, below"));
    assert_eq!(more, Some(&"and 19 more, below"), "{out}");
    assert_eq!(out.matches("X OVER    Team ").count(), 30, "{out}");
    assert_eq!(out.matches("\nMore alerts (").count(), 1, "{out}");
}

#[test]
fn alerts_have_a_code_a_basis_and_their_figures_as_numbers() {
    let mut all = String::new();
    let mut alerts = |name: &str, log: &str, settings: &str| {
        let alerts = report(log, settings)["alerts"].clone();
        let _ = writeln!(
            all,
            "=== {name}\n{}",
            serde_json::to_string_pretty(&alerts).unwrap()
        );
    };
    let log = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    alerts("sample", &log, "");
    for (name, log, settings) in cases() {
        let wanted = [
            "used, warning",
            "reserved, exceeded",
            "forecast, critical",
            "both, cost critical",
            "both, cost unknown",
        ];
        if wanted.contains(&name) {
            alerts(name, &log, settings);
        }
    }
    let team =
        "## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n| Team A | 130K |\n\n";
    alerts(
        "a team",
        &log_of("2026-02", &steady(), &(team.to_owned() + &hold(8_000))),
        "",
    );
    assert_snapshot!(all);
}

#[test]
fn the_page_of_alerts_explains_each_code() {
    let schema: Value = serde_json::from_str(&Tokmon::new(["schema"]).output()).unwrap();
    let page = fs::read_to_string(fixture("../docs/alerts.md")).unwrap();
    let text = schema.to_string();
    let mut codes: Vec<&str> = text
        .split(r#""code":{"const":""#)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    if codes.is_empty() {
        codes = text
            .split(r#""code":{"type":"string","const":""#)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
    }
    assert_eq!(codes.len(), 19, "{text}");
    for code in codes {
        assert!(page.contains(&format!("| `{code}` |")), "{code}");
    }
}

#[test]
fn a_rate_is_extrapolated_from_three_complete_days_on() {
    let mut all = String::new();
    for first in [25, 24, 23, 22] {
        let days: Vec<(u32, u64)> = (first..=25).map(|day| (day, 30_000)).collect();
        let log = log_of("2026-02", &days, BUDGET);
        let (out, forecast) = (
            run(&log, "", "--forecast"),
            report(&log, "")["forecast"].clone(),
        );
        let crossing = &forecast["thresholds"][0];
        let _ = writeln!(
            all,
            "{} complete days: column {}, {} {}, straight line {}, rate {}",
            25 - first,
            out.contains("At burn rate"),
            crossing["burn_rate_state"],
            crossing["burn_rate_at"],
            forecast["straight_line_tokens"],
            forecast["burn_rate"]["tokens_per_day"],
        );
    }
    // Earlier months do not make a rate of this one.
    let before: Vec<(u32, u64)> = (1..32).map(|day| (day, 1_000)).collect();
    let log = log_of("2026-02", &[(24, 30_000)], BUDGET) + &log_of("2026-01", &before, "");
    let out = run(&log, "", "--forecast");
    let _ = writeln!(
        all,
        "32 in two months: column {}",
        out.contains("At burn rate")
    );
    assert_snapshot!(all);
}

#[test]
fn the_confidence_is_that_of_the_chances_of_past_months() {
    let log = fs::read_to_string(fixture("logs/history.md")).unwrap();
    let now = "--now 2026-02-16T18:00:00Z";
    let of = |budget: &str, options: &str| {
        let out = run(&log, "", &format!("{now} --budget {budget} {options}"));
        let reason = out.lines().find(|line| line.contains("such chances"));
        let title = out.lines().find(|line| line.starts_with("Forecast to"));
        format!(
            "{budget}: {}\n{}\n",
            title.unwrap(),
            reason.unwrap_or("  -")
        )
    };
    let told: Vec<String> = ["200K", "215K", "300K"]
        .iter()
        .map(|budget| of(budget, "--forecast"))
        .collect();
    assert_snapshot!(told.concat());
    let of = |options: &str| -> Value {
        serde_json::from_str(&run(&log, "", &format!("{now} --json {options}"))).unwrap()
    };
    let forecast = &of("")["forecast"];
    assert_eq!(forecast["confidence"], "low");
    assert_eq!(
        forecast["past_chances"].to_string(),
        r#"{"brier":0.307294,"forecasts":57,"months":2}"#
    );
    assert_eq!(forecast.get("backtest"), None);
    assert_eq!(
        of("--backtest")["forecast"]["past_chances"],
        forecast["past_chances"]
    );
    for team in of("")["teams"].as_array().unwrap() {
        assert_eq!(team["forecast"]["confidence"], "low");
    }
}

#[test]
fn a_finished_month_has_a_result_and_neither_rate_nor_forecast() {
    let log = log_of("2026-01", &steady(), BUDGET);
    let report = report(&log, "");
    let forecast = report["forecast"].as_object().unwrap();
    let keys: Vec<&str> = forecast.keys().map(String::as_str).collect();
    assert_snapshot!(keys.join(" "));
    let mut all = String::new();
    for view in [
        "",
        "--forecast",
        "--format csv",
        "--forecast --format csv",
        "--forecast --format markdown",
    ] {
        let out = run(&log, "", view);
        assert!(!out.to_lowercase().contains("burn rate"), "{view}\n{out}");
        let _ = writeln!(all, "=== {view}\n{out}");
    }
    assert_snapshot!("finished_month_in_every_format", all);
}

#[test]
fn a_likely_figure_of_what_is_used_says_why() {
    let stopped = log_of("2026-02", &[(1, 30_000), (2, 30_000)], BUDGET);
    let out = run(&stopped, "", "");
    assert!(
        out.contains(
            "likely 60K by 2026-02-28 (nothing more: only 2 of the last 24 complete days had usage)"
        ),
        "{out}"
    );
    let out = run(&stopped, "", "--forecast");
    assert!(out.contains("the 3.3 days left likely take nothing more: only 2 of the last 24 complete days had usage"), "{out}");
    let late = run(
        &log_of("2026-02", &steady(), BUDGET),
        "",
        "--now 2026-02-28T23:50:00Z",
    );
    assert!(
        late.contains("(nothing more: less than a day is left)"),
        "{late}"
    );
}

#[test]
fn what_the_log_states_is_compared_with_its_rows() {
    let log = used(
        126_670,
        &format!("{BUDGET}- Current usage: 125,670 tokens\n"),
    );
    let out = run(&log, "", "");
    let line = out.lines().find(|line| line.contains("125,670")).unwrap();
    assert_snapshot!(line.trim(), @"log says 125,670 (line 11), 1,000 less than the rows add up to");
}

/// What is said of usage at the edges of a budget, with thresholds that are not its edges.
#[test]
fn what_to_do_follows_the_thresholds_and_is_never_below_zero() {
    let at = |percent: u32| format!("[budget]\nthresholds = {{ exceeded = {percent} }}\n");
    let (late, early) = (at(120), at(95));
    let money = "[budget]\ncost = \"$0.63\"\nthresholds = { exceeded = 120 }\n";
    let last = "--now 2026-02-28T18:00:00Z";
    let held = |before: u64, tokens: u64| used(before, &hold(tokens));
    let cases = [
        (
            "more than all, below `exceeded`",
            used(210_005, BUDGET),
            late.as_str(),
            "",
        ),
        (
            "all of it, below `exceeded`",
            used(200_000, BUDGET),
            &late,
            "",
        ),
        ("money, below `exceeded`", used(210_005, ""), money, ""),
        (
            "less than all, from `exceeded` on",
            used(192_005, BUDGET),
            &early,
            "",
        ),
        (
            "a plan that is not enough",
            used(192_005, &plan(192_005, 3_000)),
            &early,
            "",
        ),
        (
            "a plan that is enough",
            used(192_005, &plan(192_005, 30_000)),
            &early,
            "",
        ),
        ("on the last day", used(185_000, BUDGET), "", last),
        (
            "nothing left on the last day",
            used(200_000, BUDGET),
            &late,
            last,
        ),
        ("hardly anything left", used(199_998, BUDGET), "", ""),
        ("all reserved", held(126_000, 74_000), "", ""),
        ("more reserved than all", held(126_000, 84_005), "", ""),
        (
            "reserved, from `exceeded` on",
            held(126_000, 66_000),
            &early,
            "",
        ),
        (
            "reserved, below `exceeded`",
            held(126_000, 84_005),
            &late,
            "",
        ),
        ("reserved, some left", held(126_000, 36_000), "", ""),
    ];
    let mut all = String::new();
    for (name, log, settings, options) in cases {
        let _ = writeln!(all, "=== {name}\n{}\n", head(&run(&log, settings, options)));
    }
    assert_snapshot!(all);
}

#[test]
fn what_is_to_do_is_enough_and_no_more_than_that() {
    let level = |log: &str, settings: &str| report(log, settings)["verdict"]["level"].clone();
    let raised = |tokens: &str| BUDGET.replace("200,000", tokens);
    let early = "[budget]\nthresholds = { exceeded = 95 }\n";
    assert_eq!(level(&used(192_005, &raised("202,110")), early), "exceeded");
    assert_eq!(level(&used(192_005, &raised("202,111")), early), "critical");
    let held = |tokens: u64, budget: &str| used(126_000, &hold(tokens).replace("200,000", budget));
    assert_eq!(level(&held(74_000, "200,000"), ""), "exceeded");
    assert_eq!(level(&held(73_999, "200,000"), ""), "critical");
    assert_eq!(level(&held(74_000, "200,001"), ""), "critical");
}

#[test]
fn a_finished_month_is_exceeded_by_what_is_used_and_not_by_thresholds() {
    let of = |tokens: u64, behind: &str| log_of("2026-01", &[(24, tokens)], behind);
    let exceeded = |percent: u32| format!("[budget]\nthresholds = {{ exceeded = {percent} }}\n");
    let money =
        |cost: &str| format!("[budget]\ncost = \"{cost}\"\nthresholds = {{ exceeded = 120 }}\n");
    let cases = [
        ("nearly all", of(192_005, BUDGET), exceeded(95), "ok true"),
        ("all", of(200_000, BUDGET), exceeded(120), "exceeded false"),
        (
            "more than all",
            of(210_005, BUDGET),
            exceeded(120),
            "exceeded false",
        ),
        (
            "more money than all",
            of(192_005, BUDGET),
            money("$0.55"),
            "exceeded false",
        ),
        (
            "less money than all",
            of(192_005, BUDGET),
            money("$0.60"),
            "ok true",
        ),
        (
            "nothing of nothing",
            of(0, &BUDGET.replace("200,000", "0")),
            String::new(),
            "ok true",
        ),
    ];
    let mut all = String::new();
    for (name, log, settings, wanted) in cases {
        let report = report(&log, &settings);
        let (level, fits) = (
            &report["verdict"]["level"],
            &report["forecast"]["result"]["fits"],
        );
        assert_eq!(
            format!("{} {fits}", level.as_str().unwrap()),
            wanted,
            "{name}"
        );
        let folder = repository(&[
            ("cost-log.md", log.as_str()),
            ("tokmon.toml", settings.as_str()),
        ]);
        let gate = Tokmon::new(["-q", "--month", "2026-01", "--fail-on-forecast", "warning"]);
        let gate = gate.folder(folder.path()).run();
        let is_over = level == "exceeded";
        assert_eq!(gate.code, u8::from(is_over), "{name}: {}", gate.err);
        let out = run(&log, &settings, "--forecast");
        let result = out.split_once("\nResult ").map_or("", |(_, result)| result);
        let lines: Vec<&str> = result.lines().skip(1).take(2).collect();
        let _ = writeln!(all, "=== {name}\n{}\n{}\n", head(&out), lines.join("\n"));
    }
    assert_snapshot!(all);
}

#[test]
fn an_estimate_is_marked_in_each_sentence() {
    let estimated = |log: String| log.replace("| Team A | 126000 |", "| Team A | ~126K |");
    let mut all = String::new();
    for behind in [
        BUDGET.to_owned(),
        hold(36_000),
        plan(126_000, 95_000),
        String::new(),
    ] {
        let log = estimated(used(126_000, &behind));
        let _ = writeln!(all, "{}\n", head(&run(&log, "", "")));
    }
    let days = log_of("2026-02", &steady(), &BUDGET.replace("200,000", "140,000"));
    let log = days
        .replace("| Team A | 120000 |", "| Team A | ~120K |")
        .replace("| 6000 |", "| ~6K |");
    let settings = "[budget]\nthresholds = { note = 95, warning = 96, critical = 97 }\n";
    let _ = writeln!(all, "{}\n", head(&run(&log, settings, "")));
    assert_snapshot!(all);
}

/// How bad a level is.
fn rank(level: &Value) -> usize {
    let levels = ["ok", "note", "warning", "critical", "exceeded"];
    levels
        .iter()
        .position(|name| level == name)
        .map_or(0, |at| at + 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_verdict_is_never_better_than_what_it_rests_on(
        days in prop::collection::vec(0..40_000_u64, 1..24),
        budget in 1..900_000_u64,
        cents in prop::option::of(1..300_u64),
        held in prop::option::of(1..300_000_u64),
        pending in prop::option::of(1..300_000_u64),
        over in any::<bool>(),
    ) {
        let days: Vec<(u32, u64)> = (1..).zip(days).collect();
        let total = format!("**Budget Status:**\n- Total budget: {budget} tokens\n");
        let sum: u64 = days.iter().map(|(_, tokens)| tokens).sum();
        let mut behind = total;
        if let Some(held) = held {
            behind += &hold(held).replace(BUDGET, "");
        }
        if let Some(pending) = pending {
            behind += &plan(sum, pending).replace(BUDGET, "");
        }
        let month = if over { "2026-01" } else { "2026-02" };
        let settings = cents.map(|cents| format!("[budget]\ncost = \"${}.{:02}\"\n", cents / 100, cents % 100));
        let report = report(&log_of(month, &days, &behind), &settings.unwrap_or_default());
        let verdict = &report["verdict"];
        let message = verdict["message"].as_str().unwrap();
        let level = verdict["level"].as_str().unwrap();
        let begins = format!("{level}: ");
        prop_assert!(message.starts_with(&begins) && message.len() > begins.len(), "{}", message);
        prop_assert!(!message.chars().any(char::is_control), "{}", message);
        if over {
            let is_exceeded = report["level"] == "exceeded";
            prop_assert_eq!(level, if is_exceeded { "exceeded" } else { "ok" });
            prop_assert_eq!(verdict.get("action"), None);
            return Ok(());
        }
        let plan = &report["forecast"]["plan"];
        let above = plan["total_tokens"].as_u64() > Some(budget);
        let of_plan = if above { &plan["level"] } else { &Value::Null };
        let all = [&report["level"], &report["reserved_level"], &report["forecast"]["level"], of_plan];
        let worst = all.into_iter().map(rank).max().unwrap();
        prop_assert_eq!(rank(&verdict["level"]), worst, "{}", message);
        let silence = report["forecast"]["inputs"].get("silence").is_some();
        let has_to_act = silence || worst >= rank(&"warning".into());
        prop_assert_eq!(verdict.get("action").is_some(), has_to_act, "{}", message);
    }
}
