//! What to say about what is recorded: a secret in it, a model without a price, a hold that is not there.

use std::collections::BTreeSet;

use crate::{commands::edit_session::EditSession, model::Usage, text};

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

/// Models without a price although models have prices, and holds that the log does not have.
pub fn of(new: &[Usage], log: &str, session: &EditSession) -> Vec<String> {
    let unpriced = new.iter().filter(|usage| usage.cost.is_none());
    let unpriced = unpriced.filter_map(|usage| usage.model.as_deref());
    let unpriced = unpriced.filter_map(|model| without_price(model, session));
    let held: BTreeSet<&str> = new
        .iter()
        .filter_map(|usage| usage.hold.as_deref())
        .collect();
    let held = held.into_iter().filter(|id| !is_held(id, log));
    let held = held.map(|id| format!("the log has no hold with the id {id}, so none ends"));
    let unpriced: BTreeSet<String> = unpriced.collect();
    let unpriced = unpriced.into_iter().take(MAX_REMARKS);
    unpriced.chain(held.take(MAX_REMARKS)).collect()
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

/// Whether a hold with an id is in the log.
fn is_held(id: &str, log: &str) -> bool {
    let holds = log.lines().filter(|line| line.starts_with("[HOLD]"));
    let forms = [format!("id={id}"), format!("id=\"{id}\"")];
    let mut words = holds.flat_map(str::split_whitespace);
    words.any(|word| forms.iter().any(|form| form == word))
}
