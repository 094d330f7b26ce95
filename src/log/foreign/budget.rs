//! Budgets that a log states in a sentence, a list or a cell: a word for a budget, an amount, and perhaps a period.

use super::{
    figure::{self, FigureStyle},
    words::{self, BudgetPeriod},
};
use crate::model::{Amount, BudgetSpan, DecimalMark, NoteValue, SpanLimit, StatedCost, Tokens};

/// A longer text is no statement of a budget.
const LONGEST: usize = 400;

/// The most words that an amount is written with: `1,5 Mio tokens`.
const MOST_WORDS: usize = 4;

/// The budgets that a text states: for a month, a day or a week. One for a year is none.
pub(super) fn stated(text: &str, decimal: Option<DecimalMark>) -> Vec<NoteValue> {
    if text.len() > LONGEST || !words::names_budget(text) {
        return Vec::new();
    }
    let span = match words::period(text) {
        None if words::names_other_scope(text) => return Vec::new(),
        None | Some(BudgetPeriod::Month) => None,
        Some(BudgetPeriod::Day) => Some(BudgetSpan::Day),
        Some(BudgetPeriod::Week) => Some(BudgetSpan::Week),
        Some(BudgetPeriod::Year) => return Vec::new(),
    };
    let style = FigureStyle {
        decimal,
        ..FigureStyle::default()
    };
    let spans = spans(text);
    let money = spans.iter().find_map(|span| money(span, &style));
    let has_unit = words::names_tokens(text);
    let tokens = spans.iter().find_map(|span| tokens(span, &style, has_unit));
    let tokens = tokens.map(|tokens| match span {
        None => NoteValue::TotalBudget(tokens),
        Some(span) => NoteValue::SpanBudget(span, SpanLimit::Tokens(tokens.value)),
    });
    let money = money.map(|cost| match span {
        None => NoteValue::CostBudget(cost),
        Some(span) => NoteValue::SpanBudget(span, SpanLimit::Cost(cost)),
    });
    tokens.into_iter().chain(money).collect()
}

/// The runs of words of a text, the longer ones first of those that begin at the same word.
fn spans(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = |from: usize| {
        let words = &words;
        (1..=MOST_WORDS).rev().filter_map(move |count| {
            let span = words.get(from..from + count)?.join(" ");
            let is_mark = |c: char| {
                matches!(
                    c,
                    '.' | ',' | ';' | ':' | '!' | '(' | ')' | '。' | '、' | '，'
                )
            };
            let span = span.trim_matches(is_mark);
            (!span.is_empty()).then(|| span.to_owned())
        })
    };
    (0..words.len()).flat_map(at).collect()
}

fn money(span: &str, style: &FigureStyle) -> Option<StatedCost> {
    if !figure::has_currency(span) {
        return None;
    }
    let figure = figure::money(span, style).ok()??;
    Some(StatedCost {
        nanos: figure.amount.value,
        currency: figure.currency,
    })
}

/// Tokens, with a word for them or a magnitude. Where the text names tokens elsewhere, a bare number that is large enough is it.
fn tokens(span: &str, style: &FigureStyle, has_unit: bool) -> Option<Amount<Tokens>> {
    const LEAST: Tokens = Tokens(1_000);
    // A year is no number of tokens.
    const YEARS: std::ops::Range<u64> = 1_990..2_100;
    if figure::has_currency(span) {
        return None;
    }
    let used = figure::tokens(span, style).ok()??.used;
    let is_bare = span.chars().all(|c| !c.is_alphabetic());
    let is_large = used.value >= LEAST && !YEARS.contains(&used.value.0);
    (!is_bare || has_unit && is_large).then_some(used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_found_with_their_amounts() {
        let found = |text: &str| {
            let stated = stated(text, None);
            let shown = stated.iter().map(|value| match value {
                NoteValue::TotalBudget(tokens) => tokens.value.to_string(),
                NoteValue::CostBudget(cost) => {
                    let cents = cost.nanos / 10_000_000;
                    let code = cost.currency.map(|currency| currency.code().to_owned());
                    format!("{cents} {}", code.unwrap_or_default())
                }
                NoteValue::SpanBudget(span, SpanLimit::Cost(cost)) => {
                    format!("{} {}", cost.nanos / 10_000_000, span.current_name())
                }
                other => format!("{other:?}"),
            });
            shown.collect::<Vec<_>>().join(", ")
        };
        for (text, right) in [
            ("Monthly budget: $50", "5000 USD"),
            ("Whole-project budget: 5,000,000 tokens / $60.00.", ""),
            ("Token budget: 4M tokens per sprint", ""),
            ("Budget: 5,000,000 tokens / $60.00.", "5,000,000, 6000 USD"),
            ("Monthly token budget: 2,000,000", "2,000,000"),
            (
                "Monatsbudget: 150 € netto, mehr rechnet sich nicht.",
                "15000 EUR",
            ),
            ("Budget approved: USD 9,000 per month.", "900000 USD"),
            ("Token budget: 4M tokens", "4,000,000"),
            ("Daily budget: $5", "500 today"),
            ("Wochenbudget: 25 €", "2500 this week"),
            ("Annual budget: $900", ""),
            ("We spent $50", ""),
            ("Budget: see the other file, page 12", ""),
        ] {
            assert_eq!(found(text), right, "{text}");
        }
    }
}
