//! `tokmon check`: what it finds, in every form, and the page on each code.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use tokmon::internals::{Code, OutputStyle, Severity, diff, has_unsafe};

use crate::{
    harness::{Ran, Tokmon, fixture, log_of, repository},
    installed::has,
};

/// Checks a text as a log.
fn check(log: &str, options: &[&str]) -> Ran {
    let args = ["check", "-f", "-"].into_iter();
    Tokmon::new(args.chain(options.iter().copied()))
        .input(log.as_bytes())
        .run()
}

/// Checks a log that has an archive, beside another log.
fn check_with_archive(archive: &str) -> Ran {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 900 |\n";
    let folder = repository(&[
        ("docs/cost-log.md", log),
        ("docs/archive/cost-log-2026-02.md", archive),
        ("other/cost-log.md", ""),
        ("docs/other/cost-log.md", ""),
    ]);
    Tokmon::new(["check"]).folder(folder.path()).run()
}

/// Whether it takes an archive to show a code.
const fn is_of_archive(code: Code) -> bool {
    matches!(code, Code::ForeignArchive | Code::OrphanedArchive)
}

/// Checks the file that shows a code.
fn check_file_of(code: Code, options: &[&str]) -> Ran {
    let name = |kind| {
        let id = code.id().to_lowercase();
        format!("fixtures/invalid/{id}-{}.{kind}", code.name())
    };
    if is_of_archive(code) {
        return check_with_archive(&fs::read_to_string(name("md")).unwrap());
    }
    let args = match code {
        Code::DoubleBooking => vec![
            "--file".to_owned(),
            name("md"),
            "--config".to_owned(),
            name("toml"),
        ],
        Code::InvalidSetting | Code::ForeignLimit => vec![
            "--file".to_owned(),
            "fixtures/logs/sample.md".to_owned(),
            "--config".to_owned(),
            name("toml"),
        ],
        _ => vec!["--file".to_owned(), name("md")],
    };
    let args = args.iter().map(String::as_str);
    Tokmon::new(
        ["check"]
            .into_iter()
            .chain(args)
            .chain(options.iter().copied()),
    )
    .run()
}

/// Every log among the fixtures.
fn logs() -> Vec<String> {
    let folders = ["logs", "invalid", "logs/archived"].map(fixture);
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = files.map(|file| file.unwrap().path());
    let logs = paths.filter(|path| {
        path.extension().is_some_and(|kind| kind == "md") && !path.ends_with("cost-projection.md")
    });
    logs.map(|path| path.to_str().unwrap().to_owned()).collect()
}

#[test]
fn each_code_is_found_in_its_file() {
    for code in Code::ALL {
        let ran = check_file_of(*code, &[]);
        let (told, status) = match code {
            Code::InvalidSetting => (&ran.err, 78),
            _ => (&ran.out, u8::from(code.severity() != Severity::Note)),
        };
        assert!(told.contains(&format!("[{code}]")), "{code}: {ran}");
        assert_eq!(ran.code, status, "{code}");
        assert_snapshot!(format!("invalid_{}", code.name()), ran);
    }
}

