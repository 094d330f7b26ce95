//! Bad input: a clear message, the right exit code, and no panic, with the real program.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Stdio,
};

use insta::assert_snapshot;

use crate::harness::{Tokmon, binary, fixture, log_of, outcome, repository};

fn run(folder: &Path, args: &[&str]) -> String {
    outcome(&binary(folder).args(args).output().unwrap())
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_refused() {
    let folder = repository(&[]);
    let at = folder.path();
    fs::create_dir(at.join("folder")).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(at.join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    let all: String = ["/dev/null", "folder", "pipe", "missing.md"]
        .map(|path| run(at, &["-f", path]))
        .concat();
    assert_snapshot!(all);
}

#[test]
fn a_log_that_holds_nothing_of_use_is_refused() {
    let folder = repository(&[
        ("empty.md", ""),
        ("prose.md", "# Diary\n\nNothing to count.\n"),
    ]);
    let noise: Vec<u8> = (0..1_000_000_u64)
        .map(|n| (n.wrapping_mul(6_364_136_223_846_793_005).rotate_left(17) >> 56) as u8)
        .collect();
    fs::write(folder.path().join("noise.md"), noise).unwrap();
    fs::write(folder.path().join("line.md"), vec![b'x'; 10_000_000]).unwrap();
    let all: String = ["empty.md", "prose.md", "noise.md", "line.md"]
        .map(|path| run(folder.path(), &["-f", path]))
        .concat();
    assert_snapshot!(all);
    let verbose = run(folder.path(), &["-f", "line.md", "-v"]);
    assert_snapshot!("one_endless_line", verbose);
}

#[test]
#[cfg(unix)]
fn a_path_through_a_file_leads_nowhere() {
    let ran = Tokmon::new(["-f", "fixtures/logs/sample.md/inside.md"]).run();
    assert_snapshot!(ran);
}

/// Nobody may follow a link to itself, not even root, whom permissions do not stop.
#[test]
#[cfg(target_os = "linux")]
fn a_log_that_may_not_be_read_is_refused() {
    let folder = repository(&[]);
    std::os::unix::fs::symlink("loop.md", folder.path().join("loop.md")).unwrap();
    assert_snapshot!(run(folder.path(), &["-f", "loop.md"]));
}

#[test]
fn nothing_found_names_what_was_tried() {
    let folder = repository(&[("deep/er/x", "")]);
    assert_snapshot!(
        run(&folder.path().join("deep/er"), &[])
            .replace(&folder.path().display().to_string(), "ROOT")
    );
}

#[test]
fn the_log_is_found_from_here_up_to_the_root_of_the_repository() {
    let folder = repository(&[("docs/cost-log.md", &log_of(1)), ("deep/er/x", "")]);
    let found = |from: &str| Tokmon::new([]).folder(&folder.path().join(from)).output();
    assert!(found("deep/er").contains("docs/cost-log.md"));
    for (path, tokens) in [
        ("cost-log.md", 1),
        ("shared-intelligence/cost-log.md", 3),
        ("deep/cost-log.md", 4),
    ] {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), log_of(tokens)).unwrap();
        let expected = if path == "cost-log.md" { 1 } else { tokens };
        assert!(
            found("deep/er").contains(&format!("Used       {expected} tokens")),
            "{path}"
        );
    }
    // Nothing outside the repository is taken.
    let inner = folder.path().join("inner");
    fs::create_dir_all(inner.join(".git")).unwrap();
    assert_eq!(Tokmon::new([]).folder(&inner).run().code, 66);
}

