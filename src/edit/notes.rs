//! The lists under *Budget Status* and *Token Efficiency Metrics*: their figures, not their words.

use std::collections::BTreeMap;

use super::{
    Document,
    sections::{self, NewSections, order},
    style::{self, number_span},
    totals::{Rounding, respell_percent},
};
use crate::{
    analysis::{ReconciledMonth, budget, stated_budget},
    log::{Section, cell},
    model::{Amount, Level, Note, NoteValue, Policy, Tokens, fold_name},
    text::{Edit, Span},
};

/// The edits that make the budget status say what is used, what is left, and how risky that is.
pub(super) fn status(
    document: &Document,
    reconciled: &ReconciledMonth,
    policy: &Policy,
) -> Vec<Edit> {
    // Of a budget that is reset by hand, what its period used.
    let used = reconciled.spent_now();
    let budget = stated_budget(reconciled, policy).map(|budget| budget.tokens);
    let edit = |note: &Note| {
        let (span, value) = value_of(document, note)?;
        let respell = |stated: &Amount<Tokens>, tokens, rounding| {
            let is_right = stated.agrees_with(&Amount::exact(tokens));
            figure(value, tokens, budget, is_right, rounding)
        };
        let text = match &note.value {
            NoteValue::CurrentUsage(stated, _) => respell(stated, used, Rounding::Down),
            NoteValue::Remaining(stated, _) => {
                respell(stated, budget?.saturating_sub(used), Rounding::Nearest)
            }
            NoteValue::RiskLevel(word) => risk(value, word, reconciled, policy),
            _ => None,
        }?;
        (text != value).then(|| Edit::replace(span, text))
    };
    document.notes.iter().filter_map(edit).collect()
}

/// The lists of notes: items with no empty line and no heading between them.
pub(super) fn lists(document: &Document) -> impl Iterator<Item = &[Note]> {
    document.notes.chunk_by(|one, two| {
        let between = Span::new(one.place.span.end, two.place.line_start);
        let mut lines = document.at(between).lines().skip(1);
        lines.all(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    })
}

/// What an item says behind its key, and where.
fn value_of<'d>(document: &'d Document, note: &Note) -> Option<(Span, &'d str)> {
    let start = note.place.span.start + document.at(note.place.span).find(':')? + 1;
    let span = Span::new(start, note.place.span.end);
    Some((span, document.at(span)))
}

/// A figure and its share of the budget, as they are spelled.
fn figure(
    value: &str,
    tokens: Tokens,
    budget: Option<Tokens>,
    is_right: bool,
    rounding: Rounding,
) -> Option<String> {
    let mut text = value.to_owned();
    if !is_right {
        text = style::respell_tokens(value, tokens, false)?;
    }
    let behind = number_span(&text)?.end;
    let rest = text.get(behind..)?;
    let percent =
        budget.and_then(|budget| respell_percent(rest, tokens, budget, !is_right, rounding));
    if let Some(percent) = percent {
        text.replace_range(behind.., &percent);
    }
    Some(text)
}

/// The words and marks of the risk level. Another word than these stays.
const RISKS: [(&str, &str, &str); 4] = [
    ("low", "LOW", "✅"),
    ("medium", "MEDIUM", "⚠️"),
    ("high", "HIGH", "🔶"),
    ("critical", "CRITICAL", "🔴"),
];

fn risk(value: &str, word: &str, reconciled: &ReconciledMonth, policy: &Policy) -> Option<String> {
    let first = word.split(|c: char| !c.is_alphabetic()).next()?;
    let mut risks = RISKS.iter();
    let had = risks.position(|(lower, ..)| first.eq_ignore_ascii_case(lower))?;
    let budget = budget(reconciled, policy)?;
    let level = policy
        .thresholds
        .level(reconciled.spent_now().0, budget.tokens.0);
    let is = match level {
        Level::Ok => 0,
        Level::Note => 1,
        Level::Warning => 2,
        Level::Critical | Level::Exceeded => 3,
    };
    if is == had {
        return None;
    }
    let (lower, upper, mark) = RISKS.get(is)?;
    let at = value.find(first)?;
    let is_upper = first.chars().all(char::is_uppercase);
    let new = if is_upper { upper } else { lower };
    let before = value.get(..at)?;
    let symbols: String = before.chars().filter(|c| !c.is_ascii()).collect();
    let mark = if symbols.is_empty() { "" } else { mark };
    let before = before.replace(symbols.as_str(), mark);
    Some(format!("{before}{new}{}", value.get(at + first.len()..)?))
}

