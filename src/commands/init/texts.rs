//! The text of a fresh log, and that of the settings beside it.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};

use super::Team;
use crate::{
    config,
    failure::Failure,
    log::{self, Item, RowValue},
    model::{EntryKind, Month, Tokens, fold_name},
    text::FileId,
};

/// What a log begins with.
pub(super) struct Begun {
    pub(super) teams: Vec<Team>,
    /// For all teams together.
    pub(super) budget: Option<Tokens>,
    /// The name of the log's file.
    pub(super) log: String,
    pub(super) now: DateTime<FixedOffset>,
}

impl Begun {
    /// The log: its header, the month with a row for each team, their budgets, the budget.
    pub(super) fn log(&self) -> String {
        let updated = self.now.to_utc().format("%Y-%m-%d %H:%M UTC");
        let month = Month::of(self.now.date_naive());
        let mut text = format!(
            "# Cost Log v2.0 — Compressed Format\n\
             > **Retention Policy:** Monthly aggregates kept indefinitely; daily details purged after 30 days\n\
             > **Unit:** Tokens | **Currency:** USD\n\
             > **Last Updated:** {updated}\n\n---\n\n\
             ## {month} Monthly Summary\n\n\
             | Agent/Team | Task | Tokens | Cost (USD) | Status | Duration |\n\
             |-----------|------|--------|-----------|--------|----------|\n"
        );
        for Team { name, .. } in &self.teams {
            let name = cell(name);
            let _ = writeln!(text, "| {name} | — | 0 | — | ⏳ PENDING | — |");
        }
        let complete = self.budget.map_or("—", |_| "**0.0% complete**");
        let _ = writeln!(text, "| **TOTAL MTD** | — | **0** | — | {complete} | — |");
        self.allocation(&mut text);
        self.budget_status(&mut text);
        text
    }

    fn allocation(&self, text: &mut String) {
        let given = self
            .teams
            .iter()
            .filter_map(|team| Some((team, team.budget?)));
        let mut rows = String::new();
        for (team, budget) in given {
            let name = cell(&team.name);
            let _ = writeln!(
                rows,
                "| {name} | — | {budget} | 0 | {budget} | 0% | — | ⏳ PENDING |"
            );
        }
        if !rows.is_empty() {
            text.push_str(
                "\n---\n\n## Budget Allocation by Team\n\n\
                 | Team | Role | Allocated | Used | Remaining | % Complete | Efficiency | Status |\n\
                 |------|------|-----------|------|-----------|------------|-----------|--------|\n",
            );
            text.push_str(&rows);
        }
    }

    fn budget_status(&self, text: &mut String) {
        if let Some(budget) = self.budget {
            let _ = write!(
                text,
                "\n---\n\n## Cost-Tracking Notes\n\n**Budget Status:**\n\
                 - Total budget: {budget} tokens\n\
                 - Current usage: 0 tokens (0.0%)\n\
                 - Remaining budget: {budget} tokens (100.0%)\n"
            );
        }
    }

    /// The settings: every one there is, and in force those that were given.
    pub(super) fn settings(&self) -> String {
        let number = |tokens: Tokens| tokens.to_string().replace(',', "_");
        let budget = match self.budget {
            Some(budget) => format!("tokens = {}", number(budget)),
            None => "#tokens = \"200K\"".to_owned(),
        };
        let given = self.teams.iter();
        let given = given.filter_map(|team| Some((&team.name, team.budget?)));
        let teams: Vec<String> = given
            .map(|(name, budget)| {
                let alias = quoted(&format!("{name} (old name)"));
                let (name, budget) = (quoted(name), number(budget));
                format!("[teams.{name}]\ntokens = {budget}\n#aliases = [{alias}]\n")
            })
            .collect();
        let teams = if teams.is_empty() {
            "#[teams.\"Team A\"]\n#tokens = \"15K\"\n#aliases = [\"Alpha\", \"team-a\"]\n"
                .to_owned()
        } else {
            teams.join("\n")
        };
        SETTINGS
            .replace("<log>", &quoted(&self.log))
            .replace("<budget>", &budget)
            .replace("<teams>", &teams)
    }
}

const SETTINGS: &str = r#"# The settings of tokmon. Remove the # before a key to set it: what stands there is the default, or an example.

# The cost log, seen from this folder.
log = <log>

[budget]
# Tokens of a month, for all teams together. --budget and TOKMON_BUDGET outrank it; it outranks what the log says.
<budget>
# Money of a month.
#cost = "25.00 USD"
# Tokens that are kept back from the teams.
#reserve = "5K"

# From how many percent of a budget on it has a level.
[budget.thresholds]
#note = 75
#warning = 80
#critical = 90
#exceeded = 100

