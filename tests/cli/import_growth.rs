//! Importing again while sessions grow, from several processes and machines: the log holds every response once, and nothing but figures
//! of what a transcript says.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{Ran, Tokmon, binary, changes, repository},
    import::{files_below, home_of, is_transcript, truths},
    installed::has,
    merge::merged,
};

const LOG: &str = "cost-log.md";

/// After the days of all sessions.
const LATER: &str = "2026-10-20T12:00:00Z";

const HEAD: &str = "# Cost Log v2.0\n\n> **Unit:** Tokens | **Currency:** USD\n";

fn is_long() -> bool {
    std::env::var_os("TOKMON_LONG").is_some_and(|value| value != "0")
}

/// Random numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// A session of Claude Code in `home`: its file, and its lines.
struct Session {
    file: PathBuf,
    text: String,
}

impl Session {
    /// Makes responses over two days, each streamed in up to three lines.
    fn new(home: &Path, name: &str, responses: usize, random: &mut Random) -> Self {
        let folder = home.join(".claude/projects/-home-planted-path");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.jsonl"));
        let mut text = line(
            name,
            0,
            &json!({"type": "user", "message": {"content": "planted-prompt"}}),
        );
        text +=
            &json!({"type": "summary", "summary": "planted-title", "leafUuid": "x"}).to_string();
        text += "\n";
        for number in 1..=responses {
            let model = ["claude-opus-5", "claude-haiku-4-5"][random.below(2)];
            let output = 1 + random.below(2_000);
            let (written, read) = (random.below(9_000), random.below(90_000));
            for part in 1..=1 + random.below(3) {
                let usage = json!({
                    "input_tokens": 3 + number,
                    "output_tokens": if part == 1 { 1 } else { output * part / 3 + 1 },
                    "cache_creation_input_tokens": written,
                    "cache_read_input_tokens": read,
                });
                let message = json!({
                    "id": format!("msg_{name}_{number}"), "role": "assistant", "model": model,
                    "content": [{"type": "text", "text": "planted-answer"}], "usage": usage,
                });
                let response = json!({"type": "assistant", "requestId": format!("req_{number}"), "message": message});
                text += &line(name, number * 10 + part, &response);
            }
        }
        Self { file, text }
    }

    /// Writes as many bytes as there are so far.
    fn write(&self, bytes: usize) {
        fs::write(&self.file, self.text.as_bytes().get(..bytes).unwrap()).unwrap();
    }
}

fn line(session: &str, number: usize, rest: &Value) -> String {
    let (day, minute) = (5 + number / 600, number % 60);
    let mut line = json!({
        "uuid": format!("{session}-{number}"), "sessionId": session, "cwd": "/home/planted-path/planted-folder",
        "gitBranch": "planted-branch", "timestamp": format!("2026-10-{day:02}T{:02}:{minute:02}:00.000Z", 10 + number / 60 % 10),
    });
    line.as_object_mut()
        .unwrap()
        .extend(rest.as_object().unwrap().clone());
    line.to_string() + "\n"
}

/// A project with a log, and a home.
fn project() -> (TempDir, TempDir) {
    (repository(&[(LOG, HEAD)]), tempfile::tempdir().unwrap())
}

const IMPORT: [&str; 7] = [
    "import",
    "claude",
    "--team",
    "Team A",
    "--since",
    "2026-10-01",
    "--quiet",
];

fn import(project: &Path, home: &Path) -> String {
    let ran = run(project, home, IMPORT);
    assert_eq!(ran.err, "", "{ran}");
    log(project)
}

/// Runs with the files of a home, which has to succeed.
fn run<'a>(project: &Path, home: &Path, args: impl IntoIterator<Item = &'a str>) -> Ran {
    let ran = Tokmon::new(args)
        .folder(project)
        .env("HOME", home.to_str().unwrap())
        .env("TOKMON_NOW", LATER)
        .run();
    assert_eq!(ran.code, 0, "{ran}");
    ran
}

fn log(project: &Path) -> String {
    fs::read_to_string(project.join(LOG)).unwrap()
}

/// What the log says is used: tokens, by class, and what they cost.
fn used(project: &Path) -> String {
    let args = ["--json", "--month", "2026-10"];
    let ran = Tokmon::new(args)
        .folder(project)
        .env("TOKMON_NOW", LATER)
        .run();
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let used = &report["used"];
    format!(
        "{}\n{}\n{}",
        used["tokens"], used["cost"], report["classes"]
    )
}

