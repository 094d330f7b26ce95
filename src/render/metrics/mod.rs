//! The report for monitoring systems: the text formats of Prometheus and OpenMetrics, the line of a Nagios plugin, and the health of
//! an organization's budget as JSON. What is not known is left out; nothing is judged here that the report does not judge.

mod burn;
mod decisions;
mod exposition;
mod families;
pub mod health;
pub mod nagios;
mod teams;

pub use exposition::Exposition;

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, NaiveTime};

use crate::{
    analysis::{StatusReport, guard::DecisionCounts},
    diagnostic::Findings,
};

/// What the metrics of a log are made from.
#[derive(Clone, Copy, Debug)]
pub struct MetricsPage<'a> {
    pub report: &'a StatusReport,
    pub findings: &'a Findings,
    /// How often the guard decided what.
    pub decisions: &'a DecisionCounts,
    /// Whether the figures are older than the log. Only a program that keeps figures knows.
    pub stale: Option<bool>,
}

/// The metrics of a log in one of the two formats.
pub fn metrics(page: &MetricsPage<'_>, format: Exposition) -> String {
    families::write(page, format)
}

/// Names of which no two are the same, as they are written.
#[derive(Default)]
struct UniqueNames(HashSet<String>);

impl UniqueNames {
    /// The name, with a number where another one is written alike.
    fn unique(&mut self, name: &str, with: impl Fn(&str, usize) -> String) -> String {
        let numbered = (2_usize..).map(|number| with(name, number));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let free = names.find(|name| !self.0.contains(name));
        let free = free.unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

/// When the period of the budget began. None where the log does not say when it was reset.
fn start_of_period(report: &StatusReport) -> Option<DateTime<FixedOffset>> {
    if let Some(period) = &report.period {
        return period.since;
    }
    let midnight = report.month.first_day().and_time(NaiveTime::MIN);
    midnight.and_local_timezone(*report.now.offset()).single()
}
