//! Completions in the shells themselves, the scripts in `completions/`, and man pages under the checker of `mandoc`.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed"
)]

#[path = "shared/installed.rs"]
mod installed;

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

const NAMES: [&str; 10] = [
    "N one two",
    "N $(touch run)",
    "N `touch run`",
    "N it's \"so\"",
    "N back\\slash",
    "N a:b;c&d",
    "N ~/*?[x]{a,b}!",
    "N 팀 é",
    "N esc\u{1b}[31m",
    "N sk-ant-api03-0123456789abcdef0123",
];

/// A folder with the sample log, other logs, and the program.
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
    // Names that a shell would run, split, expand or draw, if they were not quoted.
    let cell = |name: &&str| name.replace('\\', "\\\\").replace('`', "\\`");
    let rows: Vec<String> = NAMES.iter().map(cell).collect();
    let rows = rows.join(" | 5 |\n| ");
    let odd =
        format!("## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| {rows} | 5 |\n");
    fs::write(path.join("odd log.md"), odd).unwrap();
    fs::write(
        path.join("broken.md"),
        "## 2026-02 Monthly Summary\n\n| Team\0",
    )
    .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tokmon"), path.join("tokmon")).unwrap();
    folder
}

/// What a shell prints that runs a script in that folder. `None` where there is no such shell.
fn printed(shell: &str, args: &[&str], script: &str) -> Option<String> {
    if !installed::has(shell) {
        return None;
    }
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
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    assert!(!folder.path().join("run").exists(), "a name was run");
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
offer tokmon -f broken.md --team T
offer tokmon --optim
offer tokmon mi
offer tokmon --team='Team\ A'
offer tokmon --team 'Team\ A'
offer tokmon --team '"Team A'
offer tokmon -f 'odd\ log.md' --team ''
offer tokmon -f '"odd log.md"' --team '"N'
offer tokmon -f "'odd log.md'" --team "'N"
# Each candidate is one word, which is the name again.
COMP_WORDS=(tokmon -f 'odd\ log.md' --team '') COMP_CWORD=4 COMP_TYPE=9
_clap_complete_tokmon tokmon '' ''
for word in "${COMPREPLY[@]}"; do
    eval "printf '<%s>' $word"; echo
done
"#;
    let Some(text) = printed("bash", &["--norc"], script) else {
        return;
    };
    assert_snapshot!(text);
}

#[cfg(unix)]
#[test]
fn fish_offers_what_the_log_holds() {
    let script = r#"
tokmon completions fish | source
for line in 'tokmon --team Team' 'tokmon --month ' 'tokmon -f other.md --team Z' 'tokmon record --team O' 'tokmon check --explain TM00' 'tokmon -f "odd log.md" --team N' 'tokmon -f missing.md --team T' 'tokmon -f broken.md --team T'
    echo $line:
    complete -C $line
end
"#;
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
offer tokmon --team 'Team\ A'
offer tokmon -f 'odd\ log.md' --team N
offer tokmon -f missing.md --team T
offer tokmon -f broken.md --team T
"#;
    let Some(text) = printed("zsh", &["--no-rcs"], script) else {
        return;
    };
    assert_snapshot!(text);
}

/// The script in a folder of `$fpath`, where zsh loads it at the first completion.
#[cfg(unix)]
#[test]
fn zsh_completes_at_once_where_it_loads_the_script() {
    let script = r#"
mkdir functions && tokmon completions zsh > functions/_tokmon
fpath=($PWD/functions $fpath)
compdef() { : }
_describe() { local name=$@[$#]; print -r -l -- "${(@P)name}" }
autoload -Uz _tokmon
words=(tokmon record --team O) CURRENT=4
_tokmon
"#;
    let Some(text) = printed("zsh", &["--no-rcs"], script) else {
        return;
    };
    assert_snapshot!(text, @"Orchestrator");
}

/// Other commands read a log of this size in a moment, and so does a completion.
#[cfg(unix)]
#[test]
fn options_are_completed_without_reading_the_log() {
    let folder = folder();
    fs::write(folder.path().join("cost-log.md"), "\0".repeat(1 << 26)).unwrap();
    let start = std::time::Instant::now();
    let mut tokmon = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    let output = tokmon
        .args(["--", "tokmon", "--op"])
        .env("COMPLETE", "fish")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("--optimizations"), "{output:?}");
    assert!(start.elapsed().as_secs() < 2, "{:?}", start.elapsed());
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
    if !installed::has("mandoc") {
        return;
    }
    let checked = Command::new("mandoc")
        .args(["-T", "lint"])
        .args(&written)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&checked.stdout), "");
}

#[test]
fn man_pages_have_the_date_of_the_release() {
    let changelog = fs::read_to_string("CHANGELOG.md").unwrap();
    let release = format!("## [{}] - ", env!("CARGO_PKG_VERSION"));
    let mut tokmon = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    let page = tokmon.arg("man").output().unwrap().stdout;
    let page = String::from_utf8(page).unwrap();
    let title = page.lines().find(|line| line.starts_with(".TH")).unwrap();
    let date = title.split_whitespace().find(|word| word.starts_with('2'));
    let date = date.unwrap_or_else(|| panic!("no date: {title}"));
    assert_eq!(
        date.split('-').map(str::len).collect::<Vec<_>>(),
        [4, 2, 2],
        "{title}"
    );
    let released = changelog
        .lines()
        .find_map(|line| line.strip_prefix(&release));
    assert_eq!(
        released.unwrap_or(date),
        date,
        "the date in src/commands/man.rs"
    );
}

/// A page as `man` shows it, without its footer.
#[test]
fn man_shows_the_page_of_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let tokmon = |args: &[&str]| {
        let mut tokmon = Command::new(env!("CARGO_BIN_EXE_tokmon"));
        tokmon
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let refused = tokmon(&["man", "check"]);
    assert_eq!(refused.status.code(), Some(64));
    assert_snapshot!("man_of_a_command", String::from_utf8_lossy(&refused.stderr));
    assert!(!folder.path().join("check").exists());
    assert!(tokmon(&["man", "pages"]).status.success());
    fs::create_dir(folder.path().join("check")).unwrap();
    assert!(
        tokmon(&["man", "check"]).status.success(),
        "there is such a folder"
    );
    let page = Command::new("man")
        .args(["-l", "pages/tokmon-check.1"])
        .current_dir(folder.path())
        .env("MANWIDTH", "80")
        .env("LC_ALL", "C")
        .env("MAN_KEEP_FORMATTING", "")
        .output();
    // Small systems have a program of that name which shows no page.
    let is_page = |page: &std::process::Output| {
        String::from_utf8_lossy(&page.stdout).contains("TOKMON-CHECK(1)")
    };
    let page = page.ok().filter(is_page);
    if !installed::check("man", page.is_some()) {
        return;
    }
    let page = page.unwrap();
    assert_eq!(String::from_utf8_lossy(&page.stderr), "");
    let text = String::from_utf8_lossy(&page.stdout);
    for part in [
        "tokmon check --fix --dry-run  show what --fix would change",
        "EXIT CODES",
        "~/.cargo/bin/tokmon check -q",
    ] {
        assert!(text.contains(part), "{text}");
    }
}
