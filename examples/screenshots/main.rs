//! Takes the screenshots of the dashboard in the README: runs tokmon in a pseudo terminal, presses keys, and writes what the
//! terminal shows to `docs/` as SVG. With `--check` it writes nothing, and fails if a file differs.

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
