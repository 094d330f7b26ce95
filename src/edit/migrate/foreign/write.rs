//! The text of the new log.

use std::{collections::HashSet, fmt::Write as _};

use super::{
    Collected,
    cells::{COST, Cells, DURATION, HEADS, NOTES, STATUS, TASK, TEAM, TOKENS, money_cell},
};
use crate::{
    analysis::{Ledger, ReconciledMonth},
    edit::{
        Document, LogSet,
        archive::ExpiredLines,
        migrate::{MigrateRequest, TeamMonth, carried::Carried, month_rows, sum_of_costs, text},
        style::{self, MoneyStyle},
    },
    log::cell,
    model::{
        Amount, BudgetSpan, Currency, Entry, Figures, Month, NoteValue, SpanLimit, StatedCost,
        fold_name,
    },
};

pub(super) struct Written {
    pub(super) text: String,
    /// The numbers of hook lines and of other lines that are not carried over.
    pub(super) left: (usize, usize),
}

impl Collected {
    pub(super) fn write(
        &self,
        document: &Document,
        before: &Ledger,
        log_set: &LogSet,
        request: &MigrateRequest,
        has_summaries: bool,
    ) -> Written {
        let carried = carried(document, log_set, request);
        let newest = before
            .newest_month()
            .and_then(|month| before.find_month(month));
        let mut entries = self.entries.values().flatten();
        let has_money = entries.any(|entry| entry.figures.cost.is_some());
        let undated_money = self.undated.iter().any(|row| !row[COST].is_empty());
        let has_money = has_money || undated_money;
        let currency = newest.map(|month| month.currency()).filter(|_| has_money);
        let mut text = text::header(request, currency, &carried);
        let used = self.used();
        for month in before.months().iter().rev() {
            self.summary(&mut text, before, *month, (&used, currency, has_summaries));
        }
        if !before.months().is_empty() {
            text.push_str("---\n\n");
        }
        self.write_budgets(&mut text);
        let prose = self.prose(document);
        if !prose.is_empty() {
            let _ = write!(text, "## From the Log Before v2.0\n\n{prose}\n");
        }
        self.details(&mut text, &used, currency);
        text::reference(&mut text, document, request, &carried);
        if !carried.lines.is_empty() {
            text.push('\n');
        }
        for line in &carried.lines {
            let _ = writeln!(text, "{line}");
        }
        if document.source.newline() == "\r\n" {
            text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        let mark = document.text().get(..document.source.body_start());
        text.insert_str(0, mark.unwrap_or_default());
        Written {
            text,
            left: carried.left,
        }
    }

    fn details(&self, text: &mut String, used: &[usize], currency: Option<Currency>) {
        for (date, rows) in &self.days {
            let _ = write!(text, "## Daily Detail — {date}\n\n");
            table(
                text,
                rows,
                (used, &[0, TEAM, TASK, TOKENS, COST, STATUS, NOTES]),
                currency,
            );
        }
        if !self.undated.is_empty() {
            text.push_str("## Undated Detail\n\n");
            table(
                text,
                &self.undated,
                (used, &[TEAM, TASK, TOKENS, COST, NOTES]),
                currency,
            );
        }
    }

    /// The columns that any row says something in.
    fn used(&self) -> Vec<usize> {
        let rows = || {
            let days = self.days.values().chain(self.months.values()).flatten();
            days.chain(&self.undated)
        };
        let columns = 0..HEADS.len();
        let is_used = |at: usize| {
            let mut rows = rows();
            rows.any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()))
        };
        // One of tokens in and out alone says that the row is incomplete.
        columns
            .filter(|at| is_used(*at) || matches!(at, 4 | 5) && (is_used(4) || is_used(5)))
            .collect()
    }

    fn summary(
        &self,
        text: &mut String,
        before: &Ledger,
        month: Month,
        (used, currency, has_summaries): (&[usize], Option<Currency>, bool),
    ) {
        let Some(reconciled) = before.find_month(month) else {
            return;
        };
        let (own, others) = self.rows_of(&reconciled, has_summaries);
        let mut rows = own.clone();
        rows.extend(sums(&reconciled, &others, currency));
        if rows.is_empty() {
            return;
        }
        rows.push(total(&rows, currency));
        let _ = write!(text, "## {month} Monthly Summary\n\n");
        let (notes, always) = ([NOTES], [TEAM, TASK, TOKENS, COST, STATUS, DURATION]);
        let used: Vec<usize> = if own.is_empty() {
            Vec::new()
        } else {
            let used = used.iter().copied().filter(|at| *at != 0);
            used.chain(notes).collect()
        };
        table(text, &rows, (&used, &always), currency);
    }

    /// The rows of a month without a day, of teams that have no others and no two of one task; and the entries of all other teams,
    /// which are added up where the summary `is_whole` or a part of them has no day.
    fn rows_of(
        &self,
        month: &ReconciledMonth<'_>,
        is_whole: bool,
    ) -> (Vec<Cells>, Vec<&Entry<'static>>) {
        let entries = self.entries.get(&month.month);
        let entries = entries.map_or(&[][..], Vec::as_slice);
        let team_of = |entry: &Entry<'_>| {
            let team = month.find_team(&entry.work.team);
            team.map(|team| team.name.clone())
        };
        let mut met: HashSet<(Option<String>, Option<String>)> = HashSet::new();
        let (mut added_up, mut incomplete) = (HashSet::new(), HashSet::new());
        for entry in entries {
            let team = team_of(entry);
            let task = entry.work.task.as_deref().map(fold_name);
            let is_dated = entry.when.date.is_some();
            if is_dated || !met.insert((team.clone(), task)) {
                added_up.insert(team.clone());
            }
            if !is_dated {
                incomplete.insert(team);
            }
        }
        let mut own = Vec::new();
        let mut others = Vec::new();
        let mut cells = self.months.get(&month.month).into_iter().flatten();
        for entry in entries {
            let team = team_of(entry);
            let row = match entry.when.date {
                None => cells.next(),
                Some(_) => None,
            };
            match row {
                Some(row) if !added_up.contains(&team) => own.push(row.clone()),
                _ if is_whole || incomplete.contains(&team) => others.push(entry),
                _ => {}
            }
        }
        (own, others)
    }

    fn write_budgets(&self, text: &mut String) {
        if self.budgets.is_empty() {
            return;
        }
        text.push_str("## Cost-Tracking Notes\n\n**Budget Status:**\n");
        for budget in &self.budgets {
            let tokens = |tokens| format!("{} tokens", text::spelled(tokens, &[]));
            let (key, amount) = match budget {
                NoteValue::TotalBudget(limit) => ("Total", tokens(*limit)),
                NoteValue::CostBudget(limit) => ("Total", stated_cost(*limit)),
                NoteValue::SpanBudget(span, limit) => (
                    match span {
                        BudgetSpan::Day => "Daily",
                        BudgetSpan::Week => "Weekly",
                    },
                    match limit {
                        SpanLimit::Tokens(limit) => tokens(Amount::exact(*limit)),
                        SpanLimit::Cost(limit) => stated_cost(*limit),
                    },
                ),
                _ => continue,
            };
            let _ = writeln!(text, "- {key} budget: {amount}");
        }
        text.push('\n');
    }
}

