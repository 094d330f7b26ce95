//! Rows of one team and task that become one: their figures added up, their count and hours in the notes, all their ids kept.
//!
//! Only rows that differ in nothing but what can be added up are merged; any other stays as it is. Each section adds up to the
//! same before and after, which is checked.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    mem,
};

use super::cut::ArchiveDelta;
use crate::{
    edit::{
        Document, Kept, LogSet, TableBlock, TableRow,
        revision::spliced,
        style::{self, RowStyle},
        table::{plain_text, visible},
    },
    log::{self, Column, Item, Role, RowValue, cell},
    model::{Entry, ImportedId, Month, Status, TimeRange, Tokens, fold_name, newest_ids},
    text::{Edit, FileId},
};

/// The maximum number of characters in the note of a merged row.
const MAX_NOTE: usize = 500;

const DAY: u64 = 24 * 60;

const MERGED: [Column; 9] = [
    Column::Tokens,
    Column::TokensIn,
    Column::TokensOut,
    Column::Cost,
    Column::Status,
    Column::Duration,
    Column::Deliverables,
    Column::Notes,
    Column::Time,
];

/// Merges rows of what goes to the archives. Gives the sections that this changes, as they were and as they are.
pub(super) fn compact(
    log: &str,
    log_set: &LogSet,
    deltas: &mut BTreeMap<Month, ArchiveDelta>,
) -> Vec<[String; 2]> {
    let archives = log_set.archives.values().map(Vec::as_slice);
    let repeated = repeated_ids([log.as_bytes()].into_iter().chain(archives));
    let mut changed = Vec::new();
    for delta in deltas.values_mut() {
        let mut count = 0;
        for section in &mut delta.sections {
            if let Some((compacted, merged)) = compact_section(section, &repeated) {
                count += merged;
                changed.push([mem::replace(section, compacted.clone()), compacted]);
            }
        }
        delta.stats.merged += count;
    }
    changed
}

/// The ids that more than one row has, in a log and its archives.
fn repeated_ids<'t>(texts: impl Iterator<Item = &'t [u8]>) -> HashSet<String> {
    let (mut met, mut repeated) = (HashSet::new(), HashSet::new());
    for text in texts {
        log::read_str(text, FileId::LOG, &mut |item| {
            if let Item::Row(row) = item
                && let RowValue::Entry(entry) = row.value
            {
                for id in entry.ids() {
                    if !met.insert(id.to_owned()) {
                        repeated.insert(id.to_owned());
                    }
                }
            }
        });
    }
    repeated
}

/// A section with its rows merged, and by how many rows it is shorter. None where nothing can be merged. Rows with an id of
/// `repeated` stay: those ids occur elsewhere, and decide what counts.
fn compact_section(section: &str, repeated: &HashSet<String>) -> Option<(String, usize)> {
    let document = Document::read(section, Kept::All);
    let mut tables = document.tables.iter();
    let table = tables.find(|table| matches!(table.role, Role::Daily | Role::Session))?;
    table.columns.index(Column::Notes)?;
    let mut edits = Vec::new();
    let mut merged = 0;
    for group in groups(&document, table, repeated) {
        let Some(line) = merge(&document, table, &group) else {
            continue;
        };
        let ((first, _), others) = group.split_first()?;
        edits.push(Edit::replace(first.line(), line));
        for (row, _) in others {
            edits.push(Edit::delete(document.whole_line(row.place)));
        }
        merged += others.len();
    }
    if merged == 0 {
        return None;
    }
    let after = Document::read(spliced(section, edits)?, Kept::All);
    let is_same = sums_of(&document) == sums_of(&after);
    is_same.then(|| (after.source.into_text(), merged))
}

type EntryRow<'d> = (&'d TableRow, &'d Entry<'static>);

/// Rows that differ only in what can be added up, in their order; two or more of each kind.
fn groups<'d>(
    document: &'d Document,
    table: &'d TableBlock,
    repeated: &HashSet<String>,
) -> Vec<Vec<EntryRow<'d>>> {
    let mut first_of: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: BTreeMap<usize, Vec<EntryRow<'d>>> = BTreeMap::new();
    let rows = table.rows.iter();
    for (row, entry) in rows.filter_map(|row| Some((row, row.entry()?))) {
        let has_repeated = entry.ids().any(|id| repeated.contains(id));
        let key = key(document, table, row, entry).filter(|_| !has_repeated);
        if let Some(key) = key {
            let first = *first_of.entry(key).or_insert(row.place.line_start);
            groups.entry(first).or_default().push((row, entry));
        }
    }
    groups.retain(|_, group| group.len() > 1);
    groups.into_values().collect()
}

