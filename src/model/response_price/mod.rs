//! What the response of a model costs, every class of its tokens known: by the settings, else by the built-in list, in picos.
//! What a class costs is the rule of [`ModelPrice::picos`], which rows of a log go by as well.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, ops::AddAssign};

use super::{
    Currency, ListedPrice, ModelPrice, Money, TokenCounts, Tokens, money::money_of, settings_price,
};

/// Where the price of a response is from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriceBasis {
    /// `[prices]` in tokmon.toml.
    Settings,
    /// The built-in list, which has the model itself.
    BuiltIn,
    /// The price of another model, by this name: one whose name begins the name of the model, its preview, or the one of its family that
    /// costs most.
    OtherModel(String),
}

/// What a response costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseCost {
    Priced {
        /// Millionths of a millionth of a unit.
        picos: u128,
        currency: Currency,
        basis: PriceBasis,
    },
    /// No price of the model is known, or none of a class that it has tokens of.
    Unpriced,
}

/// What the responses of a model cost.
#[derive(Clone, Debug)]
pub struct ResponsePrice {
    price: ModelPrice,
    /// From how many tokens of context on every token costs what a longer context costs.
    long_context: Option<(Tokens, ModelPrice)>,
    /// What the fast mode costs, in percent.
    fast_percent: u64,
    basis: PriceBasis,
}

impl ResponsePrice {
    /// The price of the settings for the model, else that of the built-in list, else the price of the model with the longest name that
    /// begins the name of this one and ends at a dash: `gpt-5.6` for `gpt-5.6-codex`. None without any of them.
    ///
    /// A price of the settings holds as it stands: for a longer context and for the fast mode, too.
    pub fn of(model: &str, prices: &BTreeMap<String, ModelPrice>) -> Option<Self> {
        if let Some((_, price)) = settings_price(model, prices) {
            return Some(Self::of_settings(*price, PriceBasis::Settings));
        }
        let name = model.trim().to_ascii_lowercase();
        let name = ListedPrice::plain_name(&name);
        if let Some(listed) = ListedPrice::find(model) {
            let is_same = [name, &name.replace('.', "-")].contains(&listed.name);
            return Some(Self::of_list(listed, is_same));
        }
        let begins = |known: &str| {
            let known = known.trim().to_ascii_lowercase();
            let known = ListedPrice::plain_name(&known);
            let rest = name.strip_prefix(known).filter(|_| !known.is_empty())?;
            rest.starts_with('-').then_some(known.len())
        };
        let set = prices
            .iter()
            .filter_map(|(known, price)| Some((begins(known)?, known, price)));
        let set = set.max_by_key(|(length, ..)| *length);
        let listed = ListedPrice::all()
            .iter()
            .filter_map(|listed| Some((begins(listed.name)?, listed)));
        let listed = listed.max_by_key(|(length, _)| *length);
        match (set, listed) {
            (Some((length, name, price)), listed) if listed.is_none_or(|(of, _)| of <= length) => {
                let basis = PriceBasis::OtherModel(name.clone());
                Some(Self::of_settings(*price, basis))
            }
            (_, listed) => Some(Self::of_list(listed?.1, false)),
        }
    }

    const fn of_settings(price: ModelPrice, basis: PriceBasis) -> Self {
        Self {
            price,
            long_context: None,
            fast_percent: 100,
            basis,
        }
    }

    fn of_list(listed: &ListedPrice, is_same: bool) -> Self {
        let long_context = listed.long_context();
        Self {
            price: billed(listed.price()),
            long_context: long_context.map(|(from, price)| (from, billed(price))),
            fast_percent: listed.fast_percent().unwrap_or(100),
            basis: if is_same {
                PriceBasis::BuiltIn
            } else {
                PriceBasis::OtherModel(listed.name.to_owned())
            },
        }
    }

    /// The cost of one response. Its context alone decides whether every token of it has the price of a longer one.
    ///
    /// `is_fast` multiplies every class, those of the cache as well (as Anthropic bills it); where the list knows of no fast mode, the
    /// standard price holds.
    pub fn cost(&self, tokens: &TokenCounts, is_fast: bool) -> ResponseCost {
        let context = Tokens(tokens.context());
        let long = self
            .long_context
            .as_ref()
            .filter(|(from, _)| context > *from);
        let price = long.map_or(&self.price, |(_, price)| price);
        let percent = if is_fast { self.fast_percent } else { 100 };
        // Prices of the list times a factor of it are whole picos.
        price
            .picos(tokens)
            .map_or(ResponseCost::Unpriced, |picos| ResponseCost::Priced {
                picos: picos.saturating_mul(percent.into()) / 100,
                currency: price.currency,
                basis: self.basis.clone(),
            })
    }
}

/// A price of the list as it is billed: what a model reads costs what its input costs, where no other price is stated. `OpenAI` bills
/// what older models write into a cache as input.
fn billed(price: ModelPrice) -> ModelPrice {
    ModelPrice {
        cache_write: price.cache_write.or(price.input),
        cache_read: price.cache_read.or(price.input),
        ..price
    }
}

/// What responses cost together: picos by currency, rounded once when they are read, and the tokens that have no price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PricedTokens {
    picos: BTreeMap<Currency, u128>,
    unpriced: BTreeMap<String, TokenCounts>,
    other_models: BTreeMap<String, String>,
}

impl PricedTokens {
    /// Adds a response. `model` is its name, empty where it has none.
    pub fn add(&mut self, model: &str, tokens: &TokenCounts, cost: &ResponseCost) {
        match cost {
            ResponseCost::Priced {
                picos,
                currency,
                basis,
            } => {
                self.add_picos(*picos, *currency);
                if let PriceBasis::OtherModel(other) = basis
                    && !self.other_models.contains_key(model)
                {
                    self.other_models.insert(model.to_owned(), other.clone());
                }
            }
            ResponseCost::Unpriced if tokens.total() > 0 => match self.unpriced.get_mut(model) {
                Some(sum) => *sum += *tokens,
                None => {
                    self.unpriced.insert(model.to_owned(), *tokens);
                }
            },
            ResponseCost::Unpriced => {}
        }
    }

    /// Adds a cost that is stated, in nanos.
    pub fn add_stated(&mut self, nanos: u64, currency: Currency) {
        self.add_picos(u128::from(nanos) * 1_000, currency);
    }

    fn add_picos(&mut self, picos: u128, currency: Currency) {
        let sum = self.picos.entry(currency).or_default();
        *sum = sum.saturating_add(picos);
    }

    /// What it costs, in each currency that has a price, rounded once to nanos.
    pub fn costs(&self) -> impl Iterator<Item = Money> {
        let sums = self.picos.iter();
        sums.map(|(currency, picos)| money_of(*picos, *currency))
    }

    /// The tokens without a price, by model. A name is empty where responses have none.
    pub const fn unpriced(&self) -> &BTreeMap<String, TokenCounts> {
        &self.unpriced
    }

    /// The models that have the price of another one, with the name of that.
    pub const fn other_models(&self) -> &BTreeMap<String, String> {
        &self.other_models
    }
}

impl AddAssign<&Self> for PricedTokens {
    fn add_assign(&mut self, other: &Self) {
        for (currency, picos) in &other.picos {
            self.add_picos(*picos, *currency);
        }
        for (model, tokens) in &other.unpriced {
            *self.unpriced.entry(model.clone()).or_default() += *tokens;
        }
        for (model, of) in &other.other_models {
            let name = self.other_models.entry(model.clone());
            name.or_insert_with(|| of.clone());
        }
    }
}
