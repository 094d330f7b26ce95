//! Which teams a log and its settings know, and what becomes of a name that is none of them: a note, or a refusal.

use std::collections::{BTreeSet, HashSet};

use crate::{
    analysis::word_prefixes,
    commands::edit_session::EditSession,
    failure::Failure,
    log::{self, Item, RowValue},
    model::{Usage, fold_name, is_total},
    render::counted,
    text::FileId,
};

/// The number of new teams that are named.
const MAX_NAMED: usize = 5;

/// The longest name that another one may be meant by, in characters.
const MAX_NAME: usize = 64;

/// The setting that refuses new teams.
const KNOWN_ONLY: &str = "`[record] teams = \"known\"` in tokmon.toml";

/// What options say of new teams, against the settings.
#[derive(Clone, Copy, Default)]
pub struct TeamOptions {
    pub existing_team: bool,
    pub new_team: bool,
}

/// Teams that the settings refuse, as neither the log nor they know them.
pub struct RefusedTeams {
    pub names: BTreeSet<String>,
    /// What the only one may be a misspelling of.
    meant: Option<String>,
}

/// The teams of usage that must not be written, whatever else is. None if there is no such team.
pub fn refused(
    new: &[Usage],
    log: &str,
    session: &EditSession,
) -> Result<Option<RefusedTeams>, Failure> {
    if !session.log.settings.known_teams_only || new.is_empty() {
        return Ok(None);
    }
    let known = KnownTeams::of(log, session)?;
    let names: BTreeSet<&str> = new.iter().map(|usage| usage.team.as_str()).collect();
    let names = names.into_iter().filter(|name| !known.contains(name));
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    Ok(names.first().map(|first| RefusedTeams {
        meant: known
            .nearest(first)
            .filter(|_| names.len() == 1)
            .map(str::to_owned),
        names: names.clone(),
    }))
}

impl RefusedTeams {
    /// Why some units are not imported, and how to let them in.
    pub fn failure(&self, units: usize) -> Failure {
        let named = self.names.iter().take(MAX_NAMED);
        let named: Vec<String> = named.map(|name| format!("\"{name}\"")).collect();
        let more = match self.names.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (named, units) = (named.join(", "), counted(units as u64, "unit"));
        let teams = match self.names.len() {
            1 => "an unknown team",
            _ => "unknown teams",
        };
        let meant = self.meant.as_ref();
        let meant = meant.map(|name| format!("did you mean \"{name}\"? "));
        let meant = meant.unwrap_or_default();
        let first = self.names.first().map_or("", String::as_str);
        Failure::usage(format!(
            "not imported: {units} of {teams} ({named}{more}), as {KNOWN_ONLY} allows known teams only"
        ))
        .help(format!("{meant}make a team known with [teams.\"{first}\"] in tokmon.toml, or name another one with --team or [[import.team]] there"))
    }
}

/// What to say about teams that neither the log nor the settings know. Fails where these must not be recorded.
pub fn check(
    new: &[Usage],
    log: &str,
    session: &EditSession,
    options: TeamOptions,
) -> Result<Vec<String>, Failure> {
    let by_settings = session.log.settings.known_teams_only;
    let is_strict = options.existing_team || by_settings;
    let mut seen = HashSet::new();
    let names: Vec<&str> = new
        .iter()
        .map(|usage| usage.team.as_str())
        .filter(|name| seen.insert(*name) && (is_strict || !is_written(log, name)))
        .collect();
    if options.new_team || names.is_empty() {
        return Ok(Vec::new());
    }
    let known = KnownTeams::of(log, session)?;
    let unknown: Vec<&str> = names
        .into_iter()
        .filter(|name| !known.contains(name))
        .collect();
    if let Some(name) = unknown.first().filter(|_| is_strict) {
        return Err(refusal(name, &known, options));
    }
    // The first teams of a log are no mistake.
    if known.names.is_empty() {
        return Ok(Vec::new());
    }
    let mut notes: Vec<String> = unknown
        .iter()
        .take(MAX_NAMED)
        .map(|name| match known.nearest(name) {
            Some(near) => format!("new team \"{name}\"; did you mean \"{near}\"?"),
            None => format!("new team \"{name}\""),
        })
        .collect();
    match unknown.len().saturating_sub(MAX_NAMED) {
        0 => {}
        more => notes.push(format!("and {more} more new teams")),
    }
    Ok(notes)
}

