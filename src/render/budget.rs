//! Every limit that applies, with what is used of it, as a table and as JSON.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Column, Format, OutputStyle, ReportTable, StyledLine, json, prefixed, table::Cell};
use crate::{
    analysis::{Cap, CapAmount, CapSource, PeriodReport},
    model::{BudgetReset, BudgetSource, Level, Money, Month, Percent, Thresholds, Tokens, ratio},
};

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

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
    /// How often work was started although the budget does not allow it.
    pub overrides: usize,
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
    pub fn new(
        cap: &Cap,
        thresholds: &Thresholds,
        file: Option<String>,
        problem: Option<String>,
    ) -> Self {
        let amount = |units| cap.amount(units);
        Self {
            scope: match cap.scope.team() {
                Some(_) => "team",
                None => "total",
            },
            team: cap.scope.team().map(str::to_owned),
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
            reserved_level: cap.reserved_level(thresholds),
            problem,
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

    fn cells(&self) -> Vec<Cell> {
        let used = self.used.map_or(Cell::Absent, cell);
        let used = if self.complete || self.used.is_none() {
            used
        } else {
            Cell::AtLeast(Box::new(used))
        };
        let share = match (self.used, self.limit) {
            (Some(CapAmount::Tokens(used)), CapAmount::Tokens(limit)) => Percent::new(used, limit),
            (Some(CapAmount::Money(used)), CapAmount::Money(limit)) => {
                Percent::new(used.nanos, limit.nanos)
            }
            _ => None,
        };
        let is_nothing = matches!(
            self.reserved,
            CapAmount::Tokens(0) | CapAmount::Money(Money { nanos: 0, .. })
        );
        let reserved = Some(self.reserved).filter(|_| !is_nothing);
        vec![
            Cell::text(self.team.as_deref().unwrap_or("all teams")),
            cell(self.limit),
            used,
            Cell::some(share, Cell::Percent),
            Cell::some(self.reserved_level, Cell::Level),
            reserved.map_or(Cell::Absent, cell),
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
                    Column::new("%"),
                    Column::new("Level"),
                    Column::new("Reserved").droppable(1),
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
                let whose = match &cap.team {
                    Some(team) => format!("the limit of {team} in money"),
                    None => "the cost budget".to_owned(),
                };
                lines.push(
                    style
                        .text(&format!("{whose} cannot be judged: {problem}"))
                        .into(),
                );
            }
        }
        lines.extend(self.about_period().into_iter().map(StyledLine::from));
        lines
    }

    /// When the limits begin anew.
    fn about_period(&self) -> Vec<String> {
        let moment = |at: DateTime<FixedOffset>| {
            let at = at.with_timezone(self.now.offset());
            at.format("%Y-%m-%d %H:%M %:z").to_string()
        };
        let Some(period) = &self.period else {
            let ends = self.resets_at.map(moment);
            let overridden = self.overridden();
            let month = match ends {
                Some(ends) => format!("for {}; begins anew on {ends}", self.month),
                None => format!("for {}", self.month),
            };
            return std::iter::once(month).chain(overridden).collect();
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
            format!("{} alone used {} tokens", self.month, period.month_tokens),
        ];
        if let Some(unsure) = period.unsure_tokens.filter(|tokens| *tokens > Tokens::ZERO) {
            lines.push(format!(
                "{unsure} of the tokens may be from before: only a reset by this command writes down what was used until then"
            ));
        }
        lines.extend(self.overridden());
        lines
    }

    fn overridden(&self) -> Option<String> {
        match self.overrides {
            0 => None,
            1 => Some("overridden once".to_owned()),
            count => Some(format!("overridden {count} times")),
        }
    }
}
