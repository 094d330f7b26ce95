//! Two branches of a log, merged by git with `merge=union`, which keeps both sides: what `tokmon check --fix` makes of it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output},
};

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::{
    harness::{binary, changes, fixture, outcome},
    installed::has,
};

const LOG: &str = "cost-log.md";

/// What the sample log says is used.
const BEFORE: u64 = 126_670;

fn git(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-config"))
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "tester")
            .env(format!("GIT_{who}_EMAIL"), "tester@example.com");
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        outcome(&output)
    );
    output
}

pub(crate) type Branch<'b> = &'b dyn Fn(&Path);

/// A log of which two branches were made, and merged.
pub(crate) fn merged(base: &str, ours: Branch<'_>, theirs: Branch<'_>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    git(path, &["checkout", "--quiet", "-b", "ours"]);
    fs::write(path.join(".gitattributes"), "cost-log.md merge=union\n").unwrap();
    fs::write(path.join(LOG), base).unwrap();
    let commit = || {
        git(path, &["add", LOG, ".gitattributes"]);
        git(path, &["commit", "--quiet", "-m", "one more"]);
    };
    commit();
    git(path, &["checkout", "--quiet", "-b", "theirs"]);
    theirs(path);
    commit();
    git(path, &["checkout", "--quiet", "ours"]);
    ours(path);
    commit();
    git(path, &["merge", "--quiet", "-m", "both", "theirs"]);
    folder
}

fn sample() -> String {
    fs::read_to_string(fixture("logs/sample.md")).unwrap()
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join(LOG)).unwrap()
}

fn record(folder: &Path, now: &str, team: &str, tokens: u64, id: &str) {
    let tokens = tokens.to_string();
    let output = binary(folder)
        .env("TOKMON_NOW", now)
        .args(["record", "--team", team, "--tokens", &tokens, "--id", id])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", outcome(&output));
}

fn append(folder: &Path, line: &str) {
    let log = fs::OpenOptions::new().append(true).open(folder.join(LOG));
    writeln!(log.unwrap(), "{line}").unwrap();
}

fn check(folder: &Path, args: &[&str]) -> String {
    let output = binary(folder)
        .env("TOKMON_NOW", "2026-03-03T12:00:00Z")
        .arg("check")
        .args(args)
        .output()
        .unwrap();
    outcome(&output)
}

fn used(folder: &Path, month: &str) -> u64 {
    let output = binary(folder)
        .env("TOKMON_NOW", "2026-03-03T12:00:00Z")
        .args(["--json", "--month", month])
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json["used"]["tokens"].as_u64().unwrap()
}

/// How often each id stands in a log.
fn ids(log: &str) -> BTreeMap<&str, usize> {
    let mut ids = BTreeMap::new();
    for rest in log.split(" id=").skip(1) {
        *ids.entry(rest.split_whitespace().next().unwrap())
            .or_insert(0) += 1;
    }
    ids
}

/// Mends a merged log: each id then stands once, and mending it again changes nothing.
fn fixed(folder: &Path, count: usize) -> String {
    check(folder, &["--fix"]);
    let once = log(folder);
    let ids = ids(&once);
    assert_eq!(ids.len(), count, "{once}");
    assert!(ids.values().all(|count| *count == 1), "{ids:?}");
    let again = check(folder, &["--fix"]);
    assert_eq!(log(folder), once, "{again}");
    for code in ["TM009", "TM013", "TM014", "TM015", "TM023", "TM024"] {
        assert!(!again.contains(code), "{again}");
    }
    once
}

/// How many records a branch makes.
fn many() -> u64 {
    if std::env::var_os("TOKMON_LONG").is_some() {
        100
    } else {
        25
    }
}

/// The minute of a record on the day of the sample log.
fn minute(hour: u64, at: u64) -> String {
    format!("2026-02-25T{}:{:02}:{:02}Z", hour, at / 60, at % 60)
}

