//! `tokmon schema`, `tokmon completions` and `tokmon man`: text that is generated from definitions in the code.

use clap::CommandFactory;
use clap_complete::Shell;

use super::run::Run;
use crate::{
    cli::{Cli, SchemaOf},
    exit::ExitCode,
    failure::Failure,
    render,
};

pub fn schema(of: SchemaOf, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let schema = match of {
        SchemaOf::Report => render::schema(),
        SchemaOf::Check => render::check::schema(),
    };
    run.print(|out| out.write_all(schema.as_bytes()))?;
    Ok(ExitCode::Success)
}

pub fn completions(shell: Shell, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tokmon", &mut script);
    run.print(|out| out.write_all(&script))?;
    Ok(ExitCode::Success)
}

pub fn man(name: Option<&str>, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
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
    run.print(|mut out| clap_mangen::Man::new(command.clone()).render(&mut out))?;
    Ok(ExitCode::Success)
}
