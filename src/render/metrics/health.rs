//! The health of an organization's budget: JSON for programs that watch many of them, with an entry for each project of the log.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::UniqueNames;
use crate::{
    analysis::{CostBudget, StatusReport, TeamReport, problem_of_budgets},
    model::{Currency, Level, Measured, Money, Month, Tokens, divide_half_even, fold_name},
    render::json,
};

/// Bumped only when a key is removed, renamed or changes its meaning.
const VERSION: u32 = 1;

/// Whether the budget of a log is fine. A key that is not known is null if monitoring systems expect it, else left out.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon health")]
struct HealthDocument {
    /// The version of this schema.
    schema_version: u32,
    month: Month,
    /// The figures are older than the log, which cannot be read. Only `tokmon serve` keeps figures.
    stale: Option<bool>,
    /// All projects together. They share the budget, so that it can be exceeded where none of them exceeds it alone.
    total: Organization,
    /// An entry for each project of the month; for the log where it names none.
    organizations: Vec<Organization>,
    /// The number of projects without an entry. Absent where each has one: it is limited to the first 50.
    projects_left_out: Option<usize>,
}

/// The budget of an organization, and what is used of it.
///
/// Where the budget is reset by hand, `total` is about its period, and the entries of projects are about the month.
///
/// A cent is a hundredth of the unit of any currency. What is spent is rounded down, so that the whole budget is not shown as spent
/// before it is; a budget is rounded to the nearest cent, and to the even one of two that are equally near.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Organization {
    /// The name in small letters, with hyphens for blanks.
    #[serde(rename = "organizationId")]
    id: String,
    name: String,
    /// Null without a cost budget; so are the next two, but for what is spent where the log states only costs.
    monthly_budget_cents: Option<i64>,
    /// Null also where no cost is known.
    current_month_spend_cents: Option<i64>,
    /// The budget less what is spent; negative where more is spent.
    remaining_cents: Option<i64>,
    /// Of the budget, in money or in tokens, with the worse status; rounded down to a tenth. Without a budget for all teams, of the limit of
    /// the worst team. Null where nothing is limited, it cannot be judged, or the limit is nothing.
    percent_used: Option<f64>,
    /// The worse of both budgets; without a budget for all teams, that of the worst team. Null where nothing is limited, or it cannot be
    /// judged.
    status: Option<HealthStatus>,
    /// The percentage at which the status `warning` begins.
    warning_threshold: u32,
    /// The percentage at which the status `critical` begins.
    critical_threshold: u32,
    /// The currency of the cents.
    currency: Option<Currency>,
    monthly_budget_tokens: Option<Tokens>,
    /// Null where the log states only costs.
    current_month_used_tokens: Option<Tokens>,
    remaining_tokens: Option<i64>,
    /// How often work was started although the budget does not allow it.
    overrides: usize,
    /// When the next period of the budget begins. Null where that is decided by hand, and for a month that is not the current one.
    budget_reset_at: Option<DateTime<FixedOffset>>,
}

/// The level of a budget. `note` is `ok` here.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum HealthStatus {
    Ok,
    Warning,
    Critical,
    Exceeded,
}

impl From<Level> for HealthStatus {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok | Level::Note => Self::Ok,
            Level::Warning => Self::Warning,
            Level::Critical => Self::Critical,
            Level::Exceeded => Self::Exceeded,
        }
    }
}

/// Writes the health of all projects together, and of each. Where there are several or none, `name` is that of all.
pub fn health(
    report: &StatusReport,
    projects: &[StatusReport],
    name: Option<&str>,
    stale: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut organizations = match projects {
        [] => vec![Organization::of(report, name)],
        projects => {
            let projects = projects.iter();
            projects
                .map(|project| Organization::of(project, None))
                .collect()
        }
    };
    let mut ids = UniqueNames::default();
    for organization in &mut organizations {
        organization.id = ids.unique(&organization.id, |id, number| format!("{id}-{number}"));
    }
    let left_out = report.projects.len().saturating_sub(projects.len());
    let document = HealthDocument {
        schema_version: VERSION,
        month: report.month,
        stale: stale.then_some(true),
        total: Organization::of(report, name),
        organizations,
        projects_left_out: Some(left_out).filter(|left_out| *left_out > 0 && !projects.is_empty()),
    };
    json::write(&document, out)
}

