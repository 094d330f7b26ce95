//! From records to responses: replays left out, and everything in an order that does not depend on that of the files.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use chrono::DateTime;

use super::{
    super::{Origin, RepeatedResponse, Response, Skipped, Transcripts, Unreadable},
    link::Link,
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
    merge.settle(shared);
    leave_out_replays(&mut merge, shared, &mut skipped);
    let places = Places::new(&merge, shared, agent_kinds);
    places.index(&mut merge, shared);
    // Lines of a file can have one time: then they are in their order there.
    merge.records.sort_unstable_by_key(|record| {
        let place = (record.first, record.ordinal, record.origin);
        (place, record.model, record.tokens, record.is_fast)
    });
    let mut responses = Vec::with_capacity(merge.records.len());
    // The responses of records that are repeated, by the indexes that these had before all were sorted.
    let roots = merge.repeats.iter().map(|(root, _)| (*root, 0..0));
    let mut counted: HashMap<u32, Range<u32>> = roots.collect();
    let length = |responses: &Vec<Response>| u32::try_from(responses.len()).unwrap_or(u32::MAX);
    for record in &merge.records {
        let start = length(&responses);
        responses.extend(used_in(record, &merge, &places));
        if let Some(range) = counted.get_mut(&record.parent) {
            *range = start..length(&responses);
        }
    }
    let repeats = repeats(&merge, &places, &counted);
    let key = |place: &Unreadable| (place.file.clone(), place.line);
    skipped.unreadable.sort_by_cached_key(key);
    Transcripts {
        origins: places.origins,
        models: places.models.into_keys().collect(),
        responses,
        repeats,
        skipped,
    }
}

/// The response of a record, and those of the models that advised in it.
fn used_in<'a>(
    record: &'a MergedLines,
    merge: &'a Merge,
    places: &'a Places,
) -> impl Iterator<Item = Response> + 'a {
    let response = Response {
        time: DateTime::from_timestamp_micros(record.first).unwrap_or_default(),
        origin: record.origin,
        model: record.model,
        tokens: record.counts(),
        is_fast: record.is_fast,
        cost: None,
    };
    let of_advisor = {
        let response = response.clone();
        move |advisor: &Advisor| Response {
            model: places.model(&advisor.model),
            tokens: advisor.tokens,
            is_fast: advisor.is_fast,
            ..response
        }
    };
    let advisors = merge.advisors_of(record).iter().map(of_advisor);
    let used = [response].into_iter().chain(advisors);
    used.filter(|response| response.tokens.total() > 0)
}

/// What sessions repeat, each with the response that counts in its place.
fn repeats(
    merge: &Merge,
    places: &Places,
    counted: &HashMap<u32, Range<u32>>,
) -> Vec<RepeatedResponse> {
    let mut repeats = Vec::new();
    for (root, record) in &merge.repeats {
        let mut counted = counted.get(root).cloned().unwrap_or_default();
        let of_record = used_in(record, merge, places);
        repeats.extend(of_record.map(|response| RepeatedResponse {
            response,
            counted: counted.next(),
        }));
    }
    repeats.sort_by_key(|repeat| {
        let of = &repeat.response;
        (
            of.time,
            repeat.counted,
            of.origin,
            of.model,
            of.tokens.total(),
        )
    });
    repeats
}

/// Leaves out what side conversations repeat.
///
/// A side conversation (`/btw`, a forked subagent) begins with the responses of its parent: with their message ids, but other request ids.
/// The parent's count, whichever has more output. Where the parent is not there, one of those that repeat it counts. Two responses of main
/// conversations with one message id were both billed, as it happens when a request is sent again.
fn leave_out_replays(merge: &mut Merge, shared: &SharedValues, skipped: &mut Skipped) {
    let Merge {
        records, repeats, ..
    } = merge;
    // In each message, the one that counts is the first.
    let key = |record: &MergedLines| {
        let preference = (record.is_side, record.first, record.ordinal);
        let origin = shared.origins.get(record.origin);
        let model = shared.models.get(record.model);
        let usage = (record.tokens, model, record.is_fast);
        (record.message, preference, origin, usage)
    };
    records.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
    let mut counted: Option<(Link, u32)> = None;
    // What is left out can have been repeated itself.
    let mut moved = HashMap::new();
    records.retain(|record| {
        let first = counted.filter(|(message, _)| record.message == Some(*message));
        if first.is_none() {
            counted = record.message.map(|message| (message, record.parent));
        }
        let Some((_, root)) = first else {
            return true;
        };
        if record.is_side {
            skipped.replays += 1;
            repeats.push((root, *record));
            moved.insert(record.parent, root);
        } else {
            skipped.billed_twice += 1;
        }
        !record.is_side
    });
    for (root, _) in repeats {
        *root = moved.get(root).copied().unwrap_or(*root);
    }
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
        let repeated = merge.repeats.iter().map(|(_, record)| record);
        for record in merge.records.iter().chain(repeated) {
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

    /// Gives records the indexes of what they have here.
    fn index(&self, merge: &mut Merge, shared: &SharedValues) {
        let Merge {
            records, repeats, ..
        } = merge;
        let repeated = repeats.iter_mut().map(|(_, record)| record);
        for record in records.iter_mut().chain(repeated) {
            record.origin = self.origin(record.origin);
            let model = shared.models.get(record.model);
            record.model = model.map_or(0, |model| self.model(model));
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
