//! How often the guard answered what: lines that are appended, and their sums.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, FixedOffset};

use strum::VariantArray as _;

use super::{GuardAnswer, GuardDecision, GuardReason};

/// The number of decisions, by answer and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionCounts(pub BTreeMap<(GuardAnswer, GuardReason), u64>);

impl DecisionCounts {
    /// With 0 for each decision not made yet; a counter that starts at 1 shows no increase.
    #[must_use]
    pub fn with_zeros(&self) -> Self {
        let answers = GuardAnswer::VARIANTS.iter();
        let pairs = answers.flat_map(|answer| {
            let reasons = GuardReason::VARIANTS.iter();
            reasons.map(move |reason| (*answer, *reason))
        });
        let possible = pairs.filter(|(answer, reason)| reason.may_decide(*answer));
        let mut counts: BTreeMap<_, _> = possible.map(|pair| (pair, 0)).collect();
        counts.extend(&self.0);
        Self(counts)
    }

    /// The line of a decision, with its line end: `2026-02-25T17:00:00+00:00 decision=allow reason=within_caps`.
    pub fn line(decision: &GuardDecision, time: DateTime<FixedOffset>) -> String {
        let (answer, reason) = (decision.answer, decision.reason);
        let time = time.format("%Y-%m-%dT%H:%M:%S%:z");
        format!("{time} decision={answer} reason={reason}\n")
    }

    /// Sums up lines. Those that cannot be read, as one that a crash cut short, do not count.
    pub fn parse(text: &str) -> Self {
        let mut counts = Self::default();
        for line in text.lines() {
            if let Some((key, count)) = parse_line(line) {
                let sum = counts.0.entry(key).or_default();
                *sum = sum.saturating_add(count);
            }
        }
        counts
    }

    /// A line for each answer and reason, with its count.
    pub fn compacted(text: &str) -> String {
        let last = text.lines().rev().find(|line| parse_line(line).is_some());
        let time = last.and_then(|line| line.split(' ').next());
        let time = time.unwrap_or_default();
        let mut lines = String::new();
        for ((answer, reason), count) in Self::parse(text).0 {
            let _ = writeln!(
                lines,
                "{time} decision={answer} reason={reason} count={count}"
            );
        }
        lines
    }
}

fn parse_line(line: &str) -> Option<((GuardAnswer, GuardReason), u64)> {
    let mut pairs = line.split(' ').skip(1).map(|pair| pair.split_once('='));
    let answer = pairs.next()??;
    let reason = pairs.next()??;
    let count = match pairs.next() {
        None => 1,
        Some(pair) => pair.filter(|pair| pair.0 == "count")?.1.parse().ok()?,
    };
    let is_whole = answer.0 == "decision" && reason.0 == "reason" && pairs.next().is_none();
    let answer = GuardAnswer::VARIANTS
        .iter()
        .find(|known| <&str>::from(**known) == answer.1)?;
    let reason = GuardReason::VARIANTS
        .iter()
        .find(|known| <&str>::from(**known) == reason.1)?;
    is_whole.then_some(((*answer, *reason), count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn compacting_keeps_the_sums() {
        let text = "\
2026-02-25T17:00:00+00:00 decision=allow reason=within_caps
2026-02-25T17:00:01+00:00 decision=deny reason=cap count=4
2026-02-25T17:00:02+00:00 decision=deny reason=cap
2026-02-25T17:00:03+00:00 decision=deny reason=ca
2026-02-25T17:00:04+00:00 decision=perhaps reason=cap
2026-02-25T17:00:05+00:00 decision=downgrade reason=money_left count=x
2026-02-25T17:00:06+00:00 decision=downgrade reason=money_left count=2 more=1
garbage
2026-02-25T17:0";
        let compacted = DecisionCounts::compacted(text);
        assert_eq!(
            compacted,
            "\
2026-02-25T17:00:02+00:00 decision=allow reason=within_caps count=1
2026-02-25T17:00:02+00:00 decision=deny reason=cap count=5
"
        );
        assert_eq!(
            DecisionCounts::parse(&compacted),
            DecisionCounts::parse(text)
        );
        assert_eq!(DecisionCounts::compacted(""), "");
    }

    proptest! {
        #[test]
        fn no_line_panics(text in any::<String>(), tail in "2026 decision=(allow|deny) reason=cap count=[0-9]{0,30}") {
            let text = format!("{text}\n{tail}");
            let compacted = DecisionCounts::compacted(&text);
            prop_assert_eq!(DecisionCounts::parse(&compacted), DecisionCounts::parse(&text));
        }
    }
}
