//! A decision of `guard` in plain words: why it is answered so, and what a person can do. What is to be known beside it is for `notes`.

use std::{borrow::Cow, cmp::Ordering};

use crate::{
    analysis::{
        CapAmount, CapScope,
        guard::{
            CapCheck, EstimateSource, EstimatedUse, GuardAnswer, GuardDecision, GuardHold,
            GuardReason, PriceSource, TokenEstimate,
        },
    },
    model::{ModelTier, Tokens, in_brackets},
    render::{counted, cut, prefixed},
};

const NO_CAPS: &str = "no budget applies, so nothing is denied";

/// Why a request is answered as it is: a sentence without a full stop.
pub fn reason(decision: &GuardDecision) -> String {
    let Some(overridden) = decision.overridden else {
        return why(decision, decision.reason);
    };
    if let Some(unjudged) = &decision.unjudged {
        return format!("overridden; without that, nothing can be decided: {unjudged}");
    }
    let why = why(decision, overridden.reason);
    format!(
        "overridden; without that, the answer is {}: {why}",
        overridden.answer
    )
}

/// What a person can do where a request is denied.
pub fn way_out(decision: &GuardDecision) -> String {
    if decision.reason == GuardReason::UnknownTeam {
        return "correct the name of the team".to_owned();
    }
    let team = decision.team.as_ref().or(decision.unknown_team.as_ref());
    let team = team.map_or("TEAM".into(), |team| shell_words::quote(team));
    // A request without a number is as large as the hold.
    let TokenEstimate { tokens, source, .. } = decision.requested;
    let is_given = source == EstimateSource::Given && tokens > Tokens::ZERO;
    let tokens = prefixed(" --tokens ", is_given.then_some(tokens.0));
    format!(
        "to start it all the same: tokmon guard --team {team}{tokens} --override REASON --hold 2h"
    )
}

fn why(decision: &GuardDecision, reason: GuardReason) -> String {
    if reason == GuardReason::UnknownTeam {
        let team = decision.unknown_team.as_deref().unwrap_or_default();
        let team = short(team);
        let meant = decision.similar_team.as_ref();
        let meant = meant.map(|meant| format!("; did you mean \"{meant}\"?"));
        return format!(
            "neither the log nor the settings know a team \"{team}\" ([guard] unknown_team in tokmon.toml){}",
            meant.unwrap_or_default()
        );
    }
    if let Some(hold) = decision
        .under_hold
        .as_ref()
        .filter(|_| reason == GuardReason::UnderHold)
    {
        return under_hold(decision, hold);
    }
    let Some(cap) = decision.cap.as_ref() else {
        return NO_CAPS.to_owned();
    };
    let why = match reason {
        GuardReason::NoCaps | GuardReason::UnknownTeam | GuardReason::UnderHold => {
            NO_CAPS.to_owned()
        }
        GuardReason::WithinCaps | GuardReason::Override => {
            let within = within(decision, cap) + &of_team(decision, cap);
            let is_open = decision.model.is_none();
            let ladder = &decision.ladder;
            let is_limit = is_open && ladder.limited_by.is_some();
            let tier = ladder.admitted_tier.filter(|_| is_limit);
            return within + &estimated(cap) + &prefixed("; only ", tier.map(may_start));
        }
        GuardReason::Cap => refused(decision, cap),
        GuardReason::Level | GuardReason::MoneyLeft | GuardReason::NoCheaperModel => {
            by_ladder(decision, cap, reason)
        }
    };
    format!("{why}{}; {}", estimated(cap), resets(decision))
}

/// `; $0.152 of what is spent is estimated, for 6,100 tokens without a cost`.
fn estimated(check: &CapCheck) -> String {
    let estimated = check.estimated.map(|EstimatedUse { money, tokens }| {
        let tokens = counted(tokens.0, "token");
        format!("{money} of what is spent is estimated, for {tokens} without a cost")
    });
    prefixed("; ", estimated)
}

/// `the hold k3f9 reserves 6,000 tokens for it`.
fn under_hold(decision: &GuardDecision, hold: &GuardHold) -> String {
    let (id, tokens) = (&hold.id, counted(hold.tokens.0, "token"));
    if hold.overridden {
        return format!(
            "the hold {id}, which was granted by an override, reserves {tokens} for it"
        );
    }
    let model = decision.to.as_ref().map(|to| &to.model);
    let model = prefixed(" with ", model);
    format!("the hold {id} reserves {tokens} for it{model}")
}

/// `; 12,000 of 20,000 tokens of the allocation of QA`, where another cap decides.
fn of_team(decision: &GuardDecision, decided: &CapCheck) -> String {
    let is_of_team =
        |check: &&CapCheck| !check.is_of_money() && matches!(check.cap.scope, CapScope::Team(_));
    let mut caps = decision.caps.iter();
    let Some(check) = caps.find(is_of_team).filter(|check| *check != decided) else {
        return String::new();
    };
    let shown = Shown::of(check);
    let (limit, unit, of) = (shown.limit, shown.unit, &shown.name);
    let would_use = shown.amount(check.would_use());
    format!(", and {would_use} of {limit}{unit} of {of}")
}

