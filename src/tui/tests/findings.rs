//! The list of findings.

use std::time::Duration;

use crate::{
    diagnostic::Severity,
    tui::{App, Problem, Snapshot, state::ReadError},
};

use super::{keys::press, now, picture, problem, report};

/// The sample, with this number of errors, in two files, and a note.
fn with_findings(errors: usize, unlisted: usize) -> App {
    let files = ["cost-log.md", "archive/cost-log-2026-02.md"];
    let error = |at: usize| {
        let (file, line) = (files[at % 2], 10 + at);
        problem(&format!("{file}:{line}:7 not a number: `12,4x{at}`"), true)
    };
    let note = Problem {
        severity: Severity::Note,
        ..problem("cost-log.md:98:1 an unknown level", false)
    };
    let mut app = App::default();
    let snapshot = Snapshot {
        report: report("sample"),
        problems: (0..errors).map(error).chain([note]).collect(),
        counted: Some(format!("{} errors", errors + unlisted)),
        counted_all: Some(format!("{} errors and 1 note", errors + unlisted)),
        unlisted,
    };
    app.take(Ok(Box::new(snapshot)), now(), Duration::ZERO);
    app
}

#[test]
fn each_finding_is_listed_once_and_all_are_counted() {
    let mut app = with_findings(3, 0);
    press(&mut app, "v");
    insta::assert_snapshot!("findings", picture(&app, 80, 24, false));
    insta::assert_snapshot!("findings_40x10", picture(&app, 40, 10, false));
    for at in 0..3 {
        let screen = picture(&app, 80, 24, false);
        assert_eq!(
            screen.matches(&format!("`12,4x{at}`")).count(),
            1,
            "{screen}"
        );
    }
    assert!(!picture(&app, 80, 24, false).contains("-v "));
}

#[test]
fn a_list_of_more_findings_than_a_screen_holds_scrolls_to_its_end() {
    let mut app = with_findings(60, 940);
    press(&mut app, "v");
    let mut seen = String::new();
    for _ in 0..4 {
        seen += &picture(&app, 80, 24, false);
        press(&mut app, "^d");
    }
    for at in 0..60 {
        assert!(seen.contains(&format!("`12,4x{at}`")), "{at}\n{seen}");
    }
    insta::assert_snapshot!("findings_end", picture(&app, 80, 24, false));
}

#[test]
fn a_finding_that_holds_the_figures_back_is_listed_and_not_in_the_banner_too() {
    let mut app = with_findings(3, 0);
    app.read_error = Some(ReadError::Unreadable(problem(
        "cost-log.md:31:33 not a number: `1x`",
        true,
    )));
    assert_eq!(picture(&app, 80, 24, false).matches("`1x`").count(), 1);
    press(&mut app, "v");
    assert_eq!(picture(&app, 80, 24, false).matches("`1x`").count(), 1);
}
