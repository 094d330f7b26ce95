//! Units of import: what one agent used in one session on one day. A unit has an id that every run gives it, whatever files are there.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

use super::{ImportSource, Origin, Response, Transcripts};
use crate::model::{TokenCounts, Tokens};

/// The number of letters of a hash in an id, 50 bits: that two of a million units share one has a chance of 1 in 2,000.
const LETTERS: usize = 10;

/// What one agent used in one session on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// What names it in the log: `cc-u7k2m9qw4r`.
    pub id: String,
    pub source: ImportSource,
    /// By the clocks of the import's zone.
    pub day: NaiveDate,
    /// Where its first response comes from: an index into [`Transcripts::origins`].
    pub origin: u32,
    /// In the order of their times: indexes into [`Transcripts::responses`].
    pub responses: Vec<u32>,
    /// What it repeats of other units, in the order of their times: indexes into [`Transcripts::repeats`].
    pub repeats: Vec<u32>,
    /// When its last response began, by the clocks of the zone.
    pub last: DateTime<FixedOffset>,
    /// Without those that it repeats.
    pub tokens: TokenCounts,
    /// What its id counts of those that it repeats.
    repeated: Tokens,
    /// The model that used most: an index into [`Transcripts::models`].
    pub model: u32,
}

/// What is used, by units.
#[derive(Clone, Debug, Default)]
pub struct FoundUnits {
    /// By day, then in the order of their first responses. None is without responses.
    pub units: Vec<Unit>,
    /// Those that only repeat what others have.
    pub repeating: Vec<Unit>,
}

/// A response in the history of a unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct PastResponse<'t> {
    pub response: &'t Response,
    /// Which response counts: itself, or one of another unit, which it repeats. An index into [`Transcripts::responses`]; none where
    /// that is left out.
    pub counted: Option<u32>,
    pub is_repeat: bool,
}

impl Unit {
    pub fn origin<'t>(&self, transcripts: &'t Transcripts) -> Option<&'t Origin> {
        transcripts.origins.get(self.origin as usize)
    }

    pub fn model<'t>(&self, transcripts: &'t Transcripts) -> &'t str {
        let model = transcripts.models.get(self.model as usize);
        model.map_or("", String::as_str)
    }

    pub fn responses<'t>(
        &self,
        transcripts: &'t Transcripts,
    ) -> impl Iterator<Item = &'t Response> {
        let indexes = self.responses.iter();
        indexes.filter_map(|index| transcripts.responses.get(*index as usize))
    }

    /// What its id counts: all but what was read from a cache, whatever counts against the budget. That includes what the unit repeats of
    /// others, so that it stays the same whether or not these are read.
    pub fn total(&self) -> Tokens {
        chained(&self.tokens).saturating_add(self.repeated)
    }

    /// All that its transcripts have of it, in the order of their times.
    pub(super) fn history<'t>(&self, transcripts: &'t Transcripts) -> Vec<PastResponse<'t>> {
        let repeats = self.repeats.iter();
        let repeats = repeats.filter_map(|index| transcripts.repeats.get(*index as usize));
        let repeats = repeats.map(|repeat| PastResponse {
            response: &repeat.response,
            counted: repeat.counted,
            is_repeat: true,
        });
        let own = self.responses.iter().filter_map(|index| {
            let response = transcripts.responses.get(*index as usize)?;
            Some(PastResponse {
                response,
                counted: Some(*index),
                is_repeat: false,
            })
        });
        let mut history: Vec<PastResponse<'t>> = repeats.chain(own).collect();
        // A session begins with what it repeats.
        history.sort_by_key(|past| past.response.time);
        history
    }

    /// What the log calls its work: what the file says, else the source and the beginning of the session's id. An id that its program
    /// made of anything else than digits could be a title or a path; the unit's own stands for it.
    pub fn task(&self, transcripts: &Transcripts) -> String {
        let origin = self.origin(transcripts);
        if let Some(task) = origin.and_then(|origin| origin.task.clone()) {
            return task;
        }
        let session = origin.map_or("", |origin| origin.session.as_str());
        let digits = session.chars().filter(|c| *c != '-').take(8);
        let digits: String = digits.collect();
        let is_made_here = matches!(self.source, ImportSource::Jsonl | ImportSource::Ccusage);
        let is_number = session.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
        let of_unit = self.id.chars().skip(self.source.prefix().len() + 1).take(8);
        let shown = if is_number && !is_made_here && !digits.is_empty() {
            digits.to_ascii_lowercase()
        } else {
            of_unit.collect()
        };
        format!("{} {shown}", self.source)
    }
}

