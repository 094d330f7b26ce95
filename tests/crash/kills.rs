//! Killed at the entry of every call, once and twice. Wherever that is, one more run makes everything right.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use crate::{
    proof::Proof,
    run::{Dice, beside_others, hold, is_long, or_long, say, some_of},
    scene::{Job, Scene},
    trace::{Call, calls, can_trace, own_calls, traced, with},
};

const KILL: &str = "signal=KILL";

/// Kills a job at every call, or at some in a short run. Gives the calls that something was left at.
fn killed_once(job: Job) -> Vec<Call> {
    if !can_trace() {
        return Vec::new();
    }
    let _machine = beside_others();
    let proof = Proof::of(job);
    let mut all = calls(&Scene::new(), job.args());
    let count = all.len();
    if !is_long() {
        all = own_calls(job);
        all.retain(|call| !call.is_inward());
        all = some_of(&all, 20);
    }
    let cases: Vec<(Call, bool)> = if is_long() {
        let both = |call: &Call| [(call.clone(), false), (call.clone(), true)];
        all.iter().flat_map(both).collect()
    } else {
        let cases = all.iter().cloned().enumerate();
        cases.map(|(at, call)| (call, at % 3 != 0)).collect()
    };
    let (hits, left) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let what = format!("killed at {} of {count} calls of {job:?}", all.len());
    hold(&what, &cases, |(call, is_echoed)| {
        let scene = Scene::new();
        let killed = traced(&scene, &with(call, KILL), job.args());
        hits.fetch_add(usize::from(killed.is_killed()), Relaxed);
        if scene.is_unfinished() {
            left.lock().unwrap().push(call.clone());
        }
        let held = proof.holds(&scene, *is_echoed);
        held.map_err(|fault| format!("{job:?} killed at {call}, echo {is_echoed}: {fault}"))
    });
    let (hits, left) = (hits.into_inner(), left.into_inner().unwrap());
    say(&format!(
        "  {hits} of {} were killed, {} left something to the next run",
        cases.len(),
        left.len()
    ));
    assert!(hits * 10 >= cases.len() * 9, "only {hits} were killed");
    assert!(!left.is_empty(), "nothing was ever left to be done");
    left
}

#[test]
fn a_record_that_is_killed_is_recorded_once() {
    killed_once(Job::Record);
}

#[test]
fn a_fix_that_is_killed_leaves_a_whole_log() {
    killed_once(Job::Fix);
}

#[test]
fn a_move_that_is_killed_is_made_once() {
    killed_once(Job::Archive);
}

/// The calls at which a run of a job leaves a journal, or the beginning of one: from the journal's own file to its removal.
fn unfinished(job: Job) -> Vec<Call> {
    let all = own_calls(job);
    let made = |call: &Call| call.text.contains(".journal.new\", O_WRONLY");
    let gone = |call: &Call| call.text.contains(".journal\", 0)");
    let first = all.iter().position(made).unwrap();
    let last = all.iter().rposition(gone).unwrap();
    let calls = all[first + 1..=last].iter();
    calls.filter(|call| !call.is_inward()).cloned().collect()
}

#[test]
fn a_run_that_is_killed_and_then_its_recovery_are_made_good() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let mut dice = Dice::new(0x2026_0226_1200_0000);
    let mut cases = Vec::new();
    let each = or_long(10, 220);
    let proofs = Job::ALL.map(Proof::of);
    for (at, job) in Job::ALL.into_iter().enumerate() {
        let first = unfinished(job);
        let decided = first
            .iter()
            .find(|call| call.text.contains(".journal\", 0)"));
        let scene = Scene::new();
        traced(&scene, &with(decided.unwrap(), KILL), job.args());
        let mut second = calls(&scene, job.args());
        second.retain(|call| !call.is_inward());
        for _ in 0..each {
            let pick = |calls: &[Call], dice: &mut Dice| calls[dice.below(calls.len())].clone();
            let pair = (pick(&first, &mut dice), pick(&second, &mut dice));
            cases.push((at, pair, dice.below(2) == 0));
        }
    }
    let both = AtomicUsize::new(0);
    hold(
        "killed twice",
        &cases,
        |(at, (first, second), is_echoed)| {
            let (proof, scene) = (&proofs[*at], Scene::new());
            let job = proof.job;
            let one = traced(&scene, &with(first, KILL), job.args());
            let other = traced(&scene, &with(second, KILL), job.args());
            both.fetch_add(usize::from(one.is_killed() && other.is_killed()), Relaxed);
            let held = proof.holds(&scene, *is_echoed);
            held.map_err(|fault| format!("{job:?} killed at {first}, then at {second}: {fault}"))
        },
    );
    let both = both.into_inner();
    say(&format!(
        "  {both} of {} were killed both times",
        cases.len()
    ));
    assert!(both * 2 > cases.len());
}

#[test]
fn a_copy_of_what_a_kill_left_is_completed() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let proofs = Job::ALL.map(Proof::of);
    let mut cases = Vec::new();
    for (at, job) in Job::ALL.into_iter().enumerate() {
        let calls = some_of(&unfinished(job), or_long(6, usize::MAX));
        cases.extend(calls.into_iter().map(|call| (at, call)));
    }
    hold("copies of what a kill left", &cases, |(at, call)| {
        let (proof, scene) = (&proofs[*at], Scene::new());
        let job = proof.job;
        traced(&scene, &with(call, KILL), job.args());
        let held = proof.holds(&scene.copied(), call.nth % 2 == 0);
        held.map_err(|fault| format!("{job:?} killed at {call}, copied: {fault}"))
    });
}
