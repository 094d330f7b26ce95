//! What came of reading the files, and which figures are shown of it: those of the file, or the last good ones as long as somebody
//! may be typing. When files are read is decided elsewhere.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::app::{App, FLASH, Flash};
use crate::{
    analysis::{StatusReport, TeamReport},
    text::FileId,
};

/// A reading that is bad is tried again so much later before it is shown: editors write in two parts.
pub const GRACE: Duration = Duration::from_millis(150);

/// A row that cannot be read is waited for so long: whoever types it is not done. After that, the figures of the others count more.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The figures of one reading of the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// All there is to show.
    pub report: StatusReport,
    /// What is wrong with the files, as far as it is listed.
    pub problems: Vec<Problem>,
    /// How much that is: `3 errors and 1 warning`.
    pub counted: Option<String>,
}

/// Something that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, and what: `cost-log.md:31:33 not a number: "12,4x0"`.
    pub text: String,
    /// The file and the line, where it has one.
    pub place: Option<(FileId, usize)>,
    /// Something is not counted because of it.
    pub is_error: bool,
}

/// What came of reading the files.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Figures.
    Good(Box<Snapshot>),
    /// The log is there, and nothing can be made of it: why.
    Bad(Problem),
    /// The log is not there: its name.
    Gone(String),
}

/// Why the figures shown are not those of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be read: where, and why.
    Unreadable(Problem),
    /// It is gone: its name.
    Gone(String),
}

impl Trouble {
    /// Where it can be mended.
    #[must_use]
    pub const fn place(&self) -> Option<(FileId, usize)> {
        match self {
            Self::Unreadable(problem) => problem.place,
            Self::Gone(_) => None,
        }
    }
}

impl App {
    /// Takes what came of a reading, at a moment by the clock and since the start. Whether that is worth a ring of the bell.
    pub fn take(&mut self, reading: Reading, now: DateTime<FixedOffset>, at: Duration) -> bool {
        let trouble = match reading {
            Reading::Good(snapshot) if self.insisted || self.is_better(&snapshot) => {
                return self.show_figures(*snapshot, now, at);
            }
            Reading::Good(snapshot) => {
                let problem = self.news(&snapshot);
                if at >= *self.patience.get_or_insert(at + PATIENCE) {
                    return self.show_without(&problem, *snapshot, now, at);
                }
                Trouble::Unreadable(problem)
            }
            Reading::Bad(problem) => {
                self.patience = None;
                Trouble::Unreadable(problem)
            }
            Reading::Gone(name) => {
                self.patience = None;
                Trouble::Gone(name)
            }
        };
        // What is shown already, has been bad for so long, or was asked for, is shown.
        let is_known = self.trouble.is_some() || self.latest.is_none();
        let is_asked = self.insisted || self.pause.is_some();
        let retry = *self.retry.get_or_insert(at + GRACE);
        if is_known || is_asked || retry <= at {
            (self.trouble, self.retry) = (Some(trouble), None);
        }
        false
    }

    /// Whether a reading is to be shown at once: it has no more rows that cannot be read than what is shown already.
    fn is_better(&self, snapshot: &Snapshot) -> bool {
        let unreadable = |snapshot: &Snapshot| snapshot.report.log.unreadable_rows;
        let latest = self.latest.as_ref();
        latest.is_none_or(|latest| unreadable(snapshot) <= unreadable(latest))
    }

    /// The error of a reading that was not there before.
    fn news(&self, snapshot: &Snapshot) -> Problem {
        let latest = self.latest.as_ref();
        let known = latest.map_or(&[][..], |latest| &latest.problems);
        let errors = || snapshot.problems.iter().filter(|problem| problem.is_error);
        let new = errors().find(|problem| !known.contains(problem));
        let shown = new.or_else(|| errors().next_back()).cloned();
        shown.unwrap_or_else(|| Problem {
            text: "a row cannot be read".to_owned(),
            place: None,
            is_error: true,
        })
    }

    /// Shows figures that leave something out, and says what.
    fn show_without(
        &mut self,
        problem: &Problem,
        snapshot: Snapshot,
        now: DateTime<FixedOffset>,
        at: Duration,
    ) -> bool {
        let rings = self.show_figures(snapshot, now, at);
        // That a threshold was passed is said first.
        let crossed = self
            .flash
            .as_ref()
            .is_some_and(|flash| flash.level.is_some());
        if !crossed {
            self.flash = Some(Flash {
                message: format!("not counted: {}", problem.text),
                level: None,
                until: at + FLASH,
            });
        }
        rings
    }

    fn show_figures(
        &mut self,
        snapshot: Snapshot,
        now: DateTime<FixedOffset>,
        at: Duration,
    ) -> bool {
        (self.trouble, self.retry, self.patience) = (None, None, None);
        self.insisted = false;
        let before = self.latest.take();
        let latest = self.latest.insert(snapshot);
        if before
            .as_ref()
            .is_none_or(|before| !is_same(before, latest))
        {
            self.read_at = Some((now, at));
        }
        let before = before.as_ref().map(|before| &before.report);
        let crossed = self.crossing.see(before, &latest.report, now.time());
        let level = crossed.level;
        // What was said of a level that is left again holds no longer.
        let holds = |flash: &Flash| flash.level.is_none() || flash.level == level;
        self.flash = self.flash.take().filter(holds);
        if let Some(message) = crossed.message {
            self.flash = Some(Flash {
                message,
                level,
                until: at + FLASH,
            });
        }
        self.find_held();
        crossed.rings && self.bell
    }
}

/// Whether two readings found the same in the files, whenever they were made.
fn is_same(one: &Snapshot, two: &Snapshot) -> bool {
    let (one_says, two_says) = (&one.report, &two.report);
    let teams = || one_says.teams.iter().zip(&two_says.teams);
    one.problems == two.problems
        && one_says.log == two_says.log
        && one_says.budget == two_says.budget
        && one_says.used == two_says.used
        && one_says.days == two_says.days
        && one_says.forecast.plan == two_says.forecast.plan
        && one_says.teams.len() == two_says.teams.len()
        && teams().all(|(one, two)| says_the_same(one, two))
}

/// Whether the files say the same of a team; what follows for the time to come depends on the moment.
fn says_the_same(one: &TeamReport, two: &TeamReport) -> bool {
    one.name == two.name
        && one.sources == two.sources
        && one.used_tokens == two.used_tokens
        && one.allocated_tokens == two.allocated_tokens
        && one.reserved_tokens == two.reserved_tokens
        && one.status == two.status
        && one.deliverables == two.deliverables
        && one.cost == two.cost
}
