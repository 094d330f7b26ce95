//! Lists of prices as others publish them: `LiteLLM`'s, by model and token, and that of models.dev, by provider, model and a million
//! tokens. Decimal text becomes whole picos per token; no price goes through a binary floating point number.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::NaiveDate;
use serde_json::value::RawValue;

use crate::render::sanitize;

type Object = BTreeMap<String, Box<RawValue>>;

/// The makers whose models are listed where none is named, as both lists call them.
const MAKERS: [&str; 4] = ["anthropic", "openai", "google", "gemini"];

/// The classes as settings name them, as `LiteLLM` does, and as models.dev does, which has one price of all cache writes.
const CLASSES: [(&str, &str, Option<&str>); 5] = [
    ("input", "input_cost_per_token", Some("input")),
    ("output", "output_cost_per_token", Some("output")),
    (
        "cache_write",
        "cache_creation_input_token_cost",
        Some("cache_write"),
    ),
    (
        "cache_write_1h",
        "cache_creation_input_token_cost_above_1hr",
        None,
    ),
    (
        "cache_read",
        "cache_read_input_token_cost",
        Some("cache_read"),
    ),
];

/// Picos per token, in the order of [`CLASSES`].
type Picos = [Option<u64>; 5];

/// What a list says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PriceFile {
    pub(super) models: BTreeMap<String, Picos>,
    /// What a longer context costs, which settings cannot say: from how many thousand tokens on, in the order of [`CLASSES`].
    pub(super) long: BTreeMap<String, (u64, [Price; 5])>,
    /// Models that are asked for and not in it.
    pub(super) missing: Vec<String>,
    /// Models with a price that cannot be held exactly.
    pub(super) inexact: Vec<String>,
}

/// Reads the models that are `asked` for; without any, those of [`MAKERS`].
pub(super) fn read(bytes: &[u8], asked: &[String]) -> Result<PriceFile, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    let all: Object = serde_json::from_str(text).map_err(|error| {
        let error = sanitize(&error.to_string()).into_owned();
        format!("not a list of prices in JSON: {error}")
    })?;
    let mut file = PriceFile::default();
    for (key, value) in &all {
        let Some(object) = object(value) else {
            continue;
        };
        match object.get("models").and_then(|models| self::object(models)) {
            Some(models) => file.add_maker(key, &models, asked),
            None => file.add_of_litellm(key, &object, asked),
        }
    }
    // Of another maker's price and one that is not whole, the first is enough.
    let PriceFile {
        models, inexact, ..
    } = &mut file;
    inexact.retain(|name| !models.contains_key(name));
    let is_missing =
        |name: &&String| !file.models.contains_key(*name) && !file.inexact.contains(name);
    file.missing = asked.iter().filter(is_missing).cloned().collect();
    Ok(file)
}

/// What a longer context costs by `LiteLLM`'s list.
fn long_context(object: &Object) -> Option<(u64, [Price; 5])> {
    let step = object.keys().find_map(|key| {
        let (class, step) = key.split_once("_above_")?;
        let step = step.strip_suffix("k_tokens")?.parse().ok()?;
        let is_class = CLASSES.iter().any(|(_, known, _)| *known == class);
        is_class.then_some(step)
    })?;
    let of = CLASSES.map(|(_, key, _)| picos(object, &format!("{key}_above_{step}k_tokens"), 12));
    Some((step, of))
}

/// A model of text, and not a special edition for one customer.
fn is_text(object: &Object) -> bool {
    let mode = object.get("mode").and_then(|mode| string(mode));
    mode.is_none_or(|mode| ["chat", "responses"].contains(&mode.as_str()))
}

impl PriceFile {
    /// Adds the models of a maker as models.dev lists them, in dollars per million tokens.
    fn add_maker(&mut self, maker: &str, models: &Object, asked: &[String]) {
        for (name, model) in models {
            let cost = object(model).and_then(|model| object(model.get("cost")?));
            let Some(cost) = cost else {
                continue;
            };
            let of = |object| {
                CLASSES.map(|(.., key)| key.map_or(Price::Absent, |key| picos(object, key, 6)))
            };
            let prices = of(&cost);
            self.add((maker, name), &prices, asked);
            let long = cost.get("context_over_200k");
            if let Some(long) = long.and_then(|long| object(long)) {
                self.long.entry(name.clone()).or_insert((200, of(&long)));
            }
        }
    }

