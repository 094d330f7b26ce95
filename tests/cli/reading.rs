//! What users see of a log that is in another form than tokmon's: which tables were read, why nothing counts, what is not written, and
//! how the reading is corrected.

use std::{fmt::Write as _, fs, path::Path};

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Ran, Tokmon, fixture, log_of, repository};

/// Two tables that count, one without a date, and others that do not count.
const COSTS: &str = "\
# Costs

## Log

| Date | Task | Tokens In | Tokens Out | Remaining | Cost |
|---|---|---|---|---|---|
| 2026-02-20 | Parser | 1,000 | 500 | 90% | $1.50 |
| 2026-02-21 | Tests | 2,000 | 600 | 80% | $2.50 |
| 2026-02-22 | Review | n/a | n/a | 80% | — |
| Total | | 3,000 | 1,100 | | $4.00 |

## 2026-02-24

| Agent | Tokens |
|---|---|
| Planner | 700 |
| Coder | 300 |

## Usage before we kept dates

| Agent | Tokens |
|---|---|
| Coder | 5,000 |

## Pricing

| Model | Price per 1M tokens |
|---|---|
| opus | $15 |

## Ideas

| Idea | Why |
|---|---|
| Cache | cheaper |
";

/// A run in a folder, whose name is the team's where none is named.
fn run(folder: &Path, line: &str) -> Ran {
    let args = shell_words::split(line).unwrap();
    let args = args.iter().map(String::as_str);
    let mut ran = Tokmon::new(args).folder(folder).run();
    let names = folder.ancestors().filter_map(Path::file_name);
    let names = names.map(|name| name.to_string_lossy().into_owned());
    if let Some(name) = names.into_iter().find(|name| name.starts_with(".tmp")) {
        ran.out = ran.out.replace(&name, "project");
    }
    ran
}

#[test]
fn each_table_is_listed_with_what_it_is_taken_for() {
    let folder = repository(&[("costs.md", COSTS)]);
    assert_snapshot!("tables", run(folder.path(), "check --tables -f costs.md"));
    let json = run(folder.path(), "check --tables -f costs.md --json");
    assert_snapshot!("tables_json", json);
}

#[test]
fn the_tables_of_a_log_in_the_own_format_are_listed_by_their_sections() {
    let log =
        log_of(900) + "\n## Pricing\n\n| Model | Price |\n|---|---|\n| opus | $15 |\n| a | b |\n";
    let legacy = "# Costs\n\n| Date | Role | Model | Input | Output |\n|---|---|---|---|---|\n| 2026-02-03 | QA | opus | 10 | 5 |\n";
    let folder = repository(&[("cost-log.md", &log), ("old.md", legacy)]);
    assert_snapshot!("tables_of_own_format", run(folder.path(), "check --tables"));
    assert_snapshot!(
        "tables_before_v2",
        run(folder.path(), "check --tables -f old.md")
    );
}

#[test]
fn a_listing_goes_with_no_other_work() {
    let folder = repository(&[("costs.md", COSTS)]);
    for option in [
        "--fix",
        "--explain TM001",
        "--format sarif",
        "--format github",
    ] {
        let ran = run(
            folder.path(),
            &format!("check --tables -f costs.md {option}"),
        );
        assert_eq!(ran.code, 64, "{option}: {ran}");
    }
}

