//! What a log of any form holds: its tables, which of them count, what their columns mean, and which show the same spending.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Read},
};

use chrono::NaiveDate;

use super::{
    decode::Conventions,
    evidence::{Evidence, TableEvidence},
    outline::visit,
    plan::{ColumnUse, Dating, LeftOut, TablePlan, plan},
    spending::{SpendingReader, TableSpending},
    views::{self, Summary},
};
use crate::{
    log::chunker::CHUNK_SIZE,
    model::{DecimalMark, ReadRules},
    text::{FileId, Place},
};

/// The bytes of a log, which are read more than once.
pub trait Reopen {
    /// From the beginning.
    fn reopen(&mut self) -> io::Result<Box<dyn Read + '_>>;
}

impl Reopen for &[u8] {
    fn reopen(&mut self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(*self))
    }
}

/// What is known of the tables of a log before its rows are passed on.
#[derive(Debug)]
pub struct Survey {
    pub tables: Vec<SurveyedTable>,
    /// The decimal mark that the figures show, or the settings name.
    pub decimal: Option<DecimalMark>,
    pub(super) plans: Vec<Option<TablePlan>>,
    pub(super) summaries: BTreeMap<usize, Summary>,
    pub(super) conventions: Conventions,
    /// The team of rows that name none.
    pub team: String,
}

/// A table, and what it was taken for.
#[derive(Debug)]
pub struct SurveyedTable {
    pub place: Place,
    /// The nearest heading above it.
    pub heading: Option<String>,
    /// The headers of its columns, and what each column is taken for.
    pub columns: Vec<(String, ColumnUse)>,
    /// Its rows, without those that are sums.
    pub rows: u64,
    /// Those of them that have no date.
    pub undated: u64,
    /// Those that have no figure.
    pub without_figure: u64,
    pub totals: u64,
    pub outcome: TableOutcome,
}

/// What becomes of a table.
#[derive(Debug)]
pub enum TableOutcome {
    Counts(Dating),
    /// It says what the tables on these lines say, too.
    Summary(Vec<usize>),
    LeftOut(LeftOut),
}

impl SurveyedTable {
    pub const fn counts(&self) -> bool {
        matches!(self.outcome, TableOutcome::Counts(_))
    }
}

impl Survey {
    /// Whether any table counts.
    pub fn counts(&self) -> bool {
        self.tables.iter().any(SurveyedTable::counts)
    }
}

/// Reads a log twice: what its cells show, then what its tables say of each day.
pub fn survey(
    bytes: &mut dyn Reopen,
    file: FileId,
    rules: &ReadRules,
    (team, today): (&str, NaiveDate),
) -> io::Result<Survey> {
    let mut evidence = Evidence::default();
    visit(
        bytes.reopen()?,
        file,
        CHUNK_SIZE,
        &mut evidence,
        &mut |_| {},
    )?;
    let decimal = rules.decimal.or_else(|| evidence.decimal.mark());
    let conventions = Conventions {
        order: evidence.dates.order(),
        year: rules.year,
        today,
        adds_cache: rules.adds_cache,
    };
    let planned = evidence
        .tables
        .iter()
        .map(|table| plan(table, rules, decimal));
    let (plans, left_out): (Vec<TablePlan>, Vec<Option<LeftOut>>) = planned.unzip();
    let uses: Vec<Vec<ColumnUse>> = plans.iter().map(|plan| plan.uses.clone()).collect();
    let datings: Vec<Dating> = plans.iter().map(|plan| plan.dating).collect();
    let plans = plans.into_iter().zip(&left_out);
    let plans: Vec<Option<TablePlan>> = plans
        .map(|(plan, left_out)| left_out.is_none().then_some(plan))
        .collect();
    let mut reader = SpendingReader::new(&plans, conventions);
    visit(bytes.reopen()?, file, CHUNK_SIZE, &mut reader, &mut |_| {})?;
    let spending = reader.tables;
    let summaries = views::summaries(&spending, &alike(&evidence.tables));
    let lines: Vec<usize> = evidence
        .tables
        .iter()
        .map(|table| table.place.line)
        .collect();
    let of_lines = |summary: &Summary| {
        let of = summary.of.iter();
        of.filter_map(|at| lines.get(*at).copied()).collect()
    };
    let tables = evidence
        .tables
        .into_iter()
        .zip(uses)
        .zip(datings)
        .zip(left_out);
    let tables = tables
        .enumerate()
        .map(|(at, (((table, uses), dating), left_out))| {
            let nothing = TableSpending::default();
            let of = spending.get(at).unwrap_or(&nothing);
            let outcome = match (left_out, summaries.get(&at)) {
                (Some(why), _) => TableOutcome::LeftOut(why),
                (None, Some(summary)) => TableOutcome::Summary(of_lines(summary)),
                (None, None) => TableOutcome::Counts(dating),
            };
            let is_read = !matches!(outcome, TableOutcome::LeftOut(_));
            let headers = table.columns.into_iter().map(|column| column.header);
            SurveyedTable {
                place: table.place,
                heading: table.heading.map(|(text, _)| text),
                columns: headers.zip(uses).collect(),
                rows: if is_read { of.rows } else { table.rows },
                undated: of.undated,
                without_figure: of.without_figure,
                totals: of.totals,
                outcome,
            }
        });
    let tables = tables.collect();
    Ok(Survey {
        tables,
        decimal,
        plans,
        summaries,
        conventions,
        team: rules.team.clone().unwrap_or_else(|| team.to_owned()),
    })
}

/// The number of the first table with the same headers, for each table.
fn alike(tables: &[TableEvidence]) -> Vec<usize> {
    let mut first: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut groups = Vec::with_capacity(tables.len());
    for (at, table) in tables.iter().enumerate() {
        let headers = table.columns.iter().map(|column| column.header.as_str());
        groups.push(*first.entry(headers.collect()).or_insert(at));
    }
    groups
}
