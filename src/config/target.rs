//! The `[[target]]` tables: what a rate should be, for all teams or for one.

use std::collections::HashSet;

use serde::Deserialize;

use super::{
    problems::ProblemList,
    spelling::{Spelling, Value},
};
use crate::model::{Percent, RateGoal, RateTarget, TargetMetric, fold_name};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetTable {
    metric: Option<Value<TargetMetric>>,
    value: Option<Value<Percent>>,
    warning: Option<Value<Percent>>,
    team: Option<Value<TeamName>>,
}

impl Spelling for TargetMetric {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"cache-hit-rate\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        (text == Self::CacheHitRate.into_str()).then_some(Self::CacheHitRate)
    }
}

/// With its sign, since `0.85` could mean two things.
impl Spelling for Percent {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "a share like \"85%\" or \"85.5%\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_number(whole) || !is_number(tenth) || tenth.len() != 1 {
            return None;
        }
        let tenths = whole.parse::<u64>().ok()?.checked_mul(10)? + tenth.parse::<u64>().ok()?;
        (tenths <= 1_000).then_some(Self { tenths })
    }
}

/// The name of a team, which is not blank.
struct TeamName(String);

impl Spelling for TeamName {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "the name of a team in quotes".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self(text.to_owned()))
    }
}

/// The targets of the settings. Each needs a metric and a value, and there is one at most for a team and one for all.
pub fn targets(tables: Vec<TargetTable>, problems: &mut ProblemList<'_>) -> Vec<RateTarget> {
    // A table from which something wrong was taken out is not whole.
    let are_whole = problems.is_empty();
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for (at, table) in tables.into_iter().enumerate() {
        let at = at.to_string();
        let path = ["target", at.as_str()];
        let (Some(metric), Some(value)) = (table.metric, table.value) else {
            if are_whole {
                let message = "a target needs a metric and a value";
                let help = "write one like { metric = \"cache-hit-rate\", value = \"85%\" }";
                problems.add_at(&path, message, help);
            }
            continue;
        };
        let (metric, value) = (metric.0, value.0);
        let warning = match table.warning {
            Some(warning) => warning.0,
            None => RateGoal::CACHE_HITS.warning.min(value),
        };
        if warning > value {
            let [warning, value] = [warning, value].map(Percent::short);
            let message = format!("the warning at {warning} is above the target of {value}");
            let help = "set `warning` to the target or less";
            problems.add_at(&[path[0], path[1], "warning"], message, help);
        }
        let team = table.team.map(|team| team.0.0);
        if !seen.insert((metric.into_str(), team.as_deref().map(fold_name))) {
            let message = "there is another target of the same metric for the same teams";
            let help = "state one target for each team, and one without `team` for the others";
            problems.add_at(&path, message, help);
        }
        targets.push(RateTarget {
            metric,
            team,
            goal: RateGoal { value, warning },
            place: problems.place_of(&[path[0], path[1], "value"]),
        });
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn a_share_has_its_sign_and_a_tenth_at_most() {
        for (text, tenths) in [
            ("85%", Some(850)),
            ("85.5%", Some(855)),
            ("0%", Some(0)),
            ("100.0%", Some(1_000)),
            ("100.1%", None),
            ("85", None),
            ("0.85", None),
            ("85.25%", None),
            ("-1%", None),
            ("+5%", None),
            ("85.%", None),
            ("%", None),
            ("85 %", None),
            ("99999999999999999999%", None),
        ] {
            let read = Percent::read(text).map(|share| share.tenths);
            assert_eq!(read, tenths, "{text}");
        }
    }

    #[test]
    fn a_warning_that_is_not_stated_is_never_above_the_target() {
        let of = |value: &str| {
            let text = format!("[[target]]\nmetric = \"cache-hit-rate\"\nvalue = \"{value}\"\n");
            let policy = parse(&text).unwrap().policy;
            policy.targets[0].goal.warning.short()
        };
        assert_eq!((of("90%"), of("50%")), ("60%".to_owned(), "50%".to_owned()));
    }

    #[test]
    fn targets_that_say_nothing_or_contradict_each_other_are_refused() {
        let messages = [
            "metric = \"cache-hit-rate\"",
            "value = \"85%\"",
            "metric = \"hits\"\nvalue = \"85%\"",
            "metric = \"cache-hit-rate\"\nvalue = 0.85",
            "metric = \"cache-hit-rate\"\nvalue = 85",
            "metric = \"cache-hit-rate\"\nvalue = \"85%\"\nwarning = \"85.1%\"",
            "metric = \"cache-hit-rate\"\nvalue = \"85%\"\nteam = \" \"",
            "metric = \"cache-hit-rate\"\nvalue = \"85%\"\nwarn = \"60%\"",
            "metric = \"cache-hit-rate\"\nvalue = \"85%\"\nteam = \"A\"\n[[target]]\nmetric = \"cache-hit-rate\"\nvalue = \"80%\"\nteam = \"a\"",
        ]
        .map(|target| {
            let found = parse(&format!("[[target]]\n{target}\n")).unwrap_err().found;
            let lines = found.iter().map(|problem| {
                let (at, help) = (problem.place, problem.help.as_deref().unwrap_or_default());
                format!("  {}:{}: {}\n    {help}\n", at.line, at.column, problem.message)
            });
            format!("{target}\n{}", lines.collect::<String>())
        });
        insta::assert_snapshot!(messages.concat(), @r#"
        metric = "cache-hit-rate"
          1:1: a target needs a metric and a value
            write one like { metric = "cache-hit-rate", value = "85%" }
        value = "85%"
          1:1: a target needs a metric and a value
            write one like { metric = "cache-hit-rate", value = "85%" }
        metric = "hits"
        value = "85%"
          2:10: `metric` cannot be "hits"
            write "cache-hit-rate"
        metric = "cache-hit-rate"
        value = 0.85
          3:9: `value` cannot be 0.85
            write a share like "85%" or "85.5%"
        metric = "cache-hit-rate"
        value = 85
          3:9: `value` cannot be 85
            write a share like "85%" or "85.5%"
        metric = "cache-hit-rate"
        value = "85%"
        warning = "85.1%"
          4:11: the warning at 85.1% is above the target of 85%
            set `warning` to the target or less
        metric = "cache-hit-rate"
        value = "85%"
        team = " "
          4:8: `team` cannot be " "
            write the name of a team in quotes
        metric = "cache-hit-rate"
        value = "85%"
        warn = "60%"
          4:1: unknown key `warn`
            known here: `metric`, `value`, `warning`, `team`
        metric = "cache-hit-rate"
        value = "85%"
        team = "A"
        [[target]]
        metric = "cache-hit-rate"
        value = "80%"
        team = "a"
          5:1: there is another target of the same metric for the same teams
            state one target for each team, and one without `team` for the others
        "#);
    }
}
