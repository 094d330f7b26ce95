//! Rewrites imported rows and usage lines that count only in part, so that they state what counts. No sum of usage changes.

use super::{
    LogSet, Revision,
    reduction::{Reduction, reduce},
    revision::Proposal,
};
use crate::text::FileId;

/// Proposes to write what counts of each, and to remove those of which nothing counts. The monthly rows of their teams follow. Archives are
/// left as they are.
pub(super) fn count_once(revision: &Revision, log_set: &LogSet) -> Proposal {
    let overlaps = revision.ledger.overlaps().iter();
    let in_log = overlaps.filter(|overlap| overlap.place.file == FileId::LOG);
    let reductions = in_log.map(|overlap| Reduction {
        place: overlap.place,
        kind: overlap.kind,
        month: overlap.month,
        kept: overlap.kept,
        surplus: overlap.surplus(),
        held: overlap.surplus(),
        surplus_cost: overlap.surplus_cost().clone(),
    });
    let reductions: Vec<Reduction> = reductions.collect();
    reduce(revision, log_set, &reductions).0
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use insta::assert_snapshot;
    use proptest::prelude::*;

    use crate::{
        edit::{LogSet, Revision, make_fixes},
        model::{Month, Tokens},
    };

    const NOW: &str = "2026-02-25T21:00:00+00:00";

    fn used(revision: &Revision) -> Vec<(String, Option<Tokens>)> {
        let month: Month = "2026-02".parse().unwrap();
        let month = revision.ledger.find_month(month).unwrap();
        let teams = month.teams.iter();
        teams.map(|team| (team.name.clone(), team.used())).collect()
    }

    /// A log with imported rows and usage lines: the total after each, its tokens, whether it is a row, and whether it is Team A's.
    fn log(entries: &[(u64, u64, bool, bool)]) -> String {
        let team = |is_first: bool| if is_first { "Team A" } else { "Team B" };
        let settled = |is_first: bool| {
            let rows = entries
                .iter()
                .filter(|(_, _, is_row, of)| *is_row && *of == is_first);
            rows.map(|(_, tokens, ..)| tokens).sum::<u64>()
        };
        let mut log =
            "# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n"
                .to_owned();
        for is_first in [true, false] {
            let _ = writeln!(
                log,
                "| {} | {} |",
                team(is_first),
                1_000 + settled(is_first)
            );
        }
        let _ = writeln!(
            log,
            "| TOTAL | {} |",
            2_000 + settled(true) + settled(false)
        );
        log.push_str("\n## Daily Detail — 2026-02-25\n\n| Team | Tokens |\n|---|---|\n");
        for (total, tokens, _, is_first) in entries.iter().filter(|entry| entry.2) {
            let _ = writeln!(
                log,
                "| {} | {tokens} <!-- id=cc-aaaaaaaaaa.{total} --> |",
                team(*is_first)
            );
        }
        log.push('\n');
        for (total, tokens, _, is_first) in entries.iter().filter(|entry| !entry.2) {
            let _ = writeln!(
                log,
                "[USE] 2026-02-25T18:00:00Z team=\"{}\" tokens={tokens} cost=0.5 input={tokens} output=0 cache_write=0 cache_read=7 id=cc-aaaaaaaaaa.{total}",
                team(*is_first)
            );
        }
        log
    }

    #[test]
    fn a_line_and_the_rows_of_days_and_months_say_what_counts() {
        let text = log(&[
            (100, 100, true, true),
            (150, 150, true, true),
            (170, 70, false, true),
        ]);
        let log_set = LogSet::default();
        let revision = Revision::read(text, &log_set);
        let overlaps = super::count_once(&revision, &log_set);
        let fixed = revision.apply(overlaps, &log_set).unwrap();
        assert_snapshot!(fixed.text(), @r#"
        # Cost Log v2.0

        ## 2026-02 Monthly Summary

        | Team | Tokens |
        |---|---|
        | Team A | 1150 <!-- base=1000 row=1150 --> |
        | Team B | 1000 |
        | TOTAL | 2150 |

        ## Daily Detail — 2026-02-25

        | Team | Tokens |
        |---|---|
        | Team A | 100 <!-- id=cc-aaaaaaaaaa.100 --> |
        | Team A | 50 <!-- id=cc-aaaaaaaaaa.150 --> |

        [USE] 2026-02-25T18:00:00Z team="Team A" tokens=20 cost=0.142857143 input=20 output=0 cache_write=0 cache_read=2 id=cc-aaaaaaaaaa.170
        "#);
    }

    proptest! {
        #[test]
        fn what_was_used_stays(
            entries in proptest::collection::btree_map(1_u64..300, (1_u64..300, any::<bool>(), any::<bool>()), 1..7),
        ) {
            let entries = entries.into_iter().map(|(total, (tokens, is_row, of))| (total, tokens.min(total), is_row, of));
            let entries: Vec<_> = entries.collect();
            let log_set = LogSet::default();
            let revision = Revision::read(log(&entries), &log_set);
            let before = used(&revision);
            let union = (0..300).filter(|token| entries.iter().any(|(total, tokens, ..)| total - tokens <= *token && token < total)).count();
            let all: Tokens = before.iter().filter_map(|(_, used)| *used).sum();
            prop_assert_eq!(all, Tokens(2_000 + union as u64));
            let fixed = make_fixes(revision, &log_set, NOW.parse().unwrap());
            prop_assert!(fixed.rejected.is_empty(), "{:?}", fixed.rejected);
            let after = fixed.revision;
            prop_assert_eq!(used(&after), before, "{}", after.text());
            prop_assert!(after.ledger.overlaps().is_empty(), "{}", after.text());
            prop_assert!(after.document.lines.is_empty(), "{}", after.text());
        }
    }
}
