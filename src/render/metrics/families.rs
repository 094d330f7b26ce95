//! Which metrics there are. Names and labels are an interface: dashboards and alert rules use them.
//!
//! Gauges, since a log can be edited and archived, and figures fall then. Totals and figures of teams are different metrics, so that a
//! sum over labels counts nothing twice.

use std::collections::BTreeMap;

use super::{
    MetricsPage, UniqueNames,
    burn::burn_rates,
    exposition::{Exposition, Labels, MetricKind, MetricsText, Sample},
};
use crate::{
    analysis::{
        CostBudget, Quantiles, StatusReport, TeamReport,
        guard::{DecisionCounts, GuardAnswer, GuardReason},
    },
    diagnostic::Severity,
    model::{Level, Money, Probability, Tokens},
    render::escape_unsafe,
};

/// The number of teams with samples of their own. A database keeps each for months, so that a log must not make any number of them.
const MAX_TEAMS: usize = 500;

const LEVELS: [Level; 5] = [
    Level::Ok,
    Level::Note,
    Level::Warning,
    Level::Critical,
    Level::Exceeded,
];

pub fn write(page: &MetricsPage<'_>, format: Exposition) -> String {
    let report = page.report;
    let project = report.project.iter();
    let common = project
        .map(|project| ("project", project.clone()))
        .collect();
    let mut text = MetricsText::new(format, common);
    text.family(
        "tokmon_build_info",
        MetricKind::Info,
        "The version of tokmon.",
        [(label("version", env!("CARGO_PKG_VERSION")), "1".to_owned())],
    );
    tokens(report, &mut text);
    money(report, &mut text);
    levels(report, &mut text);
    forecast(report, &mut text);
    teams(report, &mut text);
    period(report, &mut text);
    state(page, &mut text);
    text.finish()
}

fn label(name: &'static str, value: &str) -> Labels {
    vec![(name, value.to_owned())]
}

/// A sample without labels of its own.
fn plain(value: Option<impl ToString>) -> Option<Sample> {
    Some((Labels::new(), value?.to_string()))
}

fn gauge(text: &mut MetricsText, name: &str, help: &str, value: Option<impl ToString>) {
    text.family(name, MetricKind::Gauge, help, plain(value));
}

fn tokens(report: &StatusReport, text: &mut MetricsText) {
    let of = |tokens: Tokens| tokens.0;
    gauge(
        text,
        "tokmon_budget_tokens",
        "The token budget of the current period.",
        report.budget.tokens.map(of),
    );
    gauge(
        text,
        "tokmon_used_tokens",
        "Tokens used in the current period.",
        Some(of(report.used.tokens)),
    );
    gauge(
        text,
        "tokmon_remaining_tokens",
        "Tokens of the budget that are not used; negative where more is used.",
        report.remaining,
    );
    gauge(
        text,
        "tokmon_reserved_tokens",
        "Tokens that holds reserve.",
        Some(of(report.reserved)),
    );
    gauge(
        text,
        "tokmon_available_tokens",
        "Tokens of the budget that are neither used nor reserved.",
        report.available,
    );
    gauge(
        text,
        "tokmon_budget_used_ratio",
        "The share of the token budget that is used.",
        report.used.ratio,
    );
}

fn in_currency(money: Option<Money>) -> Option<Sample> {
    let money = money?;
    Some((label("currency", money.currency.code()), money.decimal()))
}

/// Amounts in the currency of the cost budget; without one, in that of the log.
fn money(report: &StatusReport, text: &mut MetricsText) {
    let budget = report.cost_budget.as_ref();
    let used = match budget {
        Some(budget) => budget.used,
        None => report.used.cost.as_ref().map(|cost| cost.money),
    };
    text.family(
        "tokmon_budget_cost",
        MetricKind::Gauge,
        "The cost budget of the current period, in units of its currency.",
        in_currency(budget.map(|budget| budget.limit)),
    );
    text.family(
        "tokmon_used_cost",
        MetricKind::Gauge,
        "The cost of what is used in the current period, as far as it is known.",
        in_currency(used),
    );
    text.family(
        "tokmon_remaining_cost",
        MetricKind::Gauge,
        "What remains of the cost budget; negative where more is spent.",
        in_currency(budget.and_then(|budget| budget.remaining)),
    );
    text.family(
        "tokmon_reserved_cost",
        MetricKind::Gauge,
        "The cost of what holds reserve, where they say it.",
        in_currency(budget.and_then(|budget| budget.reserved)),
    );
    gauge(
        text,
        "tokmon_budget_cost_used_ratio",
        "The share of the cost budget that is spent.",
        budget.and_then(|budget| budget.ratio),
    );
    let complete = match budget {
        Some(budget) => budget.used.map(|_| budget.complete),
        None => report.used.cost.as_ref().map(|cost| cost.complete),
    };
    gauge(
        text,
        "tokmon_used_cost_complete",
        "Whether every token has its cost; otherwise more is spent than is known.",
        complete.map(u8::from),
    );
}

