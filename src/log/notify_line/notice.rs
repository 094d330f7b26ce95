//! Notices that went out: `threshold=`, `scope=` and `basis=`.

use chrono::DateTime;

use super::{Read, cost, tokens, unread};
use crate::{
    log::{cell, lines::Pairs},
    model::{Level, LineEvent, Month, Notice, NoticeAmount, NoticeBasis, NoticeScope, PeriodKey},
    text::Place,
};

pub(super) fn read<'a>(line: &'a str, rest: &'a str, place: Place) -> Read<LineEvent<'a>> {
    let Ok(pairs) = Pairs::read(line, rest, place) else {
        return Ok(LineEvent::Hook);
    };
    let keys = ["threshold", "scope", "basis"].map(|key| pairs.get(key));
    let [Some(threshold), Some(scope), Some(basis)] = keys else {
        return Ok(LineEvent::Hook);
    };
    let number = "a percentage like `80`";
    let threshold = threshold
        .parse()
        .map_err(|_| unread(&pairs, "threshold", threshold, number))?;
    let mut all = NoticeBasis::ALL.into_iter();
    let basis = all
        .find(|known| known.word() == basis)
        .ok_or_else(|| unread(&pairs, "basis", basis, "`actual`, `reserved` or `forecast`"))?;
    Ok(LineEvent::Notice(Box::new(Notice {
        time: pairs.time,
        threshold,
        scope: match &**scope {
            "total" => NoticeScope::Total,
            "team" => NoticeScope::Team(pairs.need("team")?.clone()),
            other => return Err(unread(&pairs, "scope", other, "`total` or `team`")),
        },
        basis,
        level: level(&pairs)?,
        chance: match pairs.get("chance") {
            Some(text) => {
                let chance = text.strip_suffix('%').unwrap_or(text).parse();
                Some(chance.map_err(|_| unread(&pairs, "chance", text, number))?)
            }
            None => None,
        },
        rearmed: pairs.get("event").is_some_and(|event| event == "rearmed"),
        used: amount(&pairs, "used")?,
        budget: amount(&pairs, "budget")?,
        period: period(&pairs)?,
    })))
}

fn level(pairs: &Pairs<'_>) -> Read<Option<Level>> {
    let Some(word) = pairs.get("level") else {
        return Ok(None);
    };
    let levels = [
        Level::Note,
        Level::Warning,
        Level::Critical,
        Level::Exceeded,
    ];
    let mut levels = levels.into_iter();
    let level = levels.find(|level| <&str>::from(level) == word);
    let expected = "`note`, `warning`, `critical` or `exceeded`";
    level
        .map(Some)
        .ok_or_else(|| unread(pairs, "level", word, expected))
}

fn period(pairs: &Pairs<'_>) -> Read<PeriodKey> {
    let Some(text) = pairs.get("period") else {
        return Ok(PeriodKey::Month(Month::of(pairs.time.date_naive())));
    };
    let since = || {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(PeriodKey::Since)
    };
    let month = text.parse().ok().map(PeriodKey::Month);
    let expected = "a month like `2026-02`, or the time since when";
    month
        .or_else(since)
        .ok_or_else(|| unread(pairs, "period", text, expected))
}

/// Money where a currency or a decimal point is written, else tokens.
fn amount(pairs: &Pairs<'_>, key: &str) -> Read<Option<NoticeAmount>> {
    let Some(text) = pairs.get(key) else {
        return Ok(None);
    };
    let money = cell::money(text).ok().flatten();
    let has_unit = text.ends_with(['k', 'K', 'm', 'M']);
    let is_money =
        money.is_some_and(|money| money.currency.is_some() || text.contains('.') && !has_unit);
    if is_money {
        return Ok(Some(NoticeAmount::Cost(cost(pairs, key, text)?)));
    }
    Ok(tokens(pairs, key)?.map(NoticeAmount::Tokens))
}
