//! A log in another form says the same after `tokmon migrate`, and its original is kept.

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    Checked,
    corpus::{NOW, logs},
    for_each_log, program, tables,
};

/// What a log says, with its budgets.
fn said(path: &Path) -> (program::Reading, String) {
    let reading = program::read_file(path, NOW);
    let mut text = reading.figures();
    for budget in &reading.budgets {
        let _ = writeln!(text, "budget: {budget}");
    }
    (reading, text)
}

/// Migrates a log. It is right that it says the same afterwards, or that it is refused and nothing changes.
fn migrated(log: &str) -> Checked {
    let place = tempfile::tempdir().unwrap();
    let path = program::write(place.path(), log);
    let original = path.parent().unwrap().join("archive/usage-v1.md");
    let (before, mut right) = said(&path);
    let ran = program::run(&path, &["migrate", "--json"], NOW);
    let (_, mut found) = said(&path);
    let answer = program::json(&ran);
    if ran.status.success() {
        let is_own = answer["migrated"] == false;
        let is_kept = is_own || fs::read(&original).is_ok_and(|kept| kept == log.as_bytes());
        let again = program::json(&program::run(&path, &["migrate", "--json"], NOW));
        let check = program::json(&program::run(&path, &["check", "--json"], NOW));
        let findings = check["findings"].as_array().unwrap();
        let mut errors: Vec<_> = findings
            .iter()
            .filter(|finding| finding["severity"] == "error")
            .collect();
        errors.retain(|_| !is_own);
        right += "kept, then v2.0 without errors\n";
        if is_kept && again["migrated"] == false && errors.is_empty() {
            found += "kept, then v2.0 without errors\n";
        } else {
            let _ = writeln!(found, "kept: {is_kept}, again: {again}, errors: {errors:?}");
        }
    } else {
        right += "refused\n";
        let mut findings = before.findings.iter();
        let is_unreadable = before.code != 0 || findings.any(|(_, code)| code == "TM001");
        let is_same = fs::read(&path).unwrap() == log.as_bytes() && !original.exists();
        if is_unreadable && is_same && ran.status.code() == Some(65) {
            found += "refused\n";
        } else {
            found += &String::from_utf8_lossy(&ran.stderr);
        }
    }
    Checked {
        log: log.to_owned(),
        right,
        found,
    }
}

#[test]
fn logs_of_all_kinds_say_the_same_after_migration() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/foreign");
    let mut paths = Vec::new();
    logs(&folder, &mut paths);
    let mut wrong = String::new();
    for path in paths {
        let checked = migrated(&fs::read_to_string(&path).unwrap());
        if checked.right != checked.found {
            let Checked { right, found, .. } = checked;
            let name = path.strip_prefix(&folder).unwrap().display();
            let _ = writeln!(wrong, "=== {name}\n--- before\n{right}--- after\n{found}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn generated_logs_say_the_same_after_migration() {
    for_each_log(30, |random| migrated(&tables::log(random).text));
}