#[test]
fn imports_at_any_moment_add_up_to_one_at_the_end() {
    let mut random = Random(17);
    let cuts = if is_long() { 200 } else { 12 };
    let (once, grown) = (project(), project());
    let sessions = |home: &Path| {
        let mut random = Random(42);
        ["3f2a91c0-0001", "77aa0000-0002"].map(|name| Session::new(home, name, 90, &mut random))
    };
    for session in sessions(once.1.path()) {
        session.write(session.text.len());
    }
    import(once.0.path(), once.1.path());
    let sessions = sessions(grown.1.path());
    let mut places: Vec<usize> = (0..cuts).map(|_| random.below(10_000)).collect();
    places.sort_unstable();
    for place in places.into_iter().chain([10_000]) {
        for session in &sessions {
            session.write(session.text.len() * place / 10_000);
        }
        let after = import(grown.0.path(), grown.1.path());
        assert_eq!(import(grown.0.path(), grown.1.path()), after);
    }
    assert_eq!(used(grown.0.path()), used(once.0.path()));
    let after = log(grown.0.path());
    for _ in 0..2 {
        assert_eq!(import(grown.0.path(), grown.1.path()), after);
    }
}

#[test]
fn nothing_but_figures_enters_the_log() {
    let (project, home) = project();
    let session = Session::new(home.path(), "3f2a91c0-0001", 5, &mut Random(1));
    session.write(session.text.len());
    let log = import(project.path(), home.path());
    assert!(
        log.contains("| claude ") || log.contains("task=\"claude "),
        "{log}"
    );
    assert!(!log.contains("planted"), "{log}");
    // Where nothing else names the team, the last name of the folder does.
    let without_team = ["import", "claude", "--since", "2026-10-01"];
    run(
        project.path(),
        home.path(),
        without_team.into_iter().chain(["-n"]),
    );
    let path = project.path().join("tokmon.toml");
    fs::write(
        path,
        "[[import.team]]\nteam = \"Ruled\"\nbranch = \"planted-*\"\nsource = \"import\"\n",
    )
    .unwrap();
    let other = Session::new(home.path(), "99999999-0002", 5, &mut Random(2));
    other.write(other.text.len());
    run(
        project.path(),
        home.path(),
        without_team.into_iter().chain(["-q"]),
    );
    let log = self::log(project.path());
    assert!(log.contains("Ruled") && !log.contains("planted"), "{log}");
}

#[test]
fn imports_at_once_count_a_growing_session_once() {
    let rounds = if is_long() { 200 } else { 4 };
    for round in 0..rounds {
        let (project, home) = project();
        let session = Session::new(home.path(), "3f2a91c0-0001", 40, &mut Random(round));
        let import = || {
            let output = binary(project.path())
                .args(IMPORT)
                .env("HOME", home.path())
                .env("TOKMON_NOW", LATER)
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                crate::harness::outcome(&output)
            );
        };
        let echoed: usize = thread::scope(|scope| {
            let importers = [0, 1].map(|_| scope.spawn(|| (0..4).for_each(|_| import())));
            let echo = scope.spawn(|| {
                let path = project.path().join(LOG);
                let script = "for n in $(seq 30); do echo \"[USE] 2026-10-05T10:00:00Z team=Echo tokens=$n id=e$n\" >> \"$1\"; sleep 0.01; done";
                let mut shell = std::process::Command::new("bash");
                let status = shell.args(["-c", script, "bash"]).arg(path).status().unwrap();
                assert!(status.success());
                30
            });
            for part in 1..=20 {
                session.write(session.text.len() * part / 20);
                thread::sleep(std::time::Duration::from_millis(10));
            }
            for importer in importers {
                importer.join().unwrap();
            }
            echo.join().unwrap()
        });
        import();
        let after = log(project.path());
        import();
        assert_eq!(log(project.path()), after);
        let (once, fresh) = self::project();
        let whole = Session::new(fresh.path(), "3f2a91c0-0001", 40, &mut Random(round));
        whole.write(whole.text.len());
        self::import(once.path(), fresh.path());
        let echoed = (1..=echoed)
            .map(|n| format!("[USE] 2026-10-05T10:00:00Z team=Echo tokens={n} id=e{n}\n"));
        let text = log(once.path()) + &echoed.collect::<String>();
        fs::write(once.path().join(LOG), text).unwrap();
        assert_eq!(used(project.path()), used(once.path()), "{after}");
    }
}

