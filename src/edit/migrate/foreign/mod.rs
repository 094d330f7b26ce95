//! From a log in another form to one of v2.0: its rows become daily rows, monthly rows and rows without a date; what else it says is
//! kept as a quotation. `cells` makes the cells of a row, `write` the text, `prose` the quotation.

mod cells;
mod prose;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;

use self::cells::{Cells, Source};
use super::{Invariants, MigrateError, MigrateRequest, Migration};
use crate::{
    analysis::{Ledger, Superseded},
    edit::{LogSet, Revision, enter},
    log::{self, Cell, Item, RowValue, SpreadEntry, foreign},
    model::{
        Amount, ColumnReading, Entry, Figures, LogReading, Month, NoteValue, TableReading,
        TableUse, fold_name,
    },
    text::FileId,
};

/// What a log in another form says.
#[derive(Default)]
struct Collected {
    days: BTreeMap<NaiveDate, Vec<Cells>>,
    months: BTreeMap<Month, Vec<Cells>>,
    undated: Vec<Cells>,
    entries: BTreeMap<Month, Vec<Entry<'static>>>,
    /// Each once.
    budgets: Vec<NoteValue>,
    /// The lines of rows that go over.
    rows: HashSet<usize>,
    /// By the line of its head: that of the dashes, and whether it is a summary of others, which is quoted, too.
    tables: BTreeMap<usize, (usize, bool)>,
    unreadable: Option<usize>,
    count: usize,
}

/// Makes a log of v2.0 of a log in another form. None where it is in no other form.
pub fn migrate_foreign(
    revision: &Revision,
    log_set: &LogSet,
    team: &str,
    request: &MigrateRequest,
) -> Result<Option<Migration>, MigrateError> {
    let document = &revision.document;
    let bytes = document.text().as_bytes();
    if foreign::has_own_tables(bytes) {
        return Ok(None);
    }
    let (rules, today) = (&log_set.policy.read, request.today());
    let survey = foreign::survey(&mut &*bytes, FileId::LOG, rules, (team, today));
    let Some(survey) = survey.ok().filter(|survey| survey.reading.counts()) else {
        return Ok(None);
    };
    let mut ledger = log_set.ledger_builder(Superseded::new());
    ledger.set_foreign(Arc::new(survey.reading.clone()));
    let mut found = Found::new(&survey.reading);
    let read = foreign::read(&mut &*bytes, FileId::LOG, &survey, &mut |item| {
        found.item(&item);
        if !matches!(item, Item::Problem(_)) {
            enter(&mut ledger, FileId::LOG, item);
        }
    });
    debug_assert!(read.is_ok(), "{read:?}");
    let Found {
        collected, sums, ..
    } = found;
    if let Some(line) = collected.unreadable {
        return Err(MigrateError::Unreadable(line));
    }
    log_set.enter_beside(&mut ledger, &mut |_| {});
    let before = ledger.finish();
    let mut differing = None;
    // Where the sums of a month would say more than its rows, it has none.
    for has_summaries in [true, false] {
        let written = collected.write(document, &before, log_set, request, has_summaries);
        let after = Revision::read(written.text, log_set);
        match is_same(&before, (&sums, &collected.budgets), &after) {
            Ok(()) => {
                return Ok(Some(Migration {
                    rows: collected.count,
                    months: before.months().len(),
                    left: written.left,
                    differing: Vec::new(),
                    text: after.into_text(),
                }));
            }
            Err(what) => differing = differing.or(Some(what)),
        }
    }
    Err(MigrateError::Differs(differing.unwrap_or_default()))
}

/// What the items of a log say so far.
struct Found<'r> {
    reading: &'r LogReading,
    collected: Collected,
    sums: DaySums,
    /// How many tables have begun.
    begun: usize,
}

impl<'r> Found<'r> {
    fn new(reading: &'r LogReading) -> Self {
        Self {
            reading,
            collected: Collected::default(),
            sums: DaySums::default(),
            begun: 0,
        }
    }

    fn item(&mut self, item: &Item<'_>) {
        if let Item::Table(head) = item {
            self.begun += 1;
            if let Some(table) = self.table()
                && !matches!(table.taken, TableUse::LeftOut(_))
            {
                let lines = (head.dashes.line, !table.counts());
                self.collected.tables.insert(head.place.line, lines);
            }
        }
        let columns = self.table().map_or(&[][..], |table| &table.columns);
        self.collected.item(item, columns);
        self.sums.item(item);
    }

    /// The table that is read.
    fn table(&self) -> Option<&'r TableReading> {
        self.reading.tables.get(self.begun.checked_sub(1)?)
    }
}

