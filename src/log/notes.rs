//! The `Key: value` pairs outside tables: in the block quotes at the top of a log, and in lists under a label, such as efficiency
//! metrics, efficiency targets and budget status.

use chrono::NaiveDateTime;

use super::cell;
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{
        BudgetSpan, Currency, Header, NoteValue, Price, SpanLimit, StatedCost, Tokens, fold_name,
    },
    text::Place,
};

/// What the pairs of a line of the header say; several are separated by `|`.
pub(super) fn header(line: &str) -> impl Iterator<Item = Header> + '_ {
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
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '@');
    let currency = Currency::parse(value.split(is_end).next()?)?;
    let after_at = value.split_once('@').map(|(_, price)| price);
    let model = || Some(value.rsplit_once('(')?.1.split_once(')')?.0.trim());
    Some(Header::Currency {
        currency,
        price: after_at.and_then(|text| price(text, currency)),
        model: model().map(str::to_owned),
    })
}

/// `$0.003/1K tokens`, `$3 per 1,000,000 tokens`. None where it is no whole number of picos per token.
fn price(text: &str, currency: Currency) -> Option<Price> {
    let (amount, unit) = text.split_once('/').or_else(|| text.split_once(" per "))?;
    let amount = amount.trim_start_matches(|c: char| !c.is_ascii_digit());
    let unit = unit.split_whitespace().next()?;
    let tokens = match cell::tokens(unit) {
        Ok(Some(cell)) => cell.used.value,
        _ => match unit.to_ascii_lowercase().as_str() {
            "k" | "ktok" => Tokens(1_000),
            "m" | "mtok" | "million" => Tokens(1_000_000),
            _ => return None,
        },
    };
    let (picos_per_token, _) = cell::price(amount, tokens)?;
    Some(Price {
        picos_per_token,
        currency,
    })
}

/// `2026-02-25 19:15 UTC`, with or without seconds, `T` and zone; a date alone is its midnight.
fn timestamp(value: &str) -> Option<NaiveDateTime> {
    let date = cell::date(value.get(..10)?).ok()??;
    let rest = value.get(10..)?.trim_start_matches(['T', ' ', ',']);
    let (time, _) = cell::split_while(rest, |c| c.is_ascii_digit() || c == ':');
    let time = cell::time_range(time).ok().flatten();
    Some(date.and_time(time.map(|time| time.start).unwrap_or_default()))
}

/// Whether the list under a label is read, in whatever section it is.
pub(super) fn is_known_label(label: &str) -> bool {
    let label = fold_name(label.trim_matches(|c: char| !c.is_alphanumeric()));
    [
        "budget",
        "token efficiency",
        "efficiency metrics",
        "efficiency targets",
    ]
    .iter()
    .any(|known| label.contains(known))
}

/// What an item says, or that it cannot be read. `None` where it means nothing here.
pub(super) fn note(item: &str) -> Option<Result<NoteValue, cell::Unreadable>> {
    let (key, value) = item.split_once(':')?;
    let value = value.trim();
    if cell::is_absent(value) {
        return None;
    }
    let cell = || cell::leading_tokens(value);
    let amount = || Ok(cell()?.used);
    let range = || cell().map(|cell| (cell.from.unwrap_or(cell.used.value), cell.used.value));
    Some(match fold_name(key).as_str() {
        "total budget" | "budget" | "monthly budget" | "token budget" => match money(value) {
            Some(cost) => Ok(NoteValue::CostBudget(cost)),
            None => amount().map(NoteValue::TotalBudget),
        },
        "daily budget" => span_budget(BudgetSpan::Day, value)?,
        "weekly budget" => span_budget(BudgetSpan::Week, value)?,
        "current usage" => amount().map(|used| NoteValue::CurrentUsage(used, cell::percent(value))),
        "remaining budget" => amount().map(|left| NoteValue::Remaining(left, cell::percent(value))),
        "projected final" => range().map(|(from, to)| NoteValue::ProjectedFinal(from, to)),
        "risk level" => {
            let level = value.trim_start_matches(|c: char| !c.is_alphanumeric());
            Ok(NoteValue::RiskLevel(level.to_owned()))
        }
        "target per team" => range().map(|(from, to)| NoteValue::EfficiencyTarget(from, to)),
        "alert threshold" => amount().map(|used| NoteValue::EfficiencyAlert(used.value)),
        _ => {
            let (count, deliverables) = cell::efficiency(value)?;
            let team = key.trim().to_owned();
            Ok(NoteValue::Efficiency {
                team,
                count,
                deliverables,
            })
        }
    })
}

