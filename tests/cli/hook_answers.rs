//! What the answers to a harness say: the way out of a denial, names that are not known, holds that are not used, and what is counted.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    guard_hooks::{NOW, used},
    harness::{Ran, Tokmon, repository},
};

/// The answer to a question, on one line.
fn asked_by(
    folder: &Path,
    harness: &str,
    event: &str,
    options: &[&str],
    environment: &[(&str, &str)],
) -> String {
    let question = json!({ "hook_event_name": event, "transcript_path": "t", "tool_name": "Bash" });
    let args = ["guard", "--hook", harness].into_iter();
    let mut run = Tokmon::new(args.chain(options.iter().copied())).folder(folder);
    run = run.env("TOKMON_NOW", NOW);
    for (name, value) in environment {
        run = run.env(name, value);
    }
    let Ran { code, out, err } = run.input(question.to_string().as_bytes()).run();
    format!(
        "{harness} {event}: {code} {}{}\n",
        out.trim_end(),
        err.trim_end()
    )
}

#[test]
fn a_team_that_is_not_known_is_named_at_each_prompt() {
    let folder = used(10);
    let denying = used(10);
    let settings = "[guard]\nunknown_team = \"deny\"\n";
    fs::write(denying.path().join("tokmon.toml"), settings).unwrap();
    let mut shown = String::new();
    for (harness, event) in [
        ("claude", "SessionStart"),
        ("claude", "UserPromptSubmit"),
        ("claude", "PreToolUse"),
        ("codex", "UserPromptSubmit"),
        ("gemini", "BeforeAgent"),
    ] {
        let ask = |folder: &TempDir, on_error| {
            let options = ["--team", "Zed", "--on-error", on_error];
            asked_by(folder.path(), harness, event, &options, &[])
        };
        let allowed = ask(&folder, "allow");
        assert_eq!(ask(&folder, "deny"), allowed);
        shown += &allowed;
        shown += &ask(&denying, "allow");
    }
    for folder in [&folder, &denying] {
        for event in ["SessionStart", "UserPromptSubmit"] {
            let options = ["--team", "altas"];
            shown += &asked_by(folder.path(), "claude", event, &options, &[]);
        }
    }
    assert_snapshot!(shown);
}

#[test]
fn a_denial_names_a_way_out_and_a_session_the_holds_that_are_not_its_own() {
    let folder = used(100);
    let guard = |args: &[&str]| {
        let run = Tokmon::new(["guard"].into_iter().chain(args.iter().copied()));
        let run = run.folder(folder.path()).env("TOKMON_NOW", NOW);
        run.run()
    };
    let ask = |event: &str, team: &str, environment: &[(&str, &str)]| {
        asked_by(
            folder.path(),
            "claude",
            event,
            &["--team", team, "--tokens", "5K"],
            environment,
        )
    };
    let mut shown = ask("UserPromptSubmit", "atlas", &[]);
    let granted = guard(&[
        "--team",
        "atlas",
        "--override",
        "agreed",
        "--hold",
        "2h",
        "--tokens",
        "6K",
        "-q",
    ]);
    assert_eq!((granted.code, granted.err.as_str()), (0, ""));
    let hold = granted.out.trim_end();
    for (event, team) in [
        ("UserPromptSubmit", "atlas"),
        ("PreToolUse", "atlas"),
        ("UserPromptSubmit", "code-reviewer"),
    ] {
        shown += &ask(event, team, &[]);
    }
    // A hold of their own is not that of the override.
    shown += &ask("SessionStart", "code-reviewer", &[("TOKMON_HOLD", hold)]);
    shown += &ask("SessionStart", "atlas", &[("TOKMON_HOLD", "gone")]);
    // A session with a hold of its own does not get that of an override.
    shown += &asked_by(
        folder.path(),
        "claude",
        "UserPromptSubmit",
        &["--team", "atlas", "--tokens", "7K"],
        &[("TOKMON_HOLD", hold)],
    );
    assert_snapshot!(shown.replace(hold, "HOLD"));
}

#[test]
fn a_denial_by_an_estimate_says_how_to_give_another() {
    let log = "# Cost Log\n\n## 2026-11 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 82000 |\n\n## Daily Detail — 2026-11-26\n\n| Team | Tokens |\n|---|---|\n| QA | 41000 |\n| QA | 41000 |\n";
    let folder = repository(&[
        ("cost-log.md", log),
        ("tokmon.toml", "[budget]\ntokens = 100_000\n"),
    ]);
    let ask =
        |options: &[&str]| asked_by(folder.path(), "claude", "UserPromptSubmit", options, &[]);
    let mut shown = ask(&["--team", "QA"]);
    shown += &ask(&["--team", "QA", "--tokens", "41K"]);
    shown += &ask(&["--team", "QA", "--tokens", "5K"]);
    assert_snapshot!(shown);
}

