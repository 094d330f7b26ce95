//! What a log lacks of units, as lines to append. A unit grows without any state but the log: its responses in the order of their times
//! are its history, and the total in the newest id says how far the log knows it.

use std::collections::{BTreeMap, HashMap};

use super::{
    Response, Transcripts, Unit, UnitTeam,
    unit::{chained, largest_model},
};
use crate::model::{
    CountedClasses, Currency, ImportedId, ModelPrice, Month, PriceBasis, PricedTokens,
    ResponseCost, ResponsePrice, StatedCost, Status, TokenCounts, Tokens, Usage, UsageWriter,
};

/// What a log and its archives say of units and teams.
pub struct LogState<'a> {
    /// The largest total that an id of a unit has.
    pub totals: HashMap<String, Tokens>,
    /// Which rows a team has in a month.
    pub rows_of: &'a dyn Fn(&str, Month) -> TeamRows,
    /// The currency of costs that are written without one.
    pub currency: Currency,
}

/// Which rows a team has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TeamRows {
    pub by_hand: bool,
    pub imported: bool,
}

/// What is decided apart from the log.
pub struct PlanRules<'a> {
    pub counted: &'a CountedClasses,
    pub prices: &'a BTreeMap<String, ModelPrice>,
    /// Teams with rows by hand are written for, too.
    pub also: bool,
}

/// What is to be appended, and what is not, and why.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of their times.
    pub lines: Vec<PlannedLine>,
    /// Units that the log has more of than there is now.
    pub shrunk: Vec<ShrunkUnit>,
    /// What is not written, as teams write their rows themselves. By month and team.
    pub compared: Vec<ComparedUnits>,
    /// The number of units that the log has all of.
    pub unchanged: usize,
    /// The number of units without tokens that ids count: they state costs or cache reads alone, and no line is written for them.
    pub uncounted: usize,
}

/// A line to append.
#[derive(Clone, Debug)]
pub struct PlannedLine {
    /// Index of the unit.
    pub unit: usize,
    pub usage: Usage,
    /// What the line states.
    pub tokens: TokenCounts,
    pub priced: PricedTokens,
    /// How many tokens of the unit the log has already, as its ids count them.
    pub known: Tokens,
}

/// A unit that the log has more of than there is now: transcripts were deleted, or are read better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShrunkUnit {
    /// Index of the unit.
    pub unit: usize,
    /// How many tokens of it the log has, as its ids count them.
    pub known: Tokens,
    pub found: Tokens,
}

/// Units of a team in a month that are compared alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedUnits {
    pub team: String,
    pub month: Month,
    /// `source = "log"` says so; else the team has rows by hand.
    pub is_by_setting: bool,
    /// Indexes of the units.
    pub units: Vec<usize>,
    /// What counts against the budget.
    pub tokens: Tokens,
}

/// Compares units with a log.
pub fn plan(
    units: &[(Unit, UnitTeam)],
    transcripts: &Transcripts,
    state: &LogState<'_>,
    rules: &PlanRules<'_>,
) -> Plan {
    let mut plan = Plan::default();
    let mut compared: BTreeMap<(Month, &str), ComparedUnits> = BTreeMap::new();
    let prices = prices(transcripts, rules.prices);
    for (at, (unit, team)) in units.iter().enumerate() {
        let known = state.totals.get(&unit.id).copied();
        let (before, found) = (known.unwrap_or_default(), unit.total());
        if found == Tokens::ZERO && known.is_none() {
            plan.uncounted += 1;
            continue;
        }
        if before == found {
            plan.unchanged += 1;
            continue;
        }
        if found < before {
            plan.shrunk.push(ShrunkUnit {
                unit: at,
                known: before,
                found,
            });
            continue;
        }
        if !is_written(unit, team, known.is_some(), state, rules) {
            let month = Month::of(unit.day);
            let group = compared.entry((month, &team.name));
            let group = group.or_insert_with(|| ComparedUnits {
                team: team.name.clone(),
                month,
                is_by_setting: team.writer == Some(UsageWriter::Log),
                units: Vec::new(),
                tokens: Tokens::ZERO,
            });
            group.units.push(at);
            group.tokens = group.tokens.saturating_add(rules.counted.of(&unit.tokens));
            continue;
        }
        let rest = Rest::behind(before, unit, transcripts, &prices);
        plan.lines.extend(rest.map(|rest| {
            let usage = rest.usage(unit, team, transcripts, state, rules);
            PlannedLine {
                unit: at,
                usage,
                tokens: rest.tokens,
                priced: rest.priced,
                known: before,
            }
        }));
    }
    plan.lines.sort_by(|one, two| {
        let key = |line: &PlannedLine| (line.usage.time, line.unit);
        key(one).cmp(&key(two))
    });
    plan.compared = compared.into_values().collect();
    plan
}

