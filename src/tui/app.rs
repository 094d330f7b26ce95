//! The state of the dashboard, and how it changes. Knows no terminal, no file and no clock: keys come in as messages, figures as
//! readings, time as a duration since the start.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveTime};

use super::{
    crossing::Crossing,
    message::{Message, Step},
    sort::SortBy,
};
use crate::{analysis::StatusReport, model::Level, text::Document};

/// A reading that is bad is tried again so much later before it is shown: editors write in two parts.
pub const GRACE: Duration = Duration::from_millis(150);

/// How long a message is shown.
pub const FLASH: Duration = Duration::from_secs(10);

/// A view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Budget, course, alerts, teams.
    #[default]
    Overview,
    /// Team by team.
    Teams,
    /// Day by day.
    Daily,
    /// Where it will end.
    Forecast,
}

impl Tab {
    /// Every view, in the order of their keys.
    pub const ALL: [Self; 4] = [Self::Overview, Self::Teams, Self::Daily, Self::Forecast];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Teams => "Teams",
            Self::Daily => "Daily",
            Self::Forecast => "Forecast",
        }
    }

    /// Which of all it is, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0)
    }

    fn turned(self, step: Step) -> Self {
        let by = match step {
            Step::On => 1,
            Step::Back => Self::ALL.len() - 1,
        };
        Self::ALL[(self.index() + by) % Self::ALL.len()]
    }
}

/// What is being typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Typing {
    /// Nothing: keys are commands.
    #[default]
    Nothing,
    /// The filter.
    Filter,
}

/// The figures of one reading of the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// All there is to show.
    pub report: StatusReport,
    /// The first thing in the files that cannot be read: `cost-log.md:31:33 not a number "12,4x0"`.
    pub problem: Option<String>,
    /// How much in the files is wrong, be it readable or not: `3 errors and 1 warning`.
    pub findings: Option<String>,
}

/// What came of reading the files.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Figures.
    Good(Box<Snapshot>),
    /// The log is there, and nothing can be made of it: why.
    Bad(String),
    /// The log is not there: its name.
    Gone(String),
}

/// Why the figures shown are not those of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be read: where, and why.
    Unreadable(String),
    /// It is gone: its name.
    Gone(String),
}

/// Changes are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: NaiveTime,
    /// How many changes were seen since.
    pub changes: usize,
}

/// How changes are noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Following {
    /// The system tells of them.
    #[default]
    Events,
    /// The files are looked at, once in so long; perhaps because the system could not tell.
    Polling {
        /// How long.
        every: Duration,
        /// Nobody asked for it.
        fallback: bool,
    },
    /// Not at all any more.
    Lost,
}

/// What the world is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End with this exit code.
    Quit(u8),
    /// Read the files.
    Read,
    /// Draw all cells, not only those that changed.
    Repaint,
    /// Give the terminal back until the process is continued.
    Suspend,
    /// Open a file at a line in an editor.
    Edit(Document, usize),
    /// Ring the bell.
    Ring,
}

/// The state.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// The view that is shown.
    pub tab: Tab,
    /// The list of keys is shown, from this line on.
    pub help: Option<usize>,
    /// What is being typed.
    pub typing: Typing,
    /// Only what contains this is listed.
    pub filter: String,
    /// The column that teams are sorted by; none for the order of the log.
    pub sort: Option<SortBy>,
    /// From the other end.
    pub reversed: bool,
    /// What is selected in each view; none where nobody has moved yet, or to the end of what grows there.
    pub(super) selected: [Option<usize>; 4],
    /// The last good figures.
    pub latest: Option<Snapshot>,
    /// When they were read: by the clock, and since the start.
    pub read_at: Option<(DateTime<FixedOffset>, Duration)>,
    /// Why they are not those of the file.
    pub trouble: Option<Trouble>,
    /// A bad reading is tried again then.
    pub retry: Option<Duration>,
    /// Changes are not followed.
    pub pause: Option<Pause>,
    /// How changes are noticed.
    pub following: Following,
    /// A message, and until when it is shown.
    pub flash: Option<Flash>,
    /// Ring at a threshold.
    pub bell: bool,
    crossing: Crossing,
    /// The team that is selected, which stays selected wherever it moves.
    pub(super) held: Option<String>,
}

/// A message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// What it says.
    pub message: String,
    /// How bad it is.
    pub level: Level,
    /// Until when it is shown.
    pub until: Duration,
}

/// How long a list is, and how much of it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// All rows.
    pub len: usize,
    /// Those that there is room for.
    pub page: usize,
}

impl Extent {
    /// The last row that can be at the top.
    #[must_use]
    pub const fn last_top(self) -> usize {
        self.len.saturating_sub(self.page)
    }
}

