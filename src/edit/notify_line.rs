//! `[NOTIFY]` lines as they are written: events and notices, in words that read back as they were given.

use std::{borrow::Cow, fmt::Write as _};

use chrono::{DateTime, FixedOffset};

use super::{
    style::{is_writable_id, one_line},
    usage_line::{LONGEST, Unwritable, cost, quoted},
};
use crate::{
    log::{self, Item},
    model::{LineEvent, LogEvent, Notice, NoticeAmount, NoticeScope, PeriodKey, Tokens},
    text::FileId,
};

/// The line, without a line end. Fails where it would not read back as it is.
pub fn event_line(event: &LogEvent<'_>) -> Result<String, Unwritable> {
    if let Some(id) = event.id.as_ref().filter(|id| !is_writable_id(id)) {
        let message = format!("this id cannot be written: {id:?}");
        return Err((message, "use letters, digits and `-_.:`, without blanks"));
    }
    let mut line = begin(event.time);
    let number = |tokens: Option<Tokens>| tokens.map(|tokens| tokens.0.to_string());
    let text = |text: &Option<Cow<'_, str>>| {
        let line = text.as_deref().map(one_line);
        line.filter(|line| !line.is_empty())
    };
    pair(&mut line, "event", Some(event.kind.word().to_owned()));
    pair(&mut line, "month", Some(event.month.to_string()));
    pair(&mut line, "team", text(&event.team));
    pair(&mut line, "tokens", number(event.tokens));
    pair(&mut line, "cost", event.cost.map(cost));
    pair(&mut line, "unpriced", number(event.unpriced));
    pair(&mut line, "by", text(&event.by));
    pair(&mut line, "reason", text(&event.reason));
    pair(&mut line, "id", text(&event.id));
    finish(line, |read| match read {
        LineEvent::Event(read) => {
            let is_alike = |one: &Option<_>, two: &Option<_>| text(one) == text(two);
            read.kind == event.kind
                && read.time == whole_second(event.time)
                && read.month == event.month
                && is_alike(&read.team, &event.team)
                && is_alike(&read.reason, &event.reason)
                && (read.tokens, read.unpriced) == (event.tokens, event.unpriced)
                && read.cost.map(|cost| cost.nanos) == event.cost.map(|cost| cost.nanos)
                && text(&read.id) == text(&event.id)
        }
        _ => false,
    })
}

/// The same for a notice that goes out.
pub fn notice_line(notice: &Notice<'_>) -> Result<String, Unwritable> {
    let mut line = begin(notice.time);
    let scope = match &notice.scope {
        NoticeScope::Total => ("total", None),
        NoticeScope::Team(name) => ("team", Some(one_line(name))),
    };
    let amount = |amount: Option<NoticeAmount>| match amount? {
        NoticeAmount::Tokens(tokens) => Some(tokens.0.to_string()),
        NoticeAmount::Cost(money) => Some(cost(money)),
    };
    let level = notice.level.map(|level| level.to_string());
    let period = match notice.period {
        PeriodKey::Month(month) => month.to_string(),
        PeriodKey::Since(time) => written(time),
    };
    let rearmed = notice.rearmed.then(|| "rearmed".to_owned());
    let chance = notice.chance.map(|chance| chance.to_string());
    pair(&mut line, "event", rearmed);
    pair(&mut line, "threshold", Some(notice.threshold.to_string()));
    pair(&mut line, "scope", Some(scope.0.to_owned()));
    pair(&mut line, "team", scope.1.clone());
    pair(&mut line, "basis", Some(notice.basis.word().to_owned()));
    pair(&mut line, "level", level);
    pair(&mut line, "chance", chance);
    pair(&mut line, "used", amount(notice.used));
    pair(&mut line, "budget", amount(notice.budget));
    pair(&mut line, "period", Some(period));
    finish(line, |read| match read {
        LineEvent::Notice(read) => {
            let team = match &read.scope {
                NoticeScope::Total => None,
                NoticeScope::Team(name) => Some(name.to_string()),
            };
            team == scope.1
                && (read.threshold, read.basis, read.rearmed)
                    == (notice.threshold, notice.basis, notice.rearmed)
                && read.is_of_money() == notice.is_of_money()
        }
        _ => false,
    })
}

fn begin(time: DateTime<FixedOffset>) -> String {
    format!("[NOTIFY] {}", written(time))
}

