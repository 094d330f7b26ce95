//! The dashboard without a terminal: its screens as pictures, what keys and readings do, and its colours.

#![expect(
    clippy::disallowed_methods,
    reason = "a test that cannot read its log has failed"
)]

mod alerts;
mod colours;
mod findings;
mod keys;
mod readings;
mod screens;
mod secrets;
mod sizes;

use std::{sync::Arc, time::Duration};

use crate::{
    analysis::{self, LedgerBuilder, ReportOptions, RowSelection, Rows, StatusReport},
    diagnostic::Severity,
    log,
    model::Policy,
    render::{ColorMode, OutputStyle, StyledLine},
    text::FileId,
    tui::{
        App, Problem, Reading, Snapshot,
        view::{self, Size, ViewContext},
    },
};
use chrono::{DateTime, FixedOffset};

const SIZE: Size = Size {
    width: 80,
    height: 24,
};

fn now() -> DateTime<FixedOffset> {
    "2026-02-25T17:00:00Z".parse().unwrap()
}

/// What the log says at that moment.
fn report(name: &str) -> StatusReport {
    let text = std::fs::read(format!("fixtures/logs/{name}.md")).unwrap();
    report_of(&text, Rows::All)
}

fn report_of(text: &[u8], rows: Rows) -> StatusReport {
    report_by(text, rows, &Policy::default())
}

fn report_by(text: &[u8], rows: Rows, policy: &Policy) -> StatusReport {
    let keep = RowSelection { month: None, rows };
    let mut builder = LedgerBuilder::new(policy, keep, Some(now()));
    log::read(text, FileId::LOG, &mut |item| {
        crate::edit::enter(&mut builder, FileId::LOG, item);
    })
    .unwrap();
    report_from(builder, policy)
}

/// That of a log in another form.
fn report_of_other_form(mut text: &[u8], policy: &Policy) -> StatusReport {
    let keep = RowSelection {
        month: None,
        rows: Rows::All,
    };
    let mut builder = LedgerBuilder::new(policy, keep, Some(now()));
    let context = ("harbour", now().date_naive());
    let survey = log::foreign::survey(&mut text, FileId::LOG, &policy.read, context).unwrap();
    builder.set_foreign(Arc::new(survey.reading.clone()));
    log::foreign::read(&mut text, FileId::LOG, &survey, &mut |item| {
        crate::edit::enter(&mut builder, FileId::LOG, item);
    })
    .unwrap();
    report_from(builder, policy)
}

fn report_from(builder: LedgerBuilder, policy: &Policy) -> StatusReport {
    let ledger = builder.finish();
    let month = *ledger.months().last().unwrap();
    let reconciled = ledger.reconcile(month, None);
    let question = ReportOptions {
        path: "cost-log.md",
        now: now(),
        project: None,
        team: None,
        rows: true,
        forecast_days: true,
        backtest: crate::analysis::forecast::BacktestExtent::None,
    };
    analysis::report(&reconciled, policy, &question)
}

#[expect(clippy::unnecessary_wraps, reason = "a reading is a result")]
fn good(report: StatusReport) -> Reading {
    Ok(Box::new(Snapshot {
        report,
        problems: vec![problem("cost-log.md:16:9 not a status: \"2 of 3\"", false)],
        counted: Some("1 warning".to_owned()),
        counted_all: Some("1 warning".to_owned()),
        unlisted: 0,
    }))
}

/// Something that is wrong in the last line of the log.
fn problem(text: &str, is_error: bool) -> Problem {
    Problem {
        text: text.to_owned(),
        help: None,
        place: Some((FileId::LOG, 31)),
        severity: if is_error {
            Severity::Error
        } else {
            Severity::Warning
        },
    }
}

fn app(name: &str) -> App {
    let mut app = App::default();
    app.take(good(report(name)), now(), Duration::ZERO);
    app
}

/// The sample with this number of tokens used, by a line of a team without a limit.
fn used(tokens: u64) -> StatusReport {
    let sample = std::fs::read_to_string("fixtures/logs/sample.md").unwrap();
    let more = tokens.checked_sub(126_670);
    let line = more.map(|more| {
        format!("[USE] 2026-02-25T16:30:00Z team=\"Helpers\" task=\"More\" tokens={more}\n")
    });
    // Less than the sample has, by the row of a team.
    let sample = match tokens.checked_sub(126_670) {
        Some(_) => sample,
        None => sample.replace("45,230", &(45_230 + tokens - 126_670).to_string()),
    };
    report_of((sample + &line.unwrap_or_default()).as_bytes(), Rows::All)
}

fn view_context(ascii: bool) -> ViewContext {
    ViewContext {
        style: OutputStyle {
            color: ColorMode::Plain,
            ascii,
            width: None,
        },
        now: now(),
        age: Some(3),
    }
}

fn text_of(lines: &[StyledLine]) -> String {
    let lines = lines.iter();
    lines.flat_map(|line| [line.text(), "\n"]).collect()
}

fn picture(app: &App, width: usize, height: usize, ascii: bool) -> String {
    text_of(&view::screen(
        app,
        Size { width, height },
        view_context(ascii),
    ))
}
