//! The metrics of each team.

use super::{
    UniqueNames,
    exposition::{MetricKind, MetricsText, Sample},
    families::{gauge, in_currency, label},
};
use crate::{
    analysis::{ClassSums, CostBudget, StatusReport, TeamReport},
    model::{Measure, Measured, Money, Tokens},
    render::escape_unsafe,
};

/// The number of teams with samples of their own. A database keeps each for months, so that a log must not make any number of them.
const MAX_TEAMS: usize = 500;

/// A team with the name that its samples have.
struct NamedTeam<'r> {
    name: String,
    team: &'r TeamReport,
}

pub fn write(report: &StatusReport, text: &mut MetricsText) {
    // Numbered in the order of the log, so that a name keeps its number.
    let mut names = UniqueNames::default();
    let numbered = |name: &str, number: usize| format!("{name} ({number})");
    let all = report.teams.iter().map(|team| {
        let name = names.unique(&escape_unsafe(&team.name), numbered);
        NamedTeam { name, team }
    });
    let mut teams: Vec<NamedTeam> = all.collect();
    teams.sort_by_key(|named| std::cmp::Reverse(named.team.spent().map(Measured::units)));
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
    if !others.is_empty() && !report.measure.is_money() {
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
    team_classes(listed, text);
    team_costs(listed, report.measure, text);
    gauge(
        text,
        "tokmon_teams",
        "The number of teams in the current month.",
        Some(report.teams.len()),
    );
}

/// Tokens by class, of the teams whose classes are known.
fn team_classes(teams: &[NamedTeam<'_>], text: &mut MetricsText) {
    let samples = teams.iter().flat_map(|named| {
        let classes = named.team.classes.iter().flat_map(ClassSums::by_name);
        classes.map(|(class, tokens)| {
            let class = ("class", class.to_owned());
            (
                vec![("team", named.name.clone()), class],
                tokens.0.to_string(),
            )
        })
    });
    text.family(
        "tokmon_team_class_tokens",
        MetricKind::Gauge,
        "Tokens of a team in the month by class, of its usage that states its classes.",
        samples,
    );
}

/// What teams may cost. Of others, the cost is a part of that of the whole.
fn team_costs(teams: &[NamedTeam<'_>], measure: Measure, text: &mut MetricsText) {
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
        match measure {
            Measure::Tokens => "The cost of what a team used, where it has a budget for it.",
            Measure::Money(_) => "The cost of what a team used.",
        },
        match measure {
            Measure::Tokens => of(|budget| budget.used),
            Measure::Money(_) => spent(teams),
        },
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

/// The costs of teams in a log that states no tokens.
fn spent(teams: &[NamedTeam<'_>]) -> Vec<Sample> {
    let known = teams.iter().filter_map(|named| {
        let (labels, value) = in_currency(named.team.spent()?.money())?;
        let name = label("team", &named.name);
        Some((name.into_iter().chain(labels).collect(), value))
    });
    known.collect()
}

type TeamValue = &'static dyn Fn(&TeamReport) -> Option<String>;

const TEAM_METRICS: [(&str, &str, TeamValue); 5] = [
    (
        "tokmon_team_allocated_tokens",
        "Tokens that a team is given for the current period.",
        &|team| Some(team.allocated_tokens?.0.to_string()),
    ),
    (
        "tokmon_team_reserved_tokens",
        "Tokens that a team's holds reserve.",
        &|team| Some(team.reserved_tokens?.0.to_string()),
    ),
    (
        "tokmon_team_available_tokens",
        "Tokens of a team's allocation that are neither used nor reserved.",
        &|team| Some(team.available_tokens?.to_string()),
    ),
    (
        "tokmon_team_used_ratio",
        "The share of its allocation that a team used.",
        &|team| Some(team.used_tokens.and(team.ratio)?.to_string()),
    ),
    (
        "tokmon_team_cache_hit_ratio",
        "How much of what a team's models read came from a cache.",
        &|team| Some(team.cache_hit_rate?.to_string()),
    ),
];
