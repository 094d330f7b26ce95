//! Where an alert leads: the view, and the row there that it is about.

use crate::{
    analysis::{Alert, AlertKind, StatusReport},
    render::forecast::ForecastRows,
    tui::{
        sort::SortBy,
        state::{App, Tab},
    },
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertTarget {
    Team(String),
    /// The teams in this order, the first of which is selected.
    Teams(SortBy),
    Forecast(ForecastRows),
}

impl AlertTarget {
    /// An alert about all teams leads to the one that has most of what it is about.
    pub fn of(alert: &Alert, report: &StatusReport) -> Self {
        if let Some(team) = &alert.team {
            return Self::Team(team.clone());
        }
        match alert.kind {
            AlertKind::BudgetForecast { .. } => Self::Forecast(ForecastRows::Budget),
            AlertKind::CostForecast { .. } => Self::Forecast(ForecastRows::CostBudget),
            AlertKind::PlanTotal { .. } => Self::Forecast(ForecastRows::Pending),
            AlertKind::OverAllocated { .. } => Self::Teams(SortBy::Allocated),
            AlertKind::BudgetReserved { .. } | AlertKind::CostReserved { .. } => {
                let teams = report.teams.iter();
                let most = teams.max_by_key(|team| team.held());
                most.map_or(Self::Teams(SortBy::Used), |team| {
                    Self::Team(team.name.clone())
                })
            }
            AlertKind::BudgetUsed { .. }
            | AlertKind::CostUsed { .. }
            | AlertKind::SpanUsed { .. }
            | AlertKind::SpanNotJudged { .. }
            | AlertKind::CostNotJudged { .. }
            | AlertKind::TeamUsed { .. }
            | AlertKind::TeamReserved { .. }
            | AlertKind::TeamCostUsed { .. }
            | AlertKind::TeamCostReserved { .. }
            | AlertKind::TeamForecast { .. }
            | AlertKind::TeamCostForecast { .. }
            | AlertKind::TeamEfficiency { .. }
            | AlertKind::CacheHitRate { .. } => Self::Teams(SortBy::Used),
        }
    }
}

impl App {
    pub fn go_to(&mut self, target: AlertTarget) {
        self.filter.clear();
        match target {
            AlertTarget::Team(name) => {
                self.tab = Tab::Teams;
                self.selected_team = Some(name);
            }
            AlertTarget::Teams(by) => {
                self.tab = Tab::Teams;
                (self.sort, self.reversed) = (Some(by), false);
                self.selected_team = self.teams().first().map(|team| team.name.clone());
            }
            AlertTarget::Forecast(rows) => {
                self.tab = Tab::Forecast;
                self.selected_rows = Some(rows);
                self.selected[Tab::Forecast.index()] = None;
            }
        }
        self.restore_selection();
    }
}
