//! `tokmon hooks`: what it prints, and what it does to settings of other programs.

use std::{fs, path::Path};

use insta::assert_snapshot;

use crate::harness::Tokmon;

const HARNESSES: [&str; 4] = ["claude", "codex", "gemini", "copilot"];

const SETTINGS: &str = "{\n\t\"model\": \"opus\",\n\t\"hooks\": {\n\t\t\"PreToolUse\": [],\n\t\t\"Stop\": [ { \"hooks\": [ { \"type\": \"command\", \"command\": \"say done\" } ] } ]\n\t}\n}";

fn hooks(folder: &Path, args: &[&str]) -> Tokmon {
    Tokmon::new(["hooks"].into_iter().chain(args.iter().copied())).folder(folder)
}

#[test]
fn the_settings_are_printed_with_what_to_do_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let shown = HARNESSES.map(|harness| hooks(folder.path(), &[harness]).run().to_string());
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_options_of_guard_are_in_the_command() {
    let shown = hooks(
        Path::new("/repo"),
        &[
            "codex",
            "--team",
            "Team A",
            "--agent",
            "it's",
            "--tokens",
            "6K",
            "--fail-closed",
            "-f",
            "docs/cost log.md",
            "--config",
            "/etc/tokmon.toml",
        ],
    );
    assert_snapshot!(shown.run());
}

#[test]
fn the_program_is_named_as_it_was_called() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("my bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("tokmon"), "").unwrap();
    let out = hooks(folder.path(), &["claude", "-q"])
        .env("PATH", &format!("relative:{}", bin.display()))
        .output();
    let named = format!("\"command\": \"{}\"", bin.join("tokmon").display());
    assert_eq!(out.matches(&named).count(), 4, "{out}");
}

#[test]
fn the_program_is_named_without_detours() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    fs::create_dir_all(real.join("bin")).unwrap();
    for called in [
        "bin/tokmon",
        "./bin/tokmon",
        "bin/./tokmon",
        "bin/../bin/tokmon",
    ] {
        let out = hooks(&real, &["claude", "-q"]).called(called).output();
        let named = format!("\"command\": \"{}\"", real.join("bin/tokmon").display());
        assert_eq!(out.matches(&named).count(), 4, "{called}: {out}");
    }
}

#[test]
fn hooks_are_added_once_and_removed_without_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    for harness in HARNESSES {
        fs::write(&file, SETTINGS).unwrap();
        let install = || {
            hooks(folder.path(), &[harness, "--install", "settings.json"])
                .run()
                .to_string()
        };
        let (first, installed) = (install(), fs::read_to_string(&file).unwrap());
        let second = install();
        assert_eq!(fs::read_to_string(&file).unwrap(), installed);
        let names = || {
            let names = fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> = names
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(), ["settings.json", "settings.json.tokmon-backup"]);
        let copy = fs::read_to_string(folder.path().join("settings.json.tokmon-backup")).unwrap();
        assert_eq!(copy, SETTINGS);
        let removed = hooks(folder.path(), &[harness, "--uninstall", "settings.json"])
            .run()
            .to_string();
        assert_eq!(fs::read_to_string(&file).unwrap(), SETTINGS);
        assert_eq!(names(), ["settings.json"]);
        let nothing = hooks(folder.path(), &[harness, "--uninstall", "settings.json"])
            .run()
            .to_string();
        if harness == "claude" {
            assert_snapshot!(format!(
                "{first}\n{installed}\n\n{second}\n{removed}\n{nothing}"
            ));
        }
    }
}

#[test]
fn what_others_changed_in_between_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    fs::write(&file, SETTINGS).unwrap();
    hooks(
        folder.path(),
        &["claude", "--install", "settings.json", "-q"],
    )
    .output();
    let changed = fs::read_to_string(&file).unwrap().replace("opus", "haiku");
    fs::write(&file, &changed).unwrap();
    // Another way to call it takes the place of the first.
    hooks(
        folder.path(),
        &[
            "claude",
            "--fail-closed",
            "--install",
            "settings.json",
            "-q",
        ],
    )
    .output();
    let closed = fs::read_to_string(&file).unwrap();
    assert_eq!(closed.matches("guard").count(), 4);
    assert_eq!(closed.matches("\"onFailure\": \"block\"").count(), 3);
    let copies = [
        "settings.json.tokmon-backup",
        "settings.json.tokmon-backup-2",
    ]
    .map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert_eq!(copies, [SETTINGS.to_owned(), changed]);
    let edited = closed.replace("haiku", "sonnet");
    fs::write(&file, edited).unwrap();
    let removed = hooks(folder.path(), &["claude", "--uninstall", "settings.json"]).output();
    assert_eq!(removed, "Removed 4 hooks from settings.json\n");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        SETTINGS
            .replace("opus", "sonnet")
            .replace("\n\t\t\"PreToolUse\": [],", "")
    );
}

