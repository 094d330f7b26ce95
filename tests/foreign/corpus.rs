//! The logs in `fixtures/foreign`. The file beside each of them says what is right, in the lines that this test makes of what the
//! program says.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::program;

pub(crate) const NOW: &str = "2026-06-20T12:00:00Z";

/// All logs below a folder.
pub(crate) fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            logs(&path, found);
        } else if path.extension().is_some_and(|name| name == "expected") {
            found.push(path.with_extension("md"));
        }
    }
}

/// What the program says of a log, as far as the right answer says anything about it.
fn told(log: &str, right: &[&str]) -> String {
    let reading = program::read(log, NOW);
    let mut text = reading.figures();
    for (line, taken) in &reading.tables {
        let _ = writeln!(text, "line {line}: {taken}");
    }
    for wanted in right.iter().filter(|line| line.starts_with("finding: ")) {
        let is_met = |(line, code): &(u64, String)| {
            [code.as_str(), "any"].map(|code| format!("finding: {code} line {line}"))
        };
        let mut met = reading.findings.iter().flat_map(is_met);
        if met.any(|finding| finding == *wanted) {
            let _ = writeln!(text, "{wanted}");
        }
    }
    for budget in reading.budgets {
        let _ = writeln!(text, "budget: {budget} a month");
    }
    text
}

fn compared(line: &&str) -> bool {
    let is_shorter_budget = line.starts_with("budget: ") && !line.ends_with(" a month");
    !line.starts_with('#') && !is_shorter_budget
}

#[test]
fn logs_of_all_kinds_are_read_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/foreign");
    let mut paths = Vec::new();
    logs(&folder, &mut paths);
    assert!(paths.len() > 80, "only {} logs", paths.len());
    let mut wrong = String::new();
    for path in paths {
        let log = fs::read_to_string(&path).unwrap();
        let right = fs::read_to_string(path.with_extension("expected")).unwrap();
        let right: Vec<&str> = right.lines().filter(compared).collect();
        let found = told(&log, &right);
        let found: Vec<&str> = found.lines().collect();
        if found == right {
            continue;
        }
        let name = path.strip_prefix(&folder).unwrap().display();
        let _ = writeln!(wrong, "{name}");
        let [said, meant] = [&found, &right].map(|lines| lines.iter().collect::<BTreeSet<_>>());
        for line in meant.difference(&said) {
            let _ = writeln!(wrong, "  right: {line}");
        }
        for line in said.difference(&meant) {
            let _ = writeln!(wrong, "  found: {line}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
