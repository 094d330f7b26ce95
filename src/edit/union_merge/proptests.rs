//! Properties of merged logs: whatever two branches record, nothing is lost, and where both recorded in order, nothing counts twice.

use std::collections::BTreeMap;

use proptest::prelude::*;
use similar::{DiffTag, TextDiff};

use super::super::{
    Document, Kept, LogSet, Timestamp,
    tests::{fix_text, settle_text},
};

/// One thing recorded: who, for what, how much, and how many hours after the one before.
type Record = (&'static str, &'static str, u64, u32);

fn records(most_hours: u32) -> impl Strategy<Value = Vec<Record>> {
    let team = prop::sample::select(vec![
        "Team A",
        "Team B",
        "Team C",
        "Team H",
        "Team Q",
        "Orchestrator",
    ]);
    let task = prop::sample::select(vec!["", " task=Guidelines", " task=Other"]);
    prop::collection::vec((team, task, 1..5_000_u64, 0..=most_hours), 1..7)
}

fn sample() -> String {
    let path = format!("{}/fixtures/logs/sample.md", env!("CARGO_MANIFEST_DIR"));
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that cannot read its files has failed"
    )]
    std::fs::read_to_string(path).unwrap()
}

fn stamp() -> Timestamp {
    "2026-04-26T09:30:00Z".parse().unwrap()
}

/// When the branches part, at the latest.
const PARTED: &str = "2026-02-26T10:00:00Z";

/// A log after a branch recorded these, settling each as it came, or only appending the lines.
fn after(log: &str, branch: &str, records: &[Record], settles: bool) -> String {
    let mut text = log.to_owned();
    let from = if branch == "b" {
        "2026-02-25T20:00:00Z"
    } else {
        PARTED
    };
    let mut time: Timestamp = from.parse().unwrap();
    for (at, (team, task, tokens, hours)) in records.iter().enumerate() {
        time += chrono::TimeDelta::hours(i64::from(*hours));
        let when = time.format("%Y-%m-%dT%H:%M:%SZ");
        let line = format!("[USE] {when} team=\"{team}\"{task} tokens={tokens} id={branch}{at}\n");
        text += &line;
        if settles {
            text = settle_text(&text, time).0;
        }
    }
    text
}

/// For each line of a text, the one of another that is the same.
fn same(one: &[&str], two: &[&str]) -> BTreeMap<usize, usize> {
    let diff = TextDiff::from_slices(one, two);
    let equal = diff.ops().iter().filter(|op| op.tag() == DiffTag::Equal);
    equal
        .flat_map(|op| op.old_range().zip(op.new_range()))
        .collect()
}

/// What git makes of two branches with `merge=union`: of lines that both changed, those of the one, then those of the other.
fn union(base: &str, ours: &str, theirs: &str) -> String {
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
    let (in_ours, in_theirs) = (same(&base, &ours), same(&base, &theirs));
    let mut merged = String::new();
    let (mut b, mut o, mut t) = (0, 0, 0);
    for line in 0..=base.len() {
        let (next_o, next_t) = if line == base.len() {
            (ours.len(), theirs.len())
        } else {
            match (in_ours.get(&line), in_theirs.get(&line)) {
                (Some(o), Some(t)) => (*o, *t),
                _ => continue,
            }
        };
        let (was, one, two) = (&base[b..line], &ours[o..next_o], &theirs[t..next_t]);
        if one == was {
            merged.extend(two.iter().copied());
        } else if two == was {
            merged.extend(one.iter().copied());
        } else {
            let diff = TextDiff::from_slices(one, two);
            let changes = diff.iter_all_changes();
            merged.extend(changes.map(|change| change.value()));
        }
        merged.extend(base.get(line).copied());
        (b, o, t) = (line + 1, next_o + 1, next_t + 1);
    }
    merged
}

fn used(text: &str) -> u64 {
    let used = LogSet::default().used(text).into_values();
    used.map(|tokens| tokens.0).sum()
}

fn sum(records: &[&[Record]]) -> u64 {
    let all = records.iter().flat_map(|records| records.iter());
    all.map(|(_, _, tokens, _)| tokens).sum()
}

/// How often each id stands in a text.
fn ids(text: &str) -> BTreeMap<String, usize> {
    let mut ids = BTreeMap::new();
    for rest in text.split("id=").skip(1) {
        let end = rest.find([' ', '\n']).unwrap_or(rest.len());
        let id = rest.get(..end).unwrap();
        *ids.entry(id.to_owned()).or_insert(0) += 1;
    }
    ids
}

fn fix(text: &str) -> String {
    fix_text(text, stamp())
}