/// An amount in a currency.
fn money(value: &str) -> Option<StatedCost> {
    let cell = cell::money(value).ok()??;
    Some(StatedCost {
        nanos: cell.amount.value,
        currency: Some(cell.currency?),
    })
}

/// A budget for a day or a week. Without a unit, such a note may be about anything.
fn span_budget(span: BudgetSpan, value: &str) -> Option<Result<NoteValue, cell::Unreadable>> {
    let limit = match money(value) {
        Some(cost) => SpanLimit::Cost(cost),
        None if value.contains("token") => {
            SpanLimit::Tokens(cell::leading_tokens(value).ok()?.used.value)
        }
        None => return None,
    };
    Some(Ok(NoteValue::SpanBudget(span, limit)))
}

/// A finding about a note that cannot be read.
pub(super) fn unreadable(why: cell::Unreadable, place: Place) -> Diagnostic {
    let (message, label) = match why {
        cell::Unreadable::TooLarge(most) => (
            format!("the number of this note is too large: it may be {most} at most"),
            "too large",
        ),
        cell::Unreadable::Malformed => (
            "this note has no number that can be read".to_owned(),
            "expected a number of tokens after the colon",
        ),
    };
    Diagnostic::new(Code::UnreadableNumber, message, place)
        .label(label)
        .help("write it like `Total budget: 200,000 tokens`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Amount;

    #[test]
    fn budgets_are_of_tokens_or_money_and_of_a_month_day_or_week() {
        let read = |item| note(item).map(Result::unwrap);
        let five = StatedCost {
            nanos: 5_000_000_000,
            currency: Some(Currency::USD),
        };
        let span = |span, limit| Some(NoteValue::SpanBudget(span, limit));
        for (item, right) in [
            ("Total budget: $5", Some(NoteValue::CostBudget(five))),
            (
                "Total budget: 200,000 tokens",
                Some(NoteValue::TotalBudget(Amount::exact(Tokens(200_000)))),
            ),
            (
                "Daily budget: $5.00",
                span(BudgetSpan::Day, SpanLimit::Cost(five)),
            ),
            (
                "Weekly budget: 500,000 tokens",
                span(BudgetSpan::Week, SpanLimit::Tokens(Tokens(500_000))),
            ),
            ("Weekly budget: 12 hours", None),
        ] {
            assert_eq!(read(item), right, "{item}");
        }
    }

    #[test]
    fn pairs_are_read_and_others_passed_by() {
        let read = |line| header(line).collect::<Vec<_>>();
        let price_of = |picos_per_token, code| Price {
            picos_per_token,
            currency: Currency::parse(code).unwrap(),
        };
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
                price: Some(price_of(3_000_000, "USD")),
                model: Some("claude-haiku-4-5".to_owned()),
            }]
        );
        assert_eq!(
            read("Currency: EUR @ €3.00/1M tokens"),
            [Header::Currency {
                currency: Currency::parse("EUR").unwrap(),
                price: Some(price_of(3_000_000, "EUR")),
                model: None,
            }]
        );
        for (text, picos) in [
            ("USD @ $3.00/1,000,000 tokens", 3_000_000),
            ("USD @ $0.003/1,000 tokens", 3_000_000),
            ("USD, @ $3 per 1M tokens", 3_000_000),
            ("USD @ $0.25/MTok", 250_000),
        ] {
            let Some(Header::Currency { price, .. }) = currency(text) else {
                panic!("{text}");
            };
            assert_eq!(price, Some(price_of(picos, "USD")), "{text}");
        }
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
