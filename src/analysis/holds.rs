//! Holds that have not ended, and the rows by which an estimate says what work is likely to use.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

use super::{Ledger, ReconciledMonth, names::NameId};
use crate::model::{Money, Price, Tokens};

/// A hold that has not ended.
#[derive(Clone, Copy, Debug)]
pub struct LiveHold<'l> {
    pub id: &'l str,
    pub team: &'l str,
    pub tokens: Tokens,
    pub cost: Option<Money>,
    pub model: Option<&'l str>,
    /// It was granted by an override.
    pub overridden: bool,
    pub since: DateTime<FixedOffset>,
    pub until: DateTime<FixedOffset>,
    pub line: usize,
}

/// Why an id does not end a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    Live,
    /// It ended by itself then.
    Expired(DateTime<FixedOffset>),
    /// It was freed, or usage ended it.
    Ended,
    Unknown,
}

impl Ledger {
    /// The price that the header of the log states.
    pub(super) const fn header_price(&self) -> Option<Price> {
        self.price
    }

    /// The team that a hold is for, as it is written.
    pub fn team_of_hold(&self, id: &str) -> Option<&str> {
        let hold = self.holds.get(id)?;
        Some(self.names.shown(hold.name))
    }

    /// The ids of the holds that have not ended, with the team of each as it is written.
    pub fn open_holds(&self, now: DateTime<FixedOffset>) -> Vec<(&str, &str)> {
        let live = self.live_holds(now);
        live.map(|(id, hold)| (id, self.names.shown(hold.name)))
            .collect()
    }

    pub fn hold_state(&self, id: &str, now: DateTime<FixedOffset>) -> HoldState {
        match self.holds.get(id) {
            None => HoldState::Unknown,
            Some(_) if self.freed.contains(id) => HoldState::Ended,
            Some(hold) if hold.until <= now => HoldState::Expired(hold.until),
            Some(_) => HoldState::Live,
        }
    }
}

impl ReconciledMonth<'_> {
    /// The holds that have not ended, the first to end first.
    pub fn live_holds(&self, now: DateTime<FixedOffset>) -> Vec<LiveHold<'_>> {
        let live = self.ledger.live_holds(now).map(|(id, hold)| {
            let currency = || self.currency();
            LiveHold {
                id,
                team: self.team_name(hold.name),
                tokens: hold.tokens,
                cost: hold.cost.map(|cost| Money {
                    nanos: cost.nanos.into(),
                    currency: cost.currency.unwrap_or_else(currency),
                }),
                model: hold.model.as_deref(),
                overridden: hold.overridden,
                since: hold.since,
                until: hold.until,
                line: hold.place.line,
            }
        });
        let mut live: Vec<LiveHold<'_>> = live.collect();
        live.sort_by_key(|hold| (hold.until, hold.line));
        live
    }

    /// The tokens of each detail and usage line of the files that were read, with its team.
    pub(super) fn row_sizes(&self) -> Vec<(NameId, u64)> {
        // A log has few names and many rows.
        let mut teams: HashMap<NameId, NameId> = HashMap::new();
        let sizes = self.ledger.sizes.iter().map(|(name, tokens)| {
            let team = teams.entry(*name);
            (
                *team.or_insert_with(|| self.roster.team_of(*name)),
                tokens.0,
            )
        });
        sizes.collect()
    }
}
