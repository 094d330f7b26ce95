//! Properties that hold for every log and every edit.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    Document, Kept, LineKind, LogSet, RowKind, Timestamp,
    tests::{fix_text, settle_text},
    union_merge,
};
use crate::log::Role;

fn stamp() -> Timestamp {
    "2026-02-26T09:30:00Z".parse().unwrap()
}

/// Names that are prefixes of each other, that need escapes, that are no teams.
fn team() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Team A",
        "team a",
        "Team A DevOps",
        "Team B",
        "팀 나",
        "**Team C**",
        "X\\|Y",
        "",
        "—",
        "TOTAL",
        "Subtotal",
    ])
}

fn figure() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "0",
        "5",
        "1,200",
        "12,450",
        "12.45K",
        "~3,000",
        "1.2M",
        "—",
        "",
        "12 450",
        "155K / 200K",
        "lots",
        "-5",
    ])
}

fn status() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "✅",
        "⏳ PENDING",
        "done",
        "—",
        "63.3% complete",
        "odd",
    ])
}

/// A line of a table, in one of several widths and manners.
fn row() -> impl Strategy<Value = String> {
    (team(), figure(), status(), 0..6_u8).prop_map(|(team, tokens, status, manner)| match manner {
        0 => format!("|{team}|{tokens}|{status}|"),
        1 => format!("{team} | {tokens} | {status}"),
        2 => format!("| {team:<14} | {tokens:>9} | {status} |"),
        3 => format!("| {team} | {tokens} |"),
        4 => format!(
            "| {team} | {tokens} | {status} <!-- id=i{} --> |",
            tokens.len()
        ),
        _ => format!("| {team} | {tokens} | {status} |"),
    })
}

fn table() -> impl Strategy<Value = Vec<String>> {
    let head = prop::sample::select(vec![
        ["| Team | Tokens | Status |", "|---|---|---|"],
        ["| Agent | Tokens Used | Cost |", "|:--|--:|---|"],
        ["Team | Tokens | Notes", "---|---|---"],
        [
            "| Team           |    Tokens | Status |",
            "|----------------|----------:|--------|",
        ],
        ["| Team | Tokens In | Tokens Out |", "|---|---|---|"],
        ["| Team | Task | Tokens |", "|---|---|---|"],
    ]);
    let body = prop::collection::vec(prop_oneof![8 => row(), 2 => line()], 0..6);
    (head, body).prop_map(|(head, body)| {
        let head = head.into_iter().map(str::to_owned);
        head.chain(body).collect()
    })
}

fn line() -> impl Strategy<Value = String> {
    let usage = (team(), 0..5_000_u32, 1..4_u32, 24..28_u32, 0..4_u8).prop_map(
        |(team, tokens, month, day, more)| {
            let team = team.replace(['*', '\\'], "");
            let more = match more {
                0 => " id=k1 status=done".to_owned(),
                1 => format!(" id=k{tokens} deliverables=2 minutes=5"),
                2 => " cost=0.0371 hold=h1 model=m".to_owned(),
                _ => String::new(),
            };
            format!(
                "[USE] 2026-{month:02}-{day}T10:00:00+09:00 team=\"{team}\" tokens={tokens}{more}"
            )
        },
    );
    prop_oneof![
        4 => usage,
        1 => Just("[PRE] 10:00:00 tool=x".to_owned()),
        1 => Just("[USE] broken tokens=5".to_owned()),
        1 => Just("[HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=5 until=2026-02-27T10:00:00Z id=h1".to_owned()),
        1 => Just("[FREE] 2026-02-25T10:00:00Z id=h9".to_owned()),
    ]
}

fn block() -> impl Strategy<Value = Vec<String>> {
    let heading = prop::sample::select(vec![
        "## 2026-02 Monthly Summary (P)",
        "## 2026-02 Monthly Summary",
        "## 2026-01 Monthly Summary",
        "## Daily Detail — 2026-02-25",
        "### Daily Detail: 2026-02-24",
        "## Session 2026-02-25 — Team A night",
        "## Budget Allocation by Team",
        "## Notes of ours",
        "# Part two",
        "## Monthly Aggregates",
    ]);
    let section = (heading, table(), any::<bool>()).prop_map(|(heading, table, ruled)| {
        let mut lines = vec![heading.to_owned(), String::new()];
        lines.extend(table);
        lines.push(String::new());
        if ruled {
            lines.extend(["---".to_owned(), String::new()]);
        }
        lines
    });
    let notes = prop::collection::vec(
        prop::sample::select(vec![
            "- Team A: 12.45K / 4 deliverables ≈ 3.1K/deliverable ✅",
            "- Team B: 1K / 1 task = 1K/task",
            "- Alert threshold: >6K tokens per deliverable",
            "- Total budget: 200,000 tokens",
            "- Current usage: 126,670 tokens (63.3%)",
            "- Remaining budget: 73,330 tokens (36.7%)",
            "- Risk level: ✅ LOW",
            "text in between",
        ]),
        0..6,
    );
    let notes = notes.prop_map(|items| {
        let mut lines = vec![
            "## Cost-Tracking Notes".to_owned(),
            String::new(),
            "**Budget Status:**".to_owned(),
        ];
        lines.extend(items.into_iter().map(str::to_owned));
        lines.push(String::new());
        lines
    });
    prop_oneof![
        6 => section,
        1 => notes,
        2 => prop::collection::vec(line(), 1..4),
        1 => Just(vec!["```".to_owned(), "[USE] in code".to_owned(), "| a | b |".to_owned(), "```".to_owned(), String::new()]),
        1 => Just(vec!["Some text | with a bar".to_owned(), String::new()]),
        1 => Just(vec!["> **Last Updated:** 2026-02-25 19:15 UTC | Currency: USD @ $0.003/1K tokens".to_owned(), String::new()]),
    ]
}

