//! Why a run failed, what to do about it, and the code that it ends with.

use std::{
    fmt,
    io::{self, Write},
};

use crate::{
    exit::ExitCode,
    render::sanitize,
    store::{self, WriteError},
};

/// Why a run failed. Made from an [`anyhow::Error`] with the context of what was being done, or from a message and a code.
#[derive(Debug)]
pub struct Failure {
    code: ExitCode,
    error: anyhow::Error,
    help: Option<String>,
    /// Printed in place of the message where there is room for more than a sentence.
    in_full: Option<String>,
    is_no_log: bool,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, message: impl Into<String>) -> Self {
        Self {
            code,
            error: anyhow::Error::msg(message.into()),
            help: None,
            in_full: None,
            is_no_log: false,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// Whether the reader of the output went away.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let mut errors = self.error.chain();
        errors.any(|cause| {
            let error = cause.downcast_ref::<io::Error>();
            error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        })
    }

    pub(crate) fn is_usage(&self) -> bool {
        self.code == ExitCode::Usage
    }

    pub(crate) fn is_no_input(&self) -> bool {
        self.code == ExitCode::NoInput
    }

    pub(crate) fn is_no_permission(&self) -> bool {
        self.code == ExitCode::NoPermission
    }

    /// Whether the file that is taken for a log is none.
    pub(crate) const fn is_no_log(&self) -> bool {
        self.is_no_log
    }

    /// The file that is taken for a log is none.
    pub(crate) fn no_log(message: impl Into<String>) -> Self {
        Self {
            is_no_log: true,
            ..Self::no_data(message)
        }
    }

    pub(crate) fn no_data(message: impl Into<String>) -> Self {
        Self::new(ExitCode::DataError, message)
    }

    pub(crate) fn no_input(message: impl Into<String>) -> Self {
        Self::new(ExitCode::NoInput, message)
    }

    pub(crate) fn cannot_create(message: impl Into<String>) -> Self {
        Self::new(ExitCode::CannotCreate, message)
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Config, message)
    }

    /// Prints this text as it is in place of the message.
    pub(crate) fn in_full(mut self, text: String) -> Self {
        self.in_full = Some(text);
        self
    }

    /// Says first what was done before it failed.
    pub(crate) fn after(mut self, done: String) -> Self {
        self.error = self.error.context(done);
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do about it, if that is known.
    pub(crate) fn take_help(&mut self) -> Option<String> {
        self.help.take()
    }

    /// Prints what went wrong. That printing fails is no further failure.
    pub(crate) fn print(&self, err: &mut dyn Write) -> ExitCode {
        let _ = match &self.in_full {
            Some(text) => write!(err, "{text}"),
            None => writeln!(err, "tokmon: {}", sanitize_lines(&self.to_string())),
        };
        if let Some(help) = &self.help {
            let _ = writeln!(err, "  help: {}", sanitize_lines(help));
        }
        let _ = err.flush();
        self.code
    }
}

/// What was being done, and why it failed: `cannot read a.md: permission denied`. Without what to do about it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, cause) in self.error.chain().enumerate() {
            let before = if at == 0 { "" } else { ": " };
            match cause.downcast_ref::<io::Error>() {
                Some(error) => write!(f, "{before}{}", store::reason(error))?,
                None => write!(f, "{before}{cause}")?,
            }
        }
        Ok(())
    }
}

/// The code is that of the cause; a cause without one of its own is a failure to read or write.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let cause = error.downcast_ref::<WriteError>();
        Self {
            code: cause.map_or(ExitCode::Io, ExitCode::from),
            help: cause.and_then(WriteError::help),
            in_full: None,
            is_no_log: false,
            error,
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<&WriteError> for ExitCode {
    fn from(error: &WriteError) -> Self {
        match error {
            WriteError::Conflict { .. }
            | WriteError::SideFile { .. }
            | WriteError::DamagedJournal { .. } => Self::DataError,
            WriteError::Missing { .. } | WriteError::NotAFile { .. } => Self::NoInput,
            WriteError::NoLease { .. } => Self::Unavailable,
            WriteError::Io { .. } | WriteError::CutShort { .. } => Self::Io,
            WriteError::Busy { .. } | WriteError::Changing { .. } => Self::TryAgain,
            WriteError::LeadsOut { .. } | WriteError::NotPermitted { .. } => Self::NoPermission,
            WriteError::Interrupted { signal, .. } => (*signal).into(),
            WriteError::Unfinished { why, .. } => Self::from(&**why),
        }
    }
}

pub(crate) fn cannot_print(error: io::Error) -> Failure {
    anyhow::Error::new(error)
        .context("cannot write to standard output")
        .into()
}

/// What became of printing. That a reader went away, as `head` does, is no failure.
pub(crate) fn printed(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(cannot_print),
    }
}

/// Text of several lines in which nothing drives a terminal.
pub(crate) fn sanitize_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(sanitize).collect();
    lines.join("\n")
}
