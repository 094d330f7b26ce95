//! The metrics of what the guard decided.

use super::exposition::{MetricKind, MetricsText};
use crate::analysis::guard::DecisionCounts;

pub fn write(decisions: &DecisionCounts, text: &mut MetricsText) {
    let counts = decisions.with_zeros().0;
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
