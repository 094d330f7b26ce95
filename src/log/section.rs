//! Which section a heading opens.

use std::sync::Arc;

use chrono::NaiveDate;

use super::cell;
use crate::{
    model::{Month, fold_name},
    text::Place,
};

/// What the part of a log under a heading holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    /// The block quotes at the top.
    Header,
    /// One table of teams. `None` where the heading names no month; the table's own `Month` column may.
    Monthly(Option<Month>),
    /// The rows of one day. `None` where its date cannot be read.
    Daily(Option<NaiveDate>),
    /// A table of usage that some agent appended by itself.
    Session {
        /// `None` where it cannot be read.
        date: Option<NaiveDate>,
        /// The team of the rows that name none.
        name: String,
    },
    Allocation,
    Plan,
    Optimizations,
    Notes,
    ArchiveReference,
    /// The hook lines of an archive.
    HookLog,
    /// Anything else: left alone.
    Other,
}

impl Section {
    /// Whether a table of usage is expected here.
    pub(super) const fn holds_usage(&self) -> bool {
        matches!(
            self,
            Self::Monthly(_) | Self::Daily(_) | Self::Session { .. }
        )
    }
}

/// The section that is being read.
pub(super) struct OpenSection {
    pub(super) kind: Section,
    pub(super) project: Option<Arc<str>>,
    pub(super) place: Place,
    /// A table of it was read.
    pub(super) has_table: bool,
}

impl Default for OpenSection {
    fn default() -> Self {
        Self {
            kind: Section::Header,
            project: None,
            place: Place::default(),
            has_table: false,
        }
    }
}

/// The section that a heading of this level and text opens, and its project. Headings below level 3 open none. `at_top` is true
/// before the first section that is recognised.
pub(super) fn recognise(
    level: u8,
    text: &str,
    at_top: bool,
) -> Option<(Section, Option<Arc<str>>)> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || !c.is_alphanumeric() && !matches!(c, '(' | ')' | '…')
    });
    let section = match level {
        // The title of a log. A heading as large further down opens a part that is no part of the log.
        1 if at_top => Section::Header,
        1 => Section::Other,
        2 | 3 => section_named(text),
        _ => return None,
    };
    // Only a monthly summary is a project's; what other headings have in brackets is a remark.
    let project = in_brackets(text).filter(|_| matches!(section, Section::Monthly(_)));
    Some((section, project.map(|project| Arc::from(short(project)))))
}

/// What a line like `## Cost Optimizations` opens above the first section that is recognised. None where it opens nothing.
#[must_use]
pub fn heading_opens(line: &str) -> Option<Section> {
    let text = line.trim_start_matches('#');
    let level = u8::try_from(line.len() - text.len()).ok()?;
    let is_heading = text.starts_with([' ', '\t']) && level > 0;
    Some(recognise(level, text, true).filter(|_| is_heading)?.0)
}

fn section_named(text: &str) -> Section {
    let folded = fold_name(text);
    let starts = |prefix: &str| folded.starts_with(prefix);
    let month = folded.get(..7).and_then(|month| month.parse().ok());
    if month.is_some()
        && folded
            .get(7..)
            .is_some_and(|rest| rest.trim_start().starts_with("monthly summary"))
    {
        return Section::Monthly(month);
    }
    if starts("monthly aggregates") {
        return Section::Monthly(
            folded
                .split(|c: char| !c.is_ascii_digit() && c != '-')
                .find_map(|word| word.parse().ok()),
        );
    }
    if let Some(rest) = folded.strip_prefix("daily detail") {
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        let date = rest.trim_start_matches(|c| is_separator(c) || c == '(');
        let end = date
            .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
            .unwrap_or(date.len());
        return Section::Daily(
            cell::date(date.get(..end).unwrap_or_default())
                .ok()
                .flatten(),
        );
    }
    if let Some(rest) = folded
        .strip_prefix("session ")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let date = cell::date(rest.get(..end).unwrap_or_default().trim_end_matches(':'))
            .ok()
            .flatten();
        return Section::Session {
            date,
            name: session_name(text),
        };
    }
    match folded.as_str() {
        _ if starts("budget allocation by team") => Section::Allocation,
        _ if starts("total projected usage")
            || starts("projected ") && folded.contains(" usage") =>
        {
            Section::Plan
        }
        _ if starts("cost optimizations")
            || starts("cost optimisations")
            || starts("optimized token usage") =>
        {
            Section::Optimizations
        }
        _ if starts("cost-tracking notes") || starts("cost tracking notes") => Section::Notes,
        _ if starts("previous historical data") => Section::ArchiveReference,
        "hook log" => Section::HookLog,
        _ => Section::Other,
    }
}

