//! A finding as a value: what is wrong, where, and how it is fixed.
//! `log` and `check` find, `edit` computes fixes, `render` shows both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use crate::text::{EditSet, FileId, FileRole, Place};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Severity {
    /// Something could not be read, and is missing from the sums.
    Error,
    /// Everything was read, but something contradicts something else.
    Warning,
    Note,
}

/// Findings beyond this number are counted or dropped, so that no log takes more memory than a machine has.
pub const MAX_FINDINGS: usize = 100_000;

/// Whether a finding may be fixed without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// `tokmon check --fix` fixes it: no figure and no line is lost.
    Safe,
    /// Only a person knows what was meant.
    Manual,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $name:literal, $severity:ident, $applicability:ident;)+) => {
        /// What kind of finding it is. A code never changes its meaning and is never used again for another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable identifier: `TM001`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The readable name: `unreadable-number`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// What holds for findings of this kind unless one of them says otherwise.
            pub const fn applicability(self) -> Applicability {
                match self { $(Self::$variant => Applicability::$applicability,)+ }
            }

            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// A cell that should hold a number holds something else. Its row is not counted; for a cost, a warning: its row counts without it.
    UnreadableNumber = "TM001", "unreadable-number", Error, Manual;
    /// A date cannot be read. Without its date a row belongs to no month and is not counted.
    UnreadableDate = "TM002", "unreadable-date", Error, Manual;
    /// A time or a duration cannot be read. Its row counts without it.
    UnreadableTime = "TM003", "unreadable-time", Warning, Manual;
    /// A row has fewer cells than its table has columns.
    MissingCells = "TM004", "missing-cells", Warning, Manual;
    /// A row has more cells than its table has columns. Markdown drops the surplus silently.
    SurplusCells = "TM005", "surplus-cells", Warning, Manual;
    /// A status is not a known spelling of done, running, pending or failed.
    UnknownStatus = "TM006", "unknown-status", Warning, Manual;
    /// A table looks like usage and is not counted: its section is not recognised, or it lacks a column or its row of dashes. Or a row is in no table.
    UncountedTable = "TM007", "uncounted-table", Warning, Manual;
    /// Hook lines are inside a table. tokmon reads past them; Markdown shows them as rows of the table.
    HookLineInTable = "TM008", "hook-line-in-table", Warning, Safe;
    /// An id occurs twice. The second is treated as a retry and not counted again.
    DuplicateId = "TM009", "duplicate-id", Warning, Safe;
    /// The file holds bytes that are not UTF-8. tokmon skips them, and will not write this file.
    NotUtf8 = "TM010", "not-utf8", Error, Manual;
    /// A line is longer than 64 KiB. It is left alone and not read.
    OverlongLine = "TM011", "overlong-line", Error, Manual;
    /// A usage, hold, free or notify line lacks a key, is misspelled, or has a wrong value. It is not counted, unless only an optional key is wrong.
    UnreadableLine = "TM012", "unreadable-line", Error, Manual;
    /// A stated total differs from the sum of its rows. The sum is used.
    TotalDiffers = "TM013", "total-differs", Warning, Safe;
    /// A stated percentage contradicts the figures it belongs to.
    PercentDiffers = "TM014", "percent-differs", Warning, Safe;
    /// A team's daily and session rows add up to more than its monthly row. The larger figure is used.
    DetailsExceedSummary = "TM015", "details-exceed-summary", Warning, Safe;
    /// A session's tokens are missing from its team's monthly row. The larger figure is used.
    SessionOutsideSummary = "TM016", "session-outside-summary", Warning, Safe;
    /// The allocations and the reserve add up to more than the budget.
    OverAllocated = "TM017", "over-allocated", Note, Manual;
    /// Two statements of the same thing differ. Only one of them is used.
    ConflictingStatements = "TM018", "conflicting-statements", Warning, Manual;
    /// Costs are given in several currencies, which cannot be added up.
    MixedCurrencies = "TM019", "mixed-currencies", Warning, Manual;
    /// A row has tokens but names no team. It is counted under `(unnamed)`.
    UnnamedTeam = "TM020", "unnamed-team", Warning, Manual;
    /// Nothing says to which project the details of a team belong. They are not counted in a report on one project.
    UnsplitDetails = "TM021", "unsplit-details", Warning, Manual;
    /// A setting in `tokmon.toml` is not known, or has a value that it cannot have.
    InvalidSetting = "TM022", "invalid-setting", Error, Manual;
    /// Usage lines are not settled into the tables yet. They count from the moment they are written.
    UnsettledUsage = "TM023", "unsettled-usage", Note, Safe;
    /// A monthly summary has something twice, as after a merge that kept both sides. Rows count once where their figure together is proven.
    MergedTwice = "TM024", "merged-twice", Warning, Safe;
    /// An archive has the name of one of this log's, and names another log as its own. It is not read for this log.
    ForeignArchive = "TM025", "foreign-archive", Note, Manual;
    /// An archive names a log that does not exist, as after the log was renamed. It is not read.
    OrphanedArchive = "TM026", "orphaned-archive", Warning, Safe;
    /// A row is dated more than 36 hours ahead, as after a typing error. It counts in the month that it names.
    DatedAhead = "TM027", "dated-ahead", Warning, Manual;
    /// A row is below an empty line or a line of text, where Markdown shows no row. It counts with the table of its section.
    RowOutsideTable = "TM028", "row-outside-table", Warning, Safe;
    /// The log contains an access key or a token. Anyone who can read the repository can use it.
    Secret = "TM029", "secret", Warning, Manual;
    /// A merge of git left a conflict. What both sides hold counts, and tokmon will not write this file.
    Conflict = "TM030", "conflict", Error, Manual;
    /// The daily rows of a team have fewer tokens than when its monthly row was written. The monthly row counts.
    LoweredDetails = "TM031", "lowered-details", Warning, Manual;
    /// Work was started although the budget does not allow it, with `tokmon guard --override`.
    GuardOverridden = "TM032", "guard-overridden", Note, Manual;
    /// The cost budget, or a team's limit in money, is in another currency than the log's costs. It cannot be judged.
    ForeignLimit = "TM033", "foreign-limit", Warning, Manual;
    /// Of tokens in and out only one is written. The row counts as at least that.
    IncompleteFigure = "TM034", "incomplete-figure", Warning, Manual;
    /// Two imports wrote the same usage, as on machines that share a home and merge their logs. It counts once.
    ImportOverlap = "TM035", "import-overlap", Warning, Safe;
    /// A team whose usage is imported has rows or lines by hand in the same month. Both count.
    DoubleBooking = "TM036", "double-booking", Warning, Manual;
}

