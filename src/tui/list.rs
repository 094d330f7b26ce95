//! What the views list of the figures, and what of it is selected.

use super::app::{App, Tab};
use crate::{
    analysis::{AlertScope, DayReport, RowReport, StatusReport, TeamReport},
    model::fold_name,
    text::Document,
};

impl App {
    /// The figures that are shown.
    pub(super) fn report(&self) -> Option<&StatusReport> {
        self.latest.as_ref().map(|latest| &latest.report)
    }

    /// The teams as they are listed.
    #[must_use]
    pub fn teams(&self) -> Vec<&TeamReport> {
        let filter = fold_name(&self.filter);
        let all = self.report().into_iter().flat_map(|report| &report.teams);
        let listed = all.filter(|team| fold_name(&team.name).contains(&filter));
        let mut teams: Vec<&TeamReport> = listed.collect();
        if let Some(by) = self.sort {
            teams.sort_by(|one, two| by.compare(one, two));
        }
        if self.reversed {
            teams.reverse();
        }
        teams
    }

    /// The days.
    pub(super) fn days(&self) -> &[DayReport] {
        let days = self.report().and_then(|report| report.days.as_deref());
        days.unwrap_or_default()
    }

    /// Tells whether a row of the days is listed.
    pub(super) fn lists_row(&self) -> impl Fn(&RowReport) -> bool + use<> {
        let filter = fold_name(&self.filter);
        move |row| {
            let texts = [
                Some(&row.team),
                row.written_team.as_ref(),
                row.task.as_ref(),
            ];
            let mut texts = texts.into_iter().flatten();
            filter.is_empty() || texts.any(|text| fold_name(text).contains(&filter))
        }
    }

    /// The rows of the days as they are listed.
    #[must_use]
    pub fn rows(&self) -> Vec<&RowReport> {
        let is_listed = self.lists_row();
        let rows = self.days().iter().flat_map(|day| &day.rows);
        rows.filter(|row| is_listed(row)).collect()
    }

    /// Which row of a list of so many is selected. None where nobody has selected an alert.
    #[must_use]
    pub fn selection(&self, len: usize) -> Option<usize> {
        let last = len.checked_sub(1)?;
        let selected = self.selected[self.tab.index()];
        let start = match self.tab {
            Tab::Overview => None,
            Tab::Teams | Tab::Forecast => Some(0),
            Tab::Daily => Some(last),
        };
        selected.or(start).map(|at| at.min(last))
    }

    /// The line of the text that is at the top, in a view that is one.
    #[must_use]
    pub fn top(&self, last: usize) -> usize {
        self.selected[self.tab.index()].unwrap_or(0).min(last)
    }

    /// The team that is selected in the list of teams.
    #[must_use]
    pub fn selected_team(&self) -> Option<&TeamReport> {
        let at = self.selected[Tab::Teams.index()].unwrap_or(0);
        self.teams().get(at).copied()
    }

    /// From an alert to what it is about, from a team to its days.
    pub(super) fn enter(&mut self) {
        match self.tab {
            Tab::Overview => self.enter_alert(),
            Tab::Teams => {
                if let Some(team) = self.selected_team() {
                    self.filter = team.name.clone();
                    self.tab = Tab::Daily;
                    self.selected[Tab::Daily.index()] = None;
                }
            }
            Tab::Daily | Tab::Forecast => {}
        }
    }

    fn enter_alert(&mut self) {
        let at = self.selected[Tab::Overview.index()].unwrap_or(0);
        let alert = self.report().and_then(|report| report.alerts.get(at));
        let Some((scope, team)) = alert.map(|alert| (alert.scope, alert.team.clone())) else {
            return;
        };
        self.tab = match (scope, &team) {
            (AlertScope::Forecast | AlertScope::Plan, None) => Tab::Forecast,
            _ => Tab::Teams,
        };
        if team.is_some() {
            self.filter.clear();
            self.held = team;
            self.find_held();
        }
    }

    /// Where an editor is to open: at the row that is selected, else at the top of the log.
    pub(super) fn place(&self) -> (Document, usize) {
        let place = match self.tab {
            Tab::Overview => self.report().and_then(|report| {
                let place = report
                    .alerts
                    .get(self.selection(report.alerts.len())?)?
                    .place?;
                Some((place.file, place.line))
            }),
            Tab::Teams => self.selected_team().and_then(|team| {
                let source = team.sources.iter().find(|source| source.line.is_some())?;
                Some((source.file, source.line?))
            }),
            Tab::Daily => {
                let rows = self.rows();
                let row = self.selection(rows.len()).and_then(|at| rows.get(at));
                row.map(|row| (row.file, row.line))
            }
            Tab::Forecast => None,
        };
        place.unwrap_or((Document::Log, 1))
    }

    /// Remembers which team is selected.
    pub(super) fn hold(&mut self) {
        if self.tab == Tab::Teams {
            self.held = self.selected_team().map(|team| team.name.clone());
        }
    }

    /// Selects it again, wherever it is now.
    pub(super) fn find_held(&mut self) {
        let teams = self.teams();
        let held = self.held.as_ref();
        let at = teams.iter().position(|team| Some(&team.name) == held);
        let last = teams.len().saturating_sub(1);
        let selected = self.selected[Tab::Teams.index()];
        self.selected[Tab::Teams.index()] = at.or(selected.map(|at| at.min(last)));
    }
}
