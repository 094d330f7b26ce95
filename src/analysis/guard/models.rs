//! Which tier a model is of, and which cheaper models of its provider may take its place.

use crate::model::{GuardPolicy, ListedPrice, ModelTier, meant};

/// A provider's models, by the words of their names.
struct Family {
    /// A word that the names begin with, or that alone is the name of a model.
    words: &'static [&'static str],
    /// Words that decide the tier, the first one that a name has.
    tiers: &'static [(&'static str, ModelTier)],
    /// The tier of a name with none of these words.
    otherwise: Option<ModelTier>,
    /// The word that stands for each tier in the name of a model of the same version.
    marks: [(ModelTier, &'static str); 3],
    /// The models to fall back to in each tier, the preferred ones first.
    fallbacks: [(ModelTier, &'static [&'static str]); 3],
}

use ModelTier::{Bottom, Middle, Top};

const FAMILIES: [Family; 3] = [
    Family {
        words: &["claude", "opus", "sonnet", "haiku", "fable", "mythos"],
        tiers: &[
            ("opus", Top),
            ("fable", Top),
            ("mythos", Top),
            ("sonnet", Middle),
            ("haiku", Bottom),
        ],
        otherwise: None,
        marks: [(Bottom, "haiku"), (Middle, "sonnet"), (Top, "opus")],
        fallbacks: [
            (Bottom, &["claude-haiku-5-5", "claude-haiku-4-5"]),
            (Middle, &["claude-sonnet-5-5", "claude-sonnet-4-6"]),
            (Top, &["claude-opus-5-5"]),
        ],
    },
    Family {
        words: &["gpt", "o1", "o3", "o4"],
        tiers: &[
            ("nano", Bottom),
            ("luna", Bottom),
            ("mini", Middle),
            ("terra", Middle),
        ],
        otherwise: Some(Top),
        marks: [(Bottom, "luna"), (Middle, "terra"), (Top, "sol")],
        fallbacks: [
            (Bottom, &["gpt-6-luna", "gpt-5-nano"]),
            (Middle, &["gpt-6.1-terra", "gpt-5-mini"]),
            (Top, &["gpt-6.1-sol"]),
        ],
    },
    Family {
        words: &["gemini"],
        tiers: &[
            ("lite", Bottom),
            ("flash", Middle),
            ("hydrogen", Middle),
            ("pro", Top),
            ("argon", Top),
        ],
        otherwise: None,
        marks: [(Bottom, "flash-lite"), (Middle, "flash"), (Top, "pro")],
        fallbacks: [
            (
                Bottom,
                &[
                    "gemini-3.5-flash-lite",
                    "gemini-3.1-flash-lite",
                    "gemini-2.5-flash-lite",
                ],
            ),
            (Middle, &["gemini-3.8-flash", "gemini-2.5-flash"]),
            (Top, &["gemini-4-argon"]),
        ],
    },
];

/// The longest name that is looked at, in bytes.
const MAX_NAME: usize = 200;

/// A name in lower case, without what gateways and dates add to it.
pub(super) fn plain(model: &str) -> String {
    let model = model.get(..MAX_NAME).unwrap_or(model).trim();
    ListedPrice::plain_name(&model.to_ascii_lowercase()).to_owned()
}

/// What a gateway has in front of a name, up to a slash. None where it spells ids in another way, so that no other can be made of one:
/// `us.anthropic.claude-haiku-4-5-20251001-v1:0`, `claude-haiku-4-5@20251001`.
fn prefix(model: &str) -> Option<&str> {
    let (prefix, id) = match model.rfind('/') {
        Some(at) => model.split_at_checked(at + 1)?,
        None => ("", model),
    };
    let id = id.trim().to_ascii_lowercase();
    let behind = id.strip_prefix(&plain(model))?;
    (!behind.contains(['@', ':'])).then_some(prefix)
}

/// The words of a plain name.
fn words(model: &str) -> Vec<String> {
    let model = plain(model);
    let words = model.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}

fn family(words: &[String]) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| {
        let mut known = family.words.iter();
        known.any(|known| words.iter().any(|word| word == known))
    })
}

