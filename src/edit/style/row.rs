//! The line of a row: bars, blanks, and columns that are kept at one width.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::log::cells_of;

/// The number of newest rows of a table that show how it is laid out and spelled.
pub(crate) const SAMPLED_ROWS: usize = 50;

/// A line that is indented so far is code.
const CODE_INDENT: usize = 4;

#[derive(Clone, Debug)]
pub(crate) struct RowStyle {
    indent: String,
    opens: bool,
    closes: bool,
    columns: Vec<ColumnStyle>,
}

#[derive(Clone, Copy, Debug)]
struct ColumnStyle {
    /// The blanks before and after a cell.
    left: usize,
    right: usize,
    /// The width at which all cells of the column are kept, blanks included.
    width: Option<usize>,
    is_right: bool,
}

impl RowStyle {
    /// The style of a table, by the line of its head and its rows, the newest first.
    pub(crate) fn of<'a>(head: &'a str, rows: impl Iterator<Item = &'a str>) -> Self {
        let rows: Vec<&str> = rows.take(SAMPLED_ROWS).collect();
        let indent = |line: &'a str| line.get(..line.len() - line.trim_start().len());
        let like = rows.first().copied().unwrap_or(head);
        let own = indent(like).filter(|indent| indent.len() < CODE_INDENT);
        // A row that lacks a bar at an end is no pattern for others.
        let mut lines = rows.iter().chain([&head]).map(|line| line.trim());
        let opens = lines.clone().any(|line| line.starts_with('|'));
        let closes = lines.any(is_closed);
        let whole = |line: &&'a str| whole(line, opens, closes);
        let all: Vec<Cow<'_, str>> = rows.iter().chain([&head]).map(whole).collect();
        let all: Vec<Vec<&str>> = all.iter().map(|line| cells_of(line)).collect();
        let columns = (0..cells_of(head).len()).map(|at| {
            let cells = all.iter().filter_map(|cells| cells.get(at).copied());
            ColumnStyle::of(&cells.collect::<Vec<&str>>())
        });
        Self {
            indent: own.or(indent(head)).unwrap_or_default().to_owned(),
            opens,
            closes,
            columns: columns.collect(),
        }
    }

    /// A row with these cells, without a line end.
    pub(crate) fn line(&self, cells: &[String]) -> String {
        let mut line = self.indent.clone();
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 || self.opens {
                line.push('|');
            }
            line.push_str(&self.padded(at, cell));
        }
        // A row of one cell without bars would be a paragraph.
        if self.closes || cells.len() == 1 {
            line.push('|');
        } else {
            line.truncate(line.trim_end().len());
        }
        line
    }

    pub(crate) fn padded(&self, column: usize, cell: &str) -> String {
        let style = self.columns.get(column).copied().unwrap_or_default();
        let (mut left, mut right) = (style.left, style.right);
        if let Some(width) = style.width {
            let rest = width.saturating_sub(cell.width() + left.min(1) + right.min(1));
            (left, right) = (left.min(1), right.min(1));
            if style.is_right {
                left += rest;
            } else {
                right += rest;
            }
        }
        format!("{}{cell}{}", " ".repeat(left), " ".repeat(right))
    }

    pub(crate) fn is_aligned(&self, column: usize) -> bool {
        let style = self.columns.get(column);
        style.is_some_and(|style| style.width.is_some())
    }
}

fn is_closed(line: &str) -> bool {
    line.ends_with('|') && !line.ends_with("\\|")
}

/// A row with the bars at its ends, if rows have them.
fn whole(line: &str, opens: bool, closes: bool) -> Cow<'_, str> {
    let body = line.trim();
    let open = if opens && !body.starts_with('|') {
        "| "
    } else {
        ""
    };
    let close = if closes && !is_closed(body) { " |" } else { "" };
    if open.is_empty() && close.is_empty() {
        return Cow::Borrowed(line);
    }
    Cow::Owned([open, body, close].concat())
}

impl Default for ColumnStyle {
    fn default() -> Self {
        Self {
            left: 1,
            right: 1,
            width: None,
            is_right: false,
        }
    }
}

impl ColumnStyle {
    /// By the cells of a column with their blanks, the newest first, the head last.
    fn of(cells: &[&str]) -> Self {
        let blanks = |cell: &str| {
            let left = cell.len() - cell.trim_start_matches(' ').len();
            (left, cell.trim_start_matches(' ').len() - cell.trim().len())
        };
        let mut filled = cells.iter().filter(|cell| !cell.trim().is_empty());
        let is_wide_left = filled.clone().any(|cell| blanks(cell).0 > 1);
        let is_wide_right = filled.clone().any(|cell| blanks(cell).1 > 1);
        let Some(first) = filled.next() else {
            return Self::default();
        };
        let (left, right) = blanks(first);
        let width = first.width();
        let is_even = cells.len() > 1 && cells.iter().all(|cell| cell.width() == width);
        let aligned = is_even && (is_wide_left || is_wide_right);
        Self {
            left: if aligned { left } else { left.min(1) },
            right: if aligned { right } else { right.min(1) },
            width: aligned.then_some(width),
            is_right: is_wide_left && !is_wide_right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(head: &str, rows: &[&str], cells: &[&str]) -> String {
        let style = RowStyle::of(head, rows.iter().rev().copied());
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        style.line(&cells)
    }

    #[test]
    fn rows_are_laid_out_as_their_neighbours() {
        let cells = ["Team B", "5"];
        assert_eq!(
            line("| Team | Tokens |", &["| Team A | 12,450 |"], &cells),
            "| Team B | 5 |"
        );
        assert_eq!(
            line("|Team|Tokens|", &["|Team A|12,450|"], &cells),
            "|Team B|5|"
        );
        assert_eq!(
            line("Team | Tokens", &["Team A | 12,450"], &cells),
            "Team B | 5"
        );
        // A bar at either end is missing from a neighbour.
        for row in [
            "| Team A | 12,450",
            "Team A | 12,450 |",
            "      | Team A | 12,450 |",
        ] {
            assert_eq!(line("| Team | Tokens |", &[row], &cells), "| Team B | 5 |");
        }
        assert_eq!(
            line(
                "| Team       | Tokens |",
                &["| Team A     | 12,450 |", "| 팀 나      |  1,200 |"],
                &cells
            ),
            "| Team B     |      5 |"
        );
        assert_eq!(
            line("  | Team | Tokens |", &["  | Team A | 12,450 |"], &cells),
            "  | Team B | 5 |"
        );
    }

    #[test]
    fn a_bar_that_is_escaped_parts_no_cells() {
        let line = r"| a \| b | c |";
        assert_eq!(cells_of(line), [r" a \| b ", " c "]);
        assert_eq!(cells_of("a|b"), ["a", "b"]);
        assert_eq!(cells_of(""), [""]);
    }
}
