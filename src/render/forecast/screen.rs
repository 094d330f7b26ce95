//! The forecast on a screen: the chart takes the room that the parts around it leave, and on wide screens those below it are beside
//! each other.

use std::ops::Range;

use super::{chart, context_fields, crossings, summary, tables, titles, why};
use crate::{
    analysis::StatusReport,
    render::{OutputStyle, ReportTable, StyledLine, heading, status::Columns},
};

/// The lines of a table above its rows: a blank one, the title and the headings.
const ABOVE_ROWS: usize = 3;

/// Rows of the forecast that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForecastRows {
    /// The whole token budget in the table of thresholds.
    Budget,
    /// The whole cost budget in its table.
    CostBudget,
    /// The pending phases.
    Pending,
}

#[derive(Default)]
pub struct ForecastScreen {
    pub lines: Vec<StyledLine>,
    /// The lines that are selected.
    pub selected: Option<Range<usize>>,
}

impl ForecastScreen {
    fn add(&mut self, part: impl Into<Self>) {
        let (part, start) = (part.into(), self.lines.len());
        let selected = part.selected;
        let selected = selected.map(|lines| lines.start + start..lines.end + start);
        self.selected = self.selected.take().or(selected);
        self.lines.extend(part.lines);
    }
}

impl From<Vec<StyledLine>> for ForecastScreen {
    fn from(lines: Vec<StyledLine>) -> Self {
        Self {
            lines,
            selected: None,
        }
    }
}

/// The forecast for a screen with room for this many lines. The chart replaces the bar.
pub fn screen(
    report: &StatusReport,
    style: OutputStyle,
    room: usize,
    selected: Option<ForecastRows>,
) -> ForecastScreen {
    let title = style.pick(titles(report).map(heading));
    let title = style.fold(title, 4);
    let below = below(report, style, selected);
    let with = |summary: Vec<StyledLine>| [title.clone(), summary].concat();
    let mut first = with(summary(report, style, false));
    let left = room.saturating_sub(first.len());
    let others = [below.lines.len(), crossings(report, style).len()];
    let chart = chart::on_screen(report, style, left, others);
    if chart.is_empty() {
        first = with(summary(report, style, true));
    }
    let mut screen = ForecastScreen::from(first);
    screen.add(chart);
    screen.add(below);
    screen
}

/// What is below the chart.
fn below(
    report: &StatusReport,
    style: OutputStyle,
    selected: Option<ForecastRows>,
) -> ForecastScreen {
    let columns = Columns::of(style);
    let style = columns.map_or(style, |columns| columns.style(style));
    let [thresholds, cost_thresholds, scenarios, pending, others @ ..] = tables::all(report);
    let last = |table: &ReportTable| table.rows().count().saturating_sub(1)..usize::MAX;
    let rows = |of, rows: Range<usize>| (selected == Some(of)).then_some(rows);
    let of_budget = rows(ForecastRows::Budget, last(&thresholds));
    let of_cost = rows(ForecastRows::CostBudget, last(&cost_thresholds));
    let of_plan = rows(ForecastRows::Pending, 0..usize::MAX);
    let (mut first, mut second) = (ForecastScreen::default(), ForecastScreen::default());
    first.add(titled(&thresholds, style, of_budget));
    first.add(titled(&cost_thresholds, style, of_cost));
    first.add(why(report, style));
    second.add(context_fields(report, style));
    second.add(titled(&scenarios, style, None));
    second.add(titled(&pending, style, of_plan));
    for table in &others {
        second.add(titled(table, style, None));
    }
    let Some(columns) = columns else {
        first.add(second);
        return first;
    };
    ForecastScreen {
        selected: first.selected.or(second.selected),
        lines: columns.beside(first.lines, second.lines),
    }
}

/// A table below its title, with some of its rows selected.
fn titled(
    table: &ReportTable,
    style: OutputStyle,
    selected: Option<Range<usize>>,
) -> ForecastScreen {
    let mut lines = super::titled(table, style);
    let count = table.rows().count();
    let selected = selected.map(|rows| rows.start + ABOVE_ROWS..rows.end.min(count) + ABOVE_ROWS);
    let selected = selected.filter(|rows| !rows.is_empty() && rows.end <= lines.len());
    for line in selected.clone().into_iter().flatten() {
        let row = std::mem::take(&mut lines[line]);
        lines[line] = row.mark('>').reverse(true);
    }
    ForecastScreen { lines, selected }
}
