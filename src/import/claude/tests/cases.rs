//! The fixtures with known totals, in every order of their files.

#![expect(clippy::disallowed_methods, reason = "the fixtures are files")]

use std::fs;

use super::*;
use crate::import::truth_tests::{CaseTotals, cases, folder_of};

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
    let cases = cases("claude", kind_of);
    assert!(cases.len() >= 31, "{}", cases.len());
    for (name, files, totals) in cases {
        let files: Vec<TestFile> = files
            .into_iter()
            .map(|(path, text)| TestFile {
                meta: fs::read(folder_of(&name).join(&path).with_extension("meta.json")).ok(),
                ..TestFile::new(&path, text)
            })
            .collect();
        let whole = read(&files);
        assert_eq!(CaseTotals::of("claude", &whole), totals, "{name}");
        for order in orders(&files) {
            let other = read(&order);
            assert_eq!(other.origins, whole.origins, "{name}");
            assert_eq!(other.responses, whole.responses, "{name}");
            assert_eq!(other.skipped, whole.skipped, "{name}");
        }
    }
}
