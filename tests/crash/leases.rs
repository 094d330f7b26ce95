//! Stopped in the middle of a rewrite for so long that the system takes the lease away, and others write meanwhile. A line could
//! only be lost between the last look at the clock and the cut of the log, with no call in between; nowhere else is any.

use std::{
    fs,
    process::{Child, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    proof::Proof,
    run::{alone, comes, faults, is_long, report, say, some_of},
    scene::{Job, Scene},
    trace::{Call, can_trace, own_calls, strace, trace_path, with},
};

const BREAK_TIME: &str = "/proc/sys/fs/lease-break-time";

/// How many are stopped at once: they only wait.
const WORKERS: usize = 8;

const PATIENCE: Duration = Duration::from_secs(60);

/// Leases are taken away after a second, until this is dropped.
struct SoonBroken {
    before: String,
}

impl SoonBroken {
    /// None where that is not permitted.
    fn begin() -> Option<Self> {
        let before = fs::read_to_string(BREAK_TIME).ok()?;
        fs::write(BREAK_TIME, "1\n").ok()?;
        Some(Self { before })
    }
}

impl Drop for SoonBroken {
    fn drop(&mut self) {
        let _ = fs::write(BREAK_TIME, &self.before);
    }
}

/// The calls from the first lease to the last one given back.
fn leased(job: Job) -> Vec<Call> {
    let calls = own_calls(job);
    let is = |what: &'static str| move |call: &Call| call.text.contains(what);
    let first = calls.iter().position(is("F_SETLEASE, F_WRLCK")).unwrap();
    let last = calls.iter().rposition(is("F_SETLEASE, F_UNLCK")).unwrap();
    calls[first..last].to_vec()
}

/// Waits until strace says that the program is stopped. None where it has ended before.
fn stopped(scene: &Scene, child: &mut Child) -> Option<Pid> {
    let mut pid = None;
    comes(PATIENCE, || {
        let trace = fs::read_to_string(trace_path(scene)).unwrap_or_default();
        let line = trace
            .lines()
            .find(|line| line.contains("--- stopped by SIGSTOP"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        pid = number.and_then(Pid::from_raw);
        pid.is_some() || child.try_wait().unwrap().is_some()
    });
    pid
}

/// Stops a job behind a call, writes lines, and lets it go on: every line is there once in the end. Tells whether the lease was
/// taken away for that.
fn is_taken_and_survives(proof: &Proof, call: &Call) -> Result<bool, String> {
    let scene = Scene::new();
    let words = strace(&scene, &with(call, "signal=STOP"));
    let mut command = scene.command(&words, proof.job.args());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let pid = stopped(&scene, &mut child);
    // Whoever writes waits for as long as there is a lease.
    let start = Instant::now();
    scene.echo();
    let is_taken = start.elapsed() > Duration::from_millis(400);
    if let Some(pid) = pid {
        kill_process(pid, Signal::CONT).unwrap();
    }
    child.wait().unwrap();
    if pid.is_none() {
        return Err("it was never stopped".to_owned());
    }
    proof.holds_after_rerun(&scene, true).map(|()| is_taken)
}

#[test]
fn a_lease_that_is_taken_away_does_no_harm() {
    if !can_trace() {
        return;
    }
    let _machine = alone();
    let Some(_soon) = SoonBroken::begin() else {
        say(
            "note: lease-break-time cannot be set here, so that no lease is tested that is taken away",
        );
        return;
    };
    for job in Job::ALL {
        let proof = Proof::of(job);
        let mut calls = leased(job);
        let all = calls.len();
        let cut = calls.iter().position(|call| call.name == "ftruncate");
        let before_cut = calls[cut.unwrap() - 1].clone();
        if !is_long() {
            calls.retain(|call| !call.is_inward());
            calls = some_of(&calls, 7);
            calls.push(before_cut);
        }
        let (start, taken) = (Instant::now(), AtomicUsize::new(0));
        let faults = faults(&calls, WORKERS, |call| {
            let held = is_taken_and_survives(&proof, call).map(|is_taken| {
                taken.fetch_add(usize::from(is_taken), Relaxed);
            });
            held.map_err(|fault| format!("{job:?} stopped behind {call}: {fault}"))
        });
        let what = format!("stopped behind {} of {all} calls of {job:?}", calls.len());
        report(&what, calls.len(), &faults, start.elapsed());
        let taken = taken.into_inner();
        say(&format!("  {taken} had their lease taken away meanwhile"));
        assert!(taken > 0);
    }
}
