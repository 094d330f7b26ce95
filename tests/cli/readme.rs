//! What the README and the pages in `docs` show is what the program does.

use std::fs;

use tokmon::internals::Code;

use crate::harness::{Tokmon, fixture, log_of, repository};

fn readme() -> String {
    page("README.md")
}

fn page(path: &str) -> String {
    fs::read_to_string(fixture("..").join(path)).unwrap()
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
fn the_settings_of_the_page_can_be_used() {
    let page = page("docs/settings.md");
    let log = log_of(150_000);
    let settings = blocks(&page, "toml")[0];
    let folder = repository(&[("docs/cost-log.md", &log), ("tokmon.toml", settings)]);
    let out = Tokmon::new([]).folder(folder.path()).output();
    assert!(out.contains("150,000 tokens  75.0%  [! NOTE]"), "{out}");
}

#[test]
fn the_log_of_the_page_on_reading_is_read_and_its_settings_can_be_used() {
    let page = page("docs/reading.md");
    let (log, settings) = (blocks(&page, "markdown")[0], blocks(&page, "toml")[0]);
    let folder = repository(&[("costs.md", log), ("x/tokmon.toml", settings)]);
    let run = |line: &'static str| Tokmon::new(line.split(' ')).folder(folder.path());
    let out = run("-f costs.md").output();
    assert!(
        out.contains("25,400 tokens") && out.contains("~$0.330"),
        "{out}"
    );
    run("check --tables -f costs.md --config x/tokmon.toml").output();
}

#[test]
fn the_commands_of_the_page_on_import_are_understood() {
    let page = page("docs/import.md");
    let blocks = blocks(&page, "console").into_iter();
    let lines = blocks.flat_map(str::lines);
    let lines: Vec<&str> = lines.filter(|line| line.starts_with("$ ")).collect();
    assert!(lines.len() > 5);
    for line in lines {
        let command = line.split(" #").next().unwrap();
        let (_, words) = command.split_once("tokmon ").unwrap();
        let ran = Tokmon::new(words.split_whitespace().chain(["--help"])).run();
        assert_eq!(ran.code, 0, "{line}: {ran}");
    }
}

#[test]
fn the_settings_and_the_line_of_the_page_on_import_can_be_used() {
    let page = page("docs/import.md");
    let line = blocks(&page, "json")[0];
    let log = log_of(5);
    for settings in blocks(&page, "toml") {
        let files = [("cost-log.md", log.as_str()), ("tokmon.toml", settings)];
        let folder = repository(&files);
        let out = Tokmon::new("import jsonl - -n --json".split(' '))
            .folder(folder.path())
            .input(line.as_bytes())
            .output();
        assert!(out.contains("\"output\": 300"), "{out}");
    }
}

#[test]
fn its_minimal_log_can_be_read() {
    let readme = readme();
    let log = blocks(&readme, "markdown")[0];
    let out = Tokmon::new(["-f", "-"]).input(log.as_bytes()).output();
    assert!(
        out.contains("Used       ~31,350 tokens  15.6%  [✓ OK]"),
        "{out}"
    );
}

#[test]
fn the_page_of_findings_explains_each_code() {
    let page = page("docs/findings.md");
    for code in Code::ALL {
        let row = format!(
            "| {} | {} | {} | {} |",
            code.id(),
            code.name(),
            code.severity().into_str(),
            code.meaning()
        );
        assert!(page.contains(&row), "missing in docs/findings.md:\n{row}");
    }
}

#[test]
fn its_table_of_contents_leads_everywhere() {
    let readme = readme();
    let headings = readme.lines().filter_map(|line| line.strip_prefix("## "));
    // The minimal log has a heading, too.
    let headings = headings.filter(|heading| !heading.starts_with("20"));
    let anchors: Vec<String> = headings
        .map(|heading| format!("#{}", heading.to_lowercase().replace(' ', "-")))
        .collect();
    let links = readme
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap());
    for link in links.filter(|link| !link.starts_with("http")) {
        if link.starts_with('#') {
            assert!(anchors.iter().any(|anchor| anchor == link), "{link}");
        } else {
            let file = link.split('#').next().unwrap();
            assert!(fixture("..").join(file).exists(), "{link}");
        }
    }
    let list: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("- [") && line.contains("](#"))
        .collect();
    assert_eq!(
        list.len() + 2,
        anchors.len(),
        "all but the last two sections"
    );
}

/// The exit codes of a table or a list: the first numbers of each line.
fn exit_codes(text: &str) -> Vec<u8> {
    let numbers = text.lines().filter_map(|line| {
        let cell = line
            .trim_start_matches(['|', ' '])
            .split([' ', ',', '|'])
            .next()?;
        cell.parse().ok()
    });
    numbers.collect()
}

#[test]
fn help_and_the_page_list_the_same_exit_codes() {
    let help = Tokmon::new(["--help"]).output();
    let help = help.split("Exit codes:\n").nth(1).unwrap();
    let page = exit_codes(&page("docs/exit-codes.md"));
    let without_signals: Vec<u8> = page.into_iter().filter(|code| *code < 128).collect();
    assert_eq!(exit_codes(help), without_signals);
    assert_eq!(
        without_signals,
        [0, 1, 10, 20, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78]
    );
}

#[test]
fn each_concept_has_one_term() {
    const REPLACED: [(&str, &str); 12] = [
        ("spending", "usage, or cost"),
        ("budget in money", "cost budget"),
        ("money budget", "cost budget"),
        ("team budget", "allocation"),
        ("safety margin", "remaining"),
        ("all that is planned", "all planned work"),
        ("phases to come", "pending phases"),
        ("open phase", "pending phase"),
        ("left out of every sum", "not counted"),
        ("is crossed", "is reached"),
        ("somebody", "a person, or the passive"),
        ("so many", "SECONDS, or a number"),
    ];
    let mut texts: Vec<(String, String)> = Vec::new();
    for path in [
        "README.md",
        "docs/alerts.md",
        "docs/exit-codes.md",
        "docs/findings.md",
    ]
    .into_iter()
    .chain(["docs/settings.md", "docs/terms.md"])
    .chain(["docs/budget.md", "docs/prices.md", "docs/reading.md"])
    {
        texts.push((path.to_owned(), page(path)));
    }
    let explained = Code::ALL
        .iter()
        .map(|code| format!("check --explain {code}"));
    let commands = [
        "--help",
        "record --help",
        "check --help",
        "archive --help",
        "migrate --help",
        "init --help",
        "budget --help",
        "prices --help",
        "init --dry-run",
        "schema",
        "schema check",
        "--full --file fixtures/logs/sample.md",
        "--full --file fixtures/logs/history.md",
    ];
    for command in commands.into_iter().map(str::to_owned).chain(explained) {
        let output = Tokmon::new(command.split(' ')).run().out;
        texts.push((command, output));
    }
    for (name, text) in texts {
        // Sentences are folded.
        let text = text.to_lowercase();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (old, new) in REPLACED {
            assert!(
                !text.contains(old),
                "{name} says `{old}`: write {new}, as in docs/terms.md"
            );
        }
    }
}