/// What must be the same in rows that are merged. None where a row is none to merge.
fn key(
    document: &Document,
    table: &TableBlock,
    row: &TableRow,
    entry: &Entry<'_>,
) -> Option<Vec<String>> {
    let line = document.at(row.line());
    let figures = &entry.figures;
    let end = row.cells.last()?.end - row.place.line_start;
    let has_no_more = matches!(line.get(end..)?.trim(), "" | "|");
    let is_whole = row.cells.len() == table.columns.count && has_no_more;
    let is_marked = figures.open || row.cells.iter().any(|cell| has_mark(document.at(*cell)));
    let is_mergeable = is_whole && figures.limit.is_none() && !is_marked;
    let tokens = figures.tokens.filter(|_| is_mergeable)?;
    let mut key = vec![
        fold_name(&entry.work.team),
        fold_name(entry.work.task.as_deref().unwrap_or_default()),
        tokens.unit.to_string(),
        format!("{:?} {}", figures.currency, figures.cost.is_some()),
        entry.when.time.is_some().to_string(),
        // What the details with ids add up to stays the same.
        entry.id.is_some().to_string(),
    ];
    for (at, cell) in row.cells.iter().enumerate() {
        let column = table.columns.at(at);
        let is_key = |column| matches!(column, Column::Team | Column::Task);
        if !column.is_some_and(|column| MERGED.contains(&column) || is_key(column)) {
            key.push(format!("{at} {}", visible(document.at(*cell))));
        }
    }
    Some(key)
}

