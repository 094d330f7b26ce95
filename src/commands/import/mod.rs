//! `tokmon import`: what the transcripts of agents say, as lines of the log.

mod folders;
mod gather;
mod roots;
mod sources;
mod window;

pub use gather::{Gathered, gather};
pub use window::{Found, Window, find};

use super::run::Run;
use crate::{cli::ImportArgs, exit::ExitCode, failure::Failure};

pub fn run(args: &ImportArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let found = find(run)?;
    let gathered = gather(&args.transcripts, &found, run)?;
    run.note(format_args!(
        "{} files, {} responses",
        gathered.transcripts.skipped.files,
        gathered.transcripts.responses.len()
    ));
    Ok(ExitCode::Success)
}
