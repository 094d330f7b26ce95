//! The forecast for programs and pages.

use super::{Field, answers, beside, heading, reasons, tables};
use crate::{
    analysis::{Estimate, StatusReport},
    model::Level,
    render::{
        sheet::{Cell, Column, Figures, Sheet},
        theme::Style,
    },
};

/// What a page shows.
pub(crate) fn sheets(report: &StatusReport) -> Vec<Sheet> {
    let mut figures = Sheet::new("Forecast", [Column::new("Figure"), Column::new("Value")]);
    let word = |level: Level| format!(", {}", level.word());
    let mut fields: Vec<Field> = vec![("Forecast", heading(report))];
    fields.extend(answers::first(report, Style::PLAIN, &word));
    fields.extend(answers::more(report, Style::PLAIN, &word));
    let names = std::iter::once("Why").chain(std::iter::repeat(""));
    fields.extend(names.zip(reasons::all(report)));
    fields.extend(beside::fields(report, Style::PLAIN, &word));
    for (name, value) in fields {
        figures.row([Cell::word(name), Cell::Text(value)]);
    }
    let mut sheets = vec![figures];
    sheets.extend(tables::all(report));
    sheets
}

/// The same for programs.
pub(crate) fn data(report: &StatusReport) -> Vec<Sheet> {
    let forecast = &report.forecast;
    let mut figures = Figures::new("Forecast", ["forecast", "value", "percent", "line"]);
    figures.add("confidence", Cell::word(forecast.confidence.word()));
    figures.add("ends", Cell::word(forecast.ends.to_string()));
    let estimates = [
        ("month_end", forecast.month_end),
        ("project", forecast.project),
        ("project_as_planned", forecast.project_as_planned),
    ];
    for (name, estimate) in estimates {
        if let Some(estimate) = estimate {
            quantiles(&mut figures, report, name, &estimate);
        }
    }
    cost(&mut figures, report);
    let line = Cell::some(forecast.straight_line_tokens, Cell::Tokens);
    figures.add("straight_line_tokens", line);
    others(&mut figures, report);
    let rate = forecast.burn_rate.as_ref();
    let rate = Cell::some(rate, |rate| Cell::Tokens(rate.tokens_per_day));
    figures.add("burn_rate_tokens_per_day", rate);
    let mut sheets = vec![figures.done()];
    sheets.extend(tables::all(report));
    sheets
}

/// The quantiles of an estimate by name, and its probability.
fn quantiles(figures: &mut Figures, report: &StatusReport, name: &str, estimate: &Estimate) {
    let of = &estimate.quantiles;
    let each = [
        ("p025", Some(of.p025)),
        ("p10", Some(of.p10)),
        ("p25", of.p25),
        ("p50", of.p50),
        ("p75", of.p75),
        ("p90", Some(of.p90)),
        ("p975", Some(of.p975)),
    ];
    for (quantile, tokens) in each {
        let name = format!("{name}_{quantile}_tokens");
        figures
            .add(&name, Cell::some(tokens, Cell::Tokens))
            .share(tokens.and_then(|tokens| report.share(tokens)));
    }
    let chance = estimate.probability_over_budget;
    figures.add(
        &format!("{name}_probability_over_budget_percent"),
        Cell::some(chance, Cell::Probability),
    );
    let level = Cell::some(estimate.level, Cell::Level);
    figures.add(&format!("{name}_level"), level);
}

/// What it costs, and how likely that is more than there is.
fn cost(figures: &mut Figures, report: &StatusReport) {
    if let Some(cost) = &report.forecast.cost {
        let (likely, chance) = (cost.quantiles.p50, cost.probability_over_budget);
        for (name, money) in [
            ("cost_p10", Some(cost.quantiles.p10)),
            ("cost_p50", likely),
            ("cost_p90", Some(cost.quantiles.p90)),
        ] {
            figures.add(name, Cell::some(money, Cell::Money));
        }
        figures.add(
            "cost_probability_over_budget_percent",
            Cell::Probability(chance),
        );
        figures.add("cost_level", Cell::Level(cost.level));
    }
}

/// What stands beside the forecast.
fn others(figures: &mut Figures, report: &StatusReport) {
    let forecast = &report.forecast;
    if let Some(plan) = &forecast.plan {
        let (total, pending) = (plan.end.total_tokens, plan.pending_tokens);
        figures
            .add("plan_total_tokens", Cell::Tokens(total))
            .share(report.share(total));
        figures
            .add("plan_pending_tokens", Cell::Tokens(pending))
            .share(report.share(pending));
    }
    let margin = Cell::some(forecast.safety_margin, Cell::Signed);
    figures.add("safety_margin_tokens", margin);
    let risk = Cell::some(forecast.risk, |risk| Cell::word(risk.word()));
    figures.add("risk", risk);
    if let Some(stated) = &forecast.stated {
        let line = || Cell::Number(stated.line as u64);
        for (name, tokens) in [
            ("stated_from_tokens", stated.from_tokens),
            ("stated_to_tokens", stated.to_tokens),
        ] {
            figures
                .add(name, Cell::Tokens(tokens))
                .share(report.share(tokens))
                .remark(line());
        }
    }
}
