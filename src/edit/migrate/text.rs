//! The text of the new log.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::NaiveDate;

use super::{MigrateRequest, MonthRows, TeamMonth, carried::Carried, sum_of_costs};
use crate::{
    edit::{
        Document, TableBlock, TableRow,
        style::{self, MoneyStyle, TokenStyle},
        table::visible,
    },
    log::{Column, cell},
    model::{Amount, Currency, Entry, Month, Tokens, fold_name},
    text::Span,
};

const ABSENT: &str = "—";

/// The cells of a daily row. The last one also holds what readers do not see.
pub(super) type DayRow = [String; 10];

pub(super) fn day_row(
    document: &Document,
    table: &TableBlock,
    row: &TableRow,
    entry: &Entry<'_>,
) -> DayRow {
    let at = |span: Option<Span>| span.map_or("", |span| visible(document.at(span)));
    let cell = |column| at(row.cell(table, column));
    let through = [cell(Column::TokensIn), cell(Column::TokensOut)];
    let own = cell(Column::Tokens);
    let tokens = match entry.figures.tokens {
        // A sum that tokens in and out contradict is not what counts.
        Some(tokens) => match cell::tokens(own) {
            Ok(Some(stated)) if stated.used.value == tokens.value => own.to_owned(),
            // With one of tokens in and out alone, the row says that it is incomplete.
            Ok(None) if through.iter().filter(|cell| !cell::is_absent(cell)).count() == 1 => {
                String::new()
            }
            _ => spelled(tokens, &through),
        },
        None => String::new(),
    };
    let flag = || row.cells.get(flag(document, table)?).copied();
    let notes = at(row.cell(table, Column::Notes).or_else(flag));
    let ids = entry.ids().filter(|id| style::is_writable_id(id));
    let ids = ids.map(|id| format!(" <!-- id={id} -->"));
    let ids = ids.collect::<Vec<_>>().concat();
    [
        String::new(),
        cell(Column::Team).to_owned(),
        cell(Column::Task).to_owned(),
        cell(Column::Model).to_owned(),
        through[0].to_owned(),
        through[1].to_owned(),
        tokens,
        cell(Column::Cost).to_owned(),
        cell(Column::Status).to_owned(),
        format!("{}{ids}", or_absent(notes)),
    ]
}

/// The column that is headed `Flag`.
fn flag(document: &Document, table: &TableBlock) -> Option<usize> {
    let head = document.at(table.head.line_to_end()).trim();
    let mut headers = head.strip_prefix('|').unwrap_or(head).split('|');
    headers.position(|header| fold_name(header) == "flag")
}

/// A sum in the manner of its parts, to the last token.
pub(super) fn spelled(tokens: Amount<Tokens>, parts: &[&str]) -> String {
    let mark = if tokens.estimate { "~" } else { "" };
    let style = TokenStyle::of(parts.iter().copied());
    format!("{mark}{}", style.spell(tokens.value))
}

pub(super) fn or_absent(text: &str) -> &str {
    if text.is_empty() { ABSENT } else { text }
}

