//! Whole logs of the older format, before and after.

use insta::assert_snapshot;

use super::*;

const V1: &str = include_str!("../../../fixtures/logs/v1.md");

fn request() -> MigrateRequest {
    MigrateRequest {
        now: "2026-02-26T09:30:00+09:00".parse().unwrap(),
        keep_days: 30,
        original: "archive/cost-log-v1.md".to_owned(),
    }
}

fn migration(text: &str) -> Result<Option<Migration>, MigrateError> {
    let log_set = LogSet::default();
    migrate(&Revision::read(text, &log_set), &log_set, &request())
}

fn of(text: &str) -> Migration {
    migration(text).unwrap().unwrap()
}

fn picture(log: &Migration) -> String {
    let Migration {
        text,
        rows,
        months,
        left,
        differing,
    } = log;
    format!("{rows} rows, {months} months, left {left:?}, differing {differing:?}\n===\n{text}")
}

#[test]
fn rows_become_daily_rows_and_summaries() {
    assert_snapshot!(picture(&of(V1)));
}

#[test]
fn what_is_in_force_is_carried_over() {
    let text = "# Cost Log\n\
        > **Currency:** EUR @ €3.00/1M tokens | **Owner:** 팀\n\
        \n\
        Prose of ours.\n\
        \n\
        | Date | Agent | Task | Model | Tokens In | Tokens Out | Cost (est.) | Flag | Host |\n\
        |---|---|---|---|---|---|---|---|---|\n\
        | 2026-02-25 | Team B | a \\| b | m-1 | 1.5K | 0.5K | — | — | x |\n\
        | 2026-02-24 | Team A | Review | — | ~1,000 | 200 | €0.1234 | high <!-- id=k7 --> | y |\n\
        | 2026-02-25 | team a | Review | m-1 | 10 | 20 | €0.001 | — | z |\n\
        \n\
        **Budget Status:**\n\
        - Total budget: 90,000 tokens\n\
        \n\
        ## Budget Allocation by Team\n\
        \n\
        | Team | Allocated |\n\
        |---|---|\n\
        | Team A | 50K |\n\
        \n\
        [PRE] 10:00:00 tool=Bash\n\
        [HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=500 until=2026-02-27T00:00:00Z id=h1\n\
        [HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=500 until=2026-02-25T11:00:00Z id=h2\n\
        [USE] 2026-02-25T11:00:00Z team=\"Team A\" tokens=70 id=u1\n\
        [NOTIFY] 2026-02-25T10:00:00Z threshold=80 scope=total basis=actual\n\
        [STOP] 2026-02-26T08:00:00+09:00 end\n\
        \n\
        ## Monthly Aggregates\n\
        \n\
        | Month | Est. Total Tokens |\n\
        |---|---|\n\
        | 2026-01 | 12,000 |\n\
        | 2026-02 | 3,000 |\n\
        \n\
        ## Thoughts\n\
        \n\
        Something to keep.\n";
    assert_snapshot!(picture(&of(text)));
    let crlf = text.replace('\n', "\r\n");
    let of_crlf = of(&format!("\u{feff}{crlf}")).text;
    let plain = of(text).text.replace("\r\n", "\n");
    assert_eq!(of_crlf, format!("\u{feff}{}", plain.replace('\n', "\r\n")));
}

#[test]
fn every_total_stays() {
    let after = of(V1).text;
    let log_set = LogSet::default();
    assert_eq!(log_set.used(&after), log_set.used(V1));
    assert!(matches!(migration(&after), Ok(None)));
}

#[test]
fn what_is_no_log_of_the_older_format_is_left_alone() {
    let sample = include_str!("../../../fixtures/logs/sample.md");
    assert!(matches!(migration(sample), Ok(None)));
    assert!(matches!(migration("# Diary\n"), Err(MigrateError::Empty)));
    let broken = V1.replace("~10,000", "ten");
    assert!(matches!(
        migration(&broken),
        Err(MigrateError::Unreadable(9))
    ));
}
