//! Everything that is wrong with a log: what its reader finds, what the rules find in each month, and what git has merged.

use std::{collections::BTreeSet, io::Read};

use chrono::{DateTime, FixedOffset};

use super::{
    LogFiles, ReadFiles,
    archives::Archives,
    loader::{Loader, no_usage},
    secrets,
};
use crate::{
    analysis::{RowSelection, Superseded},
    check as rules,
    diagnostic::{Code, Diagnostic, Findings, MAX_FINDINGS},
    edit::{self, ArchivesOf, MAX_MONTHS, Revision},
    failure::Failure,
    model::{Budget, Month},
    render::check::CheckExtent,
    text::{FileId, FileRole},
};

/// The largest log that is read at once, in bytes.
const MAX_LOG: usize = 64 << 20;

/// The findings of a check, and how much was checked.
pub struct CheckedLog {
    pub files: ReadFiles,
    pub extent: CheckExtent,
    /// The first month that was reconciled, if there are too many to reconcile them all.
    pub since: Option<Month>,
    /// That nothing in the file counts.
    pub no_usage: Option<Failure>,
}

/// Reads a log, the projection beside it and the archives of its months, and finds all that is wrong with them. A budget that
/// is given replaces that of the settings; `input` is standard input.
pub fn check(
    log: &LogFiles,
    budget: Option<Budget>,
    now: DateTime<FixedOffset>,
    input: &mut dyn Read,
) -> Result<CheckedLog, Failure> {
    let policy = log.policy(budget);
    let mut opened = log.open(input)?;
    let mut read = |superseded| {
        let (opened, findings) = (&mut opened, Findings::listing(MAX_FINDINGS));
        let rows = RowSelection::SUMS;
        let mut loader = Loader::begin(log, opened, &policy, rows, now, findings, superseded)?;
        let mut months = loader.months();
        let surplus = months.len().saturating_sub(MAX_MONTHS);
        months.drain(..surplus);
        let archives = log.archives.as_ref();
        let with_archive = archives.map(Archives::months).unwrap_or_default();
        let newest = with_archive.into_iter().rev().take(MAX_MONTHS);
        let all: BTreeSet<Month> = months.iter().copied().chain(newest).collect();
        for month in all {
            loader.load_archive(month)?;
        }
        Ok::<_, Failure>((loader, months, surplus))
    };
    let (mut loader, mut months, mut surplus) = read(Superseded::new())?;
    if let Some(superseded) = loader.take_superseded() {
        (loader, months, surplus) = read(superseded)?;
    }
    let extent = CheckExtent {
        months: months.len(),
        ..loader.extent
    };
    let (may_be_merged, is_cost_log) = (loader.may_be_merged, loader.is_cost_log());
    let (ledger, mut read) = loader.finish(opened);
    rules::pass_over_totals(&ledger, &mut read.findings);
    rules::months(&ledger, &months, &policy, &mut read.findings);
    secrets::find(&mut read);
    unread_archives(&mut read, log)?;
    merges(&mut read, may_be_merged, log, now)?;
    read.findings.sort();
    if read.findings.kept().iter().any(forbids_writing) {
        read.findings.mark_all_manual();
    }
    let counts = is_cost_log || !months.is_empty();
    let no_usage = (!counts).then(|| no_usage(log, read.reading.as_deref()));
    if read.findings.kept().is_empty()
        && let Some(failure) = no_usage
    {
        return Err(failure);
    }
    Ok(CheckedLog {
        no_usage,
        files: read,
        extent,
        since: months.first().copied().filter(|_| surplus > 0),
    })
}

/// Adds the archives that are not read, since they name another log.
fn unread_archives(read: &mut ReadFiles, log: &LogFiles) -> Result<(), Failure> {
    let Some(archives) = &log.archives else {
        return Ok(());
    };
    for archive in archives.unread(|| read.log.text(MAX_LOG).ok())? {
        let (shown, path) = (&archive.file.shown, Some(archive.file.path.clone()));
        let file = read.files.add(FileRole::Archive, shown, path);
        read.findings.push(archive.diagnostic(file, archives));
    }
    Ok(())
}

/// Adds what is in the log twice since git kept both sides of a merge. That needs the whole text, which is read only if something
/// hints at such a merge, and if it is not too large to be read at once.
fn merges(
    read: &mut ReadFiles,
    may_be_merged: bool,
    log: &LogFiles,
    now: DateTime<FixedOffset>,
) -> Result<(), Failure> {
    let repeats = |finding: &Diagnostic| {
        finding.code == Code::DuplicateId && finding.place.file == FileId::LOG
    };
    let has_repeats = read.findings.kept().iter().any(repeats);
    if !has_repeats && !may_be_merged {
        return Ok(());
    }
    let Ok(text) = read.log.text(MAX_LOG) else {
        return Ok(());
    };
    if has_repeats {
        let lines = edit::repeated_lines(&text);
        let findings = &mut read.findings;
        findings.mark_safe(|finding| repeats(finding) && lines.contains(&finding.place.line_start));
    }
    if may_be_merged {
        let mut log_set = log.log_set(&[], now)?;
        let archive = &mut |month| log.archive_bytes(month);
        let revision = Revision::load(text, &mut log_set, ArchivesOf::AllMonths, archive)?;
        let findings = edit::resolve_union_merge(&revision).findings;
        read.findings.extend(findings);
    }
    Ok(())
}

/// Bytes that are not UTF-8 could be lost by writing the log, and which side of a conflict is right is for a person to say.
fn forbids_writing(finding: &Diagnostic) -> bool {
    matches!(finding.code, Code::NotUtf8 | Code::Conflict) && finding.place.file == FileId::LOG
}
