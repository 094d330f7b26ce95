//! Whole texts in and out, for callers that do not hold revisions yet.

use super::{LogSet, Revision, Timestamp, Tolerance, settle, sync_summary};
use crate::{model::Month, text::Overlap};

/// A text after settling; the old one where nothing was to settle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub text: String,
    pub lines: usize,
    pub left: usize,
}

pub fn settled(text: &str, log_set: &LogSet, now: Timestamp) -> Result<Settled, Overlap> {
    let revision = Revision::read(text, log_set);
    let mut settlement = settle(&revision, log_set);
    let unchanged = Settled {
        text: text.to_owned(),
        lines: 0,
        left: settlement.lines + settlement.left,
    };
    if settlement.proposal.is_empty() {
        return Ok(unchanged);
    }
    settlement.proposal.stamp(&revision, now);
    Ok(match revision.apply(settlement.proposal, log_set) {
        Ok(after) => Settled {
            text: after.into_text(),
            lines: settlement.lines,
            left: settlement.left,
        },
        Err(_) => unchanged,
    })
}

pub fn raised(
    text: &str,
    log_set: &LogSet,
    months: &[Month],
    now: Timestamp,
) -> Result<String, Overlap> {
    let revision = Revision::read(text, log_set);
    let mut proposal = sync_summary(&revision, log_set, months, Tolerance::None);
    if proposal.is_empty() {
        return Ok(text.to_owned());
    }
    proposal.stamp(&revision, now);
    Ok(revision
        .apply(proposal, log_set)
        .map_or_else(|_| text.to_owned(), Revision::into_text))
}