#[test]
fn the_records_of_two_branches_stand_once_and_add_up() {
    if !has("git") {
        return;
    }
    let many = many();
    let branch = |hour, name: &'static str, most: u64, teams: &'static [&'static str]| {
        move |folder: &Path| {
            for (at, team) in (0..many).zip(teams.iter().cycle()) {
                record(
                    folder,
                    &minute(hour, at),
                    team,
                    most - at,
                    &format!("{name}{at}"),
                );
            }
        }
    };
    let ours = branch(20, "o", 1_000, &["Team A"]);
    let cases: [&[&str]; 3] = [
        &["Team A"],
        &["Team A", "Team B", "Team H", "Team Q"],
        &["Team H", "Team Q"],
    ];
    for teams in cases {
        let theirs = branch(21, "t", 3_000, teams);
        let folder = merged(&sample(), &ours, &theirs);
        let both = usize::try_from(many * 2).unwrap();
        let mended = fixed(folder.path(), both);
        assert_eq!(
            mended.matches("| TOTAL").count() + mended.matches("| **TOTAL").count(),
            1
        );
        let right = BEFORE + (0..many).map(|at| 4_000 - 2 * at).sum::<u64>();
        assert_eq!(used(folder.path(), "2026-02"), right, "{mended}");
    }
}

#[test]
fn lines_that_two_branches_append_are_settled_once() {
    if !has("git") {
        return;
    }
    let many = many() * 4;
    let branch = |hour, name: &'static str| {
        move |folder: &Path| {
            for at in 0..many {
                let time = minute(hour, at);
                let tokens = 100 + at;
                append(
                    folder,
                    &format!("[USE] {time} team=\"Team A\" tokens={tokens} id={name}{at}"),
                );
            }
        }
    };
    let folder = merged(&sample(), &branch(20, "o"), &branch(21, "t"));
    let right = BEFORE + 2 * (0..many).map(|at| 100 + at).sum::<u64>();
    assert_eq!(used(folder.path(), "2026-02"), right);
    fixed(folder.path(), usize::try_from(many * 2).unwrap());
    assert_eq!(used(folder.path(), "2026-02"), right);
}

#[test]
fn a_line_that_one_branch_settled_and_the_other_kept_counts_once() {
    if !has("git") {
        return;
    }
    let line =
        |at: u64| format!("[USE] 2026-02-25T19:5{at}:00Z team=\"Team B\" tokens=33{at} id=b{at}");
    let base = sample() + &line(1) + "\n" + &line(2) + "\n";
    let folder = merged(
        &base,
        &|folder| record(folder, &minute(21, 0), "Team B", 200, "o1"),
        &|folder| append(folder, &line(3)),
    );
    assert_snapshot!("kept_and_settled", check(folder.path(), &[]));
    fixed(folder.path(), 4);
    let right = BEFORE + 331 + 332 + 333 + 200;
    assert_eq!(used(folder.path(), "2026-02"), right);
}

#[test]
fn what_a_merge_left_is_told_and_mended() {
    if !has("git") {
        return;
    }
    let folder = merged(
        &sample(),
        &|folder| {
            record(folder, &minute(20, 1), "Team A", 606, "o1");
            record(folder, &minute(20, 2), "Team Q", 70, "o2");
        },
        &|folder| {
            record(folder, &minute(21, 1), "Team A", 306, "t1");
            record(folder, &minute(21, 2), "Team B", 5, "t2");
        },
    );
    let before = log(folder.path());
    let found = check(folder.path(), &[]);
    assert_eq!(used(folder.path(), "2026-02"), BEFORE + 987);
    let mended = fixed(folder.path(), 4);
    assert_snapshot!(format!(
        "{found}\n=== changed\n{}",
        changes(&before, &mended)
    ));
    assert_eq!(used(folder.path(), "2026-02"), BEFORE + 606 + 70 + 306 + 5);
}

