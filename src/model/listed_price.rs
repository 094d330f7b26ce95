//! The built-in prices of models, for estimates of what work will cost. They never price rows of a log: a figure that nothing states is
//! no figure of the log.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoStaticStr;

use super::{Currency, ModelPrice, Money, Price, Tokens, price_list::LIST};

pub use super::price_list::{DATE as PRICES_DATE, SOURCE as PRICES_SOURCE};

/// Who makes a model.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr,
)]
pub enum Provider {
    Anthropic,
    #[serde(rename = "OpenAI")]
    #[strum(serialize = "OpenAI")]
    OpenAi,
    Google,
}

/// Input, output, cache write for five minutes and for an hour, and cache read, in picos per token.
type Classes = [Option<u64>; 5];

/// A model and its price.
#[derive(Debug)]
pub struct ListedPrice {
    pub name: &'static str,
    pub provider: Provider,
    classes: Classes,
    /// From how many tokens of context on it costs more, and what then.
    long_context: Option<(u64, Classes)>,
    /// What its fast mode costs, in percent of the other prices.
    fast_percent: Option<u64>,
}

pub(super) const fn listed(
    name: &'static str,
    provider: Provider,
    classes: Classes,
    long_context: Option<(u64, Classes)>,
    fast_percent: Option<u64>,
) -> ListedPrice {
    ListedPrice {
        name,
        provider,
        classes,
        long_context,
        fast_percent,
    }
}

impl ListedPrice {
    /// All models, in the order of their names.
    pub fn all() -> &'static [Self] {
        &LIST
    }

    /// The model that a name means: with the name of a provider before it or without, with a date behind it or without; of a family
    /// like `opus`, the model that costs most; of a model that is listed as a preview only, the preview.
    pub fn find(model: &str) -> Option<&'static Self> {
        let name = model.trim().to_ascii_lowercase();
        let exact = |name: &str| {
            let at = LIST.binary_search_by(|listed| listed.name.cmp(name));
            LIST.get(at.ok()?)
        };
        exact(&name)
            .or_else(|| {
                let name = plain(&name);
                let dashed = || exact(&name.replace('.', "-"));
                let preview = || exact(&format!("{name}-preview"));
                exact(name).or_else(dashed).or_else(preview)
            })
            .or_else(|| dearest_of(plain(&name)))
    }

    /// A name in lower case without what providers and dates add to it.
    pub fn plain_name(name: &str) -> &str {
        plain(name)
    }

    pub fn price(&self) -> ModelPrice {
        of_classes(self.classes)
    }

    /// From how many tokens of context on it costs more, and what then.
    pub fn long_context(&self) -> Option<(Tokens, ModelPrice)> {
        let (from, classes) = self.long_context?;
        Some((Tokens(from), of_classes(classes)))
    }

    /// What its fast mode costs, in percent of its other prices. None where the list knows of none.
    pub const fn fast_percent(&self) -> Option<u64> {
        self.fast_percent
    }

    /// The most that these tokens can cost: each as one of the class that costs most, with a long context where they may have one.
    pub fn most(&self, tokens: Tokens) -> Money {
        let long = self.long_context.filter(|(from, _)| tokens.0 > *from);
        let all = self
            .classes
            .iter()
            .chain(long.iter().flat_map(|(_, of)| of));
        let price = Price {
            picos_per_token: all.flatten().copied().max().unwrap_or_default(),
            currency: Currency::USD,
        };
        price.cost(tokens)
    }
}

const fn of_classes(
    [input, output, cache_write, cache_write_1h, cache_read]: Classes,
) -> ModelPrice {
    ModelPrice {
        currency: Currency::USD,
        input,
        output,
        cache_write,
        cache_write_1h,
        cache_read,
        any: None,
    }
}

/// A name without what providers and dates add to it: `us.anthropic.claude-haiku-4-5-20251001-v1:0` is `claude-haiku-4-5`.
fn plain(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let dotted = ["anthropic.", "openai.", "google."];
    let name = dotted
        .iter()
        .find_map(|prefix| name.split_once(prefix))
        .map_or(name, |(_, name)| name);
    let name = name.split(['@', ':', '[']).next().unwrap_or(name);
    let name = name.strip_suffix("-v1").unwrap_or(name);
    let name = name.strip_suffix("-latest").unwrap_or(name);
    without_date(name)
}

/// A name without `-20251001` or `-2025-10-01` at its end.
fn without_date(name: &str) -> &str {
    ["-YYYYMMDD", "-YYYY-MM-DD"]
        .iter()
        .find_map(|pattern| {
            let (name, date) = name.split_at_checked(name.len().checked_sub(pattern.len())?)?;
            let mut pairs = date.chars().zip(pattern.chars());
            let fits = pairs.all(|(c, of)| match of {
                '-' => c == '-',
                _ => c.is_ascii_digit(),
            });
            fits.then_some(name)
        })
        .unwrap_or(name)
}

/// Names that Claude Code has for a family of models. Which of them is meant differs.
const FAMILIES: [&str; 5] = ["fable", "haiku", "mythos", "opus", "sonnet"];

/// Whether a model is of a family, by its plain name.
fn is_of(family: &str, name: &str) -> bool {
    name.starts_with("claude-") && name.split('-').any(|word| word == family)
}

/// Of the models of a family, that which costs most.
fn dearest_of(family: &str) -> Option<&'static ListedPrice> {
    let family = FAMILIES.iter().find(|known| **known == family)?;
    let models = LIST.iter().filter(|listed| is_of(family, listed.name));
    models.max_by_key(|listed| listed.classes[1])
}

