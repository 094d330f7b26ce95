//! What is used of a budget that is reset by hand: since it was reset last, over as many months as that may be.
//!
//! Whole months count as they are reconciled. Of the month of the reset counts everything that is not known to be from before it: what
//! the details and usage lines of that time say, or what the reset itself says that each team had used, whichever is more. Rows of a
//! month without a day are not known to be from before, so where nothing else says so they count: too much rather than too little.

mod sum;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    cost::{Cost, CostSum, PricedCost},
    imported::ImportOverlap,
    ledger::LoggedEvent,
    names::NameId,
    reconciled_month::ReconciledMonth,
    team_usage::TeamUsage,
};
use crate::model::{BudgetReset, EntryKind, LogEvent, Month, PeriodKey, Tokens, Units};

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

/// Leaves out of details and usage lines what counts elsewhere already.
pub(super) fn count_once(dated: &mut [DatedUsage], overlaps: &[ImportOverlap]) {
    let mut alike: HashMap<_, Vec<&ImportOverlap>> = HashMap::new();
    for overlap in overlaps {
        let tokens = overlap.figures.tokens.map(|tokens| tokens.value);
        let key = (
            overlap.name,
            overlap.kind,
            overlap.month,
            tokens.unwrap_or_default(),
        );
        alike.entry(key).or_default().push(overlap);
    }
    for row in dated {
        let of_row = alike.get_mut(&(row.name, row.kind, row.month, row.tokens));
        if let Some(overlap) = of_row.and_then(Vec::pop) {
            row.tokens = row.tokens.saturating_sub(overlap.surplus());
            row.cost.remove(overlap.surplus_cost());
        }
    }
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
    pub month_tokens: Option<Tokens>,
    /// The cost of the month alone.
    pub month_cost: Option<Cost>,
}

impl PeriodReport {
    /// What the month alone used: `used 126,670 tokens`, `cost $12.30`.
    pub fn of_month(&self) -> String {
        match (self.month_tokens, &self.month_cost) {
            (Some(tokens), _) => format!("used {tokens} tokens"),
            (None, Some(cost)) => format!("cost {}", cost.money),
            (None, None) => "cost nothing".to_owned(),
        }
    }

    /// What distinguishes this period from others.
    pub fn key(&self) -> Option<PeriodKey> {
        self.since.map(PeriodKey::Since)
    }
}

impl ReconciledMonth<'_> {
    /// What counts against the budget, in what the log counts by.
    pub fn spent_units(&self) -> Units {
        let measure = self.measure();
        match &self.period {
            Some(period) => {
                let teams = period.teams.values();
                teams.filter_map(|team| team.spent(measure)).sum()
            }
            None => self.used_units(),
        }
    }

    /// The same of one team.
    pub fn spent_units_of(&self, team: &TeamUsage) -> Option<Units> {
        let measure = self.measure();
        match &self.period {
            Some(period) => period.teams.get(&team.id)?.spent(measure),
            None => team.spent(measure),
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
        self.spent_sum(None).report(self.currency())
    }

    pub fn spent_cost_of(&self, team: &TeamUsage) -> Option<Cost> {
        self.spent_sum(Some(team)).report(self.currency())
    }

    /// What is spent by all teams, or by one.
    pub(super) fn spent_sum(&self, team: Option<&TeamUsage>) -> PricedCost {
        let Some(period) = &self.period else {
            return team.map_or_else(|| self.cost_sum(), |team| self.cost_sum_of(team));
        };
        if let Some(team) = team {
            let of_team = period.teams.get(&team.id);
            return of_team.map(|of| of.cost.clone()).unwrap_or_default();
        }
        let mut sum = PricedCost::default();
        for team in period.teams.values() {
            sum.add(&team.cost);
        }
        sum
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
            month_tokens: Some(self.used()).filter(|_| !self.measure().is_money()),
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

impl Period {
    fn used(&self) -> Tokens {
        self.teams.values().filter_map(|team| team.used).sum()
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
