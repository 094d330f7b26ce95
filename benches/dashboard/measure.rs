//! The measurements and their goals.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Pid;

use crate::{
    logs::{append, daily_rows, figure, sample, save_by_renaming, total, usage},
    tty::{Tty, is_there, open, put_away, scene},
};

/// How long continuous activity is measured.
const WHILE: Duration = Duration::from_secs(5);

/// Lines per second in a burst of changes.
const STORM: f64 = 10_000.0;

#[derive(Default)]
pub(crate) struct Table {
    missed: usize,
}

impl Table {
    /// A figure with its goal, an upper limit. A figure that is not available here is skipped.
    fn row(&mut self, name: &str, value: Option<f64>, unit: &str, goal: Option<f64>) {
        let Some(value) = value else {
            println!("  {name:<44} {:>10}", "not here");
            return;
        };
        let verdict = match goal {
            None => String::new(),
            Some(goal) if value <= goal => format!("   goal {goal}: met"),
            Some(goal) => {
                self.missed += 1;
                format!("   goal {goal}: MISSED")
            }
        };
        println!("  {name:<44} {value:>10.1} {unit:<4}{verdict}");
    }

    pub(crate) const fn is_all_met(&self) -> bool {
        self.missed == 0
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// From a write until it is painted.
pub(crate) fn paint(table: &mut Table) {
    type Write = fn(&Path, u64);
    let ways: [(&str, Write); 2] = [
        ("saved by renaming", |log, tokens| {
            save_by_renaming(log, &(sample() + &usage(tokens)));
        }),
        ("appended", |log, _| append(log, &usage(1))),
    ];
    println!("from a write to its paint, 50 times");
    for (way, write) in ways {
        let (tty, _) = Tty::start(&sample(), &total(0));
        let mut times = Vec::new();
        for tokens in 1..=50 {
            let begun = Instant::now();
            write(&tty.log(), tokens);
            tty.shows(&total(tokens));
            times.push(milliseconds(begun.elapsed()));
            thread::sleep(Duration::from_millis(11 * (tokens % 13)));
        }
        times.sort_by(f64::total_cmp);
        for (part, goal) in [(50, None), (95, Some(150.0)), (100, None)] {
            let at = (times.len() - 1) * part / 100;
            let name = format!("{way}, p{part}");
            table.row(&name, Some(times[at]), "ms", goal);
        }
    }
}

/// Use of the machine while nothing happens.
pub(crate) fn rest(table: &mut Table) {
    println!("nothing happens for {WHILE:?}, and time stands still");
    let (tty, _) = Tty::start(&sample(), &total(0));
    thread::sleep(Duration::from_millis(500));
    let before = tty.used();
    thread::sleep(WHILE);
    let used = tty.used().since(before);
    table.row(
        "hundredths of a second of a core",
        used.ticks.map(number),
        "",
        Some(1.0),
    );
    table.row("context switches", used.switches.map(number), "", None);
    table.row("bytes written", Some(number(used.bytes)), "", Some(0.0));
}

/// Writes lines of one token for a while, each with a write of its own, and returns their number.
fn storm(log: &Path) -> u64 {
    let mut log = fs::OpenOptions::new().append(true).open(log).unwrap();
    let (line, begun, mut lines) = (usage(1), Instant::now(), 0_u64);
    while begun.elapsed() < WHILE {
        while number(lines) < begun.elapsed().as_secs_f64() * STORM {
            log.write_all(line.as_bytes()).unwrap();
            lines += 1;
        }
        thread::sleep(Duration::from_millis(1));
    }
    lines
}

/// The cost of bursts of lines and of resizes.
pub(crate) fn storms(table: &mut Table) {
    let (long, sum) = daily_rows(100_000);
    for (name, log, sum) in [
        ("the sample", sample(), 126_670),
        ("100,000 rows", long, sum),
    ] {
        println!("{STORM} lines a second for {WHILE:?} behind {name}");
        let (tty, _) = Tty::start(&log, &figure(sum));
        let (before, begun) = (tty.used(), Instant::now());
        let lines = storm(&tty.log());
        let (used, took) = (tty.used().since(before), begun.elapsed().as_secs_f64());
        let ended = Instant::now();
        tty.shows(&figure(sum + lines));
        let percent = used.ticks.map(|ticks| number(ticks) / took);
        table.row("lines written", Some(number(lines)), "", None);
        table.row("of a core", percent, "%", Some(25.0));
        table.row(
            "paints a second",
            Some(number(used.frames) / took),
            "",
            Some(10.0),
        );
        table.row(
            "until the figures are right",
            Some(milliseconds(ended.elapsed())),
            "ms",
            Some(2_000.0),
        );
    }
    println!("200 sizes, one each 2 ms");
    let (tty, _) = Tty::start(&sample(), &total(0));
    let before = tty.used();
    for step in 0..200 {
        tty.resize(40 + step % 83, 10 + step % 31);
        thread::sleep(Duration::from_millis(2));
    }
    tty.resize(120, 40);
    let last = Instant::now();
    tty.shows("2026-02-25 17:00");
    let until = milliseconds(last.elapsed());
    thread::sleep(Duration::from_millis(100));
    let used = tty.used().since(before);
    table.row(
        "until the last one is painted",
        Some(until),
        "ms",
        Some(100.0),
    );
    table.row("paints", Some(number(used.frames)), "", None);
    table.row(
        "hundredths of a second of a core",
        used.ticks.map(number),
        "",
        None,
    );
}

/// How soon it ends after its terminal, even if its shell ignores SIGHUP.
pub(crate) fn end(table: &mut Table) {
    println!("the terminal vanishes");
    let script = "trap '' HUP; sh -c 'echo $$ >pid; exec \"$@\"' sh \"$@\"; sleep 20";
    let (folder, command) = scene(&sample(), &["sh", "-c", script, "sh"]);
    let (pair, mut shell) = open(command);
    let mut output = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut chunk) = (Vec::new(), [0; 8192]);
    while !String::from_utf8_lossy(&seen).contains(&total(0)) {
        let length = output.read(&mut chunk).unwrap();
        seen.extend(&chunk[..length]);
    }
    let text = fs::read_to_string(folder.path().join("pid")).unwrap();
    let process = Pid::from_raw(text.trim().parse().unwrap()).unwrap();
    let begun = Instant::now();
    drop((output, pair));
    while is_there(process) && begun.elapsed() < WHILE {
        thread::sleep(Duration::from_micros(500));
    }
    table.row(
        "until it is gone",
        Some(milliseconds(begun.elapsed())),
        "ms",
        Some(1_000.0),
    );
    put_away(&mut *shell);
}

/// Startup time and memory, with a short log and a long one.
pub(crate) fn sizes(table: &mut Table) {
    let (long, sum) = daily_rows(100_000);
    for (name, log, sum, most) in [
        ("the sample", sample(), 126_670, 20.0),
        ("100,000 rows", long, sum, 60.0),
    ] {
        println!("{name}");
        let (tty, first) = Tty::start(&log, &figure(sum));
        table.row(
            "until the first paint",
            Some(milliseconds(first)),
            "ms",
            None,
        );
        table.row("peak memory at first", tty.peak(), "MB", Some(most));
        for _ in 0..3 {
            append(&tty.log(), &usage(1));
            thread::sleep(Duration::from_secs(1));
        }
        tty.shows(&figure(sum + 3));
        table.row(
            "peak memory after three changes",
            tty.peak(),
            "MB",
            Some(most),
        );
    }
}
