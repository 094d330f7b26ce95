//! Reading and reporting inside one process: per log of the fixtures, and per row as logs grow.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot read its input has failed"
)]

use std::{fmt::Write as _, fs, hint::black_box};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokmon::{
    Context, Environment, Terminal,
    analysis::{self, Ledger, ReconciledMonth, ReportOptions, Retention, Rows},
    log::{self, Item, RowValue},
    model::{Budget, BudgetSource, Policy, Tokens},
    text::Document,
};

/// A log of so many daily rows, 400 to a day.
fn daily_rows(rows: usize) -> String {
    let mut log = "# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 1,000 |\n".to_owned();
    for row in 0..rows {
        if row % 400 == 0 {
            let day = row / 400;
            let (year, month, day) = (2024 + day / 336 % 3, day / 28 % 12 + 1, day % 28 + 1);
            write!(log, "\n## Daily Detail — {year}-{month:02}-{day:02}\n\n| Time | Team | Task | Tokens | Cost | Status | Notes |\n|---|---|---|---|---|---|---|\n").unwrap();
        }
        let (team, tokens) = (
            char::from(b'A' + u8::try_from(row % 8).unwrap()),
            1_200 + row * 7 % 980_000,
        );
        writeln!(log, "| 10:10-10:17 | Team {team} | Guidelines | {tokens} | $0.136 | ✅ COMPLETE | see `#412` |").unwrap();
    }
    log
}

fn read(bytes: &[u8]) -> usize {
    let mut items = 0;
    log::read(bytes, Document::Log, &mut |item| {
        black_box(&item);
        items += 1;
    })
    .unwrap();
    items
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    for name in ["sample", "rotten"] {
        let log = fs::read(format!("fixtures/logs/{name}.md")).unwrap();
        group.throughput(Throughput::Bytes(log.len() as u64));
        group.bench_function(name, |bench| bench.iter(|| read(&log)));
    }
    // The time per row must not rise with the number of rows.
    for rows in [1_000, 10_000, 100_000] {
        let log = daily_rows(rows);
        group.sample_size(20);
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_with_input(BenchmarkId::new("rows", rows), &log, |bench, log| {
            bench.iter(|| read(log.as_bytes()));
        });
    }
    group.finish();
}

fn reporting(c: &mut Criterion) {
    let mut group = c.benchmark_group("report");
    for (name, options) in [
        ("status", &[][..]),
        ("full", &["--full"]),
        ("json", &["--json"]),
    ] {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let args = ["tokmon", "-q", "-f", "fixtures/logs/sample.md"]
                    .iter()
                    .chain(options)
                    .map(Into::into);
                let mut context = Context {
                    environment: Environment::default(),
                    folder: std::env::current_dir().unwrap(),
                    clock: &|| "2026-02-25T17:00:00Z".parse().unwrap(),
                    zone: &|_, _| None,
                    input: &mut std::io::empty(),
                    out: &mut std::io::sink(),
                    err: &mut std::io::sink(),
                    out_terminal: Terminal::default(),
                    err_terminal: Terminal::default(),
                    input_is_terminal: false,
                    uptime: &std::time::Duration::default,
                    random: &|| 0x5eed,
                };
                assert_eq!(tokmon::run(args, &mut context).code(), 0);
            });
        });
    }
    group.finish();
}

/// 91 completed days of 12 teams, and today.
fn many_days() -> ReconciledMonth {
    let mut text =
        "## 2026-04 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team 1 | 1 |\n".to_owned();
    let first: chrono::NaiveDate = "2026-01-15".parse().unwrap();
    for (day, date) in first.iter_days().take(92).enumerate() {
        write!(
            text,
            "\n## Daily Detail — {date}\n\n| Team | Tokens |\n|---|---|\n"
        )
        .unwrap();
        for team in (0..12).filter(|team| (day + team) % 3 > 0) {
            writeln!(
                text,
                "| Team {team} | {} |",
                500 + (day * 7_919 + team * 613) % 4_000
            )
            .unwrap();
        }
    }
    let keep = Retention {
        month: None,
        rows: Rows::Summed,
    };
    let mut ledger = Ledger::new(&Policy::default(), keep);
    log::read(text.as_bytes(), Document::Log, &mut |item| {
        if let Item::Row(row) = item
            && let RowValue::Entry(entry) = row.value
        {
            ledger.entry(&entry);
        }
    })
    .unwrap();
    ledger.reconcile(None).unwrap()
}

/// The whole report of a log that was read, of which nearly all is the forecast: of the whole and of each team, thresholds, and
/// the course of the month.
fn forecasting(c: &mut Criterion) {
    let (reconciled, policy) = (
        many_days(),
        Policy {
            budget: Some(Budget {
                tokens: Tokens(1_000_000),
                source: BudgetSource::Option,
                place: None,
            }),
            ..Policy::default()
        },
    );
    let mut group = c.benchmark_group("forecast");
    for (name, course, backtest) in [
        ("status", false, false),
        ("in full", true, false),
        ("backtest", false, true),
    ] {
        let question = ReportOptions {
            path: "cost-log.md",
            now: "2026-04-16T12:00:00Z".parse().unwrap(),
            project: None,
            team: None,
            rows: false,
            forecast_days: course,
            backtest,
        };
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let report = analysis::report(&reconciled, &policy, black_box(&question));
                assert_eq!(
                    report
                        .teams
                        .iter()
                        .filter(|team| team.forecast.is_some())
                        .count(),
                    12
                );
                report
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reading, reporting, forecasting);
criterion_main!(benches);
