//! Lines of transcripts in short, and responses as tables.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::*;
use crate::import::{picture::unreadable, test_files::feed_file};

/// A file as a test has it: its path, its text, and what lies beside it.
#[derive(Clone, Debug)]
pub(super) struct TestFile {
    pub path: String,
    pub text: Vec<u8>,
    pub meta: Option<Vec<u8>>,
}

impl TestFile {
    pub fn new(path: &str, text: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
            meta: None,
        }
    }

    pub fn with_meta(self, meta: &str) -> Self {
        Self {
            meta: Some(meta.into()),
            ..self
        }
    }
}

/// A line, from its time on 5 October and what is given of `id`, `req`, `uuid`, `session`, `agent`, `cwd`, `branch`, `model`, `in`, `out`,
/// `read`, `write` (the sum of cache writes), `5m`, `1h`, `advisor` (the output of another model), and of the words `side`, `main`, `fast`.
pub(super) fn json_of(short: &str) -> Value {
    let (mut line, mut message, mut usage) = (Map::new(), Map::new(), Map::new());
    let (mut split, mut iterations) = (Map::new(), vec![json!({ "type": "message" })]);
    let (time, words) = short.split_once(' ').unwrap_or((short, ""));
    let seconds = if time.len() == 5 { ":00" } else { "" };
    line.insert("type".into(), "assistant".into());
    line.insert(
        "timestamp".into(),
        format!("2026-10-05T{time}{seconds}Z").into(),
    );
    message.insert("model".into(), "opus".into());
    for word in words.split_whitespace() {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<u64>().unwrap();
        let (object, key, value): (_, _, Value) = match key {
            "id" | "model" => (&mut message, key, value.into()),
            "req" => (&mut line, "requestId", value.into()),
            "session" => (&mut line, "sessionId", value.into()),
            "agent" => (&mut line, "agentId", value.into()),
            "branch" => (&mut line, "gitBranch", value.into()),
            "uuid" | "cwd" => (&mut line, key, value.into()),
            "side" => (&mut line, "isSidechain", true.into()),
            "main" => (&mut line, "isSidechain", false.into()),
            "fast" => (&mut usage, "speed", "fast".into()),
            "in" => (&mut usage, "input_tokens", number().into()),
            "out" => (&mut usage, "output_tokens", number().into()),
            "read" => (&mut usage, "cache_read_input_tokens", number().into()),
            "write" => (&mut usage, "cache_creation_input_tokens", number().into()),
            "5m" => (&mut split, "ephemeral_5m_input_tokens", number().into()),
            "1h" => (&mut split, "ephemeral_1h_input_tokens", number().into()),
            "advisor" => {
                iterations.push(json!({
                    "type": "advisor_message", "model": "advisor", "output_tokens": number(),
                }));
                continue;
            }
            _ => panic!("{word}"),
        };
        object.insert(key.to_owned(), value);
    }
    if !split.is_empty() {
        usage.insert("cache_creation".into(), split.into());
    }
    if iterations.len() > 1 {
        usage.insert("iterations".into(), iterations.into());
    }
    message.insert("usage".into(), usage.into());
    line.insert("message".into(), message.into());
    line.into()
}

/// Lines in short, as a transcript has them.
pub(super) fn text(lines: &[&str]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{}", json_of(line)).unwrap();
        text
    })
}

/// Reads files in this order.
pub(super) fn read(files: &[TestFile]) -> Transcripts {
    let mut reader: Box<dyn Reader> = Box::<ClaudeReader>::default();
    for file in files {
        let transcript = TranscriptFile {
            path: &file.path,
            shown: &file.path,
            kind: kind_of(&file.path).unwrap_or(FileKind::Lines),
            meta: file.meta.as_deref(),
        };
        feed_file(&mut *reader, transcript, &file.text);
    }
    reader.finish()
}

/// The responses of files, and what was left out. Sessions are numbered in the order of their first responses.
///
/// Reads the files in their order, and in the opposite one, which has to give the same.
pub(super) fn shown(files: &[TestFile]) -> String {
    let transcripts = read(files);
    let reversed: Vec<_> = files.iter().rev().cloned().collect();
    let other = read(&reversed);
    assert_eq!(other.responses, transcripts.responses);
    assert_eq!(other.origins, transcripts.origins);
    assert_eq!(other.skipped, transcripts.skipped);
    let mut sessions = Vec::new();
    let mut out = String::new();
    for response in &transcripts.responses {
        let origin = &transcripts.origins[response.origin as usize];
        if !sessions.contains(&&origin.session) {
            sessions.push(&origin.session);
        }
        let session = sessions
            .iter()
            .position(|session| **session == origin.session);
        write!(
            out,
            "{} S{} {} {}",
            response.time.time(),
            session.unwrap() + 1,
            origin.agent_name,
            transcripts.models[response.model as usize],
        )
        .unwrap();
        let tokens = response.tokens;
        let classes = [
            ("in", tokens.input),
            ("out", tokens.output),
            ("5m", tokens.cache_write_5m),
            ("1h", tokens.cache_write_1h),
            ("read", tokens.cache_read),
        ];
        for (class, tokens) in classes.into_iter().filter(|(_, tokens)| *tokens > 0) {
            write!(out, " {class}={tokens}").unwrap();
        }
        out.push_str(if response.is_fast { " fast\n" } else { "\n" });
    }
    out.push_str(&left_out(&transcripts.skipped));
    out
}

fn left_out(skipped: &Skipped) -> String {
    let mut out = String::new();
    let counts = [
        ("copies", skipped.copies),
        ("replays", skipped.replays),
        ("billed twice", skipped.billed_twice),
        ("torn", skipped.torn),
        ("without id", skipped.without_id),
    ];
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        writeln!(out, "{name}: {count}").unwrap();
    }
    out.push_str(&unreadable(skipped));
    out
}
