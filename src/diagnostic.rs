//! A finding as a value: what is wrong, where, what to do.
//! Who finds it is `log`'s and `check`'s business, how it is shown `render`'s.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::text::{Document, Place};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Something could not be read, and is missing from the sums.
    Error,
    /// Everything was read, but something contradicts something else.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Who mends what a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mender {
    /// `tokmon check --fix`, where the finding stands in the log itself.
    Fix,
    /// Somebody who knows what was meant.
    Hand,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $name:literal, $severity:ident, $mender:ident;)+) => {
        /// What kind of finding it is. A code never changes its meaning and is never used again for another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable identifier: `TM001`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The readable name: `unreadable-number`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// How much such a finding matters.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            const fn mender(self) -> Mender {
                match self { $(Self::$variant => Mender::$mender,)+ }
            }

            /// What it means, in one paragraph.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

codes! {
    /// A cell that should hold a number holds something else. Its row is left out of every sum.
    UnreadableNumber = "TM001", "unreadable-number", Error, Hand;
    /// A date cannot be read. Without its date a row belongs to no month and is left out of every sum.
    UnreadableDate = "TM002", "unreadable-date", Error, Hand;
    /// A time or a duration cannot be read. Its row counts without it.
    UnreadableTime = "TM003", "unreadable-time", Warning, Hand;
    /// A row has fewer cells than its table has columns.
    MissingCells = "TM004", "missing-cells", Warning, Hand;
    /// A row has more cells than its table has columns. Markdown drops the surplus, so nobody sees it.
    SurplusCells = "TM005", "surplus-cells", Warning, Hand;
    /// A status is not a known spelling of done, running, pending or failed.
    UnknownStatus = "TM006", "unknown-status", Warning, Hand;
    /// A table looks like usage and is not counted: its section is not recognised, or it lacks a column or its row of dashes.
    UncountedTable = "TM007", "uncounted-table", Warning, Hand;
    /// Hook lines stand inside a table. tokmon reads past them; Markdown shows them as rows of the table.
    HookLineInTable = "TM008", "hook-line-in-table", Warning, Fix;
    /// An id occurs twice. The second is taken for a retry and not counted again.
    DuplicateId = "TM009", "duplicate-id", Warning, Fix;
    /// The file holds bytes that are not UTF-8. tokmon skips them, and will not write this file.
    NotUtf8 = "TM010", "not-utf8", Error, Hand;
    /// A line is longer than 64 KiB. It is left alone and not read.
    OverlongLine = "TM011", "overlong-line", Error, Hand;
    /// A usage, hold or free line lacks a key that it needs, is misspelled, or has a value that cannot be read. It is not counted.
    UnreadableLine = "TM012", "unreadable-line", Error, Hand;
    /// A stated total differs from the sum of its rows. The sum is used.
    TotalDiffers = "TM013", "total-differs", Warning, Fix;
    /// A stated percentage contradicts the figures it belongs to.
    PercentDiffers = "TM014", "percent-differs", Warning, Fix;
    /// A team's daily and session rows add up to more than its monthly row. The larger figure is used.
    DetailsExceedSummary = "TM015", "details-exceed-summary", Warning, Fix;
    /// A session's tokens are missing from its team's monthly row. The larger figure is used.
    SessionOutsideSummary = "TM016", "session-outside-summary", Warning, Fix;
    /// The team budgets and the reserve add up to more than the budget.
    OverAllocated = "TM017", "over-allocated", Note, Hand;
    /// Two statements of the same thing differ. Only one of them is used.
    ConflictingStatements = "TM018", "conflicting-statements", Warning, Hand;
    /// Costs are given in several currencies, which cannot be added up.
    MixedCurrencies = "TM019", "mixed-currencies", Warning, Hand;
    /// A row has tokens but names no team. It is counted under `(unnamed)`.
    UnnamedTeam = "TM020", "unnamed-team", Warning, Hand;
    /// Nothing says to which project the details of a team belong. They are left out where one project is asked for.
    UnsplitDetails = "TM021", "unsplit-details", Warning, Hand;
    /// A setting in `tokmon.toml` is not known, or has a value that it cannot have.
    InvalidSetting = "TM022", "invalid-setting", Error, Hand;
    /// Usage lines are not settled into the tables yet. They count from the moment they are written.
    UnsettledUsage = "TM023", "unsettled-usage", Note, Fix;
    /// What should stand once in a monthly summary stands twice, as after a merge that kept both sides. Both count.
    MergedTwice = "TM024", "merged-twice", Warning, Fix;
}

