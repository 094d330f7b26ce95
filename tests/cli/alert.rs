//! `tokmon alert`: which notices go out, once; what a program is given, and what becomes of one that fails; what is trusted.

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{binary, changes, fixture, outcome, repository};

/// A budget of 1,000 tokens, 400 of them for Team A.
fn log_of(used: u64) -> String {
    format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| Team A | {used} | 🔄 |\n| Team B | 0 | ⏳ |\n\n\
         ## Budget Allocation by Team\n\n| Team | Allocated |\n|---|---|\n| Team A | 5,000 |\n\n\
         **Budget Status:**\n- Total budget: 1,000 tokens\n"
    )
}

fn scene(used: u64) -> TempDir {
    repository(&[("cost-log.md", &log_of(used))])
}

/// The real program, with a home of its own.
fn tokmon(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = binary(folder.path());
    command
        .args(args)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder.path().join(".git/home"));
    command
}

fn ran(folder: &TempDir, args: &[&str]) -> String {
    let told = outcome(&tokmon(folder, args).output().unwrap());
    without_path(&folder.path().join(""), &told)
}

/// A text without the path of the folder.
fn without_path(folder: &Path, text: &str) -> String {
    let path = folder.to_str().unwrap().trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap();
    text.replace(path, "[folder]").replace(name, "[folder]")
}

/// What some command lines do, each under its own line.
fn pictures(folder: &TempDir, lines: &[&str]) -> String {
    let picture = |line: &&str| {
        let args = shell_words::split(line).unwrap();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        format!("$ tokmon {line}\n{}\n", ran(folder, &args))
    };
    lines.iter().map(picture).collect()
}

fn log(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("cost-log.md")).unwrap()
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).unwrap();
}

