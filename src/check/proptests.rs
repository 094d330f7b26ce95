//! No edit brings findings about what it wrote itself.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::findings_of;
use crate::{
    diagnostic::Code,
    edit::{
        LogSet, Revision,
        proptests::log,
        tests::{fix_text, settle_text},
    },
};

/// The number of findings of each kind.
fn findings(text: &str) -> BTreeMap<Code, usize> {
    let log_set = LogSet {
        now: Some("2026-02-23T09:30:00Z".parse().unwrap()),
        ..LogSet::default()
    };
    let findings = findings_of(&Revision::read(text, &log_set), &log_set);
    let mut counts = BTreeMap::new();
    for finding in findings.kept() {
        *counts.entry(finding.code).or_default() += 1;
    }
    counts
}

fn assert_no_more(before: &str, after: &str) -> Result<(), TestCaseError> {
    let had = findings(before);
    for (code, count) in findings(after) {
        prop_assert!(
            had.get(&code).is_some_and(|had| *had >= count),
            "{code}: {count} after, {had:?} before:\n{before}\n=== after\n{after}"
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn settling_brings_no_findings(text in log()) {
        let now = "2026-02-26T09:30:00Z".parse().unwrap();
        assert_no_more(&text, &settle_text(&text, now).0)?;
    }

    #[test]
    fn fixing_brings_no_findings(text in log()) {
        let now = "2026-02-26T09:30:00Z".parse().unwrap();
        assert_no_more(&text, &fix_text(&text, now))?;
    }
}
