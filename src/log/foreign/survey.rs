//! What a log of any form holds: its tables, which of them count, what their columns mean, and which show the same spending.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
};

use chrono::NaiveDate;

use super::{
    date::{Assumption, Order},
    decode::Conventions,
    evidence::{Evidence, TableEvidence, alike},
    outline::visit,
    plan::{TablePlan, plan},
    spending::{SpendingReader, TableSpending},
    views::{self, Summary, TableForm, Views},
};
use crate::{
    log::chunker::CHUNK_SIZE,
    model::{
        ColumnReading, ColumnUse, Dating, DecimalMark, FirstNumber, LeftOut, LogReading, Month,
        ReadRules, ReadingAssumption, TableReading, TableUse, YearSource,
    },
    text::FileId,
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
    pub reading: LogReading,
    pub(super) plans: Vec<Option<TablePlan>>,
    pub(super) summaries: BTreeMap<usize, Summary>,
    /// The months that only one table counts in.
    pub(super) single_months: BTreeSet<Month>,
    pub(super) conventions: Conventions,
    /// By the settings, else by the figures.
    pub(super) decimal: Option<DecimalMark>,
    /// The team of rows that name none.
    pub(super) team: String,
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
    evidence.pool();
    let planned = evidence
        .tables
        .iter()
        .map(|table| plan(table, rules, decimal));
    let (plans, mut left_out): (Vec<TablePlan>, Vec<Option<LeftOut>>) = planned.unzip();
    let uses: Vec<Vec<ColumnUse>> = plans.iter().map(|plan| plan.uses.clone()).collect();
    let datings: Vec<Dating> = plans.iter().map(|plan| plan.dating).collect();
    let plans = plans.into_iter().zip(&left_out);
    let mut plans: Vec<Option<TablePlan>> = plans
        .map(|(plan, left_out)| left_out.is_none().then_some(plan))
        .collect();
    let mut reader = SpendingReader::new(&plans, conventions);
    visit(bytes.reopen()?, file, CHUNK_SIZE, &mut reader, &mut |_| {})?;
    let (mut spending, assumed) = (reader.tables, reader.assumed);
    leave_out_estimates(&evidence.tables, &mut spending, &mut left_out);
    for (plan, _) in plans
        .iter_mut()
        .zip(&left_out)
        .filter(|(_, why)| why.is_some())
    {
        *plan = None;
    }
    let Views {
        summaries,
        added_up,
        is_cut,
    } = views::views(&spending, &table_forms(&evidence.tables, &uses, &datings));
    let shown = decimal.filter(|_| rules.decimal.is_none());
    let mut assumptions = assumptions(&assumed, conventions.order, shown);
    assumptions.extend(added_up_lines(&evidence.tables, &added_up, is_cut));
    let single_months = single_months(&spending, &summaries);
    let taken = table_uses(
        &evidence.tables,
        &spending,
        &summaries,
        datings.into_iter().zip(left_out),
    );
    Ok(Survey {
        reading: LogReading {
            tables: table_readings(evidence.tables, uses, &spending, taken),
            assumptions,
        },
        plans,
        summaries,
        single_months,
        conventions,
        decimal,
        team: rules.team.clone().unwrap_or_else(|| team.to_owned()),
    })
}

/// What two tables have in common, or not.
fn table_forms(
    tables: &[TableEvidence],
    uses: &[Vec<ColumnUse>],
    datings: &[Dating],
) -> Vec<TableForm> {
    let forms = alike(tables).into_iter().zip(uses).zip(datings);
    forms
        .map(|((group, uses), dating)| TableForm {
            group,
            names: names_in(uses),
            is_below_date: matches!(dating, Dating::Heading { .. }),
        })
        .collect()
}

/// That tables of the same days were added up, if there are any.
fn added_up_lines(
    tables: &[TableEvidence],
    added_up: &BTreeSet<usize>,
    is_cut: bool,
) -> Option<ReadingAssumption> {
    let lines = added_up.iter().filter_map(|at| tables.get(*at));
    (is_cut || !added_up.is_empty()).then(|| ReadingAssumption::AddedUp {
        lines: lines.map(|table| table.place.line).collect(),
        is_whole: !is_cut,
    })
}

/// What becomes of each table.
fn table_uses(
    tables: &[TableEvidence],
    spending: &[TableSpending],
    summaries: &BTreeMap<usize, Summary>,
    planned: impl Iterator<Item = (Dating, Option<LeftOut>)>,
) -> Vec<TableUse> {
    let lines: Vec<usize> = tables.iter().map(|table| table.place.line).collect();
    let of_lines = |summary: &Summary| {
        let of = summary.of.iter();
        of.filter_map(|at| lines.get(*at).copied()).collect()
    };
    let says_anything = |at: usize| spending.get(at).is_some_and(TableSpending::says_anything);
    planned
        .enumerate()
        .map(
            |(at, (dating, left_out))| match (left_out, summaries.get(&at)) {
                (Some(why), _) => TableUse::LeftOut(why),
                (None, _) if !says_anything(at) => TableUse::LeftOut(LeftOut::NoRows),
                (None, Some(summary)) => TableUse::Summary {
                    of_lines: of_lines(summary),
                },
                (None, None) => TableUse::Counted(dating),
            },
        )
        .collect()
}

