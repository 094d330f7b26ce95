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

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $name:literal, $severity:ident;)+) => {
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
    UnreadableNumber = "TM001", "unreadable-number", Error;
    /// A date cannot be read. Without its date a row belongs to no month and is left out of every sum.
    UnreadableDate = "TM002", "unreadable-date", Error;
    /// A time or a duration cannot be read. Its row counts without it.
    UnreadableTime = "TM003", "unreadable-time", Warning;
    /// A row has fewer cells than its table has columns.
    MissingCells = "TM004", "missing-cells", Warning;
    /// A row has more cells than its table has columns. Markdown drops the surplus, so nobody sees it.
    SurplusCells = "TM005", "surplus-cells", Warning;
    /// A status is not a known spelling of done, running, pending or failed.
    UnknownStatus = "TM006", "unknown-status", Warning;
    /// A table looks like usage and is not counted: its section is not recognised, or it lacks a column or its row of dashes.
    UncountedTable = "TM007", "uncounted-table", Warning;
    /// Hook lines stand inside a table. tokmon reads past them; Markdown shows them as rows of the table.
    HookLineInTable = "TM008", "hook-line-in-table", Warning;
    /// An id occurs twice. The second is taken for a retry and not counted again.
    DuplicateId = "TM009", "duplicate-id", Warning;
    /// The file holds bytes that are not UTF-8. tokmon skips them, and will not write this file.
    NotUtf8 = "TM010", "not-utf8", Error;
    /// A line is longer than 64 KiB. It is left alone and not read.
    OverlongLine = "TM011", "overlong-line", Error;
    /// A usage, hold or free line lacks a key that it needs, is misspelled, or has a value that cannot be read. It is not counted.
    UnreadableLine = "TM012", "unreadable-line", Error;
    /// A stated total differs from the sum of its rows. The sum is used.
    TotalDiffers = "TM013", "total-differs", Warning;
    /// A stated percentage contradicts the figures it belongs to.
    PercentDiffers = "TM014", "percent-differs", Warning;
    /// A team's daily and session rows add up to more than its monthly row. The larger figure is used.
    DetailsExceedSummary = "TM015", "details-exceed-summary", Warning;
    /// A session's tokens are missing from its team's monthly row. The larger figure is used.
    SessionOutsideSummary = "TM016", "session-outside-summary", Warning;
    /// The team budgets and the reserve add up to more than the budget.
    OverAllocated = "TM017", "over-allocated", Note;
    /// Two statements of the same thing differ. Only one of them is used.
    ConflictingStatements = "TM018", "conflicting-statements", Warning;
    /// Costs are given in several currencies, which cannot be added up.
    MixedCurrencies = "TM019", "mixed-currencies", Warning;
    /// A row has tokens but names no team. It is counted under `(unnamed)`.
    UnnamedTeam = "TM020", "unnamed-team", Warning;
    /// Nothing says to which project the details of a team belong. They are left out where one project is asked for.
    UnsplitDetails = "TM021", "unsplit-details", Warning;
    /// A setting in `tokmon.toml` is not known, or has a value that it cannot have.
    InvalidSetting = "TM022", "invalid-setting", Error;
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

    /// How much it matters.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Sorts findings by file, place and code, and drops repetitions.
pub fn sort(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(|one, two| {
        (one.place.order(), one.code, &one.message).cmp(&(
            two.place.order(),
            two.code,
            &two.message,
        ))
    });
    findings.dedup();
}

/// What was found in the files of a report. Where only some of it will be shown, the rest is counted and let go, so that a
/// log that is wrong on every line needs no more memory than another.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Diagnostic>,
    /// How many to keep; none for all of them. Notes are let go first.
    most: Option<usize>,
    let_go: BTreeMap<(Document, Severity), usize>,
}

impl Findings {
    /// Keeps all of them, or the first so many that are more than notes.
    #[must_use]
    pub fn keeping(most: Option<usize>) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// One more.
    pub fn push(&mut self, finding: Diagnostic) {
        if self.most.is_some() && finding.severity() == Severity::Note {
            return;
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