impl Code {
    /// Whether `tokmon check --fix` fixes findings of this kind, save those that say otherwise.
    #[must_use]
    pub fn is_fixable(self) -> bool {
        self.applicability() == Applicability::Safe
    }

    /// The code with this identifier or name, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|code| {
            code.id().eq_ignore_ascii_case(text) || code.name().eq_ignore_ascii_case(text)
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// The edits that resolve a finding, and whether they may be made without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub edits: EditSet,
    pub applicability: Applicability,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    /// What is wrong, in lower case, without advice and without a full stop.
    pub message: String,
    pub place: Place,
    pub label: String,
    /// Other places that belong to it, with their labels.
    pub related: Vec<(Place, String)>,
    pub help: Option<String>,
    /// Computed only where it is asked for. One fix may resolve several findings.
    pub fix: Option<Arc<Fix>>,
    severity: Severity,
    applicability: Applicability,
}

impl Diagnostic {
    pub fn new(code: Code, message: impl Into<String>, place: Place) -> Self {
        Self {
            code,
            message: message.into(),
            place,
            label: String::new(),
            related: Vec::new(),
            help: None,
            fix: None,
            severity: code.severity(),
            applicability: code.applicability(),
        }
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Marks one finding of a code that is fixed automatically elsewhere.
    pub const fn manual(mut self) -> Self {
        self.applicability = Applicability::Manual;
        self
    }

    /// Marks one finding of a code that is an error elsewhere: all that is known of it counts.
    pub const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Attaches what resolves the finding. One that nothing resolves needs a person.
    pub fn set_fix(&mut self, fix: Option<Arc<Fix>>) {
        let applicability = fix.as_ref().map(|fix| fix.applicability);
        self.applicability = applicability.unwrap_or(Applicability::Manual);
        self.fix = fix;
    }

    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether `tokmon check --fix` fixes it. Only the log is written, and the headers of archives; details beyond the summary are
    /// fixed in the log, whichever file they are in.
    pub fn is_fixable(&self) -> bool {
        let anywhere = [
            Code::DetailsExceedSummary,
            Code::SessionOutsideSummary,
            Code::OrphanedArchive,
        ];
        let is_written = self.place.file.role() == FileRole::Log || anywhere.contains(&self.code);
        self.applicability == Applicability::Safe && is_written
    }
}

/// Sorts findings by file, place and code, and removes repetitions.
pub fn sort(findings: &mut Vec<Diagnostic>) {
    let order = |finding: &Diagnostic| (finding.place.order(), finding.code);
    findings.sort_by(|one, two| (order(one), &one.message).cmp(&(order(two), &two.message)));
    findings.dedup();
}

/// The findings of a report. Those that will not be listed are counted and dropped, so that a log with an error on every line
/// needs no more memory than another.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Diagnostic>,
    /// The number of findings to keep; `None` for all of them.
    limit: Option<usize>,
    without_notes: bool,
    dropped: BTreeMap<(FileId, Severity), usize>,
    dropped_fixable: usize,
}

