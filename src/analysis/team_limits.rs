//! The limits of teams, and which team is judged where no budget for all teams is set. What each view says of it is left to the views.

use super::{
    CostBudget,
    report::{StatusReport, TeamReport},
};
use crate::model::{Level, Thresholds, Tokens};

impl TeamReport {
    /// Whether it has an allocation, or a limit in money.
    pub const fn has_limit(&self) -> bool {
        self.has_allocation() || self.cost_budget.is_some()
    }

    /// Whether it has an allocation that says anything of what the log counts by.
    const fn has_allocation(&self) -> bool {
        self.allocated_tokens.is_some() && !self.measure.is_money()
    }

    /// The level of what it used, the worse of both limits. Absent where neither can be judged.
    pub fn used_level(&self) -> Option<Level> {
        let is_judged = self.has_allocation() && self.unknown_rows.is_none();
        let of_tokens = self.level.or(is_judged.then_some(Level::Ok));
        let of_money = self.cost_budget.as_ref().and_then(|budget| budget.level);
        of_tokens.max(of_money)
    }

    /// The level of what it used and its holds reserve, the worse of both limits.
    pub fn committed_level(&self, thresholds: &Thresholds) -> Option<Level> {
        let budget = self.cost_budget.as_ref();
        let of_money = budget.and_then(|budget| budget.committed_level(thresholds));
        self.used_level().max(self.reserved_level).max(of_money)
    }

    /// Its cost budget, where that has the level of [`Self::committed_level`], and its allocation a better one.
    pub fn reserved_cost_budget(&self, thresholds: &Thresholds) -> Option<&CostBudget> {
        let of_tokens = self.level.max(self.reserved_level);
        let budget = self.cost_budget.as_ref();
        budget.filter(|budget| budget.committed_level(thresholds) > of_tokens)
    }

    /// Whether its limits have a level of which no alert is raised, since it is done.
    pub fn is_silent(&self) -> bool {
        self.is_done() && self.held() == Tokens::ZERO && self.used_level() > Some(Level::Ok)
    }

    /// The level of the forecast. Absent without a limit in what the log counts by.
    pub fn forecast_level(&self) -> Option<Level> {
        let end = self.forecast.and_then(|forecast| forecast.end());
        let level = end.and_then(|end| end.level);
        self.limit().map(|_| level.unwrap_or(Level::Ok))
    }
}

impl CostBudget {
    /// The level of what is spent and reserved.
    pub fn committed_level(&self, thresholds: &Thresholds) -> Option<Level> {
        let held = self.reserved.map_or(0, |held| held.nanos);
        let committed = self.judged()?.saturating_add(held);
        Some(thresholds.level(committed, self.limit.nanos))
    }
}

impl StatusReport {
    /// Whether there is a budget for all teams, even if it cannot be judged.
    pub const fn has_budget(&self) -> bool {
        let of_month = self.budget.tokens.is_some() || self.cost_budget.is_some();
        of_month || !self.span_budgets.is_empty()
    }

    /// The cost budget, where that has the level of what is used and reserved, and the token budget a better one.
    pub fn reserved_cost_budget(&self) -> Option<&CostBudget> {
        let budget = self.cost_budget.as_ref();
        budget.filter(|_| self.reserved_level > self.reserved_token_level)
    }

    /// Whether anything is limited: there is a budget for all teams, or a team has a limit.
    pub fn has_limit(&self) -> bool {
        self.has_budget() || self.teams.iter().any(TeamReport::has_limit)
    }

    /// The teams that are judged where no budget for all teams is set: those with a limit that may still use something, else all with
    /// a limit; of a month that is over, all with a limit. None where there is such a budget.
    pub fn judged_teams(&self) -> Vec<&TeamReport> {
        if self.has_budget() {
            return Vec::new();
        }
        let limited: Vec<&TeamReport> = self.teams.iter().filter(|team| team.has_limit()).collect();
        let goes_on = |team: &&TeamReport| !team.is_done() || team.held() > Tokens::ZERO;
        let open: Vec<&TeamReport> = limited.iter().copied().filter(goes_on).collect();
        if open.is_empty() || self.is_over() {
            limited
        } else {
            open
        }
    }

    /// The worst of [`Self::judged_teams`] by some level; of equals, the first.
    pub fn worst_team(&self, level: impl Fn(&TeamReport) -> Option<Level>) -> Option<&TeamReport> {
        let teams = self.judged_teams().into_iter();
        teams.rev().max_by_key(|team| level(team))
    }
}
