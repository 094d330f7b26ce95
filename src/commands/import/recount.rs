//! `import --recount`: finds the units whose figures in the log differ from their transcripts, and replaces them. How rows are removed from
//! the log is up to `edit`.

use std::collections::{HashMap, HashSet};

use chrono::Days;

use super::{Attributed, Gathered};
use crate::{
    commands::{edit_session::EditSession, settling},
    edit::{self, ArchivesOf, LogSet, Revision, UnitReplacement, WrittenUnit},
    failure::Failure,
    import::{LogState, PlanRules, TeamRows, whole_line},
    log,
    model::{Amount, Currency, RoundedSum, Tokens, Usage, UsageWriter},
    render::import::LeftBecause,
};

/// Harnesses delete transcripts that were not changed for this many days.
const KEPT_DAYS: u64 = 30;

/// What was done about the units whose figures in the log differ from their transcripts.
#[derive(Debug, Default)]
pub struct Recount {
    pub replaced: Vec<RecountedUnit>,
    /// Units that stay as they are, by index, with the reason.
    pub left: Vec<(usize, LeftBecause)>,
}

/// A unit whose rows are replaced.
#[derive(Debug)]
pub struct RecountedUnit {
    /// Index of the unit.
    pub unit: usize,
    /// The tokens of its rows that counted against the budget.
    pub before: Tokens,
    /// The usage of the whole unit. None if nothing of it counts any more.
    pub usage: Option<Usage>,
}

impl RecountedUnit {
    pub fn after(&self) -> Tokens {
        self.usage
            .as_ref()
            .map_or(Tokens::ZERO, |usage| usage.tokens)
    }
}

/// The log with units replaced and settled. Its text is None if there is nothing to replace.
pub fn recount(
    text: &str,
    (gathered, attributed): (&Gathered, &Attributed),
    rules: &PlanRules<'_>,
    session: &EditSession,
    now: edit::Timestamp,
) -> Result<(Option<String>, Recount), Failure> {
    let (revision, log_set) = session.revision(text.to_owned(), ArchivesOf::Details, [].into())?;
    let reading = UnitReading::of(&revision, &log_set, attributed);
    let mut recount = reading.differing(gathered, attributed, rules);
    let replaced = replaced(&revision, &log_set, attributed, &mut recount, now);
    let Some(replaced) = replaced else {
        return Ok((None, recount));
    };
    let text = replaced.into_text();
    // Lines that cannot be settled count nevertheless.
    let settled = settling::settled(session, text.clone(), now).ok().flatten();
    Ok((Some(settled.map_or(text, Revision::into_text)), recount))
}

/// Replaces all units at once. If that is not possible, replaces each unit by itself, and leaves those for which this fails.
fn replaced(
    revision: &Revision,
    log_set: &LogSet,
    attributed: &Attributed,
    recount: &mut Recount,
    now: edit::Timestamp,
) -> Option<Revision> {
    let replacement = |recounted: &RecountedUnit| {
        let (unit, _) = attributed.units.get(recounted.unit)?;
        Some((unit.id.clone(), recounted.usage.clone()))
    };
    let apply = |revision: &Revision, units: &[RecountedUnit]| {
        let units: Vec<_> = units.iter().filter_map(replacement).collect();
        let units = units.iter().map(|(unit, usage)| UnitReplacement {
            unit,
            usage: usage.as_ref(),
        });
        edit::replace_units(revision, log_set, &units.collect::<Vec<_>>(), now)
    };
    if recount.replaced.is_empty() {
        return None;
    }
    let all = apply(revision, &recount.replaced);
    if all.is_some() {
        return all;
    }
    let mut last = None;
    for recounted in std::mem::take(&mut recount.replaced) {
        let next = apply(
            last.as_ref().unwrap_or(revision),
            std::slice::from_ref(&recounted),
        );
        if next.is_some() {
            last = next;
            recount.replaced.push(recounted);
        } else {
            let why = LeftBecause::Inseparable;
            recount.left.push((recounted.unit, why));
        }
    }
    last
}

