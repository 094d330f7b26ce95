//! The lines that are not Markdown: the log of hooks, and usage, hold, free and notify lines.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{Item, cell, notify_line, row::unknown_status};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{
        Amount, Entry, EntryKind, Figures, Hold, LineEvent, Month, StatedCost, Status, TimeRange,
        TokenClasses, Tokens, When, Work,
    },
    text::{Place, Span},
};

const TAGS: [&[u8]; 7] = [
    b"[PRE]",
    b"[POST]",
    b"[STOP]",
    b"[NOTIFY]",
    b"[USE]",
    b"[HOLD]",
    b"[FREE]",
];

/// The keys of a usage line.
const USAGE_KEYS: [&str; 14] = [
    "team",
    "tokens",
    "input",
    "output",
    "cache_write",
    "cache_read",
    "task",
    "cost",
    "status",
    "deliverables",
    "minutes",
    "model",
    "id",
    "hold",
];

const NUMBER_LIKE: &str = "a number like `12450`";

/// Whether a line has the shape of a hook line: one of the tags at its very start, then a blank or nothing.
pub fn is_hook_line(line: &[u8]) -> bool {
    let mut rests = TAGS.iter().filter_map(|tag| line.strip_prefix(*tag));
    rests.any(|rest| matches!(rest.first(), None | Some(b' ' | b'\t' | b'\r' | b'\n')))
        || intended_tag(line).is_some()
}

/// The tag that a misspelled one is meant for: `[use] … tokens=5`, `[USED] …`. Such a line would be lost silently.
fn intended_tag(line: &[u8]) -> Option<&'static str> {
    const LONGEST: usize = "[USAGE]".len();
    const WORDS: [(&[u8], &str); 5] = [
        (b"use", "[USE]"),
        (b"used", "[USE]"),
        (b"usage", "[USE]"),
        (b"hold", "[HOLD]"),
        (b"free", "[FREE]"),
    ];
    let start = line.strip_prefix(b"[")?;
    // Thousands of lines begin with a date or another word.
    let first = start.first()?.to_ascii_lowercase();
    if !WORDS.iter().any(|(word, _)| word.first() == Some(&first)) {
        return None;
    }
    let end = start.iter().take(LONGEST).position(|byte| *byte == b']')?;
    let (word, rest) = start.split_at_checked(end)?;
    let mut words = WORDS.iter();
    let (_, tag) = words.find(|(known, _)| word.eq_ignore_ascii_case(known))?;
    let misspelled = !line.starts_with(tag.as_bytes());
    (misspelled && rest.starts_with(b"] ") && rest.contains(&b'=')).then_some(*tag)
}

/// Whether a hook line reports usage, or is meant to.
fn is_usage(line: &str) -> bool {
    let tag = line.get(..4).unwrap_or_default();
    tag.eq_ignore_ascii_case("[USE") || tag.eq_ignore_ascii_case("[USA")
}

/// Reads a line that [`is_hook_line`]: the date it carries itself, and what it says. `date_before` is that of the last thing before it
/// that is dated. What cannot be read is a problem; without some of it, a line counts all the same.
pub(super) fn read<'a>(
    line: &'a str,
    place: Place,
    date_before: Option<NaiveDate>,
    problems: &mut Vec<Diagnostic>,
) -> (Option<NaiveDate>, Option<Item<'a>>) {
    let (tag, rest) = line.split_once(']').unwrap_or((line, ""));
    let rest = rest.trim_ascii();
    let own_date = own_date(rest);
    let date = own_date.or(date_before);
    let item = match event(line, tag, rest, place) {
        Ok(Some(event)) => Ok(Item::Line { event, date, place }),
        Ok(None) => Pairs::read(line, rest, place)
            .and_then(|pairs| usage(&pairs, problems).map(Item::Usage)),
        Err(problem) => Err(problem),
    };
    let item = item.map_or_else(
        |problem| {
            problems.push(*problem);
            let month = own_date.map(Month::of);
            is_usage(line).then_some(Item::Unreadable { month, place })
        },
        Some,
    );
    (own_date, item)
}

/// Where the values of a usage line are in it, quotes included, each with its key. None where it cannot be read.
pub fn value_spans(line: &str) -> Vec<(&str, Span)> {
    let (_, rest) = line.split_once(']').unwrap_or((line, ""));
    let pairs = Pairs::read(line, rest.trim_ascii(), Place::default());
    let list = pairs.map_or_else(|_| Vec::new(), |pairs| pairs.list);
    list.into_iter().map(|(key, _, span)| (key, span)).collect()
}

