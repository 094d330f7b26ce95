//! Derived figures: totals of tables, budget status, efficiency metrics, `Last Updated`.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use super::{
    Document, LogSet, Revision, notes,
    revision::Proposal,
    sections::NewSections,
    totals::{self, Basis},
};
use crate::{
    analysis::ReconciledMonth,
    model::{Month, Policy},
    text::Edit,
};

pub type Timestamp = DateTime<FixedOffset>;

/// The figures that follow from what an edit changes.
pub(super) struct Derived<'r> {
    document: &'r Document,
    policy: &'r Policy,
    newest: Option<ReconciledMonth<'r>>,
    pub(super) basis: Basis,
    pub(super) sections: NewSections<'r>,
    /// The deliverables of teams, if the newest month changes.
    counts: Option<BTreeMap<String, u64>>,
}

impl<'r> Derived<'r> {
    pub(super) fn new(revision: &'r Revision, log_set: &'r LogSet) -> Self {
        let document = &revision.document;
        let ledger = &revision.ledger;
        let newest = ledger.newest_month();
        let newest = newest.and_then(|month| ledger.find_month(month));
        let basis = Basis::of(newest.as_ref(), &log_set.policy);
        Self {
            document,
            policy: &log_set.policy,
            sections: NewSections::new(document, basis),
            basis,
            newest,
            counts: None,
        }
    }

    /// Notes that a month changes. The notes of the log are about the newest one.
    pub(super) fn touch(&mut self, month: Month, counts: BTreeMap<String, u64>) {
        let newest = self.newest.as_ref();
        if newest.is_some_and(|newest| newest.month == month) {
            self.counts = Some(counts);
        }
    }

    pub(super) fn notes(&mut self) -> Vec<Edit> {
        let Some((newest, counts)) = self.newest.as_ref().zip(self.counts.as_ref()) else {
            return Vec::new();
        };
        let (document, policy) = (self.document, self.policy);
        let mut edits = notes::status(document, newest, policy);
        let metrics = notes::efficiency(document, newest, policy, counts, &mut self.sections);
        edits.extend(metrics);
        edits
    }
}

/// Proposes to bring every derived figure of a log up to date that contradicts what it follows from.
pub fn recalculate(revision: &Revision, log_set: &LogSet) -> Proposal {
    let mut derived = Derived::new(revision, log_set);
    derived.counts = Some(BTreeMap::new());
    let mut edits = totals::recalculate(&revision.document, derived.basis);
    edits.extend(derived.notes());
    edits.into()
}
