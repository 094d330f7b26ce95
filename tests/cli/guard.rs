//! `tokmon guard` and `tokmon holds`: the answers, the log before and after, and what is printed.

use std::{fmt::Write as _, fs, path::Path};

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Ran, Tokmon, fixture, repository};

const LOG: &str = "cost-log.md";

/// A log of the month of the sample: teams with what they used of their allocations, by day, and a budget.
pub(crate) fn log() -> String {
    "\
> **Unit:** Tokens | **Currency:** USD @ $0.003/1K tokens

## 2026-02 Monthly Summary

| Team | Task | Tokens | Status |
|---|---|---|---|
| QA | Tests | 12,000 | 🔄 |
| DevOps | Pipelines | 30,000 | 🔄 |

## Budget Allocation by Team

| Team | Allocated |
|---|---|
| QA | 20K |
| DevOps | 60K |
| Docs | 10K |

**Budget Status:**
- Total budget: 100,000 tokens

## Daily Detail — 2026-02-24

| Team | Task | Tokens |
|---|---|---|
| QA | Smoke tests | 3,000 |
| QA | Load tests | 8,000 |
| QA | Review | 1,000 |
| DevOps | Runner | 10,000 |
| DevOps | Cache | 20,001 |
"
    .to_owned()
}

fn run(log: &str, settings: &str, args: &[&str]) -> Ran {
    let mut files = vec![(LOG, log)];
    if !settings.is_empty() {
        files.push(("tokmon.toml", settings));
    }
    let folder = repository(&files);
    Tokmon::new(args.iter().copied())
        .folder(folder.path())
        .run()
}

/// Pictures of runs, each on a log of its own.
fn pictures(cases: &[(&str, &[&str])]) -> String {
    let mut pictures = String::new();
    for (settings, args) in cases {
        let settings_shown = match *settings {
            "" => String::new(),
            text => format!("{text}\n"),
        };
        let ran = run(&log(), settings, args);
        let _ = writeln!(
            pictures,
            "{settings_shown}$ tokmon {}\n{ran}",
            args.join(" ")
        );
    }
    pictures
}

#[test]
fn each_answer_says_what_decided_it() {
    assert_snapshot!(pictures(&[
        ("", &["guard"]),
        ("", &["guard", "--tokens", "6K"]),
        ("", &["guard", "--team", "QA"]),
        ("", &["guard", "--team", "qa", "--tokens", "8000"]),
        ("", &["guard", "--team", "QA", "--tokens", "8001"]),
        ("", &["guard", "--team", "DevOps"]),
        ("", &["guard", "--team", "Docs", "--tokens", "10K"]),
        ("", &["guard", "--team", "Docs", "--tokens", "10001"]),
        ("", &["guard", "--tokens", "57,999"]),
        ("", &["guard", "--tokens", "58,000"]),
        ("", &["guard", "--tokens", "0"]),
        ("", &["guard", "--budget", "50K", "--tokens", "1K"]),
        (
            "",
            &[
                "guard",
                "--budget",
                "50K",
                "--tokens",
                "1K",
                "--model",
                "claude-opus-4-5"
            ]
        ),
        (
            "",
            &[
                "guard",
                "--budget",
                "45K",
                "--tokens",
                "1K",
                "--model",
                "claude-opus-4-5"
            ]
        ),
        (
            "",
            &[
                "guard",
                "--budget",
                "45K",
                "--tokens",
                "1K",
                "--model",
                "claude-haiku-4-5"
            ]
        ),
        (
            "",
            &[
                "guard", "--budget", "45K", "--tokens", "1K", "--model", "llama-4"
            ]
        ),
        (
            "",
            &[
                "guard",
                "--budget",
                "42K",
                "--tokens",
                "1",
                "--model",
                "claude-haiku-4-5"
            ]
        ),
        ("", &["guard", "--budget", "0", "--tokens", "0"]),
        (
            "[budget]\ncost = 20",
            &["guard", "--tokens", "6K", "--model", "claude-opus-4-5"]
        ),
        (
            "[budget]\ncost = 1",
            &["guard", "--tokens", "6K", "--model", "claude-opus-4-5"]
        ),
        (
            "[budget]\ncost = 0.2",
            &["guard", "--tokens", "6K", "--model", "claude-haiku-4-5"]
        ),
        (
            "[budget]\ncost = 2.5",
            &["guard", "--tokens", "50K", "--model", "claude-opus-4-5"]
        ),
        (
            "[budget]\ncost = 20",
            &["guard", "--tokens", "6K", "--model", "unheard-of"]
        ),
        (
            "[teams.QA]\ncost = 2.5",
            &["guard", "--team", "QA", "--tokens", "8K"]
        ),
        (
            "[teams.QA]\ncost = 0.05",
            &["guard", "--team", "QA", "--tokens", "5K"]
        ),
    ]));
}

