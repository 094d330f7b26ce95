//! How long `record` takes, alone and beside those who rewrite the log. Printed, never asserted: how fast the disk is, no test knows.

use std::{
    fs::OpenOptions,
    io::Write,
    thread,
    time::{Duration, Instant},
};

use crate::{
    alone, busy, is_long,
    lines::{Id, line},
    programs::{Records, failure, record_one},
    scene::Scene,
};

/// Half of them, 99 in a hundred, and all of them took no longer than this, in milliseconds.
pub(crate) fn spread(took: &mut [Duration]) -> String {
    took.sort_unstable();
    let part = |part: usize| took.get((took.len() * part).div_ceil(100).saturating_sub(1));
    let millis = |part: Option<&Duration>| {
        part.map_or_else(
            || "—".to_owned(),
            |took| format!("{:.1}", took.as_secs_f64() * 1_000.0),
        )
    };
    format!(
        "{} / {} / {}",
        millis(part(50)),
        millis(part(99)),
        millis(took.last())
    )
}

/// What one line and one sync take here, without tokmon.
fn disk(scene: &Scene, times: usize) -> String {
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .append(true)
            .open(scene.path().join("line"))
            .unwrap();
        file.write_all(&[b'x'; 100]).unwrap();
        file.sync_data().unwrap();
        took.push(start.elapsed());
    }
    spread(&mut took)
}

/// Has something to settle and to move, and rewrites the log with it, until the scene is over.
fn rewrite(scene: &Scene, args: &[&str]) -> usize {
    let mut runs = 0;
    for round in 0_u64.. {
        if !scene.goes_on() {
            break;
        }
        let lines = (0..100).map(|at| {
            let number = round * 100 + at;
            line(Id { writer: 1, number }, "2025-03", 20) + "\n"
        });
        let mut log = OpenOptions::new().append(true).open(&scene.log).unwrap();
        log.write_all(lines.collect::<String>().as_bytes()).unwrap();
        drop(log);
        let output = scene.tokmon(args).output().unwrap();
        assert_eq!(failure(&output, &[0, 1, 75]), None);
        runs += 1;
    }
    runs
}

fn records(scene: &Scene, times: u64) -> String {
    let mut records = Records::default();
    for number in 0..times {
        record_one(scene, Id { writer: 90, number }, &mut records);
    }
    assert_eq!(records.failures, Vec::<String>::new());
    spread(&mut records.took)
}

#[test]
fn records_take_so_long() {
    let _alone = alone();
    let times = if is_long() { 300 } else { 50 };
    let scene = Scene::new(0, Duration::from_secs(1));
    println!("p50 / p99 / max, ms, of {times}");
    println!("a line and a sync: {} (load {})", disk(&scene, 300), busy());
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        assert_eq!(
            failure(&scene.tokmon(&["--json"]).output().unwrap(), &[0]),
            None
        );
        took.push(start.elapsed());
    }
    println!("a reading: {} (load {})", spread(&mut took), busy());
    println!(
        "record, alone: {} (load {})",
        records(&scene, times),
        busy()
    );
    let rewriters: [&[&str]; 2] = [&["archive"], &["check", "--fix"]];
    for args in rewriters {
        let scene = Scene::new(0, Duration::from_secs(1));
        thread::scope(|scope| {
            let rewriter = scope.spawn(|| rewrite(&scene, args));
            let told = records(&scene, times);
            scene.end();
            let runs = rewriter.join().unwrap();
            println!(
                "record, beside {runs} runs of {args:?}: {told} (load {})",
                busy()
            );
        });
    }
}
