//! Completions in the shells themselves, the scripts in `completions/`, and man pages under the checker of `mandoc`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed, and one that is skipped says so"
)]

use std::{fs, path::Path, process::Command};

use insta::assert_snapshot;
use tempfile::TempDir;

#[test]
fn completions_are_up_to_date() {
    let files = [
        ("bash", "tokmon.bash"),
        ("zsh", "_tokmon"),
        ("fish", "tokmon.fish"),
        ("powershell", "_tokmon.ps1"),
        ("elvish", "tokmon.elv"),
    ];
    for (shell, name) in files {
        let path = Path::new("completions").join(name);
        let mut tokmon = Command::new(env!("CARGO_BIN_EXE_tokmon"));
        let script = tokmon.args(["completions", shell]).output().unwrap().stdout;
        if std::env::var_os("UPDATE_COMPLETIONS").is_some() {
            fs::create_dir_all("completions").unwrap();
            fs::write(&path, &script).unwrap();
        }
        let on_disk = fs::read(&path).unwrap_or_default();
        assert!(
            !script.is_empty() && on_disk == script,
            "{} is out of date: run UPDATE_COMPLETIONS=1 cargo test --test completions",
            path.display()
        );
    }
}

/// A folder with the sample log, another log, and the program.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join(".git")).unwrap();
    let sample = fs::read_to_string("fixtures/logs/sample.md").unwrap();
    fs::write(path.join("cost-log.md"), &sample).unwrap();
    fs::write(
        path.join("other.md"),
        sample.replace("Team A", "Zed's $(reboot) Team"),
    )
    .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tokmon"), path.join("tokmon")).unwrap();
    folder
}

/// What a shell prints that runs a script in that folder. `None`, with a notice, where there is no such shell.
fn printed(shell: &str, args: &[&str], script: &str) -> Option<String> {
    let folder = folder();
    let file = folder.path().join("script");
    fs::write(&file, script).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(shell)
        .args(args)
        .arg(&file)
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("HOME", folder.path())
        .env("LC_ALL", "C.UTF-8")
        .output();
    let Ok(output) = output else {
        eprintln!("NOTICE: there is no {shell}, so its completions are not tried");
        return None;
    };
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

#[cfg(unix)]
#[test]
fn bash_offers_what_the_log_holds() {
    let script = r#"
source <(tokmon completions bash)
offer() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
    _clap_complete_tokmon tokmon "${COMP_WORDS[COMP_CWORD]}" ""
    printf '%s:' "$*"; printf ' [%s]' "${COMPREPLY[@]}"; echo
}
offer tokmon --team Team
offer tokmon --month ''
offer tokmon --project ''
offer tokmon -f other.md --team Z
offer tokmon record --file other.md --team Z
offer tokmon record --team O
offer tokmon record --status ''
offer tokmon check --explain TM00
offer tokmon check --format ''
offer tokmon -f missing.md --team T
offer tokmon --optim
offer tokmon mi
"#;
    let Some(text) = printed("bash", &["--norc"], script) else {
        return;
    };
    assert_snapshot!(text);
}

#[cfg(unix)]
#[test]
fn fish_offers_what_the_log_holds() {
    let script = r"
tokmon completions fish | source
for line in 'tokmon --team Team' 'tokmon --month ' 'tokmon -f other.md --team Z' 'tokmon record --team O' 'tokmon check --explain TM00'
    echo $line:
    complete -C $line
end
";
    let Some(text) = printed("fish", &["--no-config"], script) else {
        return;
    };
    assert_snapshot!(text);
}

#[cfg(unix)]
#[test]
fn zsh_offers_what_the_log_holds() {
    // The function that adds candidates to the line prints them instead.
    let script = r#"
compdef() { : }
source <(tokmon completions zsh)
_describe() { local name=$@[$#]; print -r -l -- "${(@P)name}" }
offer() {
    words=("$@"); CURRENT=$#
    print -r -- "$*:"
    _clap_dynamic_completer_tokmon
}
offer tokmon --team Team
offer tokmon --month ''
offer tokmon -f other.md --team Z
offer tokmon record --team O
offer tokmon check --explain TM00
"#;
    let Some(text) = printed("zsh", &["--no-rcs"], script) else {
        return;
    };
    assert_snapshot!(text);
}

#[test]
fn man_pages_are_clean() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    let mut tokmon = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    let output = tokmon.arg("-q").arg("man").arg(&pages).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let written = fs::read_dir(&pages).unwrap();
    let mut written: Vec<_> = written.map(|entry| entry.unwrap().path()).collect();
    written.sort();
    let names = written
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy());
    assert_snapshot!(names.collect::<Vec<_>>().join(" "));
    let checked = Command::new("mandoc")
        .args(["-T", "lint"])
        .args(&written)
        .output();
    let Ok(checked) = checked else {
        eprintln!("NOTICE: there is no mandoc, so the man pages are not checked");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&checked.stdout), "");
}
