//! Reduces the figures of rows and usage lines, or removes them. The monthly rows of their teams follow, and the totals of their tables.
//! `import_overlap` and `unit_replacement` decide which rows and lines, and by how much.

use std::collections::{BTreeMap, HashMap};

use super::{
    Document, Kept, LogSet, Revision, TableBlock, TableRow,
    derived::Derived,
    monthly::{Delta, MonthlyRows},
    revision::Proposal,
    style,
    table::TableEditor,
    totals, usage_line,
};
use crate::{
    analysis::{CostSum, ReconciledMonth},
    log::{self, Column},
    model::{Amount, EntryKind, Figures, Money, Month, StatedCost, Tokens},
    text::{Edit, Place, Span},
};

/// A row of a day or a usage line of the log whose figures are to be reduced.
#[derive(Clone, Debug)]
pub(super) struct Reduction {
    pub(super) place: Place,
    pub(super) kind: EntryKind,
    pub(super) month: Month,
    /// Its new figures. Without any tokens, it is removed.
    pub(super) kept: Figures,
    /// The difference to its figures, with its cost.
    pub(super) surplus: Tokens,
    /// What is to be taken from the monthly rows. More than the surplus if a row of a day was lowered by hand and they were not.
    pub(super) held: Tokens,
    pub(super) surplus_cost: CostSum,
}

/// Proposes the reductions. Also returns whether these are all of them: a month whose monthly rows cannot follow stays as it is.
pub(super) fn reduce(
    revision: &Revision,
    log_set: &LogSet,
    reductions: &[Reduction],
) -> (Proposal, bool) {
    let (lines, rows): (Vec<_>, Vec<_>) = reductions
        .iter()
        .partition(|reduction| reduction.kind == EntryKind::Line);
    let mut proposal = Proposal::default();
    let of_lines = lines.into_iter();
    let edits = of_lines.flat_map(|reduction| of_line(&revision.document, reduction));
    proposal.edits.extend(edits);
    if rows.is_empty() {
        return (proposal, true);
    }
    let (of_rows, is_complete) = of_rows(revision, log_set, &rows);
    proposal.extend(of_rows);
    (proposal, is_complete)
}

fn is_nothing(figures: &Figures) -> bool {
    figures
        .tokens
        .is_none_or(|tokens| tokens.value == Tokens::ZERO)
}

/// The values of a line or a comment for these figures, by key.
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

fn of_line(document: &Document, reduction: &Reduction) -> Vec<Edit> {
    let (place, kept) = (reduction.place, &reduction.kept);
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

fn of_rows(revision: &Revision, log_set: &LogSet, reductions: &[&Reduction]) -> (Proposal, bool) {
    // The revision has no details.
    let document = Document::read(revision.text(), Kept::All);
    let rows = document
        .tables
        .iter()
        .flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let rows: HashMap<usize, RowOfTable<'_>> = rows
        .map(|(table, row)| (row.place.line_start, (table, row)))
        .collect();
    let mut months: BTreeMap<Month, Vec<&Reduction>> = BTreeMap::new();
    for reduction in reductions {
        months.entry(reduction.month).or_default().push(reduction);
    }
    let repeats = revision.repeats();
    let mut derived = Derived::new(revision, log_set);
    let mut proposal = Proposal::default();
    let mut is_complete = true;
    let mut of_tables: BTreeMap<usize, (&TableBlock, Vec<Edit>)> = BTreeMap::new();
    for (month, reductions) in months.iter().rev() {
        let Some(reconciled) = revision.ledger.find_month(*month) else {
            is_complete = false;
            continue;
        };
        let mut monthly = MonthlyRows::new(&revision.document, &reconciled, &repeats);
        let edits = reductions.iter().map(|reduction| {
            let row = *rows.get(&reduction.place.line_start)?;
            Some((row.0, of_row(&document, row, reduction, &reconciled)?))
        });
        let edits: Option<Vec<(&TableBlock, Vec<Edit>)>> = edits.collect();
        let edits = edits.filter(|_| monthly.is_writable());
        let edits = edits.filter(|_| lower(&mut monthly, reductions, &rows, &reconciled));
        let Some(edits) = edits else {
            is_complete = false;
            continue;
        };
        for (table, edits) in edits {
            let of_table = of_tables.entry(table.head.line_start);
            of_table.or_insert((table, Vec::new())).1.extend(edits);
        }
        proposal.extend(monthly.propose(&mut derived.sections, derived.basis));
        derived.touch(*month, BTreeMap::new());
    }
    for (table, edits) in of_tables.into_values() {
        let totals = totals::follow(&document, table, &edits, derived.basis);
        proposal.edits.extend(edits);
        proposal.edits.extend(totals.into_iter().flatten());
    }
    if !proposal.is_empty() {
        proposal.edits.extend(derived.notes());
    }
    (proposal, is_complete)
}

/// Takes the surplus of the details out of the monthly rows. False if no row holds it.
fn lower(
    monthly: &mut MonthlyRows<'_, '_>,
    reductions: &[&Reduction],
    rows: &HashMap<usize, RowOfTable<'_>>,
    reconciled: &ReconciledMonth<'_>,
) -> bool {
    // By team, how much its monthly rows still have to be reduced, until they or the details state what counts.
    let mut left: HashMap<&str, Tokens> = HashMap::new();
    let entry_of = |reduction: &Reduction| rows.get(&reduction.place.line_start)?.1.entry();
    for reduction in reductions {
        let Some(team) =
            entry_of(reduction).and_then(|entry| reconciled.find_team(&entry.work.team))
        else {
            return false;
        };
        let sum = left.entry(&team.name).or_default();
        *sum = sum.saturating_add(reduction.held);
    }
    for (team, left) in &mut left {
        let Some(team) = reconciled.find_team(team) else {
            return false;
        };
        let (details, held) = (team.details(), team.tokens_of(EntryKind::Monthly));
        let counts = details.max(held).saturating_sub(*left);
        *left = held.saturating_sub(held.min(counts));
    }
    reductions.iter().all(|reduction| {
        let Some(entry) = entry_of(reduction) else {
            return false;
        };
        let Some(team) = reconciled.find_team(&entry.work.team) else {
            return false;
        };
        let Some(left) = left.get_mut(team.name.as_str()) else {
            return false;
        };
        let less = reduction.held.min(*left);
        *left = left.saturating_sub(less);
        if !team.tallies.contains_key(&EntryKind::Monthly) {
            return true;
        }
        let is_lowered = less > Tokens::ZERO;
        let delta = Delta {
            less,
            less_cost: if is_lowered {
                reduction.surplus_cost.clone()
            } else {
                CostSum::default()
            },
            less_keyed: reduction.surplus,
            ..Delta::default()
        };
        monthly.lower(&entry.work.team, entry.monthly_task(), delta)
    })
}

/// None if the table has no column for all tokens.
fn of_row(
    document: &Document,
    (table, row): RowOfTable<'_>,
    reduction: &Reduction,
    reconciled: &ReconciledMonth<'_>,
) -> Option<Vec<Edit>> {
    let kept = &reduction.kept;
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

/// The figures in the comments of a row.
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
