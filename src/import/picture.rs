//! What readers make of files, as text for tests.

use std::fmt::Write as _;

use super::{Skipped, Transcripts};

/// A line for each response, with the beginning of its session, and what was left out where anything was.
pub(super) fn brief(found: &Transcripts) -> String {
    let mut out = String::new();
    for response in &found.responses {
        let origin = &found.origins[response.origin as usize];
        let model = &found.models[response.model as usize];
        let tokens = response.tokens;
        let session = origin.session.split('-').next().unwrap_or_default();
        let time = response.time.format("%d %H:%M:%S");
        let (input, output, write) = (tokens.input, tokens.output, tokens.cache_write());
        let (read, thought) = (tokens.cache_read, tokens.reasoning);
        writeln!(
            out,
            "{time} {session} {} {model:?}: input {input}, output {output} ({thought}), write {write}, read {read}",
            origin.agent_name
        )
        .unwrap();
    }
    let skipped = &found.skipped;
    for (count, name) in [
        (skipped.copies, "copies"),
        (skipped.replays, "replays"),
        (skipped.assumed_replays, "assumed"),
        (skipped.torn, "torn"),
        (skipped.without_id, "without an id"),
    ] {
        if count > 0 {
            writeln!(out, "{count} {name}").unwrap();
        }
    }
    out.push_str(&unreadable(skipped));
    out
}

/// All that is known of each response, and all that was left out.
pub(super) fn full(transcripts: &Transcripts) -> String {
    let mut out = String::new();
    for response in &transcripts.responses {
        let origin = &transcripts.origins[response.origin as usize];
        let model = &transcripts.models[response.model as usize];
        let tokens = &response.tokens;
        let time = response.time.to_rfc3339();
        let _ = writeln!(
            out,
            "{time} session {:?} agent {:?} model {model:?}",
            origin.session, origin.agent
        );
        let (short, hour) = (tokens.cache_write_5m, tokens.cache_write_1h);
        let _ = write!(
            out,
            "    {} in, {} out ({} reasoning), {short} + {hour} written, {} read",
            tokens.input, tokens.output, tokens.reasoning, tokens.cache_read
        );
        if let Some(cost) = response.cost {
            let _ = write!(out, ", {} nanos {:?}", cost.nanos, cost.currency);
        }
        for (name, value) in [
            ("team", &origin.team),
            ("task", &origin.task),
            ("cwd", &origin.cwd),
            ("branch", &origin.branch),
        ] {
            let _ = value.as_ref().map(|value| write!(out, ", {name} {value}"));
        }
        out.push('\n');
    }
    let skipped = &transcripts.skipped;
    let _ = writeln!(
        out,
        "{} files, {} lines, {} copies, {} without id, {} torn, {} unreadable",
        skipped.files,
        skipped.lines,
        skipped.copies,
        skipped.without_id,
        skipped.torn,
        skipped.unreadable_count
    );
    out.push_str(&unreadable(skipped));
    for note in &skipped.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

/// The places that could not be read, one on each line.
pub(super) fn unreadable(skipped: &Skipped) -> String {
    let places = skipped.unreadable.iter().map(|place| {
        let line = place.line.map_or(String::new(), |line| format!(":{line}"));
        format!("{}{line}: {}\n", place.file, place.reason)
    });
    places.collect()
}
