//! How a run ends: what it says about it, and with which code. The codes are those of sysexits, as far as it has any.

use std::{
    fmt,
    io::{self, Write},
};

use crate::render::safe_line;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Everything is fine.
    Clean,
    /// The condition asked for holds: a level is reached, or something is wrong with the log.
    Findings,
    /// It failed, with this code.
    Failed(u8),
}

impl ExitStatus {
    /// The code for the system.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed(code) => code,
        }
    }
}

/// Why a run failed, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    help: Option<String>,
    /// The message as a text of its own, for whoever has room for more than a sentence.
    in_full: Option<String>,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            in_full: None,
        }
    }

    /// It failed with a code of its own.
    pub fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self::new(code, message)
    }

    /// The command line is wrong: 64.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(64, message)
    }

    /// Whether the command line is what is wrong.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        self.code == 64
    }

    /// The log holds nothing of use: 65.
    pub fn no_data(message: impl Into<String>) -> Self {
        Self::new(65, message)
    }

    /// There is no log: 66.
    pub fn no_input(message: impl Into<String>) -> Self {
        Self::new(66, message)
    }

    /// A file cannot be made: 73.
    pub fn cannot_create(message: impl Into<String>) -> Self {
        Self::new(73, message)
    }

    /// Reading or writing failed: 74.
    pub fn io(message: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(74, format!("{message}: {error}"))
    }

    /// The settings are wrong: 78.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(78, message)
    }

    /// Says it in a text that is printed as it is, in place of the message.
    #[must_use]
    pub fn in_full(mut self, text: String) -> Self {
        self.in_full = Some(text);
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what went wrong. That it cannot be said is no further failure.
    pub(crate) fn tell(&self, err: &mut dyn Write) -> ExitStatus {
        let _ = match &self.in_full {
            Some(text) => write!(err, "{text}"),
            None => writeln!(err, "tokmon: {}", safe_lines(&self.message)),
        };
        if let Some(help) = &self.help {
            let _ = writeln!(err, "  help: {}", safe_lines(help));
        }
        let _ = err.flush();
        ExitStatus::Failed(self.code)
    }
}

/// What went wrong, without what to do about it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Writing failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::io("cannot write", &error)
    }
}

/// Text of several lines in which nothing drives a terminal.
pub(crate) fn safe_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(safe_line).collect();
    lines.join("\n")
}