/// The tier of a model: by the settings, else by its name. None for one that neither knows.
pub(super) fn known_tier(model: &str, policy: &GuardPolicy) -> Option<ModelTier> {
    let named = policy.tiers.iter().flat_map(|(tier, models)| {
        let models = models.iter();
        models.map(|name| (name.as_str(), *tier))
    });
    if let Some(tier) = meant(model, named).into_iter().max() {
        return Some(tier);
    }
    let words = words(model);
    let family = family(&words)?;
    let mut tiers = family.tiers.iter();
    let tier = tiers.find(|(known, _)| words.iter().any(|word| word == known));
    tier.map(|(_, tier)| *tier).or(family.otherwise)
}

/// The models of a tier that may take the place of a model, the preferred ones first: those of the settings, else that of the same
/// generation, then the newest ones of its provider.
pub(super) fn fallbacks(model: &str, tier: ModelTier, policy: &GuardPolicy) -> Vec<String> {
    let own_words = words(model);
    let own = family(&own_words);
    let is_alike = |name: &&String| match (own, family(&words(name))) {
        (Some(own), Some(other)) => own.words == other.words,
        (None, None) => true,
        _ => false,
    };
    let configured = policy.tiers.get(&tier).into_iter().flatten();
    let configured: Vec<String> = configured.filter(is_alike).cloned().collect();
    if !configured.is_empty() {
        return configured;
    }
    let Some(own) = own else {
        return Vec::new();
    };
    // A name of a single word, as `opus`, is an alias; so is what takes its place.
    if let [alias] = own_words.as_slice()
        && own.tiers.iter().any(|(word, _)| word == alias)
    {
        let aliases = own.tiers.iter().filter(|(_, of)| *of == tier);
        return aliases.map(|(word, _)| (*word).to_owned()).collect();
    }
    let names = own.names(tier).iter().map(|name| (*name).to_owned());
    let names = own
        .same_generation(&own_words, tier)
        .into_iter()
        .chain(names);
    let Some(prefix) = prefix(model) else {
        return Vec::new();
    };
    names.map(|name| format!("{prefix}{name}")).collect()
}

impl Family {
    fn names(&self, tier: ModelTier) -> &'static [&'static str] {
        let mut fallbacks = self.fallbacks.iter();
        let of_tier = fallbacks.find(|(of, _)| *of == tier);
        of_tier.map_or(&[], |(_, names)| names)
    }

    /// The model of a tier with the same version: `claude-haiku-4-5` for `claude-opus-4-5`. Only one that is listed, or of a version
    /// of a single number, as in `claude-opus-5`.
    fn same_generation(&self, words: &[String], tier: ModelTier) -> Option<String> {
        let name: Vec<&str> = words.iter().map(String::as_str).collect();
        let at = name
            .iter()
            .position(|word| self.tiers.iter().any(|(mark, _)| mark == word))?;
        let (_, marks) = self.marks.iter().find(|(of, _)| *of == tier)?;
        let (before, after) = name.split_at_checked(at)?;
        let after = after.get(1..)?;
        let is_major = matches!(after, [major] if major.bytes().all(|b| b.is_ascii_digit()));
        let is_number = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
        let version: Vec<&str> = before.iter().copied().filter(is_number).collect();
        let named: Vec<&str> = before
            .iter()
            .copied()
            .filter(|word| !is_number(word))
            .collect();
        // `gemini-2.5-pro` has its version in front, with a dot.
        let mut parts: Vec<String> = named.iter().map(|word| (*word).to_owned()).collect();
        if !version.is_empty() {
            parts.push(version.join("."));
        }
        parts.push((*marks).to_owned());
        parts.extend(after.iter().map(|word| (*word).to_owned()));
        let name = parts.join("-");
        (is_major || is_listed(&name)).then_some(name)
    }
}

/// A model of each provider that is typical of a tier, whose prices are those of the tier.
pub(super) fn typical(tier: ModelTier) -> impl Iterator<Item = &'static str> {
    let fallbacks = FAMILIES.iter().flat_map(|family| family.fallbacks);
    let of_tier = fallbacks.filter(move |(of, _)| *of == tier);
    of_tier.filter_map(|(_, names)| names.first().copied())
}

/// Whether a model of this very name is in the list of prices.
fn is_listed(model: &str) -> bool {
    ListedPrice::find(model).is_some_and(|listed| listed.name == model)
}
