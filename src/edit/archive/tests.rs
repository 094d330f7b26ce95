//! What moves, in pictures of whole files, and the laws that hold for any log.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

const SAMPLE: &str = include_str!("../../../fixtures/logs/sample.md");
const ROTTEN: &str = include_str!("../../../fixtures/logs/rotten.md");

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// All details and lines from before a day, on that day.
fn on(day: &str) -> ArchiveRequest {
    ArchiveRequest {
        before: date(day),
        today: date(day),
        now: format!("{day}T12:00:00Z").parse().unwrap(),
        hooks_only: false,
        compact: false,
        folder: "archive".to_owned(),
        log: "../cost-log.md".to_owned(),
    }
}

/// A log and its archives.
#[derive(Clone, Default)]
struct Files {
    log: String,
    log_set: LogSet,
}

/// What is said of an archiving.
#[derive(Debug)]
struct ArchiveStats {
    settled: usize,
    moved: BTreeMap<Month, MoveStats>,
    #[expect(dead_code, reason = "shown in snapshots")]
    left: Vec<(String, Obstacle)>,
}

fn run(files: &Files, request: &ArchiveRequest) -> Result<(Files, ArchiveStats), ArchiveError> {
    let mut log_set = files.log_set.clone();
    let revision = Revision::read(files.log.clone(), &log_set);
    let name = |month: Month| format!("cost-log-{month}.md");
    let archiving = archive(&revision, &mut log_set, request, &name)?;
    let log = archiving.revision.unwrap_or(revision).into_text();
    let Archiving {
        settled,
        moved,
        left,
        ..
    } = archiving;
    let stats = ArchiveStats {
        settled,
        moved,
        left,
    };
    Ok((Files { log, log_set }, stats))
}

fn archived(text: &str, request: &ArchiveRequest) -> (Files, ArchiveStats) {
    let files = Files {
        log: text.to_owned(),
        ..Files::default()
    };
    run(&files, request).unwrap()
}

/// All files, whole, and what moves.
fn picture((files, stats): &(Files, ArchiveStats)) -> String {
    let mut picture = format!("{stats:#?}\n=== cost-log.md\n{}", files.log);
    for (month, archive) in &files.log_set.archives {
        let archive = String::from_utf8_lossy(archive);
        let _ = write!(picture, "=== cost-log-{month}.md\n{archive}");
    }
    picture
}

#[test]
fn old_sections_and_lines_move() {
    assert_snapshot!(picture(&archived(SAMPLE, &on("2026-03-30"))));
}

#[test]
fn a_rotten_log_becomes_short() {
    let (files, _) = archived(ROTTEN, &on("2026-03-30"));
    assert_snapshot!(files.log);
}

