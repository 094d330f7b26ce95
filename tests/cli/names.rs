//! Names of teams that want to do harm, through every output, read back by readers of another language: no file is made, no cell is a
//! formula, no control character and no markup is left, and the name is the same.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{Tokmon, binary, fixture, outcome, repository},
    hostile::assert_harmless,
    installed::has,
};

/// What is run, and how `names.py` reads it. `text` has no names that could be read back.
const OUTPUTS: &[(&str, &str)] = &[
    ("--teams --format csv", "csv"),
    ("--teams --format markdown", "markdown"),
    ("--json", "json"),
    ("--format prometheus", "prometheus"),
    ("--format openmetrics", "prometheus"),
    ("--format nagios", "text"),
    ("--full -v", "text"),
    ("--full --format csv", "text"),
    ("check", "text"),
    ("check --format sarif", "text"),
    ("check --format github", "text"),
    ("--full --ascii", "text"),
    ("alert --dry-run", "text"),
    ("alert --dry-run --json", "text"),
    ("--format health", "text"),
    ("budget", "text"),
    ("budget --json", "text"),
    ("holds", "text"),
    ("guard --tokens 5", "text"),
    ("guard --tokens 5 --json", "text"),
    ("statusline --format tmux", "text"),
    ("statusline", "text"),
    ("statusline --json", "text"),
];

/// The names, by the tokens that each team uses. White space is folded, as in all names.
fn names() -> BTreeMap<usize, String> {
    let names = fs::read_to_string(fixture("names/hostile.json")).unwrap();
    let names: Vec<String> = serde_json::from_str(&names).unwrap();
    assert!(names.len() >= 200, "{}", names.len());
    let folded = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ");
    (1_000..)
        .zip(names.iter().map(|name| folded(name)))
        .collect()
}

/// A log in which each of them is over its allocation, and the names in a file for `names.py`.
fn scene(names: &BTreeMap<usize, String>) -> (TempDir, PathBuf) {
    let mut log =
        crate::harness::log_of(5) + "\n**Budget Status:**\n- Total budget: 900,000,000 tokens\n\n";
    let mut settings = String::new();
    for (tokens, name) in names {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(
            log,
            "[USE] 2026-02-25T10:18:00Z team=\"{quoted}\" tokens={tokens}"
        );
        let escaped = name.chars().fold(String::new(), |mut text, c| {
            let _ = write!(text, "\\U{:08x}", u32::from(c));
            text
        });
        let _ = writeln!(settings, "[teams.\"{escaped}\"]\ntokens = 10");
    }
    let folder = repository(&[("cost-log.md", &log), ("tokmon.toml", &settings)]);
    let path = folder.path().join(".git/names.json");
    fs::write(&path, serde_json::to_vec(names).unwrap()).unwrap();
    (folder, path)
}

/// Reads something back with Python, where there is Python.
fn assert_read_back(what: &str, args: &[&Path], input: &[u8]) {
    if !has("python3") {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/names.py");
    let mut child = Command::new("python3")
        .arg(script)
        .args(args)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{what}\n{}", outcome(&output));
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name != ".tokmon").collect();
    names.sort();
    names
}

#[test]
fn hostile_names_do_no_harm_in_any_output() {
    let names = names();
    let (folder, path) = scene(&names);
    let before = entries(folder.path());
    for &(line, form) in OUTPUTS {
        let output = binary(folder.path())
            .args(line.split(' '))
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        assert!(code < 64, "{line}: {}", outcome(&output));
        assert_read_back(line, &[form.as_ref(), &path], &output.stdout);
        assert_read_back(line, &["text".as_ref(), &path], &output.stderr);
    }
    assert_eq!(entries(folder.path()), before);
}

