//! The verdict on a month: one level, what it rests on, and one sentence that says so. Everything else in a report is evidence.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;
use strum::IntoStaticStr;

use super::{
    CostBudget, SpanBudget,
    report::{Spending, StatusReport},
    verdict_action::action,
    verdict_outlook::{forecast, outlook},
};
use crate::model::{Level, Measured, Percent, Tokens};

/// Whether the usage of a month is within the budget.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The worst of the levels of what is used, of what is used and reserved, and of the forecast; a plan counts if it is above
    /// the budget. A month that is over is `exceeded` where a budget is used up, whatever the thresholds are, else `ok`.
    pub level: Level,
    pub basis: Basis,
    /// A sentence that begins with the level: `ok: 126,670 of 200,000 tokens used (63.3%); ...`.
    pub message: String,
    /// What keeps the month within its budget, in figures, and from when on usage may be missing. Absent where there is nothing to do.
    pub action: Option<String>,
}

/// The kind of figure that a verdict or an alert rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Basis {
    Used,
    /// What is used and reserved.
    Reserved,
    /// The chance of exceeding the budget or an allocation.
    Forecast,
    Plan,
    /// What the teams are given. No verdict rests on it.
    Allocated,
}

/// The verdict, if there is a budget to judge by. Of a month that is over, only the result counts.
pub(super) fn verdict(report: &StatusReport) -> Option<Verdict> {
    let used = report.level?;
    let (basis, level, sentence) = if report.is_over() {
        let (level, sentence) = result(report);
        (Basis::Used, level, sentence)
    } else {
        let levels = [
            (Basis::Used, Some(used)),
            (Basis::Reserved, report.reserved_level),
            (Basis::Forecast, report.forecast.level),
            (Basis::Plan, plan_above_budget(report)),
        ];
        // Of equals, the first: what has happened outranks what may.
        let worst = levels.into_iter().rev().max_by_key(|(_, level)| *level);
        let (basis, level) = worst?;
        let level = level?;
        let sentence = match basis {
            Basis::Reserved => with_holds(report, level),
            Basis::Forecast => forecast(report, level),
            Basis::Plan => plan(report, level),
            Basis::Used | Basis::Allocated => Some(used_so_far(report, level)),
        };
        (basis, level, sentence)
    };
    let sentence = sentence.unwrap_or_else(|| spent(report, level));
    let parts = [format!("{level}: {sentence}")].into_iter();
    let parts: Vec<String> = parts.chain(remarks(report)).collect();
    Some(Verdict {
        level,
        basis,
        message: parts.join("; "),
        action: action(report, level, basis),
    })
}

/// That of a month that is over: whatever the thresholds are, it is fine where it ended below its budget.
fn result(report: &StatusReport) -> (Level, Option<String>) {
    let used_up = report.budgets().find(Spending::is_used_up);
    let level = match used_up {
        Some(_) => Level::Exceeded,
        None => Level::Ok,
    };
    let Some(of) = used_up.or_else(|| report.spending()) else {
        return (level, None);
    };
    let left = of.budget - of.used;
    let spare = (left > 0).then(|| format!(", {} to spare", of.written(left)));
    let (month, spent) = (report.month, spent_of(report, of, level));
    let sentence = format!("{month} ended with {spent}{}", spare.unwrap_or_default());
    (level, Some(sentence))
}

/// In place of a verdict, why there is none.
pub fn unjudged(report: &StatusReport) -> Option<String> {
    if report.verdict.is_some() {
        return None;
    }
    if let Some(problem) = problem_of_tokens(report) {
        let others = remarks(report).filter(|remark| *remark != problem);
        let parts: Vec<String> = [problem.clone()].into_iter().chain(others).collect();
        return Some(parts.join("; "));
    }
    let problem = problem_of_budgets(report);
    let others = remarks(report).skip(usize::from(problem.is_some()));
    let reason = match problem {
        Some(problem) => problem,
        None if report.cost_budget.is_some() => return None,
        None if report.is_out_of_period => {
            "the budget is reset by hand, so its period is judged and not this month".to_owned()
        }
        None if report.has_limit() && !report.has_budget() => {
            "no budget for all teams is set".to_owned()
        }
        None => format!("{}, so nothing is judged", no_budget(report)),
    };
    let used = so_far_in_month(report);
    let parts: Vec<String> = [reason, used].into_iter().chain(others).collect();
    Some(parts.join("; "))
}

