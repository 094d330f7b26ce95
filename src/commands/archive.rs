//! Moves what is old to the archives.

use super::Context;
use crate::{
    cli::{ArchiveArgs, GlobalArgs},
    exit::{ExitStatus, Failure},
};

pub(super) fn run(
    args: &ArchiveArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let _ = (args, global, cx);
    Err(Failure::usage("not yet"))
}
