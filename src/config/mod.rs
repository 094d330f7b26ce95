//! `tokmon.toml`: finds it, reads it, and says exactly what is wrong with it.
//! [`Settings`] is what the program uses, `find` knows where it is, `file` what it may hold, `problems` explains what is wrong.

mod file;
mod find;
mod guard;
mod import;
mod problems;
mod read;
mod spelling;
mod target;

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use self::{
    file::{
        File, ForecastTable, MonthTable, PriceSetting, RecordedTeams, ScenariosTable, TeamTable,
        ThresholdsTable,
    },
    guard::TeamRule,
    problems::{ProblemList, brief},
    spelling::{Value, Whole},
};
use crate::{
    model::{
        Budget, BudgetPlaces, BudgetSource, EfficiencyGoal, ForecastPolicy, Level, ModelPrice,
        Month, MonthBudget, Policy, Scenarios, TeamPolicy, Thresholds, Tokens, Zone, fold_name,
    },
    store::{self, Checkout},
    text::Source,
};

pub use find::{FoundSettings, find, places};
pub use problems::Problems;
pub use read::has_read;

pub const FILE: &str = "tokmon.toml";

/// What a settings file says, with defaults for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The cost log, relative to the settings' folder.
    pub log: Option<PathBuf>,
    /// The time zone of days, as `--timezone` names it.
    pub timezone: Option<String>,
    pub policy: Policy,
    /// Days that daily details are kept.
    pub keep_days: Option<u32>,
    pub archive_dir: Option<PathBuf>,
    /// Whether `record` refuses new teams.
    pub known_teams_only: bool,
    pub alert: AlertSettings,
    /// Which team works where, for the hooks of guard.
    team_rules: Vec<TeamRule>,
}

/// How notices are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertSettings {
    /// The program and its arguments; empty where none is named.
    pub program: Vec<String>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// The lowest level that is notified.
    pub level: Option<Level>,
}

impl Settings {
    /// The folder of the archives, relative to the log's folder.
    pub fn archive_folder(&self) -> &Path {
        let folder = self.archive_dir.as_deref();
        folder.unwrap_or(Path::new("archive"))
    }

    /// The team that works in a folder, by the first rule that holds. `path` is that of the settings.
    pub fn team_of(
        &self,
        folder: &Path,
        path: Option<&Path>,
        checkout: &dyn Fn() -> Checkout,
    ) -> Option<String> {
        if self.team_rules.is_empty() {
            return None;
        }
        let (folder, checkout) = (store::real_path(folder), checkout());
        let root = path.and_then(Path::parent);
        let mut rules = self.team_rules.iter();
        let rule = rules.find(|rule| rule.holds(&folder, root, &checkout));
        rule.map(|rule| rule.team.clone())
    }
}

/// Reads the text of a settings file. Fails with everything that is wrong with it.
pub fn parse(text: &str) -> Result<Settings, Problems> {
    let source = Source::new(text);
    let (table, errors) = DeTable::parse_recoverable(source.body());
    let mut problems = ProblemList::new(&source, table.into_inner());
    for error in &errors {
        let span = error.span().unwrap_or_default();
        problems.add(
            &span,
            error.message().trim(),
            "see https://toml.io for how TOML is written",
        );
    }
    // The rest of a file with broken syntax says little; it is looked at when it can be read whole.
    if problems.is_empty()
        && let Some(file) = read(&mut problems)
    {
        let settings = file.check(&mut problems);
        if problems.is_empty() {
            return Ok(settings);
        }
    }
    Err(problems.finish())
}

/// Serde stops at the first error, so what is wrong is taken out of the table until the rest can be read.
fn read(problems: &mut ProblemList<'_>) -> Option<File> {
    while !problems.is_full() {
        let mut table = problems.table.clone();
        quote_floats(&mut table);
        let table = Spanned::new(0..0, table);
        match File::deserialize(toml::Deserializer::from(table)) {
            Ok(file) => return Some(file),
            Err(error) if problems.add_error(&error) => {}
            Err(_) => break,
        }
    }
    None
}

