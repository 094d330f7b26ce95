//! Units that a log has under another team than the one that the rules name now: what was written once is moved by hand alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use memchr::memmem;

use crate::{
    commands::record::TeamNames,
    import::{Unit, UnitTeam},
    log::{self, Item, RowValue},
    model::{Entry, EntryKind, ImportedId, TeamPolicy},
    text::FileId,
};

/// The units, by index, each with the first such team of the texts of a log and its archives. `teams` have the aliases of names.
pub fn other_teams(
    texts: &[&[u8]],
    units: &[(Unit, UnitTeam)],
    teams: &[TeamPolicy],
) -> BTreeMap<usize, String> {
    let indexes: HashMap<&str, usize> = units
        .iter()
        .enumerate()
        .map(|(at, (unit, _))| (unit.id.as_str(), at))
        .collect();
    // Mostly, each line names the team, and none of the texts has to be parsed.
    let mut unnamed: HashSet<&str> = HashSet::new();
    for (id, line) in texts.iter().flat_map(|text| log::imported_lines(text)) {
        let unit = indexes.get(id.unit).and_then(|at| units.get(*at));
        if let Some((unit, team)) = unit
            && memmem::find(line, team.name.as_bytes()).is_none()
        {
            unnamed.insert(&unit.id);
        }
    }
    let mut found = BTreeMap::new();
    if unnamed.is_empty() {
        return found;
    }
    let names = TeamNames::of(teams);
    for text in texts {
        let text = String::from_utf8_lossy(text);
        each_detail(&text, &mut |entry| {
            for id in entry.ids().filter_map(ImportedId::parse) {
                let Some(at) = indexes.get(id.unit).filter(|_| unnamed.contains(id.unit)) else {
                    continue;
                };
                let logged = entry.work.team.trim();
                let team = units.get(*at).map(|(_, team)| team.name.as_str());
                if team.is_some_and(|team| !names.is_same(team, logged)) {
                    found.entry(*at).or_insert_with(|| logged.to_owned());
                }
            }
        });
    }
    found
}

/// Gives the rows of days and the usage lines of a text.
fn each_detail(text: &str, each: &mut dyn FnMut(&Entry<'_>)) {
    log::read_str(text, FileId::LOG, &mut |item| {
        let entry = match &item {
            Item::Usage(entry) => entry,
            Item::Row(row) => match &row.value {
                RowValue::Entry(entry) => entry,
                _ => return,
            },
            _ => return,
        };
        if !matches!(entry.kind, EntryKind::Monthly | EntryKind::Legacy) {
            each(entry);
        }
    });
}
