//! A call that the system refuses: each one, for each reason. The run says which file it was about, and the data is as whole as
//! after a kill.

use std::{
    fs::OpenOptions,
    os::unix::process::ExitStatusExt,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use crate::{
    proof::{Proof, transcript},
    run::{beside_others, hold, is_long, or_long, say, some_of},
    scene::{Job, Scene},
    trace::{Call, Traced, can_trace, own_calls, traced, with},
};

const ERRORS: [&str; 5] = ["ENOSPC", "EIO", "EDQUOT", "EINTR", "EACCES"];

const CALLS: [&str; 14] = [
    "write",
    "pwrite64",
    "pwritev2",
    "fsync",
    "fdatasync",
    "renameat",
    "renameat2",
    "unlinkat",
    "ftruncate",
    "openat",
    "statx",
    "flock",
    "fallocate",
    "fcntl",
];

/// A run that failed ends by itself, with a code of its own, and names a file. `call` is the one that went wrong, as strace has it.
fn is_reported(ran: &Traced) -> Result<bool, String> {
    let said = transcript(&ran.output);
    let call = ran.injected().unwrap_or_default();
    let code = ran.output.status.code();
    let is_panic = said.contains("panicked");
    let Some(code @ 0..=125) = code.filter(|_| !is_panic) else {
        let signal = ran.output.status.signal();
        return Err(format!("{call} ended it with signal {signal:?}: {said}"));
    };
    // What cannot be printed cannot be read.
    let is_stream = call.contains("write(1,") || call.contains("write(2,");
    let names = [".md", ".tokmon", ".toml", "/repository"];
    let names_a_file = names.iter().any(|name| said.contains(name));
    if code > 1 && !is_stream && !names_a_file {
        return Err(format!(
            "{call} made it end without a word on a file: {said}"
        ));
    }
    Ok(code > 1)
}

fn refused(job: Job) {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let proof = Proof::of(job);
    let mut calls = own_calls(job);
    calls.retain(|call| CALLS.contains(&call.name.as_str()) && !call.is_inward());
    let pair = |call: &Call| ERRORS.map(|error| (call.clone(), error));
    let all: Vec<(Call, &str)> = calls.iter().flat_map(pair).collect();
    let cases = some_of(&all, or_long(21, usize::MAX));
    let (hits, failures) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let what = format!("{} of {} refused calls of {job:?}", cases.len(), all.len());
    hold(&what, &cases, |(call, error)| {
        let scene = Scene::new();
        let ran = traced(&scene, &with(call, &format!("error={error}")), job.args());
        let at = |fault| format!("{job:?} with {error} at {call}: {fault}");
        hits.fetch_add(usize::from(ran.injected().is_some()), Relaxed);
        failures.fetch_add(usize::from(is_reported(&ran).map_err(at)?), Relaxed);
        proof
            .holds(&scene, is_long() && call.nth % 2 == 0)
            .map_err(at)
    });
    say(&format!(
        "  {} of {} met, {} ended with a failure, the others went on",
        hits.into_inner(),
        cases.len(),
        failures.into_inner()
    ));
}

#[test]
fn a_record_that_the_system_refuses_is_reported_and_harmless() {
    refused(Job::Record);
}

#[test]
fn a_fix_that_the_system_refuses_is_reported_and_harmless() {
    refused(Job::Fix);
}

#[test]
fn a_move_that_the_system_refuses_is_reported_and_harmless() {
    refused(Job::Archive);
}

#[test]
fn a_run_that_cannot_print_does_its_work() {
    let _machine = beside_others();
    for job in Job::ALL {
        let proof = Proof::of(job);
        let scene = Scene::new();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = scene.job(job).stdout(Stdio::from(full)).output().unwrap();
        let said = transcript(&output);
        // A record with an id of the caller's can be repeated without harm.
        let code = if job == Job::Record { 0 } else { 74 };
        let is_reported = output.status.code() == Some(code) && said.contains("cannot write");
        assert!(is_reported, "{job:?}: {said}");
        proof.is_once(&scene, false).unwrap();
        proof.holds(&scene, true).unwrap();
    }
}
