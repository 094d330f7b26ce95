//! Logs that state what work cost, and no tokens: everything that is said of tokens is said of the money.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDate};
use proptest::prelude::*;

use super::{forecast::BacktestExtent, *};
use crate::{
    model::{
        Amount, Budget, BudgetSource, Currency, Entry, EntryKind, Figures, Level, Measure,
        Measured, Money, Month, Note, NoteValue, Policy, StatedCost, TeamPolicy, Tokens, Units,
        When, Work,
    },
    text::Place,
};

const USD: Currency = Currency::USD;

fn now() -> DateTime<FixedOffset> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn money(nanos: i128) -> Money {
    let currency = USD;
    Money { nanos, currency }
}

fn dollars(cents: u64) -> Figures {
    Figures {
        cost: Some(Amount::exact(cents * 10_000_000)),
        currency: Some(USD),
        ..Figures::default()
    }
}

fn entry(date: NaiveDate, team: &str, figures: Figures, line: usize) -> Entry<'static> {
    Entry {
        kind: EntryKind::Daily,
        when: When {
            month: Month::of(date),
            date: Some(date),
            time: None,
            offset: None,
        },
        work: Work {
            team: Cow::Owned(team.to_owned()),
            ..Work::default()
        },
        figures,
        status: None,
        id: None,
        further_ids: Box::default(),
        hold: None,
        has_unread: false,
        base: None,
        place: Place {
            line,
            ..Place::default()
        },
    }
}

