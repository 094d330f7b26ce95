//! What is used of a budget that is reset by hand: since it was reset last, over as many months as that may be.
//!
//! Whole months count as they are reconciled. Of the month of the reset counts everything that is not known to be from before it: what
//! the details and usage lines of that time say, or what the reset itself says that each team had used, whichever is more. Rows of a
//! month without a day are not known to be from before, so where nothing else says so they count: too much rather than too little.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    cost::{Cost, CostSum, PricedCost},
    ledger::{Ledger, LoggedEvent, MonthLedger},
    names::{MonthRoster, NameId},
    reconciled_month::ReconciledMonth,
    team_usage::TeamUsage,
};
use crate::model::{
    BudgetReset, EntryKind, EventKind, LogEvent, Month, PeriodKey, Tokens, fold_name,
};

/// A detail or usage line: what it used, and when.
#[derive(Clone, Debug)]
pub(super) struct DatedUsage {
    pub(super) name: NameId,
    pub(super) kind: EntryKind,
    pub(super) month: Month,
    pub(super) from: DateTime<FixedOffset>,
    /// None while it goes on.
    pub(super) until: Option<DateTime<FixedOffset>>,
    pub(super) tokens: Tokens,
    pub(super) cost: CostSum,
}

/// The period that a budget runs in, where it is reset by hand.
#[derive(Clone, Debug, Default)]
pub struct Period {
    reset: Option<LoggedEvent>,
    teams: BTreeMap<NameId, TeamPeriod>,
}

/// What a team used in the period.
#[derive(Clone, Debug, Default)]
struct TeamPeriod {
    used: Option<Tokens>,
    cost: PricedCost,
    /// How much of that may be from before.
    unsure: Tokens,
}

/// What the report says of the period.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PeriodReport {
    /// When the budget was reset last. Absent where the log does not say so: then everything in it counts.
    pub since: Option<DateTime<FixedOffset>>,
    /// Who reset it.
    pub by: Option<String>,
    /// Why it was reset.
    pub reason: Option<String>,
    /// How many of the tokens used may be from before: nothing says on which day they were used. They count.
    pub unsure_tokens: Option<Tokens>,
    /// Tokens of the month alone.
    pub month_tokens: Tokens,
    /// The cost of the month alone.
    pub month_cost: Option<Cost>,
}

