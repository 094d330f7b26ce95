//! What an import wrote, in the form of its report.

use std::collections::BTreeMap;

use super::{attribution::Attributed, recount::RecountedUnit, write::ImportOutcome};
use crate::{
    import::{ComparedUnits, PlannedLine, ShrunkUnit},
    model::{Currency, Money},
    render::{
        counted,
        import::{
            ComparedBecause, ComparedTeam, ImportedLine, LeftBecause, LeftReport, OtherTeamReport,
            RecountReport, RefusedReport, ShrunkReport, Written,
        },
    },
};

/// `currency` is the currency of costs that are stated without one.
pub fn written(outcome: &ImportOutcome, attributed: &Attributed, currency: Currency) -> Written {
    let plan = &outcome.plan;
    let recount = outcome.recount.as_ref();
    let lines = plan.lines.iter();
    let shrunk = plan.shrunk.iter();
    let compared = plan.compared.iter();
    Written {
        lines: lines
            .filter_map(|line| of_line(line, attributed, currency))
            .collect(),
        unchanged_units: plan.unchanged as u64,
        uncounted_units: plan.uncounted as u64,
        unwritable_units: outcome.unwritable.len() as u64,
        shrunk: shrunk
            .filter_map(|unit| of_shrunk(unit, attributed))
            .collect(),
        refused: outcome
            .refused
            .iter()
            .filter_map(|line| of_refused(line, attributed))
            .collect(),
        other_teams: outcome
            .other_teams
            .iter()
            .filter_map(|(unit, team)| of_other_team(*unit, team, attributed))
            .collect(),
        compared: compared.map(of_compared).collect(),
        recounted: recount.map(|recount| {
            let replaced = recount.replaced.iter();
            let replaced = replaced.filter_map(|unit| of_recounted(unit, attributed));
            replaced.collect()
        }),
        left: recount.map(|recount| {
            let left = recount.left.iter();
            let left = left.filter_map(|(unit, why)| of_left(*unit, *why, attributed));
            left.collect()
        }),
    }
}

/// Notes about the units that cannot be written, one for each team and reason.
pub fn unwritable(outcome: &ImportOutcome, attributed: &Attributed) -> Vec<String> {
    let mut reasons: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (unit, why) in &outcome.unwritable {
        if let Some((_, team)) = attributed.units.get(*unit) {
            *reasons.entry((&team.name, why)).or_default() += 1;
        }
    }
    let notes = reasons.into_iter().map(|((team, why), count)| {
        let units = counted(count, "unit");
        format!("{units} of {team} cannot be written: {why}")
    });
    notes.collect()
}

fn of_recounted(recounted: &RecountedUnit, attributed: &Attributed) -> Option<RecountReport> {
    let (unit, team) = attributed.units.get(recounted.unit)?;
    Some(RecountReport {
        id: unit.id.clone(),
        team: team.name.clone(),
        day: unit.day,
        before: recounted.before.0,
        after: recounted.after().0,
    })
}

fn of_left(unit: usize, reason: LeftBecause, attributed: &Attributed) -> Option<LeftReport> {
    let (unit, team) = attributed.units.get(unit)?;
    Some(LeftReport {
        id: unit.id.clone(),
        team: team.name.clone(),
        day: unit.day,
        reason,
    })
}

fn of_line(
    line: &PlannedLine,
    attributed: &Attributed,
    currency: Currency,
) -> Option<ImportedLine> {
    let (unit, _) = attributed.units.get(line.unit)?;
    let usage = &line.usage;
    Some(ImportedLine {
        id: usage.id.clone(),
        team: usage.team.clone(),
        day: unit.day,
        time: usage.time,
        model: usage.model.clone(),
        counted_tokens: usage.tokens.0,
        tokens: line.tokens.into(),
        cost: usage.cost.map(|cost| Money {
            nanos: cost.nanos.into(),
            currency: cost.currency.unwrap_or(currency),
        }),
    })
}

fn of_shrunk(shrunk: &ShrunkUnit, attributed: &Attributed) -> Option<ShrunkReport> {
    let (unit, team) = attributed.units.get(shrunk.unit)?;
    Some(ShrunkReport {
        id: unit.id.clone(),
        team: team.name.clone(),
        day: unit.day,
        log_tokens: shrunk.known.0,
        transcript_tokens: shrunk.found.0,
    })
}

fn of_refused(line: &PlannedLine, attributed: &Attributed) -> Option<RefusedReport> {
    let (unit, _) = attributed.units.get(line.unit)?;
    Some(RefusedReport {
        id: unit.id.clone(),
        team: line.usage.team.clone(),
        day: unit.day,
        counted_tokens: line.usage.tokens.0,
    })
}

fn of_other_team(unit: usize, log_team: &str, attributed: &Attributed) -> Option<OtherTeamReport> {
    let (unit, team) = attributed.units.get(unit)?;
    Some(OtherTeamReport {
        id: unit.id.clone(),
        team: team.name.clone(),
        day: unit.day,
        log_team: log_team.to_owned(),
    })
}

fn of_compared(compared: &ComparedUnits) -> ComparedTeam {
    ComparedTeam {
        team: compared.team.clone(),
        month: compared.month,
        reason: if compared.is_by_setting {
            ComparedBecause::Setting
        } else {
            ComparedBecause::RowsByHand
        },
        counted_tokens: compared.tokens.0,
    }
}
