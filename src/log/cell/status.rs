//! The state of a piece of work: a symbol, a word, or both.

use super::{is_absent, split_while};
use crate::model::Status;

/// Reads a symbol, a word or both; anything else is kept as it is written, as [`Status::Other`].
pub fn status(text: &str) -> Option<Status> {
    let text = text.trim();
    if is_absent(text) {
        return None;
    }
    let (symbol, word) = split_while(text, |c| !c.is_alphanumeric());
    let mut by_symbols = symbol.chars().filter_map(|c| match c {
        '✅' | '✔' | '✓' => Some(Status::Done),
        '⏳' | '⌛' => Some(Status::Pending),
        '🔄' => Some(Status::Running),
        '❌' | '✗' | '✘' => Some(Status::Failed),
        _ => None,
    });
    let by_symbol = by_symbols.next();
    let contradict = by_symbols.any(|other| Some(&other) != by_symbol.as_ref());
    let known = match (by_symbol, status_word(word)) {
        _ if contradict => None,
        (Some(symbol), Some(word)) => (symbol == word).then_some(word),
        (symbol, word) => word.or(symbol),
    };
    Some(known.unwrap_or_else(|| Status::Other(text.to_owned())))
}

fn status_word(text: &str) -> Option<Status> {
    let (first, _) = split_while(text, |c| c.is_alphabetic() || c == '_');
    match first.to_ascii_lowercase().as_str() {
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