#[test]
fn a_switch_to_a_more_expensive_model_is_denied_by_the_ladder() {
    let log = "# Cost Log\n\n## 2026-11 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| QA | 6000 | $1.90 |\n";
    let mut shown = String::new();
    for (budget, from, to) in [
        ("1.99", "haiku", "opus"),
        ("1.99", "opus", "sonnet"),
        ("2.50", "haiku", "opus"),
        ("2.50", "haiku", "opusplan"),
        ("2.50", "haiku", "sonnet"),
    ] {
        let settings = format!("[budget]\ncost = \"${budget}\"\n");
        let folder = repository(&[("cost-log.md", log), ("tokmon.toml", &settings)]);
        let question = json!({ "hook_event_name": "PreModelSwitch", "transcript_path": "t", "from_model": from, "to_model": to });
        let args = ["guard", "--hook", "claude", "--team", "QA"];
        let run = Tokmon::new(args)
            .folder(folder.path())
            .env("TOKMON_NOW", NOW);
        let Ran { code, out, err } = run.input(question.to_string().as_bytes()).run();
        let counted = fs::read_to_string(folder.path().join(".tokmon/decisions"));
        let counted = counted.unwrap_or_default();
        let counted = counted.split_once(' ').map_or("", |(_, counted)| counted);
        let _ = writeln!(shown, "${budget} {from} {to}: {code} {out}{err}{counted}");
    }
    assert_snapshot!(shown);
}

/// Questions of each harness, with the event that asks them.
fn questions() -> Vec<(&'static str, &'static str, Value)> {
    let tool = |name: &str, input: Value| json!({ "tool_name": name, "tool_input": input });
    vec![
        ("claude", "UserPromptSubmit", json!({})),
        ("claude", "PreToolUse", tool("Bash", json!({}))),
        (
            "claude",
            "PreToolUse",
            tool("Agent", json!({ "model": "opus" })),
        ),
        (
            "claude",
            "PreToolUse",
            tool("Agent", json!({ "model": "new" })),
        ),
        (
            "claude",
            "PreToolUse",
            tool("Agent", json!({ "subagent_type": "fork" })),
        ),
        (
            "claude",
            "PreModelSwitch",
            json!({ "to_model": "claude-opus-5-5" }),
        ),
        (
            "claude",
            "PreModelSwitch",
            json!({ "to_model": "opusplan" }),
        ),
        ("claude", "Stop", json!({})),
        (
            "codex",
            "PreToolUse",
            tool("spawn_agent", json!({ "model": "gpt-6.2-sol" })),
        ),
        (
            "gemini",
            "BeforeModel",
            json!({ "llm_request": { "model": "gemini-2.5-pro" } }),
        ),
        (
            "copilot",
            "preToolUse",
            json!({ "toolName": "task", "toolArgs": {} }),
        ),
    ]
}

#[test]
fn whatever_is_counted_is_among_the_zeros_of_the_metrics() {
    let run = |folder: &Path, args: &[&str]| {
        let run = Tokmon::new(args.iter().copied()).folder(folder);
        run.env("TOKMON_NOW", NOW)
    };
    let zeros = run(used(1).path(), &["--format", "openmetrics"]).output();
    let questions = questions();
    let mut pairs = BTreeSet::new();
    // $1.900 of $2.000 is less than a top model needs, and a little less than the subagents cost.
    let money = "# Cost Log\n\n## 2026-11 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| atlas | 60000 | $1.900 |\n| code-reviewer | 10 | $0.001 |\n";
    let of_money = || repository(&[("cost-log.md", money)]);
    let folders = [10, 81, 91, 99, 100].map(|percent| (used(percent), ""));
    let costs = ["2.00", "3.50", "50.00"].map(|cost| (of_money(), cost));
    for (folder, cost) in folders.into_iter().chain(costs) {
        let mut settings = "[guard]\nunknown_team = \"deny\"\n".to_owned();
        if !cost.is_empty() {
            let _ = writeln!(settings, "[budget]\ncost = \"${cost}\"");
        }
        fs::write(folder.path().join("tokmon.toml"), settings).unwrap();
        let asking = [
            "guard",
            "--team",
            "atlas",
            "--hold",
            "2h",
            "--tokens",
            "1K",
            "-q",
            "--model",
            "claude-haiku-5-5",
        ];
        let hold = run(folder.path(), &asking).run().out;
        let overriding = [&asking[..], &["--override", "agreed"]].concat();
        let overridden = run(folder.path(), &overriding).run().out;
        for (team, hold) in [
            ("atlas", ""),
            ("atlas", hold.trim_end()),
            ("atlas", overridden.trim_end()),
            ("code-reviewer", ""),
            ("Zed", ""),
        ] {
            for (harness, event, payload) in &questions {
                let mut question = payload.clone();
                question["hook_event_name"] = (*event).into();
                question["transcript_path"] = "t".into();
                let args = ["guard", "--hook", harness, "--team", team, "--tokens", "1K"];
                let ask = run(folder.path(), &args).env("TOKMON_HOLD", hold);
                ask.input(question.to_string().as_bytes()).run();
            }
        }
        let counted = fs::read_to_string(folder.path().join(".tokmon/decisions")).unwrap();
        pairs.extend(counted.lines().map(|line| {
            let words: Vec<&str> = line.split([' ', '=']).collect();
            format!("decision=\"{}\",reason=\"{}\"", words[2], words[4])
        }));
    }
    let missing: Vec<&String> = pairs
        .iter()
        .filter(|pair| !zeros.contains(&format!("{{{pair}}} 0")))
        .collect();
    assert!(missing.is_empty(), "{missing:?} of {pairs:?}");
    assert_snapshot!(pairs.into_iter().collect::<Vec<_>>().join("\n"));
}
