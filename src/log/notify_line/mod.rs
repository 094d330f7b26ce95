//! `[NOTIFY]` lines with keys that tokmon knows: events, and notices that went out. All others are hook lines.

mod event;
mod notice;

use memchr::memmem;

use super::{
    cell,
    lines::{Pairs, problem},
};
use crate::{
    diagnostic::Diagnostic,
    model::{LineEvent, StatedCost, Tokens},
    text::Place,
};

type Read<T> = Result<T, Box<Diagnostic>>;

/// Reads what follows the tag.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, place: Place) -> Read<LineEvent<'a>> {
    // Most lines have neither; there are thousands of them.
    let has = |key: &str| memmem::find(rest.as_bytes(), key.as_bytes()).is_some();
    match (has("threshold="), has("event=")) {
        (false, false) => Ok(LineEvent::Hook),
        (true, false) => notice::read(line, rest, place),
        (true, true) if has("event=rearmed") => notice::read(line, rest, place),
        (_, true) => event::read(line, rest, place),
    }
}

fn tokens(pairs: &Pairs<'_>, key: &str) -> Read<Option<Tokens>> {
    let tokens = pairs.tokens(key).map_err(|_| {
        let text = pairs.get(key).map_or("", |text| text);
        unread(pairs, key, text, "a number like `12450`")
    })?;
    Ok(tokens.map(|tokens| tokens.value))
}

fn cost(pairs: &Pairs<'_>, key: &str, text: &str) -> Read<StatedCost> {
    match cell::money(text) {
        Ok(Some(money)) => Ok(StatedCost {
            nanos: money.amount.value,
            currency: money.currency,
        }),
        _ => Err(unread(pairs, key, text, "an amount like `$0.381`")),
    }
}

