//! Where the budget stands before a request: the caps that apply, and what an estimate needs to know of the log.

use chrono::{DateTime, FixedOffset};

use super::{
    GuardReason, GuardRequest, GuardScope, RequestKind, TokenEstimate, Trial, Unjudged,
    caps::{self, CapCheck, GuardAmount, GuardUnit},
    estimate::{self, LogPrices},
};
use crate::{
    analysis::{CostBudget, ReconciledMonth, StatusReport, TeamReport},
    model::{Currency, Policy, Tokens},
};

/// What is known before a request.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Those of the total first, without a request.
    pub caps: Vec<CapCheck>,
    /// The team, as the log names it.
    pub team: Option<String>,
    /// The name of the request, where no team of the log has it.
    pub unknown_team: Option<String>,
    /// The tokens of work that says nothing of them.
    pub estimate: Option<TokenEstimate>,
    pub resets_at: Option<DateTime<FixedOffset>>,
    /// A cap that cannot be judged.
    pub unjudged: Option<Box<Unjudged>>,
    pub(super) prices: LogPrices,
}

impl Standing {
    pub fn of(
        reconciled: &ReconciledMonth<'_>,
        report: &StatusReport,
        policy: &Policy,
        request: &GuardRequest,
    ) -> Self {
        let usage = request.team.as_deref();
        let usage = usage.and_then(|name| reconciled.find_team(name));
        let mut teams = report.teams.iter();
        let team = usage.and_then(|usage| teams.find(|team| team.name == usage.name));
        let spent = report.used.cost.as_ref();
        let spent = spent.filter(|cost| cost.complete && cost.others.is_empty());
        let mut standing = Self {
            caps: caps::of_tokens(report, team),
            team: team.map(|team| team.name.clone()),
            unknown_team: request.team.clone().filter(|_| team.is_none()),
            estimate: request
                .needs_estimate()
                .then(|| TokenEstimate::of(reconciled, usage, policy)),
            resets_at: resets_at(report, policy),
            unjudged: None,
            prices: LogPrices {
                header: reconciled.ledger.header_price(),
                spent: spent.map(|cost| (cost.money, report.used.tokens)),
            },
        };
        if let Some(budget) = &report.cost_budget {
            standing.add_cost(
                (GuardScope::Total, None),
                budget,
                (reconciled, report, policy),
            );
        }
        standing.check_price(request, policy);
        standing
    }

    /// Adds a cap in money, with what holds reserve of it.
    fn add_cost(
        &mut self,
        (scope, team): (GuardScope, Option<&TeamReport>),
        budget: &CostBudget,
        (reconciled, report, policy): (&ReconciledMonth<'_>, &StatusReport, &Policy),
    ) {
        let name = team.map(|team| team.name.as_str());
        let currency = budget.limit.currency;
        let (Some(used), Some(_)) = (budget.used, budget.level) else {
            let message = budget.not_judged();
            return self.unjudged(message.unwrap_or_default());
        };
        let holds = reconciled.live_holds(report.now).into_iter();
        let holds = holds.filter(|hold| name.is_none_or(|name| hold.team == name));
        let mut reserved = 0_i128;
        for hold in holds {
            let stated = hold.cost.filter(|cost| cost.currency == currency);
            let priced = || {
                let of = (&self.prices, policy);
                estimate::cost(hold.model, hold.tokens, currency, of).map(|cost| cost.money)
            };
            let Some(money) = stated.or_else(priced) else {
                return self.unjudged(no_price(hold.model, currency));
            };
            reserved = reserved.saturating_add(money.nanos);
        }
        let mut cap = CapCheck::new(
            (scope, name),
            GuardAmount::Money(budget.limit),
            GuardAmount::Money(used),
            reserved,
            &report.budget.thresholds,
        );
        cap.complete = budget.complete;
        self.caps.push(cap);
    }

    fn unjudged(&mut self, message: String) {
        let help = "set `[budget] cost` in the currency of the log, and prices of the models in tokmon.toml";
        let unjudged = || {
            Box::new(Unjudged {
                message,
                help: help.to_owned(),
            })
        };
        self.unjudged.get_or_insert_with(unjudged);
    }

    /// Notes where the request has no price in the currency of a cap.
    fn check_price(&mut self, request: &GuardRequest, policy: &Policy) {
        if request.kind == RequestKind::Continue {
            return;
        }
        let model = request.model.as_deref();
        let tokens = self.tokens(request).tokens;
        let Some(currency) = self.currency() else {
            return;
        };
        if estimate::cost(model, tokens, currency, (&self.prices, policy)).is_none() {
            self.unjudged(no_price(model, currency));
        }
    }

    /// The currency of the caps in money.
    fn currency(&self) -> Option<Currency> {
        let mut caps = self.caps.iter();
        caps.find_map(|cap| match cap.limit {
            GuardAmount::Money(money) => Some(money.currency),
            GuardAmount::Tokens(_) => None,
        })
    }

    /// The tokens of a request.
    pub(super) fn tokens(&self, request: &GuardRequest) -> TokenEstimate {
        match (request.kind, request.tokens) {
            (RequestKind::Continue, _) => TokenEstimate::given(Tokens::ZERO),
            (RequestKind::Start, Some(tokens)) => TokenEstimate::given(tokens),
            (RequestKind::Start, None) => {
                self.estimate.unwrap_or(TokenEstimate::given(Tokens::ZERO))
            }
        }
    }

    /// The reason of an answer that nothing speaks against.
    pub(super) fn fine(&self) -> GuardReason {
        if self.caps.is_empty() {
            GuardReason::NoCaps
        } else {
            GuardReason::WithinCaps
        }
    }

    /// The caps as they would be with a request for a model.
    pub(super) fn trial(
        &self,
        model: Option<String>,
        request: &GuardRequest,
        policy: &Policy,
    ) -> Trial {
        let tokens = self.tokens(request).tokens;
        let cost = self.currency().and_then(|currency| {
            let of = (&self.prices, policy);
            estimate::cost(model.as_deref(), tokens, currency, of)
        });
        let nanos = cost.map_or(0, |cost| cost.money.nanos);
        let caps = self.caps.iter().map(|cap| match cap.unit {
            GuardUnit::Tokens => cap.requesting(tokens.0.into()),
            GuardUnit::Cost => cap.requesting(nanos),
        });
        Trial {
            caps: caps.collect(),
            model,
            cost,
        }
    }
}

impl GuardRequest {
    fn needs_estimate(&self) -> bool {
        self.kind == RequestKind::Start && self.tokens.is_none()
    }
}

fn no_price(model: Option<&str>, currency: Currency) -> String {
    match model {
        Some(model) => format!("no price in {currency} is known for the model {model}"),
        None => format!("no price in {currency} is known"),
    }
}

/// The first moment of the next month, by the clocks of the report.
fn resets_at(report: &StatusReport, policy: &Policy) -> Option<DateTime<FixedOffset>> {
    let next = report.month.last_day().succ_opt()?;
    let start = next.and_hms_opt(0, 0, 0)?;
    policy.zone.moment(start, report.now)
}