/// The event that a line reports. None for a usage line.
fn event<'a>(
    line: &'a str,
    tag: &str,
    rest: &'a str,
    place: Place,
) -> Result<Option<LineEvent<'a>>, Box<Diagnostic>> {
    if let Some(tag_meant) = intended_tag(line.as_bytes()) {
        let tag = Span::new(0, tag.len() + 1);
        let message = "the tag of this line is misspelled, so it is not counted";
        let label = format!("expected `{tag_meant}`");
        let finding = problem(line, place, tag, message, &label);
        let help = format!("write `{tag_meant}` at the start of the line");
        return Err(Box::new(finding.help(help)));
    }
    let pairs = || Pairs::read(line, rest, place);
    Ok(Some(match tag {
        "[NOTIFY" => notify_line::read(line, rest, place)?,
        "[PRE" | "[POST" | "[STOP" => LineEvent::Hook,
        "[HOLD" => LineEvent::Hold(Box::new(hold(&pairs()?)?)),
        "[FREE" => LineEvent::Free(pairs()?.need("id")?.clone()),
        _ => return Ok(None),
    }))
}

/// The date at the start of `2026-02-25T19:17:52+09:00 …`.
fn own_date(rest: &str) -> Option<NaiveDate> {
    if rest.as_bytes().get(4) != Some(&b'-') {
        // Most lines carry a time alone; there are thousands of them.
        return None;
    }
    cell::date(rest.get(..10)?).ok()?
}

fn usage<'a>(
    pairs: &Pairs<'a>,
    problems: &mut Vec<Diagnostic>,
) -> Result<Entry<'a>, Box<Diagnostic>> {
    let text = |key| pairs.get(key).cloned();
    let team = pairs.need("team")?.clone();
    let tokens = pairs.need_tokens()?;
    let deliverables = pairs.number("deliverables", cell::count)?;
    let minutes = pairs.number("minutes", cell::count)?;
    let cost = pairs.number("cost", cell::money);
    let is_cost_lost = cost.is_err();
    let cost = cost.unwrap_or_else(|problem| {
        problems.push(without("cost", *problem));
        None
    });
    let classes = classes(pairs, problems);
    problems.extend(pairs.misspelled_keys());
    let has_unread = !problems.is_empty();
    let status = pairs.get("status").and_then(|text| cell::status(text));
    if let Some(Status::Other(_)) = status {
        problems.push(unknown_status(pairs.place));
    }
    Ok(Entry {
        kind: EntryKind::Line,
        when: when(pairs.time),
        work: Work {
            team,
            task: text("task"),
            model: text("model"),
            ..Work::default()
        },
        figures: Figures {
            tokens: Some(tokens),
            classes,
            limit: None,
            cost: cost.map(|cost| cost.amount),
            currency: cost.and_then(|cost| cost.currency),
            open: is_cost_lost || cost.is_some_and(|cost| cost.open),
            unpriced: None,
            deliverables,
            minutes,
        },
        status,
        id: text("id"),
        further_ids: Box::default(),
        hold: text("hold"),
        has_unread,
        base: None,
        place: pairs.place,
    })
}

/// A moment as the time of an entry.
fn when(moment: DateTime<FixedOffset>) -> When {
    let time = moment.naive_local();
    When {
        month: Month::of(time.date()),
        date: Some(time.date()),
        time: Some(TimeRange {
            start: time.time(),
            end: None,
            open: false,
        }),
        offset: Some(*moment.offset()),
    }
}

/// What is said of a value that is not needed for its line to count.
fn without(key: &str, mut problem: Diagnostic) -> Diagnostic {
    problem.message =
        format!("`{key}` of this line cannot be read; the line is counted without it");
    problem.warning()
}

/// The classes of the tokens. A line whose class cannot be read is counted without it.
fn classes(pairs: &Pairs<'_>, problems: &mut Vec<Diagnostic>) -> TokenClasses {
    let mut class = |key| {
        let tokens = pairs.tokens(key).unwrap_or_else(|problem| {
            problems.push(without(key, *problem));
            None
        });
        tokens.map(|tokens| tokens.value)
    };
    TokenClasses {
        input: class("input"),
        output: class("output"),
        cache_write: class("cache_write"),
        cache_read: class("cache_read"),
    }
}

