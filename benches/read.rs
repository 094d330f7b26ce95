//! Benchmarks of reading and reporting inside one process: for each log of the fixtures, and per row as logs grow.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot read its input has failed"
)]

use std::{ffi::OsStr, fmt::Write as _, fs, hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokmon::{Context, Terminal};

/// A log with this many daily rows, 400 to a day.
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

/// 91 completed days of 12 teams, and today.
fn many_days() -> String {
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
    text
}

/// Runs a command on a log and discards its output.
fn run(log: &Path, options: &[&str]) {
    let args = ["tokmon".as_ref(), "-qf".as_ref(), log.as_os_str()];
    let args = args.into_iter().chain(options.iter().map(AsRef::as_ref));
    let mut context = Context {
        environment: &|_| None,
        folder: std::env::current_dir().unwrap(),
        clock: &|| "2026-04-16T12:00:00Z".parse().unwrap(),
        zone: &|_, _| None,
        input: &mut std::io::empty(),
        out: &mut std::io::sink(),
        err: &mut std::io::sink(),
        out_terminal: Terminal::default(),
        err_terminal: Terminal::default(),
        input_is_terminal: false,
        input_is_ready: &|_| true,
        uptime: &std::time::Duration::default,
        random: &|| 0x5eed,
        signals: tokmon::Signals::default(),
    };
    let code = tokmon::run(args.map(OsStr::to_owned), &mut context).number();
    assert_eq!(black_box(code), 0);
}

fn fixtures(c: &mut Criterion) {
    let mut group = c.benchmark_group("report");
    for (name, log, options) in [
        ("sample", "sample", &[][..]),
        ("full", "sample", &["--full"]),
        ("json", "sample", &["--json"]),
        ("rotten", "rotten", &[]),
    ] {
        let log = format!("fixtures/logs/{log}.md");
        group.bench_function(name, |bench| bench.iter(|| run(log.as_ref(), options)));
    }
    group.finish();
}

/// The time per row must not rise with the number of rows.
fn rows(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cost-log.md");
    let mut group = c.benchmark_group("rows");
    for rows in [1_000, 10_000, 100_000] {
        fs::write(&log, daily_rows(rows)).unwrap();
        group.sample_size(20);
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(rows.to_string(), |bench| bench.iter(|| run(&log, &[])));
    }
    group.finish();
}

/// A report that is almost only a forecast.
fn forecasts(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cost-log.md");
    fs::write(&log, many_days()).unwrap();
    let mut group = c.benchmark_group("forecast");
    for (name, options) in [
        ("status", &["--budget", "1M"][..]),
        ("in full", &["--budget", "1M", "--forecast"]),
        ("backtest", &["--budget", "1M", "--backtest"]),
    ] {
        group.bench_function(name, |bench| bench.iter(|| run(&log, options)));
    }
    group.finish();
}

criterion_group!(benches, fixtures, rows, forecasts);
criterion_main!(benches);
