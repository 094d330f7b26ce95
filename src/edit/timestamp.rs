//! `Last Updated` in the header: found as it is spelled, and set to the moment of an edit.

use chrono::{FixedOffset, NaiveDateTime, Offset, Utc};

use super::Timestamp;
use crate::{
    log::{self, Section, cell},
    text::{Edit, Span},
};

/// Sets the time stamp of the header, in its own zone where it names one that is known, else in UTC. Never back.
pub(super) fn edit(text: &str, now: Timestamp) -> Option<Edit> {
    let stamp = stamps(text).next()?;
    let zone = stamp.zone.unwrap_or(*now.offset());
    let local = now.with_timezone(&zone).naive_local();
    let new = local.format(&stamp.format).to_string();
    let is_newer = local > stamp.time && text.get(stamp.span.range())? != new;
    is_newer.then(|| Edit::replace(stamp.span, new))
}

/// Of header lines one after the other that differ in the time stamp alone, as after a merge: all but that of the latest time.
pub(super) fn earlier(text: &str) -> Vec<Span> {
    let stamps: Vec<Stamp> = stamps(text).collect();
    let is_next =
        |one: &Stamp, two: &Stamp| one.line.end == two.line.start && one.is_alike(two, text);
    let runs = stamps.chunk_by(is_next);
    let earlier = runs.flat_map(|run| {
        // Of equals, the first.
        let latest = run
            .iter()
            .rev()
            .max_by_key(|stamp| text.get(stamp.span.range()));
        let lines = run.iter().map(|stamp| stamp.line);
        lines.filter(move |line| latest.is_some_and(|latest| latest.line != *line))
    });
    earlier.collect()
}

fn stamps(text: &str) -> impl Iterator<Item = Stamp> + '_ {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut at = text.len() - body.len();
    let mut in_header = true;
    let stamps = body.split_inclusive('\n').map_while(move |line| {
        let start = at;
        at += line.len();
        let body = line.trim_start();
        if body.starts_with('#') {
            match log::heading_opens(body) {
                Some(Section::Header) => in_header = true,
                Some(Section::Other) => in_header = false,
                Some(_) => return None,
                None => {}
            }
        }
        let is_quote = in_header && body.starts_with('>');
        Some(is_quote.then(|| Stamp::of(line, start)))
    });
    stamps.flatten().flatten()
}

struct Stamp {
    line: Span,
    span: Span,
    time: NaiveDateTime,
    /// Its form, for chrono, the zone included.
    format: String,
    /// `None` where none is written: that of the edit.
    zone: Option<FixedOffset>,
}

impl Stamp {
    fn of(line: &str, start: usize) -> Option<Self> {
        let lower = line.to_ascii_lowercase();
        let key = lower.find("last updated")? + "last updated".len();
        let colon = key + line.get(key..)?.find(':')? + 1;
        let from = colon + line.get(colon..)?.find(|c: char| c.is_ascii_digit())?;
        let is_filler = |c: char| c.is_whitespace() || c == '*' || c == '_';
        if !line.get(colon..from)?.chars().all(is_filler) {
            return None;
        }
        let date = cell::date(line.get(from..from + 10)?).ok()??;
        let rest = line.get(from + 10..)?;
        let clock = rest.trim_start_matches(['T', ' ', ',']);
        let gap = rest.get(..rest.len() - clock.len())?;
        let is_clock = |c: char| c.is_ascii_digit() || c == ':';
        let (clock, behind) = cell::split_while(clock, is_clock);
        let time = cell::time_range(clock).ok().flatten();
        let mut stamp = Self {
            line: Span::new(start, start + line.len()),
            span: Span::new(start + from, start + from + 10),
            time: date.into(),
            format: "%Y-%m-%d".to_owned(),
            zone: None,
        };
        if let Some(time) = time.filter(|_| !gap.is_empty()) {
            let has_seconds = clock.matches(':').count() == 2;
            let (zone, word, len) = zone(behind);
            let clock_format = if has_seconds { "%H:%M:%S" } else { "%H:%M" };
            stamp.format.extend([gap, clock_format, word]);
            stamp.time = date.and_time(time.start);
            stamp.span.end += gap.len() + clock.len() + len;
            stamp.zone = zone;
        }
        Some(stamp)
    }

    /// Whether the lines of both are the same but for the time, which both spell in one way and one zone.
    fn is_alike(&self, other: &Self, text: &str) -> bool {
        let form = |stamp: &Self| {
            let before = text.get(stamp.line.start..stamp.span.start)?;
            let time = text.get(stamp.span.range())?;
            let time = time.replace(|c: char| c.is_ascii_digit(), "0");
            let behind = text.get(stamp.span.end..stamp.line.end)?.trim_end();
            Some((before, time, behind, stamp.zone))
        };
        form(self) == form(other)
    }
}

/// The zone at the start of a text, how it is written again, and how many bytes it takes there, the blank before it included.
fn zone(text: &str) -> (Option<FixedOffset>, &str, usize) {
    let word = text.trim_start_matches(' ');
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | ':' | '/' | '_');
    let (word, rest) = cell::split_while(word, is_part);
    let len = text.len() - rest.len();
    let written = text.get(..len).unwrap_or_default();
    let utc = Some(Utc.fix());
    let names = ["UTC", "Z", "GMT"];
    match word.parse() {
        _ if names.iter().any(|utc| word.eq_ignore_ascii_case(utc)) => (utc, written, len),
        Ok(offset) if word.starts_with(['+', '-']) => (Some(offset), written, len),
        // The rules of other zones are not known.
        _ if word.starts_with(|c: char| c.is_ascii_alphabetic()) => (utc, " UTC", len),
        _ => (None, "", 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamped(header: &str) -> String {
        let stamp = "2026-02-26T08:05:09+09:00".parse().unwrap();
        let text = format!("# Cost Log\n{header}\n\n## X\n");
        let edits = edit(&text, stamp).into_iter().collect();
        let text = crate::text::splice(
            &text,
            &crate::text::EditSet::new(crate::text::FileId::LOG, edits).unwrap(),
        );
        text.lines().nth(1).unwrap().to_owned()
    }

    #[test]
    fn the_time_stamp_keeps_its_form() {
        let table = [
            (
                "> **Last Updated:** 2026-02-25 19:15 UTC",
                "> **Last Updated:** 2026-02-25 23:05 UTC",
            ),
            (
                "> Unit: Tokens | **Last Updated:** 2026-02-25T19:15:00Z",
                "> Unit: Tokens | **Last Updated:** 2026-02-25T23:05:09Z",
            ),
            (
                "> Last Updated: 2026-02-25 19:15",
                "> Last Updated: 2026-02-26 08:05",
            ),
            ("> Last Updated: 2026-02-25", "> Last Updated: 2026-02-26"),
            (
                "> Last Updated: 2026-02-25 19:15 +01:00",
                "> Last Updated: 2026-02-26 00:05 +01:00",
            ),
            (
                "> Last Updated: 2026-02-25 19:15 KST",
                "> Last Updated: 2026-02-25 23:05 UTC",
            ),
            (
                "> Last Updated: 2026-03-25 19:15 UTC",
                "> Last Updated: 2026-03-25 19:15 UTC",
            ),
            ("> Last Updated: yesterday", "> Last Updated: yesterday"),
            ("> Updated: 2026-02-25", "> Updated: 2026-02-25"),
        ];
        for (before, after) in table {
            assert_eq!(stamped(before), after, "{before}");
        }
    }
}
