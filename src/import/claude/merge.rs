//! Which lines are one response, and what it used. Lines are joined by what they have in common, however many steps that takes, and of two
//! lines the same one is preferred whichever comes first: so the order of files makes no difference.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
};

use super::{
    super::Origin,
    link::{Link, LinkHasher},
    parse::Advisor,
    shared::Shared,
};
use crate::model::TokenCounts;

/// What the lines of a response come to. Of a large history there are hundreds of thousands, so it is small.
#[derive(Clone, Copy, Debug)]
pub(super) struct MergedLines {
    /// Of the snapshot that counts.
    pub tokens: [u64; 5],
    /// When the first of its lines was written, in microseconds since 1970.
    pub first: i64,
    /// When the snapshot that counts was written.
    pub last: i64,
    /// The id of its message, where it has one of a request, too.
    pub message: Option<Link>,
    /// Indexes into the shared.
    pub model: u32,
    pub origin: u32,
    /// The number of its line among those of its file that state usage.
    pub ordinal: u32,
    /// Index into `Merge::advisors`, or [`NONE`].
    pub advisors: u32,
    /// The record that this one has become part of, or itself. Once all are settled, its index before that.
    pub parent: u32,
    pub is_fast: bool,
    /// All of its lines are of side conversations.
    pub is_side: bool,
}

/// The index of nothing.
pub(super) const NONE: u32 = u32::MAX;

/// A line, before it is joined with others of its response.
pub(super) struct FoundLine {
    pub tokens: TokenCounts,
    pub micros: i64,
    pub message: Option<Link>,
    pub model: u32,
    pub origin: u32,
    pub ordinal: u32,
    pub is_fast: bool,
    pub is_side: bool,
    pub advisors: Vec<Advisor>,
}

/// The values that records refer to.
#[derive(Default)]
pub(super) struct SharedValues {
    pub models: Shared<String>,
    pub origins: Shared<Origin>,
}

#[derive(Default)]
pub(super) struct Merge {
    links: HashMap<Link, u32, LinkHasher>,
    pub records: Vec<MergedLines>,
    advisors: Vec<Vec<Advisor>>,
    /// What a session or agent repeats of a response that counts as another's, beside the record that counts (its `parent`).
    pub repeats: Vec<(u32, MergedLines)>,
    /// The lines that were joined with others.
    pub copies: u64,
}

impl MergedLines {
    pub fn total(&self) -> u64 {
        self.tokens
            .iter()
            .fold(0, |sum, tokens| sum.saturating_add(*tokens))
    }

    pub fn counts(&self) -> TokenCounts {
        let [output, input, written, written_for_hour, cache_read] = self.tokens;
        TokenCounts {
            input,
            output,
            cache_write_5m: written,
            cache_write_1h: written_for_hour,
            cache_read,
            reasoning: 0,
        }
    }

    /// Which of two snapshots counts: streams write several, and the last one is not always the fullest.
    fn by_output(&self, other: &Self, models: &Shared<String>) -> Ordering {
        let key = |record: &Self| {
            let [output, ..] = record.tokens;
            (output, record.total(), record.last, record.tokens)
        };
        let model = |record: &Self| models.get(record.model);
        key(self)
            .cmp(&key(other))
            .then_with(|| model(self).cmp(&model(other)))
            .then(self.is_fast.cmp(&other.is_fast))
    }

    /// Which of two lines says where the response was made. That is not a side conversation if it can be otherwise, nor a session that
    /// begins with a copy of only the end of another: in the other one more comes before the line.
    fn by_origin(&self, other: &Self, origins: &Shared<Origin>) -> Ordering {
        let key = |record: &Self| (!record.is_side, record.ordinal);
        let origin = |record: &Self| Reverse(origins.get(record.origin));
        key(self)
            .cmp(&key(other))
            .then_with(|| origin(self).cmp(&origin(other)))
    }
}

impl Merge {
    /// Takes a line with all that it has in common with other lines of its response.
    pub fn add(&mut self, links: [Option<Link>; 2], line: FoundLine, shared: &SharedValues) {
        let mut joined: Option<u32> = None;
        for link in links.iter().flatten() {
            let Some(index) = self.links.get(link).copied() else {
                continue;
            };
            let root = self.root(index);
            match joined {
                Some(other) if other != root => {
                    self.join(root, other, shared);
                    self.copies += 1;
                }
                Some(_) => {}
                None => joined = Some(root),
            }
        }
        let index = self.record(line);
        let root = match joined {
            Some(root) => {
                self.join(index, root, shared);
                self.forget(index, root);
                self.copies += 1;
                root
            }
            None => index,
        };
        for link in links.into_iter().flatten() {
            self.links.insert(link, root);
        }
    }

    fn record(&mut self, line: FoundLine) -> u32 {
        let index = u32::try_from(self.records.len()).unwrap_or(NONE);
        let advisors = if line.advisors.is_empty() {
            NONE
        } else {
            self.advisors.push(line.advisors);
            u32::try_from(self.advisors.len() - 1).unwrap_or(NONE)
        };
        let tokens = line.tokens;
        self.records.push(MergedLines {
            tokens: [
                tokens.output,
                tokens.input,
                tokens.cache_write_5m,
                tokens.cache_write_1h,
                tokens.cache_read,
            ],
            first: line.micros,
            last: line.micros,
            message: line.message,
            model: line.model,
            origin: line.origin,
            ordinal: line.ordinal,
            advisors,
            parent: index,
            is_fast: line.is_fast,
            is_side: line.is_side,
        });
        index
    }

