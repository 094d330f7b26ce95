//! What `tokmon migrate` did, or would: as text and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::{Format, amounts, counted, json, sanitize};
use crate::{
    model::{Month, RoundedSum},
    text::masked,
};

#[derive(Debug, Serialize)]
pub struct Migrated {
    pub schema_version: u32,
    pub file: String,
    pub dry_run: bool,
    /// Whether the log changed; it may already be v2.0.
    #[serde(rename = "migrated")]
    pub is_changed: bool,
    #[serde(flatten)]
    pub change: Option<MigratedLog>,
}

#[derive(Debug, Serialize)]
pub struct MigratedLog {
    pub original: String,
    /// The number of rows that became daily rows.
    pub rows: usize,
    /// The number of months with a summary.
    pub months: usize,
    /// Lines that are in the original alone.
    pub hook_lines_left: usize,
    pub other_lines_left: usize,
    /// Months whose stated total is not the sum of their rows: what is stated, and the sum.
    #[serde(skip)]
    pub differing: Vec<(Month, RoundedSum, RoundedSum)>,
    #[serde(skip)]
    pub log: String,
}

impl Migrated {
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match &self.change {
            _ if format == Format::Json => json::write(self, out),
            Some(change) if self.dry_run => out.write_all(masked(&change.log).as_bytes()),
            Some(change) => change.write(&self.file, out),
            None => {
                let file = sanitize(&self.file);
                writeln!(out, "{file} is already v2.0: nothing to do")
            }
        }
    }
}

impl MigratedLog {
    fn write(&self, file: &str, out: &mut dyn Write) -> io::Result<()> {
        let [rows, months] =
            [(self.rows, "row"), (self.months, "month")].map(|(count, what)| counted(count, what));
        let [file, original] = [file, &self.original].map(sanitize);
        let of_months = if self.months == 0 {
            String::new()
        } else {
            format!(" of {months}")
        };
        writeln!(out, "{file} is of v2.0 now: {rows}{of_months}")?;
        writeln!(out, "the complete original is kept in {original}")?;
        let parts = amounts([
            (self.hook_lines_left, "hook line"),
            (self.other_lines_left, "other line"),
        ]);
        if parts.is_empty() {
            return Ok(());
        }
        let is_one = self.hook_lines_left + self.other_lines_left == 1;
        let verb = if is_one { "is" } else { "are" };
        writeln!(out, "{} {verb} in the original only", parts.join(" and "))
    }

    /// A line for each month whose stated total contradicts its rows.
    pub fn remarks(&self) -> Vec<String> {
        let spell = |sum: &RoundedSum| {
            let mark = if sum.estimate { "~" } else { "" };
            format!("{mark}{}", sum.tokens)
        };
        let remark = |(month, stated, sum): &(Month, RoundedSum, RoundedSum)| {
            format!(
                "{month}: the table of months said {}, its rows add up to {}; the rows count",
                spell(stated),
                spell(sum)
            )
        };
        self.differing.iter().map(remark).collect()
    }
}
