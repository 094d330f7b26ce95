//! What a log has of responses that it counted as those of another session: one that repeats them, and was imported before the session
//! that they are of. What is appended is for `plan` to decide.

use std::collections::HashMap;

use super::{
    LoggedUnit, Transcripts, Unit,
    rest::{last_of, without},
    unit::chained,
};
use crate::model::{TokenCounts, Tokens};

/// What the log has of responses as parts of units that repeat them, by the indexes of the responses.
///
/// The total in the newest id of a unit says how much of its history the log knows. Where what is repeated was left out, the rows of the
/// unit have fewer tokens than that total. They may not state every class: then the session that comes first in the log is taken to be the
/// one that was imported first.
pub fn logged_elsewhere<'u>(
    units: impl Iterator<Item = &'u Unit>,
    transcripts: &Transcripts,
    totals: &HashMap<String, Tokens>,
    logged: &HashMap<String, LoggedUnit>,
) -> HashMap<u32, TokenCounts> {
    let mut elsewhere: HashMap<u32, TokenCounts> = HashMap::new();
    for unit in units.filter(|unit| !unit.repeats.is_empty()) {
        let Some(known) = totals.get(&unit.id) else {
            continue;
        };
        let stated = logged.get(&unit.id).map(|logged| chained(&logged.tokens));
        let (mut left, mut own) = (known.0, 0_u64);
        let mut repeats = Vec::new();
        for past in unit.history(transcripts) {
            let part = chained(&past.response.tokens).0.min(left);
            left -= part;
            match past.counted {
                Some(response) if past.is_repeat => repeats.push((response, past.response, part)),
                _ => own = own.saturating_add(part),
            }
        }
        let mut left = stated.unwrap_or(*known).0.saturating_sub(own);
        // What was left out is what its own session had by then: the earlier responses.
        for (index, response, part) in repeats.into_iter().rev() {
            let counted = part.min(left);
            left -= counted;
            if counted == 0 {
                continue;
            }
            let weight = chained(&response.tokens).0;
            let rest = last_of(&response.tokens, weight - counted);
            *elsewhere.entry(index).or_default() += without(&response.tokens, &rest);
        }
    }
    elsewhere
}
