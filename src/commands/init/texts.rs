//! The text of a new log, and of the settings beside it.

use chrono::{DateTime, FixedOffset};

use super::Team;
use crate::{
    config,
    failure::Failure,
    log::{self, Item, RowValue},
    model::{EntryKind, Month, Tokens, fold_name},
    text::FileId,
};

pub struct NewLog {
    pub teams: Vec<Team>,
    /// For all teams together.
    pub budget: Option<Tokens>,
    /// The file name of the log.
    pub log: String,
    pub now: DateTime<FixedOffset>,
}

impl NewLog {
    /// The log: a header, the month with a row for each team, the team budgets, the budget.
    pub fn log(&self) -> String {
        let updated = self.now.to_utc().format("%Y-%m-%d %H:%M UTC");
        let month = Month::of(self.now.date_naive());
        let names = self.teams.iter().map(|team| cell(&team.name));
        let rows: Vec<String> = names
            .map(|name| format!("| {name} | — | 0 | — | ⏳ PENDING | — |\n"))
            .collect();
        let rows = rows.concat();
        let complete = self.budget.map_or("—", |_| "**0.0% complete**");
        let mut text = format!(
            "# Cost Log v2.0 — Compressed Format\n\
             > **Retention Policy:** Monthly aggregates kept indefinitely; daily details purged after 30 days\n\
             > **Unit:** Tokens | **Currency:** USD\n\
             > **Last Updated:** {updated}\n\n---\n\n\
             ## {month} Monthly Summary\n\n\
             | Agent/Team | Task | Tokens | Cost (USD) | Status | Duration |\n\
             |-----------|------|--------|-----------|--------|----------|\n\
             {rows}\
             | **TOTAL MTD** | — | **0** | — | {complete} | — |\n"
        );
        let row = |(name, budget)| {
            let name = cell(name);
            format!("| {name} | {budget} |\n")
        };
        let rows: Vec<String> = self.team_budgets().map(row).collect();
        if !rows.is_empty() {
            text += "\n---\n\n## Budget Allocation by Team\n\n\
                | Team | Allocated |\n\
                |------|-----------|\n";
            text += &rows.concat();
        }
        if let Some(budget) = self.budget {
            let status = format!(
                "\n---\n\n## Cost-Tracking Notes\n\n**Budget Status:**\n\
                 - Total budget: {budget} tokens\n\
                 - Current usage: 0 tokens (0.0%)\n\
                 - Remaining budget: {budget} tokens (100.0%)\n"
            );
            text += &status;
        }
        text
    }

    fn team_budgets(&self) -> impl Iterator<Item = (&str, Tokens)> {
        let teams = self.teams.iter();
        teams.filter_map(|team| Some((team.name.as_str(), team.budget?)))
    }

    /// Every setting there is, commented out unless its value was given. `read` is the `[read]` table.
    pub fn settings(&self, read: &str) -> String {
        let number = |tokens: Tokens| tokens.to_string().replace(',', "_");
        let budget = match self.budget {
            Some(budget) => format!("tokens = {}", number(budget)),
            None => "#tokens = \"200K\"".to_owned(),
        };
        let team = |(name, budget)| {
            let alias = quoted(&format!("{name} (old name)"));
            let (name, budget) = (quoted(name), number(budget));
            format!(
                "[teams.{name}]\ntokens = {budget}\n#cost = \"2.00 USD\"\n#aliases = [{alias}]\n"
            )
        };
        let mut teams: Vec<String> = self.team_budgets().map(team).collect();
        if teams.is_empty() {
            let example = "#[teams.\"Team A\"]\n#tokens = \"15K\"\n#cost = \"2.00 USD\"\n\
                #aliases = [\"Alpha\", \"team-a\"]\n";
            teams.push(example.to_owned());
        }
        SETTINGS
            .replace("<log>", &quoted(&self.log))
            .replace("<budget>", &budget)
            .replace("<teams>", &teams.join("\n"))
            .replace("<read>", read)
    }
}

const SETTINGS: &str = r#"# The settings of tokmon. Remove the # before a key to set it. The values are the defaults, or examples.

