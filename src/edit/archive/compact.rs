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
        Document, Kept, LogSet, RowKind, TableBlock, TableRow,
        style::{self, RowStyle, StatusStyle},
    },
    log::{self, Column, Item, Role, RowValue, cell},
    model::{Entry, Month, Status, TimeRange, Tokens, fold_name},
    text::{self, Edit, EditSet, FileId, Span},
};

/// The longest remark that a merged row gets.
const LONGEST_NOTE: usize = 500;

/// Minutes of a day.
const DAY: u64 = 24 * 60;

/// The columns whose cells are added up or put together.
const MERGED: [Column; 8] = [
    Column::Tokens,
    Column::TokensIn,
    Column::TokensOut,
    Column::Cost,
    Column::Status,
    Column::Duration,
    Column::Deliverables,
    Column::Notes,
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
        let (first, others) = group.split_first()?;
        edits.push(Edit::replace(first.row.line(), line));
        for row in others {
            edits.push(Edit::delete(document.whole_line(row.row.place)));
        }
        merged += others.len();
    }
    if merged == 0 {
        return None;
    }
    let compacted = text::splice(section, &EditSet::new(FileId::LOG, edits).ok()?);
    let after = Document::read(compacted, Kept::All);
    let is_same = sums_of(&document) == sums_of(&after);
    is_same.then(|| (after.source.into_text(), merged))
}

/// A row and what it says.
struct Row<'d> {
    row: &'d TableRow,
    entry: &'d Entry<'static>,
}