/// `models up to the middle tier may start`.
fn may_start(tier: ModelTier) -> String {
    match tier {
        ModelTier::Bottom => "models of the bottom tier may start".to_owned(),
        tier => format!("models up to the {tier} tier may start"),
    }
}

/// `it resets on 2026-03-01`.
fn resets(decision: &GuardDecision) -> String {
    match decision.resets_at {
        Some(moment) => format!("it resets on {}", moment.format("%Y-%m-%d")),
        None => "it resets with `tokmon budget --reset`".to_owned(),
    }
}

/// `the token budget`, `the cost budget`, `the allocation of Team A`.
pub(super) fn name(check: &CapCheck) -> String {
    let span = check.cap.span.map(|span| span.into_str());
    let of_span = prefixed(" of the ", span);
    match (&check.cap.scope, check.is_of_money()) {
        (CapScope::Team(team), false) => format!("the allocation of {team}"),
        (CapScope::Team(team), true) => format!("the cost budget of {team}"),
        (CapScope::Total, false) => format!("the token budget{of_span}"),
        (CapScope::Total, true) => format!("the cost budget{of_span}"),
    }
}

/// A cap in words, and its amounts.
struct Shown<'c> {
    check: &'c CapCheck,
    name: String,
    limit: CapAmount,
    /// ` tokens` behind a number of them, nothing behind money.
    unit: &'static str,
    /// `used`, of money `spent`.
    used: &'static str,
    /// ` and reserved`, where anything is.
    and_reserved: &'static str,
}

impl<'c> Shown<'c> {
    fn of(check: &'c CapCheck) -> Self {
        let is_of_money = check.is_of_money();
        Self {
            check,
            name: name(check),
            limit: check.cap.amount(check.cap.limit),
            unit: if is_of_money { "" } else { " tokens" },
            used: if is_of_money { "spent" } else { "used" },
            and_reserved: if check.cap.reserved == 0 {
                ""
            } else {
                " and reserved"
            },
        }
    }

    fn amount(&self, amount: i128) -> CapAmount {
        self.check.cap.amount(amount)
    }
}

/// `6,000 tokens`, `about 5,000 tokens (the median of 12 rows of Team C)`.
fn requested(decision: &GuardDecision) -> String {
    let TokenEstimate {
        tokens,
        source,
        rows,
    } = decision.requested;
    let of = match source {
        EstimateSource::Given => return counted(tokens.0, "token"),
        EstimateSource::Settings => "[guard] estimate in tokmon.toml".to_owned(),
        EstimateSource::Hold => "what the hold reserves".to_owned(),
        EstimateSource::Default => {
            "the default of [guard] estimate: no row says what work uses".to_owned()
        }
        EstimateSource::TeamMedian | EstimateSource::LogMedian => {
            let of = match (source, &decision.team) {
                (EstimateSource::TeamMedian, Some(team)) => format!("of {team}"),
                _ => "of the log".to_owned(),
            };
            match rows.unwrap_or_default() {
                1 => format!("the only row {of}"),
                rows => format!("the median of {rows} rows {of}"),
            }
        }
    };
    format!("about {} ({of})", counted(tokens.0, "token"))
}

/// What the request costs, where a cap in money decides: ` for $0.150 with claude-opus-5`.
fn at_cost(decision: &GuardDecision, shown: &Shown<'_>) -> String {
    let is_of_money = shown.check.is_of_money();
    let Some(cost) = decision.cost.filter(|_| is_of_money) else {
        return String::new();
    };
    let model = decision.to.as_ref().map(|to| &to.model);
    let model = model.or(decision.model.as_ref().map(|model| &model.name));
    let model = model.map(|model| short(model));
    let by = match cost.source {
        PriceSource::Average => " at the average price of the month",
        PriceSource::Log => " at the price of the log",
        _ => "",
    };
    let requested = shown.amount(shown.check.requested);
    format!(" for {requested}{by}{}", prefixed(" with ", model))
}

/// `6,000 tokens fit: 138,670 of 200,000 tokens of the token budget would be used (69.3%)`.
fn within(decision: &GuardDecision, check: &CapCheck) -> String {
    let shown = Shown::of(check);
    let (limit, unit, of) = (shown.limit, shown.unit, &shown.name);
    let (used, and_reserved) = (shown.used, shown.and_reserved);
    let (would_use, share) = (shown.amount(check.would_use()), in_brackets(check.share()));
    let of_limit = format!("{would_use} of {limit}{unit} of {of}");
    if decision.requested.tokens == Tokens::ZERO {
        return format!("{of_limit} are {used}{and_reserved}{share}");
    }
    let requested = requested(decision) + &at_cost(decision, &shown);
    let fit = one_or_more(decision, "fits", "fit");
    format!("{requested} {fit}: {of_limit} would be {used}{and_reserved}{share}")
}

/// One form of a word for a single token, the other for more.
fn one_or_more<'w>(decision: &GuardDecision, one: &'w str, more: &'w str) -> &'w str {
    match decision.requested.tokens {
        Tokens(1) => one,
        _ => more,
    }
}

