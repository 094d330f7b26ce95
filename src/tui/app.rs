//! The state of the dashboard, and how it changes. Knows no terminal, no file and no clock: keys come in as messages, figures as
//! readings, time as a duration since the start.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveTime};

use super::message::{Message, Step};
use crate::{
    analysis::{RowReport, StatusReport, TeamReport},
    model::{Level, Percent, Thresholds, fold_name},
    text::Document,
};

/// A reading that is bad is tried again so much later before it is shown: editors write in two parts.
pub const GRACE: Duration = Duration::from_millis(150);

/// How long a message about a level that was crossed is shown.
const FLASH: Duration = Duration::from_secs(10);

/// Points of a percent that a figure has to fall below a threshold before the bell may ring for it again.
const REARM: u64 = 2;

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

/// A column that teams can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Tokens used.
    Used,
    /// The limit.
    Allocated,
    /// The share of it that is used.
    Share,
    /// Deliverables.
    Deliverables,
    /// Tokens per deliverable.
    PerDeliverable,
    /// The name.
    Team,
}

impl SortBy {
    /// The order in which they take turns. After the last comes the order of the log.
    const ALL: [Self; 6] = [
        Self::Used,
        Self::Allocated,
        Self::Share,
        Self::Deliverables,
        Self::PerDeliverable,
        Self::Team,
    ];

    fn compare(self, one: &TeamReport, two: &TeamReport) -> std::cmp::Ordering {
        let share = |team: &TeamReport| {
            let limit = team.allocated_tokens?.0;
            Percent::of(team.used_tokens?.0, limit)
        };
        // Figures from the greatest down; what nothing is known about comes last.
        match self {
            Self::Used => two.used_tokens.cmp(&one.used_tokens),
            Self::Allocated => two.allocated_tokens.cmp(&one.allocated_tokens),
            Self::Share => share(two).cmp(&share(one)),
            Self::Deliverables => two.deliverables.cmp(&one.deliverables),
            Self::PerDeliverable => two.tokens_per_deliverable.cmp(&one.tokens_per_deliverable),
            Self::Team => fold_name(&one.name).cmp(&fold_name(&two.name)),
        }
    }
}

/// The figures of one reading of the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// All there is to show.
    pub report: StatusReport,
    /// The first thing in the files that cannot be read: `cost-log.md:31:33 not a number "12,4x0"`.
    pub problem: Option<String>,
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
    /// The files are looked at, once in so long.
    Polling(Duration),
    /// Not at all any more.
    Lost,
}

/// What the world is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The selected row of each view.
    pub selected: [usize; 4],
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
    pub flash: Option<(String, Level, Duration)>,
    /// Ring at a threshold.
    pub bell: bool,
    /// The bell has rung for thresholds up to this one.
    rung: Option<u32>,
    /// What the row that is selected is called, so that it stays selected wherever it moves.
    held: Option<String>,
}

