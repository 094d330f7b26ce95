//! Costs and their marks, which no repair and no archiving changes.

use std::{collections::BTreeMap, fmt::Write as _};

use proptest::prelude::*;

use super::{
    LogSet, Revision, Timestamp,
    archive::{ArchiveError, ArchiveRequest, archive, prune},
    tests::{fix_text, settle_text},
};
use crate::{analysis::Cost, model::Tokens};

fn stamp() -> Timestamp {
    "2026-02-26T09:30:00Z".parse().unwrap()
}

fn cost() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "$0.010", "$0.500", "~$0.0371", "—", "", "$0.000", "~$0.00", "0.25", "€1.50", "<$0.01",
        "$0.037+",
    ])
}

fn team() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["Red", "Blue", "Red night", "Green"])
}

fn tokens() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["0", "1,000", "12,450", "—", "2K", "~700"])
}

/// A table with a column of costs, or with none.
fn table() -> impl Strategy<Value = String> {
    let row = (team(), tokens(), cost());
    let head = prop::sample::select(vec!["Cost", "Cost (USD)", "Notes"]);
    (head, prop::collection::vec(row, 0..5), any::<bool>()).prop_map(|(head, rows, has_total)| {
        let mut table =
            format!("| Team | Task | Tokens | {head} | Status |\n|---|---|---|---|---|\n");
        // Rows of one team and task would be those of a merge.
        for (task, (team, tokens, cost)) in rows.into_iter().enumerate() {
            let cost = if head == "Notes" { "note" } else { cost };
            let _ = writeln!(table, "| {team} | t{task} | {tokens} | {cost} | ✅ |");
        }
        if has_total {
            table += "| **TOTAL** | | **1,000** | **$0.010** | |\n";
        }
        table
    })
}

fn line() -> impl Strategy<Value = String> {
    let cost = prop::sample::select(vec![
        "",
        " cost=0.5",
        " cost=$0.0123456",
        " cost=€2",
        " model=m",
    ]);
    (team(), 0..5_000_u32, cost, 1..26_u32, 0..3_u8).prop_map(|(team, tokens, cost, day, task)| {
        format!(
            "[USE] 2026-02-{day:02}T10:00:00Z team=\"{team}\" task=t{task} tokens={tokens}{cost}\n"
        )
    })
}

/// A log about money: with a price or without one.
fn log() -> impl Strategy<Value = String> {
    let header = prop::sample::select(vec![
        "",
        "> **Currency:** USD\n\n",
        "> **Currency:** USD @ $0.003/1K tokens\n\n",
    ]);
    let monthly = prop::collection::vec(table(), 0..3);
    let daily = prop::collection::vec((18..22_u32, table()), 0..4);
    let lines = prop::collection::vec(line(), 0..5);
    (header, monthly, daily, lines).prop_map(|(header, monthly, daily, lines)| {
        let mut log = format!("# Log\n{header}");
        for table in monthly {
            // A team's rows are of one currency: what is in another is in its details.
            let table = table.replace('€', "$");
            let _ = write!(log, "## 2026-02 Monthly Summary\n\n{table}\n");
        }
        for (day, table) in daily {
            let _ = write!(log, "## Daily Detail — 2026-02-{day}\n\n{table}\n");
        }
        log += &lines.concat();
        if header.is_empty() {
            // The currency of such a log is that of its first cost.
            log = log.replace('€', "$");
        }
        log
    })
}

/// What each team used in each month, and what that cost; and what all of them cost.
fn costs(text: &str, log_set: &LogSet) -> BTreeMap<String, (Tokens, Option<Cost>)> {
    let revision = Revision::read(text, log_set);
    let mut costs = BTreeMap::new();
    for month in revision.ledger.months() {
        let reconciled = revision.ledger.reconcile(*month, None);
        for team in &reconciled.teams {
            let used = team.used().unwrap_or_default();
            let cost = reconciled.cost_of_team(team);
            costs.insert(format!("{month} {}", team.name), (used, cost));
        }
        costs.insert(month.to_string(), (reconciled.used(), reconciled.cost()));
    }
    // Of a team or month without either, nothing is left in a log once its rows are archived.
    costs.retain(|_, (used, cost)| *used > Tokens::ZERO || cost.is_some());
    costs
}

fn request(compact: bool) -> ArchiveRequest {
    ArchiveRequest {
        before: "2026-02-21".parse().unwrap(),
        today: "2026-02-25".parse().unwrap(),
        now: stamp(),
        hooks_only: false,
        compact,
        folder: "archive".to_owned(),
        log: "../cost-log.md".to_owned(),
    }
}

proptest! {
    #[test]
    fn settling_changes_no_cost_and_no_mark(text in log()) {
        let (after, _, _) = settle_text(&text, stamp());
        let log_set = LogSet::default();
        prop_assert_eq!(costs(&text, &log_set), costs(&after, &log_set), "{}\n=== after\n{}", text, after);
    }

    #[test]
    fn fixing_changes_no_cost_and_no_mark(text in log()) {
        let before = costs(&text, &LogSet::default());
        let once = fix_text(&text, stamp());
        prop_assert_eq!(before, costs(&once, &LogSet::default()), "{}\n=== after\n{}", text, once);
        prop_assert_eq!(&fix_text(&once, stamp()), &once);
    }

    #[test]
    fn archiving_changes_no_cost_and_no_mark(text in log(), compact: bool) {
        let mut log_set = LogSet::default();
        let before = costs(&text, &log_set);
        let revision = Revision::read(&*text, &log_set);
        let name = |month| format!("cost-log-{month}.md");
        let archiving = archive(&revision, &mut log_set, &request(compact), &name).unwrap();
        let after = archiving.revision.unwrap_or(revision).into_text();
        prop_assert_eq!(&before, &costs(&after, &log_set), "{}\n=== after\n{}", text, after);
        let fixed = super::make_fixes(Revision::read(&*after, &log_set), &log_set, stamp());
        let fixed = fixed.revision.into_text();
        prop_assert_eq!(costs(&after, &log_set), costs(&fixed, &log_set), "{}\n=== fixed\n{}", after, fixed);
        let months: Vec<_> = log_set.archives.keys().copied().collect();
        match prune(&Revision::read(&*fixed, &log_set), &mut log_set, &months, stamp()) {
            Ok((pruned, _)) => {
                let pruned = pruned.map_or_else(|| fixed.clone(), Revision::into_text);
                prop_assert_eq!(before, costs(&pruned, &log_set), "{}\n=== pruned\n{}", fixed, pruned);
            }
            Err(error) => prop_assert!(matches!(error, ArchiveError::NeededForCost { .. }), "{} {}", error, fixed),
        }
    }
}