#[test]
fn new_days_and_new_months_of_both_branches_are_kept() {
    if !has("git") {
        return;
    }
    let branch = |hour: u64, name: &'static str, team: &'static str| {
        move |folder: &Path| {
            for (at, day) in ["02-26", "02-27", "03-01", "03-02"].iter().enumerate() {
                let now = format!("2026-{day}T{hour:02}:00:00Z");
                let tokens = 100 * (at as u64 + 1) + hour;
                record(folder, &now, team, tokens, &format!("{name}{at}"));
                record(folder, &now, "Team A", tokens, &format!("{name}a{at}"));
            }
        }
    };
    let of_both = |from: u64| 2 * (2 * (100 * from + 100 * (from + 1)) + 2 * (9 + 11));
    let folder = merged(
        &sample(),
        &branch(11, "o", "Team Q"),
        &branch(9, "t", "Team R"),
    );
    let mended = fixed(folder.path(), 16);
    assert_eq!(
        used(folder.path(), "2026-02"),
        BEFORE + of_both(1),
        "{mended}"
    );
    assert_eq!(used(folder.path(), "2026-03"), of_both(3), "{mended}");
}

#[test]
fn what_nothing_tells_is_left_to_its_writers() {
    if !has("git") {
        return;
    }
    let row = "| Team A | Guidelines | 12,450 |";
    let hand = |tokens: &'static str, total: &'static str| {
        move |folder: &Path| {
            let text = log(folder)
                .replace(row, &format!("| Team A | Guidelines | {tokens} |"))
                .replace("**126,670**", total);
            fs::write(folder.join(LOG), text).unwrap();
        }
    };
    let ours = hand("14,450", "**128,670**");
    let folder = merged(&sample(), &ours, &hand("13,000", "**127,220**"));
    let before = log(folder.path());
    let first = check(folder.path(), &["--fix"]);
    let mended = log(folder.path());
    assert_snapshot!(format!(
        "{first}\n=== changed\n{}",
        changes(&before, &mended)
    ));
    check(folder.path(), &["--fix"]);
    assert_eq!(log(folder.path()), mended);
}

/// The minimal log of the readme, with a price and a total.
const MINIMAL: &str = "\
> **Currency:** USD @ $0.003/1K tokens (claude-haiku-4-5)

## 2026-02 Monthly Summary

| Team | Task | Tokens | Cost | Status |
|------|------|--------|------|--------|
| Team A | Guidelines | 12,450 | $0.037 | ✅ |
| Team B | Design | ~18.9K | $0.057 | 🔄 |
| **TOTAL** | | **31,350** | **$0.094** | |

**Budget Status:**
- Total budget: 200,000 tokens
- Current usage: 31,350 tokens (15.7%)

## Cost-Tracking Notes

Say which task it was for.

Figures of a month are final a week after its end.

Questions go to the orchestrator.
";