/// One sample for each level, of which one is 1.
fn one_of(level: Option<Level>) -> Vec<Sample> {
    let of = |level: Level| {
        LEVELS.map(|each| {
            let is_it = u8::from(each == level);
            (label("level", each.into_str()), is_it.to_string())
        })
    };
    level.into_iter().flat_map(of).collect()
}

fn levels(report: &StatusReport, text: &mut MetricsText) {
    text.family(
        "tokmon_level",
        MetricKind::Gauge,
        "The level of what is used, the worse of both budgets: 1 for the level that it has.",
        one_of(report.level),
    );
    text.family(
        "tokmon_verdict",
        MetricKind::Gauge,
        "The level of the verdict, which includes what is reserved and the forecast: 1 for the level that it has.",
        one_of(report.verdict.as_ref().map(|verdict| verdict.level)),
    );
}

fn bands<T: Copy>(
    of: Option<&Quantiles<T>>,
    sample: impl Fn(T) -> (Labels, String),
) -> Vec<Sample> {
    let Some(of) = of else {
        return Vec::new();
    };
    let bands = [
        ("p10", Some(of.p10)),
        ("p50", of.p50),
        ("p90", Some(of.p90)),
    ];
    let known = bands.into_iter().filter_map(|(band, value)| {
        let (mut labels, value) = sample(value?);
        labels.insert(0, ("band", band.to_owned()));
        Some((labels, value))
    });
    known.collect()
}

fn forecast(report: &StatusReport, text: &mut MetricsText) {
    let end = report.forecast.month_end.as_ref();
    text.family(
        "tokmon_forecast_tokens",
        MetricKind::Gauge,
        "Tokens used when the month ends: p50 is the likely figure, p10 to p90 is the 80% range.",
        bands(end.map(|end| &end.quantiles), |tokens| {
            (Labels::new(), tokens.0.to_string())
        }),
    );
    text.family(
        "tokmon_forecast_cost",
        MetricKind::Gauge,
        "What is spent when the month ends.",
        bands(
            report.forecast.cost.as_ref().map(|cost| &cost.quantiles),
            |money| (label("currency", money.currency.code()), money.decimal()),
        ),
    );
    gauge(
        text,
        "tokmon_exceed_probability_ratio",
        "The probability that the month ends above the token budget.",
        end.and_then(|end| end.probability_over_budget)
            .map(Probability::fraction),
    );
    let cost = report.forecast.cost.as_ref();
    gauge(
        text,
        "tokmon_exceed_cost_probability_ratio",
        "The probability that the month ends above the cost budget.",
        cost.map(|cost| cost.probability_over_budget.fraction()),
    );
    let rates = burn_rates(report).into_iter();
    text.family(
        "tokmon_burn_rate_ratio",
        MetricKind::Gauge,
        "How fast tokens were used over the last complete days: 1 uses up exactly the budget in a month.",
        rates.map(|(window, rate)| (label("window", window), rate.to_string())),
    );
}

/// A team with the name that its samples have.
struct NamedTeam<'r> {
    name: String,
    team: &'r TeamReport,
}

fn teams(report: &StatusReport, text: &mut MetricsText) {
    // Numbered in the order of the log, so that a name keeps its number.
    let mut names = UniqueNames::default();
    let numbered = |name: &str, number: usize| format!("{name} ({number})");
    let named = report.teams.iter().map(|team| {
        let name = names.unique(&escape_unsafe(&team.name), numbered);
        NamedTeam { name, team }
    });
    let mut teams: Vec<NamedTeam> = named.collect();
    teams.sort_by_key(|named| std::cmp::Reverse(named.team.used_tokens));
    let (listed, others) = teams.split_at(teams.len().min(MAX_TEAMS));
    let of = |value: &dyn Fn(&TeamReport) -> Option<String>| -> Vec<Sample> {
        let known = listed.iter().filter_map(|named| {
            let value = value(named.team)?;
            Some((label("team", &named.name), value))
        });
        known.collect()
    };
    let mut used = of(&|team| Some(team.used_tokens?.0.to_string()));
    // The sum over all teams stays what it is.
    let of_others: Tokens = others
        .iter()
        .filter_map(|named| named.team.used_tokens)
        .sum();
    if !others.is_empty() {
        used.push((label("team", ""), of_others.0.to_string()));
    }
    text.family(
        "tokmon_team_used_tokens",
        MetricKind::Gauge,
        "Tokens that a team used in the current period; without a name, those of all teams beyond the first 500.",
        used,
    );
    for (name, help, value) in TEAM_METRICS {
        text.family(name, MetricKind::Gauge, help, of(value));
    }
    team_costs(listed, text);
    gauge(
        text,
        "tokmon_teams",
        "The number of teams in the current month.",
        Some(report.teams.len()),
    );
}

