//! The report as a value: everything that the views show and the JSON holds, so that neither looks anything up.
//! A figure that is not known is absent, and neither null nor zero.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    ClassSums, Cost, CostBudget, CostEstimate, Forecast, Optimizations, PeriodReport, SpanBudget,
    TargetReport, TeamForecast, alert::Alert, verdict::Verdict,
};
use crate::{
    model::{
        BudgetPlaces, BudgetSource, Currency, EfficiencyGoal, EntryKind, LastRow, Level, Measure,
        Measured, Money, Month, Percent, PeriodKey, ReadingAssumption, Status, TableReading,
        Thresholds, Tokens, Units,
    },
    text::{FileId, Place},
};

/// The state of a budget at a moment, from one log.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatusReport {
    pub log: LogReport,
    /// The time that the report is for.
    pub now: DateTime<FixedOffset>,
    pub month: Month,
    pub is_current_month: bool,
    /// What the log counts by.
    #[serde(skip)]
    pub measure: Measure,
    pub project: Option<String>,
    pub projects: Vec<String>,
    /// Whether the usage is within the budget, in one sentence. Absent without a budget.
    pub verdict: Option<Verdict>,
    pub budget: BudgetReport,
    pub used: UsedReport,
    /// Tokens by class, of the usage of the month that states its classes. Absent where none does.
    pub classes: Option<ClassSums>,
    /// How much of what the models read came from a cache, 1 being all of it: cache read / (cache read + cache write + input).
    pub cache_hit_rate: Option<f64>,
    /// Usage without a date, which is in no month.
    pub undated: Option<UndatedReport>,
    /// Tokens of the budget that are not used, negative where more is used. Absent without a budget.
    pub remaining: Option<i64>,
    /// Tokens that holds reserve for work about to start. Absent where they reserve none of a log that states only costs.
    pub reserved: Option<Tokens>,
    /// Remaining tokens that are not reserved, negative where less remains than is reserved. Absent without a budget.
    pub available: Option<i64>,
    /// The level of what is used: the worse of that of the token budget and that of the cost budget, and of those of the running day and
    /// week. Absent without a budget.
    pub level: Option<Level>,
    /// The level of what is used of the token budget.
    pub token_level: Option<Level>,
    /// The cost budget, where one is set.
    pub cost_budget: Option<CostBudget>,
    /// The budgets of the running day and week, where the log states any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub span_budgets: Vec<SpanBudget>,
    /// The period that the budget runs in, where it is reset by hand. Then what is used, its cost, and their levels are those of the
    /// period, of teams as well.
    pub period: Option<PeriodReport>,
    /// The times that work was started although the budget does not allow it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideReport>,
    /// Whether this month is no part of the period of a budget that is reset by hand: then it is not judged by that.
    #[serde(skip)]
    pub is_out_of_period: bool,
    /// When the budget begins anew. None where that is done by hand, and for a month that is not the current one.
    #[serde(skip)]
    pub resets_at: Option<DateTime<FixedOffset>>,
    /// The level of what is used and reserved together, the worse of both budgets.
    pub reserved_level: Option<Level>,
    /// The same for the token budget alone.
    pub reserved_token_level: Option<Level>,
    /// The team that the lists are limited to.
    pub team: Option<String>,
    /// Every team.
    pub teams: Vec<TeamReport>,
    /// The days that have rows or usage lines, oldest first. Absent where no row was kept.
    pub days: Option<Vec<DayReport>>,
    /// The target for tokens per deliverable.
    pub efficiency: EfficiencyGoal,
    /// The cache hit rate of all teams and of each, against its target. Only where it is known, or the settings state a target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetReport>,
    /// How the month is likely to end.
    pub forecast: Forecast,
    /// Tokens per 1,000 operations before and after.
    pub optimizations: Option<Optimizations>,
    /// What needs attention, the worst first.
    pub alerts: Vec<Alert>,
}

impl StatusReport {
    /// What is used, in what the log counts by. None where no row says so.
    pub fn known_spent(&self) -> Option<Measured> {
        let is_known = self.used.unknown_rows.is_none();
        is_known.then(|| self.spent())
    }

    /// `no figure in 2 rows`, where nothing says what is used: that is not zero.
    pub fn no_figure(&self) -> Option<String> {
        let rows = self.used.unknown_rows?;
        Some(no_figure(rows, self.used.cost.is_some()))
    }

    /// What is used in tokens: 0 where the log states only costs.
    pub fn used_tokens(&self) -> Tokens {
        self.used.tokens.unwrap_or_default()
    }