/// Imports files of a home, or all of it, and gives the log.
fn import_files(project: &Path, home: &Path, source: &str, files: &[PathBuf]) -> String {
    let files = files.iter().map(|file| file.to_str().unwrap());
    let line = ["import", source].into_iter().chain(files);
    let options = ["--team", "A", "--since", "2026-10-01", "-q"];
    run(project, home, line.chain(options));
    log(project)
}

#[test]
fn files_in_two_runs_come_to_what_one_run_comes_to() {
    let mut wrong = Vec::new();
    for (case, truth) in truths() {
        let home = home_of(&case);
        let mut files = files_below(home.path());
        files.retain(|file| is_transcript(file));
        let whole = project().0;
        import_files(whole.path(), home.path(), &truth.source, &[]);
        for count in 1..files.len() {
            let (one, other) = files.split_at(count);
            for first in [one, other] {
                let split = project().0;
                import_files(split.path(), home.path(), &truth.source, first);
                let after = import_files(split.path(), home.path(), &truth.source, &[]);
                let repeats_more = case == "b08-replay-first" && first.len() == 1;
                if used(split.path()) != used(whole.path()) && !repeats_more {
                    let (found, right) = (used(split.path()), used(whole.path()));
                    wrong.push(format!(
                        "{case} ({}), first {first:?}: {found}, not {right}\n{after}",
                        truth.note
                    ));
                }
                let again = import_files(split.path(), home.path(), &truth.source, &[]);
                assert_eq!(again, after, "{case}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What a side conversation repeats with more output than the session has stays as it was: nothing is subtracted.
#[test]
fn a_side_conversation_may_be_imported_before_its_session() {
    for case in ["c06-side-replay", "b08-replay-first"] {
        let home = home_of(case);
        let mut files = files_below(home.path());
        files.retain(|file| is_transcript(file));
        let is_side = |file: &PathBuf| {
            fs::read_to_string(file)
                .unwrap()
                .contains("\"isSidechain\":true")
        };
        let side: Vec<PathBuf> = files.into_iter().filter(is_side).collect();
        let project = project().0;
        let alone = import_files(project.path(), home.path(), "claude", &side);
        let both = import_files(project.path(), home.path(), "claude", &[]);
        assert_eq!(alone, both, "{case}");
        let found = check(project.path(), &[]);
        assert!(found.contains("No findings"), "{case}: {found}");
    }
}

fn check(project: &Path, options: &[&str]) -> String {
    let line = ["check"].iter().chain(options).copied();
    let ran = Tokmon::new(line)
        .folder(project)
        .env("TOKMON_NOW", LATER)
        .run();
    ran.to_string()
}

#[test]
fn two_machines_with_one_home_count_a_session_once() {
    if !has("git") {
        return;
    }
    let (project, home) = project();
    let session = Session::new(home.path(), "3f2a91c0-0001", 30, &mut Random(7));
    let import_part = |folder: &Path, percent: usize| {
        session.write(session.text.len() * percent / 100);
        import(folder, home.path());
    };
    import_part(project.path(), 30);
    let base = log(project.path());
    let folder = merged(&base, &|one| import_part(one, 60), &|two| {
        import_part(two, 100);
    });
    let once = self::project().0;
    import_part(once.path(), 100);
    let tokens = |project: &Path| used(project).lines().next().unwrap().to_owned();
    let found = check(folder.path(), &[]);
    let before = log(folder.path());
    assert_eq!(tokens(folder.path()), tokens(once.path()), "{before}");
    check(folder.path(), &["--fix"]);
    let fixed = log(folder.path());
    assert_eq!(tokens(folder.path()), tokens(once.path()), "{fixed}");
    assert!(!check(folder.path(), &[]).contains("TM035"), "{fixed}");
    assert_eq!(import(folder.path(), home.path()), fixed);
    assert_snapshot!(
        "imports_of_two_machines",
        format!("{found}\n=== changed\n{}", changes(&before, &fixed))
    );
}
