//! Two branches that record, merged by git with `merge=union`: both count, whichever is merged into the other.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use super::{Months, Scene, agreed, fix, record, reported};
use crate::{random::Random, reader::Month};

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=tester",
            "-c",
            "user.email=tester@example.com",
        ])
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-config"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn commit(folder: &Path) {
    git(folder, &["add", "."]);
    let message = ["commit", "--quiet", "--allow-empty", "-m", "one more"];
    git(folder, &message);
}

/// Merges two or three branches that only recorded. Checks that the merged log, and what a fix makes of it, say the sum of all.
pub(crate) fn merge(scene: &Scene, random: &mut Random, id: &str, before: &Months) -> Months {
    let folder = &scene.folder;
    git(folder, &["init", "--quiet"]);
    fs::write(folder.join(".gitattributes"), "*.md merge=union\n").unwrap();
    fs::write(folder.join(".gitignore"), "*\n!*.md\n!archive\n!.git*\n").unwrap();
    commit(folder);
    git(folder, &["checkout", "--quiet", "-B", "base"]);
    let mut expected = before.clone();
    let count = 2 + random.below(2);
    for branch in 0..count {
        let name = format!("branch-{branch}");
        git(folder, &["checkout", "--quiet", "-B", &name, "base"]);
        let mut own = before.clone();
        for number in 0..=random.below(3) {
            own = record(scene, random, &format!("{id}-{branch}-{number}"), &own);
        }
        commit(folder);
        add_difference(&mut expected, before, &own, scene.month);
    }
    // The last branch is the one that the others are merged into.
    for branch in 0..count - 1 {
        git(
            folder,
            &[
                "merge",
                "--quiet",
                "-m",
                "both",
                &format!("branch-{branch}"),
            ],
        );
    }
    let month = &expected[scene.month];
    let tokens = |month: &Month| (month.teams.clone(), month.days.clone());
    let merged = reported(scene, scene.month);
    assert_eq!(tokens(&merged), tokens(month), "after a merge");
    fix(scene);
    let after = agreed(scene, "after a merge and a fix");
    assert_eq!(after[scene.month], merged, "after a merge and a fix");
    after
}

/// Adds what one branch recorded in a month to what all of them say.
fn add_difference(all: &mut Months, before: &Months, after: &Months, month: &str) {
    let nothing = Month::default();
    let (before, after) = (before.get(month).unwrap_or(&nothing), &after[month]);
    let all = all.entry(month.to_owned()).or_default();
    let add = |all: &mut BTreeMap<String, u64>,
               before: &BTreeMap<String, u64>,
               after: &BTreeMap<String, u64>| {
        for (name, tokens) in after {
            let more = tokens - before.get(name).unwrap_or(&0);
            if more > 0 {
                *all.entry(name.clone()).or_default() += more;
            }
        }
    };
    add(&mut all.teams, &before.teams, &after.teams);
    add(&mut all.days, &before.days, &after.days);
}
