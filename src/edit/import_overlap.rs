//! Imported rows and usage lines that count only in part, written so that they say what counts. Nothing that was used changes.

use std::collections::{BTreeMap, HashMap};

use super::{
    Document, Kept, LogSet, Revision, TableBlock, TableRow,
    derived::Derived,
    monthly::{Delta, MonthlyRows},
    revision::Proposal,
    style,
    table::TableEditor,
    usage_line,
};
use crate::{
    analysis::{CostSum, ImportOverlap, ReconciledMonth},
    log::{self, Column},
    model::{Amount, EntryKind, Figures, Money, Month, StatedCost, Tokens},
    text::{Edit, FileId, Place, Span},
};

/// Proposes to write what counts of each, and to take away those of which nothing does. The monthly rows of their teams follow. What
/// archives hold stays as it is.
pub(super) fn count_once(revision: &Revision, log_set: &LogSet) -> Proposal {
    let overlaps = revision.ledger.overlaps().iter();
    let in_log = overlaps.filter(|overlap| overlap.place.file == FileId::LOG);
    let (lines, rows): (Vec<_>, Vec<_>) =
        in_log.partition(|overlap| overlap.kind == EntryKind::Line);
    let mut proposal = Proposal::default();
    let of_lines = lines.into_iter();
    let edits = of_lines.flat_map(|overlap| of_line(&revision.document, overlap));
    proposal.edits.extend(edits);
    if !rows.is_empty() {
        proposal.extend(of_rows(revision, log_set, &rows));
    }
    proposal
}

fn is_nothing(figures: &Figures) -> bool {
    figures
        .tokens
        .is_none_or(|tokens| tokens.value == Tokens::ZERO)
}

/// What a line or a comment says of these figures, by key.
fn words(figures: &Figures) -> Vec<(&'static str, String)> {
    let classes = figures.classes.by_key().into_iter();
    let classes = classes.filter_map(|(key, tokens)| Some((key, tokens?.0.to_string())));
    let unpriced = figures.unpriced.map(|tokens| tokens.0.to_string());
    classes
        .chain(unpriced.map(|tokens| ("unpriced", tokens)))
        .collect()
}

fn marked(amount: &str, is_estimate: bool) -> String {
    let mark = if is_estimate { "~" } else { "" };
    format!("{mark}{amount}")
}

fn of_line(document: &Document, overlap: &ImportOverlap) -> Vec<Edit> {
    let (place, kept) = (overlap.place, &overlap.kept);
    if is_nothing(kept) {
        return vec![Edit::delete(document.whole_line(place))];
    }
    let mut words = words(kept);
    words.extend(kept.tokens.map(|tokens| {
        let text = marked(&tokens.value.0.to_string(), tokens.estimate);
        ("tokens", text)
    }));
    words.extend(kept.cost.map(|cost| {
        let text = usage_line::cost(StatedCost {
            nanos: cost.value,
            currency: kept.currency,
        });
        ("cost", usage_line::quoted(&marked(&text, cost.estimate)))
    }));
    let line = document.at(document.whole_line(place)).trim_end();
    let values = log::value_spans(line).into_iter();
    let edits = values.filter_map(|(key, span)| {
        let (_, text) = words.iter().find(|(known, _)| *known == key)?;
        let start = place.line_start;
        let span = Span::new(start + span.start, start + span.end);
        (document.at(span) != text).then(|| Edit::replace(span, text.clone()))
    });
    edits.collect()
}

type RowOfTable<'d> = (&'d TableBlock, &'d TableRow);

fn of_rows(revision: &Revision, log_set: &LogSet, overlaps: &[&ImportOverlap]) -> Proposal {
    // The revision keeps no details.
    let document = Document::read(revision.text(), Kept::All);
    let rows = document
        .tables
        .iter()
        .flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let rows: HashMap<usize, RowOfTable<'_>> = rows
        .map(|(table, row)| (row.place.line_start, (table, row)))
        .collect();
    let mut months: BTreeMap<Month, Vec<&ImportOverlap>> = BTreeMap::new();
    for overlap in overlaps {
        months.entry(overlap.month).or_default().push(overlap);
    }
    let repeats = revision.repeats();
    let mut derived = Derived::new(revision, log_set);
    let mut proposal = Proposal::default();
    for (month, overlaps) in months.iter().rev() {
        let Some(reconciled) = revision.ledger.find_month(*month) else {
            continue;
        };
        let mut monthly = MonthlyRows::new(&revision.document, &reconciled, &repeats);
        let edits = overlaps.iter().map(|overlap| {
            let row = rows.get(&overlap.place.line_start)?;
            of_row(&document, *row, overlap, &reconciled)
        });
        let edits: Option<Vec<Vec<Edit>>> = edits.collect();
        let Some(edits) = edits.filter(|_| monthly.is_writable()) else {
            continue;
        };
        if !lower(&mut monthly, overlaps, &rows, &reconciled) {
            continue;
        }
        proposal.edits.extend(edits.into_iter().flatten());
        proposal.extend(monthly.propose(&mut derived.sections, derived.basis));
        derived.touch(*month, BTreeMap::new());
    }
    if !proposal.is_empty() {
        proposal.edits.extend(derived.notes());
    }
    proposal
}

