//! Which tables of a log count, and what each of their columns is taken for: by the settings, else by what the first reading found.

use super::{
    date::{HeadingPeriod, WrittenDate},
    evidence::{ColumnEvidence, IN_AND_OUT, TableEvidence},
    figure::FigureStyle,
    header::{self, Kind, Part, Quantity, Reason},
};
use crate::model::{ColumnUse, Dating, DecimalMark, LeftOut, ReadRules, TableRule, fold_name};

/// How the rows of a table that counts are read. Columns are given by index.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is about another part of a table"
)]
pub(super) struct TablePlan {
    pub(super) uses: Vec<ColumnUse>,
    pub(super) styles: Vec<FigureStyle>,
    /// The columns of tokens that are no halves; of several, the sum.
    pub(super) tokens: Vec<usize>,
    /// Whether these are sums of tokens in and out, and count only where one of both is not written.
    pub(super) halves_first: bool,
    pub(super) input: Option<usize>,
    pub(super) output: Option<usize>,
    pub(super) cost: Vec<usize>,
    pub(super) dating: Dating,
    pub(super) date: Option<usize>,
    pub(super) heading_date: Option<WrittenDate>,
    pub(super) period: Option<HeadingPeriod>,
    /// Whether the dates are days of the month that a heading names.
    pub(super) has_day_numbers: bool,
    /// Whether all figures are estimates, by the heading, and whether those of each column are.
    is_estimated: bool,
    estimated: Vec<bool>,
    pub(super) projects_marked: bool,
}

impl TablePlan {
    pub(super) fn column(&self, of: &ColumnUse) -> Option<usize> {
        self.uses.iter().position(|used| used == of)
    }

    /// The columns of tokens that count.
    pub(super) fn token_columns(&self) -> Vec<usize> {
        let halves = self.input.into_iter().chain(self.output);
        self.tokens.iter().copied().chain(halves).collect()
    }

    /// Whether figures of any of these columns are estimates.
    pub(super) fn is_estimated(&self, columns: &[usize]) -> bool {
        let of_column = |at: &usize| self.estimated.get(*at) == Some(&true);
        self.is_estimated || columns.iter().any(of_column)
    }

    fn has_figures(&self) -> bool {
        !self.token_columns().is_empty() || !self.cost.is_empty()
    }
}

/// How a table is read, and why it counts nothing, if it does not.
pub(super) fn plan(
    table: &TableEvidence,
    rules: &ReadRules,
    decimal: Option<DecimalMark>,
) -> (TablePlan, Option<LeftOut>) {
    let heading = table.heading.as_ref().map(|(text, _)| text.as_str());
    let rule = heading.and_then(|heading| rules.table_below(heading));
    let style = |column: &ColumnEvidence| FigureStyle {
        decimal,
        ..column.style()
    };
    let mut plan = TablePlan {
        uses: vec![ColumnUse::Unused; table.columns.len()],
        styles: table.columns.iter().map(style).collect(),
        tokens: Vec::new(),
        halves_first: false,
        input: None,
        output: None,
        cost: Vec::new(),
        dating: Dating::None,
        date: None,
        heading_date: table.dated.map(|(date, _)| date),
        period: table.period,
        has_day_numbers: false,
        is_estimated: table.heading_meaning.is_estimated,
        estimated: table
            .columns
            .iter()
            .map(|column| column.meaning.is_estimated)
            .collect(),
        projects_marked: table.projects_marked,
    };
    name_columns(table, &mut plan);
    if let Some(rule) = rule {
        apply_rule(table, rule, &mut plan);
    } else {
        choose_tokens(table, &mut plan);
        choose_cost(table, &mut plan);
    }
    plan.date = plan.column(&ColumnUse::Date);
    let date = plan.date.and_then(|at| table.columns.get(at));
    let has_month = table.period.is_some_and(|period| period.month.is_some());
    plan.has_day_numbers = has_month && date.is_some_and(ColumnEvidence::has_day_numbers);
    plan.dating = match (plan.date, table.dated) {
        (Some(_), _) => Dating::Column,
        (None, Some((_, line))) => Dating::Heading { heading_line: line },
        (None, None) => Dating::None,
    };
    let left_out = left_out(table, &plan, rules, rule);
    (plan, left_out)
}

