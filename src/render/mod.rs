//! Reports and findings as text, JSON, CSV and Markdown. Computes nothing: every figure comes in a report.

mod archived;
mod backtest;
pub mod budget;
mod cache;
pub mod chart;
pub mod check;
pub mod compare;
mod costs;
mod csv;
pub mod daily;
mod diagnostics;
mod diff;
pub mod forecast;
pub mod guard;
pub mod holds;
pub mod import;
mod json;
mod markdown;
pub mod metrics;
mod migrated;
pub mod notices;
mod optimizations;
pub mod prices;
pub mod reading;
mod recorded;
mod sanitize;
pub mod status;
pub mod statusline;
mod styled;
pub mod table;
pub mod team;
pub mod teams;
mod theme;

use std::{
    fmt::Display,
    io::{self, Write},
};

use strum::VariantArray as _;

pub use archived::{Archived, Deleted, Left, MovedTo};
pub use chart::{Canvas, Chart, Point, RuleLine, in_level};
pub use costs::remarks as cost_remarks;
pub use daily::no_rows as no_daily_rows;
pub use diagnostics::{LineAt, concise, count_all, count_findings, in_full, summary};
pub use diff::diff;
pub use json::{import_line_schema, schema, write as write_json};
pub use migrated::{Migrated, MigratedLog};
pub use notices::{NoticeDocument, NoticeList, NoticeOutcome, NoticeReport};
pub use recorded::{
    MAX_RECORDED, Recorded, RecordedRow, RecordedTeam, recorded, recorded_team, with_reserved,
};
pub use sanitize::{
    cut, escape_unsafe, has_unsafe, is_unsafe, push_escaped, sanitize, sanitize_in_place,
    split_at_width, width,
};
pub use status::{
    MAX_LISTED, Size, SizeClass, apart, around, missing, no_rows, rule, spent, spent_and_level,
};
pub use styled::{StyledLine, heading};
pub use table::{AT_LEAST, Cell, Column, ReportTable, signed};
pub use theme::{ColorDepth, ColorMode, OutputStyle, TextRole, Theme};

use crate::{
    analysis::StatusReport,
    diagnostic::{Findings, Severity},
    model::{Tokens, in_brackets},
    text::Files,
};

/// How to set a budget.
const NO_BUDGET: &str = "set a budget: --budget 200K, TOKMON_BUDGET, `[budget] tokens` in tokmon.toml, or a line \
    `- Total budget: 200,000 tokens` under `**Budget Status:**` in the log";

/// The same for a log that states only costs.
const NO_COST_BUDGET: &str = "set a budget: `cost = \"50 USD\"` below `[budget]` in tokmon.toml";

/// `1 row`, `4,958 rows`.
pub fn counted(count: impl TryInto<u64>, word: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {word}{plural}", Tokens(count))
}

/// The command that creates a log: `tokmon init --file spent.md`.
pub fn init_command(log: &str) -> String {
    format!("tokmon init --file {}", shell_words::quote(log))
}

/// What went wrong in one line: of a message that goes on in more lines, what does not lead to them.
pub fn brief(message: &str) -> String {
    let mut lines = message.trim().lines();
    let first = lines.next().unwrap_or_default();
    let first = match first.rsplit_once("; ") {
        Some((before, _)) if lines.next().is_some() => before,
        _ => first,
    };
    OutputStyle::PLAIN.text(&first.replace("  ", " "))
}

/// The value behind a text, or nothing.
pub fn prefixed(prefix: &str, value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| format!("{prefix}{value}"))
}

/// The parts that there are, joined.
pub fn joined(parts: impl IntoIterator<Item = Option<String>>, separator: &str) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(separator)
}

/// The counts that are not zero, each with its word.
fn amounts<'w>(counts: impl IntoIterator<Item = (usize, &'w str)>) -> Vec<String> {
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, word)| counted(count, word)).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
pub enum Format {
    Table,
    Json,
    /// Comma-separated values: a table for each part of a view, an empty line between them.
    Csv,
    Markdown,
    Sarif,
    Github,
    /// The budgets of organizations, as JSON.
    Health,
    /// The line of a monitoring plugin.
    Nagios,
    /// Metrics in the text format 0.0.4.
    Prometheus,
    /// Metrics in OpenMetrics 1.0.0.
    Openmetrics,
    /// A status line without colour.
    Plain,
    /// With the escape sequences of terminals.
    Ansi,
    /// With the styles of tmux.
    Tmux,
}

