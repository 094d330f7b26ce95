//! Which threshold a notice is due for, by what has gone out already. A notice goes out once for each threshold; one for a threshold
//! covers those below it. Knows nothing of what the figures are about, and neither sends nor writes anything.

/// How many percentage points a chance must fall below a threshold before a notice of it may go out again.
pub const REARM: u32 = 5;

/// A figure that is compared with thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// Part of a budget is used or reserved. `reached` is the highest threshold that it reaches.
    Share { reached: Option<u32>, budget: i128 },
    /// The chance of exceeding a budget, in percent.
    Chance(u32),
}

/// What the log says of one figure: a notice went out, or may go out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latch {
    pub threshold: u32,
    /// The budget at that time, where it is known.
    pub budget: Option<i128>,
    /// The chance has fallen below this threshold, so that a notice may go out again.
    pub rearmed: bool,
}

/// What is to be done about a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A notice of this threshold is due.
    Notify(u32),
    /// From now on a notice of this threshold may go out again.
    Rearm(u32),
}

impl Gauge {
    /// The threshold up to which notices have gone out, or zero. `latches` are in the order in which they were written.
    fn latched(self, latches: &[Latch]) -> u32 {
        latches.iter().fold(0, |latched, latch| match self {
            Self::Chance(_) if latch.rearmed => latched.min(latch.threshold.saturating_sub(1)),
            // The threshold of a budget that was raised since is another number of tokens.
            Self::Share { budget, .. } if latch.budget.is_some_and(|then| then < budget) => latched,
            _ => latched.max(latch.threshold),
        })
    }