fn plan_above_budget(report: &StatusReport) -> Option<Level> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    plan.end.level.filter(|_| plan.end.total_tokens > budget)
}

/// What makes the figures themselves doubtful.
fn remarks(report: &StatusReport) -> impl Iterator<Item = String> {
    let unread = match report.log.unreadable_rows {
        0 => None,
        1 => Some("1 row cannot be read and is not counted".to_owned()),
        rows => Some(format!("{rows} rows cannot be read and are not counted")),
    };
    let problems = [problem_of_tokens(report), problem_of_budgets(report)];
    problems.into_iter().chain([unread]).flatten()
}

/// `the budget of 200,000 tokens cannot be judged: no figure in 2 rows of 2026-02`
pub fn problem_of_tokens(report: &StatusReport) -> Option<String> {
    let budget = report
        .budget
        .tokens
        .filter(|_| !report.measure.is_money())?;
    let (no_figure, month) = (report.no_figure()?, report.month);
    Some(format!(
        "the budget of {budget} tokens cannot be judged: {no_figure} of {month}"
    ))
}

/// `the cost budget of €15.00 cannot be judged: the log's costs are in USD`, or the same of the budget of a day or week.
pub fn problem_of_budgets(report: &StatusReport) -> Option<String> {
    let of_month = report.cost_budget.as_ref();
    let of_month = of_month.and_then(CostBudget::not_judged);
    let mut spans = report.span_budgets.iter();
    of_month.or_else(|| spans.find_map(SpanBudget::not_judged))
}

/// What is used of the budget with the worse level.
fn spent(report: &StatusReport, level: Level) -> String {
    match report.spending() {
        Some(spending) => spent_of(report, spending, level),
        None => so_far(report),
    }
}

/// `no budget is set`, or that it says nothing of a log that states only costs.
pub fn no_budget(report: &StatusReport) -> &'static str {
    if report.budget.tokens.is_some() {
        "the budget is in tokens, and the log states only costs"
    } else {
        "no budget is set"
    }
}

/// `126,670 tokens used in 2026-02`, `no figure in 2 rows of 2026-02`
pub fn so_far_in_month(report: &StatusReport) -> String {
    let preposition = match report.no_figure() {
        Some(_) => "of",
        None => "in",
    };
    format!("{} {preposition} {}", so_far(report), report.month)
}

/// `~126,670 tokens used`, `~$12.30 spent`, `no figure in 2 rows`
pub fn so_far(report: &StatusReport) -> String {
    if let Some(no_figure) = report.no_figure() {
        return no_figure;
    }
    let spent = report.spent();
    match (spent, &report.used.cost) {
        (Measured::Tokens(_), _) => format!("{} tokens used", used_tokens(report)),
        (Measured::Money(money), cost) => {
            let least = cost.as_ref().is_some_and(|cost| !cost.complete);
            let least = if least { "at least " } else { "" };
            let mark = if report.used.estimate { "~" } else { "" };
            format!("{least}{mark}{money} spent")
        }
    }
}

/// `126,670 of 200,000 tokens used (63.3%)`. Of two budgets that are fine, both.
fn spent_of(report: &StatusReport, spending: Spending, level: Level) -> String {
    let other = report
        .budgets()
        .find(|other| other.currency != spending.currency);
    let other = other.filter(|_| level == Level::Ok);
    let verb = match (spending.currency, other) {
        (Some(_), None) => "spent",
        _ => "used",
    };
    let by = report.team.as_ref().map_or("", |_| " by all teams");
    let share = of_budget(spending.used, spending.budget, level, report);
    let amounts = amounts_of(report, spending);
    match other {
        None => format!("{amounts} {verb}{by}{share}{}", beyond(spending, level)),
        Some(other) => {
            let others = of_budget(other.used, other.budget, level, report);
            let other = amounts_of(report, other);
            format!("{amounts}{share} and {other}{others} {verb}{by}")
        }
    }
}

/// `~126,670`, where it is an estimate.
pub(super) fn used_tokens(report: &StatusReport) -> String {
    let mark = if report.used.estimate { "~" } else { "" };
    format!("{mark}{}", report.used_tokens())
}