    /// Tokens that holds reserve.
    pub fn held(&self) -> Tokens {
        self.reserved.unwrap_or_default()
    }

    /// What is used, in what the log counts by.
    pub fn spent(&self) -> Measured {
        let Some(currency) = self.measure.currency() else {
            return self.used_tokens().into();
        };
        let spent = self.used.cost.as_ref().and_then(|cost| cost.of(currency));
        spent.map_or(self.measure.amount(Units::ZERO), Measured::Money)
    }

    /// The budget in what the log counts by.
    pub fn limit(&self) -> Option<Measured> {
        let of_money = |limit: Money| Some(self.measure.amount(self.measure.of_money(limit)?));
        match self.measure {
            Measure::Tokens => self.budget.tokens.map(Measured::Tokens),
            Measure::Money(_) => self.budget.cost.and_then(of_money),
        }
    }

    /// The level of what is used of that budget.
    pub fn level_of_limit(&self) -> Option<Level> {
        match self.measure {
            Measure::Tokens => self.token_level,
            Measure::Money(_) => self.limit().and(self.cost_budget.as_ref()?.level),
        }
    }

    /// The share of the budget in what the log counts by.
    pub fn share(&self, amount: impl Into<Measured>) -> Option<Percent> {
        Percent::new(amount.into().units(), self.limit()?.units())
    }

    /// The share of the budget that is left after this amount; `None` without a budget, or if more is used than it holds.
    pub fn share_left(&self, amount: impl Into<Measured>) -> Option<Percent> {
        let (used, budget) = (amount.into().units(), self.limit()?.units());
        let left = (used <= budget).then(|| budget.saturating_sub(used))?;
        Percent::left(left, budget)
    }

    /// The budget with the worse level; of equal levels, the token budget. None where neither can be judged.
    pub fn spending(&self) -> Option<Spending> {
        self.budgets().reduce(Spending::worse)
    }

    /// The forecast of the cost, where the cost budget is that of [`Self::spending`].
    pub fn forecast_of_spending(&self) -> Option<CostEstimate> {
        let spending = self.spending()?;
        self.forecast.cost.filter(|_| spending.currency.is_some())
    }

    /// What is used of each budget that can be judged, first of that in tokens.
    pub fn budgets(&self) -> impl Iterator<Item = Spending> {
        let of_tokens = self.budget.tokens.zip(self.token_level);
        let of_tokens = of_tokens.map(|(budget, level)| Spending {
            used: self.used_tokens().0.into(),
            budget: budget.0.into(),
            currency: None,
            level,
        });
        let of_money = self.cost_budget.as_ref().and_then(Spending::of_money);
        of_tokens.into_iter().chain(of_money)
    }

    /// Whether the month has any rows. One that a run judges need not.
    pub fn has_rows(&self) -> bool {
        self.log.months.contains(&self.month)
    }

    /// What distinguishes the period of the budget from others. One that was never reset by hand began before all months.
    pub fn period_key(&self) -> PeriodKey {
        let since = |period: &PeriodReport| {
            let always = || PeriodKey::Since(DateTime::UNIX_EPOCH.fixed_offset());
            period.key().unwrap_or_else(always)
        };
        let by_hand = self.period.as_ref().map(since);
        by_hand.unwrap_or(PeriodKey::Month(self.month))
    }

    /// Whether any day of the month has rows. Only where rows were asked for.
    pub fn has_days(&self) -> bool {
        self.days.as_ref().is_some_and(|days| !days.is_empty())
    }

    /// Whether the month is over, so that it has a result and no forecast.
    pub fn is_over(&self) -> bool {
        self.month.last_day() < self.now.date_naive()
    }

    /// The team that the lists are limited to.
    pub fn selected_team(&self) -> Option<&TeamReport> {
        let name = self.team.as_ref()?;
        self.teams.iter().find(|team| team.name == *name)
    }

    /// The worst alert about each team that has one.
    pub fn team_levels(&self) -> HashMap<&str, Level> {
        let mut levels = HashMap::new();
        for alert in &self.alerts {
            if let Some(team) = alert.team.as_deref() {
                let level = levels.entry(team).or_insert(alert.level);
                *level = alert.level.max(*level);
            }
        }
        levels
    }
}

/// `no figure in 2 rows`; where they state costs, `no tokens in 2 rows`.
fn no_figure(rows: u64, has_cost: bool) -> String {
    let what = if has_cost { "tokens" } else { "figure" };
    let plural = if rows == 1 { "" } else { "s" };
    format!("no {what} in {} row{plural}", Tokens(rows))
}