/// A script that does this.
fn script(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn lines_of(folder: &TempDir, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn notices(folder: &TempDir) -> usize {
    log(folder).matches("[NOTIFY]").count()
}

#[test]
fn a_notice_is_printed_once_and_then_the_log_says_so() {
    let folder = scene(800);
    let before = log(&folder);
    let lines = [
        "alert --dry-run",
        "alert -q",
        "alert",
        "alert -q",
        "alert -q --dry-run",
    ];
    let pictures = pictures(&folder, &lines);
    assert_snapshot!(pictures);
    assert_snapshot!(changes(&before, &log(&folder)));
}

#[test]
fn of_several_thresholds_the_highest_is_notified_and_a_raised_budget_begins_anew() {
    let folder = scene(950);
    let mut seen = String::new();
    let mut step = |what: &str, line: &str| {
        let _ = write!(seen, "{what}: {}", pictures(&folder, &[line]));
    };
    step("75, 80 and 90 at once", "alert -q");
    write(
        &folder,
        "cost-log.md",
        &log(&folder).replace("| 950 |", "| 850 |"),
    );
    step("fallen to 85", "alert -q");
    write(
        &folder,
        "cost-log.md",
        &log(&folder).replace("| 850 |", "| 1,050 |"),
    );
    step("exceeded", "alert -q");
    step("raised", "alert -q --budget 1.2K");
    step("raised again, and still", "alert -q --budget 1.2K");
    step("back", "alert -q --budget 1K");
    assert_snapshot!(seen);
    // A new month is a new period.
    let march = log(&folder).replace("## 2026-02 Monthly", "## 2026-03 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 990 |\n\n## 2026-02 Monthly");
    write(&folder, "cost-log.md", &march);
    let output = tokmon(&folder, &["alert", "-q"])
        .env("TOKMON_NOW", "2026-03-02T09:00:00Z")
        .output()
        .unwrap();
    assert_snapshot!(outcome(&output));
}

#[test]
fn what_is_reserved_and_what_is_forecast_are_notified_by_themselves() {
    let folder = scene(700);
    let hold =
        "[HOLD] 2026-02-25T16:00:00Z team=\"Team B\" tokens=150 until=2026-02-25T18:00:00Z id=h1\n";
    write(&folder, "cost-log.md", &(log(&folder) + "\n" + hold));
    let reserved = pictures(&folder, &["alert -q", "alert -q"]);
    let plan = "\n## Projected Usage\n\n| Phase | Team | Tokens | Status |\n|---|---|---|---|\n| 1 | Team B | 600 | ⏳ |\n";
    let text = log(&folder).replace(hold, "");
    write(&folder, "cost-log.md", &(text.clone() + plan));
    let likely = pictures(&folder, &["alert -q", "alert -q"]);
    // With less to do, the chance falls; with as much as before, it is as high as before.
    write(
        &folder,
        "cost-log.md",
        &(log(&folder).replace("| 600 |", "| 20 |")),
    );
    let fallen = pictures(&folder, &["alert -q", "alert -q"]);
    write(
        &folder,
        "cost-log.md",
        &(log(&folder).replace("| 20 |", "| 600 |")),
    );
    let again = pictures(&folder, &["alert -q", "alert -q"]);
    assert_snapshot!([reserved, likely, fallen, again].concat());
    let lines: Vec<String> = log(&folder)
        .lines()
        .filter(|line| line.starts_with("[NOTIFY]"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_snapshot!(lines.concat());
}

#[test]
fn a_budget_that_is_reset_by_hand_has_notices_once_between_two_resets() {
    let folder = scene(800);
    write(&folder, "tokmon.toml", "[budget]\nreset = \"manual\"\n");
    let run = |now: &str| {
        let output = tokmon(&folder, &["alert", "-q"])
            .env("TOKMON_NOW", now)
            .output()
            .unwrap();
        outcome(&output)
    };
    let add = |line: &str| write(&folder, "cost-log.md", &(log(&folder) + line + "\n"));
    let mut seen = run("2026-02-25T17:00:00Z");
    // The month ends, and the period does not.
    seen += &run("2026-03-05T17:00:00Z");
    add("[NOTIFY] 2026-03-06T00:00:00Z event=reset month=2026-03 by=kim reason=\"new quarter\"");
    add("[USE] 2026-03-06T10:00:00Z team=\"Team B\" tokens=910 id=x1");
    seen += &run("2026-03-06T17:00:00Z");
    seen += &run("2026-03-07T17:00:00Z");
    let lines: Vec<String> = log(&folder)
        .lines()
        .filter(|line| line.contains("threshold="))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_snapshot!(seen + &lines.concat());
}

#[test]
fn what_a_team_may_cost_and_money_that_is_reserved_are_notified_too() {
    let folder = repository(&[
        (
            "cost-log.md",
            "> **Currency:** USD @ $0.01/1K tokens\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost (USD) |\n|---|---|---|\n| Team A | 500 | $8.10 |\n\n[HOLD] 2026-02-25T16:00:00Z team=\"Team A\" tokens=150 cost=1.50 until=2026-02-25T18:00:00Z id=h1\n",
        ),
        (
            "tokmon.toml",
            "[budget]\ncost = \"100 USD\"\n[teams.\"Team A\"]\ncost = \"10 USD\"\n",
        ),
    ]);
    let first = pictures(&folder, &["alert -q", "alert -q"]);
    write(&folder, "tokmon.toml", "[budget]\ncost = \"10 USD\"\n");
    let second = pictures(&folder, &["alert -q", "alert -q"]);
    let lines: Vec<String> = log(&folder)
        .lines()
        .filter(|line| line.starts_with("[NOTIFY]"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_snapshot!(first + &second + &lines.concat());
}

#[test]
fn a_program_finds_the_notice_in_its_environment_and_on_standard_input() {
    let folder = scene(910);
    let save = script(
        &folder,
        "save",
        "env | grep ^TOKMON_ALERT_ | sort > env; cat > stdin; echo \"$@\" > args",
    );
    let output = tokmon(&folder, &["alert", "--", &save, "$(id)", "--json", "-x"])
        .env("TOKMON_ALERT_TEAM", "of an outer run")
        .output()
        .unwrap();
    assert_snapshot!(outcome(&output));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_snapshot!(without_path(folder.path(), &read("env")));
    assert_snapshot!(without_path(folder.path(), &read("stdin")));
    assert_eq!(read("args"), "$(id) --json -x\n");
}

#[test]
fn what_a_program_reads_and_what_alert_writes_keep_to_their_schemas() {
    let schema = |name: &str| {
        let folder = scene(1);
        let output = tokmon(&folder, &["schema", name]).output().unwrap();
        let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(!schema.to_string().contains("null"));
        jsonschema::validator_for(&schema).unwrap()
    };
    let (list, notice) = (schema("alert"), schema("notice"));
    let folder = repository(&[(
        "cost-log.md",
        &fs::read_to_string(fixture("logs/sample.md")).unwrap(),
    )]);
    write(
        &folder,
        "cost-log.md",
        &(log(&folder) + "\n[USE] 2026-02-25T16:00:00Z team=\"Team G\" tokens=60000 cost=9.5\n"),
    );
    write(&folder, "tokmon.toml", "[budget]\ncost = \"10 USD\"\n");
    let save = script(
        &folder,
        "save",
        "cat > $TOKMON_ALERT_CODE$TOKMON_ALERT_SCOPE$TOKMON_ALERT_BASIS$TOKMON_ALERT_UNIT.json",
    );
    for args in [
        &["alert", "--json", "-n"][..],
        &["alert", "--json", "--", "false"],
        &["alert", "--json", "--", &save],
    ] {
        let output = tokmon(&folder, args).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<String> = list
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(
            errors.is_empty(),
            "{args:?} {errors:?}\n{}",
            outcome(&output)
        );
        assert_eq!(
            value["notices"].as_array().unwrap().len(),
            4,
            "{args:?}: {value:#}"
        );
    }
    let mut read = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "json") {
            let value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let errors: Vec<String> = notice
                .iter_errors(&value)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}\n{value:#}");
            read += 1;
        }
    }
    assert_eq!(read, 4);
}

#[test]
fn a_notice_whose_program_failed_is_due_again() {
    let folder = scene(800);
    let before = log(&folder);
    let lines = [
        "alert -- sh -c 'echo one >&2; echo \"two \\033[31m\" >&2; exit 3'",
        "alert -q -- sh -c 'kill -9 $$'",
        "alert --timeout 200ms -- sh -c 'trap \"\" TERM; sleep 5'",
        "alert -- /no/such/program",
        "alert --json -- false",
        "alert --on-alert",
        "alert --timeout 0 -- true",
        "alert -o notices.txt",
    ];
    assert_snapshot!(pictures(&folder, &lines));
    assert_eq!(log(&folder), before);
    assert_snapshot!(pictures(
        &folder,
        &["alert --dry-run --on-alert true", "alert -- true"]
    ));
}

#[test]
fn the_others_are_tried_when_a_program_fails_for_one_and_not_when_it_hangs() {
    let folder = scene(800);
    let text = log(&folder).replace("5,000", "500");
    write(&folder, "cost-log.md", &text);
    let fails = script(&folder, "fails", "[ \"$TOKMON_ALERT_SCOPE\" = total ]");
    let hangs = script(&folder, "hangs", "sleep 5");
    assert_snapshot!(ran(&folder, &["alert", "--timeout", "200ms", "--", &hangs]));
    assert_snapshot!(ran(&folder, &["alert", "--", &fails]));
    assert_snapshot!(ran(&folder, &["alert", "-q"]));
}

#[test]
fn processes_that_start_at_once_send_one_notice() {
    let folder = scene(800);
    let slow = script(&folder, "slow", "sleep 0.2; echo $$ >> sent");
    let start = || {
        let mut command = tokmon(&folder, &["alert", "-q", "--", &slow]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..8).map(|_| start()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(outcome(&output), "exit Some(0)\n--- out\n--- err\n");
    }
    assert_eq!((lines_of(&folder, "sent").len(), notices(&folder)), (1, 1));
}

/// Waits until a file is there.
fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{}",
            path.display()
        );
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_that_is_ended_midway_loses_no_notice_and_leaves_no_program() {
    let folder = scene(800);
    let before = log(&folder);
    let slow = script(&folder, "slow", "touch begun; sleep 3; touch ended");
    for signal in ["TERM", "KILL"] {
        let _ = fs::remove_file(folder.path().join("begun"));
        let mut child = tokmon(&folder, &["alert", "-q", "--", &slow])
            .spawn()
            .unwrap();
        wait_for(&folder.path().join("begun"));
        let kill = ["-s", signal, &child.id().to_string()].map(str::to_owned);
        assert!(Command::new("kill").args(kill).status().unwrap().success());
        let status = child.wait().unwrap();
        if signal == "TERM" {
            assert_eq!(status.code(), Some(143));
            thread::sleep(Duration::from_millis(3_200));
            assert!(!folder.path().join("ended").exists(), "the program goes on");
        }
        assert_eq!(log(&folder), before);
    }
    assert_eq!(
        ran(&folder, &["alert", "-q", "--", "true"]),
        "exit Some(0)\n--- out\n--- err\n"
    );
    assert_eq!(notices(&folder), 1);
}

#[test]
fn a_run_that_is_killed_once_its_program_has_sent_sends_it_again() {
    let folder = scene(800);
    let before = log(&folder);
    let kills = script(&folder, "kills", "echo sent >> sent; kill -s KILL $PPID");
    let killed = ran(&folder, &["alert", "-q", "--", &kills]);
    assert_eq!(killed, "exit None\n--- out\n--- err\n");
    assert_eq!((lines_of(&folder, "sent").len(), log(&folder)), (1, before));
    let sends = script(&folder, "sends", "echo sent >> sent");
    for _ in 0..2 {
        let sent = ran(&folder, &["alert", "-q", "--", &sends]);
        assert_eq!(sent, "exit Some(0)\n--- out\n--- err\n");
        assert_eq!((lines_of(&folder, "sent").len(), notices(&folder)), (2, 1));
    }
}

#[test]
fn what_cannot_be_written_down_or_printed_is_not_sent() {
    let folder = scene(800);
    let path = folder.path().join("cost-log.md");
    let save = script(&folder, "save", "touch sent");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let output = ran(&folder, &["alert", "--", &save]);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(output.starts_with("exit Some(77)"), "{output}");
    assert!(!folder.path().join("sent").exists());
    let mut child = tokmon(&folder, &["alert"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(74), "{}", outcome(&output));
    assert_eq!(notices(&folder), 0);
}

#[test]
fn logs_without_anything_to_judge_say_so() {
    let no_budget = log_of(5)
        .replace("- Total budget: 1,000 tokens\n", "")
        .replace("5,000", "—");
    let seen: Vec<String> = [
        ("no budget", no_budget.as_str()),
        ("no rows yet", &log_of(5).replace("2026-02", "2026-01")),
        (
            "no cost log",
            "# Groceries\n\n| Item | Price |\n|---|---|\n| Milk | 1 |\n",
        ),
        ("empty", ""),
    ]
    .map(|(what, text)| {
        let folder = repository(&[("cost-log.md", text)]);
        format!("{what}: {}\n", ran(&folder, &["alert"]))
    })
    .to_vec();
    let none = repository(&[]);
    assert_snapshot!(seen.concat() + &ran(&none, &["alert"]));
    let money = repository(&[
        (
            "cost-log.md",
            "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost (USD) |\n|---|---|---|\n| Team A | 500 | $9.10 |\n",
        ),
        ("tokmon.toml", "[budget]\ncost = \"10 USD\"\n"),
    ]);
    assert_snapshot!(pictures(&money, &["alert -q", "alert -q"]) + &log(&money));
}

#[test]
fn a_program_that_settings_name_is_run_once_the_file_is_trusted() {
    let folder = scene(800);
    let save = "echo run >> runs";
    let save = format!("{save}; pwd >> runs")
        .replace("runs", &format!("{}/runs", folder.path().display()));
    script(&folder, "notify", &save);
    write(
        &folder,
        "tokmon.toml",
        "[alert]\nprogram = [\"./notify\", \"it's me\"]\n",
    );
    let mut seen = pictures(
        &folder,
        &["alert", "trust --list", "trust", "trust --list", "alert -q"],
    );
    seen += "changed settings:\n";
    let text = fs::read_to_string(folder.path().join("tokmon.toml")).unwrap();
    write(
        &folder,
        "tokmon.toml",
        &(text.clone() + "level = \"critical\"\n"),
    );
    write(
        &folder,
        "cost-log.md",
        &log(&folder).replace("| 800 |", "| 950 |"),
    );
    seen += &pictures(&folder, &["alert", "trust --list"]);
    seen += "changed program:\n";
    write(&folder, "tokmon.toml", &text);
    script(&folder, "notify", "echo other");
    seen += &pictures(
        &folder,
        &[
            "alert",
            "trust -q",
            "trust --revoke",
            "trust --revoke",
            "alert",
        ],
    );
    assert_snapshot!(seen);
    assert_eq!(lines_of(&folder, "runs"), ["run", "/"]);
}

#[test]
fn a_link_to_trusted_settings_runs_nothing_beside_the_link() {
    let own = repository(&[
        ("tokmon.toml", "[alert]\nprogram = [\"sh\", \"notify\"]\n"),
        ("notify", "exit 0\n"),
    ]);
    let folder = scene(800);
    let settings = own.path().join("tokmon.toml");
    let trusted = ran(&folder, &["trust", settings.to_str().unwrap()]);
    assert!(trusted.starts_with("exit Some(0)"), "{trusted}");
    std::os::unix::fs::symlink(&settings, folder.path().join("tokmon.toml")).unwrap();
    write(&folder, "notify", "touch foreign");
    let output = ran(&folder, &["alert", "-q"]);
    assert_eq!(output, "exit Some(0)\n--- out\n--- err\n");
    assert!(!folder.path().join("foreign").exists() && notices(&folder) == 1);
}

#[test]
fn a_program_that_is_a_link_is_trusted_with_where_it_leads() {
    let folder = scene(800);
    let link = folder.path().join("n");
    let links_to = |target: &str| {
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
    };
    write(&folder, "tokmon.toml", "[alert]\nprogram = [\"./n\"]\n");
    links_to("/bin/true");
    let trusted = ran(&folder, &["trust"]);
    assert!(
        trusted.contains("\n./n leads to /") && trusted.contains(", whose content is not covered"),
        "{trusted}"
    );
    links_to("/bin/false");
    let output = ran(&folder, &["alert", "-q"]);
    assert!(output.starts_with("exit Some(77)"), "{output}");
    assert_eq!(notices(&folder), 0);
    links_to("/bin/true");
    let output = ran(&folder, &["alert", "-q"]);
    assert!(output.starts_with("exit Some(0)"), "{output}");
    assert_eq!(notices(&folder), 1);
}

#[test]
fn the_users_own_settings_need_no_trust_and_trust_needs_a_program() {
    let folder = scene(800);
    let home = folder.path().join(".git/home/.config/tokmon");
    fs::create_dir_all(&home).unwrap();
    fs::write(
        home.join("tokmon.toml"),
        "[alert]\nprogram = [\"sh\", \"-c\", \"touch $HOME/place\"]\nlevel = \"note\"\n",
    )
    .unwrap();
    assert_snapshot!(pictures(&folder, &["alert", "alert --on-alert"]));
    assert!(folder.path().join(".git/home/place").exists());
    write(&folder, "tokmon.toml", "[budget]\ntokens = 5\n");
    let wrong = scene(5);
    write(
        &wrong,
        "tokmon.toml",
        "[alert]\nprogram = \"notify-send x\"\ntimeout = \"2 days\"\nlevel = \"bad\"\n",
    );
    write(&folder, "gone.toml", "[alert]\nprogram = [\"./gone\"]\n");
    write(
        &folder,
        "make.toml",
        "[alert]\nprogram = [\"sh\", \"-c\", \"make alert\"]\n",
    );
    let seen = pictures(
        &folder,
        &[
            "trust",
            "trust no.toml",
            "trust gone.toml",
            "trust make.toml",
        ],
    ) + &pictures(&wrong, &["alert"]);
    assert_snapshot!(seen);
}

#[test]
fn a_program_elsewhere_in_the_repository_is_trusted_with_the_settings() {
    let folder = repository(&[("docs/cost-log.md", &log_of(800)), ("bin/.keep", "")]);
    script(&folder, "bin/notify", "exit 0");
    write(
        &folder,
        "docs/tokmon.toml",
        "[alert]\nprogram = [\"sh\", \"../bin/notify\"]\n",
    );
    let first = pictures(&folder, &["alert -n", "trust", "alert -n"]);
    script(&folder, "bin/notify", "exit 1");
    assert_snapshot!(first + &pictures(&folder, &["alert"]));
}

#[test]
fn a_second_run_waits_for_the_first_as_long_as_its_program_may_take() {
    let folder = scene(800);
    let slow = script(&folder, "slow", "touch begun; sleep 4");
    let mut first = tokmon(&folder, &["alert", "-q", "--", &slow])
        .spawn()
        .unwrap();
    wait_for(&folder.path().join("begun"));
    let second = ran(&folder, &["alert", "--timeout", "1ms", "--", "true"]);
    assert!(
        second.starts_with("exit Some(75)\n--- out\n--- err\ntokmon: "),
        "{second}"
    );
    assert!(
        second.contains("cost-log.md is in use by tokmon"),
        "{second}"
    );
    assert!(first.wait().unwrap().success());
    assert_eq!(notices(&folder), 1);
}

#[test]
fn archiving_keeps_what_went_out_in_this_month() {
    let folder = scene(800);
    write(
        &folder,
        "cost-log.md",
        &(log(&folder)
            + "\n[PRE] 2026-01-02T10:00:00Z tool=x\n[NOTIFY] 2026-01-02T10:00:00Z threshold=80 scope=total basis=actual period=2026-01\n"),
    );
    ran(&folder, &["alert", "-q"]);
    let archived = ran(&folder, &["archive", "--keep-days", "0"]);
    assert!(archived.starts_with("exit Some(0)"), "{archived}");
    assert_eq!(notices(&folder), 1);
    assert_eq!(
        ran(&folder, &["alert", "-q"]),
        "exit Some(0)\n--- out\n--- err\n"
    );
}