#[test]
fn where_nothing_counts_each_table_is_named_with_what_it_lacks() {
    let tables = [
        (
            "Pricing",
            "| Model | Price per 1M tokens |\n|---|---|\n| opus | $15 |\n",
        ),
        (
            "Plan",
            "| Date | Projected tokens |\n|---|---|\n| 2026-03-01 | 9,000 |\n",
        ),
        ("Sessions", "| Agent | Tokens |\n|---|---|\n| A | 100 |\n"),
        (
            "Why",
            "| Date | Cost drivers |\n|---|---|\n| 2026-02-01 | long prompts |\n",
        ),
        (
            "Words",
            "| Date | Tokens |\n|---|---|\n| 2026-02-01 | many |\n| 2026-02-02 | 5 |\n| 2026-02-03 | few |\n",
        ),
        ("Empty", "| Date | Tokens |\n|---|---|\n"),
        ("\u{1b}[31mred", "| a | b |\n|---|---|\n| c | d |\n"),
    ];
    let mut text = String::from("# Costs\n\n| a |\n|---|\n| b |\n");
    for (heading, table) in tables {
        write!(text, "\n## {heading}\n\n{table}").unwrap();
    }
    let folder = repository(&[("costs.md", &text)]);
    assert_snapshot!("nothing_counts", run(folder.path(), "-f costs.md"));
    assert_eq!(run(folder.path(), "--teams -f costs.md").code, 65);
    assert_snapshot!(run(folder.path(), "statusline -f costs.md").out, @"tokens ? costs.md holds no usage that can be read");
    for at in 0..9 {
        write!(text, "\n## More {at}\n\n| a |\n|---|\n| b |\n").unwrap();
    }
    fs::write(folder.path().join("costs.md"), &text).unwrap();
    let err = run(folder.path(), "-f costs.md").err;
    assert!(err.contains("\n  and 5 more\n"), "{err}");
}

#[test]
fn a_check_of_a_file_in_which_nothing_counts_names_its_findings_and_each_table() {
    let table =
        "| Date | Team | Tokens |\n|---|---|---|\n| 13/14/2026 | a | 5 |\n| 14/15/2026 | b | 6 |\n";
    let folder = repository(&[("costs.md", table)]);
    assert_snapshot!(
        "nothing_counts_check",
        run(folder.path(), "check -f costs.md")
    );
    let json = run(folder.path(), "check --json -f costs.md");
    assert_eq!(json.code, 65, "{json}");
    assert!(json.out.contains("\"TM007\""), "{json}");
}

#[test]
fn nothing_is_written_into_a_log_of_another_form() {
    let folder = repository(&[
        ("cost-log.md", COSTS),
        (
            "tokmon.toml",
            "[budget]\ntokens = 4_000\nreset = \"manual\"\n",
        ),
        ("batch.jsonl", "{\"team\": \"QA\", \"tokens\": 5}\n"),
    ]);
    let mut pictures = String::new();
    for line in [
        "record --team QA --tokens 5",
        "record --team QA --tokens 5 --dry-run",
        "record --batch batch.jsonl",
        "check --fix",
        "check --fix --dry-run",
        "check --fix --dry-run --json",
        "archive",
        "archive --dry-run --json",
        "holds --free k3f9x2m4",
        "guard --team QA --tokens 5 --hold 5",
        "guard --team QA --tokens 5 --override 'release day'",
        "alert",
        "budget --reset --yes",
    ] {
        let ran = run(folder.path(), line);
        assert_eq!((ran.code, ran.out.as_str()), (65, ""), "{line}: {ran}");
        writeln!(pictures, "$ tokmon {line}\n{}", ran.err).unwrap();
        let log = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
        assert_eq!(log, COSTS, "{line}");
    }
    assert_snapshot!("not_written", pictures);
}

#[test]
fn a_log_of_another_form_is_judged_all_the_same() {
    let folder = repository(&[("cost-log.md", COSTS)]);
    for (line, code) in [
        ("guard --tokens 5 --budget 200K", 0),
        ("guard --tokens 5 --budget 4K", 20),
        ("alert --dry-run --budget 4K", 0),
        ("holds", 0),
        ("budget --budget 200K", 0),
        ("--fail-on exceeded --budget 4K", 1),
        ("check", 0),
    ] {
        let ran = run(folder.path(), line);
        assert_eq!(ran.code, code, "{line}: {ran}");
    }
}

#[test]
fn a_log_without_any_table_is_written_as_before() {
    let folder = repository(&[("cost-log.md", "# Notes\n\nNothing yet.\n")]);
    assert_eq!(run(folder.path(), "record --team QA --tokens 5").code, 0);
}

