//! Usage lines as they are written: the usage of one task on one line, in words that read back as they were given.

use std::fmt::Write as _;

use super::style::{is_writable_id, one_line};
use crate::{
    log::{self, Item, cell},
    model::{Currency, Money, StatedCost, Status, Usage, is_total},
    text::FileId,
};

/// The most bytes of a line: every shell and system writes that many at once.
pub const LONGEST: usize = 4_000;

/// What is wrong with a statement, and what to do.
pub type Unwritable = (String, &'static str);

/// The line, without a line end. Fails where it would not read back as it is.
pub fn usage_line(usage: &Usage) -> Result<String, Unwritable> {
    check(usage)?;
    let time = usage.time.format("%Y-%m-%dT%H:%M:%S%:z");
    let mut line = format!("[USE] {time} team={}", quoted(&usage.team));
    let mut pair = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(line, " {key}={}", quoted(&value));
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(one_line);
    let number = |count: Option<u64>| count.map(|count| count.to_string());
    let status = usage.status.as_ref().map(Status::word);
    let task = text(&usage.task).filter(|task| !cell::is_absent(task));
    pair("task", task);
    pair("tokens", number(Some(usage.tokens.0)));
    for (key, tokens) in usage.classes.by_key() {
        pair(key, number(tokens.map(|tokens| tokens.0)));
    }
    let open = if usage.has_open_cost { "+" } else { "" };
    pair("cost", usage.cost.map(|of| cost(of) + open));
    pair("status", status.map(str::to_owned));
    pair("deliverables", number(usage.deliverables));
    pair("minutes", number(usage.minutes));
    let model = text(&usage.model).filter(|model| !model.is_empty());
    pair("model", model);
    pair("id", Some(usage.id.clone()));
    pair("hold", usage.hold.clone());
    let len = line.len();
    if len > LONGEST {
        let message = format!("the line would have {len} bytes, and may have {LONGEST}");
        return Err((message, "shorten the task"));
    }
    read_back(usage, &line)?;
    Ok(line)
}

fn check(usage: &Usage) -> Result<(), Unwritable> {
    check_team(&usage.team)?;
    let hold = usage.hold.as_ref().map(|hold| ("hold", hold.as_str()));
    check_ids(std::iter::once(("id", usage.id.as_str())).chain(hold))
}

/// Whether a name can be that of a team.
pub(super) fn check_team(team: &str) -> Result<(), Unwritable> {
    if team.chars().any(char::is_control) {
        return Err((
            format!("the name of the team has a line break or a control character: {team:?}"),
            "write the name on one line, in printable characters",
        ));
    }
    if cell::is_absent(team) {
        let message = "the name of the team is empty";
        return Err((message.to_owned(), "name the team that used the tokens"));
    }
    if is_total(team) {
        let message = format!("`{team}` is the name of a total, not of a team");
        return Err((message, "name the team that used the tokens"));
    }
    Ok(())
}

/// Whether ids can be written, each with what it is.
pub(super) fn check_ids<'a>(
    ids: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), Unwritable> {
    let mut ids = ids.into_iter();
    ids.find(|(_, id)| !is_writable_id(id)).map_or(Ok(()), |(what, id)| {
        Err((
            format!("this {what} cannot be written: {id:?}"),
            "use letters, digits and `-_.:`, 200 of them at most, without blanks and without `--`",
        ))
    })
}

/// Reads the line as any other run will.
fn read_back(usage: &Usage, line: &str) -> Result<(), Unwritable> {
    let mut is_same = false;
    let text = format!("{line}\n");
    log::read_str(&text, FileId::LOG, &mut |item| {
        if let Item::Usage(entry) = item {
            let tokens = entry.figures.tokens.map(|tokens| tokens.value);
            is_same = tokens == Some(usage.tokens)
                && entry.work.team == usage.team
                && entry.figures.classes == usage.classes
                && entry.id.as_deref() == Some(&usage.id)
                && entry.when.date == Some(usage.time.date_naive())
                && entry.figures.cost.map(|cost| cost.value) == usage.cost.map(|cost| cost.nanos)
                && (entry.figures.open == usage.has_open_cost || usage.cost.is_none());
        }
    });
    if is_same {
        return Ok(());
    }
    Err((
        "the line would not read back as it was given".to_owned(),
        "use fewer tokens than a million billion, and plain text",
    ))
}

