//! What the charts of a month and of its first day share: the scale, and the line below.

use crate::{analysis::StatusReport, model::Tokens, render::RuleLine};

/// The tokens at the top, not below the highest of the curves, and the budget as a rule. None if both are 0.
pub fn ceiling(report: &StatusReport, highest: u64) -> Option<(u64, Vec<RuleLine>)> {
    // A budget far above the curves would press them into the lowest row.
    let budget = report
        .budget
        .tokens
        .filter(|budget| budget.0 / 4 <= highest);
    let top = highest.max(budget.unwrap_or_default().0);
    let rule = |budget: Tokens| RuleLine {
        tokens: budget.0,
        label: budget.compact(),
    };
    (top > 0).then(|| (top, budget.map(rule).into_iter().collect()))
}

/// The line below a chart: one label at the left, one at a column if there is room before `end`, one at the right edge.
pub fn axis(
    (scale, columns): (usize, usize),
    start: &str,
    middle: Option<(usize, &str)>,
    end: &str,
) -> String {
    let mut line = start.to_owned();
    if let Some((column, label)) = middle {
        line = format!("{line:<column$}{label}");
    }
    let room = columns.saturating_sub(end.len());
    format!("{:width$}{line:<room$}{end}", "", width = scale + 2)
}
