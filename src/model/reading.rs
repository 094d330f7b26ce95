//! What the tables of a log were taken for, as users see it: in every view of a log that is not in tokmon's own format, in
//! `check --tables`, and where nothing in a file counts.

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::DecimalMark;
use crate::text::Place;

/// How a log was read that is not in tokmon's own format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogReading {
    /// All of its tables, from top to bottom.
    pub tables: Vec<TableReading>,
    /// What its dates and figures do not say by themselves.
    pub assumptions: Vec<ReadingAssumption>,
}

impl LogReading {
    /// Whether any table counts.
    pub fn counts(&self) -> bool {
        self.tables.iter().any(TableReading::counts)
    }
}

/// A table, and what it was taken for.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TableReading {
    /// The line that names its columns.
    #[serde(flatten)]
    pub place: Place,
    /// The nearest heading above it.
    pub heading: Option<String>,
    #[serde(flatten)]
    pub taken: TableUse,
    pub columns: Vec<ColumnReading>,
    /// Its rows, without those that are sums.
    pub rows: u64,
    /// Rows without a date, which are in no month.
    pub undated_rows: u64,
    /// Rows that say neither tokens nor a cost.
    pub rows_without_figure: u64,
    /// Rows that cannot be read, and are not counted.
    pub unreadable_rows: u64,
    /// Rows that are sums of others.
    pub totals: u64,
    /// Rows that are no usage by their names: budgets, limits, plans, and what remains.
    pub excluded_rows: u64,
}

impl TableReading {
    pub const fn counts(&self) -> bool {
        matches!(self.taken, TableUse::Counted(_) | TableUse::Section { .. })
    }
}

/// What becomes of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "use", rename_all = "snake_case")]
pub enum TableUse {
    /// Its rows are usage.
    Counted(Dating),
    /// It is of a section of tokmon's own format, and is read as that.
    Section {
        /// Like `monthly summary`.
        section: &'static str,
    },
    /// It shows the usage of other tables, too. What it has beyond these counts.
    Summary {
        /// The lines of those tables.
        of_lines: Vec<usize>,
    },
    /// It counts nothing.
    LeftOut(LeftOut),
}

/// Where the rows of a table have their dates from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "dates", rename_all = "snake_case")]
pub enum Dating {
    Column,
    Heading {
        /// The line of the heading.
        heading_line: usize,
    },
    /// They have none. They count by themselves, in no month.
    None,
}

/// Why a table counts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum LeftOut {
    /// The settings say so.
    Ignored,
    /// A word says that it is no usage: in its heading, or in the headers of all of its figures.
    Excluded {
        /// What the word says, like `prices`.
        about: &'static str,
        word: &'static str,
    },
    /// It has no column of tokens or money.
    NoFigures,
    /// By its header, a column should be tokens or money, and too few of its cells are.
    FewFigures {
        header: String,
        /// How many are.
        #[serde(rename = "figures")]
        read: u64,
        /// How many say anything.
        #[serde(rename = "cells")]
        filled: u64,
    },
    /// A column has figures, and nothing says whether they are tokens or money.
    NoUnit { header: String },
    /// Its heading says that it is an estimate, and other tables have what was used.
    Estimate,
    /// It has no rows, or none of them says anything.
    NoRows,
    /// Its rows have no dates.
    NoDate,
    /// The log is in tokmon's own format, and the table is in no section of that.
    InNoSection,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnReading {
    pub header: String,
    #[serde(flatten)]
    pub taken: ColumnUse,
}

/// What a column is taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "use", rename_all = "snake_case")]
pub enum ColumnUse {
    Date,
    Time,
    Month,
    Team,
    Task,
    Model,
    Notes,
    Status,
    Duration,
    Deliverables,
    Tokens,
    TokensIn,
    TokensOut,
    CacheRead,
    CacheWrite,
    Cost,
    /// A limit, in a table of tokmon's own format.
    Allocated,
    /// Another figure of a table of that format, which is compared with the others.
    Stated,
    /// A sum in the same row, which tokens in and out are compared with.
    Compared,
    /// Each value is the sum of the rows so far.
    RunningTotal,
    /// A word of the header says that it is no usage.
    Excluded {
        /// What the word says, like `prices`.
        about: &'static str,
        word: &'static str,
    },
    /// An estimate beside a column of what was used.
    Estimate,
    /// Its header is that of figures, and too few of its cells are any.
    NoFigures {
        /// How many are.
        #[serde(rename = "figures")]
        read: u64,
        /// How many say anything.
        #[serde(rename = "cells")]
        filled: u64,
    },
    /// Its header is that of dates, and too few of its cells are any.
    NoDates {
        /// How many are.
        #[serde(rename = "dates")]
        read: u64,
        /// How many say anything.
        #[serde(rename = "cells")]
        filled: u64,
    },
    /// It says what another column says, too.
    Repeated,
    Unused,
}

/// Something that the dates and figures of a log do not say by themselves, and what was taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum ReadingAssumption {
    /// The year of dates that have none.
    Year { year: i32, from: YearSource },
    /// The order of the numbers of dates like `05/07/2026`, as other dates of the file show.
    DateOrder { first: FirstNumber },
    /// The decimal mark of figures like `36.500`, as other figures of the file show.
    DecimalMark { mark: DecimalMark },
    /// Tables that have days in common say what different usage was, and are added up.
    AddedUp {
        /// The lines of these tables.
        lines: Vec<usize>,
        /// Whether all tables were compared. Of a log with very many, some are not.
        is_whole: bool,
    },
}

/// What a year is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum YearSource {
    Heading,
    Settings,
    /// It is the latest one that is not in the future.
    Today,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstNumber {
    Day,
    Month,
    Year,
}
