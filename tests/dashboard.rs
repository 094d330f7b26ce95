//! The dashboard's screens, as pictures and at every size.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read its log has failed"
)]

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use tokmon::{
    analysis::{self, Keep, Ledger, Question, StatusReport},
    log::{self, Item, RowValue, Section},
    model::Policy,
    render::{Ink, Style},
    text::Document,
    tui::{App, Reading, Snapshot, Tab, view::{self, Look, Size}},
};

fn now() -> DateTime<FixedOffset> {
    "2026-02-25T17:00:00Z".parse().unwrap()
}

/// What the log says at that moment.
fn report(name: &str) -> StatusReport {
    let text = std::fs::read(format!("fixtures/logs/{name}.md")).unwrap();
    let policy = Policy::default();
    let keep = Keep {
        month: None,
        rows: true,
    };
    let mut ledger = Ledger::new(&policy, keep);
    log::read(text.as_slice(), Document::Log, &mut |item| match item {
        Item::Heading(heading) => {
            if matches!(heading.section, Section::Monthly(_)) {
                ledger.summary(heading.place.line);
            }
        }
        Item::Header(header) => ledger.header(&header),
        Item::Note(note) => ledger.note(note),
        Item::Usage(entry) => ledger.entry(&entry),
        Item::Line(line) => ledger.line(&line),
        Item::Unreadable { month, place } => ledger.unreadable(month, place),
        Item::Problem(_) => {}
        Item::Row(row) => match row.value {
            RowValue::Entry(entry) => ledger.entry(&entry),
            RowValue::Total(total) => ledger.total(total),
            RowValue::Unreadable(month) => ledger.unreadable(month, row.place),
            RowValue::Allocation(row) => ledger.allocation(Document::Log, row),
            RowValue::Phase(phase) => ledger.phase(Document::Log, phase),
            RowValue::Optimization(row) => ledger.optimization(Document::Log, row),
            RowValue::Sum => {}
            #[expect(unreachable_patterns, reason = "kinds of rows may be added")]
            _ => {}
        },
    })
    .unwrap();
    let closed = ledger.close(None).unwrap();
    let question = Question {
        path: "cost-log.md",
        now: now(),
        project: None,
        team: None,
        rows: true,
        forecast_days: true,
        backtest: false,
    };
    analysis::report(&closed, &policy, &question)
}

fn app(name: &str) -> App {
    let mut app = App::default();
    let snapshot = Snapshot {
        report: report(name),
        problem: None,
    };
    app.take(Reading::Good(Box::new(snapshot)), now(), Duration::ZERO);
    app
}

fn look(ascii: bool) -> Look {
    Look {
        style: Style {
            ink: Ink::Plain,
            ascii,
            width: None,
        },
        now: now(),
        age: Some(3),
    }
}

fn picture(app: &App, width: usize, height: usize, ascii: bool) -> String {
    let rows = view::screen(app, Size { width, height }, look(ascii));
    let rows: Vec<String> = rows
        .iter()
        .map(|row| Style::PLAIN.paint_text(&row.text))
        .collect();
    rows.join("\n")
}

#[test]
fn show() {
    for (w, h) in [(80, 24), (120, 40), (40, 10), (20, 3)] {
        for tab in Tab::ALL {
            let mut app = app("sample");
            app.tab = tab;
            println!("=== {w}x{h} {tab:?}\n{}", picture(&app, w, h, false));
        }
    }
}