#[test]
fn init_writes_down_how_a_log_is_read() {
    let folder = repository(&[("docs/COST_LOG.md", COSTS)]);
    assert_snapshot!("init_dry_run", run(folder.path(), "init --dry-run"));
    assert!(!folder.path().join("docs/tokmon.toml").exists());
    assert_snapshot!("init", run(folder.path(), "init --budget 200K"));
    let settings = folder.path().join("docs/tokmon.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let figures = || {
        let out = run(folder.path(), "--full").out;
        out.split("\nread ").next().unwrap().to_owned()
    };
    let before = figures();
    // What was inferred changes nothing where it holds.
    let (head, read) = text.split_once("[read]").unwrap();
    let lines = read.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    let read: Vec<&str> = lines.collect();
    fs::write(&settings, format!("{head}[read]{}", read.join("\n"))).unwrap();
    assert_eq!(figures(), before);
    // Once only.
    let again = run(folder.path(), "init");
    assert_eq!((again.code, again.out.as_str()), (73, ""), "{again}");
    assert_eq!(
        fs::read_to_string(folder.path().join("docs/COST_LOG.md")).unwrap(),
        COSTS
    );
}

#[test]
fn init_adds_to_settings_that_are_there() {
    let own = "[budget]\ntokens = 9_000";
    let folder = repository(&[("tokmon.toml", own), ("costs.md", COSTS)]);
    assert_snapshot!(
        "init_added_dry_run",
        run(folder.path(), "init -f costs.md --dry-run")
    );
    assert_eq!(run(folder.path(), "init -f costs.md --budget 5K").code, 64);
    assert_snapshot!("init_added", run(folder.path(), "init -f costs.md"));
    let text = fs::read_to_string(folder.path().join("tokmon.toml")).unwrap();
    assert!(
        text.starts_with("[budget]\ntokens = 9_000\n\n# How tokmon reads costs.md"),
        "{text}"
    );
    let out = run(folder.path(), "-f costs.md").out;
    assert!(out.contains("Budget      9,000 tokens"), "{out}");
}

#[test]
fn a_log_with_another_usual_name_is_found() {
    for name in [
        "COST_LOG.md",
        "Cost-Log.md",
        "TOKEN_USAGE.md",
        "token-usage.md",
        "token-log.md",
        "docs/TOKEN_LOG.MD",
        "shared-intelligence/cost_log.md",
    ] {
        let folder = repository(&[(name, COSTS), ("deep/er/x", "")]);
        let ran = run(&folder.path().join("deep/er"), "--json");
        assert!(ran.out.contains(&format!("{name}\"")), "{name}: {ran}");
    }
    // The plain name comes first, and a folder is no log.
    let folder = repository(&[("cost-log.md", &log_of(7)), ("deep/TOKEN_USAGE.md", COSTS)]);
    let out = run(&folder.path().join("deep"), "").out;
    assert!(out.contains("Used       7 tokens"), "{out}");
    let folder = repository(&[("COST_LOG.md/x", ""), ("token_usage.md", COSTS)]);
    assert!(run(folder.path(), "").out.contains("token_usage.md"));
    let folder = repository(&[
        ("token-usage.md", "b"),
        ("TOKEN_USAGE.md", "a"),
        ("Token-Log.md", COSTS),
    ]);
    assert!(run(folder.path(), "").out.contains("Token-Log.md"));
}