pub(super) fn write(
    document: &Document,
    request: &MigrateRequest,
    months: &BTreeMap<Month, MonthRows<'_>>,
    days: &BTreeMap<NaiveDate, Vec<DayRow>>,
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

pub(super) fn header(
    request: &MigrateRequest,
    currency: Option<Currency>,
    carried: &Carried<'_>,
) -> String {
    let (today, keep_days) = (request.today(), request.keep_days);
    let updated = request.now.to_utc().format("%Y-%m-%d %H:%M UTC");
    let days = style::plural(keep_days.into(), "day");
    let is_known = |pair: &&str| pair.to_lowercase().contains("currency");
    let own = currency.filter(|_| !carried.header.iter().any(is_known));
    let unit = own.map_or_else(
        || "> **Unit:** Tokens\n".to_owned(),
        |own| format!("> **Unit:** Tokens | **Currency:** {own}\n"),
    );
    let kept = carried.header.iter().map(|pair| format!("> {pair}\n"));
    let kept: String = kept.collect();
    format!(
        "# Cost Log v2.0 — Compressed Format\n\
         > **Format Change:** {today} (see archive/ for historical data)\n\
         > **Retention Policy:** Monthly aggregates kept indefinitely; daily details purged after {keep_days} {days}\n\
         {unit}{kept}> **Last Updated:** {updated}\n\n---\n\n"
    )
}

fn summary(text: &mut String, month: Month, rows: &MonthRows<'_>) {
    let _ = write!(text, "## {month} Monthly Summary\n\n");
    let cost = cost_head(rows.currency);
    let heads = ["Agent/Team", "Task", "Tokens", &cost, "Status", "Duration"];
    head(text, &heads);
    let says_something =
        |team: &&TeamMonth<'_>| team.tokens.is_some() || sum_of_costs(&team.costs).is_some();
    for team in rows.teams.iter().filter(says_something) {
        let task = team.task().map(style::escaped).unwrap_or_default();
        let tokens = team.tokens.map(|own| spelled(own, &[])).unwrap_or_default();
        let cells = [
            &style::escaped(&team.name),
            or_absent(&task),
            or_absent(&tokens),
            &money(sum_of_costs(&team.costs), rows.currency),
            ABSENT,
            ABSENT,
        ];
        row(text, &cells);
    }
    let tokens = rows.teams.iter().filter_map(|team| team.tokens);
    let tokens = tokens.reduce(|sum, own| sum + own);
    let costs = rows.teams.iter().map(|team| sum_of_costs(&team.costs));
    let costs: Vec<_> = costs.flatten().map(Some).collect();
    let total = tokens.map(|own| format!("**{}**", spelled(own, &[])));
    let cost = match sum_of_costs(&costs) {
        None => ABSENT.to_owned(),
        cost => format!("**{}**", money(cost, rows.currency)),
    };
    let cells = [
        "**TOTAL MTD**",
        ABSENT,
        total.as_deref().unwrap_or(ABSENT),
        &cost,
        ABSENT,
        ABSENT,
    ];
    row(text, &cells);
    text.push('\n');
}

fn money(cost: Option<Amount<i128>>, currency: Option<Currency>) -> String {
    let Some(cost) = cost else {
        return ABSENT.to_owned();
    };
    let mark = if cost.estimate { "~" } else { "" };
    let spelled = MoneyStyle::plain(currency).spell(cost.value, true);
    format!("{mark}{spelled}")
}

fn daily(text: &mut String, date: NaiveDate, rows: &[DayRow], currency: Option<Currency>) {
    let heads = [
        "Time",
        "Team",
        "Task",
        "Model",
        "Tokens In",
        "Tokens Out",
        "Tokens",
        &cost_head(currency),
        "Status",
        "Notes",
    ];
    // An empty column is written only where later rows can use it.
    let is_used = |at: usize| {
        let of = if at == 3 { 3..=3 } else { 4..=5 };
        let mut cells = rows.iter().filter_map(|row| row.get(of.clone())).flatten();
        !matches!(at, 3..=5) || cells.any(|cell| !cell::is_absent(cell))
    };
    let used: Vec<usize> = (0..heads.len()).filter(|at| is_used(*at)).collect();
    let heads = used.iter().filter_map(|at| heads.get(*at).copied());
    let _ = write!(text, "## Daily Detail — {date}\n\n");
    head(text, &heads.collect::<Vec<_>>());
    for day_row in rows {
        let cells = used.iter().filter_map(|at| day_row.get(*at));
        let cells: Vec<&str> = cells.map(|cell| or_absent(cell)).collect();
        row(text, &cells);
    }
    text.push('\n');
}

pub(super) fn cost_head(currency: Option<Currency>) -> String {
    currency.map_or_else(|| "Cost".to_owned(), |own| format!("Cost ({own})"))
}

pub(super) fn head(text: &mut String, heads: &[&str]) {
    row(text, heads);
    let dashes = heads.iter().map(|head| head.chars().count() + 2);
    let dashes: Vec<String> = dashes.map(|width| "-".repeat(width)).collect();
    let _ = writeln!(text, "|{}|", dashes.join("|"));
}

pub(super) fn row(text: &mut String, cells: &[&str]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

pub(super) fn reference(
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
    let original = &request.original;
    let _ = writeln!(text, "- Before v2.0: `{original}` ({lines} lines)");
}
