//! Two texts as a unified diff, which `patch` and `git apply` understand.
//! What the texts are, and why they differ, is for the commands to say.

use std::{
    collections::HashSet,
    fmt::Write as _,
    io::{self, Write},
    ops::Range,
};

use anstyle::{AnsiColor, Style as Ansi};
use similar::{Algorithm, DiffOp};

use super::{
    safe,
    theme::{Ink, Style},
};

/// Lines shown before and after a change.
const CONTEXT: usize = 3;

/// Writes what turns one text into another, named as a file; nothing where they are the same. Without colour, and where no
/// character of the lines shown is a forbidden one, the diff can be applied with `patch -p0` or `git apply -p0`.
/// Fails only where writing fails.
pub fn diff(
    name: &str,
    before: &str,
    after: &str,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (old, new) = (lines(before), lines(after));
    let changes = changes(&old, &new);
    if changes.is_empty() {
        return Ok(());
    }
    let name = safe::line(name);
    // A name with blanks ends at a tab.
    let end = if name.contains(' ') { "\t" } else { "" };
    let pen = Pen::new(style, &old, &new);
    pen.write(out, Part::Head, &format!("--- {name}{end}"))?;
    pen.write(out, Part::Head, &format!("+++ {name}{end}"))?;
    for hunk in hunks(&changes, old.len()) {
        pen.hunk(&hunk, &old, &new, out)?;
    }
    Ok(())
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A run of lines, and the run that takes its place. One of the two may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// What differs, from top to bottom. A line that only one of the texts has cannot be common to both, so only the others are
/// compared: five thousand removed lines cost no more than reading them.
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let (in_old, in_new): (HashSet<&str>, HashSet<&str>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let shared = |lines: &[&str], other: &HashSet<&str>| -> Vec<usize> {
        let shared = lines.iter().enumerate();
        let shared = shared.filter(|(_, line)| other.contains(*line));
        shared.map(|(at, _)| at).collect()
    };
    let (old_at, new_at) = (shared(old, &in_new), shared(new, &in_old));
    let ops = similar::capture_diff_slices(
        Algorithm::Patience,
        &picked(old, &old_at),
        &picked(new, &new_at),
    );
    let same = ops.iter().flat_map(|op| match *op {
        DiffOp::Equal {
            old_index,
            new_index,
            len,
        } => (0..len)
            .map(|at| (old_at[old_index + at], new_at[new_index + at]))
            .collect(),
        _ => Vec::new(),
    });
    let mut changes = Vec::new();
    let (mut old_next, mut new_next) = (0, 0);
    for (old_same, new_same) in same.chain([(old.len(), new.len())]) {
        if old_next < old_same || new_next < new_same {
            changes.push(Change {
                old: old_next..old_same,
                new: new_next..new_same,
            });
        }
        (old_next, new_next) = (old_same + 1, new_same + 1);
    }
    changes
}

fn picked<'t>(lines: &[&'t str], at: &[usize]) -> Vec<&'t str> {
    at.iter().map(|at| lines[*at]).collect()
}

/// Changes that share their context, together.
fn hunks(changes: &[Change], old_len: usize) -> impl Iterator<Item = Hunk<'_>> {
    let groups = changes.chunk_by(|one, two| two.old.start - one.old.end <= 2 * CONTEXT);
    groups.filter_map(move |changes| {
        let (first, last) = (changes.first()?, changes.last()?);
        let before = first.old.start.min(CONTEXT);
        let after = (old_len - last.old.end).min(CONTEXT);
        Some(Hunk {
            changes,
            old: first.old.start - before..last.old.end + after,
            new: first.new.start - before..last.new.end + after,
        })
    })
}

/// Changes with the lines around them.
struct Hunk<'c> {
    changes: &'c [Change],
    old: Range<usize>,
    new: Range<usize>,
}

/// What a line of a diff is.
#[derive(Clone, Copy)]
enum Part {
    Head,
    Place,
    Same,
    Removed,
    Added,
}