/// An example of a page: the lines under a heading, without their indent.
fn example(page: &str, heading: &str) -> String {
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let lines = lines.map(|line| line.strip_prefix("    ").unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert!(!text.trim().is_empty(), "no example under {heading}");
    text
}

/// What an example stands for, where it cannot stand on a page.
fn bytes_of(example: &str) -> Vec<u8> {
    let whole = example.replace("x...x", &"x".repeat(70_000));
    let parts: Vec<&[u8]> = whole.split("\\xff").map(str::as_bytes).collect();
    parts.join(&b'\xff')
}

#[test]
fn each_code_has_a_page_whose_examples_hold() {
    for code in Code::ALL {
        let page = Tokmon::new(["check", "--explain", code.id()]).output();
        assert_eq!(
            page,
            Tokmon::new(["check", "--explain", &code.name().to_uppercase()]).output()
        );
        assert!(page.contains(code.meaning()), "{page}");
        for heading in ["Why it matters", "What tokmon does", "How to fix it"] {
            assert!(page.lines().any(|line| line == heading), "{page}");
        }
        assert_eq!(
            page.contains("fixed by `tokmon check --fix`"),
            code.is_fixable()
        );
        assert!(
            page.lines().all(|line| line.chars().count() <= 150),
            "{page}"
        );
        let [wrong, right] = ["Wrong", "Right"].map(|heading| example(&page, heading));
        if *code == Code::InvalidSetting {
            let run = |settings: &str| {
                let folder = repository(&[("cost-log.md", &log_of(5)), ("tokmon.toml", settings)]);
                Tokmon::new(["check"]).folder(folder.path()).run().code
            };
            assert_eq!((run(&wrong), run(&right)), (78, 0));
            continue;
        }
        let run = |text: &str| {
            if *code == Code::ForeignLimit {
                let log = format!("> **Currency:** USD @ $0.003/1K tokens\n\n{}", log_of(5));
                let folder = repository(&[("cost-log.md", &log), ("tokmon.toml", text)]);
                return Tokmon::new(["check"]).folder(folder.path()).run();
            }
            if *code == Code::DoubleBooking {
                let log = fixture("invalid").join("tm036-double-booking.md");
                let log = fs::read_to_string(log).unwrap();
                let folder = repository(&[("cost-log.md", &log), ("tokmon.toml", text)]);
                return Tokmon::new(["check"]).folder(folder.path()).run();
            }
            if is_of_archive(*code) {
                return check_with_archive(text);
            }
            Tokmon::new(["check", "-f", "-"])
                .input(&bytes_of(text))
                .run()
        };
        let (wrong, right) = (run(&wrong), run(&right));
        assert!(wrong.out.contains(&format!("[{code}]")), "{code}: {wrong}");
        assert_eq!(right.code, 0, "{code}: {right}");
        assert!(!right.out.contains(&format!("[{code}]")), "{code}: {right}");
    }
}

#[test]
fn a_page() {
    let page = |width| {
        Tokmon::new(["check", "--explain", "TM013"])
            .terminal(width)
            .output()
    };
    assert_snapshot!("page", page(80));
    for unknown in ["TM099", "total_differs", "", "\u{1b}[31m"] {
        let ran = Tokmon::new(["check", "--explain", unknown]).run();
        assert_eq!(ran.code, 64, "{ran}");
        assert!(ran.err.contains("did you mean TM0"), "{ran}");
        assert!(!ran.err.contains('\u{1b}'));
    }
    let ran = Tokmon::new(["check", "--explain", "total-difers"]).run();
    assert_snapshot!(ran.err, @"
    tokmon: there is no code `total-difers`
      help: did you mean TM013, total-differs?
    ");
    let ran = Tokmon::new(["check", "--explain", "TM013", "--json"]).run();
    assert_snapshot!(ran.err, @"tokmon: --explain only prints text");
}

#[test]
fn a_clean_log_is_said_to_be_clean() {
    assert_snapshot!(check(&log_of(5), &[]), @"
    exit 0
    --- out
    No findings in - (11 lines, 2 rows, 1 month)
    --- err
    ");
    let json: Value = serde_json::from_str(&check(&log_of(5), &["--json"]).out).unwrap();
    assert_eq!(json["findings"], Value::Array(Vec::new()));
    assert_eq!(check(&log_of(5), &["--format", "sarif"]).code, 0);
}

#[test]
fn what_is_no_log_is_an_error_and_not_clean() {
    for text in ["", "# Notes\n\nNothing here.\n"] {
        assert_eq!(check(text, &[]).code, 65, "{text}");
    }
    assert_eq!(
        check_file_of(Code::NotUtf8, &["--fix", "--dry-run"]).code,
        65
    );
    let ran = Tokmon::new(["check", "-f", "nowhere.md"]).run();
    assert_eq!(ran.code, 66);
    let ran = Tokmon::new(["check", "--dry-run"]).run();
    assert_eq!(ran.code, 64);
}

#[test]
fn forms_are_those_of_a_check_or_of_a_report() {
    for form in ["csv", "markdown"] {
        assert_snapshot!(format!("no_{form}"), check(&log_of(5), &["--format", form]));
    }
    for form in ["sarif", "github"] {
        let ran = Tokmon::new(["-f", "fixtures/logs/sample.md", "--format", form]).run();
        assert_snapshot!(format!("report_{form}"), ran);
    }
}

#[test]
fn every_month_is_looked_at_with_its_archive() {
    let month = |month: &str, tokens: u64| {
        format!(
            "## {month} Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | {tokens} |\n| TOTAL | 900 |\n\n"
        )
    };
    let archive = |day: &str, tokens: &str| {
        format!(
            "# Archive\n\n## Daily Detail — {day}\n\n| Team | Tokens |\n|---|---|\n| Team A | {tokens} |\n| Team A | 12x |\n"
        )
    };
    let log = [
        month("2026-02", 900),
        month("2026-01", 800),
        month("2025-12", 900),
    ]
    .concat()
        + "**Budget Status:**\n- Total budget: 5,000 tokens\n- Total budget: 6,000 tokens\n";
    let folder = repository(&[
        ("cost-log.md", &log),
        (
            "archive/cost-log-2026-01.md",
            &archive("2026-01-05", "1,000"),
        ),
        ("archive/cost-log-2025-12.md", &archive("2025-12-05", "100")),
        ("archive/cost-log-2025-11.md", &archive("2025-11-05", "100")),
    ]);
    let ran = Tokmon::new(["check"]).folder(folder.path()).run();
    assert_snapshot!("months", ran);
    let ran = Tokmon::new(["check", "--json"]).folder(folder.path()).run();
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    let places: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}:{}", one["code"], one["file"], one["line"]))
        .collect();
    assert_snapshot!(places.join("\n").replace('"', ""), @"
    TM013 cost-log.md:13
    TM018 cost-log.md:24
    TM001 archive/cost-log-2025-11.md:8
    TM001 archive/cost-log-2025-12.md:8
    TM015 archive/cost-log-2026-01.md:7
    TM001 archive/cost-log-2026-01.md:8
    ");
}

#[test]
fn columns_count_characters_whatever_they_are() {
    let log = "\u{feff}[USE] 10:18 team=\"팀 가\" tokens=5\n\n## 2026-02 Monthly Summary\n\n| Team | Task | Tokens | Status |\n|---|---|---|---|\n|\tTeam A\t|\t탭 과 한글\t|\t12x\t| ✅ |\n| 👩‍💻 Ops | ⚠️ é ｗｉｄｅ | 13x | ✅ |\n| Team B | a | 14 | 🚀 up |\n";
    for (name, log) in [("lf", log.to_owned()), ("crlf", log.replace('\n', "\r\n"))] {
        let text = check(&log, &[]);
        assert_snapshot!(format!("columns_{name}"), text);
        let json: Value = serde_json::from_str(&check(&log, &["--json"]).out).unwrap();
        let lines: Vec<&str> = log.trim_start_matches('\u{feff}').lines().collect();
        let marked: Vec<String> = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let number = |key: &str| usize::try_from(one[key].as_u64().unwrap()).unwrap();
                let line = lines[number("line") - 1].chars();
                let (from, to) = (number("column") - 1, number("end_column") - 1);
                line.skip(from).take(to - from).collect()
            })
            .collect();
        assert_eq!(marked, ["10:18", "12x", "13x", "🚀 up"], "{name}");
    }
}

#[test]
fn the_json_keeps_to_its_schema() {
    let schema = Tokmon::new(["schema", "check"]).output();
    assert_snapshot!("schema", schema);
    assert_eq!(
        Tokmon::new(["schema", "report"]).output(),
        Tokmon::new(["schema"]).output()
    );
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for log in logs() {
        let ran = Tokmon::new(["check", "--json", "-f", &log]).run();
        assert!(ran.code <= 1, "{log}: {ran}");
        let json: Value = serde_json::from_str(&ran.out).unwrap();
        assert!(validator.is_valid(&json), "{log}");
        let counts = &json["counts"];
        let listed = json["findings"].as_array().unwrap();
        let of = |severity: &str| {
            listed
                .iter()
                .filter(|one| one["severity"] == severity)
                .count()
        };
        assert_eq!(counts["errors"], of("error"));
        assert_eq!(counts["warnings"], of("warning"));
        assert_eq!(counts["notes"], of("note"));
        let fixable = listed.iter().filter(|one| one["fixable"] == true).count();
        assert_eq!(counts["fixable"], fixable);
        assert_eq!(ran.code, u8::from(of("error") + of("warning") > 0), "{log}");
    }
}

#[test]
fn what_can_be_mended_is_told_from_what_cannot() {
    let fixable = |code: Code| {
        let ran = check_file_of(code, &["--json"]);
        let json: Value = serde_json::from_str(&ran.out).unwrap();
        let all = json["findings"].as_array().unwrap().clone();
        let own = all.iter().filter(|one| one["code"] == code.id());
        own.map(|one| one["fixable"] == true).collect::<Vec<_>>()
    };
    assert_eq!(
        fixable(Code::TotalDiffers),
        [true, false],
        "a team budget's total is nobody's sum"
    );
    assert_eq!(fixable(Code::PercentDiffers), [true, false, true]);
    assert_eq!(fixable(Code::DetailsExceedSummary), [true, true]);
    assert_eq!(fixable(Code::SessionOutsideSummary), [true]);
    assert_eq!(fixable(Code::HookLineInTable), [true, true]);
    assert_eq!(fixable(Code::DuplicateId), [false, true]);
    assert_eq!(fixable(Code::MergedTwice), [false, true, false]);
    assert_eq!(fixable(Code::UnsettledUsage), [true]);
    let ran = check_file_of(Code::NotUtf8, &[]);
    assert!(
        !ran.out.contains("--fix"),
        "such a log is not written: {ran}"
    );
}

#[test]
fn sarif_has_a_rule_for_each_code_and_a_place_for_each_finding() {
    let ran = check_file_of(Code::DuplicateId, &["--format", "sarif"]);
    let mut json: Value = serde_json::from_str(&ran.out).unwrap();
    let rules = json["runs"][0]["tool"]["driver"]["rules"].take();
    let rules = rules.as_array().unwrap();
    let driver = &mut json["runs"][0]["tool"]["driver"];
    for version in ["version", "semanticVersion"] {
        assert_eq!(driver[version].take(), env!("CARGO_PKG_VERSION"));
    }
    assert_snapshot!("sarif", serde_json::to_string_pretty(&json).unwrap());
    assert_snapshot!(
        "sarif_rule",
        serde_json::to_string_pretty(&rules[12]).unwrap()
    );
    let ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        Code::ALL.iter().map(|code| code.id()).collect::<Vec<_>>()
    );
    for result in json["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn paths_are_written_as_each_form_has_them() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 100% [x](y)::,\n";
    let folder = repository(&[("50%, a:b/코스트 log.md", log)]);
    let run = |form| {
        Tokmon::new(["check", "--format", form, "-f", "50%, a:b/코스트 log.md"])
            .folder(folder.path())
            .run()
    };
    assert_snapshot!(run("github"), @"
    exit 1
    --- out
    ::error file=50%25%2C a%3Ab/코스트 log.md,line=5,col=7,endColumn=21,title=TM001 unreadable-number::not a number: `100%25 [x](y)::,`%0Awrite a number like `12,450` or `12.5K`, or `—` for none
    1 error in 50%, a:b/코스트 log.md (5 lines, 1 row, 1 month)
    --- err
    ");
    let json: Value = serde_json::from_str(&run("sarif").out).unwrap();
    let result = &json["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_snapshot!(place["artifactLocation"]["uri"].as_str().unwrap(), @"50%25%2C%20a%3Ab/%EC%BD%94%EC%8A%A4%ED%8A%B8%20log.md");
    assert_snapshot!(result["message"]["text"].as_str().unwrap(), @"
    not a number: `100% [x] (y)::,`
    write a number like `12,450` or `12.5K`, or `—` for none
    ");
}

/// Characters that drive a terminal, hide, or turn the direction of writing.
fn is_harmless(text: &str) -> bool {
    !has_unsafe(&text.replace('\n', ""))
}

const FORMS: [&str; 4] = ["table", "json", "sarif", "github"];

#[test]
fn a_hostile_log_is_harmless_in_every_form() {
    for form in FORMS {
        let ran = Tokmon::new(["check", "-f", "fixtures/logs/hostile.md", "--format", form]).run();
        assert!(
            is_harmless(&ran.out) && is_harmless(&ran.err),
            "{form}: {ran}"
        );
    }
}

#[test]
fn a_log_that_is_wrong_on_every_line_is_listed() {
    let mut log = String::from("## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n");
    for row in 0..3_000 {
        writeln!(log, "| Team {row} | {row}x |").unwrap();
    }
    let ran = check(&log, &[]);
    assert!(
        ran.out
            .ends_with("3,000 errors in - (3,004 lines, 3,000 rows, 1 month)\n")
    );
    assert_eq!(ran.out.matches("error[TM001]").count(), 3_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_does_harm(cells in proptest::collection::vec("[^\\n\\r]{0,12}|[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{206f}a|`*<\\[\\\\%:]{0,12}", 7)) {
        let log = format!("## 2026-02 Monthly Summary ({})\n\n| Team | Task | Tokens | Status |\n|---|---|---|---|\n| {} | {} | {} | {} |\n\n[USE] {}\n[HOLD] {}\n", cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]);
        for form in FORMS {
            let ran = check(&log, &["--format", form]);
            prop_assert!(is_harmless(&ran.out) && is_harmless(&ran.err), "{}: {}", form, ran);
            if form == "github" && ran.code < 64 {
                for line in ran.out.lines().rev().skip(1) {
                    prop_assert!(["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)), "{}", line);
                }
            }
        }
    }
}

/// Applies a diff with a program that understands it.
fn applied(before: &str, diff: &[u8], program: &str, args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cost-log.md");
    fs::write(&file, before).unwrap();
    let patch = folder.path().join("a.diff");
    fs::write(&patch, diff).unwrap();
    let mut command = Command::new(program);
    command.args(args).current_dir(folder.path());
    command.env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap());
    if program == "git" {
        command.arg(&patch);
    } else {
        command.stdin(fs::File::open(Path::new(&patch)).unwrap());
    }
    let output = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    fs::read_to_string(file).unwrap()
}

#[test]
fn programs_apply_a_diff() {
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let edited = sample
        .replace(
            "| Team C | Error tracker | 35,670",
            "| Team C | Error tracker ⚠️\t| 35,671",
        )
        .replace("63.3%", "63.4%");
    let pairs = [
        (sample.clone(), edited.clone()),
        (sample.replace('\n', "\r\n"), edited.replace('\n', "\r\n")),
        (
            format!("\u{feff}{sample}"),
            format!("\u{feff}{}", edited.trim_end()),
        ),
        (sample.trim_end().to_owned(), edited),
    ];
    for (before, after) in pairs {
        let mut changes = Vec::new();
        diff(
            "cost-log.md",
            &before,
            &after,
            OutputStyle::PLAIN,
            &mut changes,
        )
        .unwrap();
        for (program, args) in [
            ("patch", &["-p0", "--binary", "--quiet"][..]),
            ("git", &["apply", "-p0"]),
        ] {
            if has(program) {
                let patched = applied(&before, &changes, program, args);
                assert!(patched == after, "{program}");
            }
        }
    }
}

#[test]
fn explain_without_a_code_lists_all_codes() {
    let run = |args: &str| Tokmon::new(args.split(' ')).output();
    assert_eq!(run("check --explain"), run("check --explain --color never"));
    assert_snapshot!("codes", run("check --explain"));
}
