//! The forecast for programs and pages.

use super::{Field, context, explanation, summary, titles};
use crate::{
    analysis::{BurnRate, Estimate, StatusReport},
    model::Tokens,
    render::{
        Cell, Column, OutputStyle, ReportTable, StyledLine, TextRole,
        forecast::tables::all as all_tables,
    },
};

pub fn tables(report: &StatusReport) -> Vec<ReportTable> {
    let mut figures = ReportTable::new("Forecast", [Column::new("Figure"), Column::new("Value")]);
    let [title, ..] = titles(report);
    let mut fields: Vec<Field> = vec![("Forecast", title.into())];
    fields.extend(summary::first(report, OutputStyle::PLAIN));
    fields.extend(summary::more(report, OutputStyle::PLAIN));
    let names = std::iter::once("Why").chain(std::iter::repeat(""));
    fields.extend(
        names.zip(
            explanation::all(report, OutputStyle::PLAIN)
                .into_iter()
                .map(StyledLine::from),
        ),
    );
    fields.extend(context::fields(report, OutputStyle::PLAIN));
    for (name, value) in fields {
        figures.row([Cell::word(name), Cell::Text(in_words(&value))]);
    }
    let mut tables = vec![figures];
    tables.extend(all_tables(report));
    tables
}

/// A text with words in place of badges.
fn in_words(text: &StyledLine) -> String {
    let mut words = String::new();
    for (role, piece) in text.pieces() {
        if let Some(TextRole::Badge(level)) = role {
            words = format!("{}, {}", words.trim_end(), level.into_str());
        } else {
            words.push_str(piece);
        }
    }
    words
}

pub fn data(report: &StatusReport) -> Vec<ReportTable> {
    let forecast = &report.forecast;
    let mut table = ReportTable::figures("Forecast", ["forecast", "value", "percent", "line"]);
    table.figure("state", Cell::word(forecast.state.into_str()));
    if let Some(verdict) = &report.verdict {
        table.figure("verdict", Cell::text(&verdict.message));
        table.figure("verdict_level", Cell::Level(verdict.level));
        table.figure("verdict_basis", Cell::word(verdict.basis.into_str()));
    }
    table.figure("confidence", Cell::word(forecast.confidence.into_str()));
    table.figure("ends", Cell::word(forecast.ends.to_string()));
    let estimates = [
        ("month_end", forecast.month_end),
        ("project", forecast.project),
        ("project_as_planned", forecast.project_as_planned),
    ];
    for (name, estimate) in estimates {
        if let Some(estimate) = estimate {
            quantiles(&mut table, report, name, &estimate);
        }
    }
    if let Some(cost) = &forecast.cost {
        let quantiles = &cost.quantiles;
        table.figure("cost_p10", Cell::Money(quantiles.p10));
        table.figure("cost_p50", Cell::some(quantiles.p50, Cell::Money));
        table.figure("cost_p90", Cell::Money(quantiles.p90));
        let chance = Cell::some(cost.probability_over_budget, Cell::Probability);
        table.figure("cost_probability_over_budget_percent", chance);
        table.figure("cost_level", Cell::some(cost.level, Cell::Level));
    }
    let in_money = report.measure.is_money();
    if in_money {
        let line = Cell::some(forecast.straight_line_cost, Cell::Money);
        table.figure("straight_line_cost", line);
    } else {
        let line = Cell::some(forecast.straight_line_tokens, Cell::Tokens);
        table.figure("straight_line_tokens", line);
    }
    if let Some(plan) = &forecast.plan {
        let total = plan.end.total_tokens;
        tokens(&mut table, report, "plan_total_tokens", total, None);
        tokens(
            &mut table,
            report,
            "plan_pending_tokens",
            plan.pending_tokens,
            None,
        );
    }
    if in_money {
        let budget = report.cost_budget.as_ref();
        let margin = Cell::some(budget.and_then(|budget| budget.remaining), Cell::Money);
        table.figure("safety_margin_cost", margin);
    } else {
        let margin = Cell::some(forecast.safety_margin, Cell::Signed);
        table.figure("safety_margin_tokens", margin);
    }
    let risk = Cell::some(forecast.risk, |risk| Cell::word(risk.into_str()));
    table.figure("risk", risk);
    if let Some(stated) = &forecast.stated {
        let (from, to, line) = (stated.from_tokens, stated.to_tokens, Some(stated.line));
        tokens(&mut table, report, "stated_from_tokens", from, line);
        tokens(&mut table, report, "stated_to_tokens", to, line);
    }
    let rate = forecast.burn_rate.as_ref().map(BurnRate::per_day);
    let rate = Cell::some(rate, Cell::amount);
    let name = if in_money {
        "burn_rate_cost_per_day"
    } else {
        "burn_rate_tokens_per_day"
    };
    table.figure(name, rate);
    std::iter::once(table).chain(all_tables(report)).collect()
}

/// The quantiles of an estimate by name, and its probability.
fn quantiles(table: &mut ReportTable, report: &StatusReport, name: &str, estimate: &Estimate) {
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
    for (quantile, value) in each {
        let name = format!("{name}_{quantile}_tokens");
        match value {
            Some(value) => tokens(table, report, &name, value, None),
            None => table.figure(&name, Cell::Absent),
        }
    }
    let chance = Cell::some(estimate.probability_over_budget, Cell::Probability);
    table.figure(&format!("{name}_probability_over_budget_percent"), chance);
    let level = Cell::some(estimate.level, Cell::Level);
    table.figure(&format!("{name}_level"), level);
}

/// A number of tokens with its share of the budget.
fn tokens(
    table: &mut ReportTable,
    report: &StatusReport,
    name: &str,
    tokens: Tokens,
    line: Option<usize>,
) {
    let line = Cell::some(line, Cell::Number);
    table.figure_with(name, Cell::Tokens(tokens), report.share(tokens), line);
}
