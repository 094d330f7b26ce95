//! The scripts in `completions/` are what the program prints.

#![expect(
    clippy::disallowed_methods,
    reason = "a test that cannot read its files has failed"
)]

use std::{fs, path::Path, process::Command};

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
