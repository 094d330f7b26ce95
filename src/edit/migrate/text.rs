//! The text of the new log.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::NaiveDate;

use super::{MigrateRequest, MonthRows, carried::Carried};
use crate::{
    edit::{
        Document, TableBlock, TableRow,
        style::{self, MoneyStyle, TokenStyle},
    },
    log::{Column, cell},
    model::{Amount, Currency, Entry, Month, Tokens, fold_name},
    text::Span,
};

/// A cell without a value.
const ABSENT: &str = "—";

/// The cells of a daily row, as they are to be written.
#[derive(Debug)]
pub(super) struct DayRow<'d> {
    team: &'d str,
    task: &'d str,
    model: &'d str,
    through: [&'d str; 2],
    tokens: String,
    cost: &'d str,
    status: &'d str,
    /// The last one, so that it can hold what readers do not see.
    notes: String,
}

impl<'d> DayRow<'d> {
    pub(super) fn of(
        document: &'d Document,
        table: &'d TableBlock,
        row: &'d TableRow,
        entry: &Entry<'_>,
    ) -> Self {
        let raw = |index: usize| row.cells.get(index).map_or("", |span| document.at(*span));
        let visible = |raw: &'d str| raw.split("<!--").next().unwrap_or_default().trim_end();
        let cell = |column| {
            table
                .columns
                .index(column)
                .map_or("", |at| visible(raw(at)))
        };
        let through = [cell(Column::TokensIn), cell(Column::TokensOut)];
        let own = cell(Column::Tokens);
        let tokens = match entry.figures.tokens {
            None => String::new(),
            Some(_) if !own.is_empty() => own.to_owned(),
            Some(tokens) => spelled(tokens, &through),
        };
        let flag = table
            .columns
            .index(Column::Notes)
            .or_else(|| flag(document, table));
        let notes = flag.map_or("", |at| visible(raw(at)));
        let ids = entry.ids().filter(|id| style::is_writable_id(id));
        let ids: Vec<String> = ids.map(|id| format!(" <!-- id={id} -->")).collect();
        Self {
            team: cell(Column::Team),
            task: cell(Column::Task),
            model: cell(Column::Model),
            through,
            tokens,
            cost: cell(Column::Cost),
            status: cell(Column::Status),
            notes: format!("{}{}", or_absent(notes), ids.concat()),
        }
    }

    fn cells(&self) -> [&str; 10] {
        let [tokens_in, tokens_out] = self.through;
        [
            "",
            self.team,
            self.task,
            self.model,
            tokens_in,
            tokens_out,
            &self.tokens,
            self.cost,
            self.status,
            &self.notes,
        ]
    }
}

/// The column that is headed `Flag`.
fn flag(document: &Document, table: &TableBlock) -> Option<usize> {
    let head = document.at(Span::new(table.head.line_start, table.head.span.end));
    let head = head.trim();
    let mut headers = head.strip_prefix('|').unwrap_or(head).split('|');
    headers.position(|header| fold_name(header) == "flag")
}

/// A sum in the manner of its parts, to the last token.
fn spelled(tokens: Amount<Tokens>, parts: &[&str]) -> String {
    let mark = if tokens.estimate { "~" } else { "" };
    let style = TokenStyle::of(parts.iter().copied());
    format!("{mark}{}", style.spell(tokens.value))
}

fn or_absent(text: &str) -> &str {
    if text.is_empty() { ABSENT } else { text }
}