/// A line that states all of a unit, whatever a log has of it. None where no tokens of it are counted.
pub fn whole_line(
    (unit, team): &(Unit, UnitTeam),
    transcripts: &Transcripts,
    state: &LogState<'_>,
    rules: &PlanRules<'_>,
) -> Option<Usage> {
    let prices = prices(transcripts, rules.prices);
    let rest = Rest::behind(Tokens::ZERO, unit, transcripts, &prices)?;
    Some(rest.usage(unit, team, transcripts, state, rules))
}

/// Whether the usage of a unit is written. What is written of once goes on being written.
fn is_written(
    unit: &Unit,
    team: &UnitTeam,
    is_known: bool,
    state: &LogState<'_>,
    rules: &PlanRules<'_>,
) -> bool {
    match team.writer {
        Some(UsageWriter::Log) => false,
        Some(UsageWriter::Import) => true,
        None if rules.also || is_known => true,
        None => {
            let rows = (state.rows_of)(&team.name, Month::of(unit.day));
            rows.imported || !rows.by_hand
        }
    }
}

/// The prices of the models of transcripts, by their indexes.
fn prices(
    transcripts: &Transcripts,
    prices: &BTreeMap<String, ModelPrice>,
) -> Vec<Option<ResponsePrice>> {
    let models = transcripts.models.iter();
    models
        .map(|model| ResponsePrice::of(model, prices))
        .collect()
}

/// What a log lacks of a unit.
struct Rest {
    tokens: TokenCounts,
    priced: PricedTokens,
    /// What all costs that the log has then, and what it has now. A line costs the difference, so that the lines of a unit add up to the
    /// cost of the whole, rounded once.
    cost: [PricedTokens; 2],
    model: u32,
    /// Index of its last response, among those of the unit.
    last: usize,
}

impl Rest {
    /// What comes behind a number of tokens, in the order of time. Responses that add nothing to the total of a unit belong to the next
    /// one that does; behind the last such one, they are not stated.
    fn behind(
        known: Tokens,
        unit: &Unit,
        transcripts: &Transcripts,
        prices: &[Option<ResponsePrice>],
    ) -> Option<Self> {
        let responses: Vec<&Response> = unit.responses(transcripts).collect();
        let last = responses
            .iter()
            .rposition(|response| chained(&response.tokens) > Tokens::ZERO)?;
        let mut left = known.0;
        let mut rest = Self {
            tokens: TokenCounts::default(),
            priced: PricedTokens::default(),
            cost: <[PricedTokens; 2]>::default(),
            model: unit.model,
            last,
        };
        let mut used = Vec::new();
        for response in responses.iter().take(last + 1) {
            let weight = chained(&response.tokens).0;
            let new = weight.saturating_sub(left);
            let is_known = left > 0 && new == 0;
            let added = if is_known {
                TokenCounts::default()
            } else if left == 0 {
                response.tokens
            } else {
                last_of(&response.tokens, new)
            };
            left = left.saturating_sub(weight);
            rest.add(response, &added, transcripts, prices);
            used.push((response.model, added));
        }
        let used = used.iter().map(|(model, tokens)| (*model, tokens));
        let used = used.filter(|(_, tokens)| tokens.total() > 0);
        rest.model = largest_model(used).unwrap_or(unit.model);
        Some(rest)
    }

    /// Adds a response, of which some tokens are new.
    fn add(
        &mut self,
        response: &Response,
        added: &TokenCounts,
        transcripts: &Transcripts,
        prices: &[Option<ResponsePrice>],
    ) {
        let model = transcripts.models.get(response.model as usize);
        let model = model.map_or("", String::as_str);
        let price = prices.get(response.model as usize).and_then(Option::as_ref);
        let before = without(&response.tokens, added);
        let [all, known] = [&response.tokens, &before].map(|tokens| match &response.cost {
            Some(cost) => stated_part(*cost, tokens, &response.tokens),
            None => price.map_or(ResponseCost::Unpriced, |price| {
                price.cost(tokens, response.is_fast)
            }),
        });
        let [sum, sum_before] = &mut self.cost;
        sum.add(model, &response.tokens, &all);
        sum_before.add(model, &before, &known);
        if added.total() > 0 {
            self.tokens += *added;
            self.priced.add(model, added, &difference(all, &known));
        }
    }

