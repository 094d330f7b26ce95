//! The formats for monitoring systems: whole outputs, exit codes, and what the tools of these systems say about them.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use insta::assert_snapshot;
use serde_json::Value;

use crate::{
    harness::{Tokmon, binary, fixture, log_of, outcome, repository},
    installed::has,
};

const SAMPLE: [&str; 2] = ["-f", "fixtures/logs/sample.md"];

fn formatted(format: &str, options: &[&str]) -> Tokmon {
    let args = ["--format", format].into_iter();
    Tokmon::new(args.chain(options.iter().copied()))
}

/// Budgets in tokens and in money.
const SETTINGS: &str = "[budget]\ntokens = \"200K\"\ncost = \"0.45 USD\"\n";

fn health(tokmon: Tokmon) -> Value {
    serde_json::from_str(&tokmon.output()).unwrap()
}

#[test]
fn metrics_of_the_sample() {
    assert_snapshot!("prometheus_sample", formatted("prometheus", &SAMPLE).run());
    assert_snapshot!(
        "openmetrics_sample",
        formatted("openmetrics", &SAMPLE).run()
    );
}

#[test]
fn metrics_of_money_holds_and_a_forecast() {
    let log = fs::read_to_string(fixture("logs/history.md")).unwrap();
    let hold = "[HOLD] 2026-02-16T17:30:00Z team=\"Team A\" tokens=6000 cost=0.01 until=2026-02-16T19:00:00Z id=h81\n";
    let log = format!("{log}\n{hold}");
    let settings = "[budget]\ntokens = \"200K\"\ncost = \"0.45 USD\"\n[teams.\"Team A\"]\ncost = \"0.25 USD\"\n[prices]\nclaude-haiku-4-5 = \"0.003 USD\"\n";
    let decisions = "2026-02-16T17:00:00+00:00 decision=deny reason=cap count=2\n2026-02-16T17:00:00+00:00 decision=allow reason=within_caps\n";
    let folder = repository(&[
        ("cost-log.md", &log),
        ("tokmon.toml", settings),
        (".tokmon/decisions", decisions),
    ]);
    let of = |format: &str, options: &[&str]| {
        let now = ["--now", "2026-02-16T18:00:00Z"].into_iter();
        let args: Vec<&str> = now.chain(options.iter().copied()).collect();
        formatted(format, &args).folder(folder.path()).run()
    };
    assert_snapshot!("prometheus_history", of("prometheus", &[]));
    assert_snapshot!(of("nagios", &["--team", "Team A"]), @"
    exit 1
    --- out
    TOKENS WARNING - Team A: 68,090 of 90,000 tokens (75.6%), $0.204 of $0.250 (81.7%) | used=68090;72000;81000;0;90000 cost=0.20427;0.20;0.225;0;0.25 cost_pct=81.7%;80;90;0;100
    --- err
    ");
    let openmetrics = of("openmetrics", &[]).out;
    let counter = "# TYPE tokmon_guard_decisions counter\ntokmon_guard_decisions_total{decision=\"allow\",reason=\"within_caps\"} 1\n";
    assert!(openmetrics.contains(counter), "{openmetrics}");
}

#[test]
fn what_is_not_known_has_no_sample() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 500 |\n";
    let out = formatted("prometheus", &["-f", "-"])
        .input(log.as_bytes())
        .output();
    for name in ["budget", "remaining", "ratio", "level", "cost", "allocated"] {
        let families = out.lines().filter(|line| line.starts_with("# TYPE"));
        let mut named = families.filter(|line| line.contains(name));
        assert_eq!(named.next(), None);
    }
    assert!(out.contains("\ntokmon_used_tokens 500\n"), "{out}");
}