fn left_out(
    table: &TableEvidence,
    plan: &TablePlan,
    rules: &ReadRules,
    rule: Option<&TableRule>,
) -> Option<LeftOut> {
    let heading = table.heading.as_ref().map(|(text, _)| text.as_str());
    if heading.is_some_and(|heading| rules.is_ignored(heading)) {
        return Some(LeftOut::Ignored);
    }
    if rule.is_some() {
        return (!plan.has_figures()).then_some(LeftOut::NoFigures);
    }
    if let Some(exclusion) = &table.heading_meaning.exclusion {
        return Some(LeftOut::Excluded {
            about: exclusion.reason.describe(),
            word: exclusion.word,
        });
    }
    if !plan.has_figures() {
        return Some(why_no_figures(table, plan));
    }
    if is_price_list(table, plan) {
        return Some(LeftOut::Excluded {
            about: Reason::Price.describe(),
            word: "model",
        });
    }
    let is_dated = plan.dating != Dating::None;
    (!is_dated && !table.heading_meaning.is_usage).then_some(LeftOut::NoDate)
}

/// Whether a table has the prices of each model, for input and for output, without a word that says so: no rows of a day or a task.
fn is_price_list(table: &TableEvidence, plan: &TablePlan) -> bool {
    let is_of_day = table.dated.is_some_and(|(date, _)| !date.is_month());
    let names = [ColumnUse::Date, ColumnUse::Team, ColumnUse::Task];
    let is_named = names.iter().any(|used| plan.column(used).is_some());
    let has_halves = plan.cost.len() == 2
        && plan.cost.iter().all(|at| {
            let part = table.columns.get(*at).and_then(ColumnEvidence::part);
            matches!(part, Some(Part::In | Part::Out))
        });
    let has_models = plan.column(&ColumnUse::Model).is_some();
    has_models && has_halves && plan.token_columns().is_empty() && !is_named && !is_of_day
}

fn why_no_figures(table: &TableEvidence, plan: &TablePlan) -> LeftOut {
    let mut excluded = plan.uses.iter().filter_map(|used| match *used {
        ColumnUse::Excluded { about, word } => Some(LeftOut::Excluded { about, word }),
        _ => None,
    });
    if let Some(excluded) = excluded.next() {
        return excluded;
    }
    let mut few = table.columns.iter().zip(&plan.uses);
    let few = few.find_map(|(column, used)| match *used {
        ColumnUse::NoFigures { read, filled } => Some((column.header.clone(), read, filled)),
        _ => None,
    });
    if let Some((header, read, filled)) = few {
        return LeftOut::FewFigures {
            header,
            read,
            filled,
        };
    }
    let mut columns = table.columns.iter();
    match columns.find(|column| column.lacks_unit) {
        Some(column) => LeftOut::NoUnit {
            header: column.header.clone(),
        },
        None => LeftOut::NoFigures,
    }
}

/// Takes the columns without figures for what their headers say: of several alike, the one with the most usual header.
fn name_columns(table: &TableEvidence, plan: &mut TablePlan) {
    let has = |kind| {
        table
            .columns
            .iter()
            .any(|column| column.meaning.kind == kind)
    };
    let (has_team, has_date) = (has(Kind::Team), has(Kind::Date));
    let has_month = table.period.is_some_and(|period| period.month.is_some());
    for (column, used) in table.columns.iter().zip(&mut plan.uses) {
        *used = match column.meaning.kind {
            Kind::Date if !column.is_dated(has_month) => no_dates(column),
            Kind::End if !has_date && column.is_dated(has_month) => ColumnUse::Date,
            Kind::Date => ColumnUse::Date,
            Kind::Time => ColumnUse::Time,
            Kind::Team => ColumnUse::Team,
            Kind::Role if !has_team => ColumnUse::Team,
            Kind::Task | Kind::Session => ColumnUse::Task,
            Kind::Model => ColumnUse::Model,
            Kind::Notes => ColumnUse::Notes,
            Kind::Status => ColumnUse::Status,
            Kind::Duration => ColumnUse::Duration,
            Kind::Deliverables => ColumnUse::Deliverables,
            _ => ColumnUse::Unused,
        };
        if let (Kind::Measure(..), Some(exclusion)) =
            (column.meaning.kind, &column.meaning.exclusion)
        {
            *used = ColumnUse::Excluded {
                about: exclusion.reason.describe(),
                word: exclusion.word,
            };
        }
    }
    let kinds = [
        ColumnUse::Date,
        ColumnUse::Time,
        ColumnUse::Team,
        ColumnUse::Task,
        ColumnUse::Model,
        ColumnUse::Notes,
        ColumnUse::Status,
        ColumnUse::Duration,
        ColumnUse::Deliverables,
    ];
    for kind in kinds {
        let columns = plan.uses.iter().enumerate();
        let alike = columns.filter(|(_, used)| **used == kind);
        let rank = |at: usize| table.columns.get(at).map(|column| column.meaning.rank);
        let best = alike.map(|(at, _)| at).min_by_key(|at| rank(*at));
        for (at, used) in plan.uses.iter_mut().enumerate() {
            if *used == kind && Some(at) != best {
                *used = ColumnUse::Unused;
            }
        }
    }
}

