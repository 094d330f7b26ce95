//! The verdict in few words, for a screen without room for the sentence.

use crate::{
    analysis::{Basis, StatusReport, so_far},
    model::{Percent, Probability, Tokens},
    render::{OutputStyle, StyledLine, TextRole, prefixed},
};

/// `critical: 94% chance over, likely 326.9K`. Where nothing is judged, why.
pub fn brief_verdict(report: &StatusReport, style: OutputStyle) -> StyledLine {
    let Some(verdict) = &report.verdict else {
        let why = match report.cost_budget {
            _ if report.no_figure().is_some() => "not judged",
            Some(_) => "cost not judged",
            None => "no budget",
        };
        return format!("{why}: {}", so_far(report)).into();
    };
    let used = used(report);
    let text = match verdict.basis {
        Basis::Used | Basis::Allocated => used,
        Basis::Reserved => reserved(report).unwrap_or(used),
        Basis::Forecast => forecast(report, style).unwrap_or(used),
        Basis::Plan => plan(report).unwrap_or(used),
    };
    let (level, word) = (verdict.level, verdict.level.into_str());
    let first = text.split(", ").next().unwrap_or_default();
    style.pick(
        [text.as_str(), first]
            .map(|text| StyledLine::styled(TextRole::Badge(level), word) + format!(": {text}")),
    )
}

/// `63.3% used, 16% chance over`, both of one budget; of a budget of nothing, how much. A month that is over has no chance.
fn used(report: &StatusReport) -> String {
    let spending = report.spending();
    let Some((spending, share)) = spending.and_then(|of| Some((of, of.share()?))) else {
        return so_far(report);
    };
    let mut ends = report.forecast.estimates();
    let chance = match spending.currency {
        Some(_) => report
            .forecast_of_spending()
            .and_then(|cost| cost.probability_over_budget),
        None => ends.next().and_then(|end| end.probability_over_budget),
    };
    let chance = chance.filter(|chance| *chance != Probability::CERTAIN && !report.is_over());
    let chance = chance.map(|chance| format!(", {chance} chance over"));
    format!("{share} used{}", chance.unwrap_or_default())
}

fn reserved(report: &StatusReport) -> Option<String> {
    let sum = report.used_tokens().saturating_add(report.held());
    let share = Percent::new(sum.0, report.budget.tokens?.0)?;
    Some(format!("{share} used and reserved"))
}

/// The estimate whose level is that of the forecast.
fn forecast(report: &StatusReport, style: OutputStyle) -> Option<String> {
    let forecast = &report.forecast;
    let mut estimates = forecast.estimates();
    let (chance, likely) = if let Some(end) = estimates.find(|end| end.level == forecast.level) {
        let likely = end.quantiles.p50.map(Tokens::compact);
        (end.probability_over_budget?, likely)
    } else {
        let cost = forecast.cost.as_ref()?;
        let likely = cost.quantiles.p50.map(|likely| style.money(likely));
        (cost.probability_over_budget?, likely)
    };
    Some(format!(
        "{chance} chance over{}",
        prefixed(", likely ", likely)
    ))
}

/// `plan 118.3%, 85.8% used`.
fn plan(report: &StatusReport) -> Option<String> {
    let total = report.forecast.plan.as_ref()?.end.total_tokens;
    let [plan, used] = [total, report.used_tokens()].map(|tokens| report.share(tokens));
    Some(format!("plan {}, {} used", plan?, used?))
}
