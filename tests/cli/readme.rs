//! What the README shows is what the program does.

use std::fs;

use tokmon::internals::Code;

use crate::harness::{Tokmon, fixture, log_of, repository};

fn readme() -> String {
    fs::read_to_string(fixture("../README.md")).unwrap()
}

/// The fenced blocks of a language.
fn blocks<'r>(readme: &'r str, language: &str) -> Vec<&'r str> {
    let open = format!("```{language}\n");
    readme
        .split(open.as_str())
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn it_opens_with_the_two_commands_of_a_fresh_machine() {
    let readme = readme();
    let commands: Vec<&str> = blocks(&readme, "console")[0]
        .lines()
        .map(|line| line.split('#').next().unwrap().trim())
        .collect();
    assert_eq!(
        commands,
        [
            "$ cargo run --release -- --file fixtures/logs/sample.md",
            "$ cargo test"
        ]
    );
}

#[test]
fn its_outputs_are_the_programs() {
    let readme = readme();
    let shown: Vec<(&str, &str)> = blocks(&readme, "console")
        .into_iter()
        .filter_map(|block| block.strip_prefix("$ tokmon ")?.split_once('\n'))
        .filter(|(_, output)| !output.is_empty() && !output.starts_with('$'))
        .collect();
    assert_eq!(shown.len(), 3);
    for (command, output) in shown {
        assert_eq!(Tokmon::new(command.split(' ')).output(), output);
    }
}

#[test]
fn its_settings_can_be_used() {
    let readme = readme();
    let log = log_of(150_000);
    let settings = blocks(&readme, "toml")[0];
    let folder = repository(&[("docs/cost-log.md", &log), ("tokmon.toml", settings)]);
    let out = Tokmon::new([]).folder(folder.path()).output();
    assert!(out.contains("150,000 tokens  75.0%  note"), "{out}");
}

#[test]
fn its_smallest_log_can_be_read() {
    let readme = readme();
    let log = blocks(&readme, "markdown")[0];
    let out = Tokmon::new(["-f", "-"]).input(log.as_bytes()).output();
    assert!(
        out.contains("Used       ~31,350 tokens  15.6%  ok"),
        "{out}"
    );
}

#[test]
fn it_explains_each_code() {
    let readme = readme();
    for code in Code::ALL {
        let row = format!(
            "| {} | {} | {} | {} |",
            code.id(),
            code.name(),
            code.severity().word(),
            code.meaning()
        );
        assert!(readme.contains(&row), "missing in README.md:\n{row}");
    }
}
