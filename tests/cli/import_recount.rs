//! `import --recount`: rows of units whose transcripts say something else are replaced, and nothing else changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::PathBuf,
};

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Ran, Tokmon, repository};

const LOG: &str = "cost-log.md";

/// After the days of all sessions, and less than 30 days after the first.
const LATER: &str = "2026-10-20T12:00:00Z";

/// A log with rows by hand, and a total of a day.
const HEAD: &str = "# Cost Log v2.0

> **Unit:** Tokens | **Currency:** USD

## 2026-10 Monthly Summary

| Team | Tokens | Cost | Status |
|------|--------|------|--------|
| Team B | 7,000 | $0.021 | ✅ |
| **TOTAL** | **7,000** | **$0.021** | |

## Daily Detail — 2026-10-05

| Time | Team | Task | Tokens | Cost | Status |
|------|------|------|--------|------|--------|
| 09:00 | Team B | By hand | 7,000 | $0.021 | ✅ |
| | **TOTAL** | | **7,000** | **$0.021** | |

## Notes

Some text of  a person.
";

/// A response of Claude Code, which worked in a folder with the name of the session.
fn response(session: &str, number: u64, output: u64) -> String {
    format!(
        r#"{{"type":"assistant","uuid":"u-{session}-{number}","timestamp":"2026-10-05T1{number}:00:00Z","sessionId":"{session}","cwd":"/home/u/{session}","requestId":"r-{number}","message":{{"id":"m-{session}-{number}","model":"claude-opus-5","usage":{{"input_tokens":100,"output_tokens":{output},"cache_read_input_tokens":5000}}}}}}"#
    ) + "\n"
}

