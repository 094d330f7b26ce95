//! `tokmon.toml`: finds it, reads it, and says exactly what is wrong with it. The file as written and the policy made of it
//! are two things: [`Settings`] is the second.

mod value;

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
    path::{Path, PathBuf},
};

use toml::{Spanned, de::DeTable};

use self::value::{Known, Reader, brief};
use crate::{
    diagnostic::Diagnostic,
    model::{
        Budget, BudgetSource, EfficiencyPolicy, ForecastPolicy, ModelPrice, Policy, Scenarios,
        TeamPolicy, Thresholds, fold_name,
    },
    store,
    text::Source,
};

/// The file's name.
pub const FILE: &str = "tokmon.toml";

/// What the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The cost log, relative to the settings' folder.
    pub log: Option<PathBuf>,
    /// Budgets, teams, thresholds, prices.
    pub policy: Policy,
    /// Days that daily details are kept.
    pub keep_days: Option<u32>,
    /// Where archives are, relative to the log's folder.
    pub archive_dir: Option<PathBuf>,
}

/// Where the settings for a folder may be, the nearest first: in it or in a parent up to the root of the repository, else in the
/// user's own settings. `user` is the user's settings folder, if there is one.
#[must_use]
pub fn places(folder: &Path, user: Option<&Path>) -> Vec<PathBuf> {
    let near = store::up_to_repository(folder)
        .into_iter()
        .map(|folder| folder.join(FILE));
    let own = user.map(|user| user.join("tokmon").join(FILE));
    near.chain(own).collect()
}

/// The settings file for a folder: the first of its [`places`] that is there.
#[must_use]
pub fn find(folder: &Path, user: Option<&Path>) -> Option<PathBuf> {
    let mut places = places(folder, user).into_iter();
    places.find(|path| store::is_file(path))
}

/// What is wrong with a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The first of them, in the order of the file.
    pub first: Vec<Diagnostic>,
    /// How many there are besides.
    pub more: usize,
}

/// Reads the text of a settings file. Fails with what is wrong with it.
pub fn parse(text: &str) -> Result<Settings, Problems> {
    let source = Source::new(text);
    let (table, errors) = DeTable::parse_recoverable(source.body());
    let mut reader = Reader::default();
    for error in errors {
        reader.problem(
            error.span().unwrap_or_default(),
            error.message().trim().to_owned(),
            "here",
            "see https://toml.io for how TOML is written",
        );
    }
    // What is left of a broken file says little; it is looked at when it can be read whole.
    let settings = if reader.is_fine() {
        reader.settings(table.get_ref())
    } else {
        Settings::default()
    };
    if reader.is_fine() {
        Ok(settings)
    } else {
        Err(reader.told(&source))
    }
}

const BUDGET: Known = Known {
    header: "budget",
    keys: &["tokens", "cost", "reserve", "thresholds"],
    example: "tokens = \"200K\"",
};

const THRESHOLDS: Known = Known {
    header: "budget.thresholds",
    keys: &["note", "warning", "critical", "exceeded"],
    example: "note = 75",
};

const EFFICIENCY: Known = Known {
    header: "efficiency",
    keys: &["target", "alert"],
    example: "target = \"5K\"",
};

const SCENARIOS: Known = Known {
    header: "scenarios",
    keys: &["optimistic", "pessimistic"],
    example: "optimistic = -10",
};

const FORECAST: Known = Known {
    header: "forecast",
    keys: &["warning", "critical", "plan_complete"],
    example: "warning = 20",
};

const ARCHIVE: Known = Known {
    header: "archive",
    keys: &["keep_days", "dir"],
    example: "keep_days = 14",
};

impl Reader {
    fn settings(&mut self, root: &DeTable<'_>) -> Settings {
        self.known_keys(
            root,
            &[
                "log",
                "budget",
                "teams",
                "efficiency",
                "scenarios",
                "forecast",
                "archive",
                "prices",
            ],
        );
        let (keep_days, archive_dir) = self.archive(root);
        let mut policy = Policy {
            teams: self.teams(root),
            efficiency: self.efficiency(root),
            scenarios: self.scenarios(root),
            forecast: self.forecast(root),
            prices: self.prices(root),
            ..Policy::default()
        };
        self.budget(root, &mut policy);
        Settings {
            log: root.get("log").and_then(|value| self.path(value)),
            policy,
            keep_days,
            archive_dir,
        }
    }

