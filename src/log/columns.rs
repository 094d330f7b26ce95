//! Which column of a table holds what, by the text of its header.

use crate::model::{Currency, fold_name};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    Team,
    Role,
    Task,
    Tokens,
    TokensIn,
    TokensOut,
    Allocated,
    Cost,
    Status,
    Duration,
    Time,
    Date,
    /// When the work began, which may be a day or an hour.
    Started,
    Month,
    Notes,
    Model,
    Deliverables,
    Efficiency,
    Percent,
    Before,
    After,
}

/// The columns of one table. Those that are not recognised are kept and ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    known: Vec<(Column, usize)>,
    /// How many columns there are, known or not.
    pub count: usize,
    /// The currency in the brackets of the cost column's header.
    pub currency: Option<Currency>,
    /// The header says that the tokens are estimates: `Est. Tokens`.
    pub estimated: bool,
    /// The header says that the tokens are a sum: `Total Tokens`.
    pub totalled: bool,
}

/// Header texts in the order in which they are preferred where a table has several columns for one thing.
const HEADERS: [(Column, &[&str]); 20] = [
    (Column::Team, &["agent/team", "team/agent", "team", "agent"]),
    (Column::Role, &["role"]),
    (
        Column::Task,
        &["task", "task description", "phase", "operation"],
    ),
    (
        Column::Tokens,
        &[
            "tokens",
            "token",
            "token count",
            "token usage",
            "tokens used",
            "total tokens",
            "est. tokens",
            "est tokens",
            "est. total tokens",
            "used",
        ],
    ),
    (
        Column::TokensIn,
        &["tokens in", "input", "input tok", "input tokens"],
    ),
    (
        Column::TokensOut,
        &["tokens out", "output", "output tok", "output tokens"],
    ),
    (
        Column::Allocated,
        &["allocated", "budget", "budgeted", "limit"],
    ),
    (Column::Status, &["status"]),
    (Column::Duration, &["duration"]),
    (Column::Time, &["time"]),
    (Column::Date, &["date"]),
    (
        Column::Started,
        &[
            "started",
            "started at",
            "start",
            "when",
            "timestamp",
            "datetime",
            "date and time",
        ],
    ),
    (Column::Month, &["month"]),
    (Column::Notes, &["notes"]),
    (Column::Model, &["model"]),
    (Column::Deliverables, &["deliverables"]),
    (Column::Efficiency, &["efficiency"]),
    (Column::Percent, &["% complete", "%", "% used"]),
    (Column::Before, &["original", "before", "baseline"]),
    (Column::After, &["optimized", "optimised", "after"]),
];

impl Columns {
    /// Reads the header cells, their emphasis already stripped.
    pub(super) fn read<'a>(headers: impl Iterator<Item = &'a str>) -> Self {
        let mut columns = Self::default();
        let mut ranks: Vec<usize> = Vec::new();
        for (index, header) in headers.enumerate() {
            columns.count = index + 1;
            let Some((column, rank)) = recognise(header) else {
                continue;
            };
            match columns.known.iter().position(|(known, _)| *known == column) {
                Some(at) if ranks[at] <= rank => continue,
                Some(at) => (columns.known[at], ranks[at]) = ((column, index), rank),
                None => {
                    columns.known.push((column, index));
                    ranks.push(rank);
                }
            }
            if column == Column::Tokens {
                let header = fold_name(header);
                columns.estimated = header.starts_with("est");
                columns.totalled = header.contains("total");
            }
            if column == Column::Cost {
                columns.currency = in_brackets(header).and_then(Currency::parse);
            }
        }
        if !columns.has(Column::Team) {
            // `Role` names the team where nothing else does.
            let mut known = columns.known.iter_mut();
            if let Some((column, _)) = known.find(|(column, _)| *column == Column::Role) {
                *column = Column::Team;
            }
        }
        columns
    }

    pub fn has(&self, column: Column) -> bool {
        self.index(column).is_some()
    }

    /// What the column with this number, from 0, holds.
    pub fn at(&self, index: usize) -> Option<Column> {
        let mut known = self.known.iter();
        Some(known.find(|(_, at)| *at == index)?.0)
    }

    pub fn index(&self, column: Column) -> Option<usize> {
        let mut known = self.known.iter();
        Some(known.find(|(known, _)| *known == column)?.1)
    }

    /// Whether there are tokens: in a column of their own, or in and out.
    pub fn has_tokens(&self) -> bool {
        self.has(Column::Tokens) || self.has(Column::TokensIn) || self.has(Column::TokensOut)
    }

    pub(super) fn has_usage(&self) -> bool {
        self.has(Column::Team) && self.has_tokens()
    }

    /// A table of a log from before v2.0: dated rows with the tokens going in and out.
    pub(super) fn is_legacy(&self) -> bool {
        let dated = self.has(Column::Date) && self.has(Column::Team);
        dated && self.has(Column::TokensIn) && self.has(Column::TokensOut)
    }

    /// A table of months: a stated total each, and no rows of teams.
    pub(super) fn is_of_months(&self) -> bool {
        self.has(Column::Month) && self.has_tokens() && !self.has(Column::Team)
    }
}

fn recognise(header: &str) -> Option<(Column, usize)> {
    let folded = fold_name(header);
    // `Tokens (K)` would count in thousands what is read in ones.
    let mut units = ["(k)", "(m)", "(thousands)", "(millions)"].iter();
    if units.any(|unit| folded.ends_with(unit)) {
        return None;
    }
    let plain = folded.split('(').next().unwrap_or_default().trim();
    if let Some(rank) = cost_rank(plain) {
        return Some((Column::Cost, rank));
    }
    HEADERS.iter().find_map(|(column, texts)| {
        let rank = texts.iter().position(|text| *text == plain)?;
        Some((*column, rank))
    })
}

/// How likely a header is that of the costs. A cost per something is a price.
fn cost_rank(plain: &str) -> Option<usize> {
    let mut prefixes = ["cost", "est. cost", "est cost", "est. total cost"].iter();
    let rest = prefixes.find_map(|prefix| plain.strip_prefix(prefix))?;
    match rest {
        "" | "s" => Some(0),
        rest if rest.contains('/') || rest.contains(" per ") => None,
        _ => Some(1),
    }
}

fn in_brackets(header: &str) -> Option<&str> {
    let (_, rest) = header.split_once('(')?;
    Some(rest.split_once(')')?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_header_in_any_order() {
        let columns = Columns::read(
            [
                "Cost (EUR)",
                "Used",
                "Tokens",
                "Agent",
                "Role",
                "Colour",
                "STATUS",
            ]
            .into_iter(),
        );
        let at = |column| columns.index(column);
        assert_eq!(
            [
                Column::Cost,
                Column::Tokens,
                Column::Team,
                Column::Role,
                Column::Status,
                Column::Task
            ]
            .map(at),
            [Some(0), Some(2), Some(3), Some(4), Some(6), None]
        );
        assert_eq!(
            (columns.count, columns.currency),
            (7, Currency::parse("EUR"))
        );
    }

    #[test]
    fn a_role_names_the_team_where_nothing_else_does() {
        let columns = Columns::read(["Role", "Est. Tokens"].into_iter());
        assert_eq!(
            (columns.index(Column::Team), columns.index(Column::Role)),
            (Some(0), None)
        );
    }
}
