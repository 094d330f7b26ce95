//! The units of the responses that were read, and the team of each. `import::teams` has the rules; this module looks up what they need in
//! the file system.

use std::{cell::RefCell, collections::HashMap, path::Path};

use super::{super::run::Run, gather::Gathered, report::Attribution, window::Found};
use crate::{
    cli::TranscriptArgs,
    import::{FoundUnits, TeamNaming, Unit, UnitTeam, units},
    model::is_total,
    store,
};

/// The units.
pub struct Attributed {
    /// By day, each with its team.
    pub units: Vec<(Unit, UnitTeam)>,
    /// Those that only repeat what others have.
    pub repeating: Vec<Unit>,
}

/// Divides what was read into units, and finds their teams.
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
    // Many units have the same folder.
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
    let FoundUnits { units, repeating } = units(*source, transcripts, &|time| window.local(time));
    let units = units.into_iter().map(|unit| {
        let team = naming.team_of(&unit, transcripts);
        (unit, team)
    });
    Attributed {
        units: units.collect(),
        repeating,
    }
}

/// The name of the repository of a folder: that of its main checkout, so that all of its worktrees have one team.
fn repository_name(folder: &Path, home: Option<&Path>) -> Option<String> {
    if !folder.is_absolute() {
        return None;
    }
    let is_home =
        |root: &Path| home.is_some_and(|home| store::real_path(home) == store::real_path(root));
    // A repository of the home folder holds the user's settings, and not the work of a team.
    let main = store::main_checkout(folder).filter(|main| !is_home(main));
    let name = match &main {
        Some(main) => main.file_name()?,
        None => repository_of_worktree(folder)
            .filter(|root| !is_home(root))?
            .file_name()?,
    };
    let name = name.to_str()?;
    Some(name.strip_suffix(".git").unwrap_or(name).to_owned())
}

/// The repository of a worktree if both were deleted: harnesses create worktrees as `.worktrees/NAME` or `.claude/worktrees/NAME` in the
/// repository.
fn repository_of_worktree(folder: &Path) -> Option<&Path> {
    folder.ancestors().skip(1).find_map(|above| {
        let hidden = if above.ends_with(".claude/worktrees") {
            above.parent()?
        } else if above.ends_with(".worktrees") {
            above
        } else {
            return None;
        };
        hidden.parent()
    })
}

impl Attributed {
    /// All units, also those that only repeat what others have.
    pub fn all(&self) -> impl Iterator<Item = &Unit> {
        let units = self.units.iter().map(|(unit, _)| unit);
        units.chain(&self.repeating)
    }

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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the test makes the folders")]
    #[test]
    fn worktrees_that_are_gone_are_of_their_repository() {
        let folder = tempfile::tempdir().unwrap();
        let home = store::real_path(folder.path());
        for repository in ["", "src/alpha", "src/beta.git"] {
            fs::create_dir_all(home.join(repository).join(".git")).unwrap();
        }
        fs::create_dir_all(home.join("notes")).unwrap();
        let names = [
            ("src/alpha/below", Some("alpha")),
            ("src/alpha/.worktrees/gone/below", Some("alpha")),
            ("src/beta.git", Some("beta")),
            ("src/gone/.worktrees/qa", Some("gone")),
            ("src/gone/.claude/worktrees/qa/below", Some("gone")),
            ("src/gone/.worktrees", None),
            ("src/gone/worktrees/qa", None),
            ("src/gone", None),
            // The repository of the home folder holds settings.
            ("notes", None),
            ("", None),
            (".claude/worktrees/qa", None),
        ];
        for (path, name) in names {
            let found = repository_name(&home.join(path), Some(&home));
            assert_eq!(found.as_deref(), name, "{path}");
        }
        assert_eq!(repository_name(Path::new("src/alpha"), None), None);
    }
}
