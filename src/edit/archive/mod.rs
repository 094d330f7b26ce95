//! What of a log is old enough for its archives, and what the log and they look like with that moved.
//! Text only: which archives there are is given, and `commands` decides when to write them.

mod compact;
mod cut;
mod expired_lines;
mod file;
mod inventory;
mod owner;
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use self::{cut::ArchiveDelta, inventory::Inventory, reference::Reference};
use super::{
    Document, Invariants, LogSet, Revision, TableBlock, Timestamp, Tolerance, Violation,
    document::is_rule, settle, sync_summary,
};
use crate::{
    analysis::{Ledger, ReconciledMonth},
    model::{Month, Tokens},
    text::{NotUtf8, Source},
};
pub(super) use expired_lines::ExpiredLines;
pub use inventory::Obstacle;
pub use owner::{NamedLog, log_line, named_log, with_log};

#[derive(Clone, Debug)]
pub struct ArchiveRequest {
    /// Daily and session sections from before this day.
    pub before: NaiveDate,
    /// Hook lines from before this day.
    pub today: NaiveDate,
    /// Holds that have ended by then.
    pub now: Timestamp,
    pub hooks_only: bool,
    /// With the rows of one team and task of a day merged into one.
    pub compact: bool,
    /// The folder of the archives from that of the log, as the log names it.
    pub folder: String,
    /// The path of the log from that folder, as the archives name it.
    pub log: String,
}

/// What goes to one archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoveStats {
    pub daily: usize,
    pub sessions: usize,
    /// The rows of both, without sums.
    pub rows: usize,
    pub merged: usize,
    /// Lines that are not Markdown.
    pub lines: usize,
}

#[derive(Debug, Default)]
pub struct Archiving {
    /// None where nothing moves.
    pub revision: Option<Revision>,
    /// The archives that changed, as they were.
    pub replaced: BTreeMap<Month, Option<Vec<u8>>>,
    /// Usage lines that became rows first.
    pub settled: usize,
    pub moved: BTreeMap<Month, MoveStats>,
    /// The headings of sections that are old enough and stay, with what keeps them.
    pub left: Vec<(String, Obstacle)>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    #[error("the archive of {0} is {1}")]
    NotUtf8(Month, NotUtf8),
    #[error(
        "the archive of {0} ends inside a code block or a comment, which would take in what is added to it"
    )]
    Unclosed(Month),
    #[error(
        "the archive of {month} is needed: with it, {team} used {with} tokens, by the log alone {without}"
    )]
    Needed {
        month: Month,
        team: String,
        with: Tokens,
        without: Tokens,
    },
    #[error("the archive of {month} is needed: the log alone does not say what {team} cost")]
    NeededForCost { month: Month, team: String },
    /// This is a bug, and so is a violation.
    #[error("not every line would be kept")]
    LostLine,
    #[error(transparent)]
    Violation(#[from] Violation),
}

/// Moves what is old out of a log. `log_set` holds the archives of the months that have details or lines in the log, and afterwards
/// what they are to be; `name` gives the name of the archive of a month.
///
/// # Errors
/// Where an archive cannot be added to. `log_set` is of no use then.
pub fn archive(
    revision: &Revision,
    log_set: &mut LogSet,
    request: &ArchiveRequest,
    name: &dyn Fn(Month) -> String,
) -> Result<Archiving, ArchiveError> {
    let (ready, settled) = make_ready(revision, log_set, request)?;
    let log = ready.as_ref().unwrap_or(revision);
    let inventory = Inventory::of(log, log_set);
    let (expired, left) = if request.hooks_only {
        (Vec::new(), Vec::new())
    } else {
        inventory.expired(&log.document, request.before)
    };
    let expired_lines = ExpiredLines::of(
        &log.document.lines,
        request.today,
        request.now,
        log_set.policy.reset,
    );
    let (edits, mut deltas) = cut::cut(log, &inventory, &expired, &expired_lines);
    if deltas.is_empty() {
        return Ok(Archiving {
            left,
            ..Archiving::default()
        });
    }
    let compacted = if request.compact {
        compact::compact(log.text(), log_set, &mut deltas)
    } else {
        Vec::new()
    };
    let mut headings = Vec::new();
    let replaced = write_archives(log, log_set, &deltas, &request.log, &mut headings)?;
    let cut = log.apply(edits.into(), log_set)?;
    let logs = [log.text(), cut.text()];
    check_lines(logs, &replaced, log_set, &headings, &compacted)?;
    let reference = deltas.last_key_value().map(|(month, _)| {
        let path = format!("{}/{}", request.folder, name(*month));
        let archive = log_set.archives.get(month);
        Reference::of(path, *month, archive.map_or(b"", Vec::as_slice))
    });
    let moved = deltas.iter();
    let moved = moved.map(|(month, delta)| (*month, delta.stats)).collect();
    let revision = refer(&cut, log_set, &moved, reference.as_ref(), request.now)?;
    Ok(Archiving {
        revision: Some(revision),
        replaced,
        settled,
        moved,
        left,
    })
}