impl Format {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Whether it is for a monitoring system: then it judges the current month, and has no views.
    pub const fn is_for_monitoring(self) -> bool {
        matches!(
            self,
            Self::Health | Self::Nagios | Self::Prometheus | Self::Openmetrics
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
pub enum View {
    Status,
    Teams,
    Daily,
    Forecast,
    Backtest,
    Optimizations,
    Cache,
}

impl View {
    pub const ALL: &[Self] = Self::VARIANTS;
}

#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    pub report: &'a StatusReport,
    pub findings: &'a Findings,
    pub files: &'a Files,
    /// Whether to leave out how a log in another form was read.
    pub is_quiet: bool,
}

impl Page<'_> {
    /// How a log in another form was read: which of its tables, and what was assumed.
    fn reading(&self, style: OutputStyle) -> Vec<String> {
        let log = &self.report.log;
        if self.is_quiet {
            return Vec::new();
        }
        reading::lines(&log.tables, &log.assumptions, style)
    }

    /// Writes the chosen views. Fails only if writing fails.
    pub fn write(
        &self,
        views: &[View],
        format: Format,
        style: OutputStyle,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Table => self.write_text(views, style, out),
            Format::Json => json::report(self, out),
            Format::Csv => csv::write(&self.tables(views, true), out),
            Format::Markdown => markdown::page(self, &self.tables(views, false), out),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn write_text(
        &self,
        views: &[View],
        style: OutputStyle,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut lines = status::title(self.report, style);
        if views.contains(&View::Status) || views.contains(&View::Forecast) {
            let sentence = status::sentence(self.report, style).into_iter();
            let sentences = sentence.chain(status::action(self.report, style));
            lines.extend(sentences.flat_map(|line| style.fold(line, 4)));
        }
        let is_alone = views.len() == 1;
        for view in views {
            lines.push(StyledLine::new());
            lines.extend(match view {
                View::Status if is_alone => status::lines(self, style),
                View::Status => status::summary(self, style, lines.len()),
                View::Teams => teams::table(self.report).titled(style),
                View::Daily => daily::lines(self.report, style),
                View::Forecast => forecast::lines(self.report, style),
                View::Backtest => backtest::table(self.report).titled(style),
                View::Optimizations => optimizations::table(self.report).titled(style),
                View::Cache => cache::table(self.report).titled(style),
            });
        }
        if !is_alone || !views.contains(&View::Status) {
            let data = status::data_lines(self, style);
            if data.first().is_some_and(|line| !line.is_empty()) {
                lines.push(StyledLine::new());
            }
            lines.extend(data);
        }
        for line in lines {
            let indent = line.text().len() - line.text().trim_start().len() + 4;
            for line in style.fold(line, indent) {
                writeln!(out, "{}", style.paint(&line.trim_end()))?;
            }
        }
        Ok(())
    }

    /// The tables of a page; `for_programs`, one table of teams, days or operations, without totals.
    fn tables(&self, views: &[View], for_programs: bool) -> Vec<ReportTable> {
        let report = self.report;
        let of = |view: &View| match (view, for_programs) {
            (View::Status, _) => status::tables(self),
            (View::Teams, false) => vec![teams::table(report)],
            (View::Teams, true) => vec![teams::data(report)],
            (View::Daily, false) => vec![daily::table(report)],
            (View::Daily, true) => vec![daily::data(report)],
            (View::Forecast, false) => forecast::tables(report),
            (View::Forecast, true) => forecast::data(report),
            (View::Backtest, _) => vec![backtest::table(report)],
            (View::Optimizations, false) => vec![optimizations::table(report)],
            (View::Optimizations, true) => vec![optimizations::data(report)],
            (View::Cache, false) => vec![cache::table(report)],
            (View::Cache, true) => vec![cache::data(report)],
        };
        let mut tables: Vec<ReportTable> = views.iter().flat_map(of).collect();
        if !for_programs && !views.contains(&View::Status) {
            tables.push(status::findings_table(self, Severity::Warning));
        }
        tables
    }
}
