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
    render::{Ink, Style, pieces},
    text::Document,
    tui::{
        App, Reading, Snapshot, Tab,
        view::{self, Look, Row, Size},
    },
};
use unicode_width::UnicodeWidthStr;

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

fn text_of(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let pieces = pieces(&row.text).into_iter();
        let text: String = pieces.map(|(_, text)| text).collect();
        let mark = if row.reversed { ">" } else { "" };
        format!("{mark}{text}\n")
    };
    rows.iter().map(line).collect()
}

fn picture(app: &App, width: usize, height: usize, ascii: bool) -> String {
    text_of(&view::screen(app, Size { width, height }, look(ascii)))
}

#[test]
fn every_view_of_the_sample_at_each_class_of_size() {
    for (width, height) in [(80, 24), (120, 40), (40, 10), (20, 3)] {
        for tab in Tab::ALL {
            let mut app = app("sample");
            app.tab = tab;
            let name = format!("{}_{width}x{height}", tab.name().to_lowercase());
            insta::assert_snapshot!(name.clone(), picture(&app, width, height, false));
            let ascii = picture(&app, width, height, true);
            assert!(ascii.is_ascii(), "{ascii}");
            insta::assert_snapshot!(format!("{name}_ascii"), ascii);
        }
    }
}

#[test]
fn no_view_is_larger_than_its_screen() {
    for name in ["sample", "history", "rotten", "korean", "lines", "v1"] {
        for tab in Tab::ALL {
            let mut app = app(name);
            app.tab = tab;
            for help in [None, Some(0)] {
                app.help = help;
                for width in (0..=130).step_by(3) {
                    for height in 0..=45 {
                        let rows = view::screen(&app, Size { width, height }, look(false));
                        assert!(rows.len() <= height, "{name} {tab:?} {width}x{height}");
                        for line in text_of(&rows).lines() {
                            let line = line.trim_start_matches('>');
                            assert!(
                                line.width() <= width,
                                "{name} {tab:?} {width}x{height}: {line}"
                            );
                        }
                    }
                }
            }
        }
    }
}