struct Pen {
    ink: Ink,
    /// A carriage return at the end of a line is shown: in a picture for people it could not be seen, and some lines have none.
    shows_returns: bool,
}

impl Pen {
    fn new(style: Style, old: &[&str], new: &[&str]) -> Self {
        let returned = |line: &&&str| line.ends_with("\r\n");
        let all = || old.iter().chain(new).filter(|line| line.ends_with('\n'));
        let count = all().filter(returned).count();
        Self {
            ink: style.ink,
            shows_returns: style.ink != Ink::Plain && count != 0 && count != all().count(),
        }
    }

    fn hunk(
        &self,
        hunk: &Hunk<'_>,
        old: &[&str],
        new: &[&str],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let place = format!("@@ -{} +{} @@", range(&hunk.old), range(&hunk.new));
        self.write(out, Part::Place, &place)?;
        let mut at = hunk.old.start;
        for change in hunk.changes {
            self.lines(Part::Same, old, at..change.old.start, out)?;
            self.lines(Part::Removed, old, change.old.clone(), out)?;
            self.lines(Part::Added, new, change.new.clone(), out)?;
            at = change.old.end;
        }
        self.lines(Part::Same, old, at..hunk.old.end, out)
    }

    fn lines(
        &self,
        part: Part,
        text: &[&str],
        lines: Range<usize>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let sign = match part {
            Part::Removed => "-",
            Part::Added => "+",
            _ => " ",
        };
        for at in lines {
            let line = &text[at];
            let (text, ended) = line
                .strip_suffix('\n')
                .map_or((*line, false), |text| (text, true));
            let (text, returned) = text
                .strip_suffix('\r')
                .filter(|_| ended && !self.shows_returns)
                .map_or((text, false), |text| (text, true));
            let (mark, text) = text.split_at(if at == 0 { mark_of(text) } else { 0 });
            let mut shown = format!("{sign}{mark}");
            push_harmless(&mut shown, text);
            // The one carriage return that does no harm is that before a line end.
            if returned && self.ink == Ink::Plain {
                shown.push('\r');
            }
            self.write(out, part, &shown)?;
            if !ended {
                self.write(out, Part::Same, "\\ No newline at end of file")?;
            }
        }
        Ok(())
    }

    fn write(&self, out: &mut dyn Write, part: Part, line: &str) -> io::Result<()> {
        let color = |color: AnsiColor| match self.ink {
            Ink::Color => color.on_default(),
            Ink::Plain | Ink::Bold => Ansi::new(),
        };
        let ansi = match part {
            Part::Head if self.ink != Ink::Plain => Ansi::new().bold(),
            Part::Place => color(AnsiColor::Cyan),
            Part::Removed => color(AnsiColor::Red),
            Part::Added => color(AnsiColor::Green),
            Part::Head | Part::Same => Ansi::new(),
        };
        writeln!(out, "{ansi}{line}{ansi:#}")
    }
}

/// Start and length as a hunk has them: of no lines, the start is the line before.
fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        len => format!("{},{len}", lines.start + 1),
    }
}

/// The bytes of the byte-order mark that a text begins with.
fn mark_of(text: &str) -> usize {
    const MARK: char = '\u{feff}';
    if text.starts_with(MARK) {
        MARK.len_utf8()
    } else {
        0
    }
}

