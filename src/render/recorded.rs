//! The outcome of `record`: the rows as they are now, and what all teams used.

use std::io::{self, Write};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, OutputStyle, json, prefixed, sanitize};
use crate::{
    analysis::CostBudget,
    model::{Level, Money, Month, Percent, Tokens},
};

pub const MAX_RECORDED: usize = 20;

#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct Recorded {
    pub schema_version: u32,
    pub file: String,
    pub count: usize,
    /// Of all that was recorded.
    pub ids: Vec<String>,
    /// The first of the recorded rows, as they are now.
    #[serde(rename = "recorded")]
    pub rows: Vec<RecordedRow>,
    /// Ids that were recorded before, and not again.
    #[serde(rename = "already_recorded")]
    pub known: Vec<String>,
    /// Where these are, as `cost-log.md:12`.
    #[serde(rename = "already_recorded_at")]
    pub known_at: Vec<String>,
    /// Those of them that were recorded for another team or with other tokens.
    #[serde(rename = "already_recorded_differently")]
    pub known_differing: Vec<String>,
    pub month: Month,
    pub used: Tokens,
    pub budget: Option<Tokens>,
    /// The worse of those of both budgets.
    pub level: Option<Level>,
    pub token_level: Option<Level>,
    pub cost_budget: Option<CostBudget>,
    /// The level of what is used and reserved.
    pub reserved_level: Option<Level>,
    /// The teams with a limit that usage was recorded for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<RecordedTeam>,
    /// `127,870 of 200,000 tokens used, 63.9%, ok`.
    #[serde(skip)]
    pub total: String,
}

#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct RecordedRow {
    pub id: String,
    pub team: String,
    pub tokens: Tokens,
    /// Whether it is in a row of a table; else it is a usage line.
    pub settled: bool,
    /// The line in the log, from 1.
    pub line: Option<usize>,
    pub text: Option<String>,
}

/// What a team used of its limits.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct RecordedTeam {
    pub name: String,
    pub used: Tokens,
    pub allocated: Option<Tokens>,
    /// What its holds reserve.
    pub reserved: Tokens,
    /// The same in money, where that has the level.
    #[serde(skip)]
    pub reserved_cost: Option<Money>,
    pub cost_budget: Option<CostBudget>,
    #[serde(skip)]
    pub token_level: Option<Level>,
    /// The worse of both limits.
    pub level: Option<Level>,
    /// The level of what it used and reserved.
    pub reserved_level: Option<Level>,
}

/// `QA: 9,900 of 22,000 tokens, 45.0%, ok; with 12,000 reserved, critical`. Money only where its level is the worse one.
pub fn recorded_team(team: &RecordedTeam) -> String {
    let tokens = team.allocated.map(|limit| {
        let share = prefixed(", ", Percent::new(team.used.0, limit.0));
        let level = prefixed(", ", team.token_level);
        format!("{} of {limit} tokens{share}{level}", team.used)
    });
    let budget = team.cost_budget.as_ref();
    let money = budget.filter(|_| team.level > team.token_level);
    let money = money.and_then(|budget| {
        let (used, limit) = (budget.used?, budget.limit);
        let share = prefixed(", ", Percent::new(used.nanos, limit.nanos));
        let mark = if budget.complete { "" } else { "+" };
        Some(format!("{used}{mark} of {limit}{share}, {}", budget.level?))
    });
    let problem = budget.and_then(CostBudget::not_judged);
    let held = team
        .reserved_level
        .filter(|level| Some(*level) > team.level);
    let held = held.map(|level| with_reserved(team.reserved, team.reserved_cost, level));
    let parts: Vec<String> = [tokens, money, problem, held]
        .into_iter()
        .flatten()
        .collect();
    format!("{}: {}", team.name, parts.join("; "))
}

/// `with 12,000 reserved, critical`, or `with $0.40 reserved, critical` where money has this level.
pub fn with_reserved(tokens: Tokens, money: Option<Money>, level: Level) -> String {
    match money {
        Some(money) => format!("with {money} reserved, {level}"),
        None => format!("with {tokens} reserved, {level}"),
    }
}

pub fn recorded(
    recorded: &Recorded,
    format: Format,
    style: OutputStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        return json::write(recorded, out);
    }
    for row in &recorded.rows {
        let place = prefixed(":", row.line);
        let text = match &row.text {
            Some(text) => text.clone(),
            None => format!("id={} (removed since)", row.id),
        };
        let waits = if row.settled {
            ""
        } else {
            "  (counted; not settled yet)"
        };
        let line = format!("{}{place}  {text}{waits}", recorded.file);
        writeln!(out, "{}", style.text(&sanitize(&line)))?;
    }
    let more = recorded.ids.get(recorded.rows.len()..).unwrap_or_default();
    if !more.is_empty() {
        writeln!(
            out,
            "and {} more: {}",
            more.len(),
            sanitize(&more.join(", "))
        )?;
    }
    let known = recorded.known.iter().zip(&recorded.known_at);
    for (id, place) in known.take(MAX_RECORDED) {
        let line = format!("id {id} was recorded before, in {place}: not recorded again");
        writeln!(out, "{}", sanitize(&line))?;
    }
    let more = recorded.known.len().saturating_sub(MAX_RECORDED);
    if more > 0 {
        writeln!(out, "and {more} more that were recorded before")?;
    }
    writeln!(out, "{}: {}", recorded.month, sanitize(&recorded.total))
}
