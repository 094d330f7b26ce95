//! The state of a piece of work: a symbol, a word, or both.

use super::is_absent;
use crate::model::Status;

/// Reads a symbol, a word or both; anything else is kept as it is written, as [`Status::Other`].
#[must_use]
pub fn status(text: &str) -> Option<Status> {
    let text = text.trim();
    if is_absent(text) {
        return None;
    }
    let word = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (symbol, word) = (
        text.get(..text.len() - word.len()).unwrap_or_default(),
        word,
    );
    let mut by_symbols = symbol.chars().filter_map(|c| match c {
        '✅' | '✔' | '✓' => Some(Status::Done),
        '⏳' | '⌛' => Some(Status::Pending),
        '🔄' => Some(Status::Running),
        '❌' | '✗' | '✘' => Some(Status::Failed),
        _ => None,
    });
    let by_symbol = by_symbols.next();
    if by_symbols.any(|other| Some(&other) != by_symbol.as_ref()) {
        return Some(Status::Other(text.to_owned()));
    }
    let by_word = status_word(word);
    Some(match (by_symbol, by_word) {
        (Some(symbol), Some(word)) if symbol != word => Status::Other(text.to_owned()),
        (_, Some(status)) | (Some(status), None) => status,
        (None, None) => Status::Other(text.to_owned()),
    })
}

fn status_word(text: &str) -> Option<Status> {
    let end = text
        .find(|c: char| !c.is_alphabetic() && c != '_')
        .unwrap_or(text.len());
    let first = text.get(..end)?.to_ascii_lowercase();
    match first.as_str() {
        "complete" | "completed" | "done" | "finished" => Some(Status::Done),
        "pending" | "todo" | "planned" | "queued" | "waiting" => Some(Status::Pending),
        "in_progress" | "running" | "active" | "wip" => Some(Status::Running),
        "in" if text.to_ascii_lowercase().starts_with("in progress") => Some(Status::Running),
        "failed" | "blocked" | "cancelled" | "canceled" => Some(Status::Failed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_symbol_or_a_word_or_both() {
        let table = [
            ("✅ COMPLETE", Status::Done),
            ("✅", Status::Done),
            ("done", Status::Done),
            ("✅ shipped", Status::Done),
            ("⏳ PENDING", Status::Pending),
            ("🔄 IN_PROGRESS", Status::Running),
            ("In progress", Status::Running),
            ("running (2 of 3)", Status::Running),
            ("❌ FAILED", Status::Failed),
            ("BLOCKED", Status::Failed),
            ("✅ PENDING", Status::Other("✅ PENDING".to_owned())),
            ("🚀 launched", Status::Other("🚀 launched".to_owned())),
            ("in review", Status::Other("in review".to_owned())),
        ];
        for (text, expected) in table {
            assert_eq!(status(text), Some(expected), "{text}");
        }
        assert_eq!(status(" — "), None);
    }
}
