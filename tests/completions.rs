//! The scripts under `completions/` are what the program prints.

#![expect(
    clippy::disallowed_methods,
    reason = "a test that cannot read its files has failed"
)]

use std::{fs, path::Path};

use clap_complete::Shell;

#[test]
fn completions_are_up_to_date() {
    let files = [
        (Shell::Bash, "tokmon.bash"),
        (Shell::Zsh, "_tokmon"),
        (Shell::Fish, "tokmon.fish"),
        (Shell::PowerShell, "_tokmon.ps1"),
        (Shell::Elvish, "tokmon.elv"),
    ];
    for (shell, name) in files {
        let path = Path::new("completions").join(name);
        let mut script = Vec::new();
        clap_complete::generate(
            shell,
            &mut tokmon::internals::command(),
            "tokmon",
            &mut script,
        );
        if std::env::var_os("UPDATE_COMPLETIONS").is_some() {
            fs::create_dir_all("completions").unwrap();
            fs::write(&path, &script).unwrap();
        }
        let on_disk = fs::read(&path).unwrap_or_default();
        assert!(
            on_disk == script,
            "{} is out of date: run UPDATE_COMPLETIONS=1 cargo test --test completions",
            path.display()
        );
    }
}
