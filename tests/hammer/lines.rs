//! The lines that writers append: each says whose it is and shows when a part of it is missing.

use std::fmt;

/// The months that lines are of, one after the other in the course of a run: so no archive gets longer than it would in life.
pub(crate) const MONTHS: [&str; 12] = [
    "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09",
    "2025-10", "2025-11", "2025-12", "2026-01",
];

/// Every so manieth line is longer than what a pipe or a shell writes at once.
pub(crate) const LONG: u64 = 97;

/// Every so manieth line carries usage.
const USAGE: u64 = 10;

/// A line's name: who wrote it, and the how manieth it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) writer: u32,
    pub(crate) number: u64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "w{}-{}", self.writer, self.number)
    }
}

impl Id {
    fn read(text: &str) -> Option<Self> {
        let (writer, number) = text.strip_prefix('w')?.split_once('-')?;
        let id = Self {
            writer: writer.parse().ok()?,
            number: number.parse().ok()?,
        };
        (id.to_string() == text).then_some(id)
    }

    pub(crate) const fn is_usage(self) -> bool {
        self.number % USAGE == 3
    }

    /// What a line of this name says was used, if it says so.
    pub(crate) const fn tokens(self) -> u64 {
        1 + (self.writer as u64 * 7 + self.number) % 900
    }
}

/// A line without its end, padded with this many letters where it is one of a hook.
pub(crate) fn line(id: Id, month: &str, pad: usize) -> String {
    let Id { writer, number } = id;
    let (day, minute, second) = (1 + number % 3, number / 60 % 60, number % 60);
    let time = format!("{month}-{day:02}T10:{minute:02}:{second:02}Z");
    if id.is_usage() {
        let team = char::from(b"ABCDEFGH"[writer as usize % 8]);
        let tokens = id.tokens();
        return format!("[USE] {time} team=\"Team {team}\" tokens={tokens} id={id}");
    }
    let letters = "x".repeat(pad);
    format!("[PRE] {time} tool=Bash id={id} pad={pad}:{letters} end={id}")
}

/// What became of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is none of a writer.
    Other,
    Hook(Id),
    /// A usage line or a row, and the tokens it gives.
    Usage(Id, u64),
    Torn,
}

impl Found {
    pub(crate) fn read(line: &str) -> Self {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let whole = hook(line)
            .map(Found::Hook)
            .or_else(|| usage(line))
            .or_else(|| row(line));
        let is_of_writer = |text: &str| {
            ["id=w", "end=w", "xxxx"]
                .iter()
                .any(|sign| text.contains(sign))
        };
        match whole {
            Some(found) => found,
            None if is_of_writer(line) || line.starts_with("[USE]") => Found::Torn,
            None => Found::Other,
        }
    }
}

fn hook(line: &str) -> Option<Id> {
    let rest = line.strip_prefix("[PRE] 202")?;
    let (_, rest) = rest.split_once(" tool=Bash id=")?;
    let (id, rest) = rest.split_once(" pad=")?;
    let (length, rest) = rest.split_once(':')?;
    let (letters, end) = rest.split_once(" end=")?;
    let length: usize = length.parse().ok()?;
    let is_whole = letters.len() == length && letters.bytes().all(|letter| letter == b'x');
    Id::read(id).filter(|_| is_whole && id == end)
}

fn usage(line: &str) -> Option<Found> {
    let (_, rest) = line.strip_prefix("[USE] 202")?.split_once(" tokens=")?;
    let (tokens, id) = rest.split_once(" id=")?;
    Some(Found::Usage(Id::read(id)?, tokens.parse().ok()?))
}

/// A row of a daily table: `| 10:00 | Team A | — | 1,234 | $0.004 | — | — <!-- id=w1-3 --> |`.
fn row(line: &str) -> Option<Found> {
    let rest = line.strip_suffix(" --> |")?;
    let (cells, id) = rest.split_once("<!-- id=")?;
    let tokens = cells.strip_prefix('|')?.split('|').nth(3)?.trim();
    let tokens = tokens.replace(',', "").parse().ok()?;
    Some(Found::Usage(Id::read(id)?, tokens))
}

#[test]
fn a_line_is_known_whole_and_only_whole() {
    for number in 0..30 {
        let id = Id { writer: 7, number };
        let line = line(id, "2025-03", 40);
        let wanted = if id.is_usage() {
            Found::Usage(id, id.tokens())
        } else {
            Found::Hook(id)
        };
        assert_eq!(Found::read(&line), wanted);
        assert_eq!(Found::read(&format!("{line}{line}")), Found::Torn);
        assert_eq!(Found::read(line.get(7..).unwrap()), Found::Torn);
        assert_eq!(
            Found::read(&line.replacen("xx", "x", 1)) == wanted,
            id.is_usage()
        );
    }
    let row = "| 10:00 | Team A | — | 1,234 | $0.004 | — | — <!-- id=w1-3 --> |";
    let id = Id {
        writer: 1,
        number: 3,
    };
    assert_eq!(Found::read(row), Found::Usage(id, 1_234));
    assert_eq!(Found::read("[PRE] 19:15:25 tool=unknown"), Found::Other);
}
