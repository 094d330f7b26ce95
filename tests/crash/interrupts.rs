//! Ctrl-C and TERM at any moment: the run ends with the code of the signal or to its end, and the data is as whole as after a kill.

use std::{
    os::unix::process::ExitStatusExt,
    process::{Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    proof::{Proof, transcript},
    run::{Dice, beside_others, comes, hold, or_long, say, some_of},
    scene::{Job, LOG, Scene},
    trace::{Call, can_trace, own_calls, traced, with},
};

/// Signals, the codes they end a run with, and their names for strace.
const SIGNALS: [(Signal, i32, &str); 2] = [(Signal::INT, 130, "INT"), (Signal::TERM, 143, "TERM")];

/// How a run may end that got a signal. Where nothing listens for it yet, the system does the same.
fn is_ended(output: &Output, code: i32) -> Result<bool, String> {
    let is_ended = output.status.code() == Some(code) || output.status.signal() == Some(code - 128);
    let is_fine = is_ended || output.status.code() == Some(0);
    let said = transcript(output);
    if is_fine && !said.contains("panicked") {
        return Ok(is_ended);
    }
    Err(format!("it ended so: {said}"))
}

/// How long a job takes here and now.
fn span(job: Job) -> Duration {
    let scene = Scene::new();
    let start = Instant::now();
    scene.run(job);
    start.elapsed()
}

#[test]
fn a_signal_at_any_moment_does_no_harm() {
    let _machine = beside_others();
    let proofs = Job::ALL.map(|job| (Proof::of(job), span(job)));
    let mut dice = Dice::new(0x5eed_0000_1143_0130);
    let cases: Vec<(usize, usize, usize)> = (0..or_long(15, 500))
        .map(|at| (at % proofs.len(), dice.below(2), dice.below(1000)))
        .collect();
    let ended = AtomicUsize::new(0);
    hold(
        "signals at random moments",
        &cases,
        |(at, which, moment)| {
            let ((proof, span), (signal, code, _)) = (&proofs[*at], SIGNALS[*which]);
            let scene = Scene::new();
            let mut command = scene.job(proof.job);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = command.spawn().unwrap();
            thread::sleep(*span * u32::try_from(*moment).unwrap() / 600);
            // Where it has ended, its number is not taken yet: it was not waited for.
            kill_process(Pid::from_child(&child), signal).unwrap();
            let output = child.wait_with_output().unwrap();
            let at = |fault| format!("{:?} after {moment} of 600 of {span:?}: {fault}", proof.job);
            ended.fetch_add(usize::from(is_ended(&output, code).map_err(at)?), Relaxed);
            proof.holds(&scene, moment % 2 == 0).map_err(at)
        },
    );
    say(&format!(
        "  {} of {} were ended by the signal, the others had come to their end",
        ended.into_inner(),
        cases.len()
    ));
}

#[test]
fn a_signal_at_a_call_does_no_harm() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let proofs = Job::ALL.map(Proof::of);
    let mut cases: Vec<(usize, Call)> = Vec::new();
    for (at, job) in Job::ALL.into_iter().enumerate() {
        let mut calls = own_calls(job);
        calls.retain(|call| !call.is_inward());
        let calls = some_of(&calls, or_long(8, usize::MAX));
        cases.extend(calls.into_iter().map(|call| (at, call)));
    }
    let ended = AtomicUsize::new(0);
    hold("signals at calls", &cases, |(at, call)| {
        let (proof, (_, code, name)) = (&proofs[*at], SIGNALS[call.nth % 2]);
        let scene = Scene::new();
        let ran = traced(
            &scene,
            &with(call, &format!("signal={name}")),
            proof.job.args(),
        );
        let at = |fault| format!("{:?} with {name} at {call}: {fault}", proof.job);
        ended.fetch_add(
            usize::from(is_ended(&ran.output, code).map_err(at)?),
            Relaxed,
        );
        proof.holds(&scene, call.nth % 3 == 0).map_err(at)
    });
    let ended = ended.into_inner();
    say(&format!("  {ended} of {} were ended by it", cases.len()));
    assert!(ended * 2 > cases.len());
}

#[test]
fn a_batch_that_waits_for_its_lines_ends_at_once() {
    let _machine = beside_others();
    for (signal, code, _) in SIGNALS {
        let scene = Scene::new();
        let before = scene.files();
        // A shell makes what it runs in the background ignore SIGINT.
        let heeding = ["env", "--default-signal=INT"];
        let mut command = scene.command(&heeding, &["record", "--batch", "-", "-f", LOG]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stat = format!("/proc/{}/wchan", child.id());
        let waits = || std::fs::read_to_string(&stat).is_ok_and(|name| name.contains("pipe"));
        // Where the system does not say, it has had time enough to get there.
        comes(Duration::from_secs(2), waits);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ended = comes(Duration::from_secs(10), || {
            child.try_wait().unwrap().is_some()
        });
        assert!(ended, "it waits on");
        let output = child.wait_with_output().unwrap();
        assert_eq!(is_ended(&output, code), Ok(true));
        assert_eq!(scene.files(), before);
    }
}
