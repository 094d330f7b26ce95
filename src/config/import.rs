//! The `[import]` table: which tokens of transcripts count, and whose they are.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Unexpected, Visitor},
};

use super::{
    problems::{ProblemList, brief},
    spelling::{Spelling, Value},
};
use crate::{
    log::cell,
    model::{
        CountedClasses, ImportPolicy, ImportRule, NamePattern, PathPattern, TeamBy, TokenClass,
        UsageWriter, is_total,
    },
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportTable {
    count: Option<CountSetting>,
    team_by: Option<Value<TeamBy>>,
    team: Vec<ImportRuleTable>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ImportRuleTable {
    team: Option<String>,
    cwd: Option<Value<PathPattern>>,
    branch: Option<Value<NamePattern>>,
    agent: Option<Value<NamePattern>>,
    model: Option<Value<NamePattern>>,
    source: Option<Value<UsageWriter>>,
}

/// Classes of tokens, or all of them.
struct CountSetting(CountedClasses);

impl<'de> Deserialize<'de> for CountSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = CountSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\", or classes like [\"input\", \"output\", \"cache_write\"]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CountSetting, E> {
        if text == "all" {
            return Ok(CountSetting(CountedClasses::all()));
        }
        Err(E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<CountSetting, A::Error> {
        let mut classes = BTreeSet::new();
        while let Some(Value(class)) = seq.next_element::<Value<TokenClass>>()? {
            classes.insert(class);
        }
        if classes.is_empty() {
            return Err(A::Error::invalid_length(0, &self));
        }
        Ok(CountSetting(CountedClasses(classes)))
    }
}

impl Spelling for TokenClass {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"input\", \"output\", \"cache_write\" or \"cache_read\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Spelling for TeamBy {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"repository\", \"cwd\", \"branch\" or \"agent\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let mut all = [Self::Repository, Self::Cwd, Self::Branch, Self::Agent].into_iter();
        all.find(|by| by.to_string() == text)
    }
}

impl Spelling for UsageWriter {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"log\" or \"import\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let mut all = [Self::Log, Self::Import].into_iter();
        all.find(|writer| writer.to_string() == text)
    }
}

