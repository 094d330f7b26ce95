//! The notices of `alert`: what a program is given, and what became of each, as text and as JSON.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, OutputStyle, TextRole, counted, json, sanitize, styled::StyledLine};
use crate::{
    analysis::{DueNotice, StatusReport},
    model::{Month, PeriodKey},
};

/// The cells of a badge and the blanks behind it.
const BADGE: usize = 10;

/// The characters of a team's name in text at most.
const MAX_NAME: usize = 60;

/// What `alert` did.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon alert")]
pub struct NoticeList<'a> {
    /// The version of this schema.
    pub schema_version: u32,
    /// The log.
    pub log: &'a str,
    pub month: Month,
    /// The time that the figures are of.
    pub now: DateTime<FixedOffset>,
    /// The program that was run, or would be. Absent where notices are printed.
    pub program: Option<String>,
    /// Nothing was sent or written.
    pub dry_run: bool,
    /// How many notices had gone out in this period before.
    pub sent_before: usize,
    /// The notices that are due, the worst first.
    pub notices: Vec<NoticeReport<'a>>,
    /// How many alerts of the status no notice is sent about.
    pub other_alerts: usize,
    /// `127,870 of 200,000 tokens used, 63.9%, ok`.
    #[serde(skip)]
    pub total: String,
}

/// A notice, and what became of it.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReportedNotice")]
pub struct NoticeReport<'a> {
    #[serde(flatten)]
    pub notice: &'a DueNotice,
    pub outcome: NoticeOutcome,
    /// Why it was not sent.
    pub problem: Option<String>,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeOutcome {
    /// It is due, and was not sent, since this is a dry run.
    Due,
    /// It is printed here.
    Printed,
    /// The program was run for it.
    Sent,
    /// The program failed. The next run tries again.
    Failed,
    /// It was not tried, since the program could not be run for one before it. The next run tries again.
    NotTried,
}

/// What a program reads on standard input: one notice.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon notice")]
pub struct NoticeDocument<'a> {
    /// The version of this schema.
    pub schema_version: u32,
    /// A heading for the message, like `Token budget 2026-02: critical (project/cost-log.md)`.
    pub title: String,
    /// The whole path of the log.
    pub log: &'a str,
    /// The projects of the month.
    pub projects: &'a [String],
    pub month: Month,
    /// The time that the figures are of.
    pub time: DateTime<FixedOffset>,
    /// Where a period was begun by hand, its begin.
    pub since: Option<DateTime<FixedOffset>>,
    #[serde(flatten)]
    pub notice: &'a DueNotice,
}

impl<'a> NoticeDocument<'a> {
    pub fn new(notice: &'a DueNotice, log: &'a str, report: &'a StatusReport) -> Self {
        let month = report.month;
        Self {
            schema_version: json::VERSION,
            title: format!(
                "{} ({})",
                title(notice, month),
                source(log, &report.projects)
            ),
            log,
            projects: &report.projects,
            month,
            time: notice.line.time,
            since: match notice.line.period {
                PeriodKey::Since(since) => Some(since),
                PeriodKey::Month(_) => None,
            },
            notice,
        }
    }

    pub fn json(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = json::write(self, &mut text);
        text
    }
}

/// `Infrastructure Upgrade, project/cost-log.md`: what notices of several logs are distinguished by in one channel.
fn source(log: &str, projects: &[String]) -> String {
    let mut parts: Vec<&str> = log.rsplit(['/', '\\']).take(2).collect();
    parts.reverse();
    let file = parts.join("/");
    match projects {
        [one] if one.chars().count() <= MAX_NAME => format!("{one}, {file}"),
        _ => file,
    }
}

/// `Token budget 2026-02: critical`, `Team G 2026-02: warning`.
fn title(notice: &DueNotice, month: Month) -> String {
    let about = match (&notice.team, notice.line.is_of_money()) {
        (Some(team), _) => team,
        (None, true) => "Cost budget",
        (None, false) => "Token budget",
    };
    format!("{about} {month}: {}", notice.level)
}

pub fn schema() -> String {
    json::schema_of::<NoticeList<'_>>()
}

/// The schema of what a program reads.
pub fn document_schema() -> String {
    json::schema_of::<NoticeDocument<'_>>()
}

impl NoticeList<'_> {
    /// Writes the notices, or that none is due.
    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        let (log, month) = (sanitize(self.log), self.month);
        let others = match self.other_alerts {
            0 => None,
            1 => Some("1 other alert of the status is not sent".to_owned()),
            count => Some(format!("{count} other alerts of the status are not sent")),
        };
        let others = others.filter(|_| self.dry_run);
        let others = others.map(|others| format!("{others}: --help says why\n"));
        let others = others.unwrap_or_default();
        if self.notices.is_empty() {
            let before = match self.sent_before {
                0 => String::new(),
                sent => format!("; {} sent before", counted(sent, "notice")),
            };
            return writeln!(
                out,
                "{log} {month}: no notice is due ({}){before}",
                self.total
            )
            .and_then(|()| write!(out, "{others}"));
        }
        let count = counted(self.notices.len(), "notice");
        writeln!(out, "{log} {month}: {count}")?;
        for report in &self.notices {
            for line in style.fold(report.line(style), BADGE) {
                writeln!(out, "{}", style.paint(&line.trim_end()))?;
            }
        }
        write!(out, "{others}")
    }
}

impl NoticeReport<'_> {
    /// `!! WARN   Team G 8,240 / 10,000 (82.4%): sent`
    fn line(&self, style: OutputStyle) -> StyledLine {
        let symbol = style.symbol(self.notice.level);
        let blanks = BADGE.saturating_sub(symbol.chars().count());
        let badge =
            StyledLine::styled(TextRole::Badge(self.notice.level), symbol) + " ".repeat(blanks);
        let outcome = match self.outcome {
            NoticeOutcome::Printed => "",
            NoticeOutcome::Due => ": due",
            NoticeOutcome::Sent => ": sent",
            NoticeOutcome::Failed => ": not sent",
            NoticeOutcome::NotTried => ": not tried",
        };
        let message = self.notice.short_message(MAX_NAME);
        badge + style.text(&format!("{message}{outcome}"))
    }
}
