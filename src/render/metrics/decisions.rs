//! The metrics of what the guard decided.

use std::collections::BTreeMap;

use super::exposition::{MetricKind, MetricsText};
use crate::analysis::guard::{DecisionCounts, GuardAnswer, GuardReason};

/// What the guard may decide, and why. Those that it did not decide yet are 0: a counter that begins with 1 has not increased.
const DECISIONS: [(GuardAnswer, &[GuardReason]); 3] = [
    (
        GuardAnswer::Allow,
        &[
            GuardReason::WithinCaps,
            GuardReason::NoCaps,
            GuardReason::Override,
            GuardReason::UnderHold,
        ],
    ),
    (
        GuardAnswer::Downgrade,
        &[
            GuardReason::Level,
            GuardReason::MoneyLeft,
            GuardReason::Cap,
            GuardReason::UnderHold,
        ],
    ),
    (
        GuardAnswer::Deny,
        &[
            GuardReason::Level,
            GuardReason::MoneyLeft,
            GuardReason::Cap,
            GuardReason::NoCheaperModel,
            GuardReason::UnknownTeam,
        ],
    ),
];

pub fn write(decisions: &DecisionCounts, text: &mut MetricsText) {
    let possible = DECISIONS.iter().flat_map(|(answer, reasons)| {
        let reasons = reasons.iter();
        reasons.map(|reason| ((*answer, *reason), 0))
    });
    let mut counts: BTreeMap<_, u64> = possible.collect();
    counts.extend(&decisions.0);
    let samples = counts.iter().map(|((answer, reason), count)| {
        let labels = vec![
            ("decision", answer.to_string()),
            ("reason", reason.to_string()),
        ];
        (labels, count.to_string())
    });
    text.family(
        "tokmon_guard_decisions_total",
        MetricKind::Counter,
        "Decisions of `tokmon guard`, by what was decided and why.",
        samples,
    );
}
