//! What a line that is to be appended states of a unit: the tokens that a log lacks, by class, and what they cost. Whether it is
//! appended is for `plan` to say.

use std::collections::{BTreeMap, HashMap};

use strum::VariantArray as _;

use super::{
    LogState, PlanRules, Response, Transcripts, Unit, UnitTeam,
    unit::{chained, largest_model},
};
use crate::model::{
    Currency, ImportedId, ModelPrice, Money, PriceBasis, PricedTokens, ResponseCost, ResponsePrice,
    StatedCost, Status, TokenClass, TokenCounts, Tokens, Usage,
};

/// What the rows and lines of a log state of a unit, each of them with every class of its tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoggedUnit {
    /// A log does not say for how long a cache was written: all is in `cache_write_5m`.
    pub tokens: TokenCounts,
    /// Tokens of rows and lines without a cost are in `unpriced`.
    pub cost: PricedTokens,
    /// Some cost is of a part of the tokens that it stands beside.
    pub has_open_cost: bool,
}

impl LoggedUnit {
    /// What is lacking to the cost of a whole. None where the log has a higher cost in some currency: prices changed since.
    fn cost_up_to(&self, all: &PricedTokens) -> Option<PricedTokens> {
        let mut rest = PricedTokens::default();
        for cost in all.costs() {
            let mut logged = self.cost.costs();
            let logged = logged.find(|logged| logged.currency == cost.currency);
            let nanos = cost.nanos - logged.map_or(0, |logged| logged.nanos);
            rest.add_stated(u64::try_from(nanos).ok()?, cost.currency);
        }
        let is_known = |logged: Money| all.costs().any(|cost| cost.currency == logged.currency);
        if !self.cost.costs().all(is_known) {
            return None;
        }
        let unpriced = |sum: &PricedTokens| {
            let by_model = sum.unpriced().values();
            by_model
                .map(TokenCounts::total)
                .fold(0, u64::saturating_add)
        };
        if self.has_open_cost || unpriced(all) != unpriced(&self.cost) {
            for (model, tokens) in all.unpriced() {
                rest.add(model, tokens, &ResponseCost::Unpriced);
            }
        }
        Some(rest)
    }
}

/// The prices of the models of transcripts, by their indexes.
pub(super) fn prices(
    transcripts: &Transcripts,
    prices: &BTreeMap<String, ModelPrice>,
) -> Vec<Option<ResponsePrice>> {
    let models = transcripts.models.iter();
    models
        .map(|model| ResponsePrice::of(model, prices))
        .collect()
}

/// What a log lacks of a unit.
pub(super) struct Rest {
    pub(super) tokens: TokenCounts,
    priced: PricedTokens,
    /// All that the log states of the unit then.
    whole: TokenCounts,
    /// What all costs that the log has then, and what it has now. A line costs the difference, so that the lines of a unit add up to the
    /// cost of the whole, rounded once.
    cost: [PricedTokens; 2],
    model: u32,
    /// Index of its last response.
    last: Option<u32>,
}

impl Rest {
    /// What a log lacks of a unit of which it has `known` tokens.
    ///
    /// The responses of a unit in the order of their times are its history, and the total in its newest id says how far the log knows it.
    /// Where the log states every class of what it has, and this is no such beginning, the rest is what the whole has more in each class:
    /// a copy that a resumed session made of a transcript may be imported before the transcript itself. What the log has as parts of other
    /// units, which repeat responses of this one, is not stated again.
    pub(super) fn of(
        known: Tokens,
        unit: &Unit,
        transcripts: &Transcripts,
        state: &LogState<'_>,
        prices: &[Option<ResponsePrice>],
    ) -> Option<Self> {
        let rest = Self::behind(known, unit, transcripts, &state.elsewhere, prices)?;
        let is_elsewhere = |response: &u32| state.elsewhere.contains_key(response);
        let is_alone = unit.repeats.is_empty() && !unit.responses.iter().any(is_elsewhere);
        let logged = state.logged.get(&unit.id).filter(|_| is_alone);
        let logged = logged.filter(|logged| chained(&logged.tokens) == known);
        Some(match logged {
            Some(logged) => rest.beside(logged, unit),
            None => rest,
        })
    }

