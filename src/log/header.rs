//! The block quotes at the top of a log: `Key: value` pairs, several to a line with `|` between them.

use chrono::NaiveDateTime;

use super::cell;
use crate::model::{Currency, Header, Price, fold_name};

/// The pairs of one line that mean something to us.
pub(super) fn read(line: &str) -> impl Iterator<Item = Header> + '_ {
    line.split('|').filter_map(|pair| {
        let (key, value) = pair.split_once(':')?;
        let value = value.trim();
        match fold_name(key).as_str() {
            "retention policy" => retention(value).map(Header::RetentionDays),
            "currency" => currency(value),
            "last updated" => timestamp(value).map(Header::LastUpdated),
            _ => None,
        }
    })
}

/// The number before the word `day` or `days`: `… daily details purged after 30 days`.
fn retention(value: &str) -> Option<u32> {
    let mut before = None;
    for word in value
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if word.eq_ignore_ascii_case("days") || word.eq_ignore_ascii_case("day") {
            return before;
        }
        before = word.parse().ok();
    }
    None
}

/// `USD @ $0.003/1K tokens (claude-haiku-4-5)`.
fn currency(value: &str) -> Option<Header> {
    let code = value.split_whitespace().next()?;
    let currency = Currency::parse(code)?;
    let price = value.split_once('@').and_then(|(_, price)| {
        let (amount, unit) = price.split_once('/')?;
        let amount = cell::nanos(
            amount
                .trim()
                .trim_start_matches(|c: char| !c.is_ascii_digit()),
        )?;
        let unit = fold_name(unit);
        let divisor =
            if unit.starts_with("1k") || unit.starts_with("1,000") || unit.starts_with("1000") {
                1
            } else if unit.starts_with("1m") || unit.starts_with("1,000,000") {
                1_000
            } else {
                return None;
            };
        Some(Price::per_thousand(amount / divisor, currency))
    });
    let model = value
        .rsplit_once('(')
        .and_then(|(_, model)| model.split_once(')'))
        .map(|(model, _)| model.trim().to_owned());
    Some(Header::Currency {
        currency,
        price,
        model,
    })
}

/// `2026-02-25 19:15 UTC`, with or without seconds, `T` and zone; a date alone is its midnight.
fn timestamp(value: &str) -> Option<NaiveDateTime> {
    let date = cell::date(value.get(..10)?).ok()??;
    let rest = value.get(10..)?.trim_start_matches(['T', ' ', ',']);
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ':')
        .unwrap_or(rest.len());
    let time = cell::time_range(rest.get(..end)?).ok().flatten();
    Some(date.and_time(time.map(|time| time.start).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_and_others_passed_by() {
        let read = |line| read(line).collect::<Vec<_>>();
        assert_eq!(
            read(
                "Retention Policy: Monthly aggregates kept indefinitely; daily details purged after 30 days"
            ),
            [Header::RetentionDays(30)]
        );
        assert_eq!(
            read("Unit: Tokens | Currency: USD @ $0.003/1K tokens (claude-haiku-4-5)"),
            [Header::Currency {
                currency: Currency::USD,
                price: Some(Price::per_thousand(3_000_000, Currency::USD)),
                model: Some("claude-haiku-4-5".to_owned()),
            }]
        );
        assert_eq!(
            read("Currency: EUR @ €3.00/1M tokens"),
            [Header::Currency {
                currency: Currency::parse("EUR").unwrap(),
                price: Some(Price::per_thousand(
                    3_000_000,
                    Currency::parse("EUR").unwrap()
                )),
                model: None,
            }]
        );
        let updated = |text: &str| Header::LastUpdated(text.parse().unwrap());
        assert_eq!(
            read("Last Updated: 2026-02-25 19:15 UTC"),
            [updated("2026-02-25T19:15:00")]
        );
        assert_eq!(
            read("Last Updated: 2026-02-25"),
            [updated("2026-02-25T00:00:00")]
        );
        assert_eq!(read("Format Change: 2026-02-25 (see archive/) | Note"), []);
    }
}
