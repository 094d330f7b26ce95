//! Edits on whole logs: whole text in, whole text out.

use std::collections::BTreeMap;

use super::*;
use crate::model::{Month, Tokens};

fn stamp() -> Timestamp {
    "2026-02-26T09:30:00Z".parse().unwrap()
}

fn read(name: &str) -> String {
    let path = format!("{}/fixtures/logs/{name}", env!("CARGO_MANIFEST_DIR"));
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that cannot read its files has failed"
    )]
    std::fs::read_to_string(path).unwrap()
}

/// The lines that are not the same, `-` before and `+` after.
fn changes(before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let changed = |change: &similar::Change<&str>| change.tag() != similar::ChangeTag::Equal;
    let mut lines = String::new();
    for change in diff.iter_all_changes().filter(changed) {
        lines += &change.tag().to_string();
        lines += change.value();
    }
    lines
}

/// A log after settling, with how many lines were settled and how many were left.
pub(crate) fn settle_text(text: &str, now: Timestamp) -> (String, usize, usize) {
    let log_set = LogSet::default();
    let revision = Revision::read(text, &log_set);
    let (mut proposal, lines) = settle(&revision, &log_set);
    if lines > 0 {
        proposal.stamp(&revision, now);
    }
    let after = revision.apply(proposal, &log_set).unwrap();
    let repeats = after.repeats();
    let counting = after
        .document
        .lines
        .iter()
        .filter(|line| line.usage().is_some() && !repeats.contains(&line.place.line_start));
    let left = counting.count();
    (after.into_text(), lines, left)
}

pub(crate) fn fix_text(text: &str, now: Timestamp) -> String {
    let log_set = LogSet::default();
    let fixed = make_fixes(Revision::read(text, &log_set), &log_set, now);
    assert_eq!(
        (fixed.rejected, fixed.is_unfinished),
        (vec![], false),
        "{text}"
    );
    fixed.revision.into_text()
}

impl LogSet {
    /// What all teams used in each month of a log or of its archives.
    pub(crate) fn used(&self, text: &str) -> BTreeMap<Month, Tokens> {
        let revision = Revision::read(text, self);
        let ledger = &revision.ledger;
        let all = ledger.months().iter().chain(self.archives.keys());
        all.filter_map(|month| Some((*month, ledger.find_month(*month)?.used())))
            .collect()
    }
}

fn settled_changes(before: &str) -> String {
    let (after, lines, left) = settle_text(before, stamp());
    format!("{lines} settled, {left} left\n{}", changes(before, &after))
}

#[test]
fn the_mark_of_a_line_does_not_become_that_of_the_file() {
    let line = "[USE] 2026-02-25T10:00:00Z team=a tokens=5 id=k1\n";
    let text = format!("{line}\u{feff}{line}");
    let after = "\n\u{feff}[USE] 2026-02-25T10:00:00Z team=a tokens=5 id=k1\n\
        \n\
        ## 2026-02 Monthly Summary\n\
        \n\
        | Agent/Team | Task | Tokens | Cost | Status | Duration |\n\
        |------------|------|--------|------|--------|----------|\n\
        | a | — | 5 | — | — | — <!-- base=0 row=5 last=k1 --> |\n\
        | **TOTAL** | — | 5 | — | — | — |\n\
        \n\
        ## Daily Detail — 2026-02-25\n\
        \n\
        | Time | Team | Task | Tokens | Cost | Status | Notes |\n\
        |------|------|------|--------|------|--------|-------|\n\
        | 10:00 | a | — | 5 | — | — | — <!-- id=k1 --> |\n";
    assert_eq!(settle_text(&text, stamp()).0, after);
}

#[test]
fn usage_lines_become_rows_of_the_tables() {
    let before = read("lines.md");
    insta::assert_snapshot!(settled_changes(&before));
}

#[test]
fn a_line_of_a_new_day_and_of_a_new_month_gets_sections() {
    let before = read("sample.md")
        + "[USE] 2026-02-26T09:00:00Z team=\"Team A\" task=Guidelines tokens=1200 deliverables=1 minutes=20 status=done id=k1\n"
        + "[USE] 2026-02-25T09:00:00Z team=\"Team Z\" task=\"New | thing\" tokens=34 cost=0.12345\n"
        + "[USE] 2026-03-01T09:00:00Z team=\"Team A\" tokens=500 model=m\n";
    insta::assert_snapshot!(settled_changes(&before));
}

#[test]
fn a_settled_row_keeps_the_tokens_in_and_out_where_its_table_has_them() {
    let before = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 5,000 |\n| TOTAL | 5,000 |\n\n## Daily Detail — 2026-02-25\n\n| Time | Team | Tokens In | Tokens Out | Tokens |\n|---|---|---|---|---|\n| 09:00 | A | 4,000 | 1,000 | 5,000 |\n\n[USE] 2026-02-25T10:18:00Z team=A tokens=12450 input=12000 output=450 cache_read=90000 id=k3f9\n";
    assert_eq!(
        changes(before, &settle_text(before, stamp()).0),
        "\
-| A | 5,000 |
-| TOTAL | 5,000 |
+| A | 17,450 <!-- base=5000 row=17450 last=k3f9 --> |
+| TOTAL | 17,450 |
+| 10:18 | A | 12,000 | 450 | 12,450 <!-- id=k3f9 --> |
-[USE] 2026-02-25T10:18:00Z team=A tokens=12450 input=12000 output=450 cache_read=90000 id=k3f9
"
    );
}

fn fixed(text: &str) -> String {
    fix_text(text, stamp())
}

