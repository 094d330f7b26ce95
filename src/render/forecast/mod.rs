//! Where it will end: will it fit, how sure is that, when are thresholds crossed, and why; then what the plan, the burn rate and
//! the log itself say, each with its source.

mod chart;
mod data;
mod reasons;
mod strip;
mod tables;

pub(super) use data::{data, sheets};

use super::{
    sheet::{Sheet, signed},
    theme::{Paint, Style},
};
use crate::{
    analysis::{
        BurnRate, Confidence, CostEstimate, Estimate, ForecastBasis, ForecastState, Plan,
        PlanPhase, Quantiles, RateBasis, Risk, Stated, StatusReport,
    },
    model::{Level, Percent, Tokens},
    text::Document,
};

/// The column in which values start.
const FIELD: usize = 17;

/// What is said of a figure that only time can give.
const NOT_ENOUGH: &str = "not enough data yet";

/// A figure and its name. One without a name goes on with the one before.
type Field = (&'static str, String);

/// The forecast.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let badge = |level| format!("  {}", style.badge(level));
    // Word by word, so that it can be folded.
    let heading: Vec<String> = heading(report)
        .split(' ')
        .map(|word| Paint::Heading.on(word))
        .collect();
    let mut lines = style.folded(&heading.join(" "), 4);
    if report.budget.tokens.is_none() {
        lines.push(format!("  {}", super::NO_BUDGET));
    }
    lines.extend(written(answers(report, style, &badge), style));
    if let Some(estimate) = shown_estimate(report) {
        lines.extend(strip::lines(report, &estimate, style, FIELD));
    }
    lines.extend(titled(&tables::thresholds(report), style));
    let reasons = reasons::all(report);
    if !reasons.is_empty() {
        lines.push(String::new());
        lines.push(Paint::Heading.on("Why"));
        lines.extend(
            reasons
                .iter()
                .flat_map(|reason| style.folded(&format!("  {reason}"), 4)),
        );
    }
    lines.extend(chart::lines(report, style));
    lines.push(String::new());
    lines.push(Paint::Heading.on("Beside the forecast"));
    lines.extend(written(others(report, style, &badge), style));
    let beside = &tables::all(report)[1..];
    lines.extend(beside.iter().flat_map(|sheet| titled(sheet, style)));
    lines
}

fn written(fields: Vec<Field>, style: Style) -> Vec<String> {
    let fields = fields.into_iter();
    fields
        .flat_map(|(name, value)| style.folded(&format!("  {name:<15}{value}"), FIELD))
        .collect()
}

fn titled(sheet: &Sheet, style: Style) -> Vec<String> {
    if sheet.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), Paint::Heading.on(sheet.title)];
    lines.extend(
        sheet
            .lines(style)
            .iter()
            .flat_map(|line| style.folded(line, 4)),
    );
    lines
}

/// `Forecast to 2026-06-30 (day 10 of 30, medium confidence)`.
fn heading(report: &StatusReport) -> String {
    let forecast = &report.forecast;
    let (today, ends) = (report.now.date_naive(), forecast.ends);
    if forecast.state != ForecastState::Open {
        return "Forecast".to_owned();
    }
    let basis = forecast.month_end.as_ref().map(|end| end.basis);
    let trust = match (forecast.confidence, basis) {
        (_, Some(ForecastBasis::Plan)) => "by the plan alone".to_owned(),
        (Confidence::None | Confidence::TooEarly, _) => "too early".to_owned(),
        (confidence, _) => format!("{} confidence", confidence.word()),
    };
    let day = (today - report.month.first_day()).num_days() + 1;
    let days = (ends - report.month.first_day()).num_days() + 1;
    format!("Forecast to {ends} (day {day} of {days}, {trust})")
}

/// The estimate that the answers are about: of the month's end, else of the project.
fn shown_estimate(report: &StatusReport) -> Option<Estimate> {
    report.forecast.month_end.or(report.forecast.project)
}

/// Will it fit, and how sure is that. `badge` is how a level is written behind a figure.
fn answers(report: &StatusReport, style: Style, badge: &dyn Fn(Level) -> String) -> Vec<Field> {
    let forecast = &report.forecast;
    let mut fields = vec![("Will it fit?", verdict(report, badge))];
    if let Some(end) = &forecast.month_end {
        let line = forecast
            .straight_line_tokens
            .map(|line| format!("; a straight line says {}", line.compact()));
        let text = outcome(report, end) + &line.unwrap_or_default();
        fields.push(("How sure?", text));
    }
    let by_plan = |end: Estimate| end.basis == ForecastBasis::Plan;
    let separate = |_: &Estimate| !forecast.month_end.is_some_and(by_plan);
    if let Some(project) = forecast.project.filter(separate) {
        let chance = project.probability_over_budget;
        let chance = chance.map(|chance| format!("; {chance} chance to use up the budget"));
        let badge = project.level.map(badge).unwrap_or_default();
        let text = outcome(report, &project) + &chance.unwrap_or_default() + &badge;
        fields.push(("All planned", text));
    }
    let cost = forecast.cost.as_ref();
    fields.extend(cost.map(|cost| ("Cost", money(cost, style, badge))));
    fields
}

