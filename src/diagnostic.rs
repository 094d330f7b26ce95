//! A finding as a value: what is wrong, where, what to do.
//! Who finds it is `log`'s and `check`'s business, how it is shown `render`'s.

use std::fmt;

use crate::text::Place;

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
    /// Several projects share a team, and nothing says to which of them its details belong.
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

#[cfg(test)]
mod tests {
    use super::*;

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
