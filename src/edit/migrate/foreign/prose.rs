//! What a log says beside its rows, for readers.

use super::Collected;
use crate::edit::Document;

impl Collected {
    /// What is no row that goes over, quoted: no line of it can count.
    pub(super) fn prose(&self, document: &Document) -> String {
        let mut quoted = String::new();
        let mut blank = true;
        let mut heading: Option<String> = None;
        let mut kept_head: Vec<String> = Vec::new();
        let mut in_table: Option<(usize, bool)> = None;
        let lines = document.text_lines(document.source.body_start());
        let mut push = |line: &str| {
            let line = line.trim_end();
            if !(line.is_empty() && std::mem::replace(&mut blank, line.is_empty())) {
                blank = line.is_empty();
                quoted.push_str(if line.is_empty() { ">" } else { "> " });
                quoted.push_str(line);
                quoted.push('\n');
            }
        };
        for ((_, line, is_log_line), number) in lines.zip(1..) {
            if is_log_line {
                continue;
            }
            if let Some((dashes, is_summary)) = self.tables.get(&number) {
                in_table = Some((*dashes, *is_summary));
                kept_head.clear();
            }
            let text = line.trim();
            if let Some((dashes, is_summary)) = in_table {
                if text.is_empty() {
                    in_table = None;
                } else if !is_summary {
                    let is_head = number <= dashes;
                    let is_blank = text.chars().all(|c| c == '|' || c.is_whitespace());
                    if is_head {
                        kept_head.push(line.to_owned());
                    } else if !self.rows.contains(&number) && !is_blank {
                        heading.take().into_iter().for_each(|line| push(&line));
                        kept_head.drain(..).for_each(|line| push(&line));
                        push(line);
                    }
                    continue;
                }
            }
            if text.starts_with('#') {
                // One with nothing left below it is not needed, unless it says more than a date.
                if let Some(before) = heading.replace(line.to_owned())
                    && before.split_whitespace().count() > 4
                {
                    push(&before);
                }
                continue;
            }
            if !text.is_empty() {
                heading.take().into_iter().for_each(|line| push(&line));
                push(line);
            } else if heading.is_none() {
                push("");
            }
        }
        if let Some(last) = heading.filter(|line| line.split_whitespace().count() > 4) {
            push(&last);
        }
        let quoted = quoted.trim_end_matches(['>', '\n', ' ']);
        let is_nothing = quoted.is_empty();
        if is_nothing {
            String::new()
        } else {
            format!("{quoted}\n")
        }
    }
}
