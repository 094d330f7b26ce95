//! A line of text as a row: its cells, and whether they are those of a table of usage.

use super::{Column, Columns, cell};
use crate::model::Status;

/// A line of text as a row.
pub(super) struct TextRow<'p> {
    pub(super) cells: Vec<&'p str>,
    /// It begins with a bar.
    pub(super) is_barred: bool,
    /// It is the first line of an item of a list.
    pub(super) is_item: bool,
}

impl<'p> TextRow<'p> {
    /// None where the line has no bar, or is quoted.
    pub(super) fn read(text: &'p str) -> Option<Self> {
        let text = text.trim();
        let bare = without_marker(text);
        let is_row = memchr::memchr(b'|', bare.as_bytes()).is_some() && !bare.starts_with('>');
        is_row.then(|| Self {
            cells: cells_of(bare),
            is_barred: bare.starts_with('|'),
            is_item: bare.len() != text.len(),
        })
    }

    /// Whether every cell holds what its column does. Where there is no bar at the start, a line may be prose, and a figure of
    /// tokens is not enough.
    pub(super) fn fits(&self, columns: &Columns, needs_evidence: bool) -> bool {
        if self.cells.len() != columns.count {
            return false;
        }
        let cell = |column| Some(plain(self.cells.get(columns.index(column)?)?));
        let name = cell(Column::Team);
        let is_named = name.is_none_or(is_name);
        let [tokens, input, output] = [Column::Tokens, Column::TokensIn, Column::TokensOut]
            .map(|column| cell(column).map_or(Ok(None), cell::tokens));
        let limit = cell(Column::Allocated).map_or(Ok(None), cell::tokens);
        let cost = cell(Column::Cost).map_or(Ok(None), cell::money);
        let minutes = cell(Column::Duration).map_or(Ok(None), cell::minutes);
        let time = cell(Column::Time).map_or(Ok(None), cell::time_range);
        let date = cell(Column::Date).map_or(Ok(None), cell::date);
        let count = cell(Column::Deliverables).map_or(Ok(None), cell::count);
        let (Ok(tokens), Ok(input), Ok(output), Ok(_), Ok(cost)) =
            (tokens, input, output, limit, cost)
        else {
            return false;
        };
        let (Ok(minutes), Ok(time), Ok(date), Ok(_)) = (minutes, time, date, count) else {
            return false;
        };
        let status = cell(Column::Status).and_then(cell::status);
        let has_status = status.is_some_and(|status| !matches!(status, Status::Other(_)));
        let has_tokens = tokens.or(input).or(output).is_some();
        let has_evidence = has_tokens
            && (has_status
                || cost.is_some()
                || minutes.is_some()
                || time.is_some()
                || date.is_some());
        let is_usage = has_tokens || has_status && self.is_barred;
        is_named && is_usage && (has_evidence || self.is_barred && !needs_evidence)
    }

    /// Whether one of its cells is a figure of tokens, and another one a name.
    pub(super) fn has_tokens(&self) -> bool {
        let mut cells = self.cells.iter().map(|cell| plain(cell));
        self.has_name() && cells.any(|cell| matches!(cell::tokens(cell), Ok(Some(_))))
    }

    pub(super) fn has_name(&self) -> bool {
        let mut cells = self.cells.iter().map(|cell| plain(cell));
        cells.any(is_name)
    }

    /// Whether it has a name, tokens, an amount of money in a currency, and a status, as rows of usage do.
    pub(super) fn has_all(&self) -> bool {
        let cells = self.cells.iter().map(|cell| plain(cell));
        let is_money =
            |cell| matches!(cell::money(cell), Ok(Some(cost)) if cost.currency.is_some());
        let is_status =
            |cell| cell::status(cell).is_some_and(|status| !matches!(status, Status::Other(_)));
        let has_money = cells.clone().any(is_money);
        self.is_barred && self.has_tokens() && has_money && cells.clone().any(is_status)
    }

    /// Whether its cells could name the columns of a table of usage.
    pub(super) fn names_columns(&self) -> bool {
        let columns = Columns::read(self.cells.iter().map(|cell| plain(cell)));
        columns.has_usage() && !columns.has(Column::Allocated)
    }
}

/// The cells of a line of a table, with the blanks around them.
pub fn cells_of(line: &str) -> Vec<&str> {
    let body = line.trim();
    let body = body.strip_prefix('|').unwrap_or(body);
    let mut cells = Vec::new();
    let mut start = 0;
    for (bar, _) in body.match_indices('|') {
        let before = body.get(..bar).unwrap_or_default();
        if !before.ends_with('\\') {
            cells.push(body.get(start..bar).unwrap_or_default());
            start = bar + 1;
        }
    }
    // Behind a bar at the end there is no cell.
    if start < body.len() || cells.is_empty() {
        cells.push(body.get(start..).unwrap_or_default());
    }
    cells
}

/// A cell without comments and emphasis.
fn plain(cell: &str) -> &str {
    let shown = cell.split("<!--").next().unwrap_or_default();
    shown.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`'))
}

fn is_name(cell: &str) -> bool {
    cell.contains(char::is_alphabetic) && !matches!(cell::tokens(cell), Ok(Some(_)))
}

/// A line without the mark of a list item.
fn without_marker(line: &str) -> &str {
    let (digits, rest) = cell::split_while(line, |c| c.is_ascii_digit());
    let marks: &[char] = if digits.is_empty() {
        &['-', '*', '+']
    } else {
        &['.', ')']
    };
    let rest = rest.strip_prefix(marks);
    let rest = rest.filter(|rest| rest.starts_with([' ', '\t']));
    rest.map_or(line, str::trim_start)
}
