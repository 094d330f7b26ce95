//! `tokmon.toml`: where it is found, what it sets, what is said about a bad one.

use std::fs;

use insta::assert_snapshot;

use crate::harness::{Tokmon, fixture, log_of, repository};

#[test]
fn settings_change_what_the_sample_says() {
    let settings = r#"
[budget]
tokens = "250K"
cost = 0.40
reserve = 12_000
thresholds = { note = 45, warning = 50, critical = 60 }

[teams."Team G"]
tokens = 8_000

[teams.Crew]
aliases = ["Team A", "Team B"]

[efficiency]
target = "2K"
alert = "3.5K"

[scenarios]
optimistic = -50
pessimistic = 100
"#;
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let folder = repository(&[("cost-log.md", &sample), ("tokmon.toml", settings)]);
    assert_snapshot!(Tokmon::new(["--full"]).folder(folder.path()).run());
}

#[test]
fn settings_are_found_beside_the_log_above_it_and_in_the_users_own() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".config/tokmon")).unwrap();
    fs::write(
        home.path().join(".config/tokmon/tokmon.toml"),
        "[budget]\ntokens = 1000\n",
    )
    .unwrap();
    let folder = repository(&[("docs/cost-log.md", &log_of(5))]);
    let budget = || {
        let out = Tokmon::new(["-f", "docs/cost-log.md", "--json"])
            .folder(folder.path())
            .env("HOME", home.path().to_str().unwrap())
            .output();
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        json["budget"]["tokens"].as_u64()
    };
    assert_eq!(budget(), Some(1000));
    fs::write(
        folder.path().join("tokmon.toml"),
        "[budget]\ntokens = 100\n",
    )
    .unwrap();
    assert_eq!(budget(), Some(100));
    fs::write(
        folder.path().join("docs/tokmon.toml"),
        "[budget]\ntokens = 10\n",
    )
    .unwrap();
    assert_eq!(budget(), Some(10));
    // Where the log is found and not named, its own settings count all the same.
    let out = Tokmon::new([]).folder(folder.path()).output();
    assert!(out.contains("Budget     10 tokens"), "{out}");
}

/// The budget that is found for `a/b/cost-log.md` in a folder that is no repository, and what is said about the settings.
fn found_in(folder: &std::path::Path, home: &str) -> (Option<u64>, String) {
    let log = folder.join("a/b/cost-log.md");
    let ran = Tokmon::new(["-v", "--json", "-f", log.to_str().unwrap()])
        .folder(folder)
        .env("HOME", folder.join(home).to_str().unwrap())
        .run();
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    (json["budget"]["tokens"].as_u64(), ran.err)
}

/// A folder that is no repository, with a log in `a/b` and settings in some folders, whose budgets are their order.
fn plain_folder(settings: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    fs::write(folder.path().join("a/b/cost-log.md"), log_of(5)).unwrap();
    for (place, budget) in settings.iter().zip(1..) {
        let text = format!("[budget]\ntokens = {budget}\n");
        fs::write(folder.path().join(place).join("tokmon.toml"), text).unwrap();
    }
    folder
}

#[test]
fn settings_above_the_log_are_found_without_a_repository_up_to_the_home_folder() {
    let said = |path: &str| format!("tokmon: the settings are those of {path}\n");
    let above = plain_folder(&["."]);
    assert_eq!(found_in(above.path(), "."), (Some(1), said("tokmon.toml")));
    assert_eq!(
        found_in(above.path(), "elsewhere"),
        (Some(1), said("tokmon.toml"))
    );
    // Above the home folder others may write.
    assert_eq!(found_in(above.path(), "a"), (None, String::new()));
    let both = plain_folder(&[".", "a"]);
    assert_eq!(found_in(both.path(), "a"), (Some(2), said("a/tokmon.toml")));
    let beside = plain_folder(&[".", "a", "a/b"]);
    assert_eq!(
        found_in(beside.path(), "a/b"),
        (Some(3), said("a/b/tokmon.toml"))
    );
    // A repository begins below: what is above it is another project's.
    fs::create_dir(both.path().join("a/b/.git")).unwrap();
    assert_eq!(found_in(both.path(), "."), (None, String::new()));
}

