//! What a log and its archives add up to, month by month and team by team, read in one pass over each.
//!
//! An account of its own, so that an edit which moves what many months are made of can be held against it. How the figures of a
//! report come about is `analysis`'s business; both follow the same rules.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    edit::Books,
    log::{self, Item, RowValue},
    model::{Entry, EntryKind, Month, Tokens, fold_name, is_total},
    text::Document,
};

/// No team's name has more words; it bounds the work that a hostile name can make.
const MOST_WORDS: usize = 32;

/// What was used: of each month, by the folded names of teams.
pub(in crate::edit) type Used = BTreeMap<Month, BTreeMap<String, Tokens>>;

/// The statements of one kind, by the names they are written under.
type Sums = BTreeMap<Month, HashMap<String, Tokens>>;

/// What all that was read says.
#[derive(Debug, Default)]
struct Figures {
    monthly: Sums,
    details: Sums,
    legacy: Sums,
    lines: Sums,
    /// Usage lines with an id, until it is known whether they are settled.
    waiting: Vec<(String, Month, String, Tokens)>,
    monthly_ids: HashSet<String>,
    detail_ids: HashSet<String>,
    allocated: BTreeMap<Document, Vec<String>>,
    /// A row of v2.0 stands in the log, so rows of an older format do not count.
    is_current: bool,
}

/// What a log and the archives of these books add up to.
pub(in crate::edit) fn used(text: &str, books: &Books) -> Used {
    let mut figures = Figures::default();
    figures.read(text.as_bytes(), Document::Log, None);
    if let Some(projection) = &books.projection {
        figures.read(projection, Document::Projection, None);
    }
    for (month, archive) in &books.archives {
        figures.read(archive, Document::Archive, Some(*month));
    }
    figures.count_waiting();
    figures.used(books)
}

/// What all teams used, month by month.
pub(in crate::edit) fn totals(used: &Used) -> BTreeMap<Month, Tokens> {
    let sum = |teams: &BTreeMap<String, Tokens>| teams.values().copied().sum::<Tokens>();
    let months = used.iter().map(|(month, teams)| (*month, sum(teams)));
    months
        .filter(|(_, tokens)| *tokens > Tokens::ZERO)
        .collect()
}

impl Figures {
    fn read(&mut self, bytes: &[u8], document: Document, month: Option<Month>) {
        // Reading from memory cannot fail.
        let _ = log::read(bytes, document, &mut |item| match item {
            Item::Usage(entry) if document != Document::Projection => self.entry(&entry, month),
            Item::Row(row) => match row.value {
                RowValue::Entry(entry) if document != Document::Projection => {
                    self.entry(&entry, month);
                }
                RowValue::Allocation(row) if document != Document::Archive => {
                    if !row.is_reserve() && !is_total(&row.team) && !row.team.is_empty() {
                        let known = self.allocated.entry(document).or_default();
                        known.push(fold_name(&row.team));
                    }
                }
                _ => {}
            },
            _ => {}
        });
    }

    /// An entry of the log, or of the archive of a month.
    fn entry(&mut self, entry: &Entry<'_>, archive: Option<Month>) {
        let month = entry.when.month;
        if archive.is_some_and(|archive| archive != month || entry.kind == EntryKind::Monthly) {
            return;
        }
        let name = fold_name(&entry.work.team);
        let tokens = entry
            .figures
            .tokens
            .map_or(Tokens::ZERO, |tokens| tokens.value);
        let is_line = entry.kind == EntryKind::Line;
        if let (true, Some(id)) = (is_line, &entry.id) {
            let id = id.clone().into_owned();
            self.waiting.push((id, month, name, tokens));
            return;
        }
        let known = match entry.kind {
            EntryKind::Monthly => &mut self.monthly_ids,
            _ => &mut self.detail_ids,
        };
        if entry
            .id
            .as_ref()
            .is_some_and(|id| known.contains(id.as_ref()))
        {
            return;
        }
        known.extend(entry.ids().map(str::to_owned));
        let sums = match entry.kind {
            EntryKind::Monthly => &mut self.monthly,
            EntryKind::Daily | EntryKind::Session => &mut self.details,
            EntryKind::Legacy => &mut self.legacy,
            EntryKind::Line => &mut self.lines,
        };
        self.is_current |= archive.is_none() && !is_line && entry.kind != EntryKind::Legacy;
        let sum = sums.entry(month).or_default().entry(name).or_default();
        *sum = *sum + tokens;
    }

    /// Counts the usage lines whose ids are not settled, the first of each id.
    fn count_waiting(&mut self) {
        let mut met = HashSet::new();
        for (id, month, name, tokens) in std::mem::take(&mut self.waiting) {
            let is_settled = self.monthly_ids.contains(&id) || self.detail_ids.contains(&id);
            if !is_settled && met.insert(id) {
                let sum = self
                    .lines
                    .entry(month)
                    .or_default()
                    .entry(name)
                    .or_default();
                *sum = *sum + tokens;
            }
        }
    }

