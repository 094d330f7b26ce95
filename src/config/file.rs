//! What a settings file may hold: a struct for each table.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};

use super::{
    guard::GuardTable,
    import::ImportTable,
    read::ReadTable,
    spelling::{Spelling, TimeLimit, Value, Whole},
    target::TargetTable,
};
use crate::{
    log::cell,
    model::{BudgetReset, Currency, Level, ModelPrice, Money, Month, Price, Tokens},
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    pub log: Option<Value<PathBuf>>,
    pub timezone: Option<String>,
    pub budget: BudgetTable,
    pub teams: BTreeMap<String, TeamTable>,
    pub efficiency: EfficiencyTable,
    pub target: Vec<TargetTable>,
    pub scenarios: ScenariosTable,
    pub forecast: ForecastTable,
    pub archive: ArchiveTable,
    pub alert: AlertTable,
    pub prices: BTreeMap<String, PriceSetting>,
    pub record: RecordTable,
    pub guard: GuardTable,
    pub read: ReadTable,
    pub import: ImportTable,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BudgetTable {
    pub tokens: Option<Value<Tokens>>,
    pub cost: Option<Value<Money>>,
    pub reset: Option<Value<BudgetReset>>,
    pub reserve: Option<Value<Tokens>>,
    pub thresholds: ThresholdsTable,
    pub months: BTreeMap<Value<Month>, MonthTable>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MonthTable {
    pub tokens: Option<Value<Tokens>>,
    pub cost: Option<Value<Money>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThresholdsTable {
    pub note: Option<Value<Whole<1, 1_000>>>,
    pub warning: Option<Value<Whole<1, 1_000>>>,
    pub critical: Option<Value<Whole<1, 1_000>>>,
    pub exceeded: Option<Value<Whole<1, 1_000>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TeamTable {
    pub tokens: Option<Value<Tokens>>,
    pub cost: Option<Value<Money>>,
    pub aliases: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EfficiencyTable {
    pub target: Option<Value<Tokens>>,
    pub alert: Option<Value<Tokens>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScenariosTable {
    pub optimistic: Option<Value<Whole<-100, 1_000>>>,
    pub pessimistic: Option<Value<Whole<-100, 1_000>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForecastTable {
    // A probability below 5% is not known any better.
    pub warning: Option<Value<Whole<5, 100>>>,
    pub critical: Option<Value<Whole<5, 100>>>,
    pub plan_complete: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArchiveTable {
    pub keep_days: Option<Value<Whole<0, 100_000>>>,
    pub dir: Option<Value<PathBuf>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertTable {
    pub program: Option<ProgramWords>,
    pub timeout: Option<Value<TimeLimit>>,
    pub level: Option<Value<Level>>,
}

/// A program and its arguments. A single text is none: no shell takes it apart.
pub struct ProgramWords(pub Vec<String>);

impl<'de> Deserialize<'de> for ProgramWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ProgramVisitor)
    }
}

struct ProgramVisitor;

impl<'de> Visitor<'de> for ProgramVisitor {
    type Value = ProgramWords;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a program and its arguments like [\"notify-send\", \"Tokens\"]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ProgramWords, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = seq.next_element::<String>()? {
            words.push(word);
        }
        let is_program = words.first().is_some_and(|first| !first.is_empty())
            && !words.iter().any(|word| word.contains('\0'));
        if is_program {
            return Ok(ProgramWords(words));
        }
        Err(A::Error::invalid_value(Unexpected::Seq, &self))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordTable {
    pub teams: Option<Value<RecordedTeams>>,
}

/// Which teams may be recorded.
#[derive(PartialEq, Eq)]
pub enum RecordedTeams {
    Any,
    /// Those that the log or the settings know.
    Known,
}

/// The price of a model.
pub enum PriceSetting {
    EveryToken(Price),
    ByKind(PriceTable),
}

impl<'de> Deserialize<'de> for PriceSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PriceVisitor)
    }
}

struct PriceVisitor;

impl<'de> Visitor<'de> for PriceVisitor {
    type Value = PriceSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a price per 1,000 tokens like 0.003 or \"0.003 EUR\", or a table with `input`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PriceSetting, E> {
        let price = cell::price(text, Tokens(1_000));
        let (picos_per_token, currency) =
            price.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))?;
        Ok(PriceSetting::EveryToken(Price {
            picos_per_token,
            currency: currency.unwrap_or(Currency::USD),
        }))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<PriceSetting, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PriceSetting, A::Error> {
        PriceTable::deserialize(MapAccessDeserializer::new(map)).map(PriceSetting::ByKind)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriceTable {
    input: Option<Value<PriceText>>,
    output: Option<Value<PriceText>>,
    cache_read: Option<Value<PriceText>>,
    cache_write: Option<Value<PriceText>>,
    cache_write_1h: Option<Value<PriceText>>,
    per: Option<Value<Tokens>>,
}

impl PriceTable {
    /// `None` without any price, with two currencies, or if a price is not a whole number of picos per token.
    pub fn price(&self) -> Option<ModelPrice> {
        let per = self.per.as_ref().map_or(Tokens(1_000_000), |per| per.0);
        let mut currencies = Vec::new();
        let mut picos = |price: &Option<Value<PriceText>>| {
            let Some(Value(PriceText(text))) = price else {
                return Some(None);
            };
            let (picos, currency) = cell::price(text, per)?;
            currencies.push(currency.unwrap_or(Currency::USD));
            Some(Some(picos))
        };
        let (input, output) = (picos(&self.input)?, picos(&self.output)?);
        let (cache_write, cache_read) = (picos(&self.cache_write)?, picos(&self.cache_read)?);
        let cache_write_1h = picos(&self.cache_write_1h)?;
        let currency = *currencies.first()?;
        currencies
            .iter()
            .all(|other| *other == currency)
            .then_some(ModelPrice {
                currency,
                input,
                output,
                cache_write,
                cache_write_1h,
                cache_read,
                any: None,
            })
    }
}

/// Read once it is known for how many tokens it is.
struct PriceText(String);

impl Spelling for PriceText {
    fn expected() -> String {
        "a price like 3.00 or \"3.00 EUR\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        cell::price(text, Tokens(1))?;
        Some(Self(text.to_owned()))
    }
}
