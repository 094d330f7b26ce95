//! Draws the pictures of the dashboard in the README: runs tokmon in a terminal of its own, presses its keys, and writes what the
//! terminal shows to `docs/` as SVG. With `--check` it writes nothing, and fails where a picture is not what it would write.

#[cfg(unix)]
mod drawing;
#[cfg(unix)]
mod palette;
#[cfg(unix)]
mod pictures;
#[cfg(unix)]
mod shapes;
#[cfg(unix)]
mod svg;
#[cfg(unix)]
mod terminal;

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    pictures::main()
}

#[cfg(not(unix))]
#[expect(clippy::print_stderr, reason = "an example has no streams handed in")]
fn main() -> ExitCode {
    eprintln!("error: the pictures are drawn in a pseudo terminal of Unix; there is none here");
    ExitCode::FAILURE
}
