//! A line of `tokmon import jsonl`: its keys and what they mean. The JSON Schema is made from the type that reads it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    decimal,
    json_line::{Count, Text, moment},
};
use crate::model::{Currency, StatedCost, TokenCounts};

/// Every key of [`ImportLine`].
pub(super) const KEYS: [&str; 16] = [
    "time",
    "team",
    "task",
    "session",
    "agent",
    "model",
    "input",
    "output",
    "cache_write",
    "cache_write_1h",
    "cache_read",
    "reasoning",
    "cost",
    "id",
    "cwd",
    "branch",
];

/// A line has to state at least one of these.
const FIGURES: [&str; 6] = [
    "input",
    "output",
    "cache_write",
    "cache_write_1h",
    "cache_read",
    "cost",
];

/// A response of a model. Each token is in one class only: the sum of the classes is what was used. A key that is absent, empty or null
/// states nothing; an unknown key is ignored, with a note.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "A line of tokmon import jsonl", extend("anyOf" = FIGURES.map(|key| serde_json::json!({ "required": [key] }))))]
pub struct ImportLine<'a> {
    /// When the response was, as in RFC 3339: `2026-02-25T09:14:02Z`.
    #[serde(borrow)]
    #[schemars(with = "DateTime<Utc>")]
    time: Text<'a>,
    /// Identifies the response: lines with the same id, in whichever files, are one response. The first states its time and origin, the one with
    /// the most output its tokens.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    id: Text<'a>,
    /// Identifies the session. The log gets one line for each session, agent and day; a response without a session gets one of its own.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    session: Text<'a>,
    /// The agent within the session; `main` if absent.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    agent: Text<'a>,
    /// The team that pays. If absent, the rules for teams name it.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    team: Text<'a>,
    /// What the log calls the work.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    task: Text<'a>,
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    model: Text<'a>,
    /// Tokens of input that were neither read from a cache nor written into one.
    #[serde(default)]
    #[schemars(with = "Option<u64>")]
    input: Count,
    /// Tokens of output, including reasoning.
    #[serde(default)]
    #[schemars(with = "Option<u64>")]
    output: Count,
    /// Tokens written into a cache for five minutes, or for an unknown time.
    #[serde(default)]
    #[schemars(with = "Option<u64>")]
    cache_write: Count,
    /// Tokens written into a cache for an hour, which are not part of `cache_write`.
    #[serde(default)]
    #[schemars(with = "Option<u64>")]
    cache_write_1h: Count,
    /// Tokens read from a cache.
    #[serde(default)]
    #[schemars(with = "Option<u64>")]
    cache_read: Count,
    /// Tokens of reasoning, which are part of `output`.
    #[serde(default)]
    #[schemars(with = "Option<u64>")]
    reasoning: Count,
    /// What it cost. If absent, the cost is computed from prices.
    #[serde(borrow, default)]
    #[schemars(with = "Option<LineCost>")]
    cost: Option<&'a RawValue>,
    /// The folder that the agent worked in, for the rules for teams. It never enters the log.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    cwd: Text<'a>,
    /// The branch in that folder, for the rules for teams.
    #[serde(borrow, default)]
    #[schemars(with = "Option<String>")]
    branch: Text<'a>,
}

/// An amount of money, with up to nine decimals. A number alone is in the currency of the log.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(
    dead_code,
    reason = "it describes JSON that is read as text, since money is no floating point number"
)]
enum LineCost {
    Decimal(#[schemars(regex(pattern = r"^[0-9]+(\.[0-9]+)?$"))] String),
    Number(#[schemars(range(min = 0))] f64),
    WithCurrency {
        #[schemars(regex(pattern = r"^[0-9]+(\.[0-9]+)?$"))]
        amount: String,
        currency: Currency,
    },
}

#[derive(Deserialize)]
struct WithCurrency<'a> {
    #[serde(borrow)]
    amount: &'a RawValue,
    #[serde(borrow)]
    currency: Text<'a>,
}

/// What a line says.
#[derive(Debug)]
pub(super) struct StatedResponse {
    pub time: DateTime<Utc>,
    pub id: Option<String>,
    pub session: Option<String>,
    pub agent: Option<String>,
    pub team: Option<String>,
    pub task: Option<String>,
    pub model: String,
    pub tokens: TokenCounts,
    pub cost: Option<StatedCost>,
    pub cwd: Option<String>,
    pub branch: Option<String>,
}

impl StatedResponse {
    /// Reads a line, given its keys. The error is a reason that quotes nothing of the line.
    pub fn read(raw: &RawValue, keys: &BTreeMap<String, &RawValue>) -> Result<Self, &'static str> {
        if !keys.contains_key("time") {
            return Err("it has no `time`");
        }
        if !FIGURES.iter().any(|key| keys.contains_key(*key)) {
            return Err("it states neither tokens nor a cost");
        }
        let line: ImportLine<'_> = serde_json::from_str(raw.get())
            .map_err(|_| "a field is not of the expected type, or stands there twice")?;
        let time = moment(&line.time.0).ok_or("`time` is no time after RFC 3339")?;
        let cost = match line.cost.map(RawValue::get) {
            None | Some("null") => None,
            Some(text) => Some(cost(text).ok_or("`cost` is no amount of money")?),
        };
        let text = |text: &Text<'_>| text.get().map(str::to_owned);
        Ok(Self {
            time,
            id: text(&line.id),
            session: text(&line.session),
            agent: text(&line.agent),
            team: text(&line.team),
            task: text(&line.task),
            model: text(&line.model).unwrap_or_default(),
            tokens: TokenCounts {
                input: line.input.0,
                output: line.output.0,
                cache_write_5m: line.cache_write.0,
                cache_write_1h: line.cache_write_1h.0,
                cache_read: line.cache_read.0,
                reasoning: line.reasoning.0.min(line.output.0),
            },
            cost,
            cwd: text(&line.cwd),
            branch: text(&line.branch),
        })
    }

    /// All that the line states, in the same notation however it is written.
    pub fn content(&self) -> String {
        format!("{self:?}")
    }
}

/// `"0.412"`, `0.412`, or `{"amount": "0.412", "currency": "USD"}`.
fn cost(text: &str) -> Option<StatedCost> {
    let (amount, currency) = if text.starts_with('{') {
        let cost: WithCurrency<'_> = serde_json::from_str(text).ok()?;
        let currency = Currency::parse(cost.currency.get()?)?;
        (cost.amount.get(), Some(currency))
    } else {
        (text, None)
    };
    let nanos = if amount.starts_with('"') {
        let decimal: String = serde_json::from_str(amount).ok()?;
        decimal::nanos(&decimal)?
    } else {
        decimal::nanos(amount)?
    };
    Some(StatedCost { nanos, currency })
}