/// What follows the date of a session's heading, without its brackets.
fn session_name(text: &str) -> String {
    let name = text
        .split_whitespace()
        .skip(2)
        .collect::<Vec<_>>()
        .join(" ");
    short(before_bracket(name.trim_start_matches(is_separator))).to_owned()
}

/// A name no longer than a line of a screen: it is kept with each row that it is given to.
fn short(name: &str) -> &str {
    const MOST: usize = 200;
    let end = name
        .char_indices()
        .nth(MOST)
        .map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or_default()
}

fn before_bracket(text: &str) -> &str {
    text.split('(').next().unwrap_or(text).trim()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':')
}

fn in_brackets(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('(')?;
    let (inner, _) = rest.rsplit_once(')')?;
    Some(inner.trim()).filter(|inner| !inner.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> (Section, Option<String>) {
        let (section, project) = recognise(2, text, false).unwrap();
        (section, project.map(|project| project.to_string()))
    }

    fn day(day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, 2, day)
    }

    #[test]
    fn headings_open_the_sections_they_name() {
        let february = Some("2026-02".parse().unwrap());
        let session = |name: &str| Section::Session {
            date: day(25),
            name: name.to_owned(),
        };
        let table = [
            (
                "2026-02 Monthly Summary (Infrastructure Upgrade)",
                Section::Monthly(february),
                Some("Infrastructure Upgrade"),
            ),
            (
                "📊 2026-02 MONTHLY SUMMARY",
                Section::Monthly(february),
                None,
            ),
            ("Monthly Aggregates", Section::Monthly(None), None),
            (
                "Monthly Aggregates — 2026-02",
                Section::Monthly(february),
                None,
            ),
            ("Daily Detail — 2026-02-25", Section::Daily(day(25)), None),
            ("Daily detail: 2026-02-25", Section::Daily(day(25)), None),
            ("Daily Details — 2026-02-25", Section::Daily(day(25)), None),
            ("Daily Detail (2026-02-25)", Section::Daily(day(25)), None),
            (
                "Daily Detail - 2026-02-25 (API)",
                Section::Daily(day(25)),
                None,
            ),
            ("Daily Detail – 2026-02-30", Section::Daily(None), None),
            (
                "Session 2026-02-25 — Team E DevOps (night run)",
                session("Team E DevOps"),
                None,
            ),
            ("Session 2026-02-25: Team E", session("Team E"), None),
            ("💰 Budget Allocation by Team", Section::Allocation, None),
            ("Projected Usage", Section::Plan, None),
            ("Projected Token Usage by Phase", Section::Plan, None),
            ("Total Projected Usage (March)", Section::Plan, None),
            ("Cost Optimizations", Section::Optimizations, None),
            ("Optimized Token Usage per 1K", Section::Optimizations, None),
            ("Cost-Tracking Notes", Section::Notes, None),
            ("Previous Historical Data", Section::ArchiveReference, None),
            ("Session notes", Section::Other, None),
            ("2026-13 Monthly Summary", Section::Other, None),
            ("Projected savings", Section::Other, None),
            ("", Section::Other, None),
        ];
        for (text, section, project) in table {
            assert_eq!(
                opened(text),
                (section, project.map(str::to_owned)),
                "{text}"
            );
        }
        assert_eq!(recognise(4, "Cost Optimizations", true), None);
        let title = |at_top| recognise(1, "Cost Log v2.0", at_top).unwrap().0;
        assert_eq!(
            (title(true), title(false)),
            (Section::Header, Section::Other)
        );
    }
}