/// Settles the usage lines of a log, and gives it a summary of its expired sections if it has none. Returns the log where that changes
/// it, and the number of lines settled.
fn make_ready(
    revision: &Revision,
    log_set: &LogSet,
    request: &ArchiveRequest,
) -> Result<(Option<Revision>, usize), ArchiveError> {
    if request.hooks_only {
        return Ok((None, 0));
    }
    let (mut proposal, lines) = settle(revision, log_set);
    let mut settled = None;
    if lines > 0 {
        proposal.stamp(revision, request.now);
        // A line that cannot be settled counts all the same.
        settled = revision.apply(proposal, log_set).ok();
    }
    let lines = settled.as_ref().map_or(0, |_| lines);
    let log = settled.as_ref().unwrap_or(revision);
    let inventory = Inventory::of(log, log_set);
    let (expired, _) = inventory.expired(&log.document, request.before);
    if inventory.has_summary || expired.is_empty() {
        return Ok((settled, lines));
    }
    // Without any row of v2.0 left, rows of an older format would count again, in the log or in its archives.
    let months: BTreeSet<Month> = expired.iter().map(|section| section.month).collect();
    let months: Vec<Month> = months.into_iter().collect();
    let mut proposal = sync_summary(log, log_set, &months, Tolerance::None);
    proposal.stamp(log, request.now);
    Ok((Some(log.apply(proposal, log_set)?), lines))
}

/// Adds to the archives in `log_set` what goes there. Gives them as they were.
fn write_archives(
    log: &Revision,
    log_set: &mut LogSet,
    deltas: &BTreeMap<Month, ArchiveDelta>,
    log_path: &str,
    headings: &mut Vec<String>,
) -> Result<BTreeMap<Month, Option<Vec<u8>>>, ArchiveError> {
    let newline = log.document.newline(0);
    let mut replaced = BTreeMap::new();
    for (month, delta) in deltas {
        let title = format!("# Cost Log Archive — {month}{newline}");
        let old = log_set.archives.get(month);
        let old = old.map(|bytes| utf8(bytes, *month)).transpose()?;
        if old.is_none() {
            headings.push(title.clone());
        }
        let text = file::extend(old.unwrap_or(&title), delta, newline, log_path, headings);
        let text = text.ok_or(ArchiveError::Unclosed(*month))?;
        let old = log_set.archives.insert(*month, text.into_bytes());
        replaced.insert(*month, old);
    }
    Ok(replaced)
}

/// Checks that the log and its archives have the lines that they had, and `headings`. `compacted` are sections with merged rows, as they
/// were and as they are.
fn check_lines(
    [log, cut]: [&str; 2],
    replaced: &BTreeMap<Month, Option<Vec<u8>>>,
    log_set: &LogSet,
    headings: &[String],
    compacted: &[[String; 2]],
) -> Result<(), ArchiveError> {
    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap_or_default()
    }
    let old = replaced.values().flatten().map(|archive| text(archive));
    let new = replaced.keys();
    let new = new.filter_map(|month| Some(text(log_set.archives.get(month)?)));
    let mut before: Vec<&str> = old.chain([log]).collect();
    let mut after: Vec<&str> = new.chain([cut]).collect();
    before.extend(headings.iter().map(String::as_str));
    for [as_it_was, as_it_is] in compacted {
        before.push(as_it_is);
        after.push(as_it_was);
    }
    if sorted_lines(before) == sorted_lines(after) {
        Ok(())
    } else {
        Err(ArchiveError::LostLine)
    }
}

