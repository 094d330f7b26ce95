//! Two texts as a unified diff, which `patch` and `git apply` understand.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use similar::{Change, ChangeTag, TextDiff};

use super::{ColorMode, OutputStyle, is_unsafe, push_escaped, sanitize};
use crate::text::masked;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Writes what turns one text into another, both named as a file; nothing if they are equal. Secrets are masked.
/// Without colour, and without unsafe characters and secrets in the lines shown, the diff can be applied with `patch -p0` or `git apply -p0`. Fails only if writing fails.
pub fn diff(
    name: &str,
    before: &str,
    after: &str,
    style: OutputStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (before, after) = (masked(before), masked(after));
    let (old, new) = (lines(&before), lines(&after));
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&old, &new);
    let mut printer = Printer::new(style, &old, &new, out);
    let name = sanitize(name);
    // A name with blanks ends at a tab.
    let end = if name.contains(' ') { "\t" } else { "" };
    let bold = match style.color {
        ColorMode::Plain => Ansi::new(),
        ColorMode::Bold | ColorMode::Color => Ansi::new().bold(),
    };
    for (at, hunk) in diff.unified_diff().iter_hunks().enumerate() {
        if at == 0 {
            printer.print(bold, &format!("--- {name}{end}"))?;
            printer.print(bold, &format!("+++ {name}{end}"))?;
        }
        let range = style.color.ansi(AnsiColor::Cyan);
        printer.print(range, &hunk.header().to_string())?;
        for change in hunk.iter_changes() {
            printer.change(&change)?;
        }
    }
    Ok(())
}

/// Only a line feed ends a line: a carriage return by itself does not.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

struct Printer<'o> {
    out: &'o mut dyn Write,
    color: ColorMode,
    for_terminal: bool,
    /// Carriage returns at the end of lines are escaped: they are invisible, and only some lines have one.
    escapes_returns: bool,
}

impl<'o> Printer<'o> {
    fn new(style: OutputStyle, old: &[&str], new: &[&str], out: &'o mut dyn Write) -> Self {
        let all = || old.iter().chain(new).filter(|line| line.ends_with('\n'));
        let returns = all().filter(|line| line.ends_with("\r\n")).count();
        let for_terminal = style.is_for_terminal();
        Self {
            out,
            color: style.color,
            for_terminal,
            escapes_returns: for_terminal && returns != 0 && returns != all().count(),
        }
    }

    fn change(&mut self, change: &Change<&str>) -> io::Result<()> {
        let line = change.value();
        let text = line.strip_suffix('\n').unwrap_or(line);
        let is_ended = text.len() < line.len();
        let stripped = text
            .strip_suffix('\r')
            .filter(|_| is_ended && !self.escapes_returns);
        let mut shown = change.tag().to_string();
        let is_first = change.old_index() == Some(0) || change.new_index() == Some(0);
        for (at, c) in stripped.unwrap_or(text).char_indices() {
            let is_mark = is_first && at == 0 && c == BYTE_ORDER_MARK;
            if is_unsafe(c) && c != '\t' && !is_mark {
                push_escaped(&mut shown, c);
            } else {
                shown.push(c);
            }
        }
        if stripped.is_some() && !self.for_terminal {
            shown.push('\r');
        }
        let ansi = match change.tag() {
            ChangeTag::Delete => self.color.ansi(AnsiColor::Red),
            ChangeTag::Insert => self.color.ansi(AnsiColor::Green),
            ChangeTag::Equal => Ansi::new(),
        };
        self.print(ansi, &shown)?;
        if !is_ended {
            self.print(Ansi::new(), "\\ No newline at end of file")?;
        }
        Ok(())
    }

