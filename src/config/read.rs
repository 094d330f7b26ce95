//! The `[read]` table: how a log that is not in tokmon's own format is to be read.

use serde::Deserialize;
use toml::de::DeTable;

use super::{
    problems::{ProblemList, brief},
    spelling::{Spelling, Value, Whole},
};
use crate::model::{DecimalMark, HeadingPattern, ReadRules, TableRule};

/// Whether the text of a settings file has such a table, in any spelling of TOML.
pub fn has_read(text: &str) -> bool {
    DeTable::parse(text).is_ok_and(|table| table.get_ref().contains_key("read"))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadTable {
    team: Option<String>,
    year: Option<Value<Whole<1970, 9999>>>,
    decimal: Option<Value<DecimalMark>>,
    cache: Option<Value<CacheUse>>,
    ignore: Vec<String>,
    table: Vec<TableRuleTable>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TableRuleTable {
    heading: Option<String>,
    date: Option<String>,
    tokens: Vec<String>,
    cost: Option<String>,
    team: Option<String>,
}

impl Spelling for DecimalMark {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"point\" or \"comma\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "point" => Some(Self::Point),
            "comma" => Some(Self::Comma),
            _ => None,
        }
    }
}

/// Whether tokens read from and written into a cache are used tokens.
#[derive(PartialEq, Eq)]
enum CacheUse {
    Separate,
    Add,
}

impl Spelling for CacheUse {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"separate\" or \"add\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "separate" => Some(Self::Separate),
            "add" => Some(Self::Add),
            _ => None,
        }
    }
}

impl ReadTable {
    pub fn rules(self, problems: &mut ProblemList<'_>) -> ReadRules {
        let ignored = self.ignore.iter();
        let ignored = ignored.filter_map(|text| pattern(text, &["read", "ignore"], problems));
        let ignored = ignored.collect();
        let tables = self.table.into_iter();
        let tables = tables.enumerate();
        let tables = tables.filter_map(|(at, table)| table.rule(at, problems));
        let tables = tables.collect();
        let team = self.team.filter(|team| !team.trim().is_empty());
        ReadRules {
            team,
            year: self.year.map(|year| year.0.0),
            decimal: self.decimal.map(|mark| mark.0),
            adds_cache: self.cache == Some(Value(CacheUse::Add)),
            ignored,
            tables,
        }
    }
}

impl TableRuleTable {
    /// A rule needs a heading, and a column.
    fn rule(self, at: usize, problems: &mut ProblemList<'_>) -> Option<TableRule> {
        let at = at.to_string();
        let path = &["read", "table", at.as_str()];
        let names_column = !self.tokens.is_empty()
            || [&self.date, &self.cost, &self.team]
                .into_iter()
                .any(Option::is_some);
        let Some(heading) = self.heading.filter(|_| names_column) else {
            let message = "a rule for a table needs the heading above it, and a column";
            let help =
                "write one like { heading = \"Log\", date = \"Date\", tokens = [\"Tokens\"] }";
            problems.add_at(path, message, help);
            return None;
        };
        Some(TableRule {
            heading: pattern(&heading, path, problems)?,
            date: self.date,
            tokens: self.tokens,
            cost: self.cost,
            team: self.team,
        })
    }
}

fn pattern(text: &str, path: &[&str], problems: &mut ProblemList<'_>) -> Option<HeadingPattern> {
    let pattern = HeadingPattern::parse(text);
    if let Err(why) = &pattern {
        let message = format!("`{}` is no regular expression: {why}", brief(text));
        let help = "write the text of a heading, or an expression between slashes";
        problems.add_at(path, message, help);
    }
    pattern.ok()
}