/// That the line says nothing, because of the value of a key.
fn unread(pairs: &Pairs<'_>, key: &str, text: &str, expected: &str) -> Box<Diagnostic> {
    let span = pairs.span_of(key).unwrap_or_default();
    let message = format!("`{key}` of this line cannot be read, so the line says nothing");
    let label = format!("expected {expected}");
    let finding = problem(pairs.line, pairs.place, span, &message, &label);
    Box::new(finding.help(format!("found `{text}`: write {expected}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        EventKind, Level, LogEvent, Notice, NoticeAmount, NoticeBasis, NoticeScope, PeriodKey,
    };

    fn said(rest: &str) -> String {
        let line = format!("[NOTIFY] {rest}");
        let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
        match read(&line, rest, Place::default()) {
            Ok(LineEvent::Hook) => "hook".to_owned(),
            Ok(event) => format!("{event:?}"),
            Err(problem) => format!(
                "column {}: {} ({})",
                problem.place.column, problem.message, problem.label
            ),
        }
    }

    const AT: &str = "2026-02-25T10:55:12+09:00";

    #[test]
    fn events_are_read_with_all_their_keys() {
        let line = format!(
            r#"{AT} event=override by=alice team="Team A" reason="ship \"it\"" month=2026-01 tokens=6,000 cost=$0.018 id=e1 other=x"#
        );
        let Ok(LineEvent::Event(event)) = read(&line, &line, Place::default()) else {
            panic!("{}", said(&line));
        };
        let expected = LogEvent {
            by: Some("alice".into()),
            reason: Some("ship \"it\"".into()),
            team: Some("Team A".into()),
            tokens: Some(Tokens(6_000)),
            cost: Some(StatedCost {
                nanos: 18_000_000,
                currency: crate::model::Currency::parse("USD"),
            }),
            id: Some("e1".into()),
            ..LogEvent::new(
                EventKind::Override,
                AT.parse().unwrap(),
                "2026-01".parse().unwrap(),
            )
        };
        assert_eq!(*event, expected);
        assert_eq!(event.to_static(), expected);
        // The month of a moment is that of its own clock; a time of its own outranks that of the line.
        let line =
            "2026-03-01T00:30:00+09:00 event=signoff month=2026-02 time=2026-02-28T23:30:00+09:00";
        let Ok(LineEvent::Event(event)) = read(line, line, Place::default()) else {
            panic!("{}", said(line));
        };
        assert_eq!(
            (event.kind, event.month.to_string(), event.time.to_rfc3339()),
            (
                EventKind::SignOff,
                "2026-02".to_owned(),
                "2026-02-28T23:30:00+09:00".to_owned()
            )
        );
    }

    #[test]
    fn notices_are_read_with_their_period_and_unit() {
        let notice = |rest: &str| match read(rest, rest, Place::default()) {
            Ok(LineEvent::Notice(notice)) => notice.to_static(),
            _ => panic!("{}", said(rest)),
        };
        let of_tokens = notice(&format!(
            "{AT} threshold=80 scope=total basis=actual level=warning used=161200 budget=200000"
        ));
        assert_eq!(
            of_tokens,
            Notice {
                time: AT.parse().unwrap(),
                threshold: 80,
                scope: NoticeScope::Total,
                basis: NoticeBasis::Actual,
                level: Some(Level::Warning),
                used: Some(NoticeAmount::Tokens(Tokens(161_200))),
                budget: Some(NoticeAmount::Tokens(Tokens(200_000))),
                chance: None,
                rearmed: false,
                period: PeriodKey::Month("2026-02".parse().unwrap()),
            }
        );
        assert!(!of_tokens.is_of_money());
        let of_team = notice(&format!(
            r#"{AT} threshold=90 scope=team team="Team A" basis=forecast chance=61 event=rearmed used=0.5 budget="20 USD" period=2026-02-10T09:00:00Z"#
        ));
        assert_eq!(of_team.scope, NoticeScope::Team("Team A".into()));
        assert_eq!(of_team.period.month().to_string(), "2026-02");
        assert_eq!(
            of_team.used,
            Some(NoticeAmount::Cost(StatedCost {
                nanos: 500_000_000,
                currency: None
            }))
        );
        assert!(of_team.is_of_money() && of_team.rearmed);
        assert_eq!(of_team.chance, Some(61));
    }

    #[test]
    fn lines_of_other_programs_are_hook_lines() {
        for rest in [
            "",
            "threshold_breach",
            "2026-02-25T10:55:12+09:00 threshold_breach",
            "19:15:25 event=click threshold=80",
            "19:15:25 event=resets",
            "2026-02-25T10:55:12+09:00 event=click reason=x month=13",
            "2026-02-25T10:55:12+09:00 event=reset session=abc",
            "2026-02-25T10:55:12+09:00 agent started event=reset",
            "2026-02-25T10:55:12+09:00 event=override submonth=5",
            "2026-02-25T10:55:12+09:00 event=rest",
            "2026-02-25T10:55:12+09:00 event=",
            "2026-02-25T10:55:12+09:00 theevent=reset x=1",
            "2026-02-25T10:55:12+09:00 threshold=80 basis=actual",
            "2026-02-25T10:55:12+09:00 a threshold=80 scope=total basis=actual",
        ] {
            assert_eq!(said(rest), "hook", "{rest}");
        }
    }

    #[track_caller]
    fn assert_said(table: &[(&str, &str)]) {
        for (rest, expected) in table {
            assert_eq!(said(rest), *expected, "{rest}");
        }
    }

    #[test]
    fn what_is_malformed_is_found_with_its_column() {
        let table = [
            (
                "19:15 event=reset month=2026-02",
                "column 10: a line of this kind starts with its time (not an RFC 3339 time)",
            ),
            (
                "2026-02-25T10:55:12Z event=reset by=two words month=2026-02",
                "column 50: this is not a `key=value` pair (expected `key=value`)",
            ),
            (
                "2026-02-25T10:55:12Z event=overide month=2026-02",
                "column 37: the event of this line is misspelled, so it is not counted (expected `override`)",
            ),
            (
                "2026-02-25T10:55:12Z event=sign-off month=2026-02",
                "column 37: the event of this line is misspelled, so it is not counted (expected `signoff`)",
            ),
            (
                "2026-02-25T10:55:12Z event=Reset month=2026-02",
                "column 37: the event of this line is misspelled, so it is not counted (expected `reset`)",
            ),
            (
                "2026-02-25T10:55:12Z event=reset month=2026-13",
                "column 49: `month` of this line cannot be read, so the line says nothing (expected a month like `2026-02`)",
            ),
            (
                "2026-02-25T10:55:12Z event=reset time=now month=2026-02",
                "column 48: `time` of this line cannot be read, so the line says nothing (expected an RFC 3339 time like `2026-02-25T10:18:00+09:00`)",
            ),
            (
                "2026-02-25T10:55:12Z event=baseline month=2026-02 tokens=5",
                "column 0: `team` is missing, so the line is not counted (needs `team=`)",
            ),
            (
                "2026-02-25T10:55:12Z event=override tokens=many month=2026-02",
                "column 53: `tokens` of this line cannot be read, so the line says nothing (expected a number like `12450`)",
            ),
            (
                "2026-02-25T10:55:12Z event=override cost=free month=2026-02",
                "column 51: `cost` of this line cannot be read, so the line says nothing (expected an amount like `$0.381`)",
            ),
        ];
        assert_said(&table);
    }

    #[test]
    fn what_is_malformed_in_a_notice_is_found_with_its_column() {
        let table = [
            (
                "2026-02-25T10:55:12Z threshold=much scope=total basis=actual",
                "column 41: `threshold` of this line cannot be read, so the line says nothing (expected a percentage like `80`)",
            ),
            (
                "2026-02-25T10:55:12Z threshold=80 scope=world basis=actual",
                "column 50: `scope` of this line cannot be read, so the line says nothing (expected `total` or `team`)",
            ),
            (
                "2026-02-25T10:55:12Z threshold=80 scope=total basis=guess",
                "column 62: `basis` of this line cannot be read, so the line says nothing (expected `actual`, `reserved` or `forecast`)",
            ),
            (
                "2026-02-25T10:55:12Z threshold=80 scope=total basis=actual level=high",
                "column 75: `level` of this line cannot be read, so the line says nothing (expected `note`, `warning`, `critical` or `exceeded`)",
            ),
            (
                "2026-02-25T10:55:12Z threshold=80 scope=total basis=actual period=q1",
                "column 76: `period` of this line cannot be read, so the line says nothing (expected a month like `2026-02`, or the time since when)",
            ),
        ];
        assert_said(&table);
    }
}