# A team: the tokens it may use in a month, and other names that it goes by in the log.
<teams>
# Tokens per deliverable: how many are aimed at, and from how many on a team is pointed out. Outranks what the log says.
[efficiency]
#target = "5K"
#alert = "6K"

# By how many percent the plan's open phases differ from it in a good case and in a bad one.
[scenarios]
#optimistic = -10
#pessimistic = 15

# From which chance on, in percent, that a budget is not enough, the forecast has a level.
[forecast]
#warning = 20
#critical = 50
# The plan lists all work there is, so it ends the month's spending. Without this line, the log is asked.
#plan_complete = true

[archive]
# How many days of daily details are kept. Outranks the retention policy of the log.
#keep_days = 30
# Where the archives are, seen from the folder of the log.
#dir = "archive"

# What 1,000 tokens of a model cost, for spending of which no cost is written.
[prices]
#claude-haiku-4-5 = "0.003 USD"
"#;

/// A name as a cell of a table, with what has a meaning in Markdown escaped.
fn cell(name: &str) -> String {
    let mut cell = String::new();
    for c in name.chars() {
        if "\\|`*<[&~".contains(c) {
            cell.push('\\');
        }
        cell.push(c);
    }
    cell
}

/// A text as TOML has it, in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads both texts the way they will be read. Fails where a name does not come back as it was given.
pub(super) fn verify([log, settings]: &[String; 2], teams: &[Team]) -> Result<(), Failure> {
    let (mut names, mut given) = (Vec::new(), Vec::new());
    let mut is_fine = config::parse(settings).is_ok();
    log::read_str(log, FileId::LOG, &mut |item| match item {
        Item::Problem(_) | Item::Unreadable { .. } | Item::Usage(_) | Item::Line(_) => {
            is_fine = false;
        }
        Item::Row(row) => match row.value {
            RowValue::Entry(entry) if entry.kind == EntryKind::Monthly => {
                names.push(entry.work.team.into_owned());
            }
            RowValue::Allocation(row) if !row.is_reserve() => given.push(row.team),
            _ => {}
        },
        _ => {}
    });
    let all = teams.iter();
    let wrong = all.clone().zip(0..).find(|(team, at)| {
        names.get(*at).map(|name| fold_name(name)) != Some(fold_name(&team.name))
    });
    let budgets = all.filter(|team| team.budget.is_some()).count();
    if is_fine && wrong.is_none() && names.len() == teams.len() && given.len() == budgets {
        return Ok(());
    }
    let message = match wrong {
        Some((team, _)) => format!(
            "`{}` cannot be a team: a log would not give it back as it is",
            team.name
        ),
        None => "these teams cannot be told apart from other things in a log".to_owned(),
    };
    Err(Failure::usage(message).help("choose names of letters, digits and blanks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting in force, as if somebody had removed the `#` before each key.
    fn in_force(settings: &str) -> String {
        let lines = settings.lines().map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn settings_are_defaults_or_what_was_given_and_each_can_be_set() {
        for (teams, budget) in [
            ("Team A", None),
            ("A \"x\":5K,B\\C:1", Some(Tokens(90_000))),
        ] {
            let begun = Begun {
                teams: super::super::teams::parse(&[teams.to_owned()], budget).unwrap(),
                budget,
                log: "cost-log.md".to_owned(),
                now: "2026-02-25T17:00:00Z".parse().unwrap(),
            };
            let text = begun.settings();
            let written = config::parse(&text).unwrap();
            let all = config::parse(&in_force(&text)).unwrap();
            assert_eq!(written.policy.thresholds, all.policy.thresholds);
            assert_eq!(written.policy.scenarios, all.policy.scenarios);
            assert_eq!(written.policy.forecast.warning, all.policy.forecast.warning);
            assert_eq!(
                written.policy.forecast.critical,
                all.policy.forecast.critical
            );
            assert_eq!((written.keep_days, written.policy.reserve), (None, None));
            assert!(all.policy.budget.is_some() && all.policy.cost_budget.is_some());
            assert!(all.policy.reserve.is_some() && all.policy.efficiency.target.is_some());
            assert!(all.policy.efficiency.alert.is_some() && !all.policy.prices.is_empty());
            assert!(all.policy.forecast.plan_complete.is_some());
            assert!(all.keep_days.is_some() && all.archive_dir.is_some() && all.log.is_some());
            assert!(
                all.policy
                    .teams
                    .iter()
                    .all(|team| team.tokens.is_some() && !team.aliases.is_empty())
            );
            assert!(!all.policy.teams.is_empty());
        }
    }
}