struct Project {
    folder: TempDir,
    home: TempDir,
    /// The option that names the teams.
    team: [&'static str; 2],
}

impl Project {
    /// Without transcripts.
    fn empty(team: [&'static str; 2]) -> Self {
        Self {
            folder: repository(&[(LOG, HEAD)]),
            home: tempfile::tempdir().unwrap(),
            team,
        }
    }

    /// Two sessions, both imported.
    fn new() -> Self {
        let project = Self::empty(["--team", "Team A"]);
        project.session(
            "3f2a91c0-0001",
            &[
                response("3f2a91c0-0001", 0, 900),
                response("3f2a91c0-0001", 1, 400),
            ],
        );
        project.session("77aa0000-0002", &[response("77aa0000-0002", 2, 300)]);
        assert_eq!(project.import(&[]).code, 0);
        project
    }

    /// Writes the transcript of a session, or removes it where there are no responses.
    fn session(&self, name: &str, responses: &[String]) {
        let folder = self.home.path().join(".claude/projects/-home-u-alpha");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.jsonl"));
        fs::write(&file, responses.concat()).unwrap();
        if responses.is_empty() {
            fs::remove_file(file).unwrap();
        }
    }

    fn at(&self, now: &str, options: &[&str]) -> Ran {
        let args = ["import", "claude", "--since", "2026-10-01"];
        let args = args.iter().chain(&self.team).chain(options);
        Tokmon::new(args.copied())
            .folder(self.folder.path())
            .env("HOME", self.home.path().to_str().unwrap())
            .env("TOKMON_NOW", now)
            .run()
    }

    fn import(&self, options: &[&str]) -> Ran {
        self.at(LATER, options)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// Changes a text of the log.
    fn edit(&self, from: &str, to: &str) {
        let log = self.log();
        assert!(log.contains(from), "{log}");
        fs::write(self.path(), log.replace(from, to)).unwrap();
    }

    fn json(&self, options: &[&str]) -> Value {
        let ran = self.import(&[options, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{ran}");
        serde_json::from_str(&ran.out).unwrap()
    }

    /// Recounts once more, which changes nothing, and finds nothing that contradicts itself.
    fn is_settled(&self) {
        let after = self.log();
        let written = self.json(&["--recount"])["written"].clone();
        assert_eq!(written["recounted"], serde_json::json!([]), "{after}");
        assert_eq!(self.log(), after);
        assert!(!after.contains("[USE]"), "{after}");
        let check = Tokmon::new(["check"])
            .folder(self.folder.path())
            .env("TOKMON_NOW", LATER)
            .run();
        assert_eq!(check.code, 0, "{check}\n{after}");
    }
}

/// The lines of a text that another one does not have, marked.
fn changed(before: &str, after: &str) -> String {
    let only = |one: &str, other: &str, mark: &str| {
        let lines = one
            .lines()
            .filter(|line| !other.lines().any(|known| known == *line));
        let lines: Vec<String> = lines.map(|line| format!("{mark}{line}\n")).collect();
        lines.concat()
    };
    only(before, after, "-") + &only(after, before, "+")
}

#[test]
fn a_session_that_became_less_is_stated_anew() {
    let project = Project::new();
    let before = project.log();
    project.session("3f2a91c0-0001", &[response("3f2a91c0-0001", 0, 900)]);
    let left = project.import(&[]);
    assert_eq!(project.log(), before, "{left}");
    let dry = project.import(&["--recount", "-n"]);
    assert_eq!(project.log(), before);
    let ran = project.import(&["--recount"]);
    let after = project.log();
    assert_snapshot!(
        "recount_less",
        format!(
            "{before}\n$ tokmon import claude --recount -n\n{dry}\n$ tokmon import claude --recount\n{ran}\n{after}"
        )
    );
    project.is_settled();
}

#[test]
fn what_was_changed_by_hand_is_replaced_wherever_it_was_changed() {
    let original = Project::new();
    let first = original.log();
    let mut text = String::new();
    // The row of the day alone, more and less, and with the monthly row and the totals.
    for edits in [
        &[("| 1,500 |", "| 9,500 |")][..],
        &[("| 1,500 |", "| 500 |")],
        &[
            ("| 1,500 |", "| 1,400 |"),
            ("1,900", "1,800"),
            ("8,900", "8,800"),
        ],
    ] {
        let project = Project::new();
        assert_eq!(project.log(), first);
        for (from, to) in edits {
            project.edit(from, to);
        }
        let planted = project.log();
        let report = project.json(&["--recount"]);
        let after = project.log();
        let recounted = &report["written"]["recounted"];
        let changed = changed(&planted, &after);
        let _ = writeln!(text, "{edits:?}\n{recounted}\n{changed}");
        let sums = |log: &str| {
            let lines = log.lines().filter(|line| line.contains("TOTAL"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(sums(&after), sums(&first), "{after}");
        project.is_settled();
    }
    assert_snapshot!("recount_by_hand", text);
}

#[test]
fn lines_that_wait_and_sessions_that_grew_become_one_row() {
    let project = Project::new();
    project.session(
        "77aa0000-0002",
        &[
            response("77aa0000-0002", 2, 300),
            response("77aa0000-0002", 3, 50),
        ],
    );
    assert_eq!(project.import(&[]).code, 0);
    let grown = project.log();
    assert_eq!(grown.matches("| claude ").count(), 3, "{grown}");
    project.session("77aa0000-0002", &[response("77aa0000-0002", 2, 300)]);
    let report = project.json(&["--recount"]);
    let after = project.log();
    assert_snapshot!(
        "recount_grown",
        format!(
            "{}\n{}",
            report["written"]["recounted"],
            changed(&grown, &after)
        )
    );
    project.is_settled();
    // Rows of people stay byte for byte.
    for line in HEAD.lines().filter(|line| !line.contains("TOTAL")) {
        assert!(after.lines().any(|kept| kept == line), "{line}\n{after}");
    }
}

#[test]
fn what_cannot_be_replaced_is_left_and_said() {
    let reasons = |project: &Project, now: &str, options: &[&str]| {
        let before = project.log();
        let ran = project.at(now, &[&["--recount"], options].concat());
        assert_eq!(ran.code, 0, "{ran}");
        assert_eq!(project.log(), before, "{ran}");
        let lines = ran.out.lines().filter(|line| line.contains("replace"));
        let lines: Vec<String> = lines.map(|line| format!("{line}\n")).collect();
        lines.concat()
    };
    let shrunk = || {
        let project = Project::new();
        project.session("3f2a91c0-0001", &[response("3f2a91c0-0001", 0, 900)]);
        project
    };
    let mut text = String::new();
    text += &reasons(&shrunk(), "2026-11-04T12:00:00Z", &[]);
    let unreadable = shrunk();
    unreadable.session("broken", &["{\"type\":\n".to_owned(), "{}\n".to_owned()]);
    text += &reasons(&unreadable, LATER, &[]);
    let twice = shrunk();
    let id = twice.log();
    let id = id.split("id=").nth(1).unwrap();
    let id = id.split_whitespace().next().unwrap();
    twice.edit("Some text", &format!("<!-- id={id} -->\n\nSome text"));
    text += &reasons(&twice, LATER, &[]);
    let archived = shrunk();
    let ran = Tokmon::new(["archive", "--before", "2026-10-10"])
        .folder(archived.folder.path())
        .env("TOKMON_NOW", LATER)
        .run();
    assert_eq!(ran.code, 0, "{ran}");
    text += &reasons(&archived, LATER, &[]);
    assert_snapshot!("recount_left", text);
    let with_path = archived.import(&["--recount", "."]);
    assert_eq!(with_path.code, 64, "{with_path}");
}

/// The two files of a session, by how many responses of its own each has. The second one is that of the resumed session, which begins with a
/// copy of the first response.
#[derive(Clone, Copy, Debug, Default)]
struct Files {
    first: u64,
    resumed: u64,
}

impl Files {
    /// Tokens that count, of all responses that a file has. None without any file.
    fn tokens(self) -> Option<u64> {
        let (first, resumed) = self.responses();
        let numbers: BTreeSet<u64> = first.into_iter().chain(resumed).collect();
        let tokens = numbers.iter().map(|number| 100 + output(*number));
        (!numbers.is_empty()).then(|| tokens.sum())
    }

    fn responses(self) -> (Vec<u64>, Vec<u64>) {
        let resumed = (5..5 + self.resumed).collect::<Vec<u64>>();
        let copy = resumed.first().map(|_| 0);
        let resumed = copy.into_iter().chain(resumed).collect();
        ((0..self.first).collect(), resumed)
    }

    fn write(self, session: &str, project: &Project) {
        let (first, resumed) = self.responses();
        for (name, numbers) in [(session, first), (&format!("{session}-resumed"), resumed)] {
            let lines = numbers.into_iter();
            let lines: Vec<String> = lines
                .map(|number| response(session, number, output(number)))
                .collect();
            project.session(name, &lines);
        }
    }
}

/// No two sets of responses have the same sum.
const fn output(number: u64) -> u64 {
    1 << number
}

/// The tokens that the log has of each team.
fn tokens_by_team(project: &Project) -> BTreeMap<String, u64> {
    let ran = Tokmon::new(["--json", "--month", "2026-10"])
        .folder(project.folder.path())
        .env("TOKMON_NOW", LATER)
        .run();
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let teams = report["teams"].as_array().unwrap().iter();
    let teams = teams.map(|team| {
        let name = team["name"].as_str().unwrap().to_owned();
        (name, team["used_tokens"].as_u64().unwrap())
    });
    teams.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever was imported before: a unit with a transcript has what its transcripts say, and one without keeps what it has.
    #[test]
    fn a_recount_leaves_the_sums_of_the_transcripts_that_are_there(
        changes in proptest::collection::vec((0_usize..2, 0_u64..4, 0_u64..4, any::<bool>()), 1..7),
    ) {
        const SESSIONS: [&str; 2] = ["alpha", "beta"];
        let project = Project::empty(["--team-by", "cwd"]);
        let mut files = [Files::default(); 2];
        for (session, first, resumed, is_imported) in changes {
            files[session] = Files { first, resumed };
            files[session].write(SESSIONS[session], &project);
            if is_imported && files.iter().any(|files| files.tokens().is_some()) {
                let ran = project.import(&[]);
                prop_assert_eq!(ran.code, 0, "{}", ran);
            }
        }
        prop_assume!(files.iter().any(|files| files.tokens().is_some()));
        let mut expected = tokens_by_team(&project);
        for (session, files) in SESSIONS.iter().zip(files) {
            if let Some(tokens) = files.tokens() {
                expected.insert((*session).to_owned(), tokens);
            }
        }
        let ran = project.import(&["--recount"]);
        prop_assert_eq!(ran.code, 0, "{}", ran);
        prop_assert_eq!(tokens_by_team(&project), expected, "{}\n{}", ran, project.log());
        project.is_settled();
    }
}
