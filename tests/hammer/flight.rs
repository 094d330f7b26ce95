//! A last line that is still being written is no error, whatever part of it is there already.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    thread,
    time::Duration,
};

use chrono::FixedOffset;
use tokmon::{Context, Terminal};

use crate::{
    alone, is_long,
    programs::{Runs, errors},
    random::{Random, seed},
    scene::Scene,
};

/// How many lines are written to one log.
const LINES: u64 = 40;

/// Checks a log in this process. Gives the errors found.
pub(crate) fn check(log: &Path) -> Vec<String> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = [
        "tokmon",
        "check",
        "--json",
        "--now",
        "2026-02-26T12:00:00Z",
        "--file",
    ];
    let args = args.map(Into::into).into_iter().chain([log.into()]);
    let status = tokmon::run(
        args,
        &mut Context {
            environment: &|_| None,
            folder: log.parent().unwrap().to_path_buf(),
            clock: &|| "2026-02-26T12:00:00Z".parse().unwrap(),
            zone: &|_, _| FixedOffset::east_opt(0),
            input: &mut [].as_slice(),
            out: &mut out,
            err: &mut err,
            out_terminal: Terminal::default(),
            err_terminal: Terminal::default(),
            input_is_terminal: false,
            input_is_ready: &|_| true,
            uptime: &Duration::default,
            random: &|| 0,
            signals: tokmon::Signals::default(),
        },
    );
    let told = || String::from_utf8_lossy(&err).into_owned();
    assert!(status.number() <= 1, "{}", told());
    errors(&out).unwrap_or_else(|| panic!("{}", told()))
}

/// Checks a log that is hammered, until the scene is over: no time is there an error in it.
pub(crate) fn read(scene: &Scene, pause: u64) -> Runs {
    let mut runs = Runs::default();
    let mut random = Random::new(scene.seed ^ pause);
    while scene.goes_on() {
        runs.failures.extend(check(&scene.log));
        runs.done += 1;
        thread::sleep(random.millis(pause));
    }
    runs
}

/// A line of any kind, some of more than 5 KB, with letters of several bytes.
fn some_line(random: &mut Random) -> String {
    let time = format!("2026-02-2{}T10:00:00+09:00", random.below(6));
    let task =
        "팀 나 \u{1f9ea} ".repeat(usize::try_from(random.below(3) * random.below(150)).unwrap());
    match random.below(5) {
        0 => format!(
            "[USE] {time} team=\"팀 나\" task=\"{task}\" tokens=12450 cost=0.037 status=done deliverables=4 minutes=72\n"
        ),
        1 => format!(
            "[HOLD] {time} team=\"Team C\" tokens=6000 until=2026-02-26T11:20:00+09:00 id=h81\n"
        ),
        2 => format!(
            "[NOTIFY] {time} threshold=80 scope=total basis=actual level=warning used=161200 budget=200000\n"
        ),
        3 => format!("[POST] {time} tool=Bash status=done output=\"{task}\"\n"),
        _ => format!("[PRE] {time} tool=Bash input=\"{task}\"\n"),
    }
}

/// Writes lines in parts that end anywhere, also within a letter.
fn write_in_parts(log: &Path, random: &mut Random) {
    let mut file = OpenOptions::new().append(true).open(log).unwrap();
    for _ in 0..LINES {
        let line = some_line(random);
        let mut rest = line.as_bytes();
        while !rest.is_empty() {
            let most = u64::try_from(rest.len()).unwrap();
            let (part, behind) = rest.split_at(usize::try_from(1 + random.below(most)).unwrap());
            file.write_all(part).unwrap();
            thread::sleep(random.millis(1));
            rest = behind;
        }
    }
}

/// Reads a log while it is written. Gives how often.
fn round(random: &mut Random) -> usize {
    let scene = Scene::new(0, Duration::from_secs(1));
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = Vec::new();
            while scene.goes_on() {
                reads.push(check(&scene.log));
            }
            reads
        });
        write_in_parts(&scene.log, random);
        scene.end();
        let reads = reader.join().unwrap();
        let last = check(&scene.log);
        let mut false_errors = reads.iter().flatten().filter(|error| !last.contains(error));
        if let Some(error) = false_errors.next() {
            let text = fs::read_to_string(&scene.log).unwrap();
            panic!("{error}\nin the end {last:?}\n{text}");
        }
        assert_eq!(last, Vec::<String>::new());
        reads.len()
    })
}

#[test]
fn a_line_in_flight_is_no_error() {
    let _alone = alone();
    let seed = seed();
    println!("TOKMON_SEED={seed}");
    let mut random = Random::new(seed);
    let wanted = if is_long() { 100_000 } else { 500 };
    let mut reads = 0;
    while reads < wanted {
        reads += round(&mut random);
    }
    println!("{reads} reads beside a writer, no false error");
}
