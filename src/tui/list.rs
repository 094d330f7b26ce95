//! What the views list, and what of it is selected.

use crate::{
    analysis::{Alert, DayReport, RowReport, StatusReport, TeamReport},
    model::fold_name,
    render::forecast::ForecastRows,
    text::FileId,
    tui::{
        sort::SortBy,
        state::{App, ReadError, RowKey, Tab},
        target::AlertTarget,
    },
};

fn key((day, row): (&DayReport, &RowReport)) -> RowKey {
    (
        day.date,
        row.time.clone(),
        row.team.clone(),
        row.task.clone(),
        row.tokens,
    )
}

impl App {
    pub fn report(&self) -> Option<&StatusReport> {
        self.latest.as_ref().map(|latest| &latest.report)
    }

    pub fn is_filtered(&self) -> bool {
        match self.tab {
            Tab::Overview | Tab::Forecast => false,
            Tab::Teams => !self.filter.is_empty(),
            Tab::Daily => !self.filter.is_empty() || self.team.is_some(),
        }
    }

    pub fn teams(&self) -> Vec<&TeamReport> {
        let Some(report) = self.report() else {
            return Vec::new();
        };
        let filter = fold_name(&self.filter);
        let all = report.teams.iter();
        let listed =
            all.filter(|team| filter.is_empty() || fold_name(&team.name).contains(&filter));
        let mut teams: Vec<&TeamReport> = listed.collect();
        if let Some(by) = self.sort {
            let levels = report.team_levels();
            let is_name = by == SortBy::Team;
            // Unknown ranks come last in both directions.
            teams.sort_by_cached_key(|team| {
                let rank = by.rank(team, levels.get(team.name.as_str()));
                let order = rank.map(|rank| if self.reversed { rank } else { u64::MAX - rank });
                (
                    rank.is_none(),
                    order,
                    is_name.then(|| fold_name(&team.name)),
                )
            });
            if is_name && self.reversed {
                teams.reverse();
            }
        }
        teams
    }

    pub fn days(&self) -> &[DayReport] {
        let days = self.report().and_then(|report| report.days.as_deref());
        days.unwrap_or_default()
    }