/// A log of any sections in any order, with any line ends.
pub(crate) fn log() -> impl Strategy<Value = String> {
    let header =
        "> **Currency:** USD @ $0.003/1K tokens\n> **Last Updated:** 2026-02-25 19:15 UTC\n\n";
    (
        prop::collection::vec(block(), 0..8),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(move |(blocks, crlf, bom, header_first, ends)| {
            let mut text = blocks.concat().join("\n");
            if ends {
                text.push('\n');
            }
            if header_first {
                text.insert_str(0, header);
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            if bom {
                text.insert(0, '\u{feff}');
            }
            text
        })
}

/// What no edit may take away: rows of days and sessions, and everything that tokmon does not read, line by line.
fn kept_lines(text: &str) -> BTreeMap<String, usize> {
    let document = Document::read(text, Kept::All);
    let mut derived: Vec<usize> = Vec::new();
    for table in &document.tables {
        for row in &table.rows {
            let is_figure = matches!(row.kind, RowKind::Total(_) | RowKind::Sum)
                || table.role == Role::Monthly && matches!(row.kind, RowKind::Entry(_));
            if is_figure {
                derived.push(row.place.line);
            }
        }
    }
    derived.extend(document.notes.iter().map(|note| note.place.line));
    let lines = document.lines.iter().filter(|line| match &line.kind {
        LineKind::Usage(_) => true,
        kind => matches!(kind, LineKind::Hold { .. }),
    });
    derived.extend(lines.map(|line| line.place.line));
    derived.sort_unstable();
    let mut kept = BTreeMap::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let is_own = derived.binary_search(&(at + 1)).is_err() && !line.contains("Last Updated");
        if is_own && !line.trim().is_empty() {
            let count = kept.entry(line.to_owned()).or_insert(0);
            // A row that repeats another, id and all, does not count.
            *count = if line.contains("<!-- id=") {
                1
            } else {
                *count + 1
            };
        }
    }
    kept
}

fn assert_kept(before: &str, after: &str) -> Result<(), TestCaseError> {
    let (had, has) = (kept_lines(before), kept_lines(after));
    for (line, count) in had {
        prop_assert!(
            has.get(&line).is_some_and(|now| *now >= count),
            "{line:?} is gone:\n{before}\n=== after\n{after}"
        );
    }
    Ok(())
}

fn used(text: &str) -> BTreeMap<String, u64> {
    let log_set = LogSet::default();
    let used = log_set.used(text).into_iter();
    used.map(|(month, tokens)| (month.to_string(), tokens.0))
        .collect()
}

proptest! {

    #[test]
    fn settling_changes_no_sum_and_loses_no_line(text in log()) {
        let (settled, lines, left) = settle_text(&text, stamp());
        prop_assert_eq!(used(&text), used(&settled), "{}\n=== after\n{}", text, settled);
        assert_kept(&text, &settled)?;
        prop_assert_eq!(left == 0 || lines == 0 || settled != text, true);
    }

    #[test]
    fn fixing_changes_no_sum_loses_no_line_and_is_done_once(text in log()) {
        // Where a merge kept both sides, a sum is too large before.
        let document = Document::read(&*text, Kept::All);
        prop_assume!(union_merge::merged_table::find(&document).is_empty());
        let once = fix_text(&text, stamp());
        prop_assert_eq!(used(&text), used(&once), "{}\n=== after\n{}", text, once);
        assert_kept(&text, &once)?;
        let twice = fix_text(&once, stamp());
        prop_assert_eq!(&twice, &once, "before:\n{}", text);
    }

    #[test]
    fn no_text_panics(text in "(\\| ?[-0-9,.K~|a-z ]{0,9}|\\[USE\\] 2026-02-25T10:00:00Z team=a tokens=5|## (2026-02 Monthly Summary|Daily Detail 2026-02-25)|-|:|>|\r?\n|한|\u{feff}|---){0,40}") {
        let _ = fix_text(&text, stamp());
    }
}
