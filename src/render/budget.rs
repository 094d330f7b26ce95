//! Every limit that applies, with what is used of it, as a table and as JSON.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Column, Format, OutputStyle, ReportTable, StyledLine, json, prefixed, table::Cell};
use crate::{
    analysis::{Cap, CapAmount, CapSource, OverrideReport, PeriodReport},
    model::{
        BudgetReset, BudgetSource, BudgetSpan, Level, Money, Month, Percent, Thresholds, Tokens,
        ratio,
    },
};

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

/// The number of overrides that text lists.
const MAX_OVERRIDES: usize = 20;

/// The number of teams that a line names.
const MAX_NAMED: usize = 10;

/// The limits of what may be used.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "tokmon budget")]
pub struct BudgetDocument {
    /// The version of this schema.
    pub schema_version: u32,
    /// The log.
    pub file: String,
    pub now: DateTime<FixedOffset>,
    pub month: Month,
    /// What begins the budget anew: each month, or `tokmon budget --reset`.
    pub reset: BudgetReset,
    /// When it begins anew. Absent where that is done by hand.
    pub resets_at: Option<DateTime<FixedOffset>>,
    /// The period, where it is reset by hand.
    pub period: Option<PeriodReport>,
    /// Where the levels begin, in percent.
    pub thresholds: Thresholds,
    /// Those of all teams together first.
    pub caps: Vec<CapRow>,
    /// Teams without a limit of their own.
    pub unlimited: Vec<String>,
    /// Teams that are done: no alert about their limits is sent, whatever the level.
    pub done: Vec<String>,
    /// How often work was started although the budget does not allow it.
    pub overrides: usize,
    /// Each of these times, in the order of the log.
    pub overridden: Vec<OverrideReport>,
    /// Whether this run reset the budget.
    pub was_reset: bool,
}

/// A limit, and how far it is used.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CapRow {
    /// `total` or `team`.
    pub scope: &'static str,
    pub team: Option<String>,
    /// The running day or week, of a limit for that.
    pub span: Option<BudgetSpan>,
    /// `tokens`, or `cost`.
    pub unit: &'static str,
    pub limit: CapAmount,
    /// Absent where it cannot be judged.
    pub used: Option<CapAmount>,
    /// What holds reserve.
    pub reserved: CapAmount,
    /// What is neither used nor reserved, negative where more is.
    pub remaining: Option<CapAmount>,
    /// The share that is used.
    pub ratio: Option<f64>,
    pub level: Option<Level>,
    /// The share that is used and reserved.
    pub reserved_ratio: Option<f64>,
    /// The level of what is used and reserved.
    pub reserved_level: Option<Level>,
    /// Why it cannot be judged.
    pub problem: Option<String>,
    /// Everything used is known; otherwise it is more.
    pub complete: bool,
    /// `option`, `environment`, `config`, `log` or `allocation`.
    pub source: BudgetSource,
    /// The file that it is written in.
    pub file: Option<String>,
    /// The line.
    pub line: Option<usize>,
}

pub fn schema() -> String {
    json::schema_of::<BudgetDocument>()
}

fn cell(amount: CapAmount) -> Cell {
    match amount {
        CapAmount::Tokens(tokens) => Cell::Signed(tokens),
        CapAmount::Money(money) => Cell::Money(money),
    }
}

impl CapRow {
    /// `file` is the name of the file that the limit is written in.
    pub fn new(cap: &Cap, thresholds: &Thresholds, file: Option<String>) -> Self {
        let amount = |units| cap.amount(units);
        Self {
            scope: match cap.scope.team() {
                Some(_) => "team",
                None => "total",
            },
            team: cap.scope.team().map(str::to_owned),
            span: cap.span,
            unit: if cap.currency.is_some() {
                "cost"
            } else {
                "tokens"
            },
            limit: amount(cap.limit),
            used: cap.used.map(amount),
            reserved: amount(cap.reserved),
            remaining: cap.used.map(|_| amount(cap.left())),
            ratio: cap.used.and_then(|used| ratio(used, cap.limit)),
            level: cap.level(thresholds),
            reserved_ratio: cap.committed().and_then(|sum| ratio(sum, cap.limit)),
            reserved_level: cap.reserved_level(thresholds),
            problem: cap.problem.map(|problem| problem.to_string()),
            complete: cap.complete,
            source: match cap.source {
                CapSource::Budget(source) => source,
                CapSource::TeamSettings => BudgetSource::Config,
                CapSource::Allocation => BudgetSource::Allocation,
            },
            file,
            line: cap.place.map(|place| place.line),
        }
    }

