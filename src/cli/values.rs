//! How the values of options are spelled.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{
    ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser},
};
use serde::{Deserialize as _, Deserializer, de::Error as _};
use serde_json::Value;

use super::Since;
use crate::{
    log::cell,
    model::{Level, Percent, StatedCost, Tokens},
    render::{Format, Theme},
};

pub const VIEW_FORMATS: &[Format] = &[
    Format::Table,
    Format::Json,
    Format::Csv,
    Format::Markdown,
    Format::Health,
    Format::Nagios,
    Format::Prometheus,
    Format::Openmetrics,
];
pub const CHECK_FORMATS: &[Format] = &[Format::Table, Format::Json, Format::Sarif, Format::Github];
pub const WRITE_FORMATS: &[Format] = &[Format::Table, Format::Json];
pub const IMPORT_FORMATS: &[Format] = &[Format::Table, Format::Json, Format::Csv];
pub const STATUSLINE_FORMATS: &[Format] =
    &[Format::Plain, Format::Ansi, Format::Tmux, Format::Json];
pub const TEXT_ONLY: &[Format] = &[Format::Table];

/// Lists the formats of a command in its help and completions, but takes any text: a global option is read before its command
/// is known, so the command checks it. Two value types under one global option would panic.
#[derive(Clone)]
pub struct FormatParser(pub &'static [Format]);

impl TypedValueParser for FormatParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            self.0.iter().filter_map(Format::to_possible_value),
        ))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Table => ("table", "Text for people"),
            Self::Json => ("json", "JSON; `tokmon schema` prints its schema"),
            Self::Csv => ("csv", "Comma-separated values"),
            Self::Markdown => ("markdown", "Markdown tables"),
            Self::Sarif => ("sarif", "SARIF 2.1.0, for code scanning"),
            Self::Github => (
                "github",
                "Workflow commands, which GitHub shows beside the lines",
            ),
            Self::Health => ("health", "JSON with the budget of each project"),
            Self::Nagios => ("nagios", "A line for Nagios or Icinga; exits with 0 to 3"),
            Self::Prometheus => ("prometheus", "Metrics for a node_exporter"),
            Self::Openmetrics => ("openmetrics", "Metrics as OpenMetrics"),
            Self::Plain => ("plain", "Text without colour"),
            Self::Ansi => ("ansi", "Text with the colours of a terminal"),
            Self::Tmux => ("tmux", "Text with the styles of tmux"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for Theme {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Mono, Self::Cvd]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => PossibleValue::new("auto").help("Those of the terminal"),
            Self::Mono => PossibleValue::new("mono").help("None: bold and reverse video only"),
            Self::Cvd | Self::NearCvd => PossibleValue::new("cvd")
                .help("Safe for colour-blind users, on terminals with 256 colours or more"),
        })
    }
}

/// Reads one of some levels.
pub fn one_of<const N: usize>(levels: [Level; N]) -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(levels.map(|level| level.into_str())).map(move |word| {
        let named = levels.into_iter().find(|level| level.into_str() == word);
        named.unwrap_or(Level::Exceeded)
    })
}

/// Reads a number of tokens like `200K`.
pub fn parse_tokens(text: &str) -> Result<Tokens, String> {
    match cell::tokens(text) {
        Ok(Some(cell::TokenCell {
            used,
            from: None,
            limit: None,
        })) => Ok(used.value),
        Err(cell::Unreadable::TooLarge(most)) => Err(too_large(most)),
        _ => Err("write a number of tokens like 200000, 200,000 or 200K".to_owned()),
    }
}

fn too_large(most: &str) -> String {
    format!("it is too large: write {most} at most")
}

/// Reads a number of deliverables or minutes.
pub fn parse_count(text: &str) -> Result<u64, String> {
    match cell::count(text) {
        Ok(Some(count)) => Ok(count),
        Err(cell::Unreadable::TooLarge(most)) => Err(too_large(most)),
        _ => Err("write a whole number".to_owned()),
    }
}

pub fn parse_date(text: &str) -> Result<NaiveDate, String> {
    text.parse()
        .map_err(|_| "write a day like 2026-02-25".to_owned())
}

/// Reads a day, or a number of days before today.
pub fn parse_since(text: &str) -> Result<Since, String> {
    const MOST: u32 = 36_500;
    if let Ok(day) = text.parse() {
        return Ok(Since::Day(day));
    }
    let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
    let days = days.filter(|days| *days <= MOST);
    days.map(Since::DaysAgo)
        .ok_or_else(|| "write a day like 2026-02-25, or a number of days like 30d".to_owned())
}

/// Reads a share like `1%` or `0.5%`, to the tenth.
pub fn parse_percent(text: &str) -> Result<Percent, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let tenths = (is_digits(whole) && tenth.len() == 1)
        .then(|| format!("{whole}{tenth}").parse().ok())
        .flatten();
    let percent = tenths.map(|tenths| Percent { tenths });
    percent.ok_or_else(|| "write a share like 1% or 0.5%".to_owned())
}