pub(super) fn quoted(value: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && c != '"';
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn cost(cost: StatedCost) -> String {
    let money = Money {
        nanos: cost.nanos.into(),
        currency: cost.currency.unwrap_or(Currency::USD),
    };
    let decimal = money.decimal();
    match cost.currency.map(|currency| (currency.sign(), currency)) {
        None => decimal,
        Some((Some(sign), _)) => format!("{sign}{decimal}"),
        Some((None, currency)) => format!("{decimal} {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::{LogSet, Revision, settle};
    use crate::model::{TokenClasses, Tokens};

    fn usage(team: &str) -> Usage {
        Usage {
            time: "2026-02-25T10:18:00+09:00".parse().unwrap(),
            team: team.to_owned(),
            tokens: Tokens(12_450),
            classes: TokenClasses::default(),
            task: None,
            cost: None,
            has_open_cost: false,
            status: None,
            deliverables: None,
            minutes: None,
            model: None,
            id: "k3f9".to_owned(),
            hold: None,
        }
    }

    #[test]
    fn a_line_holds_what_was_given() {
        let all = Usage {
            task: Some("Guide\nlines \"two\" \\ x=1".to_owned()),
            cost: Some(StatedCost {
                nanos: 37_000_000,
                currency: None,
            }),
            status: Some(Status::Done),
            deliverables: Some(4),
            classes: TokenClasses {
                input: Some(Tokens(12_000)),
                output: Some(Tokens(450)),
                cache_write: Some(Tokens(0)),
                cache_read: Some(Tokens(2_000_000)),
            },
            minutes: Some(72),
            model: Some("claude-haiku-4-5".to_owned()),
            hold: Some("h1".to_owned()),
            ..usage("Team A")
        };
        assert_eq!(
            usage_line(&all).unwrap(),
            r#"[USE] 2026-02-25T10:18:00+09:00 team="Team A" task="Guide lines \"two\" \\ x=1" tokens=12450 input=12000 output=450 cache_write=0 cache_read=2000000 cost=0.037 status=done deliverables=4 minutes=72 model=claude-haiku-4-5 id=k3f9 hold=h1"#
        );
        let euros = Usage {
            cost: Some(StatedCost {
                nanos: 1_500_000_000,
                currency: Currency::parse("CHF"),
            }),
            has_open_cost: true,
            ..usage("A|B")
        };
        assert_eq!(
            usage_line(&euros).unwrap(),
            r#"[USE] 2026-02-25T10:18:00+09:00 team=A|B tokens=12450 cost="1.50 CHF+" id=k3f9"#
        );
    }

    #[test]
    fn what_would_not_read_back_is_refused() {
        for team in ["", " ", "-", "TOTAL", "Team\nA", "a\u{1b}[2J"] {
            assert!(usage_line(&usage(team)).is_err(), "{team:?}");
        }
        for id in ["", "a b", "a--b", "a|b", "\""] {
            let line = Usage {
                id: id.to_owned(),
                ..usage("A")
            };
            assert!(usage_line(&line).is_err(), "{id:?}");
        }
        let long = Usage {
            task: Some("x".repeat(5_000)),
            ..usage("A")
        };
        assert!(usage_line(&long).unwrap_err().0.contains("bytes"));
        let absurd = Usage {
            tokens: Tokens(u64::MAX),
            ..usage("A")
        };
        assert!(usage_line(&absurd).is_err());
    }

    /// What the daily rows of a log say.
    fn rows(text: &str) -> Vec<String> {
        let mut rows = Vec::new();
        log::read_str(text, FileId::LOG, &mut |item| {
            if let Item::Row(row) = &item
                && let log::RowValue::Entry(entry) = &row.value
                && entry.kind == crate::model::EntryKind::Daily
            {
                rows.push(format!(
                    "{} {:?} {:?} {:?} {:?} {:?} {:?}",
                    entry.work.team,
                    entry.work.task,
                    entry.figures.tokens.map(|tokens| tokens.value.0),
                    entry.figures.cost.map(|cost| cost.value),
                    entry.status,
                    entry.id,
                    entry.when.date
                ));
            }
        });
        rows
    }

    proptest! {
        #[test]
        fn a_recorded_row_reads_back_as_it_was_given(
            team in r#"[A-Za-z한é*_`|<>&\[\]\\#~=" .-]{1,24}"#,
            task in proptest::option::of(r#"[A-Za-z0-9한*_`|<>&\[\]\\#~=!()" \n.:/-]{1,40}"#),
            tokens in 0_u64..2_000_000,
            cost in proptest::option::of(0_u64..5_000_000_000),
            crlf: bool,
        ) {
            let given = Usage { tokens: Tokens(tokens), task: task.clone(), cost: cost.map(|nanos| StatedCost { nanos, currency: None }), ..usage(&team) };
            let Ok(line) = usage_line(&given) else { return Ok(()) };
            let newline = if crlf { "\r\n" } else { "\n" };
            let log = ["# Cost Log v2.0", "", "## 2026-02 Monthly Summary", "", "| Team | Task | Tokens | Cost |", "|---|---|---|---|", "| Old | x | 5 | $0.001 |", "", &line, ""].join(newline);
            let log_set = LogSet::default();
            let revision = Revision::read(log, &log_set);
            let settlement = settle(&revision, &log_set);
            prop_assert_eq!(settlement.1, 1, "{}", revision.text());
            let settled = revision.apply(settlement.0, &log_set).unwrap();
            let word = |text: &str| one_line(text);
            let task = task.map(|task| word(&task)).filter(|task| !cell::is_absent(task));
            let expected = format!("{} {:?} Some({tokens}) {cost:?} None Some(\"k3f9\") Some(2026-02-25)", word(&team), task);
            prop_assert_eq!(rows(settled.text()), vec![expected], "{}", settled.text());
        }
    }
}
