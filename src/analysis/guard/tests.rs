//! The truth table: level, remaining money, model, cap of the team and holds against the answer, each threshold at its edge and one
//! token either side.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::{
    analysis::{Cap, CapScope, CapSource},
    model::{Currency, GuardPolicy, Money, Policy, Thresholds},
};

const TOP: &str = "claude-opus-4-5";
const MIDDLE: &str = "claude-sonnet-4-5";
const BOTTOM: &str = "claude-haiku-4-5";

fn cap(
    scope: CapScope,
    currency: Option<Currency>,
    [limit, used, reserved]: [i128; 3],
) -> CapCheck {
    let cap = Cap {
        scope,
        span: None,
        currency,
        limit,
        used: Some(used),
        problem: None,
        complete: true,
        reserved,
        source: CapSource::TeamSettings,
        place: None,
        resets_at: None,
    };
    CapCheck::of(cap, &Thresholds::default()).unwrap()
}

fn total(limit: i64, used: i64, reserved: i64) -> CapCheck {
    cap(
        CapScope::Total,
        None,
        [limit, used, reserved].map(Into::into),
    )
}

fn of_team(limit: i64, used: i64, reserved: i64) -> CapCheck {
    let scope = CapScope::Team("QA".to_owned());
    cap(scope, None, [limit, used, reserved].map(Into::into))
}

/// In nanos of a dollar.
fn cost(limit: i128, used: i128, reserved: i128) -> CapCheck {
    cap(
        CapScope::Total,
        Some(Currency::USD),
        [limit, used, reserved],
    )
}

fn ask(caps: Vec<CapCheck>, model: Option<&str>, tokens: u64) -> GuardDecision {
    let standing = Standing {
        caps,
        ..Standing::default()
    };
    let request = GuardRequest {
        tokens: Some(Tokens(tokens)),
        model: model.map(str::to_owned),
        ..GuardRequest::default()
    };
    decide(&standing, &Policy::default(), &request).unwrap()
}

/// `allow`, `bottom (level)`, `deny (cap)`.
fn brief(decision: &GuardDecision) -> String {
    let answer = match &decision.to {
        Some(to) => to.tier.to_string(),
        None => decision.answer.to_string(),
    };
    match decision.reason {
        GuardReason::WithinCaps => answer,
        reason => format!("{answer} ({reason})"),
    }
}

/// The answers without a model, and for each tier.
fn answers(caps: &[CapCheck], tokens: u64) -> String {
    let models = [None, Some(TOP), Some(MIDDLE), Some(BOTTOM)];
    let answers = models.map(|model| brief(&ask(caps.to_vec(), model, tokens)));
    answers.map(|answer| format!("{answer:<20}")).join(" ")
}

#[test]
fn each_level_lets_models_up_to_a_tier_start_exactly_from_its_threshold_on() {
    let mut table = String::from(
        "used        none                 top                  middle               bottom\n",
    );
    for edge in [150_000, 160_000, 180_000, 200_000] {
        for used in [edge - 1, edge, edge + 1] {
            let row = answers(&[total(200_000, used, 0)], 0);
            let _ = writeln!(table, "{used:<11} {}", row.trim_end());
        }
    }
    assert_snapshot!(table);
}

#[test]
fn what_is_reserved_counts_as_used_for_the_ladder_and_the_caps() {
    let mut table = String::from(
        "used+reserved    none                 top                  middle               bottom\n",
    );
    for edge in [160_000, 180_000, 200_000] {
        for committed in [edge - 1, edge, edge + 1] {
            let row = answers(&[total(200_000, 100_000, committed - 100_000)], 0);
            let _ = writeln!(table, "{committed:<16} {}", row.trim_end());
        }
    }
    assert_snapshot!(table);
}

