//! What one rollout counts.

use super::{picture, read, rollout};

/// What comes of one rollout.
fn of(short: &str) -> String {
    picture(&[rollout("a", short)])
}

#[test]
fn sums_count_by_what_they_grow_by() {
    let one = r#"10:00:00 meta a
        10:00:00 turn gpt
        {"timestamp":"2026-10-05T10:00:00Z","type":"event_msg","payload":{"type":"token_count","info":null}}
        10:00:01 count 0/0 0/0
        10:01:00 count 100/40/20/10/5 100/40/20/10/5
        10:01:30 count 100/40/20/10/5 100/40/20/10/5
        10:02:00 count 300/140/20/30/5 -
        10:03:00 count - 7/1
        10:04:00 count 350/35 50/5
        10:05:00 count 90/9 90/9
        10:06:00 count 40/4 -
        10:07:00 count 0/0 40/4
        10:08:00 count 5/1 5/1"#;
    insta::assert_snapshot!(of(one), @r#"
    05 10:01:00 a main "gpt": input 40, output 10 (5), write 20, read 40
    05 10:02:00 a main "gpt": input 100, output 20 (0), write 0, read 100
    05 10:03:00 a main "gpt": input 7, output 1 (0), write 0, read 0
    05 10:04:00 a main "gpt": input 50, output 5 (0), write 0, read 0
    05 10:05:00 a main "gpt": input 90, output 9 (0), write 0, read 0
    05 10:06:00 a main "gpt": input 40, output 4 (0), write 0, read 0
    05 10:08:00 a main "gpt": input 5, output 1 (0), write 0, read 0
    1 copies
    "#);
}

#[test]
fn parts_that_exceed_their_whole_are_cut_to_it() {
    let one = "10:00:00 meta a
        10:01:00 record a r1 100/80/50/10/30
        10:02:00 record a r2 100/200/1/10/10";
    insta::assert_snapshot!(of(one), @r#"
    05 10:01:00 a main "": input 0, output 10 (10), write 20, read 80
    05 10:02:00 a main "": input 0, output 10 (10), write 0, read 100
    "#);
}

#[test]
fn the_model_is_that_of_the_last_turn() {
    let one = r#"10:00:00 meta a
        10:01:00 count 10/1 10/1
        10:02:00 turn gpt-5.6-codex
        10:03:00 count 20/2 10/1
        {"timestamp":"2026-10-05T10:04:00Z","type":"turn_context","payload":{"settings":{"model":"deeper"}}}
        10:05:00 count 30/3 10/1
        10:06:00 turn gpt-6-sol
        10:07:00 record a r1 5/5"#;
    insta::assert_snapshot!(of(one), @r#"
    05 10:01:00 a main "": input 10, output 1 (0), write 0, read 0
    05 10:03:00 a main "gpt-5.6-codex": input 10, output 1 (0), write 0, read 0
    05 10:05:00 a main "gpt-5.6-codex": input 10, output 1 (0), write 0, read 0
    05 10:07:00 a main "gpt-6-sol": input 5, output 5 (0), write 0, read 0
    "#);
}

#[test]
fn a_record_and_a_growth_are_one_response_in_either_order() {
    let one = "10:00:00 meta a
        10:01:00 record a r1 100/10
        10:01:00 count 100/10 100/10
        10:02:00 count 150/15 50/5
        10:02:01 record a r2 50/5
        10:03:00 record a r3 100/10
        10:03:01 count 250/25 100/10
        10:03:02 count 250/25 100/10
        10:04:00 record a r3 100/10
        10:05:00 record a r4 0/0";
    insta::assert_snapshot!(of(one), @r#"
    05 10:01:00 a main "": input 100, output 10 (0), write 0, read 0
    05 10:02:01 a main "": input 50, output 5 (0), write 0, read 0
    05 10:03:00 a main "": input 100, output 10 (0), write 0, read 0
    2 copies
    "#);
}

#[test]
fn what_has_no_twin_counts() {
    let begun_by_an_older_version = rollout(
        "a",
        "10:00:00 meta a
        10:01:00 count 100/10 100/10
        10:02:00 count 300/30 200/20
        11:00:00 record a r1 50/5
        11:00:00 count 350/35 50/5
        11:01:00 count 360/36 10/1",
    );
    let one_growth_of_two_records = rollout(
        "b",
        "12:00:00 meta b
        12:01:00 record b r2 30/3
        12:01:01 record b r3 20/2
        12:01:02 count 50/5 20/2",
    );
    let without_ids = rollout(
        "c",
        r#"13:00:00 meta c
        {"timestamp":"2026-10-05T13:01:00Z","type":"token_usage_record","payload":{"response_id":"","usage":{"input_tokens":7,"output_tokens":7}}}
        {"timestamp":"2026-10-05T13:01:00Z","type":"token_usage_record","payload":{"usage":{"input_tokens":7,"output_tokens":7}}}"#,
    );
    insta::assert_snapshot!(picture(&[begun_by_an_older_version, one_growth_of_two_records, without_ids]), @r#"
    05 10:01:00 a main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 a main "": input 200, output 20 (0), write 0, read 0
    05 11:00:00 a main "": input 50, output 5 (0), write 0, read 0
    05 11:01:00 a main "": input 10, output 1 (0), write 0, read 0
    05 12:01:00 b main "": input 30, output 3 (0), write 0, read 0
    05 12:01:01 b main "": input 20, output 2 (0), write 0, read 0
    05 13:01:00 c main "": input 7, output 7 (0), write 0, read 0
    05 13:01:00 c main "": input 7, output 7 (0), write 0, read 0
    2 without an id
    "#);
}

#[test]
fn a_compaction_has_a_record_alone() {
    let one = r#"10:00:00 meta a
        10:01:00 record a r1 100/10
        10:01:00 count 100/10 100/10
        10:02:00 record a r2 9000/100
        {"timestamp":"2026-10-05T10:02:00Z","type":"compacted","payload":{"compaction_response_id":"r2","latest_token_usage_record":{"thread_id":"a","response_id":"r2","usage":{"input_tokens":9000,"output_tokens":100}}}}
        10:02:01 count 100/10 100/10
        10:03:00 record a r3 50/5
        10:03:00 count 150/15 50/5"#;
    insta::assert_snapshot!(of(one), @r#"
    05 10:01:00 a main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 a main "": input 9000, output 100 (0), write 0, read 0
    05 10:03:00 a main "": input 50, output 5 (0), write 0, read 0
    1 copies
    "#);
}

#[test]
fn of_two_files_of_one_thread_the_longer_counts() {
    let long = rollout(
        "a",
        "10:00:00 meta a
        10:01:00 count 100/10 100/10
        10:02:00 count 150/15 50/5",
    );
    let mut short = rollout(
        "a",
        "10:00:00 meta a
        10:01:00 count 100/10 100/10",
    );
    short.0 = short.0.replace("sessions", "archived_sessions");
    insta::assert_snapshot!(picture(&[short, long]), @r#"
    05 10:01:00 a main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 a main "": input 50, output 5 (0), write 0, read 0
    1 copies
    "#);
}

#[test]
fn equally_long_files_of_one_thread_do_not_depend_on_their_order() {
    let file = |output: u64| {
        rollout(
            "a",
            &format!("10:00:00 meta a\n10:01:00 count 100/{output} -"),
        )
    };
    let picture = picture(&[file(11), file(12)]);
    assert_eq!(picture.lines().count(), 2, "{picture}");
}

#[test]
fn without_a_session_line_the_thread_is_that_of_the_name_or_of_the_record() {
    let name = "2026-10-05T10-00-00-dcba572c-7c3e-47fb-a09f-7ad9c37d9163";
    let files = [
        rollout(name, "10:01:00 count 100/10 -"),
        rollout("x", "10:02:00 record aaaa r1 20/2"),
        rollout("y", "10:03:00 count 3/3 -"),
    ];
    insta::assert_snapshot!(picture(&files), @r#"
    05 10:01:00 dcba572c main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 aaaa main "": input 20, output 2 (0), write 0, read 0
    05 10:03:00 rollout main "": input 3, output 3 (0), write 0, read 0
    "#);
}

#[test]
fn what_cannot_be_read_is_noted_and_what_is_not_needed_is_not() {
    let one = rollout(
        "a",
        r#"10:00:00 meta a
        {"timestamp":"2026-10-05T10:01:00Z","type":"response_item","payload":{"usage":-1,"id":7,"text":"\ud800","model":[]}}
        {"timestamp":"2026-10-05T10:01:00Z","type":"event_msg","payload":{"type":"other","info":"none"}}
        {"timestamp":"2026-10-05T10:01:00Z","type":"event_msg","payload":{"type":"token_count","info":{"last_token_usage":{"input_tokens":-1}}}}
        {"timestamp":"2026-10-05T10:01:00Z","type":"token_usage_record","payload":{"response_id":7}}
        {"type":"turn.completed","usage":{"input_tokens":5,"output_tokens":5}}
        {"type":"session_meta"
        10:02:00 count 10.0/1 -"#,
    );
    let no_time = ("rollout-b.jsonl".to_owned(), br#"{"type":"event_msg","payload":{"type":"token_count","info":{"last_token_usage":{"input_tokens":1}}}}
{"type":"event_msg"#.to_vec());
    let compressed = ("rollout-c.jsonl.zst".to_owned(), Vec::new());
    insta::assert_snapshot!(picture(&[one, no_time, compressed]), @r#"
    05 10:02:00 a main "": input 10, output 1 (0), write 0, read 0
    1 torn
    rollout-b.jsonl:1: it has no time
    rollout-c.jsonl.zst: it is compressed: expand it first
    sessions/rollout-a.jsonl:4: a field is not of the expected type
    sessions/rollout-a.jsonl:5: a field is not of the expected type
    sessions/rollout-a.jsonl:7: the line is cut off
    "#);
}

#[test]
fn the_origin_is_the_thread_and_what_it_says_of_itself() {
    let one = rollout("a", "10:00:00 meta a spawn=b\n10:01:00 record a r1 1/1");
    insta::assert_debug_snapshot!(read(&vec![one]).origins, @r#"
    [
        Origin {
            session: "a",
            agent: "main",
            agent_name: "main",
            agent_aliases: [
                "Ada",
                "reviewer",
            ],
            cwd: Some(
                "/home/u/alpha",
            ),
            branch: Some(
                "main",
            ),
            team: None,
            task: None,
        },
    ]
    "#);
}