/// `likely 174.2K by 2026-06-30, 41% chance to use up the budget [!! WARN]`.
pub(super) fn in_brief(report: &StatusReport, style: Style) -> Option<String> {
    let end = report.forecast.month_end?;
    let likely = end.quantiles.p50?.compact();
    let when = match end.basis {
        ForecastBasis::Plan => "with all that is planned".to_owned(),
        ForecastBasis::Rate | ForecastBasis::RateAndPlan => format!("by {}", report.forecast.ends),
    };
    let chance = end.probability_over_budget.zip(end.level);
    let chance = chance.map(|(chance, level)| {
        let badge = if level > Level::Ok {
            format!(" {}", style.badge(level))
        } else {
            String::new()
        };
        format!(", {chance} chance to use up the budget{badge}")
    });
    Some(format!(
        "likely {likely} {when}{}",
        chance.unwrap_or_default()
    ))
}

/// Whether it fits, in words, and the figure they stand for.
fn verdict(report: &StatusReport, badge: &dyn Fn(Level) -> String) -> String {
    let (used, month, ends) = (report.used.tokens, report.month, report.forecast.ends);
    let Some(budget) = report.budget.tokens else {
        return "there is no budget to fit into".to_owned();
    };
    match report.forecast.state {
        _ if report.level == Some(Level::Exceeded) => {
            let badge = badge(Level::Exceeded);
            return format!("no: {used} of {budget} tokens are used already{badge}");
        }
        ForecastState::Over => {
            return format!("yes: {month} is over, and {used} of {budget} tokens were used");
        }
        ForecastState::NotBegun => return format!("{month} has not begun"),
        ForecastState::Open => {}
    }
    let told = report.forecast.month_end.and_then(|end| {
        Some((
            end.basis,
            end.risk()?,
            end.probability_over_budget?,
            end.level?,
        ))
    });
    let Some((basis, risk, chance, level)) = told else {
        return "too early to tell".to_owned();
    };
    let answer = match risk {
        Risk::Low => "yes, very likely",
        Risk::Moderate => "probably",
        Risk::High => "uncertain",
        Risk::Critical | Risk::Over => "probably not",
    };
    let end = match basis {
        ForecastBasis::Plan => "with all that is planned".to_owned(),
        ForecastBasis::Rate | ForecastBasis::RateAndPlan => format!("by {ends}"),
    };
    let (risk, badge) = (risk.word(), badge(level));
    format!("{answer}: {chance} chance to use up {budget} tokens {end}, risk {risk}{badge}")
}

/// `likely 174.2K (87.1%), 80%: 97.7K-324.8K, 95%: 78.3K-443.1K`.
fn outcome(report: &StatusReport, estimate: &Estimate) -> String {
    let share = |likely| in_brackets(report.share(likely));
    let likely = estimate.quantiles.p50;
    let likely = likely.map(|likely| format!("likely {}{}, ", likely.compact(), share(likely)));
    let intervals = intervals(&estimate.quantiles, |tokens: Tokens| tokens.compact());
    likely.unwrap_or_default() + &intervals
}

/// `80%: 97.7K-324.8K, 95%: 78.3K-443.1K`.
fn intervals<T: Copy>(of: &Quantiles<T>, write: impl Fn(T) -> String) -> String {
    let [p025, p10, p90, p975] = [of.p025, of.p10, of.p90, of.p975].map(write);
    format!("80%: {p10}-{p90}, 95%: {p025}-{p975}")
}

fn money(cost: &CostEstimate, style: Style, badge: &dyn Fn(Level) -> String) -> String {
    let write = |money| style.money(money);
    let likely = cost.quantiles.p50;
    let likely = likely.map(|likely| format!("likely {}, ", write(likely)));
    format!(
        "{}{}; {} chance to use up {}{}",
        likely.unwrap_or_default(),
        intervals(&cost.quantiles, write),
        cost.probability_over_budget,
        write(cost.budget),
        badge(cost.level)
    )
}

/// What stands beside the forecast: the plan, the log's own words, the burn rate.
fn others(report: &StatusReport, style: Style, badge: &dyn Fn(Level) -> String) -> Vec<Field> {
    let rate = report.forecast.burn_rate.as_ref();
    let rate = rate.map_or_else(|| NOT_ENOUGH.to_owned(), rate_with_source);
    let mut fields = plan(report, badge);
    fields.extend(margin(report));
    fields.extend(stated(report, style));
    fields.push(("Burn rate", rate));
    fields
}