    /// Adds a model as `LiteLLM` lists it, in dollars per token.
    fn add_of_litellm(&mut self, key: &str, model: &Object, asked: &[String]) {
        if asked.is_empty() && !is_text(model) {
            return;
        }
        let provider = model.get("litellm_provider");
        let provider = provider.and_then(|text| string(text)).unwrap_or_default();
        let name = key.strip_prefix(&format!("{provider}/")).unwrap_or(key);
        let prices = CLASSES.map(|(_, key, _)| picos(model, key, 12));
        self.add((&provider, name), &prices, asked);
        if let Some(long) = long_context(model) {
            self.long.entry(name.to_owned()).or_insert(long);
        }
        if name != key && asked.iter().any(|asked| asked == key) {
            self.add((&provider, key), &prices, asked);
        }
    }

    fn add(&mut self, (provider, name): (&str, &str), picos: &[Price; 5], asked: &[String]) {
        let is_maker = MAKERS.contains(&provider);
        let is_asked = match asked {
            [] => is_maker && !name.starts_with("ft:"),
            asked => asked.iter().any(|asked| asked == name),
        };
        // The maker's own price outranks that of those who sell its models.
        if !is_asked || self.models.contains_key(name) && !is_maker {
            return;
        }
        if picos.contains(&Price::Inexact) {
            return self.inexact.push(name.to_owned());
        }
        let picos = picos.map(|price| match price {
            Price::Picos(picos) => Some(picos),
            Price::Absent | Price::Inexact => None,
        });
        // A model that costs nothing is one whose price is not known.
        if picos.iter().flatten().any(|picos| *picos > 0) {
            self.models.insert(name.to_owned(), picos);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Price {
    Absent,
    Picos(u64),
    Inexact,
}

fn object(value: &RawValue) -> Option<Object> {
    let text = value.get();
    text.starts_with('{')
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// A price that has 12 decimals less `places` when it is in picos per token.
fn picos(object: &Object, key: &str, places: i32) -> Price {
    let Some(text) = object.get(key).map(|value| value.get()) else {
        return Price::Absent;
    };
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Price::Absent;
    }
    let price = scaled(text, places).filter(|picos| *picos <= crate::model::Price::MAX_PICOS);
    price.map_or(Price::Inexact, Price::Picos)
}

/// A number of JSON times a power of ten, where that is whole: `1.5e-06` times 10^12 is 1,500,000.
fn scaled(text: &str, places: i32) -> Option<u64> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let value: u128 = digits.parse().ok()?;
    if value == 0 {
        return Some(0);
    }
    let shift = i32::try_from(fraction.len()).ok()?;
    let power = exponent.checked_add(places)?.checked_sub(shift)?;
    let factor = 10_u128.checked_pow(power.unsigned_abs())?;
    let value = if power < 0 {
        value.is_multiple_of(factor).then_some(value / factor)?
    } else {
        value.checked_mul(factor)?
    };
    u64::try_from(value).ok()
}

/// The prices as settings, per million tokens.
pub(super) fn settings(prices: &PriceFile, file: &str, today: NaiveDate) -> String {
    let file = sanitize(file).replace(['\n', '\r'], " ");
    let mut text = format!("# Prices in USD per 1M tokens, from {file} on {today}\n");
    for (name, picos) in &prices.models {
        let _ = write!(text, "\n[prices.{}]\n", quoted(name));
        if let Some((step, of)) = prices.long.get(name) {
            let classes = CLASSES.iter().zip(of);
            let classes = classes.filter_map(|((class, ..), price)| match price {
                Price::Picos(picos) => Some(format!("{class} = {}", per_million(*picos))),
                Price::Absent | Price::Inexact => None,
            });
            let classes: Vec<String> = classes.collect();
            if !classes.is_empty() {
                let classes = classes.join(", ");
                let _ = writeln!(text, "# above {step}K tokens of context: {classes}");
            }
        }
        for ((class, ..), picos) in CLASSES.iter().zip(picos) {
            if let Some(picos) = picos {
                let _ = writeln!(text, "{class} = {}", per_million(*picos));
            }
        }
    }
    text
}

fn per_million(picos: u64) -> String {
    let (whole, fraction) = (picos / 1_000_000, picos % 1_000_000);
    let fraction = format!("{fraction:06}");
    let fraction = fraction.trim_end_matches('0');
    format!("{whole}.{fraction:0<2}")
}

/// A name as a key of TOML.
fn quoted(name: &str) -> String {
    let mut quoted = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_text_is_read_exactly() {
        for (text, places, picos) in [
            ("1.5e-06", 12, Some(1_500_000)),
            ("1.5E-6", 12, Some(1_500_000)),
            ("3e-6", 12, Some(3_000_000)),
            ("0.00000125", 12, Some(1_250_000)),
            ("1.25e-07", 12, Some(125_000)),
            ("2.50", 6, Some(2_500_000)),
            ("0.075", 6, Some(75_000)),
            ("3", 6, Some(3_000_000)),
            ("1e3", 6, Some(1_000_000_000)),
            ("0", 12, Some(0)),
            ("0.0e-999999999", 12, Some(0)),
            ("1e-13", 12, None),
            ("1.00000000000000000000000000000000000000001", 12, None),
            ("1e99", 12, None),
            ("1e99999999999", 12, None),
            ("340282366920938463463374607431768211456", 0, None),
        ] {
            assert_eq!(scaled(text, places), picos, "{text}");
        }
    }

    fn models(text: &str, asked: &[&str]) -> String {
        let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
        match read(text.as_bytes(), &asked) {
            Ok(file) => format!("{:?} {:?} {:?}", file.models, file.missing, file.inexact),
            Err(why) => why,
        }
    }

    #[test]
    fn both_lists_are_read() {
        let litellm = r#"{"sample_spec": {"mode": "chat"},
            "m-1": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1.5e-06, "output_cost_per_token": 6e-06, "cache_creation_input_token_cost_above_1hr": 3e-06, "cache_read_input_token_cost": null},
            "gemini/g-1": {"litellm_provider": "gemini", "input_cost_per_token": 1e-06},
            "ft:m-1": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06},
            "image": {"litellm_provider": "openai", "mode": "image_generation", "input_cost_per_token": 1e-06},
            "free": {"litellm_provider": "openai", "input_cost_per_token": 0.0},
            "odd": {"litellm_provider": "openai", "input_cost_per_token": 1e-13},
            "local": {"litellm_provider": "ollama", "input_cost_per_token": 1e-06}}"#;
        assert_eq!(
            models(litellm, &[]),
            r#"{"g-1": [Some(1000000), None, None, None, None], "m-1": [Some(1500000), Some(6000000), None, Some(3000000), None]} [] ["odd"]"#
        );
        assert_eq!(
            models(litellm, &["local", "gemini/g-1", "none"]),
            r#"{"gemini/g-1": [Some(1000000), None, None, None, None], "local": [Some(1000000), None, None, None, None]} ["none"] []"#
        );
        let models_dev = r#"{"anthropic": {"id": "anthropic", "models": {"c-1": {"id": "c-1", "cost": {"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 3.75}}, "c-0": {"id": "c-0"}}},
            "azure": {"id": "azure", "models": {"c-1": {"cost": {"input": 9}}, "z": {"cost": {"input": 1}}}}}"#;
        assert_eq!(
            models(models_dev, &[]),
            r#"{"c-1": [Some(3000000), Some(15000000), Some(3750000), None, Some(300000)]} [] []"#
        );
        assert_eq!(
            models(models_dev, &["c-1", "z"]),
            r#"{"c-1": [Some(3000000), Some(15000000), Some(3750000), None, Some(300000)], "z": [Some(1000000), None, None, None, None]} [] []"#
        );
    }

    #[test]
    fn what_a_longer_context_costs_is_a_comment() {
        let list = r#"{"g-1": {"litellm_provider": "openai", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "cache_creation_input_token_cost_above_1hr": 4e-06, "input_cost_per_token_above_200k_tokens": 3e-06, "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 6e-06},
            "g-2": {"litellm_provider": "openai", "input_cost_per_token": 1e-06, "cache_read_input_token_cost_above_128k_tokens": 5e-07, "output_cost_per_token_above_128k_tokens": 4e-06}}"#;
        let prices = read(list.as_bytes(), &[]).unwrap();
        assert_eq!(
            settings(&prices, "x.json", NaiveDate::default()),
            "\
# Prices in USD per 1M tokens, from x.json on 1970-01-01

[prices.\"g-1\"]
# above 200K tokens of context: input = 3.00, cache_write_1h = 6.00
input = 1.00
output = 2.00
cache_write_1h = 4.00

[prices.\"g-2\"]
# above 128K tokens of context: output = 4.00, cache_read = 0.50
input = 1.00
"
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(models("{}", &[]), "{} [] []");
        assert_eq!(
            models("[1]", &[]),
            "not a list of prices in JSON: invalid type: sequence, expected a map at line 1 column 0"
        );
        assert!(models("{\"a\": ", &[]).starts_with("not a list of prices in JSON: EOF"));
        let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!models(&deep, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn every_name_becomes_a_key_that_settings_can_have(name in "\\PC{1,20}|[\u{0}-\u{1f}\"\\\\]{1,9}", picos in 1..1_000_000_000_u64) {
            let prices = PriceFile { models: [(name.clone(), [Some(picos), None, None, None, None])].into(), ..PriceFile::default() };
            let settings = crate::config::parse(&settings(&prices, "x.json", NaiveDate::default())).unwrap();
            prop_assert_eq!(settings.policy.prices[&name].input, Some(picos));
        }
    }
}