impl Findings {
    /// Keeps all of them, or the first `limit` errors and warnings.
    pub fn keeping(limit: Option<usize>) -> Self {
        Self {
            limit,
            without_notes: limit.is_some(),
            ..Self::default()
        }
    }

    /// Keeps the first `limit`, notes among them.
    pub fn listing(limit: usize) -> Self {
        Self {
            limit: Some(limit),
            ..Self::default()
        }
    }

    pub fn push(&mut self, finding: Diagnostic) {
        if self.without_notes && finding.severity() == Severity::Note {
            return;
        }
        self.kept.push(finding);
        // Sorting only when twice as many are there keeps the time linear.
        if self.limit.is_some_and(|limit| self.kept.len() >= limit * 2) {
            self.sort();
        }
    }

    /// Sorts them by file, place and code, removes repetitions, and drops what is beyond the limit.
    pub fn sort(&mut self) {
        sort(&mut self.kept);
        let limit = self.limit.unwrap_or(usize::MAX).min(self.kept.len());
        for finding in self.kept.drain(limit..) {
            let kind = (finding.place.file, finding.severity());
            *self.dropped.entry(kind).or_default() += 1;
            self.dropped_fixable += usize::from(finding.is_fixable());
        }
    }

    /// Keeps those of the kept findings that `is` holds for.
    pub fn retain(&mut self, is: impl Fn(&Diagnostic) -> bool) {
        self.kept.retain(is);
    }

    /// Marks all of them as not fixable, as in a log that must not be written.
    pub fn mark_all_manual(&mut self) {
        self.dropped_fixable = 0;
        for finding in &mut self.kept {
            finding.applicability = Applicability::Manual;
        }
    }

    /// Marks those kept that `is` holds for as fixable.
    pub fn mark_safe(&mut self, is: impl Fn(&Diagnostic) -> bool) {
        for finding in self.kept.iter_mut().filter(|finding| is(finding)) {
            finding.applicability = Applicability::Safe;
        }
    }