/// Takes out of the monthly rows what they hold of the surplus of the details. False where no row holds it.
fn lower(
    monthly: &mut MonthlyRows<'_, '_>,
    overlaps: &[&ImportOverlap],
    rows: &HashMap<usize, RowOfTable<'_>>,
    reconciled: &ReconciledMonth<'_>,
) -> bool {
    // By team, what its monthly rows still have to lose: as much as makes them, or the details, say what counts.
    let mut left: HashMap<&str, Tokens> = HashMap::new();
    let entry_of = |overlap: &ImportOverlap| rows.get(&overlap.place.line_start)?.1.entry();
    for overlap in overlaps {
        let Some(team) = entry_of(overlap).and_then(|entry| reconciled.find_team(&entry.work.team))
        else {
            return false;
        };
        let sum = left.entry(&team.name).or_default();
        *sum = sum.saturating_add(overlap.surplus());
    }
    for (team, left) in &mut left {
        let Some(team) = reconciled.find_team(team) else {
            return false;
        };
        let (details, held) = (team.details(), team.tokens_of(EntryKind::Monthly));
        let counts = details.max(held).saturating_sub(*left);
        *left = held.saturating_sub(held.min(counts));
    }
    overlaps.iter().all(|overlap| {
        let Some(entry) = entry_of(overlap) else {
            return false;
        };
        let Some(team) = reconciled.find_team(&entry.work.team) else {
            return false;
        };
        let Some(left) = left.get_mut(team.name.as_str()) else {
            return false;
        };
        let less = overlap.surplus().min(*left);
        *left = left.saturating_sub(less);
        if !team.tallies.contains_key(&EntryKind::Monthly) {
            return true;
        }
        let is_lowered = less > Tokens::ZERO;
        let delta = Delta {
            less,
            less_cost: if is_lowered {
                overlap.surplus_cost().clone()
            } else {
                CostSum::default()
            },
            less_keyed: overlap.surplus(),
            ..Delta::default()
        };
        monthly.lower(&entry.work.team, entry.work.task.as_deref(), delta)
    })
}

/// None where the table has no column for all tokens.
fn of_row(
    document: &Document,
    (table, row): RowOfTable<'_>,
    overlap: &ImportOverlap,
    reconciled: &ReconciledMonth<'_>,
) -> Option<Vec<Edit>> {
    let kept = &overlap.kept;
    if is_nothing(kept) {
        return Some(vec![Edit::delete(document.whole_line(row.place))]);
    }
    let editor = TableEditor::new(document, table, reconciled.currency());
    let tokens = |raw: &str, amount: Amount<Tokens>| {
        style::respell_tokens(raw, amount.value, amount.estimate)
            .unwrap_or_else(|| editor.tokens(amount.value, amount.estimate))
    };
    let raw = editor.raw(row, Column::Tokens)?;
    let text = tokens(raw, kept.tokens?);
    let mut edits: Vec<Edit> = editor.set(row, Column::Tokens, &text).into_iter().collect();
    let classes = [
        (Column::TokensIn, kept.classes.input),
        (Column::TokensOut, kept.classes.output),
    ];
    for (column, class) in classes {
        if let Some((raw, class)) = editor.raw(row, column).zip(class) {
            edits.extend(editor.set(row, column, &tokens(raw, Amount::exact(class))));
        }
    }
    if let Some((raw, cost)) = editor.raw(row, Column::Cost).zip(kept.cost) {
        let money = Money {
            nanos: cost.value.into(),
            currency: kept.currency.unwrap_or(reconciled.currency()),
        };
        let text = style::respell_money(raw, money.nanos, true, [cost.estimate, kept.open])
            .unwrap_or_else(|| marked(&editor.money(money, true), cost.estimate));
        edits.extend(editor.set(row, Column::Cost, &text));
    }
    edits.extend(of_comments(document, row.place, kept));
    Some(edits)
}