    /// What is due, with these thresholds in ascending order. Of several that are reached, the highest counts.
    pub fn step(self, thresholds: &[u32], latches: &[Latch]) -> Option<Step> {
        let sent_to = self.latched(latches);
        let reached = match self {
            Self::Share { reached, .. } => reached,
            Self::Chance(chance) => {
                let reached = thresholds.iter().filter(|threshold| **threshold <= chance);
                reached.max().copied()
            }
        };
        if let Some(threshold) = reached.filter(|threshold| *threshold > sent_to) {
            return Some(Step::Notify(threshold));
        }
        let Self::Chance(chance) = self else {
            return None;
        };
        let has_fallen = |threshold: &&u32| chance.saturating_add(REARM) <= **threshold;
        let mut sent = thresholds.iter().filter(|threshold| **threshold <= sent_to);
        sent.find(has_fallen).copied().map(Step::Rearm)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use Step::{Notify, Rearm};
    use proptest::prelude::*;

    use super::*;

    const THRESHOLDS: [u32; 4] = [75, 80, 90, 100];

    fn share(used: i128, budget: i128) -> Gauge {
        let reached = THRESHOLDS.iter().rev();
        let mut reached = reached.filter(|percent| used * 100 >= i128::from(**percent) * budget);
        Gauge::Share {
            reached: reached.next().copied(),
            budget,
        }
    }

    /// Takes a step, and writes down what it did.
    fn take(gauge: Gauge, thresholds: &[u32], log: &mut Vec<Latch>) -> Option<Step> {
        let step = gauge.step(thresholds, log);
        let budget = match gauge {
            Gauge::Share { budget, .. } => Some(budget),
            Gauge::Chance(_) => None,
        };
        let latch = |threshold, rearmed| Latch {
            threshold,
            budget,
            rearmed,
        };
        log.extend(step.map(|step| match step {
            Step::Notify(threshold) => latch(threshold, false),
            Step::Rearm(threshold) => latch(threshold, true),
        }));
        step
    }

    #[test]
    fn each_threshold_is_notified_once_and_the_highest_of_several_alone() {
        let log = &mut Vec::new();
        let mut step = |used, budget| take(share(used, budget), &THRESHOLDS, log);
        for (used, budget, expected) in [
            (74, 100, None),
            (75, 100, Some(Notify(75))),
            (75, 100, None),
            (95, 100, Some(Notify(90))),
            (60, 100, None),
            (81, 100, None),
            (100, 100, Some(Notify(100))),
            (250, 100, None),
            // A raised budget begins anew, at the threshold that is reached of it.
            (100, 120, Some(Notify(80))),
            (100, 120, None),
            // What went out for a larger budget counts for a smaller one.
            (90, 110, None),
            (100, 110, Some(Notify(90))),
            (100, 100, None),
        ] {
            assert_eq!(step(used, budget), expected, "{used} of {budget}");
        }
    }

    #[test]
    fn a_chance_must_fall_five_points_before_its_notice_goes_out_again() {
        let log = &mut Vec::new();
        let mut step = |chance| take(Gauge::Chance(chance), &[20, 50], log);
        for (chance, expected) in [
            (19, None),
            (20, Some(Notify(20))),
            (49, None),
            (50, Some(Notify(50))),
            (46, None),
            (50, None),
            (45, Some(Rearm(50))),
            (45, None),
            (30, None),
            (50, Some(Notify(50))),
            (3, Some(Rearm(20))),
            (3, None),
            (60, Some(Notify(50))),
            (20, Some(Rearm(50))),
            (20, None),
            (15, Some(Rearm(20))),
            (20, Some(Notify(20))),
        ] {
            assert_eq!(step(chance), expected, "{chance}%");
        }
    }

    #[test]
    fn a_line_without_a_budget_counts_for_every_budget() {
        let latch = Latch {
            threshold: 80,
            budget: None,
            rearmed: false,
        };
        assert_eq!(share(85, 100).step(&THRESHOLDS, &[latch]), None);
        assert_eq!(
            share(95, 100).step(&THRESHOLDS, &[latch]),
            Some(Step::Notify(90))
        );
    }

    /// The same rules as a set of flags in memory, one for each threshold.
    #[derive(Default)]
    struct Flags(BTreeMap<u32, i128>);

    impl Flags {
        fn share(&mut self, used: i128, budget: i128) -> Option<Step> {
            let is_set =
                |flags: &Self, percent| flags.0.get(percent).is_some_and(|at| *at >= budget);
            let reached = THRESHOLDS.iter().rev();
            let mut reached =
                reached.filter(|percent| used * 100 >= i128::from(**percent) * budget);
            let highest = *reached.next()?;
            if is_set(self, &highest) {
                return None;
            }
            for percent in THRESHOLDS.iter().filter(|percent| **percent <= highest) {
                let at = self.0.entry(*percent).or_insert(budget);
                *at = budget.max(*at);
            }
            Some(Step::Notify(highest))
        }
    }

    proptest! {
        #[test]
        fn lines_of_a_log_do_what_flags_in_memory_would(
            days in proptest::collection::vec((0_i128..150, 80_i128..120), 1..60)
        ) {
            let (mut log, mut flags) = (Vec::new(), Flags::default());
            for (used, budget) in days {
                let step = take(share(used, budget), &THRESHOLDS, &mut log);
                prop_assert_eq!(step, flags.share(used, budget));
                // Nothing is left to do for another call.
                prop_assert_eq!(share(used, budget).step(&THRESHOLDS, &log), None);
            }
        }

        #[test]
        fn without_a_raise_each_threshold_goes_out_at_most_once(
            days in proptest::collection::vec(0_i128..150, 1..60)
        ) {
            let mut log = Vec::new();
            let steps = days.iter().filter_map(|used| take(share(*used, 100), &THRESHOLDS, &mut log));
            let steps: Vec<Step> = steps.collect();
            prop_assert!(steps.len() <= THRESHOLDS.len());
            let thresholds: Vec<u32> = log.iter().map(|latch| latch.threshold).collect();
            prop_assert!(thresholds.is_sorted_by(|one, next| one < next), "{:?}", thresholds);
            let most = days.iter().max().copied().unwrap_or_default();
            let highest = THRESHOLDS.iter().rfind(|percent| i128::from(**percent) <= most);
            prop_assert_eq!(thresholds.last(), highest);
        }

        #[test]
        fn between_two_notices_of_a_chance_it_has_fallen(
            chances in proptest::collection::vec(0_u32..=100, 1..80)
        ) {
            let (mut log, mut last) = (Vec::new(), BTreeMap::new());
            for (at, chance) in chances.iter().enumerate() {
                match take(Gauge::Chance(*chance), &[20, 50], &mut log) {
                    Some(Step::Notify(threshold)) => {
                        prop_assert!(*chance >= threshold);
                        if let Some(before) = last.insert(threshold, at) {
                            let mut between = chances[before..at].iter();
                            prop_assert!(between.any(|chance| chance + REARM <= threshold));
                        }
                    }
                    Some(Step::Rearm(threshold)) => prop_assert!(chance + REARM <= threshold),
                    None => {}
                }
                prop_assert_eq!(Gauge::Chance(*chance).step(&[20, 50], &log), None);
            }
        }

        #[test]
        fn what_was_not_delivered_is_due_again(
            days in proptest::collection::vec((0_i128..150, any::<bool>()), 1..40)
        ) {
            let (mut log, mut owed) = (Vec::new(), None);
            for (used, is_delivered) in days {
                let gauge = share(used, 100);
                let step = gauge.step(&THRESHOLDS, &log);
                if let (Some(Step::Notify(owed)), Gauge::Share { reached: Some(reached), .. }) = (owed, gauge)
                    && reached >= owed
                {
                    prop_assert_eq!(step, Some(Step::Notify(reached)));
                }
                owed = step;
                if is_delivered {
                    take(gauge, &THRESHOLDS, &mut log);
                    owed = None;
                }
            }
        }
    }
}