    /// `tokmon.toml:3`, `--budget`, `TOKMON_BUDGET`.
    fn set_in(&self) -> String {
        match (&self.file, self.source) {
            (Some(file), _) => format!("{file}{}", prefixed(":", self.line)),
            (None, BudgetSource::Option) => "--budget".to_owned(),
            (None, BudgetSource::Environment) => "TOKMON_BUDGET".to_owned(),
            (None, BudgetSource::Config) => "tokmon.toml".to_owned(),
            (None, BudgetSource::Log | BudgetSource::Allocation) => "the log".to_owned(),
        }
    }

    const fn has_reserved(&self) -> bool {
        !matches!(
            self.reserved,
            CapAmount::Tokens(0) | CapAmount::Money(Money { nanos: 0, .. })
        )
    }

    /// What is used and reserved, of which the level is shown beside it.
    fn share(&self) -> Option<Percent> {
        match (self.used?, self.reserved, self.limit) {
            (CapAmount::Tokens(used), CapAmount::Tokens(held), CapAmount::Tokens(limit)) => {
                Percent::new(used.saturating_add(held), limit)
            }
            (CapAmount::Money(used), CapAmount::Money(held), CapAmount::Money(limit)) => {
                Percent::new(used.nanos.saturating_add(held.nanos), limit.nanos)
            }
            _ => None,
        }
    }

    fn cells(&self) -> Vec<Cell> {
        let used = self.used.map_or(Cell::Absent, cell);
        let used = if self.complete || self.used.is_none() {
            used
        } else {
            Cell::AtLeast(Box::new(used))
        };
        let reserved = Some(self.reserved).filter(|_| self.has_reserved());
        let whole = self.span.map_or("all teams", BudgetSpan::current_name);
        vec![
            Cell::text(self.team.as_deref().unwrap_or(whole)),
            cell(self.limit),
            used,
            reserved.map_or(Cell::Absent, cell),
            Cell::some(self.share(), Cell::Percent),
            Cell::some(self.reserved_level, Cell::Level),
            self.remaining.map_or(Cell::Absent, cell),
            Cell::text(&self.set_in()),
        ]
    }
}