    fn budget(&mut self, root: &DeTable<'_>, policy: &mut Policy) {
        let Some(budget) = self.table(root, &BUDGET) else {
            return;
        };
        let tokens = budget.get("tokens").and_then(|value| self.tokens(value));
        policy.budget = tokens.map(|tokens| Budget {
            tokens,
            source: BudgetSource::Config,
            place: None,
        });
        policy.cost_budget = budget.get("cost").and_then(|value| self.money(value));
        policy.reserve = budget.get("reserve").and_then(|value| self.tokens(value));
        policy.thresholds = self.thresholds(budget);
    }

    fn thresholds(&mut self, budget: &DeTable<'_>) -> Thresholds {
        let mut thresholds = Thresholds::default();
        let Some(table) = self.table(budget, &THRESHOLDS) else {
            return thresholds;
        };
        let fields = [
            ("note", &mut thresholds.note),
            ("warning", &mut thresholds.warning),
            ("critical", &mut thresholds.critical),
            ("exceeded", &mut thresholds.exceeded),
        ];
        let mut steps = Vec::new();
        for (key, field) in fields {
            let written = table.get(key);
            let percent = written.map(|value| self.integer(value, 1, 1_000));
            match percent {
                Some(Some(percent)) => *field = percent.unsigned_abs(),
                // Of a figure that cannot be read, nobody knows whether it rises.
                Some(None) => continue,
                None => {}
            }
            steps.push((key, *field, written.map(Spanned::span)));
        }
        let falling = steps.windows(2).find(|pair| pair[0].1 >= pair[1].1);
        if let Some([low, high]) = falling {
            let said = |(key, percent, span): &(&str, u32, Option<Range<usize>>)| match span {
                Some(_) => format!("{key} is {percent}"),
                None => format!("{key} is {percent} by default"),
            };
            let help = match (&low.2, &high.2) {
                (Some(_), Some(_)) => {
                    "give them in the order note, warning, critical, exceeded, each higher than the one before".to_owned()
                }
                (None, _) => format!("set `{}` too, below {}", low.0, high.1),
                (_, None) => format!("set `{}` too, above {}", high.0, low.1),
            };
            let span = high.2.clone().or(low.2.clone()).unwrap_or_default();
            self.problem(
                span,
                format!("thresholds must rise: {}, and {}", said(low), said(high)),
                "not rising",
                &help,
            );
        }
        thresholds
    }

    fn efficiency(&mut self, root: &DeTable<'_>) -> EfficiencyPolicy {
        let Some(table) = self.table(root, &EFFICIENCY) else {
            return EfficiencyPolicy::default();
        };
        let policy = EfficiencyPolicy {
            target: table.get("target").and_then(|value| self.tokens(value)),
            alert: table.get("alert").and_then(|value| self.tokens(value)),
        };
        if let (Some(target), Some(alert), Some(written)) =
            (policy.target, policy.alert, table.get("alert"))
            && alert < target
        {
            self.problem(
                written.span(),
                format!("the alert at {alert} is below the target of {target}"),
                "below the target",
                "give an alert that is the target or more",
            );
        }
        policy
    }

    fn scenarios(&mut self, root: &DeTable<'_>) -> Scenarios {
        let default = Scenarios::default();
        let Some(table) = self.table(root, &SCENARIOS) else {
            return default;
        };
        let mut change = |key, default| {
            let written = table.get(key);
            written
                .and_then(|value| self.integer(value, -100, 1_000))
                .unwrap_or(default)
        };
        Scenarios {
            optimistic: change("optimistic", default.optimistic),
            pessimistic: change("pessimistic", default.pessimistic),
        }
    }

