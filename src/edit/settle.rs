//! From usage lines to daily rows and monthly figures.
//!
//! A line is settled when its row stands in the daily table of its day, its tokens in the monthly row of its team, and the line
//! itself is gone. What was used does not change by it, and that is checked before the text is given out.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;

use super::{
    Document, Kept, LogSet, RowKind, TableBlock, Timestamp,
    derived::{self, Scope},
    log_set::MOST_MONTHS,
    monthly::{Growth, MonthlyRows},
    notes, sections, style,
    table::{NewRow, TableEditor},
};
use crate::{
    analysis::ReconciledMonth,
    log::{self, Column, Item, Role, RowValue, Section, cell},
    model::{Entry, LineEvent, Money, Month, Tokens, is_total},
    text::{self, Edit, EditSet, Overlap, Place},
};

/// What settling makes of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// The new text; the old one where nothing was to settle.
    pub text: String,
    /// How many usage lines were settled.
    pub lines: usize,
    /// How many that count had to stay, since no table can hold them.
    pub left: usize,
}

/// Moves usage lines into the daily and monthly tables, and brings the totals of their months up to date. Lines that do not count,
/// being second attempts, stay as they are.
pub fn settled(text: &str, log_set: &LogSet, stamp: Timestamp) -> Result<Settled, Overlap> {
    let unchanged = |left| Settled {
        text: text.to_owned(),
        lines: 0,
        left,
    };
    if !text.contains("[USE]") {
        return Ok(unchanged(0));
    }
    let document = Document::read(text, Kept::All);
    let counting = counting(&document, log_set);
    if counting.is_empty() {
        return Ok(unchanged(0));
    }
    let mut settling = Settling {
        document: &document,
        edits: Vec::new(),
        rows: BTreeMap::new(),
        gone: BTreeSet::new(),
        lines: 0,
    };
    let mut months: BTreeMap<Month, Vec<&Entry<'static>>> = BTreeMap::new();
    for entry in &counting {
        months.entry(entry.when.month).or_default().push(entry);
    }
    let mut reconciled_months = Vec::new();
    let ledger = log_set.fold(text);
    let surplus = months.len().saturating_sub(MOST_MONTHS);
    let months: BTreeMap<_, _> = months.into_iter().skip(surplus).collect();
    for month in months.keys() {
        reconciled_months.push(ledger.find_month(*month));
    }
    let mut before = BTreeMap::new();
    // New summaries go in at one place, the newest month first.
    for ((month, entries), reconciled) in months.iter().zip(&reconciled_months).rev() {
        let Some(reconciled) = reconciled
            .as_ref()
            .filter(|reconciled| !reconciled.is_legacy())
        else {
            continue;
        };
        before.insert(*month, reconciled.month.used());
        settling.month(*month, entries, reconciled);
    }
    let days: BTreeSet<NaiveDate> = settling.rows.keys().copied().collect();
    let lines = settling.lines;
    let mut edits = settling.edits(&reconciled_months);
    sections::close_up(&mut edits);
    if lines == 0 {
        return Ok(unchanged(counting.len()));
    }
    let settled = text::splice(text, &EditSet::new(text::FileId::LOG, edits)?);
    let touched: Vec<Month> = before.keys().copied().collect();
    let scope = Scope::Touched {
        months: &touched,
        days: &days,
    };
    let settled = derived::refreshed(&settled, log_set, scope)?;
    let settled = derived::stamped(&settled, stamp)?;
    let ledger = log_set.fold(&settled);
    let is_same = before.iter().all(|(month, used)| {
        let after = ledger.find_month(*month);
        after.is_some_and(|after| after.month.used() == *used)
    });
    if !is_same || !holds_all(&document, &settled, lines) {
        return Ok(unchanged(counting.len()));
    }
    Ok(Settled {
        text: settled,
        lines,
        left: counting.len() - lines,
    })
}

