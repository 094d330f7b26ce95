//! From records to responses: replays left out, and everything in an order that does not depend on that of the files.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::{
    super::{Origin, Response, Skipped, Transcripts, Unreadable},
    merge::{Merge, MergedLines, SharedValues},
    parse::Advisor,
};

/// All responses of the records.
pub(super) fn finish(
    mut merge: Merge,
    shared: &SharedValues,
    agent_kinds: &BTreeMap<String, String>,
    mut skipped: Skipped,
) -> Transcripts {
    merge.settle();
    leave_out_replays(&mut merge.records, shared, &mut skipped);
    let places = Places::new(&merge, shared, agent_kinds);
    for record in &mut merge.records {
        record.origin = places.origin(record.origin);
        let model = shared.models.get(record.model);
        record.model = model.map_or(0, |model| places.model(model));
    }
    // Lines of a file can have one time: then they are in their order there.
    merge.records.sort_unstable_by_key(|record| {
        let place = (record.first, record.ordinal, record.origin);
        (place, record.model, record.tokens, record.is_fast)
    });
    let mut responses = Vec::with_capacity(merge.records.len());
    for record in &merge.records {
        let response = Response {
            time: DateTime::from_timestamp_micros(record.first).unwrap_or_default(),
            origin: record.origin,
            model: record.model,
            tokens: record.counts(),
            is_fast: record.is_fast,
            cost: None,
        };
        let of_advisor = |advisor: &Advisor| Response {
            model: places.model(&advisor.model),
            tokens: advisor.tokens,
            is_fast: advisor.is_fast,
            ..response
        };
        let advisors = merge.advisors_of(record).iter().map(of_advisor);
        let used = [response.clone()].into_iter().chain(advisors);
        responses.extend(used.filter(|response| response.tokens.total() > 0));
    }
    let key = |place: &Unreadable| (place.file.clone(), place.line);
    skipped.unreadable.sort_by_cached_key(key);
    Transcripts {
        origins: places.origins,
        models: places.models.into_keys().collect(),
        responses,
        skipped,
    }
}

/// Leaves out what side conversations repeat.
///
/// A side conversation (`/btw`, a forked subagent) begins with the responses of its parent: with their message ids, but other request ids.
/// The parent's count, whichever has more output. Where the parent is not there, one of those that repeat it counts. Two responses of main
/// conversations with one message id were both billed, as it happens when a request is sent again.
fn leave_out_replays(records: &mut Vec<MergedLines>, shared: &SharedValues, skipped: &mut Skipped) {
    // In each message, the one that counts is the first.
    let key = |record: &MergedLines| {
        let preference = (record.is_side, record.first, record.ordinal);
        let origin = shared.origins.get(record.origin);
        let model = shared.models.get(record.model);
        let usage = (record.tokens, model, record.is_fast);
        (record.message, preference, origin, usage)
    };
    records.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
    let mut last = None;
    records.retain(|record| {
        let is_repeated = record.message.is_some() && last == record.message;
        last = record.message;
        if is_repeated && record.is_side {
            skipped.replays += 1;
        } else if is_repeated {
            skipped.billed_twice += 1;
        }
        !(is_repeated && record.is_side)
    });
}

/// The origins and models that responses have, sorted.
struct Places {
    origins: Vec<Origin>,
    /// The new indexes of origins, by the old ones.
    indexes: BTreeMap<u32, u32>,
    models: BTreeMap<String, u32>,
}

impl Places {
    fn new(merge: &Merge, shared: &SharedValues, agent_kinds: &BTreeMap<String, String>) -> Self {
        let mut named = BTreeMap::new();
        let mut models = BTreeMap::new();
        for record in &merge.records {
            if let Some(origin) = shared.origins.get(record.origin) {
                named
                    .entry(record.origin)
                    .or_insert_with(|| name(origin, agent_kinds));
            }
            let advisors = merge.advisors_of(record).iter();
            let advisors = advisors.map(|advisor| &advisor.model);
            for model in shared.models.get(record.model).into_iter().chain(advisors) {
                if !models.contains_key(model) {
                    models.insert(model.clone(), 0);
                }
            }
        }
        for (index, number) in (0..).zip(models.values_mut()) {
            *number = index;
        }
        let mut origins: Vec<_> = named.values().cloned().collect();
        origins.sort_unstable();
        origins.dedup();
        let indexes = named.into_iter().map(|(old, origin)| {
            let new = origins.binary_search(&origin).unwrap_or_default();
            (old, u32::try_from(new).unwrap_or(u32::MAX))
        });
        let indexes = indexes.collect();
        Self {
            origins,
            indexes,
            models,
        }
    }

    fn origin(&self, old: u32) -> u32 {
        self.indexes.get(&old).copied().unwrap_or_default()
    }

    fn model(&self, name: &str) -> u32 {
        self.models.get(name).copied().unwrap_or_default()
    }
}

/// An origin with the kind of its agent, also where the file of the agent says it, and another one has its lines.
fn name(origin: &Origin, agent_kinds: &BTreeMap<String, String>) -> Origin {
    let mut origin = origin.clone();
    if origin.agent_name == origin.agent
        && let Some(kind) = agent_kinds.get(&origin.agent)
    {
        origin.agent_name.clone_from(kind);
    }
    origin
}