#[test]
fn money_that_remains_lets_models_up_to_a_tier_start_exactly_at_each_amount() {
    // At these amounts a large budget is critical: the level is left out of it.
    let mut table = String::from(
        "remains in nanos  none                 top                  middle               bottom\n",
    );
    for edge in [1_000_000_000, 200_000_000, 100_000_000] {
        for remains in [edge + 1, edge, edge - 1] {
            let mut cap = cost(50_000_000_000, 50_000_000_000 - remains, 0);
            cap.level = crate::model::Level::Ok;
            let row = answers(&[cap], 0);
            let _ = writeln!(table, "{remains:<17} {}", row.trim_end());
        }
    }
    assert_snapshot!(table);
}

#[test]
fn caps_admit_up_to_the_limit_exactly() {
    let mut table = String::from(
        "caps                                 none                 top                  middle               bottom\n",
    );
    let mut row = |name: &str, caps: &[CapCheck], tokens: u64| {
        let _ = writeln!(table, "{name:<36} {}", answers(caps, tokens).trim_end());
    };
    for tokens in [99_999, 100_000, 100_001] {
        let name = format!("total 100,000 left, {tokens}");
        row(&name, &[total(200_000, 100_000, 0)], tokens);
    }
    for tokens in [9_999, 10_000, 10_001] {
        let name = format!("team 10,000 left of 20,000, {tokens}");
        let caps = [total(200_000, 100_000, 0), of_team(20_000, 10_000, 0)];
        row(&name, &caps, tokens);
    }
    for tokens in [3_999, 4_000, 4_001] {
        let name = format!("team 6,000 reserved, {tokens}");
        let caps = [
            total(200_000, 100_000, 6_000),
            of_team(20_000, 4_000, 12_000),
        ];
        row(&name, &caps, tokens);
    }
    row("total of nothing, 0", &[total(0, 0, 0)], 0);
    row("total of nothing, 1", &[total(0, 0, 0)], 1);
    row("no caps, a billion", &[], 1_000_000_000);
    assert_snapshot!(table);
}

/// A cost budget of $20 of which $4 is spent: $16 remains. A million tokens cost $25 with a top model, $15 with a middle one and $5 with a
/// bottom one.
#[test]
fn a_cost_budget_admits_a_cheaper_model_where_the_one_that_is_asked_for_does_not_fit() {
    let mut table = String::from(
        "tokens       none                 top                  middle               bottom\n",
    );
    let caps = [cost(20_000_000_000, 4_000_000_000, 0)];
    for edge in [640_000, 1_066_666, 3_200_000] {
        for tokens in [edge - 1, edge, edge + 1] {
            let _ = writeln!(table, "{tokens:<12} {}", answers(&caps, tokens).trim_end());
        }
    }
    assert_snapshot!(table);
}

#[test]
fn the_strictest_cap_answers() {
    let decision = ask(
        vec![
            total(200_000, 20_000, 0),
            cost(20_000_000_000, 16_500_000_000, 0),
            of_team(10_000, 9_200, 0),
        ],
        Some(TOP),
        100,
    );
    assert_eq!(brief(&decision), "bottom (level)");
    let cap = decision.cap.unwrap();
    assert_eq!(cap.cap.scope, CapScope::Team("QA".to_owned()));
    assert_eq!(cap.would_use(), 9_300);
    assert_eq!(decision.caps.len(), 3);
    // Of two caps that refuse, the one that would be exceeded the most.
    let decision = ask(
        vec![total(200_000, 100_000, 0), of_team(10_000, 0, 0)],
        None,
        150_000,
    );
    assert_eq!(
        decision.cap.unwrap().cap.scope,
        CapScope::Team("QA".to_owned())
    );
}

