//! Reports and findings as text, JSON, CSV and Markdown. Computes nothing: every figure comes in a report.

mod archived;
mod backtest;
pub(crate) mod chart;
pub mod check;
mod costs;
mod csv;
pub(crate) mod daily;
mod diagnostics;
mod diff;
pub(crate) mod forecast;
mod json;
mod markdown;
mod migrated;
mod optimizations;
pub(crate) mod overview;
mod recorded;
pub(crate) mod safe;
pub(crate) mod sheet;
pub(crate) mod team;
pub(crate) mod teams;
pub(crate) mod theme;

use std::io::{self, Write};

pub use archived::{Archived, Deleted, Left, MovedTo, counted as counted_of};
pub use diagnostics::{LineAt, concise, counted, in_full, summary};
pub use diff::diff;
pub use json::schema;
pub use migrated::{Migrated, MigratedLog};
pub use overview::MOST_FINDINGS;
pub use recorded::{MOST_RECORDED, Recorded, RecordedRow, recorded};
pub use safe::{has_forbidden, line as safe_line};
pub use theme::{Ink, Paint, Style, pieces};

use crate::{
    analysis::StatusReport,
    diagnostic::{Findings, Severity},
    text::Files,
};
use sheet::Sheet;

/// What to do about a missing budget.
const NO_BUDGET: &str =
    "no budget is set: --budget 200K, TOKMON_BUDGET or `[budget] tokens` in tokmon.toml sets one";

/// In which form a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tables for people.
    Table,
    /// The whole report, whichever views are chosen.
    Json,
    /// Comma-separated values: a table for each part of a view, an empty line between them.
    Csv,
    /// Tables for a Markdown page.
    Markdown,
    /// Findings as SARIF 2.1.0. Only a check has it.
    Sarif,
    /// Findings as GitHub's workflow commands. Only a check has it.
    Github,
}

/// A part of the report to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The budget, what is used of it, alerts.
    Status,
    /// Team by team.
    Teams,
    /// Day by day.
    Daily,
    /// Where it will end.
    Forecast,
    /// How forecasts did.
    Backtest,
    /// Savings per operation.
    Optimizations,
}

impl View {
    /// Every view, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Status,
        Self::Teams,
        Self::Daily,
        Self::Forecast,
        Self::Backtest,
        Self::Optimizations,
    ];
}

/// All that the views draw on.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The report.
    pub report: &'a StatusReport,
    /// What was found in the files, sorted.
    pub findings: &'a Findings,
    /// What these files are called.
    pub files: &'a Files,
}

impl Page<'_> {
    /// Writes the chosen views. Fails only where writing fails.
    pub fn write(
        &self,
        views: &[View],
        format: Format,
        style: Style,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.text(views, style, out),
            Format::Json => json::report(self, out),
            Format::Csv => csv::sheets(&self.data(views), out),
            Format::Markdown => markdown::page(self, &self.sheets(views), out),
            Format::Sarif | Format::Github => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn text(&self, views: &[View], style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = overview::title(self.report, style);
        for view in views {
            lines.push(String::new());
            lines.extend(match view {
                View::Status => overview::lines(self, style),
                View::Teams => teams::lines(self.report, style),
                View::Daily => daily::lines(self.report, style),
                View::Forecast => forecast::lines(self.report, style),
                View::Backtest => backtest::lines(self.report, style),
                View::Optimizations => optimizations::lines(self.report, style),
            });
        }
        if !views.contains(&View::Status) {
            lines.extend(overview::data(self, style));
        }
        for line in lines {
            let indent = line.len() - line.trim_start().len() + 4;
            for line in style.folded(&line, indent) {
                writeln!(out, "{}", style.paint(line.trim_end()))?;
            }
        }
        Ok(())
    }

    /// What the views show on a page.
    fn sheets(&self, views: &[View]) -> Vec<Sheet> {
        let of = |view: &View| match view {
            View::Status => overview::sheets(self),
            View::Teams => vec![teams::sheet(self.report)],
            View::Daily => vec![daily::sheet(self.report)],
            View::Forecast => forecast::sheets(self.report),
            View::Backtest => vec![backtest::sheet(self.report)],
            View::Optimizations => vec![optimizations::sheet(self.report)],
        };
        let mut sheets: Vec<Sheet> = views.iter().flat_map(of).collect();
        if !views.contains(&View::Status) {
            sheets.push(overview::findings_sheet(self, Severity::Warning));
        }
        sheets
    }

    /// What they hold for programs: of teams, days and operations one table, and nothing beside it.
    fn data(&self, views: &[View]) -> Vec<Sheet> {
        let of = |view: &View| match view {
            View::Status => overview::sheets(self),
            View::Teams => vec![teams::data(self.report)],
            View::Daily => vec![daily::data(self.report)],
            View::Forecast => forecast::data(self.report),
            View::Backtest => vec![backtest::sheet(self.report)],
            View::Optimizations => vec![optimizations::data(self.report)],
        };
        views.iter().flat_map(of).collect()
    }
}
