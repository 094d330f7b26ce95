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
    leave_out_estimates(&evidence.tables, &mut left_out);
    let uses: Vec<Vec<ColumnUse>> = plans.iter().map(|plan| plan.uses.clone()).collect();
    let datings: Vec<Dating> = plans.iter().map(|plan| plan.dating).collect();
    let plans = plans.into_iter().zip(&left_out);
    let plans: Vec<Option<TablePlan>> = plans
        .map(|(plan, left_out)| left_out.is_none().then_some(plan))
        .collect();
    let mut reader = SpendingReader::new(&plans, conventions);
    visit(bytes.reopen()?, file, CHUNK_SIZE, &mut reader, &mut |_| {})?;
    let spending = reader.tables;
    let shown = decimal.filter(|_| rules.decimal.is_none());
    let mut assumptions = assumptions(&reader.assumed, conventions.order, shown);
    let Views {
        summaries,
        added_up,
        is_cut,
    } = views::views(&spending, &forms(&evidence.tables, &uses, &datings));
    let single_months = single_months(&spending, &summaries);
    let lines: Vec<usize> = evidence
        .tables
        .iter()
        .map(|table| table.place.line)
        .collect();
    let of_lines = |summary: &Summary| {
        let of = summary.of.iter();
        of.filter_map(|at| lines.get(*at).copied()).collect()
    };
    assumptions.extend(assumed_of_views(&added_up, is_cut, &lines));
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
            let taken = match (left_out, summaries.get(&at)) {
                (Some(why), _) => TableUse::LeftOut(why),
                (None, _) if !of.says_anything() => TableUse::LeftOut(LeftOut::NoRows),
                (None, Some(summary)) => TableUse::Summary {
                    of_lines: of_lines(summary),
                },
                (None, None) => TableUse::Counted(dating),
            };
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
        });
    let tables = tables.collect();
    Ok(Survey {
        reading: LogReading {
            tables,
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
    // A point is what every figure has without one.
    let decimal = decimal.filter(|mark| *mark == DecimalMark::Comma);
    let decimal = decimal.map(|mark| ReadingAssumption::DecimalMark { mark });
    of_dates.chain(decimal).collect()
}

/// Leaves out tables of estimates beside tables of what was used.
fn leave_out_estimates(tables: &[TableEvidence], left_out: &mut [Option<LeftOut>]) {
    let counting = || {
        tables
            .iter()
            .zip(&*left_out)
            .filter(|(_, why)| why.is_none())
    };
    let is_estimate = |table: &TableEvidence| table.heading_meaning.is_estimated;
    if counting().all(|(table, _)| is_estimate(table)) {
        return;
    }
    for (table, why) in tables.iter().zip(left_out) {
        if why.is_none() && is_estimate(table) {
            *why = Some(LeftOut::Estimate);
        }
    }
}

fn forms(tables: &[TableEvidence], uses: &[Vec<ColumnUse>], datings: &[Dating]) -> Vec<TableForm> {
    let forms = alike(tables).into_iter().zip(uses).zip(datings);
    forms
        .map(|((group, uses), dating)| TableForm {
            group,
            names: names_in(uses),
            is_below_date: matches!(dating, Dating::Heading { .. }),
        })
        .collect()
}

/// What is taken for it where tables count for the same days, or not all could be compared.
fn assumed_of_views(
    added_up: &BTreeSet<usize>,
    is_cut: bool,
    lines: &[usize],
) -> Option<ReadingAssumption> {
    let of_lines = added_up.iter().filter_map(|at| lines.get(*at).copied());
    (is_cut || !added_up.is_empty()).then(|| ReadingAssumption::AddedUp {
        lines: of_lines.collect(),
        is_whole: !is_cut,
    })
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