#[test]
fn a_model_gives_way_to_one_of_its_provider_and_generation() {
    let at = |share: i64, model: &str| {
        let decision = ask(vec![total(100, share, 0)], Some(model), 0);
        let to = decision.to.clone().map(|to| to.model);
        to.unwrap_or_else(|| brief(&decision))
    };
    let mut table = String::new();
    for model in [
        "claude-opus-5-5",
        "claude-opus-4-5-20251101",
        "claude-opus-5",
        "claude-fable-5",
        "claude-sonnet-4-5",
        "anthropic/claude-opus-5-5",
        "us.anthropic.claude-opus-4-5-20251101-v1:0",
        "claude-opus-4-5@20251101",
        "claude-opus-4-5[1m]",
        "Claude-Opus-4-5",
        "opus",
        "sonnet",
        "haiku",
        "gpt-6.2-sol",
        "gpt-6.1-terra",
        "gpt-5",
        "o3-pro",
        "gemini-2.5-pro",
        "gemini-2.5-flash",
        "gemini-4-argon",
        "llama-4",
        "",
        "한글",
    ] {
        let _ = writeln!(table, "{model:<44} {:<28} {}", at(80, model), at(90, model));
    }
    assert_snapshot!(table);
}

#[test]
fn the_settings_name_tiers_and_what_takes_their_place() {
    let policy = Policy {
        guard: GuardPolicy {
            tiers: [
                (ModelTier::Top, vec!["llama-405b".to_owned()]),
                (ModelTier::Middle, vec!["claude-sonnet-4-5".to_owned()]),
                (
                    ModelTier::Bottom,
                    vec!["llama-8b".to_owned(), "phi".to_owned()],
                ),
            ]
            .into(),
            ..GuardPolicy::default()
        },
        ..Policy::default()
    };
    let ask = |used: i64, model: &str| {
        let standing = Standing {
            caps: vec![total(100, used, 0)],
            ..Standing::default()
        };
        let request = GuardRequest {
            tokens: Some(Tokens(0)),
            model: Some(model.to_owned()),
            ..GuardRequest::default()
        };
        let decision = decide(&standing, &policy, &request).unwrap();
        let to = decision.to.map(|to| to.model);
        to.unwrap_or(decision.reason.to_string())
    };
    assert_eq!(
        ask(80, "Llama-405B"),
        "llama-8b",
        "no middle one is like it"
    );
    assert_eq!(ask(90, "llama-8b"), "within_caps");
    assert_eq!(ask(80, "claude-opus-5"), "claude-sonnet-4-5");
    assert_eq!(ask(90, "meta/llama-8b"), "within_caps");
    assert_eq!(
        ask(80, "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        "within_caps"
    );
    assert_eq!(ask(90, "claude-opus-5"), "claude-haiku-5");
    assert_eq!(ask(90, "unheard-of"), "llama-8b", "of the default tier");
}

#[test]
fn work_that_runs_is_denied_only_where_nothing_is_left() {
    let ask = |caps: Vec<CapCheck>, model: Option<&str>| {
        let standing = Standing {
            caps,
            ..Standing::default()
        };
        let request = GuardRequest {
            model: model.map(str::to_owned),
            kind: RequestKind::Continue,
            ..GuardRequest::default()
        };
        brief(&decide(&standing, &Policy::default(), &request).unwrap())
    };
    assert_eq!(
        ask(vec![total(100, 99, 50)], None),
        "allow",
        "its own hold is no obstacle"
    );
    assert_eq!(ask(vec![total(100, 100, 0)], None), "deny (cap)");
    assert_eq!(ask(vec![total(0, 0, 0)], None), "deny (cap)");
    assert_eq!(ask(vec![total(100, 85, 0)], Some(TOP)), "middle (level)");
    assert_eq!(ask(vec![total(100, 99, 50)], Some(TOP)), "bottom (level)");
    assert_eq!(ask(vec![total(100, 100, 0)], Some(TOP)), "deny (cap)");
    assert_eq!(ask(vec![], Some(TOP)), "allow (no_caps)");
    assert_eq!(ask(vec![total(100, 90, 0)], Some("llama-4")), "allow");
}

#[test]
fn an_override_allows_and_keeps_what_the_answer_would_have_been() {
    let decision = ask(vec![total(100, 100, 0)], None, 1).overridden(
        &Standing::default(),
        &Policy::default(),
        &GuardRequest::default(),
    );
    assert_eq!(brief(&decision), "allow (override)");
    assert_eq!(
        decision.overridden.map(|of| (of.answer, of.reason)),
        Some((GuardAnswer::Deny, GuardReason::Level))
    );
}

#[test]
fn a_cap_that_cannot_be_judged_fails_unless_another_one_denies() {
    let ask = |used| {
        let standing = Standing {
            caps: vec![total(100, used, 0)],
            unjudged: Some(Box::new(Unjudged {
                message: "no price".to_owned(),
                help: String::new(),
            })),
            ..Standing::default()
        };
        let request = GuardRequest {
            tokens: Some(Tokens(10)),
            ..GuardRequest::default()
        };
        decide(&standing, &Policy::default(), &request).map(|decision| decision.answer)
    };
    assert!(ask(10).is_err());
    assert_eq!(ask(91), Ok(GuardAnswer::Deny));
}

fn caps() -> impl Strategy<Value = Vec<CapCheck>> {
    let one = (0..3_u8, 0..2_000_i64, 0..2_500_i64, 0..500_i64);
    let one = one.prop_map(|(kind, limit, used, reserved)| match kind {
        0 => total(limit, used, reserved),
        1 => of_team(limit, used, reserved),
        _ => {
            let nanos = |cents: i64| i128::from(cents) * 10_000_000;
            cost(nanos(limit), nanos(used), nanos(reserved))
        }
    });
    prop::collection::vec(one, 0..4)
}

fn model() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some(TOP),
        Some(MIDDLE),
        Some(BOTTOM),
        Some("llama-4"),
    ])
}