/// Everything that a log can be made of, with what may hinder a move.
const PARTS: [&str; 26] = [
    "# Cost Log v2.0\n> **Currency:** USD @ $0.003/1K tokens\n> **Last Updated:** 2026-02-20\n\n",
    "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 5,000 | $0.015 |\n| **TOTAL** | **5,000** | |\n\n",
    "## 2026-01 Monthly Summary (팀)\n\n| Team | Tokens |\n|---|---|\n| Team A | 12.5K |\n\n---\n\n",
    "## Daily Detail — 2026-02-03\n\n| Team | Task | Tokens |\n|---|---|---|\n| Team A | x | 1,000 |\n| 팀 나 | y | ~2.5K <!-- id=k1 --> |\n\n",
    "## Daily Detail — 2026-02-04\n\n| Team | Tokens |\n|---|---|\n| Team A night | 700 |\n\n---\n\n",
    "### Daily Detail: 2026-01-30\n| Team | Tokens |\n|---|---|\n| Team A | 7 |",
    "## Session 2026-02-05 — Team B (night)\n\n| Task | Tokens |\n|---|---|\n| a | 300 |\n| **TOTAL** | 300 |\n\n",
    "## Daily Detail — 2026-03-02\n\n| Team | Tokens |\n|---|---|\n| Team A | 900 |\n\n",
    "## Daily Detail — 2026-02-06\n\n| Team | Tokens |\n|---|---|\n| Team A | lots |\n\n",
    "## Daily Detail — 2026-02-07\n\n| Date | Team | Tokens |\n|---|---|---|\n| 2026-02-07 | Team A | 5 |\n| 2026-01-07 | Team A | 6 |\n\n",
    "## Daily Detail — 2026-02-08\n\nprose\n\n**Budget Status:**\n- Total budget: 9,000 tokens\n\n",
    "Daily Detail — 2026-02-09\n-----\n\n| Team | Tokens |\n|---|---|\n| Team C | 40 |\n",
    "\n---\n\n",
    "Notes of ours\n===\n\ntext\n---\n",
    "[PRE] 10:00:00 tool=Bash\n[POST] 10:00:01 tool=Bash\n",
    "[STOP] 2026-02-05T10:00:00Z end\n",
    "[NOTIFY] 2026-02-05T10:00:00Z threshold=80 scope=total basis=actual\n",
    "[USE] 2026-02-04T10:00:00Z team=\"Team A\" tokens=50 id=u1\n",
    "[USE] 2026-02-03T10:00:00Z team=\"팀 나\" tokens=2500 id=k1\n",
    "[HOLD] 2026-03-01T10:00:00Z team=\"Team A\" tokens=50 until=2026-03-02T18:00:00Z id=h1\n[FREE] 2026-03-02T11:00:00Z id=h1\n",
    "[HOLD] 2026-03-01T10:00:00Z team=\"Team A\" tokens=50\n",
    "```\n[PRE] in code\n## Daily Detail — 2026-02-01\n```\n",
    "\n\n",
    "## Daily Detail — 2026-02-10\n\n| Team | Task | Tokens | Notes |\n|---|---|---|---|\n| Team A | x | 1,000 | a |\n| team a | x | ~20 | b <!-- id=m1 --> |\n| Team A | x | 3 |\n| Team A | x | 4 | c <!-- id=k1 --> |\n\n",
    "# Older\n\n| Date | Agent | Task | Model | Tokens In | Tokens Out |\n|---|---|---|---|---|---|\n| 2026-02-01 | A | x | m | 1 | 2 |\n\n",
    "## Previous Historical Data\n\n- Location: `archive/cost-log-2026-01.md`\n- Size: 12 lines\n",
];

/// An archive that is there already.
const ARCHIVES: [&str; 4] = [
    "# Cost Log Archive — 2026-02\n\n## Daily Detail — 2026-02-01\n\n| Team | Tokens |\n|---|---|\n| Team A | 77 |\n\n## Hook Log\n\n[PRE] 1\n",
    "## Daily Detail — 2026-02-01\n\n| Team | Tokens |\n|---|---|\n| Team A | 77 |",
    "| Date | Agent | Task | Model | Tokens In | Tokens Out |\n|---|---|---|---|---|---|\n| 2026-02-01 | A | x | m | 1 | 2 |\n\n[PRE] 1\n[PRE] 2",
    "\u{feff}# Old\r\n\r\n## Hook Log\r\n\r\n## Other things\r\n\r\ntext\r\n",
];

/// What was used, month by month, as reports have it.
fn spent(files: &Files) -> BTreeMap<Month, Tokens> {
    let used = files.log_set.used(&files.log).into_iter();
    used.filter(|(_, used)| *used > Tokens::ZERO).collect()
}

