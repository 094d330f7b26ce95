//! The laws of the forecast: against reference values made by another implementation, and as properties of any series.

#![expect(
    clippy::disallowed_methods,
    reason = "a test that cannot read its reference has failed"
)]

use super::{
    Estimate, HurdleGamma, Remaining,
    number::units_as_float,
    rate::{Horizon, Rate, Window},
    work::{Calibration, FinishedWork, OpenWork},
};
use chrono::Weekday;
use proptest::prelude::*;
use serde_json::Value;

use crate::model::{ForecastPolicy, Level, Units};

fn reference() -> Value {
    let text = std::fs::read_to_string("fixtures/forecast-reference.json").unwrap();
    serde_json::from_str(&text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let array = value.as_array().unwrap();
    array
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

fn assert_near(found: f64, wanted: f64, most: f64, what: &str) {
    assert!(
        (found - wanted).abs() <= most,
        "{what}: {found}, not {wanted}"
    );
}

/// The reference keeps probabilities as they were shown once, `0.03 + 0.97 P`, except for what has come to pass.
fn reference_probability(shown: f64) -> f64 {
    (shown - 0.03) / 0.97
}

/// Some days, the first of which is this weekday, Monday being 0.
fn days(first: usize, count: usize) -> Horizon {
    (first..first + count).fold(Horizon::default(), |horizon, day| {
        horizon.and(weekday(day), 1.0)
    })
}

fn weekday(day: usize) -> Weekday {
    Weekday::try_from(u8::try_from(day % 7).unwrap()).unwrap()
}

#[test]
fn every_series_of_the_reference_has_its_quantiles_and_probabilities() {
    let reference = reference();
    let levels = numbers(&reference["quantile_levels"]);
    let mut forecasts = 0;
    for case in reference["cases"].as_array().unwrap() {
        let (history, month) = (numbers(&case["history"]), numbers(&case["month"]));
        let first = usize::try_from(case["dow_month_start"].as_u64().unwrap()).unwrap();
        for (day, expected) in case["expected"].as_object().unwrap() {
            let what = format!("{} on day {day}", case["id"]);
            let day: usize = day.parse().unwrap();
            let spent: f64 = month[..day].iter().sum();
            let seen: Vec<f64> = history.iter().chain(&month[..day]).copied().collect();
            let window = Window::new(seen.len(), weekday(first + 700 - history.len()));
            let rate = Rate::from_days(&seen, &window).unwrap();
            let law = rate.remainder(days(first + day, month.len() - day));
            for (p, wanted) in levels.iter().zip(numbers(&expected["q"])) {
                let found = spent + law.quantile(*p);
                assert_near(
                    found,
                    wanted,
                    (wanted * 1e-6).max(0.001),
                    &format!("{what}, q({p})"),
                );
            }
            let budgets = numbers(&case["budgets"]);
            for (budget, wanted) in budgets.iter().zip(numbers(&expected["p_exceed"])) {
                let found = if spent >= *budget {
                    1.0
                } else {
                    law.exceeds(budget - spent)
                };
                let wanted = reference_probability(wanted);
                assert_near(found, wanted, 1e-5, &format!("{what}, P(> {budget})"));
            }
            forecasts += 1;
        }
    }
    assert_eq!(forecasts, 40);
}

#[test]
fn both_plans_of_the_reference_have_their_quantiles_and_probability() {
    let reference = reference();
    let checks = reference["plan_check"].as_array().unwrap();
    for check in checks {
        let finished: Vec<FinishedWork> = check["finished"]
            .as_array()
            .unwrap()
            .iter()
            .map(|phase| (phase[0].as_f64().unwrap(), phase[1].as_f64().unwrap()))
            .collect();
        let pending = numbers(&check["pending"]).into_iter();
        let open: Vec<OpenWork> = pending
            .map(|estimate| OpenWork {
                estimate,
                spent: None,
            })
            .collect();
        let law = Calibration::learn(&finished, &open)
            .unwrap()
            .remainder(&open);
        let spent = check["spent"].as_f64().unwrap();
        for (p, wanted) in [0.1, 0.5, 0.9]
            .into_iter()
            .zip(numbers(&check["q10_50_90"]))
        {
            assert_near(
                spent + law.quantile(p),
                wanted,
                wanted * 1e-6,
                &format!("q({p})"),
            );
        }
        let wanted = check["p_exceed_200000"].as_f64().unwrap();
        assert_near(
            law.exceeds(200_000.0 - spent),
            reference_probability(wanted),
            1e-5,
            "P(> 200,000)",
        );
    }
    assert_eq!(checks.len(), 2);
}

#[test]
fn nothing_is_said_of_days_without_spending() {
    for count in [0, 1, 30, 91, 400] {
        let window = Window::new(count, Weekday::Mon);
        assert_eq!(
            Rate::from_days(&vec![0.0; count], &window),
            None,
            "{count} days"
        );
    }
    assert_eq!(Calibration::learn(&[], &[]), None);
    let nothing = OpenWork {
        estimate: 0.0,
        spent: None,
    };
    assert_eq!(Calibration::learn(&[], &[nothing]), None);
}

#[test]
fn only_the_last_91_days_count() {
    let recent: Vec<f64> = (0..91_u32)
        .map(|day| f64::from(day * 7919 % 5_000))
        .collect();
    let longer: Vec<f64> = std::iter::repeat_n(1e6, 21).chain(recent.clone()).collect();
    let of = |days: &[f64]| Rate::from_days(days, &Window::new(days.len(), Weekday::Tue)).unwrap();
    assert_eq!(of(&recent), of(&longer), "21 days are whole weeks");
}

#[test]
fn an_active_phase_keeps_some_of_its_estimate_however_much_is_spent() {
    let phase = |spent| OpenWork {
        estimate: 10_000.0,
        spent: Some(spent),
    };
    let calibration = Calibration::learn(&[], &[phase(0.0)]).unwrap();
    for (spent, left) in [(0.0, 1e4), (4e3, 6e3), (9e3, 1_500.0), (5e4, 1_500.0)] {
        assert_near(
            calibration.expected(&phase(spent)),
            left,
            1e-9,
            &format!("{spent} spent"),
        );
    }
}

/// Daily tokens of every kind: all alike, mostly none, a single day, up to a thousand million million.
fn series() -> impl Strategy<Value = Vec<f64>> {
    let tokens = |most: f64| prop_oneof![3 => Just(0.0), 7 => (0.0..most).prop_map(f64::round)];
    prop_oneof![
        (1.0..1e15_f64, 1..120_usize).prop_map(|(tokens, days)| vec![tokens.round(); days]),
        (1.0..1e15_f64, 0..60_usize, 0..60_usize).prop_map(|(tokens, before, after)| {
            let mut days = vec![0.0; before + after + 1];
            days[before] = tokens;
            days
        }),
        prop::collection::vec(tokens(20_000.0), 1..120),
        prop::collection::vec(tokens(1e15), 1..120),
        prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), Just(1e15)], 1..120),
    ]
}

