//! What the log says against what transcripts say: every difference that is planted is found, and nothing else.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Ran, Tokmon, repository};

/// Rules that give each folder a team.
const RULES: &str = "\
[[import.team]]
team = \"Team A\"
cwd = \"/src/a/**\"

[[import.team]]
team = \"Team B\"
cwd = \"/src/b/**\"

[[import.team]]
team = \"Team C\"
cwd = \"/src/c/**\"

[[import.team]]
team = \"DevOps\"
cwd = \"/src/e/**\"

[[import.team]]
team = \"Team F\"
cwd = \"/src/f/**\"

[teams.\"Team E\"]
aliases = [\"DevOps\"]
";

/// Team E lacks 45,000 on the 25th, Team B has 2,000 more on the 23rd, Team A has 8,000 of the 24th on the 22nd, and all that Team F used
/// is missing. Team C agrees, Team Z has no transcripts, and the 10th is before the first of them.
const LOG: &str = "\
# Cost Log v2.0

## 2026-02 Monthly Summary

| Team | Task | Tokens | Status |
|------|------|--------|--------|
| Team A | Work | 28,000 | ✅ |
| Team B | Work | 12,000 | ✅ |
| Team C | Work | 7,000 | ✅ |
| Team E | Work | 126,670 | ✅ |
| Team Z | Work | 900 | ✅ |

## Daily Detail — 2026-02-25

| Team | Task | Tokens | Status |
|------|------|--------|--------|
| Team E | Work | 126,670 | ✅ |
| team c | Work | 7,000 | ✅ |
| Team Z | Work | 900 | ✅ |

## Daily Detail — 2026-02-23

| Team | Task | Tokens | Status |
|------|------|--------|--------|
| Team B | Work | 12,000 | ✅ |

## Daily Detail — 2026-02-22

| Team | Task | Tokens | Status |
|------|------|--------|--------|
| Team A | Work | 8,000 | ✅ |

## Daily Detail — 2026-02-10

| Team | Task | Tokens | Status |
|------|------|--------|--------|
| Team A | Work | 20,000 | ✅ |

";

/// A session of Claude Code with a response for each of these: time, input, output, cache write and cache read.
fn session(name: &str, folder: &str, responses: &[(&str, u64, u64, u64, u64)]) -> String {
    let lines = responses.iter().enumerate().map(|(at, response)| {
        let (time, input, output, written, read) = *response;
        let line = json!({
            "type": "assistant",
            "uuid": format!("{name}-{at}"),
            "sessionId": name,
            "requestId": format!("req-{name}-{at}"),
            "timestamp": time,
            "cwd": folder,
            "message": {
                "id": format!("msg-{name}-{at}"),
                "model": "claude-opus-5",
                "usage": {
                    "input_tokens": input,
                    "output_tokens": output,
                    "cache_creation_input_tokens": written,
                    "cache_read_input_tokens": read,
                },
            },
        });
        format!("{line}\n")
    });
    lines.collect()
}

/// The log, with the transcripts of six sessions.
fn planted(log: &str) -> tempfile::TempDir {
    let sessions = [
        (
            "home/p/a.jsonl",
            session(
                "a",
                "/src/a/x",
                &[("2026-02-24T10:00:00Z", 1_000, 5_000, 2_000, 90_000)],
            ),
        ),
        (
            "home/p/b.jsonl",
            session(
                "b",
                "/src/b",
                &[("2026-02-23T23:59:59Z", 4_000, 6_000, 0, 0)],
            ),
        ),
        (
            "home/p/c.jsonl",
            session(
                "c",
                "/src/c",
                &[("2026-02-25T00:00:00Z", 3_000, 4_000, 0, 70_000)],
            ),
        ),
        (
            "home/p/e.jsonl",
            session(
                "e",
                "/src/e",
                &[
                    ("2026-02-25T08:00:00Z", 100_000, 26_670, 0, 0),
                    ("2026-02-25T16:00:00Z", 5_000, 10_000, 30_000, 500_000),
                ],
            ),
        ),
        (
            "home/p/f.jsonl",
            session(
                "f",
                "/src/f",
                &[("2026-02-22T12:00:00Z", 2_000, 3_000, 0, 0)],
            ),
        ),
    ];
    let mut files = vec![("cost-log.md", log), ("tokmon.toml", RULES)];
    files.extend(sessions.iter().map(|(path, text)| (*path, text.as_str())));
    repository(&files)
}

fn run(folder: &Path, options: &str) -> Ran {
    let args = options.split_whitespace();
    Tokmon::new(args).folder(folder).run()
}

#[test]
fn every_planted_difference_is_found_and_nothing_else() {
    let folder = planted(LOG);
    assert_snapshot!(run(folder.path(), "compare claude home"), @"
    exit 1
    --- out
    2026-02-22 to 2026-02-25 (UTC): log 153,670, transcripts 201,670: 68,000 differ (33.7%), more than 1.0%
    Team E is 45,000 short on 2026-02-25: log 126,670, transcripts 171,670
    Team A has 8,000 more in the log on 2026-02-22: log 8,000, transcripts 0
    Team A is 8,000 short on 2026-02-24: log 0, transcripts 8,000
    Team F is 5,000 short on 2026-02-22: log 0, transcripts 5,000
    Team B has 2,000 more in the log on 2026-02-23: log 12,000, transcripts 10,000
    Team A: 8,000 seem to stand on the wrong day: 2026-02-22 in the log, 2026-02-24 in the transcripts

      Team        Log  Transcripts  Difference  Days that differ
      Team A    8,000        8,000           0                 2
      Team B   12,000       10,000       2,000                 1
      Team C    7,000        7,000           0                 0
      Team E  126,670      171,670     -45,000                 1
      Team F        0        5,000      -5,000                 1
    tokens that count: input, output, cache_write
    only in the log, and no difference, as no transcript is of these teams: Team Z 900
    --- err
    ");
}

#[test]
fn a_quiet_run_says_by_how_much_the_limit_is_passed() {
    let folder = planted(LOG);
    assert_snapshot!(run(folder.path(), "compare claude home -q"), @"
    exit 1
    --- out
    2026-02-22 to 2026-02-25 (UTC): log 153,670, transcripts 201,670: 68,000 differ (33.7%), more than 1.0%
    --- err
    ");
    let silent = run(folder.path(), "compare claude home -q --fail-above 50%");
    assert_eq!((silent.code, silent.out.as_str()), (0, ""));
}

#[test]
fn json_and_csv_say_the_same() {
    let folder = planted(LOG);
    let folder = folder.path();
    let ran = run(folder, "compare claude home --json");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
    let schema: Value = serde_json::from_str(&run(folder, "schema compare").out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_snapshot!(run(folder, "compare claude home --format csv"), @"
    exit 1
    --- out
    day,month,team,log_tokens,transcript_tokens,difference_tokens
    2026-02-22,,Team A,8000,0,8000
    2026-02-22,,Team F,0,5000,-5000
    2026-02-23,,Team B,12000,10000,2000
    2026-02-24,,Team A,0,8000,-8000
    2026-02-25,,Team C,7000,7000,0
    2026-02-25,,Team E,126670,171670,-45000
    --- err
    ");
}

#[test]
fn the_run_ends_with_1_above_the_share_that_is_asked_for() {
    let folder = planted(LOG);
    let codes = ["33.7%", "33.8%", "100%", "0%"].map(|share| {
        let ran = run(
            folder.path(),
            &format!("compare claude home --fail-above {share}"),
        );
        ran.code
    });
    assert_eq!(codes, [1, 0, 0, 1]);
    let only_c = "compare claude home --cwd /src/c";
    assert_snapshot!(run(folder.path(), only_c), @"
    exit 0
    --- out
    2026-02-25 to 2026-02-25 (UTC): log 7,000, transcripts 7,000: they agree

      Team      Log  Transcripts  Difference  Days that differ
      Team C  7,000        7,000           0                 0
    tokens that count: input, output, cache_write
    only in the log, and no difference, as no transcript is of these teams: Team E 126,670, Team Z 900
    --- err
    ");
}

#[test]
fn a_log_with_sums_of_months_alone_is_compared_by_month() {
    let (summary, _) = LOG.split_once("## Daily").unwrap();
    let folder = planted(summary);
    assert_snapshot!(run(folder.path(), "compare claude home --since 2026-02-01"), @"
    exit 1
    --- out
    2026-02-01 to 2026-02-25 (UTC): log 173,670, transcripts 201,670: 72,000 differ (35.7%), more than 1.0%
    Team E is 45,000 short in 2026-02: log 126,670, transcripts 171,670
    Team A has 20,000 more in the log in 2026-02: log 28,000, transcripts 8,000
    Team F is 5,000 short on 2026-02-22: log 0, transcripts 5,000
    Team B has 2,000 more in the log in 2026-02: log 12,000, transcripts 10,000

      Team        Log  Transcripts  Difference  Days that differ
      Team A   28,000        8,000      20,000                 1
      Team B   12,000       10,000       2,000                 1
      Team C    7,000        7,000           0                 0
      Team E  126,670      171,670     -45,000                 1
      Team F        0        5,000      -5,000                 1
    tokens that count: input, output, cache_write
    compared by month, as the log has no days for all of it: Team A in 2026-02, Team B in 2026-02, Team C in 2026-02, Team E in 2026-02
    only in the log, and no difference, as no transcript is of these teams: Team Z 900
    --- err
    ");
    assert_snapshot!(run(folder.path(), "compare claude home --since 2026-02-02 --cwd /src/e"), @"
    exit 65
    --- out
    2026-02-02 to 2026-02-25 (UTC): nothing could be compared
    tokens that count: input, output, cache_write
    not compared: Team E in 2026-02, as the log has no days for all of its 126,670, and these days are a part of the month
    --- err
    ");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = planted(LOG);
    let folder = folder.path();
    assert_snapshot!(run(folder, "compare claude home --since 2026-03-01"), @"
    exit 66
    --- out
    --- err
    tokmon: the transcripts have no usage since 2026-03-01, so that nothing can be compared
      help: look further back with --since, or name other folders
    ");
    assert_snapshot!(run(folder, "compare claude none"), @"
    exit 66
    --- out
    --- err
    tokmon: cannot read none: no such file or directory
    ");
    let money = "| Date | Team | Cost |\n|------|------|------|\n| 2026-02-25 | Team A | $3.00 |\n";
    let folder = planted(money);
    assert_snapshot!(run(folder.path(), "compare claude home"), @"
    exit 65
    --- out
    --- err
    tokmon: cost-log.md counts money, and no tokens that could be compared
    ");
    let empty = repository(&[]);
    assert_snapshot!(run(empty.path(), "compare claude"), @r#"
    exit 66
    --- out
    --- err
    tokmon: no cost log found; looked for
      shared-intelligence/cost-log.md
      docs/cost-log.md
      cost-log.md
      and there for token-log.md and token-usage.md, in any case, with - or _
      help: create one with `tokmon init`, or name yours with --file FILE, TOKMON_FILE or `log = "FILE"` in tokmon.toml
    "#);
}
