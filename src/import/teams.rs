//! The team of a unit: named by an option, by its file, by a rule of the settings, or by where the agent worked.

use super::{Origin, Transcripts, Unit};
use crate::model::{
    ImportPolicy, ImportRule, NamePattern, PathPattern, TeamBy, TeamPolicy, UsageWriter, fold_name,
};

/// The team of units for which nothing names a team.
pub const UNASSIGNED: &str = "(unassigned)";

/// The longest name of a team that comes from a file, folder, branch or agent, in characters.
const LONGEST: usize = 64;

/// What decides about the teams of units.
pub struct TeamNaming<'a> {
    /// The team of every unit, if an option names one.
    pub team: Option<&'a str>,
    /// What names a team if nothing else does. If no option says, the settings do.
    pub team_by: Option<TeamBy>,
    pub policy: &'a ImportPolicy,
    /// The teams of the settings, for their aliases.
    pub teams: &'a [TeamPolicy],
    /// The user's home folder.
    pub home: Option<&'a str>,
    /// The name of the repository that a folder is in, by its main checkout.
    pub repository: &'a dyn Fn(&str) -> Option<String>,
    /// Whether a name can be that of a team in the log.
    pub is_name: &'a dyn Fn(&str) -> bool,
}

/// The team of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTeam {
    pub name: String,
    /// Who writes the usage of the team into the log, if the settings say.
    pub writer: Option<UsageWriter>,
    /// Whether anything names the team.
    pub is_assigned: bool,
}

impl TeamNaming<'_> {
    /// The team of a unit: the one that an option names, else its file, else the first rule that matches, else `team_by`. The unit's first
    /// response says where the agent worked.
    pub fn team_of(&self, unit: &Unit, transcripts: &Transcripts) -> UnitTeam {
        let named = unit.origin(transcripts).and_then(|origin| {
            let stated = || self.usable(origin.team.as_deref()?);
            let by_rule = || {
                let mut rules = self.policy.rules.iter();
                let model = unit.model(transcripts);
                let rule = rules.find(|rule| self.matches(rule, origin, model));
                rule.map(|rule| rule.team.clone())
            };
            let by_option = self.team.map(str::to_owned);
            by_option
                .or_else(stated)
                .or_else(by_rule)
                .or_else(|| self.place(origin))
        });
        let is_assigned = named.is_some();
        let name = named.map_or_else(|| UNASSIGNED.to_owned(), |name| self.canonical(name));
        UnitTeam {
            writer: self.writer_of(&name),
            name,
            is_assigned,
        }
    }

    fn matches(&self, rule: &ImportRule, origin: &Origin, model: &str) -> bool {
        let (cwd, branch) = (origin.cwd.as_deref(), origin.branch.as_deref());
        let is_cwd = |pattern: &PathPattern| cwd.is_some_and(|cwd| pattern.matches(cwd, self.home));
        let is_branch =
            |pattern: &NamePattern| branch.is_some_and(|name| pattern.matches(name, true));
        let is_agent = |pattern: &NamePattern| {
            let aliases = origin.agent_aliases.iter();
            let mut names = aliases.chain([&origin.agent_name]);
            names.any(|name| pattern.matches(name, false))
        };
        let is_model = |pattern: &NamePattern| pattern.matches(model, false);
        rule.cwd.as_ref().is_none_or(is_cwd)
            && rule.branch.as_ref().is_none_or(is_branch)
            && rule.agent.as_ref().is_none_or(is_agent)
            && rule.model.as_ref().is_none_or(is_model)
    }

    /// The name that `team_by` gives.
    fn place(&self, origin: &Origin) -> Option<String> {
        let by = self.team_by.unwrap_or(self.policy.team_by);
        let cwd = origin.cwd.as_deref().filter(|cwd| is_path(cwd));
        let name = match by {
            TeamBy::Agent => origin.agent_name.clone(),
            TeamBy::Branch => origin.branch.clone()?,
            TeamBy::Cwd => self.last_name(cwd?)?.to_owned(),
            // A repository that was deleted mostly had the name of the folder.
            TeamBy::Repository => {
                let cwd = cwd?;
                let last = || Some(self.last_name(cwd)?.to_owned());
                (self.repository)(cwd).or_else(last)?
            }
        };
        self.usable(&name)
    }

    /// The last name of a path. None for the home folder, whose name is the user's.
    fn last_name<'p>(&self, path: &'p str) -> Option<&'p str> {
        let path = path.trim_end_matches(['/', '\\']);
        let is_home = self
            .home
            .is_some_and(|home| home.trim_end_matches('/') == path);
        let name = path.rsplit(['/', '\\']).next();
        name.filter(|name| !is_home && !name.is_empty())
    }

    /// A name in a form that the log can hold.
    fn usable(&self, name: &str) -> Option<String> {
        let printable = name.chars().map(|c| if c.is_control() { ' ' } else { c });
        let printable: String = printable.collect();
        let words: Vec<&str> = printable.split_whitespace().collect();
        let name: String = words.join(" ").chars().take(LONGEST).collect();
        let name = name.trim_end().to_owned();
        (self.is_name)(&name).then_some(name)
    }

    /// The name that the settings have for a team.
    fn canonical(&self, name: String) -> String {
        let folded = fold_name(&name);
        let is_alike = |other: &String| fold_name(other) == folded;
        let by_name = self.teams.iter().find(|team| is_alike(&team.name));
        let by_alias = || {
            self.teams
                .iter()
                .find(|team| team.aliases.iter().any(is_alike))
        };
        let known = by_name.or_else(by_alias);
        known.map_or(name, |team| team.name.clone())
    }

    /// Who writes the usage of a team, by the first rule for it that says so.
    fn writer_of(&self, team: &str) -> Option<UsageWriter> {
        let folded = fold_name(team);
        let is_of = |rule: &&ImportRule| fold_name(&self.canonical(rule.team.clone())) == folded;
        let mut rules = self.policy.rules.iter().filter(is_of);
        rules.find_map(|rule| rule.source)
    }
}