    /// What the log gets more of, and whether some of it has no price. None where nothing has one, or in several currencies.
    fn stated_cost(&self, of_log: Currency) -> Option<(StatedCost, bool)> {
        let mut costs = self.priced.costs();
        let currency = costs.next()?.currency;
        if costs.next().is_some() {
            return None;
        }
        let [all, before] = &self.cost;
        let nanos = |sum: &PricedTokens| {
            let mut costs = sum.costs();
            let cost = costs.find(|cost| cost.currency == currency);
            cost.map_or(0, |cost| cost.nanos)
        };
        let cost = StatedCost {
            nanos: u64::try_from(nanos(all) - nanos(before)).ok()?,
            currency: Some(currency).filter(|currency| *currency != of_log),
        };
        Some((cost, !self.priced.unpriced().is_empty()))
    }

    fn usage(
        &self,
        unit: &Unit,
        team: &UnitTeam,
        transcripts: &Transcripts,
        state: &LogState<'_>,
        rules: &PlanRules<'_>,
    ) -> Usage {
        let last = unit.responses.get(self.last).copied();
        let last = last.and_then(|index| transcripts.responses.get(index as usize));
        let time = last.map(|last| last.time.with_timezone(unit.last.offset()));
        // On a day on which clocks change, the offset may be another one.
        let time = time.filter(|time| time.date_naive() == unit.day);
        let model = transcripts.models.get(self.model as usize);
        let cost = self.stated_cost(state.currency);
        let id = ImportedId {
            unit: &unit.id,
            total: unit.total(),
        };
        Usage {
            time: time.unwrap_or(unit.last),
            team: team.name.clone(),
            tokens: rules.counted.of(&self.tokens),
            classes: self.tokens.classes(),
            task: Some(unit.task(transcripts)),
            cost: cost.map(|(cost, _)| cost),
            has_open_cost: cost.is_some_and(|(_, is_open)| is_open),
            status: Some(Status::Done),
            deliverables: None,
            minutes: None,
            model: model.filter(|model| !model.is_empty()).cloned(),
            id: id.to_string(),
            hold: None,
        }
    }
}

/// The last `count` tokens of a response that grew: what it wrote, then what it wrote into a cache, then its input. It read from a cache
/// before.
fn last_of(tokens: &TokenCounts, count: u64) -> TokenCounts {
    let mut left = count;
    let mut take = |of: u64| {
        let taken = of.min(left);
        left -= taken;
        taken
    };
    let output = take(tokens.output);
    TokenCounts {
        output,
        cache_write_5m: take(tokens.cache_write_5m),
        cache_write_1h: take(tokens.cache_write_1h),
        input: take(tokens.input),
        cache_read: 0,
        reasoning: tokens.reasoning.min(output),
    }
}

/// What remains of tokens without some of them.
const fn without(tokens: &TokenCounts, some: &TokenCounts) -> TokenCounts {
    TokenCounts {
        input: tokens.input.saturating_sub(some.input),
        output: tokens.output.saturating_sub(some.output),
        cache_write_5m: tokens.cache_write_5m.saturating_sub(some.cache_write_5m),
        cache_write_1h: tokens.cache_write_1h.saturating_sub(some.cache_write_1h),
        cache_read: tokens.cache_read.saturating_sub(some.cache_read),
        reasoning: tokens.reasoning.saturating_sub(some.reasoning),
    }
}

/// The part of a stated cost that some of the tokens have, by their share in what the totals of ids count.
fn stated_part(cost: StatedCost, tokens: &TokenCounts, all: &TokenCounts) -> ResponseCost {
    let (part, whole) = (chained(tokens).0, chained(all).0);
    let picos = u128::from(cost.nanos) * 1_000;
    let picos = if tokens == all {
        picos
    } else {
        picos * u128::from(part) / u128::from(whole.max(1)) / 1_000 * 1_000
    };
    ResponseCost::Priced {
        picos,
        currency: cost.currency.unwrap_or(Currency::USD),
        basis: PriceBasis::Settings,
    }
}

/// What one cost is more than another of the same price.
fn difference(cost: ResponseCost, before: &ResponseCost) -> ResponseCost {
    match (cost, before) {
        (
            ResponseCost::Priced {
                picos,
                currency,
                basis,
            },
            ResponseCost::Priced { picos: before, .. },
        ) => ResponseCost::Priced {
            picos: picos.saturating_sub(*before),
            currency,
            basis,
        },
        (cost, _) => cost,
    }
}