/// Rows that differ only in what can be added up, in their order; two or more of each kind.
fn groups<'d>(
    document: &'d Document,
    table: &'d TableBlock,
    repeated: &HashSet<String>,
) -> Vec<Vec<Row<'d>>> {
    let mut at: HashMap<Vec<String>, usize> = HashMap::new();
    let mut groups: Vec<Vec<Row<'d>>> = Vec::new();
    for row in &table.rows {
        let RowKind::Entry(entry) = &row.kind else {
            continue;
        };
        let has_repeated = entry.ids().any(|id| repeated.contains(id));
        let Some(key) = key(document, table, row, entry).filter(|_| !has_repeated) else {
            continue;
        };
        let row = Row { row, entry };
        let next = groups.len();
        let group = *at.entry(key).or_insert(next);
        if group == next {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.get_mut(group) {
            group.push(row);
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
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
    let tokens = figures
        .tokens
        .filter(|_| is_whole && figures.limit.is_none())?;
    let mut key = vec![
        fold_name(&entry.work.team),
        fold_name(entry.work.task.as_deref().unwrap_or_default()),
        tokens.unit.to_string(),
        format!("{:?} {}", figures.currency, figures.cost.is_some()),
        entry.when.time.is_some().to_string(),
    ];
    let is_free = |at: usize| {
        let merged = MERGED
            .iter()
            .chain(&[Column::Team, Column::Task, Column::Time]);
        let mut merged = merged.filter_map(|column| table.columns.index(*column));
        !merged.any(|index| index == at)
    };
    for (at, cell) in row.cells.iter().enumerate().filter(|(at, _)| is_free(*at)) {
        key.push(format!("{at} {}", visible(document.at(*cell))));
    }
    Some(key)
}

/// The part of a cell that readers see.
fn visible(raw: &str) -> &str {
    raw.split("<!--").next().unwrap_or_default().trim_end()
}

/// The line of the row that takes the place of a group.
fn merge(document: &Document, table: &TableBlock, group: &[Row<'_>]) -> Option<String> {
    let first = group.first()?;
    let raw = |row: &Row<'_>, at: usize| {
        row.row
            .cells
            .get(at)
            .map_or("", |span| visible(document.at(*span)))
            .to_owned()
    };
    let columns = &table.columns;
    let mut cells: Vec<String> = (0..columns.count).map(|at| raw(first, at)).collect();
    for column in MERGED.into_iter().chain([Column::Time]) {
        let Some(at) = columns.index(column) else {
            continue;
        };
        let raws: Vec<String> = group.iter().map(|row| raw(row, at)).collect();
        *cells.get_mut(at)? = match column {
            Column::Tokens | Column::TokensIn | Column::TokensOut => tokens(&raws)?,
            Column::Deliverables => count(&raws)?,
            Column::Cost => cost(&raws)?,
            Column::Duration => duration(&raws)?,
            Column::Status => status(group, &raws),
            Column::Time => hours(group)
                .ok()?
                .map_or_else(|| raw(first, at), |hours| style::hours(hours, None)),
            _ => note(group, &raws)?,
        };
    }
    let ids = group.iter().flat_map(|row| row.entry.ids());
    let last = cells.last_mut()?;
    for id in ids {
        if !style::is_writable_id(id) {
            return None;
        }
        let _ = write!(last, " <!-- id={id} -->");
    }
    let head = document.at(Span::new(table.head.line_start, table.head.span.end));
    let line = |row: &Row<'_>| document.at(row.row.line());
    let style = RowStyle::of(head, group.iter().map(line));
    Some(style.line(&cells))
}

/// The sum of some cells, spelled like the first that has a value. None where a cell cannot be read.
fn sum<T, E>(
    raws: &[String],
    read: impl Fn(&str) -> Result<Option<T>, E>,
    add: impl Fn(T, T) -> T,
    spell: impl Fn(&str, T) -> Option<String>,
) -> Option<String> {
    let mut sum: Option<(&str, T)> = None;
    for raw in raws {
        if let Some(value) = read(&plain(raw)).ok()? {
            sum = Some(match sum {
                Some((first, before)) => (first, add(before, value)),
                None => (raw, value),
            });
        }
    }
    match sum {
        Some((first, sum)) => spell(first, sum),
        None => raws.first().cloned(),
    }
}

fn tokens(raws: &[String]) -> Option<String> {
    let read = |raw: &str| {
        cell::tokens(raw).map(|cell| cell.map(|cell| (cell.used.value, cell.used.estimate)))
    };
    sum(
        raws,
        read,
        |(one, is_about), (two, is_also)| (one.saturating_add(two), is_about || is_also),
        |like, (tokens, estimate)| style::respell_tokens(like, tokens, estimate),
    )
}

fn count(raws: &[String]) -> Option<String> {
    sum(raws, cell::count, u64::saturating_add, |like, count| {
        style::respell_tokens(like, Tokens(count), false)
    })
}

fn duration(raws: &[String]) -> Option<String> {
    sum(raws, cell::minutes, u64::saturating_add, |like, minutes| {
        Some(style::duration(minutes, Some(like)))
    })
}

fn cost(raws: &[String]) -> Option<String> {
    let read = |raw: &str| {
        let amount = cell::money(raw).map(|cell| cell.map(|cell| cell.amount));
        amount.map(|cost| cost.map(|cost| (i128::from(cost.value), cost.estimate)))
    };
    sum(
        raws,
        read,
        |(one, is_about), (two, is_also)| (one + two, is_about || is_also),
        |like, (nanos, estimate)| {
            let spelled = style::respell_money(like, nanos, true)?;
            let mark = if estimate && !like.contains(['~', '≈', '<']) {
                "~"
            } else {
                ""
            };
            Some(format!("{mark}{spelled}"))
        },
    )
}

fn status(group: &[Row<'_>], raws: &[String]) -> String {
    let statuses = group.iter().filter_map(|row| row.entry.status.clone());
    let known = StatusStyle::of(raws.iter().map(String::as_str));
    match statuses.reduce(Status::combined) {
        Some(status) => known.spell(&status),
        None => raws.first().cloned().unwrap_or_default(),
    }
}

/// A cell without the marks of emphasis and code around it.
fn plain(raw: &str) -> String {
    raw.replace(['*', '`'], "")
}

/// A time that `10:10-10:17` cannot tell: a day or more.
struct TooLong;

/// From the first start to the last end. None where no row has hours.
fn hours(group: &[Row<'_>]) -> Result<Option<TimeRange>, TooLong> {
    use chrono::Timelike;
    let minute = |time: chrono::NaiveTime| u64::from(time.hour() * 60 + time.minute());
    let mut times = group.iter().filter_map(|row| row.entry.when.time);
    let Some(first) = times.clone().min_by_key(|time| time.start) else {
        return Ok(None);
    };
    let start = minute(first.start);
    let ends = times.clone().map(|time| match time.end {
        // An end before the start is on the next day.
        Some(end) if end < time.start => (minute(end) + DAY, end),
        Some(end) => (minute(end), end),
        None => (minute(time.start), time.start),
    });
    let last = ends.max_by_key(|(minute, _)| *minute);
    let (last, end) = last.unwrap_or((start, first.start));
    if last - start >= DAY {
        return Err(TooLong);
    }
    Ok(Some(TimeRange {
        start: first.start,
        end: (last > start).then_some(end),
        open: times.any(|time| time.open),
    }))
}

/// `merged 5 rows, 09:10-17:40: one note; another`, with as many of the notes as there is room for.
fn note(group: &[Row<'_>], raws: &[String]) -> Option<String> {
    let span = hours(group)
        .ok()?
        .map(|hours| format!(", {}", style::hours(hours, None)));
    let mut note = format!("merged {} rows{}", group.len(), span.unwrap_or_default());
    let mut met = HashSet::new();
    let mut separator = ": ";
    for raw in raws {
        let is_new = !cell::is_absent(&plain(raw)) && met.insert(raw);
        if is_new && note.chars().count() + separator.len() + raw.chars().count() <= LONGEST_NOTE {
            note.push_str(separator);
            note.push_str(raw);
            separator = "; ";
        }
    }
    Some(note)
}

/// What a section adds up to: by team, tokens, cost and deliverables; and the ids in it.
type Sums = (BTreeMap<String, (Tokens, u64, u64)>, Vec<String>, usize);

fn sums_of(document: &Document) -> Sums {
    let mut teams: BTreeMap<String, (Tokens, u64, u64)> = BTreeMap::new();
    let mut ids = Vec::new();
    let mut others = 0;
    for row in document.tables.iter().flat_map(|table| &table.rows) {
        let RowKind::Entry(entry) = &row.kind else {
            others += 1;
            continue;
        };
        let figures = &entry.figures;
        let sums = teams.entry(fold_name(&entry.work.team)).or_default();
        sums.0 = sums
            .0
            .saturating_add(figures.tokens.map_or(Tokens::ZERO, |tokens| tokens.value));
        sums.1 = sums
            .1
            .saturating_add(figures.cost.map_or(0, |cost| cost.value));
        sums.2 = sums
            .2
            .saturating_add(figures.deliverables.unwrap_or_default());
        ids.extend(entry.ids().map(str::to_owned));
    }
    ids.sort_unstable();
    (teams, ids, others)
}