/// The JSON Schema of the health.
pub fn schema() -> String {
    json::schema_with_null::<HealthDocument>()
}

impl Organization {
    fn of(report: &StatusReport, name: Option<&str>) -> Self {
        let budget = report.cost_budget.as_ref();
        let budget_cents = budget.and_then(|budget| cents_half_even(budget.limit));
        let in_money = report.known_spent().and_then(Measured::money);
        let of_budget = budget.and_then(|budget| budget.used);
        // What is spent in another currency than that of the budget is not of it.
        let is_same =
            |money: &Money| budget.is_none_or(|budget| budget.limit.currency == money.currency);
        let spent = of_budget.or(in_money.filter(is_same));
        let spent_cents = spent.and_then(cents_floor);
        let thresholds = report.budget.thresholds;
        let name = name_of(report, name);
        Self {
            id: fold_name(&name).replace(' ', "-"),
            name,
            monthly_budget_cents: budget_cents,
            current_month_spend_cents: spent_cents,
            remaining_cents: budget_cents
                .zip(spent_cents)
                .map(|(budget, spent)| budget.saturating_sub(spent)),
            percent_used: percent(report),
            status: level(report).map(HealthStatus::from),
            warning_threshold: thresholds.warning,
            critical_threshold: thresholds.critical,
            currency: budget
                .map(|budget| budget.limit)
                .or(in_money)
                .map(|money| money.currency),
            monthly_budget_tokens: report.budget.tokens,
            current_month_used_tokens: report.used.tokens,
            remaining_tokens: report.remaining,
            overrides: report.overrides.len(),
            budget_reset_at: report.resets_at,
        }
    }
}

/// The project; of a log that names none or several, its folder; without one, the log.
fn name_of(report: &StatusReport, folder: Option<&str>) -> String {
    match (&report.project, report.projects.as_slice()) {
        (Some(project), _) => project.clone(),
        (None, [only]) => only.clone(),
        (None, _) => folder.unwrap_or(&report.log.path).to_owned(),
    }
}

/// Whether there is a budget that cannot be judged, and no other is at a level to be alarmed at.
pub(in crate::render) fn is_unjudged(report: &StatusReport) -> bool {
    problem_of_budgets(report).is_some() && report.level < Some(Level::Warning)
}

/// That of all teams, else that of the worst team; none where it may be worse than what is known.
fn level(report: &StatusReport) -> Option<Level> {
    let Some(worst) = report.worst_team(TeamReport::used_level) else {
        return report.level.filter(|_| !is_unjudged(report));
    };
    let level = worst.used_level();
    let mut teams = report.judged_teams().into_iter();
    let is_unjudged = teams.any(|team| {
        let budget = team.cost_budget.as_ref();
        budget.and_then(CostBudget::problem).is_some()
    });
    level.filter(|level| !is_unjudged || *level >= Level::Warning)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "tenths of percents are exact below 2^53; above, they are beyond use"
)]
fn percent(report: &StatusReport) -> Option<f64> {
    level(report)?;
    let share = match report.worst_team(TeamReport::used_level) {
        Some(team) => team.spending()?.share()?,
        None => report.leading_share()?,
    };
    Some(share.tenths as f64 / 10.0)
}

const NANOS_PER_CENT: i128 = 10_000_000;

fn cents_floor(money: Money) -> Option<i64> {
    i64::try_from(money.nanos.div_euclid(NANOS_PER_CENT)).ok()
}

fn cents_half_even(money: Money) -> Option<i64> {
    let cents = divide_half_even(money.nanos.unsigned_abs(), NANOS_PER_CENT.unsigned_abs());
    i64::try_from(cents).ok()
}
