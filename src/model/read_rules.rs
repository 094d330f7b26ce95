//! What the settings say about reading a log of any form: what the words of its tables mean, where they do not say it themselves.

use regex_lite::Regex;
use schemars::JsonSchema;
use serde::Serialize;

use super::fold_name;

/// The `[read]` table of the settings. It outranks what the log shows by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRules {
    /// The team of rows that name none.
    pub team: Option<String>,
    /// The year of dates that have none.
    pub year: Option<i32>,
    /// The decimal mark of numbers that could mean two things.
    pub decimal: Option<DecimalMark>,
    /// Whether tokens read from and written into a cache are used tokens.
    pub adds_cache: bool,
    /// The headings of tables that count nothing.
    pub ignored: Vec<HeadingPattern>,
    /// What the columns of single tables mean.
    pub tables: Vec<TableRule>,
}

impl ReadRules {
    pub fn is_ignored(&self, heading: &str) -> bool {
        self.ignored.iter().any(|pattern| pattern.matches(heading))
    }

    /// The first rule for the tables below a heading.
    pub fn table_below(&self, heading: &str) -> Option<&TableRule> {
        let mut rules = self.tables.iter();
        rules.find(|rule| rule.heading.matches(heading))
    }
}

/// The character in front of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    Point,
    Comma,
}

/// What the columns of the tables below a heading mean, each by the text of its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRule {
    pub heading: HeadingPattern,
    pub date: Option<String>,
    /// Columns that are added up.
    pub tokens: Vec<String>,
    pub cost: Option<String>,
    pub team: Option<String>,
}

/// The text of a heading, without regard to case, or a regular expression for it.
#[derive(Clone, Debug)]
pub enum HeadingPattern {
    Text(String),
    Regex(Regex),
}

impl HeadingPattern {
    /// Reads `text`, or `/regex/`. Fails with what is wrong with the expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expression = text
            .strip_prefix('/')
            .and_then(|text| text.strip_suffix('/'));
        match expression {
            Some(expression) => {
                let regex = Regex::new(expression).map_err(|error| error.to_string())?;
                Ok(Self::Regex(regex))
            }
            None => Ok(Self::Text(fold_name(text))),
        }
    }

    pub fn matches(&self, heading: &str) -> bool {
        match self {
            Self::Text(text) => *text == fold_name(heading),
            Self::Regex(regex) => regex.is_match(heading),
        }
    }
}

impl PartialEq for HeadingPattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Regex(one), Self::Regex(other)) => one.as_str() == other.as_str(),
            _ => false,
        }
    }
}

impl Eq for HeadingPattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_matched_as_a_whole_or_by_an_expression() {
        let matches =
            |pattern: &str, heading: &str| HeadingPattern::parse(pattern).unwrap().matches(heading);
        assert!(matches("session log", "Session  Log"));
        assert!(!matches("Log", "Session Log"));
        assert!(matches("/^Day [0-9]+/", "Day 12 (Friday)"));
        assert!(!matches("/^Day [0-9]+/", "Every Day 12"));
        assert!(HeadingPattern::parse("/(/").is_err());
    }
}