impl BudgetDocument {
    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        for line in self.lines(style) {
            writeln!(out, "{}", style.paint(&line))?;
        }
        Ok(())
    }

    fn lines(&self, style: OutputStyle) -> Vec<StyledLine> {
        let mut lines = Vec::new();
        if self.was_reset {
            lines.push("reset: a new period of the budget begins now".into());
        }
        if self.caps.is_empty() {
            lines.push(
                "no limit is set: set one with --budget 200K, TOKMON_BUDGET or tokmon.toml".into(),
            );
        } else {
            let mut table = ReportTable::new(
                "Budget",
                [
                    Column::new("Limit of").cut(12),
                    Column::new("Limit"),
                    Column::new("Used"),
                    Column::new("Reserved").droppable(1),
                    Column::new("%"),
                    Column::new("Level"),
                    Column::new("Left"),
                    Column::new("Set in").cut(14),
                ],
            );
            for cap in &self.caps {
                table.row(cap.cells());
            }
            lines.extend(table.lines(style));
            for (cap, problem) in self
                .caps
                .iter()
                .filter_map(|cap| Some((cap, cap.problem.as_ref()?)))
            {
                let of_span = prefixed(" of the ", cap.span.map(|span| span.into_str()));
                let whose = match &cap.team {
                    Some(team) if cap.unit == "tokens" => format!("the limit of {team} in tokens"),
                    Some(team) => format!("the limit of {team} in money"),
                    None if cap.unit == "tokens" => format!("the budget{of_span} in tokens"),
                    None => format!("the budget{of_span} in money"),
                };
                lines.push(
                    style
                        .text(&format!("{whose} cannot be judged: {problem}"))
                        .into(),
                );
            }
        }
        let mut texts = self.about_teams();
        texts.extend(self.about_period());
        lines.extend(texts.iter().map(|text| style.text(text).into()));
        lines.extend(self.override_lines(style));
        lines
    }

    /// What the table does not say of the teams.
    fn about_teams(&self) -> Vec<String> {
        let named = |names: &[String]| {
            let first = names.iter().take(MAX_NAMED).cloned();
            let first = first.collect::<Vec<_>>().join(", ");
            match names.len().saturating_sub(MAX_NAMED) {
                0 => first,
                more => format!("{first} and {more} more"),
            }
        };
        let has_reserved = self.caps.iter().any(CapRow::has_reserved);
        let basis = "% and level are of what is used and reserved".to_owned();
        let is_any = !self.caps.is_empty();
        let unlimited = Some(&self.unlimited).filter(|teams| is_any && !teams.is_empty());
        let unlimited =
            unlimited.map(|teams| format!("without a limit of their own: {}", named(teams)));
        let done = Some(&self.done).filter(|teams| !teams.is_empty());
        let done = done.map(|teams| format!("done, so no alert is sent: {}", named(teams)));
        let basis = has_reserved.then_some(basis);
        [basis, done, unlimited].into_iter().flatten().collect()
    }

    /// The overrides, the last first.
    fn override_lines(&self, style: OutputStyle) -> Vec<StyledLine> {
        if self.overridden.is_empty() {
            return Vec::new();
        }
        let mut table = ReportTable::new(
            "Overrides",
            [
                Column::new("Overridden on"),
                Column::new("Team").cut(4),
                Column::new("Tokens").droppable(1),
                Column::new("By").cut(4),
                Column::new("Reason").cut(10),
            ],
        );
        let mut overridden: Vec<&OverrideReport> = self.overridden.iter().collect();
        overridden.sort_by_key(|one| std::cmp::Reverse(one.time));
        for one in overridden.iter().take(MAX_OVERRIDES) {
            let text = |text: Option<&String>| Cell::some(text, |text| Cell::text(text));
            let time = one.time.with_timezone(self.now.offset());
            table.row(vec![
                Cell::word(time.format("%Y-%m-%d %H:%M").to_string()),
                text(one.team.as_ref()),
                Cell::some(one.tokens, Cell::Tokens),
                text(one.by.as_ref()),
                text(one.reason.as_ref()),
            ]);
        }
        let more = overridden.len().saturating_sub(MAX_OVERRIDES);
        if more > 0 {
            table.note(format!("and {more} before; --json lists all"));
        }
        std::iter::once(StyledLine::from(""))
            .chain(table.lines(style))
            .collect()
    }

    /// When the limits begin anew.
    fn about_period(&self) -> Vec<String> {
        let moment = |at: DateTime<FixedOffset>| {
            let at = at.with_timezone(self.now.offset());
            at.format("%Y-%m-%d %H:%M %:z").to_string()
        };
        let Some(period) = &self.period else {
            let ends = self.resets_at.map(moment);
            return vec![match ends {
                Some(ends) => format!("for {}; begins anew on {ends}", self.month),
                None => format!("for {}", self.month),
            }];
        };
        let by = prefixed(" by ", period.by.as_ref());
        let reason = prefixed(": ", period.reason.as_ref());
        let since = match period.since {
            Some(since) => format!("since {}, when it was reset{by}{reason}", moment(since)),
            None => "since the log began: it was never reset".to_owned(),
        };
        let mut lines = vec![
            since,
            "begins anew with `tokmon budget --reset`".to_owned(),
            format!("{} alone {}", self.month, period.of_month()),
        ];
        if let Some(unsure) = period.unsure_tokens.filter(|tokens| *tokens > Tokens::ZERO) {
            lines.push(format!(
                "{unsure} of the tokens may be from before: only a reset by this command writes down what was used until then"
            ));
        }
        lines
    }
}
