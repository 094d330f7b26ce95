//! Budgets that a log states in a sentence, a list or a cell: a word for a budget, an amount, and perhaps a period.

use super::{
    figure::{self, FigureStyle},
    words::{self, BudgetPeriod},
};
use crate::{
    log::Cell,
    model::{Amount, BudgetSpan, DecimalMark, NoteValue, SpanLimit, StatedCost, Tokens},
};

/// A longer text is no statement of a budget.
const LONGEST: usize = 400;

/// The most words that an amount is written with: `1,5 Mio tokens`.
const MOST_WORDS: usize = 4;

/// The budgets that a text states: for a month, a day or a week. One for a year is none.
pub(super) fn stated(text: &str, decimal: Option<DecimalMark>) -> Vec<NoteValue> {
    if text.len() > LONGEST || !words::names_budget(text) {
        return Vec::new();
    }
    let mut sentences = text
        .split_inclusive(". ")
        .map(|text| stated_by(text, decimal));
    sentences
        .find(|stated| !stated.is_empty())
        .unwrap_or_default()
}

fn stated_by(text: &str, decimal: Option<DecimalMark>) -> Vec<NoteValue> {
    let Some(stated) = behind_label(text) else {
        return Vec::new();
    };
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
    let spans = spans(stated);
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

/// The budget that a row of a table with a name and a value states: `Monthly budget | $500`.
pub(super) fn stated_in_row(cells: &[Cell<'_>], decimal: Option<DecimalMark>) -> Vec<NoteValue> {
    let [name, value] = cells else {
        return Vec::new();
    };
    stated(
        &format!("{}: {}", name.text.trim(), value.text.trim()),
        decimal,
    )
}

/// What stands behind the words for a budget at the start of a text: the amount, with what follows it. None where the text says
/// something else of a budget, as what is used or left of it, or is about the limit of something else.
fn behind_label(text: &str) -> Option<&str> {
    const MOST_WORDS: usize = 7;
    let is_amount = |c: char| c.is_ascii_digit() || "$€£¥₩₽₹".contains(c);
    let mut cuts = text.char_indices().filter(|(at, c)| {
        let before = text.get(..*at).unwrap_or_default();
        let is_word = before.ends_with(char::is_alphanumeric) && !c.is_alphanumeric();
        is_word || is_amount(*c)
    });
    let (cut, _) = cuts.find(|(at, _)| text.get(..*at).is_some_and(words::names_budget))?;
    let (label, rest) = text.split_at(cut);
    let amount = rest.find(is_amount)?;
    let (between, stated) = rest.split_at(amount);
    let is_short = label.split_whitespace().count() <= MOST_WORDS;
    let has_period = words::period(text).is_some() || words::names_month(between);
    let is_label = is_short && !figure::has_currency(label);
    if !is_label || !words::labels_budget(label, has_period) {
        return None;
    }
    // `NT$1,500`, `USD 9,000`: letters of a currency belong to the amount.
    let code = between.trim_end();
    let before = code.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_sign = code.len() == between.len() && stated.starts_with(['$', '¥']);
    let letters = code.get(before.len()..).unwrap_or_default();
    let is_currency = !letters.is_empty() && (is_sign || words::currency(letters).is_some());
    let (between, stated) = if is_currency {
        rest.split_at(before.len())
    } else {
        (between, stated)
    };
    let names_amount =
        between.contains([':', '：', '=']) || words::is_between_budget_and_amount(between);
    if !names_amount {
        return None;
    }
    // `spent $30 of $100`: the second is the budget.
    let of = || stated.split_once(" of ").map(|(_, whole)| whole);
    let behind = stated.trim_start_matches(|c: char| is_amount(c) || ".,kKmM ".contains(c));
    if words::says_what_is_used(between) || words::says_what_is_used(first_words(behind)) {
        return of();
    }
    Some(of().unwrap_or(stated))
}

/// The words right behind an amount.
fn first_words(text: &str) -> &str {
    let end = text.find(['(', ',', '.', ';', ':']).unwrap_or(text.len());
    let mut blanks = text.match_indices(' ').map(|(at, _)| at);
    let second = blanks.nth(1).unwrap_or(text.len());
    text.get(..end.min(second)).unwrap_or_default()
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
            ("Remaining budget: $12", ""),
            ("We are $12 under budget this month", ""),
            ("Context limit: 200K tokens", ""),
            ("Max output limit: 8K tokens", ""),
            ("Budget: spent $30 of $100", "10000 USD"),
            ("Budget: $30 spent of $100", "10000 USD"),
            ("Budget: $12 left", ""),
            ("Budget used so far: 1.2M tokens", ""),
            ("Limit: 200K tokens", ""),
            ("Monthly spending limit: $500", "50000 USD"),
            ("Limit for May: 80 € for both offices.", "8000 EUR"),
            ("The monthly budget is $500", "50000 USD"),
            (
                "Approved budget is $9,000 per month company-wide.",
                "900000 USD",
            ),
            ("A budget of 2M tokens a month", "2,000,000"),
            ("Orçamento: R$ 5.000,00 por mês", "500000 BRL"),
            ("每月預算:NT$1,500", "150000 TWD"),
            ("Budget: see the other file, page 12", ""),
        ] {
            assert_eq!(found(text), right, "{text}");
        }
    }
}
