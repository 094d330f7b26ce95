//! Every limit that applies, budgets that are reset by hand, overrides, and the prices of models.

use std::{fs, path::Path};

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Ran, Tokmon, repository};

const LOG: &str = "cost-log.md";

const MANUAL: &str = "[budget]\ntokens = 100_000\nreset = \"manual\"\n";

/// Two months with rows, the second with details of three days.
const MONTHS: &str = "\
# Cost Log v2.0
> **Currency:** USD @ $0.003/1K tokens

## 2026-02 Monthly Summary

| Team | Task | Tokens | Cost | Status |
|------|------|--------|------|--------|
| Team A | Work | 30,000 | $0.090 | ✅ |
| Team B | Work | 5,000 | $0.015 | ✅ |
| **TOTAL MTD** | | **35,000** | **$0.105** | |

## 2026-01 Monthly Summary

| Team | Task | Tokens | Cost | Status |
|------|------|--------|------|--------|
| Team A | Work | 20,000 | $0.060 | ✅ |
| **TOTAL MTD** | | **20,000** | **$0.060** | |

## Daily Detail — 2026-02-20

| Time | Team | Task | Tokens | Cost | Status |
|------|------|------|--------|------|--------|
| 10:00-11:00 | Team A | Work | 12,000 | $0.036 | ✅ |

## Daily Detail — 2026-02-10

| Time | Team | Task | Tokens | Cost | Status |
|------|------|------|--------|------|--------|
| 10:00-11:00 | Team A | Work | 10,000 | $0.030 | ✅ |
| 12:30-13:30 | Team A | Work | 8,000 | $0.024 | ✅ |

";

fn with(log: &str, settings: &str) -> tempfile::TempDir {
    repository(&[(LOG, log), ("tokmon.toml", settings)])
}

fn run(folder: &Path, options: &str) -> Ran {
    let args = options.split_whitespace();
    Tokmon::new(args).folder(folder).run()
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join(LOG)).unwrap()
}

fn json(folder: &Path, options: &str) -> Value {
    let ran = run(folder, options);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"))
}

/// What counts against the budget: of all, and of each team, with what may be from before.
fn spent(log: &str) -> String {
    let folder = with(log, MANUAL);
    let report = json(folder.path(), "--json");
    let teams = report["teams"].as_array().unwrap().iter();
    let teams = teams.map(|team| format!("{} {}", team["name"], team["used_tokens"]));
    format!(
        "{} {}, {}, unsure {}; month {}; {}",
        report["used"]["tokens"],
        report["used"]["cost"]["amount"],
        report["level"],
        report["period"]["unsure_tokens"],
        report["period"]["month_tokens"],
        teams.collect::<Vec<_>>().join(", ")
    )
}