/// Rows of this many days before now.
fn ledger(policy: &Policy, rows: impl IntoIterator<Item = (u64, &'static str, Figures)>) -> Ledger {
    let selection = RowSelection {
        month: None,
        rows: Rows::All,
    };
    let mut builder = LedgerBuilder::new(policy, selection, Some(now()));
    for (line, (ago, team, figures)) in rows.into_iter().enumerate() {
        let date = now().date_naive() - chrono::Days::new(ago);
        builder.entry(&entry(date, team, figures, line + 1));
    }
    builder.finish()
}

fn report_of(ledger: &Ledger, policy: &Policy) -> StatusReport {
    let month = Month::of(now().date_naive());
    let options = ReportOptions {
        path: "log.md",
        now: now(),
        project: None,
        team: None,
        rows: true,
        forecast_days: true,
        backtest: BacktestExtent::All,
    };
    report(&ledger.reconcile(month, None), policy, &options)
}

/// The same budget in tokens and in nanos.
fn policy(units: u64) -> Policy {
    let budget = Budget {
        tokens: Tokens(units),
        source: BudgetSource::Config,
        place: None,
    };
    let team = TeamPolicy {
        name: "A".to_owned(),
        tokens: Some(Tokens(units / 2)),
        cost: Some(money((units / 2).into())),
        ..TeamPolicy::default()
    };
    Policy {
        budget: Some(budget),
        cost_budget: Some(money(units.into())),
        teams: vec![team],
        ..Policy::default()
    }
}

proptest! {
    /// A log of a number of nanos has the levels and the forecast of a log of the same number of tokens.
    #[test]
    fn money_is_judged_and_forecast_as_tokens_are(
        days in proptest::collection::vec((0..120_u64, any::<bool>(), 1..9_000_000_000_u64), 1..60),
        budget in 1..400_000_000_000_u64,
    ) {
        let team = |first: bool| if first { "A" } else { "B" };
        let rows = || days.iter().map(|(ago, first, units)| (*ago, team(*first), *units));
        let of_tokens = ledger(&Policy::default(), rows().map(|(ago, team, units)| {
            let tokens = Some(Amount::exact(Tokens(units)));
            (ago, team, Figures { tokens, ..Figures::default() })
        }));
        let of_money = ledger(&Policy::default(), rows().map(|(ago, team, nanos)| {
            let cost = Some(Amount::exact(nanos));
            (ago, team, Figures { cost, currency: Some(USD), ..Figures::default() })
        }));
        prop_assert_eq!((of_tokens.measure(), of_money.measure()), (Measure::Tokens, Measure::Money(USD)));
        let policy = policy(budget);
        // The budget in money says nothing of tokens without a cost.
        let in_tokens = report_of(&of_tokens, &Policy { cost_budget: None, ..policy.clone() });
        let in_money = report_of(&of_money, &policy);
        let units = |amount: Measured| amount.units();
        prop_assert_eq!(units(in_tokens.spent()), units(in_money.spent()));
        prop_assert_eq!(in_tokens.level, in_money.level);
        let (tokens, money) = (&in_tokens.forecast, &in_money.forecast);
        prop_assert_eq!(tokens.end().map(|end| end.map(units)), money.end().map(|end| end.map(units)));
        prop_assert!(money.month_end.is_none() && tokens.cost.is_none());
        prop_assert_eq!((tokens.level, tokens.risk, tokens.confidence), (money.level, money.risk, money.confidence));
        prop_assert_eq!(tokens.straight_line().map(units), money.straight_line().map(units));
        let rate = |rate: &BurnRate| (units(rate.per_day()), units(rate.per_minute()), rate.minutes, rate.since);
        prop_assert_eq!(tokens.burn_rate.as_ref().map(rate), money.burn_rate.as_ref().map(rate));
        let crossings = |of: &[ThresholdCrossing]| of.iter().map(|one| {
            (one.percent, one.probability, one.likely, one.earliest, one.burn_rate_state, one.burn_rate_at)
        }).collect::<Vec<_>>();
        prop_assert_eq!(crossings(&tokens.thresholds), crossings(&money.cost_thresholds));
        prop_assert!(money.thresholds.is_empty());
        let path = |of: &Forecast| of.path.iter().map(|day| (day.date, units(day.p10), day.p50.map(units), units(day.p90))).collect::<Vec<_>>();
        prop_assert_eq!(path(tokens), path(money));
        let so_far = |of: &Forecast| of.used_by_day.iter().map(|day| (day.date, units(day.used()))).collect::<Vec<_>>();
        prop_assert_eq!(so_far(tokens), so_far(money));
        prop_assert_eq!(tokens.past_chances, money.past_chances);
        let tried = |of: &Forecast| of.backtest.as_ref().map(|tried| (units(tried.per_month()), tried.parts.clone()));
        prop_assert_eq!(tried(tokens), tried(money));
        let teams = |of: &StatusReport| of.teams.iter().map(|team| {
            let end = team.forecast.and_then(|forecast| forecast.end());
            (team.name.clone(), team.spent().map(units), end.map(|end| end.map(units)))
        }).collect::<Vec<_>>();
        prop_assert_eq!(teams(&in_tokens), teams(&in_money));
    }
}

#[test]
fn a_cost_beside_any_tokens_leaves_a_log_one_of_tokens() {
    let tokens = Figures {
        tokens: Some(Amount::exact(Tokens(0))),
        ..dollars(100)
    };
    let policy = Policy::default();
    assert_eq!(
        ledger(&policy, [(1, "A", dollars(150)), (2, "A", tokens)]).measure(),
        Measure::Tokens
    );
    assert_eq!(
        ledger(&policy, [(1, "A", dollars(150))]).measure(),
        Measure::Money(USD)
    );
    assert_eq!(
        ledger(&policy, [(1, "A", Figures::default())]).measure(),
        Measure::Tokens
    );
}

#[test]
fn costs_in_other_currencies_are_beside_those_of_the_log() {
    let euros = Figures {
        currency: Currency::parse("EUR"),
        ..dollars(900)
    };
    let unnamed = Figures {
        currency: None,
        ..dollars(25)
    };
    let rows = [(3, "A", dollars(150)), (2, "A", euros), (1, "B", unnamed)];
    let ledger = ledger(&Policy::default(), rows);
    let report = report_of(&ledger, &Policy::default());
    assert_eq!(report.measure, Measure::Money(USD));
    assert_eq!(report.spent().to_string(), "$1.750");
    let rate = report.forecast.burn_rate.unwrap();
    assert_eq!(rate.used().to_string(), "$1.750");
    let others = report.used.cost.unwrap().others;
    assert_eq!(others[0].to_string(), "€9.000");
}

#[test]
fn the_log_may_state_the_budget() {
    let selection = RowSelection::SUMS;
    let mut builder = LedgerBuilder::new(&Policy::default(), selection, Some(now()));
    let date = now().date_naive();
    builder.entry(&entry(date, "A", dollars(4_600), 3));
    builder.note(Note {
        value: NoteValue::CostBudget(StatedCost {
            nanos: 50_000_000_000,
            currency: None,
        }),
        in_notes_section: true,
        place: Place::default(),
    });
    let ledger = builder.finish();
    let by_log = report_of(&ledger, &Policy::default());
    assert_eq!(by_log.limit(), Some(money(50_000_000_000).into()));
    assert_eq!(by_log.level, Some(Level::Critical));
    let by_settings = Policy {
        cost_budget: Some(money(100_000_000_000)),
        ..Policy::default()
    };
    assert_eq!(report_of(&ledger, &by_settings).level, Some(Level::Ok));
    assert_eq!(
        by_log.share(Measured::Money(money(1))),
        by_log.share(money(1))
    );
    assert_eq!(by_log.measure.amount(Units(1)), money(1).into());
}