/// What the log and its archives say about units.
struct UnitReading {
    /// The largest total in the ids of each unit.
    totals: HashMap<String, Tokens>,
    archived: HashSet<String>,
    logged: HashMap<String, WrittenUnit>,
    currency: Currency,
}

impl UnitReading {
    fn of(revision: &Revision, log_set: &LogSet, attributed: &Attributed) -> Self {
        let mut totals: HashMap<String, Tokens> = HashMap::new();
        let mut archived = HashSet::new();
        let texts = log_set.archives.values();
        for id in texts.flat_map(|text| log::imported_ids(text)) {
            archived.insert(id.unit.to_owned());
            let total = totals.entry(id.unit.to_owned()).or_default();
            *total = id.total.max(*total);
        }
        for id in log::imported_ids(revision.text().as_bytes()) {
            let total = totals.entry(id.unit.to_owned()).or_default();
            *total = id.total.max(*total);
        }
        let units = attributed.units.iter().map(|(unit, _)| unit.id.as_str());
        let logged = edit::logged_units(revision, &units.collect());
        let newest = revision.ledger.newest_month();
        let newest = newest.and_then(|month| revision.ledger.find_month(month));
        Self {
            totals,
            archived,
            logged,
            currency: newest.map_or(Currency::USD, |month| month.currency()),
        }
    }

    /// Finds the units whose figures in the log differ.
    fn differing(
        self,
        gathered: &Gathered,
        attributed: &Attributed,
        rules: &PlanRules<'_>,
    ) -> Recount {
        let state = LogState {
            totals: HashMap::new(),
            logged: HashMap::new(),
            elsewhere: HashMap::new(),
            rows_of: &|_, _| TeamRows::default(),
            currency: self.currency,
        };
        let today = gathered.window.now.date_naive();
        let oldest = today.checked_sub_days(Days::new(KEPT_DAYS - 1));
        let is_unreadable = gathered.transcripts.skipped.unreadable_count > 0;
        let mut recount = Recount::default();
        for (at, of) in attributed.units.iter().enumerate() {
            let (unit, team) = of;
            let Some(known) = self.totals.get(&unit.id).copied() else {
                continue;
            };
            let usage = whole_line(of, &gathered.transcripts, &state, rules);
            let logged = self.logged.get(&unit.id);
            let agrees = logged.is_none_or(|logged| agrees(logged, usage.as_ref()));
            if known == unit.total() && agrees {
                continue;
            }
            let before = logged.map_or(known, |logged| logged.tokens.tokens);
            let after = usage.as_ref().map_or(Tokens::ZERO, |usage| usage.tokens);
            let is_less = unit.total() < known || after < before;
            let left = if self.archived.contains(&unit.id) {
                Some(LeftBecause::Archived)
            } else if oldest.is_some_and(|oldest| unit.day < oldest) {
                Some(LeftBecause::TooOld)
            } else if team.writer == Some(UsageWriter::Log) {
                Some(LeftBecause::Setting)
            } else if is_less && is_unreadable {
                Some(LeftBecause::UnreadableTranscripts)
            } else if logged.is_none_or(|logged| !logged.is_replaceable) {
                Some(LeftBecause::Inseparable)
            } else {
                None
            };
            match left {
                None => recount.replaced.push(RecountedUnit {
                    unit: at,
                    before,
                    usage,
                }),
                // What is new of it is appended as in any import.
                Some(_) if unit.total() > known => {}
                Some(why) => recount.left.push((at, why)),
            }
        }
        recount
    }
}

/// Whether rows state the current figures of a unit, as exactly as they are written. Costs are not compared, so that later prices change
/// nothing.
fn agrees(logged: &WrittenUnit, usage: Option<&Usage>) -> bool {
    let Some(usage) = usage else { return false };
    let has_tokens = logged
        .tokens
        .agrees_with(RoundedSum::from(Amount::exact(usage.tokens)));
    let has_classes = |stated| logged.tokens.rounding > 0 || stated == usage.classes;
    has_tokens && logged.classes.is_none_or(has_classes)
}
