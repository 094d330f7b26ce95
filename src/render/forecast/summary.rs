//! How likely it is that the budget is exceeded, and what will likely be used.

use super::{Field, badge, explanation::why_no_more};
use crate::{
    analysis::{CostEstimate, Estimate, ForecastState, Quantiles, StatusReport, TeamReport},
    model::{Level, Measured, Probability},
    render::{Cell, OutputStyle, StyledLine, in_brackets, prefixed},
};

/// How a month that is over ended; else the chance of exceeding the budget, in tokens and in money, and the likely total.
pub fn first(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    let forecast = &report.forecast;
    let money = match &forecast.cost {
        _ if report.measure.is_money() => None,
        Some(cost) => of_money(cost, style),
        None => money_so_far(report, style),
    };
    let name = match forecast.state {
        ForecastState::Over => "Result",
        _ => "Chance",
    };
    let mut fields: Vec<Field> = [name, ""]
        .into_iter()
        .zip(of_limit(report, style).into_iter().chain(money))
        .collect();
    if let Some(end) = forecast.end() {
        let line = forecast.straight_line().map(|line| style.compact(line));
        let line = prefixed("; a straight line says ", line);
        let name = end.quantiles.p50.map_or("Range", |_| "Likely");
        let text = outcome(report, &end.quantiles, style) + &line;
        // The name says it.
        let text = text.strip_prefix("likely ").unwrap_or(&text).to_owned();
        fields.push((name, text.into()));
    }
    fields
}