/// Writes the new log.
pub(super) fn write(
    document: &Document,
    request: &MigrateRequest,
    months: &BTreeMap<Month, MonthRows>,
    days: &BTreeMap<NaiveDate, Vec<DayRow<'_>>>,
    carried: &Carried<'_>,
) -> String {
    let currency = months.values().rev().find_map(|month| month.currency);
    let mut text = header(request, currency, carried);
    for (month, rows) in months.iter().rev() {
        summary(&mut text, *month, rows);
    }
    text.push_str("---\n\n");
    for section in &carried.sections {
        text.push_str(section);
        text.push_str("\n\n");
    }
    if !carried.notes.is_empty() {
        text.push_str("## Cost-Tracking Notes\n\n**Budget Status:**\n");
        for note in &carried.notes {
            let _ = writeln!(text, "{note}");
        }
        text.push('\n');
    }
    for (date, rows) in days {
        daily(&mut text, *date, rows, currency);
    }
    reference(&mut text, document, request, carried);
    if !carried.lines.is_empty() {
        text.push('\n');
    }
    for line in &carried.lines {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn header(request: &MigrateRequest, currency: Option<Currency>, carried: &Carried<'_>) -> String {
    let (today, keep_days) = (request.today(), request.keep_days);
    let updated = request.now.to_utc().format("%Y-%m-%d %H:%M UTC");
    let days = if keep_days == 1 { "day" } else { "days" };
    let is_known = |pair: &&str| pair.to_lowercase().contains("currency");
    let own = currency.filter(|_| !carried.header.iter().any(is_known));
    let unit = own.map_or_else(
        || "> **Unit:** Tokens\n".to_owned(),
        |own| format!("> **Unit:** Tokens | **Currency:** {own}\n"),
    );
    let kept = carried.header.iter().map(|pair| format!("> {pair}\n"));
    let kept = kept.collect::<Vec<String>>().concat();
    format!(
        "# Cost Log v2.0 — Compressed Format\n\
         > **Format Change:** {today} (see archive/ for historical data)\n\
         > **Retention Policy:** Monthly aggregates kept indefinitely; daily details purged after {keep_days} {days}\n\
         {unit}{kept}> **Last Updated:** {updated}\n\n---\n\n"
    )
}

fn summary(text: &mut String, month: Month, rows: &MonthRows) {
    let currency = rows.currency;
    let _ = write!(text, "## {month} Monthly Summary\n\n");
    let cost = cost_head(currency);
    head(
        text,
        &["Agent/Team", "Task", "Tokens", &cost, "Status", "Duration"],
    );
    let (mut tokens, mut cost) = (Amount::exact(Tokens::ZERO), None::<Amount<i128>>);
    for team in &rows.teams {
        if let Some(own) = team.tokens {
            tokens = tokens + own;
        }
        if let Some(own) = team.cost {
            let before = cost.unwrap_or(Amount::exact(0));
            cost = Some(Amount {
                value: before.value.saturating_add(own.value),
                unit: 1,
                estimate: before.estimate || own.estimate,
            });
        }
        let task = team.task.as_deref().map(style::escaped);
        let own = team.tokens.map(|own| spelled(own, &[]));
        let cells = [
            &style::escaped(&team.name),
            or_absent(task.as_deref().unwrap_or_default()),
            or_absent(own.as_deref().unwrap_or_default()),
            &money(team.cost, currency),
            ABSENT,
            ABSENT,
        ];
        row(text, &cells);
    }
    let [total, money] = [spelled(tokens, &[]), money(cost, currency)];
    let total = format!("**{total}**");
    let money = if cost.is_some() {
        format!("**{money}**")
    } else {
        money
    };
    row(
        text,
        &["**TOTAL MTD**", ABSENT, &total, &money, ABSENT, ABSENT],
    );
    text.push('\n');
}

/// An amount to its last digit.
fn money(cost: Option<Amount<i128>>, currency: Option<Currency>) -> String {
    let Some(cost) = cost else {
        return ABSENT.to_owned();
    };
    let code = currency.map_or_else(String::new, |own| format!(" {own}"));
    let sign = currency.and_then(Currency::sign);
    let style = match sign {
        Some(sign) => MoneyStyle::plain(sign, ""),
        None => MoneyStyle::plain("", &code),
    };
    let mark = if cost.estimate { "~" } else { "" };
    format!("{mark}{}", style.spell(cost.value, true))
}

fn daily(text: &mut String, date: NaiveDate, rows: &[DayRow<'_>], currency: Option<Currency>) {
    let cost = cost_head(currency);
    let heads = [
        "Time",
        "Team",
        "Task",
        "Model",
        "Tokens In",
        "Tokens Out",
        "Tokens",
        &cost,
        "Status",
        "Notes",
    ];
    // An empty column is written only where later rows can use it.
    let used: Vec<usize> = (0..heads.len())
        .filter(|at| {
            let is_filled = |row: &DayRow<'_>| {
                row.cells()
                    .get(*at)
                    .is_some_and(|cell| !cell::is_absent(cell))
            };
            !matches!(at, 3..=5) || rows.iter().any(is_filled)
        })
        .collect();
    let pick = |cells: &[&'_ str; 10]| -> Vec<String> {
        let cells = used.iter().filter_map(|at| cells.get(*at));
        cells.map(|cell| or_absent(cell).to_owned()).collect()
    };
    let _ = write!(text, "## Daily Detail — {date}\n\n");
    let heads = pick(&heads);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    head(text, &heads);
    for day_row in rows {
        let cells = pick(&day_row.cells());
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        row(text, &cells);
    }
    text.push('\n');
}

fn cost_head(currency: Option<Currency>) -> String {
    currency.map_or_else(|| "Cost".to_owned(), |own| format!("Cost ({own})"))
}

/// The head of a table, and the dashes below it.
fn head(text: &mut String, heads: &[&str]) {
    row(text, heads);
    let dashes = heads
        .iter()
        .map(|head| "-".repeat(head.chars().count() + 2));
    let dashes: Vec<String> = dashes.collect();
    let _ = writeln!(text, "|{}|", dashes.join("|"));
}

fn row(text: &mut String, cells: &[&str]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn reference(
    text: &mut String,
    document: &Document,
    request: &MigrateRequest,
    carried: &Carried<'_>,
) {
    let size = document.text().lines().count();
    let lines = Tokens(u64::try_from(size).unwrap_or(u64::MAX));
    let own = carried.reference.as_deref();
    text.push_str(own.unwrap_or("## Previous Historical Data\n"));
    text.push('\n');
    let _ = writeln!(
        text,
        "- Before v2.0: `{}` ({lines} lines)",
        request.original
    );
}
