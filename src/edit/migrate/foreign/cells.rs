//! The cells of a row as v2.0 has them: as they are written where v2.0 reads the same in them, else spelled anew.

use crate::{
    edit::{
        migrate::text,
        style::{self, MoneyStyle},
        table::visible,
    },
    log::{Cell, cell},
    model::{Amount, ColumnReading, ColumnUse, Entry, Figures, Tokens},
};

/// The cells of a row, in the order of [`HEADS`].
pub(super) type Cells = [String; HEADS.len()];

pub(super) const HEADS: [&str; 14] = [
    "Time",
    "Team",
    "Task",
    "Model",
    "Tokens In",
    "Tokens Out",
    "Tokens",
    "Cost",
    "Status",
    "Duration",
    "Deliverables",
    "Cache Read",
    "Cache Write",
    "Notes",
];

pub(super) const TEAM: usize = 1;
pub(super) const TASK: usize = 2;
pub(super) const TOKENS: usize = 6;
pub(super) const COST: usize = 7;
pub(super) const STATUS: usize = 8;
pub(super) const DURATION: usize = 9;
pub(super) const NOTES: usize = 13;

/// A row as it was.
pub(super) struct Source<'c, 'p> {
    cells: &'c [Cell<'p>],
    columns: &'c [ColumnReading],
}

impl<'c, 'p> Source<'c, 'p> {
    pub(super) const fn new(cells: &'c [Cell<'p>], columns: &'c [ColumnReading]) -> Self {
        Self { cells, columns }
    }

    fn of(&self, used: &ColumnUse) -> Option<&'c Cell<'p>> {
        let at = self
            .columns
            .iter()
            .position(|column| column.taken == *used)?;
        let mut same = self.columns.iter().filter(|column| column.taken == *used);
        // Several columns together are no figure of a cell.
        let is_one = same.nth(1).is_none();
        self.cells.get(at).filter(|_| is_one)
    }

    /// A cell as it is written. Empty where it says nothing.
    fn raw(&self, used: &ColumnUse) -> String {
        let raw = self.of(used).map_or("", |cell| visible(cell.raw));
        let raw = if cell::is_absent(raw) { "" } else { raw };
        raw.to_owned()
    }

    /// The figures of the row as they are written, with the names of their columns.
    pub(super) fn figures(&self) -> Vec<String> {
        let figures = self.columns.iter().zip(self.cells).filter(|(column, _)| {
            use ColumnUse::{Cost, Tokens, TokensIn, TokensOut};
            matches!(column.taken, Tokens | TokensIn | TokensOut | Cost)
        });
        let figures = figures.filter(|(_, cell)| !cell::is_absent(&cell.text));
        figures.map(|(column, cell)| remark(column, cell)).collect()
    }

    pub(super) fn row(&self, entry: &Entry<'_>, note: Option<&str>) -> Cells {
        let mut row = self.common(&entry.figures, note);
        row[0] = entry.when.time.map_or_else(String::new, |time| {
            let raw = self.raw(&ColumnUse::Time);
            let same = cell::time_range(&raw).ok().flatten();
            if same.is_some_and(|same| same.start == time.start) {
                raw
            } else {
                time.start.format("%H:%M").to_string()
            }
        });
        row[TEAM] = style::escaped(&entry.work.team);
        row
    }

    pub(super) fn undated(&self, figures: &Figures) -> Cells {
        let date = self.raw(&ColumnUse::Date);
        let note = (!date.is_empty()).then(|| format!("date: {date}"));
        let mut row = self.common(figures, note.as_deref());
        row[TEAM] = self.raw(&ColumnUse::Team);
        row
    }

    fn common(&self, figures: &Figures, note: Option<&str>) -> Cells {
        let mut row = Cells::default();
        let classes = figures.classes;
        row[TASK] = self.raw(&ColumnUse::Task);
        row[3] = self.raw(&ColumnUse::Model);
        let estimate = figures.tokens.is_some_and(|tokens| tokens.estimate);
        let mut is_kept: Vec<ColumnUse> = Vec::new();
        let mut class = |used: ColumnUse, value: Option<Tokens>| {
            let Some(value) = value else {
                return String::new();
            };
            let amount = Amount {
                estimate,
                ..Amount::exact(value)
            };
            let (cell, kept) = tokens_cell(&self.raw(&used), amount, None);
            if kept {
                is_kept.push(used);
            }
            cell
        };
        row[4] = class(ColumnUse::TokensIn, classes.input);
        row[5] = class(ColumnUse::TokensOut, classes.output);
        row[11] = class(ColumnUse::CacheRead, classes.cache_read);
        row[12] = class(ColumnUse::CacheWrite, classes.cache_write);
        let through = [classes.input, classes.output];
        if let Some(tokens) = figures.tokens {
            let sum: u64 = through.iter().flatten().map(|tokens| tokens.0).sum();
            let is_half = through.iter().flatten().count() == 1 && sum == tokens.value.0;
            if !is_half {
                let raw = self.raw(&ColumnUse::Tokens);
                let (cell, kept) = tokens_cell(&raw, tokens, figures.limit);
                row[TOKENS] = cell;
                if kept {
                    is_kept.push(ColumnUse::Tokens);
                }
            }
        }
        if let Some(cost) = figures.cost {
            let raw = self.raw(&ColumnUse::Cost);
            let (cell, kept) = money_cell(&raw, cost, figures);
            row[COST] = cell;
            if kept {
                is_kept.push(ColumnUse::Cost);
            }
        }
        row[STATUS] = self.raw(&ColumnUse::Status);
        let raw = self.raw(&ColumnUse::Duration);
        row[DURATION] = figures.minutes.map_or_else(String::new, |minutes| {
            if cell::minutes(&raw) == Ok(Some(minutes)) {
                is_kept.push(ColumnUse::Duration);
                raw
            } else {
                style::duration(minutes, None)
            }
        });
        row[10] = figures
            .deliverables
            .map_or_else(String::new, |count| count.to_string());
        row[NOTES] = self.notes(note, &is_kept, figures);
        row
    }

    /// The notes of the row, and what has no column of its own.
    fn notes(&self, note: Option<&str>, is_kept: &[ColumnUse], figures: &Figures) -> String {
        let mut notes = vec![self.raw(&ColumnUse::Notes)];
        notes.extend(note.map(style::escaped));
        for (column, cell) in self.columns.iter().zip(self.cells) {
            use ColumnUse as Use;
            if words_are_absent(&cell.text) {
                continue;
            }
            let is_lost = match &column.taken {
                Use::Date
                | Use::Month
                | Use::Time
                | Use::Team
                | Use::Task
                | Use::Model
                | Use::Notes
                | Use::Status
                | Use::Deliverables
                | Use::RunningTotal
                | Use::Repeated => false,
                Use::Compared => !matches!(
                    (cell::tokens(&cell.text), figures.tokens),
                    (Ok(Some(stated)), Some(tokens)) if stated.used.agrees_with(&tokens)
                ),
                Use::Tokens
                | Use::TokensIn
                | Use::TokensOut
                | Use::CacheRead
                | Use::CacheWrite
                | Use::Cost
                | Use::Duration => {
                    // A range of days says its figures as they are written already.
                    note.is_none() && !is_kept.contains(&column.taken) && says_more(&cell.text)
                }
                _ => true,
            };
            if is_lost {
                notes.push(remark(column, cell));
            }
        }
        notes.retain(|note| !note.is_empty());
        notes.join("; ")
    }
}