pub fn more(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    let cost = report.forecast.cost_beside();
    let cost = cost.map(|cost| {
        let write = |money| style.money(money);
        let likely = cost.quantiles.p50.map(write);
        let likely = likely.map(|likely| format!("likely {likely}, "));
        likely.unwrap_or_default() + &ranges(&cost.quantiles, write)
    });
    let is_selected = |team: &&TeamReport| Some(&team.name) == report.team.as_ref();
    let team = report.teams.iter().find(is_selected);
    let team = team.and_then(|team| {
        let outcome = team_outcome(report, team, style)?;
        Some(StyledLine::from(style.text(&team.name) + ": ") + outcome)
    });
    let fields = [
        ("Cost", cost.map(StyledLine::from)),
        ("Planned work", of_project(report, style)),
        ("Team", team),
    ];
    let known = |(name, text): (&'static str, Option<StyledLine>)| Some((name, text?));
    fields.into_iter().filter_map(known).collect()
}

/// The chance of exceeding the budget in what the log counts by, or how the month ended. None without such a budget.
fn of_limit(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let (used, month, budget) = (report.spent(), report.month, report.limit()?);
    if let Some(no_figure) = report.no_figure() {
        return Some(format!("not known: {no_figure} of {month}").into());
    }
    let is_used_up = if report.is_over() {
        // The result is that of the month, whatever the thresholds are.
        used.units() >= budget.units() && !used.is_zero()
    } else {
        report.level_of_limit() == Some(Level::Exceeded)
    };
    let of_budget = {
        let used = used_amount(report, style);
        format!("{used} of {} {}", style.with_unit(budget), budget.verb())
    };
    let exceeded = is_used_up.then(|| badge(Level::Exceeded, style));
    let exceeded = exceeded.unwrap_or_default();
    let share = in_brackets(report.share(used));
    Some(match report.forecast.state {
        ForecastState::Over => StyledLine::from(format!("{of_budget}{share}")) + exceeded,
        _ if is_used_up => {
            let text = format!("exceeded already: {of_budget}");
            StyledLine::from(text) + exceeded
        }
        ForecastState::NotBegun => format!("{month} has not begun").into(),
        ForecastState::Open => {
            let end = report.forecast.end();
            let chance = end.and_then(|end| chance_of(&end, &style.with_unit(budget), style));
            chance.unwrap_or_else(|| "too early for a forecast".into())
        }
    })
}

/// What is used, with a mark where it is an estimate or only a part.
fn used_amount(report: &StatusReport, style: OutputStyle) -> String {
    let cost = report.used.cost.as_ref();
    match (report.spent(), cost) {
        (Measured::Money(money), Some(cost)) if cost.money == money => {
            Cell::marked_cost(cost).shown(style)
        }
        (spent, _) => style.amount(spent),
    }
}

/// `41% of exceeding 200,000 tokens  [!! WARN]`.
fn chance_of(end: &Estimate<Measured>, budget: &str, style: OutputStyle) -> Option<StyledLine> {
    let text = format!("{} of exceeding {budget}", end.probability_over_budget?);
    Some(StyledLine::from(text) + alarm(end.level?, style))
}

/// The badge of a level that is cause for alarm.
fn alarm(level: Level, style: OutputStyle) -> StyledLine {
    let badge = (level > Level::Ok).then(|| badge(level, style));
    badge.unwrap_or_default()
}

/// What of the month's money is spent, or that nothing can be said about it. None without a budget in money.
fn money_so_far(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let budget = report.budget.cost?;
    let spent = report.used.cost.as_ref();
    let spent = spent.filter(|spent| spent.money.currency == budget.currency);
    let judged = report.cost_budget.as_ref();
    let is_whole = spent.is_some() && judged.is_some_and(|judged| judged.complete);
    let amounts = spent.map(|spent| {
        let spent = Cell::marked_cost(spent).shown(style);
        format!("{spent} of {}", style.money(budget))
    });
    let amounts = amounts.unwrap_or_default();
    let over = if report.is_over() {
        let mut budgets = report.budgets();
        budgets.any(|of| of.currency.is_some() && of.is_used_up())
    } else {
        judged.and_then(|judged| judged.level) == Some(Level::Exceeded)
    };
    let text = match (report.is_over(), over) {
        (true, true) => format!("cost: {amounts} spent"),
        (true, false) if is_whole => format!("cost: {amounts} spent"),
        (false, true) => format!("cost: exceeded already, {amounts} spent"),
        (true, false) => format!("cost: some tokens have no cost in {}", budget.currency),
        (false, false) if report.budget.tokens.is_some() => return None,
        (false, false) => "cost: too early for a forecast".to_owned(),
    };
    let badge = over.then(|| badge(Level::Exceeded, style));
    Some(StyledLine::from(text) + badge.unwrap_or_default())
}

fn of_money(cost: &CostEstimate, style: OutputStyle) -> Option<StyledLine> {
    let (chance, budget) = (cost.probability_over_budget?, style.money(cost.budget?));
    if chance == Probability::CERTAIN {
        let text = format!("cost: {budget} is exceeded already");
        return Some(StyledLine::from(text) + badge(Level::Exceeded, style));
    }
    let text = format!("cost: {chance} of exceeding {budget}");
    Some(StyledLine::from(text) + alarm(cost.level?, style))
}

/// The end of all planned work, if it is not the end of the month.
fn of_project(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let forecast = &report.forecast;
    let month = usize::from(forecast.end().is_some());
    let project = forecast.ends().nth(month)?;
    let chance = project.probability_over_budget;
    let chance = chance.map(|chance| format!("; {chance} chance of exceeding the budget"));
    let badge = project.level.map(|level| alarm(level, style));
    let text = outcome(report, &project.quantiles, style);
    Some(StyledLine::from(text + &chance.unwrap_or_default()) + badge.unwrap_or_default())
}

/// `likely 85.4K, 80% range 63.1K-126K, 95% range 58K-181K, 78% chance of exceeding its 70,000 tokens`.
pub fn team_outcome(
    report: &StatusReport,
    team: &TeamReport,
    style: OutputStyle,
) -> Option<StyledLine> {
    let end = team.forecast?.end()?;
    let likely = style.compact(end.quantiles.p50?);
    let chance = team.limit().and_then(|limit| {
        let (chance, until) = (
            end.probability_over_budget?,
            end.basis.until(report.forecast.ends),
        );
        let limit = style.with_unit(limit);
        let text = format!(", {chance} chance of exceeding its {limit} {until}");
        Some(StyledLine::from(text) + alarm(end.level?, style))
    });
    let ranges = ranges(&end.quantiles, |amount| style.compact(amount));
    let text = format!("likely {likely}, {ranges}");
    Some(StyledLine::from(text) + chance.unwrap_or_default())
}

/// `likely 174.2K (87.1%), 80% range 97.7K-324.8K, 95% range 78.3K-443.1K`.
fn outcome(report: &StatusReport, quantiles: &Quantiles<Measured>, style: OutputStyle) -> String {
    let share = |likely: Measured| in_brackets(report.share(likely));
    let write = |amount: Measured| style.compact(amount);
    let likely = quantiles.p50;
    let likely = likely.map(|likely| format!("likely {}{}, ", write(likely), share(likely)));
    likely.unwrap_or_default() + &ranges(quantiles, write)
}

/// `80% range 97.7K-324.8K, 95% range 78.3K-443.1K`.
fn ranges<T: Copy>(of: &Quantiles<T>, write: impl Fn(T) -> String) -> String {
    let [p025, p10, p90, p975] = [of.p025, of.p10, of.p90, of.p975].map(write);
    format!("80% range {p10}-{p90}, 95% range {p025}-{p975}")
}

/// `cost likely $0.52, 41% chance of exceeding $0.60 [!! WARN]`. A budget that is used up is reported elsewhere.
pub fn cost_in_brief(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let cost = report.forecast.cost_beside()?;
    let (chance, limit) = (cost.probability_over_budget?, style.money(cost.budget?));
    let likely = style.money(cost.quantiles.p50?);
    let mut line = StyledLine::from(format!("cost likely {likely}"));
    if chance != Probability::CERTAIN {
        line += format!(", {chance} chance of exceeding {limit}");
        if let Some(level) = cost.level.filter(|level| *level > Level::Ok) {
            line += " ";
            line += style.badge(level);
        }
    }
    Some(line)
}

/// `likely 174.2K by 2026-06-30, 41% chance of exceeding the budget [!! WARN]`.
pub fn in_brief(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let has_likely = |end: &Estimate<Measured>| end.quantiles.p50.is_some();
    let end = report.forecast.ends().find(has_likely)?;
    let (likely, until) = (
        style.compact(end.quantiles.p50?),
        end.basis.until(report.forecast.ends),
    );
    // A budget that is used up is reported elsewhere.
    let open = |chance: &Probability| *chance != Probability::CERTAIN;
    let chance = end.probability_over_budget.filter(open).zip(end.level);
    let mut line = StyledLine::from(format!("likely {likely} {until}"));
    if let Some(why) = why_no_more(report, style) {
        line += format!(" (nothing more: {why})");
    }
    if let Some((chance, level)) = chance {
        line += format!(", {chance} chance of exceeding the budget");
        if level > Level::Ok {
            line += " ";
            line += style.badge(level);
        }
    }
    Some(line)
}
