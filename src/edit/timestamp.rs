//! `Last Updated` in the header: found as it is spelled, and set to the moment of an edit.

use chrono::{FixedOffset, NaiveDateTime, Timelike, Utc};

use super::Timestamp;
use crate::{
    log::{self, Section, cell},
    text::{Edit, Span},
};

/// Sets the time stamp of the header, in its own zone where it names one that is known, else in UTC. Never back.
pub(super) fn edit(text: &str, stamp: Timestamp) -> Option<Edit> {
    let (line, from, written) = stamps(text).next()?;
    let new = written.at(stamp);
    let start = line.start + from;
    let old = Span::new(start, start + written.len);
    let had = text.get(old.range())?;
    let is_newer = written.time.is_none_or(|time| written.local(stamp) > time);
    (is_newer && new != had).then(|| Edit::replace(old, new))
}

/// Of header lines one after the other that differ in the time stamp alone, as after a merge: all but that of the latest time.
pub(super) fn earlier(text: &str) -> Vec<Span> {
    let mut earlier = Vec::new();
    let mut latest: Option<(usize, Span, usize, Written)> = None;
    for (line, from, written) in stamps(text) {
        let next = (line.end, line, from, written);
        latest = Some(match latest {
            Some((end, one, one_from, one_written))
                if end == line.start
                    && is_alike(text, (one, one_from, &one_written), (line, from, &next.3)) =>
            {
                let stamp = |line: Span, from: usize, written: &Written| {
                    let start = line.start + from;
                    text.get(start..start + written.len)
                };
                if stamp(one, one_from, &one_written) < stamp(line, from, &next.3) {
                    earlier.push(one);
                    next
                } else {
                    earlier.push(line);
                    (line.end, one, one_from, one_written)
                }
            }
            _ => next,
        });
    }
    earlier
}

/// Whether two lines are the same but for the time, which both spell in one way and one zone.
fn is_alike(text: &str, one: (Span, usize, &Written), two: (Span, usize, &Written)) -> bool {
    let parts = |(line, from, written): (Span, usize, &Written)| {
        let line = text.get(line.range())?;
        let stamp = line.get(from..from + written.len)?;
        let form: String = stamp
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        let zone = match &written.zone {
            Zone::Offset(offset, _) => Some(*offset),
            _ => None,
        };
        let behind = line.get(from + written.len..)?.trim_end().to_owned();
        Some((line.get(..from)?.to_owned(), form, zone, behind))
    };
    parts(one).is_some() && parts(one) == parts(two)
}

/// The lines of the header that hold a time stamp, with where it begins in them and how it is written.
fn stamps(text: &str) -> impl Iterator<Item = (Span, usize, Written)> + '_ {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source_start = text.len() - body.len();
    let mut at = source_start;
    let mut in_header = true;
    let lines = body.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    });
    let open = move |(start, line): (usize, &'_ str)| {
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
        let found = time_stamp(line).filter(|_| is_quote);
        Some(found.map(|(from, written)| (Span::new(start, start + line.len()), from, written)))
    };
    lines.map_while(open).flatten()
}

/// A time stamp as it is written.
struct Written {
    len: usize,
    time: Option<NaiveDateTime>,
    has_seconds: bool,
    has_time: bool,
    between: String,
    zone: Zone,
}

/// The zone behind a time stamp.
enum Zone {
    /// None is written: that of whoever writes.
    Unwritten,
    /// UTC, by this word.
    Utc(String),
    Offset(FixedOffset, String),
    /// One whose rules are not known: it gives way to UTC.
    Other,
}

impl Written {
    fn local(&self, stamp: Timestamp) -> NaiveDateTime {
        let local = match &self.zone {
            Zone::Unwritten => stamp.naive_local(),
            Zone::Offset(offset, _) => stamp.with_timezone(offset).naive_local(),
            Zone::Utc(_) | Zone::Other => stamp.with_timezone(&Utc).naive_local(),
        };
        let local = if self.has_seconds {
            local
        } else {
            local.with_second(0).unwrap_or(local)
        };
        local.with_nanosecond(0).unwrap_or(local)
    }

    fn at(&self, stamp: Timestamp) -> String {
        let local = self.local(stamp);
        if !self.has_time {
            return local.format("%Y-%m-%d").to_string();
        }
        let time = if self.has_seconds {
            "%H:%M:%S"
        } else {
            "%H:%M"
        };
        let zone = match &self.zone {
            Zone::Unwritten => "",
            Zone::Utc(word) | Zone::Offset(_, word) => word,
            Zone::Other => " UTC",
        };
        format!(
            "{}{}{}{zone}",
            local.format("%Y-%m-%d"),
            self.between,
            local.format(time)
        )
    }
}

/// Where the time stamp of a line stands, and how it is written.
fn time_stamp(line: &str) -> Option<(usize, Written)> {
    let lower = line.to_ascii_lowercase();
    let key = lower.find("last updated")? + "last updated".len();
    let colon = key + line.get(key..)?.find(':')? + 1;
    let date_at = colon + line.get(colon..)?.find(|c: char| c.is_ascii_digit())?;
    let between_keys = line.get(colon..date_at)?;
    if !between_keys
        .chars()
        .all(|c| c.is_whitespace() || c == '*' || c == '_')
    {
        return None;
    }
    let date = cell::date(line.get(date_at..date_at + 10)?).ok()??;
    let rest = line.get(date_at + 10..)?;
    let gap = rest.len() - rest.trim_start_matches(['T', ' ', ',']).len();
    let clock = rest.get(gap..)?;
    let clock_len = clock
        .find(|c: char| !c.is_ascii_digit() && c != ':')
        .unwrap_or(clock.len());
    let clock_text = clock.get(..clock_len)?;
    let time = cell::time_range(clock_text).ok().flatten();
    let Some(time) = time.filter(|_| gap > 0) else {
        let time = date.and_hms_opt(0, 0, 0);
        let written = Written {
            len: 10,
            time: time.filter(|_| false),
            has_seconds: false,
            has_time: false,
            between: String::new(),
            zone: Zone::Unwritten,
        };
        return Some((date_at, written));
    };
    let (zone, zone_len) = zone(clock.get(clock_len..)?);
    let written = Written {
        len: 10 + gap + clock_len + zone_len,
        time: Some(date.and_time(time.start)),
        has_seconds: clock_text.matches(':').count() == 2,
        has_time: true,
        between: rest.get(..gap)?.to_owned(),
        zone,
    };
    Some((date_at, written))
}

/// The zone at the start of a text, and how many bytes it takes there, the blank before it included.
fn zone(text: &str) -> (Zone, usize) {
    let blank = text.len() - text.trim_start_matches(' ').len();
    let word = text.get(blank..).unwrap_or_default();
    let end = word
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | ':' | '/' | '_')))
        .unwrap_or(word.len());
    let word = word.get(..end).unwrap_or_default();
    let written = text.get(..blank + end).unwrap_or_default().to_owned();
    if word.is_empty() {
        return (Zone::Unwritten, 0);
    }
    if ["UTC", "Z", "GMT"]
        .iter()
        .any(|utc| word.eq_ignore_ascii_case(utc))
    {
        return (Zone::Utc(written), blank + end);
    }
    match word.parse::<FixedOffset>() {
        Ok(offset) if word.starts_with(['+', '-']) => (Zone::Offset(offset, written), blank + end),
        _ if word.starts_with(|c: char| c.is_ascii_alphabetic()) => (Zone::Other, blank + end),
        _ => (Zone::Unwritten, 0),
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
