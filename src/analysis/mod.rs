//! Numbers from what a log says, a budget policy and a given moment. Pure: no file, no clock, no Markdown.
//!
//! A [`LedgerBuilder`] is filled with what a log says, item by item; [`Ledger::reconcile`] reconciles one month of it, team by team;
//! [`report()`] makes of that the [`StatusReport`] that every view shows.

mod alert;
mod alert_text;
mod alerts;
mod bookings;
mod builder;
mod burn_rate;
mod caps;
mod class_sums;
mod cost;
mod cost_budget;
mod dating;
mod efficiency;
pub mod forecast;
pub mod guard;
mod held_money;
mod holds;
mod imported;
mod latch;
mod ledger;
mod limits;
mod merged_rows;
#[cfg(test)]
mod money_tests;
mod names;
mod notice;
mod notice_amounts;
mod optimization;
mod period;
mod plan;
mod reconcile;
mod reconciled_month;
mod report;
mod rows;
mod span_budget;
mod status;
mod target_report;
mod team_limits;
mod team_usage;
mod verdict;
mod verdict_action;
mod verdict_outlook;

pub use alert::{Alert, AlertKind, AlertScope};
pub use bookings::DoubleBooking;
pub use builder::{LedgerBuilder, Superseded};
pub use burn_rate::{BurnRate, RateBasis};
pub use caps::{Cap, CapAmount, CapScope, CapSource, caps};
pub use class_sums::ClassSums;
pub use cost::{Cost, CostSum};
pub use cost_budget::{BudgetProblem, CostBudget, ForeignLimit, foreign_limits};
pub use forecast::{
    Backtest, Confidence, CostEstimate, CrossingState, Estimate, Forecast, ForecastBasis,
    ForecastState, Quantiles, StatedForecast, TeamForecast, ThresholdCrossing,
};
pub use holds::HoldState;
pub use imported::ImportOverlap;
pub use ledger::{Duplicate, Ledger, LoggedEvent};
pub use limits::{Limits, budget, repeated_allocations, reserve, stated_budget};
pub use merged_rows::{MergedRows, Resolution};
pub use names::word_prefixes;
pub use notice::{DueNotice, NoticeOptions, Notices, is_due, notices};
pub use optimization::{Optimizations, Saving};
pub use period::PeriodReport;
pub use plan::{Plan, PlanGap, PlanPhase};
pub use reconciled_month::ReconciledMonth;
pub use report::{
    DayReport, FigureKind, FigureSource, LogReport, OverrideReport, RowReport, Spending,
    StatusReport, TeamReport, UndatedReport,
};
pub use rows::{RowSelection, Rows};
pub use span_budget::SpanBudget;
pub use status::{ReportOptions, report};
pub use target_report::TargetReport;
pub use team_usage::{MonthlyGap, TeamUsage};
pub use verdict::{
    Basis, amounts_of, no_budget, problem_of_budgets, problem_of_tokens, so_far, so_far_in_month,
    unjudged,
};