#[test]
fn what_is_not_known_is_said() {
    assert_snapshot!(pictures(&[
        ("", &["guard", "--team", "Q", "--tokens", "1"]),
        ("", &["guard", "--team", "Sales", "--tokens", "1"]),
        ("", &["guard", "--team", "Q\u{1b}[31mA", "--tokens", "1"]),
        (
            "[budget]\ncost = 20",
            &["guard", "--tokens", "1K", "--model", "unheard-of\u{1b}"]
        ),
        ("[budget]\ncost = \"20 EUR\"", &["guard", "--tokens", "1K"]),
        ("[budget]\ncost = \"20 EUR\"", &["guard", "--tokens", "1M"]),
        (
            "",
            &["guard", "--tokens", "1K", "--now", "2026-03-02T08:00:00Z"]
        ),
        ("", &["guard", "-q", "--tokens", "1K"]),
        ("", &["guard", "-q", "--tokens", "1M"]),
        (
            "[teams.QA]\ncost = \"20 EUR\"",
            &["guard", "--team", "QA", "--tokens", "1"],
        ),
        (
            "[budget]\ncost = \"20 EUR\"",
            &["guard", "--tokens", "1", "--override", "need"],
        ),
        ("", &["guard", "--team", " "]),
        ("", &["guard", "--tokens", "lots"]),
        ("", &["guard", "--hold", "30m"]),
        ("", &["guard", "--team", "QA", "--hold", "0"]),
        ("", &["guard", "--team", "QA", "--hold", "32d"]),
        (
            "",
            &["guard", "--team", "a\nb", "--tokens", "1", "--hold", "30m"]
        ),
        ("", &["guard", "--team", "QA", "--override", " "]),
        ("", &["guard", "--format", "csv"]),
        (
            "[guard]\ntiers = { top = [\"a\", \"A\"] }\nlevels = { warning = \"none\" }\nmoney = { top = 0.1, bottom = \"1 EUR\" }",
            &["guard"]
        ),
    ]));
}

#[test]
fn a_log_without_a_budget_or_without_rows_denies_nothing() {
    let bare = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n";
    let rows = format!("{bare}| QA | 5,000 |\n");
    let broken = format!("{bare}| QA | 5,000 |\n| QA | lots |\n");
    let mut pictures = String::new();
    for (name, log, args) in [
        ("no budget", &rows, &["guard"][..]),
        (
            "a monthly row alone",
            &rows,
            &["guard", "--budget", "1M", "--team", "QA"],
        ),
        ("no rows", &bare.to_owned(), &["guard", "--budget", "1M"]),
        (
            "no rows, by the settings",
            &bare.to_owned(),
            &["guard", "--budget", "4999"],
        ),
        (
            "a row that cannot be read",
            &broken,
            &["guard", "--budget", "1M", "--tokens", "5"],
        ),
        ("no cost log", &"hello\n".to_owned(), &["guard"]),
    ] {
        let _ = writeln!(pictures, "=== {name}\n{}", run(log, "", args));
    }
    assert_snapshot!(pictures);
}

#[test]
fn the_answer_as_json() {
    let args = [
        "guard",
        "--team",
        "QA",
        "--budget",
        "45K",
        "--model",
        "claude-opus-4-5",
        "--json",
    ];
    assert_snapshot!(run(&log(), "[budget]\ncost = 20", &args));
}

