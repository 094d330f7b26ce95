//! A secret in a log is a finding, and is masked wherever tokmon shows what the log says.

use std::fs;

use insta::assert_snapshot;

use crate::harness::{Tokmon, repository};

/// Secrets in every place of a log that tokmon shows. They are put together here, so that scanners do not find this file.
fn keys() -> [String; 6] {
    let of = |prefix: &str, body: &str, times: usize| format!("{prefix}{}", body.repeat(times));
    [
        of("sk-ant-api03-", "Ab1", 12),
        of("ghp_", "c2D", 12),
        of("AKIA", "EF34", 4),
        of("AIza", "gH5_i", 7),
        of("xoxb-123456789012-", "jK6", 8),
        of("sk-", "l7", 20),
    ]
}

fn log() -> String {
    let [team, task, notes, line, phase, unreadable] = keys();
    format!(
        "# Cost Log v2.0 — Compressed Format\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| {team} | 900 | ✅ |\n| Team B | {unreadable} | ✅ |\n\n**Budget Status:**\n- Total budget: 1,000 tokens\n\n## Allocation\n\n| Team | Tokens |\n|---|---|\n| {team} | 500 |\n\n## Daily Detail — 2026-02-24\n\n| Time | Team | Task | Tokens | Status | Notes |\n|---|---|---|---|---|---|\n| 10:00 | {team} | {task} | 400 | ✅ | with {notes} here |\n\n[USE] 2026-02-25T10:00:00Z team=\"{team}\" task=\"{line}\" tokens=500 id=a\n\n## Projection\n\n| Phase | Tokens |\n|---|---|\n| {phase} | 700 |\n"
    )
}

#[test]
fn secrets_are_findings_and_masked_in_every_output() {
    let old = log().replace("2026-02", "2026-01");
    let archived = "## Daily Detail — 2026-01-03\n\n| Team | Task | Tokens |\n|---|---|---|\n| Team C | KEY | 5 |\n";
    let archived = archived.replace("KEY", &keys()[1]);
    let files = [
        ("cost-log.md", log() + "\n" + &old),
        ("archive/cost-log-2026-01.md", archived),
    ];
    let folder = repository(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let team = keys()[0].clone();
    let lines = [
        "",
        "-v",
        "--full",
        "--full -v --ascii",
        "--json",
        "--full --format csv",
        "--full --format markdown",
        "--teams --daily",
        "check",
        "check --json",
        "check --format sarif",
        "check --format github",
        "check --fix --dry-run",
        "check --fix --dry-run --json",
        "migrate --dry-run",
        "archive --dry-run --keep-days 0",
        "archive --dry-run --keep-days 0 --json",
        "record --dry-run --team 'Team B' --tokens 5 --id b",
        "--follow --backtest",
        "--team TEAM",
        "--team TEAMx",
        "--team TEAM --daily",
        "--project TEAM",
        "record --team TEAM --tokens 7 --id c",
        "archive --keep-days 0",
        "check --fix",
    ];
    for line in lines {
        for terminal in [None, Some(200), Some(80)] {
            let line = line.replace("TEAM", &team);
            let args = shell_words::split(&line).unwrap();
            let mut run = Tokmon::new(args.iter().map(String::as_str)).folder(folder.path());
            if let Some(width) = terminal {
                run = run.terminal(width);
            }
            let ran = run.run();
            for key in keys() {
                let tail = key.get(key.len() - 8..).unwrap();
                assert!(
                    !ran.out.contains(tail) && !ran.err.contains(tail),
                    "{line}: {ran}"
                );
            }
        }
    }
    let log = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    assert!(log.contains(&team), "the log itself keeps it");
}

#[test]
fn a_finding_says_what_the_secret_is_and_what_to_do() {
    let key = format!("sk-ant-api03-{}", "Ab1".repeat(6));
    let log = "\u{feff}x AKIAEXAMPLEEXAMPLE77 \n## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| Team A | 900 | ✅ |\n\n- 한글 KEY and task-1234567890123456789012\n";
    let folder = repository(&[("cost-log.md", &log.replace("KEY", &key))]);
    let run = |args: &str| Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_snapshot!("finding", run("check"));
    assert_snapshot!("finding_json", run("check --json"));
    assert_snapshot!("explained", run("check --explain secret"));
}

#[test]
fn private_keys_are_masked_to_their_end() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 9 |\n| **Total** | 8 |\n\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n";
    let folder = repository(&[("cost-log.md", log)]);
    let run = |args: &str| Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_snapshot!(format!("{}\n{}", run("check"), run("check --fix -n")));
}

#[test]
fn secrets_beside_quotes_and_tabs_are_masked_in_json() {
    let secrets = [
        "d4/+".repeat(10),
        "MIIEowIBAAKC".to_owned(),
        "c2D".repeat(12),
    ];
    let [aws, private, github] = &secrets;
    let log = format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 900 |\n\n## Daily Detail — 2026-02-24\n\n| Team | Task | Tokens | Notes |\n|---|---|---|---|\n| Team A | AWS_SECRET_ACCESS_KEY=\"{aws}\" | 400 | -----BEGIN PRIVATE KEY----- \"{private}\" |\n| Team A | AWS_SECRET_ACCESS_KEY=`\\\"{aws}\\\"` | 500 | \"a\tghp_{github} |\n"
    );
    let folder = repository(&[("cost-log.md", &log)]);
    let run = |args: &str| Tokmon::new(args.split(' ')).folder(folder.path()).run();
    for args in [
        "--daily --json",
        "check --json",
        "check --format sarif",
        "--daily",
    ] {
        let ran = run(args);
        let is_masked = |secret: &String| !ran.out.contains(secret) && !ran.err.contains(secret);
        assert!(secrets.iter().all(is_masked), "{ran}");
    }
    let report = run("--daily --json").out;
    let cells = report
        .lines()
        .filter(|line| line.contains("\"task\"") || line.contains("\"notes\""));
    let cells: Vec<&str> = cells.map(str::trim).collect();
    assert_snapshot!(cells.join("\n"), @r#"
    "task": "AWS_SECRET_ACCESS_KEY=\"****************************************\"",
    "notes": "-----BEGIN PRIVATE KEY----- **************",
    "task": "AWS_SECRET_ACCESS_KEY=\\\"****************************************\\\"",
    "notes": "\"a\tghp_************************************",
    "#);
}

#[test]
fn a_line_with_secrets_is_one_finding() {
    let keys = "AKIAEXAMPLEEXAMPLE77 ".repeat(3);
    let log = format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 900 |\n\n{keys}end\nAKIAEXAMPLEEXAMPLE77 sk-a1b2c3d4e5f6a7b8\n"
    );
    let folder = repository(&[("cost-log.md", &log)]);
    let run = Tokmon::new(["check"]).folder(folder.path()).run();
    assert_snapshot!(run);
}
