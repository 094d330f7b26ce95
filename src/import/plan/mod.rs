//! Plans what an import appends to a log, and says which units it does not write, and why. What a line states is for `rest` to decide.

use std::collections::{BTreeMap, HashMap};

use super::{
    Transcripts, Unit, UnitTeam,
    rest::{LoggedUnit, Rest, prices},
    unit::chained,
};
use crate::model::{
    CountedClasses, Currency, ModelPrice, Month, TokenCounts, Tokens, Usage, UsageWriter,
};

/// What a log and its archives say of units and teams.
pub struct LogState<'a> {
    /// The largest total that an id of a unit has.
    pub totals: HashMap<String, Tokens>,
    /// What rows and lines state of a unit, where they state every class of its tokens.
    pub logged: HashMap<String, LoggedUnit>,
    /// What the log has of responses as parts of units that repeat them, by the indexes of the responses.
    pub elsewhere: HashMap<u32, TokenCounts>,
    /// Which rows a team has in a month.
    pub rows_of: &'a dyn Fn(&str, Month) -> TeamRows,
    /// The currency of costs that are written without one.
    pub currency: Currency,
}

/// Which rows a team has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TeamRows {
    pub by_hand: bool,
    pub imported: bool,
}

/// What is decided apart from the log.
pub struct PlanRules<'a> {
    pub counted: &'a CountedClasses,
    pub prices: &'a BTreeMap<String, ModelPrice>,
    /// Teams with rows by hand are written for, too.
    pub also: bool,
}

/// What is to be appended, and what is not, and why.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of their times.
    pub lines: Vec<PlannedLine>,
    /// Units that the log has more of than there is now.
    pub shrunk: Vec<ShrunkUnit>,
    /// What is not written, as teams write their rows themselves. By month and team.
    pub compared: Vec<ComparedUnits>,
    /// The number of units that the log has all of.
    pub unchanged: usize,
    /// The number of units without tokens that ids count: they state costs or cache reads alone, and no line is written for them.
    pub uncounted: usize,
}

/// A line to append.
#[derive(Clone, Debug)]
pub struct PlannedLine {
    /// Index of the unit.
    pub unit: usize,
    pub usage: Usage,
    /// What the line states.
    pub tokens: TokenCounts,
}

/// A unit that the log has more of than there is now, as transcripts were deleted, or as tokmon reads them better now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShrunkUnit {
    /// Index of the unit.
    pub unit: usize,
    /// How many tokens of it the log has, as its ids count them.
    pub known: Tokens,
    pub found: Tokens,
}

/// Units of a team in a month that are compared alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedUnits {
    pub team: String,
    pub month: Month,
    /// `source = "log"` says so; else the team has rows by hand.
    pub is_by_setting: bool,
    /// Indexes of the units.
    pub units: Vec<usize>,
    /// What counts against the budget.
    pub tokens: Tokens,
}

impl ComparedUnits {
    fn new(team: &UnitTeam, month: Month) -> Self {
        Self {
            team: team.name.clone(),
            month,
            is_by_setting: team.writer == Some(UsageWriter::Log),
            units: Vec::new(),
            tokens: Tokens::ZERO,
        }
    }

    fn add(&mut self, unit: usize, counted: Tokens) {
        self.units.push(unit);
        self.tokens = self.tokens.saturating_add(counted);
    }
}

/// Compares units with a log.
pub fn plan(
    units: &[(Unit, UnitTeam)],
    transcripts: &Transcripts,
    state: &LogState<'_>,
    rules: &PlanRules<'_>,
) -> Plan {
    let mut plan = Plan::default();
    let mut compared: BTreeMap<(Month, &str), ComparedUnits> = BTreeMap::new();
    let prices = prices(transcripts, rules.prices);
    for (at, (unit, team)) in units.iter().enumerate() {
        let known = state.totals.get(&unit.id).copied();
        let (before, found) = (known.unwrap_or_default(), unit.total());
        if chained(&unit.tokens) == Tokens::ZERO && known.is_none() {
            plan.uncounted += 1;
            continue;
        }
        if before == found {
            plan.unchanged += 1;
            continue;
        }
        if found < before {
            plan.shrunk.push(ShrunkUnit {
                unit: at,
                known: before,
                found,
            });
            continue;
        }
        if !is_written(unit, team, known.is_some(), state, rules) {
            let month = Month::of(unit.day);
            let group = compared.entry((month, &team.name));
            let group = group.or_insert_with(|| ComparedUnits::new(team, month));
            group.add(at, rules.counted.of(&unit.tokens));
            continue;
        }
        let rest = Rest::of(before, unit, transcripts, state, &prices);
        let Some(rest) = rest.filter(|rest| chained(&rest.tokens) > Tokens::ZERO) else {
            plan.unchanged += 1;
            continue;
        };
        plan.lines.push(PlannedLine {
            unit: at,
            usage: rest.usage(unit, team, transcripts, state, rules),
            tokens: rest.tokens,
        });
    }
    plan.lines.sort_by(|one, two| {
        let key = |line: &PlannedLine| (line.usage.time, line.unit);
        key(one).cmp(&key(two))
    });
    plan.compared = compared.into_values().collect();
    plan
}

/// A line that states all of a unit, whatever a log has of it. None where no tokens of it are counted.
pub fn whole_line(
    (unit, team): &(Unit, UnitTeam),
    transcripts: &Transcripts,
    state: &LogState<'_>,
    rules: &PlanRules<'_>,
) -> Option<Usage> {
    let prices = prices(transcripts, rules.prices);
    let rest = Rest::of(Tokens::ZERO, unit, transcripts, state, &prices)?;
    Some(rest.usage(unit, team, transcripts, state, rules))
}

/// Whether the usage of a unit is written. What is written of once goes on being written.
fn is_written(
    unit: &Unit,
    team: &UnitTeam,
    is_known: bool,
    state: &LogState<'_>,
    rules: &PlanRules<'_>,
) -> bool {
    match team.writer {
        Some(UsageWriter::Log) => false,
        Some(UsageWriter::Import) => true,
        None if rules.also || is_known => true,
        None => {
            let rows = (state.rows_of)(&team.name, Month::of(unit.day));
            rows.imported || !rows.by_hand
        }
    }
}

#[cfg(test)]
mod tests;
