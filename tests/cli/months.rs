//! Which month is shown, and which is judged.

use std::{
    cell::{Cell, RefCell},
    ffi::OsString,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;
use tokmon::Context;

use crate::harness::{Ran, Tokmon, binary, changes, fixture, outcome, repository};

const LOG: &str = "cost-log.md";

/// A run on a log, in its folder.
fn run(log: &str, now: &str, options: &str) -> Ran {
    let folder = repository(&[(LOG, log)]);
    let args = options.split_whitespace().chain(["--now", now]);
    Tokmon::new(args).folder(folder.path()).run()
}

fn report(name: &str) -> String {
    fs::read_to_string(fixture("reports").join(name)).unwrap()
}

/// What `--follow` prints until it has printed two lines, where midnight comes after the first.
fn follow_past_midnight(folder: &Path, midnight: DateTime<Utc>) -> String {
    struct TwoLines<'l>(&'l RefCell<Vec<u8>>);
    impl Write for TwoLines<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut lines = self.0.borrow_mut();
            lines.extend(bytes);
            let are_all = lines.split(|byte| *byte == b'\n').count() > 2;
            if are_all {
                Err(io::ErrorKind::StorageFull.into())
            } else {
                Ok(bytes.len())
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (lines, calls) = (RefCell::new(Vec::new()), Cell::new(0_u32));
    let clock = || {
        calls.set(calls.get() + 1);
        assert!(calls.get() < 10_000, "no line for the new month");
        let after = i64::from(!lines.borrow().is_empty()) * 2 - 1;
        midnight + TimeDelta::seconds(after)
    };
    let uptime = || Duration::from_secs(u64::from(calls.get()));
    tokmon::run(
        ["tokmon", "--follow", "--timezone", "UTC", "-f", LOG].map(OsString::from),
        &mut Context {
            environment: &|_| None,
            folder: folder.to_path_buf(),
            clock: &clock,
            zone: &|_, _| None,
            input: &mut io::empty(),
            out: &mut TwoLines(&lines),
            err: &mut io::sink(),
            out_terminal: tokmon::Terminal::default(),
            err_terminal: tokmon::Terminal::default(),
            input_is_terminal: false,
            input_is_ready: &|_| true,
            uptime: &uptime,
            random: &|| 0,
            signals: tokmon::Signals::default(),
        },
    );
    String::from_utf8(lines.into_inner()).unwrap()
}

#[test]
fn following_goes_on_to_the_new_month_at_midnight() {
    let log = report("new-year.md");
    let hook = format!("{log}\n\n[USE] 2027-01-01T05:00:00+09:00 team=\"Red\" tokens=7 id=h\n");
    let folder = repository(&[(LOG, &hook)]);
    let lines = follow_past_midnight(folder.path(), "2027-01-01T00:00:00Z".parse().unwrap());
    assert_snapshot!(lines);
}

/// How runs end, with the month that each shows and what it says on standard error.
fn endings(log: &str, runs: &[(&str, &str)]) -> String {
    let mut all = String::new();
    for (now, options) in runs {
        let ran = run(log, now, options);
        let title = ran.out.lines().next().unwrap_or("nothing");
        let _ = writeln!(all, "{now} {options}: exit {}, {title}", ran.code);
        for line in ran.err.lines() {
            let _ = writeln!(all, "    {line}");
        }
    }
    all
}

#[test]
fn a_mistyped_year_hides_no_month() {
    let log = report("mistyped-year.md");
    let now = "2026-02-20T12:00:00Z";
    let shown = run(&log, now, "--fail-on critical");
    let checked = run(&log, now, "check");
    assert_snapshot!(format!("{shown}\n=== check\n{checked}"));
    assert_snapshot!(
        "a_mistyped_year_ends",
        endings(
            &log,
            &[
                (now, ""),
                (now, "--fail-on exceeded"),
                (now, "--month 2062-02 --fail-on critical"),
                (now, "--max-age 1d"),
                ("2026-03-02T12:00:00Z", "--max-age 1d"),
                ("2062-02-20T12:00:00Z", "--fail-on note"),
            ]
        )
    );
}

#[test]
#[cfg(target_os = "linux")]
fn recording_beside_a_mistyped_year_keeps_the_notes_of_the_current_month() {
    let log = report("mistyped-year.md")
        + "\n**Budget Status:**\n- Current usage: 99,000 tokens (99.0%)\n";
    let folder = repository(&[(LOG, &log)]);
    let args = [
        "record",
        "--team",
        "Red",
        "--tokens",
        "250",
        "--id",
        "r1",
        "--now",
        "2026-02-20T12:00:00Z",
    ];
    let recorded = outcome(&binary(folder.path()).args(args).output().unwrap());
    let after = fs::read_to_string(folder.path().join(LOG)).unwrap();
    let checked = run(&after, "2026-02-20T12:00:00Z", "check").out;
    assert_eq!(checked.matches("[TM027]").count(), 1, "{checked}");
    assert_snapshot!(format!(
        "{recorded}\n=== changed\n{}",
        changes(&log, &after)
    ));
}

#[test]
fn the_first_of_a_month_is_judged_by_its_own_rows() {
    let log = report("new-year.md");
    let midnight = "2027-01-01T00:30:00Z";
    let judged = run(&log, midnight, "--fail-on critical");
    let json = run(&log, midnight, "--fail-on critical --json");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (
            &json["month"],
            &json["used"]["tokens"],
            &json["level"],
            &json["log"]["months"]
        ),
        (
            &"2027-01".into(),
            &0.into(),
            &"ok".into(),
            &vec!["2026-12"].into()
        )
    );
    assert_snapshot!(judged);
    assert_snapshot!(
        "the_first_of_a_month_ends",
        endings(
            &log,
            &[
                (midnight, ""),
                (midnight, "--fail-on-forecast warning"),
                (midnight, "--month 2027-01"),
                (midnight, "--month 2026-12 --fail-on critical"),
                (midnight, "--month 2027-02"),
                (midnight, "--month 2026-11"),
                (midnight, "--timezone -01:00 --fail-on critical"),
                (midnight, "--team Red --fail-on critical"),
                (midnight, "--team Rde --fail-on critical"),
                ("2026-12-31T23:50:00Z", "--fail-on critical"),
                (
                    "2026-12-31T23:50:00Z",
                    "--timezone +09:00 --fail-on critical"
                ),
                ("2026-12-31T23:50:00Z", "--month 2027-01"),
            ]
        )
    );
}

