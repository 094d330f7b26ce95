//! What to say about what is recorded: a secret in it, a model without a price, kinds that do not add up, a hold that has ended.

use std::collections::BTreeSet;

use super::ids::is_same_team;
use crate::{
    analysis::HoldState,
    commands::{edit_session::EditSession, guard::options, holds, run::Run},
    failure::Failure,
    log::{self, Item},
    model::{Currency, Header, ListedPrice, Money, Price, TokenClasses, Tokens, Usage},
    session,
    store::Opened,
    text::{self, FileId},
};

/// The maximum number of remarks of a kind.
const MAX_REMARKS: usize = 5;

/// The longest name of a model that another one may be meant by, in bytes.
const MAX_NAME: usize = 64;

/// The secret in the lines that are written, which is a finding of the log from now on.
pub fn secret(lines: &str, session: &EditSession) -> Option<String> {
    let secrets = text::secrets(lines);
    let name = secrets.first()?.name;
    let log = &session.log.shown;
    Some(format!(
        "{name} is among what is written into {log}: revoke it, and see `tokmon check --explain TM029`"
    ))
}

/// Models without a price although models have prices, and kinds of tokens that are missing or do not add up.
pub fn of(new: &[Usage], log: &str, session: &EditSession) -> Vec<String> {
    let unpriced = new.iter().filter(|usage| usage.cost.is_none());
    let unpriced = unpriced.filter_map(|usage| usage.model.as_deref());
    let unpriced = unpriced.filter_map(|model| without_price(model, session));
    let unpriced: BTreeSet<String> = unpriced.collect();
    let unpriced = unpriced.into_iter().take(MAX_REMARKS);
    let kinds: BTreeSet<String> = new
        .iter()
        .filter_map(|usage| without_kinds(usage, session).or_else(|| other_sum(usage)))
        .collect();
    let more = kinds.len().saturating_sub(MAX_REMARKS);
    let more = (more > 0).then(|| format!("and {more} more like these"));
    let kinds = kinds.into_iter().take(MAX_REMARKS).chain(more);
    unpriced
        .chain(kinds)
        .chain(at_another_price(new, log, session))
        .collect()
}

/// That the log's price is taken for models that cost more by the built-in list, and which setting tells them apart.
fn at_another_price(new: &[Usage], log: &str, session: &EditSession) -> Vec<String> {
    /// A header is at the start of a log.
    const HEADER: usize = 8 * 1024;
    let prices = &session.log.settings.policy.prices;
    let unpriced = new.iter().filter(|usage| usage.cost.is_none());
    let models = unpriced.filter_map(|usage| usage.model.as_deref());
    let models: BTreeSet<&str> = models
        .filter(|model| !prices.contains_key(*model))
        .collect();
    let listed = models.into_iter();
    let listed: Vec<(&str, &ListedPrice)> = listed
        .filter_map(|model| Some((model, ListedPrice::find(model)?)))
        .collect();
    if listed.is_empty() {
        return Vec::new();
    }
    let (mut price, mut known) = (None, None);
    let end = HEADER.min(log.len());
    let start = (0..4).find_map(|less| log.get(..end.checked_sub(less)?));
    let start = start.unwrap_or_default();
    log::read_str(start, FileId::LOG, &mut |item| {
        if let Item::Header(Header::Currency {
            price: of, model, ..
        }) = item
        {
            (price, known) = (price.or(of), known.take().or(model));
        }
    });
    let Some(price) = price.filter(|price: &Price| price.currency == Currency::USD) else {
        return Vec::new();
    };
    let of_log = known.as_deref().and_then(ListedPrice::find);
    let is_of_log = |listed: &ListedPrice| of_log.is_some_and(|of| of.name == listed.name);
    let dearer = listed.into_iter().filter(|(_, listed)| {
        !is_of_log(listed) && listed.price().input > Some(price.picos_per_token)
    });
    let note = |(model, listed): (&str, &ListedPrice)| {
        let per_million = |picos: Option<u64>| Money {
            nanos: i128::from(picos.unwrap_or_default()) * 1_000,
            currency: Currency::USD,
        };
        let (input, output) = (listed.price().input, listed.price().output);
        let [input, output] = [input, output].map(per_million);
        format!(
            "the price in the log's header is taken for the model \"{model}\", {} per 1M tokens; by the built-in list it costs \
             {input} and {output}: set [prices.\"{model}\"] input = {}, output = {} in tokmon.toml",
            price.cost(Tokens(1_000_000)),
            input.decimal(),
            output.decimal()
        )
    };
    dearer.map(note).take(MAX_REMARKS).collect()
}

