//! What the words mean: amounts, periods, budgets, and the things a cost log says.
//! Knows no Markdown and does no sums over a log; `log` makes these values, `analysis` adds them up.

mod amount;
mod budget;
mod entry;
mod event;
mod guard_policy;
mod import_policy;
mod imported_id;
mod listed_price;
mod measure;
mod merge_base;
mod money;
mod note;
mod period;
mod plan;
mod price_list;
mod probability;
mod rate_target;
mod read_rules;
mod reading;
mod response_price;
mod team;
mod team_by;
mod token_counts;
mod zone;

pub use amount::{Amount, RoundedSum, Tokens, grouped};
pub use budget::{
    Budget, BudgetPlaces, BudgetReset, BudgetSource, EfficiencyGoal, Level, MonthBudget, Percent,
    Policy, Scenarios, TeamPolicy, Thresholds, in_brackets, ratio,
};
pub use entry::{
    Entry, EntryKind, Figures, StatedCost, StatedTotal, Status, TokenClasses, Usage, When, Work,
};
pub use event::{EventKind, LogEvent, Notice, NoticeAmount, NoticeBasis, NoticeScope, PeriodKey};
pub use guard_policy::{AdmittedTier, GuardPolicy, LevelLadder, ModelTier, MoneyLadder};
pub use import_policy::{
    CountedClasses, ImportPolicy, ImportRule, NamePattern, PathPattern, UsageWriter,
};
pub use imported_id::{ImportedId, newest_ids};
pub use listed_price::{ListedPrice, PRICES_DATE, PRICES_SOURCE, Provider, meant, settings_price};
pub use measure::{Measure, Measured, Units};
pub use merge_base::MergeBase;
pub use money::{Currency, ModelPrice, Money, Price, divide_half_even};
pub use note::{BudgetSpan, Header, Hold, LineEvent, Note, NoteValue, SpanLimit};
pub use period::{LastRow, Month, RowDate, TimeRange};
pub use plan::{Allocation, Optimization, Phase};
pub use probability::{ForecastPolicy, Probability};
pub use rate_target::{RateGoal, RateTarget, TargetMetric};
pub use read_rules::{DecimalMark, HeadingPattern, ReadRules, TableRule};
pub use reading::{
    ColumnReading, ColumnUse, Dating, FirstNumber, LeftOut, LogReading, ReadingAssumption,
    TableReading, TableUse, YearSource,
};
pub use response_price::{PriceBasis, PricedTokens, ResponseCost, ResponsePrice};
pub use team::{fold_name, is_group_total, is_subtotal, is_sum, is_total};
pub use team_by::TeamBy;
pub use token_counts::{TokenClass, TokenCounts};
pub use zone::Zone;
