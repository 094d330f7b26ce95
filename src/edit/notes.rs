//! The lists under *Budget Status* and *Token Efficiency Metrics*: their figures, not their words.

use std::collections::BTreeMap;

use super::{
    Document, sections, style,
    style::number_span,
    totals::{Rounding, respelled_percent},
};
use crate::{
    analysis::{ReconciledMonth, budget, stated_budget},
    log::{Section, cell},
    model::{Level, Note, NoteValue, Policy, RoundedSum, Tokens, fold_name},
    text::{Edit, Span},
};

/// The edits that make the budget status say what is used, what is left, and how risky that is.
pub(super) fn status(
    document: &Document,
    reconciled: &ReconciledMonth,
    policy: &Policy,
) -> Vec<Edit> {
    let used = reconciled.month.used();
    let budget = stated_budget(reconciled, policy).map(|budget| budget.tokens);
    let edit = |note: &Note| {
        let line = line_of(document, note)?;
        let (head, value) = line.value()?;
        let text = match &note.value {
            NoteValue::CurrentUsage(stated, _) => {
                let is_right = RoundedSum::from(used_amount(used)).agrees_with(*stated);
                figure(value, used, budget, is_right, Rounding::Down)
            }
            NoteValue::Remaining(stated, _) => {
                let left = budget?.saturating_sub(used);
                let is_right = RoundedSum::from(used_amount(left)).agrees_with(*stated);
                figure(value, left, budget, is_right, Rounding::Up)
            }
            NoteValue::RiskLevel(word) => risk(value, word, reconciled, policy),
            _ => None,
        }?;
        (text != value).then(|| {
            Edit::replace(
                Span::new(line.start + head, line.start + head + value.len()),
                text,
            )
        })
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

/// A list item and where it starts.
struct Line<'d> {
    start: usize,
    text: &'d str,
}

impl<'d> Line<'d> {
    /// Where the text behind the key starts, and that text.
    fn value(&self) -> Option<(usize, &'d str)> {
        let colon = self.text.find(':')? + 1;
        Some((colon, self.text.get(colon..)?))
    }
}

fn line_of<'d>(document: &'d Document, note: &Note) -> Option<Line<'d>> {
    let span = Span::new(note.place.span.start, note.place.span.end);
    let text = document.at(span);
    (!text.is_empty()).then_some(Line {
        start: span.start,
        text,
    })
}

const fn used_amount(tokens: Tokens) -> crate::model::Amount<Tokens> {
    crate::model::Amount::exact(tokens)
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
    let (head, rest) = (
        text.get(..behind)?.to_owned(),
        text.get(behind..)?.to_owned(),
    );
    let part = RoundedSum::from(used_amount(tokens));
    let rest = budget
        .and_then(|budget| respelled_percent(&rest, part, budget, !is_right, rounding))
        .unwrap_or(rest);
    Some(head + &rest)
}

/// The words and marks of the risk level. Another word than these is somebody's own, and stays.
const RISKS: [(&str, &str, &str); 4] = [
    ("low", "LOW", "✅"),
    ("medium", "MEDIUM", "⚠️"),
    ("high", "HIGH", "🔶"),
    ("critical", "CRITICAL", "🔴"),
];

fn risk(value: &str, word: &str, reconciled: &ReconciledMonth, policy: &Policy) -> Option<String> {
    let first = word.split(|c: char| !c.is_alphabetic()).next()?;
    let had = RISKS
        .iter()
        .position(|(lower, ..)| first.eq_ignore_ascii_case(lower))?;
    let budget = budget(reconciled, policy)?;
    let is = match policy
        .thresholds
        .level(reconciled.month.used().0, budget.tokens.0)
    {
        Level::Ok => 0,
        Level::Note => 1,
        Level::Warning => 2,
        Level::Critical | Level::Exceeded => 3,
    };
    if is == had {
        return None;
    }
    let (lower, upper, mark) = RISKS[is];
    let at = value.find(first)?;
    let new = if first.chars().all(char::is_uppercase) {
        upper
    } else {
        lower
    };
    let before = value.get(..at)?;
    let symbols: String = before.chars().filter(|c| !c.is_ascii()).collect();
    let before = if symbols.is_empty() {
        before.to_owned()
    } else {
        before.replace(symbols.as_str(), mark)
    };
    Some(format!("{before}{new}{}", value.get(at + first.len()..)?))
}

