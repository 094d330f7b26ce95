//! Says what is wrong with a log, and mends what can be mended.

use super::Context;
use crate::{
    cli::{CheckArgs, GlobalArgs},
    exit::{ExitStatus, Failure},
};

pub(super) fn run(
    args: &CheckArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let _ = (args, global, cx);
    Err(Failure::usage("not yet"))
}
