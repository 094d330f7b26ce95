//! Killed at the entry of a call: `alert`, which sends and then writes that it did, and `budget --reset`, which writes several lines.

use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use serde_json::Value;

use crate::{
    run::{beside_others, hold, or_long, some_of},
    scene::{LOG, Scene},
    trace::{Call, Traced, calls, can_trace, traced, with},
};

const ALERT: [&str; 6] = ["alert", "-q", "--budget", "20K", "-f", LOG];

const RESET: [&str; 8] = [
    "budget", "--reset", "--yes", "--reason", "reset0", "--budget", "20K", "-f",
];

/// A scene whose budget is reset by hand.
fn scene() -> Scene {
    let scene = Scene::new();
    let settings = "[budget]\nreset = \"manual\"\n";
    fs::write(scene.folder.join("tokmon.toml"), settings).unwrap();
    scene
}

fn log(scene: &Scene) -> String {
    fs::read_to_string(scene.log()).unwrap()
}

/// What a command prints.
fn printed(scene: &Scene, args: &[&str]) -> String {
    let output = scene.command::<&str>(&[], args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The calls to kill a command at.
fn kills(args: &[&str]) -> Vec<Call> {
    let mut calls = calls(&scene(), args);
    let first = calls.iter().position(|call| call.text.contains(LOG));
    let mut own = calls.split_off(first.unwrap());
    own.retain(|call| !call.is_inward());
    some_of(&own, or_long(24, usize::MAX))
}

/// Kills a command at each of these calls. `holds` says what must be true of the scene then.
fn killed(
    what: &str,
    args: &[&str],
    holds: impl Fn(&Scene, &Call, &Traced) -> Result<(), String> + Sync,
) {
    let (kills, hits) = (kills(args), AtomicUsize::new(0));
    hold(what, &kills, |call| {
        let scene = scene();
        let traced = traced(&scene, &with(call, "signal=KILL"), args);
        hits.fetch_add(usize::from(traced.is_killed()), Relaxed);
        holds(&scene, call, &traced)
    });
    let hits = hits.into_inner();
    assert!(hits * 10 >= kills.len() * 9, "only {hits} were killed");
}

fn check(is_so: bool, what: &str, text: &str) -> Result<(), String> {
    if is_so {
        Ok(())
    } else {
        Err(format!("{what}\n{text}"))
    }
}

#[test]
fn an_alert_that_is_killed_loses_no_notice_and_writes_none_twice() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let undisturbed = scene();
    let before = log(&undisturbed);
    let notices = printed(&undisturbed, &ALERT);
    let after = log(&undisturbed);
    assert!(!notices.is_empty() && after.contains("[NOTIFY]"), "{after}");
    killed("killed alerts", &ALERT, |scene, call, killed| {
        let is_sent = String::from_utf8_lossy(&killed.output.stdout) == notices;
        let left = log(scene);
        let is_whole = left == before || left == after && is_sent;
        check(is_whole, &format!("left by a kill at {call}"), &left)?;
        let again = printed(scene, &ALERT);
        let is_due = left == before;
        let is_right = again.contains(&notices) == is_due && log(scene) == after;
        check(is_right, &format!("the run after a kill at {call}"), &again)
    });
}

#[test]
fn a_reset_that_is_killed_is_made_wholly_or_not_at_all() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let args = [&RESET[..], &[LOG]].concat();
    let without_ids = |text: &str| {
        let lines = text.lines();
        let lines = lines.map(|line| line.split(" id=").next().unwrap().to_owned() + "\n");
        lines.collect::<String>()
    };
    let undisturbed = scene();
    let before = log(&undisturbed);
    printed(&undisturbed, &args);
    let after = without_ids(&log(&undisturbed));
    assert!(after.contains("event=baseline"), "{after}");
    killed("killed resets", &args, |scene, call, _| {
        let left = log(scene);
        let is_whole = left == before || without_ids(&left) == after;
        check(is_whole, &format!("left by a kill at {call}"), &left)?;
        printed(scene, &args);
        let json = printed(scene, &["budget", "--json", "--budget", "20K", "-f", LOG]);
        let budget: Value = serde_json::from_str(&json).unwrap();
        let is_reset = budget["caps"][0]["used"] == 0;
        check(is_reset, &format!("the run after a kill at {call}"), &json)
    });
}