/// The usage lines that count: of those with an id, the first, unless the id is settled in the log or in the archive of its month.
fn counting(document: &Document, log_set: &LogSet) -> Vec<Entry<'static>> {
    let rows = document.tables.iter().flat_map(|table| &table.rows);
    let mut known: HashSet<String> = rows
        .filter_map(|row| match &row.kind {
            RowKind::Entry(entry) => Some(entry.ids().map(str::to_owned).collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect();
    let months: BTreeSet<Month> = document
        .lines
        .iter()
        .filter_map(|line| Some(line.usage()?.when.month))
        .collect();
    let archived: BTreeMap<Month, HashSet<String>> = months
        .into_iter()
        .filter_map(|month| Some((month, ids_in(log_set.archives.get(&month)?, month))))
        .collect();
    let mut counting = Vec::new();
    for entry in document.lines.iter().filter_map(super::LogLine::usage) {
        if let Some(id) = &entry.id {
            let is_archived = archived
                .get(&entry.when.month)
                .is_some_and(|ids| ids.contains(id.as_ref()));
            if is_archived || !known.insert(id.clone().into_owned()) {
                continue;
            }
        }
        counting.push(entry.clone());
    }
    counting
}

/// The ids of what an archive holds of a month.
fn ids_in(archive: &[u8], month: Month) -> HashSet<String> {
    let mut ids = HashSet::new();
    log::read_str(archive, text::FileId::archive(0), &mut |item| {
        let entry = match &item {
            Item::Usage(entry) => entry,
            Item::Row(row) => match &row.value {
                RowValue::Entry(entry) => entry,
                _ => return,
            },
            _ => return,
        };
        if entry.when.month == month {
            ids.extend(entry.ids().map(str::to_owned));
        }
    });
    ids
}

struct Settling<'d> {
    document: &'d Document,
    edits: Vec<Edit>,
    /// The rows to write, by day.
    rows: BTreeMap<NaiveDate, Vec<Entry<'static>>>,
    /// The starts of lines that go.
    gone: BTreeSet<usize>,
    lines: usize,
}

impl Settling<'_> {
    fn month(&mut self, month: Month, entries: &[&Entry<'static>], reconciled: &ReconciledMonth) {
        let mut rows = MonthlyRows::new(self.document, reconciled, month);
        if !rows.is_writable() {
            return;
        }
        let mut noted = BTreeMap::new();
        for entry in entries.iter().filter(|entry| is_writable(entry)) {
            let (Some(date), Some(tokens)) = (entry.when.date, entry.figures.tokens) else {
                continue;
            };
            let owner = reconciled.find_team(&entry.work.team);
            let name = owner.map_or(entry.work.team.as_ref(), |team| team.name.as_str());
            let mut growth = Growth {
                tokens: tokens.value,
                estimate: tokens.estimate,
                cost: cost(entry, reconciled),
                price: reconciled
                    .price_of(entry.work.model.as_deref())
                    .and_then(|price| price.flat()),
                minutes: entry.figures.minutes,
                deliverables: None,
                status: entry.status.clone(),
            };
            if entry.figures.deliverables.is_some()
                && let Some(team) = owner
                && let Some(count) = reconciled.deliverables_of(team)
            {
                if rows.counts_deliverables(name) {
                    growth.deliverables = Some(count);
                } else {
                    noted.insert(name.to_owned(), count);
                }
            }
            rows.add(&entry.work.team, entry.work.task.as_deref(), growth);
            self.take(entry);
            self.rows.entry(date).or_default().push((*entry).clone());
            self.lines += 1;
        }
        self.edits.extend(rows.edits());
        if reconciled.month.newest {
            self.edits
                .extend(notes::deliverables(self.document, reconciled, &noted));
        }
    }

    /// Takes a line away, and that of the hold it ends.
    fn take(&mut self, entry: &Entry<'_>) {
        self.gone.insert(entry.place.line_start);
        let Some(id) = &entry.hold else { return };
        let hold = self.document.lines.iter().find(|line| match &line.kind {
            super::LineKind::Event(LineEvent::Hold(hold)) => hold.id == *id,
            _ => false,
        });
        self.gone.extend(hold.map(|line| line.place.line_start));
    }

    fn edits(mut self, reconciled: &[Option<ReconciledMonth>]) -> Vec<Edit> {
        let Some(reconciled) = reconciled.iter().flatten().next() else {
            return self.edits;
        };
        for (date, entries) in &self.rows {
            let rows: Vec<NewRow<'_>> =
                entries.iter().map(|entry| row(entry, reconciled)).collect();
            self.edits.push(match daily_table(self.document, *date) {
                Some(table) => {
                    let editor = TableEditor::new(self.document, table, reconciled.currency());
                    let lines: Vec<String> = rows.iter().map(|row| editor.line(row)).collect();
                    sections::insert_lines(self.document, editor.end(), &lines)
                }
                None => sections::daily(
                    self.document,
                    &sections::NewSection {
                        rows: &rows,
                        currency: reconciled.currency(),
                    },
                    *date,
                ),
            });
        }
        let gone = self
            .document
            .lines
            .iter()
            .filter(|line| self.gone.contains(&line.place.line_start));
        let gone: Vec<Place> = gone.map(|line| line.place).collect();
        self.edits.extend(
            gone.into_iter()
                .map(|place| Edit::delete(self.document.whole_line(place))),
        );
        self.edits
    }
}

/// The table of a day that a row can be written into.
fn daily_table(document: &Document, date: NaiveDate) -> Option<&TableBlock> {
    document.tables_of(Role::Daily).find(|table| {
        table.columns.has(Column::Tokens)
            && document
                .section_of(table)
                .is_some_and(|section| section.kind == Section::Daily(Some(date)))
    })
}

/// Whether a row can hold what a line says, and be read as what it is.
fn is_writable(entry: &Entry<'_>) -> bool {
    let team = style::escaped(&entry.work.team);
    let is_name = !team.is_empty() && !cell::is_absent(&team) && !is_total(&entry.work.team);
    is_name && entry.id.as_deref().is_none_or(style::is_writable_id)
}

/// What a line cost: as it says, else by its price. And whether it says so.
fn cost(entry: &Entry<'_>, reconciled: &ReconciledMonth) -> Option<(Money, bool)> {
    let tokens = entry
        .figures
        .tokens
        .map_or(Tokens::ZERO, |tokens| tokens.value);
    if let Some(cost) = entry.figures.cost {
        let money = Money {
            nanos: cost.value.into(),
            currency: entry.figures.currency.unwrap_or(reconciled.currency()),
        };
        return Some((money, true));
    }
    let price = reconciled.price_of(entry.work.model.as_deref())?;
    Some((price.cost(tokens, entry.figures.classes)?, false))
}

fn row<'e>(entry: &'e Entry<'static>, reconciled: &ReconciledMonth) -> NewRow<'e> {
    NewRow {
        team: &entry.work.team,
        task: entry
            .work
            .task
            .as_deref()
            .filter(|task| !cell::is_absent(task)),
        tokens: entry
            .figures
            .tokens
            .map(|tokens| (tokens.value, tokens.estimate)),
        classes: entry.figures.classes,
        cost: cost(entry, reconciled),
        status: entry.status.as_ref(),
        time: entry.when.time,
        minutes: entry.figures.minutes,
        deliverables: entry.figures.deliverables,
        model: entry.work.model.as_deref(),
        date: entry.when.date.map(|date| date.to_string()),
        month: Some(entry.when.month.to_string()),
        id: entry.id.as_deref(),
    }
}

/// Whether a text holds as many details more, and usage lines fewer, as were settled.
fn holds_all(before: &Document, after: &str, lines: usize) -> bool {
    let after = Document::read(after, Kept::All);
    let count = |document: &Document| {
        let details = document
            .tables
            .iter()
            .filter(|table| matches!(table.role, Role::Daily | Role::Session))
            .flat_map(|table| &table.rows)
            .filter(|row| matches!(row.kind, RowKind::Entry(_)))
            .count();
        let usage = document
            .lines
            .iter()
            .filter(|line| line.usage().is_some())
            .count();
        (details, usage)
    };
    let ((details, usage), (details_after, usage_after)) = (count(before), count(&after));
    details_after == details + lines && usage_after + lines == usage
}