/// The edits that make the efficiency metrics say what each team used, and what that comes to for each thing it made.
pub(super) fn efficiency(
    document: &Document,
    reconciled: &ReconciledMonth,
    policy: &Policy,
) -> Vec<Edit> {
    let alert = policy.efficiency.alert.or_else(|| {
        document.notes.iter().find_map(|note| match note.value {
            NoteValue::EfficiencyAlert(alert) => Some(alert),
            _ => None,
        })
    });
    let edit = |note: &Note| {
        let NoteValue::Efficiency {
            team,
            count,
            deliverables,
        } = &note.value
        else {
            return None;
        };
        let used = reconciled.find_team(team)?.used()?;
        let line = line_of(document, note)?;
        let (head, value) = line.value()?;
        let alert = alert.filter(|_| *deliverables);
        let text = metric(value, used, *count, alert)?;
        (text != value).then(|| {
            Edit::replace(
                Span::new(line.start + head, line.start + head + value.len()),
                text,
            )
        })
    };
    document.notes.iter().filter_map(edit).collect()
}

/// ` 12.45K / 4 deliverables ≈ 3.1K/deliverable ✅` with the figures of now. None where they are those of now.
fn metric(value: &str, used: Tokens, count: u64, alert: Option<Tokens>) -> Option<String> {
    let slash = value.find('/')?;
    let (first, rest) = (value.get(..slash)?, value.get(slash..)?);
    let is_sign = |c: char| matches!(c, '≈' | '=' | '~');
    let sign = rest.find(is_sign);
    let (counted, quotient) = rest.split_at_checked(sign.unwrap_or(rest.len()))?;
    let stated = cell::tokens(first.trim()).ok()??.used;
    let each = Tokens(
        (u128::from(used.0) * 2 + u128::from(count))
            .checked_div(u128::from(count) * 2)
            .and_then(|each| u64::try_from(each).ok())?,
    );
    let said = number_span(quotient).and_then(|span| {
        let raw = quotient.get(span)?;
        cell::tokens(raw).ok()?.map(|cell| cell.used)
    });
    let is_used = RoundedSum::from(used_amount(used)).agrees_with(stated);
    if used < stated.value && !is_used {
        // Within a month use only grows: the item still speaks of the month before.
        return None;
    }
    let is_each = said.is_none_or(|said| said.agrees_with(&used_amount(each)));
    if is_used && is_each {
        return None;
    }
    let first = if is_used {
        first.to_owned()
    } else {
        rounded(first, used)?
    };
    let quotient = match said {
        Some(_) if !is_each => rounded(quotient, each)?,
        _ => quotient.to_owned(),
    };
    Some(format!(
        "{first}{counted}{}",
        marked(&quotient, used, count, alert)
    ))
}

/// A figure in the place of another, rounded half up to the digits that one has.
fn rounded(raw: &str, tokens: Tokens) -> Option<String> {
    let span = number_span(raw)?;
    let number = raw.get(span.clone())?;
    let unit = cell::tokens(number).ok()??.used.unit.max(1);
    let rounded = tokens.0.checked_add(unit / 2)? / unit * unit;
    let spelled = style::respell_tokens(number, Tokens(rounded), false)?;
    Some(format!(
        "{}{}{}",
        raw.get(..span.start)?,
        with_digits(&spelled, number),
        raw.get(span.end..)?
    ))
}

/// `3K` as `3.0K` where the figure before had a digit after the point.
fn with_digits(spelled: &str, like: &str) -> String {
    let decimals = |text: &str| {
        text.split_once('.').map_or(0, |(_, rest)| {
            rest.chars().take_while(char::is_ascii_digit).count()
        })
    };
    let missing = decimals(like).saturating_sub(decimals(spelled));
    let letter = spelled
        .chars()
        .next_back()
        .filter(char::is_ascii_alphabetic);
    let Some(letter) = letter.filter(|_| missing > 0) else {
        return spelled.to_owned();
    };
    let digits = spelled.trim_end_matches(letter).trim_end();
    let point = if digits.contains('.') { "" } else { "." };
    format!("{digits}{point}{}{letter}", "0".repeat(missing))
}