#[test]
fn every_view_says_in_a_line_which_tables_were_read() {
    let folder = repository(&[("costs.md", COSTS)]);
    let said = "read 3 of 5 tables: \"Log\" (line 5, date column)";
    assert_snapshot!("status", run(folder.path(), "-f costs.md --budget 200K"));
    for options in [
        "--teams",
        "--daily",
        "--forecast",
        "--backtest",
        "--optimizations",
        "--full",
        "--teams --daily",
    ] {
        let out = run(folder.path(), &format!("-f costs.md {options}")).out;
        assert_eq!(out.matches(said).count(), 1, "{options}: {out}");
        let out = run(folder.path(), &format!("-f costs.md -q {options}")).out;
        assert!(!out.contains("tables"), "-q {options}: {out}");
    }
    for options in ["", "--teams", "--full"] {
        let line = format!("-f costs.md --format markdown {options}");
        let out = run(folder.path(), &line).out;
        assert_eq!(out.matches(said).count(), 1, "{options}: {out}");
    }
    let csv = run(folder.path(), "-f costs.md --format csv").out;
    let rows: Vec<&str> = csv
        .lines()
        .filter(|line| {
            ["tables", "undated"]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .collect();
    assert_snapshot!(rows.join("\n"), @"
    tables,5,,
    tables_read,3,,
    undated_rows,1,,
    undated_tokens,5000,,
    ");
    let line = run(folder.path(), "statusline -f costs.md").out;
    assert_snapshot!(line, @"tokens 5.1K | $4.000+ | 1 row without a date");
}

#[test]
fn a_log_in_the_own_format_says_nothing_about_its_tables() {
    let folder = repository(&[("cost-log.md", &log_of(900))]);
    for options in ["", "--full", "--json", "--format markdown", "--format csv"] {
        let out = run(folder.path(), options).out;
        assert!(!out.contains("tables"), "{options}: {out}");
    }
}

#[test]
fn long_lists_of_tables_are_shortened() {
    let mut text = String::from("# Costs\n");
    for day in 1..=9 {
        write!(
            text,
            "\n## Day {day}: 2026-02-0{day}\n\n| Agent | Tokens |\n|---|---|\n| A | 100 |\n"
        )
        .unwrap();
    }
    for model in 1..=5 {
        write!(text, "\n## Prices of a_model_{model} &amp; others, in dollars and in cents\n\n| Price |\n|---|\n| $1 |\n").unwrap();
    }
    let folder = repository(&[("costs.md", &text)]);
    let line = |options: &str| {
        let out = run(folder.path(), &format!("-f costs.md {options}")).out;
        let line = out.lines().find(|line| line.starts_with("read "));
        line.unwrap_or_default().to_owned()
    };
    let lines = ["--teams", "--teams --ascii", "--teams --format markdown"].map(line);
    assert_snapshot!("shortened", lines.join("\n"));
}

#[test]
fn what_was_assumed_is_said() {
    let logs = [
        "| Day | Tokens |\n|---|---|\n| Feb 3 | 100 |\n",
        "# Costs of 2025\n\n| Day | Tokens |\n|---|---|\n| Feb 3 | 100 |\n",
        "# Costs\n\n| Day | Tokens |\n|---|---|\n| 03/02/2026 | 100 |\n| 23/02/2026 | 100 |\n",
        "# Kosten\n\n| Datum | Token | Kosten |\n|---|---|---|\n| 03.02.2026 | 36.500 | 1,25 € |\n| 04.02.2026 | 1.234.567 | 0,10 € |\n",
    ];
    let mut pictures = String::new();
    for log in logs {
        let folder = repository(&[("costs.md", log)]);
        let out = run(folder.path(), "--teams -f costs.md").out;
        let lines = out.lines().filter(|line| line.starts_with("assumed"));
        for line in lines {
            writeln!(pictures, "{line}").unwrap();
        }
    }
    assert_snapshot!(pictures, @"
    assumed: dates without a year are of 2026, the latest that is not in the future
    assumed: dates without a year are of 2025, as headings say
    assumed: the day is first in dates, as others show
    assumed: the decimal mark is a comma, as figures show
    ");
    let folder = repository(&[
        ("costs.md", logs[0]),
        ("tokmon.toml", "[read]\nyear = 2024\n"),
    ]);
    let out = run(folder.path(), "--teams -f costs.md").out;
    assert!(
        out.contains("of 2024, as [read] in tokmon.toml says"),
        "{out}"
    );
}

#[test]
fn what_is_said_in_json_keeps_to_its_schema() {
    let folder = repository(&[("costs.md", COSTS)]);
    let json =
        |line: &str| -> Value { serde_json::from_str(&run(folder.path(), line).out).unwrap() };
    for (schema, line) in [
        ("schema", "--json -f costs.md"),
        ("schema tables", "check --tables --json -f costs.md"),
        ("schema tables", "check --tables --json -f sample.md"),
    ] {
        let sample = fs::read(fixture("logs/sample.md")).unwrap();
        fs::write(folder.path().join("sample.md"), sample).unwrap();
        let validator = jsonschema::validator_for(&json(schema)).unwrap();
        let document = json(line);
        let errors = validator.iter_errors(&document);
        let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:#?}");
    }
    let report = json("--json -q -f costs.md");
    assert_eq!(report["log"]["format"], "other");
    assert_eq!(report["log"]["tables"].as_array().unwrap().len(), 5);
    assert_eq!(report["undated"]["tokens"], 5_000);
}

#[test]
fn a_running_total_is_named_as_one() {
    let log = "## Log\n\n| Date | Task | Tokens In | Tokens Out | Total Tokens |\n|---|---|---|---|---|\n| 2026-02-20 | a | 100 | 50 | 150 |\n| 2026-02-21 | b | 10 | 5 | 165 |\n";
    let folder = repository(&[("costs.md", log)]);
    let out = run(folder.path(), "--teams -f costs.md").out;
    let line = out.lines().find(|line| line.starts_with("read "));
    assert_snapshot!(line.unwrap(), @r#"read 1 of 1 table: "Log" (line 3, date column, "Total Tokens" is a running total)"#);
}

/// As in a log in tokmon's own format, it is not among the rows that say nothing.
#[test]
fn a_row_whose_tokens_cannot_be_read_is_unreadable_and_counts_nothing() {
    let log = "\
| Date | Task | Tokens in | Tokens out | Cost |
|---|---|---|---|---|
| 2026-02-20 | a | 100 | 50 | $1.00 |
| 2026-02-20 | b | 36.500 | 50 | $2.00 |
| 2026-02-20 | c | 100 | 20 | $1.2.3 |
| 2026-02-21 | d | forgot | n/a | — |
| 2026-02-21 | e | 10 | 5 | $0.50 |
";
    let folder = repository(&[("costs.md", log)]);
    let now = "-f costs.md --now 2026-02-22T12:00:00Z";
    let ran = run(folder.path(), &format!("--daily {now}"));
    assert_snapshot!("unreadable_rows", ran);
    let ran = run(folder.path(), &format!("check --tables {now}"));
    assert!(
        ran.out.contains("5 rows, 1 without a figure, 1 unreadable"),
        "{ran}"
    );
    let json = run(folder.path(), &format!("--json {now}")).out;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["used"]["tokens"], 285);
    assert_eq!(json["log"]["unreadable_rows"], 1);
    assert_eq!(json["log"]["rows_without_figure"], 1);
}

#[test]
fn undated_usage_that_is_estimated_is_marked_as_such() {
    let log = "# Usage by phase\n\n## Usage of phase 1\n\n| Role | Tokens |\n|---|---|\n| Planner | ~45k |\n| Coder | 500 |\n";
    let folder = repository(&[("costs.md", log)]);
    let ran = run(folder.path(), "-f costs.md --now 2026-02-22T12:00:00Z");
    assert!(ran.out.contains("in no month: ~45,500 tokens"), "{ran}");
    let ran = run(folder.path(), "-f costs.md --json");
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["undated"]["estimate"], true);
    let ran = run(folder.path(), "-f costs.md --format csv");
    assert!(
        ran.out.contains("undated_tokens,45500,,an estimate"),
        "{ran}"
    );
}
