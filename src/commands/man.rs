//! `tokmon man`: man pages, generated from the definition of the command line.

use clap::CommandFactory;

use super::Context;
use crate::{
    cli::Cli,
    exit::ExitCode,
    failure::{Failure, cannot_print},
};

pub(super) fn run(name: Option<&str>, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    let mut command = Cli::command();
    command.build();
    let command = match name {
        None => &command,
        Some(name) => command.find_subcommand(name).ok_or_else(|| {
            let names = command.get_subcommands().map(clap::Command::get_name);
            Failure::usage(format!("there is no command `{name}`")).help(format!(
                "commands: {}",
                names.collect::<Vec<_>>().join(", ")
            ))
        })?,
    };
    clap_mangen::Man::new(command.clone())
        .render(&mut cx.out)
        .map_err(cannot_print)?;
    Ok(ExitCode::Success)
}
