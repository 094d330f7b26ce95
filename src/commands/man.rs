//! `tokmon man`: man pages, from the same definitions as the help.

use std::{fmt::Write as _, path::Path};

use anyhow::Context as _;

use super::run::Run;
use crate::{cli::Cli, exit::ExitCode, failure::Failure, store};

/// When this version was released, as man pages show it. For a version that is not, any day will do.
const DATE: &str = "2026-11-27";

/// The longest line of a source, in bytes, that `mandoc -T lint` accepts.
const MAX_LINE: usize = 80;

/// Prints the man page of the program, or writes those of the program and of each command into a folder.
pub fn run(folder: Option<&Path>, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let command = Cli::definition(0).subcommand_help_heading("COMMANDS");
    let Some(folder) = folder else {
        let text = page("tokmon", &command);
        run.print(|out| out.write_all(text.as_bytes()))?;
        return Ok(ExitCode::Success);
    };
    let commands = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let commands = commands.map(|command| (format!("tokmon-{}", command.get_name()), command));
    let all = std::iter::once(("tokmon".to_owned(), &command)).chain(commands);
    let all: Vec<(String, &clap::Command)> = all.collect();
    let target = run.cx.folder.join(folder);
    let is_command =
        |(_, command): &(String, &clap::Command)| command.get_name() == folder.as_os_str();
    if all.iter().any(is_command) && matches!(store::is_taken(&target), Ok(false)) {
        let name = folder.display();
        let message = format!("`{name}` is a command, and there is no such folder");
        return Err(Failure::usage(message).help(format!(
            "`tokmon {name} --help` shows what its page says; `tokmon man ./pages` writes all pages, and `man -l pages/tokmon-{name}.1` shows that one"
        )));
    }
    store::create_folder(&target).with_context(|| format!("cannot create {}", folder.display()))?;
    for (name, command) in &all {
        let file = format!("{name}.1");
        let text = page(name, command);
        store::replace(
            &target.join(&file),
            text.as_bytes(),
            (run.cx.random)(),
            false,
        )
        .with_context(|| format!("cannot write {}", folder.join(file).display()))?;
    }
    run.note(format_args!(
        "wrote {} man pages to {}",
        all.len(),
        folder.display()
    ));
    Ok(ExitCode::Success)
}

/// The source of a page.
fn page(name: &str, command: &clap::Command) -> String {
    let mut source = Vec::new();
    // The generator knows only what comes after the options.
    let parts = [command.get_before_help(), command.get_after_long_help()];
    let parts = parts.into_iter().flatten().map(ToString::to_string);
    let extra = parts.collect::<Vec<_>>().join("\n\n");
    let mut command = command.clone();
    if !extra.is_empty() {
        command = command.after_long_help(extra);
    }
    let page = clap_mangen::Man::new(command)
        .title(name.to_uppercase())
        .date(DATE)
        .source(concat!("tokmon ", env!("CARGO_PKG_VERSION")))
        .manual("tokmon manual");
    // Writing into memory does not fail.
    let _ = page.render(&mut source);
    tidied(&String::from_utf8_lossy(&source))
}

/// A page with its examples as they are written, and without what checkers of man pages complain of.
fn tidied(source: &str) -> String {
    // The generator separates paragraphs by two breaks around an empty line.
    let source = source.replace(".br\n\n.br\n", ".sp\n");
    let (options, extra) = source.split_once(".SH EXTRA\n").unwrap_or((&source, ""));
    let (extra, version) = extra.split_once(".SH VERSION\n").unwrap_or((extra, ""));
    let mut page = String::with_capacity(source.len());
    let mut is_tag = false;
    for line in options.lines() {
        if is_tag || line.starts_with(['.', '\'']) {
            page += line.trim_end();
            page.push('\n');
        } else {
            wrap(line, &mut page);
        }
        is_tag = line == ".TP";
    }
    for block in extra.split("\n\n").filter(|block| !block.is_empty()) {
        let (heading, lines) = block.split_once(":\n").unwrap_or(("", block));
        if heading.is_empty() {
            page += ".PP\n";
            wrap(lines.trim_end(), &mut page);
        } else {
            let heading = heading.split(',').next().unwrap_or(heading).to_uppercase();
            let _ = writeln!(page, ".SH {heading}\n.nf\n{}\n.fi", lines.trim_end());
        }
    }
    if !version.is_empty() {
        let _ = write!(page, ".SH VERSION\n{version}");
    }
    page
}

/// Writes a line of running text as lines that are short enough.
fn wrap(line: &str, page: &mut String) {
    let mut length = 0;
    for word in line.split_whitespace() {
        let is_first = length == 0;
        if !is_first && length + 1 + word.len() > MAX_LINE {
            page.push('\n');
            length = 0;
        } else if !is_first {
            page.push(' ');
            length += 1;
        }
        // At the start of a line, these two begin a macro.
        if length == 0 && word.starts_with(['.', '\'']) {
            page.push_str("\\&");
        }
        page.push_str(word);
        length += word.len();
    }
    page.push('\n');
}
