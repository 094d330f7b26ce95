//! What an import says beside its figures: of teams that it may not write for, of rows that stand elsewhere, of files of another form.

use std::{fmt::Write as _, fs, path::Path};

use insta::assert_snapshot;

use crate::{harness::Tokmon, import::home_of};

/// After all days of the cases.
const NOW: &str = "2026-10-20T12:00:00Z";

const LOG: &str = "\
# Cost Log v2.0

## Daily Detail — 2026-10-04

| Team | Task | Tokens |
|---|---|---|
| QA | x | 5 |
";

/// What runs of `tokmon import` print, one after the other in one home.
fn runs(home: &Path, lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let words = line.split(' ').chain(["--since", "2026-10-01"]);
        let ran = Tokmon::new(["import"].into_iter().chain(words))
            .env("HOME", home.to_str().unwrap())
            .env("TOKMON_NOW", NOW)
            .folder(home)
            .run();
        let _ = writeln!(text, "$ tokmon import {line}\n{ran}");
    }
    text.replace(home.to_str().unwrap(), "HOME")
}

fn log(home: &Path) -> String {
    fs::read_to_string(home.join("cost-log.md")).unwrap()
}

#[test]
fn of_teams_that_are_not_known_nothing_is_written_and_of_the_others_all() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path();
    fs::write(path.join("cost-log.md"), LOG).unwrap();
    fs::write(path.join("tokmon.toml"), "[record]\nteams = \"known\"\n").unwrap();
    let lines = [
        r#"{"time":"2026-10-05T10:00:00Z","id":"1","team":"QA","input":10}"#,
        r#"{"time":"2026-10-05T10:00:00Z","id":"2","team":"Ops","input":20}"#,
        r#"{"time":"2026-10-07T10:00:00Z","id":"3","team":"Ops","input":30}"#,
        r#"{"time":"2026-10-07T10:00:00Z","id":"4","team":"QB","input":40}"#,
    ];
    fs::write(path.join("all.jsonl"), lines.join("\n") + "\n").unwrap();
    fs::write(path.join("one.jsonl"), lines[3].to_owned() + "\n").unwrap();
    let lines = [
        "jsonl all.jsonl --also",
        "jsonl all.jsonl -q",
        "jsonl one.jsonl -n",
    ];
    assert_snapshot!("import_unknown_teams", runs(path, &lines) + &log(path));
}

#[test]
fn units_that_the_log_has_under_another_team_are_named_with_it() {
    let home = home_of("c12-subagents");
    let path = home.path();
    fs::write(path.join("cost-log.md"), LOG).unwrap();
    let before = runs(path, &["claude --also -q"]);
    assert_eq!(before.lines().nth(1), Some("exit 0"), "{before}");
    let moved = log(path).replace("| alpha | claude 4d5e4b97 |", "| Ops | claude 4d5e4b97 |");
    fs::write(path.join("cost-log.md"), moved).unwrap();
    let settings = "[teams.\"Alpha Team\"]\naliases = [\"alpha\"]\n";
    let other = runs(path, &["claude --team Docs", "claude --team Ops"]);
    fs::write(path.join("tokmon.toml"), settings).unwrap();
    let alias = runs(path, &["claude"]);
    assert_snapshot!("import_other_teams", other + &alias);
}

#[test]
fn a_subagent_is_listed_by_its_kind_and_a_monthly_row_is_of_the_source() {
    let home = home_of("c12-subagents");
    fs::write(home.path().join("cost-log.md"), LOG).unwrap();
    let ran = runs(home.path(), &["claude --by session"]);
    assert_snapshot!("import_by_session", ran + &log(home.path()));
}

#[test]
fn files_of_another_form_are_told_in_a_few_lines() {
    let home = tempfile::tempdir().unwrap();
    let line = r#"{"when":"2026-10-05T10:00:00Z","inputTokens":5}"#.to_owned() + "\n";
    for name in ["a.jsonl", "b.jsonl", "c.jsonl"] {
        fs::write(home.path().join(name), line.repeat(30)).unwrap();
    }
    let mixed = line + "no JSON\n" + r#"{"time":"2026-11-05T10:00:00Z","input":5,"inputTokens":5}"#;
    fs::write(home.path().join("d.jsonl"), mixed + "\n").unwrap();
    fs::write(home.path().join("e.jsonl.gz"), "").unwrap();
    let lines = [
        "jsonl b.jsonl a.jsonl c.jsonl d.jsonl e.jsonl.gz -n",
        "jsonl d.jsonl -n",
    ];
    assert_snapshot!("import_other_form", runs(home.path(), &lines));
}

#[cfg(unix)]
#[test]
fn a_log_that_cannot_be_written_is_no_failure_where_it_lacks_nothing() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = home_of("c01-plain");
    let path = home.path();
    let log = path.join("cost-log.md");
    fs::write(&log, LOG).unwrap();
    let permit = |mode| fs::set_permissions(&log, fs::Permissions::from_mode(mode)).unwrap();
    permit(0o444);
    let mut text = runs(path, &["claude"]);
    permit(0o644);
    text += &runs(path, &["claude -q"]);
    permit(0o444);
    text += &runs(path, &["claude", "claude --recount"]);
    assert_snapshot!("import_read_only", text);
}
