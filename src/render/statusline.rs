//! The status line: the state of the budget for a bar that has room for one line, with colours as the bar wants them.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use anstyle::{AnsiColor, Color, Effects, Style as Ansi};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    ColorMode, Format, OutputStyle, StyledLine, TextRole, Theme, brief, counted, cut, json,
    metrics::health::is_unjudged,
    status::{self, LinePart},
    width,
};
use crate::{
    analysis::StatusReport,
    model::{Level, Month},
};

/// Where a bar says nothing about its room, a message is cut here.
const MAX_MESSAGE: usize = 80;

pub struct Statusline {
    parts: Vec<LinePart>,
    /// The share and the level alone.
    brief: String,
    document: StatuslineDocument,
}

/// The status line for a program: the keys that bars like Waybar read, and what scripts want to know.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatuslineDocument {
    pub schema_version: u32,
    /// The line.
    pub text: String,
    /// The level, or `unknown`: a name for style sheets.
    pub class: String,
    /// The share of the budget that is used, rounded down. Absent without a budget. With a team, that of its allocation or of its limit
    /// in money, of which one is at the worse level; where it has none, that of the budget.
    pub percentage: Option<u64>,
    /// The month that is judged. Absent where the log cannot be read.
    pub month: Option<Month>,
    /// The team that is asked for.
    pub team: Option<String>,
    /// The worst level of what is used, in tokens and in money; with a team, of its limits, too. Absent without a budget.
    pub level: Option<Level>,
    /// How often the guard was overridden in the month, or in the period of a budget that is reset by hand. Absent where the log cannot be
    /// read.
    pub overrides: Option<usize>,
    /// Why there are no figures, or none of the team.
    pub error: Option<String>,
}

impl Statusline {
    pub fn new(report: &StatusReport, style: OutputStyle) -> Self {
        let rowless =
            (!report.has_rows()).then(|| format!("{}: {}", report.month, status::no_rows(report)));
        let mut parts = status::line_parts(report, style, rowless);
        let mut brief = status::share_and_level(report, style);
        let mut spent = report.spending();
        let mut level = report.level;
        if let Some(team) = report.selected_team() {
            let part = status::used_by(team, style);
            level = level.max(part.level);
            if let Some(spending) = team.spending() {
                spent = Some(spending);
                brief = status::share_of(spending, style);
            }
            let of_team = std::iter::once(part).chain(status::available_to(team, style));
            parts.splice(0..0, of_team);
        }
        let overrides = report.overrides.len();
        if overrides > 0 {
            parts.push(counted(overrides, "override").into());
        }
        let span = report.leading_span().filter(|span| span.level >= level);
        let of_span = span.and_then(|span| Some((span.used()?.units().0, span.budget().units().0)));
        let of_month = spent.map(|spent| (spent.used, spent.budget));
        let percentage = of_span.or(of_month).and_then(|(used, budget)| {
            let share = used.saturating_mul(100).checked_div(budget)?;
            u64::try_from(share).ok()
        });
        let level = level.filter(|level| !is_unjudged(report) || *level >= Level::Warning);
        let class = level.map_or("unknown", |level| level.into_str());
        Self {
            parts,
            brief,
            document: StatuslineDocument {
                schema_version: 1,
                text: String::new(),
                class: class.to_owned(),
                percentage,
                month: Some(report.month),
                team: report.selected_team().map(|team| team.name.clone()),
                level,
                overrides: Some(overrides),
                error: None,
            },
        }
    }

    /// The same with what is wrong, behind the first part.
    #[must_use]
    pub fn with_note(mut self, note: &str, style: OutputStyle) -> Self {
        let note = brief(note);
        let text = cut(&note, MAX_MESSAGE, style.ellipsis()).into_owned();
        let at = self.parts.len().min(1);
        self.parts.insert(at, text.into());
        self.document.error = Some(note);
        self
    }