fn horizon() -> impl Strategy<Value = Horizon> {
    (0..24_u8, 0..10_u8, 1e-4..1.0_f64).prop_map(|(weekdays, weekend_days, today)| Horizon {
        weekdays: f64::from(weekdays) + today,
        weekend_days: f64::from(weekend_days),
    })
}

fn law_of(series: &[f64], first: u8, horizon: Horizon) -> Option<HurdleGamma> {
    let window = Window::new(series.len(), Weekday::try_from(first).unwrap());
    Some(Rate::from_days(series, &window)?.remainder(horizon))
}

/// The law by the rate, by a plan, or by both.
fn laws() -> impl Strategy<Value = Remaining> {
    let phase = (0.0..1e15_f64, prop::option::of(0.0..1e15_f64))
        .prop_map(|(estimate, spent)| OpenWork { estimate, spent });
    let finished = (1.0..1e15_f64, 0.0..1e15_f64);
    let rate = (series(), 0..7_u8, horizon());
    let plan = (
        prop::collection::vec(finished, 0..8),
        prop::collection::vec(phase, 1..8),
    );
    (prop::option::of(rate), prop::option::of(plan)).prop_filter_map("neither", |(rate, plan)| {
        let rate = rate.and_then(|(series, first, horizon)| law_of(&series, first, horizon));
        let plan = plan.and_then(|(finished, open)| {
            Some(Calibration::learn(&finished, &open)?.remainder(&open))
        });
        Remaining::new(rate, plan)
    })
}

