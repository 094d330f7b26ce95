//! Every code that a run can end with: those of the README's table, which are those of sysexits where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    Success = 0,
    /// The condition that was asked for holds: a level is reached, or the log has errors or warnings.
    Findings = 1,
    /// Of a monitoring plugin: the budget is used up, or nearly.
    PluginCritical = 2,
    /// Of a monitoring plugin: nothing could be judged.
    PluginUnknown = 3,
    /// The guard admits the work with a cheaper model only.
    Downgraded = 10,
    /// The guard does not admit the work.
    Denied = 20,
    Usage = 64,
    /// A file does not hold what it should.
    DataError = 65,
    NoInput = 66,
    /// The system cannot keep other writers out while the log is rewritten.
    Unavailable = 69,
    /// A bug in tokmon, found before anything was written.
    Internal = 70,
    /// A panic, as Rust has it.
    Panicked = 101,
    /// A file exists already, or cannot be created.
    CannotCreate = 73,
    Io = 74,
    TryAgain = 75,
    NoPermission = 77,
    Config = 78,
    /// Ended by SIGHUP, or the terminal is gone.
    HungUp = 129,
    Interrupted = 130,
    Quit = 131,
    Terminated = 143,
}

impl ExitCode {
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub enum EndingSignal {
    #[strum(serialize = "SIGHUP")]
    HangUp,
    #[strum(serialize = "SIGINT")]
    Interrupt,
    #[strum(serialize = "SIGQUIT")]
    Quit,
    #[strum(serialize = "SIGTERM")]
    Terminate,
}

/// 128 and the number of the signal, as shells have it.
impl From<EndingSignal> for ExitCode {
    fn from(signal: EndingSignal) -> Self {
        match signal {
            EndingSignal::HangUp => Self::HungUp,
            EndingSignal::Interrupt => Self::Interrupted,
            EndingSignal::Quit => Self::Quit,
            EndingSignal::Terminate => Self::Terminated,
        }
    }
}