#[test]
fn every_answer_is_as_its_schema_says() {
    for (name, cases) in [
        (
            "guard",
            vec![
                vec!["guard", "--json"],
                vec!["guard", "--json", "--tokens", "1M", "--team", "nobody"],
                vec!["guard", "--json", "--budget", "45K", "--model", "opus"],
                vec![
                    "guard",
                    "--json",
                    "--team",
                    "QA",
                    "--hold",
                    "1h",
                    "--override",
                    "why not",
                ],
            ],
        ),
        ("holds", vec![vec!["holds", "--json"]]),
    ] {
        let schema = Tokmon::new(["schema", name]).output();
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for args in cases {
            let out = run(&log(), "[budget]\ncost = 20", &args).out;
            let document: Value = serde_json::from_str(&out).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{args:?}: {errors:?}\n{out}");
        }
    }
}

#[test]
fn the_schemas() {
    for name in ["guard", "holds"] {
        assert_snapshot!(
            format!("schema_{name}"),
            Tokmon::new(["schema", name]).output()
        );
    }
}

#[test]
fn a_request_is_priced_by_the_best_price_that_is_known() {
    let bare = log().replace("@ $0.003/1K tokens", "");
    let with_costs = bare.replace(
        "| QA | Tests | 12,000 | 🔄 |",
        "| QA | Tests | 12,000 | 🔄 |\n\n## Session 2026-02-23 — x\n\n| Team | Tokens | Cost |\n|---|---|---|\n| QA | 1 | $0.01 |\n",
    );
    let costs = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| QA | 7,000 | $0.010 |\n";
    let opus = ["--model", "claude-opus-4-5"];
    let mut table = String::new();
    for (name, log, settings, model) in [
        (
            "settings",
            log(),
            "[prices]\nclaude-opus-4-5 = 0.001",
            &opus[..],
        ),
        (
            "settings, by kind",
            log(),
            "[prices]\nclaude-opus-4-5 = { input = 1, output = 2, cache_read = 9 }",
            &opus,
        ),
        ("list", log(), "", &opus),
        (
            "tier of the name",
            log(),
            "",
            &["--model", "claude-haiku-99"],
        ),
        ("default tier", log(), "", &["--model", "llama-4"]),
        (
            "default tier of the settings",
            log(),
            "[guard]\ndefault_tier = \"bottom\"",
            &["--model", "llama-4"],
        ),
        ("header", log(), "", &[]),
        ("average, rounded up", costs.to_owned(), "", &[]),
        (
            "no price but the default tier",
            "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n".to_owned(),
            "",
            &[],
        ),
        ("costs that are not complete", with_costs, "", &[]),
    ] {
        let settings = format!("[budget]\ncost = 50\n{settings}\n");
        let args = ["guard", "--json", "--tokens", "1000"];
        let args = [&args[..], model].concat();
        let out = run(&log, &settings, &args).out;
        let answer: Value = serde_json::from_str(&out).unwrap();
        let cost = &answer["cost"];
        let _ = writeln!(table, "{name:<30} {} {}", cost["amount"], cost["source"]);
    }
    assert_snapshot!(table);
}

#[test]
fn a_team_keeps_its_cap_beside_teams_with_similar_names() {
    let rows = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA lead | 5,000 |\n| Team A | 5,000 |\n| Quality | 5 |\n";
    let settings =
        "[teams.QA]\ntokens = 1000\n[teams.A]\ntokens = 1000\n[teams.Qual]\ntokens = 1000\n";
    for team in ["QA", "A", "qual"] {
        let args = ["guard", "--budget", "1M", "--team", team, "--tokens"];
        let code = |tokens| run(rows, settings, &[&args[..], &[tokens]].concat()).code;
        assert_eq!([code("1000"), code("1001")], [0, 20], "{team}");
    }
}