fn spelled_money(cost: Amount<i128>, currency: Option<Currency>) -> String {
    let mark = if cost.estimate { "~" } else { "" };
    let spelled = MoneyStyle::of_people(currency).spell(cost.value, true);
    format!("{mark}{spelled}")
}

fn stated_cost(cost: StatedCost) -> String {
    let figures = Figures {
        currency: cost.currency,
        ..Figures::default()
    };
    money_cell("", Amount::exact(cost.nanos), &figures).0
}

/// A row for each team with what its details add up to.
fn sums(
    month: &ReconciledMonth<'_>,
    details: &[&Entry<'static>],
    currency: Option<Currency>,
) -> Vec<Cells> {
    let sum = |team: &TeamMonth<'_>| {
        // Where one is not known, the details say what is.
        let is_whole = team.costs.iter().all(Option::is_some);
        let cost = sum_of_costs(&team.costs).filter(|_| is_whole);
        if team.tokens.is_none() && cost.is_none() {
            return None;
        }
        let mut row = Cells::default();
        row[TEAM] = style::escaped(&team.name);
        row[TASK] = team.task().map(style::escaped).unwrap_or_default();
        let tokens = team.tokens.map(|own| text::spelled(own, &[]));
        row[TOKENS] = tokens.unwrap_or_default();
        let cost = cost.map(|cost| spelled_money(cost, currency));
        row[COST] = cost.unwrap_or_default();
        Some(row)
    };
    let sums = month_rows(month, details);
    sums.teams.iter().filter_map(sum).collect()
}

/// The row of the sums of others.
fn total(rows: &[Cells], currency: Option<Currency>) -> Cells {
    let mut total = Cells::default();
    total[TEAM].push_str("**TOTAL MTD**");
    let tokens = rows
        .iter()
        .filter_map(|row| cell::tokens(&row[TOKENS]).ok()?);
    let tokens = tokens.map(|cell| cell.used).reduce(|one, two| one + two);
    let costs = rows.iter().filter_map(|row| cell::money(&row[COST]).ok()?);
    let costs = costs.filter(|cost| cost.currency.is_none_or(|own| Some(own) == currency));
    let costs: Vec<Option<Amount<i128>>> = costs
        .map(|cost| {
            Some(Amount {
                estimate: cost.amount.estimate,
                ..Amount::exact(i128::from(cost.amount.value))
            })
        })
        .collect();
    let bold = |text: String| format!("**{text}**");
    total[TOKENS] = tokens
        .map(|own| bold(text::spelled(own, &[])))
        .unwrap_or_default();
    let cost = sum_of_costs(&costs);
    total[COST] = cost
        .map(|cost| bold(spelled_money(cost, currency)))
        .unwrap_or_default();
    total
}

/// Writes a table with the columns that any row uses, and those that it always has.
fn table(
    text: &mut String,
    rows: &[Cells],
    (used, always): (&[usize], &[usize]),
    currency: Option<Currency>,
) {
    let columns = 0..HEADS.len();
    let columns = columns.filter(|at| used.contains(at) || always.contains(at));
    let columns: Vec<usize> = columns.collect();
    let cost = text::cost_head(currency);
    let heads = columns.iter().map(|at| match *at {
        COST => cost.as_str(),
        at => HEADS.get(at).copied().unwrap_or_default(),
    });
    text::head(text, &heads.collect::<Vec<_>>());
    for row in rows {
        let cells = columns.iter().filter_map(|at| row.get(*at));
        let cells: Vec<&str> = cells.map(|cell| text::or_absent(cell)).collect();
        text::row(text, &cells);
    }
    text.push('\n');
}

/// The lines that are still in force.
fn carried<'d>(document: &'d Document, log_set: &LogSet, request: &MigrateRequest) -> Carried<'d> {
    let expired = ExpiredLines::of(
        &document.lines,
        request.today(),
        request.now,
        log_set.policy.reset,
    );
    let mut carried = Carried::default();
    for line in &document.lines {
        if expired.is_needed(line) {
            carried.lines.push(document.at(line.place.span));
        } else {
            carried.left.0 += 1;
        }
    }
    carried
}
