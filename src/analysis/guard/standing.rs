//! Where the budget stands before a request: the caps that apply, and what an estimate needs to know of the log.

use chrono::{DateTime, FixedOffset};

use super::{
    EstimateSource, EstimatedUse, ForeignHold, GuardHold, GuardReason, GuardRequest, RequestKind,
    TokenEstimate, Unjudged,
    caps::CapCheck,
    decide::Trial,
    estimate::{self, LogPrices},
};
use crate::{
    analysis::{
        self, BudgetProblem, Cap, CapScope, ReconciledMonth, StatusReport, held_money::HeldMoney,
        holds::LiveHold,
    },
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
    /// The team that may be meant by it.
    pub similar_team: Option<String>,
    /// The tokens of work for which the caller gives no number.
    pub estimate: Option<TokenEstimate>,
    pub resets_at: Option<DateTime<FixedOffset>>,
    /// A cap that cannot be judged.
    pub unjudged: Option<Box<Unjudged>>,
    /// The hold of the request.
    pub hold: Option<GuardHold>,
    /// The id of one that has ended, or that the log does not have.
    pub ended_hold: Option<String>,
    /// One of another team, under which the request is not judged.
    pub foreign_hold: Option<ForeignHold>,
    pub(super) prices: LogPrices,
}

impl Standing {
    pub fn of(
        reconciled: &ReconciledMonth<'_>,
        report: &StatusReport,
        policy: &Policy,
        request: &GuardRequest,
    ) -> Self {
        let id = request.under_hold.as_deref();
        let holds = reconciled.live_holds(report.now);
        let named = holds.iter().find(|hold| Some(hold.id) == id);
        let is_of_team = |hold: &&LiveHold<'_>| {
            let asked = request.team.as_deref();
            let known = asked.and_then(|name| reconciled.find_team(name));
            asked.is_none() || known.is_some_and(|team| team.name == hold.team)
        };
        let own = named.filter(is_of_team);
        let usage = request.team.as_deref().or(own.map(|hold| hold.team));
        let usage = usage.and_then(|name| reconciled.find_team(name));
        let mut teams = report.teams.iter();
        let team = usage.and_then(|usage| teams.find(|team| team.name == usage.name));
        let unknown = request.team.as_deref().filter(|_| team.is_none());
        let similar = unknown.and_then(|name| reconciled.similar_team(name));
        let mut standing = Self {
            caps: Vec::new(),
            team: team.map(|team| team.name.clone()),
            unknown_team: unknown.map(str::to_owned),
            similar_team: similar.map(|team| team.name.clone()),
            estimate: request
                .needs_estimate()
                .then(|| TokenEstimate::of(reconciled, usage, policy)),
            resets_at: report.resets_at,
            unjudged: None,
            hold: own.map(GuardHold::of),
            ended_hold: id.filter(|_| named.is_none()).map(str::to_owned),
            foreign_hold: named.filter(|_| own.is_none()).map(|hold| ForeignHold {
                id: hold.id.to_owned(),
                team: hold.team.to_owned(),
            }),
            prices: LogPrices::of(reconciled),
        };
        let mut caps = analysis::caps(report);
        caps.retain(|cap| {
            let team = cap.scope.team();
            team.is_none() || team == standing.team.as_deref()
        });
        for cap in caps.iter().filter(|cap| !is_replaced(cap, &caps)) {
            standing.add(cap.clone(), own, (reconciled, report, policy));
        }
        standing.check_price(request, policy);
        standing
    }

    /// Adds a cap. What the request's own hold reserves of it is not counted beside the request.
    fn add(
        &mut self,
        mut cap: Cap,
        own: Option<&LiveHold<'_>>,
        (reconciled, report, policy): (&ReconciledMonth<'_>, &StatusReport, &Policy),
    ) {
        let (estimated, is_open) = self.estimate_use(&mut cap, (reconciled, report, policy));
        if cap.used.is_none() {
            let (message, help) = not_judged(&cap, report);
            return self.unjudged(message, help);
        }
        let is_own = |hold: &&LiveHold<'_>| match &cap.scope {
            CapScope::Total => true,
            CapScope::Team(name) => hold.team == name,
        };
        if let Some(hold) = own.filter(is_own) {
            let reserved = match cap.currency {
                None => Some(hold.tokens.0.into()),
                Some(currency) => {
                    let stated = hold.cost.filter(|cost| cost.currency == currency);
                    let of = (&self.prices, policy);
                    let priced = || estimate::cost(hold.model, hold.tokens, currency, of);
                    let money = stated.or_else(|| priced().map(|cost| cost.money));
                    if let Some(hold) = &mut self.hold {
                        hold.cost = money;
                    }
                    money.map(|money| money.nanos)
                }
            };
            cap.reserved = cap.reserved.saturating_sub(reserved.unwrap_or_default());
        }
        if let Some(currency) = cap.currency {
            let team = match &cap.scope {
                CapScope::Total => None,
                CapScope::Team(name) => Some(name.as_str()),
            };
            let money = HeldMoney::of(reconciled, policy, report.now);
            if money.in_currency(currency, team).is_open {
                let help = "free it with `tokmon holds --free ID`, or set the price of its model under [prices]";
                self.unjudged(
                    format!("a hold has no price in {currency}"),
                    help.to_owned(),
                );
            }
        }
        let check = CapCheck::of(cap, &report.budget.thresholds);
        self.caps.extend(check.map(|check| CapCheck {
            estimated,
            is_open,
            ..check
        }));
    }

    /// Adds to what is used of a cap in money what the tokens without a cost are likely to cost, and says whether more is used.
    fn estimate_use(
        &mut self,
        cap: &mut Cap,
        (reconciled, report, policy): (&ReconciledMonth<'_>, &StatusReport, &Policy),
    ) -> (Option<EstimatedUse>, bool) {
        let Some(currency) = cap.currency.filter(|_| !cap.complete) else {
            return (None, false);
        };
        let usage = cap.scope.team().map(|name| reconciled.find_team(name));
        let usage = usage.flatten();
        let sum = reconciled.spent_sum(usage);
        let is_open = sum.open || sum.has_others(currency);
        let mut spans = report.span_budgets.iter();
        let span = spans.find(|span| Some(span.span) == cap.span && span.budget_cost.is_some());
        let tokens = match (cap.problem, span) {
            (None | Some(BudgetProblem::NoCosts), Some(span)) => span.unpriced,
            // Nothing has a cost.
            (Some(BudgetProblem::NoCosts), None) => match usage {
                Some(team) => reconciled.spent_of(team).unwrap_or_default(),
                None => reconciled.spent(),
            },
            (None, None) => sum.unpriced,
            (Some(_), _) => return (None, is_open),
        };
        if tokens == Tokens::ZERO {
            return (None, is_open);
        }
        let of = (&self.prices, policy);
        let Some(cost) = estimate::cost(None, tokens, currency, of) else {
            if cap.used.is_some() {
                let name = named_budget(cap);
                let help = format!("set a price in {currency} under [prices] in tokmon.toml");
                self.unjudged(format!("{name} cannot be judged: {tokens} of its tokens have no cost, and no price in {currency} is known"), help);
            }
            return (None, true);
        };
        let known = cap.used.unwrap_or_default();
        cap.used = Some(known.saturating_add(cost.money.nanos));
        let money = cost.money;
        (Some(EstimatedUse { money, tokens }), is_open)
    }

    fn unjudged(&mut self, message: String, help: String) {
        let unjudged = || Box::new(Unjudged { message, help });
        self.unjudged.get_or_insert_with(unjudged);
    }

    /// Notes where the request has no price in the currency of a cap.
    fn check_price(&mut self, request: &GuardRequest, policy: &Policy) {
        if request.kind != RequestKind::Start {
            return;
        }
        let model = request.model.as_deref();
        let tokens = self.tokens(request).tokens;
        let Some(currency) = self.currency() else {
            return;
        };
        if estimate::cost(model, tokens, currency, (&self.prices, policy)).is_none() {
            let help = format!("set a price in {currency} under [prices] in tokmon.toml");
            self.unjudged(no_price(model, currency), help);
        }
    }

    /// The currency of the caps in money.
    fn currency(&self) -> Option<Currency> {
        let mut caps = self.caps.iter();
        caps.find_map(|cap| cap.cap.currency)
    }

    /// The tokens of a request.
    pub(super) fn tokens(&self, request: &GuardRequest) -> TokenEstimate {
        match (request.kind, request.tokens) {
            (RequestKind::Continue | RequestKind::Switch, _) => TokenEstimate::given(Tokens::ZERO),
            (RequestKind::Start, Some(tokens)) => TokenEstimate::given(tokens),
            (RequestKind::Start, None) if self.hold.is_some() => TokenEstimate {
                tokens: self
                    .hold
                    .as_ref()
                    .map(|hold| hold.tokens)
                    .unwrap_or_default(),
                source: EstimateSource::Hold,
                rows: None,
            },
            (RequestKind::Start, None) => {
                self.estimate.unwrap_or(TokenEstimate::given(Tokens::ZERO))
            }
        }
    }

    /// The reason for allowing a request that fits.
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
        let caps = self.caps.iter().map(|cap| {
            let is_of_money = cap.is_of_money();
            cap.requesting(if is_of_money { nanos } else { tokens.0.into() })
        });
        Trial {
            caps: caps.collect(),
            model,
            cost,
        }
    }
}

