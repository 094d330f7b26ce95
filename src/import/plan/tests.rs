//! Responses and what a log has of them in, planned lines out.

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
