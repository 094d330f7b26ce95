//! What shows that a table was merged: totals that stand twice.

use std::collections::HashSet;

use super::{
    super::{Document, RowKind, TableBlock, notes, timestamp},
    rows::task_of,
};
use crate::{
    log::{Column, Role},
    model::{Amount, Month, NoteValue, RoundedSum, Tokens, fold_name},
};

/// A monthly table with several totals of one name.
#[derive(Clone, Debug)]
pub(super) struct Seam {
    /// Which table.
    pub(super) table: usize,
    pub(super) month: Month,
    /// Which of its rows are totals.
    pub(super) totals: Vec<usize>,
}

/// So many branches nobody merges before looking at the log.
const MOST: usize = 100;

/// The tables that were merged. Nobody writes two totals of one name one after the other. With rows between them they may be those
/// of two groups, unless more shows that they are not.
pub(super) fn of(document: &Document) -> Vec<Seam> {
    let tables = document.tables.iter().enumerate();
    let mut seams: Vec<Seam> = tables
        .filter_map(|(at, table)| seam(document, at, table))
        .collect();
    if !seams.is_empty() {
        let signs = Signs::of(document);
        seams.retain(|seam| {
            let table = &document.tables[seam.table];
            let mut pairs = seam.totals.windows(2);
            pairs.all(|pair| match pair {
                [one, two] => *two == one + 1 || signs.part(table, *one, *two),
                _ => false,
            })
        });
    }
    seams
}

fn seam(document: &Document, at: usize, table: &TableBlock) -> Option<Seam> {
    let columns = &table.columns;
    let is_plain = table.role == Role::Monthly
        && columns.has(Column::Tokens)
        && columns.has(Column::Team)
        && !columns.has(Column::Month);
    let month = table.month(document).filter(|_| is_plain)?;
    let rows = table.rows.iter().enumerate();
    let totals: Vec<usize> = rows
        .filter(|(_, row)| matches!(row.kind, RowKind::Total(_)))
        .map(|(at, _)| at)
        .collect();
    let team = columns.index(Column::Team)?;
    let name = |at: &usize| Some(document.at(*table.rows[*at].cells.get(team)?));
    let first = name(totals.first()?)?;
    let is_of_one_name = totals.iter().all(|at| name(at) == Some(first));
    let is_several = totals.len() > 1 && totals.len() <= MOST;
    (is_several && is_of_one_name).then_some(Seam {
        table: at,
        month,
        totals,
    })
}

/// `Current usage` where it stands more than once in one list.
pub(super) fn doubled_usage(document: &Document) -> Vec<Amount<Tokens>> {
    let usage = |value: &NoteValue| match value {
        NoteValue::CurrentUsage(tokens, _) => Some(*tokens),
        _ => None,
    };
    let lists = notes::lists(document);
    lists
        .map(|list| list.iter().filter_map(|note| usage(&note.value)).collect())
        .filter(|usage: &Vec<_>| usage.len() > 1)
        .flatten()
        .collect()
}

/// What else shows that a log was merged.
struct Signs {
    /// What the notes say is used, where they say so twice.
    usage: Vec<Amount<Tokens>>,
    /// The time of the last change stands twice.
    are_stamped_twice: bool,
}

impl Signs {
    fn of(document: &Document) -> Self {
        Self {
            usage: doubled_usage(document),
            are_stamped_twice: !timestamp::earlier(document.text()).is_empty(),
        }
    }

    /// Whether a total and the next one are those of two branches, and not of two groups: what stands above both stands between
    /// them again, or the next is no sum of what stands between them, or the notes state both.
    fn part(&self, table: &TableBlock, one: usize, two: usize) -> bool {
        if self.usage.is_empty() && !self.are_stamped_twice {
            return false;
        }
        let key = |at: usize| {
            let entry = table.rows.get(at)?.entry()?;
            Some((fold_name(&entry.work.team), task_of(entry)))
        };
        let tokens = |at: usize| table.rows.get(at)?.entry()?.figures.tokens;
        let above: HashSet<_> = (0..one).filter_map(key).collect();
        let between: RoundedSum = (one..two).filter_map(tokens).map(RoundedSum::from).sum();
        let stated = |at: usize| match &table.rows[at].kind {
            RowKind::Total(total) => total.figures.tokens,
            _ => None,
        };
        let is_noted = |at: usize| {
            let stated = stated(at);
            stated.is_some_and(|stated| self.usage.iter().any(|noted| noted.agrees_with(&stated)))
        };
        (one..two).filter_map(key).any(|key| above.contains(&key))
            || stated(two).is_some_and(|stated| !between.agrees_with(stated))
            || is_noted(one) && is_noted(two)
    }
}