#[test]
fn every_limit_is_listed_with_where_it_is_set_and_when_it_begins_anew() {
    let settings = "[budget]\ncost = \"1 USD\"\n[budget.months.2026-02]\ntokens = \"60K\"\n[teams.\"Team A\"]\ntokens = \"40K\"\ncost = \"0.10\"\n[teams.\"Team B\"]\ncost = \"2 EUR\"\n[teams.Idle]\ntokens = 400\n";
    let folder = with(MONTHS, settings);
    assert_snapshot!(run(folder.path(), "budget"), @"
    exit 0
    --- out
      Limit of    Limit    Used      %  Level       Left  Set in
      all teams  60,000  35,000  58.3%  ✓ OK      25,000  tokmon.toml:4
      all teams  $1.000  $0.105  10.5%  ✓ OK      $0.895  tokmon.toml:2
      Team A     40,000  30,000  75.0%  ! NOTE    10,000  tokmon.toml:6
      Team A     $0.100  $0.090  90.0%  !!! CRIT  $0.010  tokmon.toml:7
      Team B     €2.000       -      -  -              -  tokmon.toml:9
      Idle          400       0   0.0%  ✓ OK         400  tokmon.toml:11
    the limit of Team B in money cannot be judged: the log's costs are in USD
    done, so no alert is sent: Team A
    for 2026-02; begins anew on 2026-03-01 00:00 +00:00
    --- err
    ");
    assert_snapshot!(
        "budget_json",
        run(folder.path(), "budget --json --budget 50K")
    );
    let folder = with(MONTHS, "");
    assert_snapshot!(run(folder.path(), "budget"), @"
    exit 0
    --- out
    no limit is set: set one with --budget 200K, TOKMON_BUDGET or tokmon.toml
    for 2026-02; begins anew on 2026-03-01 00:00 +00:00
    --- err
    ");
    // Where nothing is written yet, the current month is judged.
    let folder = with(MONTHS, MANUAL);
    assert_snapshot!(run(folder.path(), "budget --now 2026-03-02T12:00:00Z"), @"
    exit 0
    --- out
      Limit of     Limit    Used      %  Level    Left  Set in
      all teams  100,000  55,000  55.0%  ✓ OK   45,000  tokmon.toml:2
    without a limit of their own: Team A, Team B
    since the log began: it was never reset
    begins anew with `tokmon budget --reset`
    2026-03 alone used 0 tokens
    --- err
    ");
}

#[test]
fn the_page_shows_what_is_printed_and_what_the_log_says() {
    let page = fs::read_to_string("docs/budget.md").unwrap();
    let block = |start: &str| {
        let (_, block) = page.split_once(start).unwrap();
        block.split("```").next().unwrap().to_owned()
    };
    let settings = "[budget]\ncost = \"1 USD\"\n[budget.months.2026-02]\ntokens = \"60K\"\n[teams.\"Team A\"]\ntokens = \"40K\"\ncost = \"0.10\"\n";
    let folder = with(MONTHS, settings);
    assert_eq!(run(folder.path(), "budget").out, block("$ tokmon budget\n"));
    let lines = [block("so far:\n\n```\n"), block("into the log:\n\n```\n")].concat();
    let folder = with(&format!("{MONTHS}{lines}"), MANUAL);
    let report = json(folder.path(), "--json");
    assert_eq!(report["period"]["reason"], "new contract");
    assert_eq!(report["used"]["tokens"], 5_000, "the baseline is read");
    assert_eq!(run(folder.path(), "check -q").code, 0);
}

#[test]
fn a_period_counts_all_that_is_not_known_to_be_from_before_it() {
    let after = |reset: &str| spent(&format!("{MONTHS}[NOTIFY] {reset}\n"));
    // Never reset: everything in the log counts.
    assert_snapshot!(spent(MONTHS), @r#"55000 "0.165", "ok", unsure null; month 35000; "Team A" 50000, "Team B" 5000"#);
    // Between two months: the whole second one.
    assert_snapshot!(after("2026-02-01T00:00:00Z event=reset month=2026-02"), @r#"35000 "0.105", "ok", unsure null; month 35000; "Team A" 30000, "Team B" 5000"#);
    // After the first of three details. What its monthly row does not say the day of counts, and so does the other team.
    assert_snapshot!(after("2026-02-10T11:01:00Z event=reset month=2026-02"), @r#"25000 "0.075", "ok", unsure 5000; month 35000; "Team A" 20000, "Team B" 5000"#);
    // In the middle of a row: it may all be from after.
    assert_snapshot!(after("2026-02-10T10:30:00Z event=reset month=2026-02"), @r#"35000 "0.105", "ok", unsure 15000; month 35000; "Team A" 30000, "Team B" 5000"#);
    // What it says that teams had used is not counted again.
    assert_snapshot!(after("2026-02-10T11:01:00Z event=reset month=2026-02\n[NOTIFY] 2026-02-10T11:01:00Z event=baseline month=2026-02 team=\"Team A\" tokens=10000 cost=$0.030\n[NOTIFY] 2026-02-10T11:01:00Z event=baseline month=2026-02 team=\"Team B\" tokens=4000 cost=$0.012"), @r#"21000 "0.063", "ok", unsure null; month 35000; "Team A" 20000, "Team B" 1000"#);
    // What is dated after the reset counts, whatever it says.
    assert_snapshot!(after("2026-02-15T00:00:00Z event=reset month=2026-02\n[NOTIFY] 2026-02-15T00:00:00Z event=baseline month=2026-02 team=\"Team A\" tokens=900000 cost=$9"), @r#"17000 "0.051", "ok", unsure null; month 35000; "Team A" 12000, "Team B" 5000"#);
    // The last reset counts; not one that is still to come, and not one that cannot be read.
    assert_snapshot!(after("2026-02-01T00:00:00Z event=reset month=2026-02\n[NOTIFY] 2026-02-26T00:00:00Z event=reset month=2026-02\n[NOTIFY] 2026-02-24T00:00:00Z event=reset month=2"), @r#"35000 "0.105", "ok", unsure null; month 35000; "Team A" 30000, "Team B" 5000"#);
    // A month that is written later than the reset leaves nothing out.
    assert_snapshot!(after("2026-01-31T00:00:00Z event=reset month=2026-02"), @r#"55000 "0.165", "ok", unsure 20000; month 35000; "Team A" 50000, "Team B" 5000"#);
    // Events of other programs are none, and a row of 2062 is a typing error.
    assert_snapshot!(after("2026-02-20T00:00:00Z event=reset session=abc"), @r#"55000 "0.165", "ok", unsure null; month 35000; "Team A" 50000, "Team B" 5000"#);
    let ahead =
        "\n## 2062-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 900,000 |\n";
    assert_snapshot!(spent(&format!("{MONTHS}[NOTIFY] 2026-02-01T00:00:00Z event=reset month=2026-02\n{ahead}")), @r#"35000 "0.105", "ok", unsure null; month 35000; "Team A" 30000, "Team B" 5000"#);
    // A usage line counts by its moment, whatever the month is by its own clock.
    let late = "[NOTIFY] 2026-02-01T00:30:00+09:00 event=reset month=2026-02\n[USE] 2026-01-31T15:31:00Z team=\"Team C\" tokens=700\n[USE] 2026-01-31T15:29:00Z team=\"Team C\" tokens=50\n";
    assert_snapshot!(spent(&format!("{MONTHS}{late}")), @r#"35700 "0.1071", "ok", unsure null; month 35000; "Team A" 30000, "Team B" 5000, "Team C" 700"#);
}

#[test]
#[cfg(target_os = "linux")]
fn a_reset_begins_a_new_period_and_says_so_in_the_log() {
    let folder = with(MONTHS, MANUAL);
    let (folder, reset) = (folder.path(), "budget --reset --yes");
    let args = [
        "budget",
        "--reset",
        "--yes",
        "--reason",
        "the \"new\"\ncontract",
    ];
    let ran = Tokmon::new(args).env("USER", "alice").folder(folder).run();
    assert_snapshot!(ran, @r#"
    exit 0
    --- out
    reset: a new period of the budget begins now
      Limit of     Limit  Used     %  Level     Left  Set in
      all teams  100,000     0  0.0%  ✓ OK   100,000  tokmon.toml:2
    without a limit of their own: Team A, Team B
    since 2026-02-25 17:00 +00:00, when it was reset by alice: the "new" contract
    begins anew with `tokmon budget --reset`
    2026-02 alone used 35,000 tokens
    --- err
    "#);
    let lines = log(folder);
    assert_snapshot!(lines.strip_prefix(MONTHS).unwrap(), @r#"
    [NOTIFY] 2026-02-25T17:00:00+00:00 event=reset month=2026-02 by=alice reason="the \"new\" contract" id=dqq000000000
    [NOTIFY] 2026-02-25T17:00:00+00:00 event=baseline month=2026-02 team="Team A" tokens=30000 cost=$0.09
    [NOTIFY] 2026-02-25T17:00:00+00:00 event=baseline month=2026-02 team="Team B" tokens=5000 cost=$0.015
    "#);
    let recorded = run(
        folder,
        "record --team B --tokens 1K --id b1 --now 2026-02-25T17:05:00Z",
    );
    assert_eq!(recorded.code, 0, "{recorded}");
    assert_snapshot!("period_status", run(folder, "--now 2026-02-25T17:10:00Z"));
    // In the next month the period goes on.
    let recorded = run(
        folder,
        "record --team B --tokens 98K --id b2 --now 2026-03-02T10:00:00Z",
    );
    assert_eq!(recorded.code, 0, "{recorded}");
    assert_snapshot!(
        "period_in_the_next_month",
        run(folder, "--fail-on warning --now 2026-03-02T10:10:00Z")
    );
    assert_snapshot!(run(folder, "--month 2026-02 --now 2026-03-02T10:10:00Z"), @"
    exit 0
    --- out
    tokmon  cost-log.md  2026-02
    2026-02 is not the current month; today is 2026-03-02
    the budget is reset by hand, so its period is judged and not this month; 36,000 tokens used in 2026-02

    Used        36,000 tokens
    Cost       ~$0.108
    Teams      Team A 30,000 (83.3%), Team B 5,000 (13.8%), B 1,000 (2.7%)

    Alerts (0)
    none
    --- err
    ");
    let csv = run(folder, "--format csv --now 2026-03-02T10:10:00Z").out;
    let period: Vec<&str> = csv.lines().skip(2).take(3).collect();
    assert_snapshot!(period.join("\n"), @"
    period_since,2026-02-25T17:00:00+00:00,,
    month_used,98000,,
    period_unsure,,,
    ");
    // A view is about the period that goes on, also before the first row of a month.
    let april = run(folder, "--now 2026-04-01T08:00:00Z").out;
    assert!(
        april.contains("99,000 of 100,000 tokens used (99.0%"),
        "{april}"
    );
    // What is archived still counts, and the line of the reset stays.
    let archived = run(
        folder,
        "archive --before 2026-03-01 --now 2026-03-02T10:20:00Z",
    );
    assert_eq!(archived.code, 0, "{archived}");
    assert!(log(folder).contains("event=reset"), "{}", log(folder));
    let report = json(folder, "--json --now 2026-03-02T10:30:00Z");
    assert_eq!(report["used"]["tokens"], 99_000);
    let again = run(folder, &format!("{reset} -q --now 2026-03-02T10:40:00Z"));
    assert_eq!(
        (again.code, again.out.as_str(), again.err.as_str()),
        (0, "", "")
    );
    let report = json(folder, "--json --now 2026-03-02T10:50:00Z");
    assert_eq!(report["used"]["tokens"], 0);
    let checked = run(folder, "check -q --now 2026-03-02T10:50:00Z");
    assert_eq!((checked.code, checked.out.as_str()), (0, ""), "{checked}");
}

#[test]
fn a_reset_needs_a_confirmation_and_a_budget_that_is_reset_by_hand() {
    let folder = with(MONTHS, MANUAL);
    assert_snapshot!(run(folder.path(), "budget --reset"), @"
    exit 64
    --- out
    --- err
    tokmon: --reset asks before it begins a new period, and standard input is no terminal
      help: add --yes to reset the budget without a question
    ");
    assert_snapshot!(run(folder.path(), "budget --yes").code, @"64");
    assert_eq!(log(folder.path()), MONTHS);
    let folder = with(MONTHS, "[budget]\ntokens = 100_000\n");
    assert_snapshot!(run(folder.path(), "budget --reset --yes"), @r#"
    exit 78
    --- out
    --- err
    tokmon: this budget begins anew with each month
      help: to reset it by hand, write `reset = "manual"` under [budget] in tokmon.toml. Until the first reset, all of the log counts
    "#);
    assert_eq!(log(folder.path()), MONTHS);
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_a_reset_asks_first() {
    let folder = with(MONTHS, MANUAL);
    let folder = folder.path();
    let typed = |answer| {
        let args = ["budget", "--reset", "--color", "never"];
        Tokmon::new(args).folder(folder).typed(answer).run()
    };
    assert_snapshot!(typed("n\n"), @"
    exit 1
    --- out
    --- err
    55,000 of 100,000 tokens used, 55.0%, ok, since the log began. Reset the budget of cost-log.md? [y/N] tokmon: the budget is not reset
    ");
    for answer in ["", "\n", "yesterday\n", "no way"] {
        assert_eq!(typed(answer).code, 1, "{answer:?}");
    }
    assert_eq!(log(folder), MONTHS);
    assert_snapshot!(typed("Yes\n"), @"
    exit 0
    --- out
    reset: a new period of the budget begins now
      Limit of     Limit  Used     %  Level     Left  Set in
      all teams  100,000     0  0.0%  ✓ OK   100,000  tokmon.toml:2
    without a limit of their own: Team A, Team B
    since 2026-02-25 17:00 +00:00, when it was reset
    begins anew with `tokmon budget --reset`
    2026-02 alone used 35,000 tokens
    --- err
    55,000 of 100,000 tokens used, 55.0%, ok, since the log began. Reset the budget of cost-log.md? [y/N] tokmon: the log does not say who reset the budget, since neither TOKMON_AGENT nor USER is set
    ");
    assert!(log(folder).contains("event=reset"));
}

#[test]
#[cfg(target_os = "linux")]
fn what_remains_of_a_period_is_written_below_the_log() {
    let notes = "\
**Budget Status:**
- Total budget: 100,000 tokens
- Current usage: 35,000 tokens (35.0%)
- Remaining budget: 65,000 tokens (65.0%)
- Risk level: LOW

";
    let folder = with(
        &format!("{MONTHS}{notes}"),
        "[budget]\nreset = \"manual\"\n",
    );
    let folder = folder.path();
    let recorded = run(folder, "record --team B --tokens 41K --id b1");
    assert_eq!(recorded.code, 0, "{recorded}");
    let text = log(folder);
    let status = text.split("**Budget Status:**").nth(1).unwrap();
    assert_snapshot!(status.lines().take(5).collect::<Vec<_>>().join("\n"), @"
    - Total budget: 100,000 tokens
    - Current usage: 96,000 tokens (96.0%)
    - Remaining budget: 4,000 tokens (4.0%)
    - Risk level: CRITICAL
    ");
}

#[test]
fn overrides_are_counted_in_every_view_and_by_check() {
    let lines = "\
[NOTIFY] 2026-01-25T10:00:00Z event=override month=2026-01 reason=\"of another month\"
[NOTIFY] 2026-02-24T10:00:00Z event=override month=2026-02 team=\"Team A\" tokens=900 by=alice reason=\"the | release\" id=o1
[NOTIFY] 2026-02-24T10:00:00Z event=override month=2026-02 team=\"Team A\" tokens=900 by=alice reason=\"the | release\" id=o1
[NOTIFY] 2026-02-25T10:00:00Z event=override month=2026-02
";
    let folder = with(&format!("{MONTHS}{lines}"), "[budget]\ntokens = 100_000\n");
    let folder = folder.path();
    for view in ["", "--teams", "--full", "--forecast", "--format markdown"] {
        let ran = run(folder, view);
        let shown = ran
            .out
            .lines()
            .filter(|line| line.contains("of the budget, the last"));
        assert_eq!(
            shown.collect::<Vec<_>>().join("|").trim_start_matches("- "),
            "2 overrides of the budget, the last on 2026-02-25: no reason given",
            "{view}: {ran}"
        );
    }
    let csv = run(folder, "--format csv").out;
    assert!(csv.contains("\noverrides,2,,\n"), "{csv}");
    let report = json(folder, "--json");
    assert_snapshot!(serde_json::to_string(&report["overrides"]).unwrap(), @r#"[{"by":"alice","file":"log","line":33,"reason":"the | release","team":"Team A","time":"2026-02-24T10:00:00Z","tokens":900},{"file":"log","line":35,"time":"2026-02-25T10:00:00Z"}]"#);
    assert_snapshot!(run(folder, "check"), @r#"
    exit 0
    --- out
    note[TM032]: the budget was overridden: of another month
       ╭▸ cost-log.md:32:1
       │
    32 │ [NOTIFY] 2026-01-25T10:00:00Z event=override month=2026-01 reason="of another month"
       ╰╴━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ work was started here

    note[TM032]: the budget of Team A was overridden by alice: the | release
       ╭▸ cost-log.md:33:1
       │
    33 │ [NOTIFY] 2026-02-24T10:00:00Z event=override month=2026-02 team="Team A" tokens=900 by=alice reason="the | release" id=o1
       ╰╴━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ work was started here

    note[TM032]: the budget was overridden: no reason given
       ╭▸ cost-log.md:35:1
       │
    35 │ [NOTIFY] 2026-02-25T10:00:00Z event=override month=2026-02
       ╰╴━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ work was started here

    3 notes in cost-log.md (35 lines, 8 rows, 2 months)
    --- err
    "#);
    assert_snapshot!(run(folder, "budget").out.lines().last().unwrap(), @"  2026-02-24 10:00  Team A     900  alice  the | release");
    let january = run(folder, "--month 2026-01").out;
    assert!(
        january.contains("1 override of the budget, on 2026-01-25: of another month"),
        "{january}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn overrides_go_to_the_archive_of_their_month_and_are_counted_there() {
    let lines = "[NOTIFY] 2026-02-24T10:00:00Z event=override month=2026-02 by=alice reason=late\n[NOTIFY] 2026-02-24T10:00:00Z threshold=80 scope=total basis=actual\n";
    let folder = with(&format!("{MONTHS}{lines}"), "");
    let folder = folder.path();
    assert_eq!(run(folder, "archive").code, 0);
    assert!(log(folder).contains("event=override") && log(folder).contains("threshold=80"));
    assert_eq!(run(folder, "archive --now 2026-03-02T10:00:00Z").code, 0);
    assert!(!log(folder).contains("event=override") && !log(folder).contains("threshold=80"));
    let shown = run(folder, "--month 2026-02 --now 2026-03-02T10:00:00Z").out;
    assert!(
        shown.contains("1 override of the budget, by alice on 2026-02-24: late"),
        "{shown}"
    );
    let report = json(folder, "--month 2026-02 --json --now 2026-03-02T10:00:00Z");
    assert_eq!(report["overrides"][0]["file"], "archive");
}

#[test]
fn prices_are_listed_with_their_age_and_what_has_none() {
    let folder = with(
        MONTHS,
        "[prices]\n\"gpt-5\" = { input = 1, output = 9 }\nlocal = 0.5\n",
    );
    let folder = folder.path();
    let ran = Tokmon::new(["prices", "--now", "2026-11-29T12:00:00Z"])
        .folder(folder)
        .run();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!((ran.code, ran.err.as_str(), lines.len()), (0, "", 61));
    assert_snapshot!([&lines[..6], &lines[58..]].concat().join("\n"), @"
      Per 1M tokens             Input   Output  Cache write  1 h write  Cache read  Fast  Longer context               From
      gpt-5                    $1.000   $9.000            -          -           -  -     -                            tokmon.toml
      local                   $500.00  $500.00      $500.00          -           -  -     -                            tokmon.toml
      claude-fable-5           $10.00   $50.00       $12.50     $20.00      $1.000  -     -                            built-in
      claude-fable-5-1         $10.00   $50.00       $12.50     $20.00      $0.250  -     -                            built-in
      claude-haiku-4-5         $1.000   $5.000       $1.250     $2.000      $0.100  -     -                            built-in
      o3                       $2.000   $8.000            -          -      $0.500  -     -                            built-in
      o3-pro                   $20.00   $80.00            -          -           -  -     -                            built-in
    built-in prices: LiteLLM 1.110.2, 2026-11-27, 2 days old; the guard estimates with them where tokmon.toml has no price; they never price rows of a log
    ");
    assert_snapshot!(run(folder, "prices gpt-5 anthropic/claude-haiku-4.5 gemini-2.5-pro --now 2027-05-01T00:00:00Z"), @"
    exit 0
    --- out
      Per 1M tokens      Input  Output  Cache write  1 h write  Cache read  Longer context              From
      gpt-5             $1.000  $9.000            -          -           -  -                           tokmon.toml
      claude-haiku-4-5  $1.000  $5.000       $1.250     $2.000      $0.100  -                           built-in
      gemini-2.5-pro    $1.250  $10.00            -          -      $0.125  above 200K: $2.500, $15.00  built-in
    built-in prices: LiteLLM 1.110.2, 2026-11-27, 155 days old; for a newer one see --from in --help; the guard estimates with them where tokmon.toml has no price; they never price rows of a log
    --- err
    ");
    assert_snapshot!(run(folder, "prices gpt-5 gpt-99"), @r#"
    exit 64
    --- out
    --- err
    tokmon: no price of `gpt-99` is known
      help: set one under [prices."gpt-99"] in tokmon.toml; until then, the guard takes that of the most expensive typical model of its tier
    "#);
    let unpriced = "\
# Cost Log v2.0

## Daily Detail — 2026-02-20

| Team | Model | Tokens |
|------|-------|--------|
| Team A | llama | 900 |
| Team A | local | 5,000 |
| Team B | | 100 |

";
    let other = with(unpriced, "[prices]\nlocal = 0.5\n");
    let ran = run(other.path(), "prices");
    let shown: Vec<&str> = ran.out.lines().skip(60).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    built-in prices: LiteLLM 1.110.2, 2026-11-27, later than the time of this report; the guard estimates with them where tokmon.toml has no price; they never price rows of a log
    2026-02: 1,000 tokens have neither a cost nor a price in tokmon.toml or the header of the log
      900 of llama: set [prices."llama"] in tokmon.toml
      100 in rows without a model in a column `Model`
    "#);
    let document = json(other.path(), "prices --json");
    assert_snapshot!(document["unpriced"], @r#"{"models":[{"model":"llama","tokens":900},{"tokens":100}],"month":"2026-02","tokens":1000}"#);
    // Without a log there is a list all the same.
    let empty = repository(&[]);
    let ran = run(empty.path(), "prices opus");
    assert_snapshot!(ran, @"
    exit 0
    --- out
      Per 1M tokens   Input  Output  Cache write  1 h write  Cache read  Fast  From
      claude-opus-5  $5.000  $25.00       $6.250     $10.00      $0.500  x2    built-in
    built-in prices: LiteLLM 1.110.2, 2026-11-27, later than the time of this report; the guard estimates with them where tokmon.toml has no price; they never price rows of a log
    --- err
    ");
}

#[test]
#[cfg(target_os = "linux")]
fn a_record_at_the_price_of_another_model_says_so() {
    let header = "USD @ $0.003/1K tokens";
    let log = MONTHS.replacen(header, &format!("{header} (claude-haiku-4-5)"), 1);
    let folder = with(&log, "");
    let record = |model: &str, id: &str| {
        run(
            folder.path(),
            &format!("record --team B --new-team --tokens 100 --model {model} --id {id} -n"),
        )
        .err
    };
    assert_snapshot!(record("claude-opus-5", "a"), @r#"
    tokmon: the price in the log's header is taken for the model "claude-opus-5", $3.000 per 1M tokens; by the built-in list it costs $5.000 and $25.00: set [prices."claude-opus-5"] input = 5.00, output = 25.00 in tokmon.toml
    "#);
    for model in ["claude-haiku-4-5-20251001", "gpt-5-nano", "mystery-9"] {
        assert_eq!(record(model, "b"), "", "{model}");
    }
}

#[test]
fn a_newer_list_becomes_settings_exactly() {
    let list = r#"{"openai": {"models": {"gpt-9": {"cost": {"input": 1.25, "output": 0.000001, "cache_read": 0.0000001}}, "gpt-8": {"cost": {"input": 1.5e-1, "output": 30, "context_over_200k": {"input": 0.3, "output": 45}}}}}}"#;
    let folder = repository(&[("api.json", list), ("odd.json", "[]"), (LOG, MONTHS)]);
    let folder = folder.path();
    let ran = run(folder, "prices --from api.json");
    assert_snapshot!(ran, @r#"
    exit 0
    --- out
    # Prices in USD per 1M tokens, from api.json on 2026-02-25

    [prices."gpt-8"]
    # above 200K tokens of context: input = 0.30, output = 45.00
    input = 0.15
    output = 30.00
    --- err
    tokmon: left out, since their prices are not whole picos per token: gpt-9
    "#);
    fs::write(folder.join("tokmon.toml"), ran.out).unwrap();
    assert_snapshot!(run(folder, "prices gpt-8"), @"
    exit 0
    --- out
      Per 1M tokens   Input  Output  From
      gpt-8          $0.150  $30.00  tokmon.toml
    built-in prices: LiteLLM 1.110.2, 2026-11-27, later than the time of this report; the guard estimates with them where tokmon.toml has no price; they never price rows of a log
    --- err
    ");
    assert_snapshot!(run(folder, "prices --from api.json gpt-7"), @"
    exit 65
    --- out
    --- err
    tokmon: api.json has no price of `gpt-7`
      help: name models as the list does
    ");
    assert_snapshot!(run(folder, "prices --from odd.json"), @"
    exit 65
    --- out
    --- err
    tokmon: odd.json: not a list of prices in JSON: invalid type: sequence, expected a map at line 1 column 0
    ");
    assert_snapshot!(run(folder, "prices --from none.json"), @"
    exit 66
    --- out
    --- err
    tokmon: cannot read none.json: there is no such file
    ");
    let piped = Tokmon::new(["prices", "--from", "-", "gpt-8"])
        .folder(folder)
        .input(list.as_bytes())
        .run();
    assert_eq!((piped.code, piped.err.as_str()), (0, ""));
    assert!(
        piped.out.ends_with("input = 0.15\noutput = 30.00\n"),
        "{piped}"
    );
}

#[test]
fn schemas_describe_what_is_printed() {
    let folder = with(MONTHS, MANUAL);
    for (name, command) in [("budget", "budget --json"), ("prices", "prices --json")] {
        let schema = json(folder.path(), &format!("schema {name}"));
        let document = json(folder.path(), command);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
        assert_eq!(document["schema_version"], 1);
    }
}

#[test]
fn the_level_and_the_share_beside_it_are_of_what_is_used_and_reserved() {
    let hold = "[HOLD] 2026-02-25T16:00:00Z team=\"Team B\" tokens=4500 cost=0.01 until=2026-02-25T18:00:00Z id=h1\n";
    let override_of = |day: u32, team: &str| {
        format!(
            "[NOTIFY] 2026-02-{day:02}T10:18:00Z event=override month=2026-02{team} reason=\"release {day}\"\n"
        )
    };
    let overrides: String = (1..=22)
        .map(|day| override_of(day, " team=\"Team B\" by=kim tokens=900"))
        .collect();
    let log = format!("{MONTHS}{hold}{overrides}{}", override_of(23, ""));
    let settings =
        "[budget]\ntokens = 50000\n[teams.\"Team B\"]\ntokens = 10000\ncost = \"1 USD\"\n";
    let folder = with(&log, settings);
    assert_snapshot!(run(folder.path(), "budget"), @"
    exit 0
    --- out
      Limit of    Limit    Used  Reserved      %  Level       Left  Set in
      all teams  50,000  35,000     4,500  79.0%  ! NOTE    10,500  tokmon.toml:2
      Team B     10,000   5,000     4,500  95.0%  !!! CRIT     500  tokmon.toml:4
      Team B     $1.000  $0.015    $0.010   2.5%  ✓ OK      $0.975  tokmon.toml:5
    % and level are of what is used and reserved
    without a limit of their own: Team A
    for 2026-02; begins anew on 2026-03-01 00:00 +00:00

      Overridden on     Team    Tokens  By   Reason
      2026-02-23 10:18  -            -  -    release 23
      2026-02-22 10:18  Team B     900  kim  release 22
      2026-02-21 10:18  Team B     900  kim  release 21
      2026-02-20 10:18  Team B     900  kim  release 20
      2026-02-19 10:18  Team B     900  kim  release 19
      2026-02-18 10:18  Team B     900  kim  release 18
      2026-02-17 10:18  Team B     900  kim  release 17
      2026-02-16 10:18  Team B     900  kim  release 16
      2026-02-15 10:18  Team B     900  kim  release 15
      2026-02-14 10:18  Team B     900  kim  release 14
      2026-02-13 10:18  Team B     900  kim  release 13
      2026-02-12 10:18  Team B     900  kim  release 12
      2026-02-11 10:18  Team B     900  kim  release 11
      2026-02-10 10:18  Team B     900  kim  release 10
      2026-02-09 10:18  Team B     900  kim  release 9
      2026-02-08 10:18  Team B     900  kim  release 8
      2026-02-07 10:18  Team B     900  kim  release 7
      2026-02-06 10:18  Team B     900  kim  release 6
      2026-02-05 10:18  Team B     900  kim  release 5
      2026-02-04 10:18  Team B     900  kim  release 4
      and 3 before; --json lists all
    --- err
    ");
    let document = json(folder.path(), "budget --json");
    let shares = document["caps"].as_array().unwrap().iter();
    let shares = shares.map(|cap| {
        format!(
            "{} {} {}",
            cap["ratio"], cap["reserved_ratio"], cap["reserved_level"]
        )
    });
    assert_eq!(
        shares.collect::<Vec<_>>().join(", "),
        r#"0.7 0.79 "note", 0.5 0.95 "critical", 0.015 0.025 "ok""#
    );
    let listed = document["overridden"].as_array().unwrap();
    assert_eq!(
        (document["overrides"].as_u64(), listed.len()),
        (Some(23), 23)
    );
    assert_eq!(listed[0]["by"], "kim");
}

#[test]
fn after_a_reset_the_teams_say_which_figures_are_of_the_period() {
    let log = format!("{MONTHS}[NOTIFY] 2026-02-25T16:00:00Z event=reset month=2026-02 by=alice\n");
    let folder = with(&log, MANUAL);
    assert_snapshot!(run(folder.path(), "--teams").out, @"
    tokmon  cost-log.md  2026-02
    the budget's period runs since 2026-02-25 16:00; 2026-02 alone used 35,000 tokens; 5,000 of its tokens may be from before: `tokmon budget --reset` writes down what was used until then

    Teams
      Team     Used    Cost  Status
      Team A      0  $0.000  done
      Team B  5,000  $0.015  done
      Total   5,000  $0.015
      used, % and cost: since 2026-02-25 16:00, when the budget was reset; status, deliverables and tasks: of 2026-02
    ");
    let never = with(MONTHS, MANUAL);
    assert!(!run(never.path(), "--teams").out.contains("of 2026-02"));
}

#[test]
fn a_budget_for_each_month_says_what_to_write_so_that_it_can_be_reset() {
    let folder = repository(&[("docs/cost-log.md", MONTHS)]);
    assert_snapshot!(run(folder.path(), "budget --reset --yes -f docs/cost-log.md"), @r#"
    exit 78
    --- out
    --- err
    tokmon: this budget begins anew with each month
      help: to reset it by hand, create docs/tokmon.toml with the lines `[budget]` and `reset = "manual"`. Until the first reset, all of the log counts
    "#);
}
