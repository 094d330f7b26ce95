//! The line of a monitoring plugin: a state in a word, why, and figures as performance data.
//! Format: <https://www.monitoring-plugins.org/doc/guidelines.html>.

use std::fmt::Write as _;

use super::health::is_unjudged;
use crate::{
    analysis::{
        CostBudget, StatusReport, TeamReport, amounts_of, no_budget, problem_of_budgets,
        problem_of_tokens, so_far_in_month,
    },
    model::{BudgetSpan, Level, Measured, Money, Percent, Thresholds, Tokens, Units, in_brackets},
    render::{no_rows, sanitize},
};

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE", const_into_str)]
pub enum PluginState {
    Ok,
    Warning,
    Critical,
    /// It cannot be judged.
    Unknown,
}

impl From<Level> for PluginState {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok | Level::Note => Self::Ok,
            Level::Warning => Self::Warning,
            Level::Critical | Level::Exceeded => Self::Critical,
        }
    }
}

/// The line for a report, by the level of what is used, and its state. A log that is too old is critical, whatever it says.
pub fn line(report: &StatusReport, too_old: Option<&str>) -> (PluginState, String) {
    let (state, text, data) = match report.selected_team() {
        Some(team) => of_team(team, report.budget.thresholds),
        None => of_total(report),
    };
    let service = if report.measure.is_money() {
        "COST"
    } else {
        "TOKENS"
    };
    match too_old {
        Some(why) => {
            let state = PluginState::Critical;
            (
                state,
                written(service, state, &format!("{why}; {text}"), &data),
            )
        }
        None => (state, written(service, state, &text, &data)),
    }
}

/// A state, the text for it, and the performance data.
type Judged = (PluginState, String, Vec<String>);

/// The line for a run that failed.
pub fn failed(why: &str) -> String {
    written("TOKENS", PluginState::Unknown, why, &[])
}

fn of_total(report: &StatusReport) -> Judged {
    let thresholds = report.budget.thresholds;
    let used = report.used_tokens();
    let spent = report.known_spent();
    let (state, text) = match report.level {
        _ if is_unjudged(report) => {
            let problem = problem_of_budgets(report).unwrap_or_default();
            (PluginState::Unknown, problem)
        }
        level if report.no_figure().is_some() && level < Some(Level::Warning) => {
            let no_budget = || format!("{}; {}", no_budget(report), so_far_in_month(report));
            let problem = problem_of_tokens(report);
            (PluginState::Unknown, problem.unwrap_or_else(no_budget))
        }
        None => report.worst_team(TeamReport::used_level).map_or_else(
            || {
                let (budget, so_far) = (no_budget(report), so_far_in_month(report));
                (PluginState::Unknown, format!("{budget}; {so_far}"))
            },
            |worst| of_worst(report, worst),
        ),
        Some(level) => (level.into(), judged(report)),
    };
    let mut data = Vec::new();
    if let Some(used) = report.used.tokens {
        data.push(tokens("used", used, report.budget.tokens, thresholds));
    }
    data.extend(report.used.ratio.and_then(|_| {
        let share = Percent::new(used.0, report.budget.tokens?.0)?;
        Some(percent("used_pct", share, thresholds))
    }));
    let of_budget = report.cost_budget.as_ref().and_then(|budget| budget.used);
    if let (None, Some(money)) = (of_budget, spent.and_then(Measured::money)) {
        data.push(format!("cost={};;;0", money.decimal()));
    }
    if report.held() > Tokens::ZERO {
        data.push(format!("reserved={};;;0", report.held().0));
    }
    if let Some(budget) = &report.cost_budget
        && let Some(spent) = budget.used
    {
        data.extend(money_data(spent, budget.limit, thresholds));
    }
    for span in &report.span_budgets {
        let name = match span.span {
            BudgetSpan::Day => "today",
            BudgetSpan::Week => "week",
        };
        data.extend(span.used().map(|used| match used {
            Measured::Tokens(used) => tokens(
                &format!("{name}_used"),
                used,
                span.budget_tokens,
                thresholds,
            ),
            Measured::Money(used) => {
                let budget = span.budget_cost.map(Measured::Money);
                money(&format!("{name}_cost"), used, budget, thresholds)
            }
        }));
    }
    let likely = report.forecast.end();
    let likely = likely.and_then(|end| end.quantiles.p50);
    data.extend(likely.map(|likely| match likely {
        Measured::Tokens(likely) => tokens("forecast", likely, report.budget.tokens, thresholds),
        Measured::Money(likely) => money("forecast_cost", likely, report.limit(), thresholds),
    }));
    (state, text, data)
}

/// By the worst team, where no budget for all teams is set. Figures stay those of all teams, since another team may be the worst one
/// the next time.
fn of_worst(report: &StatusReport, worst: &TeamReport) -> (PluginState, String) {
    let thresholds = report.budget.thresholds;
    let (state, text, _) = of_team(worst, thresholds);
    let teams = report.judged_teams().into_iter();
    let mut others = teams.filter(|team| team.name != worst.name);
    let unknown = others.find_map(|team| {
        let (state, text, _) = of_team(team, thresholds);
        (state == PluginState::Unknown).then_some(text)
    });
    match unknown {
        // A team that cannot be judged may be worse.
        Some(unknown) if state == PluginState::Ok => (PluginState::Unknown, unknown),
        _ => (state, text),
    }
}