/// What is used of a budget, in tokens or in money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    pub used: i128,
    pub budget: i128,
    pub currency: Option<Currency>,
    pub level: Level,
}

impl Spending {
    fn of_money(budget: &CostBudget) -> Option<Self> {
        Some(Self {
            used: budget.used?.nanos,
            budget: budget.limit.nanos,
            currency: Some(budget.limit.currency),
            level: budget.level?,
        })
    }

    /// The one with the worse level. Of equals, this one.
    fn worse(self, other: Self) -> Self {
        if other.level > self.level {
            other
        } else {
            self
        }
    }

    /// The share of the budget. None of a budget of nothing.
    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.used, self.budget)
    }

    /// Whether nothing of it is left, whatever the thresholds are. Of a budget of nothing, once anything is used.
    pub const fn is_used_up(&self) -> bool {
        self.used >= self.budget && self.used > 0
    }

    /// One of its amounts as it is written.
    pub fn written(&self, amount: i128) -> String {
        match self.currency {
            Some(currency) => Money {
                nanos: amount,
                currency,
            }
            .to_string(),
            None => Tokens(amount.try_into().unwrap_or(u64::MAX)).to_string(),
        }
    }
}

#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LogReport {
    /// Its path as given or found; `-` for standard input.
    pub path: String,
    /// `2.0`, `1` for a log from before, or `other` for a log in another form.
    pub format: &'static str,
    /// Its tables and what each was taken for. Only of a log in another form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableReading>,
    /// What its dates and figures do not say by themselves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<ReadingAssumption>,
    /// The months that have rows, oldest first.
    pub months: Vec<Month>,
    /// The day of the last row or usage line, or its month where no day is written. Rows that are dated ahead do not count.
    pub last_row: Option<LastRow>,
    /// The time of the last change that the log states, by its own clock.
    pub last_updated: Option<NaiveDateTime>,
    /// How many days the log keeps daily sections.
    pub retention_days: Option<u32>,
    /// Lines that hooks appended, without usage lines.
    pub hook_lines: u64,
    /// Rows and usage lines that cannot be read, and are not counted.
    pub unreadable_rows: u64,
    /// The places of the first of them.
    pub unreadable_places: Vec<Place>,
    /// Rows of the month that say neither tokens nor a cost, which is not zero.
    pub rows_without_figure: u64,
    /// The places of the first of them.
    pub places_without_figure: Vec<Place>,
}

impl LogReport {
    /// Whether it is in another form than tokmon's.
    pub const fn is_foreign(&self) -> bool {
        !self.tables.is_empty()
    }
}

/// Work that was started although the budget does not allow it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverrideReport {
    pub time: DateTime<FixedOffset>,
    /// Who decided that.
    pub by: Option<String>,
    /// The team that it was for.
    pub team: Option<String>,
    /// The tokens that were asked for.
    pub tokens: Option<Tokens>,
    pub reason: Option<String>,
    #[serde(flatten)]
    pub place: Place,
}

/// The budget, and how much of it is allocated.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BudgetReport {
    /// Tokens for the month. Absent where no budget is set.
    pub tokens: Option<Tokens>,
    /// Where it was found.
    pub source: Option<BudgetSource>,
    /// Where it is written, if in a file with lines.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// The amount for the month.
    pub cost: Option<Money>,
    /// Where the log states that amount, if it is not that of the settings.
    #[serde(skip)]
    pub cost_in_log: Option<Place>,
    /// Tokens that are allocated to no team.
    pub reserve_tokens: Option<Tokens>,
    /// The sum of the allocations, without the reserve.
    pub allocated_tokens: Option<Tokens>,
    /// Where the levels begin, in percent.
    pub thresholds: Thresholds,
    /// Where it is written in the settings, if it is that of these.
    #[serde(skip)]
    pub places: BudgetPlaces,
}

#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UsedReport {
    /// Tokens, reconciled. Absent for a log that states only costs, and where no row has a figure.
    pub tokens: Option<Tokens>,
    /// The rows that do not say what is used, where none does.
    #[serde(skip)]
    pub unknown_rows: Option<u64>,
    /// A figure in it is an estimate.
    pub estimate: bool,
    /// Those of them in usage lines that are not settled into the tables yet.
    pub unsettled_tokens: Option<Tokens>,
    /// What the log itself states.
    pub stated_tokens: Option<Tokens>,
    /// The line that states it.
    pub stated_line: Option<usize>,
    /// Whether the stated figure agrees with this one, within the rounding of both.
    pub stated_agrees: Option<bool>,
    pub cost: Option<Cost>,
    /// The share of the budget; 1 is all of it.
    pub ratio: Option<f64>,
    /// The share of the cost budget.
    pub cost_ratio: Option<f64>,
}