    pub fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    pub fn kept_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.kept
    }

    /// The number of findings of a severity, kept or dropped.
    pub fn count(&self, severity: Severity) -> usize {
        let kept = self.kept.iter().map(Diagnostic::severity);
        let dropped = self.dropped.iter();
        kept.filter(|of| *of == severity).count()
            + dropped
                .filter(|((_, of), _)| *of == severity)
                .map(|(_, count)| count)
                .sum::<usize>()
    }

    /// The number of findings that `tokmon check --fix` fixes, kept or dropped.
    pub fn fixable(&self) -> usize {
        let kept = self.kept.iter().filter(|finding| finding.is_fixable());
        kept.count() + self.dropped_fixable
    }

    pub fn total(&self) -> usize {
        self.kept.len() + self.dropped()
    }

    pub fn dropped(&self) -> usize {
        self.dropped.values().sum()
    }

    pub fn files(&self) -> BTreeSet<FileId> {
        let kept = self.kept.iter();
        kept.map(|finding| (finding.place.file, finding.severity()))
            .chain(self.dropped.keys().copied())
            .filter(|(_, severity)| *severity != Severity::Note)
            .map(|(file, _)| file)
            .collect()
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_dropped_are_counted_and_the_first_are_kept() {
        let finding = |code, file, at: usize| {
            let place = Place {
                file,
                line: at,
                span: crate::text::Span::new(at, at + 1),
                ..Place::default()
            };
            Diagnostic::new(code, format!("{at}"), place)
        };
        let all = || {
            (0..100).rev().flat_map(|at| {
                [
                    finding(Code::UnreadableNumber, FileId::LOG, at),
                    finding(Code::UnknownStatus, FileId::archive(0), at),
                    finding(Code::OverAllocated, FileId::LOG, at),
                ]
            })
        };
        let (mut some, mut whole) = (Findings::keeping(Some(7)), Findings::keeping(None));
        some.extend(all());
        whole.extend(all());
        some.sort();
        whole.sort();
        let first = whole
            .kept()
            .iter()
            .filter(|finding| finding.severity() != Severity::Note);
        let first: Vec<Diagnostic> = first.take(7).cloned().collect();
        assert_eq!(some.kept(), first);
        for severity in [Severity::Error, Severity::Warning] {
            assert_eq!((some.count(severity), whole.count(severity)), (100, 100));
        }
        assert_eq!(some.files(), whole.files());
    }

    #[test]
    fn notes_are_kept_in_a_list_and_archives_are_told_apart() {
        let finding = |file, at: usize| {
            let place = Place {
                file,
                span: crate::text::Span::new(at, at + 1),
                ..Place::default()
            };
            Diagnostic::new(Code::UnsettledUsage, "again", place)
        };
        let mut findings = Findings::listing(9);
        for (archive, at) in [(1, 0), (0, 5), (0, 5), (1, 0)] {
            findings.push(finding(FileId::archive(archive), at));
            findings.push(finding(FileId::LOG, 3));
        }
        findings.sort();
        let kept = findings.kept().iter();
        let kept: Vec<_> = kept
            .map(|finding| (finding.place.file, finding.is_fixable()))
            .collect();
        assert_eq!(
            kept,
            [
                (FileId::LOG, true),
                (FileId::archive(0), false),
                (FileId::archive(1), false)
            ]
        );
        assert_eq!((findings.count(Severity::Note), findings.fixable()), (3, 1));
    }

    #[test]
    fn a_code_is_found_by_its_name_and_in_any_case() {
        for code in Code::ALL {
            assert_eq!(Code::find(&code.id().to_lowercase()), Some(*code));
            assert_eq!(Code::find(&code.name().to_uppercase()), Some(*code));
        }
        assert_eq!(Code::find("TM"), None);
    }

    #[test]
    fn codes_are_numbered_in_their_order_and_explained() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.id()));
        for code in Code::ALL {
            assert_eq!(code.id().len(), "TM001".len());
            assert!(code.meaning().ends_with('.'), "{code}");
            assert!(
                code.name()
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
            );
        }
    }
}
