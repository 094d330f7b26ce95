//! The fixtures with known totals, in every order of their files.

#![expect(clippy::disallowed_methods, reason = "the fixtures are files")]

use std::{collections::BTreeMap, fs, path::Path};

use super::*;
use crate::import::truth_tests::CaseTotals;

/// The transcripts below a folder, with their paths below it.
fn files_below(folder: &Path) -> Vec<TestFile> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(folder).unwrap().to_str().unwrap();
            if kind_of(below).is_none() {
                continue;
            }
            let meta = fs::read(path.with_extension("meta.json")).ok();
            files.push(TestFile {
                meta,
                ..TestFile::new(below, fs::read(&path).unwrap())
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// All orders of some files.
fn orders(files: &[TestFile]) -> Vec<Vec<TestFile>> {
    let Some((first, rest)) = files.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut order = order.clone();
            order.insert(place, first.clone());
            all.push(order);
        }
    }
    all
}

#[test]
fn all_fixtures_are_right_in_every_order_of_their_files() {
    let truth = fs::read("fixtures/import/truth.json").unwrap();
    let truth: BTreeMap<String, CaseTotals> = serde_json::from_slice(&truth).unwrap();
    let mut cases = 0;
    for (name, truth) in truth {
        if truth.source != "claude" {
            continue;
        }
        cases += 1;
        let files = files_below(&Path::new("fixtures/import/cases").join(&name));
        let whole = read(&files);
        assert_eq!(CaseTotals::of("claude", &whole), truth, "{name}");
        for order in orders(&files) {
            let other = read(&order);
            assert_eq!(other.origins, whole.origins, "{name}");
            assert_eq!(other.responses, whole.responses, "{name}");
            assert_eq!(other.skipped, whole.skipped, "{name}");
        }
    }
    assert!(cases >= 31, "{cases}");
}
