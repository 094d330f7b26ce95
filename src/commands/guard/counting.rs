//! How often the guard answered what, in a file beside the log, for metrics.

use crate::{
    analysis::guard::{DecisionCounts, GuardDecision},
    commands::run::Run,
    failure::Failure,
    session::LogFiles,
    store,
};

/// The file beside the log that counts decisions.
const DECISIONS: &str = "decisions";

/// From this size on, in bytes, the lines of decisions are summed up.
const MOST_DECISIONS: u64 = 64 * 1024;

/// Counts a decision, for metrics. That this fails, as in a folder that cannot be written, changes no answer.
pub fn count(log: &LogFiles, decision: &GuardDecision, run: &mut Run<'_, '_>) {
    let (Some(path), Ok(now)) = (&log.path, run.now()) else {
        return;
    };
    let line = DecisionCounts::line(decision, now);
    let compact = (
        MOST_DECISIONS,
        &DecisionCounts::compacted as &dyn Fn(&str) -> String,
    );
    let counted = store::append_state(path, DECISIONS, &line, compact);
    if let Err(error) = counted.map_err(Failure::from)
        && run.global.verbose
    {
        run.note(format_args!("the decision is not counted: {error}"));
    }
}

/// The decisions that were counted beside a log.
pub fn counts(log: &LogFiles) -> DecisionCounts {
    let path = log.path.as_ref();
    let read = path.map(|path| store::read_state(path, DECISIONS));
    let bytes = read.and_then(Result::ok).unwrap_or_default();
    DecisionCounts::parse(&String::from_utf8_lossy(&bytes))
}
