//! A log at one moment, and the only way from one moment to the next.
//! What is to change is proposed elsewhere; here it is applied, read once, and held against what must be true afterwards.

use std::collections::{BTreeSet, HashSet};

use super::{
    Document, Kept, LogSet, Timestamp,
    document::Builder,
    invariants::{Invariants, Violation},
    log_set::enter,
    sections, timestamp,
};
use crate::{
    analysis::{Ledger, LedgerBuilder, Superseded},
    diagnostic::{Diagnostic, MAX_FINDINGS},
    log::{self, Item, Role},
    model::Month,
    text::{Edit, EditSet, FileId, Source, splice},
};

/// A log and what it says, read in one pass.
#[derive(Debug)]
pub struct Revision {
    pub document: Document,
    pub ledger: Ledger,
    pub problems: Vec<Diagnostic>,
}

/// Edits of a log, and what must be true after them.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    pub edits: Vec<Edit>,
    pub invariants: Invariants,
}

impl From<Vec<Edit>> for Proposal {
    fn from(edits: Vec<Edit>) -> Self {
        Self {
            edits,
            ..Self::default()
        }
    }
}

impl Proposal {
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Sets the time of the last change in the header of the log.
    pub fn stamp(&mut self, revision: &Revision, now: Timestamp) {
        let edit = timestamp::edit(revision.text(), now);
        let is_free = |stamp: &Edit| {
            // The line may be one that goes, since there is another one.
            let is_behind = |one: &Edit, two: &Edit| two.span.end <= one.span.start;
            let mut edits = self.edits.iter();
            edits.all(|edit| is_behind(edit, stamp) || is_behind(stamp, edit))
        };
        self.edits.extend(edit.filter(is_free));
    }

    pub fn extend(&mut self, other: Self) {
        self.edits.extend(other.edits);
        self.invariants.extend(&other.invariants);
    }

    /// Adds an edit that is a new section, with the number of rows in its table of this role.
    pub(super) fn add_section(&mut self, role: Role, (edit, rows): (Edit, usize)) {
        self.edits.push(edit);
        self.invariants.add_rows(role, rows);
    }
}

/// A text with edits applied. None where they contradict each other.
pub(super) fn spliced(text: &str, edits: Vec<Edit>) -> Option<String> {
    Some(splice(text, &EditSet::new(FileId::LOG, edits).ok()?))
}

/// Which months' archives matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchivesOf {
    AllMonths,
    /// Those of usage lines, and the newest one, whose figures the notes give.
    UsageLines,
    /// Those of daily and session sections and of lines that are not Markdown, and the newest one.
    Details,
}

struct RevisionReader {
    source: Source,
    builder: Builder,
    ledger: LedgerBuilder,
    problems: Vec<Diagnostic>,
}

impl RevisionReader {
    fn of_log(text: String, log_set: &LogSet, superseded: Superseded) -> Self {
        let source = Source::new(text);
        let mut builder = Builder::new(Kept::Summaries);
        let mut ledger = log_set.ledger_builder(superseded);
        let mut problems = Vec::new();
        log::read_str(source.text(), FileId::LOG, &mut |item| {
            builder.item(&item);
            match item {
                Item::Problem(problem) => keep(&mut problems, problem),
                item => enter(&mut ledger, FileId::LOG, item),
            }
        });
        Self {
            source,
            builder,
            ledger,
            problems,
        }
    }

    fn months(&self, archives: ArchivesOf) -> BTreeSet<Month> {
        let months = self.ledger.months();
        let newest = self.ledger.newest_month();
        let mut some = match archives {
            ArchivesOf::AllMonths => return months.into_iter().collect(),
            ArchivesOf::UsageLines => self.builder.usage_months().collect(),
            ArchivesOf::Details => self.builder.detail_months(),
        };
        some.extend(newest);
        some
    }

    fn finish(mut self, log_set: &LogSet) -> Revision {
        let problems = &mut self.problems;
        log_set.enter_beside(&mut self.ledger, &mut |problem| keep(problems, problem));
        if let Some(superseded) = self.ledger.take_superseded() {
            let text = self.source.into_text();
            return Self::of_log(text, log_set, superseded).finish(log_set);
        }
        Revision {
            document: self.builder.finish(self.source),
            ledger: self.ledger.finish(),
            problems: self.problems,
        }
    }
}

fn keep(problems: &mut Vec<Diagnostic>, problem: Diagnostic) {
    if problems.len() < MAX_FINDINGS {
        problems.push(problem);
    }
}

impl Revision {
    /// Reads a log, with the files of `log_set` beside it.
    pub fn read(text: impl Into<String>, log_set: &LogSet) -> Self {
        RevisionReader::of_log(text.into(), log_set, Superseded::new()).finish(log_set)
    }

    /// Reads a log, and adds to the archives of `log_set` those that matter for it: `archive` gives that of a month, if there is one.
    ///
    /// # Errors
    /// Where `archive` fails.
    pub fn load<E>(
        text: impl Into<String>,
        log_set: &mut LogSet,
        archives: ArchivesOf,
        archive: &mut dyn FnMut(Month) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Self, E> {
        let reading = RevisionReader::of_log(text.into(), log_set, Superseded::new());
        for month in reading.months(archives) {
            if !log_set.archives.contains_key(&month)
                && let Some(bytes) = archive(month)?
            {
                log_set.archives.insert(month, bytes);
            }
        }
        Ok(reading.finish(log_set))
    }

    pub fn text(&self) -> &str {
        self.document.text()
    }

    pub fn into_text(self) -> String {
        self.document.source.into_text()
    }

    /// The starts of lines of the log that repeat an id, and so do not count.
    pub(super) fn repeats(&self) -> HashSet<usize> {
        let repeats = self.ledger.repeats();
        let in_log = repeats.filter(|place| place.file == FileId::LOG);
        in_log.map(|place| place.line_start).collect()
    }

    /// The log after a proposal. `log_set` is what is beside it then.
    ///
    /// # Errors
    /// Where the edits contradict each other, or the result is not what the proposal says. Either is a bug in tokmon.
    pub fn apply(&self, proposal: Proposal, log_set: &LogSet) -> Result<Self, Violation> {
        let Proposal {
            mut edits,
            invariants,
        } = proposal;
        sections::close_up(&mut edits);
        let mut edits = EditSet::new(FileId::LOG, edits)?;
        let mut text = splice(self.text(), &edits);
        if text.starts_with('\u{feff}') && self.document.source.body_start() == 0 {
            // The mark at the start of a line would become that of the file: an empty line stays above.
            let start = edits.iter().fold(0, |at, edit| {
                if edit.span.start == at {
                    edit.span.end
                } else {
                    at
                }
            });
            let blank = Edit::insert(start, self.document.newline(start));
            edits = EditSet::new(FileId::LOG, edits.iter().cloned().chain([blank]).collect())?;
            text = splice(self.text(), &edits);
        }
        let after = Self::read(text, log_set);
        invariants.check(self, &edits, &after)?;
        Ok(after)
    }
}
