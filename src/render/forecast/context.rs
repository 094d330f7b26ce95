//! The context of the forecast: the plan, the burn rate, and what the log projects, each with its source.

use super::{Field, badge as badge_of};
use crate::{
    analysis::{BurnRate, ForecastState, Plan, PlanPhase, RateBasis, StatedForecast, StatusReport},
    model::Measured,
    render::{OutputStyle, StyledLine, counted, in_brackets, signed},
    text::FileRole,
};

pub fn title(report: &StatusReport) -> &'static str {
    match report.forecast.result {
        Some(_) => "Beside the result",
        None => "Beside the forecast",
    }
}

pub fn fields(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    let over = report.is_over();
    let mut fields = if over {
        Vec::new()
    } else {
        plan(report, style)
    };
    fields.extend(margin(report, style));
    if !over {
        let rate = report.forecast.burn_rate.as_ref();
        let rate = rate.map_or_else(
            || no_rate(report).to_owned(),
            |rate| rate_with_source(rate, style),
        );
        fields.push(("Burn rate", rate.into()));
    }
    fields.extend(stated(report, style));
    fields
}

/// Why there is no burn rate.
fn no_rate(report: &StatusReport) -> &'static str {
    if report.no_figure().is_some() {
        "no row says what was used"
    } else if report.spent().is_zero() {
        "nothing is used yet"
    } else {
        "not enough data yet"
    }
}

fn plan(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    const NAME: &str = "Plan total";
    let Some(plan) = &report.forecast.plan else {
        // Phases are planned in tokens.
        if report.measure.is_money() {
            return Vec::new();
        }
        let text = match report.forecast.state {
            ForecastState::NotBegun => "a plan is about the current month",
            _ => "the log has no table of pending phases",
        };
        return vec![(NAME, text.into())];
    };
    let share = in_brackets(report.share(plan.end.total_tokens));
    // Below the budget it is no cause for alarm.
    let is_above = plan.end.remaining.is_some_and(|left| left < 0);
    let badge = plan.end.level.filter(|_| is_above);
    let badge = badge.map(|level| badge_of(level, style));
    let total = StyledLine::from(format!("{}{share}", plan.end.total_tokens));
    vec![
        (NAME, total + badge.unwrap_or_default()),
        ("", plan_source(plan).into()),
    ]
}

fn margin(report: &StatusReport, style: OutputStyle) -> Option<Field> {
    let spent = report.known_spent()?;
    let (name, end, basis) = match &report.forecast.plan {
        Some(plan) => {
            let total = Measured::Tokens(plan.end.total_tokens);
            ("Remaining", total, ", after the plan".to_owned())
        }
        None if report.is_over() => ("Remaining", spent, String::new()),
        None => {
            let basis = format!(", after what is {}", spent.verb());
            ("Remaining", spent, basis)
        }
    };
    let share = in_brackets(report.share_left(end));
    let margin = if report.measure.is_money() {
        style.money(report.cost_budget.as_ref()?.remaining?)
    } else {
        signed(report.forecast.safety_margin?)
    };
    let text = format!("{margin}{share} of the budget{basis}");
    Some((name, text.into()))
}

fn stated(report: &StatusReport, style: OutputStyle) -> Vec<Field> {
    let forecast = &report.forecast;
    let [says, projects] = if report.is_over() {
        ["The log stated", "an end at"]
    } else {
        ["The log states", "an end at"]
    };
    let end = forecast.stated.as_ref().map(|stated| {
        let (range, share) = (stated_range(stated), stated_share(report, stated));
        format!("{projects} {range}{share}, line {}", stated.line)
    });
    let risk = forecast.stated_risk.as_ref().zip(forecast.stated_risk_line);
    let risk = risk.map(|(risk, line)| format!("risk: {}, line {line}", style.text(risk)));
    let all = end.into_iter().chain(risk).map(StyledLine::from);
    std::iter::once(says)
        .chain(std::iter::repeat(""))
        .zip(all)
        .collect()
}

/// `used 126,670 by the rows of the log + pending 65,000 by 4 phases, lines 46-49`.
fn plan_source(plan: &Plan) -> String {
    let phases: Vec<&PlanPhase> = plan.pending().collect();
    let lines = match (phases.first(), phases.last()) {
        (Some(first), Some(last)) if first.place.line != last.place.line => {
            format!(", lines {}-{}", first.place.line, last.place.line)
        }
        (Some(first), _) => format!(", line {}", first.place.line),
        _ => String::new(),
    };
    let files = phases.iter().map(|phase| phase.place.file.role());
    let file = files.max().map_or("", FileRole::suffix);
    let count = counted(phases.len(), "phase");
    let others = match plan.without_estimate().count() {
        0 => String::new(),
        others => format!(", and {others} without an estimate"),
    };
    format!(
        "used {} by the rows of the log + pending {} by {count}{lines}{file}{others}",
        plan.used_tokens, plan.pending_tokens
    )
}

/// `309 tokens/min since 10:10`, `5,067 tokens/day since 2026-02-01`.
pub fn rate(rate: &BurnRate, style: OutputStyle) -> String {
    let (amount, since) = amount_and_since(rate);
    let (amount, per) = (style.with_unit(amount), per(rate));
    format!("{amount}/{per} since {since}")
}

/// `309/min since 10:10`
pub fn short_rate(rate: &BurnRate, style: OutputStyle) -> String {
    let (_, since) = amount_and_since(rate);
    format!("{} since {since}", bare_rate(rate, style))
}

/// `309/min`
pub fn bare_rate(rate: &BurnRate, style: OutputStyle) -> String {
    let (amount, _) = amount_and_since(rate);
    format!("{}/{}", style.amount(amount), per(rate))
}

fn per(rate: &BurnRate) -> &'static str {
    if rate.is_by_minute() { "min" } else { "day" }
}

fn amount_and_since(rate: &BurnRate) -> (Measured, String) {
    let amount = if rate.is_by_minute() {
        rate.per_minute()
    } else {
        rate.per_day()
    };
    let since = rate.since_time.map_or_else(
        || rate.since.to_string(),
        |time| time.format("%H:%M").to_string(),
    );
    (amount, since)
}

fn rate_with_source(of: &BurnRate, style: OutputStyle) -> String {
    let days = counted(of.minutes / (24 * 60), "day");
    let amount = style.with_unit(of.used());
    let source = match of.basis {
        RateBasis::FirstDay => {
            format!(
                "{amount} in {} min of the first day, {}",
                of.minutes, of.since
            )
        }
        RateBasis::CompletedDays => format!("{amount} in {days} before today"),
    };
    format!("{} ({source})", rate(of, style))
}

/// `155,000-160,000`.
pub fn stated_range(stated: &StatedForecast) -> String {
    let (from, to) = (stated.from_tokens, stated.to_tokens);
    if from == to {
        to.to_string()
    } else {
        format!("{from}-{to}")
    }
}

fn stated_share(report: &StatusReport, stated: &StatedForecast) -> String {
    let share = |tokens| report.share(tokens);
    match (share(stated.from_tokens), share(stated.to_tokens)) {
        (Some(from), Some(to)) if from == to => format!(" ({to})"),
        (Some(from), Some(to)) => format!(" ({}-{to})", from.to_string().trim_end_matches('%')),
        _ => String::new(),
    }
}