#[test]
fn the_union_of_texts_is_that_of_git() {
    let base = "a\nb\nc\nd\n";
    assert_eq!(union(base, base, "a\nX\nc\nd\n"), "a\nX\nc\nd\n");
    assert_eq!(
        union(base, "a\nX\nc\nd\ne\n", "a\nb\nY\nd\n"),
        "a\nX\nc\nb\nY\nd\ne\n"
    );
    assert_eq!(union("", "h\n1\n", "h\n2\n"), "h\n1\n2\n");
}

/// A log of this monthly table and of these details, each a row of a day.
fn small(header: &str, rows: &[&str], details: &[(&str, u64)]) -> String {
    let mut text = format!("{header}## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n");
    for row in rows {
        text.extend(["| ", row, " |\n"]);
    }
    text += "\n## Daily Detail — 2026-02-25\n\n| Team | Tokens |\n|---|---|\n";
    for (team, tokens) in details {
        let tokens = tokens.to_string();
        text.extend(["| ", team, " | ", &tokens, " |\n"]);
    }
    text
}

/// The rows of the monthly table of a log.
fn rows(text: &str) -> Vec<String> {
    let table = text.split("|---|---|\n").nth(1).unwrap();
    let rows = table.lines().take_while(|line| !line.is_empty());
    rows.map(|row| row.trim_matches(['|', ' ']).to_owned())
        .collect()
}

/// The rows of a monthly table, the details below it, and the rows that are left.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, u64)], &'a [&'a str]);

#[test]
fn rows_become_one_where_the_details_tell_what_it_says() {
    let a = [("A", 10), ("A", 3), ("A", 2)];
    let cases: [Case<'_>; 10] = [
        // Both branches added to the row.
        (
            &["A | 13", "A | 12", "TOTAL | 13", "TOTAL | 12"],
            &a,
            &["A | 15", "TOTAL | 15"],
        ),
        // One did.
        (
            &["A | 10", "A | 15", "TOTAL | 10", "TOTAL | 15"],
            &a,
            &["A | 15", "TOTAL | 15"],
        ),
        // Both began with none.
        (
            &["A | 13", "A | 2", "TOTAL | 13", "TOTAL | 2"],
            &a,
            &["A | 15", "TOTAL | 15"],
        ),
        // Three branches.
        (
            &[
                "A | 10",
                "A | 13",
                "A | 12",
                "TOTAL | 10",
                "TOTAL | 13",
                "TOTAL | 12",
            ],
            &a,
            &["A | 15", "TOTAL | 15"],
        ),
        // Another row, which neither changed, stands between theirs.
        (
            &[
                "A | 13",
                "B | 7",
                "A | 12",
                "B | 7",
                "TOTAL | 20",
                "TOTAL | 19",
            ],
            &a,
            &["A | 15", "B | 7", "TOTAL | 22"],
        ),
        // It may as well be two.
        (
            &[
                "A | 13",
                "A | 12",
                "B | 7",
                "B | 7",
                "TOTAL | 20",
                "TOTAL | 19",
            ],
            &a,
            &["A | 15", "B | 7", "B | 7", "TOTAL | 29", "TOTAL | 29"],
        ),
        // Some of what both began with is in no detail.
        (
            &["A | 14", "A | 13", "TOTAL | 14", "TOTAL | 13"],
            &a,
            &["A | 16", "TOTAL | 16"],
        ),
        // Some of one row is in no detail.
        (
            &["A | 14", "A | 11", "TOTAL | 14", "TOTAL | 11"],
            &a,
            &["A | 14", "A | 11", "TOTAL | 25", "TOTAL | 25"],
        ),
        // One total.
        (
            &["A | 13", "A | 12", "TOTAL | 25"],
            &a,
            &["A | 13", "A | 12", "TOTAL | 25"],
        ),
        // Totals of two names.
        (
            &["A | 13", "A | 12", "TOTAL | 25", "TOTAL MTD | 25"],
            &a,
            &["A | 13", "A | 12", "TOTAL | 25", "TOTAL MTD | 25"],
        ),
    ];
    for (before, details, after) in cases {
        let once = fix(&small("", before, details));
        assert_eq!(rows(&once), after, "{before:?}");
        assert_eq!(fix(&once), once);
    }
}

#[test]
fn rows_stay_where_a_detail_is_in_no_table() {
    let before = ["A | 13", "A | 12", "TOTAL | 13", "TOTAL | 12"];
    let details = [("A", 10), ("A", 3)];
    let stray = "\n## Daily Detail — 2026-02-26\n| A | 2 |\n";
    let log = small("", &before, &details) + stray;
    let once = fix(&log);
    assert_eq!(rows(&once)[..2], ["A | 13", "A | 12"]);
    assert!(once.ends_with(stray), "{once}");
    assert_eq!(fix(&once), once);
}