/// Usage that a log states without a date.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UndatedReport {
    pub rows: u64,
    pub tokens: Option<Tokens>,
    /// A figure of these is an estimate.
    pub estimate: bool,
    pub cost: Option<Cost>,
    /// Where the first of the rows is.
    #[serde(flatten)]
    pub place: Option<Place>,
}

#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TeamReport {
    pub name: String,
    /// What the log counts by.
    #[serde(skip)]
    pub measure: Measure,
    /// What it used. Absent where nothing is written about it.
    pub used_tokens: Option<Tokens>,
    /// The rows that do not say what it used, where none does.
    #[serde(skip)]
    pub unknown_rows: Option<u64>,
    /// A figure in it is an estimate.
    pub estimate: bool,
    pub allocated_tokens: Option<Tokens>,
    /// The share of its allocation that it used; of its limit in money where the log states only costs.
    pub ratio: Option<f64>,
    /// The level of that.
    pub level: Option<Level>,
    /// Tokens that its holds reserve.
    pub reserved_tokens: Option<Tokens>,
    /// Tokens of its allocation that are neither used nor reserved, negative where there are fewer. Absent without an allocation.
    pub available_tokens: Option<i64>,
    /// The level of what it has used and reserved together.
    pub reserved_level: Option<Level>,
    /// `done`, `running`, `pending`, `failed`, or what is written.
    pub status: Option<String>,
    pub cost: Option<Cost>,
    /// Its limit in money, where one is set.
    pub cost_budget: Option<CostBudget>,
    /// Where its limits are written in the settings.
    #[serde(skip)]
    pub places: BudgetPlaces,
    /// How many deliverables came of it.
    pub deliverables: Option<u64>,
    /// Tokens per deliverable, rounded down.
    pub tokens_per_deliverable: Option<Tokens>,
    /// The cost per deliverable, rounded down, where the log states only costs.
    pub cost_per_deliverable: Option<Money>,
    /// The level of the tokens per deliverable. Absent where there are none, and for teams counted in tasks.
    pub efficiency_level: Option<Level>,
    /// Tasks, for a team that is counted in these.
    pub tasks: Option<u64>,
    /// Tokens per task, rounded down.
    pub tokens_per_task: Option<Tokens>,
    /// The cost per task, rounded down, where the log states only costs.
    pub cost_per_task: Option<Money>,
    /// What it has used when the month ends. Absent where nothing can be said about that.
    pub forecast: Option<TeamForecast>,
    /// Its tokens by class, of its usage in the month that states its classes. Absent where none does.
    pub classes: Option<ClassSums>,
    /// How much of what its models read came from a cache, 1 being all of it.
    pub cache_hit_rate: Option<f64>,
    /// Where its figures come from.
    pub sources: Vec<FigureSource>,
}

impl TeamReport {
    /// Its limit with the worse level; of equal levels, its allocation. None where neither can be judged.
    pub fn spending(&self) -> Option<Spending> {
        let is_judged = !self.measure.is_money() && self.unknown_rows.is_none();
        let allocated = self.allocated_tokens.filter(|_| is_judged);
        let of_tokens = allocated.map(|of| Spending {
            used: self.used_tokens.unwrap_or_default().0.into(),
            budget: of.0.into(),
            currency: None,
            level: self.level.unwrap_or(Level::Ok),
        });
        let of_money = self.cost_budget.as_ref().and_then(Spending::of_money);
        of_tokens
            .into_iter()
            .chain(of_money)
            .reduce(Spending::worse)
    }

    /// `no figure in 2 rows`, where nothing says what it used.
    pub fn no_figure(&self) -> Option<String> {
        Some(no_figure(self.unknown_rows?, self.cost.is_some()))
    }

    /// Tokens that its holds reserve.
    pub fn held(&self) -> Tokens {
        self.reserved_tokens.unwrap_or_default()
    }

    /// What it used, in what the log counts by. None where nothing is written about it.
    pub fn spent(&self) -> Option<Measured> {
        match self.measure {
            Measure::Tokens => self.used_tokens.map(Measured::Tokens),
            Measure::Money(currency) => self.cost.as_ref()?.of(currency).map(Measured::Money),
        }
    }

