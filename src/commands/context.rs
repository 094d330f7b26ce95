//! The world as arguments: the environment, the working folder, the clock, the streams.

use std::{
    ffi::OsString,
    io::{Read, Write},
    path::PathBuf,
    time::Duration,
};

use chrono::{DateTime, FixedOffset, Utc};

use crate::{render::ColorDepth, store::Signals};

/// All that a command may know of the world.
pub struct Context<'w> {
    pub environment: Environment,
    /// The working folder.
    pub folder: PathBuf,
    /// The current time, unless options or the environment give another.
    pub clock: &'w dyn Fn() -> DateTime<Utc>,
    /// The offset from UTC that a time zone has at a moment, by its name: `local`, or one like `Asia/Seoul`.
    pub zone: &'w dyn Fn(&str, DateTime<Utc>) -> Option<FixedOffset>,
    pub input: &'w mut dyn Read,
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

/// The variables that matter, as they are set: each field has the name of its own. An empty one counts as not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub file: Option<OsString>,
    pub budget: Option<OsString>,
    pub config: Option<OsString>,
    pub now: Option<OsString>,
    pub no_color: bool,
    /// `CLICOLOR_FORCE` or `FORCE_COLOR`, other than 0
    pub force_color: bool,
    /// `CLICOLOR` is 0
    pub clicolor_off: bool,
    pub term: Option<OsString>,
    pub color_term: Option<OsString>,
    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set
    pub locale: Option<OsString>,
    /// `VISUAL`, else `EDITOR`
    pub editor: Option<String>,
    /// `XDG_CONFIG_HOME`, else `HOME/.config`
    pub user_settings: Option<PathBuf>,
}

impl Environment {
    /// Picks what matters from an environment.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let on = |name: &str| set(name).is_some_and(|value| value != "0");
        let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
        let home = || {
            set("HOME")
                .and_then(absolute)
                .map(|home| home.join(".config"))
        };
        Self {
            file: set("TOKMON_FILE"),
            budget: set("TOKMON_BUDGET"),
            config: set("TOKMON_CONFIG"),
            now: set("TOKMON_NOW"),
            no_color: set("NO_COLOR").is_some(),
            force_color: on("CLICOLOR_FORCE") || on("FORCE_COLOR"),
            clicolor_off: set("CLICOLOR").is_some_and(|value| value == "0"),
            term: set("TERM"),
            color_term: set("COLORTERM"),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set),
            editor: ["VISUAL", "EDITOR"]
                .into_iter()
                .find_map(set)
                .map(|editor| editor.to_string_lossy().into_owned()),
            user_settings: set("XDG_CONFIG_HOME").and_then(absolute).or_else(home),
        }
    }

    /// The number of colours that a terminal draws, by what it says of itself.
    pub(super) fn color_depth(&self) -> ColorDepth {
        let all = self.color_term.as_ref();
        let all = all.is_some_and(|term| term == "truecolor" || term == "24bit");
        let many = self.term.as_ref().map(|term| term.to_string_lossy());
        let many = many.is_some_and(|term| term.contains("256color") || term.contains("direct"));
        match (all, many) {
            (true, _) => ColorDepth::TrueColor,
            (false, true) => ColorDepth::Fixed256,
            (false, false) => ColorDepth::Ansi,
        }
    }

    pub(super) fn is_dumb(&self) -> bool {
        self.term.as_ref().is_some_and(|term| term == "dumb")
    }

    /// Whether a terminal in this environment may not draw more than ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        let locale = self
            .locale
            .as_ref()
            .map(|locale| locale.to_string_lossy().to_ascii_uppercase());
        let utf8 = locale.is_some_and(|locale| locale.contains("UTF-8") || locale.contains("UTF8"));
        !utf8 || self.is_dumb() || self.term.as_ref().is_some_and(|term| term == "linux")
    }
}
