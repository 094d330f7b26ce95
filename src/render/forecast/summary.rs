//! Whether the budget is enough, and how certain that is.

use super::{Field, badge};
use crate::{
    analysis::{CostEstimate, Estimate, ForecastState, Quantiles, StatusReport, TeamReport},
    model::{Level, Probability, Tokens},
    render::{Cell, OutputStyle, StyledLine, in_brackets, prefixed},
};

/// Whether the budget is enough, in tokens and in money, and how certain that is.
pub fn first(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    let forecast = &report.forecast;
    let money = match &forecast.cost {
        Some(cost) => Some(of_money(report, cost, style)),
        None => money_so_far(report, style),
    };
    let tokens =
        (report.budget.tokens.is_some() || money.is_none()).then(|| verdict(report, style));
    let question = if report.is_over() {
        "Did it fit?"
    } else {
        "Will it fit?"
    };
    let mut fields: Vec<Field> = [question, ""]
        .into_iter()
        .zip(tokens.into_iter().chain(money))
        .collect();
    if let Some(end) = &forecast.month_end {
        let line = forecast.straight_line_tokens.map(Tokens::compact);
        let line = prefixed("; a straight line says ", line);
        let text = outcome(report, &end.quantiles) + &line;
        fields.push(("How sure?", text.into()));
    }
    fields
}

