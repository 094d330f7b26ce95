//! Efficiency: tokens per deliverable, team by team, against what is aimed at and what raises an alert.

use super::{ledger::Ledger, team_usage::TeamUsage};
use crate::{
    model::{EfficiencyGoal, EntryKind, Level, NoteValue, Tokens},
    text::Place,
};

impl EfficiencyGoal {
    /// From the settings, else from the log's notes.
    pub(super) fn of(ledger: &Ledger, policy: Self) -> Self {
        let target = ledger.note_of(|note| match note {
            NoteValue::EfficiencyTarget(from, to) => Some((*from, *to)),
            _ => None,
        });
        let alert = ledger.note_of(|note| match note {
            NoteValue::EfficiencyAlert(alert) => Some(*alert),
            _ => None,
        });
        let noted = target
            .map(|(target, _)| target)
            .filter(|_| policy.target.is_none());
        Self {
            target_from: noted.filter(|(from, to)| from < to).map(|(from, _)| from),
            target: policy.target.or(noted.map(|(_, to)| to)),
            alert: policy.alert.or(alert.map(|(alert, _)| alert)),
        }
    }

    /// The level of having used `tokens` for `count` deliverables: note from 95% of the alert, warning from 100%.
    /// Compared without a division, so that the level never depends on how the figure is rounded.
    pub(super) fn level(&self, tokens: Tokens, count: u64) -> Option<Level> {
        let (used, alert) = (
            u128::from(tokens.0) * 100,
            u128::from(self.alert?.0) * u128::from(count),
        );
        Some(match () {
            () if used >= alert * 100 => Level::Warning,
            () if used >= alert * 95 => Level::Note,
            () => Level::Ok,
        })
    }
}

/// How many things a team's tokens went into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) count: u64,
    pub(super) deliverables: bool,
    /// Where it is written; of several rows, the first.
    pub(super) place: Place,
}

/// What came of a team's tokens: by its monthly rows, else the list of efficiency metrics, else its details; and its usage lines.
pub(super) fn output(team: &TeamUsage, noted: Option<&Output>) -> Option<Output> {
    let in_table = |kinds: &[EntryKind]| {
        let tallies = || {
            kinds
                .iter()
                .filter_map(|kind| team.tallies.get(kind))
                .filter(|tally| tally.deliverables.is_some())
        };
        Some(Output {
            count: tallies()
                .filter_map(|tally| tally.deliverables)
                .reduce(u64::saturating_add)?,
            deliverables: true,
            place: tallies().next()?.first,
        })
    };
    let settled = in_table(&[EntryKind::Monthly])
        .or_else(|| noted.copied())
        .or_else(|| in_table(&[EntryKind::Daily, EntryKind::Session, EntryKind::Legacy]));
    let lines = in_table(&[EntryKind::Line]);
    let output = match (settled, lines) {
        (Some(settled), Some(lines)) if settled.deliverables => Some(Output {
            count: settled.count.saturating_add(lines.count),
            ..settled
        }),
        (settled, lines) => settled.or(lines),
    };
    output.filter(|output| output.count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_rises_at_95_and_100_percent_of_the_alert() {
        let goal = EfficiencyGoal {
            alert: Some(Tokens(6_000)),
            ..EfficiencyGoal::default()
        };
        let level = |tokens, count| goal.level(Tokens(tokens), count).unwrap();
        assert_eq!(level(34_199, 6), Level::Ok);
        assert_eq!(level(34_200, 6), Level::Note);
        assert_eq!(level(35_670, 6), Level::Note);
        assert_eq!(level(35_999, 6), Level::Note, "5,999.8 each");
        assert_eq!(level(36_000, 6), Level::Warning);
        assert_eq!(EfficiencyGoal::default().level(Tokens(1), 1), None);
    }
}