#[test]
#[cfg(unix)]
fn settings_of_another_user_are_not_used() {
    use std::os::unix::fs::{chown, symlink};
    let folder = plain_folder(&[".", "a"]);
    let settings = folder.path().join("a/tokmon.toml");
    if chown(&settings, Some(12_345), None).is_err() {
        // Only root may give a file away.
        return;
    }
    let skipped = "tokmon: a/tokmon.toml belongs to another user and is not used: to use it, name it with --config\n";
    let used = "tokmon: the settings are those of tokmon.toml\n";
    assert_eq!(
        found_in(folder.path(), "."),
        (Some(1), format!("{skipped}{used}"))
    );
    // Nor by a link to them, nor by another user's link.
    fs::rename(&settings, folder.path().join("theirs.toml")).unwrap();
    symlink("../theirs.toml", &settings).unwrap();
    assert_eq!(found_in(folder.path(), ".").0, Some(1));
    // In the folder of that user, they are.
    chown(folder.path().join("a/b"), Some(12_345), None).unwrap();
    assert_eq!(found_in(folder.path(), ".").0, Some(2));
}

#[test]
fn settings_name_the_log() {
    let folder = repository(&[
        ("logs/spend.md", &log_of(7)),
        ("tokmon.toml", "log = \"logs/spend.md\"\n"),
        ("deep/x", ""),
    ]);
    let out = Tokmon::new([]).folder(&folder.path().join("deep")).output();
    assert!(out.contains("Used       7 tokens"), "{out}");
    let ran = Tokmon::new(["--config", "none.toml"])
        .folder(folder.path())
        .run();
    assert_snapshot!(ran, @r"
    exit 78
    --- out
    --- err
    tokmon: cannot read settings none.toml: there is no such file
      help: name a tokmon.toml with --config PATH
    ");
}

#[test]
fn settings_that_cannot_be_read_are_told_as_they_were_named() {
    let folder = repository(&[("cost-log.md", &log_of(5))]);
    let ran = |config: &str| {
        Tokmon::new([])
            .folder(folder.path())
            .env("TOKMON_CONFIG", config)
            .run()
    };
    assert_snapshot!(ran("none.toml"), @"
    exit 78
    --- out
    --- err
    tokmon: cannot read settings none.toml: there is no such file
      help: TOKMON_CONFIG names it: let it name a tokmon.toml, or unset it
    ");
    assert_snapshot!(ran("."), @"
    exit 78
    --- out
    --- err
    tokmon: cannot read settings .: it is a folder, not a regular file
      help: TOKMON_CONFIG names it: let it name a tokmon.toml, or unset it
    ");
}

#[test]
fn wrong_settings_are_told_in_the_style_of_standard_error() {
    let wrong: Vec<String> = (0..60)
        .map(|n| format!("colour{n} = \"as long as this one\"\n"))
        .collect();
    let folder = repository(&[
        ("cost-log.md", &log_of(5)),
        ("tokmon.toml", &wrong.concat()),
    ]);
    let ran = |options: &[&'static str]| {
        let args = ["--config", "./tokmon.toml"]
            .into_iter()
            .chain(options.iter().copied());
        Tokmon::new(args)
            .folder(folder.path())
            .terminal(40)
            .run()
            .err
    };
    let err = ran(&["--ascii", "--color", "never"]);
    assert_eq!(err.matches("unknown key").count(), 50);
    let (start, end) = (err.lines().take(8), err.lines().skip(50 * 8 - 1));
    assert_snapshot!(start.chain(end).collect::<Vec<_>>().join("\n"), @r#"
    error[TM022]: unknown key `colour0`
     --> ./tokmon.toml:1:1
      |
    1 | colour0 = "as long as this one"
      | ^^^^^^^ here
      |
      = help: known here: `log`, `timezone`, `budget`, `teams`, `efficiency`, `target`, `scenarios`, `forecast`, `archive`, `alert`, `prices`, `record`, `guard`, `read`, `import`


    tokmon: ./tokmon.toml may have more errors
    "#);
    assert!(ran(&[]).contains("\u{1b}[1m"));
}

#[test]
fn the_archive_folder_can_be_set() {
    let archive = "## Daily Detail — 2026-02-03\n\n| Team | Tokens |\n|---|---|\n| Team A | 90 |\n";
    let folder = repository(&[
        ("cost-log.md", &log_of(5)),
        ("old/cost-log-2026-02.md", archive),
        ("tokmon.toml", "[archive]\ndir = \"old\"\n"),
    ]);
    let out = Tokmon::new(["-q"]).folder(folder.path()).output();
    assert!(out.contains("Used       95 tokens"), "{out}");
}

#[test]
fn prices_by_model_give_costs() {
    let log = "## Session 2026-02-25 — Night\n\n| Team | Model | Tokens |\n|---|---|---|\n| A | opus | 2,000 |\n| A | other | 1,000 |\n";
    let folder = repository(&[
        ("cost-log.md", log),
        ("tokmon.toml", "[prices]\nopus = 0.0125\n"),
    ]);
    let out = Tokmon::new(["-q"]).folder(folder.path()).output();
    assert!(
        out.contains("Cost       ~$0.025")
            && out.contains("at least: 1,000 tokens have no cost and no price"),
        "{out}"
    );
}

#[test]
fn prices_by_kind_of_token_give_costs() {
    let log = "[USE] 2026-02-25T10:00:00Z team=\"A\" tokens=1500000 input=1000000 output=500000 cache_read=2000000 model=opus id=u1\n";
    let settings =
        "[prices.opus]\ninput = \"15.00 USD\"\noutput = 75\ncache_read = 1.50\nper = \"1M\"\n";
    let folder = repository(&[("cost-log.md", log), ("tokmon.toml", settings)]);
    let out = Tokmon::new(["-q"]).folder(folder.path()).output();
    let cost = out.lines().find(|line| line.starts_with("Cost")).unwrap();
    assert_snapshot!(cost, @"Cost         ~$55.50");
}

#[test]
fn a_month_keeps_the_budget_it_had() {
    let settings = "[budget]\ntokens = 200\ncost = 10\n[budget.months.\"2026-01\"]\ntokens = 50\n[budget.months.\"2026-02\"]\ncost = 20\n";
    let log = log_of(5)
        + "\n## 2026-01 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 25 | $5 |\n";
    let folder = repository(&[("cost-log.md", &log), ("tokmon.toml", settings)]);
    let budget = |args: &[&'static str]| {
        let args = ["--json", "-q"].into_iter().chain(args.iter().copied());
        let out = Tokmon::new(args)
            .folder(folder.path())
            .env("TOKMON_BUDGET", "300")
            .output();
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        format!(
            "{} {} {}",
            json["budget"]["tokens"], json["budget"]["cost"]["amount"], json["used"]["ratio"]
        )
    };
    assert_snapshot!(budget(&["--month", "2026-01"]), @r#"50 "10.00" 0.5"#);
    assert_snapshot!(budget(&["--month", "2026-01", "--budget", "100"]), @r#"100 "10.00" 0.25"#);
    assert_snapshot!(budget(&["--month", "2026-02"]), @r#"300 "20.00" 0.016666"#);
}

#[test]
fn the_time_zone_of_the_settings_is_that_of_every_command() {
    let log = "## Daily Detail — 2026-02-24\n\n| Team | Tokens |\n|---|---|\n| A | 5 |\n";
    let folder = repository(&[
        ("cost-log.md", log),
        ("tokmon.toml", "timezone = \"+09:00\"\n"),
    ]);
    let run = |args: &[&'static str]| Tokmon::new(args.iter().copied()).folder(folder.path());
    let now = |args: &[&'static str]| {
        let json: serde_json::Value = serde_json::from_str(&run(args).output()).unwrap();
        json["now"].as_str().unwrap().to_owned()
    };
    assert_eq!(now(&["--json", "-q"]), "2026-02-26T02:00:00+09:00");
    assert_eq!(
        now(&["--json", "-q", "--timezone", "UTC"]),
        "2026-02-25T17:00:00Z"
    );
    let line = run(&["record", "--team", "A", "--tokens", "7", "-n"])
        .run()
        .out;
    assert!(line.contains("Daily Detail — 2026-02-26"), "{line}");
    fs::write(
        folder.path().join("tokmon.toml"),
        "timezone = \"Mars/Olympus\"\n",
    )
    .unwrap();
    assert_snapshot!(run(&[]).run(), @"
    exit 78
    --- out
    --- err
    tokmon: unknown time zone `Mars/Olympus` in tokmon.toml
      help: set `timezone` to a name like Asia/Seoul, an offset like +09:00, UTC or local
    ");
}