fn hold<'a>(pairs: &Pairs<'a>) -> Result<Hold<'a>, Box<Diagnostic>> {
    let until = pairs.need("until")?;
    let expected = "an RFC 3339 time like `2026-02-25T10:18:00+09:00`";
    let written = until;
    let until =
        DateTime::parse_from_rfc3339(until).map_err(|_| pairs.problem("until", until, expected))?;
    if until < pairs.time {
        let mut problem = pairs.problem("until", written, "a time after that of the line");
        "this hold ends before it starts, so it reserves nothing".clone_into(&mut problem.message);
        return Err(problem);
    }
    Ok(Hold {
        team: pairs.need("team")?.clone(),
        tokens: pairs.need_tokens()?.value,
        time: pairs.time,
        until,
        // A hold whose cost cannot be read reserves what its tokens cost.
        cost: pairs
            .number("cost", cell::money)
            .ok()
            .flatten()
            .map(|cost| StatedCost {
                nanos: cost.amount.value,
                currency: cost.currency,
            }),
        model: pairs.get("model").cloned(),
        overridden: pairs.get("override").is_some(),
        id: pairs.need("id")?.clone(),
    })
}

/// The time and the pairs of a line.
pub(super) struct Pairs<'a> {
    pub(super) line: &'a str,
    pub(super) place: Place,
    pub(super) time: DateTime<FixedOffset>,
    /// Key, value, and the bytes of the value in the line.
    list: Vec<(&'a str, Cow<'a, str>, Span)>,
}

impl<'a> Pairs<'a> {
    pub(super) fn read(
        line: &'a str,
        rest: &'a str,
        place: Place,
    ) -> Result<Self, Box<Diagnostic>> {
        let span = |part: &str| {
            let start = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
            Span::new(start, start + part.len())
        };
        let (first, mut rest) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        let time = DateTime::parse_from_rfc3339(first).map_err(|_| {
            let message = "a line of this kind starts with its time";
            problem(line, place, span(first), message, "not an RFC 3339 time")
                .help("write the time after the tag, like `2026-02-25T10:18:00+09:00`")
        })?;
        let mut list = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            let word = word_of(rest);
            let stray = || {
                let message = "this is not a `key=value` pair";
                problem(line, place, span(word), message, "expected `key=value`")
                    .help("put double quotes around a value with spaces: `team=\"Team A\"`")
            };
            let (key, _) = word.split_once('=').ok_or_else(stray)?;
            let value = rest.get(key.len() + 1..).unwrap_or_default();
            let (text, len) = value_of(value).ok_or_else(stray)?;
            let (written, behind) = value.split_at_checked(len).unwrap_or((value, ""));
            list.push((key, text, span(written)));
            rest = behind;
        }
        Ok(Self {
            line,
            place,
            time,
            list,
        })
    }

    fn find(&self, key: &str) -> Option<&(&'a str, Cow<'a, str>, Span)> {
        self.list.iter().find(|(name, _, _)| *name == key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Cow<'a, str>> {
        let (_, text, _) = self.find(key)?;
        (!text.trim().is_empty()).then_some(text)
    }

    /// Where the value of a key is in the line.
    pub(super) fn span_of(&self, key: &str) -> Option<Span> {
        self.find(key).map(|(_, _, span)| *span)
    }

    /// A finding for each key that the line does not have, about the first one that is nearly spelled like it. Other unknown keys are
    /// those of other programs.
    fn misspelled_keys(&self) -> impl Iterator<Item = Diagnostic> {
        let missing = USAGE_KEYS.iter().filter(|key| self.find(key).is_none());
        missing.filter_map(|meant| {
            let mut pairs = self.list.iter();
            let (key, _, value) = pairs.find(|(key, _, _)| is_meant_for(key, meant))?;
            let message =
                format!("`{key}` is not a key of usage lines; the line is counted without it");
            let span = Span::new(value.start - key.len() - 1, value.start - 1);
            let label = format!("expected `{meant}`");
            let help = format!("write `{meant}`; until then the line is not settled");
            Some(
                problem(self.line, self.place, span, &message, &label)
                    .help(help)
                    .warning(),
            )
        })
    }

    pub(super) fn need(&self, key: &str) -> Result<&Cow<'a, str>, Box<Diagnostic>> {
        self.get(key).ok_or_else(|| {
            let message = format!("`{key}` is missing, so the line is not counted");
            let help = format!("append the line again with `{key}=…`, and remove this one");
            let finding = Diagnostic::new(Code::UnreadableLine, message, self.place);
            Box::new(finding.label(format!("needs `{key}=`")).help(help))
        })
    }

    fn need_tokens(&self) -> Result<Amount<Tokens>, Box<Diagnostic>> {
        let text = self.need("tokens")?;
        let tokens = self.tokens("tokens")?;
        tokens.ok_or_else(|| self.problem("tokens", text, NUMBER_LIKE))
    }

    pub(super) fn tokens(&self, key: &str) -> Result<Option<Amount<Tokens>>, Box<Diagnostic>> {
        match self.number(key, cell::tokens)? {
            Some(cell) if cell.from.is_some() || cell.limit.is_some() => {
                let text = self.get(key).map_or("", |text| text);
                Err(self.problem(key, text, NUMBER_LIKE))
            }
            cell => Ok(cell.map(|cell| cell.used)),
        }
    }

    fn number<T>(
        &self,
        key: &str,
        read: impl FnOnce(&str) -> cell::Parsed<T>,
    ) -> Result<Option<T>, Box<Diagnostic>> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        read(text).map_err(|why| match why {
            cell::Unreadable::TooLarge(most) => {
                let mut problem = self.problem(key, text, &format!("{most} at most"));
                problem.message =
                    format!("`{key}` of this line is more than {most}, so the line is not counted");
                problem
            }
            cell::Unreadable::Malformed => self.problem(key, text, "a number"),
        })
    }

    fn problem(&self, key: &str, text: &str, expected: &str) -> Box<Diagnostic> {
        let span = self.span_of(key).unwrap_or_default();
        let message = format!("`{key}` of this line cannot be read, so the line is not counted");
        let label = format!("expected {expected}");
        let finding = problem(self.line, self.place, span, &message, &label);
        Box::new(finding.help(format!("found `{text}`: write {expected}")))
    }
}

