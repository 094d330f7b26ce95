//! The reader on whole logs: what it passes on, where that is written, and that neither depends on how a file is split.

use std::fmt::Write as _;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::{Item, RowValue, reader::read_in_chunks};
use crate::{
    model::LineEvent,
    text::{FileId, Place, Source},
};

/// What a log says, a line each. Every place is checked against the text it claims to be at.
#[expect(clippy::too_many_lines, reason = "one list of the kinds of item")]
fn said_in_chunks(bytes: &[u8], chunk_size: usize) -> String {
    let source = Source::from_bytes(bytes.to_vec()).ok();
    let check = |place: Place| {
        let Some(source) = &source else { return };
        let at = source.line_column(place.span.start);
        assert_eq!(
            (at.line, at.column),
            (place.line, place.column),
            "{place:?}"
        );
        assert_eq!(
            source.line_start(at.line).max(source.body_start()),
            place.line_start,
            "{place:?}"
        );
    };
    let spelled = |place: Place| match &source {
        Some(source) => source.text().get(place.span.range()).unwrap().to_owned(),
        None => String::new(),
    };
    let mut said = String::new();
    let mut hooks = 0;
    let read = read_in_chunks(bytes, FileId::LOG, chunk_size, &mut |item| {
        let line = match &item {
            Item::Heading(heading) => {
                check(heading.place);
                format!("{} {:?}", heading.place.line, heading.section)
            }
            Item::Header(header) => format!("{header:?}"),
            Item::Table(table) => {
                check(table.place);
                check(table.dashes);
                if let Some(source) = &source {
                    let dashes = source.text().get(table.dashes.span.range()).unwrap();
                    assert!(dashes.contains('-'), "{dashes:?}");
                }
                return;
            }
            Item::Row(row) => {
                check(row.place);
                for cell in row.cells {
                    if let Some(source) = &source {
                        assert_eq!(source.text().get(cell.span.range()), Some(cell.raw));
                    }
                }
                let value = match &row.value {
                    RowValue::Entry(entry) => {
                        check(entry.place);
                        let id = entry
                            .id
                            .as_deref()
                            .map(|id| format!(" id {id}"))
                            .unwrap_or_default();
                        let tokens = entry.figures.tokens.map(|tokens| tokens.value.0);
                        format!(
                            "{} {:?} {tokens:?}{id} «{}»",
                            entry.kind.into_str(),
                            entry.work.team,
                            spelled(entry.place)
                        )
                    }
                    RowValue::Total(total) => {
                        check(total.place);
                        format!("total {} «{}»", total.month, spelled(total.place))
                    }
                    other => format!("{other:?}")
                        .chars()
                        .take_while(|c| c.is_alphanumeric())
                        .collect(),
                };
                format!("{} {value}", row.place.line)
            }
            Item::Note(note) => {
                check(note.place);
                format!("{} {:?}", note.place.line, note.value)
            }
            Item::Usage(entry) => {
                check(entry.place);
                format!(
                    "{} line {:?} {:?}",
                    entry.place.line,
                    entry.work.team,
                    entry.figures.tokens.map(|tokens| tokens.value.0)
                )
            }
            Item::Line {
                event: LineEvent::Hook,
                ..
            } if bytes.len() > 5_000 => {
                hooks += 1;
                return;
            }
            Item::Line { event, date, place } => {
                check(*place);
                format!("{} {event:?} {date:?}", place.line)
            }
            Item::Unreadable { month, place } => {
                check(*place);
                format!("{} unreadable line of {month:?}", place.line)
            }
            Item::Problem(problem) => {
                if problem.place.span.len() < 1000 {
                    check(problem.place);
                }
                format!(
                    "{}:{} {} {}",
                    problem.place.line,
                    problem.place.column,
                    problem.code.name(),
                    problem.message
                )
            }
        };
        writeln!(said, "{line}").unwrap();
    });
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
    assert_eq!(read.unwrap(), (bytes.len(), lines));
    if hooks > 0 {
        writeln!(said, "{hooks} [PRE] lines").unwrap();
    }
    said
}

fn said(text: &str) -> String {
    said_in_chunks(text.as_bytes(), 64 * 1024)
}

/// What a log says whatever the order of its hook lines and findings relative to its rows.
fn sorted(said: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    lines
}

const MONTHLY: &str = "## 2026-02 Monthly Summary\n\n| Team | Task | Tokens | Cost | Status | Notes | Duration |\n|---|---|---|---|---|---|---|\n";