/// Turns floats, and integers that no type holds, into strings of their digits as written: money never becomes binary floating
/// point, and a number that is too large is reported as too large, not as text.
fn quote_floats(table: &mut DeTable<'_>) {
    for (_, value) in table.iter_mut() {
        match value.get_mut() {
            DeValue::Table(table) => quote_floats(table),
            DeValue::Float(number) => {
                *value.get_mut() = DeValue::String(DeString::Owned(number.as_str().to_owned()));
            }
            DeValue::Integer(number) if number.radix() == 10 => {
                let digits = number.as_str();
                if digits.parse::<i64>().is_err() {
                    *value.get_mut() = DeValue::String(DeString::Owned(digits.to_owned()));
                }
            }
            _ => {}
        }
    }
}

impl File {
    /// Checks what values must agree on.
    fn check(self, problems: &mut ProblemList<'_>) -> Settings {
        let Self {
            budget,
            efficiency,
            target,
            archive,
            alert,
            mut guard,
            read,
            import,
            ..
        } = self;
        let team_rules = TeamRule::read(std::mem::take(&mut guard.team), problems);
        let default = Policy::default();
        let month = |(month, table): (Value<Month>, MonthTable)| {
            (month.0, month_budget(month.0, &table, problems))
        };
        let policy = Policy {
            budget: budget.tokens.map(|tokens| of_settings(tokens.0)),
            cost_budget: budget.cost.map(|cost| cost.0),
            budget_places: places_in(problems, &["budget"]),
            reset: budget.reset.map_or(default.reset, |reset| reset.0),
            months: budget.months.into_iter().map(month).collect(),
            reserve: budget.reserve.map(|reserve| reserve.0),
            thresholds: thresholds(budget.thresholds),
            teams: teams(self.teams, problems),
            efficiency: EfficiencyGoal {
                target: efficiency.target.map(|target| target.0),
                alert: efficiency.alert.map(|alert| alert.0),
                target_from: None,
            },
            targets: target::targets(target, problems),
            scenarios: scenarios(self.scenarios),
            forecast: forecast(self.forecast),
            prices: prices(self.prices, problems),
            guard: guard.policy(problems),
            read: read.rules(problems),
            import: import.policy(problems),
            zone: Zone::default(),
        };
        let archive_dir = archive.dir.map(|dir| dir.0);
        check_policy(&policy, archive_dir.as_deref(), problems);
        Settings {
            log: self.log.map(|path| path.0),
            timezone: self.timezone,
            policy,
            keep_days: archive.keep_days.map(|days| days.0.0.unsigned_abs()),
            archive_dir,
            alert: AlertSettings {
                program: alert.program.map_or_else(Vec::new, |words| words.0),
                timeout: alert.timeout.map(|limit| limit.0.0),
                level: alert.level.map(|level| level.0),
            },
            known_teams_only: self.record.teams == Some(Value(RecordedTeams::Known)),
            team_rules,
        }
    }
}

fn month_budget(month: Month, table: &MonthTable, problems: &ProblemList<'_>) -> MonthBudget {
    MonthBudget {
        tokens: table.tokens.as_ref().map(|tokens| of_settings(tokens.0)),
        cost: table.cost.as_ref().map(|cost| cost.0),
        places: places_in(problems, &["budget", "months", &month.to_string()]),
    }
}

fn thresholds(table: ThresholdsTable) -> Thresholds {
    let default = Thresholds::default();
    Thresholds {
        note: percent(table.note, default.note),
        warning: percent(table.warning, default.warning),
        critical: percent(table.critical, default.critical),
        exceeded: percent(table.exceeded, default.exceeded),
    }
}

fn scenarios(table: ScenariosTable) -> Scenarios {
    let default = Scenarios::default();
    Scenarios {
        optimistic: table.optimistic.map_or(default.optimistic, |n| n.0.0),
        pessimistic: table.pessimistic.map_or(default.pessimistic, |n| n.0.0),
    }
}

fn forecast(table: ForecastTable) -> ForecastPolicy {
    let default = ForecastPolicy::default();
    ForecastPolicy {
        warning: percent(table.warning, default.warning),
        critical: percent(table.critical, default.critical),
        plan_complete: table.plan_complete,
    }
}

fn of_settings(tokens: Tokens) -> Budget {
    Budget {
        tokens,
        source: BudgetSource::Config,
        place: None,
    }
}

