//! Transcripts of Claude Code (checked against 2.1.332): a JSON object on each line, several lines for a response, and copies of lines in
//! other files. `parse` reads a line, `file` says whose it is, `merge` joins the lines of a response, and `finish` leaves out replays.

mod file;
mod finish;
mod json;
mod link;
mod merge;
mod number;
mod parse;
mod shared;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{
    FileKind, Line, Reader, Skipped, TranscriptFile, Transcripts,
    json_line::{BOM, Needed, is_utf_16},
};
use file::SessionFile;
use link::Link;
use merge::{FoundLine, Merge, SharedValues};

pub use file::kind_of;

/// Reads transcripts of Claude Code.
///
/// Every response counts once, including those of branches that were rewound and of conversations that were compacted: they were paid for.
pub struct ClaudeReader {
    file: SessionFile,
    shared: SharedValues,
    merge: Merge,
    /// The kinds of agents, by their ids. Only files of subagents state them.
    agent_kinds: BTreeMap<String, String>,
    skipped: Skipped,
    needed: Needed,
}

impl Default for ClaudeReader {
    fn default() -> Self {
        Self {
            file: SessionFile::default(),
            shared: SharedValues::default(),
            merge: Merge::default(),
            agent_kinds: BTreeMap::new(),
            skipped: Skipped::default(),
            needed: Needed::new(&["usage"]),
        }
    }
}

impl Reader for ClaudeReader {
    fn begin(&mut self, file: TranscriptFile<'_>) {
        self.file = SessionFile::new(file);
        if file.kind == FileKind::Compressed {
            self.give_up("it is compressed: expand it first");
        } else {
            self.skipped.files += 1;
        }
    }

    fn line(&mut self, line: Line<'_>) {
        if self.file.is_unreadable {
            return;
        }
        self.skipped.lines += 1;
        let mut text = line.text;
        if line.number == 1 {
            if is_utf_16(text) {
                self.give_up("it is UTF-16, not UTF-8");
                return;
            }
            text = text.strip_prefix(BOM).unwrap_or(text);
        }
        let text = text.trim_ascii();
        // Most of a transcript is what tools returned. Damage in a long line without usage is not noticed.
        if text.is_empty() || !self.needed.may_matter(text) {
            return;
        }
        match parse::usage_line(text) {
            Ok(Some(usage)) => self.found(usage),
            Ok(None) => {}
            // A line that is still being written is complete at the next import.
            Err(parse::Bad::Json(_)) if !line.has_end => self.skipped.torn += 1,
            Err(bad) => {
                let number = Some(line.number);
                self.skipped
                    .unreadable(&self.file.shown, number, bad.reason());
            }
        }
    }

    fn end(&mut self) {
        let file = std::mem::take(&mut self.file);
        if let Some((agent, kind)) = file.named_agent() {
            let known = self.agent_kinds.entry(agent.to_owned());
            let known = known.or_insert_with(|| kind.to_owned());
            if kind < known.as_str() {
                kind.clone_into(known);
            }
        }
    }

    fn finish(self: Box<Self>) -> Transcripts {
        let mut skipped = self.skipped;
        skipped.copies = self.merge.copies;
        finish::finish(self.merge, &self.shared, &self.agent_kinds, skipped)
    }
}

impl ClaudeReader {
    /// Leaves the rest of the file unread.
    fn give_up(&mut self, reason: &str) {
        self.file.is_unreadable = true;
        self.skipped.unreadable(&self.file.shown, None, reason);
    }

    fn found(&mut self, line: parse::UsageLine<'_>) {
        let links = [Link::uuid(&line), Link::response(&line, &self.file.stem)];
        if links == [None, None] {
            self.skipped.without_id += 1;
        }
        let request = line.request_id.as_deref();
        let found = FoundLine {
            tokens: line.tokens,
            micros: line.time.timestamp_micros(),
            message: request.and_then(|_| Link::message(&line)),
            origin: self.file.origin(&line, &mut self.shared.origins),
            ordinal: self.file.ordinal,
            is_fast: line.is_fast,
            is_side: self.file.is_side(&line),
            model: self.shared.models.add(line.model.into_owned()),
            advisors: line.advisors,
        };
        self.file.ordinal = self.file.ordinal.saturating_add(1);
        self.merge.add(links, found, &self.shared);
    }
}