# The cost log, relative to this folder.
log = <log>
# The time zone of dates, like "Asia/Seoul", "+09:00" or "UTC". Overridden by --timezone.
#timezone = "local"

[budget]
# The tokens for a month, for all teams together. Overrides the log; overridden by --budget and TOKMON_BUDGET.
<budget>
# The cost budget for a month.
#cost = "25.00 USD"
# Tokens that are not allocated to teams.
#reserve = "5K"
# When the budget begins anew: with each "month", or "manual", by `tokmon budget --reset`. See docs/budget.md.
#reset = "month"

# From which percentage of a budget its level rises.
[budget.thresholds]
#note = 75
#warning = 80
#critical = 90
#exceeded = 100

# The budget of a single month, which overrides the one above.
#[budget.months."2026-01"]
#tokens = "150K"
#cost = "20.00 USD"

# A team: its allocation for a month in tokens and in money, and its other names in the log.
<teams>
# Tokens per deliverable: the target, and from where a team gets an alert. Overrides the log.
[efficiency]
#target = "5K"
#alert = "6K"

# What a rate should be, and below what it is a warning: of all teams together and of each, or with `team` of that one.
# Without any, the target of the cache hit rate is 85%, and the warning 60%.
#[[target]]
#metric = "cache-hit-rate"
#value = "85%"
#warning = "60%"
#team = "Team A"

# The percentage by which the pending phases of the plan may take less or more than planned.
[scenarios]
#optimistic = -10
#pessimistic = 15

# From which chance of exceeding the budget, in percent, the level of the forecast rises.
[forecast]
#warning = 20
#critical = 50
# Whether the plan lists all work of the month. Without this line, tokmon decides by the log.
#plan_complete = true

[archive]
# Days of daily sections to keep. Overrides the retention policy of the log.
#keep_days = 30
# The folder of the archives, relative to the folder of the log.
#dir = "archive"

# What `tokmon guard` lets start. See docs/guard.md.
[guard]
# The tokens of work without --tokens, in place of the median row of its team.
#estimate = "5K"
# What becomes of a team that neither the log nor these settings know: allow (within the budget of all teams) or deny.
#unknown_team = "allow"
# The tier of models that tokmon does not know: top, middle or bottom.
#default_tier = "top"
# Models of each tier, the preferred ones first. Those of Anthropic, OpenAI and Google are known.
[guard.tiers]
#top = ["llama-405b"]
#middle = ["llama-70b"]
#bottom = ["llama-8b"]
# The highest tier that may start from each level on; "none" stops all.
[guard.levels]
#note = "top"
#warning = "middle"
#critical = "bottom"
#exceeded = "none"
# The money that must remain of a cost budget for each tier to start, in its currency.
[guard.money]
#top = 1.00
#middle = 0.20
#bottom = 0.10

# Notices of `tokmon alert`: the program to run for each, once you trust this file (tokmon trust); how long it may take; the
# lowest level.
[alert]
#program = ["notify-send", "Token budget"]
#timeout = "30s"
#level = "note"

[record]
# Which teams `tokmon record` records: any, or only those that the log or these settings know.
#teams = "any"

# The price of 1,000 tokens of a model, for usage without a cost.
[prices]
#claude-haiku-4-5 = "0.003 USD"
# By kind of token.
#[prices."claude-opus-4-1"]
#input = "15.00 USD"
#output = "75.00 USD"
#cache_read = "1.50 USD"
#cache_write = "18.75 USD"
#cache_write_1h = "30.00 USD"
#per = "1M"

<read>"#;

/// How to read another log than the one that is created.
pub const READ: &str = r#"# How to read a log that is not in tokmon's own format. See docs/reading.md.
[read]
# The team of rows that name none; without this line, that of the folder.
#team = "Team A"
# The year of dates that have none.
#year = 2026
# The decimal mark of figures that could mean two things, "point" or "comma".
#decimal = "point"
# Whether tokens read from and written into a cache are used tokens: "separate", or "add".
#cache = "separate"
# The headings of tables that count nothing: a text, or an /expression/.
#ignore = ["Pricing"]
# What the columns of the tables below a heading mean.
#[[read.table]]
#heading = "Log"
#date = "Date"
#tokens = ["Tokens In", "Tokens Out"]
#cost = "Cost"
#team = "Agent"
"#;

