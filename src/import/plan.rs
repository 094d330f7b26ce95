//! What a log lacks of units, as lines to append, and what is not written, and why. What a line states is for `rest` to say.

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

/// A unit that the log has more of than there is now: transcripts were deleted, or are read better.
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
            let group = group.or_insert_with(|| ComparedUnits {
                team: team.name.clone(),
                month,
                is_by_setting: team.writer == Some(UsageWriter::Log),
                units: Vec::new(),
                tokens: Tokens::ZERO,
            });
            group.units.push(at);
            group.tokens = group.tokens.saturating_add(rules.counted.of(&unit.tokens));
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
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::import::{FoundUnits, ImportSource, unit::tests::transcripts, units};

    const DAY: &str = "2026-10-05T";

    /// Units of sessions; that of `hand` is of a team with rows by hand. `known` says how many tokens a log has of a session, and `logged`
    /// what its rows state, if they state every class: input, output and cache reads.
    fn shown(
        responses: &[(&str, u32, &str, u64, u64)],
        known: &[(&str, u64)],
        logged: &[(&str, [u64; 3])],
    ) -> String {
        let times: Vec<String> = responses
            .iter()
            .map(|(_, minute, ..)| format!("{DAY}10:{minute:02}:00Z"))
            .collect();
        let responses: Vec<_> = responses
            .iter()
            .zip(&times)
            .map(|((session, _, model, output, read), time)| {
                (*session, "main", time.as_str(), *model, *output, *read)
            })
            .collect();
        let transcripts = transcripts(&responses);
        let FoundUnits { units, .. } = units(ImportSource::Claude, &transcripts, &|time| {
            time.fixed_offset()
        });
        let session = |unit: &Unit| unit.origin(&transcripts).unwrap().session.clone();
        let id = |name: &str| {
            let mut units = units.iter();
            units.find(|unit| session(unit) == name).unwrap().id.clone()
        };
        let logged = logged.iter().map(|(name, [input, output, cache_read])| {
            let tokens = TokenCounts {
                input: *input,
                output: *output,
                cache_read: *cache_read,
                ..TokenCounts::default()
            };
            let mut unit = LoggedUnit {
                tokens,
                ..LoggedUnit::default()
            };
            let nanos = input * 5_000 + output * 25_000 + cache_read * 500;
            unit.cost.add_stated(nanos, Currency::USD);
            (id(name), unit)
        });
        let state = LogState {
            totals: known
                .iter()
                .map(|(name, total)| (id(name), Tokens(*total)))
                .collect(),
            logged: logged.collect(),
            elsewhere: HashMap::new(),
            rows_of: &|team, _| TeamRows {
                by_hand: team == "hand",
                imported: false,
            },
            currency: Currency::USD,
        };
        let rules = PlanRules {
            counted: &CountedClasses::default(),
            prices: &BTreeMap::new(),
            also: false,
        };
        let units: Vec<(Unit, UnitTeam)> = units
            .iter()
            .map(|unit| {
                let team = UnitTeam {
                    name: session(unit),
                    writer: None,
                    is_assigned: true,
                };
                (unit.clone(), team)
            })
            .collect();
        let plan = plan(&units, &transcripts, &state, &rules);
        let name = |unit: usize| &units[unit].1.name;
        let mut out = String::new();
        for line in &plan.lines {
            let TokenCounts {
                input,
                output,
                cache_read,
                ..
            } = line.tokens;
            let time = line.usage.time.format("%H:%M");
            let model = line.usage.model.as_deref().unwrap_or_default();
            let nanos = line.usage.cost.map(|cost| cost.nanos);
            let _ = writeln!(
                out,
                "{}: {}: {input} in, {output} out, {cache_read} read, {time}, {model}, {nanos:?} nanos",
                name(line.unit),
                line.usage.tokens,
            );
        }
        out + &not_written(&plan, name)
    }

    /// What a plan says of units that it has no line for.
    fn not_written<'n>(plan: &Plan, name: impl Fn(usize) -> &'n String) -> String {
        let mut out = String::new();
        for unit in &plan.shrunk {
            let (name, known, found) = (name(unit.unit), unit.known, unit.found);
            let _ = writeln!(out, "{name}: shrunk from {known} to {found}");
        }
        for group in &plan.compared {
            let (team, month, tokens) = (&group.team, group.month, group.tokens);
            let _ = writeln!(out, "{team} in {month}: {tokens} compared");
        }
        let _ = writeln!(out, "{} unchanged", plan.unchanged);
        out
    }

    #[test]
    fn units_and_what_a_log_has_of_them_make_lines() {
        let opus = "claude-opus-5";
        let shown = shown(
            &[
                ("new", 0, opus, 100, 5),
                ("grown", 0, opus, 100, 5),
                ("grown", 5, opus, 40, 7),
                ("within", 0, opus, 100, 5),
                ("within", 6, "local-llama", 40, 7),
                ("earlier", 0, opus, 100, 5),
                ("earlier", 7, opus, 40, 7),
                ("corrected", 0, opus, 100, 5),
                ("corrected", 8, opus, 40, 7),
                ("same", 0, opus, 90, 0),
                ("shrunk", 0, opus, 20, 0),
                ("hand", 0, opus, 70, 3),
            ],
            &[
                ("grown", 110),
                ("within", 105),
                ("earlier", 50),
                ("corrected", 50),
                ("same", 100),
                ("shrunk", 50),
            ],
            &[
                ("grown", [10, 100, 5]),
                // What the log has is the second of its responses.
                ("earlier", [10, 40, 7]),
                // More input than there is.
                ("corrected", [30, 20, 0]),
            ],
        );
        insta::assert_snapshot!(shown, @"
        new: 110: 10 in, 100 out, 5 read, 10:00, claude-opus-5, Some(2552500) nanos
        grown: 50: 10 in, 40 out, 7 read, 10:05, claude-opus-5, Some(1053500) nanos
        within: 55: 10 in, 45 out, 7 read, 10:06, local-llama, Some(125000) nanos
        earlier: 110: 10 in, 100 out, 5 read, 10:07, claude-opus-5, Some(2552500) nanos
        corrected: 110: 10 in, 100 out, 7 read, 10:08, claude-opus-5, Some(2553500) nanos
        shrunk: shrunk from 50 to 30
        hand in 2026-10: 80 compared
        1 unchanged
        ");
    }
}