proptest! {
    /// What is admitted fits every cap, with a model that may start and is no more expensive.
    #[test]
    fn nothing_is_admitted_beyond_a_cap(caps in caps(), model in model(), tokens in 0..3_000_u64) {
        let decision = ask(caps, model, tokens);
        if decision.is_admitted() {
            for cap in &decision.caps {
                prop_assert!(cap.would_use() <= cap.cap.limit, "{:?}", cap);
            }
            prop_assert!(decision.ladder.admitted_tier.is_some());
        } else {
            prop_assert!(decision.cap.is_some());
            prop_assert!(decision.to.is_none());
        }
        if let (Some(to), Some(asked)) = (&decision.to, &decision.model) {
            prop_assert!(to.tier < asked.tier && Some(to.tier) <= decision.ladder.admitted_tier);
        }
    }

    /// More usage, another cap or a larger request never makes the answer milder.
    #[test]
    fn less_room_is_never_answered_more_mildly(caps in caps(), more in caps(), model in model(), tokens in 0..3_000_u64, further in 0..3_000_u64) {
        let rank = |decision: &GuardDecision| (decision.answer, std::cmp::Reverse(decision.to.as_ref().map(|to| to.tier)));
        let before = ask(caps.clone(), model, tokens);
        let larger = ask(caps.clone(), model, tokens + further);
        prop_assert!(larger.answer >= before.answer, "{:?} {:?}", rank(&before), rank(&larger));
        let both = ask(caps.into_iter().chain(more).collect(), model, tokens);
        prop_assert!(both.answer >= before.answer, "{:?} {:?}", rank(&before), rank(&both));
    }
}

/// The combinations of level, money, model, cap of the team and hold, against the answer.
#[test]
fn every_combination_is_answered_by_its_strictest_part() {
    let mut table = String::from(
        "level    money  team  held   none                 top                  middle               bottom\n",
    );
    for (level, used) in [
        ("ok", 10),
        ("note", 75),
        ("warning", 80),
        ("critical", 90),
        ("exceeded", 100),
    ] {
        for (money, remains) in [("1.00", 1_000), ("0.99", 990), ("0.19", 190), ("0.09", 90)] {
            for (team, limit) in [("fits", 11), ("full", 10)] {
                for (held, reserved) in [("0", 0), ("49", 49), ("50", 50)] {
                    let mut money_cap =
                        cost(50_000_000_000, 50_000_000_000 - remains * 1_000_000, 0);
                    money_cap.level = crate::model::Level::Ok;
                    let caps = [
                        total(1_000, used * 10, 0),
                        money_cap,
                        of_team(limit * 100, 1_000, reserved),
                    ];
                    // Thresholds of the team are judged elsewhere.
                    let mut caps = caps.to_vec();
                    caps[2].level = crate::model::Level::Ok;
                    let row = answers(&caps, 51);
                    let _ = writeln!(
                        table,
                        "{level:<8} {money:<6} {team:<5} {held:<6} {}",
                        row.trim_end()
                    );
                }
            }
        }
    }
    assert_snapshot!(table);
}

