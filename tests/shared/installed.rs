//! The tools that tests use beside the program. Where one is missing, its test says so and passes. `.ci/run` installs them and lists in
//! `TOKMON_TOOLS_MISSING` those that it could not install: with that list, the test of any other missing tool fails.

use std::{env, fs, io::Write as _};

/// Whether a tool is on `PATH`.
pub(crate) fn has(tool: &str) -> bool {
    let name = format!("{tool}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = env::split_paths(&path).any(|folder| folder.join(&name).is_file());
    check(tool, is_there)
}

/// The same for a tool that is more than a file: whether it does its work here is known to the test.
pub(crate) fn check(tool: &str, works: bool) -> bool {
    if let Ok(script) = fs::read_to_string(".ci/run") {
        let mut listed = script.split([' ', ';']);
        assert!(listed.any(|name| name == tool), ".ci/run lists no {tool}");
    }
    if !works {
        let missing = env::var("TOKMON_TOOLS_MISSING");
        let may_be_missing =
            missing.map_or(true, |missing| missing.split(' ').any(|name| name == tool));
        assert!(may_be_missing, "{tool} is missing, or does not work here");
        // Printed also where the test passes.
        let note = format!("note: {tool} is missing, or does not work here: not all is tested\n");
        let _ = std::io::stderr().write_all(note.as_bytes());
    }
    works
}