    /// What comes behind a number of tokens, in the order of time. Responses that add nothing to the total of a unit belong to the next
    /// one that does; behind the last such one, they are not stated.
    fn behind(
        known: Tokens,
        unit: &Unit,
        transcripts: &Transcripts,
        elsewhere: &HashMap<u32, TokenCounts>,
        prices: &[Option<ResponsePrice>],
    ) -> Option<Self> {
        let history = unit.history(transcripts);
        let last = history
            .iter()
            .rposition(|past| !past.is_repeat && chained(&past.response.tokens) > Tokens::ZERO)?;
        let mut left = known.0;
        let mut rest = Self {
            tokens: TokenCounts::default(),
            priced: PricedTokens::default(),
            whole: TokenCounts::default(),
            cost: <[PricedTokens; 2]>::default(),
            model: unit.model,
            last: history.get(last).and_then(|past| past.counted),
        };
        let mut used = Vec::new();
        for past in history.iter().take(last + 1) {
            let response = past.response;
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
            if past.is_repeat {
                continue;
            }
            let logged = past.counted.and_then(|index| elsewhere.get(&index));
            let added = logged.map_or(added, |logged| added.saturating_sub(logged));
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
        let before = response.tokens.saturating_sub(added);
        let [all, known] = [&response.tokens, &before].map(|tokens| match &response.cost {
            Some(cost) => stated_part(*cost, tokens, &response.tokens),
            None => price.map_or(ResponseCost::Unpriced, |price| {
                price.cost(tokens, response.is_fast)
            }),
        });
        self.whole += response.tokens;
        let [sum, sum_before] = &mut self.cost;
        sum.add(model, &response.tokens, &all);
        sum_before.add(model, &before, &known);
        if added.total() > 0 {
            self.tokens += *added;
            self.priced.add(model, added, &difference(all, &known));
        }
    }

    /// The rest where a log states some classes, unless it has more of one than there is.
    fn beside(self, logged: &LoggedUnit, unit: &Unit) -> Self {
        let (whole, stated) = (&self.whole, &logged.tokens);
        let is_less = TokenClass::VARIANTS
            .iter()
            .all(|class| stated.of(*class) <= whole.of(*class));
        let before = whole.saturating_sub(&self.tokens);
        let is_beginning = TokenClass::VARIANTS
            .iter()
            .all(|class| before.of(*class) == stated.of(*class));
        if is_beginning || !is_less {
            return self;
        }
        let written = whole.cache_write() - stated.cache_write();
        let for_an_hour = written.min(whole.cache_write_1h);
        let output = whole.output - stated.output;
        let tokens = TokenCounts {
            input: whole.input - stated.input,
            output,
            cache_write_5m: written - for_an_hour,
            cache_write_1h: for_an_hour,
            cache_read: whole.cache_read - stated.cache_read,
            reasoning: whole.reasoning.min(output),
        };
        let [all, _] = &self.cost;
        let (priced, cost) = match logged.cost_up_to(all) {
            Some(priced) => (priced, [all.clone(), logged.cost.clone()]),
            None => (self.priced, self.cost),
        };
        Self {
            tokens,
            priced,
            cost,
            model: unit.model,
            ..self
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

    pub(super) fn usage(
        &self,
        unit: &Unit,
        team: &UnitTeam,
        transcripts: &Transcripts,
        state: &LogState<'_>,
        rules: &PlanRules<'_>,
    ) -> Usage {
        let last = self
            .last
            .and_then(|index| transcripts.responses.get(index as usize));
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
pub(super) fn last_of(tokens: &TokenCounts, count: u64) -> TokenCounts {
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