fn no_dates(column: &ColumnEvidence) -> ColumnUse {
    match column.filled {
        0 => ColumnUse::Unused,
        filled => ColumnUse::NoDates {
            read: column.dates,
            filled,
        },
    }
}

/// The columns of figures that may count, with the part of the usage that each has.
fn measures(table: &TableEvidence, plan: &mut TablePlan, quantity: Quantity) -> Vec<(usize, Part)> {
    let mut found: Vec<(usize, Part)> = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let is_open = plan.uses.get(at) == Some(&ColumnUse::Unused);
        let (Some(part), true) = (column.part(), is_open) else {
            continue;
        };
        match column.quantity() {
            Some(of) if of == quantity => found.push((at, part)),
            Some(_) => {}
            None => {
                let (read, filled) = (column.tokens.max(column.money), column.filled);
                if let Some(used) = plan.uses.get_mut(at) {
                    *used = ColumnUse::NoFigures { read, filled };
                }
            }
        }
    }
    let is_estimated = |at: usize| {
        let column = table.columns.get(at);
        column.is_some_and(|column| column.meaning.is_estimated && !column.meaning.is_actual)
    };
    if found.iter().any(|(at, _)| !is_estimated(*at)) {
        for (at, _) in found.iter().filter(|(at, _)| is_estimated(*at)) {
            set(plan, *at, ColumnUse::Estimate);
        }
        found.retain(|(at, _)| !is_estimated(*at));
    }
    let running = |at: usize| {
        let column = table.columns.get(at);
        let mut others = found.iter().map(|(other, _)| *other).chain([IN_AND_OUT]);
        column.is_some_and(|column| others.any(|other| column.is_running_total_of(other)))
    };
    let totals: Vec<usize> = found
        .iter()
        .map(|(at, _)| *at)
        .filter(|at| running(*at))
        .collect();
    for at in &totals {
        set(plan, *at, ColumnUse::RunningTotal);
    }
    found.retain(|(at, _)| !totals.contains(at));
    found
}

fn set(plan: &mut TablePlan, at: usize, used: ColumnUse) {
    if let Some(of) = plan.uses.get_mut(at) {
        *of = used;
    }
}

/// The columns of one part, the most usual header first.
fn of_part(table: &TableEvidence, found: &[(usize, Part)], part: Part) -> Vec<usize> {
    let columns = found.iter().filter(|(_, of)| *of == part);
    let mut columns: Vec<usize> = columns.map(|(at, _)| *at).collect();
    columns.sort_by_key(|at| table.columns.get(*at).map(|column| column.meaning.rank));
    columns
}

/// The whole of a quantity: the column with the most usual header. Where each has words of its own, as `Claude tokens` and
/// `GPT tokens`, all of them whose headers differ in a name alone, unless their figures are much the same.
fn whole(table: &TableEvidence, columns: &[usize]) -> Vec<usize> {
    let [first, _, ..] = columns else {
        return columns.to_vec();
    };
    let words = |at: usize| {
        let column = table.columns.get(at);
        header::known_and_other_words(column.map_or("", |column| &column.header))
    };
    if let Some(plain) = columns.iter().find(|at| words(**at).1.is_empty()) {
        return vec![*plain];
    }
    let (known, names) = words(*first);
    let is_model = header::are_models(&names);
    let is_summand = |at: &&usize| {
        let (of, other) = words(**at);
        let differs_in_name = of == known && other != names;
        let are_models = is_model && header::are_models(&other);
        let are_similar = || {
            let pairs = [(**at, *first), (*first, **at)].into_iter();
            let mut columns = pairs.filter_map(|(at, other)| Some((table.columns.get(at)?, other)));
            columns.any(|(column, other)| column.is_similar_to(other))
        };
        **at == *first || differs_in_name && (are_models || !are_similar())
    };
    columns.iter().filter(is_summand).copied().collect()
}

