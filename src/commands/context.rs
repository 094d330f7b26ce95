//! The world as arguments: the environment, the working folder, the clock, the streams.

use std::{
    ffi::OsString,
    fmt::Display,
    io::{Read, Write},
    path::PathBuf,
    time::Duration,
};

use chrono::{DateTime, FixedOffset, Utc};

use crate::{
    cli::{ColorArg, GlobalArgs, parse_time, parse_tokens},
    failure::Failure,
    model::{Budget, BudgetSource},
    render::{ColorDepth, ColorMode, Style, sanitize},
    session::LogOptions,
    store::Signals,
};

/// All that a command may know of the world.
pub struct Context<'w> {
    /// The environment.
    pub environment: Environment,
    /// The working folder.
    pub folder: PathBuf,
    /// Tells the current time, unless that is overridden.
    pub clock: &'w dyn Fn() -> DateTime<Utc>,
    /// The offset from UTC that a time zone has at a moment, by its name: `local`, or one like `Asia/Seoul`.
    pub zone: &'w dyn Fn(&str, DateTime<Utc>) -> Option<FixedOffset>,
    /// Standard input.
    pub input: &'w mut dyn Read,
    /// Standard output. An error there ends the run.
    pub out: &'w mut dyn Write,
    /// Standard error. Never fails: see [`crate::stream::BestEffort`].
    pub err: &'w mut dyn Write,
    /// What standard output is.
    pub out_terminal: Terminal,
    /// What standard error is.
    pub err_terminal: Terminal,
    /// Standard input is a terminal.
    pub input_is_terminal: bool,
    /// Tells the time since the start, which no clock that is set can change.
    pub uptime: &'w dyn Fn() -> Duration,
    /// 64 unpredictable bits.
    pub random: &'w dyn Fn() -> u64,
    /// The signals that arrive while a log is written.
    pub signals: Signals,
}

/// What a stream leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// A terminal.
    pub is_terminal: bool,
    /// Its width in cells.
    pub width: Option<usize>,
}

/// The variables that matter to us, as they are set. An empty one counts as not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `TOKMON_FILE`
    pub file: Option<OsString>,
    /// `TOKMON_BUDGET`
    pub budget: Option<OsString>,
    /// `TOKMON_CONFIG`
    pub config: Option<OsString>,
    /// `TOKMON_NOW`
    pub now: Option<OsString>,
    /// `NO_COLOR`
    pub no_color: bool,
    /// `CLICOLOR_FORCE` or `FORCE_COLOR`, other than 0
    pub force_color: bool,
    /// `CLICOLOR` is 0
    pub clicolor_off: bool,
    /// `TERM`
    pub term: Option<OsString>,
    /// `COLORTERM`
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

    /// How many colours a terminal draws, as far as it says so.
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

    fn is_dumb(&self) -> bool {
        self.term.as_ref().is_some_and(|term| term == "dumb")
    }

    /// Whether a terminal in this environment may not draw more than ASCII.
    fn is_ascii(&self) -> bool {
        let locale = self
            .locale
            .as_ref()
            .map(|locale| locale.to_string_lossy().to_ascii_uppercase());
        let utf8 = locale.is_some_and(|locale| locale.contains("UTF-8") || locale.contains("UTF8"));
        !utf8 || self.is_dumb() || self.term.as_ref().is_some_and(|term| term == "linux")
    }
}

