//! One verb a file, and the world they act in.

mod completions;
mod context;
mod load;
mod locate;
mod status;
pub(crate) mod usage;

pub use context::{Context, Environment, Terminal};

use crate::{
    cli::{Cli, Command, ViewArgs},
    exit::{ExitStatus, Failure},
};

/// Does what was asked.
pub(crate) fn dispatch(cli: &Cli, cx: &mut Context<'_>) -> Result<ExitStatus, Failure> {
    if cli.command.is_some() && cli.views != ViewArgs::default() {
        return Err(
            Failure::usage("views and their options go without a command")
                .help("see tokmon --help"),
        );
    }
    match &cli.command {
        None => status::run(&cli.views, &cli.global, cx),
        Some(Command::Schema) => status::schema(cx),
        Some(Command::Completions { shell }) => completions::run(*shell, cx),
    }
}