/// Whether a cell or a usage line has exactly this name, which saves reading the log.
fn is_written(log: &str, name: &str) -> bool {
    log.contains(&format!("| {name} |")) || log.contains(&format!(" team=\"{name}\""))
}

fn refusal(name: &str, known: &KnownTeams, options: TeamOptions) -> Failure {
    let by_option = options.existing_team;
    let rule = if by_option {
        "--existing-team"
    } else {
        KNOWN_ONLY
    };
    let meant = known
        .nearest(name)
        .map(|near| format!("did you mean \"{near}\"? "));
    let meant = meant.unwrap_or_default();
    let way = if by_option {
        "leave out --existing-team to open a new team"
    } else {
        "--new-team opens a new team"
    };
    Failure::usage(format!(
        "unknown team \"{name}\": {rule} allows known teams only; nothing was recorded"
    ))
    .help(format!("{meant}{way}"))
}

/// Whether two names are alike because they number teams: `Team A` and `Team B`, `Agent 1` and `Agent 12`.
fn is_next(one: &str, two: &str) -> bool {
    let mut differing = one
        .split(' ')
        .zip(two.split(' '))
        .filter(|(one, two)| one != two);
    let count = |name: &str| name.split(' ').count();
    let is_short = |word: &str| word.chars().count() <= 2;
    count(one) == count(two) && differing.all(|(one, two)| is_short(one) && is_short(two))
}

struct KnownTeams {
    /// Folded, and as they were first written, in that order.
    names: Vec<(String, String)>,
    folded: HashSet<String>,
}

impl KnownTeams {
    /// The teams of the settings, and those that rows, usage lines, allocations and plans name.
    fn of(log: &str, session: &EditSession) -> Result<Self, Failure> {
        let mut known = Self {
            names: Vec::new(),
            folded: HashSet::new(),
        };
        for team in &session.log.settings.policy.teams {
            known.add(&team.name);
            team.aliases.iter().for_each(|alias| known.add(alias));
        }
        known.read(log, FileId::LOG);
        if let Some(projection) = session.log_set(&[])?.projection {
            known.read(&String::from_utf8_lossy(&projection), FileId::PROJECTION);
        }
        Ok(known)
    }

    fn read(&mut self, text: &str, file: FileId) {
        log::read_str(text, file, &mut |item| match item {
            Item::Usage(entry) => self.add(&entry.work.team),
            Item::Row(row) => match &row.value {
                RowValue::Entry(entry) => self.add(&entry.work.team),
                RowValue::Allocation(row) if !row.is_reserve() => self.add(&row.team),
                RowValue::Phase(phase) if !phase.is_total() => {
                    phase.team.iter().for_each(|team| self.add(team));
                }
                _ => {}
            },
            _ => {}
        });
    }

    fn add(&mut self, name: &str) {
        let folded = fold_name(name);
        if !folded.is_empty() && !is_total(name) && self.folded.insert(folded.clone()) {
            self.names.push((folded, name.trim().to_owned()));
        }
    }

    /// Whether a name is one of them, or begins with one: `Team E DevOps` belongs to `Team E`.
    fn contains(&self, name: &str) -> bool {
        let folded = fold_name(name);
        let mut prefixes = word_prefixes(&folded);
        self.folded.contains(&folded) || prefixes.any(|prefix| self.folded.contains(prefix))
    }

    /// The one that is nearly spelled like this.
    fn nearest(&self, name: &str) -> Option<&str> {
        let name = fold_name(name);
        let length = name.chars().count();
        let most = (length / 3).clamp(1, 2);
        let is_near = |known: &str| known.chars().count().abs_diff(length) <= most;
        let near = self.names.iter();
        let near = near
            .filter(|(known, _)| length <= MAX_NAME && is_near(known) && !is_next(known, &name));
        let distances =
            near.map(|(known, shown)| (strsim::damerau_levenshtein(known, &name), shown.as_str()));
        let nearest = distances.min_by_key(|(distance, _)| *distance);
        nearest
            .filter(|(distance, _)| *distance <= most)
            .map(|(_, shown)| shown)
    }
}