/// To the second, which is as exactly as lines say it.
fn written(time: DateTime<FixedOffset>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn whole_second(time: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    written(time).parse().unwrap_or(time)
}

fn pair(line: &mut String, key: &str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        let _ = write!(line, " {key}={}", quoted(&value));
    }
}

/// Reads the line as any other run will.
fn finish(line: String, is_same: impl Fn(&LineEvent<'_>) -> bool) -> Result<String, Unwritable> {
    let len = line.len();
    if len > LONGEST {
        let message = format!("the line would have {len} bytes, and may have {LONGEST}");
        return Err((message, "shorten the reason"));
    }
    let mut found = false;
    log::read_str(format!("{line}\n"), FileId::LOG, &mut |item| {
        if let Item::Line { event, .. } = item {
            found = is_same(&event);
        }
    });
    if found {
        return Ok(line);
    }
    let message = "the line would not read back as it was given";
    Err((message.to_owned(), "use plain text"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Currency, EventKind, Level, NoticeBasis, StatedCost};

    fn event(reason: &str) -> LogEvent<'_> {
        let time = "2026-02-25T10:55:12+09:00".parse().unwrap();
        LogEvent {
            reason: Some(reason.into()),
            ..LogEvent::new(EventKind::Override, time, "2026-02".parse().unwrap())
        }
    }

    #[test]
    fn a_line_holds_what_was_given() {
        let all = LogEvent {
            by: Some("Ann Lee".into()),
            team: Some("Team A".into()),
            tokens: Some(Tokens(6_000)),
            cost: Some(StatedCost {
                nanos: 18_000_000,
                currency: Currency::parse("USD"),
            }),
            unpriced: Some(Tokens(7)),
            id: Some("e1".into()),
            ..event("ship \"it\"\nnow")
        };
        assert_eq!(
            event_line(&all).unwrap(),
            r#"[NOTIFY] 2026-02-25T10:55:12+09:00 event=override month=2026-02 team="Team A" tokens=6000 cost=$0.018 unpriced=7 by="Ann Lee" reason="ship \"it\" now" id=e1"#
        );
        let notice = Notice {
            time: "2026-02-25T10:55:12+09:00".parse().unwrap(),
            threshold: 80,
            scope: NoticeScope::Team("Team A".into()),
            basis: NoticeBasis::Actual,
            level: Some(Level::Warning),
            used: Some(NoticeAmount::Tokens(Tokens(161_200))),
            budget: Some(NoticeAmount::Tokens(Tokens(200_000))),
            chance: None,
            rearmed: false,
            period: PeriodKey::Month("2026-02".parse().unwrap()),
        };
        assert_eq!(
            notice_line(&notice).unwrap(),
            r#"[NOTIFY] 2026-02-25T10:55:12+09:00 threshold=80 scope=team team="Team A" basis=actual level=warning used=161200 budget=200000 period=2026-02"#
        );
        let of_money = Notice {
            scope: NoticeScope::Total,
            used: Some(NoticeAmount::Cost(StatedCost {
                nanos: 381_000_000,
                currency: Currency::parse("CHF"),
            })),
            budget: None,
            chance: Some(61),
            rearmed: true,
            period: PeriodKey::Since("2026-02-10T09:00:00Z".parse().unwrap()),
            ..notice
        };
        assert_eq!(
            notice_line(&of_money).unwrap(),
            r#"[NOTIFY] 2026-02-25T10:55:12+09:00 event=rearmed threshold=80 scope=total basis=actual level=warning chance=61 used="0.381 CHF" period=2026-02-10T09:00:00+00:00"#
        );
    }

    #[test]
    fn what_would_not_read_back_is_refused() {
        let long = "x".repeat(5_000);
        assert!(event_line(&event(&long)).unwrap_err().0.contains("bytes"));
        let id = LogEvent {
            id: Some("a b".into()),
            ..event("x")
        };
        assert!(event_line(&id).is_err());
    }

    proptest! {
        #[test]
        fn every_reason_and_team_reads_back_on_one_line(reason in "\\PC{0,40}[\n\r\t\u{1b}]?.{0,9}", team in ".{1,20}") {
            let event = LogEvent { team: Some(team.into()), ..event(&reason) };
            let line = event_line(&event);
            prop_assert!(line.as_ref().is_ok_and(|line| !line.contains(['\n', '\r', '\u{1b}'])), "{:?}", line);
        }
    }
}