#[test]
fn rows_keep_their_place_and_spelling() {
    let log = format!(
        "{MONTHLY}| **Team A** | `x` | ~45,230 | $0.1 | ✅ | a \\| b | 2h |\n| 팀 나 |  | 12.5K | — | ⏳ PENDING | <!-- id=k3 --> | |\n| **TOTAL** | | 57,730 | | | | |\n"
    );
    insta::assert_snapshot!(said(&log), @r#"
    1 Monthly(Some(Month(2026-02-01)))
    5 monthly "Team A" Some(45230) «~45,230»
    6 monthly "팀 나" Some(12500) id k3 «12.5K»
    7 total 2026-02 «57,730»
    "#);
}

#[test]
fn crlf_and_a_byte_order_mark_move_nothing() {
    let log = format!("\u{feff}{MONTHLY}| A | | 1 | | | | |\n[PRE] x\n| B | | 2 | | | | |\n");
    let lf = said(&log);
    assert_eq!(said(&log.replace('\n', "\r\n")), lf);
    assert_eq!(said(log.trim_start_matches('\u{feff}')), lf);
    insta::assert_snapshot!(lf, @r#"
    1 Monthly(Some(Month(2026-02-01)))
    5 monthly "A" Some(1) «1»
    6 Hook None
    7 monthly "B" Some(2) «2»
    6:1 hook-line-in-table a hook line is inside a table
    "#);
}

/// pulldown-cmark ends a table after 262,144 missing cells; a hook line read as a row would miss six of seven.
#[test]
fn a_row_after_sixty_thousand_hook_lines_in_a_table_counts() {
    let mut raw = format!("{MONTHLY}| A | | 1 | | | | |\n");
    raw.push_str(&"[PRE] 19:15:25 tool=unknown\n".repeat(60_000));
    raw.push_str("| Late | | 2 | | | | |\n");
    let rows = Parser::new_ext(&raw, Options::ENABLE_TABLES)
        .filter(|event| matches!(event, Event::Start(Tag::TableRow)))
        .count();
    assert!(rows < 60_002, "the parser alone loses the last row: {rows}");
    let said = said(&raw);
    assert!(
        said.contains("60006 monthly \"Late\" Some(2) «2»"),
        "{said}"
    );
    assert!(
        said.contains("6:1 hook-line-in-table 60000 hook lines are inside a table"),
        "{said}"
    );

    let alternating = "[PRE] x\n| A | | 1 | | | | |\n".repeat(60_000);
    let said = said_in_chunks(format!("{MONTHLY}{alternating}").as_bytes(), 64 * 1024);
    assert_eq!(
        said.lines()
            .filter(|line| line.contains("monthly \"A\""))
            .count(),
        60_000
    );
}

#[test]
fn lines_inside_a_fence_are_never_hook_lines() {
    let line = "[USE] 2026-02-25T10:18:00Z team=A tokens=1\n";
    for (text, counted) in [
        (format!("```\n{line}```\n"), 0),
        (format!("~~~~ text\n{line}~~~\n{line}~~~~\n"), 0),
        (format!("```\n{line}"), 0),
        (format!("```\ncode\n```\n{line}"), 1),
        (format!("{line}```\ncode\n```\n"), 1),
        (format!("```\n```\n{line}"), 1),
        (format!("<!--\n```\n-->\n{line}"), 1),
        (format!("text\n{line}more\n"), 1),
        (format!("- item\n  ```\n  code\n  ```\n{line}"), 1),
        (format!("    indented\n{line}"), 1),
        (format!("<!-- {line}-->\n"), 0),
    ] {
        for piece in [1, 7, 64 * 1024] {
            let said = said_in_chunks(text.as_bytes(), piece);
            assert_eq!(
                said.matches("line \"A\"").count(),
                counted,
                "{text} in pieces of {piece}"
            );
        }
    }
}

#[test]
fn tables_in_fences_comments_and_quotes_are_not_data() {
    let table = "| Team | Tokens |\n|---|---|\n| A | 1 |\n";
    let quoted = format!("> {}", table.trim_end().replace('\n', "\n> "));
    let log = format!(
        "## Daily Detail — 2026-02-25\n\n```\n{table}```\n\n<!--\n{table}-->\n\n{quoted}\n{table}"
    );
    insta::assert_snapshot!(said(&log), @r#"
    1 Daily(Some(2026-02-25))
    20 daily "A" Some(1) «1»
    "#);
}

#[test]
fn a_row_below_an_empty_line_or_text_counts_where_it_fits_the_table_of_its_section() {
    let row = "| B | x | 2 | $0.1 | ✅ | n | 2h |";
    for (text, line) in [
        (format!("\n{row}\n"), 7),
        (format!("\ntext\n{row}\n"), 8),
        (format!("\n- item\n{row}\n- item\n"), 8),
        (format!("\n1. item\n   - inner\n     {row}\n"), 9),
        (format!("\n> quoted\n{row}\n"), 8),
        (format!("\n<!-- note -->\n{row}\n"), 8),
        (format!("\ntext\n{row}\n---\n"), 8),
        (format!("\n[PRE] x\n\n{row}\n"), 9),
        ("\ntext\nB | x | 2 | $0.1 | ✅ | n | 2h\n".to_owned(), 8),
        (
            format!("\n| Colour | Price |\n|---|---|\n| red | 5 |\n\n{row}\n"),
            11,
        ),
    ] {
        let log = format!("{MONTHLY}| A | | 1 | | | | |\n{text}## Other\n");
        for piece in [1, 64 * 1024] {
            let said = said_in_chunks(log.as_bytes(), piece);
            let counted = format!("{line} monthly \"B\" Some(2) «2»");
            assert_eq!(said.matches("monthly \"B\"").count(), 1, "{text}: {said}");
            assert!(said.contains(&counted), "{text}: {said}");
            assert!(said.contains("row-outside-table"), "{text}: {said}");
            assert!(!said.contains("uncounted-table"), "{text}: {said}");
        }
    }
}

#[test]
fn a_row_that_may_be_of_other_columns_is_reported_and_not_counted() {
    let row = "| B | x | 2 | $0.1 | ✅ | n | 2h |";
    let other =
        "| Item | Colour | Size | Price | Kind | Use | Age |\n|---|---|---|---|---|---|---|\n";
    let table = format!("{MONTHLY}| A | | 1 | | | | |\n");
    for text in [
        format!("{table}\n{other}\n{row}\n"),
        format!("{table}\n- {row}\n"),
        format!("{table}\n<div>\n{row}\n</div>\n"),
        format!("{table}\ntext\n| B | x | 2 |\n"),
        format!("{table}\ntext\n{}\n", row.replace(" 2 ", " 2x ")),
        format!("{table}\n## Daily Detail — 2026-02-25\n\n{row}\n"),
        format!("{table}\n## Ideas\n\ntext\n{row}\n"),
        format!("## Ideas\n\n{row}\n\n{table}"),
        // A table that a merge put below a list, where Markdown shows no table.
        format!(
            "{table}\n## Previous Historical Data\n\n- Archived: 1 row\n| Team | Tokens |\n|---|---|\n| B | 2 |\n"
        ),
        format!("## 2026-02 Monthly Summary\n\n{row}\n\n| Team | Tokens |\n|---|---|\n| A | 1 |\n"),
    ] {
        let said = said(&text);
        assert!(!said.contains("\"B\""), "{text}: {said}");
        assert_eq!(said.matches("uncounted-table").count(), 1, "{text}: {said}");
    }
}

#[test]
fn a_last_line_without_its_end_is_no_error() {
    let daily =
        "## Daily Detail — 2026-02-25\n\n| Team | Task | Tokens |\n|---|---|---|\n| A | | 1 |\n";
    for tail in [
        "[USE] 2026-02-25T10:18:00Z team=B tok",
        "[USE] 2026-02-25T10:18:00Z team=B tokens=5",
        "[US",
        "| B |",
        "| B | | 12,4x",
        "text",
    ] {
        assert_eq!(said(&format!("{daily}{tail}")), said(daily), "{tail}");
    }
    assert!(said(&format!("{daily}| B | | 2 |")).contains("6 daily \"B\" Some(2)"));
    assert!(said(&format!("{daily}| B | | 12,4x\n")).contains("6:9 unreadable-number"));
}

#[test]
fn cells_that_are_missing_or_too_many_are_found() {
    let log = format!(
        "{MONTHLY}| A | | 1 | | | |\n| B | |\n| C | | 2 | | | | | more | x |\n| D | | 3 | | | `a | b` | |\nfree text\n| E | | 4 | | | | \n"
    );
    insta::assert_snapshot!(said(&log), @r#"
    1 Monthly(Some(Month(2026-02-01)))
    5:1 missing-cells row has 6 of the 7 cells of its table
    5 monthly "A" Some(1) «1»
    6:1 missing-cells row has 2 of the 7 cells of its table
    6 Unreadable
    7:21 surplus-cells row has more cells than the 7 columns of its table
    7 monthly "C" Some(2) «2»
    8:22 unreadable-time not a time: `b``
    8:27 surplus-cells row has more cells than the 7 columns of its table
    8 monthly "D" Some(3) «3»
    9:1 missing-cells a line of text became a row of the table above
    10:1 missing-cells row has 6 of the 7 cells of its table
    10 monthly "E" Some(4) «4»
    "#);
}

#[test]
fn long_lines_and_bytes_that_are_not_utf8_are_reported_and_read_around() {
    let long = "x".repeat(70_000);
    let mut bytes =
        format!("{MONTHLY}| A | | 1 | | | | |\n| {long} | | 9 | | | | |\n| B | | 2 | | | | |\n")
            .into_bytes();
    bytes.extend(b"| C \xff\xfe | | 3 | | | | |\n| D \xc3 | | 4 | | | | |\n\n");
    bytes.extend(long.as_bytes());
    let whole = said_in_chunks(&bytes, 64 * 1024);
    insta::assert_snapshot!(whole, @r#"
    6:1 overlong-line line of 68 KiB is not read
    8:5 not-utf8 3 bytes that are not UTF-8 in lines 8-9
    11:1 overlong-line line of 68 KiB is not read
    1 Monthly(Some(Month(2026-02-01)))
    5 monthly "A" Some(1) «»
    7 monthly "B" Some(2) «»
    8 monthly "C \u{1a}\u{1a}" Some(3) «»
    9 monthly "D \u{1a}" Some(4) «»
    "#);
    assert_eq!(sorted(&said_in_chunks(&bytes, 100)), sorted(&whole));
}

/// Facts about the Markdown parser that the reader relies on.
mod parser {
    use super::*;

    fn spans(text: &str, of: impl Fn(&Tag<'_>) -> bool) -> Vec<String> {
        let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
        events
            .filter_map(|(event, range)| match event {
                Event::Start(tag) if of(&tag) => Some(format!(
                    "{}..{} {:?}",
                    range.start,
                    range.end,
                    text.get(range.clone()).unwrap()
                )),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_cell_spans_its_padding_and_a_row_its_line_end() {
        let text = "| a | b |\r\n|---|---|\r\n|  1 | 2 |\r\n";
        assert_eq!(
            spans(text, |tag| *tag == Tag::TableRow),
            ["22..34 \"|  1 | 2 |\\r\\n\""]
        );
        assert_eq!(
            spans(text, |tag| *tag == Tag::TableCell)[2..],
            ["23..27 \"  1 \"", "28..31 \" 2 \""]
        );
    }

    #[test]
    fn a_short_row_is_padded_with_cells_behind_its_line_end() {
        let text = "| a | b |\n|---|---|\n| 1 |\nx\n";
        let cells = spans(text, |tag| *tag == Tag::TableCell);
        assert_eq!(cells[3], "26..26 \"\"");
        assert_eq!(
            spans(text, |tag| *tag == Tag::TableRow).len(),
            2,
            "a line of text below a table is a row"
        );
    }

    #[test]
    fn surplus_cells_vanish() {
        let text = "| a | b |\n|---|---|\n| 1 | `2 | 3` | 4 |\n";
        assert_eq!(spans(text, |tag| *tag == Tag::TableCell).len(), 4);
    }

    #[test]
    fn a_table_behind_a_byte_order_mark_is_none() {
        let is_table = |tag: &Tag<'_>| matches!(tag, Tag::Table(_));
        let table = "| a |\n|---|\n| 1 |\n";
        assert_eq!(spans(table, is_table).len(), 1);
        assert_eq!(spans(&format!("\u{feff}{table}"), is_table).len(), 0);
    }
}

/// Lines from which logs are made up, with every construct that a cut could tear.
fn any_line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "\\| (Team [A-C]|\\*\\*B\\*\\*|한) \\| [1-9][0-9]{0,2} \\|",
        2 => Just(String::new()),
        2 => Just("| Team | Tokens |".to_owned()),
        2 => Just("|---|---|".to_owned()),
        2 => Just("## Daily Detail — 2026-02-25".to_owned()),
        1 => Just("## 2026-02 Monthly Summary".to_owned()),
        1 => Just("## Cost-Tracking Notes".to_owned()),
        2 => "\\[PRE\\] [a-z]{0,5}",
        1 => Just("[USE] 2026-02-25T10:18:00Z team=A tokens=1".to_owned()),
        1 => "(```|~~~|````)( rust)?",
        1 => prop_oneof![Just("<!--"), Just("-->"), Just("<div>"), Just("</div>"), Just("<?x"), Just("<pre>")].prop_map(str::to_owned),
        1 => "(- |  - |1\\. |> |    |  )(\\| A \\| 1 \\||text|```)?",
        1 => prop_oneof![Just("**Budget Status:**"), Just("- Total budget: 5K"), Just("text"), Just("==="), Just("---"), Just("[Team A]")].prop_map(str::to_owned),
        1 => Just("| A |".to_owned()),
        1 => Just("| A | 1 | 2 |".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_a_log_says_does_not_depend_on_how_it_is_cut(
        lines in proptest::collection::vec(any_line(), 0..40),
        piece in 1_usize..200,
        crlf: bool,
        ended: bool,
    ) {
        let mut text = lines.join(if crlf { "\r\n" } else { "\n" });
        if ended {
            text.push_str(if crlf { "\r\n" } else { "\n" });
        }
        let (whole, pieces) = (said(&text), said_in_chunks(text.as_bytes(), piece));
        prop_assert_eq!(sorted(&whole), sorted(&pieces), "{}", text);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), piece in 1_usize..100) {
        said_in_chunks(&bytes, piece);
    }
}
