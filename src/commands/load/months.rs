//! Every month of a log, looked at for what is wrong: what the reader finds in its files, and what the rules find in each month.

use std::io;

use super::{
    found::{Found, line_at},
    reading::{Amount, Reading, no_usage},
};
use crate::{
    analysis::{Ledger, ReconciledMonth, Retention, Rows},
    check::{self as rules, Unsettled},
    cli::GlobalArgs,
    commands::{
        Context,
        archives::Archives,
        edit_session::books_of,
        locate::{LogPath, log_and_settings, set_budget},
    },
    config::Settings,
    diagnostic::{Code, Diagnostic, Findings},
    edit,
    failure::Failure,
    model::Month,
    render::{
        Format, Style,
        check::{CheckExtent, Report},
    },
    text::{FileId, FileRole},
};

/// Findings beyond so many are counted and not listed, so that no log takes more memory than a machine has.
const MAX_FINDINGS: usize = 100_000;

/// The most months that are looked at one by one: those of a hundred years.
const MOST_MONTHS: usize = 1_200;

/// The largest log whose lines are looked at all at once.
const MOST_AT_ONCE: usize = 64 << 20;

/// The most projects that are looked at one by one, in all months together.
const MOST_PROJECTS: usize = 1_000;

/// What is wrong with a log.
pub(in crate::commands) struct Checked {
    pub(in crate::commands) found: Found,
    pub(in crate::commands) extent: CheckExtent,
    /// The first month that was looked at, where there are too many to look at all.
    pub(in crate::commands) since: Option<Month>,
}

impl Checked {
    /// Writes what was found. Fails where writing fails, and where there is no such form.
    pub(in crate::commands) fn write(
        &mut self,
        format: Format,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let Found {
            findings,
            files,
            sources,
            ..
        } = &mut self.found;
        let report = Report {
            findings,
            files,
            extent: self.extent,
        };
        let mut line_at = |place: &_| line_at(sources, place);
        report.write(format, style, &mut line_at, out)
    }
}