impl Spelling for PathPattern {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "a whole path like \"~/src/alpha/**\", with `**` between slashes alone".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Spelling for NamePattern {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "a name, or a pattern like \"feature/*\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl ImportTable {
    pub fn policy(self, problems: &mut ProblemList<'_>) -> ImportPolicy {
        let rules = self.team.into_iter().enumerate();
        let rules = rules.filter_map(|(at, rule)| rule.rule(at, problems));
        ImportPolicy {
            rules: rules.collect(),
            counted: self.count.map(|count| count.0).unwrap_or_default(),
            team_by: self.team_by.map(|by| by.0).unwrap_or_default(),
        }
    }
}

impl ImportRuleTable {
    /// A rule needs a team, and something that it matches.
    fn rule(self, at: usize, problems: &mut ProblemList<'_>) -> Option<ImportRule> {
        let Self {
            team,
            cwd,
            branch,
            agent,
            model,
            source,
        } = self;
        let at = at.to_string();
        let path = &["import", "team", at.as_str()];
        let is_any = cwd.is_some()
            || [&branch, &agent, &model]
                .iter()
                .any(|pattern| pattern.is_some());
        let Some(team) = team.filter(|_| is_any) else {
            // What was wrong with a condition was taken out of the rule, and is reported.
            if problems.is_empty() {
                let message = "a rule needs a team, and a cwd, a branch, an agent or a model";
                let help = "write one like { team = \"QA\", cwd = \"~/src/qa/**\" }";
                problems.add_at(path, message, help);
            }
            return None;
        };
        let is_printable = !team.chars().any(char::is_control);
        if !is_printable || cell::is_absent(&team) || is_total(&team) {
            let message = format!("`{}` cannot be the name of a team", brief(&team));
            let help = "write the name that the rows of the log have";
            problems.add_at(&[path, &["team"][..]].concat(), message, help);
            return None;
        }
        Some(ImportRule {
            team: team.trim().to_owned(),
            cwd: cwd.map(|pattern| pattern.0),
            branch: branch.map(|pattern| pattern.0),
            agent: agent.map(|pattern| pattern.0),
            model: model.map(|pattern| pattern.0),
            source: source.map(|writer| writer.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::parse;

    #[test]
    fn what_is_wrong_with_an_import_has_its_place() {
        let messages = [
            "[import]\ncount = []",
            "[import]\ncount = \"output\"",
            "[import]\ncount = [\"output\", \"reasoning\"]",
            "[import]\nteam_by = \"folder\"",
            "[import]\nteams = []",
            "[[import.team]]\nteam = \"QA\"",
            "[[import.team]]\ncwd = \"~/qa\"",
            "[[import.team]]\nteam = \"QA\"\ncwd = \"qa/**\"",
            "[[import.team]]\nteam = \"QA\"\ncwd = \"~/qa**\"",
            "[[import.team]]\nteam = \"QA\"\nfolder = \"~/qa\"",
            "[[import.team]]\nteam = \"QA\"\nagent = \"[\"",
            "[[import.team]]\nteam = \"QA\"\nagent = \"qa\"\nsource = \"both\"",
            "[[import.team]]\nteam = \"TOTAL\"\nagent = \"qa\"",
            "[[import.team]]\nteam = \"-\"\nagent = \"qa\"",
        ]
        .map(|text| {
            let found = parse(text).unwrap_err().found;
            let found = found.iter().map(|problem| {
                let (line, column) = (problem.place.line, problem.place.column);
                let help = problem.help.as_deref().unwrap_or_default();
                format!("{line}:{column}: {}\n  {help}\n", problem.message)
            });
            format!("{text}\n{}", found.collect::<String>())
        });
        insta::assert_snapshot!(messages.join("\n"), @r#"
        [import]
        count = []
        2:9: `count` cannot be a list
          write "all", or classes like ["input", "output", "cache_write"]

        [import]
        count = "output"
        2:9: `count` cannot be "output"
          write "all", or classes like ["input", "output", "cache_write"]

        [import]
        count = ["output", "reasoning"]
        2:20: `count` cannot be "reasoning"
          write "input", "output", "cache_write" or "cache_read"

        [import]
        team_by = "folder"
        2:11: `team_by` cannot be "folder"
          write "repository", "cwd", "branch" or "agent"

        [import]
        teams = []
        2:1: unknown key `teams`
          did you mean `team`?

        [[import.team]]
        team = "QA"
        1:1: a rule needs a team, and a cwd, a branch, an agent or a model
          write one like { team = "QA", cwd = "~/src/qa/**" }

        [[import.team]]
        cwd = "~/qa"
        1:1: a rule needs a team, and a cwd, a branch, an agent or a model
          write one like { team = "QA", cwd = "~/src/qa/**" }

        [[import.team]]
        team = "QA"
        cwd = "qa/**"
        3:7: `cwd` cannot be "qa/**"
          write a whole path like "~/src/alpha/**", with `**` between slashes alone

        [[import.team]]
        team = "QA"
        cwd = "~/qa**"
        3:7: `cwd` cannot be "~/qa**"
          write a whole path like "~/src/alpha/**", with `**` between slashes alone

        [[import.team]]
        team = "QA"
        folder = "~/qa"
        3:1: unknown key `folder`
          known here: `team`, `cwd`, `branch`, `agent`, `model`, `source`

        [[import.team]]
        team = "QA"
        agent = "["
        3:9: `agent` cannot be "["
          write a name, or a pattern like "feature/*"

        [[import.team]]
        team = "QA"
        agent = "qa"
        source = "both"
        4:10: `source` cannot be "both"
          write "log" or "import"

        [[import.team]]
        team = "TOTAL"
        agent = "qa"
        2:8: `TOTAL` cannot be the name of a team
          write the name that the rows of the log have

        [[import.team]]
        team = "-"
        agent = "qa"
        2:8: `-` cannot be the name of a team
          write the name that the rows of the log have
        "#);
    }
}
