//! What is said of an archiving: a table, or JSON.

use std::fmt::Write as _;

use super::{Made, Task, count};
use crate::{
    cli::GlobalArgs,
    commands::Context,
    edit::archive::{Moved, Share},
    failure::{Failure, cannot_print},
    model::Tokens,
    render::{self, Format},
};

/// No more sections than these are listed of those that stay.
const MOST_LEFT: usize = 5;

impl Task<'_> {
    /// Lists the archives that are to be deleted.
    pub(super) fn list(
        &self,
        global: &GlobalArgs,
        format: Format,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        if self.old.is_empty() || format == Format::Json {
            return Ok(());
        }
        let log_set = self.session.log_set(&self.old)?;
        let style = cx.style(global);
        for (month, archive) in &log_set.archives {
            let lines = counted(count(archive), "line");
            let line = format!("to be deleted: {} ({lines})", self.shown(*month));
            writeln!(cx.out, "{}", style.text(&render::safe_line(&line))).map_err(cannot_print)?;
        }
        cx.out.flush().map_err(cannot_print)?;
        Ok(())
    }

    pub(super) fn tell(
        &self,
        made: &Made,
        format: Format,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let text = match format {
            Format::Json => self.json(made),
            _ => self.table(made),
        };
        cx.out.write_all(text.as_bytes()).map_err(cannot_print)?;
        cx.out.flush().map_err(cannot_print)?;
        Ok(())
    }

    fn table(&self, made: &Made) -> String {
        let Made {
            moved,
            pruned,
            lines,
            asked,
        } = made;
        let mut text = String::new();
        let mut say = |line: String| {
            let _ = writeln!(text, "{}", render::safe_line(&line));
        };
        if moved.to.is_empty() && pruned.is_empty() {
            let details = if asked.hooks_only {
                String::new()
            } else {
                format!("no daily details from before {}, ", asked.before)
            };
            say(format!(
                "nothing to move: {details}no hook lines from before {}",
                asked.today
            ));
            return text;
        }
        if moved.settled > 0 {
            let lines = counted(moved.settled, "usage line");
            say(format!(
                "{lines} {}settled first",
                if self.args.dry_run { "would be " } else { "" }
            ));
        }
        for (month, share) in &moved.to {
            let verb = if self.args.dry_run {
                "would move to"
            } else {
                "moved to"
            };
            say(format!("{verb} {}  {}", self.shown(*month), amount(share)));
        }
        for (month, lines) in pruned {
            let verb = if self.args.dry_run {
                "would delete"
            } else {
                "deleted"
            };
            say(format!(
                "{verb} {}  {}",
                self.shown(*month),
                counted(*lines, "line")
            ));
        }
        let (before, after) = lines;
        say(format!(
            "{}  {} -> {} lines",
            self.session.log.shown,
            number(*before),
            number(*after)
        ));
        text
    }

    pub(super) fn tell_left(&self, moved: &Moved, cx: &mut Context<'_>) {
        let log = &self.session.log.shown;
        for (heading, obstacle) in moved.left.iter().take(MOST_LEFT) {
            let line = format!("`{heading}` stays in {log}: {obstacle}");
            cx.note(line);
        }
        match moved.left.len().saturating_sub(MOST_LEFT) {
            0 => {}
            more => cx.note(format_args!(
                "and {more} more; tokmon check says what is wrong"
            )),
        }
    }

    fn json(&self, made: &Made) -> String {
        let archives = made.moved.to.iter().map(|(month, share)| {
            let Share { daily, sessions, rows, merged, lines } = share;
            format!(
                "{{\"file\": {}, \"month\": \"{month}\", \"daily_sections\": {daily}, \"sessions\": {sessions}, \"rows\": {rows}, \"merged_rows\": {merged}, \"hook_lines\": {lines}}}",
                quoted(&self.shown(*month))
            )
        });
        let pruned = made.pruned.iter().map(|(month, lines)| {
            let file = quoted(&self.shown(*month));
            format!("{{\"file\": {file}, \"month\": \"{month}\", \"lines\": {lines}}}")
        });
        let left = made.moved.left.iter().map(|(heading, obstacle)| {
            let (heading, reason) = (quoted(heading), quoted(&obstacle.to_string()));
            format!("{{\"section\": {heading}, \"reason\": {reason}}}")
        });
        let fields = [
            "\"schema_version\": 1".to_owned(),
            format!("\"file\": {}", quoted(&self.session.log.shown)),
            format!("\"dry_run\": {}", self.args.dry_run),
            format!("\"before\": \"{}\"", made.asked.before),
            format!("\"settled_lines\": {}", made.moved.settled),
            format!("\"moved\": {}", list(archives)),
            format!("\"deleted\": {}", list(pruned)),
            format!("\"left\": {}", list(left)),
            format!("\"lines_before\": {}", made.lines.0),
            format!("\"lines_after\": {}", made.lines.1),
        ];
        format!("{{\n  {}\n}}\n", fields.join(",\n  "))
    }
}

/// `2 daily sections, 1 session (61 rows), 4,958 hook lines`.
fn amount(share: &Share) -> String {
    let parts = [(share.daily, "daily section"), (share.sessions, "session")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = parts.map(|(count, what)| counted(count, what)).collect();
    if let Some(last) = parts.last_mut() {
        let _ = write!(last, " ({}", counted(share.rows, "row"));
        if share.merged > 0 {
            let _ = write!(last, ", {} merged into others", number(share.merged));
        }
        last.push(')');
    }
    if share.lines > 0 {
        parts.push(counted(share.lines, "hook line"));
    }
    parts.join(", ")
}

pub(in crate::commands) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", number(count))
}

fn number(count: usize) -> Tokens {
    Tokens(u64::try_from(count).unwrap_or(u64::MAX))
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("    {item}")).collect();
    if items.is_empty() {
        return "[]".to_owned();
    }
    format!("[\n{}\n  ]", items.join(",\n"))
}

/// A text as JSON has it, with nothing in it that drives a terminal.
pub(in crate::commands) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if render::safe::is_forbidden(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