#[test]
fn totals_of_groups_are_not_those_of_branches() {
    let groups = ["A | 13", "TOTAL | 13", "B | 2", "TOTAL | 2"];
    let details = [("A", 13), ("B", 2)];
    let stamps =
        "> **Last Updated:** 2026-02-25 20:03 UTC\n> **Last Updated:** 2026-02-25 21:03 UTC\n\n";
    for header in ["", stamps] {
        let once = fix(&small(header, &groups, &details));
        assert_eq!(rows(&once), groups, "{header}");
        assert_eq!(
            once.matches("Last Updated").count(),
            usize::from(!header.is_empty())
        );
    }
    let branches = ["A | 13", "TOTAL | 13", "B | 2", "TOTAL | 12"];
    assert_eq!(rows(&fix(&small("", &branches, &details)))[1], "TOTAL | 13");
    let once = fix(&small(stamps, &branches, &details));
    assert_eq!(rows(&once), ["A | 13", "B | 2", "TOTAL | 15"]);
    assert!(once.contains("2026-04-26 09:30") && fix(&once) == once);
}

#[test]
fn what_repeats_in_every_byte_goes_and_nothing_else() {
    let line =
        |tokens: u64, id: &str| format!("[USE] 2026-02-25T10:00:00Z team=A tokens={tokens}{id}\n");
    let row = "A | 5 <!-- id=k1 -->";
    let details = |text: String| {
        text + &format!("| {row} |\n| {row} |\n| A | 5 |\n| A | 5 |\n| A | 6 <!-- id=k1 --> |\n\n")
    };
    let before = details(small("", &["A | 15", "TOTAL | 15"], &[]))
        + &line(5, " id=k1")
        + &line(7, " id=k1")
        + &line(8, " id=k2")
        + &line(8, " id=k2")
        + &line(9, "")
        + &line(9, "");
    let once = fix(&before);
    assert_eq!(once.matches(row).count(), 1, "{once}");
    assert_eq!(once.matches("| A | 5 |").count(), 2, "{once}");
    assert!(once.contains("| A | 6 <!-- id=k1 --> |"), "{once}");
    assert!(once.contains("tokens=7 id=k1"), "{once}");
    assert_eq!(once.matches("id=k2").count(), 1, "{once}");
    assert_eq!(used(&once), 15 + 8 + 9 + 9);
    assert_eq!(used(&once), used(&before));
    assert_eq!(fix(&once), once);
}

/// Whether git put a row of one day between the heading of another and its table. Such a row is reported, and is not counted.
fn has_row_above_its_table(merged: &str) -> bool {
    let mut lines = merged.lines().zip(merged.lines().skip(1));
    lines.any(|(line, next)| {
        line.starts_with("## ") && next.starts_with("| ") && !next.starts_with("| Time")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_counts_twice_and_each_id_stands_once(
        before in records(2),
        ours in records(7),
        theirs in records(7),
        appends in any::<[bool; 2]>(),
        are_swapped in any::<bool>(),
    ) {
        let base = after(&sample(), "b", &before, true);
        let mut sides = [
            after(&base, "o", &ours, !appends[0]),
            after(&base, "t", &theirs, !appends[1]),
        ];
        if are_swapped {
            sides.swap(0, 1);
        }
        // Two totals that happen to be the same are one line, and show nothing.
        prop_assume!(sum(&[&ours]) != sum(&[&theirs]));
        let merged = union(&base, &sides[0], &sides[1]);
        prop_assume!(!has_row_above_its_table(&merged));
        let once = fix(&merged);
        let right = 126_670 + sum(&[&before, &ours, &theirs]);
        prop_assert_eq!(used(&once), right, "{}\n=== fixed\n{}", merged, once);
        let ids = ids(&once);
        prop_assert_eq!(ids.len(), before.len() + ours.len() + theirs.len());
        prop_assert!(ids.values().all(|count| *count == 1), "{:?}", ids);
        prop_assert_eq!(Document::read(once.as_str(), Kept::All).lines.len(), 4);
        prop_assert_eq!(fix(&once), once, "{}", merged);
    }

    #[test]
    fn nothing_is_lost_in_whatever_order_it_came(
        before in records(40),
        ours in records(200),
        theirs in records(200),
        missing in 0..3_000_u64,
    ) {
        // Some of a monthly row is in no detail.
        let row = "| Team A | Guidelines | 12,450 |";
        let known = format!("| Team A | Guidelines | {} |", 12_450 + missing);
        let base = after(&sample().replace(row, &known), "b", &before, true);
        let merged = union(&base, &after(&base, "o", &ours, true), &after(&base, "t", &theirs, true));
        prop_assume!(!has_row_above_its_table(&merged));
        let once = fix(&merged);
        let right = 126_670 + missing + sum(&[&before, &ours, &theirs]);
        prop_assert!(used(&once) >= right, "{} and not {right}:\n{merged}\n=== fixed\n{once}", used(&once));
        prop_assert_eq!(ids(&once).len(), before.len() + ours.len() + theirs.len());
        prop_assert_eq!(fix(&once), once, "{}", merged);
    }
}