fn choose_tokens(table: &TableEvidence, plan: &mut TablePlan) {
    let found = measures(table, plan, Quantity::Tokens);
    let of = |part| of_part(table, &found, part);
    for (part, used) in [
        (Part::CacheRead, ColumnUse::CacheRead),
        (Part::CacheWrite, ColumnUse::CacheWrite),
    ] {
        if let Some(at) = of(part).first() {
            set(plan, *at, used);
        }
    }
    let (input, output) = (of(Part::In), of(Part::Out));
    let all = of(Part::Whole);
    let chosen = whole(table, &all);
    plan.input = input.first().copied();
    plan.output = output.first().copied();
    plan.halves_first = plan.input.is_some() && plan.output.is_some();
    if !plan.halves_first && !chosen.is_empty() {
        // Half of the usage says less than the whole.
        (plan.input, plan.output) = (None, None);
    }
    for at in &all {
        let used = match (plan.halves_first, chosen.contains(at)) {
            (true, _) => ColumnUse::Compared,
            (false, true) => ColumnUse::Tokens,
            (false, false) => ColumnUse::Repeated,
        };
        set(plan, *at, used);
    }
    let halves = [
        (plan.input, ColumnUse::TokensIn),
        (plan.output, ColumnUse::TokensOut),
    ];
    for (at, used) in halves {
        if let Some(at) = at {
            set(plan, at, used);
        }
    }
    plan.tokens = chosen;
}

fn choose_cost(table: &TableEvidence, plan: &mut TablePlan) {
    let found = measures(table, plan, Quantity::Money);
    let all = of_part(table, &found, Part::Whole);
    let parts = || {
        let [input, output] = [Part::In, Part::Out].map(|part| of_part(table, &found, part));
        [input.first().copied(), output.first().copied()]
    };
    // Columns in two currencies are one amount.
    let chosen = whole(table, &all);
    let currency = |at: &usize| {
        table
            .columns
            .get(*at)
            .and_then(|column| column.meaning.currency)
    };
    let first = chosen.first().and_then(currency);
    let is_own = |at: &&usize| currency(at).is_none() || currency(at) == first;
    plan.cost = if chosen.is_empty() {
        parts().into_iter().flatten().collect()
    } else {
        chosen.iter().filter(is_own).copied().collect()
    };
    for (at, _) in &found {
        let used = if plan.cost.contains(at) {
            ColumnUse::Cost
        } else {
            ColumnUse::Repeated
        };
        set(plan, *at, used);
    }
}

/// Takes the columns for what the settings say.
fn apply_rule(table: &TableEvidence, rule: &TableRule, plan: &mut TablePlan) {
    let find = |header: &String| {
        let mut columns = table.columns.iter();
        columns.position(|column| fold_name(&column.header) == fold_name(header))
    };
    let columns = [
        (&rule.date, ColumnUse::Date),
        (&rule.team, ColumnUse::Team),
        (&rule.cost, ColumnUse::Cost),
    ];
    for (header, used) in columns {
        let Some(at) = header.as_ref().and_then(find) else {
            continue;
        };
        for other in plan.uses.iter_mut().filter(|other| **other == used) {
            *other = ColumnUse::Unused;
        }
        set(plan, at, used);
    }
    plan.tokens = rule.tokens.iter().filter_map(find).collect();
    for at in plan.tokens.clone() {
        set(plan, at, ColumnUse::Tokens);
    }
    plan.cost = plan.column(&ColumnUse::Cost).into_iter().collect();
    if rule.tokens.is_empty() && plan.cost.is_empty() {
        choose_tokens(table, plan);
        choose_cost(table, plan);
    }
}