/// The lines of some texts, sorted: equal exactly where the same lines are in them, each as often. Blank lines and rules only
/// separate others and are left out, and so are line ends.
fn sorted_lines(texts: Vec<&str>) -> Vec<&str> {
    let texts = texts.into_iter();
    let bodies = texts.map(|text| text.trim_start_matches('\u{feff}'));
    let lines = bodies.flat_map(|text| text.split('\n').map(|line| line.trim_end_matches('\r')));
    let filled = lines.filter(|line| !line.trim().is_empty() && !is_rule(line.trim()));
    let mut lines: Vec<&str> = filled.collect();
    lines.sort_unstable();
    lines
}

/// Brings the monthly rows up to all that left the log, and refers to its archive.
fn refer(
    cut: &Revision,
    log_set: &LogSet,
    moved: &BTreeMap<Month, MoveStats>,
    reference: Option<&Reference>,
    now: Timestamp,
) -> Result<Revision, ArchiveError> {
    let with_rows = moved.iter().filter(|(_, moved)| moved.rows > 0);
    let months: Vec<Month> = with_rows.map(|(month, _)| *month).collect();
    let mut sync = sync_summary(cut, log_set, &months, Tolerance::None);
    let reference = reference.filter(|_| !has_open_row(&cut.document));
    let edits = reference.map_or_else(Vec::new, |reference| {
        reference::propose(&cut.document, reference)
    });
    if !sync.is_empty() {
        sync.stamp(cut, now);
        sync.edits.extend_from_slice(&edits);
        // A monthly row that cannot be brought up to its details is the smaller figure, which does not count.
        if let Ok(synced) = cut.apply(sync, log_set) {
            return Ok(synced);
        }
    }
    Ok(cut.apply(edits.into(), log_set)?)
}

/// Whether the last line begins a row and is none yet: it would become one with anything behind it.
fn has_open_row(document: &Document) -> bool {
    let (start, last) = document.last_line();
    let is_row = |table: &TableBlock| table.last_counted_line().start == start;
    last.starts_with('|') && !document.tables.last().is_some_and(is_row)
}

/// The bytes of archives, by month.
type RemovedArchives = BTreeMap<Month, Vec<u8>>;

/// Takes the archives of some months out of `log_set`, after the log says all that they do. Gives the log, if there are any, and the
/// archives.
///
/// # Errors
/// Where the log would say something else without them.
pub fn prune(
    revision: &Revision,
    log_set: &mut LogSet,
    months: &[Month],
    now: Timestamp,
) -> Result<(Option<Revision>, RemovedArchives), ArchiveError> {
    let mut removed = BTreeMap::new();
    if months.is_empty() {
        return Ok((None, removed));
    }
    let mut sync = sync_summary(revision, log_set, months, Tolerance::NoneOfCosts);
    let mut synced = None;
    if !sync.is_empty() {
        sync.stamp(revision, now);
        synced = revision.apply(sync, log_set).ok();
    }
    for month in months {
        if let Some(archive) = log_set.archives.remove(month) {
            // What cannot be read may be worth keeping.
            utf8(&archive, *month)?;
            removed.insert(*month, archive);
        }
    }
    let after = Revision::read(synced.as_ref().unwrap_or(revision).text(), log_set);
    match Invariants::check_used(&revision.ledger, &after.ledger) {
        Ok(()) => match changed_cost(&revision.ledger, &after.ledger, months) {
            None => Ok((Some(after), removed)),
            Some((month, team)) => Err(ArchiveError::NeededForCost { month, team }),
        },
        Err(Violation::Used {
            month,
            team,
            expected: with,
            found: without,
        }) => Err(ArchiveError::Needed {
            month,
            team,
            with,
            without,
        }),
        Err(violation) => Err(violation.into()),
    }
}

/// The first team whose cost is another one, with the month.
fn changed_cost(before: &Ledger, after: &Ledger, months: &[Month]) -> Option<(Month, String)> {
    months.iter().find_map(|month| {
        let [before, after] = [before, after].map(|ledger| ledger.reconcile(*month, None));
        let mut teams = before.teams.iter();
        let team = teams.find(|team| {
            let cost = |month: &ReconciledMonth<'_>, team| {
                (month.cost_of_team(team), month.unpriced_of(team))
            };
            let left = after.find_team(&team.name);
            cost(&before, team) != left.map_or_else(Default::default, |team| cost(&after, team))
        })?;
        Some((*month, team.name.clone()))
    })
}

fn utf8(bytes: &[u8], month: Month) -> Result<&str, ArchiveError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let at = Source::new(String::from_utf8_lossy(valid)).line_column(valid.len());
        ArchiveError::NotUtf8(month, NotUtf8 { at })
    })
}

#[cfg(test)]
mod tests;
