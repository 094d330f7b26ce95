//! What the settings say of imports: which tokens count against the budget, and whose the usage of a session is.

use std::{collections::BTreeSet, fmt};

use schemars::JsonSchema;
use serde::Serialize;
use strum::{Display, VariantArray as _};

use super::{TeamBy, TokenClass, TokenCounts, Tokens};

/// What is said of imports in the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPolicy {
    pub counted: CountedClasses,
    /// What names the team of a session that no rule is for.
    pub team_by: TeamBy,
    /// The first that matches holds.
    pub rules: Vec<ImportRule>,
}

/// The classes of tokens that count against the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct CountedClasses(pub BTreeSet<TokenClass>);

impl Default for CountedClasses {
    /// All but what is read from a cache, which is nearly all that agents read, and costs least.
    fn default() -> Self {
        use TokenClass::{CacheWrite, Input, Output};
        Self([Input, Output, CacheWrite].into())
    }
}

impl CountedClasses {
    pub fn all() -> Self {
        Self(TokenClass::VARIANTS.iter().copied().collect())
    }

    /// How many of some tokens count.
    pub fn of(&self, tokens: &TokenCounts) -> Tokens {
        let counted = self.0.iter().map(|class| Tokens(tokens.of(*class)));
        counted.sum()
    }
}

/// `input, output, cache_write`
impl fmt::Display for CountedClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, class) in self.0.iter().enumerate() {
            let between = if at > 0 { ", " } else { "" };
            write!(f, "{between}{class}")?;
        }
        Ok(())
    }
}

/// Who writes the usage of a team into the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum UsageWriter {
    /// The team: an import only compares.
    Log,
    /// The import: rows by hand of the same month may count the same usage twice.
    Import,
}

/// Which usage is a team's. All that a rule names has to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRule {
    pub team: String,
    /// The folder that the agent worked in.
    pub cwd: Option<PathPattern>,
    pub branch: Option<NamePattern>,
    /// The agent's kind, or another name of it, without regard to case.
    pub agent: Option<NamePattern>,
    /// The model that used most, without regard to case.
    pub model: Option<NamePattern>,
    /// Who writes the usage of the team. `None` leaves it to what the log says already.
    pub source: Option<UsageWriter>,
}

/// A folder, or with `*`, `?`, `[…]` and `**` many of them.
#[derive(Clone, PartialEq, Eq)]
pub struct PathPattern {
    pattern: glob::Pattern,
    /// It begins with `~/`, and the pattern is what comes behind.
    is_below_home: bool,
}

impl fmt::Debug for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let home = if self.is_below_home { "~/" } else { "" };
        write!(f, "{:?}", [home, self.pattern.as_str()].concat())
    }
}

impl PathPattern {
    /// Reads a pattern. One that ends with `/**` stands for the folder in front of it, too. None for what is no pattern, or no whole
    /// path.
    pub fn parse(text: &str) -> Option<Self> {
        let below_home = text.strip_prefix("~/").or((text == "~").then_some(""));
        let rest = below_home.unwrap_or(text);
        let is_absolute = rest.starts_with(['/', '*']) || rest.get(1..2) == Some(":");
        if below_home.is_none() && !is_absolute {
            return None;
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        Some(Self {
            pattern: glob::Pattern::new(rest).ok()?,
            is_below_home: below_home.is_some(),
        })
    }

    /// Whether a path, as a transcript has it, is one of these.
    pub fn matches(&self, path: &str, home: Option<&str>) -> bool {
        const OPTIONS: glob::MatchOptions = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: false,
        };
        let path = path.trim_end_matches('/');
        let rest = if self.is_below_home {
            let home = home.map(|home| home.trim_end_matches('/'));
            match home.and_then(|home| path.strip_prefix(home)) {
                Some("") => "",
                Some(rest) => match rest.strip_prefix('/') {
                    Some(below) => below,
                    None => return false,
                },
                None => return false,
            }
        } else {
            path
        };
        // In a pattern, `a/**` is what is below `a`, and not `a`.
        let within = if rest.is_empty() && self.is_below_home {
            "-".to_owned()
        } else {
            format!("{rest}/-")
        };
        self.pattern.matches_with(rest, OPTIONS)
            || self.pattern.as_str().ends_with("**") && self.pattern.matches_with(&within, OPTIONS)
    }
}

