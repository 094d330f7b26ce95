//! The status at a glance: budget, used, left, forecast, alerts, and what is wrong with the data. The text of a run, the screen of
//! the dashboard (`screen`) and the single line (`line`) are each a list of blocks over one report.

mod alerts;
mod block;
mod brief;
mod burn_up;
mod figures;
mod grid;
mod layout;
mod line;
mod screen;
mod tables;

use super::{
    NO_BUDGET, NO_COST_BUDGET, OutputStyle, Page, StyledLine, TextRole, concise, counted, forecast,
    heading, in_brackets, prefixed, reading,
};
use crate::{
    analysis::{StatusReport, unjudged},
    diagnostic::Severity,
    model::{Measured, Month, Percent, Tokens},
    text::Place,
};
pub use block::{Block, draw, fit, height};
pub use brief::brief_verdict;
pub use layout::{Columns, Size, SizeClass, apart, around, rule};
pub use line::{
    LinePart, available_to, line_parts, one_line, share_and_level, share_of, spent,
    spent_and_level, used_by,
};
pub use screen::{ScreenStatus, blocks};
pub use tables::{findings as findings_table, tables};

pub const MAX_LISTED: usize = 20;

/// The width of a bar if lines may have any length.
const BAR: usize = 80;

pub fn title(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let path = style.text(&report.log.path);
    let mut title = heading("tokmon") + format!("  {path}  {}", report.month);
    if let Some(projects) = projects(report) {
        title += "  ";
        title += style.text(&projects);
    }
    let remarks = remarks(report).into_iter().map(StyledLine::from);
    std::iter::once(title).chain(remarks).collect()
}

/// One sentence: whether the usage is within the budget, or why that cannot be judged.
pub fn sentence(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let unjudged = || unjudged(report).map(|reason| style.text(&reason).into());
    verdict(report, style).or_else(unjudged)
}

/// What keeps the month within its budget, or how to set one.
pub fn action(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let is_in_tokens = report.budget.tokens.is_some() && report.measure.is_money();
    let is_silent = report.cost_budget.is_none() && report.span_budgets.is_empty();
    let action = match &report.verdict {
        Some(verdict) => style.text(verdict.action.as_ref()?),
        None if is_in_tokens && is_silent && !report.is_out_of_period => NO_COST_BUDGET.to_owned(),
        None if report.has_limit() || report.is_out_of_period => return None,
        None if report.measure.is_money() => NO_COST_BUDGET.to_owned(),
        None => NO_BUDGET.to_owned(),
    };
    Some(StyledLine::from(format!("To do: {action}")))
}

/// One sentence: whether the usage is within the budget.
pub fn verdict(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let verdict = report.verdict.as_ref()?;
    let message = style.text(&verdict.message);
    let word = verdict.level.into_str();
    let rest = message.strip_prefix(word).unwrap_or(&message).to_owned();
    Some(StyledLine::styled(TextRole::Badge(verdict.level), word) + rest)
}

/// The project it is limited to, else all projects.
pub fn projects(report: &StatusReport) -> Option<String> {
    let all = || Some(report.projects.join(", ")).filter(|all| !all.is_empty());
    report.project.clone().or_else(all)
}

pub fn remarks(report: &StatusReport) -> Vec<String> {
    let today = report.now.date_naive();
    let month = report.month;
    let other_month = (!report.is_current_month).then(|| {
        if month > Month::of(today) {
            format!("{month} has not begun; today is {today}")
        } else {
            format!("{month} is not the current month; today is {today}")
        }
    });
    let about_log = remarks_on_log(report);
    other_month.into_iter().chain(about_log).collect()
}

/// What makes the figures of the log doubtful.
pub fn remarks_on_log(report: &StatusReport) -> impl Iterator<Item = String> {
    let rowless = (!report.has_rows()).then(|| format!("{}: {}", report.month, no_rows(report)));
    let old = (report.log.format == "1").then(|| "this log uses the format before v2.0".to_owned());
    let silent = silence(report).filter(|_| report.has_rows());
    let (period, overrides) = (period(report), overrides(report));
    [rowless, silent, old, period, overrides]
        .into_iter()
        .flatten()
}

/// `period since 2026-02-10 09:00: its use is judged; 2026-02 alone: 80,000 tokens`, of a budget that is reset by hand.
fn period(report: &StatusReport) -> Option<String> {
    let period = report.period.as_ref()?;
    let since = match period.since {
        Some(since) => {
            let since = since.with_timezone(report.now.offset());
            format!("since {}", since.format("%Y-%m-%d %H:%M"))
        }
        None => "since the log began (the budget was never reset)".to_owned(),
    };
    let unsure = period.unsure_tokens.map(|tokens| {
        format!(
            "; {tokens} of its tokens may be from before: `tokmon budget --reset` writes down what was used until then"
        )
    });
    let (month, unsure) = (report.month, unsure.unwrap_or_default());
    let alone = period.of_month();
    Some(format!(
        "the budget's period runs {since}; {month} alone {alone}{unsure}"
    ))
}

