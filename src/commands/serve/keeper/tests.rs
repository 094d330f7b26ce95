//! What time does to figures, with a clock that a test sets.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the log that it reads"
)]

use std::{cell::Cell, fs, path::Path, sync::mpsc};

use chrono::{DateTime, FixedOffset, Utc};
use clap::Parser as _;

use super::*;
use crate::{
    analysis::{Rows, forecast::BacktestExtent},
    cli::Cli,
    commands::{Context, Terminal},
    session::{MonthChoice, ViewRequest},
    store::Signals,
};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Keeps the figures of a log in a folder from a moment on, and lets a test move both clocks.
fn keep(folder: &Path, start: &str, test: impl FnOnce(&mut Keeper<'_, '_, '_>, &dyn Fn(&str))) {
    let (clock, uptime) = (Cell::new(time(start)), Cell::new(Duration::ZERO));
    let mut context = Context {
        environment: &|_| None,
        folder: folder.to_path_buf(),
        clock: &|| clock.get(),
        zone: &|_, _| FixedOffset::east_opt(0),
        input: &mut std::io::empty(),
        out: &mut std::io::sink(),
        err: &mut std::io::sink(),
        out_terminal: Terminal::default(),
        err_terminal: Terminal::default(),
        input_is_terminal: false,
        input_is_ready: &|_| true,
        uptime: &|| uptime.get(),
        random: &|| 7,
        signals: Signals::default(),
    };
    let cli = Cli::parse_from(["tokmon", "--budget", "200K", "serve"]);
    let mut run = Run::new(&cli.global, &mut context);
    let request = ViewRequest {
        month: MonthChoice::Current,
        rows: Rows::All,
        project: None,
        team: None,
        forecast_days: true,
        backtest: BacktestExtent::LastYear,
        budget: run.budget().unwrap(),
        findings: Findings::keeping(None),
        zone: run.zone(run.now().unwrap()),
    };
    let log = run.locate().unwrap();
    let session = Session::new(run.log_options(), request, log);
    let (send, receive) = mpsc::channel();
    let mut keeper = Keeper::new(session, &mut run, &send, receive).unwrap();
    assert!(keeper.read().unwrap());
    test(&mut keeper, &|moment| {
        let later = (time(moment) - clock.get()).to_std().unwrap();
        clock.set(time(moment));
        uptime.set(uptime.get() + later);
    });
}

fn report<'k>(keeper: &'k Keeper<'_, '_, '_>) -> &'k StatusReport {
    &keeper.rendered.as_ref().unwrap().report
}

fn folder(log: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("cost-log.md"), log).unwrap();
    folder
}

const LOG: &str = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 500 |\n\n## Daily Detail — 2026-02-25\n\n| Time | Team | Tokens |\n|---|---|---|\n| 10:00 | A | 500 |\n\n[HOLD] 2026-02-25T17:00:00Z team=A tokens=70 until=2026-02-25T18:30:00Z id=h1\n";

#[test]
fn figures_follow_the_clock_and_nothing_is_read_for_it() {
    let folder = folder(LOG);
    keep(folder.path(), "2026-02-25T17:10:00Z", |keeper, at| {
        assert_eq!(report(keeper).held().0, 70);
        // What the log says from here on must not matter.
        fs::write(folder.path().join("cost-log.md"), "nothing\n").unwrap();
        at("2026-02-25T17:59:59Z");
        assert!(!keeper.tick().unwrap(), "within the hour nothing changes");
        at("2026-02-25T18:00:06Z");
        assert!(
            keeper.tick().unwrap(),
            "the forecast is made again each hour"
        );
        assert_eq!(report(keeper).now, time("2026-02-25T18:00:06Z"));
        assert_eq!(
            (report(keeper).used_tokens().0, report(keeper).held().0),
            (500, 70)
        );
        at("2026-02-25T18:29:59Z");
        assert!(!keeper.tick().unwrap());
        at("2026-02-25T18:30:06Z");
        assert!(keeper.tick().unwrap(), "the hold has ended");
        assert_eq!(report(keeper).held().0, 0);
        at("2026-02-26T00:00:06Z");
        assert!(keeper.tick().unwrap(), "a new day");
        assert_eq!(report(keeper).used_tokens().0, 500);
    });
}

#[test]
fn a_new_month_has_figures_of_its_own() {
    let folder = folder(LOG);
    keep(folder.path(), "2026-02-28T23:59:00Z", |keeper, at| {
        assert_eq!(
            (
                report(keeper).month.to_string().as_str(),
                report(keeper).used_tokens().0
            ),
            ("2026-02", 500)
        );
        at("2026-03-01T00:00:06Z");
        assert!(keeper.tick().unwrap());
        assert_eq!(
            (
                report(keeper).month.to_string().as_str(),
                report(keeper).used_tokens().0
            ),
            ("2026-03", 0)
        );
    });
}

#[test]
fn a_bad_reading_is_tried_again_before_figures_are_stale() {
    let folder = folder(LOG);
    keep(folder.path(), "2026-02-25T17:10:00Z", |keeper, at| {
        let log = folder.path().join("cost-log.md");
        fs::remove_file(&log).unwrap();
        assert!(!keeper.read().unwrap(), "an editor may be writing it");
        assert!(keeper.site().unwrap().is_healthy);
        at("2026-02-25T17:10:01Z");
        assert!(keeper.read().unwrap());
        let site = keeper.site().unwrap();
        assert!(!site.is_healthy && site.figures.is_some());
        assert_eq!(site.stale_since.as_deref(), Some("2026-02-25T17:10:01Z"));
        at("2026-02-25T17:20:00Z");
        assert!(keeper.read().unwrap());
        let site = keeper.site().unwrap();
        assert_eq!(
            site.stale_since.as_deref(),
            Some("2026-02-25T17:10:01Z"),
            "since the first time"
        );
        fs::write(&log, LOG).unwrap();
        assert!(keeper.read().unwrap());
        assert!(keeper.site().unwrap().is_healthy);
    });
}
