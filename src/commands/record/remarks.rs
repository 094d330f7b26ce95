//! What to say about what is recorded: a secret in it, a model without a price, kinds that do not add up, a hold that has ended.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::team_names::{ByTeam, TeamNames};
use crate::{
    analysis::HoldState,
    commands::{edit_session::EditSession, holds, run::Run},
    failure::Failure,
    log::{self, Column, Item},
    model::{
        Currency, Header, ListedPrice, Money, Price, TokenClasses, Tokens, Usage, settings_price,
    },
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

/// Models without a price, and kinds of tokens that are missing or do not add up.
pub fn of(new: &[Usage], log: &str, session: &EditSession) -> Vec<String> {
    let prices = &session.log.settings.policy.prices;
    let unpriced = new.iter().filter(|usage| usage.cost.is_none());
    let unpriced = unpriced.filter_map(|usage| usage.model.as_deref());
    let unpriced: BTreeSet<&str> = unpriced
        .filter(|model| !prices.contains_key(*model))
        .collect();
    let unpriced = unpriced.into_iter().take(MAX_REMARKS);
    let unpriced: Vec<&str> = unpriced.collect();
    let header = (!unpriced.is_empty()).then(|| header_of(log));
    let has_price = header.is_some_and(|(price, _)| price.is_some());
    let is_kept = unpriced.is_empty() || has_price || has_model_column(log);
    let unpriced = unpriced.into_iter().filter_map(|model| {
        let missing = without_price(model, session).or_else(|| {
            let is_needed = !has_price && has_cost_limit(session);
            is_needed.then(|| without_any_price(model))
        });
        let lost = (!is_kept).then(|| {
            format!("the log has no column `Model`, so \"{model}\" is in its notes, and a price that is set later does not reach the row")
        });
        let parts: Vec<String> = [missing, lost].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    });
    let unpriced: Vec<String> = unpriced.collect();
    let kinds: BTreeSet<String> = new
        .iter()
        .filter_map(|usage| without_kinds(usage, session).or_else(|| other_sum(usage)))
        .collect();
    let more = kinds.len().saturating_sub(MAX_REMARKS);
    let more = (more > 0).then(|| format!("and {more} more like these"));
    let kinds = kinds.into_iter().take(MAX_REMARKS).chain(more);
    unpriced
        .into_iter()
        .chain(kinds)
        .chain(at_another_price(new, log, session))
        .collect()
}

/// Whether the settings limit any cost.
fn has_cost_limit(session: &EditSession) -> bool {
    let policy = &session.log.settings.policy;
    let mut months = policy.months.values();
    let mut teams = policy.teams.iter();
    policy.cost_budget.is_some()
        || months.any(|month| month.cost.is_some())
        || teams.any(|team| team.cost.is_some())
}

/// What to do so that the cost of a model is known, where no model has a price.
fn without_any_price(model: &str) -> String {
    let listed = ListedPrice::find(model);
    let set = match listed {
        Some(listed) => format!("{}, as in the built-in list,", setting_of(model, listed)),
        None => format!("[prices.\"{model}\"] input = AMOUNT, output = AMOUNT (per 1M tokens)"),
    };
    format!(
        "the cost of the model \"{model}\" is not known, so the cost budget is not judged by it: set {set} in tokmon.toml before \
         more is recorded, or give --cost"
    )
}

/// Whether a table of usage has a column for the model.
fn has_model_column(log: &str) -> bool {
    let mut heads = log
        .lines()
        .filter(|line| line.trim_start().starts_with('|'));
    // Most logs have none: then nothing needs to be read.
    let has_word = |line: &str| line.to_ascii_lowercase().contains("model");
    if !heads.any(has_word) {
        return false;
    }
    let mut is_there = false;
    log::read_str(log, FileId::LOG, &mut |item| {
        if let Item::Table(table) = item {
            is_there |= table.role.is_usage() && table.columns.has(Column::Model);
        }
    });
    is_there
}

/// `[prices."claude-opus-5"] input = 5, output = 25`
fn setting_of(model: &str, listed: &ListedPrice) -> String {
    let (input, output) = (listed.price().input, listed.price().output);
    let [input, output] = [input, output].map(per_million);
    let (input, output) = (input.decimal(), output.decimal());
    format!("[prices.\"{model}\"] input = {input}, output = {output}")
}

fn per_million(picos: Option<u64>) -> Money {
    Money {
        nanos: i128::from(picos.unwrap_or_default()) * 1_000,
        currency: Currency::USD,
    }
}

/// The price that the header of a log states, and its model.
fn header_of(log: &str) -> (Option<Price>, Option<String>) {
    /// A header is at the start of a log.
    const HEADER: usize = 8 * 1024;
    let (mut price, mut known) = (None, None);
    let end = HEADER.min(log.len());
    let start = (0..4).find_map(|less| log.get(..end.checked_sub(less)?));
    log::read_str(start.unwrap_or_default(), FileId::LOG, &mut |item| {
        if let Item::Header(Header::Currency {
            price: of, model, ..
        }) = item
        {
            (price, known) = (price.or(of), known.take().or(model));
        }
    });
    (price, known)
}

/// That the log's price is taken for models that cost more by the built-in list, and the setting that gives them their own.
fn at_another_price(new: &[Usage], log: &str, session: &EditSession) -> Vec<String> {
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
    let (price, known) = header_of(log);
    let Some(price) = price.filter(|price: &Price| price.currency == Currency::USD) else {
        return Vec::new();
    };
    let of_log = known.as_deref().and_then(ListedPrice::find);
    let is_of_log = |listed: &ListedPrice| of_log.is_some_and(|of| of.name == listed.name);
    let dearer = listed.into_iter().filter(|(_, listed)| {
        !is_of_log(listed) && listed.price().input > Some(price.picos_per_token)
    });
    let note = |(model, listed): (&str, &ListedPrice)| {
        let (input, output) = (listed.price().input, listed.price().output);
        let [input, output] = [input, output].map(per_million);
        format!(
            "the price in the log's header is taken for the model \"{model}\", {} per 1M tokens; by the built-in list it costs \
             {input} and {output}: set {} in tokmon.toml",
            price.cost(Tokens(1_000_000)),
            setting_of(model, listed)
        )
    };
    dearer.map(note).take(MAX_REMARKS).collect()
}

/// What there is to say about holds.
#[derive(Default)]
pub struct HoldRemarks {
    pub notes: Vec<String>,
    /// The holds that usage is to end, and that the log does not have.
    pub unknown: BTreeSet<String>,
}

/// Holds that usage is to end, and that the log does not have or that have ended already; and holds of teams whose usage ends none.
pub fn of_holds(
    new: &[Usage],
    log: &str,
    session: &EditSession,
    run: &Run<'_, '_>,
) -> Result<HoldRemarks, Failure> {
    let mut remarks = HoldRemarks::default();
    if log.contains("[HOLD]") && new.iter().any(|usage| usage.hold.is_none()) {
        remarks.notes = left_open(new, log, session, run)?;
    }
    let held = new.iter().filter_map(|usage| usage.hold.clone());
    let held: BTreeSet<String> = held.collect();
    let held: Vec<String> = held.into_iter().collect();
    if held.is_empty() {
        return Ok(remarks);
    }
    let (opened, options) = (Opened::Memory(log.into()), run.judge_options()?);
    // A log of which nothing else can be read has no hold either.
    let states = session::hold_states(&session.log, opened, &held, &options);
    let states = states.unwrap_or_default().into_iter().map(Some);
    let states = states.chain(std::iter::repeat(None));
    let names = TeamNames::of(&session.log.settings.policy.teams);
    let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
    for usage in new {
        if let Some(id) = usage.hold.as_deref() {
            users.entry(id).or_default().push(&usage.team);
        }
    }
    let mut unknown = BTreeSet::new();
    let notes = held.iter().zip(states).filter_map(|(id, found)| {
        let (state, team) = found.unwrap_or((HoldState::Unknown, None));
        if state == HoldState::Unknown {
            unknown.insert(id.clone());
        }
        if state != HoldState::Live {
            let unknown = || format!("the log has no hold with the id {id}, so none ends");
            return Some(holds::ended(id, state, options.now).unwrap_or_else(unknown));
        }
        let team = team?;
        let mut users = users.get(id.as_str())?.iter();
        let other = users.find(|user| !names.is_same(&team, user))?;
        Some(format!(
            "the hold {id} of {team} ends with usage of {other}"
        ))
    });
    let notes: Vec<String> = notes.collect();
    remarks.notes.extend(notes.into_iter().take(MAX_REMARKS));
    remarks.unknown = unknown;
    Ok(remarks)
}

/// The teams whose usage ends no hold although they have exactly one, which then stays reserved beside what is used.
fn left_open(
    new: &[Usage],
    log: &str,
    session: &EditSession,
    run: &Run<'_, '_>,
) -> Result<Vec<String>, Failure> {
    let (opened, options) = (Opened::Memory(log.into()), run.judge_options()?);
    let holds = session::open_holds(&session.log, opened, &options).unwrap_or_default();
    let teams = new.iter().filter(|usage| usage.hold.is_none());
    let teams: BTreeSet<&str> = teams.map(|usage| usage.team.as_str()).collect();
    let names = TeamNames::of(&session.log.settings.policy.teams);
    let mut by_team = ByTeam::new(&names);
    for (id, team) in &holds {
        by_team.insert(team, id.as_str());
    }
    let ended = new.iter().filter_map(|usage| usage.hold.as_deref());
    let ended: HashSet<&str> = ended.collect();
    let notes = teams.into_iter().filter_map(|team| {
        let mut own = by_team.find(team);
        let (id, None) = (own.next()?, own.next()) else {
            return None;
        };
        let is_left = !ended.contains(id);
        is_left.then(|| format!("{team} has a hold, which stays: end it with --ends-hold {id}"))
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
    if let Some((known, _)) = settings_price(model, prices) {
        return Some(format!(
            "[prices] in tokmon.toml has no price for the model \"{model}\": rows take the price of their exact name, not that of \
             \"{known}\""
        ));
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