impl Context<'_> {
    /// Prints a note on standard error.
    pub(super) fn note(&mut self, text: impl Display) {
        // Never fails: see `err`.
        let _ = writeln!(self.err, "tokmon: {}", sanitize(&text.to_string()));
    }

    /// The same context, with the output going elsewhere than to a terminal.
    pub(super) fn with_output<'s>(&'s mut self, out: &'s mut dyn Write) -> Context<'s> {
        Context {
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            clock: self.clock,
            zone: self.zone,
            input: &mut *self.input,
            out,
            err: &mut *self.err,
            out_terminal: Terminal::default(),
            err_terminal: self.err_terminal,
            input_is_terminal: self.input_is_terminal,
            uptime: self.uptime,
            random: self.random,
            signals: self.signals.clone(),
        }
    }

    /// What decides which log is meant, and which settings: an option outranks the environment.
    pub(super) fn log_options(&self, global: &GlobalArgs) -> LogOptions {
        let environment = &self.environment;
        let by_option = global.config.clone();
        let by_option = by_option.map(|path| (path, "name a tokmon.toml with --config PATH"));
        let by_environment = || {
            let help = "TOKMON_CONFIG names it: let it name a tokmon.toml, or unset it";
            Some((environment.config.as_ref()?.into(), help))
        };
        let log = global.file.clone();
        LogOptions {
            folder: self.folder.clone(),
            log: log.or_else(|| environment.file.as_ref().map(PathBuf::from)),
            settings: by_option.or_else(by_environment),
            user_settings: environment.user_settings.clone(),
            style: self.err_style(global),
        }
    }

    /// The budget by option, else by environment.
    pub(super) fn budget(&self, global: &GlobalArgs) -> Result<Option<Budget>, Failure> {
        let budget = |tokens, source| Budget {
            tokens,
            source,
            place: None,
        };
        if let Some(tokens) = global.budget {
            return Ok(Some(budget(tokens, BudgetSource::Option)));
        }
        let Some(text) = &self.environment.budget else {
            return Ok(None);
        };
        let text = text.to_string_lossy();
        let tokens = parse_tokens(&text).map_err(|help| {
            Failure::usage(format!("TOKMON_BUDGET is not a number of tokens: `{text}`")).help(help)
        })?;
        Ok(Some(budget(tokens, BudgetSource::Environment)))
    }

    /// How to draw on standard output.
    #[must_use]
    pub fn style(&self, global: &GlobalArgs) -> Style {
        self.style_on(self.out_terminal, global)
    }

    /// How to draw on standard error.
    #[must_use]
    pub fn err_style(&self, global: &GlobalArgs) -> Style {
        self.style_on(self.err_terminal, global)
    }

    /// Whether to use colour there: the option outranks `NO_COLOR`, which outranks `FORCE_COLOR` and `CLICOLOR_FORCE`, which
    /// outrank `CLICOLOR` and `TERM`; where none of them decides, a terminal has colour. `NO_COLOR` leaves a terminal its bold.
    pub(super) fn color_mode(&self, terminal: Terminal, asked: ColorArg) -> ColorMode {
        let environment = &self.environment;
        let able = terminal.is_terminal && !environment.clicolor_off && !environment.is_dumb();
        match asked {
            ColorArg::Always => ColorMode::Color,
            ColorArg::Auto if environment.no_color && able => ColorMode::Bold,
            ColorArg::Auto if !environment.no_color && (environment.force_color || able) => {
                ColorMode::Color
            }
            ColorArg::Never | ColorArg::Auto => ColorMode::Plain,
        }
    }

    fn style_on(&self, terminal: Terminal, global: &GlobalArgs) -> Style {
        Style {
            color: self.color_mode(terminal, global.color),
            ascii: global.ascii || terminal.is_terminal && self.environment.is_ascii(),
            width: terminal.width,
        }
    }

    /// Whether a dashboard can be drawn on standard output.
    #[must_use]
    pub fn is_screen(&self) -> bool {
        self.out_terminal.is_terminal && !self.environment.is_dumb()
    }

    /// Whether time stands still, because the moment is given.
    #[must_use]
    pub fn is_frozen(&self, global: &GlobalArgs) -> bool {
        global.now.is_some() || self.environment.now.is_some()
    }

    /// The moment to report for, in the zone to report in: `--now`, else `TOKMON_NOW`, else the clock.
    pub fn now(&self, global: &GlobalArgs) -> Result<DateTime<FixedOffset>, Failure> {
        let from_environment = || {
            let text = self
                .environment
                .now
                .as_ref()?
                .to_string_lossy()
                .into_owned();
            Some(parse_time(&text).map_err(|help| {
                Failure::usage(format!("TOKMON_NOW is not a time: `{text}`")).help(help)
            }))
        };
        let given = match global.now {
            Some(now) => Some(now),
            None => from_environment().transpose()?,
        };
        match (given, global.timezone.as_deref()) {
            (Some(given), None) => Ok(given),
            (given, zone) => self.in_zone(
                given.map_or_else(|| (self.clock)(), |given| given.to_utc()),
                zone.unwrap_or("local"),
            ),
        }
    }

    /// The time in a zone: `local`, `UTC`, an offset, or a name.
    pub(super) fn in_zone(
        &self,
        time: DateTime<Utc>,
        zone: &str,
    ) -> Result<DateTime<FixedOffset>, Failure> {
        if zone.eq_ignore_ascii_case("utc") || zone == "Z" {
            return Ok(time.fixed_offset());
        }
        let name = if zone.eq_ignore_ascii_case("local") {
            "local"
        } else {
            zone
        };
        let offset = zone
            .parse::<FixedOffset>()
            .ok()
            .or_else(|| (self.zone)(name, time));
        let offset = offset.ok_or_else(|| {
            Failure::usage(format!("unknown time zone `{zone}`"))
                .help("write a name like Asia/Seoul, an offset like +09:00, UTC or local")
        })?;
        Ok(time.with_timezone(&offset))
    }
}