/// The tokens that the totals of ids are made of.
pub(super) const fn chained(tokens: &TokenCounts) -> Tokens {
    let read = tokens.input.saturating_add(tokens.cache_write());
    Tokens(read.saturating_add(tokens.output))
}

/// The units of some responses. `clock` gives the time that the clocks of the zone show.
pub fn units(
    source: ImportSource,
    transcripts: &Transcripts,
    clock: &dyn Fn(DateTime<Utc>) -> DateTime<FixedOffset>,
) -> FoundUnits {
    let mut sorter = UnitSorter {
        source,
        transcripts,
        clock: QuarterClock {
            clock,
            offsets: HashMap::new(),
        },
        units: Vec::new(),
        known: HashMap::new(),
    };
    let mut order: Vec<u32> = (0..).take(transcripts.responses.len()).collect();
    let time = |index: &u32| transcripts.responses.get(*index as usize).map(|of| of.time);
    // They stand in this order, which a file with wrong times must not break.
    order.sort_by_key(time);
    for index in order {
        if let Some(response) = transcripts.responses.get(index as usize)
            && let Some((unit, local)) = sorter.unit_of(response)
        {
            unit.responses.push(index);
            unit.last = local;
            unit.tokens += response.tokens;
        }
    }
    for (index, repeat) in (0..).zip(&transcripts.repeats) {
        if let Some((unit, _)) = sorter.unit_of(&repeat.response) {
            unit.repeats.push(index);
            unit.repeated = unit
                .repeated
                .saturating_add(chained(&repeat.response.tokens));
        }
    }
    let mut units = sorter.units;
    for unit in &mut units {
        let used = unit.responses(transcripts);
        let used = used.map(|response| (response.model, &response.tokens));
        unit.model = largest_model(used).unwrap_or(unit.model);
    }
    units.sort_by_key(|unit| unit.day);
    let (units, repeating) = units
        .into_iter()
        .partition(|unit| !unit.responses.is_empty());
    FoundUnits { units, repeating }
}

/// Finds the units of responses.
struct UnitSorter<'t> {
    source: ImportSource,
    transcripts: &'t Transcripts,
    clock: QuarterClock<'t>,
    units: Vec<Unit>,
    /// Indexes of units, by session, agent and day.
    known: HashMap<(&'t str, &'t str, NaiveDate), usize>,
}

impl<'t> UnitSorter<'t> {
    /// The unit of a response, and the time that the clocks of the zone showed.
    fn unit_of(&mut self, response: &Response) -> Option<(&mut Unit, DateTime<FixedOffset>)> {
        let origins = &self.transcripts.origins;
        let origin: &'t Origin = origins.get(response.origin as usize)?;
        let local = self.clock.local(response.time);
        let (session, agent) = (origin.session.as_str(), origin.agent.as_str());
        let day = local.date_naive();
        let next = self.units.len();
        let at = *self.known.entry((session, agent, day)).or_insert(next);
        if at == next {
            self.units.push(Unit {
                id: id_of(self.source, session, agent, day),
                source: self.source,
                day,
                origin: response.origin,
                responses: Vec::new(),
                repeats: Vec::new(),
                last: local,
                tokens: TokenCounts::default(),
                repeated: Tokens::ZERO,
                model: response.model,
            });
        }
        Some((self.units.get_mut(at)?, local))
    }
}

/// The model that used most; of several, the one that was met first.
pub(super) fn largest_model<'t>(used: impl Iterator<Item = (u32, &'t TokenCounts)>) -> Option<u32> {
    let mut sums: Vec<(u32, u64)> = Vec::new();
    for (model, tokens) in used {
        match sums.iter_mut().find(|(known, _)| *known == model) {
            Some((_, sum)) => *sum = sum.saturating_add(tokens.total()),
            None => sums.push((model, tokens.total())),
        }
    }
    let largest = sums.iter().map(|(_, sum)| *sum).max()?;
    let mut sums = sums.into_iter();
    sums.find(|(_, sum)| *sum == largest)
        .map(|(model, _)| model)
}

/// The id of a unit.
fn id_of(source: ImportSource, session: &str, agent: &str, day: NaiveDate) -> String {
    let named = format!("{source}\0{session}\0{agent}\0{day}");
    let hash = BASE32_NOPAD.encode(&Sha256::digest(named));
    let letters = hash.get(..LETTERS).unwrap_or(&hash);
    format!("{}-{}", source.prefix(), letters.to_ascii_lowercase())
}

/// Looks up the offset of the zone once for every quarter of an hour that has responses: no zone changes within one.
struct QuarterClock<'c> {
    clock: &'c dyn Fn(DateTime<Utc>) -> DateTime<FixedOffset>,
    offsets: HashMap<i64, FixedOffset>,
}

