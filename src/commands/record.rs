//! Records spending.

use super::Context;
use crate::{
    cli::{GlobalArgs, RecordArgs},
    exit::{ExitStatus, Failure},
};

pub(super) fn run(
    args: &RecordArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let _ = (args, global, cx);
    Err(Failure::usage("not yet"))
}