    /// In place of figures: why there are none.
    pub fn error(why: &str, style: OutputStyle) -> Self {
        let why = brief(why);
        let why = why.split("; ").next().unwrap_or_default();
        let text = format!("tokens ? {why}");
        let text = cut(&text, MAX_MESSAGE, style.ellipsis()).into_owned();
        Self {
            brief: text.clone(),
            parts: vec![LinePart::from(text)],
            document: StatuslineDocument {
                schema_version: 1,
                text: String::new(),
                class: "unknown".to_owned(),
                percentage: None,
                month: None,
                team: None,
                level: None,
                overrides: None,
                error: Some(why.to_owned()),
            },
        }
    }

    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        let line = self.fitted(style);
        match format {
            Format::Ansi => {
                let color = ColorMode::Color;
                writeln!(out, "{}", OutputStyle { color, ..style }.paint(&line))
            }
            Format::Tmux => writeln!(out, "{}", for_tmux(&line)),
            Format::Json => {
                let text = line.text().to_owned();
                let document = StatuslineDocument {
                    text,
                    ..self.document.clone()
                };
                json::write_line(&document, out)
            }
            _ => writeln!(out, "{}", line.text()),
        }
    }

    /// As many parts as fit; of the first, if that alone is too wide, only the share and the level. Numbers are not cut unless even
    /// these do not fit.
    fn fitted(&self, style: OutputStyle) -> StyledLine {
        let room = style.width.unwrap_or(usize::MAX);
        let joined = |count: usize| {
            let mut line = StyledLine::new();
            for (at, part) in self.parts.iter().take(count).enumerate() {
                if at > 0 {
                    line += " | ";
                }
                line += styled(&part.text, part.level);
            }
            line
        };
        let fitting = (1..=self.parts.len()).rev().map(joined);
        let mut fitting = fitting.filter(|line| line.width() <= room);
        fitting.next().unwrap_or_else(|| {
            let level = self.parts.first().and_then(|part| part.level);
            if width(&self.brief) <= room {
                return styled(&self.brief, level);
            }
            cut(&self.brief, room, style.ellipsis()).into_owned().into()
        })
    }
}

/// The JSON Schema (2020-12) of the status line.
pub fn schema() -> String {
    json::schema_of::<StatuslineDocument>()
}

/// A text whose last word is that of its level.
fn styled(text: &str, level: Option<Level>) -> StyledLine {
    match (level, text.rsplit_once(' ')) {
        (Some(level), Some((before, word))) => {
            let word = StyledLine::styled(TextRole::Badge(level), word);
            StyledLine::from(format!("{before} ")) + word
        }
        _ => text.to_owned().into(),
    }
}

fn for_tmux(line: &StyledLine) -> String {
    let mut text = String::new();
    for (role, piece) in line.pieces() {
        // To tmux, a hash sign begins a style or a command.
        let piece = piece.replace('#', "##");
        match role {
            Some(role) => {
                let style = tmux_style(Theme::Auto.style(role));
                let _ = write!(text, "#[{style}]{piece}#[default]");
            }
            None => text += &piece,
        }
    }
    text
}

fn tmux_style(style: Ansi) -> String {
    let colors = [("fg", style.get_fg_color()), ("bg", style.get_bg_color())];
    let colors = colors
        .into_iter()
        .filter_map(|(ground, color)| Some(format!("{ground}={}", tmux_color(color?)?)));
    let bold = style.get_effects().contains(Effects::BOLD);
    let bold = bold.then(|| "bold".to_owned());
    colors.chain(bold).collect::<Vec<_>>().join(",")
}

const fn tmux_color(color: Color) -> Option<&'static str> {
    Some(match color {
        Color::Ansi(AnsiColor::Black) => "black",
        Color::Ansi(AnsiColor::Red) => "red",
        Color::Ansi(AnsiColor::Green) => "green",
        Color::Ansi(AnsiColor::Yellow) => "yellow",
        Color::Ansi(AnsiColor::Magenta) => "magenta",
        Color::Ansi(AnsiColor::Cyan) => "cyan",
        Color::Ansi(AnsiColor::BrightWhite) => "brightwhite",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &Statusline, format: Format, style: OutputStyle) -> String {
        let mut out = Vec::new();
        line.write(format, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn line(texts: [(&str, Option<Level>); 3], brief: &str) -> Statusline {
        let part = |(text, level): (&str, _)| LinePart {
            text: text.to_owned(),
            level,
        };
        Statusline {
            parts: texts.map(part).into(),
            brief: brief.to_owned(),
            ..Statusline::error("", OutputStyle::PLAIN)
        }
    }

    #[test]
    fn every_width_is_kept() {
        let line = line(
            [
                ("tokens 63.3% 126.7K/200K OK", Some(Level::Ok)),
                ("plan 95.8% CRIT", Some(Level::Critical)),
                ("$0.381", None),
            ],
            "63.3% OK",
        );
        let mut shown = String::new();
        let mut last = String::new();
        for width in (0..=60).rev() {
            let style = OutputStyle {
                width: Some(width),
                ..OutputStyle::PLAIN
            };
            let text = written(&line, Format::Plain, style);
            assert!(super::width(text.trim_end()) <= width);
            if text != last {
                let _ = write!(shown, "{width:>2} {text}");
                last = text;
            }
        }
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn colours_are_those_of_the_bar() {
        let line = line(
            [
                ("tokens 63.3% 1#[fg=red]/200K OK", Some(Level::Ok)),
                ("plan 95.8% CRIT", Some(Level::Critical)),
                ("likely 80.0% WARN", Some(Level::Warning)),
            ],
            "63.3% OK",
        );
        let shown = [Format::Plain, Format::Ansi, Format::Tmux, Format::Json]
            .map(|format| written(&line, format, OutputStyle::PLAIN).replace('\u{1b}', "ESC"));
        insta::assert_snapshot!(shown.concat());
    }
}