fn plan(report: &StatusReport, badge: &dyn Fn(Level) -> String) -> Vec<Field> {
    const NAME: &str = "Plan total";
    let Some(plan) = &report.forecast.plan else {
        let text = "the log has no table of phases still to come";
        return vec![(NAME, text.to_owned())];
    };
    let share = in_brackets(report.share(plan.end.total_tokens));
    let badge = plan.end.level.map(badge).unwrap_or_default();
    vec![
        (NAME, format!("{}{share}{badge}", plan.end.total_tokens)),
        ("", plan_source(plan)),
    ]
}

/// What is left in the end.
fn margin(report: &StatusReport) -> Option<Field> {
    let (end, basis) = match &report.forecast.plan {
        Some(plan) => (plan.end.total_tokens, "the plan"),
        None => (report.used.tokens, "what is used"),
    };
    let share = in_brackets(report.share(end).and_then(Percent::rest));
    let margin = signed(report.forecast.safety_margin?);
    let text = format!("{margin}{share} of the budget, after {basis}");
    Some(("Safety margin", text))
}

/// What the log itself expects.
fn stated(report: &StatusReport, style: Style) -> Vec<Field> {
    let forecast = &report.forecast;
    let end = forecast.stated.as_ref().map(|stated| {
        let (range, share) = (stated_range(stated), stated_share(report, stated));
        (
            "Log projects",
            format!("{range}{share}, line {}", stated.line),
        )
    });
    let risk = forecast.stated_risk.as_ref().zip(forecast.stated_risk_line);
    let risk = risk.map(|(risk, line)| {
        let risk = format!("{}, line {line}", style.text(risk));
        ("Log sees risk", risk)
    });
    end.into_iter().chain(risk).collect()
}

fn in_brackets(share: Option<Percent>) -> String {
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}

/// `1 day`, `3 days`.
fn many(count: usize, one: &str, more: &str) -> String {
    let word = if count == 1 { one } else { more };
    format!("{count} {word}")
}

/// `used 126,670 by the rows of the log + pending 65,000 by 4 phases, lines 46-49`.
fn plan_source(plan: &Plan) -> String {
    let phases: Vec<&PlanPhase> = plan.pending().collect();
    let lines = match (phases.first(), phases.last()) {
        (Some(first), Some(last)) if first.line != last.line => {
            format!(", lines {}-{}", first.line, last.line)
        }
        (Some(first), _) => format!(", line {}", first.line),
        _ => String::new(),
    };
    let file = if phases
        .iter()
        .any(|phase| phase.file == Document::Projection)
    {
        " of the projection file"
    } else {
        ""
    };
    let count = match phases.len() {
        1 => "1 phase".to_owned(),
        count => format!("{count} phases"),
    };
    format!(
        "used {} by the rows of the log + pending {} by {count}{lines}{file}",
        plan.used_tokens, plan.pending_tokens
    )
}

/// `309 tokens/min since 10:10`, `5,067 tokens/day since 2026-02-01`.
pub(super) fn rate(rate: &BurnRate) -> String {
    let since = rate.since_time.map_or_else(
        || rate.since.to_string(),
        |time| time.format("%H:%M").to_string(),
    );
    let (tokens, per) = if rate.is_by_minute() {
        (rate.tokens_per_minute(), "min")
    } else {
        (rate.tokens_per_day, "day")
    };
    format!("{}/{per} since {since}", counted(tokens))
}

fn counted(tokens: Tokens) -> String {
    let unit = if tokens == Tokens(1) {
        "token"
    } else {
        "tokens"
    };
    format!("{tokens} {unit}")
}

fn rate_with_source(of: &BurnRate) -> String {
    let days = match of.minutes / (24 * 60) {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let source = match of.basis {
        RateBasis::FirstDay => format!(
            "{} in {} min of the first day, {}",
            counted(of.tokens),
            of.minutes,
            of.since
        ),
        RateBasis::CompletedDays => format!("{} in {days} before today", counted(of.tokens)),
        RateBasis::WholeMonth => format!(
            "{} in the {days} to the end of the month",
            counted(of.tokens)
        ),
    };
    format!("{} ({source})", rate(of))
}

/// `155,000-160,000`.
pub(super) fn stated_range(stated: &Stated) -> String {
    let (from, to) = (stated.from_tokens, stated.to_tokens);
    if from == to {
        to.to_string()
    } else {
        format!("{from}-{to}")
    }
}

fn stated_share(report: &StatusReport, stated: &Stated) -> String {
    let share = |tokens| report.share(tokens);
    match (share(stated.from_tokens), share(stated.to_tokens)) {
        (Some(from), Some(to)) if from == to => format!(" ({to})"),
        (Some(from), Some(to)) => format!(" ({}-{to})", from.to_string().trim_end_matches('%')),
        _ => String::new(),
    }
}