/// Each table as views show it.
fn table_readings(
    tables: Vec<TableEvidence>,
    uses: Vec<Vec<ColumnUse>>,
    spending: &[TableSpending],
    taken: Vec<TableUse>,
) -> Vec<TableReading> {
    let nothing = TableSpending::default();
    let tables = tables.into_iter().zip(uses).zip(taken).enumerate();
    tables
        .map(|(at, ((table, uses), taken))| {
            let of = spending.get(at).unwrap_or(&nothing);
            let is_read = !matches!(taken, TableUse::LeftOut(_));
            let headers = table.columns.into_iter().map(|column| column.header);
            let columns = headers.zip(uses);
            TableReading {
                place: table.place,
                heading: table.heading.map(|(text, _)| text),
                columns: columns
                    .map(|(header, taken)| ColumnReading { header, taken })
                    .collect(),
                rows: if is_read { of.rows } else { table.rows },
                undated_rows: of.undated,
                rows_without_figure: of.without_figure,
                unreadable_rows: of.unreadable,
                excluded_rows: of.excluded,
                totals: of.totals,
                taken,
            }
        })
        .collect()
}

/// What is taken for what dates and figures do not say. The decimal mark is the one that the figures show.
fn assumptions(
    of_dates: &BTreeSet<Assumption>,
    order: Option<Order>,
    decimal: Option<DecimalMark>,
) -> Vec<ReadingAssumption> {
    let year = |year, from| Some(ReadingAssumption::Year { year, from });
    let of_dates = of_dates.iter().filter_map(|assumed| match *assumed {
        Assumption::YearOfHeading(of) => year(of, YearSource::Heading),
        Assumption::YearOfSettings(of) => year(of, YearSource::Settings),
        Assumption::LatestYear(of) => year(of, YearSource::Today),
        Assumption::OrderOfFile => Some(ReadingAssumption::DateOrder {
            first: match order? {
                Order::DayFirst => FirstNumber::Day,
                Order::MonthFirst => FirstNumber::Month,
                Order::YearFirst => FirstNumber::Year,
            },
        }),
    });
    // A figure without a mark is read as one with a point.
    let decimal = decimal.filter(|mark| *mark == DecimalMark::Comma);
    let decimal = decimal.map(|mark| ReadingAssumption::DecimalMark { mark });
    of_dates.chain(decimal).collect()
}

/// Leaves out tables of estimates whose days other tables have usage of.
fn leave_out_estimates(
    tables: &[TableEvidence],
    spending: &mut [TableSpending],
    left_out: &mut [Option<LeftOut>],
) {
    let is_estimate = |at: usize| {
        let table = tables.get(at);
        table.is_some_and(|table| table.heading_meaning.is_estimated)
    };
    if !(0..tables.len()).any(is_estimate) {
        return;
    }
    let used: BTreeSet<NaiveDate> = spending
        .iter()
        .enumerate()
        .filter(|(at, _)| !is_estimate(*at))
        .flat_map(|(_, table)| table.ranges.keys())
        .flat_map(|(from, to)| from.iter_days().take_while(move |day| day <= to))
        .collect();
    for (at, (table, why)) in spending.iter_mut().zip(left_out).enumerate() {
        let mut ranges = table.ranges.keys();
        let is_covered =
            !used.is_empty() && ranges.all(|(from, to)| used.contains(from) && used.contains(to));
        if why.is_none() && is_estimate(at) && is_covered {
            *why = Some(LeftOut::Estimate);
            *table = TableSpending::default();
        }
    }
}

/// What the rows of a table name, as [`TableForm`] has it.
fn names_in(uses: &[ColumnUse]) -> u8 {
    let name = |used: &ColumnUse| match used {
        ColumnUse::Team => 4,
        ColumnUse::Task => 2,
        ColumnUse::Model => 1,
        _ => 0,
    };
    uses.iter().map(name).fold(0, |names, name| names | name)
}

/// The months that only one table counts in: what that states as its sum is the sum of the month.
fn single_months(
    spending: &[TableSpending],
    summaries: &BTreeMap<usize, Summary>,
) -> BTreeSet<Month> {
    let mut tables: BTreeMap<Month, BTreeSet<usize>> = BTreeMap::new();
    for (at, table) in spending.iter().enumerate() {
        if summaries.contains_key(&at) {
            continue;
        }
        for (from, to) in table.ranges.keys() {
            for day in [from, to] {
                tables.entry(Month::of(*day)).or_default().insert(at);
            }
        }
    }
    tables.retain(|_, tables| tables.len() == 1);
    tables.into_keys().collect()
}
