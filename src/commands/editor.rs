//! The command that opens a file in the user's editor, at a line. Does not run it: the terminal must be released first.

use std::{path::Path, process::Command};

use super::Context;

/// The command for the user's editor: `$VISUAL`, else `$EDITOR`, else vi. Fails if that variable cannot be parsed.
pub(super) fn command(cx: &Context<'_>, file: &Path, line: usize) -> Result<Command, String> {
    let editor = cx.first_variable(&["VISUAL", "EDITOR"]);
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let words = shell_words::split(&editor);
    let words = words.map_err(|error| format!("$VISUAL or $EDITOR, `{editor}`: {error}"))?;
    let waits = words.iter().any(|word| word == "--wait" || word == "-w");
    let mut words = words.into_iter();
    let program = words.next().unwrap_or_else(|| "vi".to_owned());
    let name = Path::new(&program)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut command = Command::new(&program);
    command.args(words);
    match name.as_str() {
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "emacsclient" | "kak" | "micro" => {
            command.arg(format!("+{line}")).arg(file);
        }
        "hx" => {
            command.arg(format!("{}:{line}", file.display()));
        }
        "code" | "codium" => {
            command.arg("-g").arg(format!("{}:{line}", file.display()));
            if !waits {
                command.arg("--wait");
            }
        }
        _ => {
            command.arg(file);
        }
    }
    Ok(command)
}
