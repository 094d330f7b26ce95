//! Where it will end: plan, scenarios, burn rate, and what the log itself says, each with its source.

use super::{
    sheet::{Cell, Column, Figures, Sheet, signed},
    theme::{Paint, Style},
};
use crate::{
    analysis::{
        BurnRate, Crossing, CrossingState, Plan, PlanPhase, RateBasis, Stated, StatusReport,
    },
    model::{Level, Percent, Tokens},
    text::Document,
};

/// The column in which values start.
const FIELD: usize = 17;

/// What is said of a figure that only time can give.
const NOT_ENOUGH: &str = "not enough data yet";

/// The forecast.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = vec![Paint::Heading.on("Forecast")];
    if report.budget.tokens.is_none() {
        lines.push(format!("  {}", super::NO_BUDGET));
    }
    let badge = |level| format!("  {}", style.badge(level));
    for (name, value) in fields(report, style, &badge) {
        lines.extend(style.folded(&format!("  {name:<15}{value}"), FIELD));
    }
    let tables = [scenarios(report), pending(report), thresholds(report)];
    for sheet in tables.into_iter().filter(|sheet| !sheet.is_empty()) {
        lines.push(String::new());
        lines.push(Paint::Heading.on(sheet.title));
        lines.extend(sheet.lines(style));
    }
    lines
}

/// A figure and its name. One without a name goes on with the one before.
type Field = (&'static str, String);

/// The single figures, with their sources. `badge` is how a level is written behind one.
fn fields(report: &StatusReport, style: Style, badge: &dyn Fn(Level) -> String) -> Vec<Field> {
    let rate = report.forecast.burn_rate.as_ref();
    let rate = rate.map_or_else(|| NOT_ENOUGH.to_owned(), rate_with_source);
    let mut fields = plan(report, badge);
    fields.extend(outlook(report));
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

/// What is left in the end, and how risky that is.
fn outlook(report: &StatusReport) -> Vec<Field> {
    let forecast = &report.forecast;
    let (end, basis) = match &forecast.plan {
        Some(plan) => (plan.end.total_tokens, "the plan"),
        None => (report.used.tokens, "what is used"),
    };
    let share = in_brackets(report.share(end).and_then(Percent::rest));
    let margin = forecast.safety_margin.map(|margin| {
        let margin = signed(margin);
        let text = format!("{margin}{share} of the budget, after {basis}");
        ("Safety margin", text)
    });
    let risk = forecast
        .risk
        .map(|risk| ("Risk", format!("{}, by the level of {basis}", risk.word())));
    margin.into_iter().chain(risk).collect()
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

/// What a page shows.
pub(super) fn sheets(report: &StatusReport) -> Vec<Sheet> {
    let mut figures = Sheet::new("Forecast", [Column::new("Figure"), Column::new("Value")]);
    let word = |level: Level| format!(", {}", level.word());
    for (name, value) in fields(report, Style::PLAIN, &word) {
        figures.row([Cell::word(name), Cell::Text(value)]);
    }
    vec![
        figures,
        scenarios(report),
        pending(report),
        thresholds(report),
    ]
}

/// The same for programs.
pub(super) fn data(report: &StatusReport) -> Vec<Sheet> {
    let forecast = &report.forecast;
    let mut figures = Figures::new("Forecast", ["forecast", "value", "percent", "line"]);
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
    let rate = forecast.burn_rate.as_ref();
    let rate = Cell::some(rate, |rate| Cell::Tokens(rate.tokens_per_day));
    figures.add("burn_rate_tokens_per_day", rate);
    vec![
        figures.done(),
        scenarios(report),
        pending(report),
        thresholds(report),
    ]
}

fn scenarios(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Scenario").named("scenario"),
        Column::new("Change").named("change_percent").drop(3),
        Column::new("Total").named("total_tokens"),
        Column::new("%").named("percent").drop(4),
        Column::new("Left").named("remaining_tokens").drop(2),
        Column::drawn().drop(1),
        Column::new("Level").named("level").drop_late(1),
    ];
    let mut sheet = Sheet::new("Scenarios", columns);
    for scenario in report.forecast.plan.iter().flat_map(|plan| &plan.scenarios) {
        let share = report.share(scenario.end.total_tokens);
        sheet.row([
            Cell::word(scenario.name),
            Cell::Change(scenario.change_percent),
            Cell::Tokens(scenario.end.total_tokens),
            Cell::some(share, Cell::Percent),
            Cell::some(scenario.end.remaining, Cell::Signed),
            Cell::some(
                report.budget.tokens.zip(scenario.end.level),
                |(budget, level)| Cell::Bar(scenario.end.total_tokens.0, budget.0, level),
            ),
            Cell::some(scenario.end.level, Cell::Level),
        ]);
    }
    sheet.note(
        "scenarios change the pending phases by a fixed share; they are not a confidence interval",
    );
    sheet
}

fn pending(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Phase").named("phase").cut(4).drop(2),
        Column::new("Team").named("team").cut(4),
        Column::new("Tokens").named("pending_tokens"),
        Column::new("State").named("status").drop(1),
        Column::new("Line").named("line").drop(3),
    ];
    let mut sheet = Sheet::new("Pending phases", columns);
    for phase in report.forecast.plan.iter().flat_map(Plan::pending) {
        sheet.row([
            Cell::some(phase.name.as_deref(), Cell::text),
            Cell::text(&phase.label),
            Cell::Tokens(phase.pending_tokens),
            Cell::some(phase.status.as_deref(), Cell::text),
            Cell::Number(phase.line as u64),
        ]);
    }
    sheet
}

fn thresholds(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Threshold").named("threshold_percent"),
        Column::new("Level").named("level").drop_late(1),
        Column::new("Tokens").named("threshold_tokens").drop(2),
        Column::new("Left").named("remaining_tokens").drop(1),
        Column::new("Crossed").named("crossed").cut(10),
    ];
    let mut sheet = Sheet::new("Thresholds at this burn rate", columns);
    for crossing in &report.forecast.thresholds {
        sheet.row([
            Cell::Setting(crossing.percent),
            Cell::Level(crossing.level),
            Cell::Tokens(crossing.tokens),
            Cell::Tokens(crossing.tokens.saturating_sub(report.used.tokens)),
            Cell::word(crossed(crossing, report.forecast.burn_rate.as_ref())),
        ]);
    }
    sheet
}

fn crossed(crossing: &Crossing, rate: Option<&BurnRate>) -> String {
    let by_minute = rate.is_some_and(BurnRate::is_by_minute);
    match (crossing.state, crossing.at) {
        (CrossingState::Expected, Some(at)) if by_minute => at.format("%Y-%m-%d %H:%M").to_string(),
        (CrossingState::Expected, Some(at)) => at.date_naive().to_string(),
        (CrossingState::Reached, _) => "already".to_owned(),
        (CrossingState::NotReached, _) => "no, month is over".to_owned(),
        (CrossingState::NotThisMonth, _) => "not this month".to_owned(),
        (CrossingState::Unknown | CrossingState::Expected, _) => NOT_ENOUGH.to_owned(),
    }
}