#[test]
fn monitoring_judges_the_current_month_and_says_so() {
    let later = ["--now", "2026-11-21T12:00:00Z", SAMPLE[0], SAMPLE[1]];
    let ran = formatted("prometheus", &later).run();
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            0,
            "tokmon: judged 2026-11: no rows yet; last row 2026-02-25\n"
        )
    );
    assert!(ran.out.contains("\ntokmon_used_tokens 0\n"), "{}", ran.out);
    assert_snapshot!(formatted("nagios", &later).run(), @"
    exit 0
    --- out
    TOKENS OK - 0 of 200,000 tokens (0.0%), forecast 30.4%; 2026-11: no rows yet; last row 2026-02-25 | used=0;160000;180000;0;200000 used_pct=0.0%;80;90;0;100 forecast=60971;160000;180000;0;200000
    --- err
    ");
    let named = [
        "--month",
        "2026-02",
        "--now",
        "2026-11-21T12:00:00Z",
        SAMPLE[0],
        SAMPLE[1],
    ];
    let out = formatted("prometheus", &named).output();
    assert!(out.contains("\ntokmon_used_tokens 126670\n"), "{out}");
}

#[test]
fn health_of_the_sample_has_no_cents() {
    assert_snapshot!("health_sample", formatted("health", &SAMPLE).run());
}

#[test]
fn health_has_cents_with_a_budget_in_money() {
    let log = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let folder = repository(&[("cost-log.md", &log), ("tokmon.toml", SETTINGS)]);
    assert_snapshot!(
        "health_money",
        formatted("health", &[]).folder(folder.path()).run()
    );
}

#[test]
fn cents_are_rounded_so_that_they_agree_with_the_status() {
    // Spent, the budget, and what health says of them.
    let cases = [
        ("24.999", "25.00", (2_500, 2_499, 1, 99.9, "critical")),
        ("25.00", "25.00", (2_500, 2_500, 0, 100.0, "exceeded")),
        ("25.019", "25.00", (2_500, 2_501, -1, 100.0, "exceeded")),
        ("18.7499", "25.00", (2_500, 1_874, 626, 74.9, "ok")),
        ("19.99999", "25.00", (2_500, 1_999, 501, 79.9, "ok")),
        ("20.00", "25.00", (2_500, 2_000, 500, 80.0, "warning")),
        ("0.00", "0.125", (12, 0, 12, 0.0, "ok")),
        ("0.00", "0.135", (14, 0, 14, 0.0, "ok")),
    ];
    for (spent, budget, expected) in cases {
        let log = format!(
            "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 500 | ${spent} |\n"
        );
        let settings = format!("[budget]\ncost = \"{budget} USD\"\n");
        let folder = repository(&[("cost-log.md", &log), ("tokmon.toml", &settings)]);
        let health = health(formatted("health", &[]).folder(folder.path()));
        let entry = &health["organizations"][0];
        let (limit, used, left, percent, status) = expected;
        let expected = serde_json::json!([limit, used, left, percent, status]);
        let keys = [
            "monthlyBudgetCents",
            "currentMonthSpendCents",
            "remainingCents",
            "percentUsed",
            "status",
        ];
        let found: Vec<&Value> = keys.iter().map(|key| &entry[*key]).collect();
        assert_eq!(serde_json::json!(found), expected, "{spent} of {budget}");
    }
}

#[test]
fn health_has_an_entry_for_each_project_and_one_for_all() {
    let log = "## 2026-02 Monthly Summary (Alpha)\n\n| Team | Tokens |\n|---|---|\n| Team A | 500 |\n\n## 2026-02 Monthly Summary (Beta Two)\n\n| Team | Tokens |\n|---|---|\n| Team B | 450 |\n";
    let of = |options: &[&str]| {
        let args = ["-f", "-", "--budget", "1000"];
        let args: Vec<&str> = args.into_iter().chain(options.iter().copied()).collect();
        health(formatted("health", &args).input(log.as_bytes()))
    };
    let health = of(&[]);
    let entry = |of: &Value| {
        let keys = [
            "organizationId",
            "name",
            "currentMonthUsedTokens",
            "percentUsed",
            "status",
        ];
        keys.map(|key| of[key].clone())
    };
    let entries: Vec<_> = health["organizations"]
        .as_array()
        .unwrap()
        .iter()
        .map(entry)
        .collect();
    assert_eq!(
        serde_json::json!(entries),
        serde_json::json!([
            ["alpha", "Alpha", 500, 50.0, "ok"],
            ["beta-two", "Beta Two", 450, 45.0, "ok"]
        ])
    );
    assert_eq!(
        serde_json::json!(entry(&health["total"])),
        serde_json::json!(["-", "-", 950, 95.0, "critical"])
    );
    let one = of(&["--project", "beta two"]);
    assert_eq!(one["organizations"].as_array().unwrap().len(), 1);
    assert_eq!(one["organizations"][0]["name"], "Beta Two");
}

