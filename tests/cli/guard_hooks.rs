//! `tokmon guard --hook`: every sample of each harness, and all that can go wrong.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Ran, Tokmon, binary, fixture, outcome, repository};

pub(crate) const NOW: &str = "2026-11-27T09:00:00Z";

/// A log of November with a budget of ten million tokens, of which this share is used.
pub(crate) fn used(percent: u64) -> TempDir {
    let tokens = percent * 100_000;
    let log = format!(
        "# Cost Log\n\n## 2026-11 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| atlas | {tokens} | ✅ |\n| code-reviewer | 0 | ⏳ |\n\n**Budget Status:**\n- Total budget: 10,000,000 tokens\n"
    );
    repository(&[("cost-log.md", &log)])
}

fn hook(folder: &Path, harness: &str, input: &[u8], options: &[&str]) -> Ran {
    let args = ["guard", "--hook", harness];
    let run = Tokmon::new(args.into_iter().chain(options.iter().copied()));
    run.folder(folder).env("TOKMON_NOW", NOW).input(input).run()
}

/// Texts are samples; keys and all other values are exact.
fn without_texts(json: &mut Value) {
    const TEXTS: [&str; 5] = [
        "reason",
        "permissionDecisionReason",
        "systemMessage",
        "stopReason",
        "message",
    ];
    if let Value::Object(members) = json {
        for (key, value) in members {
            if TEXTS.contains(&key.as_str()) {
                let text = value.as_str().unwrap();
                assert!(text.starts_with("tokmon: ") && text.len() < 1_000, "{text}");
                *value = Value::from("…");
            }
            without_texts(value);
        }
    }
}

/// What a sample says of the budget, in percent of it.
fn states(name: &str) -> &'static [u64] {
    match name {
        name if name.contains("fork") || name.contains("premodelswitch") => &[91, 99],
        name if name.contains("-warn-") || name.contains("-downgrade-") => &[91],
        name if name.contains("-deny-")
            || name.contains("-deny")
            || name.contains("over-budget")
            || name.contains("stop-loop") =>
        {
            &[100, 130]
        }
        name if name.contains("-record-")
            || name.contains("-unknown-")
            || name.contains("malformed") =>
        {
            &[10, 91, 100]
        }
        name if name.contains("-allow-") || name == "13-null-transcript" => &[10],
        _ => panic!("{name} does not say what the budget allows"),
    }
}

#[test]
fn every_sample_is_answered_exactly() {
    let mut cases = 0;
    for harness in ["claude", "codex", "gemini", "copilot"] {
        for file in fs::read_dir(fixture("hooks").join(harness)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(name) = name.strip_suffix(".in.json") else {
                continue;
            };
            let beside =
                |end: &str| fs::read_to_string(path.with_file_name(format!("{name}.{end}")));
            let out = beside("out.json").unwrap();
            let err = beside("err").unwrap_or_default();
            let code: u8 = beside("exit").unwrap().trim().parse().unwrap();
            for percent in states(name) {
                let folder = used(*percent);
                let ran = hook(folder.path(), harness, &fs::read(&path).unwrap(), &[]);
                let case = format!("{harness}/{name} at {percent}%\n{ran}");
                assert_eq!((ran.code, ran.err.as_str()), (code, err.as_str()), "{case}");
                if out.trim().is_empty() {
                    assert_eq!(ran.out, "", "{case}");
                } else {
                    let [mut expected, mut found] =
                        [&out, &ran.out].map(|text| serde_json::from_str::<Value>(text).unwrap());
                    without_texts(&mut expected);
                    without_texts(&mut found);
                    assert_eq!(found, expected, "{case}");
                }
                cases += 1;
            }
        }
    }
    assert!(cases > 60, "{cases}");
}

