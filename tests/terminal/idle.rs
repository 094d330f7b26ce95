//! While nothing happens, next to nothing is done.

use std::{fs, thread, time::Duration};

use crate::{
    scene::Scene,
    tty::{Tty, say},
};

/// How long it is looked at.
const WHILE: Duration = Duration::from_secs(5);

/// What a process has used up so far.
#[derive(Clone, Copy, Debug)]
struct Used {
    /// Hundredths of a second of a core.
    ticks: u64,
    /// How often any thread of it was given a core.
    switches: u64,
    /// What was written to the terminal.
    bytes: usize,
}

impl Used {
    fn by(tty: &Tty) -> Self {
        let process = format!("/proc/{}", tty.pid());
        let stat = fs::read_to_string(format!("{process}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let number = |at: usize| fields[at].parse::<u64>().unwrap();
        let mut switches = 0;
        for task in fs::read_dir(format!("{process}/task")).unwrap() {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let lines = status.lines().filter(|line| line.contains("ctxt_switches"));
            switches += lines
                .map(|line| line.rsplit('\t').next().unwrap().parse::<u64>().unwrap())
                .sum::<u64>();
        }
        Self {
            ticks: number(11) + number(12),
            switches,
            bytes: tty.bytes(<[u8]>::len),
        }
    }

    /// What is used up from now on for a while.
    fn meanwhile(tty: &Tty) -> Self {
        let before = Self::by(tty);
        thread::sleep(WHILE);
        let after = Self::by(tty);
        Self {
            ticks: after.ticks - before.ticks,
            switches: after.switches - before.switches,
            bytes: after.bytes - before.bytes,
        }
    }
}

#[test]
fn while_time_stands_still_nothing_is_written() {
    let mut tty = Scene::new().start();
    assert!(!tty.contents().contains("ago"));
    thread::sleep(Duration::from_millis(300));
    let used = Used::meanwhile(&tty);
    say(&format!("idle for {WHILE:?}: {used:?}"));
    assert_eq!(used.bytes, 0);
    assert!(used.ticks <= 1, "{used:?}");
    // The files are looked at every three seconds.
    assert!(used.switches <= 12, "{used:?}");
    tty.quit();
}

#[test]
fn while_time_passes_only_the_age_of_the_figures_is_written() {
    let scene = Scene::with(&["--watch", "--month=2026-02"]);
    fs::write(scene.log(), crate::scene::sample()).unwrap();
    let mut tty = scene.start();
    tty.shows("s ago");
    let frames = tty.count("\x1b[?2026h");
    let used = Used::meanwhile(&tty);
    let frames = tty.count("\x1b[?2026h") - frames;
    say(&format!(
        "by the clock for {WHILE:?}: {frames} frames, {used:?}"
    ));
    // Once for each second, and once for the minute, which may end meanwhile.
    assert!((4..=7).contains(&frames), "{frames} frames");
    assert!(used.ticks <= 8, "{used:?}");
    tty.quit();
}
