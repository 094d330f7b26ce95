//! `tokmon schema` and `tokmon completions`: text that is generated from definitions in the code.

use clap_complete::Shell;

use super::{complete, run::Run};
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
        SchemaOf::Tables => render::reading::schema(),
        SchemaOf::Guard => render::guard::schema(),
        SchemaOf::ImportReport => render::import::schema(),
        SchemaOf::Holds => render::holds::schema(),
        SchemaOf::Budget => render::budget::schema(),
        SchemaOf::Compare => render::compare::schema(),
        SchemaOf::Prices => render::prices::schema(),
        SchemaOf::Health => render::metrics::health::schema(),
        SchemaOf::Alert => render::notices::schema(),
        SchemaOf::Notice => render::notices::document_schema(),
        SchemaOf::Import => render::import_line_schema(),
        SchemaOf::Statusline => render::statusline::schema(),
    };
    run.print(|out| out.write_all(schema.as_bytes()))?;
    Ok(ExitCode::Success)
}

/// Prints a script for a shell. In the common shells it asks this program for candidates; in the others it lists what is known
/// without a log.
pub fn completions(shell: Shell, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let script = match shell {
        Shell::Bash | Shell::Fish | Shell::Zsh => complete::registration(&shell.to_string())?,
        _ => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::definition(0), "tokmon", &mut script);
            script
        }
    };
    run.print(|out| out.write_all(&script))?;
    Ok(ExitCode::Success)
}
