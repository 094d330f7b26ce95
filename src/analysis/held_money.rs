//! What holds reserve of budgets in money: the cost that they state, else what their tokens are likely to cost.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use super::{
    ReconciledMonth,
    guard::{LogPrices, estimated_cost},
    holds::LiveHold,
};
use crate::model::{Currency, Policy};

pub(super) struct HeldMoney<'a> {
    /// By team.
    holds: BTreeMap<&'a str, Vec<LiveHold<'a>>>,
    prices: LogPrices,
    policy: &'a Policy,
}

/// What holds reserve in a currency.
pub(super) struct HeldSum {
    pub(super) nanos: i128,
    /// A hold has no price in it, so that more is reserved.
    pub(super) is_open: bool,
}

impl<'a> HeldMoney<'a> {
    pub(super) fn of(
        reconciled: &'a ReconciledMonth<'_>,
        policy: &'a Policy,
        now: DateTime<FixedOffset>,
    ) -> Self {
        let is_current = reconciled.month.contains(now.date_naive());
        let holds = if is_current {
            reconciled.live_holds(now)
        } else {
            Vec::new()
        };
        let mut by_team: BTreeMap<&str, Vec<LiveHold<'_>>> = BTreeMap::new();
        for hold in &holds {
            by_team.entry(hold.team).or_default().push(*hold);
        }
        Self {
            prices: if holds.is_empty() {
                LogPrices::default()
            } else {
                LogPrices::of(reconciled)
            },
            holds: by_team,
            policy,
        }
    }

    /// Of all teams, or of one.
    pub(super) fn in_currency(&self, currency: Currency, team: Option<&str>) -> HeldSum {
        let mut sum = HeldSum {
            nanos: 0,
            is_open: false,
        };
        let of_team = team.map(|team| self.holds.get(team).map_or(&[][..], Vec::as_slice));
        let all = self.holds.values().filter(|_| team.is_none()).flatten();
        for hold in of_team.into_iter().flatten().chain(all) {
            let stated = hold.cost.filter(|cost| cost.currency == currency);
            let of = (&self.prices, self.policy);
            let priced = || estimated_cost(hold.model, hold.tokens, currency, of);
            match stated.or_else(|| priced().map(|cost| cost.money)) {
                Some(money) => sum.nanos = sum.nanos.saturating_add(money.nanos),
                None => sum.is_open = true,
            }
        }
        sum
    }
}
