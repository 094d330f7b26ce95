//! What a fork or a spawned thread repeats of its parent. If the parent is known, times prove nothing: older versions give the replay the
//! time of the fork, newer ones keep the parent's times and leave out its records (codeburn#1383).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::rollout::{NoteKind, Rollout, UsageNote};

/// How the replay at the beginning of a rollout is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replay {
    /// The number of its pairs of sums that are those of its parent. Zero if it has no parent.
    Pairs(usize),
    /// The parent is not known: the replay is all that is dated before the thread's start, or within seconds of it without a pause.
    Until(DateTime<Utc>),
}

impl Replay {
    /// Tests one note after the other.
    pub const fn run(self) -> ReplayedRun {
        ReplayedRun {
            replay: self,
            has_ended: false,
        }
    }
}

/// Goes through the notes of a rollout.
pub(super) struct ReplayedRun {
    replay: Replay,
    has_ended: bool,
}

impl ReplayedRun {
    /// Whether the next note is part of the replay. A record of the thread itself never is.
    pub fn has(&mut self, note: &UsageNote) -> bool {
        match (self.replay, note.kind) {
            (Replay::Pairs(pairs), NoteKind::Counter(place)) => (place as usize) < pairs,
            (Replay::Until(end), NoteKind::Counter(_)) => {
                self.has_ended |= note.time > end;
                !self.has_ended
            }
            (_, NoteKind::Record(_)) => {
                self.has_ended = true;
                false
            }
            (_, NoteKind::ParentRecord) => true,
        }
    }

    pub fn is_assumed(&self) -> bool {
        matches!(self.replay, Replay::Until(_))
    }
}

/// The replay of each rollout, in the order of the rollouts.
pub(super) fn replays(rollouts: &BTreeMap<String, Rollout>) -> Vec<Replay> {
    let roots = roots_of_loops(rollouts);
    let replay = |(session, rollout): (&String, &Rollout)| {
        let Some(parent) = rollout
            .parent
            .as_ref()
            .filter(|_| !roots.contains(&session))
        else {
            return Replay::Pairs(0);
        };
        match (rollouts.get(parent), rollout.started) {
            (Some(parent), _) => {
                let pairs = rollout.pairs.iter().zip(&parent.pairs);
                Replay::Pairs(pairs.take_while(|(own, before)| own == before).count())
            }
            (None, Some(started)) => {
                Replay::Until(started.checked_add_signed(REPLAY).unwrap_or(started))
            }
            (None, None) => Replay::Pairs(0),
        }
    };
    rollouts.iter().map(replay).collect()
}

/// The longest time that a replay takes.
const REPLAY: TimeDelta = TimeDelta::seconds(5);

/// Damaged files can make threads their own ancestors, and so replays of each other. The oldest thread of each loop is taken as no fork.
fn roots_of_loops(rollouts: &BTreeMap<String, Rollout>) -> BTreeSet<&String> {
    let mut roots = BTreeSet::new();
    // The walk that reached a thread first.
    let mut reached: BTreeMap<&String, usize> = BTreeMap::new();
    for (walk, start) in rollouts.keys().enumerate() {
        let mut path: Vec<&String> = Vec::new();
        let mut thread = Some(start);
        while let Some((session, rollout)) = thread.and_then(|id| rollouts.get_key_value(id)) {
            if let Some(before) = reached.get(session) {
                if *before == walk {
                    let age = |id: &String| rollouts.get(id).map(|one| one.started);
                    let in_loop = path.iter().skip_while(|id| **id != session).copied();
                    roots.extend(in_loop.min_by_key(|id| (age(id), *id)));
                }
                break;
            }
            reached.insert(session, walk);
            path.push(session);
            thread = rollout.parent.as_ref();
        }
    }
    roots
}