    fn forecast(&mut self, root: &DeTable<'_>) -> ForecastPolicy {
        let mut policy = ForecastPolicy::default();
        let Some(table) = self.table(root, &FORECAST) else {
            return policy;
        };
        // Below 5% a probability is shown as no more than that.
        let mut percent = |key| Some(self.integer(table.get(key)?, 5, 100)?.unsigned_abs());
        policy.warning = percent("warning").unwrap_or(policy.warning);
        policy.critical = percent("critical").unwrap_or(policy.critical);
        let complete = table.get("plan_complete");
        policy.plan_complete = complete.and_then(|value| self.flag(value));
        let written = table.get("critical").or(table.get("warning"));
        if let Some(written) =
            written.filter(|_| self.is_fine() && policy.critical <= policy.warning)
        {
            self.problem(
                written.span(),
                format!(
                    "a forecast is critical at {}%, and a warning at {}%",
                    policy.critical, policy.warning
                ),
                "not rising",
                "give both, `critical` higher than `warning`",
            );
        }
        policy
    }

    fn prices(&mut self, root: &DeTable<'_>) -> BTreeMap<String, ModelPrice> {
        let table = root.get("prices").and_then(|value| {
            self.as_table(
                value,
                "write a table `[prices]` with `claude-haiku-4-5 = 0.003`",
            )
        });
        let models = table.into_iter().flatten();
        models
            .filter_map(|(model, value)| Some((model.get_ref().to_string(), self.price(value)?)))
            .collect()
    }

    /// The days to keep, and where archives are.
    fn archive(&mut self, root: &DeTable<'_>) -> (Option<u32>, Option<PathBuf>) {
        let Some(table) = self.table(root, &ARCHIVE) else {
            return (None, None);
        };
        let days = table
            .get("keep_days")
            .and_then(|value| self.integer(value, 0, 100_000));
        (
            days.map(i32::unsigned_abs),
            table.get("dir").and_then(|value| self.path(value)),
        )
    }