/// Whether a text is an absolute path, on any system.
fn is_path(text: &str) -> bool {
    text.starts_with('/') || text.get(1..3) == Some(":\\") || text.get(1..3) == Some(":/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{FoundUnits, ImportSource, unit::tests::transcripts, units};

    fn rule(team: &str) -> ImportRule {
        ImportRule {
            team: team.to_owned(),
            cwd: None,
            branch: None,
            agent: None,
            model: None,
            source: None,
        }
    }

    /// The team of one unit, whose origin `change` makes.
    fn team(naming: &TeamNaming<'_>, change: impl FnOnce(&mut Origin)) -> String {
        let mut transcripts = transcripts(&[(
            "s",
            "reviewer",
            "2026-10-05T10:00:00Z",
            "claude-opus-5",
            5,
            0,
        )]);
        change(&mut transcripts.origins[0]);
        let FoundUnits { units, .. } = units(ImportSource::Claude, &transcripts, &|time| {
            time.fixed_offset()
        });
        let team = naming.team_of(&units[0], &transcripts);
        let writer = team.writer.map(|writer| format!(" ({writer})"));
        team.name + &writer.unwrap_or_default()
    }

    fn naming(policy: &ImportPolicy) -> TeamNaming<'_> {
        TeamNaming {
            team: None,
            team_by: None,
            policy,
            teams: &[],
            home: Some("/home/ann"),
            repository: &|folder| folder.contains("alpha").then(|| "alpha".to_owned()),
            is_name: &|name| !["", "-"].contains(&name),
        }
    }

    #[test]
    fn the_first_rule_that_matches_names_the_team() {
        let name = |text| NamePattern::parse(text);
        let policy = ImportPolicy {
            rules: vec![
                ImportRule {
                    branch: name("feature/*"),
                    cwd: PathPattern::parse("~/src/alpha/**"),
                    source: Some(UsageWriter::Import),
                    ..rule("Features")
                },
                ImportRule {
                    agent: name("REVIEW*"),
                    ..rule("Reviews")
                },
                ImportRule {
                    agent: name("main"),
                    ..rule("features")
                },
                ImportRule {
                    model: name("claude-opus-*"),
                    ..rule("Opus")
                },
            ],
            ..ImportPolicy::default()
        };
        let naming = naming(&policy);
        let with = |change: fn(&mut Origin)| team(&naming, change);
        assert_eq!(
            with(|of| of.branch = Some("feature/x".to_owned())),
            "Features (import)"
        );
        assert_eq!(
            with(|of| of.branch = Some("Feature/x".to_owned())),
            "Reviews"
        );
        assert_eq!(with(|of| of.branch = None), "Reviews");
        assert_eq!(
            with(|of| of.agent_name = "main".to_owned()),
            "features (import)"
        );
        let nicknamed = |of: &mut Origin| {
            of.agent_name = "worker".to_owned();
            of.agent_aliases = vec!["reviewer-2".to_owned()];
        };
        assert_eq!(with(nicknamed), "Reviews");
        assert_eq!(with(|of| of.agent_name = "worker".to_owned()), "Opus");
        assert_eq!(
            with(|of| of.team = Some("Own\nname".to_owned())),
            "Own name"
        );
        let naming = TeamNaming {
            team: Some("Given"),
            ..naming
        };
        assert_eq!(
            team(&naming, |of| of.team = Some("Own".to_owned())),
            "Given"
        );
    }

    #[test]
    fn without_a_rule_the_place_of_work_names_the_team() {
        let policy = ImportPolicy::default();
        let by = |team_by| TeamNaming {
            team_by: Some(team_by),
            ..naming(&policy)
        };
        let in_folder =
            |team_by, folder: &str| team(&by(team_by), |of| of.cwd = Some(folder.to_owned()));
        let repository = TeamBy::Repository;
        assert_eq!(in_folder(repository, "/home/ann/src/alpha/lib"), "alpha");
        assert_eq!(in_folder(repository, "/gone/beta/"), "beta");
        assert_eq!(in_folder(TeamBy::Cwd, "/home/ann/src/alpha/lib"), "lib");
        assert_eq!(in_folder(TeamBy::Cwd, r"C:\Users\ann\gamma"), "gamma");
        assert_eq!(in_folder(TeamBy::Branch, "/x"), "main");
        assert_eq!(in_folder(TeamBy::Agent, "/x"), "reviewer");
        for unnamed in ["/", "/home/ann", "/home/ann/", "/x/-", "-home-ann-x", ""] {
            assert_eq!(in_folder(TeamBy::Cwd, unnamed), UNASSIGNED, "{unnamed}");
        }
        let hostile = format!("/x/a\u{1b}[2J\n{}", "b".repeat(100));
        let name = in_folder(TeamBy::Cwd, &hostile);
        assert_eq!(name, format!("a [2J {}", "b".repeat(58)));
    }

    #[test]
    fn a_team_has_the_name_that_the_settings_give_it() {
        let policy = ImportPolicy::default();
        let teams = [TeamPolicy {
            name: "Team A".to_owned(),
            aliases: vec!["Alpha".to_owned()],
            ..TeamPolicy::default()
        }];
        let naming = TeamNaming {
            teams: &teams,
            ..naming(&policy)
        };
        assert_eq!(team(&naming, |_| {}), "Team A");
        assert_eq!(
            team(&naming, |of| of.cwd = Some("/x/team a".to_owned())),
            "Team A"
        );
        assert_eq!(
            team(&naming, |of| of.cwd = Some("/x/beta".to_owned())),
            "beta"
        );
    }
}