/// Whether all lines of one text are in another, in their order.
fn keeps_lines(old: &[u8], new: &[u8]) -> bool {
    let mut new = new.split(|byte| *byte == b'\n');
    let old = old.strip_suffix(b"\n").unwrap_or(old);
    old.is_empty()
        || old
            .split(|byte| *byte == b'\n')
            .all(|line| new.any(|other| other.trim_ascii_end() == line.trim_ascii_end()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_lost_and_no_figure_changes(
        parts in proptest::collection::vec(0..PARTS.len(), 0..9),
        archive in proptest::option::of(0..ARCHIVES.len()),
        ends in (any::<bool>(), any::<bool>(), any::<bool>()),
        (hooks_only, compact) in (any::<bool>(), any::<bool>()),
    ) {
        let text: String = parts.iter().map(|part| PARTS[*part]).collect();
        let (crlf, bom, trimmed) = ends;
        let text = if trimmed { text.trim_end().to_owned() } else { text };
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let text = if bom { format!("\u{feff}{text}") } else { text };
        let mut log_set = LogSet::default();
        if let Some(archive) = archive {
            let february = "2026-02".parse().unwrap();
            log_set.archives.insert(february, ARCHIVES[archive].as_bytes().to_vec());
        }
        let request = ArchiveRequest { hooks_only, compact, ..on("2026-03-02") };
        let before = Files { log: text.clone(), log_set };
        let ran = run(&before, &request);
        let (after, stats) = ran.map_err(|error| TestCaseError::fail(format!("{error} in {text}")))?;
        for (month, archive) in &after.log_set.archives {
            let old = before.log_set.archives.get(month).map_or(&b""[..], Vec::as_slice);
            prop_assert!(keeps_lines(old, archive));
        }
        prop_assert_eq!(spent(&before), spent(&after));
        prop_assert_eq!(after.log.starts_with('\u{feff}'), bom);
        if stats.moved.is_empty() {
            prop_assert_eq!(&after.log, &text);
        }
        // What was to move has moved. Lines without a date may lose the one of a line that went; a usage line may settle late;
        // a last line without its end gets one.
        let (_, again) = run(&after, &request).unwrap();
        let is_done = again.moved.values().all(|moved| moved.rows == 0) || again.settled > 0 || trimmed;
        prop_assert!(is_done, "{}", after.log);
    }
}

/// Logs as they are found.
const LOGS: [&str; 9] = [
    SAMPLE,
    include_str!("../../../fixtures/logs/crlf.md"),
    include_str!("../../../fixtures/logs/bom.md"),
    include_str!("../../../fixtures/logs/no-final-newline.md"),
    include_str!("../../../fixtures/logs/korean.md"),
    include_str!("../../../fixtures/logs/hostile.md"),
    include_str!("../../../fixtures/logs/history.md"),
    include_str!("../../../fixtures/logs/lines.md"),
    include_str!("../../../fixtures/logs/v1.md"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_stays_stays_byte_for_byte(log in 0..LOGS.len(), days in 0..150_u64, hooks_only: bool) {
        let text = LOGS[log];
        let before = date("2025-12-01") + chrono::Days::new(days);
        let request = ArchiveRequest { hooks_only, ..on(&before.to_string()) };
        let before = Files { log: text.to_owned(), ..Files::default() };
        let ran = run(&before, &request);
        let (after, _) = ran.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(spent(&before), spent(&after));
        if hooks_only {
            // All but the reference to the archives are lines of the log as it was, in their order.
            let is_new = |line: &&str| {
                let new = ["## Previous Historical", "- Location:", "- Size:", "- Archived:"];
                !line.trim().is_empty() && !new.iter().any(|start| line.starts_with(start))
            };
            let mut old = text.split_inclusive('\n');
            let mut new = after.log.split_inclusive('\n').filter(is_new);
            prop_assert!(new.all(|line| old.any(|other| other.trim_end_matches(['\r', '\n']) == line.trim_end_matches(['\r', '\n']))));
        }
    }
}

#[test]
fn rows_of_one_team_and_task_become_one() {
    let text = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 9,999 |\n\n\
        ## Daily Detail — 2026-02-03\n\n\
        | Time | Team | Task | Tokens | Cost | Status | Duration | Notes |\n\
        |------|------|------|--------|------|--------|----------|-------|\n\
        | 10:10-10:17 | Team A | Guide | 1,000 | $0.003 | ✅ | 7m | first <!-- id=a --> |\n\
        | 11:00 | Team B | Guide | 5 | $0.001 | ✅ | — | alone |\n\
        | 09:10-09:30 | team a | guide | ~2,500 | $0.0075 | 🔄 | 20m | see `#4` <!-- id=b --> |\n\
        | 17:00-17:40 | Team A | Guide | 12.5K | $0.001 | ✅ | 40m | other digits |\n\
        | 23:50-00:20 | Team A | Guide | 500 | $0.002 | ✅ | 30m | first <!-- id=c --> |\n\
        | — | Team A | Guide | 70 | — | ✅ | — | no hours, no cost |\n\
        | **TOTAL** | | | 16,575 | | | | |\n\n\
        [USE] 2026-02-03T10:00:00Z team=\"Team A\" task=Guide tokens=2500 id=b\n";
    let request = ArchiveRequest {
        compact: true,
        ..on("2026-03-30")
    };
    let outcome = archived(text, &request);
    assert_snapshot!(picture(&outcome));
    // The second attempt at an id that was merged is still known for one.
    let (after, _) = outcome;
    assert_eq!(after.log_set.used(&after.log), LogSet::default().used(text));
}
