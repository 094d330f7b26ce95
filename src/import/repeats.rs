//! Responses that the log counts under another session than their own: one that repeats them and was imported first. What is appended is
//! for `plan` to decide.

use std::collections::HashMap;

use super::{LoggedUnit, Transcripts, Unit, rest::last_of, unit::chained};
use crate::model::{TokenCounts, Tokens};

/// What the log has of responses as parts of units that repeat them, by the indexes of the responses.
///
/// The total in the newest id of a unit says how much of its history the log knows. If repeated responses were left out of its rows, these
/// have fewer tokens than that total. Rows that do not state every class leave that open: then the log is taken to have all of them.
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
            *elsewhere.entry(index).or_default() += response.tokens.saturating_sub(&rest);
        }
    }
    elsewhere
}