impl QuarterClock<'_> {
    fn local(&mut self, time: DateTime<Utc>) -> DateTime<FixedOffset> {
        let quarter = time.timestamp().div_euclid(15 * 60);
        let offset = self.offsets.entry(quarter);
        let offset = offset.or_insert_with(|| *(self.clock)(time).offset());
        time.with_timezone(offset)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Responses of one source: session, agent, time, model, output, and what was read from a cache.
    pub fn transcripts(responses: &[(&str, &str, &str, &str, u64, u64)]) -> Transcripts {
        let mut transcripts = Transcripts::default();
        for (session, agent, time, model, output, cache_read) in responses {
            let origin = Origin {
                session: (*session).to_owned(),
                agent: (*agent).to_owned(),
                agent_name: (*agent).to_owned(),
                cwd: Some("/home/ann/src/alpha".to_owned()),
                branch: Some("main".to_owned()),
                ..Origin::default()
            };
            let origins = &mut transcripts.origins;
            let origin = index(origins, origin);
            transcripts.responses.push(Response {
                time: time.parse().unwrap(),
                origin,
                model: index(&mut transcripts.models, (*model).to_owned()),
                tokens: TokenCounts {
                    input: 10,
                    output: *output,
                    cache_read: *cache_read,
                    ..TokenCounts::default()
                },
                is_fast: false,
                cost: None,
            });
        }
        transcripts
    }

    fn index<T: PartialEq>(values: &mut Vec<T>, value: T) -> u32 {
        let known = values.iter().position(|known| *known == value);
        let at = known.unwrap_or_else(|| {
            values.push(value);
            values.len() - 1
        });
        u32::try_from(at).unwrap()
    }

    #[test]
    fn a_unit_is_an_agent_in_a_session_on_a_day_of_the_zone() {
        let transcripts = transcripts(&[
            ("3f2a91c0-1", "main", "2026-10-05T14:58:00Z", "opus", 100, 5),
            ("3f2a91c0-1", "a1", "2026-10-05T14:59:00Z", "haiku", 7, 0),
            ("3f2a91c0-1", "main", "2026-10-05T15:00:00Z", "opus", 40, 0),
            ("3f2a91c0-1", "main", "2026-10-05T15:01:00Z", "haiku", 90, 0),
            ("S 2", "main", "2026-10-05T15:02:00Z", "", 1, 0),
        ]);
        let shown = |hours: i32| {
            let zone = FixedOffset::east_opt(hours * 3_600).unwrap();
            let FoundUnits { units, .. } = units(ImportSource::Claude, &transcripts, &|time| {
                time.with_timezone(&zone)
            });
            let shown = units.iter().map(|unit| {
                format!(
                    "{} {} {:?} {} {} {:?}",
                    unit.id,
                    unit.last.to_rfc3339(),
                    unit.task(&transcripts),
                    unit.origin(&transcripts).unwrap().agent,
                    unit.total(),
                    unit.model(&transcripts)
                )
            });
            shown.collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(shown(0), @r#"
        cc-6jp3hq2goq 2026-10-05T15:01:00+00:00 "claude 3f2a91c0" main 260 "opus"
        cc-pbxfrxc3q5 2026-10-05T14:59:00+00:00 "claude 3f2a91c0" a1 17 "haiku"
        cc-72bn7wntjw 2026-10-05T15:02:00+00:00 "claude 72bn7wnt" main 11 ""
        "#);
        insta::assert_snapshot!(shown(9), @r#"
        cc-6jp3hq2goq 2026-10-05T23:58:00+09:00 "claude 3f2a91c0" main 110 "opus"
        cc-pbxfrxc3q5 2026-10-05T23:59:00+09:00 "claude 3f2a91c0" a1 17 "haiku"
        cc-wzl2rmzhj2 2026-10-06T00:01:00+09:00 "claude 3f2a91c0" main 150 "haiku"
        cc-2x4faej2wl 2026-10-06T00:02:00+09:00 "claude 2x4faej2" main 11 ""
        "#);
    }

    #[test]
    fn an_id_is_the_hash_of_what_it_names() {
        let day = "2026-10-05".parse().unwrap();
        let id = |source, session, agent| id_of(source, session, agent, day);
        // printf 'claude\0s\0main\0' and the day, through sha256 and base32.
        assert_eq!(id(ImportSource::Claude, "s", "main"), "cc-6q6by73iwq");
        let others = [
            id(ImportSource::Codex, "s", "main"),
            id(ImportSource::Claude, "sm", "ain"),
            id(ImportSource::Claude, "s", "a1"),
        ];
        assert!(!others.contains(&id(ImportSource::Claude, "s", "main")));
    }
}