/// `2 overrides of the budget, the last by alice on 2026-02-25: ship it`.
fn overrides(report: &StatusReport) -> Option<String> {
    let last = report.overrides.iter().max_by_key(|one| one.time)?;
    let count = counted(report.overrides.len() as u64, "override");
    let which = if report.overrides.len() > 1 {
        "the last "
    } else {
        ""
    };
    let by = prefixed("by ", last.by.as_ref().map(|by| format!("{by} ")));
    let date = last.time.date_naive();
    let reason = last.reason.as_deref().unwrap_or("no reason given");
    Some(format!(
        "{count} of the budget, {which}{by}on {date}: {reason}"
    ))
}

/// `last row 2026-11-16, 11 days ago: is everything written down?`
fn silence(report: &StatusReport) -> Option<String> {
    let silence = report.forecast.inputs.as_ref()?.silence?;
    let (last, days) = (silence.last_row, silence.days + 1);
    Some(format!(
        "last row {last}, {days} days ago: is everything written down?"
    ))
}

/// `no rows yet; last row 2026-02-25`, of a month that has none.
pub fn no_rows(report: &StatusReport) -> String {
    let last = report.log.last_row;
    format!("no rows yet{}", prefixed("; last row ", last))
}

pub fn lines(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let report = page.report;
    draw([
        Block::lines(figures::lines(page, style)),
        Block::lines(bar(report, style)),
        Block::lines(ends(report, style)),
        Block::lines(beside(report, style)),
        Block::lines(alerts::text(report, style)),
        Block::lines(data_lines(page, style)),
    ])
}

/// The status above other views: below a number of lines it fits on a screen, and the alerts without room there follow. What the other
/// views say is left to them.
pub fn summary(page: &Page<'_>, style: OutputStyle, above: usize) -> Vec<StyledLine> {
    const SCREEN: usize = 23;
    let report = page.report;
    let mut lines = figures::lines(page, style);
    lines.extend(bar(report, style));
    lines.extend(ends(report, style));
    let room = SCREEN.saturating_sub(above + lines.len());
    lines.extend(alerts::within(report, style, room));
    lines
}

/// What is missing from the figures, and what contradicts them. Every view shows this.
pub fn data_lines(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let read = page.reading(style);
    // It is about the log and not about what stands above it.
    let between = (!read.is_empty()).then(StyledLine::new);
    let lines = read.into_iter().chain(missing(page.report));
    let lines = lines.flat_map(|line| style.fold(StyledLine::from(line), 0));
    between
        .into_iter()
        .chain(lines)
        .chain(findings(page, style))
        .collect()
}

fn bar(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let Some(spending) = report.spending() else {
        return Vec::new();
    };
    let width = style.width.unwrap_or(BAR).min(BAR);
    let at = &report.budget.thresholds;
    let (used, budget) = (spending.used, spending.budget);
    let mut scale = OutputStyle::scale(width, at);
    // Where both budgets are set, the bar is that of the one that is used up further.
    if spending.currency.is_some() && scale.starts_with("     ") {
        scale.replace_range(..4, "cost");
    }
    vec![
        style.bar(width, used, budget, spending.level, Some(at)),
        scale.into(),
    ]
}

/// The column in which the values of [`named`] lines start.
const NAMED: usize = 11;

/// Where it will end: by the forecast, and by the plan.
fn ends(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let of_tokens = forecast::in_brief(report, style);
    let of_money = forecast::cost_in_brief(report, style);
    let ends: Vec<StyledLine> = of_tokens.into_iter().chain(of_money).collect();
    let ends = (!ends.is_empty()).then(|| StyledLine::join(ends, "; "));
    named(
        [("Forecast", ends), ("Plan", planned(report, style))],
        style,
    )
}

/// What else there is to know: the rate so far, what the log itself states, and who used most.
fn beside(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let forecast = &report.forecast;
    let rate = forecast.burn_rate.as_ref();
    let rate = rate.map(|rate| {
        let since = report.period.as_ref().and_then(|period| period.since);
        let is_before = since.is_some_and(|since| rate.since <= since.date_naive());
        let before = if is_before {
            ", also before the reset"
        } else {
            ""
        };
        format!("{}{before}", forecast::rate(rate, style)).into()
    });
    let stated = forecast.stated.as_ref().map(|stated| {
        let (range, line) = (forecast::stated_range(stated), stated.line);
        let verb = if report.is_over() { "stated" } else { "states" };
        format!("{verb} an end at {range} (line {line})").into()
    });
    let teams = teams(report, style);
    named(
        [("Burn rate", rate), ("The log", stated), ("Teams", teams)],
        style,
    )
}