impl App {
    /// Does what a message wants, at a time since the start. `page` is how many rows a list shows.
    pub fn update(&mut self, message: Message, page: usize, now: NaiveTime) -> Option<Effect> {
        let page = isize::try_from(page.max(1)).unwrap_or(isize::MAX);
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
            Message::Move(by) => self.move_by(by),
            Message::Page(Step::On) => self.move_by(page),
            Message::Page(Step::Back) => self.move_by(-page),
            Message::End(Step::On) => self.move_by(isize::MAX),
            Message::End(Step::Back) => self.move_by(isize::MIN),
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
        // What is shown already, or has been tried again, is shown.
        if self.trouble.is_some() || self.retry.take().is_some() || self.latest.is_none() {
            self.trouble = Some(trouble);
        } else {
            self.retry = Some(at + GRACE);
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
        let ring = self.cross(before.as_ref(), now, at);
        ring.then_some(Effect::Ring)
    }

    /// Says that a level was crossed upwards. Whether the bell is to ring: once for each threshold, and never at the start.
    fn cross(
        &mut self,
        before: Option<&Snapshot>,
        now: DateTime<FixedOffset>,
        at: Duration,
    ) -> bool {
        let Some(report) = self.latest.as_ref().map(|latest| &latest.report) else {
            return false;
        };
        let (used, Some(budget), Some(level)) =
            (report.used.tokens, report.budget.tokens, report.level)
        else {
            return false;
        };
        let reached = |below: u64| {
            let steps = report.budget.thresholds.steps();
            let reached = steps.into_iter().filter(|(percent, _)| {
                let tokens = Thresholds::tokens_at(*percent, budget);
                used.0 >= tokens.0.saturating_sub(budget.0 / 100 * below)
            });
            reached.map(|(percent, _)| percent).max()
        };
        // A threshold that the figure has fallen well below may ring again.
        let armed = self.rung.min(reached(REARM));
        let rings = before.is_some() && reached(0) > armed;
        self.rung = armed.max(reached(0));
        let rose = before.is_some_and(|before| before.report.level < Some(level));
        if rose {
            let share = Percent::of(used.0, budget.0).map(|share| format!(" ({share})"));
            let message = format!(
                "{used} of {budget}{} at {}",
                share.unwrap_or_default(),
                now.format("%H:%M")
            );
            self.flash = Some((message, level, at + FLASH));
        }
        rings && self.bell
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
        match self.pause.take() {
            Some(pause) => (pause.changes > 0).then_some(Effect::Read),
            None => {
                self.pause = Some(Pause {
                    since: now,
                    changes: 0,
                });
                None
            }
        }
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

    fn move_by(&mut self, by: isize) {
        if let Some(top) = &mut self.help {
            *top = top.saturating_add_signed(by);
            return;
        }
        let last = self.len().saturating_sub(1);
        let selected = &mut self.selected[self.tab.index()];
        *selected = selected.saturating_add_signed(by).min(last);
    }

    fn sort_by_next(&mut self) {
        let next = match self.sort {
            None => Some(0),
            Some(by) => SortBy::ALL
                .iter()
                .position(|one| *one == by)
                .map(|at| at + 1),
        };
        self.sort = next.and_then(|next| SortBy::ALL.get(next)).copied();
        self.find_held();
    }

    /// From an alert to its team, from a team to its days.
    fn enter(&mut self) {
        let team = match self.tab {
            Tab::Overview => self.alert_team(),
            Tab::Teams => self.selected_team().map(|team| team.name.clone()),
            Tab::Daily | Tab::Forecast => None,
        };
        let Some(team) = team else { return };
        if self.tab == Tab::Overview {
            (self.tab, self.held) = (Tab::Teams, Some(team));
            self.find_held();
        } else {
            (self.tab, self.filter) = (Tab::Daily, team);
            self.selected[Tab::Daily.index()] = 0;
        }
    }

    fn alert_team(&self) -> Option<String> {
        let alerts = &self.latest.as_ref()?.report.alerts;
        alerts.get(self.selected[0])?.team.clone()
    }

    /// The teams as they are listed.
    #[must_use]
    pub fn teams(&self) -> Vec<&TeamReport> {
        let all = self.latest.iter().flat_map(|latest| &latest.report.teams);
        let mut teams: Vec<&TeamReport> =
            all.filter(|team| self.is_listed(&[&team.name])).collect();
        if let Some(by) = self.sort {
            teams.sort_by(|one, two| by.compare(one, two));
        }
        if self.reversed {
            teams.reverse();
        }
        teams
    }

    /// The rows of the days as they are listed.
    #[must_use]
    pub fn rows(&self) -> Vec<&RowReport> {
        let days = self.latest.iter().flat_map(|latest| &latest.report.days);
        let rows = days.flatten().flat_map(|day| &day.rows);
        let listed = |row: &&RowReport| {
            let task = row.task.as_deref().unwrap_or_default();
            self.is_listed(&[&row.team, task])
        };
        rows.filter(listed).collect()
    }

    fn is_listed(&self, texts: &[&str]) -> bool {
        let filter = fold_name(&self.filter);
        texts.iter().any(|text| fold_name(text).contains(&filter))
    }

    /// How many rows the view lists.
    fn len(&self) -> usize {
        let report = self.latest.as_ref().map(|latest| &latest.report);
        match self.tab {
            Tab::Overview => report.map_or(0, |report| report.alerts.len()),
            Tab::Teams => self.teams().len(),
            Tab::Daily => self.rows().len(),
            Tab::Forecast => report.map_or(0, |report| report.forecast.thresholds.len()),
        }
    }

    /// The team that is selected.
    #[must_use]
    pub fn selected_team(&self) -> Option<&TeamReport> {
        self.teams().get(self.selected[Tab::Teams.index()]).copied()
    }

    /// Where an editor is to open: at the row that is selected, else at the top of the log.
    fn place(&self) -> (Document, usize) {
        let report = self.latest.as_ref().map(|latest| &latest.report);
        let selected = self.selected[self.tab.index()];
        let place = match self.tab {
            Tab::Overview => report
                .and_then(|report| report.alerts.get(selected)?.place)
                .map(|place| (place.file, place.line)),
            Tab::Teams => self.selected_team().and_then(|team| {
                let source = team.sources.iter().find(|source| source.line.is_some())?;
                Some((source.file, source.line?))
            }),
            Tab::Daily => self.rows().get(selected).map(|row| (row.file, row.line)),
            Tab::Forecast => None,
        };
        place.unwrap_or((Document::Log, 1))
    }

    /// Remembers which team is selected.
    fn hold(&mut self) {
        if self.tab == Tab::Teams {
            self.held = self.selected_team().map(|team| team.name.clone());
        }
    }

    /// Selects it again, wherever it is now.
    fn find_held(&mut self) {
        let teams = self.teams();
        let held = self.held.as_ref();
        let at = teams.iter().position(|team| Some(&team.name) == held);
        let last = teams.len().saturating_sub(1);
        let selected = &mut self.selected[Tab::Teams.index()];
        *selected = at.unwrap_or(*selected).min(last);
    }
}
