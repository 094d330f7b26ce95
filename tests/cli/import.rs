//! The import of transcripts: what counts, by class, day, model and agent, in any order of files, and what cannot be read.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use insta::assert_snapshot;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Tokmon, binary};

/// After all days of the cases.
const LATER: &str = "2026-11-21T12:00:00Z";

/// What a case is to come to.
#[derive(Deserialize)]
pub(crate) struct Truth {
    pub(crate) source: String,
    pub(crate) note: String,
    by_day_utc: BTreeMap<String, u64>,
    by_day_seoul: BTreeMap<String, u64>,
    by_model: BTreeMap<String, u64>,
    by_agent: BTreeMap<String, u64>,
    #[serde(flatten)]
    totals: BTreeMap<String, u64>,
}

pub(crate) fn truths() -> BTreeMap<String, Truth> {
    let text = fs::read_to_string("fixtures/import/truth.json").unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Copies a folder, with files that were changed after all that is in them: a checkout may be older.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = {
            let name = entry.unwrap().file_name();
            (from.join(&name), to.join(&name))
        };
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
            let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_880_000);
            let file = fs::File::options().write(true).open(&to).unwrap();
            file.set_modified(changed).unwrap();
        }
    }
}

/// The home of a case.
pub(crate) fn home_of(case: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let home = Path::new("fixtures/import/cases").join(case).join("home");
    copy(&home, folder.path());
    folder
}

pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Whether a file is given by itself; what lies beside transcripts is found with them.
pub(crate) fn is_transcript(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    !name.ends_with(".meta.json") && name != "journal.jsonl" && !name.starts_with("wf_")
}

fn import(home: &Path, line: &[&str]) -> Tokmon {
    Tokmon::new(["import"].iter().chain(line).copied())
        .env("HOME", home.to_str().unwrap())
        .env("TOKMON_NOW", LATER)
        .folder(home)
}

fn document(home: &Path, line: &[&str]) -> Value {
    let options = ["--dry-run", "--format", "json", "--since", "2026-10-01"];
    let line: Vec<&str> = line.iter().chain(&options).copied().collect();
    let ran = import(home, &line).run();
    assert_eq!(ran.code, 0, "{line:?}: {ran}");
    serde_json::from_str(&ran.out).unwrap()
}

fn object(sums: &BTreeMap<String, u64>) -> Value {
    serde_json::to_value(sums).unwrap()
}