/// Where the budgets in a table are written.
fn places_in(problems: &ProblemList<'_>, table: &[&str]) -> BudgetPlaces {
    let place = |key| problems.place_of(&[table, &[key]].concat());
    BudgetPlaces {
        tokens: place("tokens"),
        cost: place("cost"),
    }
}

fn percent<const MIN: i32, const MAX: i32>(
    value: Option<Value<Whole<MIN, MAX>>>,
    default: u32,
) -> u32 {
    value.map_or(default, |value| value.0.0.unsigned_abs())
}

fn check_policy(policy: &Policy, archive_dir: Option<&Path>, problems: &mut ProblemList<'_>) {
    let at = policy.thresholds;
    let steps = [at.note, at.warning, at.critical, at.exceeded];
    let EfficiencyGoal { target, alert, .. } = policy.efficiency;
    let ForecastPolicy {
        warning, critical, ..
    } = policy.forecast;
    let mut parts = archive_dir.into_iter().flat_map(Path::iter);
    let is_own = parts.any(|part| part.eq_ignore_ascii_case(".tokmon"));
    let checks: [(bool, &[&str], String, &str); 4] = [
        (
            steps.is_sorted_by(|one, next| one < next),
            &["budget", "thresholds"],
            format!(
                "note, warning, critical and exceeded must rise, but are {}",
                steps.map(|step| step.to_string()).join(", ")
            ),
            "set each higher than the one before; the defaults are 75, 80, 90 and 100",
        ),
        (
            alert.is_none() || target <= alert,
            &["efficiency", "alert"],
            format!(
                "the alert at {} is below the target of {}",
                alert.unwrap_or_default(),
                target.unwrap_or_default()
            ),
            "set `alert` to the target or more",
        ),
        (
            warning < critical,
            &["forecast"],
            format!("a forecast is critical at {critical}%, and a warning at {warning}%"),
            "set both, `critical` higher than `warning`",
        ),
        (
            !is_own,
            &["archive", "dir"],
            "archives cannot be in `.tokmon`, where tokmon keeps its own files".to_owned(),
            "name another folder, like \"archive\"",
        ),
    ];
    for (_, path, message, help) in checks.into_iter().filter(|check| !check.0) {
        problems.add_at(path, message, help);
    }
}

fn prices(
    settings: BTreeMap<String, PriceSetting>,
    problems: &mut ProblemList<'_>,
) -> BTreeMap<String, ModelPrice> {
    let price = |(model, setting): (String, PriceSetting)| {
        let price = match setting {
            PriceSetting::EveryToken(price) => Some(price.into()),
            PriceSetting::ByKind(table) => table.price(),
        };
        // A table from which something wrong was taken out is not whole.
        if price.is_none() && problems.is_empty() {
            let message = format!("`{}` has no price that can be used", brief(&model));
            let help = "set prices in one currency, like { input = \"3 USD\", output = \"15 USD\", per = \"1M\" }";
            problems.add_at(&["prices", &model], message, help);
        }
        Some((model, price?))
    };
    settings.into_iter().filter_map(price).collect()
}

