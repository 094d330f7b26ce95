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

/// The cells of a rule around its title.
const RULE: usize = 6;

/// Whether there is anything to draw.
pub fn is_known(report: &StatusReport, screen: ScreenStatus) -> bool {
    chart::course(report, screen_canvas(report, screen.style, 1)).is_some()
}

/// The chart in this number of rows, below a rule and above its axis.
pub fn lines(report: &StatusReport, screen: ScreenStatus, rows: usize) -> Vec<StyledLine> {
    let (style, columns) = (screen.style, screen.size.width);
    let canvas = screen_canvas(report, style, rows);
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
            .and_then(|plan| plan.end.level)
            .filter(|level| *level == Level::Exceeded);
        heading(plan) + badge(level, style)
    });
    let rates = rate.map(|rate| {
        [
            forecast::short_rate(rate, style),
            forecast::bare_rate(rate, style),
        ]
    });
    let rates: Vec<_> = rates.into_iter().flatten().map(heading).collect();
    let ends: Vec<StyledLine> = plan.into_iter().chain(likely(report, style)).collect();
    // Where it ends is more important than how the rate is known.
    let titles = [ends.as_slice(), ends.get(..1).unwrap_or_default()].map(|ends| {
        let rates = rates.iter().map(Some).chain([None]);
        rates.map(move |rate| {
            let parts = std::iter::once(heading("Burn-up")).chain(rate.cloned());
            StyledLine::join(parts.chain(ends.iter().cloned()), style.separator())
        })
    });
    let room = columns.saturating_sub(RULE);
    let mut titles = titles.into_iter().flatten();
    let title = titles.find(|title| title.width() <= room);
    let title = title.unwrap_or_else(|| heading("Burn-up"));
    let key = heading(chart::key(&chart, style, report.measure).join("  "));
    let with_key = title.clone() + style.separator() + key;
    let title = if with_key.width() <= room {
        with_key
    } else {
        title
    };
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
    let (likely, chance, level) = if let Some(cost) = report.forecast_of_spending() {
        let likely = style.money(cost.quantiles.p50?);
        (likely, cost.probability_over_budget, cost.level)
    } else {
        let end = report.forecast.ends().next()?;
        let likely = end.quantiles.p50?;
        let share = in_brackets(report.share(likely));
        let text = format!("{}{share}", style.compact(likely));
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
