//! The logs of the benchmark.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

/// The total of the sample.
const SAMPLE: u64 = 126_670;

pub(crate) fn sample() -> String {
    fs::read_to_string("fixtures/logs/sample.md").unwrap()
}

/// A usage line with this many tokens.
pub(crate) fn usage(tokens: u64) -> String {
    format!("[USE] 2026-02-25T16:30:00Z team=\"Team G\" tokens={tokens}\n")
}

/// A log with this many daily rows, 400 to a day, up to the month that is shown, and the total of that month.
pub(crate) fn daily_rows(rows: usize) -> (String, u64) {
    let mut log = "# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 0 |\n".to_owned();
    // Months are counted from the year 0, and have 25 days each.
    let (newest, mut sum) = (2026 * 12 + 1, 0);
    let first = newest - rows.saturating_sub(1) / 10_000;
    for row in 0..rows {
        let (month, day) = (first + row / 10_000, row / 400 % 25 + 1);
        if row % 400 == 0 {
            let (year, month) = (month / 12, month % 12 + 1);
            write!(log, "\n## Daily Detail — {year}-{month:02}-{day:02}\n\n| Time | Team | Task | Tokens | Cost | Status | Notes |\n|---|---|---|---|---|---|---|\n").unwrap();
        }
        let team = char::from(b'A' + u8::try_from(row % 8).unwrap());
        let tokens = 1_200 + row as u64 * 7 % 980_000;
        if month == newest {
            sum += tokens;
        }
        writeln!(log, "| 10:10-10:17 | Team {team} | Guidelines | {tokens} | $0.136 | ✅ COMPLETE | see `#412` |").unwrap();
    }
    (log, sum)
}

/// The sample's total plus this many tokens, as it is shown.
pub(crate) fn total(more: u64) -> String {
    figure(SAMPLE + more)
}

/// A number as it is shown.
pub(crate) fn figure(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(crate) fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Replaces a file by renaming, as most editors do.
pub(crate) fn save_by_renaming(path: &Path, text: &str) {
    let new = path.with_extension("tmp");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}
