//! `tokmon.toml`: finds it, reads it, and says exactly what is wrong with it. The file as written and the policy made of it
//! are two things: [`Settings`] is the second.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    diagnostic::{Code, Diagnostic},
    log::cell,
    model::{
        Amount, Budget, BudgetSource, Currency, Money, Policy, Price, TeamPolicy, Thresholds,
        Tokens, fold_name,
    },
    store,
    text::{Document, Place, Source, Span},
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

/// The settings file for a folder: in it or in a parent up to the root of the repository, else in the user's own settings.
/// `user` is the user's settings folder, if there is one.
#[must_use]
pub fn find(folder: &Path, user: Option<&Path>) -> Option<PathBuf> {
    let near = store::up_to_repository(folder)
        .into_iter()
        .map(|folder| folder.join(FILE));
    let own = user.map(|user| user.join("tokmon").join(FILE));
    near.chain(own).find(|path| store::is_file(path))
}

/// Reads the text of a settings file. Fails with everything that is wrong with it.
pub fn parse(text: &str) -> Result<Settings, Vec<Diagnostic>> {
    let source = Source::new(text);
    let (table, errors) = DeTable::parse_recoverable(source.body());
    let mut reader = Reader {
        source: &source,
        problems: Vec::new(),
    };
    for error in errors {
        reader.problem(
            error.span().unwrap_or_default(),
            error.message().trim().to_owned(),
            "here",
            "see https://toml.io for how TOML is written",
        );
    }
    // What is left of a broken file says little; it is looked at when it can be read whole.
    let settings = if reader.problems.is_empty() {
        reader.settings(table.get_ref())
    } else {
        Settings::default()
    };
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(settings);
    }
    crate::diagnostic::sort(&mut problems);
    Err(problems)
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'s> {
    source: &'s Source,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn settings(&mut self, table: &DeTable<'_>) -> Settings {
        self.known_keys(
            table,
            &[
                "log",
                "budget",
                "teams",
                "efficiency",
                "scenarios",
                "archive",
                "prices",
            ],
        );
        let mut settings = Settings {
            log: table.get("log").and_then(|value| self.path(value)),
            ..Settings::default()
        };
        let policy = &mut settings.policy;
        if let Some(budget) = self.table(
            table,
            "budget",
            &["tokens", "cost", "reserve", "thresholds"],
        ) {
            policy.budget = budget
                .get("tokens")
                .and_then(|value| self.tokens(value))
                .map(|tokens| Budget {
                    tokens,
                    source: BudgetSource::Config,
                    place: None,
                });
            policy.cost_budget = budget.get("cost").and_then(|value| self.money(value));
            policy.reserve = budget.get("reserve").and_then(|value| self.tokens(value));
            policy.thresholds = self.thresholds(budget);
        }
        policy.teams = self.teams(table);
        if let Some(efficiency) = self.table(table, "efficiency", &["target", "alert"]) {
            policy.efficiency.target = efficiency
                .get("target")
                .and_then(|value| self.tokens(value));
            policy.efficiency.alert = efficiency.get("alert").and_then(|value| self.tokens(value));
        }
        if let Some(scenarios) = self.table(table, "scenarios", &["optimistic", "pessimistic"]) {
            let mut change = |key, default| {
                scenarios.get(key).map_or(default, |value| {
                    self.integer(value, -100, 1_000).unwrap_or(default)
                })
            };
            policy.scenarios.optimistic = change("optimistic", policy.scenarios.optimistic);
            policy.scenarios.pessimistic = change("pessimistic", policy.scenarios.pessimistic);
        }
        if let Some(prices) = table.get("prices").and_then(|value| self.as_table(value)) {
            for (model, value) in prices {
                if let Some(price) = self.price(value) {
                    policy.prices.insert(model.get_ref().to_string(), price);
                }
            }
        }
        if let Some(archive) = self.table(table, "archive", &["keep_days", "dir"]) {
            settings.keep_days = archive
                .get("keep_days")
                .and_then(|value| self.integer(value, 0, 100_000))
                .and_then(|days| days.try_into().ok());
            settings.archive_dir = archive.get("dir").and_then(|value| self.path(value));
        }
        settings
    }

    fn thresholds(&mut self, budget: &DeTable<'_>) -> Thresholds {
        let mut thresholds = Thresholds::default();
        let Some(table) = self.table(
            budget,
            "thresholds",
            &["note", "warning", "critical", "exceeded"],
        ) else {
            return thresholds;
        };
        let fields = [
            ("note", &mut thresholds.note),
            ("warning", &mut thresholds.warning),
            ("critical", &mut thresholds.critical),
            ("exceeded", &mut thresholds.exceeded),
        ];
        for (key, field) in fields {
            if let Some(percent) = table
                .get(key)
                .and_then(|value| self.integer(value, 1, 1_000))
            {
                *field = percent.unsigned_abs();
            }
        }
        let steps = thresholds.steps();
        if let Some(pair) = steps.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
            let ((low, below), (high, above)) = (pair[0], pair[1]);
            let span = budget
                .get("thresholds")
                .map(Spanned::span)
                .unwrap_or_default();
            self.problem(
                span,
                format!("thresholds must rise: {below} is {low}, and {above} is {high}"),
                "not rising",
                "give them in the order note, warning, critical, exceeded, each higher than the one before",
            );
        }
        thresholds
    }

    fn teams(&mut self, table: &DeTable<'_>) -> Vec<TeamPolicy> {
        let Some(teams) = table.get("teams").and_then(|value| self.as_table(value)) else {
            return Vec::new();
        };
        let mut names: HashSet<String> =
            teams.keys().map(|name| fold_name(name.get_ref())).collect();
        let mut policies = Vec::new();
        for (name, value) in teams {
            let Some(team) = self.as_table(value) else {
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
                        format!("`{alias}` is the name of another team or alias"),
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

    /// A table of these keys, where there is one.
    fn table<'t, 'i>(
        &mut self,
        parent: &'t DeTable<'i>,
        key: &str,
        known: &[&str],
    ) -> Option<&'t DeTable<'i>> {
        let table = self.as_table(parent.get(key)?)?;
        self.known_keys(table, known);
        Some(table)
    }

    fn as_table<'t, 'i>(&mut self, value: &'t Value<'i>) -> Option<&'t DeTable<'i>> {
        value
            .get_ref()
            .as_table()
            .or_else(|| self.wrong_type(value, "a table"))
    }

    fn known_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
        {
            let name = key.get_ref();
            let nearest = known
                .iter()
                .min_by_key(|known| strsim::damerau_levenshtein(name, known));
            let near = nearest
                .filter(|known| strsim::damerau_levenshtein(name, known) <= 2.max(name.len() / 3));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "known here: {}",
                    known
                        .iter()
                        .map(|key| format!("`{key}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            };
            self.problem(
                key.span(),
                format!("unknown key `{name}`"),
                "not known",
                &help,
            );
        }
    }

    fn tokens(&mut self, value: &Value<'_>) -> Option<Tokens> {
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::String(text) => text.as_ref(),
            _ => return self.wrong_type(value, "a number of tokens like 200_000 or \"200K\""),
        };
        match cell::tokens(text) {
            Ok(Some(cell::TokenCell {
                used: Amount { value: tokens, .. },
                from: None,
                limit: None,
            })) => Some(tokens),
            _ => self.wrong_type(value, "a number of tokens like 200_000 or \"200K\""),
        }
    }

    fn money(&mut self, value: &Value<'_>) -> Option<Money> {
        let expected = "an amount of money like 25.50 or \"25.50 EUR\"";
        let Ok(Some(money)) = cell::money(decimal(value).unwrap_or_default()) else {
            return self.wrong_type(value, expected);
        };
        Some(Money {
            micros: money.amount.value,
            currency: money.currency.unwrap_or(Currency::USD),
        })
    }

    fn price(&mut self, value: &Value<'_>) -> Option<Price> {
        let expected = "a price per 1,000 tokens like 0.003 or \"0.003 EUR\"";
        let read = || {
            let text = decimal(value)?.trim();
            let (number, currency) = match text.split_once(char::is_whitespace) {
                Some((number, code)) => (number, Currency::parse(code.trim())?),
                None => (text.trim_start_matches('$'), Currency::USD),
            };
            Some(Price::per_thousand(cell::nanos(number)?, currency))
        };
        read().or_else(|| self.wrong_type(value, expected))
    }

    fn integer(&mut self, value: &Value<'_>, least: i32, most: i32) -> Option<i32> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i32::from_str_radix(number.as_str(), number.radix()).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        number.or_else(|| self.wrong_type(value, &format!("a whole number from {least} to {most}")))
    }

    fn path(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        match value.get_ref().as_str() {
            Some(path) if !path.is_empty() => Some(PathBuf::from(path)),
            _ => self.wrong_type(value, "a path in quotes"),
        }
    }

    fn strings(&mut self, value: &Value<'_>) -> Option<Vec<(String, std::ops::Range<usize>)>> {
        let Some(array) = value.get_ref().as_array() else {
            return self.wrong_type(value, "a list of names like [\"A\", \"B\"]");
        };
        let strings = array
            .iter()
            .filter_map(|item| match item.get_ref().as_str() {
                Some(text) => Some((text.to_owned(), item.span())),
                None => self.wrong_type(item, "a name in quotes"),
            });
        Some(strings.collect())
    }

    fn wrong_type<T>(&mut self, value: &Value<'_>, expected: &str) -> Option<T> {
        let found = match value.get_ref() {
            DeValue::String(text) => format!("\"{text}\""),
            other => format!("{} {}", article(other.type_str()), other.type_str()),
        };
        let message = format!("found {found} where {expected} belongs");
        self.problem(
            value.span(),
            message,
            "cannot be used",
            &format!("write {expected}"),
        );
        None
    }

    fn problem(&mut self, span: std::ops::Range<usize>, message: String, label: &str, help: &str) {
        let shift = self.source.body_start();
        let start = self.source.line_column(span.start + shift);
        let place = Place {
            document: Document::Config,
            span: Span::new(span.start + shift, span.end + shift),
            line: start.line,
            column: start.column,
            line_start: self.source.line_start(start.line).max(shift),
        };
        self.problems.push(
            Diagnostic::new(Code::InvalidSetting, message, place)
                .label(label)
                .help(help),
        );
    }
}

/// The digits of a number exactly as they are written: money never becomes binary floating point.
fn decimal<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        DeValue::String(text) => Some(text.as_ref()),
        _ => None,
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let (problems, source) = (parse(text).unwrap_err(), Source::new(text));
        let files = crate::render::Files {
            config: FILE.to_owned(),
            ..Default::default()
        };
        insta::assert_snapshot!(crate::render::in_full(&problems, &files, crate::render::Style::PLAIN, |place| Some(source.line(place.line).to_owned())), @r#"
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
          ╭▸ tokmon.toml:6:14
          │
        6 │ thresholds = { note = 90, warning = 80, critical = 0 }
          │              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ not rising
          │
          ╰ help: give them in the order note, warning, critical, exceeded, each higher than the one before

        error[TM022]: found an integer where a whole number from 1 to 1000 belongs
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

        error[TM022]: found an integer where a name in quotes belongs
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

        error[TM022]: found an integer where a table belongs
          ╭▸ tokmon.toml:9:5
          │
        9 │ B = 7
          │     ━ cannot be used
          │
          ╰ help: write a table

        error[TM022]: found a float where a whole number from -100 to 1000 belongs
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
    fn broken_toml_is_reported_with_its_place() {
        let problems = parse("log = \n[budget\ntokens = 5\n").unwrap_err();
        let places: Vec<(usize, usize)> = problems
            .iter()
            .map(|problem| (problem.place.line, problem.place.column))
            .collect();
        assert_eq!(places, [(1, 7), (2, 8)]);
    }
}