#[test]
fn what_codex_notifies_of_is_taken_and_not_answered() {
    let folder = used(100);
    let notification =
        fs::read_to_string(fixture("hooks/codex-notify/01-agent-turn-complete.in.json")).unwrap();
    for text in [notification.as_str(), "{", ""] {
        let ran = hook(folder.path(), "codex", b"", &[text]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    }
}

/// The answers to some questions, each with the state of the budget.
fn answers(harness: &str, questions: &[(u64, Value)]) -> String {
    let mut answers = String::new();
    for (percent, question) in questions {
        let folder = used(*percent);
        let ran = hook(folder.path(), harness, question.to_string().as_bytes(), &[]);
        let _ = write!(
            answers,
            "{percent}% {question}\n{}{}{}\n\n",
            ran.code,
            if ran.out.is_empty() { "" } else { " " },
            ran.out.trim_end()
        );
        answers += &ran.err;
    }
    answers
}

#[test]
fn claude_is_answered_by_event() {
    let agent = |input: Value| json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": "Agent", "tool_input": input });
    let event = |name: &str| json!({ "hook_event_name": name, "transcript_path": "t" });
    let switch = |from: Value, to: &str| json!({ "hook_event_name": "PreModelSwitch", "transcript_path": "t", "from_model": from, "to_model": to });
    assert_snapshot!(answers(
        "claude",
        &[
            (10, agent(json!({ "prompt": "p", "model": "opus" }))),
            (
                91,
                agent(json!({ "prompt": "p", "n": 1.50, "model": "opus", "effort": "high" }))
            ),
            (81, agent(json!({ "prompt": "p", "model": "opus" }))),
            (81, agent(json!({ "prompt": "p", "model": "sonnet" }))),
            (91, agent(json!({ "prompt": "p", "model": "haiku" }))),
            (91, agent(json!({ "prompt": "p" }))),
            (81, agent(json!({ "prompt": "p", "model": null }))),
            (81, agent(json!({ "prompt": "p", "model": "fable" }))),
            (
                81,
                agent(json!({ "subagent_type": "fork", "model": "haiku" }))
            ),
            (91, agent(Value::Null)),
            (
                91,
                json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": "Task", "tool_input": { "model": "opus" } })
            ),
            (99, agent(json!({ "model": "haiku" }))),
            (
                91,
                json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": "Bash" })
            ),
            (
                99,
                json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": 7 })
            ),
            (91, event("SessionStart")),
            (
                91,
                json!({ "hook_event_name": "SessionStart", "transcript_path": "t", "model": "claude-opus-5-5" })
            ),
            (100, event("SessionStart")),
            (100, event("PostToolBatch")),
            (100, event("PermissionRequest")),
            (100, event("SubagentStart")),
            (100, event("PostToolUse")),
            (100, event("TaskCreated")),
            (91, event("Stop")),
            (91, event("UserPromptSubmit")),
            (91, switch(json!("claude-opus-5-5"), "claude-sonnet-5-5")),
            (100, switch(json!("claude-opus-5-5"), "claude-haiku-5-5")),
            (91, switch(Value::Null, "claude-opus-5-5")),
            (100, switch(json!("claude-haiku-5-5"), "claude-sonnet-5-5")),
            (10, switch(json!("claude-haiku-5-5"), "claude-opus-5-5")),
            (91, switch(json!("claude-haiku-5-5"), "opusplan")),
            (81, switch(json!("claude-haiku-5-5"), "a new model")),
            (91, switch(json!("opusplan"), "another")),
            (100, json!({ "hook_event_name": null })),
            (100, json!({ "hook_event_name": ["Stop"] })),
            (100, json!({})),
        ]
    ));
    let forced = |model: &str| {
        let input = agent(json!({ "model": "haiku" })).to_string();
        let folder = used(91);
        let run = Tokmon::new(["guard", "--hook", "claude"]).folder(folder.path());
        let run = run
            .env("TOKMON_NOW", NOW)
            .env("CLAUDE_CODE_SUBAGENT_MODEL", model);
        run.input(input.as_bytes()).run().to_string()
    };
    assert_snapshot!(
        "what_the_environment_forces",
        ["claude-opus-5-5", "claude-haiku-5-5", "inherit"]
            .map(forced)
            .concat()
    );
}

#[test]
fn codex_is_answered_by_event() {
    let tool = |name: &str, input: Value| json!({ "hook_event_name": "PreToolUse", "model": "gpt-6.2-sol", "tool_name": name, "tool_input": input });
    assert_snapshot!(answers(
        "codex",
        &[
            (
                91,
                tool(
                    "spawn_agent",
                    json!({ "message": "m", "model": "gpt-6.1-sol" })
                )
            ),
            (
                91,
                tool("collaborationspawn_agent", json!({ "message": "m" }))
            ),
            (91, tool("spawn_agent", json!({ "model": "gpt-6-luna" }))),
            (91, tool("spawn_agent", Value::Null)),
            (100, tool("spawn_agent", json!({}))),
            (91, tool("Bash", json!({ "command": "ls" }))),
            (
                91,
                json!({ "hook_event_name": "PreToolUse", "tool_name": "Bash", "model": 5 })
            ),
            (
                91,
                json!({ "hook_event_name": "UserPromptSubmit", "model": "gpt-6.2-sol" })
            ),
            (
                91,
                json!({ "hook_event_name": "SessionStart", "model": "gpt-6-luna" })
            ),
            (
                100,
                json!({ "hook_event_name": "SessionStart", "model": "gpt-6-luna" })
            ),
            (
                100,
                json!({ "hook_event_name": "PostToolUse", "model": "gpt-6.2-sol" })
            ),
            (100, json!({ "hook_event_name": "SubagentStart" })),
            (100, json!({ "hook_event_name": "Interrupt" })),
            (100, json!({ "hook_event_name": "PreModelSwitch" })),
        ]
    ));
}

#[test]
fn gemini_is_answered_by_event() {
    let model = |model: Value| json!({ "hook_event_name": "BeforeModel", "llm_request": { "model": model, "messages": [] } });
    let event = |name: &str| json!({ "hook_event_name": name });
    assert_snapshot!(answers(
        "gemini",
        &[
            (91, model(json!("gemini-2.5-pro"))),
            (81, model(json!("gemini-2.5-pro"))),
            (91, model(json!("gemini-2.5-flash-lite"))),
            (91, model(Value::Null)),
            (100, model(Value::Null)),
            (
                91,
                json!({ "hook_event_name": "BeforeModel", "llm_request": "x" })
            ),
            (91, event("BeforeAgent")),
            (91, event("BeforeTool")),
            (91, event("AfterTool")),
            (91, event("SessionStart")),
            (100, event("SessionStart")),
            (100, event("AfterAgent")),
            (100, event("AfterModel")),
            (100, event("BeforeToolSelection")),
            (100, event("PreCompress")),
        ]
    ));
}

#[test]
fn copilot_is_answered_in_both_spellings() {
    let task = |input: Value| json!({ "sessionId": "s", "timestamp": 1, "toolName": "task", "toolArgs": input });
    let questions = [
        (91, task(json!({ "prompt": "p", "model": "claude-opus-5" }))),
        (
            91,
            task(json!("{\"prompt\":\"p\",\"model\":\"claude-opus-5\"}")),
        ),
        (91, task(json!({ "prompt": "p" }))),
        (100, task(json!("no JSON"))),
        (
            91,
            json!({ "hook_event_name": "PreToolUse", "timestamp": "t", "tool_name": "Task", "tool_input": { "model": "claude-opus-5" } }),
        ),
        (
            100,
            json!({ "sessionId": "s", "timestamp": 1, "toolName": "bash", "toolArgs": {}, "toolResult": {} }),
        ),
        (100, json!({ "hook_event_name": "Stop", "timestamp": "t" })),
        (100, json!({ "sessionId": "s", "prompt": "p" })),
    ];
    let of_copilot = answers("copilot", &questions);
    // It runs the hooks of Claude's settings, too.
    assert_eq!(answers("claude", &questions), of_copilot);
    assert_snapshot!(of_copilot);
}

#[test]
fn where_nothing_can_be_decided_work_goes_on_and_the_reason_is_shown() {
    let log = fs::read_to_string(used(10).path().join("cost-log.md")).unwrap();
    let no_budget = log.replace("Total budget", "Budget of someone else");
    let cases = [
        ("no log", repository(&[])),
        ("no budget", repository(&[("cost-log.md", &no_budget)])),
        (
            "a log of others",
            repository(&[(
                "cost-log.md",
                "# Notes\n\n| A | B |\n|---|---|\n| 1 | 2 |\n",
            )]),
        ),
        (
            "settings",
            repository(&[
                ("cost-log.md", &log),
                ("tokmon.toml", "[guard]\ntiers = 1\n"),
            ]),
        ),
        (
            "zone",
            repository(&[
                ("cost-log.md", &log),
                ("tokmon.toml", "timezone = \"Mars\"\n"),
            ]),
        ),
        (
            "price",
            repository(&[
                ("cost-log.md", &log),
                ("tokmon.toml", "[budget]\ncost = \"5 EUR\"\n"),
            ]),
        ),
    ];
    let questions = [
        ("claude", "UserPromptSubmit"),
        ("codex", "PreToolUse"),
        ("gemini", "BeforeModel"),
        ("copilot", "PreToolUse"),
    ];
    let mut shown = String::new();
    for (what, folder) in &cases {
        for (harness, event) in questions {
            let question = json!({ "hook_event_name": event, "transcript_path": "t" }).to_string();
            for on_error in ["allow", "deny"] {
                let ran = hook(
                    folder.path(),
                    harness,
                    question.as_bytes(),
                    &["--on-error", on_error],
                );
                assert!(
                    ran.code <= 1 && ran.out.lines().count() <= 1 && ran.err.lines().count() <= 1
                );
                let Ran { code, out, err } = ran;
                let _ = writeln!(
                    shown,
                    "{what}, {harness}, {on_error}: {code} {}{}",
                    out.trim_end(),
                    err.trim_end()
                );
            }
        }
    }
    assert_snapshot!(shown);
}

#[test]
fn a_log_without_usage_is_denied_where_the_settings_state_a_budget_and_errors_deny() {
    let log = fs::read_to_string(used(10).path().join("cost-log.md")).unwrap();
    let mut shown = String::new();
    for (what, log, settings) in [
        ("emptied", "", "[budget]\ntokens = 1000\n"),
        ("emptied, money", "", "[budget]\ncost = 5\n"),
        (
            "emptied, a month",
            "",
            "[budget.months.\"2026-01\"]\ntokens = 5\n",
        ),
        ("emptied, a team", "", "[teams.QA]\ncost = 5\n"),
        ("overwritten", "# Notes\n", "[budget]\ntokens = 1000\n"),
        ("emptied, no budget", "", "[guard]\nestimate = 5\n"),
        ("a log", &log, "[budget]\ntokens = 900_000_000\n"),
    ] {
        let folder = repository(&[("cost-log.md", log), ("tokmon.toml", settings)]);
        for on_error in ["allow", "deny"] {
            let question = json!({ "hook_event_name": "UserPromptSubmit", "transcript_path": "t" });
            let Ran { code, out, err } = hook(
                folder.path(),
                "claude",
                question.to_string().as_bytes(),
                &["--on-error", on_error],
            );
            let _ = writeln!(
                shown,
                "{what}, {on_error}: {code} {}{}",
                out.trim_end(),
                err.trim_end()
            );
        }
    }
    assert_snapshot!(shown);
}

#[test]
fn bad_input_never_ends_with_a_code_that_blocks() {
    let folder = used(10);
    let deep = format!(
        "{{\"hook_event_name\":\"PreToolUse\",\"transcript_path\":\"t\",\"x\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let large = format!(
        "{{\"hook_event_name\":\"PreToolUse\",\"transcript_path\":\"t\",\"x\":\"{}\"}}",
        "y".repeat(8 << 20)
    );
    let inputs: [(&str, Vec<u8>); 9] = [
        ("empty", b"".to_vec()),
        ("blank", b" \n\n".to_vec()),
        ("cut", b"{\"hook_event_name\":\n\"PreToolUse\"".to_vec()),
        ("two", b"{}{}".to_vec()),
        ("list", b"[]".to_vec()),
        ("bytes", b"\xff\xfe{}".to_vec()),
        (
            "bytes in a string",
            b"{\"hook_event_name\":\"PreToolUse\",\"transcript_path\":\"t\",\"x\":\"\xff\\ud800\"}"
                .to_vec(),
        ),
        ("deep", deep.into_bytes()),
        ("large", large.into_bytes()),
    ];
    let mut shown = String::new();
    for (what, input) in inputs {
        for (harness, options) in [
            ("claude", &[][..]),
            ("claude", &["--on-error", "deny"]),
            ("claude", &["--on-error=deny", "--event", "PreToolUse"]),
            ("gemini", &["--on-error=deny", "--event", "BeforeModel"]),
            ("codex", &["--on-error=deny", "--event", "Interrupt"]),
            ("copilot", &["--on-error=deny", "--event=preToolUse"]),
        ] {
            let Ran { code, out, err } = hook(folder.path(), harness, &input, options);
            let _ = writeln!(
                shown,
                "{what}, {harness} {}: {code} {}{}",
                options.join(" "),
                out.trim_end(),
                err.trim_end()
            );
        }
    }
    assert_snapshot!(shown);
}

#[test]
fn wrong_options_never_end_with_a_code_that_blocks() {
    let folder = used(100);
    let question =
        json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": "Bash" })
            .to_string();
    let mut shown = String::new();
    for options in [
        &["--hook", "claude", "--no-such-option"][..],
        &["--hook", "opencode"],
        &["--hook"],
        &["--hook", "claude", "--event"],
        &["--hook", "claude", "--event", "NoSuchEvent"],
        &["--hook", "claude", "--on-error", "maybe"],
        &["--hook", "claude", "--team", ""],
        &["--hook", "claude", "--team", "no such team"],
        &["--hook", "claude", "--tokens", "many"],
        &["--hook", "claude", "--hold", "10m"],
        &["--hook", "claude", "--format", "csv"],
        &["--hook", "claude", "-f", "missing.md"],
        &["--hook", "claude", "--config", "missing.toml"],
        &["--hook", "claude", "--teams"],
        &["--hook", "claude", "--team", "", "--on-error", "deny"],
        &[
            "--hook",
            "claude",
            "--no-such-option",
            "--on-error",
            "deny",
            "--event",
            "Stop",
        ],
        &[
            "--hook",
            "gemini",
            "--no-such-option",
            "--on-error",
            "deny",
            "--event",
            "BeforeTool",
        ],
        &["--hook", "copilot", "--no-such-option"],
        &[
            "--hook",
            "copilot",
            "--no-such-option",
            "--on-error",
            "deny",
            "--event",
            "preToolUse",
        ],
    ] {
        let args = ["guard"].into_iter().chain(options.iter().copied());
        let run = Tokmon::new(args)
            .folder(folder.path())
            .env("TOKMON_NOW", NOW);
        let Ran { code, out, err } = run.input(question.as_bytes()).run();
        let _ = writeln!(
            shown,
            "{}: {code} {}{}",
            options.join(" "),
            out.trim_end(),
            err.trim_end()
        );
    }
    assert_snapshot!(shown);
    assert_eq!(
        Tokmon::new(["guard", "--hook", "claude", "--help"])
            .run()
            .code,
        0
    );
}

/// Where one team has used all of its allocation and another none.
fn teams(settings: &str) -> TempDir {
    let log = "# Cost Log\n\n## 2026-11 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Full | 1000 |\n| Free | 0 |\n";
    let settings = format!(
        "[budget]\ntokens = 100_000\n[teams.Full]\ntokens = 1000\naliases = [\"code-reviewer\"]\n[teams.Free]\ntokens = 5000\n{settings}"
    );
    repository(&[
        ("cost-log.md", log),
        ("tokmon.toml", &settings),
        (".git/HEAD", "ref: refs/heads/full/api\n"),
        ("services/full/x", ""),
        ("services/free/x", ""),
    ])
}

#[test]
fn the_team_is_the_first_that_is_known() {
    let rules = "[[guard.team]]\nteam = \"Free\"\nfolder = \"services/free\"\n[[guard.team]]\nteam = \"Full\"\nbranch = \"full/*\"\nfolder = \"services\"\n";
    let folder = teams(rules);
    let root = folder.path().to_str().unwrap();
    let ask = |payload: Value, options: &[&str], environment: &[(&str, &str)]| {
        let mut question =
            json!({ "hook_event_name": "PreToolUse", "tool_name": "Bash", "model": "gpt-6-luna" });
        question
            .as_object_mut()
            .unwrap()
            .extend(payload.as_object().unwrap().clone());
        let args = ["guard", "--hook", "codex"]
            .into_iter()
            .chain(options.iter().copied());
        let mut run = Tokmon::new(args)
            .folder(folder.path())
            .env("TOKMON_NOW", NOW);
        for (name, value) in environment {
            run = run.env(name, value);
        }
        let ran = run.input(question.to_string().as_bytes()).run();
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        if ran.out.is_empty() { "allow" } else { "deny" }
    };
    let agent = |name: &str| json!({ "agent_type": name });
    let in_folder = |path: &str| json!({ "cwd": format!("{root}/{path}") });
    let found = [
        ask(json!({}), &[], &[]),
        ask(json!({}), &["--team", "full"], &[]),
        ask(json!({}), &[], &[("TOKMON_TEAM", "Full")]),
        ask(json!({}), &["--team", "Free"], &[("TOKMON_TEAM", "Full")]),
        ask(json!({}), &["--agent", "code-reviewer"], &[]),
        ask(
            json!({}),
            &["--agent", "unknown"],
            &[("TOKMON_AGENT", "Full")],
        ),
        ask(json!({}), &[], &[("TOKMON_AGENT", "Full")]),
        ask(agent("code-reviewer"), &[], &[]),
        ask(agent("code-reviewer"), &[], &[("TOKMON_TEAM", "Free")]),
        ask(agent("default"), &[], &[]),
        ask(in_folder("services/full"), &[], &[]),
        ask(in_folder("services/free"), &[], &[]),
        ask(in_folder("services/free/../full"), &[], &[]),
        ask(in_folder("missing"), &[], &[]),
        ask(
            json!({ "agent_type": "Free", "cwd": format!("{root}/services/full") }),
            &[],
            &[],
        ),
        ask(json!({ "agent_type": null, "cwd": 5 }), &[], &[]),
        ask(json!({}), &["--agent", "Free"], &[("TOKMON_TEAM", "Full")]),
        ask(
            json!({}),
            &["--agent", "unknown"],
            &[("TOKMON_TEAM", "Full")],
        ),
        ask(agent("Free"), &[], &[("TOKMON_AGENT", "Full")]),
    ];
    assert_snapshot!(found.join(" "));
}

#[test]
fn a_subagent_of_claude_is_judged_for_its_own_role() {
    let folder = teams("");
    let ask = |harness: &str, tool: &str, role: Option<&str>, caller: &str, team: Option<&str>| {
        let question = json!({
            "hook_event_name": "PreToolUse", "transcript_path": "t", "agent_type": caller,
            "tool_name": tool, "tool_input": { "prompt": "x", "model": "haiku", "subagent_type": role },
        });
        let args = ["guard", "--hook", harness, "--tokens", "1K"];
        let mut run = Tokmon::new(args)
            .folder(folder.path())
            .env("TOKMON_NOW", NOW);
        if let Some(team) = team {
            run = run.env("TOKMON_TEAM", team);
        }
        let Ran { code, out, err } = run.input(question.to_string().as_bytes()).run();
        assert_eq!((code, err.as_str()), (0, ""));
        out.contains("the allocation of Full")
    };
    // The allocation of Full is used up.
    for (harness, tool, role, caller, team, of_full) in [
        ("claude", "Agent", Some("code-reviewer"), "Free", None, true),
        ("claude", "Task", Some("Full"), "Free", None, true),
        ("claude", "Agent", Some("free"), "Full", None, false),
        ("claude", "Agent", Some("Explore"), "Full", None, true),
        ("claude", "Agent", None, "Full", None, true),
        ("claude", "Agent", Some("Full"), "Free", Some("Free"), false),
        ("codex", "spawn_agent", Some("Full"), "Free", None, false),
    ] {
        let is_of_full = ask(harness, tool, role, caller, team);
        assert_eq!(
            is_of_full, of_full,
            "{harness} {tool} {role:?} {caller} {team:?}"
        );
    }
}

#[test]
fn rules_that_say_nothing_are_refused() {
    let shown = [
        "[[guard.team]]\nteam = \"Full\"\n[[guard.team]]\nfolder = \"x\"\n",
        "[[guard.team]]\nteam = \"Full\"\nbranches = \"x\"\n",
        "[guard]\nteam = \"Full\"\n",
    ];
    let shown = shown.map(|rules| {
        let folder = teams(rules);
        let run = Tokmon::new(["guard"]).folder(folder.path());
        run.run().to_string()
    });
    assert_snapshot!(shown.concat());
}

#[test]
fn nothing_in_an_answer_drives_the_terminal_that_it_is_shown_on() {
    const HOSTILE: &str = "A\u{1b}]0;x\u{7}\u{202e}#[fg=red]$(reboot)";
    let log = format!(
        "## 2026-11 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| {HOSTILE} | 1000 |\n\n## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n| {HOSTILE} | 1000 |\n"
    );
    let folder = repository(&[
        ("cost-log.md", &log),
        ("tokmon.toml", "[budget]\ntokens = 1_000_000\n"),
    ]);
    let full = used(91);
    let tool = |input: Value, model: &str| json!({ "hook_event_name": "PreToolUse", "tool_name": "Bash", "model": model, "agent_type": HOSTILE, "tool_input": input });
    let start =
        json!({ "hook_event_name": "SessionStart", "model": format!("{HOSTILE}/gpt-6.2-sol") });
    for (folder, question, options) in [
        (&folder, tool(json!({}), "gpt-6-luna"), &[][..]),
        (&folder, start.clone(), &["--team", HOSTILE]),
        (&folder, start.clone(), &["--team", "\u{1b}[31m"]),
        (&full, start, &[]),
        (
            &full,
            tool(json!({}), &format!("{HOSTILE}/gpt-6.2-sol")),
            &[],
        ),
        (&full, tool(json!({}), ""), &["--config", HOSTILE]),
        (&full, tool(json!({}), ""), &[HOSTILE, HOSTILE]),
    ] {
        let ran = hook(
            folder.path(),
            "codex",
            question.to_string().as_bytes(),
            options,
        );
        assert!(
            ran.out.len() + ran.err.len() > 40,
            "{question} {options:?} {ran}"
        );
        let shown = if ran.out.is_empty() {
            ran.err
        } else {
            let answer: Value = serde_json::from_str(&ran.out).unwrap();
            let text = answer["systemMessage"].as_str();
            let denied = &answer["hookSpecificOutput"]["permissionDecisionReason"];
            text.or(denied.as_str()).unwrap().to_owned()
        };
        let shown = shown.trim_end();
        assert!(!tokmon::internals::has_unsafe(shown), "{shown:?}");
    }
}

#[test]
fn commands_of_tokmon_that_record_or_only_read_are_never_denied() {
    let folder = used(100);
    let mut shown = String::new();
    for command in [
        "tokmon record --team 'Team A' --tokens 1200",
        "/opt/bin/tokmon record --tokens 5 --task \"a b\"",
        "tokmon record --tokens 5; cargo test",
        "tokmon record --tokens 5 && cargo test",
        "tokmon record --tokens $(cargo test)",
        "tokmon record --tokens `x`",
        "tokmon record --tokens 5\ncargo test",
        "tokmon record --tokens '5",
        "tokmon record --tokens 5 | tee log",
        "tokmon -q record --team atlas --tokens 5",
        "tokmon",
        "tokmon --teams --json",
        "tokmon -f ~/log.md budget",
        "tokmon budget",
        "tokmon budget --no-such-option",
        "tokmon guard --team atlas",
        "tokmon holds",
        "tokmon check",
        "tokmon help guard",
        "tokmon --version",
        "tokmon budget --reset --yes",
        "tokmon guard --team atlas --override agreed",
        "tokmon guard --team atlas --hold 5m",
        "tokmon holds --free k3f9",
        "tokmon check --fix",
        "tokmon -o cost-log.md budget",
        "tokmon --watch --on-alert touch x",
        "tokmon --follow",
        "tokmon alert",
        "tokmon serve",
        "tokmon archive",
        "tokmon budget *",
        "tokmon budget && cargo test",
        "tokmon budget; cargo test",
        "tokmon budget | sh",
        "tokmon budget > cost-log.md",
        "tokmon budget $(cargo test)",
        "tokmon budget &",
        "tokmon budget\ncargo test",
        "X=1 tokmon budget",
        "env tokmon budget",
        "./tokmon record --tokens 5",
        "not-tokmon record",
        "",
    ] {
        for (harness, question) in [
            (
                "codex",
                json!({ "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": { "command": command } }),
            ),
            (
                "gemini",
                json!({ "hook_event_name": "BeforeTool", "tool_name": "run_shell_command", "tool_input": { "command": command } }),
            ),
            (
                "copilot",
                json!({ "sessionId": "s", "toolName": "bash", "toolArgs": { "command": command } }),
            ),
            (
                "claude",
                json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": "Write", "tool_input": { "command": command } }),
            ),
        ] {
            let ran = hook(folder.path(), harness, question.to_string().as_bytes(), &[]);
            assert_eq!(ran.code, 0);
            shown += if ran.out.is_empty() {
                "allow "
            } else {
                "deny  "
            };
        }
        let _ = writeln!(shown, "{command:?}");
    }
    assert_snapshot!(shown);
}

#[test]
fn what_is_answered_is_counted_and_nothing_else_is_written() {
    let counted = |percent: u64, harness: &str, questions: &[Value]| {
        let folder = used(percent);
        let before = fs::read(folder.path().join("cost-log.md")).unwrap();
        for question in questions {
            hook(folder.path(), harness, question.to_string().as_bytes(), &[]);
        }
        assert_eq!(fs::read(folder.path().join("cost-log.md")).unwrap(), before);
        let decisions = fs::read_to_string(folder.path().join(".tokmon/decisions"));
        let decisions = decisions.unwrap_or_default();
        let decisions = decisions
            .lines()
            .map(|line| line.split_once(' ').unwrap().1);
        format!(
            "{percent}% {harness}: {}\n",
            decisions.collect::<Vec<_>>().join(", ")
        )
    };
    let event = |name: &str| json!({ "hook_event_name": name, "transcript_path": "t", "tool_name": "Bash", "model": "gpt-6.2-sol" });
    let agent = |input: Value| json!({ "hook_event_name": "PreToolUse", "transcript_path": "t", "tool_name": "Agent", "tool_input": input });
    let switch = json!({ "hook_event_name": "PreModelSwitch", "transcript_path": "t", "to_model": "claude-opus-5-5" });
    assert_snapshot!(
        [
            counted(
                100,
                "claude",
                &[
                    event("SessionStart"),
                    event("SessionEnd"),
                    event("NoSuchEvent")
                ]
            ),
            counted(
                100,
                "claude",
                &[
                    event("UserPromptSubmit"),
                    event("PreToolUse"),
                    event("Stop")
                ]
            ),
            counted(
                10,
                "claude",
                &[
                    event("UserPromptSubmit"),
                    event("PreToolUse"),
                    event("Stop")
                ]
            ),
            counted(
                81,
                "claude",
                &[
                    agent(json!({ "model": "opus" })),
                    agent(json!({})),
                    agent(json!({ "subagent_type": "fork" }))
                ]
            ),
            counted(
                91,
                "claude",
                &[agent(json!({ "subagent_type": "fork" })), switch]
            ),
            counted(
                91,
                "codex",
                &[event("PreToolUse"), event("UserPromptSubmit")]
            ),
        ]
        .concat()
    );
}

#[test]
fn the_program_itself_answers_and_does_not_wait_for_ever() {
    let folder = used(100);
    let question = json!({ "hook_event_name": "PreToolUse", "tool_name": "Bash", "model": "gpt-6-luna", "cwd": "/" }).to_string();
    for closes in [true, false] {
        let mut command = binary(folder.path());
        command
            .args(["guard", "--hook", "codex"])
            .env("TOKMON_NOW", NOW);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(question.as_bytes()).unwrap();
        let kept = if closes {
            drop(stdin);
            None
        } else {
            Some(stdin)
        };
        let output = child.wait_with_output().unwrap();
        drop(kept);
        let text = outcome(&output);
        assert!(
            text.starts_with("exit Some(0)\n--- out\n{\"hookSpecificOutput\"")
                && output.stderr.is_empty(),
            "{text}"
        );
        assert!(begun.elapsed() < Duration::from_secs(if closes { 5 } else { 20 }));
    }
}

/// Runs in a process of its own, by the test below.
#[test]
#[ignore = "it panics on purpose, in a process that the next test starts"]
fn a_panic() {
    let args = std::env::var("TOKMON_TEST_ARGS").unwrap();
    let args: Vec<_> = args.split(' ').map(Into::into).collect();
    tokmon::answer_panics(&args);
    panic!("a bug");
}

#[test]
fn a_panic_is_an_answer_too() {
    let mut shown = String::new();
    for args in [
        "tokmon guard --hook gemini",
        "tokmon guard --hook copilot --event preToolUse",
        "tokmon guard --hook gemini --on-error deny",
        "tokmon guard --hook gemini --event BeforeAgent --on-error deny",
        "tokmon guard --hook copilot --event preToolUse --on-error=deny",
    ] {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args([
            "--ignored",
            "--exact",
            "guard_hooks::a_panic",
            "--nocapture",
            "--format=terse",
        ]);
        let output = command.env("TOKMON_TEST_ARGS", args).output().unwrap();
        // The test runner prints what it is about to do.
        let text = outcome(&output).replace("\nrunning 1 test\n", "");
        let _ = writeln!(shown, "{args}\n{text}");
    }
    assert_snapshot!(shown);
}

/// A prompt and a subagent of a team whose budget is used up, before and after a person overrode that.
#[test]
fn an_override_with_a_hold_reaches_the_hooks_of_its_team() {
    let folder = used(100);
    let prompt = json!({"hook_event_name": "UserPromptSubmit", "prompt": "hi"}).to_string();
    let ask = |team: &str, tokens: &str| {
        let options = ["--team", team, "--tokens", tokens];
        hook(folder.path(), "claude", prompt.as_bytes(), &options)
    };
    let denied = ask("atlas", "5000");
    assert!(denied.out.contains("\"decision\":\"block\""), "{denied}");
    let args = "guard -q --team atlas --tokens 5000 --override agreed --hold 2h";
    let granted = Tokmon::new(args.split(' '))
        .folder(folder.path())
        .env("TOKMON_NOW", NOW)
        .run();
    assert_eq!(granted.code, 0, "{granted}");
    let allowed = ask("atlas", "5000");
    assert_eq!((allowed.out.as_str(), allowed.err.as_str()), ("", ""));
    let larger = ask("atlas", "5001");
    assert!(larger.out.contains("\"decision\":\"block\""), "{larger}");
    let other = ask("code-reviewer", "5000");
    assert!(other.out.contains("\"decision\":\"block\""), "{other}");
    let counted = fs::read_to_string(folder.path().join(".tokmon/decisions")).unwrap();
    let counted: Vec<&str> = counted
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(_, of)| of)
        .collect();
    assert_eq!(
        counted,
        [
            "decision=deny reason=level",
            "decision=allow reason=override",
            "decision=allow reason=under_hold",
            "decision=deny reason=level",
            "decision=deny reason=level",
        ]
    );
}
