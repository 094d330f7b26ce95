//! What is odd or broken in a file.

use insta::assert_snapshot;

use super::*;

fn of(text: impl Into<Vec<u8>>) -> String {
    shown(&[TestFile::new("s.jsonl", text)])
}

/// A line with an id of its own, without its end.
fn line(id: &str) -> String {
    text(&[&format!("10:00 id={id} req=r uuid={id} out=1")])
        .trim_end()
        .to_owned()
}

#[test]
fn marks_line_ends_and_empty_lines_are_nothing() {
    let text = format!(
        "\u{feff}{}\r\n\r\n \t\n{}\n{}",
        line("a"),
        line("b"),
        line("c")
    );
    assert_snapshot!(of(text), @r"
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    ");
}

#[test]
fn a_last_line_that_is_being_written_is_no_error_and_others_are() {
    let whole = line("a");
    let (half, _) = whole.split_at(60);
    let text = format!("{half}\n{whole}\n[]\n{whole}{whole}\nnot\n{half}");
    assert_snapshot!(of(text), @r"
    10:00:00 S1 main opus out=1
    torn: 1
    s.jsonl:1: the line is not JSON: EOF while parsing an object at column 60
    s.jsonl:3: the line is not a JSON object
    s.jsonl:4: more follows after the JSON of the line, at column 147
    s.jsonl:5: the line is not JSON: expected ident at column 2
    ");
}

#[test]
fn usage_without_a_time_or_with_odd_numbers_is_not_counted() {
    let line = |time: &str, usage: &str| {
        format!(r#"{{"type":"assistant",{time}"message":{{"usage":{usage}}}}}"#)
    };
    let time = r#""timestamp":"2026-10-05T10:00:00Z","#;
    let text = [
        line("", r#"{"output_tokens":1}"#),
        line(
            r#""timestamp":"2026-10-05T10:00:00","#,
            r#"{"output_tokens":1}"#,
        ),
        line(r#""timestamp":1791194400,"#, r#"{"output_tokens":1}"#),
        line(time, r#"{"output_tokens":-1}"#),
        line(time, r#"{"input_tokens":0.5}"#),
        line(
            time,
            r#"{"cache_creation":{"ephemeral_1h_input_tokens":"5"}}"#,
        ),
        line(
            time,
            r#"{"iterations":[{"type":"advisor_message","output_tokens":1e99}]}"#,
        ),
        line(
            time,
            r#"{"output_tokens":1e1,"input_tokens":2.0,"cache_creation":[1],"iterations":{}}"#,
        ),
    ];
    assert_snapshot!(of(text.join("\n")), @r"
    10:00:00 S1 main  in=2 out=10
    without id: 1
    s.jsonl:1: its usage has no time
    s.jsonl:2: the time of its usage is not a time with a zone
    s.jsonl:3: its usage has no time
    s.jsonl:4: `output_tokens` is negative
    s.jsonl:5: `input_tokens` is not a whole number
    s.jsonl:6: `ephemeral_1h_input_tokens` is not a number
    s.jsonl:7: `output_tokens` is too large
    ");
}

#[test]
fn half_a_character_costs_no_usage() {
    let with = |id: &str, key: &str, value: &[u8]| {
        let line = line(id).replacen('{', &format!(r#"{{"{key}":"#), 1);
        let (start, rest) = line.split_at(key.len() + 4);
        [start.as_bytes(), value, b",", rest.as_bytes(), b"\n"].concat()
    };
    let text = [
        with("a", "content", br#""cut \ud83d""#),
        with("b", "content", b"\"cut \xf0\x9f\""),
        with("c", "cwd", br#""/cut/\ud83d""#),
        with("d", "cwd", b"\"/cut/\xf0\x9f\""),
        with("e", r"c\ud83d", b"1"),
        b"{\"type\":\"system\",\"message\":\"cut \\ud83d\"}\n".to_vec(),
    ];
    assert_snapshot!(of(text.concat()), @r"
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    ");
}

#[test]
fn of_equal_keys_the_last_counts() {
    let text = line("a").replace(
        r#""output_tokens":1"#,
        r#""output_tokens":1,"output_tokens":7"#,
    );
    assert_snapshot!(of(text), @"10:00:00 S1 main opus out=7");
}

#[test]
fn a_long_line_is_parsed_where_it_can_hold_usage() {
    let long = "x".repeat(2_000);
    let with =
        |id: &str, more: &str| line(id).replacen('{', &format!(r#"{{"a":"{long}{more}","#), 1);
    let text = [
        with("a", "").replace(r#""usage":"#, r#""usage"  :  "#),
        with("b", "").replace(r#""usage""#, r#""\u0075sage""#),
        with("c", "\\u001b"),
        format!(r#"{{"a":"{long}" damaged}}"#),
        format!(r#"{{"a":"{long}" usage damaged}}"#),
    ];
    assert_snapshot!(of(text.join("\n")), @r"
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    10:00:00 S1 main opus out=1
    torn: 1
    ");
}

#[test]
fn a_file_in_another_encoding_is_one_message() {
    let text = format!("{}\n{}\n", line("a"), line("b"));
    let encoded: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(of(encoded), @"s.jsonl: it is UTF-16, not UTF-8");
    assert_snapshot!(shown(&[TestFile::new("s.jsonl.zst", "")]), @"s.jsonl.zst: it is compressed: expand it first");
}