/// `6,000 tokens do not fit into the token budget: 198,000 used + 0 reserved + 6,000 requested = 204,000 of 200,000 tokens`.
fn refused(decision: &GuardDecision, check: &CapCheck) -> String {
    let shown = Shown::of(check);
    let (limit, unit, of, word) = (shown.limit, shown.unit, &shown.name, shown.used);
    let used = shown.amount(check.used);
    if decision.requested.tokens == Tokens::ZERO && check.is_used_up() {
        return format!("{of} is used up: {used} of {limit}{unit} {word}");
    }
    let requested = requested(decision);
    let cost = match decision.answer {
        // What does not fit is what was asked for; the model that does fit is named before.
        GuardAnswer::Downgrade => {
            let model = decision.model.as_ref();
            prefixed(" with ", model.map(|model| short(&model.name)))
        }
        _ => at_cost(decision, &shown),
    };
    let at_least = if check.is_open { "at least " } else { "" };
    let [reserved, wanted, would_use] =
        [check.cap.reserved, check.requested, check.would_use()].map(|of| shown.amount(of));
    let fit = one_or_more(decision, "does not fit", "do not fit");
    let advice = prefixed("; ", advice(decision, check));
    format!(
        "{requested}{cost} {fit} into {of}: {at_least}{used} {word} + {reserved} reserved + {wanted} requested = {would_use} of {limit}{unit}{advice}"
    )
}

/// What a caller can say to be judged by more than an estimate that is denied.
fn advice(decision: &GuardDecision, check: &CapCheck) -> Option<String> {
    let is_estimate = matches!(
        decision.requested.source,
        EstimateSource::TeamMedian | EstimateSource::LogMedian | EstimateSource::Default
    );
    let is_average = check.is_of_money()
        && decision
            .cost
            .is_some_and(|cost| cost.source == PriceSource::Average);
    let options = [
        is_estimate.then_some("--tokens or [guard] estimate"),
        is_average.then_some("--model"),
    ];
    let options: Vec<&str> = options.into_iter().flatten().collect();
    let is_denied = decision.answer == GuardAnswer::Deny;
    (is_denied && !options.is_empty())
        .then(|| format!("give {} if that is too much", options.join(" or ")))
}

/// What the ladder lets start.
fn by_ladder(decision: &GuardDecision, check: &CapCheck, reason: GuardReason) -> String {
    let ladder = &decision.ladder;
    let limited_by = match reason {
        GuardReason::NoCheaperModel => ladder.limited_by.unwrap_or(GuardReason::Level),
        reason => reason,
    };
    let is_by_money = limited_by == GuardReason::MoneyLeft;
    let (why, setting) = if is_by_money {
        (money_left(decision, check), "[guard.money]")
    } else {
        (level(check), "[guard.levels]")
    };
    let model = decision.model.as_ref();
    let model = model.map_or("this one".into(), |model| short(&model.name));
    let Some(tier) = ladder.admitted_tier else {
        return format!("{why}, so no work may start ({setting} in tokmon.toml can change that)");
    };
    // With too little money for a top model, one of the middle tier may start.
    let only = (!is_by_money).then(|| may_start(tier));
    let only = prefixed(", so only ", only);
    if reason == GuardReason::NoCheaperModel {
        return format!(
            "{why}{only}, and no model is known that is cheaper than {model} (name one under [guard.tiers] in tokmon.toml)"
        );
    }
    if is_by_money {
        why
    } else {
        format!("{why}{only}, not {model}")
    }
}

/// `$0.950 of $20.00 remains of the cost budget, less than the $1.000 that a top model needs`.
fn money_left(decision: &GuardDecision, check: &CapCheck) -> String {
    let shown = Shown::of(check);
    let (left, limit, of) = (shown.amount(check.cap.left()), shown.limit, &shown.name);
    let model = decision.model.as_ref();
    let tier = model.map_or(ModelTier::Top, |model| model.tier);
    let needed = decision.ladder.needed.map(|needed| {
        let work = match decision.ladder.admitted_tier {
            None => "any work".to_owned(),
            Some(_) => format!("a {tier} model"),
        };
        format!("{needed} that {work} needs")
    });
    let needed = prefixed(", less than the ", needed);
    format!("{left} of {limit} remains of {of}{needed}")
}

/// `the level of the token budget is critical (91,000 of 100,000 tokens used)`.
fn level(check: &CapCheck) -> String {
    let shown = Shown::of(check);
    let (committed, limit, of) = (shown.amount(check.committed()), shown.limit, &shown.name);
    let (unit, used, and_reserved) = (shown.unit, shown.used, shown.and_reserved);
    let figures = format!("{committed} of {limit}{unit} {used}{and_reserved}");
    match check.committed().cmp(&check.cap.limit) {
        Ordering::Less => format!("the level of {of} is {} ({figures})", check.level),
        Ordering::Equal => format!("{of} is used up ({figures})"),
        Ordering::Greater => format!("{of} is exceeded ({figures})"),
    }
}

/// A name that a caller gave, as much of it as a message has room for.
pub(super) fn short(name: &str) -> Cow<'_, str> {
    cut(name, 64, "…")
}