/// `126,670 of 200,000 tokens`, `at least $0.037 of $1.00`.
pub fn amounts_of(report: &StatusReport, of: Spending) -> String {
    let (used, budget) = (of.written(of.used), of.written(of.budget));
    if of.currency.is_none() {
        return format!("{} of {budget} tokens", used_tokens(report));
    }
    let is_partial = |budget: &CostBudget| !budget.complete;
    let least = report.cost_budget.as_ref().is_some_and(is_partial);
    let least = if least { "at least " } else { "" };
    let is_estimate = report.used.cost.as_ref().is_some_and(|cost| cost.estimate);
    let mark = if is_estimate { "~" } else { "" };
    format!("{least}{mark}{used} of {budget}")
}

/// `$9.50 spent and $0.40 reserved are $9.90 of $10.00 (99.0%, critical from 90%)`, of which some is only reserved.
fn money_with_holds(report: &StatusReport, budget: &CostBudget, level: Level) -> Option<String> {
    let (used, held) = (budget.used?, budget.reserved?);
    let of = Spending {
        used: used.nanos.saturating_add(held.nanos),
        budget: budget.limit.nanos,
        currency: Some(budget.limit.currency),
        level,
    };
    let sum = amounts_of(report, of);
    let share = of_budget(of.used, of.budget, level, report);
    let beyond = beyond(of, level);
    Some(format!(
        "{used} spent and {held} reserved are {sum}{share}{beyond}"
    ))
}

/// `(63.3%)`, and from which share on its level is what it is: `(82.5%, warning from 80%)`.
fn of_budget(part: i128, budget: i128, level: Level, report: &StatusReport) -> String {
    let share = Percent::new(part, budget).map(|share| share.to_string());
    let is_within = part < budget && !report.is_over();
    let mut steps = report.budget.thresholds.steps().into_iter();
    let step = steps.find(|(_, step)| *step == level && is_within);
    let step = step.map(|(percent, level)| format!("{level} from {percent}%"));
    let parts: Vec<String> = share.into_iter().chain(step).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join(", "))
}

/// `, 10,000 more than the budget`.
fn beyond(of: Spending, level: Level) -> String {
    match of.used.cmp(&of.budget) {
        Ordering::Equal if level > Level::Ok => ", the whole budget".to_owned(),
        Ordering::Less | Ordering::Equal => String::new(),
        Ordering::Greater => {
            let surplus = of.written(of.used - of.budget);
            format!(", {surplus} more than the budget")
        }
    }
}

/// A sum of tokens of which some are only planned or reserved.
fn sum_of_tokens(report: &StatusReport, sum: Tokens, level: Level) -> Option<String> {
    let budget = report.budget.tokens?;
    let of = Spending {
        used: sum.0.into(),
        budget: budget.0.into(),
        currency: None,
        level,
    };
    let share = of_budget(of.used, of.budget, level, report);
    let beyond = beyond(of, level);
    Some(format!("{sum} of {budget} tokens{share}{beyond}"))
}

fn used_so_far(report: &StatusReport, level: Level) -> String {
    if let Some(span) = report.leading_span() {
        return of_span(report, span);
    }
    let outlook = outlook(report).filter(|_| level != Level::Exceeded);
    let outlook = outlook.map(|outlook| format!("; {outlook}"));
    spent(report, level) + &outlook.unwrap_or_default()
}

/// `$5.00 of $3.00 spent today (166.6%), $2.00 more than the budget of the day`.
fn of_span(report: &StatusReport, span: &SpanBudget) -> String {
    let (Some(used), budget) = (span.used(), span.budget()) else {
        return span.amounts();
    };
    let level = span.level.unwrap_or(Level::Ok);
    let share = of_budget(used.units().0, budget.units().0, level, report);
    let more = used.beyond(budget);
    let beyond = if more.is_zero() {
        String::new()
    } else {
        let name = span.span.into_str();
        format!(", {more} more than the budget of the {name}")
    };
    format!("{}{share}{beyond}", span.amounts())
}

fn with_holds(report: &StatusReport, level: Level) -> Option<String> {
    if let Some(budget) = report.reserved_cost_budget() {
        return money_with_holds(report, budget, level);
    }
    let (used, held) = (used_tokens(report), report.held());
    let sum = report.used_tokens().saturating_add(held);
    let sum = sum_of_tokens(report, sum, level)?;
    Some(format!("{used} used and {held} reserved are {sum}"))
}

fn plan(report: &StatusReport, level: Level) -> Option<String> {
    let total = report.forecast.plan.as_ref()?.end.total_tokens;
    let sum = sum_of_tokens(report, total, level)?;
    let used = used_tokens(report);
    Some(format!("the plan adds up to {sum}; {used} used so far"))
}