/// Whether a key is a misspelling of another one: `modle`, `Model`, `token`.
fn is_meant_for(written: &str, key: &str) -> bool {
    /// Keys that other programs write.
    const OTHERS: [&str; 3] = ["mode", "tasks", "teams"];
    /// Each word of two letters is near another one.
    const MIN_LENGTH: usize = 4;
    if written.len().abs_diff(key.len()) > 1 || USAGE_KEYS.contains(&written) {
        return false;
    }
    let written = written.to_ascii_lowercase();
    if OTHERS.contains(&written.as_str()) || key.len() < MIN_LENGTH {
        return written == key;
    }
    written.get(..1) == key.get(..1) && strsim::damerau_levenshtein(&written, key) <= 1
}

fn word_of(text: &str) -> &str {
    text.split([' ', '\t']).next().unwrap_or_default()
}

/// The value at the start of a text, and how many bytes it takes there.
fn value_of(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let word = word_of(text);
        return Some((Cow::Borrowed(word), word.len()));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let plain = quoted.get(..at)?;
                let value = if value == plain {
                    Cow::Borrowed(plain)
                } else {
                    Cow::Owned(value)
                };
                return Some((value, at + 2));
            }
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// A finding about some bytes of the line at `place`.
pub(super) fn problem(
    line: &str,
    place: Place,
    part: Span,
    message: &str,
    label: &str,
) -> Diagnostic {
    let column = line
        .get(..part.start)
        .map_or(1, |before| before.chars().count() + 1);
    let start = place.span.start + part.start;
    let place = Place {
        span: Span::new(start, start + part.len()),
        column,
        ..place
    };
    Diagnostic::new(Code::UnreadableLine, message, place).label(label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(problem: &Diagnostic) -> String {
        format!(
            "column {}: {} ({})",
            problem.place.column, problem.message, problem.label
        )
    }

    fn said(line: &str) -> String {
        let place = Place {
            span: Span::new(0, line.len()),
            line: 1,
            column: 1,
            ..Place::default()
        };
        let mut problems = Vec::new();
        let (date, item) = read(line, place, None, &mut problems);
        let date = date.map(|date| format!("{date}: ")).unwrap_or_default();
        match item {
            Some(Item::Usage(entry)) => {
                let problems = problems
                    .iter()
                    .map(|problem| format!("; {}", shown(problem)));
                let Entry {
                    when,
                    work,
                    figures,
                    status,
                    id,
                    hold,
                    ..
                } = entry;
                let tokens = figures.tokens.unwrap().value;
                format!(
                    "{date}{} {} used {tokens} on {:?}, cost {:?}, {:?} deliverables, {:?} min, {status:?}, id {id:?}, hold {hold:?}{}",
                    when.time.unwrap(),
                    work.team,
                    work.task,
                    figures.cost.map(|cost| cost.value),
                    figures.deliverables,
                    figures.minutes,
                    problems.collect::<String>(),
                )
            }
            Some(Item::Line { event, .. }) => format!("{date}{event:?}"),
            _ => format!("{date}{}", problems.iter().map(shown).collect::<String>()),
        }
    }

    #[test]
    fn a_line_is_recognised_by_its_tag_alone() {
        for line in [
            "[PRE] 19:15:25 tool=unknown",
            "[STOP]",
            "[USE]\tx",
            "[FREE]\r",
        ] {
            assert!(is_hook_line(line.as_bytes()), "{line}");
        }
        for line in [
            "[PRE]x",
            " [PRE] x",
            "[pre] x",
            "[OTHER] x",
            "[PRE",
            "PRE] x",
            "",
        ] {
            assert!(!is_hook_line(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn usage_lines_are_read() {
        assert_eq!(
            said(
                r#"[USE] 2026-02-25T10:18:00+09:00 team="Team \"A\\" task="Guide lines" tokens=12450 cost=0.037 status=done deliverables=4 minutes=72 model=m id=k3f9 hold=h1"#
            ),
            r#"2026-02-25: 10:18 Team "A\ used 12,450 on Some("Guide lines"), cost Some(37000000), Some(4) deliverables, Some(72) min, Some(Done), id Some("k3f9"), hold Some("h1")"#
        );
        assert_eq!(
            said("[USE] 2026-02-25T10:18:00Z tokens=1.2K other=x team=A"),
            "2026-02-25: 10:18 A used 1,200 on None, cost None, None deliverables, None min, None, id None, hold None"
        );
        let classes = |text: &str| {
            let line = format!("[USE] 2026-02-25T10:18:00Z team=A tokens=12450 {text}");
            match read(&line, Place::default(), None, &mut Vec::new()).1 {
                Some(Item::Usage(entry)) => {
                    entry.figures.classes.by_key().map(|(_, tokens)| tokens)
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            classes("cache_read=2M input=12,000 output=450"),
            [
                Some(Tokens(12_000)),
                Some(Tokens(450)),
                None,
                Some(Tokens(2_000_000))
            ]
        );
        assert_eq!(classes("output=0"), [None, Some(Tokens(0)), None, None]);
    }

    #[test]
    fn a_class_of_tokens_that_cannot_be_read_is_left_out_of_a_line_that_counts() {
        assert_eq!(
            said("[USE] 2026-02-25T10:18:00Z team=A tokens=5 cache_read=many output=2"),
            "2026-02-25: 10:18 A used 5 on None, cost None, None deliverables, None min, None, id None, hold None; \
             column 55: `cache_read` of this line cannot be read; the line is counted without it (expected a number)"
        );
    }

    #[test]
    fn a_key_nearly_spelled_like_one_that_is_missing_is_found_once() {
        let expected = |pairs: &str| {
            let line = format!("[USE] 2026-02-25T10:18:00Z team=A tokens=5 {pairs}");
            let mut problems = Vec::new();
            let _ = read(&line, Place::default(), None, &mut problems);
            let found = problems.iter().map(|problem| {
                let key = problem.message.split('`').nth(1).unwrap_or_default();
                format!("{key}, {}", problem.label)
            });
            found.collect::<Vec<_>>().join("; ")
        };
        for pairs in [
            "mode=plan in=5 tasks=3 teams=x",
            "modle=a model=b",
            "is=1 if=2 x=3",
        ] {
            assert_eq!(expected(pairs), "", "{pairs}");
        }
        assert_eq!(
            expected("modle=1 modl=2 ID=3 Tasks=4 Mode=5 Task=6 outputs=7"),
            "outputs, expected `output`; Task, expected `task`; modle, expected `model`; ID, expected `id`"
        );
    }

    #[test]
    fn other_lines_are_read() {
        assert_eq!(said("[PRE] 19:15:25 tool=unknown"), "Hook");
        assert_eq!(
            said("[STOP] 2026-02-25T19:17:52+09:00 session_end"),
            "2026-02-25: Hook"
        );
        assert_eq!(
            said("[NOTIFY] 2026-02-25T19:16:18+09:00 threshold_breach"),
            "2026-02-25: Hook"
        );
        assert_eq!(
            said("[NOTIFY] 2026-02-25T10:55:12+09:00 event=overide month=2026-02"),
            "2026-02-25: column 42: the event of this line is misspelled, so it is not counted (expected `override`)"
        );
        assert_eq!(
            said(
                r#"[HOLD] 2026-02-25T10:20:00+09:00 team="Team C" tokens=6000 until=2026-02-25T11:20:00+09:00 id=h81"#
            ),
            r#"2026-02-25: Hold(Hold { team: "Team C", tokens: Tokens(6000), time: 2026-02-25T10:20:00+09:00, until: 2026-02-25T11:20:00+09:00, cost: None, overridden: false, model: None, id: "h81" })"#
        );
        assert_eq!(
            said(
                "[HOLD] 2026-02-25T10:20:00+09:00 team=A tokens=6000 cost=$0.12 model=claude-opus-5 until=2026-02-25T11:20:00+09:00 id=h82"
            ),
            r#"2026-02-25: Hold(Hold { team: "A", tokens: Tokens(6000), time: 2026-02-25T10:20:00+09:00, until: 2026-02-25T11:20:00+09:00, cost: Some(StatedCost { nanos: 120000000, currency: Some(USD) }), overridden: false, model: Some("claude-opus-5"), id: "h82" })"#
        );
        assert_eq!(
            said(
                "[HOLD] 2026-02-25T10:20:00+09:00 team=A tokens=6000 cost=much until=2026-02-25T11:20:00+09:00 id=h83"
            ),
            r#"2026-02-25: Hold(Hold { team: "A", tokens: Tokens(6000), time: 2026-02-25T10:20:00+09:00, until: 2026-02-25T11:20:00+09:00, cost: None, overridden: false, model: None, id: "h83" })"#
        );
        assert_eq!(
            said("[FREE] 2026-02-25T10:41:00+09:00 id=h81"),
            r#"2026-02-25: Free("h81")"#
        );
    }

    #[test]
    fn what_is_missing_or_unreadable_is_named_with_its_column() {
        let table = [
            (
                "[USE]",
                "column 6: a line of this kind starts with its time (not an RFC 3339 time)",
            ),
            (
                "[USE] 10:18 team=A tokens=5",
                "column 7: a line of this kind starts with its time (not an RFC 3339 time)",
            ),
            (
                "[USE] 2026-02-25T10:18:00Z tokens=5",
                "2026-02-25: column 1: `team` is missing, so the line is not counted (needs `team=`)",
            ),
            (
                "[USE] 2026-02-25T10:18:00Z team=A",
                "2026-02-25: column 1: `tokens` is missing, so the line is not counted (needs `tokens=`)",
            ),
            (
                "[USE] 2026-02-25T10:18:00Z team=A tokens=5x",
                "2026-02-25: column 42: `tokens` of this line cannot be read, so the line is not counted (expected a number)",
            ),
            (
                "[USE] 2026-02-25T10:18:00Z team=팀 tokens=1-2",
                "2026-02-25: column 42: `tokens` of this line cannot be read, so the line is not counted (expected a number like `12450`)",
            ),
            (
                "[USE] 2026-02-25T10:18:00Z team=Team A tokens=5",
                "2026-02-25: column 38: this is not a `key=value` pair (expected `key=value`)",
            ),
            (
                "[USE] 2026-02-25T10:18:00Z team=\"Team A tokens=5",
                "2026-02-25: column 28: this is not a `key=value` pair (expected `key=value`)",
            ),
            (
                "[HOLD] 2026-02-25T10:18:00Z team=A tokens=5 until=later id=h",
                "2026-02-25: column 51: `until` of this line cannot be read, so the line is not counted (expected an RFC 3339 time like `2026-02-25T10:18:00+09:00`)",
            ),
            (
                "[FREE] 2026-02-25T10:18:00Z",
                "2026-02-25: column 1: `id` is missing, so the line is not counted (needs `id=`)",
            ),
        ];
        for (line, expected) in table {
            assert_eq!(said(line), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_line_panics(line in r#"\[(USE|HOLD|FREE|NOTIFY|PRE)\] (2026-02-25T10:18:00Z )?[a-z="\\ 0-9,팀]{0,40}"#) {
            said(&line);
        }
    }
}