/// A name, or with `*`, `?` and `[…]` many of them.
#[derive(Clone, PartialEq, Eq)]
pub struct NamePattern(glob::Pattern);

impl fmt::Debug for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.as_str())
    }
}

impl NamePattern {
    /// None for what is no pattern.
    pub fn parse(text: &str) -> Option<Self> {
        let pattern = glob::Pattern::new(text).ok()?;
        (!text.is_empty()).then_some(Self(pattern))
    }

    /// Whether a name is one of these. `*` also stands for text with `/`.
    pub fn matches(&self, name: &str, is_case_sensitive: bool) -> bool {
        let options = glob::MatchOptions {
            case_sensitive: is_case_sensitive,
            require_literal_separator: false,
            require_literal_leading_dot: false,
        };
        self.0.matches_with(name, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_patterns_of_shells() {
        let matches = |pattern: &str, path: &str| {
            PathPattern::parse(pattern)
                .unwrap()
                .matches(path, Some("/home/ann"))
        };
        for (pattern, path) in [
            ("~/src/alpha/**", "/home/ann/src/alpha"),
            ("~/src/alpha/**", "/home/ann/src/alpha/"),
            ("~/src/alpha/**", "/home/ann/src/alpha/lib/.git"),
            ("~/src/alpha", "/home/ann/src/alpha"),
            ("~/**", "/home/ann"),
            ("~/**", "/home/ann/x/y"),
            ("~", "/home/ann"),
            ("/srv/*/api", "/srv/one/api"),
            ("/srv/**/api", "/srv/api"),
            ("**/alpha", "/srv/x/alpha"),
            ("**", "/"),
            ("**", "/srv"),
            ("/srv/alpha/", "/srv/alpha"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("~/src/alpha/**", "/home/ann/src/alphabet"),
            ("~/src/alpha/**", "/home/bob/src/alpha"),
            ("~/**", "/home/anna"),
            ("~/src", "/home/ann/src/alpha"),
            ("/srv/*/api", "/srv/one/two/api"),
            ("/srv/Alpha", "/srv/alpha"),
            ("~", "/home"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
        assert!(!PathPattern::parse("~/x").unwrap().matches("/x", None));
        for wrong in ["", "src/alpha", "/srv/[", "/srv/a**"] {
            assert!(PathPattern::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn names_match_with_or_without_regard_to_case() {
        let matches = |pattern: &str, name: &str, is_case_sensitive| {
            let pattern = NamePattern::parse(pattern).unwrap();
            pattern.matches(name, is_case_sensitive)
        };
        assert!(matches("feature/a-*", "feature/a-1/x", true));
        assert!(!matches("feature/a-*", "Feature/a-1", true));
        assert!(matches("Reviewer", "reviewer", false));
        assert!(matches("claude-opus-*", "claude-opus-5", false));
        assert!(!matches("main", "main2", true));
        assert!(NamePattern::parse("").is_none() && NamePattern::parse("[").is_none());
    }

    #[test]
    fn what_counts_is_a_choice_of_classes() {
        let tokens = TokenCounts {
            input: 1,
            output: 20,
            cache_write_5m: 300,
            cache_write_1h: 4_000,
            cache_read: 50_000,
            reasoning: 7,
        };
        let default = CountedClasses::default();
        assert_eq!(default.of(&tokens), Tokens(4_321));
        assert_eq!(default.to_string(), "input, output, cache_write");
        let output = CountedClasses([TokenClass::Output].into());
        assert_eq!(output.of(&tokens), Tokens(20));
    }
}