/// The edits that make the efficiency metrics say what each team used, and how much that is for each thing it made. Of the teams in
/// `counts` they say how many deliverables there are now; a team that has no metric gets one.
pub(super) fn efficiency(
    document: &Document,
    reconciled: &ReconciledMonth<'_>,
    policy: &Policy,
    counts: &BTreeMap<String, u64>,
    sections: &mut NewSections<'_>,
) -> Vec<Edit> {
    let alert = policy.efficiency.alert.or_else(|| {
        document.notes.iter().find_map(|note| match note.value {
            NoteValue::EfficiencyAlert(alert) => Some(alert),
            _ => None,
        })
    });
    let mut left = counts.clone();
    let mut edits = Vec::new();
    for note in &document.notes {
        let NoteValue::Efficiency {
            team,
            count,
            deliverables,
        } = &note.value
        else {
            continue;
        };
        let Some((team, (span, value))) = reconciled.find_team(team).zip(value_of(document, note))
        else {
            continue;
        };
        let alert = alert.filter(|_| *deliverables);
        let new_count = left.remove(&fold_name(&team.name));
        let counted = new_count.and_then(|count| recount(value, count));
        let counted = counted.unwrap_or_else(|| value.to_owned());
        let count = new_count.unwrap_or(*count);
        let used = team.used();
        let text = used.and_then(|used| metric(&counted, used, count, alert));
        let text = text.unwrap_or(counted);
        if text != value {
            edits.push(Edit::replace(span, text));
        }
    }
    let lines = new_metrics(reconciled, &left);
    edits.extend(add(document, &lines, sections));
    edits
}

fn new_metrics(reconciled: &ReconciledMonth<'_>, counts: &BTreeMap<String, u64>) -> Vec<String> {
    let metric = |(team, count): (&String, &u64)| {
        let team = reconciled.find_team(team)?;
        let used = team.used()?;
        let each = Tokens(used.0.checked_div(*count)?);
        let noun = style::plural(*count, "deliverable");
        let (name, used, each) = (style::escaped(&team.name), used.compact(), each.compact());
        Some(format!(
            "{name}: {used} / {count} {noun} ≈ {each}/deliverable"
        ))
    };
    counts.iter().filter_map(metric).collect()
}

/// ` 12.45K / 4 deliverables ≈ 3.1K/deliverable ✅` with the figures of now. None where they are those of now.
fn metric(value: &str, used: Tokens, count: u64, alert: Option<Tokens>) -> Option<String> {
    let slash = value.find('/')?;
    let (first, rest) = (value.get(..slash)?, value.get(slash..)?);
    let is_sign = |c: char| matches!(c, '≈' | '=' | '~');
    let sign = rest.find(is_sign);
    let (counted, quotient) = rest.split_at_checked(sign.unwrap_or(rest.len()))?;
    let stated = cell::tokens(first.trim()).ok()??.used;
    let twice = u128::from(used.0) * 2 + u128::from(count);
    let each = twice.checked_div(u128::from(count) * 2)?;
    let each = Tokens(u64::try_from(each).ok()?);
    let said = number_span(quotient).and_then(|span| {
        let raw = quotient.get(span)?;
        cell::tokens(raw).ok()?.map(|cell| cell.used)
    });
    let is_used = stated.agrees_with(&Amount::exact(used));
    if used < stated.value && !is_used {
        // Within a month use only grows: the item still speaks of the month before.
        return None;
    }
    let is_each = said.is_none_or(|said| said.agrees_with(&Amount::exact(each)));
    if is_used && is_each {
        return None;
    }
    let kept = |raw: &str, is_right: bool| is_right.then(|| raw.to_owned());
    let first = kept(first, is_used).or_else(|| round(first, used))?;
    let quotient = kept(quotient, is_each).or_else(|| round(quotient, each))?;
    let quotient = mark(quotient, used, count, alert);
    Some(format!("{first}{counted}{quotient}"))
}

