//! One file for each kind of finding, and exactly what is said about it.

use std::fs;

use insta::assert_snapshot;
use tokmon::internals::Code;

use crate::harness::{Ran, Tokmon, fixture};

/// The file that shows a code: `tm001-unreadable-number.md`.
fn name(code: Code) -> String {
    let kind = match code {
        Code::InvalidSetting | Code::ForeignLimit => "toml",
        _ => "md",
    };
    format!("{}-{}.{kind}", code.id().to_lowercase(), code.name())
}

fn run(code: Code, options: &str) -> Ran {
    let file = format!("fixtures/invalid/{}", name(code));
    let settings = file.replace(".md", ".toml");
    let args: Vec<&str> = match code {
        Code::InvalidSetting | Code::ForeignLimit => {
            vec!["--file", "fixtures/logs/sample.md", "--config", &file]
        }
        Code::UnsplitDetails => vec!["--file", &file, "--project", "App"],
        Code::DoubleBooking => vec!["--file", &file, "--config", &settings],
        _ => vec!["--file", &file],
    };
    Tokmon::new(args.into_iter().chain(options.split_whitespace())).run()
}

#[test]
fn each_code_has_a_file_and_a_message() {
    // Only `tokmon check` finds these.
    let of_check = [
        Code::UnsettledUsage,
        Code::MergedTwice,
        Code::ForeignArchive,
        Code::OrphanedArchive,
        Code::Secret,
    ];
    let reported = Code::ALL.iter().filter(|code| !of_check.contains(code));
    for code in reported {
        let ran = run(*code, "-v");
        assert!(
            ran.err.contains(&format!("[{}]", code.id())),
            "{code} is not found in its file:\n{ran}"
        );
        assert_snapshot!(format!("invalid_{}", code.name()), ran);
    }
}

#[test]
fn a_report_says_nothing_of_what_is_not_settled_yet() {
    for options in ["", "-v", "--json", "--format markdown"] {
        let Ran { code, out, err } = run(Code::UnsettledUsage, options);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(
            !out.contains("TM023") && !out.contains("not settled"),
            "{out}"
        );
    }
}

#[test]
fn each_file_shows_a_code() {
    let known: Vec<String> = Code::ALL.iter().map(|code| name(*code)).collect();
    for file in fs::read_dir(fixture("invalid")).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        // The settings of a log are named after it.
        let log = file.replace(".toml", ".md");
        let is_known = known.contains(&file) || known.contains(&log);
        assert!(is_known, "{file} shows no code");
    }
}

#[test]
fn findings_are_listed_sorted_and_counted_without_verbose() {
    let ran = run(Code::UnreadableNumber, "");
    assert_eq!(
        ran.err,
        "tokmon: 3 errors and 1 warning in fixtures/invalid/tm001-unreadable-number.md; -v explains each\n"
    );
    assert!(
        ran.out
            .contains("3 rows unreadable, lines 8, 9, 11: not counted"),
        "{ran}"
    );
    for view in [
        "--teams",
        "--daily",
        "--forecast",
        "--optimizations",
        "--format markdown",
    ] {
        let ran = run(Code::UnreadableNumber, view);
        assert!(
            ran.out
                .contains("3 rows unreadable, lines 8, 9, 11: not counted"),
            "{view}: {ran}"
        );
    }
    assert_eq!(run(Code::UnreadableNumber, "-q").err, "");
    let verbose = run(Code::PercentDiffers, "-v").err;
    let lines: Vec<usize> = verbose
        .lines()
        .filter_map(|line| line.split(".md:").nth(1)?.split(':').next()?.parse().ok())
        .collect();
    assert!(lines.is_sorted() && lines.len() == 3, "{verbose}");
}