impl GuardHold {
    fn of(hold: &LiveHold<'_>) -> Self {
        Self {
            id: hold.id.to_owned(),
            tokens: hold.tokens,
            cost: hold.cost,
            model: hold.model.map(str::to_owned),
            overridden: hold.overridden,
        }
    }
}

/// The hold of a team that an override granted; of several the largest.
pub fn override_hold(
    reconciled: &ReconciledMonth<'_>,
    team: &str,
    now: DateTime<FixedOffset>,
) -> Option<String> {
    let team = &reconciled.find_team(team)?.name;
    let holds = reconciled.live_holds(now).into_iter();
    let granted = holds.filter(|hold| hold.overridden && hold.team == *team);
    let largest = granted.max_by_key(|hold| hold.tokens)?;
    Some(largest.id.to_owned())
}

impl GuardRequest {
    /// The team that is meant.
    pub fn team_in(&self, reconciled: &ReconciledMonth<'_>) -> Option<String> {
        let known = |name: &&String| reconciled.find_team(name).is_some();
        let role = || self.roles.iter().find(known);
        let team = self.team.as_ref().or_else(role);
        team.or(self.otherwise.as_ref()).cloned()
    }

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

/// Whether a cap in tokens of a log that states none has one in money beside it, which is judged.
fn is_replaced(cap: &Cap, caps: &[Cap]) -> bool {
    let is_same = |other: &&Cap| (&other.scope, other.span) == (&cap.scope, cap.span);
    let mut others = caps.iter().filter(is_same);
    let is_of_tokens = cap.problem == Some(BudgetProblem::NoTokens);
    is_of_tokens && others.any(|other| other.currency.is_some())
}

/// Why a cap cannot be judged, and what helps.
fn not_judged(cap: &Cap, report: &StatusReport) -> (String, String) {
    let name = named_budget(cap);
    let key = match (&cap.scope, cap.span) {
        (CapScope::Total, None) => "set `[budget] cost` in tokmon.toml".to_owned(),
        (CapScope::Total, Some(_)) => "state this budget of the log".to_owned(),
        (CapScope::Team(name), _) => format!("set `[teams.\"{name}\"] cost` in tokmon.toml"),
    };
    let help = match cap.problem {
        Some(BudgetProblem::NoTokens) if cap.span.is_some() => format!("{key} in money"),
        Some(BudgetProblem::NoTokens) => key,
        Some(BudgetProblem::NoFigures) => {
            format!("write what was used into the rows of {}", report.month)
        }
        Some(BudgetProblem::NoDays) => "give each row its day".to_owned(),
        _ => format!("{key} in the currency of the log, and prices in it"),
    };
    let why = cap.problem.map(|problem| problem.to_string());
    let why = why.unwrap_or_default();
    (format!("{name} cannot be judged: {why}"), help)
}

/// `the cost budget of $20.00`, `the cost budget of QA, $20.00,`, `the budget of 10,000 tokens`, `the budget of the day, $5.00,`.
fn named_budget(cap: &Cap) -> String {
    let limit = cap.amount(cap.limit);
    let (cost, unit) = match (cap.currency, cap.span) {
        (None, _) => ("", " tokens"),
        (Some(_), Some(_)) => ("", ""),
        (Some(_), None) => ("cost ", ""),
    };
    let whose = match (&cap.scope, cap.span) {
        (CapScope::Total, None) => return format!("the {cost}budget of {limit}{unit}"),
        (CapScope::Total, Some(span)) => format!("the {}", span.into_str()),
        (CapScope::Team(name), _) => name.clone(),
    };
    format!("the {cost}budget of {whose}, {limit}{unit},")
}