impl PeriodReport {
    /// What tells this period from others.
    pub fn key(&self) -> Option<PeriodKey> {
        self.since.map(PeriodKey::Since)
    }
}

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
    pub(super) fn months_since(&self, reset: Option<&LoggedEvent>) -> Vec<Month> {
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
    pub(super) fn begin_period(&mut self, now: DateTime<FixedOffset>) {
        if self.ledger.reset != BudgetReset::Manual || !self.is_judged() {
            return;
        }
        let period = self.add_up(now);
        for (team, part) in &period.teams {
            if part.used > Some(Tokens::ZERO) {
                self.list(*team);
            }
        }
        self.period = Some(period);
    }

    /// Whether the budget is that of this month, or of the period that runs in it.
    pub(super) fn is_judged(&self) -> bool {
        let now = self.ledger.now();
        let is_current = now.is_none_or(|now| self.month.contains(now.date_naive()));
        self.ledger.reset == BudgetReset::Month || is_current && self.project.is_none()
    }

    fn add_up(&self, now: DateTime<FixedOffset>) -> Period {
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

    /// What counts against the budget: of the period where it is reset by hand, else of the month.
    pub fn spent(&self) -> Tokens {
        match &self.period {
            Some(period) => period.used(),
            None => self.used(),
        }
    }

    /// The same where the period is not added up yet, at the moment that the log was read.
    pub fn spent_now(&self) -> Tokens {
        let is_period = self.ledger.reset == BudgetReset::Manual && self.is_judged();
        match self.ledger.now().filter(|_| is_period) {
            Some(now) => self.add_up(now).used(),
            None => self.used(),
        }
    }

    pub fn spent_of(&self, team: &TeamUsage) -> Option<Tokens> {
        match &self.period {
            Some(period) => period.teams.get(&team.id)?.used,
            None => team.used(),
        }
    }

    pub fn spent_cost(&self) -> Option<Cost> {
        let Some(period) = &self.period else {
            return self.cost();
        };
        let mut cost = PricedCost::default();
        for team in period.teams.values() {
            cost.add(&team.cost);
        }
        cost.report(self.currency())
    }

    pub fn spent_cost_of(&self, team: &TeamUsage) -> Option<Cost> {
        match &self.period {
            Some(period) => period
                .teams
                .get(&team.id)?
                .cost
                .clone()
                .report(self.currency()),
            None => self.cost_of_team(team),
        }
    }

    pub(super) fn period_report(&self) -> Option<PeriodReport> {
        let period = self.period.as_ref()?;
        let event = period.reset.as_ref().map(|reset| &reset.event);
        let text = |text: Option<&std::borrow::Cow<'_, str>>| text.map(ToString::to_string);
        let unsure = period.teams.values().map(|team| team.unsure).sum();
        Some(PeriodReport {
            since: event.map(|event| event.time),
            by: text(event.and_then(|event| event.by.as_ref())),
            reason: text(event.and_then(|event| event.reason.as_ref())),
            unsure_tokens: Some(unsure).filter(|unsure| *unsure > Tokens::ZERO),
            month_tokens: self.used(),
            month_cost: self.cost(),
        })
    }

    /// Whether something that happened then, about this month, belongs to what the report is on.
    pub(super) fn is_about(&self, event: &LogEvent<'_>) -> bool {
        let Some(period) = &self.period else {
            return event.month == self.month;
        };
        let since = period.reset.as_ref().map(|reset| reset.event.time);
        since.is_none_or(|since| event.time >= since)
    }
}

impl Ledger {
    fn dated_usage(&self, month: Month) -> impl Iterator<Item = &DatedUsage> {
        let counts = |kind| kind != EntryKind::Legacy || !self.current_format;
        let rows = self.dated_usage.iter();
        rows.filter(move |row| row.month == month && counts(row.kind))
    }
}

impl Period {
    fn used(&self) -> Tokens {
        self.teams.values().filter_map(|team| team.used).sum()
    }
}

impl TeamPeriod {
    fn add(&mut self, part: &Self) {
        let used = self.used.into_iter().chain(part.used);
        self.used = used.reduce(Tokens::saturating_add);
        self.cost.add(&part.cost);
        self.unsure = self.unsure.saturating_add(part.unsure);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use crate::{
        edit::{LogSet, Revision},
        model::{BudgetReset, Policy, Tokens},
    };

    const RESET: &str = "2026-02-10T12:30:00+00:00";

    /// What counts of a log with a reset at [`RESET`].
    fn spent(text: String) -> Tokens {
        let now = "2026-02-28T00:00:00Z".parse().unwrap();
        let log_set = LogSet {
            policy: Policy {
                reset: BudgetReset::Manual,
                ..Policy::default()
            },
            now: Some(now),
            ..LogSet::default()
        };
        let revision = Revision::read(text, &log_set);
        let month = "2026-02".parse().unwrap();
        let mut reconciled = revision.ledger.reconcile(month, None);
        let at_once = reconciled.spent_now();
        reconciled.begin_period(now);
        assert_eq!(reconciled.spent(), at_once);
        at_once
    }

    proptest! {
        /// Whatever is written down of the time after a reset counts, no more counts than the month holds, and with what the reset
        /// says that was used before, what was recorded after it counts exactly.
        #[test]
        fn no_less_counts_than_was_used_since_the_reset(
            rows in proptest::collection::vec((8..13_u32, 0..24_u32, 0..50_000_u64, any::<bool>()), 1..12),
            beyond in 0..20_000_u64,
            is_stated: bool,
        ) {
            let (mut details, mut lines) = (String::new(), String::new());
            let (mut before, mut after, mut all) = (0, 0, 0);
            for (day, hour, tokens, is_line) in rows {
                let is_after = (day, hour) > (10, 12);
                *if is_after { &mut after } else { &mut before } += tokens;
                all += tokens;
                if is_line {
                    let _ = writeln!(lines, "[USE] 2026-02-{day:02}T{hour:02}:00:00Z team=A tokens={tokens}");
                } else {
                    let _ = write!(details, "\n## Daily Detail — 2026-02-{day:02}\n\n| Time | Team | Tokens |\n|---|---|---|\n| {hour:02}:00 | A | {tokens} |\n");
                }
            }
            let in_rows: u64 = all - lines.split("tokens=").skip(1).filter_map(|rest| rest.trim().lines().next()?.parse::<u64>().ok()).sum::<u64>();
            let monthly = in_rows + beyond;
            let mut text = format!("# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | {monthly} |\n{details}\n{lines}[NOTIFY] {RESET} event=reset month=2026-02\n");
            if is_stated {
                let _ = writeln!(text, "[NOTIFY] {RESET} event=baseline month=2026-02 team=A tokens={}", before + beyond);
            }
            let counted = spent(text).0;
            prop_assert!(counted >= after && counted <= all + beyond);
            prop_assert_eq!(counted, if is_stated { after } else { after + beyond });
        }
    }
}
