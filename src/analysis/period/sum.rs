//! Adds up what each team used in the period.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset};

use super::{DatedUsage, Period, TeamPeriod};
use crate::{
    analysis::{
        cost::{CostSum, PricedCost},
        ledger::{Ledger, LoggedEvent, MonthLedger},
        names::{MonthRoster, NameId},
        reconciled_month::ReconciledMonth,
        team_usage::TeamUsage,
    },
    model::{
        BudgetReset, EntryKind, EventKind, LogEvent, Measure, Month, Tokens, Units, fold_name,
    },
};

/// Of a part of the usage of a team: what is known to be from before the reset, and what is known to be from after it.
#[derive(Default)]
struct Dated {
    before: (Tokens, CostSum),
    after: (Tokens, CostSum),
}

impl Ledger {
    /// The last time the budget was reset by hand.
    pub fn last_reset(&self, now: DateTime<FixedOffset>) -> Option<&LoggedEvent> {
        let resets = self.events.iter().filter(|logged| {
            let LogEvent { kind, time, .. } = logged.event;
            kind == EventKind::Reset && time <= now
        });
        resets.max_by_key(|logged| logged.event.time)
    }

    /// The months with usage of the period, oldest first.
    pub(in crate::analysis) fn months_since(&self, reset: Option<&LoggedEvent>) -> Vec<Month> {
        let first = reset.map(|reset| first_month(&reset.event));
        // A row that is dated further ahead is a typing error, and a finding.
        let is_ahead = |month: &Month| self.dating.is_ahead(*month);
        let months = self.months.keys().copied();
        let months = months.filter(|month| Some(*month) >= first && !is_ahead(month));
        months.collect()
    }
}

/// The month of a reset. One that is written later than its own time does not leave out what was used between.
fn first_month(reset: &LogEvent<'_>) -> Month {
    reset.month.min(Month::of(reset.time.date_naive()))
}

