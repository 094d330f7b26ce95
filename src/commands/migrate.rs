//! Brings a log of an older format up to date.

use super::Context;
use crate::{
    cli::{GlobalArgs, MigrateArgs},
    exit::{ExitStatus, Failure},
};

pub(super) fn run(
    args: &MigrateArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let _ = (args, global, cx);
    Err(Failure::usage("not yet"))
}