    fn used(&self, books: &Books) -> Used {
        let kinds = [&self.monthly, &self.details, &self.legacy, &self.lines];
        let months: BTreeSet<Month> = kinds.iter().flat_map(|sums| sums.keys()).copied().collect();
        let roster = Roster::of(books, self);
        let month = |month: Month| {
            let mut teams: BTreeMap<String, [Tokens; 3]> = BTreeMap::new();
            let mut add = |sums: &Sums, view: usize| {
                for (name, tokens) in sums.get(&month).into_iter().flatten() {
                    let owner = match view {
                        0 => roster.named(name),
                        _ => roster.owner(name, month, &self.monthly),
                    };
                    let sum = &mut teams.entry(owner.to_owned()).or_default()[view];
                    *sum = *sum + *tokens;
                }
            };
            add(&self.monthly, 0);
            add(&self.details, 1);
            if !self.is_current {
                add(&self.legacy, 1);
            }
            add(&self.lines, 2);
            let used = teams
                .into_iter()
                .map(|(team, [monthly, details, lines])| (team, monthly.max(details) + lines));
            (
                month,
                used.filter(|(_, used)| *used > Tokens::ZERO).collect(),
            )
        };
        months.into_iter().map(month).collect()
    }
}

/// Which names are teams of their own in every month, and beside them those with a monthly row.
struct Roster<'f> {
    known: HashSet<String>,
    aliases: HashMap<String, String>,
    monthly: HashSet<&'f str>,
}

impl<'f> Roster<'f> {
    fn of(books: &Books, figures: &'f Figures) -> Self {
        let teams = books.policy.teams.iter();
        let aliases = teams.clone().flat_map(|team| {
            let name = fold_name(&team.name);
            let aliases = team.aliases.iter();
            aliases.map(move |alias| (fold_name(alias), name.clone()))
        });
        // The allocation of the log wins over that of the projection.
        let allocated = figures.allocated.values().next().into_iter().flatten();
        Self {
            known: teams
                .map(|team| fold_name(&team.name))
                .chain(allocated.cloned())
                .collect(),
            aliases: aliases.collect(),
            monthly: figures
                .monthly
                .values()
                .flat_map(|names| names.keys().map(String::as_str))
                .collect(),
        }
    }

    fn named<'s>(&'s self, name: &'s str) -> &'s str {
        self.aliases.get(name).map_or(name, String::as_str)
    }

    /// The team of a name in a month: the known one that is its longest whole-word prefix, else that of another month, else itself.
    fn owner<'s>(&'s self, name: &'s str, month: Month, monthly: &Sums) -> &'s str {
        let here = monthly.get(&month);
        let here = |name: &str| {
            self.known.contains(name) || here.is_some_and(|names| names.contains_key(name))
        };
        self.longest(name, here)
            .or_else(|| self.longest(name, |name| self.monthly.contains(name)))
            .unwrap_or(name)
    }

    fn longest<'s>(&'s self, name: &'s str, is_known: impl Fn(&str) -> bool) -> Option<&'s str> {
        let borders = name.char_indices().filter(|(_, c)| !c.is_alphanumeric());
        let prefixes: Vec<usize> = borders.map(|(at, _)| at).take(MOST_WORDS).collect();
        let prefixes = prefixes.into_iter().rev();
        let prefixes = prefixes.filter_map(|end| Some(name.get(..end)?.trim_end()));
        std::iter::once(name).chain(prefixes).find_map(|prefix| {
            let alias = self.aliases.get(prefix).map(String::as_str);
            alias.or_else(|| is_known(prefix).then_some(prefix))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The account agrees with the report's on every log there is.
    #[test]
    fn it_is_what_the_report_says() {
        let fixtures = [
            include_str!("../../../fixtures/logs/sample.md"),
            include_str!("../../../fixtures/logs/rotten.md"),
            include_str!("../../../fixtures/logs/lines.md"),
            include_str!("../../../fixtures/logs/history.md"),
            include_str!("../../../fixtures/logs/v1.md"),
            include_str!("../../../fixtures/logs/months.md"),
            include_str!("../../../fixtures/logs/projects.md"),
            include_str!("../../../fixtures/logs/korean.md"),
            include_str!("../../../fixtures/logs/hostile.md"),
            include_str!("../../../fixtures/logs/archived/cost-log.md"),
        ];
        let archive = include_bytes!("../../../fixtures/logs/archived/archive/cost-log-2026-02.md");
        let mut books = Books::default();
        for with_archive in [false, true] {
            if with_archive {
                let february = "2026-02".parse().unwrap();
                books.archives.insert(february, archive.to_vec());
            }
            for text in fixtures {
                let official = books.used(text);
                let official = official
                    .into_iter()
                    .filter(|(_, used)| *used > Tokens::ZERO);
                let official: BTreeMap<Month, Tokens> = official.collect();
                assert_eq!(
                    totals(&used(text, &books)),
                    official,
                    "{}",
                    text.get(..60).unwrap()
                );
            }
        }
    }
}
