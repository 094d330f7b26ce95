//! Logs in other forms than tokmon's: those in `fixtures/foreign`, each with the right answer beside it, and generated ones, of which
//! the generator knows what they say. `TOKMON_LOGS` sets how many are generated, `TOKMON_SEED` which.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up a log has failed; it writes files, and prints the log that it failed for"
)]

#[path = "../hammer/random.rs"]
#[expect(dead_code, reason = "nothing here waits")]
mod random;

/// Logs in tokmon's own format.
#[path = "../model/generator.rs"]
mod own_logs;

mod cells;
mod corpus;
mod entries;
mod languages;
#[cfg(target_os = "linux")]
mod migration;
mod program;
mod tables;

use random::Random;

/// How many logs to generate, where nothing else is asked for.
fn logs(usual: u64) -> u64 {
    std::env::var("TOKMON_LOGS")
        .map_or(usual, |logs| logs.parse().expect("TOKMON_LOGS is a number"))
}

/// Runs a check for logs of one seed after the other, and prints the log and its seed where one fails.
fn for_each_log(usual: u64, check: impl Fn(&mut Random) -> Checked) {
    let seed = random::seed();
    for number in 0..logs(usual) {
        let checked = check(&mut Random::new(seed + number));
        assert!(
            checked.found == checked.right,
            "TOKMON_SEED={} TOKMON_LOGS=1\n--- right\n{}--- found\n{}--- the log\n{}",
            seed + number,
            checked.right,
            checked.found,
            checked.log
        );
    }
}

/// What a log says, in words, and what the program made of it.
struct Checked {
    log: String,
    right: String,
    found: String,
}

#[test]
fn generated_logs_are_read_as_they_were_written() {
    for_each_log(120, |random| {
        let log = tables::log(random);
        let found = program::Reading {
            currency: None,
            ..program::read(&log.text, tables::NOW)
        };
        Checked {
            right: log.truth.figures(),
            found: found.figures(),
            log: log.text,
        }
    });
}

#[test]
fn no_foreign_table_changes_a_figure_of_a_log_in_the_own_format() {
    for_each_log(60, |random| {
        let own = loop {
            let own = own_logs::log(random);
            let sections = ["Monthly Summary", "Daily Detail", "## Session"];
            if sections.iter().any(|section| own.contains(section)) {
                break own;
            }
        };
        let both = inserted(&own, &tables::log(random).text, random);
        Checked {
            right: program::read(&own, OWN_NOW).figures(),
            found: program::read(&both, OWN_NOW).figures(),
            log: both,
        }
    });
}

/// After all that the logs in the own format say.
const OWN_NOW: &str = "2026-02-20T23:59:00Z";

/// Puts another log into one, as a part of it: in front of one of its sections, or at its end.
fn inserted(own: &str, other: &str, random: &mut Random) -> String {
    let newline = if own.contains("\r\n") { "\r\n" } else { "\n" };
    let other = other.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    // A title would begin another document.
    let other = other.replacen("# ", "## ", usize::from(other.starts_with("# ")));
    let other = other.replace('\n', newline);
    let mut places: Vec<usize> = own
        .match_indices(&format!("{newline}## "))
        .map(|(at, _)| at)
        .collect();
    places.push(own.len());
    let at = places[usize::try_from(random.below(places.len() as u64)).unwrap()];
    let (before, after) = own.split_at(at);
    let heading = format!("{newline}{newline}## Other{newline}{newline}");
    format!("{before}{heading}{other}{newline}{after}")
}