/// `126,670 of 200,000 tokens (63.3%), forecast 91.6%`
fn judged(report: &StatusReport) -> String {
    let mut text = String::new();
    for spending in report.budgets() {
        let before = if text.is_empty() { "" } else { ", " };
        let share = in_brackets(spending.share());
        let _ = write!(text, "{before}{}{share}", amounts_of(report, spending));
    }
    for span in &report.span_budgets {
        let before = if text.is_empty() { "" } else { ", " };
        let share = in_brackets(span.share());
        let _ = write!(text, "{before}{}{share}", span.amounts());
    }
    let end = report.forecast.end();
    let likely = end.and_then(|end| report.share(end.quantiles.p50?));
    if let Some(likely) = likely {
        let _ = write!(text, ", forecast {likely}");
    }
    if !report.has_rows() {
        let _ = write!(text, "; {}: {}", report.month, no_rows(report));
    }
    if !report.overrides.is_empty() {
        let _ = write!(text, "; overrides: {}", report.overrides.len());
    }
    if report.log.unreadable_rows > 0 {
        let rows = report.log.unreadable_rows;
        let _ = write!(text, "; unreadable rows, which are not counted: {rows}");
    }
    text
}

/// By its allocation, and by what it may cost.
fn of_team(team: &TeamReport, thresholds: Thresholds) -> Judged {
    let used = team.used_tokens.unwrap_or_default();
    let limit = team.allocated_tokens;
    let spent = team.spent();
    let mut data = Vec::new();
    if let (None, Some(Measured::Money(money))) = (&team.cost_budget, spent) {
        data.push(format!("cost={};;;0", money.decimal()));
    } else if !team.measure.is_money() && team.unknown_rows.is_none() {
        data.push(tokens("used", used, limit, thresholds));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut level = None;
    let is_judged = !team.measure.is_money() && team.unknown_rows.is_none();
    if let Some(limit) = limit.filter(|_| is_judged) {
        level = team.level.or(Some(Level::Ok));
        let share = in_brackets(Percent::new(used.0, limit.0));
        parts.push(format!("{used} of {limit} tokens{share}"));
    }
    if let Some(budget) = &team.cost_budget
        && let Some(spent) = budget.used
    {
        level = level.max(budget.level);
        let share = in_brackets(Percent::new(spent.nanos, budget.limit.nanos));
        parts.push(format!("{spent} of {}{share}", budget.limit));
        data.extend(money_data(spent, budget.limit, thresholds));
    }
    let name = &team.name;
    let problem = team.cost_budget.as_ref().and_then(CostBudget::not_judged);
    let problem = problem.filter(|_| level < Some(Level::Warning));
    let (state, text) = match (problem, level) {
        (Some(problem), _) => (PluginState::Unknown, format!("{name}: {problem}")),
        (None, Some(level)) => (level.into(), format!("{name}: {}", parts.join(", "))),
        (None, None) => (
            PluginState::Unknown,
            match spent {
                _ if team.unknown_rows.is_some() => {
                    format!("{name}: {}", team.no_figure().unwrap_or_default())
                }
                Some(money @ Measured::Money(_)) => format!("{name} has no limit; {money} spent"),
                _ => format!("{name} has no allocation; {used} tokens used"),
            },
        ),
    };
    (state, text, data)
}

/// The text is one line, and has no bar, behind which the performance data are.
fn written(service: &str, state: PluginState, text: &str, data: &[String]) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let text = lines.join(" ");
    let text = sanitize(&text).replace('|', "/");
    let word = state.into_str();
    let data = data.join(" ");
    match data.as_str() {
        "" => format!("{service} {word} - {text}"),
        data => format!("{service} {word} - {text} | {data}"),
    }
}

/// `used=126670;160000;180000;0;200000`: warning and critical begin at the third and the fourth figure.
fn tokens(label: &str, value: Tokens, budget: Option<Tokens>, thresholds: Thresholds) -> String {
    let Some(budget) = budget else {
        return format!("{label}={};;;0", value.0);
    };
    let [warning, critical] = [thresholds.warning, thresholds.critical]
        .map(|percent| Thresholds::tokens_at(percent, budget).0);
    format!("{label}={};{warning};{critical};0;{}", value.0, budget.0)
}

/// The same of money; without a budget, without thresholds.
fn money(label: &str, value: Money, budget: Option<Measured>, thresholds: Thresholds) -> String {
    let value = value.decimal();
    let Some(budget) = budget.and_then(Measured::money) else {
        return format!("{label}={value};;;0");
    };
    let [warning, critical] = [thresholds.warning, thresholds.critical].map(|percent| {
        let Units(nanos) = Thresholds::units_at(percent, Units(budget.nanos));
        Money { nanos, ..budget }.decimal()
    });
    let most = budget.decimal();
    format!("{label}={value};{warning};{critical};0;{most}")
}

fn percent(label: &str, share: Percent, thresholds: Thresholds) -> String {
    let (warning, critical) = (thresholds.warning, thresholds.critical);
    format!("{label}={share};{warning};{critical};0;100")
}

/// The amount, without a unit, since the guidelines have none for money, and its share.
fn money_data(value: Money, budget: Money, thresholds: Thresholds) -> Vec<String> {
    let amount = money("cost", value, Some(budget.into()), thresholds);
    let share = Percent::new(value.nanos, budget.nanos);
    let share = share.map(|share| percent("cost_pct", share, thresholds));
    [amount].into_iter().chain(share).collect()
}
