//! Lines of other programs, and the responses that are read from them.

use proptest::prelude::*;

use super::{
    super::{picture::full, test_files::feed},
    *,
};

fn read(files: &[(&str, &str)]) -> Transcripts {
    feed(Box::<JsonlReader>::default(), JsonlReader::kind_of, files)
}

fn picture(files: &[(&str, &str)]) -> String {
    full(&read(files))
}

#[test]
fn a_line_is_a_response() {
    let lines = include_str!("../../../fixtures/import/jsonl/usage.jsonl");
    insta::assert_snapshot!(picture(&[("usage.jsonl", lines)]), @r#"
    2026-02-25T00:14:02+00:00 session "s-1" agent "main" model "claude-opus-5"
        1200 in, 300 out (120 reasoning), 4000 + 500 written, 90000 read, 81600000 nanos None, team Team A, task parser
    2026-02-25T00:15:40+00:00 session "s-1" agent "reviewer" model "claude-haiku-4-5"
        100 in, 20 out (0 reasoning), 0 + 0 written, 0 read, 200000 nanos None, team Team A
    2026-02-25T15:01:00+00:00 session "r-3" agent "main" model "gpt-5.6"
        7 in, 5 out (0 reasoning), 0 + 0 written, 0 read, 1500000000 nanos Some(EUR), team Team B
    2026-02-25T15:02:00+00:00 session "08cb9204482b0d65fb9d8af0f8396546" agent "main" model ""
        10 in, 1 out (0 reasoning), 0 + 0 written, 0 read, team Team B, cwd /src/beta, branch main
    1 files, 4 lines, 0 copies, 1 without id, 0 torn, 0 unreadable
    "#);
}

#[test]
fn lines_of_one_id_are_one_response_of_the_first_line_with_the_figures_of_the_largest() {
    let first = r#"{"time":"2026-02-25T09:00:00Z","id":"r","session":"s","model":"m-1","input":5,"output":1}"#;
    let last = r#"{"time":"2026-02-25T09:00:02Z","id":"r","session":"s","model":"m-2","input":5,"output":9,"cost":"0.1"}"#;
    let shorter =
        r#"{"time":"2026-02-25T09:00:01Z","id":"r","session":"copy","input":70,"output":8}"#;
    let whole = [first, last, shorter].join("\n") + "\n";
    insta::assert_snapshot!(picture(&[("a", &whole)]), @r#"
    2026-02-25T09:00:00+00:00 session "s" agent "main" model "m-2"
        5 in, 9 out (0 reasoning), 0 + 0 written, 0 read, 100000000 nanos None
    1 files, 3 lines, 2 copies, 0 without id, 0 torn, 0 unreadable
    "#);
}

#[test]
fn a_line_without_an_id_counts_as_often_as_it_stands_in_one_file() {
    let one = r#"{"time":"2026-02-25T09:00:00Z","team":"A","input":5}"#;
    let same = r#"{ "input": 5.0, "team": "A", "time": "2026-02-25T18:00:00+09:00" }"#;
    let other = r#"{"time":"2026-02-25T09:00:00Z","team":"A","input":6}"#;
    let (old, new) = (
        format!("{one}\n{same}\n"),
        format!("{one}\n{same}\n{same}\n{other}\n"),
    );
    insta::assert_snapshot!(picture(&[("usage.jsonl", &new), ("moved/usage.jsonl", &old)]), @r#"
    2026-02-25T09:00:00+00:00 session "9490715ff722f1f8f3da08df4188fc96" agent "main" model ""
        5 in, 0 out (0 reasoning), 0 + 0 written, 0 read, team A
    2026-02-25T09:00:00+00:00 session "98a8d49ee6bddc0e3f9b32d02d07fe87" agent "main" model ""
        5 in, 0 out (0 reasoning), 0 + 0 written, 0 read, team A
    2026-02-25T09:00:00+00:00 session "bf5e3f156354777f169933cd200d9739" agent "main" model ""
        5 in, 0 out (0 reasoning), 0 + 0 written, 0 read, team A
    2026-02-25T09:00:00+00:00 session "56bcc0ae5afde02de68df4dcc651f260" agent "main" model ""
        6 in, 0 out (0 reasoning), 0 + 0 written, 0 read, team A
    2 files, 6 lines, 2 copies, 4 without id, 0 torn, 0 unreadable
    "#);
    // A line that is appended changes nothing of those before it.
    let before = picture(&[("usage.jsonl", &old)]);
    let after = picture(&[("elsewhere.jsonl", &new)]);
    let responses = before.lines().filter(|line| line.contains("session"));
    assert!(responses.count() == 2);
    for line in before.lines().filter(|line| line.contains("session")) {
        assert!(after.contains(line), "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_line_is_said_and_what_is_not_known_is_noted_once() {
    let lines = [
        r#"{"time":"2026-02-25T09:00:00Z","id":"","team":null,"inputs":5,"output":1,"cache_raed":9}"#,
        r#"{"time":"2026-02-25T09:00:01Z","output":1,"cache_raed":9}"#,
        "",
        r#"{"output":1}"#,
        r#"{"time":"2026-02-25T09:00:00Z","tokens":5}"#,
        r#"{"time":"yesterday","output":1}"#,
        r#"{"time":"2026-02-25 09:00","output":1}"#,
        r#"{"time":"2026-02-25T09:00:00Z","output":-1}"#,
        r#"{"time":"2026-02-25T09:00:00Z","output":1.5}"#,
        r#"{"time":"2026-02-25T09:00:00Z","output":1,"output":1}"#,
        r#"{"time":"2026-02-25T09:00:00Z","output":1,"cost":"$1"}"#,
        r#"{"time":"2026-02-25T09:00:00Z","output":1,"cost":{"amount":"1","currency":"coins"}}"#,
        r#"["time"]"#,
        "secret",
        r#"{"time":"2026-02-25T09:00:00Z","outp"#,
    ];
    insta::assert_snapshot!(picture(&[("a.jsonl", &lines.join("\n"))]), @r#"
    2026-02-25T09:00:00+00:00 session "e8756ecbeec6942b03fdeabbb79402fd" agent "main" model ""
        0 in, 1 out (0 reasoning), 0 + 0 written, 0 read
    2026-02-25T09:00:01+00:00 session "4238567fabd15cdbd2e27cbc67de29cd" agent "main" model ""
        0 in, 1 out (0 reasoning), 0 + 0 written, 0 read
    1 files, 15 lines, 0 copies, 2 without id, 1 torn, 11 unreadable
    a.jsonl:4: it has no `time`
    a.jsonl:5: it states neither tokens nor a cost
    a.jsonl:6: `time` is no time after RFC 3339
    a.jsonl:7: `time` is no time after RFC 3339
    a.jsonl:8: a field is not of the expected type, or stands there twice
    a.jsonl:9: a field is not of the expected type, or stands there twice
    a.jsonl:10: a field is not of the expected type, or stands there twice
    a.jsonl:11: `cost` is no amount of money
    a.jsonl:12: `cost` is no amount of money
    a.jsonl:13: the line is not an object
    a.jsonl:14: the line is not JSON
    note: a.jsonl: the key `cache_raed` is not known, and is ignored
    note: a.jsonl: the key `inputs` is not known, and is ignored
    note: a.jsonl: the key `tokens` is not known, and is ignored
    "#);
}

#[test]
fn every_key_is_in_the_schema() {
    let schema = schemars::schema_for!(super::super::ImportLine<'_>);
    let properties = schema.get("properties").unwrap().as_object().unwrap();
    let mut known = KEYS;
    known.sort_unstable();
    let mut described: Vec<&String> = properties.keys().collect();
    described.sort_unstable();
    assert_eq!(described, known);
}

fn any_line() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        (0..3_u8).prop_map(|id| format!(r#""id":"r{id}""#)),
        (0..3_u8).prop_map(|id| format!(r#""session":"s{id}""#)),
        (0..3_u8).prop_map(|id| format!(r#""team":"t{id}""#)),
        (0..3_u8).prop_map(|id| format!(r#""model":"m{id}""#)),
        (0..3_u8).prop_map(|tokens| format!(r#""input":{tokens}"#)),
        (0..3_u8).prop_map(|tokens| format!(r#""cache_read":{tokens}"#)),
        (0..3_u8).prop_map(|cost| format!(r#""cost":{cost}"#)),
    ];
    let fields = proptest::collection::vec(field, 0..4);
    (0..3_u8, 0..3_u8, fields).prop_map(|(second, output, fields)| {
        let fields: Vec<String> = fields
            .into_iter()
            .map(|field| format!(",{field}"))
            .collect();
        let fields = fields.concat();
        format!(r#"{{"time":"2026-02-25T09:00:0{second}Z","output":{output}{fields}}}"#) + "\n"
    })
}

proptest! {
    #[test]
    fn the_order_of_the_files_decides_nothing(files in proptest::collection::vec(proptest::collection::vec(any_line(), 0..6), 0..4)) {
        let texts: Vec<String> = files.iter().map(|lines| lines.concat()).collect();
        let named: Vec<(&str, &str)> = texts.iter().map(|text| ("a", text.as_str())).collect();
        let reversed: Vec<(&str, &str)> = named.iter().rev().copied().collect();
        let responses = |files: &[(&str, &str)]| {
            let picture = picture(files);
            let lines = picture.lines().filter(|line| line.contains("session"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let once = responses(&named);
        prop_assert_eq!(&responses(&reversed), &once);
        // Nor does a copy of each file.
        prop_assert_eq!(responses(&[named, reversed].concat()), once);
    }

    #[test]
    fn a_wrong_line_changes_nothing_of_the_others(lines in proptest::collection::vec(any_line(), 1..5), at: proptest::sample::Index, cut: proptest::sample::Index) {
        let mut changed = lines.clone();
        let place = at.index(lines.len());
        let line = changed[place].clone();
        changed[place] = line.get(..cut.index(line.len() - 1)).unwrap().to_owned() + "\n";
        let without: Vec<String> = lines.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, line)| line.clone()).collect();
        let total = |lines: &[String]| {
            let transcripts = read(&[("a", &lines.concat())]);
            transcripts.responses.iter().map(|response| response.tokens.total()).sum::<u64>()
        };
        prop_assert_eq!(total(&changed), total(&without));
    }
}
