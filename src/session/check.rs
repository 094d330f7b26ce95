//! Everything that is wrong with a log: what its reader finds, what the rules find in each month, and what git has merged.

use std::io::Read;

use super::{
    ReadFiles,
    archives::Archives,
    loader::{Extent, Loader, no_usage},
    locate::{Located, LogOptions, LogPath, locate},
};
use crate::{
    analysis::Retention,
    check::{self as rules, MAX_FINDINGS, MOST_MONTHS},
    config::Settings,
    diagnostic::{Code, Diagnostic, Findings},
    edit::{self, ArchivesOf, Revision},
    failure::Failure,
    model::{Budget, Month},
    text::{FileId, FileRole},
};

/// The largest log whose lines are looked at all at once.
const MOST_AT_ONCE: usize = 64 << 20;

/// What is wrong with a log.
pub struct CheckedLog {
    pub files: ReadFiles,
    /// How many months were reconciled.
    pub months: usize,
    pub lines: u64,
    /// Rows of tables, and usage lines.
    pub rows: u64,
    /// The first month that was reconciled, where there are too many to reconcile them all.
    pub since: Option<Month>,
}

/// Reads the log, the projection beside it and the archives of its months, and finds all that is wrong with them. A budget that
/// is given is taken in place of that of the settings; `input` is standard input.
pub fn check(
    options: &LogOptions,
    budget: Option<Budget>,
    input: &mut dyn Read,
) -> Result<CheckedLog, Failure> {
    let Located {
        log, mut settings, ..
    } = locate(options)?;
    settings.policy.budget = budget.or(settings.policy.budget);
    let findings = Findings::listing(MAX_FINDINGS);
    let mut loader = Loader::begin(&log, &settings, Retention::SUMS, findings, input)?;
    let mut months = loader.months();
    let surplus = months.len().saturating_sub(MOST_MONTHS);
    months.drain(..surplus);
    for month in &months {
        loader.archive(*month)?;
    }
    let Extent { lines, rows } = loader.extent;
    let has_several_totals = loader.has_several_totals;
    let (ledger, mut read) = loader.finish();
    rules::months(&ledger, &months, &settings.policy, &mut read.findings);
    unread_archives(&mut read, log.archives(&settings))?;
    merges(&mut read, has_several_totals, &log, &settings)?;
    read.findings.sort();
    if read.findings.kept().iter().any(forbids_writing) {
        read.findings.mark_all_manual();
    }
    if months.is_empty() && read.findings.kept().is_empty() {
        return Err(no_usage(&log));
    }
    Ok(CheckedLog {
        files: read,
        months: months.len(),
        lines,
        rows,
        since: months.first().copied().filter(|_| surplus > 0),
    })
}

/// Adds the archives that are not read, since they name another log.
fn unread_archives(read: &mut ReadFiles, archives: Option<&Archives>) -> Result<(), Failure> {
    let Some(archives) = archives else {
        return Ok(());
    };
    let unread =
        archives.unread(&mut || read.opened.get_mut(&FileId::LOG)?.text(MOST_AT_ONCE).ok())?;
    for archive in unread {
        let file = read.files.add(
            FileRole::Archive,
            archive.file.shown.clone(),
            Some(archive.file.path.clone()),
        );
        read.findings.push(archive.diagnostic(file, archives));
        read.opened.insert(file, archive.opened);
    }
    Ok(())
}

/// Adds what stands twice since git kept both sides of a merge. That takes the lines themselves, and so the whole text: it is read
/// where something hints at it, and not where it is too large to be read at once.
fn merges(
    read: &mut ReadFiles,
    has_several_totals: bool,
    log: &LogPath,
    settings: &Settings,
) -> Result<(), Failure> {
    let repeats = |finding: &Diagnostic| {
        finding.code == Code::DuplicateId && finding.place.file == FileId::LOG
    };
    let has_repeats = read.findings.kept().iter().any(repeats);
    if !has_repeats && !has_several_totals {
        return Ok(());
    }
    let source = read.opened.get_mut(&FileId::LOG);
    let Some(Ok(text)) = source.map(|log| log.text(MOST_AT_ONCE)) else {
        return Ok(());
    };
    if has_repeats {
        let lines = edit::repeated_lines(&text);
        let findings = &mut read.findings;
        findings.mark_safe(|finding| repeats(finding) && lines.contains(&finding.place.line_start));
    }
    if has_several_totals {
        let mut log_set = log.log_set(settings, &[])?;
        let archive = &mut |month| log.archive_bytes(month, settings);
        let revision = Revision::load(text, &mut log_set, ArchivesOf::AllMonths, archive)?;
        let findings = edit::resolve_union_merge(&revision).findings;
        read.findings.extend(findings);
    }
    Ok(())
}

/// Bytes that are not UTF-8 could be lost by writing the log.
fn forbids_writing(finding: &Diagnostic) -> bool {
    finding.code == Code::NotUtf8 && finding.place.file == FileId::LOG
}
