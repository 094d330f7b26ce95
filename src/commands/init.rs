//! Begins a log and its settings.

use super::Context;
use crate::{
    cli::{GlobalArgs, InitArgs},
    exit::{ExitStatus, Failure},
};

pub(super) fn run(
    args: &InitArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let _ = (args, global, cx);
    Err(Failure::usage("not yet"))
}