/// A line of text as it is, but for what could drive a terminal or hide. What only changes the look of an emoji stays, as do tabs.
fn push_harmless(line: &mut String, text: &str) {
    for c in text.chars() {
        if safe::is_forbidden(c) && c != '\t' {
            let _ = write!(line, "\\u{{{:x}}}", u32::from(c));
        } else {
            line.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn told(before: &str, after: &str, style: Style) -> String {
        let mut out = Vec::new();
        diff("cost-log.md", before, after, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Applies a diff the way `patch` does, and is told where it does not fit.
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
        assert_snapshot!(told(&before, &after, Style::PLAIN), @r"
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
        assert_eq!(told(&before, &before, Style::PLAIN), "");
        assert_snapshot!(told("", "a\nb\n", Style::PLAIN), @"
        --- cost-log.md
        +++ cost-log.md
        @@ -0,0 +1,2 @@
        +a
        +b
        ");
        assert_snapshot!(told("a\n", "", Style::PLAIN), @"
        --- cost-log.md
        +++ cost-log.md
        @@ -1 +0,0 @@
        -a
        ");
    }

    #[test]
    fn nothing_in_a_diff_drives_a_terminal() {
        let color = Style {
            ink: Ink::Color,
            ..Style::PLAIN
        };
        let before = "\u{feff}| \u{1b}[31m |\r\n| ⚠️\tx |\r\nend\u{202e}\r\n";
        let after = "\u{feff}| \u{1b}[31m |\r\n| ⚠️\ty |\r\nend\u{202e}\r\n";
        assert_snapshot!(told(before, after, Style::PLAIN).escape_debug(), @r"--- cost-log.md\n+++ cost-log.md\n@@ -1,3 +1,3 @@\n \u{feff}| \\u{1b}[31m |\r\n-| ⚠️\tx |\r\n+| ⚠️\ty |\r\n end\\u{202e}\r\n");
        assert_snapshot!(told(before, after, color).escape_debug(), @r"\u{1b}[1m--- cost-log.md\u{1b}[0m\n\u{1b}[1m+++ cost-log.md\u{1b}[0m\n\u{1b}[36m@@ -1,3 +1,3 @@\u{1b}[0m\n \u{feff}| \\u{1b}[31m |\n\u{1b}[31m-| ⚠️\tx |\u{1b}[0m\n\u{1b}[32m+| ⚠️\ty |\u{1b}[0m\n end\\u{202e}\n");
        let mixed = told("a\r\nb\n", "a\nb\n", color);
        assert_snapshot!(mixed.escape_debug(), @r"\u{1b}[1m--- cost-log.md\u{1b}[0m\n\u{1b}[1m+++ cost-log.md\u{1b}[0m\n\u{1b}[36m@@ -1,2 +1,2 @@\u{1b}[0m\n\u{1b}[31m-a\\u{d}\u{1b}[0m\n\u{1b}[32m+a\u{1b}[0m\n b\n");
        assert_snapshot!(told("a\rb\n", "c\n", Style::PLAIN).escape_debug(), @r"--- cost-log.md\n+++ cost-log.md\n@@ -1 +1 @@\n-a\\u{d}b\n+c\n");
    }

    #[test]
    fn five_thousand_removed_lines_cost_little() {
        let row = |n: usize| format!("| Team {} | Task {n} | 1,200 | done |\n", n % 7);
        let hook = |n: usize| format!("[PRE] 10:00:{:02} tool=Bash\n", n % 60);
        let before: String = (0..5_000).map(|n| row(n) + &hook(n)).collect();
        let after: String = (0..5_000).map(row).collect();
        let diff = told(&before, &after, Style::PLAIN);
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
        assert_eq!(applied(&before, &told(&before, &half, Style::PLAIN)), half);
        let turned: String = (0..5_000).rev().map(row).collect();
        assert_eq!(
            applied(&after, &told(&after, &turned, Style::PLAIN)),
            turned
        );
    }

    proptest! {
        #[test]
        fn a_diff_applied_gives_the_other_text(before in "([abc]\r?\n){0,12}[abc]?", after in "([abc]\r?\n){0,12}[abc]?") {
            let diff = told(&before, &after, Style::PLAIN);
            prop_assert_eq!(applied(&before, &diff), after);
        }

        #[test]
        fn any_diff_is_harmless(before in any::<String>(), after in any::<String>()) {
            for c in told(&before, &after, Style::PLAIN).trim_start_matches('\u{feff}').replace("\r\n", "\n").chars() {
                prop_assert!(!safe::is_forbidden(c) || ['\n', '\t', '\u{feff}'].contains(&c), "{c:?}");
            }
        }
    }
}