#[test]
fn hostile_names_do_no_harm_on_a_command_line() {
    let names = names();
    let (folder, _) = scene(&names);
    // A name is an argument like any other, and so is what follows it.
    for name in names
        .values()
        .filter(|name| !name.contains('\0'))
        .step_by(7)
    {
        let option = format!("--team={name}");
        for line in [
            &["guard", "--tokens", "5", option.as_str()][..],
            &["guard", "--tokens", "5", "--json", &option],
            &["--format", "nagios", &option],
            &["--format", "prometheus", &option],
        ] {
            let ran = Tokmon::new(line.iter().copied())
                .folder(folder.path())
                .run();
            for text in [&ran.out, &ran.err] {
                assert_harmless(text, &format!("{line:?}"));
            }
            assert!(ran.code < 70, "{line:?}\n{ran}");
        }
    }
}

#[cfg(unix)]
#[test]
fn hostile_names_do_no_harm_to_a_program_that_is_run_for_them() {
    let names = names();
    let (folder, path) = scene(&names);
    let (out, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = entries(folder.path());
    let run = || {
        let save =
            r#"cat > "$OUT/$TOKMON_ALERT_USED.json"; env -0 > "$OUT/$TOKMON_ALERT_USED.env""#;
        binary(folder.path())
            .args(["alert", "--on-alert", "sh", "-c", save])
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("OUT", out.path())
            .env("HOME", home.path())
            .output()
            .unwrap()
    };
    let first = run();
    assert_eq!(first.status.code(), Some(0), "{}", outcome(&first));
    assert_read_back("alert", &["text".as_ref(), &path], &first.stdout);
    assert_read_back("alert", &["alert".as_ref(), &path, out.path()], b"");
    // Each name reads back from the line that says so.
    let again = String::from_utf8(run().stdout).unwrap();
    let sent = format!("{} notices sent before\n", names.len());
    assert!(
        again.contains("no notice is due") && again.ends_with(&sent),
        "{again}"
    );
    assert_eq!(entries(folder.path()), before);
    assert_eq!(entries(home.path()), Vec::<String>::new());
}

#[test]
fn hostile_names_do_no_harm_in_the_answers_of_hooks() {
    let names = names();
    let (folder, _) = scene(&names);
    // All teams are over their allocations.
    for name in names.values() {
        let question = json!({
            "hook_event_name": "UserPromptSubmit",
            "transcript_path": "t",
            "agent_type": name,
        });
        let ran = Tokmon::new(["guard", "--hook", "claude"])
            .folder(folder.path())
            .input(question.to_string().as_bytes())
            .run();
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name:?}");
        let answer: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(answer["decision"], "block", "{name:?}\n{ran}");
        let reason = answer["reason"].as_str().unwrap();
        assert_harmless(&reason.replace('\n', " "), "reason");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_names_do_no_harm_in_the_list_of_what_is_trusted() {
    let folder = repository(&[("cost-log.md", &crate::harness::log_of(5))]);
    let tokmon = |args: &[&str]| {
        let ran = Tokmon::new(args.iter().copied())
            .folder(folder.path())
            .env(
                "XDG_STATE_HOME",
                folder.path().join("state").to_str().unwrap(),
            )
            .run();
        assert_harmless(&ran.out, "trust");
        assert_harmless(&ran.err, "trust");
        ran
    };
    let mut trusted = 0;
    for name in names().values().step_by(5) {
        let place = folder.path().join(name.replace('/', "_"));
        if fs::create_dir(&place).is_err() {
            continue;
        }
        let quoted = serde_json::to_string(&["echo", name]).unwrap();
        let path = place.join("tokmon.toml");
        fs::write(&path, format!("[alert]\nprogram = {quoted}\n")).unwrap();
        let ran = tokmon(&["trust", path.to_str().unwrap()]);
        trusted += usize::from(ran.code == 0);
    }
    let list = tokmon(&["trust", "--list"]);
    assert_eq!(
        (list.code, list.out.lines().count()),
        (0, trusted),
        "{list}"
    );
    assert!(trusted > 20, "{trusted}");
}
