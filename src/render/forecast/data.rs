//! The forecast for programs and pages.

use super::{Field, context, explanation, summary, title};
use crate::{
    analysis::{Estimate, StatusReport},
    model::Level,
    render::{
        Cell, Column, FigureTable, ReportTable, Style, StyledLine,
        forecast::tables::all as all_tables,
    },
};

pub fn tables(report: &StatusReport) -> Vec<ReportTable> {
    let mut figures = ReportTable::new("Forecast", [Column::new("Figure"), Column::new("Value")]);
    let word = |level: Level| StyledLine::from(format!(", {}", level.into_str()));
    let mut fields: Vec<Field> = vec![("Forecast", title(report).into())];
    fields.extend(summary::first(report, Style::PLAIN, &word));
    fields.extend(summary::more(report, Style::PLAIN, &word));
    let names = std::iter::once("Why").chain(std::iter::repeat(""));
    fields.extend(names.zip(explanation::all(report).into_iter().map(StyledLine::from)));
    fields.extend(context::fields(report, Style::PLAIN, &word));
    for (name, value) in fields {
        figures.row([Cell::word(name), Cell::text(value.text())]);
    }
    let mut tables = vec![figures];
    tables.extend(all_tables(report));
    tables
}

pub fn data(report: &StatusReport) -> Vec<ReportTable> {
    let forecast = &report.forecast;
    let mut figures = FigureTable::new("Forecast", ["forecast", "value", "percent", "line"]);
    figures.add("confidence", Cell::word(forecast.confidence.into_str()));
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
    let mut tables = vec![figures.into_table()];
    tables.extend(all_tables(report));
    tables
}

/// The quantiles of an estimate by name, and its probability.
fn quantiles(figures: &mut FigureTable, report: &StatusReport, name: &str, estimate: &Estimate) {
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

/// The cost, and the chance that it exceeds its budget.
fn cost(figures: &mut FigureTable, report: &StatusReport) {
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

/// The plan, the margin, and what the log projects.
fn others(figures: &mut FigureTable, report: &StatusReport) {
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
    let risk = Cell::some(forecast.risk, |risk| Cell::word(risk.into_str()));
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