#[test]
fn a_rotten_log_is_mended_and_stays_so() {
    let before = read("rotten.md");
    let after = fixed(&before);
    insta::assert_snapshot!(changes(&before, &after));
    assert_eq!(fixed(&after), after);
}

#[test]
fn a_sound_log_is_left_alone() {
    for name in [
        "sample.md",
        "bom.md",
        "crlf.md",
        "no-final-newline.md",
        "korean.md",
        "history.md",
        "months.md",
        "v1.md",
    ] {
        let before = read(name);
        let after = fixed(&before);
        assert_eq!(changes(&before, &after), "", "{name}");
    }
}

#[test]
fn lines_between_rows_move_behind_their_table() {
    let before = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 5 |\n[PRE] 10:00:00 x\n| B | 7 |\n| TOTAL | 11 |\n[POST] 10:00:01 x\n[STOP] y\ntext\n";
    let after = fixed(before);
    insta::assert_snapshot!(after);
    assert_eq!(fixed(&after), after);
}

#[test]
fn a_new_row_stays_in_its_table_beside_new_notes() {
    let before = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 10 |\n\n## 2026-01 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Dev | 10 |\n\n\
        [USE] 2026-02-06T10:00:00Z team=QA tokens=500 deliverables=2 id=a\n\
        [USE] 2026-01-06T10:00:00Z team=Ops tokens=7 id=b\n";
    let (after, ..) = settle_text(before, stamp());
    insta::assert_snapshot!(after);
}

#[test]
fn a_row_whose_rounding_explained_its_details_says_them_in_full() {
    let before = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 0K |\n\n## Daily Detail — 2026-02-25\n\n| Team | Tokens |\n|---|---|\n| A | 400 |\n\n\
        [USE] 2026-02-25T10:00:00Z team=A tokens=100 id=a\n";
    let (after, ..) = settle_text(before, stamp());
    insta::assert_snapshot!(after);
    assert_eq!(fixed(&after), after);
}

#[test]
fn a_line_of_a_team_that_no_row_can_name_stays() {
    let before = "## 2026-02 Monthly Summary (P)\n\n| Agent | Tokens Used | Cost |\n|:--|--:|---|\n[USE] 2026-02-24T10:00:00+09:00 team=\"Team A\" tokens=2 id=k2 deliverables=2 minutes=5\n[USE] 2026-02-24T10:00:00+09:00 team=\"—\" tokens=1 id=k1 status=done\n\n## 2026-01 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n|                |         0 | ✅ |\n";
    let (after, lines, left) = settle_text(before, stamp());
    assert_eq!((lines, left), (1, 1));
    insta::assert_snapshot!(after);
}

#[test]
fn a_row_of_a_new_task_is_in_the_project_of_its_team() {
    let before = "## 2026-02 Monthly Summary (P)\n\n| Team | Task | Tokens |\n|---|---|---|\n| A | x | 10 |\n| A | y | 10 |\n\n## 2026-02 Monthly Summary (Q)\n\n| Team | Task | Tokens |\n|---|---|---|\n| B | x | 10 |\n\n\
        [USE] 2026-02-25T10:00:00Z team=A task=z tokens=100 id=a\n";
    let (after, ..) = settle_text(before, stamp());
    insta::assert_snapshot!(after);
}

#[test]
fn rows_of_one_task_in_two_summaries_stay_two() {
    let summary = "## 2026-02 Monthly Summary\n\n| Team | Task | Tokens | Cost |\n|---|---|---|---|\n| A | x | 10 | $0.10 |\n\n";
    let line = "[USE] 2026-02-25T10:00:00Z team=A task=x tokens=100 id=a\n";
    let (settled, ..) = settle_text(&format!("{summary}{summary}{line}"), stamp());
    let line = "[USE] 2026-02-25T11:00:00Z team=A tokens=7 id=b\n";
    let (settled, ..) = settle_text(&format!("{settled}\n{line}"), stamp());
    let fixed = fix_text(&settled, stamp());
    // Both costs count; with the mark of a merge in both rows, only one of them would.
    let rows: Vec<&str> = fixed
        .lines()
        .filter(|line| line.starts_with("| A | x "))
        .collect();
    assert_eq!(
        rows,
        [
            "| A | x | 110 | $0.10+ <!-- unpriced=100 --> |",
            "| A | x | 17 | $0.10+ <!-- unpriced=7 --> |",
        ]
    );
}

#[test]
fn tokens_that_a_new_row_takes_from_the_details_cost_nothing_more() {
    let heads = "| Team | Task | Tokens | Cost |\n|---|---|---|---|\n";
    let before = format!(
        "> **Currency:** USD @ $0.003/1K tokens\n\n\
        ## 2026-02 Monthly Summary\n\n{heads}| A | x | 1,000 | $1.50 |\n\n\
        ## 2026-02 Monthly Summary\n\n| Team | Task | Tokens | Notes |\n|---|---|---|---|\n| A | y | 2K | |\n\n\
        ## Daily Detail — 2026-02-25\n\n{heads}| A | x | 3,400 | $0.10 |\n\n\
        [USE] 2026-02-25T10:00:00Z team=A task=z tokens=0 id=a\n"
    );
    assert_eq!(
        settled_changes(&before),
        "\
1 settled, 0 left
+| A | z | 400 | <!-- cost=0.00USD --> <!-- base=3400 row=400 last=a --> |
+| A | z | 0 | — <!-- id=a --> |
-[USE] 2026-02-25T10:00:00Z team=A task=z tokens=0 id=a
"
    );
}
