//! The units of what was read, and whose each of them is. The rules are those of `import::teams`; what they need of the file system is
//! looked up here.

use std::{cell::RefCell, collections::HashMap, path::Path};

use super::{super::run::Run, gather::Gathered, report::Attribution, window::Found};
use crate::{
    cli::TranscriptArgs,
    import::{TeamNaming, Unit, UnitTeam, units},
    model::is_total,
    store,
};

/// The units, by day, each with its team.
pub struct Attributed {
    pub units: Vec<(Unit, UnitTeam)>,
}

/// Makes the units of what was read, and finds their teams.
pub fn attribute(
    gathered: &Gathered,
    args: &TranscriptArgs,
    found: &Found,
    run: &Run<'_, '_>,
) -> Attributed {
    let Gathered {
        source,
        transcripts,
        window,
        ..
    } = gathered;
    let home = run.cx.home();
    // Many units are of one folder.
    let known: RefCell<HashMap<String, Option<String>>> = RefCell::default();
    let repository = |folder: &str| {
        if let Some(name) = known.borrow().get(folder) {
            return name.clone();
        }
        let name = repository_name(Path::new(folder), home.as_deref());
        known.borrow_mut().insert(folder.to_owned(), name.clone());
        name
    };
    let policy = &found.settings.policy;
    let naming = TeamNaming {
        team: args.team.as_deref(),
        team_by: args.team_by,
        policy: &policy.import,
        teams: &policy.teams,
        home: home.as_deref().and_then(Path::to_str),
        repository: &repository,
        is_name: &|name| !name.is_empty() && !is_total(name),
    };
    let units = units(*source, transcripts, &|time| window.local(time));
    let units = units.into_iter().map(|unit| {
        let team = naming.team_of(&unit, transcripts);
        (unit, team)
    });
    Attributed {
        units: units.collect(),
    }
}

/// What the repository of a folder is called: its main checkout, so that all of its worktrees are of one team.
fn repository_name(folder: &Path, home: Option<&Path>) -> Option<String> {
    if !folder.is_absolute() {
        return None;
    }
    let main = store::main_checkout(folder)?;
    // Settings that are kept in a repository of the home folder are the work of no team.
    if home.is_some_and(|home| store::real_path(home) == store::real_path(&main)) {
        return None;
    }
    let name = main.file_name()?.to_str()?;
    Some(name.strip_suffix(".git").unwrap_or(name).to_owned())
}

impl Attributed {
    /// The team of each response.
    pub fn by_response(&self, responses: usize) -> Attribution {
        let mut teams: Vec<(String, bool)> = Vec::new();
        let mut indexes: HashMap<&str, u32> = HashMap::new();
        let mut of_response = vec![u32::MAX; responses];
        for (unit, team) in &self.units {
            let next = u32::try_from(teams.len()).unwrap_or(u32::MAX);
            let index = *indexes.entry(team.name.as_str()).or_insert(next);
            if index == next {
                teams.push((team.name.clone(), team.is_assigned));
            }
            for response in &unit.responses {
                if let Some(place) = of_response.get_mut(*response as usize) {
                    *place = index;
                }
            }
        }
        Attribution { teams, of_response }
    }
}