#[test]
fn an_unknown_team_is_an_error_where_only_teams_have_limits() {
    let rows = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 5,000 |\n";
    let settings = "[teams.\"Team A\"]\ntokens = 1000\n";
    let ran = run(
        rows,
        settings,
        &["guard", "--team", "Tem A", "--tokens", "5"],
    );
    assert_snapshot!(ran, @r#"
    exit 64
    --- out
    --- err
    tokmon: the log knows no team "Tem A", and only teams have limits
      help: did you mean "Team A"? set a limit under [teams."Tem A"] in tokmon.toml, or leave out --team
    "#);
}

#[test]
fn unknown_teams_are_denied_where_the_settings_say_so() {
    let settings = "[guard]\nunknown_team = \"deny\"";
    assert_snapshot!(pictures(&[
        (settings, &["guard", "--team", "Q", "--tokens", "1"]),
        (settings, &["guard", "--team", "QA", "--tokens", "1"]),
        (settings, &["guard", "--tokens", "1"]),
    ]));
}

#[test]
fn tokens_without_a_cost_are_estimated_and_not_free() {
    let bare = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| QA | 6,100 | |\n| Docs | 0 | |\n";
    let partly = format!("{bare}| DevOps | 1,000 | $0.50 |\n");
    let in_euros = format!("{bare}| DevOps | 1,000 | €0.50 |\n");
    let with_price = format!("> **Currency:** USD @ $0.003/1K tokens\n\n{bare}");
    let open = format!("{partly}| Web | 10 | ≥$0.10 |\n");
    let total = "[budget]\ncost = 20";
    let tight = "[budget]\ncost = 0.16";
    let of_team = "[teams.QA]\ncost = 2";
    let euros = "[budget]\ncost = \"20 EUR\"";
    let ask = &["guard", "--tokens", "1K"][..];
    let asks = &["guard", "--team", "QA", "--tokens", "1K"][..];
    let opus = &["guard", "--tokens", "1K", "--model", "opus"][..];
    let mut pictures = String::new();
    for (name, log, settings, args) in [
        ("no costs", bare, total, ask),
        (
            "too little left for the estimate and the request",
            bare,
            tight,
            ask,
        ),
        ("little money left", bare, "[budget]\ncost = 1", opus),
        (
            "a default tier",
            bare,
            "[budget]\ncost = 20\n[guard]\ndefault_tier = \"bottom\"",
            ask,
        ),
        ("a price of the log", &with_price, total, ask),
        ("one row with a cost", &partly, total, ask),
        ("a team without costs", &partly, of_team, asks),
        (
            "nothing used",
            bare,
            "[teams.Docs]\ncost = 2",
            &["guard", "--team", "Docs", "--tokens", "1K"],
        ),
        ("a cost that may be more", &open, total, ask),
        ("a currency with an average alone", &in_euros, euros, ask),
        ("a currency without any price", bare, euros, ask),
    ] {
        let _ = writeln!(pictures, "=== {name}\n{}", run(log, settings, args));
    }
    let json = run(bare, total, &["guard", "--tokens", "1K", "--json"]).out;
    let json: Value = serde_json::from_str(&json).unwrap();
    let _ = writeln!(pictures, "{:#}", json["cap"]);
    assert_snapshot!(pictures);
}

#[test]
fn costs_that_are_rounded_to_nothing_make_no_work_free() {
    let row = "| QA | 9,500 | $0.000 |";
    let rows =
        format!("## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n{row}\n");
    let header = format!("> **Currency:** USD @ $0.000/1K tokens\n\n{rows}");
    for log in [rows, header] {
        let args = ["guard", "--tokens", "1000000000"];
        let ran = run(&log, "[budget]\ncost = 20", &args);
        assert_eq!(ran.code, 20, "{ran}");
        assert!(ran.out.contains("$20,000.00 requested"), "{ran}");
    }
    let args = [
        "guard",
        "--tokens",
        "1000000000",
        "--model",
        "claude-opus-5",
    ];
    let ran = run(
        &log(),
        "[budget]\ncost = 20\n[prices]\nClaude-Opus-5 = 0.001",
        &args,
    );
    assert!(
        ran.out.contains("$1,000.00 requested") || ran.code == 20,
        "{ran}"
    );
}

#[test]
fn decisions_are_counted_beside_the_log() {
    let folder = repository(&[(LOG, &log())]);
    let run = |args: &[&str]| {
        let args = ["guard", "--tokens"].iter().chain(args);
        Tokmon::new(args.copied()).folder(folder.path()).run().code
    };
    let opus = ["--budget", "45K", "--model", "opus"];
    let codes = [
        run(&["1"]),
        run(&["1M"]),
        run(&[&["1"][..], &opus[..]].concat()),
    ];
    assert_eq!(codes, [0, 20, 10]);
    let counted = || fs::read_to_string(folder.path().join(".tokmon/decisions")).unwrap();
    assert_snapshot!(counted(), @r"
    2026-02-25T17:00:00+00:00 decision=allow reason=within_caps
    2026-02-25T17:00:00+00:00 decision=deny reason=cap
    2026-02-25T17:00:00+00:00 decision=downgrade reason=level
    ");
    // A file that has grown is summed up.
    let line = "2026-02-25T17:00:00+00:00 decision=deny reason=cap\n";
    fs::write(folder.path().join(".tokmon/decisions"), line.repeat(2_000)).unwrap();
    assert_eq!(run(&["1"]), 0);
    assert_snapshot!(counted(), @r"
    2026-02-25T17:00:00+00:00 decision=deny reason=cap count=2000
    2026-02-25T17:00:00+00:00 decision=allow reason=within_caps
    ");
    let status = Path::new(folder.path()).join(".tokmon/.gitignore");
    assert_eq!(fs::read_to_string(status).unwrap(), "*\n");
}

#[test]
fn the_sample_is_guarded() {
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let mut pictures = String::new();
    for args in [
        &["guard"][..],
        &["guard", "--team", "Team G"],
        &["guard", "--team", "Team D", "--tokens", "22000"],
        &["guard", "--team", "Team D", "--tokens", "22001"],
    ] {
        let _ = writeln!(
            pictures,
            "$ tokmon {}\n{}",
            args.join(" "),
            run(&sample, "", args)
        );
    }
    assert_snapshot!(pictures);
}

/// $0.874 of $1.00 remains: too little for a top model, not for one of the middle tier.
#[test]
fn with_little_money_left_only_what_may_not_start_is_named() {
    let settings = "[budget]\ncost = 1";
    let guard = |model: &'static str| ["guard", "--tokens", "1K", "--model", model];
    assert_snapshot!(pictures(&[
        (settings, &guard("claude-opus-5")),
        (settings, &guard("claude-sonnet-5")),
        (settings, &guard("llama-4")),
        (settings, &["guard", "--tokens", "1K"]),
        ("[budget]\ncost = 0.22", &["guard", "--tokens", "1K"]),
    ]));
}

#[test]
fn a_price_and_a_tier_of_the_settings_are_those_of_each_name_of_the_model() {
    let price = |model: &str, tokens: &str, settings: &str| {
        let settings = format!("[budget]\ncost = 5000\n{settings}");
        let args = ["guard", "--json", "--budget", "10M", "--tokens", tokens];
        let args = [&args[..], &["--model", model]].concat();
        let out = run(&log(), &settings, &args).out;
        let answer: Value = serde_json::from_str(&out).unwrap();
        let (cost, tier) = (&answer["cost"], &answer["model"]["tier"]);
        format!("{} {} {tier}", cost["amount"], cost["source"])
    };
    let dear = "[prices]\nclaude-opus-5 = { input = 500, output = 900 }\nclaude-opus-4-5 = 0.001\n";
    let mut table = String::new();
    for (model, tokens, settings) in [
        ("claude-opus-5", "50K", dear),
        ("opus", "50K", dear),
        ("opus[1m]", "50K", dear),
        ("anthropic/claude-opus-5-20260101", "50K", dear),
        ("sonnet", "50K", dear),
        ("opus", "50K", "[guard.tiers]\nbottom = [\"claude-opus-5\"]"),
        // A price without that of a longer context lowers none.
        ("gpt-5.5", "300K", ""),
        (
            "gpt-5.5",
            "300K",
            "[prices]\n\"gpt-5.5\" = { input = 5, output = 30 }",
        ),
        (
            "gpt-5.5",
            "200K",
            "[prices]\n\"gpt-5.5\" = { input = 5, output = 20 }",
        ),
    ] {
        let shown = settings.replace('\n', " ");
        let _ = writeln!(
            table,
            "{model} {tokens} {shown}: {}",
            price(model, tokens, settings)
        );
    }
    let folder = repository(&[(LOG, &log()), ("tokmon.toml", dear)]);
    let prices = Tokmon::new(["prices", "opus"]).folder(folder.path()).run();
    let _ = writeln!(table, "$ tokmon prices opus\n{prices}");
    assert_snapshot!(table);
}