/// What remains of a budget of 1,000 without the hold of 50, which is asked for 50 and for one more.
#[test]
fn work_under_a_hold_is_judged_by_what_the_hold_reserves() {
    let mut table = String::from(
        "level    hold      tokens none                 top                  middle               bottom\n",
    );
    for (level, used) in [
        ("ok", 10),
        ("warning", 80),
        ("critical", 95),
        ("exceeded", 100),
    ] {
        for (name, model, overridden) in [
            ("any", None, false),
            ("middle", Some(MIDDLE), false),
            ("bottom", Some(BOTTOM), false),
            ("override", Some(BOTTOM), true),
        ] {
            for (tokens, kind) in [
                ("50", RequestKind::Start),
                ("51", RequestKind::Start),
                ("step", RequestKind::Continue),
            ] {
                let standing = Standing {
                    caps: vec![total(1_000, used * 10, 0)],
                    hold: Some(hold(model, overridden, None)),
                    ..Standing::default()
                };
                let row = under_hold(&standing, tokens.parse().ok(), kind);
                let row = row.trim_end();
                let _ = writeln!(table, "{level:<8} {name:<9} {tokens:<6} {row}");
            }
        }
    }
    assert_snapshot!(table);
}

fn hold(model: Option<&str>, overridden: bool, cost: Option<i128>) -> GuardHold {
    let money = |nanos| Money {
        nanos,
        currency: Currency::USD,
    };
    GuardHold {
        id: "h".to_owned(),
        tokens: Tokens(50),
        cost: cost.map(money),
        model: model.map(str::to_owned),
        overridden,
    }
}

/// The answers under a hold without a model, and for each tier.
fn under_hold(standing: &Standing, tokens: Option<u64>, kind: RequestKind) -> String {
    let models = [None, Some(TOP), Some(MIDDLE), Some(BOTTOM)];
    let answers = models.map(|model| {
        let request = GuardRequest {
            tokens: tokens.map(Tokens),
            model: model.map(str::to_owned),
            kind,
            ..GuardRequest::default()
        };
        brief(&decide(standing, &Policy::default(), &request).unwrap())
    });
    answers.map(|answer| format!("{answer:<20}")).join(" ")
}

/// 50 tokens cost 250,000 nanos with the bottom model, 750,000 with the middle one and 1,250,000 with the top one.
#[test]
fn a_hold_without_a_model_admits_a_model_that_costs_no_more_than_is_reserved() {
    let mut table = String::from(
        "reserved  none                 top                  middle               bottom\n",
    );
    for reserved in [249_999, 250_000, 749_999, 750_000, 1_249_999, 1_250_000] {
        let standing = Standing {
            // Nothing fits beside the hold.
            caps: vec![cost(50_000_000_000, 50_000_000_000, 0)],
            hold: Some(hold(None, false, Some(reserved))),
            ..Standing::default()
        };
        let mut standing = standing;
        standing.caps[0].level = crate::model::Level::Ok;
        standing.caps[0].cap.limit += 1_000_000_000;
        let row = under_hold(&standing, Some(50), RequestKind::Start);
        let _ = writeln!(table, "{reserved:<9} {}", row.trim_end());
    }
    assert_snapshot!(table);
}