#[test]
fn health_keeps_to_its_schema() {
    let schema = Tokmon::new(["schema", "health"]).output();
    assert_snapshot!("schema_health", schema);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut reports = 0;
    for entry in fs::read_dir(fixture("logs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "md") {
            continue;
        }
        for options in [&["-q"][..], &["-q", "--budget", "200K"]] {
            let mut args = vec!["-f", path.to_str().unwrap()];
            args.extend(options);
            let ran = formatted("health", &args).run();
            let report: Value = serde_json::from_str(&ran.out).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&report)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            reports += 1;
        }
    }
    assert!(reports > 20, "{reports}");
}

#[test]
fn each_level_has_its_state_and_exit_code() {
    let mut table = String::new();
    for used in [0, 149, 150, 159, 160, 179, 180, 199, 200, 250] {
        let ran = formatted("nagios", &["-f", "-", "--budget", "200"])
            .input(log_of(used).as_bytes())
            .run();
        let _ = write!(table, "{} {}", ran.code, ran.out);
        assert_eq!(ran.err, "");
    }
    assert_snapshot!("nagios_levels", table);
}

#[test]
fn whatever_fails_is_unknown_to_a_plugin() {
    let empty = repository(&[]);
    let log = log_of(5);
    let broken = repository(&[("cost-log.md", &log), ("tokmon.toml", "budget = 1\n")]);
    let euros = repository(&[
        (
            "cost-log.md",
            "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| A | 5 | $1.00 |\n",
        ),
        ("tokmon.toml", "[budget]\ncost = \"5 EUR\"\n"),
    ]);
    let mut all = String::new();
    for (folder, options) in [
        (&empty, &[][..]),
        (&empty, &["-f", "gone.md"]),
        (&broken, &[]),
        (&euros, &[]),
        (&euros, &["--fail-on", "warning", "--budget", "10"]),
        (&euros, &["--teams"]),
        (&euros, &["--team", "B|\u{1b}[31m"]),
        (&euros, &["--moon"]),
        (&euros, &["check"]),
    ] {
        let ran = formatted("nagios", options).folder(folder.path()).run();
        assert_eq!(ran.code, 3, "{options:?}: {ran}");
        assert!(ran.out.starts_with("TOKENS UNKNOWN - "), "{ran}");
        assert_eq!(ran.out.lines().count(), 1, "{ran}");
        let bars = ran.out.matches('|').count();
        assert!(bars <= 1, "{ran}");
        let _ = writeln!(all, "{options:?}: {}", ran.out.trim_end());
    }
    assert_snapshot!("nagios_unknown", all);
}