/// Holds that usage is to end, and that the log does not have or that have ended already.
pub fn of_holds(
    new: &[Usage],
    log: &str,
    session: &EditSession,
    run: &Run<'_, '_>,
) -> Result<Vec<String>, Failure> {
    let held = new.iter().filter_map(|usage| usage.hold.clone());
    let held: BTreeSet<String> = held.collect();
    let held: Vec<String> = held.into_iter().collect();
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let (opened, options) = (Opened::Memory(log.into()), options(run)?);
    // A log of which nothing else can be read has no hold either.
    let states = session::hold_states(&session.log, opened, &held, &options);
    let states = states.unwrap_or_default().into_iter().map(Some);
    let states = states.chain(std::iter::repeat(None));
    let notes = held.iter().zip(states).filter_map(|(id, found)| {
        let (state, team) = found.unwrap_or((HoldState::Unknown, None));
        if state != HoldState::Live {
            let unknown = || format!("the log has no hold with the id {id}, so none ends");
            return Some(holds::ended(id, state, options.now).unwrap_or_else(unknown));
        }
        let mut users = new.iter().filter(|usage| usage.hold.as_ref() == Some(id));
        let other = users.find(|usage| {
            let is_own = |team: &String| is_same_team(team, &usage.team, session);
            !team.as_ref().is_none_or(is_own)
        });
        let (other, team) = (&other?.team, team?);
        Some(format!(
            "the hold {id} of {team} ends with usage of {other}"
        ))
    });
    Ok(notes.take(MAX_REMARKS).collect())
}

/// Why the price of its model does not give the cost: it is by kind of token.
fn without_kinds(usage: &Usage, session: &EditSession) -> Option<String> {
    let model = usage.model.as_deref().filter(|_| usage.cost.is_none())?;
    let price = session.log.settings.policy.prices.get(model)?;
    let (tokens, classes) = (usage.tokens, usage.classes);
    if price.cost(tokens, classes).is_some() {
        return None;
    }
    let by_kind = format!("the model \"{model}\" is priced by kind of token");
    if classes.input.or(classes.output).is_none() {
        return Some(format!(
            "{by_kind}: give --input-tokens and --output-tokens"
        ));
    }
    let rest = tokens.saturating_sub(counted(classes));
    if rest > Tokens::ZERO && price.any.is_none() {
        let beside = classes
            .cache_read
            .map_or("", |_| "; those read from a cache come beside --tokens");
        return Some(format!(
            "{by_kind}, and {rest} of {tokens} tokens of id {} have no kind{beside}",
            usage.id
        ));
    }
    let prices = [
        price.input,
        price.output,
        price.cache_write,
        price.cache_read,
    ];
    let mut kinds = classes.by_key().into_iter().zip(prices);
    let is_unpriced = |tokens: Option<Tokens>| tokens.is_some_and(|tokens| tokens > Tokens::ZERO);
    let missing = kinds.find(|((_, tokens), price)| price.is_none() && is_unpriced(*tokens));
    let ((kind, _), _) = missing?;
    Some(format!(
        "[prices] in tokmon.toml has no price of `{kind}` tokens for the model \"{model}\""
    ))
}

/// The tokens of known kinds that count: those read from a cache come beside them.
fn counted(classes: TokenClasses) -> Tokens {
    let counted = [classes.input, classes.output, classes.cache_write];
    counted.into_iter().flatten().sum()
}

/// That the tokens are not the sum of their kinds. Whether tokens of a cache are counted is for the caller to say.
fn other_sum(usage: &Usage) -> Option<String> {
    let (tokens, classes) = (usage.tokens, usage.classes);
    classes.input.or(classes.output)?;
    let (sum, read) = (counted(classes), classes.cache_read.unwrap_or_default());
    let without = sum.saturating_sub(classes.cache_write.unwrap_or_default());
    let mut sums = [sum, without].into_iter();
    let is_sum = sums.any(|sum| tokens == sum || tokens == sum.saturating_add(read));
    (!is_sum).then(|| {
        format!(
            "{tokens} tokens are recorded for id {}, not the {sum} that their kinds add up to",
            usage.id
        )
    })
}

fn without_price(model: &str, session: &EditSession) -> Option<String> {
    let prices = &session.log.settings.policy.prices;
    if prices.is_empty() || prices.contains_key(model) {
        return None;
    }
    let near = prices
        .keys()
        .filter(|known| known.len().max(model.len()) <= MAX_NAME)
        .map(|known| (strsim::damerau_levenshtein(known, model), known))
        .min()
        .filter(|(distance, known)| distance * 3 <= known.len());
    let meant = near.map(|(_, known)| format!("; did you mean \"{known}\"?"));
    let meant = meant.unwrap_or_default();
    Some(format!(
        "[prices] in tokmon.toml has no price for the model \"{model}\"{meant}"
    ))
}