impl Code {
    /// Whether `tokmon check --fix` mends findings of this kind. Of single ones [`Diagnostic::is_fixable`] knows more.
    #[must_use]
    pub const fn is_fixable(self) -> bool {
        matches!(self.mender(), Mender::Fix)
    }

    /// The code that an identifier or a name means, whatever its case.
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

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: Code,
    /// What is wrong, in lower case, without advice and without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What stands there.
    pub label: String,
    /// Other places that belong to it, with what stands there.
    pub related: Vec<(Place, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// Which archive is meant by places in one, where the archives of several months were read: its index among them.
    pub archive: usize,
    by_hand: bool,
}

impl Diagnostic {
    /// A finding of this kind.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, place: Place) -> Self {
        Self {
            code,
            message: message.into(),
            place,
            label: String::new(),
            related: Vec::new(),
            help: None,
            archive: 0,
            by_hand: false,
        }
    }

    /// Says what stands at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points at another place that belongs to the finding.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says that this one has to be mended by hand, though others of its kind need not.
    #[must_use]
    pub const fn by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// How much it matters.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether `tokmon check --fix` mends it. That writes the log and nothing else; what the details have beyond the summary is
    /// mended there, wherever they stand.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        let of_summary = [Code::DetailsExceedSummary, Code::SessionOutsideSummary];
        let in_log = self.place.document == Document::Log || of_summary.contains(&self.code);
        self.code.is_fixable() && !self.by_hand && in_log
    }

    /// Every place it speaks of, its own first.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        std::iter::once(&self.place).chain(self.related.iter().map(|(place, _)| place))
    }

    /// The sort key of findings: by file, then from top to bottom. Of several archives, one after the other.
    fn order(&self) -> (Document, usize, usize, usize, Code) {
        let (document, start, end) = self.place.order();
        let archive = match document {
            Document::Archive => self.archive,
            _ => 0,
        };
        (document, archive, start, end, self.code)
    }
}

/// Sorts findings by file, place and code, and drops repetitions.
pub fn sort(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(|one, two| (one.order(), &one.message).cmp(&(two.order(), &two.message)));
    findings.dedup();
}

/// What was found in the files of a report. Where only some of it will be shown, the rest is counted and let go, so that a
/// log that is wrong on every line needs no more memory than another.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Diagnostic>,
    /// How many to keep; none for all of them.
    most: Option<usize>,
    without_notes: bool,
    /// The index of the archive that is being read.
    archive: usize,
    let_go: BTreeMap<(Document, Severity), usize>,
    fixable_let_go: usize,
}

impl Findings {
    /// Keeps all of them, or the first so many that are more than notes.
    #[must_use]
    pub fn keeping(most: Option<usize>) -> Self {
        Self {
            most,
            without_notes: most.is_some(),
            ..Self::default()
        }
    }

    /// Keeps the first so many, notes among them.
    #[must_use]
    pub fn listing(most: usize) -> Self {
        Self {
            most: Some(most),
            ..Self::default()
        }
    }

    /// From here on, places in an archive are in this one of several.
    pub const fn in_archive(&mut self, index: usize) {
        self.archive = index;
    }

    /// One more.
    pub fn push(&mut self, mut finding: Diagnostic) {
        if self.without_notes && finding.severity() == Severity::Note {
            return;
        }
        if finding
            .places()
            .any(|place| place.document == Document::Archive)
        {
            finding.archive = self.archive;
        }
        self.kept.push(finding);
        // To sort seldom is to sort in less time than it took to find them.
        if self.most.is_some_and(|most| self.kept.len() >= most * 2) {
            self.sort();
        }
    }

