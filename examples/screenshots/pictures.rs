//! The screenshots: their views and sizes, log and time, and files.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool of this repository runs in it as it is: nothing is handed in"
)]

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use crate::{
    svg::{self, Caption},
    terminal::{Size, Terminal},
};

/// The log and the fixed time that all screenshots show.
const ARGUMENTS: [&str; 5] = [
    "--watch",
    "--file",
    "fixtures/logs/sample.md",
    "--now",
    "2026-02-25T17:00:00Z",
];
/// A figure of that log: once it is shown, the log has been read.
const FIGURE: &str = "126,670";

const NORMAL: Size = Size {
    rows: 24,
    columns: 80,
};
const WIDE: Size = Size {
    rows: 40,
    columns: 120,
};

/// A view, by its key and the text that marks it as shown.
struct View {
    key: &'static str,
    mark: &'static str,
    about: &'static str,
}

const OVERVIEW: View = View {
    key: "1",
    mark: "[1 Overview]",
    about: "The overview: the budget as a bar, the burn-up chart, alerts and teams",
};
const TEAMS: View = View {
    key: "2",
    mark: "[2 Teams]",
    about: "The teams: what each has used of its share, as a table with bars",
};
const DAILY: View = View {
    key: "3",
    mark: "[3 Daily]",
    about: "The days: each row of the log with the running sum",
};
const FORECAST: View = View {
    key: "4",
    mark: "[4 Forecast]",
    about: "The forecast: whether the budget will do, how sure that is, and when it is crossed",
};

/// A screenshot, by its file name without `.svg`.
type Picture = (&'static str, View);

/// Draws all pictures, or checks them.
pub(crate) fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => draw().and_then(|drawn| write(&drawn)),
        ["--check"] => draw().and_then(|drawn| check(&drawn)),
        _ => Err("usage: cargo run --example screenshots [-- --check]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The files and their contents.
type Drawn = Vec<(String, String)>;

fn draw() -> Result<Drawn, Box<dyn Error>> {
    let program = build()?;
    let normal = [
        ("overview", OVERVIEW),
        ("teams", TEAMS),
        ("daily", DAILY),
        ("forecast", FORECAST),
    ];
    let mut drawn = take(&program, NORMAL, &normal)?;
    drawn.extend(take(&program, WIDE, &[("overview-wide", OVERVIEW)])?);
    Ok(drawn)
}

/// Takes pictures of one run.
fn take(program: &Path, size: Size, pictures: &[Picture]) -> Result<Drawn, Box<dyn Error>> {
    let mut terminal = Terminal::start(program, &ARGUMENTS, root(), size)?;
    terminal.wait(FIGURE)?;
    // What a dashboard shows first, it may show while it still starts: no picture is of that.
    terminal.press(TEAMS.key)?;
    terminal.wait(TEAMS.mark)?;
    let mut drawn = Vec::new();
    for (name, view) in pictures {
        terminal.press(view.key)?;
        let screen = terminal.wait(view.mark)?;
        let caption = Caption {
            title: "tokmon --watch",
            about: view.about,
        };
        drawn.push((format!("docs/{name}.svg"), svg::picture(screen, caption)));
    }
    terminal.press("q")?;
    terminal.end()?;
    Ok(drawn)
}

fn write(drawn: &Drawn) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(root().join("docs"))?;
    for (file, picture) in drawn {
        fs::write(root().join(file), picture)
            .map_err(|error| format!("cannot write {file}: {error}"))?;
        println!("wrote {file}");
    }
    Ok(())
}

fn check(drawn: &Drawn) -> Result<(), Box<dyn Error>> {
    let differs = |(file, picture): &&(String, String)| {
        fs::read_to_string(root().join(file)).ok().as_ref() != Some(picture)
    };
    let differing: Vec<&str> = drawn
        .iter()
        .filter(differs)
        .map(|(file, _)| file.as_str())
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    let files = differing.join(", ");
    Err(format!("not what tokmon shows: {files}\nhelp: cargo run --example screenshots").into())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Builds tokmon and returns its path: cargo does not do that for examples.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--bin", "tokmon"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()?;
    if !built.status.success() {
        return Err("tokmon cannot be built".into());
    }
    let messages = String::from_utf8(built.stdout)?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    };
    let found = messages.lines().find_map(executable);
    found.ok_or_else(|| "cargo does not say where tokmon is".into())
}
