//! What is to be known beside a decision of `guard`.

use super::text::{name, short};
use crate::{
    analysis::guard::{EstimatedUse, GuardDecision, GuardReason, PriceSource, RequestCost},
    render::counted,
};

/// That the hold which was given is not one of the work's own. `from` is put behind its id, and `effect` says what follows.
pub fn unused_hold(decision: &GuardDecision, from: &str, effect: &str) -> Option<String> {
    let ended = decision.ended_hold.as_ref().map(|id| {
        let id = short(id);
        format!("the hold {id}{from} has ended or is not in the log, so {effect}")
    });
    let foreign = decision.foreign_hold.as_ref().map(|hold| {
        let (id, team) = (short(&hold.id), short(&hold.team));
        format!("the hold {id}{from} is that of {team}, so {effect}")
    });
    ended.or(foreign)
}

/// What is to be known beside the answer: names that are not known, and prices that are assumed.
pub fn notes(decision: &GuardDecision) -> Vec<String> {
    let hold = unused_hold(decision, "", "the request is judged without it");
    let is_denied = decision.reason == GuardReason::UnknownTeam;
    let team = decision
        .unknown_team
        .as_ref()
        .filter(|_| !is_denied)
        .map(|team| {
            let team = short(team);
            let meant = decision.similar_team.as_ref();
            let meant = meant.map(|meant| format!("; did you mean \"{meant}\"?"));
            format!(
                "the log knows no team \"{team}\", so only the budget of all teams applies{}",
                meant.unwrap_or_default()
            )
        });
    let model = decision.model.as_ref().filter(|model| model.is_unknown);
    let model = model.map(|model| {
        let (name, tier) = (short(&model.name), model.tier);
        let priced = match decision.cost {
            Some(cost) if cost.source == PriceSource::Tier => {
                " and priced as its most expensive typical model"
            }
            _ => "",
        };
        format!("the model \"{name}\" is not known: it is taken for one of the {tier} tier{priced}")
    });
    let used = decision.to.as_ref().map(|to| (&to.model, to.tier));
    let asked = decision.model.as_ref().filter(|model| !model.is_unknown);
    let used = used.or_else(|| asked.map(|model| (&model.name, model.tier)));
    let is_tier = |of: &RequestCost| of.source == PriceSource::Tier;
    let priced = decision.cost.filter(is_tier).and(used);
    let priced = priced.map(|(model, tier)| {
        let model = short(model);
        format!(
            "no price of {model} is known: it is priced as the most expensive typical model of the {tier} tier"
        )
    });
    let mut caps = decision.caps.iter();
    let estimate = caps.find_map(|check| Some((name(check), check.estimated?)));
    let estimate = estimate.map(|(of, EstimatedUse { money, tokens })| {
        let tokens = counted(tokens.0, "token");
        format!(
            "{tokens} have no cost and no price, so {money} is taken for them in {of}: add a column `Model` with prices under [prices] in tokmon.toml, or record with --cost"
        )
    });
    let partial = decision.caps.iter().find(|check| check.is_open);
    let partial = partial.map(|check| {
        let (of, spent) = (name(check), check.cap.amount(check.used));
        format!("some costs are not known, so more of {of} is spent than {spent}")
    });
    [hold, team, model, priced, estimate, partial]
        .into_iter()
        .flatten()
        .collect()
}
