//! Events: `event=override`, `reset` and others, of a month.

use chrono::DateTime;
use memchr::memmem;

use super::{Read, cost, tokens, unread};
use crate::{
    diagnostic::Diagnostic,
    log::lines::Pairs,
    model::{EventKind, LineEvent, LogEvent, Month},
    text::Place,
};

pub(super) fn read<'a>(line: &'a str, rest: &'a str, place: Place) -> Read<LineEvent<'a>> {
    // Other programs write what they like: their events name no month.
    if memmem::find(rest.as_bytes(), b"month=").is_none() {
        return Ok(LineEvent::Hook);
    }
    let is_own = |word: &str| EventKind::ALL.iter().any(|kind| kind.word() == word);
    let mut words = rest.split_ascii_whitespace();
    let pairs = match Pairs::read(line, rest, place) {
        Ok(pairs) if pairs.get("month").is_none() => return Ok(LineEvent::Hook),
        Ok(pairs) => pairs,
        Err(problem) if words.any(|word| word.strip_prefix("event=").is_some_and(is_own)) => {
            return Err(problem);
        }
        Err(_) => return Ok(LineEvent::Hook),
    };
    let Some(written) = pairs.get("event") else {
        return Ok(LineEvent::Hook);
    };
    let mut kinds = EventKind::ALL.into_iter();
    let Some(kind) = kinds.find(|kind| kind.word() == written) else {
        return match meant(written) {
            Some(kind) => Err(misspelled(&pairs, written, kind)),
            None => Ok(LineEvent::Hook),
        };
    };
    let text = |key| pairs.get(key).cloned();
    let time = match pairs.get("time") {
        Some(text) => {
            let expected = "an RFC 3339 time like `2026-02-25T10:18:00+09:00`";
            let time = DateTime::parse_from_rfc3339(text);
            time.map_err(|_| unread(&pairs, "time", text, expected))?
        }
        None => pairs.time,
    };
    let month = match pairs.get("month") {
        Some(text) => text
            .parse()
            .map_err(|_| unread(&pairs, "month", text, "a month like `2026-02`"))?,
        None => Month::of(time.date_naive()),
    };
    Ok(LineEvent::Event(Box::new(LogEvent {
        by: text("by"),
        reason: text("reason"),
        team: match kind {
            EventKind::Baseline => Some(pairs.need("team")?.clone()),
            _ => text("team"),
        },
        tokens: tokens(&pairs, "tokens")?,
        cost: match pairs.get("cost") {
            Some(text) => Some(cost(&pairs, "cost", text)?),
            None => None,
        },
        unpriced: tokens(&pairs, "unpriced")?,
        id: text("id"),
        ..LogEvent::new(kind, time, month)
    })))
}

/// The kind of event that a word is a misspelling of.
fn meant(word: &str) -> Option<EventKind> {
    let folded: String = word.to_lowercase().replace(['-', '_'], "");
    let is_near = |kind: &EventKind| {
        let known = kind.word();
        let is_long = known.len() > "reset".len();
        folded == known || is_long && strsim::damerau_levenshtein(&folded, known) <= 1
    };
    EventKind::ALL.into_iter().find(is_near)
}

fn misspelled(pairs: &Pairs<'_>, written: &str, kind: EventKind) -> Box<Diagnostic> {
    let mut problem = unread(pairs, "event", written, &format!("`{}`", kind.word()));
    "the event of this line is misspelled, so it is not counted".clone_into(&mut problem.message);
    problem
}
