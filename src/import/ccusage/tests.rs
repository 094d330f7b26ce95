//! Reports of ccusage, and the responses that are read from them.

use chrono::{FixedOffset, NaiveTime};

use super::{
    super::{picture::full, test_files::feed},
    *,
};

const DAILY: &str = include_str!("../../../fixtures/import/ccusage/daily.json");
const BY_AGENT: &str = include_str!("../../../fixtures/import/ccusage/by-agent.json");

fn reader(hours: i32) -> CcusageReader {
    let zone = FixedOffset::east_opt(hours * 3600).unwrap();
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    CcusageReader::new(move |day| {
        day.and_time(noon)
            .and_local_timezone(zone)
            .unwrap()
            .to_utc()
    })
}

fn read(hours: i32, files: &[(&str, &str)]) -> Transcripts {
    let kind_of = |_: &str| Some(FileKind::Document);
    feed(Box::new(reader(hours)), kind_of, files)
}

fn picture(files: &[&str]) -> String {
    let files: Vec<(&str, &str)> = files.iter().map(|text| ("a.json", *text)).collect();
    full(&read(9, &files))
}

#[test]
fn the_report_of_all_harnesses() {
    insta::assert_snapshot!(picture(&[DAILY]), @r#"
    2026-10-05T03:00:00+00:00 session "ccusage" agent "all" model ""
        0 in, 100 out (100 reasoning), 0 + 0 written, 0 read, 0 nanos Some(USD), task ccusage
    2026-10-05T03:00:00+00:00 session "ccusage" agent "all" model "claude-haiku-4-5-20251001"
        200 in, 200 out (0 reasoning), 600 + 0 written, 1000 read, 2050000 nanos Some(USD), task ccusage
    2026-10-05T03:00:00+00:00 session "ccusage" agent "all" model "claude-sonnet-4-5-20250929"
        100 in, 100 out (0 reasoning), 300 + 0 written, 500 read, 3075000 nanos Some(USD), task ccusage
    2026-10-05T03:00:00+00:00 session "ccusage" agent "all" model "gemini-3.1-pro-preview"
        1220 in, 200 out (0 reasoning), 0 + 0 written, 800 read, 6200000 nanos Some(USD), task ccusage
    2026-10-05T03:00:00+00:00 session "ccusage" agent "all" model "gpt-5.6-codex"
        1100 in, 300 out (0 reasoning), 0 + 0 written, 1900 read, 11160000 nanos Some(USD), task ccusage
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable
    "#);
}

#[test]
fn the_agents_of_a_day_are_counted_in_place_of_their_sum() {
    let by_agent = picture(&[BY_AGENT]);
    insta::assert_snapshot!(by_agent, @r#"
    2026-10-05T03:00:00+00:00 session "ccusage" agent "claude" model "claude-haiku-4-5-20251001"
        200 in, 200 out (0 reasoning), 600 + 0 written, 1000 read, 2050000 nanos Some(USD), task ccusage claude
    2026-10-05T03:00:00+00:00 session "ccusage" agent "claude" model "claude-sonnet-4-5-20250929"
        100 in, 100 out (0 reasoning), 300 + 0 written, 500 read, 3075000 nanos Some(USD), task ccusage claude
    2026-10-05T03:00:00+00:00 session "ccusage" agent "codex" model "gpt-5.6-codex"
        1100 in, 300 out (0 reasoning), 0 + 0 written, 1900 read, 11160000 nanos Some(USD), task ccusage codex
    2026-10-05T03:00:00+00:00 session "ccusage" agent "gemini" model "gemini-3.1-pro-preview"
        1220 in, 300 out (100 reasoning), 0 + 0 written, 800 read, 6200000 nanos Some(USD), task ccusage gemini
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable
    "#);
    let days = |picture: &str| picture.rsplit_once("2 files").unwrap().0.to_owned();
    assert_eq!(
        days(&picture(&[DAILY, BY_AGENT])),
        days(&picture(&[BY_AGENT, DAILY]))
    );
    assert!(by_agent.starts_with(&days(&picture(&[DAILY, BY_AGENT]))));
}

#[test]
fn the_reports_of_one_harness() {
    let claude = include_str!("../../../fixtures/import/ccusage/projects.json");
    let codex = include_str!("../../../fixtures/import/ccusage/codex.json");
    let gemini = include_str!("../../../fixtures/import/ccusage/gemini-no-cost.json");
    let shown = [claude, codex, gemini].map(|report| picture(&[report]));
    insta::assert_snapshot!(shown.join("\n"), @r#"
    2026-10-05T03:00:00+00:00 session "ccusage -home-u-alpha" agent "main" model "claude-haiku-4-5-20251001"
        200 in, 200 out (0 reasoning), 600 + 0 written, 1000 read, 2050000 nanos Some(USD), task ccusage, cwd -home-u-alpha
    2026-10-05T03:00:00+00:00 session "ccusage -home-u-alpha" agent "main" model "claude-sonnet-4-5-20250929"
        100 in, 100 out (0 reasoning), 300 + 0 written, 500 read, 3075000 nanos Some(USD), task ccusage, cwd -home-u-alpha
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable

    2026-10-05T03:00:00+00:00 session "ccusage" agent "main" model "gpt-5.6-codex"
        1100 in, 300 out (80 reasoning), 0 + 0 written, 1900 read, 11160000 nanos Some(USD), task ccusage
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable

    2026-10-05T03:00:00+00:00 session "ccusage" agent "main" model "gemini-3.1-pro-preview"
        1220 in, 300 out (100 reasoning), 0 + 0 written, 800 read, task ccusage
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable
    "#);
}

#[test]
fn a_day_is_the_same_in_every_zone() {
    for hours in [-12, -5, 0, 9, 14] {
        let transcripts = read(hours, &[("a", DAILY)]);
        let zone = FixedOffset::east_opt(hours * 3600).unwrap();
        let day = transcripts.responses[0]
            .time
            .with_timezone(&zone)
            .date_naive();
        assert_eq!(day.to_string(), "2026-10-05");
    }
}

#[test]
fn of_two_reports_of_a_day_the_later_counts() {
    let morning = r#"{"daily":[{"date":"2026-02-25","inputTokens":5,"outputTokens":1,"totalTokens":6,"totalCost":0.001}]}"#;
    let evening = r#"{"daily":[{"date":"2026-02-25","inputTokens":9,"outputTokens":3,"totalTokens":12,"totalCost":0.003,"modelsUsed":["m"]}]}"#;
    let once = picture(&[morning, evening]);
    insta::assert_snapshot!(once, @r#"
    2026-02-25T03:00:00+00:00 session "ccusage" agent "main" model "m"
        9 in, 3 out (0 reasoning), 0 + 0 written, 0 read, 3000000 nanos Some(USD), task ccusage
    2 files, 2 lines, 1 copies, 0 without id, 0 torn, 0 unreadable
    "#);
    assert_eq!(picture(&[evening, morning]), once);
}

#[test]
fn models_that_do_not_add_up_to_a_day() {
    let more = r#"{"daily":[{"date":"2026-02-25","inputTokens":9,"modelBreakdowns":[{"modelName":"m","inputTokens":4,"cost":0.1},{"modelName":"n","inputTokens":2,"cost":0}],"totalCost":0.3}]}"#;
    let fewer = r#"{"daily":[{"date":"2026-02-25","inputTokens":9,"modelBreakdowns":[{"modelName":"m","inputTokens":10}]}]}"#;
    insta::assert_snapshot!([more, fewer].map(|report| picture(&[report])).join("\n"), @r#"
    2026-02-25T03:00:00+00:00 session "ccusage" agent "main" model ""
        3 in, 0 out (0 reasoning), 0 + 0 written, 0 read, task ccusage
    2026-02-25T03:00:00+00:00 session "ccusage" agent "main" model "m"
        4 in, 0 out (0 reasoning), 0 + 0 written, 0 read, 100000000 nanos Some(USD), task ccusage
    2026-02-25T03:00:00+00:00 session "ccusage" agent "main" model "n"
        2 in, 0 out (0 reasoning), 0 + 0 written, 0 read, task ccusage
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable

    2026-02-25T03:00:00+00:00 session "ccusage" agent "main" model ""
        9 in, 0 out (0 reasoning), 0 + 0 written, 0 read, task ccusage
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable
    "#);
}

#[test]
fn what_is_no_daily_report_is_said() {
    let weekly = include_str!("../../../fixtures/import/ccusage/weekly.json");
    let rows = r#"{"daily":[7,{"inputTokens":5},{"date":"2026-02-25","inputTokens":-5},{"date":"2026-02-25","inputTokens":5}]}"#;
    let empty = include_str!("../../../fixtures/import/ccusage/empty.json");
    let shown = ["", "[1]", "{", weekly, rows, empty].map(|report| picture(&[report]));
    insta::assert_snapshot!(shown.join("\n"), @r#"
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 1 unreadable
    a.json: is empty

    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 1 unreadable
    a.json: is not what `ccusage daily --json` prints

    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 1 unreadable
    a.json: is not what `ccusage daily --json` prints

    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 1 unreadable
    a.json: has no `daily`: only `ccusage daily --json` can be imported

    2026-02-25T03:00:00+00:00 session "ccusage" agent "main" model ""
        5 in, 0 out (0 reasoning), 0 + 0 written, 0 read, task ccusage
    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 3 unreadable
    a.json: row 1 is not as ccusage writes it
    a.json: row 2 has no day like 2026-02-25
    a.json: row 3 is not as ccusage writes it

    1 files, 1 lines, 0 copies, 0 without id, 0 torn, 0 unreadable
    "#);
}