#[test]
fn the_zone_of_the_settings_decides_which_month_is_judged() {
    let settings = "timezone = \"Europe/Berlin\"\n";
    let folder = repository(&[(LOG, &report("new-year.md")), ("tokmon.toml", settings)]);
    let code = |now| {
        let args = ["--fail-on", "critical", "--now", now];
        Tokmon::new(args).folder(folder.path()).run().code
    };
    assert_eq!(code("2026-12-31T21:59:59Z"), 1);
    assert_eq!(code("2026-12-31T22:00:00Z"), 0);
}

#[test]
fn a_prepared_month_and_a_hook_some_hours_ahead_hide_no_month() {
    let log = report("new-year.md");
    let prepared = log.replacen(
        "## 2026-12",
        "## 2027-01 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Red | 0 |\n| Blue | — |\n\n## 2026-12",
        1,
    );
    let hook = format!("{log}\n\n[USE] 2027-01-01T05:00:00+09:00 team=\"Red\" tokens=7 id=h\n");
    let mut all = String::new();
    for (name, log) in [("prepared", prepared), ("hook", hook)] {
        let _ = writeln!(all, "=== {name}");
        all += &endings(
            &log,
            &[
                ("2026-12-31T20:30:00Z", ""),
                ("2026-12-31T20:30:00Z", "check"),
                ("2026-12-31T20:30:00Z", "--fail-on critical"),
                ("2027-01-01T00:30:00Z", ""),
                ("2027-01-01T00:30:00Z", "--fail-on critical"),
                ("2027-01-01T00:30:00Z", "--max-age 3h"),
                ("2027-01-01T00:30:00Z", "--max-age 5h"),
            ],
        );
    }
    assert_snapshot!(all);
}