    /// Whether a row of the days is listed: it is of the team whose days are shown, and contains the filter.
    pub fn lists_row(&self) -> impl Fn(&DayReport, &RowReport) -> bool + '_ {
        let filter = fold_name(&self.filter);
        move |day, row| {
            if self.team.as_ref().is_some_and(|team| *team != row.team) {
                return false;
            }
            let written = [&row.written_team, &row.task, &row.status, &row.notes];
            let mut texts = written.into_iter().flatten().chain([&row.team]);
            filter.is_empty()
                || texts.any(|text| fold_name(text).contains(&filter))
                || day.date.to_string().contains(&filter)
        }
    }

    fn rows_by_day(&self) -> impl Iterator<Item = (&DayReport, &RowReport)> {
        let is_listed = self.lists_row();
        let days = self.days().iter();
        let rows = days.flat_map(|day| day.rows.iter().map(move |row| (day, row)));
        rows.filter(move |(day, row)| is_listed(day, row))
    }

    pub fn rows(&self) -> Vec<&RowReport> {
        self.rows_by_day().map(|(_, row)| row).collect()
    }

    /// The selected row of a list of this length. None before an alert is selected.
    pub fn selected_row(&self, len: usize) -> Option<usize> {
        self.selected_row_in(self.tab, len)
    }

    fn selected_row_in(&self, tab: Tab, len: usize) -> Option<usize> {
        let last = len.checked_sub(1)?;
        let start = match tab {
            Tab::Overview => None,
            Tab::Teams | Tab::Forecast => Some(0),
            Tab::Daily => Some(last),
        };
        let selected = self.selected[tab.index()].or(start);
        selected.map(|at| at.min(last))
    }

    pub fn selected_team(&self) -> Option<&TeamReport> {
        let teams = self.teams();
        let at = self.selected_row_in(Tab::Teams, teams.len())?;
        teams.get(at).copied()
    }

    pub fn leave_team(&mut self) {
        if self.team.take().is_some() {
            self.filter = std::mem::take(&mut self.filter_of_teams);
            self.restore_selection();
        }
    }

    /// Goes from an alert to its subject, from a team to its days.
    pub fn enter(&mut self) {
        match self.tab {
            Tab::Overview => self.enter_alert(),
            Tab::Teams => {
                if let Some(team) = self.selected_team().map(|team| team.name.clone()) {
                    (self.tab, self.team) = (Tab::Daily, Some(team));
                    self.filter_of_teams = std::mem::take(&mut self.filter);
                    self.selected[Tab::Daily.index()] = None;
                }
            }
            Tab::Daily | Tab::Forecast => {}
        }
    }

    fn selected_alert(&self) -> Option<&Alert> {
        let alerts = &self.report()?.alerts;
        alerts.get(self.selected_row_in(Tab::Overview, alerts.len())?)
    }

    fn enter_alert(&mut self) {
        let target = self.report().zip(self.selected_alert());
        let target = target.map(|(report, alert)| AlertTarget::of(alert, report));
        if let Some(target) = target {
            self.go_to(target);
        }
    }

    /// Where the editor opens: at a read error, else at the selected row, else at the top of the log.
    pub fn edit_place(&self) -> (FileId, usize) {
        let error = self.read_error.as_ref().and_then(ReadError::place);
        error
            .or_else(|| self.selected_place())
            .unwrap_or((FileId::LOG, 1))
    }

    fn selected_place(&self) -> Option<(FileId, usize)> {
        match self.tab {
            Tab::Overview => {
                let place = self.selected_alert()?.place?;
                Some((place.file, place.line))
            }
            Tab::Teams => {
                let sources = &self.selected_team()?.sources;
                let source = sources.iter().find(|source| source.line.is_some())?;
                Some((source.file, source.line?))
            }
            Tab::Daily => {
                let rows = self.rows();
                let row = rows.get(self.selected_row(rows.len())?)?;
                Some((row.place.file, row.place.line))
            }
            Tab::Forecast => {
                let plan = self.report()?.forecast.plan.as_ref()?;
                let is_selected = self.selected_rows == Some(ForecastRows::Pending);
                let phase = plan.pending().next().filter(|_| is_selected)?;
                Some((phase.place.file, phase.place.line))
            }
        }
    }

    pub fn remember_selection(&mut self) {
        match self.tab {
            Tab::Overview => {
                let alert = self.selected_alert();
                self.selected_alert = alert.map(|alert| (alert.scope, alert.team.clone()));
            }
            Tab::Teams => {
                // With a filter that matches nothing, the team before is kept.
                if let Some(team) = self.selected_team().map(|team| team.name.clone()) {
                    self.selected_team = Some(team);
                }
            }
            Tab::Daily => {
                let at = self.selected[Tab::Daily.index()];
                self.selected_row = at.and_then(|at| self.rows_by_day().nth(at).map(key));
            }
            Tab::Forecast => {}
        }
    }

    /// Selects what was selected, wherever it is now.
    pub fn restore_selection(&mut self) {
        let alerts = self.report().map_or(&[][..], |report| &report.alerts);
        let is_selected = |alert: &Alert| {
            self.selected_alert.as_ref() == Some(&(alert.scope, alert.team.clone()))
        };
        let alert = self.nearest(Tab::Overview, alerts.iter().map(is_selected));
        let is_selected = |team: &&TeamReport| Some(&team.name) == self.selected_team.as_ref();
        let team = self.nearest(Tab::Teams, self.teams().iter().map(is_selected));
        let row = self.selected_row.as_ref().and_then(|selected| {
            let rows = self.rows_by_day().map(|row| key(row) == *selected);
            self.nearest(Tab::Daily, rows)
        });
        for (tab, found) in [
            (Tab::Overview, alert),
            (Tab::Teams, team),
            (Tab::Daily, row),
        ] {
            let selected = &mut self.selected[tab.index()];
            *selected = found.or(*selected);
        }
    }

    /// Of rows that are alike, the one nearest to where the selection was.
    fn nearest(&self, tab: Tab, is_selected: impl Iterator<Item = bool>) -> Option<usize> {
        let was = self.selected[tab.index()].unwrap_or(0);
        let found = is_selected
            .enumerate()
            .filter(|(_, is_selected)| *is_selected);
        found.map(|(at, _)| at).min_by_key(|at| at.abs_diff(was))
    }
}