/// A figure in the place of another, rounded half up to the digits that one has.
fn round(raw: &str, tokens: Tokens) -> Option<String> {
    let span = number_span(raw)?;
    let number = raw.get(span.clone())?;
    let unit = cell::tokens(number).ok()??.used.unit.max(1);
    let rounded = tokens.0.checked_add(unit / 2)? / unit * unit;
    let spelled = style::respell_tokens(number, Tokens(rounded), false)?;
    style::with(raw, span, &with_digits(&spelled, number))
}

/// `3K` as `3.0K` where the figure before had a digit after the point.
fn with_digits(spelled: &str, like: &str) -> String {
    let decimals = |text: &str| {
        let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
        fraction.chars().take_while(char::is_ascii_digit).count()
    };
    let missing = decimals(like).saturating_sub(decimals(spelled));
    let last = spelled.chars().next_back();
    let letter = last.filter(char::is_ascii_alphabetic);
    let Some(letter) = letter.filter(|_| missing > 0) else {
        return spelled.to_owned();
    };
    let digits = spelled.trim_end_matches(letter).trim_end();
    let point = if digits.contains('.') { "" } else { "." };
    format!("{digits}{point}{}{letter}", "0".repeat(missing))
}

/// A mark at the end says whether the alert is reached; other marks and remarks stay.
fn mark(mut quotient: String, used: Tokens, count: u64, alert: Option<Tokens>) -> String {
    let Some(alert) = alert else {
        return quotient;
    };
    let is_reached = u128::from(used.0) >= u128::from(alert.0) * u128::from(count);
    let (from, to) = if is_reached {
        ("✅", "⚠️")
    } else {
        ("⚠️", "✅")
    };
    let end = quotient.trim_end().len();
    if let Some(before) = quotient.trim_end().strip_suffix(from) {
        quotient.replace_range(before.len()..end, to);
    }
    quotient
}

/// A metric with another number of deliverables, and the noun that fits it.
fn recount(value: &str, count: u64) -> Option<String> {
    let slash = value.find('/')? + 1;
    let from = slash + value.get(slash..)?.find(|c: char| c.is_ascii_digit())?;
    let digits = value.get(from..)?;
    let behind = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = behind.trim_start();
    let blank = behind.get(..behind.len() - rest.len())?;
    let noun_end = rest.find(|c: char| !c.is_alphabetic());
    let (noun, rest) = rest.split_at_checked(noun_end.unwrap_or(rest.len()))?;
    let noun = match (noun, count) {
        ("deliverable", 2..) => "deliverables",
        ("deliverables", 1) => "deliverable",
        (noun, _) => noun,
    };
    Some(format!("{}{count}{blank}{noun}{rest}", value.get(..from)?))
}

/// New items: below the last metric; without any, a list of their own at the end of the notes.
fn add(document: &Document, items: &[String], sections: &mut NewSections<'_>) -> Option<Edit> {
    if items.is_empty() {
        return None;
    }
    let is_metric = |note: &&Note| matches!(note.value, NoteValue::Efficiency { .. });
    if let Some(note) = document.notes.iter().rev().find(is_metric) {
        let indent = document.at(Span::new(note.place.line_start, note.place.span.start));
        let item = document.at(note.place.span);
        // The place of an item begins at its marker.
        let bullet = item.split(char::is_alphanumeric).next();
        let bullet = bullet.filter(|bullet| !bullet.trim().is_empty());
        let start = format!("{indent}{}", bullet.unwrap_or("- "));
        let lines = items.iter().map(|item| format!("{start}{item}"));
        let lines: Vec<String> = lines.collect();
        let at = document.line_after(note.place.span.end);
        return Some(sections::insert_lines(document, at, order::ITEM, &lines));
    }
    let label = "**Token Efficiency Metrics:**".to_owned();
    let items = items.iter().map(|item| format!("- {item}"));
    let mut notes = document.sections.iter();
    Some(match notes.find(|section| section.kind == Section::Notes) {
        Some(notes) => {
            let lines: Vec<String> = [String::new(), label].into_iter().chain(items).collect();
            let at = document.content_end(notes);
            sections::insert_lines(document, at, order::ITEM, &lines)
        }
        None => sections.notes(&std::iter::once(label).chain(items).collect::<Vec<_>>()),
    })
}
