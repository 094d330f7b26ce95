//! What a command takes from the system: the environment, the working folder, the clock, the streams.

use std::{
    ffi::OsString,
    io::{Read, Write},
    path::PathBuf,
    time::Duration,
};

use chrono::{DateTime, FixedOffset, Utc};

use crate::{
    cli::ColorArg,
    render::{ColorDepth, ColorMode},
    store::Signals,
};

pub struct Context<'w> {
    /// The value of an environment variable.
    pub environment: &'w dyn Fn(&str) -> Option<OsString>,
    /// The working folder.
    pub folder: PathBuf,
    /// The current time, unless options or the environment give another.
    pub clock: &'w dyn Fn() -> DateTime<Utc>,
    /// The offset from UTC that a time zone has at a moment, by its name: `local`, or one like `Asia/Seoul`.
    pub zone: &'w dyn Fn(&str, DateTime<Utc>) -> Option<FixedOffset>,
    pub input: &'w mut dyn Read,
    /// Whether reading the input returns at once, in this time at the latest.
    pub input_is_ready: &'w dyn Fn(Duration) -> bool,
    /// Standard output. An error there ends the run.
    pub out: &'w mut dyn Write,
    /// Standard error. Never fails: see [`crate::stream::BestEffort`].
    pub err: &'w mut dyn Write,
    pub out_terminal: Terminal,
    pub err_terminal: Terminal,
    pub input_is_terminal: bool,
    /// The time since the start, which setting the clock does not change.
    pub uptime: &'w dyn Fn() -> Duration,
    /// 64 unpredictable bits.
    pub random: &'w dyn Fn() -> u64,
    /// The signals that arrive while a log is written.
    pub signals: Signals,
}

/// Whether a stream is a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    pub is_terminal: bool,
    /// In cells.
    pub width: Option<usize>,
}

impl Context<'_> {
    /// A variable of the environment. An empty one counts as not set.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }

    /// The first of some variables that is set.
    pub(super) fn first_variable(&self, names: &[&str]) -> Option<String> {
        let value = names.iter().find_map(|name| self.variable(name))?;
        Some(value.to_string_lossy().into_owned())
    }

    fn term(&self) -> String {
        self.first_variable(&["TERM"]).unwrap_or_default()
    }

    fn folder_of(&self, variable: &str) -> Option<PathBuf> {
        let folder = PathBuf::from(self.variable(variable)?);
        Some(folder).filter(|folder| folder.is_absolute())
    }

    pub(super) fn home(&self) -> Option<PathBuf> {
        self.folder_of("HOME")
    }

    /// The folder of the user's own settings.
    pub(super) fn user_settings(&self) -> Option<PathBuf> {
        let own = || Some(self.home()?.join(".config"));
        self.folder_of("XDG_CONFIG_HOME").or_else(own)
    }

    /// The folder of what programs keep for the user.
    pub(super) fn user_state(&self) -> Option<PathBuf> {
        let own = || Some(self.home()?.join(".local/state"));
        self.folder_of("XDG_STATE_HOME").or_else(own)
    }

    /// The number of colours that the terminal draws, by its own variables.
    pub(super) fn color_depth(&self) -> ColorDepth {
        let color_term = self.variable("COLORTERM");
        let term = self.term();
        if color_term.is_some_and(|name| name == "truecolor" || name == "24bit") {
            ColorDepth::TrueColor
        } else if term.contains("256color") || term.contains("direct") {
            ColorDepth::Fixed256
        } else {
            ColorDepth::Ansi
        }
    }

    pub(super) fn is_dumb(&self) -> bool {
        self.term() == "dumb"
    }

    /// Whether a terminal in this environment may not draw more than ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        let locale = self.first_variable(&["LC_ALL", "LC_CTYPE", "LANG"]);
        let locale = locale.unwrap_or_default().to_ascii_uppercase();
        let is_utf8 = locale.contains("UTF-8") || locale.contains("UTF8");
        !is_utf8 || ["dumb", "linux"].contains(&self.term().as_str())
    }

    /// Whether to use colour there: the option outranks `NO_COLOR`, which outranks `FORCE_COLOR` and `CLICOLOR_FORCE`, which
    /// outrank `CLICOLOR` and `TERM`; where none of them decides, a terminal has colour. `NO_COLOR` leaves a terminal its bold.
    pub(super) fn color_mode(&self, terminal: Terminal, asked: ColorArg) -> ColorMode {
        let is_on = |name| self.variable(name).is_some_and(|value| value != "0");
        let is_off = || self.variable("CLICOLOR").is_some_and(|value| value == "0");
        let able = terminal.is_terminal && !is_off() && !self.is_dumb();
        let plain = self.variable("NO_COLOR").is_some();
        match asked {
            ColorArg::Always => ColorMode::Color,
            ColorArg::Auto if plain && able => ColorMode::Bold,
            ColorArg::Auto
                if !plain && (able || is_on("CLICOLOR_FORCE") || is_on("FORCE_COLOR")) =>
            {
                ColorMode::Color
            }
            ColorArg::Never | ColorArg::Auto => ColorMode::Plain,
        }
    }
}