/// What rows say of each day, month and of no day: tokens, and money by its currency.
#[derive(Default)]
struct DaySums(BTreeMap<(Option<Month>, Option<NaiveDate>, String), DaySum>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct DaySum {
    rows: u64,
    tokens: Option<u128>,
    money: Option<u128>,
    is_estimated: [bool; 2],
}

impl DaySums {
    fn item(&mut self, item: &Item<'_>) {
        let Item::Row(row) = item else { return };
        match &row.value {
            RowValue::Entry(entry) => self.entry(entry),
            RowValue::Spread(row) => row.entries().for_each(|entry| self.entry(&entry)),
            RowValue::Undated(figures) => self.add((None, None, String::new()), figures),
            _ => {}
        }
    }

    /// Those of a month alone become a part of its summary, and are compared with that.
    fn entry(&mut self, entry: &Entry<'_>) {
        if entry.when.date.is_some() {
            let team = fold_name(&entry.work.team);
            let key = (Some(entry.when.month), entry.when.date, team);
            self.add(key, &entry.figures);
        }
    }

    fn add(&mut self, key: (Option<Month>, Option<NaiveDate>, String), figures: &Figures) {
        let sum = self.0.entry(key).or_default();
        sum.rows += 1;
        if let Some(tokens) = figures.tokens {
            sum.tokens = Some(sum.tokens.unwrap_or_default() + u128::from(tokens.value.0));
            sum.is_estimated[0] |= tokens.estimate;
        }
        if let Some(cost) = figures.cost {
            sum.money = Some(sum.money.unwrap_or_default() + u128::from(cost.value));
            sum.is_estimated[1] |= cost.estimate;
        }
    }
}

/// Whether a log says the same as before, by team, month and day; else what differs.
fn is_same(
    before: &Ledger,
    (sums, budgets): (&DaySums, &[NoteValue]),
    after: &Revision,
) -> Result<(), String> {
    Invariants::check_used(before, &after.ledger).map_err(|violation| violation.to_string())?;
    let months: BTreeSet<Month> = before.months().iter().copied().collect();
    if months != after.ledger.months().iter().copied().collect() {
        return Err("the months".to_owned());
    }
    for month in months {
        let (Some(was), Some(is)) = (before.find_month(month), after.ledger.find_month(month))
        else {
            return Err(format!("{month}"));
        };
        if was.cost() != is.cost() {
            return Err(format!("the cost of {month}"));
        }
        for team in &was.teams {
            let name = &team.name;
            let same = is.find_team(name);
            let cost = same.and_then(|team| is.cost_of_team(team));
            if was.cost_of_team(team) != cost {
                return Err(format!("the cost of {name} in {month}"));
            }
        }
    }
    is_same_by_day((sums, budgets), after)
}

/// The same of what its rows say, and of its budgets.
fn is_same_by_day(
    (sums, budgets): (&DaySums, &[NoteValue]),
    after: &Revision,
) -> Result<(), String> {
    let mut found = DaySums::default();
    let mut found_budgets = Vec::new();
    log::read_str(after.text(), FileId::LOG, &mut |item| {
        found.item(&item);
        if let Item::Note(note) = &item {
            add_budget(&mut found_budgets, &note.value);
        }
    });
    if found_budgets != budgets {
        return Err("the budget".to_owned());
    }
    let keys = sums.0.keys().chain(found.0.keys());
    for key in keys {
        if sums.0.get(key) != found.0.get(key) {
            return Err(match key {
                (_, Some(day), team) => format!("what {team} used on {day}"),
                (Some(month), None, team) => format!("what {team} used in {month}"),
                _ => "what has no date".to_owned(),
            });
        }
    }
    Ok(())
}

/// Adds a budget that is not there yet.
fn add_budget(budgets: &mut Vec<NoteValue>, note: &NoteValue) {
    let budget = match note {
        // To how many digits it is rounded depends on how it is written.
        NoteValue::TotalBudget(limit) => NoteValue::TotalBudget(Amount {
            estimate: limit.estimate,
            ..Amount::exact(limit.value)
        }),
        NoteValue::CostBudget(_) | NoteValue::SpanBudget(..) => note.clone(),
        _ => return,
    };
    if !budgets.contains(&budget) {
        budgets.push(budget);
    }
}

/// Whether a row has a cost that cannot be read: v2.0 would not know that there is one.
fn is_cost_lost(row: &RowValue<'_>) -> bool {
    let is_lost = |figures: &Figures| figures.open && figures.cost.is_none();
    match row {
        RowValue::Entry(entry) => is_lost(&entry.figures),
        RowValue::Spread(row) => row.entries().any(|entry| is_lost(&entry.figures)),
        RowValue::Undated(figures) => is_lost(figures),
        _ => false,
    }
}

impl Collected {
    fn item(&mut self, item: &Item<'_>, columns: &[ColumnReading]) {
        match item {
            Item::Note(note) => add_budget(&mut self.budgets, &note.value),
            Item::Row(row) => {
                self.rows.insert(row.place.line);
                if is_cost_lost(&row.value) {
                    self.unreadable.get_or_insert(row.place.line);
                }
                match &row.value {
                    RowValue::Entry(entry) => self.entry(entry, row.cells, columns),
                    RowValue::Spread(entry) => {
                        self.count += 1;
                        self.spread(entry, row.cells, columns);
                    }
                    RowValue::Undated(figures) => {
                        self.count += 1;
                        let source = Source::new(row.cells, columns);
                        self.undated.push(source.undated(figures));
                    }
                    RowValue::Unreadable(_) => {
                        self.unreadable.get_or_insert(row.place.line);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, entry: &Entry<'_>, cells: &[Cell<'_>], columns: &[ColumnReading]) {
        self.count += 1;
        let row = Source::new(cells, columns).row(entry, None);
        self.add(entry, row);
    }

    fn spread(&mut self, entry: &SpreadEntry<'_>, cells: &[Cell<'_>], columns: &[ColumnReading]) {
        let source = Source::new(cells, columns);
        let (first, last) = entry.days();
        let whole = source.figures();
        let note = format!("{first} to {last} evenly: {}", whole.join(", "));
        for entry in entry.entries() {
            let row = source.row(&entry, Some(&note));
            self.add(&entry, row);
        }
    }

    fn add(&mut self, entry: &Entry<'_>, row: Cells) {
        let month = entry.when.month;
        match entry.when.date {
            None => self.months.entry(month).or_default().push(row),
            Some(day) => self.days.entry(day).or_default().push(row),
        }
        self.entries
            .entry(month)
            .or_default()
            .push(entry.to_static());
    }
}