#[test]
fn a_plugin_judges_a_team_by_its_allocation() {
    let of = |team: &str| formatted("nagios", &[SAMPLE[0], SAMPLE[1], "--team", team]).run();
    assert_snapshot!(of("Team G"), @"
    exit 1
    --- out
    TOKENS WARNING - Team G: 8,240 of 10,000 tokens (82.4%) | used=8240;8000;9000;0;10000
    --- err
    ");
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| A | 500 | $1.00 |\n";
    let euros = "[teams.\"A\"]\ntokens = 1000\ncost = \"5 EUR\"\n";
    let folder = repository(&[("cost-log.md", log), ("tokmon.toml", euros)]);
    let ran = formatted("nagios", &["--team", "A"])
        .folder(folder.path())
        .run();
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (
            3,
            "TOKENS UNKNOWN - A: the cost budget of €5.000 cannot be judged: the log's costs are in USD | used=500;800;900;0;1000\n"
        )
    );
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 500 |\n";
    let ran = formatted("nagios", &["-f", "-", "--team", "A"])
        .input(log.as_bytes())
        .run();
    assert_snapshot!(ran, @"
    exit 3
    --- out
    TOKENS UNKNOWN - A has no allocation; 500 tokens used | used=500;;;0
    --- err
    ");
}

#[test]
fn a_log_that_is_too_old_is_critical_to_a_plugin() {
    let of = |age: &str| {
        let args = [SAMPLE[0], SAMPLE[1], "--max-age", age];
        let now = ["--now", "2026-02-28T12:00:00Z"];
        formatted("nagios", &[args.as_slice(), &now].concat()).run()
    };
    assert_eq!(of("4d").code, 0);
    let old = of("2d");
    assert_eq!((old.code, old.err.as_str()), (2, ""));
    let begins = "TOKENS CRITICAL - last row 2026-02-25: --max-age 2d is reached; 126,670 of 200,000 tokens (63.3%)";
    assert!(old.out.starts_with(begins), "{old}");
}

#[test]
fn health_without_a_project_has_the_name_of_the_folder() {
    let folder = repository(&[
        ("agents/.git/HEAD", ""),
        ("agents/docs/cost-log.md", &log_of(5)),
    ]);
    for (at, log) in [
        ("agents", "docs/cost-log.md"),
        ("agents/docs", "cost-log.md"),
    ] {
        let args = ["-f", log];
        let health = health(formatted("health", &args).folder(&folder.path().join(at)));
        for entry in [&health["total"], &health["organizations"][0]] {
            assert_eq!(
                (&entry["organizationId"], &entry["name"]),
                (&"agents".into(), &"agents".into())
            );
        }
    }
}

/// Names that end a value, a line or a label elsewhere.
const NAMES: [&str; 7] = [
    "N \"quoted\"",
    "N back\\slash\\",
    "N {a=\"b\"} 1",
    "N # HELP x",
    "N 팀 é 👩‍💻",
    "N esc\u{1b}[31m",
    "N bar &#124; =cmd",
];

fn hostile() -> String {
    let rows = NAMES.map(|name| format!("| {name} | 500 |\n"));
    format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n{}",
        rows.concat()
    )
}

#[test]
fn names_are_escaped_in_labels() {
    let out = formatted("prometheus", &["-f", "-"])
        .input(hostile().as_bytes())
        .output();
    let lines = out
        .lines()
        .filter(|line| line.starts_with("tokmon_team_used_tokens{"));
    let lines: Vec<&str> = lines.collect();
    assert_snapshot!("prometheus_names", lines.join("\n"));
}

#[test]
fn no_two_samples_have_the_same_labels() {
    let hostile = fs::read_to_string(fixture("logs/hostile.md")).unwrap();
    let alike = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A\u{200e}B | 5 |\n| A\\u{200e}B | 6 |\n| A\\u{200e}B (2) | 7 |\n";
    for log in [hostile.as_str(), alike] {
        for format in ["prometheus", "openmetrics"] {
            let out = formatted(format, &["-q", "-f", "-"])
                .input(log.as_bytes())
                .run()
                .out;
            let lines = out.lines().filter(|line| !line.starts_with('#'));
            let mut series: Vec<&str> =
                lines.map(|line| line.rsplit_once(' ').unwrap().0).collect();
            let count = series.len();
            series.sort_unstable();
            series.dedup();
            assert_eq!(series.len(), count, "{out}");
        }
    }
}

#[test]
fn health_of_many_projects_is_bounded() {
    let mut log = String::new();
    for project in 0..200 {
        let _ = writeln!(
            log,
            "## 2026-02 Monthly Summary (P {project})\n\n| Team | Tokens |\n|---|---|\n| Team {project} | 5 |\n"
        );
    }
    let health = health(formatted("health", &["-f", "-"]).input(log.as_bytes()));
    assert_eq!(health["organizations"].as_array().unwrap().len(), 50);
    assert_eq!(health["projects_left_out"], 150);
    assert_eq!(health["total"]["currentMonthUsedTokens"], 1_000);
}