#[test]
fn settings_that_did_not_exist_are_created_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    for harness in HARNESSES {
        let file = format!("new {harness}/settings.json");
        let args = [harness, "--install", &file];
        assert_eq!(hooks(folder.path(), &args).run().code, 0);
        let installed = fs::read_to_string(folder.path().join(&file)).unwrap();
        assert_eq!(installed, hooks(folder.path(), &[harness, "-q"]).output());
        let removed = hooks(folder.path(), &[harness, "--uninstall", &file]).output();
        assert_eq!(
            removed,
            format!("Removed {file}: it held nothing but the hooks of tokmon\n")
        );
        assert!(!folder.path().join(&file).exists());
    }
}

#[test]
fn a_hook_that_records_is_beside_those_that_ask() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    let run = |args: &str| {
        let args: Vec<&str> = args.split(' ').collect();
        hooks(folder.path(), &args).run().to_string()
    };
    let read = || fs::read_to_string(&file).unwrap();
    fs::write(&file, SETTINGS).unwrap();
    run("claude --install settings.json");
    let asking = read();
    let added = run("claude --record --team QA --install settings.json");
    let both = read();
    let again = run("claude --event record --team QA --install settings.json");
    run("claude --install settings.json");
    assert_eq!(read(), both);
    let removed = run("claude --record --uninstall settings.json");
    assert_eq!(read(), asking);
    run("claude --record --install settings.json");
    let all = run("claude --uninstall settings.json");
    assert_eq!(read(), SETTINGS);
    assert_snapshot!(format!(
        "{}\n{added}\n{}\n{again}\n{removed}\n{all}",
        run("claude --record"),
        crate::harness::changes(&asking, &both)
    ));
}

#[test]
fn what_cannot_be_understood_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
    write("comment.json", b"{\n  // mine\n  \"a\": 1\n}\n");
    write("list.json", b"{ \"hooks\": [] }");
    write("latin.json", b"{ \"a\": \"\xfc\" }");
    write("hooks.toml", b"model = \"x\"\n");
    let before = fs::read_dir(folder.path()).unwrap().count();
    let shown = [
        hooks(folder.path(), &["gemini", "--install", "comment.json"]),
        hooks(folder.path(), &["gemini", "--uninstall", "comment.json"]),
        hooks(folder.path(), &["claude", "--install", "list.json"]),
        hooks(folder.path(), &["claude", "--install", "latin.json"]),
        hooks(folder.path(), &["codex", "--install", "hooks.toml"]),
        hooks(folder.path(), &["codex", "--uninstall", "missing.json"]),
        hooks(folder.path(), &["codex", "--install", "."]),
        hooks(folder.path(), &["codex", "--install", "no/such/hooks.json"]),
        hooks(folder.path(), &["copilot", "--event", "record"]),
        hooks(
            folder.path(),
            &[
                "claude",
                "--record",
                "--tokens",
                "5K",
                "--install",
                "list.json",
            ],
        ),
        hooks(
            folder.path(),
            &["claude", "--install", "a", "--uninstall", "b"],
        ),
        hooks(folder.path(), &["opencode"]),
        hooks(folder.path(), &[]),
    ];
    assert_snapshot!(shown.map(|run| run.run().to_string()).join("\n"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before);
}

#[cfg(unix)]
#[test]
fn a_copy_is_as_private_as_the_file_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("dotfiles")).unwrap();
    fs::write(path("dotfiles/claude.json"), SETTINGS).unwrap();
    fs::set_permissions(
        path("dotfiles/claude.json"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    symlink("dotfiles/claude.json", path("settings.json")).unwrap();
    hooks(
        folder.path(),
        &["claude", "--install", "settings.json", "-q"],
    )
    .output();
    for name in ["dotfiles/claude.json", "settings.json.tokmon-backup"] {
        assert_eq!(
            fs::metadata(path(name)).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert!(path("settings.json").is_symlink());
    hooks(
        folder.path(),
        &["claude", "--uninstall", "settings.json", "-q"],
    )
    .output();
    assert_eq!(
        fs::read_to_string(path("dotfiles/claude.json")).unwrap(),
        SETTINGS
    );
}

#[test]
fn what_was_installed_again_and_again_is_removed_whole() {
    let original = Some("{\"a\":1}\n");
    for (harness, before) in HARNESSES
        .map(|harness| [(harness, original), (harness, None)])
        .concat()
    {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        if let Some(text) = before {
            fs::write(&file, text).unwrap();
        }
        let mut shown = String::new();
        for options in [
            &["--install", "settings.json", "--team", "QA"][..],
            &["--install", "settings.json", "--team", "Team A"],
            &["--install", "settings.json", "--fail-closed"],
            &["--uninstall", "settings.json"],
        ] {
            let args: Vec<&str> = [harness].iter().chain(options).copied().collect();
            let ran = hooks(folder.path(), &args).run();
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran}");
            shown += ran.out.lines().next().unwrap();
            shown.push('\n');
        }
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), before);
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, usize::from(before.is_some()), "a copy is left");
        if harness == "codex" {
            assert_snapshot!(
                format!("installed_again_and_again_{}", before.is_some()),
                shown
            );
        }
    }
}