/// A log of which several branches were made and merged one after the other, the first into which the others go.
fn merged_all(base: &str, branches: &[Branch<'_>]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    git(path, &["checkout", "--quiet", "-b", "base"]);
    fs::write(path.join(".gitattributes"), "cost-log.md merge=union\n").unwrap();
    fs::write(path.join(LOG), base).unwrap();
    git(path, &["add", "."]);
    git(path, &["commit", "--quiet", "-m", "base"]);
    for (at, branch) in branches.iter().enumerate() {
        git(
            path,
            &["checkout", "--quiet", "-b", &format!("b{at}"), "base"],
        );
        branch(path);
        git(path, &["add", "."]);
        git(path, &["commit", "--quiet", "-m", "more"]);
    }
    git(path, &["checkout", "--quiet", "b0"]);
    for at in 1..branches.len() {
        git(
            path,
            &["merge", "--quiet", "-m", "merge", &format!("b{at}")],
        );
    }
    folder
}

/// What each team used, and what all of it cost, in a month.
fn figures(folder: &Path, month: &str) -> (BTreeMap<String, u64>, String) {
    let output = binary(folder)
        .env("TOKMON_NOW", "2026-03-03T12:00:00Z")
        .args(["--json", "--month", month])
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let teams = json["teams"].as_array().unwrap().iter();
    let teams = teams.filter_map(|team| {
        let tokens = team["used_tokens"].as_u64().filter(|tokens| *tokens > 0)?;
        Some((team["name"].as_str().unwrap().to_owned(), tokens))
    });
    (teams.collect(), json["used"]["cost"]["amount"].to_string())
}

/// Merges branches in every order. Each team must have used what is said, before the log is fixed and after, at the same cost; and
/// nothing of the merge may be left then.
fn assert_merged(base: &str, branches: &[Branch<'_>], month: &str, expected: &[(&str, u64)]) {
    let expected: BTreeMap<String, u64> = expected
        .iter()
        .map(|(team, tokens)| ((*team).to_owned(), *tokens))
        .collect();
    for shift in 0..branches.len() {
        for is_reversed in [false, true] {
            let mut order = branches.to_vec();
            order.rotate_left(shift);
            if is_reversed {
                order.reverse();
            }
            let folder = merged_all(base, &order);
            let merged = log(folder.path());
            let (teams, cost) = figures(folder.path(), month);
            assert_eq!(teams, expected, "{merged}");
            check(folder.path(), &["--fix"]);
            let fixed = log(folder.path());
            assert_eq!(
                figures(folder.path(), month),
                (teams, cost),
                "{merged}\n=== fixed\n{fixed}"
            );
            let again = check(folder.path(), &["--fix"]);
            assert_eq!(log(folder.path()), fixed, "{again}");
            for code in ["TM009", "TM013", "TM015", "TM023", "TM024", "TM028"] {
                assert!(!again.contains(code), "{again}\n{fixed}");
            }
        }
    }
}

const DAY: &str = "2026-02-20T12:00:00Z";

fn records<'b>(all: &'b [(&'b str, &'b str, u64, &'b str)]) -> impl Fn(&Path) + 'b {
    move |folder| {
        for (now, team, tokens, id) in all {
            record(folder, now, team, *tokens, id);
        }
    }
}

type Records<'a> = &'a [(&'a str, &'a str, u64, &'a str)];
type Case<'a> = (&'a [Records<'a>], &'a str, &'a [(&'a str, u64)]);

#[test]
fn branches_that_only_record_add_up_in_any_order() {
    if !has("git") {
        return;
    }
    let other = "2026-02-21T12:00:00Z";
    let next = "2026-03-01T12:00:00Z";
    let (a, b) = ("Team A", "Team B");
    let cases: [Case<'_>; 8] = [
        (
            &[&[(DAY, a, 100, "m1")], &[(DAY, a, 200, "x1")]],
            "2026-02",
            &[(a, 12_750), (b, 18_900)],
        ),
        // The same amount.
        (
            &[&[(DAY, a, 100, "m1")], &[(DAY, a, 100, "x1")]],
            "2026-02",
            &[(a, 12_650), (b, 18_900)],
        ),
        // Different teams, whose rows are side by side.
        (
            &[&[(DAY, a, 100, "m1")], &[(DAY, b, 200, "x1")]],
            "2026-02",
            &[(a, 12_550), (b, 19_100)],
        ),
        // Different days, several records.
        (
            &[
                &[(DAY, a, 100, "m1"), (DAY, b, 7, "m2"), (other, a, 50, "m3")],
                &[(other, a, 300, "x1"), (other, a, 20, "x2")],
            ],
            "2026-02",
            &[(a, 12_920), (b, 18_907)],
        ),
        // A team that is new on both.
        (
            &[
                &[(DAY, "QA", 100, "m1")],
                &[(DAY, "QA", 100, "x1"), (DAY, a, 1, "x2")],
            ],
            "2026-02",
            &[(a, 12_451), (b, 18_900), ("QA", 200)],
        ),
        // A month that is new on both.
        (
            &[
                &[(next, a, 100, "m1")],
                &[(next, a, 200, "x1"), (next, "QA", 5, "x2")],
            ],
            "2026-03",
            &[(a, 300), ("QA", 5)],
        ),
        // Three branches.
        (
            &[
                &[(DAY, a, 100, "m1")],
                &[(DAY, a, 200, "x1")],
                &[(DAY, a, 300, "y1")],
            ],
            "2026-02",
            &[(a, 13_050), (b, 18_900)],
        ),
        (
            &[
                &[(DAY, a, 100, "m1")],
                &[(DAY, a, 100, "x1")],
                &[(other, a, 100, "y1")],
            ],
            "2026-02",
            &[(a, 12_750), (b, 18_900)],
        ),
    ];
    for (branches, month, expected) in cases {
        let branches: Vec<_> = branches.iter().map(|all| records(all)).collect();
        let branches: Vec<Branch<'_>> = branches.iter().map(|one| one as Branch<'_>).collect();
        assert_merged(MINIMAL, &branches, month, expected);
    }
}

#[test]
fn a_merge_keeps_what_was_fixed_archived_or_written_by_hand_on_one_side() {
    if !has("git") {
        return;
    }
    let theirs = records(&[(DAY, "Team A", 200, "x1")]);
    let fixed = |folder: &Path| {
        append(folder, &format!("[USE] {DAY} team=\"Team A\" tokens=100"));
        check(folder, &["--fix"]);
    };
    assert_merged(
        MINIMAL,
        &[&fixed, &theirs],
        "2026-02",
        &[("Team A", 12_750), ("Team B", 18_900)],
    );

    // A daily row and the monthly figure, both by hand.
    let by_hand = |folder: &Path| {
        let day =
            "\n## Daily Detail — 2026-02-19\n\n| Team | Tokens |\n|---|---|\n| Team A | 150 |\n";
        let text = log(folder)
            .replace("12,450", "12,600")
            .replace("31,350", "31,500")
            + day;
        fs::write(folder.join(LOG), text).unwrap();
    };
    assert_merged(
        MINIMAL,
        &[&by_hand, &theirs],
        "2026-02",
        &[("Team A", 12_800), ("Team B", 18_900)],
    );

    // Old rows that one side archives.
    let old = format!(
        "{MINIMAL}\n## Daily Detail — 2026-02-01\n\n| Team | Tokens |\n|---|---|\n| Team A | 70 <!-- id=o1 --> |\n"
    );
    let archived = |folder: &Path| {
        let mut command = binary(folder);
        command
            .env("TOKMON_NOW", DAY)
            .args(["archive", "--keep-days", "5"]);
        assert!(command.output().unwrap().status.success());
        record(folder, DAY, "Team A", 100, "m1");
    };
    let folder = merged_all(&old, &[&archived, &theirs]);
    let used = || figures(folder.path(), "2026-02").0["Team A"];
    assert_eq!(used(), 12_750, "{}", log(folder.path()));
    check(folder.path(), &["--fix"]);
    assert_eq!(used(), 12_750, "{}", log(folder.path()));
}

#[test]
fn a_figure_that_was_raised_by_hand_is_left_to_its_writers() {
    if !has("git") {
        return;
    }
    let raised = |folder: &Path| {
        let text = log(folder).replace("12,450", "12,600");
        fs::write(folder.join(LOG), text).unwrap();
    };
    let theirs = records(&[(DAY, "Team A", 200, "x1")]);
    let folder = merged_all(MINIMAL, &[&raised, &theirs]);
    let found = check(folder.path(), &[]);
    assert!(found.contains("TM024"), "{found}");
    // Where the row was recorded before, its comment shows what was added by hand.
    let base = {
        let folder = merged_all(MINIMAL, &[&records(&[(DAY, "Team A", 50, "b1")])]);
        log(folder.path())
    };
    let raised = |folder: &Path| {
        let text = log(folder).replace("12,500", "12,650");
        fs::write(folder.join(LOG), text).unwrap();
    };
    let folder = merged_all(&base, &[&raised, &theirs]);
    assert_eq!(
        figures(folder.path(), "2026-02").0["Team A"],
        12_850,
        "{}",
        log(folder.path())
    );
}

#[test]
fn two_merges_that_were_fixed_apart_and_a_record_on_a_merge_add_up() {
    if !has("git") {
        return;
    }
    let ours = records(&[(DAY, "Team A", 100, "m1")]);
    let theirs = records(&[(DAY, "Team A", 200, "x1")]);
    let folder = merged_all(MINIMAL, &[&ours, &theirs]);
    let path = folder.path();
    git(path, &["checkout", "--quiet", "-b", "other", "b1"]);
    git(path, &["merge", "--quiet", "-m", "merge", "b0~1"]);
    check(path, &["--fix"]);
    git(
        path,
        &["commit", "--quiet", "-am", "fixed", "--allow-empty"],
    );
    git(path, &["checkout", "--quiet", "b0"]);
    record(path, DAY, "Team A", 30, "z1");
    let text = log(path);
    assert_eq!(text.matches("| Team A | Guidelines").count(), 1, "{text}");
    git(path, &["commit", "--quiet", "-am", "recorded"]);
    git(path, &["merge", "--quiet", "-m", "merge", "other"]);
    assert_eq!(
        figures(path, "2026-02").0["Team A"],
        12_780,
        "{}",
        log(path)
    );
    check(path, &["--fix"]);
    assert_eq!(
        figures(path, "2026-02").0["Team A"],
        12_780,
        "{}",
        log(path)
    );
}

#[test]
fn rows_of_branches_without_comments_are_proven_by_the_details() {
    let text = fs::read_to_string(fixture("reports/merged-by-union.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(LOG), &text).unwrap();
    let found = check(folder.path(), &[]);
    let used = figures(folder.path(), "2026-02");
    let fixed = check(folder.path(), &["--fix"]);
    assert_eq!(figures(folder.path(), "2026-02"), used);
    assert_snapshot!(format!(
        "{used:?}\n{found}\n=== fix\n{fixed}\n=== changed\n{}",
        changes(&text, &log(folder.path()))
    ));
}

#[test]
fn a_monthly_row_that_a_merge_put_below_a_daily_table_counts_with_its_team() {
    if !has("git") {
        return;
    }
    let (short, _) = MINIMAL.split_once("\n## Cost-Tracking").unwrap();
    let ours = records(&[(DAY, "Team A", 100, "m1")]);
    let theirs = records(&[("2026-02-21T12:00:00Z", "Team A", 320, "x1")]);
    let folder = merged_all(short, &[&ours, &theirs]);
    let merged = log(folder.path());
    let used = || figures(folder.path(), "2026-02").0["Team A"];
    assert_eq!(used(), 12_870, "{merged}");
    let found = check(folder.path(), &[]);
    let fixed = check(folder.path(), &["--fix"]);
    assert_eq!(used(), 12_870, "{}", log(folder.path()));
    assert_snapshot!(format!(
        "{merged}\n=== check\n{found}\n=== fix\n{fixed}\n=== changed\n{}",
        changes(&merged, &log(folder.path()))
    ));
}

#[test]
fn details_that_one_branch_added_to_a_new_monthly_row_count_once() {
    if !has("git") {
        return;
    }
    let base = "[USE] 2026-02-02T01:15:00Z team=\"Team A Docs\" tokens=4126 id=k1\n\n\
        ## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 100 |\n\n\
        ## Daily Detail — 2026-02-02\n\n| Team | Tokens |\n|---|---|\n| Team A Docs | 10,054 |\n";
    // A row of Team A makes the other name one of its own, so it gets all of its details; without it, only those of the line.
    let new = records(&[(DAY, "Team A", 700, "m1")]);
    let (known, again) = (
        records(&[(DAY, "QA", 400, "x1")]),
        records(&[(DAY, "QA", 50, "y1")]),
    );
    let expected = [("Team A", 700), ("Team A Docs", 14_180), ("QA", 550)];
    assert_merged(base, &[&new, &known, &again], "2026-02", &expected);
}

#[test]
fn a_row_below_its_details_counts_once_beside_the_row_that_was_brought_up_to_them() {
    if !has("git") {
        return;
    }
    // By the rounding of 17K, the row agrees with its details until something is added to it.
    let base = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 38,786 |\n\n\
        ## Daily Detail — 2026-02-02\n\n| Team | Tokens |\n|---|---|\n| QA | 15,410 |\n\
        | QA | 6,612 <!-- id=k1 --> |\n| QA | 17K <!-- id=k2 --> |\n";
    let ours = records(&[(DAY, "QA", 100, "m1")]);
    // This branch leaves the row of QA as it is, and adds one next to it.
    let theirs = records(&[(DAY, "Team B", 300, "x1")]);
    let expected = [("QA", 39_122), ("Team B", 300)];
    assert_merged(base, &[&ours, &theirs], "2026-02", &expected);
}
