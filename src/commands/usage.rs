//! What there is to say instead of a report: help, the version, or what is wrong with the command line.

use super::Context;
use crate::exit::{ExitStatus, Failure, safe_lines};

/// Shows help or version, or says what is wrong with the command line.
pub(crate) fn tell(error: &clap::Error, cx: &mut Context<'_>) -> Result<ExitStatus, Failure> {
    let wrong = error.use_stderr();
    let terminal = if wrong {
        cx.err_terminal
    } else {
        cx.out_terminal
    };
    let plain = error.render().to_string();
    let safe = safe_lines(&plain);
    // What was typed is repeated in the message; where it is not harmless, it is shown without colour.
    let colored = terminal.is_terminal && !cx.environment.no_color && safe == plain;
    let text = if colored {
        error.render().ansi().to_string()
    } else {
        safe
    };
    if wrong {
        cx.err.write_all(text.as_bytes())?;
        return Ok(ExitStatus::Failed(64));
    }
    cx.out.write_all(text.as_bytes())?;
    Ok(ExitStatus::Clean)
}
