//! Hold lines and free lines as they are written.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};

use super::usage_line::{LONGEST, Unwritable, check_ids, check_team, cost, quoted};
use crate::{
    log::{self, Item},
    model::{Hold, LineEvent},
    text::FileId,
};

const TIME: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// The line of a hold that begins at a time, without a line end. Fails where it would not read back as it is.
pub fn hold_line(hold: &Hold<'_>) -> Result<String, Unwritable> {
    check_team(&hold.team)?;
    check_ids([("id", &*hold.id)])?;
    let mut line = format!(
        "[HOLD] {} team={}",
        hold.time.format(TIME),
        quoted(&hold.team)
    );
    let mut pair = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(line, " {key}={}", quoted(&value));
        }
    };
    pair("tokens", Some(hold.tokens.0.to_string()));
    pair("cost", hold.cost.map(cost));
    pair("model", hold.model.as_deref().map(str::to_owned));
    pair("override", hold.overridden.then(|| "yes".to_owned()));
    pair("until", Some(hold.until.format(TIME).to_string()));
    pair("id", Some(hold.id.clone().into_owned()));
    let is_same = |event: &LineEvent<'_>| matches!(event, LineEvent::Hold(read) if **read == *hold);
    if line.len() > LONGEST || !reads_back(&line, is_same) {
        return Err((
            "the hold would not read back as it was given".to_owned(),
            "use fewer tokens than a million billion, and plain names",
        ));
    }
    Ok(line)
}

/// The line that gives up a hold, without a line end.
pub fn free_line(id: &str, time: DateTime<FixedOffset>) -> Result<String, Unwritable> {
    check_ids([("id", id)])?;
    Ok(format!("[FREE] {} id={id}", time.format(TIME)))
}

fn reads_back(line: &str, is_same: impl Fn(&LineEvent<'_>) -> bool) -> bool {
    let mut found = false;
    let text = format!("{line}\n");
    log::read_str(&text, FileId::LOG, &mut |item| {
        if let Item::Line { event, .. } = item {
            found = is_same(&event);
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Currency, StatedCost, Tokens};

    fn hold<'a>(team: &'a str, model: Option<&'a str>, nanos: Option<u64>) -> Hold<'a> {
        Hold {
            team: team.into(),
            tokens: Tokens(6_000),
            time: time(),
            until: "2026-02-25T11:20:00+09:00".parse().unwrap(),
            cost: nanos.map(|nanos| StatedCost {
                nanos,
                currency: Some(Currency::USD),
            }),
            model: model.map(Into::into),
            overridden: false,
            id: "h81".into(),
        }
    }

    fn time() -> DateTime<FixedOffset> {
        "2026-02-25T10:20:00+09:00".parse().unwrap()
    }

    #[test]
    fn a_hold_holds_what_was_given() {
        let plain = hold_line(&hold("A", None, None));
        assert_eq!(
            plain.unwrap(),
            "[HOLD] 2026-02-25T10:20:00+09:00 team=A tokens=6000 until=2026-02-25T11:20:00+09:00 id=h81"
        );
        let full = hold(r#"Team "C""#, Some("claude opus"), Some(120_000_000));
        assert_eq!(
            hold_line(&full).unwrap(),
            r#"[HOLD] 2026-02-25T10:20:00+09:00 team="Team \"C\"" tokens=6000 cost=$0.12 model="claude opus" until=2026-02-25T11:20:00+09:00 id=h81"#
        );
        let overridden = Hold {
            overridden: true,
            ..hold("A", None, None)
        };
        assert_eq!(
            hold_line(&overridden).unwrap(),
            "[HOLD] 2026-02-25T10:20:00+09:00 team=A tokens=6000 override=yes until=2026-02-25T11:20:00+09:00 id=h81"
        );
        assert_eq!(
            free_line("h81", time()).unwrap(),
            "[FREE] 2026-02-25T10:20:00+09:00 id=h81"
        );
    }

    #[test]
    fn what_would_not_read_back_is_refused() {
        for team in ["", "TOTAL", "a\nb"] {
            assert!(hold_line(&hold(team, None, None)).is_err(), "{team:?}");
        }
        let long = "x".repeat(5_000);
        assert!(hold_line(&hold(&long, None, None)).is_err());
        assert!(free_line("a b", time()).is_err());
    }

    proptest! {
        #[test]
        fn every_name_reads_back_or_is_refused(team in any::<String>(), model in proptest::option::of(any::<String>()), nanos in proptest::option::of(0_u64..1_000_000_000_000)) {
            let _ = hold_line(&hold(&team, model.as_deref(), nanos));
        }
    }
}
