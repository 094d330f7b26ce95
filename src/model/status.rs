//! How far a piece of work is.

use std::fmt;

/// The state of a row. Words that are none of the four are kept as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Done,
    Running,
    Pending,
    Failed,
    Other(String),
}

impl Status {
    /// The word shown in every view, or the text as it was written.
    pub fn word(&self) -> &str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Other(text) => text,
        }
    }

    /// The status of a team with several rows: of one kind, that kind; some of it running or begun, running;
    /// else what is worst.
    pub fn combined(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Failed, other) | (other, Self::Failed) if other != Self::Running => Self::Failed,
            (Self::Running, _)
            | (_, Self::Running)
            | (Self::Done, Self::Pending)
            | (Self::Pending, Self::Done) => Self::Running,
            (Self::Other(text), _) | (_, Self::Other(text)) => Self::Other(text),
            (one, _) => one,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