fn named<const N: usize>(
    parts: [(&str, Option<StyledLine>); N],
    style: OutputStyle,
) -> Vec<StyledLine> {
    let parts = parts.into_iter();
    let lines =
        parts.filter_map(|(name, part)| Some(StyledLine::from(format!("{name:<NAMED$}")) + part?));
    lines.flat_map(|line| style.fold(line, NAMED)).collect()
}

/// The teams that used most: `Team A 68,090 (53.3%), Team B 7,910 (6.2%), 3 more 1,000 (0.7%)`.
fn teams(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    const MAX_NAMED: usize = 3;
    let used = report.spent();
    let mut teams: Vec<(Measured, &str)> = report
        .teams
        .iter()
        .filter_map(|team| Some((team.spent()?, team.name.as_str())))
        .filter(|(spent, _)| !spent.is_zero())
        .collect();
    if teams.len() < 2 {
        return None;
    }
    teams.sort_by_key(|(spent, _)| std::cmp::Reverse(spent.units()));
    let share = |spent: Measured| in_brackets(Percent::new(spent.units(), used.units()));
    let named = teams.iter().take(MAX_NAMED);
    let named = named.map(|(spent, name)| {
        let amount = style.amount(*spent);
        format!("{} {amount}{}", style.text(name), share(*spent))
    });
    let mut parts: Vec<String> = named.collect();
    let others = teams.get(MAX_NAMED..).unwrap_or_default();
    if !others.is_empty() {
        let rest = used.with(others.iter().map(|(spent, _)| spent.units()).sum());
        let amount = style.amount(rest);
        parts.push(format!("{} more {amount}{}", others.len(), share(rest)));
    }
    Some(parts.join(", ").into())
}

/// `191,670 tokens (95.8%), 8,330 to spare`, with a badge above the budget.
fn planned(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let end = &report.forecast.plan.as_ref()?.end;
    let (total, share) = (
        end.total_tokens,
        in_brackets(report.share(end.total_tokens)),
    );
    let rest = Tokens(end.remaining.unwrap_or_default().unsigned_abs());
    let line = format!("{total} tokens{share}");
    Some(match (end.remaining, end.level) {
        (None, _) => line.into(),
        (Some(0..), _) => format!("{line}, {rest} to spare").into(),
        (Some(_), level) => {
            let badge = level.map(|level| style.badge(level)).unwrap_or_default();
            StyledLine::from(format!("{line}, {rest} more than the budget ")) + badge
        }
    })
}

/// The rows that say nothing that is in the figures: those that cannot be read, those without a date, and those without a figure.
pub fn missing(report: &StatusReport) -> Vec<String> {
    let log = &report.log;
    let unreadable = rows(log.unreadable_rows, "unreadable", &log.unreadable_places);
    let without = rows(
        log.rows_without_figure,
        "without a figure",
        &log.places_without_figure,
    );
    let unreadable = unreadable.map(|rows| rows + ": not counted");
    let undated = report.undated.as_ref().map(reading::undated);
    unreadable
        .into_iter()
        .chain(undated)
        .chain(without)
        .collect()
}

/// `2 rows unreadable, lines 8, 9`.
fn rows(count: u64, what: &str, places: &[Place]) -> Option<String> {
    if count == 0 {
        return None;
    }
    let number = |place: &Place| format!("{}{}", place.line, place.file.role().suffix());
    let numbers: Vec<String> = places.iter().map(number).collect();
    let more = if count > places.len() as u64 {
        " and more"
    } else {
        ""
    };
    let word = if count == 1 { "line" } else { "lines" };
    let (rows, numbers) = (counted(count, "row"), numbers.join(", "));
    Some(format!("{rows} {what}, {word} {numbers}{more}"))
}

fn findings(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let count = page.findings.count(Severity::Error) + page.findings.count(Severity::Warning);
    if count == 0 {
        return Vec::new();
    }
    let kept = page.findings.kept().iter();
    let shown = kept.filter(|finding| finding.severity() != Severity::Note);
    let mut lines = vec![StyledLine::new(), heading(format!("Findings ({count})"))];
    for finding in shown.take(MAX_LISTED) {
        let severity = finding.severity().into_str();
        let text = style.text(&concise(finding, page.files));
        lines.extend(style.fold(format!("{severity:<8}  {text}"), 10));
    }
    if count > MAX_LISTED {
        let more = count - MAX_LISTED;
        lines.push(format!("and {more} more: -v shows all of them").into());
    }
    lines
}
