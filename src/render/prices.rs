//! What models cost, as a table and as JSON, per million tokens.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_with::skip_serializing_none;

use super::{Column, Format, OutputStyle, ReportTable, StyledLine, json, prefixed, table::Cell};
use crate::model::{Currency, ModelPrice, Money, Month, Provider, Tokens};

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

/// From this age on, a newer list is advised.
const OLD: u64 = 90;

/// What models cost.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "tokmon prices")]
pub struct PricesDocument {
    /// The version of this schema.
    pub schema_version: u32,
    /// The day of the built-in prices.
    pub date: &'static str,
    /// The list they are from.
    pub source: &'static str,
    /// How old they are. Absent before their day.
    pub age_days: Option<u64>,
    /// The number of tokens that prices are for.
    pub per_tokens: u64,
    /// Those of the settings first.
    pub models: Vec<PriceRow>,
    /// What of the log has neither a cost nor a price. Absent where everything has one, and without a log.
    pub unpriced: Option<Unpriced>,
}

#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PriceRow {
    pub model: String,
    pub provider: Option<Provider>,
    pub source: PriceSource,
    pub input: Option<ClassPrice>,
    pub output: Option<ClassPrice>,
    /// Written into a cache for five minutes, or for a time that is not known.
    pub cache_write: Option<ClassPrice>,
    /// Written into a cache for an hour. Where it is absent, `cache_write` holds.
    pub cache_write_1h: Option<ClassPrice>,
    pub cache_read: Option<ClassPrice>,
    /// What tokens cost in a longer context.
    pub long_context: Option<LongContext>,
    /// What the fast mode costs, in percent of these prices, for every class of tokens.
    pub fast_percent: Option<u64>,
}

/// Where a price is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PriceSource {
    /// `[prices]` in tokmon.toml.
    Settings,
    /// The list in the program, for estimates alone.
    BuiltIn,
}

#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LongContext {
    /// From more tokens than these on.
    pub above_tokens: Tokens,
    pub input: Option<ClassPrice>,
    pub output: Option<ClassPrice>,
    /// Written into a cache for five minutes, or for a time that is not known.
    pub cache_write: Option<ClassPrice>,
    /// Written into a cache for an hour. Where it is absent, `cache_write` holds.
    pub cache_write_1h: Option<ClassPrice>,
    pub cache_read: Option<ClassPrice>,
}

/// The price of a million tokens of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClassPrice {
    #[serde(serialize_with = "as_decimal")]
    #[schemars(with = "String", extend("pattern" = r"^[0-9]+\.[0-9]{2,9}$"))]
    amount: Money,
    currency: Currency,
}

fn as_decimal<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&money.decimal())
}

/// Tokens without a cost and without a price.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Unpriced {
    pub month: Month,
    pub tokens: Tokens,
    /// By model, of the rows that have a day.
    pub models: Vec<UnpricedModel>,
}

#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnpricedModel {
    /// Absent where the rows name none.
    pub model: Option<String>,
    pub tokens: Tokens,
}

pub fn schema() -> String {
    json::schema_of::<PricesDocument>()
}

/// Input, output, cache write, cache write for an hour, and cache read.
pub fn by_class(price: &ModelPrice) -> [Option<ClassPrice>; 5] {
    let currency = price.currency;
    // A price of every token covers those read from a cache.
    let classes = [
        price.input.or(price.any),
        price.output.or(price.any),
        price.cache_write.or(price.any),
        price.cache_write_1h,
        price.cache_read,
    ];
    classes.map(|picos| {
        let nanos = i128::from(picos?) * 1_000;
        let amount = Money { nanos, currency };
        Some(ClassPrice { amount, currency })
    })
}

impl LongContext {
    pub fn new(above_tokens: Tokens, price: &ModelPrice) -> Self {
        let [input, output, cache_write, cache_write_1h, cache_read] = by_class(price);
        Self {
            above_tokens,
            input,
            output,
            cache_write,
            cache_write_1h,
            cache_read,
        }
    }
}

impl PricesDocument {
    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        for line in self.lines(style) {
            writeln!(out, "{}", style.paint(&line))?;
        }
        Ok(())
    }

    fn lines(&self, style: OutputStyle) -> Vec<StyledLine> {
        let mut table = ReportTable::new(
            "Prices",
            [
                Column::new("Per 1M tokens").cut(16),
                Column::new("Input"),
                Column::new("Output"),
                Column::new("Cache write").droppable(4),
                Column::new("1 h write").droppable(3),
                Column::new("Cache read").droppable(5),
                Column::new("Fast").droppable(2),
                Column::new("Longer context").droppable(1),
                Column::new("From"),
            ],
        );
        for row in &self.models {
            let price = |price: Option<ClassPrice>| {
                Cell::some(price, |price: ClassPrice| Cell::Money(price.amount))
            };
            let long = row.long_context.as_ref();
            table.row(vec![
                Cell::text(&row.model),
                price(row.input),
                price(row.output),
                price(row.cache_write),
                price(row.cache_write_1h),
                price(row.cache_read),
                Cell::some(row.fast_percent, |percent| Cell::Word(times(percent))),
                Cell::some(long.map(LongContext::in_brief), Cell::Word),
                Cell::word(match row.source {
                    PriceSource::Settings => "tokmon.toml",
                    PriceSource::BuiltIn => "built-in",
                }),
            ]);
        }
        let mut lines = table.lines(style);
        lines.extend(
            self.about()
                .into_iter()
                .flat_map(|line| style.fold(StyledLine::from(style.text(&line)), 0)),
        );
        lines
    }

    fn about(&self) -> Vec<String> {
        let age = self.age_days.map(|days| match days {
            0 => "of today".to_owned(),
            1 => "1 day old".to_owned(),
            days => format!("{days} days old"),
        });
        let is_old = self.age_days.is_some_and(|days| days >= OLD);
        let newer = if is_old {
            "; for a newer one see --from in --help"
        } else {
            ""
        };
        let (date, source) = (self.date, self.source);
        let mut lines = vec![format!(
            "built-in prices: {source}, {date}{}{newer}; the guard estimates with them where tokmon.toml has no price; they never price rows of a log",
            prefixed(
                ", ",
                age.or_else(|| Some("later than the time of this report".to_owned()))
            )
        )];
        if let Some(unpriced) = &self.unpriced {
            let (month, tokens) = (unpriced.month, unpriced.tokens);
            lines.push(format!(
                "{month}: {tokens} tokens have neither a cost nor a price in tokmon.toml or the header of the log"
            ));
            for model in &unpriced.models {
                let (name, tokens) = (model.model.as_deref(), model.tokens);
                lines.push(match name {
                    Some(name) => {
                        format!("  {tokens} of {name}: set [prices.\"{name}\"] in tokmon.toml")
                    }
                    None => format!("  {tokens} in rows without a model in a column `Model`"),
                });
            }
        }
        lines
    }
}

/// `x2`, `x1.5`
fn times(percent: u64) -> String {
    let (whole, hundredths) = (percent / 100, percent % 100);
    let factor = format!("x{whole}.{hundredths:02}");
    factor
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

impl LongContext {
    /// `above 200K: $2.500, $15.00`
    fn in_brief(&self) -> String {
        let prices = [self.input, self.output];
        let prices = prices.into_iter().flatten();
        let prices: Vec<String> = prices.map(|price| price.amount.to_string()).collect();
        format!(
            "above {}: {}",
            self.above_tokens.compact(),
            prices.join(", ")
        )
    }
}