    /// Removes the record that was made last, which is now part of another.
    fn forget(&mut self, index: u32, root: u32) {
        let own = self.get(index).map_or(NONE, |record| record.advisors);
        let kept = self.get(root).map(|record| record.advisors);
        let repeated = self.repeats.last().map(|(_, record)| record.advisors);
        if own != NONE && kept != Some(own) && repeated != Some(own) {
            self.advisors.pop();
        }
        self.records.pop();
    }

    fn get(&self, index: u32) -> Option<&MergedLines> {
        self.records.get(index as usize)
    }

    fn set_parent(&mut self, index: u32, parent: u32) {
        if let Some(record) = self.records.get_mut(index as usize) {
            record.parent = parent;
        }
    }

    /// The record that one has become part of. Paths are halved on the way, so that they stay short.
    fn root(&mut self, mut index: u32) -> u32 {
        let parent = |merge: &Self, index| merge.get(index).map_or(index, |record| record.parent);
        while parent(self, index) != index {
            let next = parent(self, parent(self, index));
            self.set_parent(index, next);
            index = next;
        }
        index
    }

    /// Makes a record part of another one.
    fn join(&mut self, index: u32, root: u32, shared: &SharedValues) {
        let (Some(part), Some(whole)) = (self.get(index).copied(), self.get(root).copied()) else {
            return;
        };
        let is_of_part = part.by_origin(&whole, &shared.origins).is_gt();
        if !is_of_one_agent(&part, &whole, &shared.origins) {
            let repeat = if is_of_part { whole } else { part };
            self.repeats.push((root, repeat));
        }
        let mut joined = whole;
        joined.first = part.first.min(whole.first);
        joined.message = match (part.message, whole.message) {
            (Some(part), Some(whole)) => Some(part.min(whole)),
            (part, whole) => part.or(whole),
        };
        if part.by_output(&whole, &shared.models).is_gt() {
            joined.tokens = part.tokens;
            joined.last = part.last;
            joined.model = part.model;
            joined.is_fast = part.is_fast;
        }
        if is_of_part {
            joined.origin = part.origin;
            joined.ordinal = part.ordinal;
            joined.is_side = part.is_side;
        }
        if self.by_advisors(&part, &whole).is_gt() {
            joined.advisors = part.advisors;
        }
        if let Some(record) = self.records.get_mut(root as usize) {
            *record = joined;
        }
        self.set_parent(index, root);
    }

    /// Which of two lists of advisors counts: the one with the most tokens. The last lines of a stream have them all.
    fn by_advisors(&self, one: &MergedLines, other: &MergedLines) -> Ordering {
        let total = |advisors: &[Advisor]| {
            let tokens = advisors.iter().map(|advisor| advisor.tokens.total());
            tokens.fold(0, u64::saturating_add)
        };
        let (one, other) = (self.advisors_of(one), self.advisors_of(other));
        total(one).cmp(&total(other)).then_with(|| {
            one.iter()
                .map(Advisor::key)
                .cmp(other.iter().map(Advisor::key))
        })
    }

    /// What other models answered within a response.
    pub fn advisors_of(&self, record: &MergedLines) -> &[Advisor] {
        self.advisors
            .get(record.advisors as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// Keeps one record of each response, and frees what only served to find them.
    pub fn settle(&mut self, shared: &SharedValues) {
        self.links = HashMap::default();
        let mut repeats = std::mem::take(&mut self.repeats);
        for (record, _) in &mut repeats {
            *record = self.root(*record);
        }
        let origins = &shared.origins;
        repeats.retain(|(root, repeat)| {
            let counted = self.get(*root);
            counted.is_some_and(|counted| !is_of_one_agent(repeat, counted, origins))
        });
        // Of the lines that one agent has of a response, one snapshot counts, as in its own responses.
        repeats.sort_by(|(one_root, one), (other_root, other)| {
            one_root
                .cmp(other_root)
                .then_with(|| session_of(one, origins).cmp(&session_of(other, origins)))
                .then_with(|| other.by_output(one, &shared.models))
        });
        repeats.dedup_by(|(next_root, next), (root, repeat)| {
            root == next_root && is_of_one_agent(repeat, next, origins)
        });
        self.repeats = repeats;
        let mut index = 0;
        self.records.retain(|record| {
            let is_root = record.parent == index;
            index += 1;
            is_root
        });
    }
}

/// The session and the agent of a record.
fn session_of<'o>(record: &MergedLines, origins: &'o Shared<Origin>) -> Option<(&'o str, &'o str)> {
    let origin = origins.get(record.origin)?;
    Some((&origin.session, &origin.agent))
}

fn is_of_one_agent(one: &MergedLines, other: &MergedLines, origins: &Shared<Origin>) -> bool {
    one.origin == other.origin || session_of(one, origins) == session_of(other, origins)
}