pub fn parse_days(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| "write a number of days like 30".to_owned())
}

pub fn parse_months(text: &str) -> Result<u32, String> {
    const MAX: u32 = 1_200;
    let months = text
        .parse()
        .ok()
        .filter(|months| (1..=MAX).contains(months));
    months.ok_or_else(|| format!("write a number of months from 1 to {MAX}"))
}

pub fn parse_time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|_| "write a time like 2026-02-25T17:00:00Z".to_owned())
}

/// Reads the longest time that a program may take.
pub fn parse_timeout(text: &str) -> Result<Duration, String> {
    let range = Duration::from_millis(1)..=Duration::from_secs(60 * 60);
    let read = duration(text).filter(|time| range.contains(time));
    read.ok_or_else(|| "write a duration like 30s, 1h at most".to_owned())
}

/// Reads a duration like `500ms`, `30s`, `10m`, `2h` or `3d`. A bare number is in seconds.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at_checked(digits.unwrap_or(text.len()))?;
    let number: u64 = number.parse().ok()?;
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(number)),
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

const HOUR: Duration = Duration::from_secs(3_600);

pub fn parse_wait(text: &str) -> Result<Duration, String> {
    let wait = duration(text).filter(|wait| *wait <= HOUR);
    wait.ok_or_else(|| "write a duration like 500ms, 2s or 1m, up to an hour".to_owned())
}

/// Reads how long a hold lasts. A bare number is in minutes.
pub fn parse_hold(text: &str) -> Result<Duration, String> {
    let range = Duration::from_secs(60)..=HOUR * 24 * 31;
    let is_bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let hold = if is_bare {
        duration(&format!("{text}m"))
    } else {
        duration(text)
    };
    let hold = hold.filter(|hold| range.contains(hold));
    hold.ok_or_else(|| "write a duration like 30m or 2h, from a minute to 31 days".to_owned())
}

pub fn parse_poll(text: &str) -> Result<Duration, String> {
    let range = Duration::from_secs(1)..=HOUR;
    let poll = duration(text).filter(|poll| range.contains(poll));
    poll.ok_or_else(|| "write a duration like 5s or 1m, from a second to an hour".to_owned())
}

pub fn parse_age(text: &str) -> Result<Duration, String> {
    let is_bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let age = if is_bare {
        duration(&format!("{text}d"))
    } else {
        duration(text)
    };
    age.ok_or_else(|| "write a duration like 2d, 36h or 90m".to_owned())
}

pub fn parse_cost(text: &str) -> Result<StatedCost, String> {
    match cell::money(text) {
        Ok(Some(cost)) if !cost.amount.estimate => Ok(StatedCost {
            nanos: cost.amount.value,
            currency: cost.currency,
        }),
        Err(cell::Unreadable::TooLarge(most)) => Err(too_large(most)),
        _ => Err("write an amount like 0.037 or $0.037, to a billionth at most".to_owned()),
    }
}

pub fn tokens_of_json<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Tokens>, D::Error> {
    figure_of_json(json, parse_tokens, "a number of tokens")
}

pub fn cost_of_json<'de, D: Deserializer<'de>>(json: D) -> Result<Option<StatedCost>, D::Error> {
    figure_of_json(json, parse_cost, "an amount of money")
}

pub fn count_of_json<'de, D: Deserializer<'de>>(json: D) -> Result<Option<u64>, D::Error> {
    figure_of_json(json, parse_count, "a count")
}

/// Reads a figure from a number or a text. No arithmetic is done on the number: its digits are read as they are.
fn figure_of_json<'de, D: Deserializer<'de>, T>(
    json: D,
    read: fn(&str) -> Result<T, String>,
    what: &str,
) -> Result<Option<T>, D::Error> {
    let text = match Value::deserialize(json)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        // Beyond what an integer holds; its digits are not exact, and it is refused.
        Value::Number(number) if number.as_f64().is_some_and(|number| number >= 1e19) => {
            format!("{:.0}", number.as_f64().unwrap_or_default())
        }
        value => value.to_string(),
    };
    let figure = read(&text);
    figure
        .map(Some)
        .map_err(|help| D::Error::custom(format!("`{text}` is not {what}: {help}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_unit() {
        let read = [
            "500ms",
            "30",
            "30s",
            "10m",
            "5min",
            "2h",
            "3d",
            "1w",
            "",
            "s",
            "-1s",
            "1.5h",
            "99999999999999999999s",
            "9999999999999999d",
        ]
        .map(|text| format!("{text} {:?}", duration(text)));
        insta::assert_snapshot!(read.join("\n"), @r"
        500ms Some(500ms)
        30 Some(30s)
        30s Some(30s)
        10m Some(600s)
        5min Some(300s)
        2h Some(7200s)
        3d Some(259200s)
        1w None
         None
        s None
        -1s None
        1.5h None
        99999999999999999999s None
        9999999999999999d None
        ");
    }
}