#[test]
fn a_log_without_rows_is_judged_where_it_is_a_log() {
    let now = "2026-02-20T12:00:00Z";
    let empty = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n\n**Budget Status:**\n- Total budget: 1,000 tokens\n";
    let mut all = endings(
        empty,
        &[
            (now, ""),
            (now, "--fail-on note"),
            (now, "--max-age 2d"),
            (now, "--month 2026-01"),
        ],
    );
    all += &endings(
        "# Read me\n\nHello.\n",
        &[(now, "--budget 1K --fail-on note"), (now, "--max-age 2d")],
    );
    assert_snapshot!(all);
}

#[test]
fn a_log_that_is_not_fed_is_too_old() {
    let daily = |row: &str| {
        format!(
            "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Red | 5 |\n\n## Daily Detail — 2026-02-10\n\n| Time | Team | Tokens |\n|---|---|---|\n| {row} | Red | 5 |\n"
        )
    };
    let line = "[USE] 2026-02-10T22:00:00-05:00 team=Red tokens=1 id=a\n";
    let mut all = String::new();
    for (name, log) in [
        ("no time: its day ends at 24:00", daily("—")),
        ("09:00-10:00", daily("09:00-10:00")),
        ("23:00-01:00 ends on the 11th", daily("23:00-01:00")),
        ("09:00-present", daily("09:00-present")),
        ("a line, at 03:00 on the 11th in UTC", daily("09:00") + line),
    ] {
        let _ = writeln!(all, "=== {name}");
        all += &endings(
            &log,
            &[
                ("2026-02-11T09:30:00Z", "-q --max-age 1d"),
                ("2026-02-11T10:30:00Z", "-q --max-age 1d"),
                ("2026-02-12T00:30:00Z", "-q --max-age 24h"),
                ("2026-02-12T01:30:00Z", "-q --max-age 1"),
                ("2026-02-12T03:30:00Z", "--max-age 1440m"),
            ],
        );
    }
    let undated = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Red | 5 |\n";
    all += "=== rows of a month alone\n";
    all += &endings(
        undated,
        &[
            ("2026-02-27T12:00:00Z", "--max-age 1s"),
            ("2026-03-02T12:00:00Z", "--max-age 2d"),
            ("2026-03-03T12:00:00Z", "--max-age 2d"),
            ("2026-03-03T12:00:00Z", "--max-age soon"),
            ("2026-03-03T12:00:00Z", "--max-age 2d --follow"),
        ],
    );
    assert_snapshot!(all);
}

#[test]
fn the_last_row_is_found_in_the_archive_of_its_month() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Red | 5 |\n\n**Budget Status:**\n- Total budget: 1,000 tokens\n";
    let archive =
        "# Archive\n\n## Daily Detail — 2026-02-25\n\n| Team | Tokens |\n|---|---|\n| Red | 5 |\n";
    let folder = repository(&[(LOG, log), ("archive/cost-log-2026-02.md", archive)]);
    let args = ["--fail-on", "warning", "--now", "2026-11-20T12:00:00Z"];
    let ran = Tokmon::new(args).folder(folder.path()).run();
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            0,
            "tokmon: judged 2026-11: no rows yet; last row 2026-02-25\n"
        )
    );
}

#[test]
fn a_finished_month_is_judged_by_its_result() {
    let log = report("finished-month.md");
    let now = "2026-03-05T12:00:00Z";
    let over = log.replace("60,000 tokens", "50,000 tokens");
    let mut all = endings(
        &log,
        &[
            (now, "--month 2026-02 --fail-on-forecast warning"),
            (now, "--fail-on-forecast warning"),
            (now, "--month 2026-02 --fail-on note"),
        ],
    );
    all += &endings(
        &over,
        &[
            (now, "--month 2026-02 --fail-on-forecast critical"),
            (now, "--fail-on-forecast warning"),
        ],
    );
    assert_snapshot!(all);
}