    /// Its limit in what the log counts by.
    pub fn limit(&self) -> Option<Measured> {
        match self.measure {
            Measure::Tokens => self.allocated_tokens.map(Measured::Tokens),
            Measure::Money(_) => {
                let limit = self.cost_budget.as_ref()?.limit;
                let units = self.measure.of_money(limit)?;
                Some(self.measure.amount(units))
            }
        }
    }

    /// The share of that limit which it used.
    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.spent()?.units(), self.limit()?.units())
    }

    /// Per deliverable, else per task, rounded down.
    pub fn each(&self) -> Option<Measured> {
        let tokens = self.tokens_per_deliverable.or(self.tokens_per_task);
        let cost = self.cost_per_deliverable.or(self.cost_per_task);
        tokens.map(Measured::Tokens).or(cost.map(Measured::Money))
    }

    /// Whether it has reported that it is finished: nothing can be done about its limit any more.
    pub fn is_done(&self) -> bool {
        self.status.as_deref() == Some(Status::Done.word())
    }

    /// The place of the first of its figures of a kind.
    pub fn place_of(&self, figure: FigureKind) -> Option<Place> {
        let mut sources = self.sources.iter();
        let source = sources.find(|source| source.figure == figure && source.line.is_some())?;
        Some(Place {
            file: source.file,
            line: source.line?,
            ..Place::default()
        })
    }

    /// Its name where there is little room: `C` for `Team C`.
    pub fn short_name(&self) -> &str {
        short_name(&self.name)
    }
}

/// The name of a team where there is little room.
pub(super) fn short_name(name: &str) -> &str {
    let rest = name.strip_prefix("Team ").map(str::trim_start);
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// A figure of a team that is written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Figure")]
pub enum FigureKind {
    /// Tokens used.
    Used,
    /// Its allocation.
    Allocated,
    /// How many deliverables came of it.
    Deliverables,
    /// How many tasks it did.
    Tasks,
}

/// Where a figure comes from.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FigureSource {
    pub figure: FigureKind,
    /// Of tokens used: from which kind of row or line.
    pub kind: Option<EntryKind>,
    /// The file: `log`, `archive`, `projection` or `config`.
    pub file: FileId,
    /// Its line; the first, where there are several.
    pub line: Option<usize>,
    pub rows: u64,
    pub tokens: Option<Tokens>,
}

impl FigureSource {
    /// One row.
    pub fn at(figure: FigureKind, place: Place, tokens: Option<Tokens>) -> Self {
        Self {
            figure,
            kind: None,
            file: place.file,
            line: Some(place.line),
            rows: 1,
            tokens,
        }
    }
}

#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DayReport {
    pub date: NaiveDate,
    /// Absent where no row states any.
    pub tokens: Option<Tokens>,
    pub cost: Option<Cost>,
    /// The rows, by file and line.
    pub rows: Vec<RowReport>,
}

impl DayReport {
    /// What was used, in what the log counts by.
    pub fn spent(&self, measure: Measure) -> Measured {
        let Some(currency) = measure.currency() else {
            return self.tokens.unwrap_or_default().into();
        };
        let spent = self.cost.as_ref().and_then(|cost| cost.of(currency));
        spent.map_or(measure.amount(Units::ZERO), Measured::Money)
    }
}

/// One row or usage line.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RowReport {
    /// The number of rows it sums up, more than one where a dashboard has no room for each.
    #[serde(skip)]
    pub rows: u64,
    /// The hours, `10:10-10:17`; an open end is `now`.
    pub time: Option<String>,
    /// The team it counts for.
    pub team: String,
    /// The name as written, where it differs.
    pub written_team: Option<String>,
    pub task: Option<String>,
    pub tokens: Option<Tokens>,
    /// The figure is an estimate.
    pub estimate: bool,
    pub cost: Option<Cost>,
    /// `done`, `running`, `pending`, `failed`, or what is written.
    pub status: Option<String>,
    pub minutes: Option<u64>,
    pub model: Option<String>,
    pub notes: Option<String>,
    /// Which kind of row or line it is.
    pub kind: EntryKind,
    /// The units of import that it is made of; none of rows that are summed up.
    #[serde(skip)]
    pub units: Box<[String]>,
    #[serde(flatten)]
    pub place: Place,
}

impl RowReport {
    /// What it used, in what the log counts by. None where it does not say so.
    pub fn spent(&self, measure: Measure) -> Option<Measured> {
        match measure {
            Measure::Tokens => self.tokens.map(Measured::Tokens),
            Measure::Money(currency) => self.cost.as_ref()?.of(currency).map(Measured::Money),
        }
    }
}
