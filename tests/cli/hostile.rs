//! Logs that want to do harm: nothing in them reaches a terminal, a spreadsheet or a page as more than text.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::harness::{Tokmon, repository};

/// Characters that drive a terminal, hide, or turn the direction of writing.
fn forbidden(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

pub(crate) fn assert_harmless(text: &str, what: &str) {
    if let Some(at) = text.find(forbidden) {
        let around: String = text
            .chars()
            .skip(text.get(..at).unwrap().chars().count().saturating_sub(40))
            .take(80)
            .collect();
        panic!("{what}: {around:?}");
    }
}

const FORMS: [&str; 5] = [
    "",
    "--format json",
    "--format csv",
    "--format markdown",
    "--color never",
];

#[test]
fn names_that_drive_a_terminal_are_shown_and_not_sent() {
    for form in FORMS {
        for verbosity in ["", "-v"] {
            let args = ["-f", "fixtures/logs/hostile.md", "--full"]
                .into_iter()
                .chain(form.split_whitespace());
            let ran = Tokmon::new(args.chain(verbosity.split_whitespace())).run();
            assert_harmless(&ran.out, form);
            assert_harmless(&ran.err, form);
        }
    }
    let full = |form| {
        Tokmon::new([
            "-f",
            "fixtures/logs/hostile.md",
            "--full",
            "-v",
            "--format",
            form,
        ])
        .run()
    };
    assert_snapshot!("hostile_table", full("table"));
    assert_snapshot!("hostile_csv", full("csv").out);
    assert_snapshot!("hostile_markdown", full("markdown").out);
}

#[test]
fn messages_about_what_was_typed_are_harmless_too() {
    let evil = "\u{1b}[31mX\u{9b}1m";
    for args in [
        ["-f", evil, "-v"],
        ["-f", "fixtures/logs/sample.md", &format!("--team={evil}")],
        [
            "-f",
            "fixtures/logs/sample.md",
            &format!("--project={evil}"),
        ],
        [
            "-f",
            "fixtures/logs/sample.md",
            &format!("--timezone={evil}"),
        ],
    ] {
        let ran = Tokmon::new(args).run();
        assert_ne!(ran.code, 0);
        assert_harmless(&ran.err, args[0]);
    }
    for arg in [
        evil,
        &format!("./{evil}"),
        &format!("--{evil}"),
        &format!("--month={evil}"),
    ] {
        let ran = Tokmon::new([arg]).terminal(80).run();
        assert_eq!(ran.code, 64);
        assert_harmless(&ran.err, arg);
    }
    let ran = Tokmon::new([])
        .env("TOKMON_BUDGET", evil)
        .env("TOKMON_FILE", "fixtures/logs/sample.md")
        .run();
    assert_harmless(&ran.err, "TOKMON_BUDGET");
    let ran = Tokmon::new([])
        .env("TOKMON_NOW", evil)
        .env("TOKMON_FILE", "fixtures/logs/sample.md")
        .run();
    assert_harmless(&ran.err, "TOKMON_NOW");
}

#[test]
fn a_hostile_settings_file_is_harmless() {
    let folder = repository(&[
        ("cost-log.md", &crate::harness::log_of(5)),
        ("tokmon.toml", "\"\\u001b[31m\u{9b}\" = 1\n"),
    ]);
    let ran = Tokmon::new([]).folder(folder.path()).run();
    assert_eq!(ran.code, 78, "{ran}");
    assert_harmless(&ran.err, "tokmon.toml");
}

#[test]
fn what_is_printed_grows_no_faster_than_the_log() {
    let mut log = String::from(
        "## Daily Detail — 2026-02-25\n\n| Time | Team | Task | Tokens | Status | Notes |\n|---|---|---|---|---|---|\n",
    );
    writeln!(
        log,
        "| 10:00 | Team A | Task | 5 | ✅ | {} |",
        "long ".repeat(12_000)
    )
    .unwrap();
    for row in 0..2_000 {
        writeln!(log, "| 11:00 | Team B | Task {row} | 5 | ✅ | fine |").unwrap();
    }
    for form in ["table", "markdown", "csv"] {
        let args = ["-f", "-", "-q", "--full", "--format", form];
        let out = Tokmon::new(args).input(log.as_bytes()).output();
        assert!(
            out.len() < 3 * log.len(),
            "{form}: {} of {}",
            out.len(),
            log.len()
        );
        assert!(
            form == "table" || out.contains(&"long ".repeat(11_000)),
            "{form} is whole"
        );
    }
}

#[test]
fn long_names_leave_room_for_what_is_said_about_them() {
    let name = "long name ".repeat(6_000);
    let log = format!(
        "## 2026-02 Monthly Summary\n\n| Project | Team | Tokens | Limit | Status |\n|---|---|---|---|---|\n| {name} | {name} | 500 | 100 | 🔄 |\n"
    );
    for options in ["", "-v", "--full -v"] {
        let args = ["-f", "-", "--budget", "1K"].into_iter();
        let ran = Tokmon::new(args.chain(options.split_whitespace()))
            .input(log.as_bytes())
            .run();
        let longest = |text: &str| text.lines().map(str::len).max().unwrap_or(0);
        assert!(
            longest(&ran.out) < 1_000,
            "{options}: {}",
            longest(&ran.out)
        );
        assert!(
            longest(&ran.err) < 1_000,
            "{options}: {}",
            longest(&ran.err)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_in_any_place_does_harm(cells in proptest::collection::vec("[^\\n\\r]{0,12}|[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{206f}a|`*<\\[\\\\]{0,12}", 14)) {
        let mut log = format!("# {}\n> **Currency:** {}\n\n## 2026-02 Monthly Summary ({})\n\n| Team | Task | Tokens | Status |\n|---|---|---|---|\n", cells[0], cells[1], cells[2]);
        writeln!(log, "| {} | {} | 5 | {} |\n| {} | {} | {} | ✅ |", cells[3], cells[4], cells[5], cells[6], cells[7], cells[8]).unwrap();
        writeln!(log, "\n## Projected Usage\n\n| Phase | Team | Tokens |\n|---|---|---|\n| {} | {} | 7 |", cells[9], cells[10]).unwrap();
        writeln!(log, "\n[USE] 2026-02-25T10:00:00Z team=\"{}\" tokens={}\n[HOLD] {}", cells[11], cells[12], cells[13]).unwrap();
        for form in FORMS {
            let args = ["-f", "-", "--full", "-v"].into_iter().chain(form.split_whitespace());
            let ran = Tokmon::new(args).input(log.as_bytes()).run();
            assert_harmless(&ran.out, form);
            assert_harmless(&ran.err, form);
        }
    }
}
