//! The chart of the overview, below a rule that says what it shows.

use super::{line, screen::ScreenStatus};
use crate::{
    analysis::StatusReport,
    model::{Level, Probability},
    render::{
        OutputStyle, StyledLine,
        forecast::{
            self,
            chart::{self, screen_canvas},
        },
        heading, in_brackets, rule,
    },
};

/// Whether there is anything to draw.
pub fn is_known(report: &StatusReport, screen: ScreenStatus) -> bool {
    chart::course(report, screen_canvas(screen.style, 1)).is_some()
}

/// The chart in this number of rows, below a rule and above its axis.
pub fn lines(report: &StatusReport, screen: ScreenStatus, rows: usize) -> Vec<StyledLine> {
    let (style, columns) = (screen.style, screen.size.width);
    let canvas = screen_canvas(style, rows);
    let Some((chart, axis)) = chart::course(report, canvas) else {
        return Vec::new();
    };
    let rate = report.forecast.burn_rate.as_ref();
    // On a wide screen the plan is in the headline.
    let plan = line::planned(report).filter(|_| !screen.is_wide());
    let plan = plan.map(|[plan, _]| {
        let level = report
            .forecast
            .plan
            .as_ref()
            .and_then(|plan| plan.end.level);
        heading(plan) + badge(level, style)
    });
    let parts = [
        rate.map(|rate| heading(forecast::short_rate(rate))),
        plan,
        likely(report, style),
        Some(heading(chart::key(&chart, style).join("  "))),
    ];
    let (mut title, mut gap) = (heading("Burn-up"), "  ");
    for part in parts.into_iter().flatten() {
        let more = title.clone() + gap + part;
        if more.width() + 6 <= columns {
            (title, gap) = (more, style.separator());
        }
    }
    let mut lines = vec![rule(title, columns, style)];
    lines.extend(chart.lines(canvas));
    lines.push(axis.into());
    lines
}

/// The badge of a level that is a cause for alarm.
fn badge(level: Option<Level>, style: OutputStyle) -> StyledLine {
    let level = level.filter(|level| *level > Level::Ok);
    level.map_or_else(StyledLine::new, |level| {
        StyledLine::from(" ") + style.badge(level)
    })
}

/// `likely 183.2K (91.6%), 16% chance over`, with its badge; of the money, if the budget is in money.
fn likely(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let spending = report.spending();
    let in_money = spending.is_some_and(|spending| spending.currency.is_some());
    let (likely, chance, level) = if let Some(cost) = report.forecast.cost.filter(|_| in_money) {
        let likely = style.money(cost.quantiles.p50?);
        (likely, Some(cost.probability_over_budget), Some(cost.level))
    } else {
        let end = report.forecast.estimates().next()?;
        let likely = end.quantiles.p50?;
        let share = in_brackets(report.share(likely));
        let text = format!("{}{share}", likely.compact());
        (text, end.probability_over_budget, end.level)
    };
    // A budget that is used up is over already.
    let chance = chance.filter(|chance| *chance != Probability::CERTAIN);
    let Some(chance) = chance else {
        return Some(heading(format!("likely {likely}")));
    };
    let text = format!("likely {likely}, {chance} chance over");
    Some(heading(text) + badge(level, style))
}
