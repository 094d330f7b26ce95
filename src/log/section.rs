//! Which section a heading opens.

use std::sync::Arc;

use chrono::NaiveDate;

use super::cell;
use crate::{
    model::{Month, fold_name},
    text::Place,
};

/// What a part of a log is, by its heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// The block quotes at the top.
    #[default]
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
    /// Rows that have no date, and are in no month.
    Undated,
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
    /// The date of a section of one day; an inner None where it cannot be read.
    #[expect(clippy::option_option, reason = "these are two questions")]
    pub(super) const fn date(&self) -> Option<Option<NaiveDate>> {
        match self {
            Self::Daily(date) | Self::Session { date, .. } => Some(*date),
            _ => None,
        }
    }

    /// Whether a table of usage is expected here.
    pub(super) const fn holds_usage(&self) -> bool {
        matches!(
            self,
            Self::Monthly(_) | Self::Daily(_) | Self::Session { .. }
        )
    }
}

#[derive(Default)]
pub(super) struct OpenSection {
    pub(super) kind: Section,
    pub(super) project: Option<Arc<str>>,
    pub(super) place: Place,
    pub(super) has_table: bool,
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
pub fn heading_opens(line: &str) -> Option<Section> {
    let text = line.trim_start_matches('#');
    let level = u8::try_from(line.len() - text.len()).ok()?;
    let is_heading = text.starts_with([' ', '\t']) && level > 0;
    Some(recognise(level, text, true).filter(|_| is_heading)?.0)
}

fn section_named(text: &str) -> Section {
    let folded = fold_name(text);
    if let Some((month, rest)) = folded.split_at_checked(7)
        && let Ok(month) = month.parse()
        && rest.trim_start().starts_with("monthly summary")
    {
        return Section::Monthly(Some(month));
    }
    if folded.starts_with("monthly aggregates") {
        let mut words = folded.split(|c: char| !c.is_ascii_digit() && c != '-');
        return Section::Monthly(words.find_map(|word| word.parse().ok()));
    }
    if let Some(rest) = folded.strip_prefix("daily detail") {
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        let date = rest.trim_start_matches(|c| is_separator(c) || c == '(');
        let (date, _) = cell::split_while(date, |c| !c.is_whitespace() && !matches!(c, '(' | ')'));
        return Section::Daily(cell::date(date).ok().flatten());
    }
    if let Some(rest) = folded
        .strip_prefix("session ")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        let (date, _) = cell::split_while(rest, |c| !c.is_whitespace());
        return Section::Session {
            date: cell::date(date.trim_end_matches(':')).ok().flatten(),
            name: session_name(text),
        };
    }
    if folded == "hook log" {
        return Section::HookLog;
    }
    if folded.starts_with("projected ") && folded.contains(" usage") {
        return Section::Plan;
    }
    let known = [
        ("budget allocation by team", Section::Allocation),
        ("total projected usage", Section::Plan),
        ("cost optimizations", Section::Optimizations),
        ("cost optimisations", Section::Optimizations),
        ("optimized token usage", Section::Optimizations),
        ("cost-tracking notes", Section::Notes),
        ("cost tracking notes", Section::Notes),
        ("undated detail", Section::Undated),
        ("previous historical data", Section::ArchiveReference),
    ];
    let mut known = known.into_iter();
    let section = known.find(|(prefix, _)| folded.starts_with(prefix));
    section.map_or(Section::Other, |(_, section)| section)
}

/// What follows the date of a session's heading, without its brackets.
fn session_name(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().skip(2).collect();
    let name = words.join(" ");
    let name = name.trim_start_matches(is_separator).split('(').next();
    short(name.unwrap_or_default().trim()).to_owned()
}

/// A name no longer than a line of a screen: it is kept with each row that it is given to.
fn short(name: &str) -> &str {
    const MAX_NAME: usize = 200;
    let end = name.char_indices().nth(MAX_NAME).map(|(at, _)| at);
    end.and_then(|end| name.get(..end)).unwrap_or(name)
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

    fn opened(text: &str) -> Section {
        recognise(2, text, false).unwrap().0
    }

    fn day(day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, 2, day)
    }

    #[test]
    fn headings_open_the_sections_they_name() {
        let february = Section::Monthly("2026-02".parse().ok());
        for (text, section) in [
            ("2026-02 Monthly Summary (Upgrade)", february.clone()),
            ("📊 2026-02 MONTHLY SUMMARY", february.clone()),
            ("Monthly Aggregates", Section::Monthly(None)),
            ("Monthly Aggregates — 2026-02", february),
            ("💰 Budget Allocation by Team", Section::Allocation),
            ("Projected Usage", Section::Plan),
            ("Projected Token Usage by Phase", Section::Plan),
            ("Total Projected Usage (March)", Section::Plan),
            ("Cost Optimizations", Section::Optimizations),
            ("Optimized Token Usage per 1K", Section::Optimizations),
            ("Cost-Tracking Notes", Section::Notes),
            ("Undated Detail", Section::Undated),
            ("Previous Historical Data", Section::ArchiveReference),
            ("Session notes", Section::Other),
            ("2026-13 Monthly Summary", Section::Other),
            ("Projected savings", Section::Other),
            ("", Section::Other),
        ] {
            assert_eq!(opened(text), section, "{text}");
        }
        assert_eq!(recognise(4, "Cost Optimizations", true), None);
        let title = |at_top| recognise(1, "Cost Log v2.0", at_top).unwrap().0;
        assert_eq!(
            (title(true), title(false)),
            (Section::Header, Section::Other)
        );
    }

    #[test]
    fn headings_name_the_day_and_the_session() {
        for text in [
            "Daily Detail — 2026-02-25",
            "Daily detail: 2026-02-25",
            "Daily Details — 2026-02-25",
            "Daily Detail (2026-02-25)",
            "Daily Detail - 2026-02-25 (API)",
        ] {
            assert_eq!(opened(text), Section::Daily(day(25)), "{text}");
        }
        let unreadable = "Daily Detail – 2026-02-30";
        assert_eq!(opened(unreadable), Section::Daily(None));
        for (text, name) in [
            (
                "Session 2026-02-25 — Team E DevOps (night run)",
                "Team E DevOps",
            ),
            ("Session 2026-02-25: Team E", "Team E"),
        ] {
            let (date, name) = (day(25), name.to_owned());
            assert_eq!(opened(text), Section::Session { date, name }, "{text}");
        }
    }

    #[test]
    fn only_a_monthly_summary_is_of_a_project() {
        for (text, project) in [
            (
                "2026-02 Monthly Summary (Infrastructure Upgrade)",
                Some("Infrastructure Upgrade"),
            ),
            ("2026-02 Monthly Summary", None),
            ("Daily Detail - 2026-02-25 (API)", None),
            ("Total Projected Usage (March)", None),
        ] {
            let (_, opened) = recognise(2, text, false).unwrap();
            assert_eq!(opened.as_deref(), project, "{text}");
        }
    }
}
