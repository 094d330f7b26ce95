//! The state of the dashboard, and what keys do to it. Knows no terminal, no file and no clock: keys come in as messages, time as a
//! duration since the start. What readings of the files do to it is `reading`'s business.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveTime};

use super::{
    crossing::Crossing,
    list::Held,
    message::{Message, Piece, Step},
    reading::{Snapshot, Trouble},
    sort::SortBy,
};
use crate::{model::Level, text::FileId};

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
    /// The files are looked at, once in so long.
    Polling {
        /// How long.
        every: Duration,
        /// Why the system cannot tell of changes, where nobody asked for this.
        because: Option<String>,
    },
    /// Not at all any more: why.
    Lost(String),
}

/// What may be shown in place of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The keys.
    Help,
    /// What is wrong with the files.
    Problems,
}

/// What the world is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// End.
    Quit,
    /// End as whoever is interrupted.
    Interrupt,
    /// Read the files.
    Read,
    /// Draw all cells, not only those that changed.
    Repaint,
    /// Give the terminal back until the process is continued.
    Suspend,
    /// Open a file at a line in an editor.
    Edit(FileId, usize),
}

/// The state.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// The view that is shown.
    pub tab: Tab,
    /// What is shown in place of the view, and from which line on.
    pub panel: Option<(Panel, usize)>,
    /// What is being typed.
    pub typing: Typing,
    /// Only what contains this is listed.
    pub filter: String,
    /// Only the days of this team are listed.
    pub team: Option<String>,
    /// The filter of the teams meanwhile.
    pub(super) filter_of_teams: String,
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
    /// Figures without a row that cannot be read are shown then.
    pub patience: Option<Duration>,
    /// Whatever can be read is shown, since somebody asked for it.
    pub(super) insisted: bool,
    /// Changes are not followed.
    pub pause: Option<Pause>,
    /// How changes are noticed.
    pub following: Following,
    /// A message, and until when it is shown.
    pub flash: Option<Flash>,
    /// Ring at a threshold.
    pub bell: bool,
    pub(super) crossing: Crossing,
    /// What is selected, which stays so wherever it moves.
    pub(super) held: Held,
}

/// A message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// What it says.
    pub message: String,
    /// The level that was reached, if it is about one.
    pub level: Option<Level>,
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
            Message::Quit => return Some(Effect::Quit),
            Message::Interrupt => return Some(Effect::Interrupt),
            Message::Reload => return Some(self.reload(now)),
            Message::Repaint => return Some(Effect::Repaint),
            Message::Suspend => return Some(Effect::Suspend),
            Message::Edit => {
                let (document, line) = self.place();
                return Some(Effect::Edit(document, line));
            }
            Message::Pause => return self.pause_or_go_on(now),
            Message::Back => self.back(),
            Message::Open(panel) => {
                let is_open = self.panel.is_some_and(|(open, _)| open == panel);
                self.panel = (!is_open).then_some((panel, 0));
            }
            Message::Show(tab) => self.show(tab),
            Message::Turn(step) => self.show(self.tab.turned(step)),
            Message::Move(by) => self.move_by(by, shown),
            Message::Page(Step::On) => self.move_by(page, shown),
            Message::Page(Step::Back) => self.move_by(-page, shown),
            Message::End(Step::On) => self.move_by(isize::MAX, shown),
            Message::End(Step::Back) => self.move_by(isize::MIN, shown),
            Message::Enter => self.enter(),
            Message::Sort | Message::Reverse => self.sort(message),
            Message::Filter | Message::Type(_) | Message::Erase(_) | Message::Typed => {
                self.type_filter(message);
            }
            Message::Bell => self.bell = !self.bell,
        }
        self.hold();
        None
    }

    /// The panel that is open.
    #[must_use]
    pub fn open(&self) -> Option<Panel> {
        self.panel.map(|(panel, _)| panel)
    }

    /// Somebody wants the figures of now, paused or not.
    fn reload(&mut self, now: NaiveTime) -> Effect {
        self.insisted = true;
        if let Some(pause) = &mut self.pause {
            *pause = Pause {
                since: now,
                changes: 0,
            };
        }
        Effect::Read
    }

    /// A change was seen that is not read yet.
    pub fn count_change(&mut self) {
        if let Some(pause) = &mut self.pause {
            pause.changes += 1;
        }
    }

    fn pause_or_go_on(&mut self, now: NaiveTime) -> Option<Effect> {
        if let Some(pause) = self.pause.take() {
            return (pause.changes > 0).then_some(Effect::Read);
        }
        // A reading that was to be tried again waits as well.
        let changes = usize::from(self.retry.take().is_some());
        self.pause = Some(Pause {
            since: now,
            changes,
        });
        None
    }

    /// Closes what was opened last: a panel, a filter, the days of a team.
    fn back(&mut self) {
        let lists = matches!(self.tab, Tab::Teams | Tab::Daily);
        if self.panel.take().is_some() {
        } else if lists && (self.typing == Typing::Filter || !self.filter.is_empty()) {
            self.typing = Typing::Nothing;
            self.filter.clear();
            self.find_held();
        } else if self.team.is_some() {
            self.tab = Tab::Teams;
            self.leave_team();
        }
    }

    fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.panel = None;
        self.leave_team();
    }

    fn move_by(&mut self, by: isize, shown: Extent) {
        if let Some((_, top)) = &mut self.panel {
            *top = top.saturating_add_signed(by).min(shown.last_top());
            return;
        }
        let last = match self.tab {
            Tab::Forecast => shown.last_top(),
            _ => shown.len.saturating_sub(1),
        };
        let selected = &mut self.selected[self.tab.index()];
        let to = |at: usize| at.min(last).saturating_add_signed(by).min(last);
        *selected = match (self.tab, *selected) {
            // The first key selects the first alert.
            (Tab::Overview, None) => Some(if by == isize::MAX { last } else { 0 }),
            // Whoever is at the end stays there when it grows.
            (Tab::Daily, at) => Some(to(at.unwrap_or(last))).filter(|at| *at < last),
            (_, at) => Some(to(at.unwrap_or(0))),
        };
    }

    /// Sorts the teams, where they are listed.
    fn sort(&mut self, message: Message) {
        if self.tab != Tab::Teams {
            return;
        }
        if message == Message::Sort {
            let next = self.report().and_then(|report| {
                let levels = report.team_levels();
                SortBy::after(self.sort, |by| {
                    let mut teams = report.teams.iter();
                    teams.any(|team| by.rank(team, levels.get(team.name.as_str())).is_some())
                })
            });
            (self.sort, self.reversed) = (next, false);
        } else if self.sort.is_some() {
            self.reversed = !self.reversed;
        }
        self.find_held();
    }

    /// Types a filter, where rows are listed.
    fn type_filter(&mut self, message: Message) {
        if !matches!(self.tab, Tab::Teams | Tab::Daily) {
            return;
        }
        match message {
            Message::Filter => {
                self.typing = Typing::Filter;
                self.filter.clear();
            }
            Message::Type(c) => self.filter.push(c),
            Message::Erase(Piece::Letter) => {
                self.filter.pop();
            }
            Message::Erase(Piece::Word) => {
                let kept = self.filter.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.filter.truncate(kept);
            }
            Message::Erase(Piece::All) => self.filter.clear(),
            _ => self.typing = Typing::Nothing,
        }
        self.find_held();
    }
}