/// Reads the log, the projection beside it and the archives of its months, and finds all that is wrong with them.
pub(in crate::commands) fn check(
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<Checked, Failure> {
    let (log, mut settings) = log_and_settings(global, cx)?;
    set_budget(&mut settings, global, cx)?;
    let keep = Retention {
        month: None,
        rows: Rows::Summed,
    };
    let ledger = Ledger::new(&settings.policy, keep);
    let findings = Findings::listing(MAX_FINDINGS);
    let mut reading = Reading::begin(ledger, findings, &log, cx)?;
    reading.read(FileId::LOG)?;
    reading.read(FileId::PROJECTION)?;
    let (months, since) = months_of(&reading);
    let mut all = AllMonths {
        read: reading.ledger.clone(),
        reading,
        log: &log,
        settings: &settings,
        unsettled: Unsettled::default(),
        projects_left: MOST_PROJECTS,
    };
    for month in &months {
        all.month(*month, Some(month) == months.last())?;
    }
    let AllMonths {
        mut reading,
        unsettled,
        ..
    } = all;
    reading.found.findings.extend(unsettled.finding());
    unread_archives(&mut reading.found, log.archives(&settings))?;
    merges(&mut reading, &log, &settings)?;
    let Reading {
        mut found, read, ..
    } = reading;
    found.findings.sort();
    if found.findings.kept().iter().any(forbids_writing) {
        found.findings.mark_all_manual();
    }
    if months.is_empty() && found.findings.kept().is_empty() {
        return Err(no_usage(&log));
    }
    let Amount { lines, rows, .. } = read;
    let extent = CheckExtent {
        months: months.len(),
        rows,
        lines,
    };
    Ok(Checked {
        found,
        extent,
        since,
    })
}

/// Adds the archives that are not read, since they name another log.
fn unread_archives(found: &mut Found, archives: Option<&Archives>) -> Result<(), Failure> {
    let Some(archives) = archives else {
        return Ok(());
    };
    let unread =
        archives.unread(&mut || found.sources.get_mut(&FileId::LOG)?.text(MOST_AT_ONCE).ok())?;
    for archive in unread {
        let file = found
            .files
            .add(FileRole::Archive, archive.file.shown.clone());
        found.findings.push(archive.diagnostic(file, archives));
        found.sources.insert(file, archive.opened);
    }
    Ok(())
}

/// Adds what stands twice since git kept both sides of a merge. That takes the lines themselves, and so the whole text: it is read
/// where something hints at it, and not where it is too large to be read at once.
fn merges(reading: &mut Reading, log: &LogPath, settings: &Settings) -> Result<(), Failure> {
    let repeats = |finding: &Diagnostic| {
        finding.code == Code::DuplicateId && finding.place.file == FileId::LOG
    };
    let has_repeats = reading.found.findings.kept().iter().any(repeats);
    if !has_repeats && !reading.has_several_totals {
        return Ok(());
    }
    let source = reading.found.sources.get_mut(&FileId::LOG);
    let Some(Ok(text)) = source.map(|log| log.text(MOST_AT_ONCE)) else {
        return Ok(());
    };
    if has_repeats {
        let lines = edit::repeated_lines(&text);
        let findings = &mut reading.found.findings;
        findings.mark_safe(|finding| repeats(finding) && lines.contains(&finding.place.line_start));
    }
    if reading.has_several_totals {
        let log_set = books_of(&text, log, settings)?;
        let findings = edit::merged_twice(&text, &log_set);
        reading.found.findings.extend(findings);
    }
    Ok(())
}

/// Bytes that are not UTF-8 could be lost by writing the log.
fn forbids_writing(finding: &Diagnostic) -> bool {
    finding.code == Code::NotUtf8 && finding.place.file == FileId::LOG
}

/// The months to look at, oldest first; the newest ones where there are too many, with the first of them.
fn months_of(reading: &Reading) -> (Vec<Month>, Option<Month>) {
    let mut months = reading.ledger.months();
    months.extend(reading.ledger.clone().choose_month());
    months.sort_unstable();
    months.dedup();
    let first = months.len().saturating_sub(MOST_MONTHS);
    let looked_at = months.split_off(first);
    let since = looked_at.first().copied().filter(|_| first > 0);
    (looked_at, since)
}

/// All months, one after the other.
struct AllMonths<'a> {
    reading: Reading,
    /// What the log and the projection say, from which each month is made.
    read: Ledger,
    log: &'a LogPath,
    settings: &'a Settings,
    unsettled: Unsettled,
    projects_left: usize,
}

impl AllMonths<'_> {
    fn month(&mut self, month: Month, is_newest: bool) -> Result<(), Failure> {
        self.reading.ledger = self.read.clone();
        self.reading.ledger.show(month);
        self.reading.archive(month, self.log, self.settings)?;
        let policy = &self.settings.policy;
        let reconcile = |project| self.reading.ledger.clone().reconcile(project);
        let Some(reconciled) = reconcile(None) else {
            return Ok(());
        };
        let mut found = if is_newest {
            rules::findings(&reconciled, policy)
        } else {
            rules::of_month(&reconciled, policy)
        };
        for project in several(&reconciled).take(self.projects_left) {
            self.projects_left -= 1;
            let of_project = reconcile(Some(project));
            let wrong = of_project.map(|reconciled| rules::of_project(&reconciled, policy));
            found.extend(wrong.into_iter().flatten());
        }
        self.unsettled.add(&reconciled);
        self.reading.found.findings.extend(found);
        Ok(())
    }
}

/// The projects of a month that has several.
fn several(reconciled: &ReconciledMonth) -> impl Iterator<Item = &str> {
    let projects = &reconciled.month.projects;
    let several = projects.iter().filter(|_| projects.len() > 1);
    several.map(String::as_str)
}
