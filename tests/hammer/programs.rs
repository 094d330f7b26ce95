//! tokmon itself, run over and over: it records, fixes, archives and reads.

use std::{
    process::Output,
    thread,
    time::{Duration, Instant},
};

use crate::{lines::Id, random::Random, scene::Scene};

/// What runs of one command came to.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    pub(crate) done: usize,
    /// Another program had the log open for too long: nothing was changed.
    pub(crate) put_off: usize,
    pub(crate) failures: Vec<String>,
}

/// What was recorded.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// These are said to be written.
    pub(crate) acknowledged: Vec<Id>,
    pub(crate) failures: Vec<String>,
    pub(crate) took: Vec<Duration>,
}

/// Whether an exit code is none of the given ones, and what was said then.
pub(crate) fn failure(output: &Output, fine: &[i32]) -> Option<String> {
    let code = output.status.code();
    let is_fine = code.is_some_and(|code| fine.contains(&code));
    let out: String = String::from_utf8_lossy(&output.stdout)
        .chars()
        .take(2_000)
        .collect();
    let err = String::from_utf8_lossy(&output.stderr);
    (!is_fine).then(|| format!("{}\n{out}\n{err}", output.status))
}

/// Rewrites the log with a command until the scene is over, with pauses between the runs.
pub(crate) fn rewrite(scene: &Scene, args: &[&str], pause: u64) -> Runs {
    let mut runs = Runs::default();
    let mut random = Random::new(scene.seed ^ pause);
    while scene.goes_on() {
        let output = scene.tokmon(args).output().unwrap();
        // A check that finds something ends with 1.
        match failure(&output, &[0, 1, 75]) {
            Some(failure) => runs.failures.push(format!("{args:?}: {failure}")),
            None if output.status.code() == Some(75) => runs.put_off += 1,
            None => {
                runs.done += 1;
                scene.rewritten();
            }
        }
        thread::sleep(random.millis(pause));
    }
    runs
}

/// Records until the scene is over.
pub(crate) fn record(scene: &Scene, writer: u32) -> Records {
    let mut records = Records::default();
    let mut random = Random::new(scene.seed ^ u64::from(writer));
    for number in 0.. {
        if !scene.goes_on() {
            break;
        }
        record_one(scene, Id { writer, number }, &mut records);
        thread::sleep(random.millis(40));
    }
    records
}

pub(crate) fn record_one(scene: &Scene, id: Id, records: &mut Records) {
    let (tokens, id_text) = (id.tokens().to_string(), id.to_string());
    let args = [
        "record", "--team", "Team B", "--tokens", &tokens, "--id", &id_text,
    ];
    let mut command = scene.tokmon(&args);
    let start = Instant::now();
    let output = command.output().unwrap();
    records.took.push(start.elapsed());
    match failure(&output, &[0]) {
        Some(failure) => records.failures.push(failure),
        None => records.acknowledged.push(id),
    }
}

/// Reads until the scene is over: every time without a failure, without an error in the log, and never less used than before.
pub(crate) fn read(scene: &Scene, pause: u64) -> Runs {
    let mut runs = Runs::default();
    let mut random = Random::new(scene.seed ^ pause);
    let mut used = 0;
    while scene.goes_on() {
        let output = scene.tokmon(&["--json"]).output().unwrap();
        let now = used_tokens(&output);
        runs.failures.extend(failure(&output, &[0]));
        if now < used {
            runs.failures.push(format!("{used} used, then {now}"));
        }
        used = now;
        let output = scene.tokmon(&["check", "--json"]).output().unwrap();
        runs.failures.extend(failure(&output, &[0, 1]));
        let errors = errors(&output.stdout);
        if errors.as_ref() != Some(&Vec::new()) {
            runs.failures.push(format!("found {errors:?}"));
        }
        runs.done += 2;
        thread::sleep(random.millis(pause));
    }
    runs
}

/// The figure that all views begin with.
pub(crate) fn used_tokens(output: &Output) -> u64 {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    report["used"]["tokens"].as_u64().unwrap_or_default()
}

/// The codes of the errors that a check reports. None where its report cannot be read.
pub(crate) fn errors(told: &[u8]) -> Option<Vec<String>> {
    let report: serde_json::Value = serde_json::from_slice(told).ok()?;
    let findings = report["findings"].as_array()?.iter();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    Some(
        errors
            .map(|finding| format!("{} {}", finding["code"], finding["message"]))
            .collect(),
    )
}
