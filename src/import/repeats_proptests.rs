//! A session and one that was forked from it come to the same in a log, whichever of their files each import reads.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde_json::json;

use super::{
    FoundUnits, ImportSource, LogState, LoggedUnit, PlanRules, TeamRows, Transcripts, UnitTeam,
    claude::{ClaudeReader, kind_of},
    logged_elsewhere, plan,
    test_files::feed,
    units,
};
use crate::model::{CountedClasses, Currency, ImportedId, TokenCounts, Tokens};

const PARENT: &str = "3f2a91c0.jsonl";
const FORK: &str = "3f2a91c0/subagents/agent-a1.jsonl";

/// Input, output, cache writes and cache reads of a response.
type Figures = (u64, u64, u64, u64);

/// A line of a transcript. A side conversation repeats responses with other request ids, or copies their lines.
fn line(name: &str, request: &str, is_side: bool, minute: usize, figures: Figures) -> String {
    let (input, output, written, read) = figures;
    let usage = json!({
        "input_tokens": input, "output_tokens": output,
        "cache_creation_input_tokens": written, "cache_read_input_tokens": read,
    });
    let message = json!({"id": format!("msg_{name}"), "model": "claude-opus-5", "usage": usage});
    let line = json!({
        "type": "assistant", "requestId": request, "isSidechain": is_side, "sessionId": "3f2a91c0",
        "timestamp": format!("2026-10-05T10:{minute:02}:00Z"), "message": message,
    });
    format!("{line}\n")
}

/// The lines of a session, and of one that was forked from it after some responses.
fn sessions(parent: &[Figures], fork: &[Figures], copies: bool) -> [Vec<String>; 2] {
    let own = parent.iter().enumerate();
    let own = own.map(|(at, figures)| line(&at.to_string(), "main", false, at, *figures));
    let start = parent.len() / 2 + 1;
    let repeated = parent.iter().enumerate().take(start);
    let request = if copies { "main" } else { "fork" };
    let repeated = repeated.map(|(at, figures)| line(&at.to_string(), request, true, at, *figures));
    let of_fork = fork.iter().enumerate();
    let of_fork =
        of_fork.map(|(at, figures)| line(&format!("f{at}"), "fork", true, start + at, *figures));
    [own.collect(), repeated.chain(of_fork).collect()]
}

/// What files hold of sessions, up to a number of lines of each. A file without lines is not there.
fn read(sessions: &[Vec<String>; 2], lengths: [usize; 2]) -> Transcripts {
    let files = [PARENT, FORK].into_iter().zip(sessions).zip(lengths);
    let files = files.filter(|(_, length)| *length > 0);
    let files = files.map(|((path, lines), length)| {
        let lines: String = lines.iter().take(length).map(String::as_str).collect();
        (path.to_owned(), lines.into_bytes())
    });
    feed(
        Box::<ClaudeReader>::default(),
        kind_of,
        &files.collect::<Vec<_>>(),
    )
}

/// What a log has of units, whether its rows state every class or not.
#[derive(Default)]
struct Log {
    totals: HashMap<String, Tokens>,
    sums: HashMap<String, TokenCounts>,
    has_classes: bool,
}

impl Log {
    /// Imports what was read. Gives the number of lines that it appended.
    fn import(&mut self, transcripts: &Transcripts) -> usize {
        let FoundUnits { units, repeating } = units(ImportSource::Claude, transcripts, &|time| {
            time.fixed_offset()
        });
        let logged = self.sums.iter().filter(|_| self.has_classes);
        let logged: HashMap<String, LoggedUnit> = logged
            .map(|(unit, tokens)| {
                let logged = LoggedUnit {
                    tokens: *tokens,
                    ..LoggedUnit::default()
                };
                (unit.clone(), logged)
            })
            .collect();
        let all = units.iter().chain(&repeating);
        let elsewhere = logged_elsewhere(all, transcripts, &self.totals, &logged);
        let state = LogState {
            totals: self.totals.clone(),
            logged,
            elsewhere,
            rows_of: &|_, _| TeamRows::default(),
            currency: Currency::USD,
        };
        let rules = PlanRules {
            counted: &CountedClasses::default(),
            prices: &BTreeMap::new(),
            also: false,
        };
        let team = UnitTeam {
            name: "A".to_owned(),
            writer: None,
            is_assigned: true,
        };
        let units: Vec<_> = units.into_iter().map(|unit| (unit, team.clone())).collect();
        let plan = plan(&units, transcripts, &state, &rules);
        for line in &plan.lines {
            let id = ImportedId::parse(&line.usage.id).unwrap();
            self.totals.insert(id.unit.to_owned(), id.total);
            *self.sums.entry(id.unit.to_owned()).or_default() += line.tokens;
        }
        plan.lines.len()
    }

    fn sum(&self) -> TokenCounts {
        let mut sum = TokenCounts::default();
        for tokens in self.sums.values() {
            sum += *tokens;
        }
        sum
    }
}

fn figures() -> impl Strategy<Value = Figures> {
    (1_u64..90, 0_u64..900, 0_u64..5_000, 0_u64..50_000)
}

proptest! {
    #[test]
    fn files_in_several_runs_come_to_what_one_run_comes_to(
        parent in prop::collection::vec(figures(), 1..9),
        fork in prop::collection::vec(figures(), 0..6),
        copies: bool,
        has_classes: bool,
        runs in prop::collection::vec((any::<bool>(), 0_usize..9, 0_usize..14), 0..6),
    ) {
        let sessions = sessions(&parent, &fork, copies);
        let whole = sessions.each_ref().map(Vec::len);
        let mut log = Log { has_classes, ..Log::default() };
        let (mut lengths, mut has_read_parent) = ([0; 2], false);
        for (reads_both, grown, fork_grown) in runs {
            // Files only grow.
            lengths = [lengths[0].max(grown), lengths[1].max(fork_grown)];
            // The fork alone cannot show that the log has what it repeats.
            let is_fork_alone = !reads_both && !has_read_parent;
            has_read_parent |= !is_fork_alone && lengths[0] > 0;
            let read = read(&sessions, if is_fork_alone { [0, lengths[1]] } else { lengths });
            log.import(&read);
            prop_assert_eq!(log.import(&read), 0);
        }
        let all = read(&sessions, whole);
        log.import(&all);
        prop_assert_eq!(log.import(&all), 0);
        let mut once = Log::default();
        once.import(&all);
        prop_assert_eq!(log.sum(), once.sum());
        // Once the log has the ends of both, a file that is gone takes nothing back, and the other one has nothing new.
        if log.totals == once.totals && !fork.is_empty() {
            log.import(&read(&sessions, [whole[0], 0]));
            log.import(&read(&sessions, [0, whole[1]]));
            prop_assert_eq!(log.sum(), once.sum());
        }
    }
}