/// Whether the imported rows among these say of each unit what is next to each other: the row that takes their place has the id of the
/// last one, and states its tokens up to there.
fn are_next(group: &[EntryRow<'_>]) -> bool {
    let imported = group.iter().filter_map(|(_, entry)| {
        let tokens = entry.figures.tokens.map(|tokens| tokens.value);
        let id = ImportedId::parse(entry.id.as_deref()?)?;
        Some((id, tokens.unwrap_or_default()))
    });
    let mut imported: Vec<(ImportedId<'_>, Tokens)> = imported.collect();
    imported.sort_unstable();
    imported
        .iter()
        .zip(imported.iter().skip(1))
        .all(|(one, two)| {
            one.0.unit != two.0.unit || one.0.total.saturating_add(two.1) == two.0.total
        })
}

/// Whether a comment says something of the row's cost or the classes of its tokens that a merged row could not.
fn has_mark(cell: &str) -> bool {
    let comments = cell.get(visible(cell).len()..).unwrap_or_default();
    let words = [
        "cost=",
        "unpriced=",
        "input=",
        "output=",
        "cache_write=",
        "cache_read=",
    ];
    words.iter().any(|word| comments.contains(word))
}

/// The line of the row that takes the place of a group.
fn merge(document: &Document, table: &TableBlock, group: &[EntryRow<'_>]) -> Option<String> {
    let raw = |(row, _): &EntryRow<'_>, at: usize| {
        let cell = row.cells.get(at);
        cell.map_or("", |span| visible(document.at(*span)))
            .to_owned()
    };
    let first = group.first().filter(|_| are_next(group))?;
    let mut cells: Vec<String> = (0..table.columns.count).map(|at| raw(first, at)).collect();
    for column in MERGED {
        let Some(at) = table.columns.index(column) else {
            continue;
        };
        let raws: Vec<String> = group.iter().map(|row| raw(row, at)).collect();
        let merged = match column {
            Column::Status => status(group, &raws),
            Column::Time => hours(group).ok()?.map(|hours| style::hours(hours, None)),
            Column::Notes => Some(note(group, &raws)?),
            _ => Some(sum(column, &raws)?),
        };
        let cell = cells.get_mut(at)?;
        *cell = merged.unwrap_or_else(|| mem::take(cell));
    }
    let last = cells.last_mut()?;
    for id in newest_ids(group.iter().flat_map(|(_, entry)| entry.ids())) {
        if !style::is_writable_id(id) {
            return None;
        }
        let _ = write!(last, " <!-- id={id} -->");
    }
    let head = document.at(table.head.line_to_end());
    let lines = group.iter().map(|(row, _)| document.at(row.line()));
    Some(RowStyle::of(head, lines).line(&cells))
}

/// The sum of the cells of a column, spelled like the first that has a value. None where a cell cannot be read.
fn sum(column: Column, raws: &[String]) -> Option<String> {
    let mut sum: Option<(&str, i128, bool)> = None;
    for raw in raws {
        if let Some((value, estimate)) = value(column, &plain_text(raw))? {
            let (first, before, is_estimate) = sum.unwrap_or((raw.as_str(), 0, false));
            sum = Some((first, before + value, is_estimate || estimate));
        }
    }
    let Some((like, sum, estimate)) = sum else {
        return raws.first().cloned();
    };
    if column == Column::Cost {
        return style::respell_money(like, sum, true, [estimate, false]);
    }
    let sum = u64::try_from(sum).ok()?;
    if column == Column::Duration {
        return Some(style::duration(sum, Some(like)));
    }
    style::respell_tokens(like, Tokens(sum), estimate)
}

/// The figure in a cell, money in nanos, and whether it is an estimate. None where the cell cannot be read.
#[expect(clippy::option_option, reason = "a cell without a figure is readable")]
fn value(column: Column, raw: &str) -> Option<Option<(i128, bool)>> {
    Some(match column {
        Column::Cost => {
            let amount = cell::money(raw).ok()?.map(|money| money.amount);
            amount.map(|amount| (amount.value.into(), amount.estimate))
        }
        Column::Duration => cell::minutes(raw)
            .ok()?
            .map(|minutes| (minutes.into(), false)),
        Column::Deliverables => cell::count(raw).ok()?.map(|count| (count.into(), false)),
        _ => {
            let used = cell::tokens(raw).ok()?.map(|tokens| tokens.used);
            used.map(|used| (used.value.0.into(), used.estimate))
        }
    })
}

fn status(group: &[EntryRow<'_>], raws: &[String]) -> Option<String> {
    let statuses = group.iter().filter_map(|(_, entry)| entry.status.clone());
    let status = statuses.reduce(Status::combined)?;
    Some(style::status(&status, raws.iter().map(String::as_str)))
}

/// From the first start to the last end. None where no row has hours. Fails for a day or more, which `10:10-10:17` cannot say.
fn hours(group: &[EntryRow<'_>]) -> Result<Option<TimeRange>, ()> {
    use chrono::Timelike;
    let minute = |time: chrono::NaiveTime| u64::from(time.hour() * 60 + time.minute());
    let mut times = group.iter().filter_map(|(_, entry)| entry.when.time);
    let Some(first) = times.clone().min_by_key(|time| time.start) else {
        return Ok(None);
    };
    let ends = times.clone().map(|time| match time.end {
        // An end before the start is on the next day.
        Some(end) if end < time.start => (minute(end) + DAY, end),
        end => (minute(end.unwrap_or(time.start)), end.unwrap_or(time.start)),
    });
    let start = minute(first.start);
    let last = ends.max_by_key(|(minute, _)| *minute);
    let (last, end) = last.unwrap_or((start, first.start));
    if last - start >= DAY {
        return Err(());
    }
    Ok(Some(TimeRange {
        start: first.start,
        end: (last > start).then_some(end),
        open: times.any(|time| time.open),
    }))
}

/// `merged 5 rows, 09:10-17:40: one note; another`, with all notes that fit in.
fn note(group: &[EntryRow<'_>], raws: &[String]) -> Option<String> {
    let span = hours(group).ok()?;
    let span = span.map(|hours| format!(", {}", style::hours(hours, None)));
    let mut note = format!("merged {} rows{}", group.len(), span.unwrap_or_default());
    let mut met = HashSet::new();
    let mut separator = ": ";
    for raw in raws {
        let is_new = !cell::is_absent(&plain_text(raw)) && met.insert(raw);
        if is_new && note.chars().count() + separator.len() + raw.chars().count() <= MAX_NOTE {
            note.extend([separator, raw]);
            separator = "; ";
        }
    }
    Some(note)
}

/// What a section adds up to: by team, tokens, cost and deliverables; the ids in it; and the number of its other rows.
fn sums_of(document: &Document) -> (BTreeMap<String, [u64; 3]>, Vec<String>, usize) {
    let mut teams: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut ids = Vec::new();
    let rows = || document.tables.iter().flat_map(|table| &table.rows);
    for entry in rows().filter_map(TableRow::entry) {
        let figures = &entry.figures;
        let tokens = figures.tokens.map(|tokens| tokens.value.0);
        let cost = figures.cost.map(|cost| cost.value);
        let sums = teams.entry(fold_name(&entry.work.team)).or_default();
        for (sum, own) in sums.iter_mut().zip([tokens, cost, figures.deliverables]) {
            *sum = sum.saturating_add(own.unwrap_or_default());
        }
        ids.extend(entry.ids().map(str::to_owned));
    }
    let mut ids: Vec<String> = newest_ids(ids.iter().map(String::as_str))
        .into_iter()
        .map(str::to_owned)
        .collect();
    ids.sort_unstable();
    let others = rows().filter(|row| row.entry().is_none()).count();
    (teams, ids, others)
}
