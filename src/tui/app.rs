//! What keys do to the state. Knows no terminal, files or clock: keys come in as messages, time as a duration since the start.

use chrono::NaiveTime;

use crate::{
    text::FileId,
    tui::{
        message::{EditPart, Message},
        sort::SortBy,
        state::{App, Pause, Tab, Viewport},
    },
};

/// What `commands::watch` must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Quit,
    /// Quit with the code of an interrupt.
    Interrupt,
    Read,
    /// Draw all cells, not only changed ones.
    Repaint,
    Suspend,
    Edit(FileId, usize),
}

impl App {
    pub fn update(&mut self, message: Message, shown: Viewport, now: NaiveTime) -> Option<Effect> {
        let page = isize::try_from(shown.page.max(1)).unwrap_or(isize::MAX);
        self.remember_selection();
        match message {
            Message::Quit => return Some(Effect::Quit),
            Message::Interrupt => return Some(Effect::Interrupt),
            Message::Reload => return Some(self.reload(now)),
            Message::Repaint => return Some(Effect::Repaint),
            Message::Suspend => return Some(Effect::Suspend),
            Message::Edit => {
                let (document, line) = self.edit_place();
                return Some(Effect::Edit(document, line));
            }
            Message::Pause => return self.toggle_pause(now),
            Message::Back => self.back(),
            Message::Open(panel) => {
                let is_open = self.panel.is_some_and(|(open, _)| open == panel);
                self.panel = (!is_open).then_some((panel, 0));
            }
            Message::Show(tab) => self.show(tab),
            Message::Turn(by) => self.show(self.tab.next(by)),
            Message::Move(by) => self.move_by(by, shown),
            Message::Page(by) => self.move_by(page.saturating_mul(by), shown),
            Message::Enter => self.enter(),
            Message::Sort | Message::Reverse => self.sort(message),
            Message::Filter | Message::Type(_) | Message::Erase(_) | Message::Accept => {
                self.type_filter(message);
            }
            Message::Bell => self.bell = !self.bell,
        }
        self.remember_selection();
        None
    }

    fn reload(&mut self, now: NaiveTime) -> Effect {
        self.reload_requested = true;
        if let Some(pause) = &mut self.pause {
            *pause = Pause {
                since: now,
                changes: 0,
            };
        }
        Effect::Read
    }

    pub fn count_change(&mut self) {
        if let Some(pause) = &mut self.pause {
            pause.changes += 1;
        }
    }

    fn toggle_pause(&mut self, now: NaiveTime) -> Option<Effect> {
        if let Some(pause) = self.pause.take() {
            return (pause.changes > 0).then_some(Effect::Read);
        }
        // A bad reading that was to be tried again waits, too.
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
        } else if lists && (self.is_typing || !self.filter.is_empty()) {
            self.is_typing = false;
            self.filter.clear();
            self.restore_selection();
        } else if self.selected_rows.take().is_some() {
        } else if self.team.is_some() {
            self.tab = Tab::Teams;
            self.leave_team();
        }
    }

    fn show(&mut self, tab: Tab) {
        self.tab = tab;
        (self.panel, self.selected_rows) = (None, None);
        self.leave_team();
    }

    fn move_by(&mut self, by: isize, shown: Viewport) {
        if let Some((_, top)) = &mut self.panel {
            *top = top.saturating_add_signed(by).min(shown.last_top());
            return;
        }
        let last = match self.tab {
            Tab::Forecast => shown.last_top(),
            _ => shown.len.saturating_sub(1),
        };
        let selected = &mut self.selected[self.tab.index()];
        if self.tab == Tab::Forecast {
            *selected = Some(shown.top.saturating_add_signed(by).min(last));
            return;
        }
        let to = |at: usize| at.min(last).saturating_add_signed(by).min(last);
        *selected = match (self.tab, *selected) {
            // The first key selects the first alert.
            (Tab::Overview, None) => Some(if by == isize::MAX { last } else { 0 }),
            // At the end, the selection follows new rows.
            (Tab::Daily, at) => Some(to(at.unwrap_or(last))).filter(|at| *at < last),
            (_, at) => Some(to(at.unwrap_or(0))),
        };
    }

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
        self.restore_selection();
    }

    fn type_filter(&mut self, message: Message) {
        if !matches!(self.tab, Tab::Teams | Tab::Daily) {
            return;
        }
        match message {
            Message::Filter => {
                self.is_typing = true;
                self.filter.clear();
            }
            Message::Type(c) => self.filter.push(c),
            Message::Erase(EditPart::Letter) => {
                self.filter.pop();
            }
            Message::Erase(EditPart::Word) => {
                let kept = self.filter.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.filter.truncate(kept);
            }
            Message::Erase(EditPart::All) => self.filter.clear(),
            _ => self.is_typing = false,
        }
        self.restore_selection();
    }
}
