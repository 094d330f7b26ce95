//! What `tokmon archive` moved and deleted, or would: as text and as JSON.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use chrono::NaiveDate;
use serde::Serialize;

use super::{Format, amounts, counted, json, sanitize};
use crate::model::{Month, Tokens};

/// The maximum number of listed sections that stay.
const MAX_LEFT: usize = 5;

#[derive(Debug, Serialize)]
pub struct Archived {
    pub schema_version: u32,
    pub file: String,
    pub dry_run: bool,
    /// Details from before this day move.
    pub before: NaiveDate,
    /// Hook lines from before this day move.
    #[serde(skip)]
    pub today: NaiveDate,
    #[serde(skip)]
    pub hooks_only: bool,
    /// The number of usage lines that became rows first.
    pub settled_lines: usize,
    pub moved: Vec<MovedTo>,
    pub deleted: Vec<Deleted>,
    /// Sections that are old enough and stay.
    pub left: Vec<Left>,
    pub lines_before: usize,
    pub lines_after: usize,
}

/// What went to one archive.
#[derive(Debug, Serialize)]
pub struct MovedTo {
    pub file: String,
    pub month: Month,
    pub daily_sections: usize,
    pub sessions: usize,
    pub rows: usize,
    pub merged_rows: usize,
    pub hook_lines: usize,
}

#[derive(Debug, Serialize)]
pub struct Deleted {
    pub file: String,
    pub month: Month,
    pub lines: usize,
}

#[derive(Debug, Serialize)]
pub struct Left {
    pub section: String,
    pub reason: String,
}

impl Archived {
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        for line in self.lines() {
            writeln!(out, "{}", sanitize(&line))?;
        }
        Ok(())
    }

    /// Whether there is nothing to move or to delete.
    pub const fn is_nothing(&self) -> bool {
        self.moved.is_empty() && self.deleted.is_empty()
    }

    fn lines(&self) -> Vec<String> {
        if self.is_nothing() {
            let details = if self.hooks_only {
                String::new()
            } else {
                format!("no daily sections from before {}, ", self.before)
            };
            let today = self.today;
            return vec![format!(
                "nothing to move: {details}no hook lines from before {today}"
            )];
        }
        let [settle, move_to, delete] = if self.dry_run {
            ["would be settled", "would move to", "would delete"]
        } else {
            ["settled", "moved to", "deleted"]
        };
        let mut lines = Vec::new();
        if self.settled_lines > 0 {
            let settled = counted(self.settled_lines, "usage line");
            lines.push(format!("{settled} {settle} first"));
        }
        let moved = self.moved.iter();
        lines.extend(moved.map(|moved| format!("{move_to} {}  {}", moved.file, moved.amount())));
        lines.extend(self.deleted.iter().map(|deleted| {
            let lines = counted(deleted.lines, "line");
            format!("{delete} {}  {lines}", deleted.file)
        }));
        let [before, after] = [self.lines_before, self.lines_after].map(number);
        lines.push(format!("{}  {before} -> {after} lines", self.file));
        lines
    }

    /// A line for each section that stays, up to a limit.
    pub fn remarks(&self) -> Vec<String> {
        let listed = self.left.iter().take(MAX_LEFT);
        let mut remarks: Vec<String> = listed
            .map(|left| format!("`{}` stays in {}: {}", left.section, self.file, left.reason))
            .collect();
        let more = self.left.len().saturating_sub(MAX_LEFT);
        if more > 0 {
            remarks.push(format!("and {more} more; tokmon check says what is wrong"));
        }
        remarks
    }
}

impl MovedTo {
    /// `2 daily sections, 1 session (61 rows), 4,958 hook lines`.
    fn amount(&self) -> String {
        let mut parts = amounts([
            (self.daily_sections, "daily section"),
            (self.sessions, "session"),
        ]);
        if let Some(last) = parts.last_mut() {
            let _ = write!(last, " ({}", counted(self.rows, "row"));
            if self.merged_rows > 0 {
                let _ = write!(last, ", {} merged into others", number(self.merged_rows));
            }
            last.push(')');
        }
        parts.extend(amounts([(self.hook_lines, "hook line")]));
        parts.join(", ")
    }
}

fn number(count: usize) -> Tokens {
    Tokens(u64::try_from(count).unwrap_or(u64::MAX))
}