fn words_are_absent(text: &str) -> bool {
    text.trim().is_empty() || cell::is_absent(text)
}

/// A cell with the name of its column, as a part of another cell.
fn remark(column: &ColumnReading, cell: &Cell<'_>) -> String {
    let header = style::escaped(column.header.trim());
    format!("{header}: {}", visible(cell.raw))
}

/// Whether a figure is written with more than a number and its unit.
fn says_more(text: &str) -> bool {
    let is_plain = |c: char| c.is_numeric() || c.is_whitespace() || ".,'’_~≈$€£¥₩₹*`".contains(c);
    let rest: String = text.chars().filter(|c| !is_plain(*c)).collect();
    let rest = rest.to_lowercase();
    let units = [
        "", "k", "m", "tokens", "tok", "token", "usd", "eur", "us", "r", "nt", "zł",
    ];
    !units.contains(&rest.as_str())
}

/// A figure of tokens, as it is written where v2.0 reads the same in it. Whether it is.
fn tokens_cell(raw: &str, tokens: Amount<Tokens>, limit: Option<Amount<Tokens>>) -> (String, bool) {
    if let Ok(Some(read)) = cell::tokens(raw)
        && read.used.value == tokens.value
        && read.used.estimate == tokens.estimate
        && read.limit.map(|limit| limit.value) == limit.map(|limit| limit.value)
    {
        return (raw.to_owned(), true);
    }
    let limit = limit.map(|limit| format!(" / {}", text::spelled(limit, &[])));
    let spelled = text::spelled(tokens, &[]);
    (format!("{spelled}{}", limit.unwrap_or_default()), false)
}

/// The same of money.
pub(super) fn money_cell(raw: &str, cost: Amount<u64>, figures: &Figures) -> (String, bool) {
    let is_same = |text: &str| {
        let read = cell::money(text).ok().flatten();
        read.is_some_and(|read| {
            read.amount.value == cost.value
                && read.amount.estimate == cost.estimate
                && read.open == figures.open
                && read.currency == figures.currency
        })
    };
    if is_same(raw) {
        return (raw.to_owned(), true);
    }
    let mark = if cost.estimate { "~" } else { "" };
    let more = if figures.open { "+" } else { "" };
    let nanos = i128::from(cost.value);
    let digits = MoneyStyle::of_people(None).spell(nanos, true);
    let signed = MoneyStyle::of_people(figures.currency).spell(nanos, true);
    let signed = format!("{mark}{signed}{more}");
    if is_same(&signed) {
        return (signed, false);
    }
    let code = figures.currency.map(|currency| format!(" {currency}"));
    (
        format!("{mark}{digits}{}{more}", code.unwrap_or_default()),
        false,
    )
}