impl App {
    /// Does what a message wants, at a time of day, where this much of a list is on the screen.
    pub fn update(&mut self, message: Message, shown: Extent, now: NaiveTime) -> Option<Effect> {
        let page = isize::try_from(shown.page.max(1)).unwrap_or(isize::MAX);
        self.hold();
        match message {
            Message::Quit(code) => return Some(Effect::Quit(code)),
            Message::Reload => return Some(Effect::Read),
            Message::Repaint => return Some(Effect::Repaint),
            Message::Suspend => return Some(Effect::Suspend),
            Message::Edit => {
                let (document, line) = self.place();
                return Some(Effect::Edit(document, line));
            }
            Message::Pause => return self.pause_or_go_on(now),
            Message::Back => self.back(),
            Message::Help => self.help = self.help.xor(Some(0)),
            Message::Show(tab) => self.show(tab),
            Message::Turn(step) => self.show(self.tab.turned(step)),
            Message::Move(by) => self.move_by(by, shown),
            Message::Page(Step::On) => self.move_by(page, shown),
            Message::Page(Step::Back) => self.move_by(-page, shown),
            Message::End(Step::On) => self.move_by(isize::MAX, shown),
            Message::End(Step::Back) => self.move_by(isize::MIN, shown),
            Message::Enter => self.enter(),
            Message::Sort => self.sort_by_next(),
            Message::Reverse => self.reversed = !self.reversed,
            Message::Filter => self.typing = Typing::Filter,
            Message::Type(c) => self.filter.push(c),
            Message::Erase => {
                self.filter.pop();
            }
            Message::Typed => self.typing = Typing::Nothing,
            Message::Bell => self.bell = !self.bell,
        }
        self.hold();
        None
    }

    /// Takes what came of a reading, at a moment by the clock and since the start.
    pub fn take(
        &mut self,
        reading: Reading,
        now: DateTime<FixedOffset>,
        at: Duration,
    ) -> Option<Effect> {
        let trouble = match reading {
            Reading::Good(snapshot) if self.is_better(&snapshot) => {
                return self.show_figures(*snapshot, now, at);
            }
            Reading::Good(snapshot) => Trouble::Unreadable(snapshot.problem.unwrap_or_default()),
            Reading::Bad(problem) => Trouble::Unreadable(problem),
            Reading::Gone(name) => Trouble::Gone(name),
        };
        // What is shown already, or has been bad for so long, is shown.
        let retry = *self.retry.get_or_insert(at + GRACE);
        if self.trouble.is_some() || self.latest.is_none() || retry <= at {
            (self.trouble, self.retry) = (Some(trouble), None);
        }
        None
    }

    /// Whether a reading is to be shown: it has no more rows that cannot be read than what is shown already.
    fn is_better(&self, snapshot: &Snapshot) -> bool {
        let unreadable = |snapshot: &Snapshot| snapshot.report.log.unreadable_rows;
        let latest = self.latest.as_ref();
        latest.is_none_or(|latest| unreadable(snapshot) <= unreadable(latest))
    }

    fn show_figures(
        &mut self,
        snapshot: Snapshot,
        now: DateTime<FixedOffset>,
        at: Duration,
    ) -> Option<Effect> {
        (self.trouble, self.retry) = (None, None);
        let before = self.latest.replace(snapshot);
        let changed = before.as_ref() != self.latest.as_ref();
        if changed || self.read_at.is_none() {
            self.read_at = Some((now, at));
        }
        self.find_held();
        let before = before.as_ref().map(|before| &before.report);
        let crossed = self
            .latest
            .as_ref()
            .map(|latest| self.crossing.see(before, &latest.report, now.time()))?;
        if let Some((message, level)) = crossed.message {
            self.flash = Some(Flash {
                message,
                level,
                until: at + FLASH,
            });
        }
        (crossed.rings && self.bell).then_some(Effect::Ring)
    }

    /// A change was seen.
    pub fn changed(&mut self) -> Option<Effect> {
        match &mut self.pause {
            Some(pause) => {
                pause.changes += 1;
                None
            }
            None => Some(Effect::Read),
        }
    }

    fn pause_or_go_on(&mut self, now: NaiveTime) -> Option<Effect> {
        if let Some(pause) = self.pause.take() {
            return (pause.changes > 0).then_some(Effect::Read);
        }
        self.pause = Some(Pause {
            since: now,
            changes: 0,
        });
        None
    }

    fn back(&mut self) {
        if self.help.take().is_some() {
        } else if self.typing == Typing::Filter || !self.filter.is_empty() {
            self.typing = Typing::Nothing;
            self.filter.clear();
        }
    }

    fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.help = None;
    }

    fn move_by(&mut self, by: isize, shown: Extent) {
        if let Some(top) = &mut self.help {
            *top = top.saturating_add_signed(by).min(shown.last_top());
            return;
        }
        let last = match self.tab {
            Tab::Forecast => shown.last_top(),
            _ => shown.len.saturating_sub(1),
        };
        let selected = &mut self.selected[self.tab.index()];
        *selected = match (self.tab, *selected) {
            // The first key selects the first alert.
            (Tab::Overview, None) => Some(if by == isize::MAX { last } else { 0 }),
            (Tab::Daily, at) => {
                let at = at.unwrap_or(last).saturating_add_signed(by).min(last);
                // Whoever is at the end stays there when it grows.
                (at < last).then_some(at)
            }
            (_, at) => Some(at.unwrap_or(0).saturating_add_signed(by).min(last)),
        };
    }

    fn sort_by_next(&mut self) {
        self.sort = SortBy::after(self.sort);
        self.find_held();
    }
}
