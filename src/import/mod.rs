//! What agent harnesses write down of their usage: lines of transcripts in, the responses of models out, each once; and from responses
//! the lines that a log lacks. No I/O: `commands::import` finds and opens the files, and writes the log.

pub mod claude;
mod json_line;
mod response;
mod teams;
mod unit;

pub use response::{
    FileKind, ImportSource, Line, Origin, Reader, Response, Skipped, TranscriptFile, Transcripts,
    Unreadable,
};
pub use teams::{TeamNaming, UNASSIGNED, UnitTeam};
pub use unit::{Unit, units};