/// A name as the text of a table cell, with Markdown escaped.
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

/// A TOML string.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads both texts back. Fails if a name does not come back as it was given.
pub fn verify([log, settings]: &[String; 2], teams: &[Team]) -> Result<(), Failure> {
    let (mut names, mut budgets) = (Vec::new(), 0);
    let mut is_fine = config::parse(settings).is_ok();
    log::read_str(log, FileId::LOG, &mut |item| match item {
        Item::Problem(_) | Item::Unreadable { .. } | Item::Usage(_) | Item::Line { .. } => {
            is_fine = false;
        }
        Item::Row(row) => match row.value {
            RowValue::Entry(entry) if entry.kind == EntryKind::Monthly => {
                names.push(fold_name(&entry.work.team));
            }
            RowValue::Allocation(row) if !row.is_reserve() => budgets += 1,
            _ => {}
        },
        _ => {}
    });
    let mut read = names.iter();
    let wrong = teams
        .iter()
        .find(|team| read.next() != Some(&fold_name(&team.name)));
    is_fine &= budgets == teams.iter().filter(|team| team.budget.is_some()).count();
    let message = match wrong {
        None if is_fine && names.len() == teams.len() => return Ok(()),
        None => "these team names are ambiguous in a log".to_owned(),
        Some(team) => format!(
            "invalid team name `{}`: it would not survive in a Markdown table",
            team.name
        ),
    };
    Err(Failure::usage(message).help("use letters, digits and spaces"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RateGoal, Thresholds};

    fn settings(teams: &[(&str, u64)], budget: Option<u64>) -> String {
        let team = |(name, budget): &(&str, u64)| Team {
            name: (*name).to_owned(),
            budget: Some(Tokens(*budget)),
        };
        let new_log = NewLog {
            teams: teams.iter().map(team).collect(),
            budget: budget.map(Tokens),
            log: "cost-log.md".to_owned(),
            now: "2026-02-25T17:00:00Z".parse().unwrap(),
        };
        new_log.settings(READ)
    }

    /// The settings without the `#` before each key.
    fn in_force(settings: &str) -> String {
        let lines = settings.lines().map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn settings_are_defaults_or_what_was_given_and_each_can_be_set() {
        for text in [
            settings(&[], None),
            settings(&[("A \"x\"", 5_000), ("B\\C", 1)], Some(90_000)),
        ] {
            let written = config::parse(&text).unwrap();
            let all = config::parse(&in_force(&text)).unwrap();
            assert_eq!(written.policy.thresholds, Thresholds::default());
            assert_eq!(written.policy.thresholds, all.policy.thresholds);
            assert_eq!(written.policy.scenarios, all.policy.scenarios);
            assert_eq!(
                (
                    written.policy.forecast.warning,
                    written.policy.forecast.critical
                ),
                (all.policy.forecast.warning, all.policy.forecast.critical)
            );
            assert_eq!((written.keep_days, written.policy.reserve), (None, None));
            assert!(all.policy.budget.is_some() && all.policy.cost_budget.is_some());
            assert!(all.policy.reserve.is_some() && all.policy.efficiency.target.is_some());
            assert!(all.policy.efficiency.alert.is_some() && !all.policy.prices.is_empty());
            assert!(all.policy.forecast.plan_complete.is_some());
            assert_eq!(all.policy.targets[0].goal, RateGoal::CACHE_HITS);
            assert!(all.policy.read.team.is_some() && !all.policy.read.tables.is_empty());
            assert!(all.keep_days.is_some() && all.archive_dir.is_some() && all.log.is_some());
            let mut teams = all.policy.teams.iter();
            assert!(teams.all(|team| team.tokens.is_some() && !team.aliases.is_empty()));
            assert!(!all.policy.teams.is_empty());
        }
    }
}