    /// Sorts them by file, place and code, and drops repetitions.
    pub fn sort(&mut self) {
        sort(&mut self.kept);
        let most = self.most.unwrap_or(usize::MAX).min(self.kept.len());
        for finding in self.kept.drain(most..) {
            let kind = (finding.place.document, finding.severity());
            *self.let_go.entry(kind).or_default() += 1;
            self.fixable_let_go += usize::from(finding.is_fixable());
        }
    }

    /// Says that all have to be mended by hand, as in a log that must not be written.
    pub fn all_by_hand(&mut self) {
        self.fixable_let_go = 0;
        for finding in &mut self.kept {
            finding.by_hand = true;
        }
    }

    /// Says of some of those that are listed that they need not be mended by hand.
    pub fn to_be_mended(&mut self, is: impl Fn(&Diagnostic) -> bool) {
        for finding in self.kept.iter_mut().filter(|finding| is(finding)) {
            finding.by_hand = false;
        }
    }

    /// The first of them.
    #[must_use]
    pub fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// How many there are of a severity, kept or not.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let let_go = self.let_go.iter();
        let kept = self.kept.iter();
        kept.filter(|finding| finding.severity() == severity)
            .count()
            + let_go
                .filter(|((_, of), _)| *of == severity)
                .map(|(_, count)| count)
                .sum::<usize>()
    }

    /// How many of them `tokmon check --fix` mends, kept or not.
    #[must_use]
    pub fn fixable(&self) -> usize {
        let kept = self.kept.iter().filter(|finding| finding.is_fixable());
        kept.count() + self.fixable_let_go
    }

    /// How many there are, kept or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.kept.len() + self.let_go()
    }

    /// How many were let go.
    #[must_use]
    pub fn let_go(&self) -> usize {
        self.let_go.values().sum()
    }

    /// The files with more than notes in them, in their order.
    #[must_use]
    pub fn documents(&self) -> BTreeSet<Document> {
        let kept = self
            .kept
            .iter()
            .map(|finding| (finding.place.document, finding.severity()));
        kept.chain(self.let_go.keys().copied())
            .filter(|(_, severity)| *severity != Severity::Note)
            .map(|(document, _)| document)
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
    fn those_let_go_are_counted_and_the_first_are_kept() {
        let finding = |code, document, at: usize| {
            let place = Place {
                document,
                line: at,
                span: crate::text::Span::new(at, at + 1),
                ..Place::default()
            };
            Diagnostic::new(code, format!("{at}"), place)
        };
        let all = || {
            (0..100).rev().flat_map(|at| {
                [
                    finding(Code::UnreadableNumber, Document::Log, at),
                    finding(Code::UnknownStatus, Document::Archive, at),
                    finding(Code::OverAllocated, Document::Log, at),
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
        assert_eq!(some.documents(), whole.documents());
    }

    #[test]
    fn notes_are_kept_in_a_list_and_archives_are_told_apart() {
        let finding = |document, at: usize| {
            let place = Place {
                document,
                span: crate::text::Span::new(at, at + 1),
                ..Place::default()
            };
            Diagnostic::new(Code::UnsettledUsage, "again", place)
        };
        let mut findings = Findings::listing(9);
        for (archive, at) in [(1, 0), (0, 5), (0, 5), (1, 0)] {
            findings.in_archive(archive);
            findings.push(finding(Document::Archive, at));
            findings.push(finding(Document::Log, 3));
        }
        findings.sort();
        let kept = findings.kept().iter();
        let kept: Vec<_> = kept
            .map(|finding| {
                (
                    finding.place.document,
                    finding.archive,
                    finding.is_fixable(),
                )
            })
            .collect();
        assert_eq!(
            kept,
            [
                (Document::Log, 0, true),
                (Document::Archive, 0, false),
                (Document::Archive, 1, false)
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
        for (index, code) in Code::ALL.iter().enumerate() {
            assert_eq!(code.id(), format!("TM{:03}", index + 1));
            assert!(code.meaning().ends_with('.'), "{code}");
            assert!(
                code.name()
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
            );
        }
    }
}