    fn teams(&mut self, table: &DeTable<'_>) -> Vec<TeamPolicy> {
        let help = "write a table `[teams.NAME]` with `tokens = \"15K\"`";
        let teams = table
            .get("teams")
            .and_then(|value| self.as_table(value, help));
        let Some(teams) = teams else {
            return Vec::new();
        };
        let mut names: HashSet<String> =
            teams.keys().map(|name| fold_name(name.get_ref())).collect();
        let mut policies = Vec::new();
        for (name, value) in teams {
            let help = format!(
                "write a table `[teams.\"{}\"]` with `tokens = \"15K\"`",
                brief(name.get_ref())
            );
            let Some(team) = self.as_table(value, &help) else {
                continue;
            };
            self.known_keys(team, &["tokens", "aliases"]);
            let mut aliases = Vec::new();
            let array = team
                .get("aliases")
                .and_then(|value| self.strings(value))
                .unwrap_or_default();
            for (alias, span) in array {
                if names.insert(fold_name(&alias)) {
                    aliases.push(alias);
                } else {
                    self.problem(
                        span,
                        format!("`{}` is the name of another team or alias", brief(&alias)),
                        "taken",
                        "give each name to one team",
                    );
                }
            }
            policies.push(TeamPolicy {
                name: name.get_ref().to_string(),
                tokens: team.get("tokens").and_then(|value| self.tokens(value)),
                aliases,
            });
        }
        policies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said about a file.
    fn told(text: &str) -> String {
        let (problems, source) = (parse(text).unwrap_err(), Source::new(text));
        let mut files = crate::text::Files::default();
        files.add(crate::text::FileRole::Settings, FILE);
        let style = crate::render::Style::PLAIN;
        crate::render::in_full(&problems.first, &files, style, &mut |place| {
            Some(source.line(place.line).to_owned())
        })
    }

    #[test]
    fn everything_that_can_be_set_is_read() {
        let settings = parse(
            r#"
log = "docs/cost-log.md"
[budget]
tokens = 200_000
cost = 25.50
reserve = "5K"
thresholds = { note = 70, warning = 80 }
[teams."Team A"]
tokens = "15K"
aliases = ["A", "Alpha"]
[teams."Team B"]
[efficiency]
target = "5K"
alert = 6000
[scenarios]
optimistic = -20
pessimistic = 30
[forecast]
warning = 10
critical = 60
plan_complete = true
[archive]
keep_days = 14
dir = "old"
[prices]
claude-haiku-4-5 = 0.003
"claude-opus-4.1" = "0.0125 EUR"
"#,
        )
        .unwrap();
        insta::assert_debug_snapshot!(settings);
    }

    #[test]
    fn everything_wrong_is_found_with_its_place() {
        let text = "bugdet = 1\n[budget]\ntokens = true\ncost = \"lots\"\ncolour = 1\nthresholds = { note = 90, warning = 80, critical = 0 }\n[teams]\nA = { aliases = [\"B\", 3], token = 5 }\nB = 7\n[scenarios]\noptimistic = 1.5\n[prices]\nm = \"free\"\n";
        insta::assert_snapshot!(told(text), @r#"
        error[TM022]: unknown key `bugdet`
          ╭▸ tokmon.toml:1:1
          │
        1 │ bugdet = 1
          │ ━━━━━━ not known
          │
          ╰ help: did you mean `budget`?

        error[TM022]: found a boolean where a number of tokens like 200_000 or "200K" belongs
          ╭▸ tokmon.toml:3:10
          │
        3 │ tokens = true
          │          ━━━━ cannot be used
          │
          ╰ help: write a number of tokens like 200_000 or "200K"

        error[TM022]: found "lots" where an amount of money like 25.50 or "25.50 EUR" belongs
          ╭▸ tokmon.toml:4:8
          │
        4 │ cost = "lots"
          │        ━━━━━━ cannot be used
          │
          ╰ help: write an amount of money like 25.50 or "25.50 EUR"

        error[TM022]: unknown key `colour`
          ╭▸ tokmon.toml:5:1
          │
        5 │ colour = 1
          │ ━━━━━━ not known
          │
          ╰ help: known here: `tokens`, `cost`, `reserve`, `thresholds`

        error[TM022]: thresholds must rise: note is 90, and warning is 80
          ╭▸ tokmon.toml:6:37
          │
        6 │ thresholds = { note = 90, warning = 80, critical = 0 }
          │                                     ━━ not rising
          │
          ╰ help: give them in the order note, warning, critical, exceeded, each higher than the one before

        error[TM022]: found 0 where a whole number from 1 to 1000 belongs
          ╭▸ tokmon.toml:6:52
          │
        6 │ thresholds = { note = 90, warning = 80, critical = 0 }
          │                                                    ━ cannot be used
          │
          ╰ help: write a whole number from 1 to 1000

        error[TM022]: `B` is the name of another team or alias
          ╭▸ tokmon.toml:8:18
          │
        8 │ A = { aliases = ["B", 3], token = 5 }
          │                  ━━━ taken
          │
          ╰ help: give each name to one team

        error[TM022]: found 3 where a name in quotes belongs
          ╭▸ tokmon.toml:8:23
          │
        8 │ A = { aliases = ["B", 3], token = 5 }
          │                       ━ cannot be used
          │
          ╰ help: write a name in quotes

        error[TM022]: unknown key `token`
          ╭▸ tokmon.toml:8:27
          │
        8 │ A = { aliases = ["B", 3], token = 5 }
          │                           ━━━━━ not known
          │
          ╰ help: did you mean `tokens`?

        error[TM022]: found 7 where a table belongs
          ╭▸ tokmon.toml:9:5
          │
        9 │ B = 7
          │     ━ cannot be used
          │
          ╰ help: write a table `[teams."B"]` with `tokens = "15K"`

        error[TM022]: found 1.5 where a whole number from -100 to 1000 belongs
           ╭▸ tokmon.toml:11:14
           │
        11 │ optimistic = 1.5
           │              ━━━ cannot be used
           │
           ╰ help: write a whole number from -100 to 1000

        error[TM022]: found "free" where a price per 1,000 tokens like 0.003 or "0.003 EUR" belongs
           ╭▸ tokmon.toml:13:5
           │
        13 │ m = "free"
           │     ━━━━━━ cannot be used
           │
           ╰ help: write a price per 1,000 tokens like 0.003 or "0.003 EUR"
        "#);
    }

    #[test]
    fn a_value_in_the_place_of_a_table_is_shown_the_table() {
        let problems = parse("budget = \"200K\"\nteams = []\nefficiency = 5\nscenarios = 1\narchive = \"old\"\nprices = 0.3\n").unwrap_err();
        let mut helps: Vec<_> = problems
            .first
            .iter()
            .filter_map(|problem| problem.help.clone())
            .collect();
        for text in ["budget.thresholds = 80", "teams.\"A B\" = 7"] {
            helps.extend(
                parse(text)
                    .unwrap_err()
                    .first
                    .into_iter()
                    .filter_map(|problem| problem.help),
            );
        }
        insta::assert_snapshot!(helps.join("\n"), @r#"
        write a table `[budget]` with `tokens = "200K"`
        write a table `[teams.NAME]` with `tokens = "15K"`
        write a table `[efficiency]` with `target = "5K"`
        write a table `[scenarios]` with `optimistic = -10`
        write a table `[archive]` with `keep_days = 14`
        write a table `[prices]` with `claude-haiku-4-5 = 0.003`
        write a table `[budget.thresholds]` with `note = 75`
        write a table `[teams."A B"]` with `tokens = "15K"`
        "#);
    }

    #[test]
    fn figures_that_contradict_each_other_or_a_default_are_told() {
        insta::assert_snapshot!(told("[budget.thresholds]\nwarning = 60\n[efficiency]\ntarget = \"5K\"\nalert = \"4K\"\n"), @r#"
        error[TM022]: thresholds must rise: note is 75 by default, and warning is 60
          ╭▸ tokmon.toml:2:11
          │
        2 │ warning = 60
          │           ━━ not rising
          │
          ╰ help: set `note` too, below 60

        error[TM022]: the alert at 4,000 is below the target of 5,000
          ╭▸ tokmon.toml:5:9
          │
        5 │ alert = "4K"
          │         ━━━━ below the target
          │
          ╰ help: give an alert that is the target or more
        "#);
        let messages = |thresholds: &str| {
            let problems = parse(&format!("[budget.thresholds]\n{thresholds}\n")).unwrap_err();
            let messages = problems.first.iter().map(|problem| {
                format!(
                    "{}: {}\n  {}\n",
                    problem.place.line,
                    problem.message,
                    problem.help.as_deref().unwrap_or_default()
                )
            });
            messages.collect::<String>()
        };
        insta::assert_snapshot!(messages("warning = 95"), @"
        2: thresholds must rise: warning is 95, and critical is 90 by default
          set `critical` too, above 95
        ");
        insta::assert_snapshot!(messages("exceeded = 70\ncritical = 60\nwarning = 50\nnote = 50"), @"
        4: thresholds must rise: note is 50, and warning is 50
          give them in the order note, warning, critical, exceeded, each higher than the one before
        ");
        insta::assert_snapshot!(messages("note = 89\nwarning = \"most\"\ncritical = 85"), @r#"
        3: found "most" where a whole number from 1 to 1000 belongs
          write a whole number from 1 to 1000
        4: thresholds must rise: note is 89, and critical is 85
          give them in the order note, warning, critical, exceeded, each higher than the one before
        "#);
        assert!(parse("[efficiency]\ntarget = 5000\nalert = 5000\n").is_ok());
        assert!(parse("[budget.thresholds]\ncritical = 95\n").is_ok());
    }

    #[test]
    fn of_many_problems_the_first_in_the_file_are_told() {
        let keys: Vec<String> = (100..220).rev().map(|n| format!("x{n} = 1")).collect();
        let text = keys.join("\n");
        let Problems { first, more } = parse(&text).unwrap_err();
        let lines: Vec<usize> = first.iter().map(|problem| problem.place.line).collect();
        assert_eq!((lines, more), ((1..=50).collect(), 70));
        let long = "x".repeat(1_000);
        let problems = parse(&format!(
            "{long} = 1\nlog = [\"{long}\"]\n[budget]\ntokens = \"{long}\"\n"
        ))
        .unwrap_err();
        for problem in &problems.first {
            assert!(problem.message.chars().count() < 150, "{}", problem.message);
        }
    }

    #[test]
    fn broken_toml_is_reported_with_its_place() {
        let problems = parse("log = \n[budget\ntokens = 5\n").unwrap_err();
        let places: Vec<(usize, usize)> = problems
            .first
            .iter()
            .map(|problem| (problem.place.line, problem.place.column))
            .collect();
        assert_eq!(places, [(1, 7), (2, 8)]);
    }
}