/// What the settings have for the model that a name means: under this very name, else under one of the same model, else, for the name of
/// a family like `opus`, under those of its models.
pub fn meant<'k, T>(model: &str, known: impl IntoIterator<Item = (&'k str, T)>) -> Vec<T> {
    let lower = model.trim().to_ascii_lowercase();
    let name = plain(&lower);
    let dashed = name.replace('.', "-");
    let (mut best, mut found) = (0, Vec::new());
    for (known, value) in known {
        let lower = known.trim().to_ascii_lowercase();
        let own = plain(&lower);
        let fit = if known == model {
            3
        } else if own.replace('.', "-") == dashed {
            2
        } else if FAMILIES.contains(&name) && is_of(name, own) {
            1
        } else {
            continue;
        };
        if fit > best {
            found.clear();
            best = fit;
        }
        if fit == best {
            found.push(value);
        }
    }
    found
}

/// The price that the settings have for the model that a name means, and its name there. Of several, that which costs most.
pub fn settings_price<'p>(
    model: &str,
    prices: &'p BTreeMap<String, ModelPrice>,
) -> Option<(&'p String, &'p ModelPrice)> {
    let known = prices.iter().map(|entry| (entry.0.as_str(), entry));
    let found = meant(model, known).into_iter();
    found.max_by_key(|(_, price)| price.highest().map(|highest| highest.picos_per_token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(model: &str) -> Option<&'static str> {
        ListedPrice::find(model).map(|listed| listed.name)
    }

    #[test]
    fn the_list_is_in_order_and_every_model_has_a_price() {
        assert!(LIST.is_sorted_by(|one, next| one.name < next.name));
        assert!((50..=80).contains(&LIST.len()), "{}", LIST.len());
        for listed in ListedPrice::all() {
            let [input, output, cache_write, cache_write_1h, cache_read] = listed.classes;
            assert!(input > Some(0) && input <= output, "{}", listed.name);
            assert!(cache_read <= input, "{}", listed.name);
            assert!(
                cache_write.is_none_or(|of| Some(of) >= input),
                "{}",
                listed.name
            );
            // Only the makers that have caches of two times state a price of the longer one.
            assert!(
                cache_write_1h.is_none_or(|of| Some(of) >= cache_write),
                "{}",
                listed.name
            );
            assert!(output <= Some(Price::MAX_PICOS), "{}", listed.name);
            assert_eq!(found(listed.name), Some(listed.name));
        }
    }

    #[test]
    fn a_model_is_found_by_every_name_that_providers_give_it() {
        for name in [
            "claude-haiku-4-5",
            "claude-haiku-4-5-20251001",
            "anthropic/claude-haiku-4-5",
            "anthropic/claude-haiku-4.5",
            "openrouter/anthropic/claude-haiku-4-5-20251001",
            "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "vertex_ai/claude-haiku-4-5@20251001",
            " Claude-Haiku-4-5-latest ",
            "claude-haiku-4-5[1m]",
        ] {
            assert_eq!(found(name), Some("claude-haiku-4-5"), "{name}");
        }
        for (name, expected) in [
            ("gpt-5.5-2026-04-23", "gpt-5.5"),
            ("openai/gpt-4.1-mini", "gpt-4.1-mini"),
            ("models/gemini-2.5-pro", "gemini-2.5-pro"),
            ("opus", "claude-opus-5"),
            ("sonnet", "claude-sonnet-4-6"),
            ("haiku", "claude-haiku-4-5"),
            ("fable", "claude-fable-5-1"),
            ("opus[1m]", "claude-opus-5"),
            ("gemini-3.1-pro", "gemini-3.1-pro-preview"),
        ] {
            assert_eq!(found(name), Some(expected), "{name}");
        }
        for name in [
            "",
            "gpt",
            "claude-haiku-4-5-2025",
            "claude-haiku-4-5-thinking",
            "claude-haiku-99",
            "opus2",
            "local/llama",
            "é",
            "-20251001",
        ] {
            assert_eq!(found(name), None, "{name}");
        }
    }

    #[test]
    fn tokens_of_unknown_classes_cost_the_most_that_they_can() {
        let most = |model, tokens| {
            let listed = ListedPrice::find(model).unwrap();
            listed.most(Tokens(tokens)).to_string()
        };
        assert_eq!(most("claude-haiku-4-5", 6_000), "$0.030");
        assert_eq!(most("gemini-2.5-pro", 200_000), "$2.000");
        // Above its step, all of it costs what a long context costs.
        assert_eq!(most("gemini-2.5-pro", 200_001), "$3.000");
        assert_eq!(most("gpt-5", u64::MAX / 2), "$92,233,720,368,547.76");
    }

    #[test]
    fn a_name_means_what_the_settings_have_for_its_model() {
        let meant = |model, known: &[&'static str]| {
            let known = known.iter().map(|name| (*name, *name));
            super::meant(model, known).join(" ")
        };
        let two = ["claude-opus-4-5", "claude-opus-5", "claude-haiku-4-5"];
        assert_eq!(meant("opus", &two), "claude-opus-4-5 claude-opus-5");
        assert_eq!(meant("Opus[1m]", &two), "claude-opus-4-5 claude-opus-5");
        assert_eq!(meant("opus", &["claude-opus-5", "opus"]), "opus");
        assert_eq!(meant("claude-opus-5-20260101", &two), "claude-opus-5");
        assert_eq!(
            meant("anthropic/claude-haiku-4.5", &two),
            "claude-haiku-4-5"
        );
        assert_eq!(meant("sonnet", &two), "");
        assert_eq!(meant("claude-opus-6", &two), "");
        assert_eq!(
            meant("opus", &["claude-3-opus-20240229"]),
            "claude-3-opus-20240229"
        );
        assert_eq!(meant("", &two), "");
    }
}
