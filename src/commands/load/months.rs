//! Every month of a log, looked at for what is wrong: what the reader finds in its files, and what the rules find in each month.

use std::io;

use super::{
    found::{Found, line_at},
    reading::{Amount, Reading, no_usage},
};
use crate::{
    analysis::{LedgerBuilder, Retention},
    check::{self as rules, MAX_FINDINGS, MOST_MONTHS},
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

/// The largest log whose lines are looked at all at once.
const MOST_AT_ONCE: usize = 64 << 20;

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
    let builder = LedgerBuilder::new(&settings.policy, Retention::SUMS);
    let findings = Findings::listing(MAX_FINDINGS);
    let mut reading = Reading::begin(builder, findings, &log, cx)?;
    reading.read(FileId::LOG)?;
    reading.read(FileId::PROJECTION)?;
    let (months, since) = months_of(&mut reading.builder);
    for month in &months {
        reading.archive(*month, &log, &settings)?;
    }
    let Reading {
        builder,
        mut found,
        read,
        has_several_totals,
        ..
    } = reading;
    let ledger = builder.finish();
    let findings = &mut found.findings;
    rules::months(&ledger, &months, &settings.policy, findings);
    unread_archives(&mut found, log.archives(&settings))?;
    merges(&mut found, has_several_totals, &log, &settings)?;
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
fn merges(
    found: &mut Found,
    has_several_totals: bool,
    log: &LogPath,
    settings: &Settings,
) -> Result<(), Failure> {
    let repeats = |finding: &Diagnostic| {
        finding.code == Code::DuplicateId && finding.place.file == FileId::LOG
    };
    let has_repeats = found.findings.kept().iter().any(repeats);
    if !has_repeats && !has_several_totals {
        return Ok(());
    }
    let source = found.sources.get_mut(&FileId::LOG);
    let Some(Ok(text)) = source.map(|log| log.text(MOST_AT_ONCE)) else {
        return Ok(());
    };
    if has_repeats {
        let lines = edit::repeated_lines(&text);
        let findings = &mut found.findings;
        findings.mark_safe(|finding| repeats(finding) && lines.contains(&finding.place.line_start));
    }
    if has_several_totals {
        let log_set = books_of(&text, log, settings)?;
        let revision = edit::Revision::read(text, &log_set);
        let findings = edit::resolve_union_merge(&revision).findings;
        found.findings.extend(findings);
    }
    Ok(())
}

/// Bytes that are not UTF-8 could be lost by writing the log.
fn forbids_writing(finding: &Diagnostic) -> bool {
    finding.code == Code::NotUtf8 && finding.place.file == FileId::LOG
}

/// The months to look at, oldest first; the newest ones where there are too many, with the first of them.
fn months_of(builder: &mut LedgerBuilder) -> (Vec<Month>, Option<Month>) {
    let mut months = builder.months();
    months.extend(builder.choose_month());
    months.sort_unstable();
    months.dedup();
    let first = months.len().saturating_sub(MOST_MONTHS);
    let looked_at = months.split_off(first);
    let since = looked_at.first().copied().filter(|_| first > 0);
    (looked_at, since)
}