fn teams(tables: BTreeMap<String, TeamTable>, problems: &mut ProblemList<'_>) -> Vec<TeamPolicy> {
    let mut names: HashSet<String> = tables.keys().map(|name| fold_name(name)).collect();
    let team = |(name, table): (String, TeamTable)| {
        for alias in &table.aliases {
            if !names.insert(fold_name(alias)) {
                let message = format!("`{}` is the name of another team or alias", brief(alias));
                problems.add_at(
                    &["teams", &name, "aliases"],
                    message,
                    "give each name to one team",
                );
            }
        }
        TeamPolicy {
            tokens: table.tokens.map(|tokens| tokens.0),
            cost: table.cost.map(|cost| cost.0),
            places: places_in(problems, &["teams", &name]),
            aliases: table.aliases,
            name,
        }
    };
    tables.into_iter().map(team).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is reported about a file.
    fn report(text: &str) -> String {
        let (problems, source) = (parse(text).unwrap_err(), Source::new(text));
        let mut files = crate::text::Files::default();
        files.add(crate::text::FileRole::Settings, FILE, None);
        let style = crate::render::OutputStyle::PLAIN;
        crate::render::in_full(&problems.found, &files, style, &mut |place| {
            Some(source.line(place.line).to_owned())
        })
    }

    #[test]
    fn everything_that_can_be_set_is_read() {
        let settings = parse(
            r#"
log = "docs/cost-log.md"
timezone = "Asia/Seoul"
[budget]
tokens = 200_000
cost = 25.50
reserve = "5K"
reset = "manual"
thresholds = { note = 70, warning = 80 }
[budget.months.2026-01]
tokens = "150K"
cost = 20
[teams."Team A"]
tokens = "15K"
cost = "1.50 USD"
aliases = ["A", "Alpha"]
[teams."Team B"]
[efficiency]
target = "5K"
alert = 6000
[[target]]
metric = "cache-hit-rate"
value = "80%"
[[target]]
metric = "cache-hit-rate"
value = "90.5%"
warning = "70%"
team = "Team A"
[scenarios]
optimistic = -20
pessimistic = 30
[forecast]
warning = 10
critical = 60
plan_complete = true
[guard]
default_tier = "middle"
estimate = "5K"
unknown_team = "deny"
tiers = { top = ["llama-405b"], bottom = ["llama-8b", "Phi"] }
levels = { note = "middle", critical = "none" }
money = { top = 2.50, middle = "0.5", bottom = 0 }
[archive]
keep_days = 14
dir = "old"
[alert]
program = ["notify-send", "Tokens used"]
timeout = "2m"
level = "critical"
[record]
teams = "known"
[read]
team = "Solo"
year = 2026
decimal = "comma"
cache = "add"
ignore = ["Pricing", "/^Plan/"]
[[read.table]]
heading = "Session Log"
date = "Day"
tokens = ["Est. input tokens", "Est. output tokens"]
cost = "Est. cost"
team = "Model"
[import]
count = "all"
team_by = "branch"
[[import.team]]
team = "Alpha"
cwd = "~/src/alpha/**"
branch = "main"
source = "log"
[[import.team]]
team = "QA"
agent = "review*"
model = "claude-*"
source = "import"
[prices]
claude-haiku-4-5 = 0.003
"claude-opus-4.1" = "0.0125 EUR"
claude-sonnet = { input = 3, output = 15.00, cache_read = "0.30 USD", cache_write = "$3.75", cache_write_1h = 6 }
local = { input = "1 EUR", per = "1K" }
"#,
        )
        .unwrap();
        insta::assert_debug_snapshot!(settings);
    }

    #[test]
    fn everything_wrong_is_found_with_its_place() {
        let text = "bugdet = 1\n[budget]\ntokens = true\ncost = \"lots\"\ncolour = 1\nthresholds = { note = 90, warning = 80, critical = 0 }\n[teams]\nA = { aliases = [\"B\", 3], token = 5 }\nB = 7\n[scenarios]\noptimistic = 1.5\n[prices]\nm = \"free\"\n";
        insta::assert_snapshot!(report(text), @r#"
        error[TM022]: unknown key `bugdet`
          ╭▸ tokmon.toml:1:1
          │
        1 │ bugdet = 1
          │ ━━━━━━ here
          │
          ╰ help: did you mean `budget`?

        error[TM022]: `tokens` cannot be true
          ╭▸ tokmon.toml:3:10
          │
        3 │ tokens = true
          │          ━━━━ here
          │
          ╰ help: write a number of tokens like 200_000 or "200K"

        error[TM022]: `cost` cannot be "lots"
          ╭▸ tokmon.toml:4:8
          │
        4 │ cost = "lots"
          │        ━━━━━━ here
          │
          ╰ help: write an amount of money like 25.50 or "25.50 EUR"

        error[TM022]: unknown key `colour`
          ╭▸ tokmon.toml:5:1
          │
        5 │ colour = 1
          │ ━━━━━━ here
          │
          ╰ help: known here: `tokens`, `cost`, `reset`, `reserve`, `thresholds`, `months`

        error[TM022]: note, warning, critical and exceeded must rise, but are 90, 80, 90, 100
          ╭▸ tokmon.toml:6:14
          │
        6 │ thresholds = { note = 90, warning = 80, critical = 0 }
          │              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ here
          │
          ╰ help: set each higher than the one before; the defaults are 75, 80, 90 and 100

        error[TM022]: `critical` cannot be 0
          ╭▸ tokmon.toml:6:52
          │
        6 │ thresholds = { note = 90, warning = 80, critical = 0 }
          │                                                    ━ here
          │
          ╰ help: write a whole number from 1 to 1000

        error[TM022]: `aliases` cannot be 3
          ╭▸ tokmon.toml:8:23
          │
        8 │ A = { aliases = ["B", 3], token = 5 }
          │                       ━ here
          │
          ╰ help: write a name in quotes

        error[TM022]: unknown key `token`
          ╭▸ tokmon.toml:8:27
          │
        8 │ A = { aliases = ["B", 3], token = 5 }
          │                           ━━━━━ here
          │
          ╰ help: did you mean `tokens`?

        error[TM022]: `B` cannot be 7
          ╭▸ tokmon.toml:9:5
          │
        9 │ B = 7
          │     ━ here
          │
          ╰ help: write a table: `B = { … }`

        error[TM022]: `optimistic` cannot be 1.5
           ╭▸ tokmon.toml:11:14
           │
        11 │ optimistic = 1.5
           │              ━━━ here
           │
           ╰ help: write a whole number from -100 to 1000

        error[TM022]: `m` cannot be "free"
           ╭▸ tokmon.toml:13:5
           │
        13 │ m = "free"
           │     ━━━━━━ here
           │
           ╰ help: write a price per 1,000 tokens like 0.003 or "0.003 EUR", or a table with `input`
        "#);
    }

    #[test]
    fn a_value_in_the_place_of_a_table_is_named() {
        let problems = parse("budget = \"200K\"\nteams = []\nefficiency = 5\nscenarios = 1\narchive = \"old\"\nprices = 0.3\n").unwrap_err();
        let mut all: Vec<_> = problems.found;
        for text in ["budget.thresholds = 80", "teams.\"A B\" = 7"] {
            all.extend(parse(text).unwrap_err().found);
        }
        let shown = all
            .iter()
            .map(|problem| format!("{}: {:?}", problem.message, problem.help));
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
        `budget` cannot be "200K": Some("write a table: `budget = { … }`")
        `teams` cannot be a list: Some("write a table: `teams = { … }`")
        `efficiency` cannot be 5: Some("write a table: `efficiency = { … }`")
        `scenarios` cannot be 1: Some("write a table: `scenarios = { … }`")
        `archive` cannot be "old": Some("write a table: `archive = { … }`")
        `prices` cannot be 0.3: Some("write a table: `prices = { … }`")
        `thresholds` cannot be 80: Some("write a table: `thresholds = { … }`")
        `A B` cannot be 7: Some("write a table: `A B = { … }`")
        "#);
    }

    #[test]
    fn figures_that_contradict_each_other_or_a_default_are_reported() {
        insta::assert_snapshot!(report("[budget.thresholds]\nwarning = 60\n[efficiency]\ntarget = \"5K\"\nalert = \"4K\"\n"), @r#"
        error[TM022]: note, warning, critical and exceeded must rise, but are 75, 60, 90, 100
          ╭▸ tokmon.toml:1:1
          │
        1 │ [budget.thresholds]
          │ ━━━━━━━━━━━━━━━━━━━ here
          │
          ╰ help: set each higher than the one before; the defaults are 75, 80, 90 and 100

        error[TM022]: the alert at 4,000 is below the target of 5,000
          ╭▸ tokmon.toml:5:9
          │
        5 │ alert = "4K"
          │         ━━━━ here
          │
          ╰ help: set `alert` to the target or more
        "#);
        let messages = |thresholds: &str| {
            let problems = parse(&format!("[budget.thresholds]\n{thresholds}\n")).unwrap_err();
            let messages = problems.found.iter().map(|problem| {
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
        1: note, warning, critical and exceeded must rise, but are 75, 95, 90, 100
          set each higher than the one before; the defaults are 75, 80, 90 and 100
        ");
        insta::assert_snapshot!(messages("exceeded = 70\ncritical = 60\nwarning = 50\nnote = 50"), @"
        1: note, warning, critical and exceeded must rise, but are 50, 50, 60, 70
          set each higher than the one before; the defaults are 75, 80, 90 and 100
        ");
        insta::assert_snapshot!(messages("note = 89\nwarning = \"most\"\ncritical = 85"), @r#"
        1: note, warning, critical and exceeded must rise, but are 89, 80, 85, 100
          set each higher than the one before; the defaults are 75, 80, 90 and 100
        3: `warning` cannot be "most"
          write a whole number from 1 to 1000
        "#);
        assert!(parse("[efficiency]\ntarget = 5000\nalert = 5000\n").is_ok());
        assert!(parse("[budget.thresholds]\ncritical = 95\n").is_ok());
    }

    #[test]
    fn the_search_for_problems_ends_after_fifty() {
        let keys: Vec<String> = (100..220).rev().map(|n| format!("x{n} = 1")).collect();
        let text = keys.join("\n");
        let Problems { found, incomplete } = parse(&text).unwrap_err();
        let lines: Vec<usize> = found.iter().map(|problem| problem.place.line).collect();
        assert_eq!((lines, incomplete), ((71..=120).collect(), true));
        let long = "x".repeat(1_000);
        let problems = parse(&format!(
            "{long} = 1\nlog = [\"{long}\"]\n[budget]\ntokens = \"{long}\"\n"
        ))
        .unwrap_err();
        for problem in &problems.found {
            assert!(problem.message.chars().count() < 150, "{}", problem.message);
        }
    }

    #[test]
    fn prices_that_cannot_be_held_are_refused() {
        let messages = [
            "free = {}",
            "m = { input = \"3 USD\", output = \"15 EUR\" }",
            "m = { input = 3, per = 0 }",
            "m = { input = 1, per = 3 }",
            "m = { input = \"cheap\" }",
            "m = { inptu = 3 }",
            "m = [3]",
            "m = 3\n[budget.months.2026-13]\ntokens = 5",
            "m = 3\n[budget.months]\n2026-12 = 5",
        ]
        .map(|price| {
            let problem = parse(&format!("[prices]\n{price}\n"))
                .unwrap_err()
                .found
                .remove(0);
            let (column, help) = (problem.place.column, problem.help.unwrap_or_default());
            format!("{price}\n  {column}: {}\n  {help}\n", problem.message)
        });
        insta::assert_snapshot!(messages.concat(), @r#"
        free = {}
          8: `free` has no price that can be used
          set prices in one currency, like { input = "3 USD", output = "15 USD", per = "1M" }
        m = { input = "3 USD", output = "15 EUR" }
          5: `m` has no price that can be used
          set prices in one currency, like { input = "3 USD", output = "15 USD", per = "1M" }
        m = { input = 3, per = 0 }
          5: `m` has no price that can be used
          set prices in one currency, like { input = "3 USD", output = "15 USD", per = "1M" }
        m = { input = 1, per = 3 }
          5: `m` has no price that can be used
          set prices in one currency, like { input = "3 USD", output = "15 USD", per = "1M" }
        m = { input = "cheap" }
          15: `input` cannot be "cheap"
          write a price like 3.00 or "3.00 EUR"
        m = { inptu = 3 }
          7: unknown key `inptu`
          did you mean `input`?
        m = [3]
          5: `m` cannot be a list
          write a price per 1,000 tokens like 0.003 or "0.003 EUR", or a table with `input`
        m = 3
        [budget.months.2026-13]
        tokens = 5
          16: `2026-13` cannot be used here
          write a month like "2026-02"
        m = 3
        [budget.months]
        2026-12 = 5
          11: `2026-12` cannot be 5
          write a table: `2026-12 = { … }`
        "#);
    }

    #[test]
    fn archives_cannot_be_in_the_folder_of_tokmon() {
        for dir in [".tokmon", "x/../.tokmon/old", "./.TOKMON"] {
            let problems = parse(&format!("[archive]\ndir = \"{dir}\"\n")).unwrap_err();
            assert_eq!(
                problems.found[0].message,
                "archives cannot be in `.tokmon`, where tokmon keeps its own files"
            );
        }
        assert!(parse("[archive]\ndir = \"old.tokmon\"\n").is_ok());
    }

    #[test]
    fn broken_toml_is_reported_with_its_place() {
        let problems = parse("log = \n[budget\ntokens = 5\n").unwrap_err();
        let places: Vec<(usize, usize)> = problems
            .found
            .iter()
            .map(|problem| (problem.place.line, problem.place.column))
            .collect();
        assert_eq!(places, [(1, 7), (2, 8)]);
    }
}