#[test]
fn every_case_comes_to_its_figures_whatever_the_zone_and_the_order_of_files() {
    let schema: Value =
        serde_json::from_str(&Tokmon::new(["schema", "import-report"]).output()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let cases = truths();
    assert!(cases.len() >= 59);
    let mut wrong = Vec::new();
    for (case, truth) in &cases {
        let home = home_of(case);
        let home = home.path();
        let source = truth.source.as_str();
        let named: Vec<PathBuf> = files_below(home);
        let named: Vec<&str> = named
            .iter()
            .rev()
            .filter(|path| is_transcript(path))
            .map(|path| path.to_str().unwrap())
            .collect();
        let utc = &truth.by_day_utc;
        let runs = [
            (vec![source], utc),
            (vec![source, "--timezone", "+09:00"], &truth.by_day_seoul),
            ([vec![source], named].concat(), utc),
        ];
        for (line, days) in runs {
            let found = document(home, &line);
            let errors: Vec<String> = validator
                .iter_errors(&found)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{case}: {errors:?}");
            for (key, expected) in [
                ("totals", &truth.totals),
                ("by_day", days),
                ("by_model", &truth.by_model),
                ("by_agent", &truth.by_agent),
            ] {
                if found[key] != object(expected) {
                    wrong.push(format!(
                        "{case} ({}), {}: {key} is {}, not {}",
                        truth.note,
                        line.len(),
                        found[key],
                        object(expected)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A line of a response of Claude Code.
fn response(id: &str, output: u64) -> String {
    format!(
        r#"{{"type":"assistant","uuid":"u-{id}","timestamp":"2026-10-05T10:00:00Z","sessionId":"s1","cwd":"/home/u/alpha","requestId":"r-{id}","message":{{"id":"m-{id}","model":"claude-sonnet-4-5-20250929","usage":{{"input_tokens":100,"output_tokens":{output}}}}}}}"#
    )
}

fn projects(home: &TempDir) -> PathBuf {
    let folder = home.path().join(".claude/projects/-home-u-alpha");
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn where_nothing_is_the_places_are_named() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path();
    let mut text = String::new();
    for line in ["claude", "codex", "gemini", "jsonl", "claude nowhere"] {
        let words: Vec<&str> = line.split(' ').chain(["-n"]).collect();
        let ran = import(path, &words).run();
        let _ = writeln!(text, "$ tokmon import {line} -n\n{ran}");
    }
    fs::create_dir_all(path.join("one/projects")).unwrap();
    let named = import(path, &["claude", "-n"]).env("CLAUDE_CONFIG_DIR", "one, ~/two");
    let ran = named.run();
    let _ = writeln!(
        text,
        "$ CLAUDE_CONFIG_DIR='one, ~/two' tokmon import claude -n\n{ran}"
    );
    assert_snapshot!("import_finds_nothing", text);
}

#[test]
fn a_report_says_what_was_read_and_what_was_left_out() {
    let home = home_of("c12-subagents");
    let mut text = String::new();
    for options in ["", "--since 2026-11-01", "--format csv", "--format json"] {
        let words = options.split(' ').filter(|word| !word.is_empty());
        let words: Vec<&str> = ["claude", "-n"].into_iter().chain(words).collect();
        let days = ["--since", "2026-10-01"];
        let days = days.into_iter().filter(|_| !options.contains("since"));
        let words: Vec<&str> = words.into_iter().chain(days).collect();
        let ran = import(home.path(), &words).run();
        let _ = writeln!(text, "$ tokmon import {}\n{ran}", words.join(" "));
    }
    assert_snapshot!("import_report", text);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_listed_and_never_opened() {
    use std::os::unix::fs::symlink;

    let home = tempfile::tempdir().unwrap();
    let folder = projects(&home);
    fs::write(
        folder.join("one.jsonl"),
        format!("{}\n{{\"type\":\n{}\n", response("1", 5), response("2", 6)),
    )
    .unwrap();
    symlink(&folder, folder.join("loop")).unwrap();
    symlink("one.jsonl", folder.join("same.jsonl")).unwrap();
    symlink("nowhere", folder.join("lost.jsonl")).unwrap();
    let pipe = folder.join("pipe.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let line = ["claude", "-n", "--since", "2026-10-01"];
    let ran = import(home.path(), &line).run();
    assert_snapshot!("import_unreadable", ran);
    let strict = import(home.path(), &[&line[..], &["--strict"]].concat()).run();
    assert_eq!((strict.code, strict.out), (65, ran.out));
}

#[test]
fn a_line_of_seventy_megabytes_is_left_out_and_those_around_it_count() {
    let home = tempfile::tempdir().unwrap();
    let long = "x".repeat(70 * 1024 * 1024);
    let (before, after) = (response("1", 5), response("2", 6));
    fs::write(
        projects(&home).join("one.jsonl"),
        format!("{before}\n{{\"text\":\"{long}\"}}\n{after}\n"),
    )
    .unwrap();
    let found = document(home.path(), &["claude"]);
    assert_eq!(found["totals"]["output"], 11);
    assert_eq!(
        found["skipped"]["unreadable"],
        serde_json::json!([{
            "file": ".claude/projects/-home-u-alpha/one.jsonl",
            "line": 2,
            "reason": "it is longer than 64 MiB",
        }])
    );
}

/// Takes some seconds, and a gigabyte of the disk where the file system has no holes.
#[cfg(target_os = "linux")]
#[test]
fn a_line_of_a_gigabyte_takes_no_more_memory() {
    use std::io::{Seek as _, SeekFrom, Write as _};

    if std::env::var_os("TOKMON_LONG").is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(projects(&home).join("one.jsonl")).unwrap();
    // Enough of it is on the disk for it to be no sparse file.
    file.write_all("x".repeat(4 * 1024 * 1024).as_bytes())
        .unwrap();
    file.seek(SeekFrom::Start(1 << 30)).unwrap();
    writeln!(file, "\n{}", response("1", 5)).unwrap();
    let tokmon = binary(home.path());
    let ran = std::process::Command::new("prlimit")
        .arg("--as=200000000")
        .arg(tokmon.get_program())
        .args(["import", "claude", "-n", "--json", "--since", "2026-10-01"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let found: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(found["totals"]["output"], 5);
    assert_eq!(found["skipped"]["unreadable_count"], 1);
}

#[test]
fn only_the_folders_that_are_asked_for_count() {
    let home = home_of("c01-plain");
    let sum =
        |glob: &str| document(home.path(), &["claude", "--cwd", glob])["totals"]["total"].clone();
    for (glob, expected) in [
        ("/home/u/alpha", 1_000),
        ("/home/u/alpha/", 1_000),
        ("/home/u", 1_000),
        ("/home/*/alpha", 1_000),
        ("/home/**", 1_000),
        ("/home/u/al", 0),
        ("/home/*", 1_000),
        ("/home/u/alpha/below", 0),
        (".", 0),
        ("~", 0),
    ] {
        assert_eq!(sum(glob), expected, "{glob}");
    }
    let wrong = import(home.path(), &["claude", "-n", "--cwd", "a[b"]).run();
    assert_snapshot!("import_pattern", wrong);
}

#[test]
fn what_an_import_does_not_write_is_said() {
    let home = home_of("c01-plain");
    let path = home.path();
    let log = "# Cost Log v2.0\n\n## Daily Detail — 2026-10-04\n\n| Team | Task | Tokens |\n|---|---|---|\n| QA | x | 5 |\n";
    let lines = [
        r#"{"time":"2026-10-05T10:00:00Z","team":"QA","input":10,"cost":"0.5"}"#,
        r#"{"time":"2026-10-05T11:00:00Z","team":"QA","input":20,"cost":{"amount":"1","currency":"EUR"}}"#,
        r#"{"time":"2026-10-05T12:00:00Z","team":"Ops","input":30,"model":"unknown-1"}"#,
        r#"{"time":"2026-10-05T13:00:00Z","team":"Ops","input":40,"cost":"0.25"}"#,
        r#"{"time":"2026-10-05T14:00:00Z","team":"Dev","cost":"0.125"}"#,
        r#"{"time":"2026-10-05T15:00:00Z","team":"Dev","cache_read":50,"model":"partly-1"}"#,
    ];
    fs::write(path.join("one.jsonl"), lines.join("\n") + "\n").unwrap();
    let prices = "[prices.\"partly-1\"]\ninput = \"1 USD\"\noutput = \"2 USD\"\nper = \"1M\"\n";
    fs::write(path.join("tokmon.toml"), prices).unwrap();
    fs::write(path.join("none.jsonl"), "no JSON\n".repeat(12)).unwrap();
    fs::write(path.join("weekly.json"), r#"{"weekly":[]}"#).unwrap();
    fs::write(
        path.join("rollout.jsonl"),
        "{\"type\":\"session_meta\",\"payload\":{}}\n",
    )
    .unwrap();
    let mut text = String::new();
    for line in [
        "claude --team TOTAL",
        "claude --cwd ''",
        "claude --since 2026-10-06 --until 2026-10-05",
        "claude --since 2026-10-06",
        "claude rollout.jsonl",
        "jsonl one.jsonl --also",
        "jsonl one.jsonl --also",
        "jsonl none.jsonl",
        "ccusage weekly.json",
    ] {
        if !line.ends_with("one.jsonl --also") || !text.contains("one.jsonl") {
            fs::write(path.join("cost-log.md"), log).unwrap();
        }
        let words = shell_words::split(line).unwrap();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if !line.contains("--since") {
            words.extend(["--since", "2026-10-01"]);
        }
        let ran = import(path, &words).run();
        let _ = writeln!(text, "$ tokmon import {line}\n{ran}");
    }
    assert_snapshot!("import_not_written", text);
}

#[test]
fn a_dry_run_shows_the_lines_that_could_not_be_settled() {
    let home = home_of("c01-plain");
    let path = home.path();
    fs::copy("fixtures/logs/hostile.md", path.join("cost-log.md")).unwrap();
    let line = ["claude", "-n", "--since", "2026-10-01"];
    assert_snapshot!("import_not_settled", import(path, &line).run());
}

#[test]
fn of_merged_imports_what_counts_twice_is_said_with_the_monthly_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let log = "\
# Cost Log v2.0

## 2026-02 Monthly Summary

| Team | Task | Tokens | Status |
|------|------|--------|--------|
| alpha | claude 2762f549 | 9,000 | ✅ <!-- base=0 row=9000 last=cc-urlyob2oix.9000 --> |
| alpha | claude 2762f549 | 22,500 | ✅ <!-- base=0 row=22500 last=cc-urlyob2oix.22500 --> |

## Daily Detail — 2026-02-11

| Time | Team | Task | Tokens | Status |
|------|------|------|--------|--------|
| 11:00 | alpha | claude 2762f549 | 9,000 | ✅ <!-- id=cc-urlyob2oix.9000 --> |
| 14:00 | alpha | claude 2762f549 | 22,500 | ✅ <!-- id=cc-urlyob2oix.22500 --> |
";
    fs::write(path.join("cost-log.md"), log).unwrap();
    let run = |line: &[&str]| {
        let tokmon = Tokmon::new(line.iter().copied()).folder(path);
        tokmon.env("TOKMON_NOW", "2026-02-20T12:00:00Z").run()
    };
    let found = run(&["check"]);
    let used = run(&["--format", "csv", "--teams"]);
    let fixed = run(&["check", "--fix"]);
    let used_then = run(&["--format", "csv", "--teams"]);
    assert_eq!(used.out, used_then.out);
    assert_snapshot!("import_merged", format!("{found}\n{used}\n{fixed}"));
}