#[test]
fn standard_input_is_read() {
    let sample = fs::read(fixture("logs/sample.md")).unwrap();
    let out = Tokmon::new(["--file", "-", "--full"])
        .input(&sample)
        .output();
    let file = Tokmon::new(["--file", "fixtures/logs/sample.md", "--full"]).output();
    assert_eq!(
        out.replacen("  -  ", "  fixtures/logs/sample.md  ", 1),
        file
    );
    let broken = fs::read(fixture("invalid/tm001-unreadable-number.md")).unwrap();
    let err = Tokmon::new(["--file", "-", "-v"]).input(&broken).run().err;
    assert!(
        err.contains("-:8:21") && err.contains("12,4x0"),
        "excerpts too:\n{err}"
    );
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    for (args, code, said) in [
        (&["--full"][..], 0, ""),
        (&["--json"], 0, ""),
        (&["schema"], 0, ""),
        (&["completions", "bash"], 0, ""),
        (&["--help"], 0, ""),
        (
            &["-q", "--full", "--budget", "10", "--fail-on", "note"],
            1,
            "tokmon: level exceeded: --fail-on note is reached (126,670 of 10 tokens, 1266700.0%)\n",
        ),
        (
            &["-q", "--full", "--budget", "1M", "--fail-on", "note"],
            0,
            "",
        ),
    ] {
        let mut command = binary(Path::new(env!("CARGO_MANIFEST_DIR")));
        command
            .env("TOKMON_FILE", "fixtures/logs/sample.md")
            .args(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(code), said.as_bytes()),
            "{args:?}"
        );
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = binary(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.args(["-f", "fixtures/logs/sample.md"]).stdout(full);
    assert_snapshot!(outcome(&command.output().unwrap()), @r"
    exit Some(74)
    --- out
    --- err
    tokmon: cannot write to standard output: no space left on device
    ");
}

#[test]
#[cfg(target_os = "linux")]
fn messages_that_find_no_place_change_no_exit_code() {
    let code = |args: &[&str]| {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = binary(Path::new(env!("CARGO_MANIFEST_DIR")));
        command.args(args).stdout(Stdio::null()).stderr(full);
        command.status().unwrap().code()
    };
    let log = "fixtures/invalid/tm001-unreadable-number.md";
    assert_eq!(code(&["-f", log]), Some(0));
    assert_eq!(code(&["-f", log, "-v"]), Some(0));
    let failing = ["-f", log, "--budget", "10", "--fail-on", "note"];
    assert_eq!(code(&failing), Some(1));
    assert_eq!(code(&["-f", log, "--month", "2020-01"]), Some(65));
    assert_eq!(code(&["--no-such-option"]), Some(64));
}

#[test]
fn a_log_being_appended_to_has_no_error_at_its_end() {
    let folder = repository(&[("cost-log.md", &log_of(5))]);
    let mut log = File::options()
        .append(true)
        .open(folder.path().join("cost-log.md"))
        .unwrap();
    log.write_all(b"\n[USE] 2026-02-25T10:18:00Z team=\"Team A\" tok")
        .unwrap();
    assert!(
        Tokmon::new([])
            .folder(folder.path())
            .output()
            .contains("Used       5 tokens")
    );
    log.write_all(b"ens=7\n").unwrap();
    assert!(
        Tokmon::new([])
            .folder(folder.path())
            .output()
            .contains("Used       12 tokens")
    );
}

#[test]
#[cfg(unix)]
fn a_damaged_journal_or_archive_is_named_with_what_to_do() {
    let journal = repository(&[
        ("cost-log.md", &log_of(1)),
        (".tokmon/cost-log.md.journal", "no journal"),
    ]);
    let link = repository(&[("cost-log.md", &log_of(1)), ("archive/x", "")]);
    let archive = "archive/cost-log-2026-02.md";
    std::os::unix::fs::symlink("x", link.path().join(archive)).unwrap();
    let inside = format!("{archive}/x");
    let directory = repository(&[("cost-log.md", &log_of(1)), (&inside, "")]);
    let record = ["record", "--team", "A", "--tokens", "1", "--id", "r1"];
    let mut all = String::new();
    for folder in [&journal, &link, &directory] {
        let root = std::fs::canonicalize(folder.path()).unwrap();
        for args in [
            &[][..],
            &record,
            &["archive", "--now", "2026-06-01T00:00:00Z"],
        ] {
            all.extend([format!("--- {args:?}\n"), run(&root, args)]);
        }
        all = all.replace(&root.display().to_string(), "ROOT");
    }
    assert_snapshot!(all);
}

#[test]
fn what_names_a_log_that_cannot_be_read_is_named() {
    let folder = repository(&[("tokmon.toml", "log = \"spent.md\"\n")]);
    let run = |args: &'static [&str], file: &str| {
        let run = Tokmon::new(args.iter().copied()).folder(folder.path());
        run.env("TOKMON_FILE", file).run().err
    };
    let errors = [run(&[], ""), run(&[], "a.md"), run(&["-f", "b.md"], "a.md")];
    assert_snapshot!(errors.concat(), @"
    tokmon: cannot read cost log spent.md, which `log` in tokmon.toml names: there is no such file
      help: create it with `tokmon init --file spent.md`, or name another log with --file FILE
    tokmon: cannot read cost log a.md, which TOKMON_FILE names: there is no such file
      help: create it with `tokmon init --file a.md`, or name another log with --file FILE
    tokmon: cannot read cost log b.md: there is no such file
      help: create it with `tokmon init --file b.md`, or name another log with --file FILE
    ");
}