/// A mark at the end says whether the alert is reached; other marks and remarks are somebody's own.
fn marked(quotient: &str, used: Tokens, count: u64, alert: Option<Tokens>) -> String {
    let Some(alert) = alert else {
        return quotient.to_owned();
    };
    let is_reached = u128::from(used.0) >= u128::from(alert.0) * u128::from(count);
    let trimmed = quotient.trim_end();
    let (from, to) = if is_reached {
        ("✅", "⚠️")
    } else {
        ("⚠️", "✅")
    };
    match trimmed.strip_suffix(from) {
        Some(before) => format!(
            "{before}{to}{}",
            quotient.get(trimmed.len()..).unwrap_or_default()
        ),
        None => quotient.to_owned(),
    }
}

/// The edits that make the list say how many deliverables came of some teams' tokens. A team that is not in it is added.
pub(super) fn deliverables(
    document: &Document,
    reconciled: &ReconciledMonth,
    counts: &BTreeMap<String, u64>,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut missing = Vec::new();
    for (team, count) in counts {
        let is_of = |note: &&Note| match &note.value {
            NoteValue::Efficiency { team: noted, .. } => reconciled
                .find_team(noted)
                .is_some_and(|found| fold_name(&found.name) == fold_name(team)),
            _ => false,
        };
        match document.notes.iter().find(is_of) {
            Some(note) => edits.extend(recounted(document, note, *count)),
            None => missing.push((team, *count)),
        }
    }
    let lines: Vec<String> = missing
        .into_iter()
        .filter_map(|(team, count)| {
            let used = reconciled.find_team(team)?.used()?;
            let each = Tokens(used.0.checked_div(count)?);
            let noun = if count == 1 {
                "deliverable"
            } else {
                "deliverables"
            };
            Some(format!(
                "{}: {} / {count} {noun} ≈ {}/deliverable",
                style::escaped(team),
                used.compact(),
                each.compact()
            ))
        })
        .collect();
    edits.extend(added(document, &lines));
    edits
}

/// The number of deliverables in a metric, and its noun.
fn recounted(document: &Document, note: &Note, count: u64) -> Option<Edit> {
    let line = line_of(document, note)?;
    let (head, value) = line.value()?;
    let slash = value.find('/')? + 1;
    let rest = value.get(slash..)?;
    let from = slash + rest.find(|c: char| c.is_ascii_digit())?;
    let digits = value.get(from..)?;
    let len = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let behind = digits.get(len..)?;
    let noun_at = behind.len() - behind.trim_start().len();
    let noun: String = behind
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic())
        .collect();
    let new_noun = match (noun.as_str(), count) {
        ("deliverable", 2..) => "deliverables",
        ("deliverables", 1) => "deliverable",
        (noun, _) => noun,
    };
    let text = format!("{count}{}{new_noun}", behind.get(..noun_at)?);
    let start = line.start + head + from;
    let old = Span::new(start, start + len + noun_at + noun.len());
    (document.at(old) != text).then(|| Edit::replace(old, text))
}

/// New items: below the last metric; without any, a list of their own at the end of the notes.
fn added(document: &Document, items: &[String]) -> Option<Edit> {
    if items.is_empty() {
        return None;
    }
    let last = document
        .notes
        .iter()
        .rev()
        .find(|note| matches!(note.value, NoteValue::Efficiency { .. }));
    if let Some(note) = last {
        let line = document.at(Span::new(note.place.line_start, note.place.span.start));
        let marker = document.at(note.place.span);
        let bullet: String = marker
            .chars()
            .take_while(|c| !c.is_alphanumeric())
            .collect();
        // The place of an item begins at its marker.
        let bullet = if bullet.trim().is_empty() {
            "- ".to_owned()
        } else {
            bullet
        };
        let lines: Vec<String> = items
            .iter()
            .map(|item| format!("{line}{bullet}{item}"))
            .collect();
        return Some(sections::insert_lines(
            document,
            document.line_after(note.place.span.end),
            &lines,
        ));
    }
    let notes = document
        .sections
        .iter()
        .find(|section| section.kind == Section::Notes);
    let label = "**Token Efficiency Metrics:**".to_owned();
    let items = items.iter().map(|item| format!("- {item}"));
    match notes {
        Some(section) => {
            let lines: Vec<String> = [String::new(), label].into_iter().chain(items).collect();
            Some(sections::insert_lines(
                document,
                document.content_end(section),
                &lines,
            ))
        }
        None => Some(sections::notes(
            document,
            &[label].into_iter().chain(items).collect::<Vec<_>>(),
        )),
    }
}
