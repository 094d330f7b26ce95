//! What holds for all transcripts.

use std::collections::BTreeMap;

use proptest::{prelude::*, sample::Index};

use super::*;

/// A line with ids of a few values, so that it has something in common with others.
fn any_line() -> impl Strategy<Value = String> {
    let ids = ("[ab]?", "[rs]?", "[u-z]?", "[st]");
    let words = (
        "(main|side|)",
        "(fast|)",
        "(|advisor=3|advisor=4)",
        "(opus|haiku)",
    );
    (0..4_u32, ids, words, 0..3_u64, 0..3_u64).prop_map(
        |(second, (id, request, uuid, session), (side, fast, advisor, model), input, output)| {
            format!(
                "10:00:0{second} id={id} req={request} uuid={uuid} session={session} {side} {fast} {advisor} model={model} \
                 in={input} out={output}"
            )
        },
    )
}

fn any_files() -> impl Strategy<Value = Vec<TestFile>> {
    let lines = prop::collection::vec(any_line(), 0..8);
    prop::collection::vec(lines, 1..5).prop_map(|files| {
        let paths = [
            "a.jsonl",
            "a/subagents/agent-x.jsonl",
            "b.jsonl",
            "agent-y.jsonl",
        ];
        let files = paths.iter().zip(files).map(|(path, lines)| {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            TestFile::new(path, text(&lines))
        });
        files.collect()
    })
}

/// The tokens of each session, agent and model.
fn sums(transcripts: &Transcripts) -> BTreeMap<(String, String, String), u64> {
    let mut sums = BTreeMap::new();
    for response in &transcripts.responses {
        let origin = &transcripts.origins[response.origin as usize];
        let model = transcripts.models[response.model as usize].clone();
        *sums
            .entry((origin.session.clone(), origin.agent.clone(), model))
            .or_default() += response.tokens.total();
    }
    sums
}

proptest! {
    #[test]
    fn the_order_of_files_makes_no_difference(
        (files, order) in any_files().prop_flat_map(|files| (Just(files.clone()), Just(files).prop_shuffle())),
    ) {
        let (one, other) = (read(&files), read(&order));
        prop_assert_eq!(one.responses, other.responses);
        prop_assert_eq!(one.origins, other.origins);
        prop_assert_eq!(one.models, other.models);
        prop_assert_eq!(one.skipped, other.skipped);
    }

    #[test]
    fn reading_files_twice_adds_nothing(files in any_files()) {
        // Each line without any id is a response of its own.
        let with_ids = |file: TestFile| {
            let text = String::from_utf8(file.text).unwrap();
            TestFile::new(&file.path, text.replace("\"uuid\":\"\"", "\"uuid\":\"z\""))
        };
        let files: Vec<_> = files.into_iter().map(with_ids).collect();
        let twice = [files.clone(), files.clone()].concat();
        prop_assert_eq!(read(&files).responses, read(&twice).responses);
    }

    #[test]
    fn a_damaged_line_changes_nothing_of_the_others(
        damage in prop::collection::vec((any::<Index>(), any::<u8>(), any::<bool>()), 1..8),
        place in 0..3_usize,
    ) {
        let whole = [
            "10:00 id=whole-1 req=whole-1 uuid=whole-1 model=whole in=5 out=7",
            "10:00 id=whole-2 req=whole-2 uuid=whole-2 model=whole in=5 out=7",
        ];
        let mut damaged = text(&["10:00 id=other req=other uuid=other model=other in=5 out=7"]).into_bytes();
        damaged.pop();
        for (at, byte, is_added) in damage {
            let at = at.index(damaged.len());
            if is_added {
                damaged.insert(at, byte);
            } else {
                damaged[at] = byte;
            }
        }
        damaged.push(b'\n');
        let [first, second] = whole.map(|line| text(&[line]).into_bytes());
        let mut lines = vec![first, second];
        lines.insert(place, damaged);
        let transcripts = read(&[TestFile::new("s.jsonl", lines.concat())]);
        let sum: u64 = sums(&transcripts)
            .into_iter()
            .filter_map(|((_, _, model), sum)| (model == "whole").then_some(sum))
            .sum();
        prop_assert_eq!(sum, 24);
    }

    /// What was found at any moment stays where it is, so that an import of what was added is exact.
    #[test]
    fn sums_only_grow_while_a_transcript_is_written(
        lines in prop::collection::vec(("[abc]", "[rs]?", 0..9_u64, "(|advisor=3|advisor=4)"), 1..12),
        cut in any::<Index>(),
    ) {
        let lines: Vec<_> = (0..).zip(lines).map(|(uuid, (id, request, output, advisor))| {
            format!("10:00 id={id} req={request} uuid={uuid} session=s in=2 out={output} {advisor}")
        }).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let text = text(&lines).into_bytes();
        let read = |text: &[u8]| sums(&read(&[TestFile::new("s.jsonl", text)]));
        let (part, all) = (read(&text[..cut.index(text.len())]), read(&text));
        for (place, sum) in part {
            prop_assert!(sum <= all.get(&place).copied().unwrap_or_default());
        }
    }
}
