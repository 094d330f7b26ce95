//! What to say about what is recorded: a secret in it, a model without a price, kinds that do not add up, a hold that is not there any more.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};

use crate::{
    commands::edit_session::EditSession,
    log::{self, Item},
    model::{LineEvent, TokenClasses, Tokens, Usage},
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

/// Models without a price although models have prices, kinds of tokens that are missing or do not add up, and holds that the log does
/// not have.
pub fn of(new: &[Usage], log: &str, session: &EditSession) -> Vec<String> {
    let unpriced = new.iter().filter(|usage| usage.cost.is_none());
    let unpriced = unpriced.filter_map(|usage| usage.model.as_deref());
    let unpriced = unpriced.filter_map(|model| without_price(model, session));
    let held: BTreeSet<&str> = new
        .iter()
        .filter_map(|usage| usage.hold.as_deref())
        .collect();
    let held = held
        .into_iter()
        .filter_map(|id| not_held(id, log, session.now));
    let unpriced: BTreeSet<String> = unpriced.collect();
    let unpriced = unpriced.into_iter().take(MAX_REMARKS);
    let kinds: BTreeSet<String> = new
        .iter()
        .filter_map(|usage| without_kinds(usage, session).or_else(|| other_sum(usage)))
        .collect();
    let more = kinds.len().saturating_sub(MAX_REMARKS);
    let more = (more > 0).then(|| format!("and {more} more like these"));
    let kinds = kinds.into_iter().take(MAX_REMARKS).chain(more);
    let unpriced = unpriced.chain(kinds);
    unpriced.chain(held.take(MAX_REMARKS)).collect()
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

/// Why no hold with an id ends: the log has none, or it has ended already.
fn not_held(id: &str, log: &str, now: DateTime<FixedOffset>) -> Option<String> {
    let mut until = None;
    let mut is_freed = false;
    // Only lines with the id are read: a log has thousands of lines.
    let has_id = |line: &&str| line.contains(id);
    for line in log.lines().filter(has_id) {
        let is_event = line.starts_with("[HOLD]") || line.starts_with("[FREE]");
        if !is_event && !line.starts_with("[USE]") {
            continue;
        }
        let text = format!("{line}\n");
        log::read_str(text, FileId::LOG, &mut |item| match item {
            Item::Line {
                event: LineEvent::Hold(hold),
                ..
            } if hold.id == id => {
                until.get_or_insert(hold.until);
            }
            Item::Line {
                event: LineEvent::Free(freed),
                ..
            } => is_freed |= freed == id,
            Item::Usage(entry) => is_freed |= entry.hold.as_deref() == Some(id),
            _ => {}
        });
    }
    match until {
        None => Some(format!(
            "the log has no hold with the id {id}, so none ends"
        )),
        Some(_) if is_freed => Some(format!("the hold {id} has ended already")),
        Some(until) if until <= now => {
            let until = until.with_timezone(now.offset()).format("%Y-%m-%d %H:%M");
            Some(format!("the hold {id} ended by itself at {until}"))
        }
        Some(_) => None,
    }
}
