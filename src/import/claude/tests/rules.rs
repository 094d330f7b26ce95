//! Which lines are one response, and which of them counts.

use insta::assert_snapshot;

use super::*;

/// What comes of the lines of one session.
fn of(lines: &[&str]) -> String {
    shown(&[TestFile::new("s.jsonl", text(lines))])
}

/// What comes of files that hold these lines.
fn of_files(files: &[(&str, &[&str])]) -> String {
    let files = files
        .iter()
        .map(|(path, lines)| TestFile::new(path, text(lines)));
    shown(&files.collect::<Vec<_>>())
}

#[test]
fn only_messages_of_the_assistant_state_usage() {
    let message = r#"{"id":"m1","model":"opus","usage":{"output_tokens":5}}"#;
    let synthetic = message.replace("opus", "<synthetic>");
    let time = r#""timestamp":"2026-10-05T10:00:00Z""#;
    let lines = [
        format!(r#"{{"type":"assistant",{time},"message":{message}}}"#),
        format!(r#"{{"type":"user",{time},"message":{message}}}"#),
        format!(r#"{{"type":"user",{time},"toolUseResult":{message}}}"#),
        format!(
            r#"{{"type":"progress",{time},"data":{{"type":"assistant","message":{message}}}}}"#
        ),
        format!(r#"{{"type":"assistant",{time},"message":{synthetic}}}"#),
        format!(r#"{{"type":"assistant",{time},"message":"{{\"usage\":1}}"}}"#),
        format!(r#"{{"type":"assistant",{time},"message":{{"usage":[5]}}}}"#),
        format!(r#"{{"type":"assistant",{time},"message":{{"usage":null}}}}"#),
        format!(r#"{{"type":["assistant"],{time},"message":{message}}}"#),
        format!(r#"{{{time},"message":{message}}}"#),
        message.to_owned(),
    ];
    assert_snapshot!(shown(&[TestFile::new("s.jsonl", lines.join("\n"))]), @"10:00:00 S1 main opus out=5");
}

#[test]
fn lines_of_one_message_and_request_are_a_response() {
    let lines = [
        "10:00:00 id=m1 req=r1 uuid=u1 in=10 out=1",
        "10:00:01 id=m1 req=r1 uuid=u2 in=10 out=40",
        "10:00:02 id=m1 req=r1 uuid=u3 in=10 out=100",
        "10:00:03 id=m2 req=r2 uuid=u4 in=10 out=1",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus in=10 out=100
    10:00:03 S1 main opus in=10 out=1
    copies: 2
    ");
}

#[test]
fn without_a_request_the_session_and_the_input_side_tell_responses_apart() {
    let gateway = [
        "10:00:00 id=chat uuid=u1 session=s in=10 read=5 out=1",
        "10:00:01 id=chat uuid=u2 session=s in=5 write=10 out=9",
        "10:00:02 id=chat uuid=u3 session=s in=16 out=1",
        "10:00:03 id=chat uuid=u4 session=t in=15 out=2",
    ];
    assert_snapshot!(of(&gateway), @r"
    10:00:00 S1 main opus in=5 out=9 5m=10
    10:00:02 S1 main opus in=16 out=1
    10:00:03 S1 main opus in=15 out=2
    copies: 1
    ");
}

#[test]
fn without_an_id_the_uuid_counts_and_without_both_every_line() {
    let lines = [
        "10:00:00 id= req= uuid=u1 out=1",
        "10:00:01 req=r uuid=u2 out=2",
        "10:00:02 uuid=u2 out=2",
        "10:00:03 out=3",
        "10:00:03 uuid= out=3",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus out=1
    10:00:01 S1 main opus out=2
    10:00:03 S1 main opus out=3
    10:00:03 S1 main opus out=3
    copies: 1
    without id: 2
    ");
}

#[test]
fn a_line_with_a_known_uuid_is_a_copy_whatever_its_session() {
    let first = [
        "10:00:00 id=chat uuid=u1 session=a in=10 out=1",
        "10:00:01 id=chat uuid=u2 session=a in=10 out=20",
    ];
    let resumed = [
        "10:00:00 id=chat uuid=u1 session=b in=10 out=1",
        "10:00:01 id=chat uuid=u2 session=b in=10 out=30",
        "11:00:00 id=chat uuid=u3 session=b in=20 out=2",
    ];
    assert_snapshot!(of_files(&[("a.jsonl", &first), ("b.jsonl", &resumed)]), @r"
    10:00:00 S1 main opus in=10 out=30
    11:00:00 S1 main opus in=20 out=2
    copies: 3
    ");
}

#[test]
fn a_line_can_join_two_responses_that_were_apart() {
    let lines = [
        "10:00:01 id=m1 req=r1 uuid=u1 out=1",
        "10:00:00 id=m2 req=r2 uuid=u2 out=2",
        "10:00:02 id=m2 req=r2 uuid=u1 out=3",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus out=3
    copies: 2
    ");
}

#[test]
fn a_side_conversation_repeats_its_parent_under_another_request() {
    let parent = ["10:00 id=m1 req=r1 uuid=u1 main in=10 out=5"];
    let side = [
        "10:00 id=m1 req=r2 uuid=u2 side in=10 out=50",
        "10:05 id=m2 req=r4 uuid=u4 side in=10 out=7",
    ];
    let other = ["10:00 id=m1 req=r3 uuid=u3 side in=10 out=60"];
    assert_snapshot!(
        of_files(&[("a/subagents/agent-x.jsonl", &side), ("a.jsonl", &parent), ("b.jsonl", &other)]),
        @r"
    10:00:00 S1 main opus in=10 out=5
    10:05:00 S2 x opus in=10 out=7
    replays: 2
    "
    );
    assert_snapshot!(
        of_files(&[("a/subagents/agent-x.jsonl", &side), ("b.jsonl", &other)]),
        @r"
    10:00:00 S1 x opus in=10 out=50
    10:05:00 S1 x opus in=10 out=7
    replays: 1
    "
    );
}

#[test]
fn a_message_with_two_requests_of_main_conversations_was_paid_twice() {
    let lines = [
        "10:00 id=m1 req=r1 uuid=u1 main out=5",
        "10:01 id=m1 req=r2 uuid=u2 main out=5",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus out=5
    10:01:00 S1 main opus out=5
    billed twice: 1
    ");
}

#[test]
fn the_snapshot_with_the_most_output_counts() {
    let lines = [
        "10:00:00 id=m1 req=r1 out=1 model=early",
        "10:00:01 id=m1 req=r1 out=9 in=1 model=smaller",
        "10:00:02 id=m1 req=r1 out=9 in=2 model=before fast",
        "10:00:03 id=m1 req=r1 out=9 in=2 model=counts",
        "10:00:04 id=m1 req=r1 out=8 in=9 model=late",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main counts in=2 out=9
    copies: 4
    ");
}

#[test]
fn advisors_are_paid_beside_the_message() {
    let lines = [
        "10:00:00 id=m1 req=r1 in=10 out=1",
        "10:00:01 id=m1 req=r1 in=10 out=20 advisor=4 advisor=5 fast",
        "10:00:01 id=m1 req=r1 in=10 out=20",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus in=10 out=20 fast
    10:00:00 S1 main advisor out=4
    10:00:00 S1 main advisor out=5
    copies: 2
    ");
}

#[test]
fn cache_writes_are_stated_as_a_sum_or_by_how_long_they_stay() {
    let lines = [
        "10:00 id=m1 req=r write=9",
        "10:01 id=m2 req=r 5m=2 1h=4",
        "10:02 id=m3 req=r write=6 5m=2 1h=4",
        "10:03 id=m4 req=r write=9 5m=2 1h=4",
        "10:04 id=m5 req=r write=9 1h=4",
        "10:05 id=m6 req=r write=5 5m=2 1h=4",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus 5m=9
    10:01:00 S1 main opus 5m=2 1h=4
    10:02:00 S1 main opus 5m=2 1h=4
    10:03:00 S1 main opus 5m=5 1h=4
    10:04:00 S1 main opus 5m=5 1h=4
    10:05:00 S1 main opus 5m=2 1h=4
    ");
}

#[test]
fn what_was_rewound_was_paid() {
    let lines = [
        "10:00 id=m1 req=r1 uuid=u1 out=5",
        "10:01 id=m2 req=r2 uuid=u2 out=6",
    ];
    assert_snapshot!(of(&lines), @r"
    10:00:00 S1 main opus out=5
    10:01:00 S1 main opus out=6
    ");
}