    fn print(&mut self, ansi: Ansi, line: &str) -> io::Result<()> {
        writeln!(self.out, "{ansi}{line}{ansi:#}")
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn diffed(before: &str, after: &str, style: OutputStyle) -> String {
        let mut out = Vec::new();
        diff("cost-log.md", before, after, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Applies a diff as `patch` does, and fails if it does not fit.
    fn applied(before: &str, diff: &str) -> String {
        let old = lines(before);
        let (mut text, mut at) = (String::new(), 0);
        let mut parts = diff.split_inclusive('\n').skip(2).peekable();
        while let Some(line) = parts.next() {
            if let Some(place) = line.strip_prefix("@@ -") {
                let mut numbers = place.split([',', ' ']);
                let start: usize = numbers.next().unwrap().parse().unwrap();
                let of_none = place.split(' ').next().unwrap().ends_with(",0");
                let start = if of_none { start } else { start - 1 };
                text.extend(old[at..start].iter().copied());
                at = start;
                continue;
            }
            let (sign, rest) = line.split_at(1);
            let bare = parts.next_if(|next| next.starts_with('\\')).is_some();
            let rest = if bare {
                rest.trim_end_matches('\n')
            } else {
                rest
            };
            if sign != "+" {
                assert_eq!(old[at], rest);
                at += 1;
            }
            if sign != "-" {
                text.push_str(rest);
            }
        }
        text.extend(old[at..].iter().copied());
        text
    }

    #[test]
    fn a_diff_shows_what_changes_with_three_lines_around_it() {
        let before = (1..=20).fold(String::new(), |text, n| format!("{text}line {n}\n"));
        let after = before
            .replace("line 2\n", "line two\n")
            .replace("line 8\n", "")
            .replace("line 20\n", "line 20");
        assert_snapshot!(diffed(&before, &after, OutputStyle::PLAIN), @r"
        --- cost-log.md
        +++ cost-log.md
        @@ -1,11 +1,10 @@
         line 1
        -line 2
        +line two
         line 3
         line 4
         line 5
         line 6
         line 7
        -line 8
         line 9
         line 10
         line 11
        @@ -17,4 +16,4 @@
         line 17
         line 18
         line 19
        -line 20
        +line 20
        \ No newline at end of file
        ");
        assert_eq!(diffed(&before, &before, OutputStyle::PLAIN), "");
        assert_snapshot!(diffed("", "a\nb\n", OutputStyle::PLAIN), @"
        --- cost-log.md
        +++ cost-log.md
        @@ -0,0 +1,2 @@
        +a
        +b
        ");
        assert_snapshot!(diffed("a\n", "", OutputStyle::PLAIN), @"
        --- cost-log.md
        +++ cost-log.md
        @@ -1 +0,0 @@
        -a
        ");
    }

    #[test]
    fn nothing_in_a_diff_drives_a_terminal() {
        let color = OutputStyle {
            color: ColorMode::Color,
            ..OutputStyle::PLAIN
        };
        let before = "\u{feff}| \u{1b}[31m |\r\n| ⚠️\tx |\r\nend\u{202e}\r\n";
        let after = "\u{feff}| \u{1b}[31m |\r\n| ⚠️\ty |\r\nend\u{202e}\r\n";
        assert_snapshot!(diffed(before, after, OutputStyle::PLAIN).escape_debug(), @r"--- cost-log.md\n+++ cost-log.md\n@@ -1,3 +1,3 @@\n \u{feff}| \\u{1b}[31m |\r\n-| ⚠️\tx |\r\n+| ⚠️\ty |\r\n end\\u{202e}\r\n");
        assert_snapshot!(diffed(before, after, color).escape_debug(), @r"\u{1b}[1m--- cost-log.md\u{1b}[0m\n\u{1b}[1m+++ cost-log.md\u{1b}[0m\n\u{1b}[36m@@ -1,3 +1,3 @@\u{1b}[0m\n \u{feff}| \\u{1b}[31m |\n\u{1b}[31m-| ⚠️\tx |\u{1b}[0m\n\u{1b}[32m+| ⚠️\ty |\u{1b}[0m\n end\\u{202e}\n");
        let mixed = diffed("a\r\nb\n", "a\nb\n", color);
        assert_snapshot!(mixed.escape_debug(), @r"\u{1b}[1m--- cost-log.md\u{1b}[0m\n\u{1b}[1m+++ cost-log.md\u{1b}[0m\n\u{1b}[36m@@ -1,2 +1,2 @@\u{1b}[0m\n\u{1b}[31m-a\\u{d}\u{1b}[0m\n\u{1b}[32m+a\u{1b}[0m\n b\n");
        assert_snapshot!(diffed("a\rb\n", "c\n", OutputStyle::PLAIN).escape_debug(), @r"--- cost-log.md\n+++ cost-log.md\n@@ -1 +1 @@\n-a\\u{d}b\n+c\n");
    }

    #[test]
    fn a_lone_carriage_return_is_escaped_on_a_terminal() {
        let terminal = OutputStyle {
            width: Some(80),
            ..OutputStyle::PLAIN
        };
        let [before, after] = ["a\r\nb\rc\nd\n", "a\nb\rc\ne\n"];
        assert_snapshot!(diffed(before, after, terminal), @r"
        --- cost-log.md
        +++ cost-log.md
        @@ -1,3 +1,3 @@
        -a\u{d}
        +a
         b\u{d}c
        -d
        +e
        ");
        // A pipe gets what `patch` needs.
        assert!(diffed(before, after, OutputStyle::PLAIN).contains("\n-a\r\n+a\n"));
        assert!(!diffed("a\r\n", "b\r\n", terminal).contains('\r'));
    }

    #[test]
    fn five_thousand_removed_lines_cost_little() {
        let row = |n: usize| format!("| Team {} | Task {n} | 1,200 | done |\n", n % 7);
        let hook = |n: usize| format!("[PRE] 10:00:{:02} tool=Bash\n", n % 60);
        let before: String = (0..5_000).map(|n| row(n) + &hook(n)).collect();
        let after: String = (0..5_000).map(row).collect();
        let diff = diffed(&before, &after, OutputStyle::PLAIN);
        assert_eq!(applied(&before, &diff), after);
        let half: String = (0..5_000)
            .map(|n| {
                if n % 2 == 0 {
                    row(n) + &hook(n)
                } else {
                    row(n)
                }
            })
            .collect();
        assert_eq!(
            applied(&before, &diffed(&before, &half, OutputStyle::PLAIN)),
            half
        );
        let turned: String = (0..5_000).rev().map(row).collect();
        assert_eq!(
            applied(&after, &diffed(&after, &turned, OutputStyle::PLAIN)),
            turned
        );
    }

    proptest! {
        #[test]
        fn a_diff_applied_gives_the_other_text(before in "([abc]\r?\n){0,12}[abc]?", after in "([abc]\r?\n){0,12}[abc]?") {
            let diff = diffed(&before, &after, OutputStyle::PLAIN);
            prop_assert_eq!(applied(&before, &diff), after);
        }

        #[test]
        fn any_diff_is_harmless(before in any::<String>(), after in any::<String>()) {
            for c in diffed(&before, &after, OutputStyle::PLAIN).trim_start_matches('\u{feff}').replace("\r\n", "\n").chars() {
                prop_assert!(!is_unsafe(c) || ['\n', '\t', '\u{feff}'].contains(&c), "{c:?}");
            }
        }
    }
}