impl ReconciledMonth<'_> {
    /// Adds up the period of a budget that is reset by hand, and lists the teams that used anything in it. A month that is over, and a
    /// project, are no part of it.
    pub(in crate::analysis) fn begin_period(&mut self, now: DateTime<FixedOffset>) {
        if self.ledger.reset != BudgetReset::Manual || !self.is_judged() {
            return;
        }
        let period = self.add_up(now);
        for (team, part) in &period.teams {
            if part.spent(self.measure()) > Some(Units::ZERO) {
                self.list(*team);
            }
        }
        self.period = Some(period);
    }

    /// Whether the budget is that of this month, or of the period that runs in it.
    pub(in crate::analysis) fn is_judged(&self) -> bool {
        let now = self.ledger.now();
        let is_current = now.is_none_or(|now| self.month.contains(now.date_naive()));
        self.ledger.reset == BudgetReset::Month || is_current && self.project.is_none()
    }

    pub(super) fn add_up(&self, now: DateTime<FixedOffset>) -> Period {
        let reset = self.ledger.last_reset(now).cloned();
        let mut teams: BTreeMap<NameId, TeamPeriod> = BTreeMap::new();
        for month in self.ledger.months_since(reset.as_ref()) {
            let partial = reset
                .as_ref()
                .filter(|reset| self.is_partial(month, &reset.event));
            let mut dated = partial.map(|reset| self.dated(month, &reset.event));
            let stated = partial.map(|reset| self.baselines(month, &reset.event));
            for team in self.teams_of(month).iter() {
                let part = match (&mut dated, &stated) {
                    (Some(dated), Some(stated)) => {
                        let dated = dated.remove(&team.id).unwrap_or_default();
                        self.part_of(team, &dated, stated)
                    }
                    _ => self.whole(team),
                };
                teams.entry(team.id).or_default().add(&part);
            }
        }
        if let Some(reset) = &reset {
            for (team, part) in self.used_in_earlier_months(&reset.event) {
                teams.entry(team).or_default().add(&part);
            }
        }
        Period { reset, teams }
    }

    /// Whether some of a month may be from before a reset.
    fn is_partial(&self, month: Month, reset: &LogEvent<'_>) -> bool {
        let begins = self.ledger.dating.begin_of(month);
        month == first_month(reset) && begins.is_none_or(|begins| begins < reset.time)
    }

    fn whole(&self, team: &TeamUsage) -> TeamPeriod {
        TeamPeriod {
            used: team.used(),
            cost: team.cost(self.currency(), self.ledger.price),
            unsure: Tokens::ZERO,
        }
    }

    /// What a team used of the month of the reset that is not known to be from before it.
    fn part_of(
        &self,
        team: &TeamUsage,
        dated: &Dated,
        stated: &HashMap<NameId, (Tokens, PricedCost)>,
    ) -> TeamPeriod {
        let priced = |cost: &CostSum| self.priced(cost);
        let nothing = Default::default();
        let (had, had_cost) = stated.get(&team.id).unwrap_or(&nothing);
        let (before, after) = (&dated.before, &dated.after);
        let used = team.used();
        let rest = used.unwrap_or_default().saturating_sub(before.0.max(*had));
        let of_all = team.cost(self.currency(), self.ledger.price);
        let cost = of_all.minus(&priced(&before.1).or_more(had_cost));
        TeamPeriod {
            used: used.map(|_| rest.max(after.0)),
            cost: cost.or_more(&priced(&after.1)),
            unsure: if stated.is_empty() {
                rest.saturating_sub(after.0)
            } else {
                Tokens::ZERO
            },
        }
    }

    /// The details and usage lines of a month, before and after a reset, by team.
    fn dated(&self, month: Month, reset: &LogEvent<'_>) -> HashMap<NameId, Dated> {
        let roster = self.roster_of(month);
        let mut dated: HashMap<NameId, Dated> = HashMap::new();
        for row in self.ledger.dated_usage(month) {
            let team = dated.entry(roster.team_of(row.name)).or_default();
            let is_before = row.until.is_some_and(|until| until <= reset.time);
            let side = match () {
                () if is_before => &mut team.before,
                () if row.from >= reset.time => &mut team.after,
                () => continue,
            };
            side.0 = side.0.saturating_add(row.tokens);
            side.1.add(&row.cost);
        }
        dated
    }

    /// What the reset says that each team had used of its month.
    fn baselines(
        &self,
        month: Month,
        reset: &LogEvent<'_>,
    ) -> HashMap<NameId, (Tokens, PricedCost)> {
        let roster = self.roster_of(month);
        let mut stated: HashMap<NameId, (Tokens, PricedCost)> = HashMap::new();
        for LoggedEvent { event, .. } in &self.ledger.events {
            let is_own = event.kind == EventKind::Baseline
                && (event.time, event.month) == (reset.time, month);
            let team = event.team.as_deref().filter(|_| is_own);
            let Some(id) = team.and_then(|team| self.id_in(&roster, team)) else {
                continue;
            };
            let unpriced = event.unpriced.unwrap_or_default();
            let cost = PricedCost::stated(event.cost, self.currency(), unpriced);
            // A reset that is repeated within a second says it again.
            stated.insert(id, (event.tokens.unwrap_or_default(), cost));
        }
        stated
    }

    /// What was used after the reset by a clock that shows a month before it.
    fn used_in_earlier_months(&self, reset: &LogEvent<'_>) -> Vec<(NameId, TeamPeriod)> {
        let first = first_month(reset);
        let Some(before) = first.before() else {
            return Vec::new();
        };
        let roster = self.roster_of(before);
        let rows = self.ledger.dated_usage(before);
        let rows = rows.filter(|row| row.from >= reset.time);
        let part = |row: &DatedUsage| TeamPeriod {
            used: Some(row.tokens),
            cost: self.priced(&row.cost),
            unsure: Tokens::ZERO,
        };
        rows.map(|row| (roster.team_of(row.name), part(row)))
            .collect()
    }

    fn roster_of(&self, month: Month) -> MonthRoster<'_> {
        let Ledger {
            roster,
            names,
            months,
            ..
        } = self.ledger;
        let data = months.get(&month);
        roster.of_month(
            names,
            month,
            data.into_iter().flat_map(MonthLedger::monthly_names),
        )
    }

    fn id_in(&self, roster: &MonthRoster<'_>, team: &str) -> Option<NameId> {
        match self.ledger.names.find(&fold_name(team)) {
            Some(id) => Some(roster.team_of(id)),
            None => roster.team_of_text(team),
        }
    }
}

impl Ledger {
    fn dated_usage(&self, month: Month) -> impl Iterator<Item = &DatedUsage> {
        let counts = |kind| kind != EntryKind::Legacy || !self.current_format;
        let rows = self.dated_usage.iter();
        rows.filter(move |row| row.month == month && counts(row.kind))
    }
}

impl TeamPeriod {
    pub(super) fn spent(&self, measure: Measure) -> Option<Units> {
        let Some(currency) = measure.currency() else {
            return self.used.map(Units::from);
        };
        let (money, _) = self.cost.of(currency)?;
        Some(Units(money.nanos))
    }

    fn add(&mut self, part: &Self) {
        let used = self.used.into_iter().chain(part.used);
        self.used = used.reduce(Tokens::saturating_add);
        self.cost.add(&part.cost);
        self.unsure = self.unsure.saturating_add(part.unsure);
    }
}
