//! How accurate forecasts were in the finished months of the log.

use super::{Cell, Column, ReportTable};
use crate::analysis::{
    Backtest, StatusReport,
    forecast::{BacktestPart, PastChances},
};

pub fn table(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::named("Days of month", "days_of_month"),
        Column::named("Forecasts", "forecasts").droppable(1),
        Column::named("Error", "error_percent"),
        Column::named("Line's error", "line_error_percent"),
        Column::named("In 80%", "in_80_percent"),
        Column::named("In 95%", "in_95_percent"),
        Column::named("Brier", "brier").droppable(3),
        Column::named("Line's Brier", "line_brier").droppable(2),
    ];
    let mut table = ReportTable::new("Backtest", columns);
    let Some(backtest) = &report.forecast.backtest else {
        return table;
    };
    let share = |share: f64| {
        let percent = share * 100.0;
        Cell::Figure(format!("{percent:.0}%"), format!("{percent:.1}"))
    };
    let brier = |score: f64| Cell::Figure(format!("{score:.3}"), score.to_string());
    for part in &backtest.parts {
        let (forecast, line) = (&part.forecast, &part.straight_line);
        table.row([
            Cell::word(days(part)),
            Cell::Count(part.forecasts as u64),
            share(forecast.error),
            share(line.error),
            Cell::some(forecast.in_80, share),
            Cell::some(forecast.in_95, share),
            Cell::some(forecast.brier, brier),
            Cell::some(line.brier, brier),
        ]);
    }
    for (column, note) in notes(backtest, report.budget.tokens.is_some()) {
        match column {
            Some(column) => table.note_about(column, note),
            None => table.note(note),
        }
    }
    table
}

/// `1-10`, and `all` for the whole month.
fn days(part: &BacktestPart) -> String {
    match (part.from_day, part.to_day) {
        (1, 31) => "all".to_owned(),
        (from, 31) => format!("{from} on"),
        (from, to) => format!("{from}-{to}"),
    }
}

/// What the figures mean, each with the column it is about, and what they are based on.
fn notes(backtest: &Backtest, has_budget: bool) -> Vec<(Option<&'static str>, String)> {
    let Some((first, last)) = backtest.months.first().zip(backtest.months.last()) else {
        let text = "too little history: no finished month has a date for nine tenths of its tokens";
        return vec![(None, text.to_owned())];
    };
    let Some(whole) = backtest.parts.last() else {
        let text = format!(
            "too little history: {first} has fewer than three days to forecast the rest from"
        );
        return vec![(None, text)];
    };
    let of = match backtest.months.len() {
        1 => format!("{first} alone, which says little yet: its forecasts depend on each other"),
        count => format!("{count} finished months from {first} to {last}"),
    };
    let (about_brier, brier) = match whole.with_open_budget {
        0 if !has_budget => (None, "no Brier score: there is no budget".to_owned()),
        0 => (
            None,
            "no Brier score: today's budget was exceeded on every day".to_owned(),
        ),
        open => (
            Some("Brier"),
            format!(
                "Brier: mean squared error of the chance of exceeding today's budget, on the {open} of {} days on which it was not exceeded yet; a coin gets 0.25",
                whole.forecasts
            ),
        ),
    };
    vec![
        (None, summary(whole)),
        (
            None,
            format!("made again at the end of each past day from daily usage alone, for {of}"),
        ),
        (
            Some("Error"),
            format!(
                "error: mean distance of the likely figure from what was used in the end, in percent of an average month ({})",
                backtest.per_month().with_unit()
            ),
        ),
        (
            Some("In 80%"),
            "in 80%, in 95%: how often what was used in the end lay in that range".to_owned(),
        ),
        (
            Some("Line's error"),
            "line: a straight line, the mean of the month so far for every remaining day"
                .to_owned(),
        ),
        (about_brier, brier),
    ]
}

fn summary(whole: &BacktestPart) -> String {
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    let (forecast, line) = (&whole.forecast, &whole.straight_line);
    let ranges = forecast.in_80.map(|held| {
        let held = percent(held);
        format!("; the 80% range held {held} of the time")
    });
    let chances = forecast.brier.zip(line.brier).map(|(brier, _)| {
        if brier < PastChances::COIN {
            "; its chances were better than a coin's"
        } else {
            "; its chances were no better than a coin's"
        }
    });
    format!(
        "the likely figure was off by {} on average, a straight line by {}{}{}",
        percent(forecast.error),
        percent(line.error),
        ranges.unwrap_or_default(),
        chances.unwrap_or_default()
    )
}