#[test]
fn organizations_have_ids_of_their_own() {
    let log = "## 2026-02 Monthly Summary (A B)\n\n| Team | Tokens |\n|---|---|\n| X | 5 |\n\n## 2026-02 Monthly Summary (A-B)\n\n| Team | Tokens |\n|---|---|\n| Y | 5 |\n";
    let health = health(formatted("health", &["-f", "-"]).input(log.as_bytes()));
    let ids = health["organizations"].as_array().unwrap().iter();
    let ids: Vec<&Value> = ids.map(|one| &one["organizationId"]).collect();
    assert_eq!(ids, ["a-b", "a-b-2"]);
}

#[test]
fn a_log_of_many_teams_makes_a_bounded_number_of_samples() {
    let mut log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n".to_owned();
    for team in 0..2_000 {
        let _ = writeln!(log, "| Team {team} | {} |", team + 1);
    }
    let out = formatted("prometheus", &["-f", "-"])
        .input(log.as_bytes())
        .output();
    let samples = out
        .lines()
        .filter_map(|line| line.strip_prefix("tokmon_team_used_tokens{"));
    let figures: Vec<u64> = samples
        .map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
        .collect();
    assert_eq!(figures.len(), 501);
    assert_eq!(figures.iter().sum::<u64>(), 2_000 * 2_001 / 2);
    assert!(out.contains("tokmon_team_used_tokens{team=\"\"}"));
    assert!(out.contains("\ntokmon_teams 2000\n"));
}

/// Runs a tool with this input.
fn tool(name: &str, args: &[&str], input: &str) -> (bool, String) {
    let mut command = Command::new(name);
    command.args(args).stdin(Stdio::piped());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), outcome(&output))
}

#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    if !has("promtool") {
        return;
    }
    let logs = [
        "sample", "history", "hostile", "rotten", "projects", "korean", "v1",
    ];
    let logs = logs.map(|name| fs::read_to_string(fixture(&format!("logs/{name}.md"))).unwrap());
    for log in logs.into_iter().chain([hostile()]) {
        for budget in ["0", "200K"] {
            let args = ["-q", "-f", "-", "--budget", budget];
            let out = formatted("prometheus", &args)
                .input(log.as_bytes())
                .output();
            let (is_fine, said) = tool("promtool", &["check", "metrics"], &out);
            assert!(is_fine, "{said}\n{out}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_text_file_can_be_read_by_every_user_and_stays_where_a_run_fails() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = repository(&[("cost-log.md", &log_of(5))]);
    let run = |log: &str| {
        let mut command = Command::new("sh");
        command
            .current_dir(folder.path())
            .env("TOKMON_NOW", crate::harness::NOW)
            .args(["-c", "umask 077; exec \"$0\" \"$@\""])
            .arg(binary(folder.path()).get_program())
            .args(["--format", "prometheus", "-o", "tokmon.prom", "-f", log]);
        command.output().unwrap()
    };
    let path = folder.path().join("tokmon.prom");
    assert_eq!(
        outcome(&run("cost-log.md")),
        "exit Some(0)\n--- out\n--- err\n"
    );
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o644);
    let before = fs::read_to_string(&path).unwrap();
    assert!(before.ends_with('\n') && before.contains("\ntokmon_used_tokens 5\n"));
    assert_eq!(run("gone.md").status.code(), Some(66));
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(run("cost-log.md").status.code(), Some(0));
    assert_eq!(mode(), 0o640, "what a user decided is kept");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".git", "cost-log.md", "tokmon.prom"]);
}

#[test]
fn formats_for_monitoring_have_no_views() {
    for option in ["--teams", "--daily", "--forecast", "--full"] {
        let ran = formatted("health", &[SAMPLE[0], SAMPLE[1], option]).run();
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{ran}");
    }
    let args = [SAMPLE[0], SAMPLE[1], "--fail-on", "ok"];
    assert_eq!(formatted("health", &args).run().code, 64);
    let args = [
        SAMPLE[0],
        SAMPLE[1],
        "--budget",
        "150K",
        "--fail-on",
        "warning",
    ];
    let ran = formatted("health", &args).run();
    assert_eq!(ran.code, 1, "{ran}");
}