/// The figures that comments of a row state.
fn of_comments(document: &Document, place: Place, kept: &Figures) -> Vec<Edit> {
    let words = words(kept);
    let line = document.at(document.whole_line(place));
    let mut edits = Vec::new();
    let mut at = place.line_start;
    let mut is_comment = false;
    for part in line.split_inclusive([' ', '\t']) {
        let word = part.trim_end_matches([' ', '\t']);
        is_comment |= word == "<!--";
        is_comment &= word != "-->";
        if is_comment
            && let Some((key, value)) = word.split_once('=')
            && let Some((_, text)) = words.iter().find(|(known, _)| *known == key)
            && value != text
        {
            let start = at + key.len() + 1;
            let span = Span::new(start, start + value.len());
            edits.push(Edit::replace(span, text.clone()));
        }
        at += part.len();
    }
    edits
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use insta::assert_snapshot;
    use proptest::prelude::*;

    use crate::{
        edit::{LogSet, Revision, make_fixes},
        model::{Month, Tokens},
    };

    const NOW: &str = "2026-02-25T21:00:00+00:00";

    fn used(revision: &Revision) -> Vec<(String, Option<Tokens>)> {
        let month: Month = "2026-02".parse().unwrap();
        let month = revision.ledger.find_month(month).unwrap();
        let teams = month.teams.iter();
        teams.map(|team| (team.name.clone(), team.used())).collect()
    }

    /// A log with imported rows and usage lines: the total after each, its tokens, whether it is a row, and whether it is Team A's.
    fn log(entries: &[(u64, u64, bool, bool)]) -> String {
        let team = |is_first: bool| if is_first { "Team A" } else { "Team B" };
        let settled = |is_first: bool| {
            let rows = entries
                .iter()
                .filter(|(_, _, is_row, of)| *is_row && *of == is_first);
            rows.map(|(_, tokens, ..)| tokens).sum::<u64>()
        };
        let mut log =
            "# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n"
                .to_owned();
        for is_first in [true, false] {
            let _ = writeln!(
                log,
                "| {} | {} |",
                team(is_first),
                1_000 + settled(is_first)
            );
        }
        let _ = writeln!(
            log,
            "| TOTAL | {} |",
            2_000 + settled(true) + settled(false)
        );
        log.push_str("\n## Daily Detail — 2026-02-25\n\n| Team | Tokens |\n|---|---|\n");
        for (total, tokens, _, is_first) in entries.iter().filter(|entry| entry.2) {
            let _ = writeln!(
                log,
                "| {} | {tokens} <!-- id=cc-aaaaaaaaaa.{total} --> |",
                team(*is_first)
            );
        }
        log.push('\n');
        for (total, tokens, _, is_first) in entries.iter().filter(|entry| !entry.2) {
            let _ = writeln!(
                log,
                "[USE] 2026-02-25T18:00:00Z team=\"{}\" tokens={tokens} cost=0.5 input={tokens} output=0 cache_write=0 cache_read=7 id=cc-aaaaaaaaaa.{total}",
                team(*is_first)
            );
        }
        log
    }

    #[test]
    fn a_line_and_the_rows_of_days_and_months_say_what_counts() {
        let text = log(&[
            (100, 100, true, true),
            (150, 150, true, true),
            (170, 70, false, true),
        ]);
        let log_set = LogSet::default();
        let revision = Revision::read(text, &log_set);
        let overlaps = super::count_once(&revision, &log_set);
        let fixed = revision.apply(overlaps, &log_set).unwrap();
        assert_snapshot!(fixed.text(), @r#"
        # Cost Log v2.0

        ## 2026-02 Monthly Summary

        | Team | Tokens |
        |---|---|
        | Team A | 1150 <!-- base=1000 row=1150 --> |
        | Team B | 1000 |
        | TOTAL | 2150 |

        ## Daily Detail — 2026-02-25

        | Team | Tokens |
        |---|---|
        | Team A | 100 <!-- id=cc-aaaaaaaaaa.100 --> |
        | Team A | 50 <!-- id=cc-aaaaaaaaaa.150 --> |

        [USE] 2026-02-25T18:00:00Z team="Team A" tokens=20 cost=0.142857143 input=20 output=0 cache_write=0 cache_read=2 id=cc-aaaaaaaaaa.170
        "#);
    }

    proptest! {
        #[test]
        fn what_was_used_stays(
            entries in proptest::collection::btree_map(1_u64..300, (1_u64..300, any::<bool>(), any::<bool>()), 1..7),
        ) {
            let entries = entries.into_iter().map(|(total, (tokens, is_row, of))| (total, tokens.min(total), is_row, of));
            let entries: Vec<_> = entries.collect();
            let log_set = LogSet::default();
            let revision = Revision::read(log(&entries), &log_set);
            let before = used(&revision);
            let union = (0..300).filter(|token| entries.iter().any(|(total, tokens, ..)| total - tokens <= *token && token < total)).count();
            let all: Tokens = before.iter().filter_map(|(_, used)| *used).sum();
            prop_assert_eq!(all, Tokens(2_000 + union as u64));
            let fixed = make_fixes(revision, &log_set, NOW.parse().unwrap());
            prop_assert!(fixed.rejected.is_empty(), "{:?}", fixed.rejected);
            let after = fixed.revision;
            prop_assert_eq!(used(&after), before, "{}", after.text());
            prop_assert!(after.ledger.overlaps().is_empty(), "{}", after.text());
            prop_assert!(after.document.lines.is_empty(), "{}", after.text());
        }
    }
}