/// What teams may cost. Of others, the cost is a part of that of the whole.
fn team_costs(teams: &[NamedTeam<'_>], text: &mut MetricsText) {
    let of = |value: fn(&CostBudget) -> Option<Money>| -> Vec<Sample> {
        let known = teams.iter().filter_map(|named| {
            let (labels, value) = in_currency(value(named.team.cost_budget.as_ref()?))?;
            let name = label("team", &named.name);
            Some((name.into_iter().chain(labels).collect(), value))
        });
        known.collect()
    };
    text.family(
        "tokmon_team_budget_cost",
        MetricKind::Gauge,
        "What a team may cost in the current period, in units of the currency.",
        of(|budget| Some(budget.limit)),
    );
    text.family(
        "tokmon_team_used_cost",
        MetricKind::Gauge,
        "The cost of what a team used, where it has a budget for it.",
        of(|budget| budget.used),
    );
    let ratios = teams.iter().filter_map(|named| {
        let ratio = named.team.cost_budget.as_ref()?.ratio?;
        Some((label("team", &named.name), ratio.to_string()))
    });
    text.family(
        "tokmon_team_budget_cost_used_ratio",
        MetricKind::Gauge,
        "The share of what it may cost that a team spent.",
        ratios,
    );
}

type TeamValue = &'static dyn Fn(&TeamReport) -> Option<String>;

const TEAM_METRICS: [(&str, &str, TeamValue); 4] = [
    (
        "tokmon_team_allocated_tokens",
        "Tokens that a team is given for the current period.",
        &|team| Some(team.allocated_tokens?.0.to_string()),
    ),
    (
        "tokmon_team_reserved_tokens",
        "Tokens that a team's holds reserve.",
        &|team| Some(team.reserved_tokens.0.to_string()),
    ),
    (
        "tokmon_team_available_tokens",
        "Tokens of a team's allocation that are neither used nor reserved.",
        &|team| Some(team.available_tokens?.to_string()),
    ),
    (
        "tokmon_team_used_ratio",
        "The share of its allocation that a team used.",
        &|team| Some(team.ratio?.to_string()),
    ),
];

fn period(report: &StatusReport, text: &mut MetricsText) {
    gauge(
        text,
        "tokmon_period_start_timestamp_seconds",
        "When the period of the budget began.",
        super::start_of_period(report).map(|start| start.timestamp()),
    );
    gauge(
        text,
        "tokmon_period_end_timestamp_seconds",
        "When the period of the budget ends, and what is used begins at 0 again; not known where it is reset by hand.",
        report.resets_at.map(|end| end.timestamp()),
    );
}

fn state(page: &MetricsPage<'_>, text: &mut MetricsText) {
    let log = &page.report.log;
    gauge(
        text,
        "tokmon_overrides",
        "How often work was started in this period although the budget does not allow it.",
        Some(page.report.overrides.len()),
    );
    // The last moment that a row is about may be the end of today.
    let last = log.last_row.map(|last| last.until.min(page.report.now));
    gauge(
        text,
        "tokmon_log_last_entry_timestamp_seconds",
        "The time of the last row or usage line of the log.",
        last.map(|last| last.timestamp()),
    );
    gauge(
        text,
        "tokmon_log_unreadable_rows",
        "Rows and usage lines that cannot be read, and are not counted.",
        Some(log.unreadable_rows),
    );
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    text.family(
        "tokmon_findings",
        MetricKind::Gauge,
        "Findings in the files of the log, by severity.",
        severities.map(|severity| {
            let count = page.findings.count(severity);
            (label("severity", severity.into_str()), count.to_string())
        }),
    );
    gauge(
        text,
        "tokmon_stale",
        "Whether the log cannot be read, so that these figures are older than it.",
        page.stale.map(u8::from),
    );
    decisions(page.decisions, text);
}

/// What the guard may decide, and why. Those that it did not decide yet are 0: a counter that begins with 1 has not increased.
const DECISIONS: [(GuardAnswer, &[GuardReason]); 3] = [
    (
        GuardAnswer::Allow,
        &[
            GuardReason::WithinCaps,
            GuardReason::NoCaps,
            GuardReason::Override,
        ],
    ),
    (
        GuardAnswer::Downgrade,
        &[GuardReason::Level, GuardReason::MoneyLeft, GuardReason::Cap],
    ),
    (
        GuardAnswer::Deny,
        &[
            GuardReason::Level,
            GuardReason::MoneyLeft,
            GuardReason::Cap,
            GuardReason::NoCheaperModel,
        ],
    ),
];

fn decisions(decisions: &DecisionCounts, text: &mut MetricsText) {
    let possible = DECISIONS.iter().flat_map(|(answer, reasons)| {
        let reasons = reasons.iter();
        reasons.map(|reason| ((*answer, *reason), 0))
    });
    let mut counts: BTreeMap<_, u64> = possible.collect();
    counts.extend(&decisions.0);
    let samples = counts.iter().map(|((answer, reason), count)| {
        let labels = vec![
            ("decision", answer.to_string()),
            ("reason", reason.to_string()),
        ];
        (labels, count.to_string())
    });
    text.family(
        "tokmon_guard_decisions_total",
        MetricKind::Counter,
        "Decisions of `tokmon guard`, by what was decided and why.",
        samples,
    );
}