pub fn more(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    let cost = report.forecast.cost.as_ref().map(|cost| {
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
        ("All planned", of_project(report, style)),
        ("Team", team),
    ];
    let known = |(name, text): (&'static str, Option<StyledLine>)| Some((name, text?));
    fields.into_iter().filter_map(known).collect()
}

/// Whether the month's tokens are enough, in words and with the chance.
fn verdict(report: &StatusReport, style: OutputStyle) -> StyledLine {
    let (used, month) = (report.used.tokens, report.month);
    let Some(budget) = report.budget.tokens else {
        return "there is no budget to fit into".into();
    };
    let is_used_up = report.token_level == Some(Level::Exceeded);
    match report.forecast.state {
        ForecastState::Over => {
            let answer = if is_used_up { "no" } else { "it did" };
            let share = in_brackets(report.share(used));
            let text =
                format!("{answer}: {month} is over, with {used} of {budget} tokens used{share}");
            let badge = is_used_up.then(|| badge(Level::Exceeded, style));
            return StyledLine::from(text) + badge.unwrap_or_default();
        }
        _ if is_used_up => {
            let text = format!("no: {used} of {budget} tokens already used");
            return StyledLine::from(text) + badge(Level::Exceeded, style);
        }
        ForecastState::NotBegun => return format!("{month} has not begun").into(),
        ForecastState::Open => {}
    }
    let end = report.forecast.month_end.as_ref();
    let answer = end.and_then(|end| {
        let until = end.basis.until(report.forecast.ends);
        let answer = answer(end, &format!("{budget} tokens"), &until)?;
        Some(StyledLine::from(answer) + badge(end.level?, style))
    });
    answer.unwrap_or_else(|| "too early to tell".into())
}

/// `uncertain: 41% chance of exceeding 200,000 tokens by 2026-06-30`.
fn answer(end: &Estimate, budget: &str, until: &str) -> Option<String> {
    let chance = end.probability_over_budget?;
    let word = word(chance);
    Some(format!(
        "{word}: {chance} chance of exceeding {budget} {until}"
    ))
}

/// The chance of exceeding a budget in words, whatever thresholds are set.
const fn word(chance: Probability) -> &'static str {
    match chance.percent() {
        0..5 => "yes, very likely",
        5..20 => "probably",
        20..50 => "uncertain",
        50..95 => "probably not",
        95..100 => "almost certainly not",
        _ => "no",
    }
}

/// Whether the month's money was enough, or that nothing can be said about it. None without a budget in money.
fn money_so_far(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let budget = report.budget.cost?;
    let spent = report.used.cost.as_ref();
    let spent = spent.filter(|spent| spent.money.currency == budget.currency);
    let is_whole = spent.is_some_and(|spent| spent.complete && spent.others.is_empty());
    let level = spent.map(|spent| {
        let thresholds = &report.budget.thresholds;
        thresholds.level(spent.money.nanos, budget.nanos)
    });
    let amounts = spent.map(|spent| {
        let spent = Cell::marked_cost(spent).shown(style);
        format!("{spent} of {}", style.money(budget))
    });
    let amounts = amounts.unwrap_or_default();
    let over = level == Some(Level::Exceeded);
    let text = match (report.is_over(), over) {
        (true, true) => format!("cost: no, {amounts} spent"),
        (true, false) if is_whole => format!("cost: it did, {amounts} spent"),
        (false, true) => format!("cost: no, {amounts} already spent"),
        (true, false) => format!("cost: some tokens have no cost in {}", budget.currency),
        (false, false) if report.budget.tokens.is_some() => return None,
        (false, false) => "cost: too early to tell".to_owned(),
    };
    let badge = over.then(|| badge(Level::Exceeded, style));
    Some(StyledLine::from(text) + badge.unwrap_or_default())
}

fn of_money(report: &StatusReport, cost: &CostEstimate, style: OutputStyle) -> StyledLine {
    let (chance, budget) = (cost.probability_over_budget, style.money(cost.budget));
    if chance == Probability::CERTAIN {
        let text = format!("cost: no, {budget} already spent");
        return StyledLine::from(text) + badge(Level::Exceeded, style);
    }
    let (word, ends) = (word(chance), report.forecast.ends);
    let text = format!("cost: {word}, {chance} chance of exceeding {budget} by {ends}");
    StyledLine::from(text) + badge(cost.level, style)
}

/// The end of all planned work, if it is not the end of the month.
fn of_project(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let forecast = &report.forecast;
    let month = usize::from(forecast.month_end.is_some());
    let project = forecast.estimates().nth(month)?;
    let chance = project.probability_over_budget;
    let chance = chance.map(|chance| format!("; {chance} chance of exceeding the budget"));
    let badge = project.level.map(|level| badge(level, style));
    let text = outcome(report, &project.quantiles);
    Some(StyledLine::from(text + &chance.unwrap_or_default()) + badge.unwrap_or_default())
}

/// `likely 85.4K, 80% range 63.1K-126K, 95% range 58K-181K, probably not: 78% chance of exceeding its 70,000 tokens`.
pub fn team_outcome(
    report: &StatusReport,
    team: &TeamReport,
    style: OutputStyle,
) -> Option<StyledLine> {
    let end = team.forecast?.month_end;
    let likely = end.quantiles.p50?.compact();
    let limit = team
        .allocated_tokens
        .map(|limit| format!("its {limit} tokens"));
    let answer = limit.and_then(|limit| {
        let answer = answer(&end, &limit, &end.basis.until(report.forecast.ends))?;
        Some(StyledLine::from(format!(", {answer}")) + badge(end.level?, style))
    });
    let ranges = ranges(&end.quantiles, Tokens::compact);
    let text = format!("likely {likely}, {ranges}");
    Some(StyledLine::from(text) + answer.unwrap_or_default())
}

/// `likely 174.2K (87.1%), 80% range 97.7K-324.8K, 95% range 78.3K-443.1K`.
fn outcome(report: &StatusReport, quantiles: &Quantiles<Tokens>) -> String {
    let share = |likely| in_brackets(report.share(likely));
    let likely = quantiles.p50;
    let likely = likely.map(|likely| format!("likely {}{}, ", likely.compact(), share(likely)));
    likely.unwrap_or_default() + &ranges(quantiles, Tokens::compact)
}

/// `80% range 97.7K-324.8K, 95% range 78.3K-443.1K`.
fn ranges<T: Copy>(of: &Quantiles<T>, write: impl Fn(T) -> String) -> String {
    let [p025, p10, p90, p975] = [of.p025, of.p10, of.p90, of.p975].map(write);
    format!("80% range {p10}-{p90}, 95% range {p025}-{p975}")
}

/// `cost likely $0.52, 41% chance of exceeding $0.60 [!! WARN]`. A budget that is used up is reported elsewhere.
pub fn cost_in_brief(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let cost = report.forecast.cost.as_ref()?;
    let (chance, limit) = (cost.probability_over_budget, style.money(cost.budget));
    let likely = style.money(cost.quantiles.p50?);
    let mut line = StyledLine::from(format!("cost likely {likely}"));
    if chance != Probability::CERTAIN {
        line += format!(", {chance} chance of exceeding {limit}");
        if cost.level > Level::Ok {
            line += " ";
            line += style.badge(cost.level);
        }
    }
    Some(line)
}

/// `likely 174.2K by 2026-06-30, 41% chance of exceeding the budget [!! WARN]`.
pub fn in_brief(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let end = report.forecast.month_end.as_ref()?;
    let (likely, until) = (
        end.quantiles.p50?.compact(),
        end.basis.until(report.forecast.ends),
    );
    // A budget that is used up is reported elsewhere.
    let open = |chance: &Probability| *chance != Probability::CERTAIN;
    let chance = end.probability_over_budget.filter(open).zip(end.level);
    let mut line = StyledLine::from(format!("likely {likely} {until}"));
    if let Some((chance, level)) = chance {
        line += format!(", {chance} chance of exceeding the budget");
        if level > Level::Ok {
            line += " ";
            line += style.badge(level);
        }
    }
    Some(line)
}