proptest! {
    #[test]
    fn quantiles_rise_from_nothing_and_are_numbers(law in laws(), mut p in prop::collection::vec(0.0..=1.0_f64, 2..6)) {
        p.extend([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]);
        p.sort_by(f64::total_cmp);
        let quantiles: Vec<f64> = p.iter().map(|p| law.quantile(*p)).collect();
        for (index, quantile) in quantiles.iter().enumerate() {
            prop_assert!(quantile.is_finite() && *quantile >= 0.0, "{quantile} at {}", p[index]);
        }
        for pair in quantiles.windows(2) {
            // Of two laws a quantile is found to a thousandth of a token, or to the last digits there are.
            let least = pair[0] * (1.0 - 1e-9) - 0.002;
            prop_assert!(pair[1] >= least, "{p:?}: {quantiles:?}");
        }
    }

    #[test]
    fn the_probability_falls_as_the_budget_rises(law in laws(), mut budgets in prop::collection::vec(0.0..2e15_f64, 2..8)) {
        budgets.sort_by(f64::total_cmp);
        let chances: Vec<f64> = budgets.iter().map(|budget| law.exceeds(*budget)).collect();
        prop_assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)), "{chances:?}");
        // Far out in the tail only the rounding of the last digit is left.
        prop_assert!(chances.is_sorted_by(|one, two| *one >= two - 1e-14), "{budgets:?}: {chances:?}");
    }

    #[test]
    fn a_quantile_is_exceeded_with_the_rest_of_its_probability(law in laws(), p in 0.001..0.999_f64) {
        for p in [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, p] {
            let quantile = law.quantile(p);
            if quantile > 0.0 {
                let chance = law.exceeds(quantile);
                prop_assert!((chance - (1.0 - p)).abs() < 1e-9, "q({p}) = {quantile}, exceeded with {chance}");
            }
        }
    }

    #[test]
    fn the_likely_figure_and_the_chance_are_on_the_same_side_of_the_budget(law in laws(), spent in 0..1_000_000_i128, off in 0..1_000_i128) {
        let estimate = |budget| Estimate::new(&law, Units(spent), Some(budget), ForecastPolicy::default());
        let likely = estimate(Units(spent)).quantiles.p50.unwrap();
        for budget in [likely.0, likely.0 + 1, likely.0 + off, (likely.0 - off).max(0)].map(Units) {
            let estimate = estimate(budget);
            let (chance, level) = (estimate.probability_over_budget.unwrap(), estimate.level.unwrap());
            // A billionth below a step counts as on it, which a wide law of many tokens has thousands of them for.
            let exact = law.exceeds(units_as_float(budget.saturating_sub(Units(spent))));
            let is_near = (exact - 0.5).abs() <= 2e-9;
            let is_over = likely >= budget;
            prop_assert!(is_near || (chance.percent() >= 50) == is_over, "likely {likely:?} of {budget:?}: {chance}");
            prop_assert_eq!(chance.percent() >= 50, level == Level::Critical, "{} {}", chance, level);
            prop_assert!(budget != likely || chance.percent() >= 50, "likely all of {budget:?}: {chance}");
        }
        let of = estimate(likely).quantiles;
        let each = [(0.025, of.p025), (0.1, of.p10), (0.25, of.p25.unwrap()), (0.5, likely), (0.75, of.p75.unwrap()), (0.9, of.p90), (0.975, of.p975)];
        for (p, quantile) in each {
            let is_alone = each.iter().filter(|(_, other)| *other == quantile).count() == 1;
            if quantile.0 > spent && is_alone {
                let chance = estimate(quantile).probability_over_budget.unwrap();
                prop_assert!((chance.fraction() - (1.0 - p)).abs() < 1e-9, "{quantile:?} is exceeded with {chance:?}, not 1 - {p}");
            }
        }
    }

    #[test]
    fn with_a_plan_beside_the_rate_no_more_is_spent(series in series(), over in horizon(), estimate in 1.0..1e9_f64, p in 0.0..1.0_f64) {
        let open = [OpenWork { estimate, spent: None }];
        let plan = Calibration::learn(&[], &open).unwrap().remainder(&open);
        if let Some(rate) = law_of(&series, 0, over) {
            let both = Remaining::new(Some(rate), Some(plan)).unwrap();
            prop_assert!(both.quantile(p) <= rate.quantile(p).min(plan.quantile(p)));
        }
    }

    #[test]
    fn what_is_a_thousand_times_as_much_is_forecast_as_such(series in prop::collection::vec(0.0..1e6_f64, 3..91), over in horizon(), p in 0.0..1.0_f64) {
        let larger: Vec<f64> = series.iter().map(|tokens| tokens * 1000.0).collect();
        if let (Some(small), Some(large)) = (law_of(&series, 3, over), law_of(&larger, 3, over)) {
            let (small, large) = (small.quantile(p) * 1000.0, large.quantile(p));
            prop_assert!((small - large).abs() <= large * 1e-9 + 1e-9, "{small} {large}");
        }
    }
}