#[test]
fn a_hold_with_a_model_admits_by_price_and_not_by_tier() {
    let ask = |own: &str, asked: &str| {
        let standing = Standing {
            caps: vec![total(100, 10, 0)],
            hold: Some(hold(Some(own), false, None)),
            ..Standing::default()
        };
        let request = GuardRequest {
            tokens: Some(Tokens(50)),
            model: Some(asked.to_owned()),
            ..GuardRequest::default()
        };
        let decision = decide(&standing, &Policy::default(), &request).unwrap();
        assert_eq!(decision.reason, GuardReason::UnderHold);
        decision.to.map_or("allow".to_owned(), |to| to.model)
    };
    assert_eq!(
        ask("claude-haiku-5-5", "claude-haiku-4-5"),
        "claude-haiku-5-5"
    );
    assert_eq!(ask("claude-haiku-4-5", "claude-haiku-5-5"), "allow");
    assert_eq!(ask("claude-sonnet-5", "gpt-5-mini"), "allow");
    // Without a price of both, by tier.
    assert_eq!(ask("claude-sonnet-5", "llama-4"), "claude-sonnet-5");
    assert_eq!(ask("llama-4", "claude-opus-5"), "allow");
}

/// Whatever is asked for, the tier that may start is the same.
#[test]
fn the_admitted_tier_is_that_of_the_budget_and_not_of_the_request() {
    for (cents, expected) in [
        (100, Some(ModelTier::Top)),
        (99, Some(ModelTier::Middle)),
        (20, Some(ModelTier::Middle)),
        (19, Some(ModelTier::Bottom)),
        (10, Some(ModelTier::Bottom)),
        (9, None),
    ] {
        let mut cap = cost(50_000_000_000, 50_000_000_000 - cents * 10_000_000, 0);
        cap.level = crate::model::Level::Ok;
        for model in [None, Some(TOP), Some(MIDDLE), Some(BOTTOM)] {
            let decision = ask(vec![cap.clone()], model, 0);
            assert_eq!(decision.ladder.admitted_tier, expected, "{cents} {model:?}");
            let by = (expected < Some(ModelTier::Top)).then_some(GuardReason::MoneyLeft);
            assert_eq!(decision.ladder.limited_by, by, "{cents} {model:?}");
        }
    }
}

/// Under a hold it is at least that of the hold's model.
#[test]
fn the_admitted_tier_under_a_hold_is_that_of_the_hold_and_not_of_the_request() {
    for (own, is_overridden, expected) in [
        (Some(TOP), false, Some(ModelTier::Top)),
        (Some(MIDDLE), false, Some(ModelTier::Middle)),
        (Some(BOTTOM), false, Some(ModelTier::Bottom)),
        (Some(BOTTOM), true, Some(ModelTier::Top)),
        (None, false, Some(ModelTier::Bottom)),
        (None, true, Some(ModelTier::Top)),
    ] {
        let standing = Standing {
            caps: vec![total(100, 90, 0)],
            hold: Some(hold(own, is_overridden, None)),
            ..Standing::default()
        };
        for model in [None, Some(TOP), Some(MIDDLE), Some(BOTTOM)] {
            let request = GuardRequest {
                tokens: Some(Tokens(5)),
                model: model.map(str::to_owned),
                ..GuardRequest::default()
            };
            let decision = decide(&standing, &Policy::default(), &request).unwrap();
            assert_eq!(decision.ladder.admitted_tier, expected, "{own:?} {model:?}");
        }
    }
}

#[test]
fn a_minimum_of_money_above_the_limit_itself_does_not_apply() {
    let ask = |cents: i128, spent: i128| {
        let mut cap = cost(cents * 10_000_000, spent * 10_000_000, 0);
        cap.level = crate::model::Level::Ok;
        let models = [TOP, MIDDLE, BOTTOM];
        models
            .map(|model| brief(&ask(vec![cap.clone()], Some(model), 0)))
            .join(" ")
    };
    assert_eq!(ask(9, 0), "allow allow allow");
    assert_eq!(ask(10, 0), "allow allow allow");
    assert_eq!(
        ask(10, 1),
        "deny (money_left) deny (money_left) deny (money_left)"
    );
    assert_eq!(ask(99, 1), "allow allow allow");
    assert_eq!(ask(100, 0), "allow allow allow");
    assert_eq!(ask(100, 1), "bottom (money_left) allow allow");
}
