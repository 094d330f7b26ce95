//! Pictures of the rules; and that no order of files, nor damage to one of them, changes what the others say.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    super::{
        picture::brief,
        test_files::{Files, feed},
    },
    GeminiReader, Reader, Transcripts, project_hash,
};

const FOLDER: &str = "tmp/0/chats";

fn read(files: &Files) -> Transcripts {
    let reader = GeminiReader::new(vec!["/home/u/alpha".to_owned()]);
    let reader: Box<dyn Reader> = Box::new(reader);
    feed(reader, GeminiReader::kind_of, files)
}

/// What is found in files, which is the same in every order of them.
fn picture(files: &[(&str, &str)]) -> String {
    let file = |(path, text): &(&str, &str)| (format!("{FOLDER}/{path}"), text.as_bytes().to_vec());
    let mut files: Files = files.iter().map(file).collect();
    let picture = brief(&read(&files));
    files.reverse();
    assert_eq!(picture, brief(&read(&files)));
    picture
}

#[test]
fn a_message_counts_with_its_last_tokens() {
    let chat = r#"{"sessionId":"aaaa","kind":"main","startTime":"2026-10-05T10:00:00Z"}
{"id":"1","type":"user","tokens":{"input":9}}
{"id":"2","timestamp":"2026-10-05T10:01:00Z","type":"gemini","model":"pro","tokens":null}
{"id":"2","timestamp":"2026-10-05T10:01:00Z","type":"gemini","model":"pro","tokens":{"input":100,"output":10,"cached":40,"thoughts":5,"tool":1,"total":7}}
{"id":"2","timestamp":"2026-10-05T10:01:09Z","type":"gemini","model":"pro","tokens":{"input":100.0,"output":20,"cached":40,"thoughts":5,"tool":1}}
{"id":"2","timestamp":"2026-10-05T10:01:10Z","type":"gemini","model":"pro"}
{"$rewindTo":"1"}
{"$set":{"summary":"a","messages":[{"id":"3","timestamp":"2026-10-05T10:02:00Z","type":"gemini","model":"flash","tokens":{"input":7,"output":1,"cached":9}},7]}}
{"type":"gemini","tokens":{"input":3}}
{"id":"4","type":"gemini","tokens":{"input":-3}}
{"id":"5","type":"gemini","#;
    insta::assert_snapshot!(picture(&[("session-a.jsonl", chat)]), @r#"
    05 10:01:00 aaaa main "pro": input 61, output 25 (5), write 0, read 40
    05 10:02:00 aaaa main "flash": input 0, output 1 (0), write 0, read 7
    05 10:02:00 aaaa main "": input 3, output 0 (0), write 0, read 0
    1 copies
    1 torn
    1 without an id
    tmp/0/chats/session-a.jsonl:10: a field is not of the expected type
    "#);
}

#[test]
fn a_session_in_two_files_counts_once_and_its_lines_are_newer() {
    let document = r#"{
  "sessionId": "aaaa", "messages": [
    { "id": "1", "timestamp": "2026-10-05T10:01:00Z", "type": "gemini", "tokens": { "input": 900, "output": 9 } },
    { "id": "2", "timestamp": "2026-10-05T10:02:00Z", "type": "gemini", "tokens": { "input": 2, "output": 2 } }
  ]
}"#;
    let lines = r#"{"sessionId":"aaaa"}
{"id":"1","timestamp":"2026-10-05T10:05:00Z","type":"gemini","tokens":{"input":100,"output":10}}
"#;
    let cut = "{\n\"sessionId\": \"bbbb\",\n";
    let files = [
        ("session-a.json", document),
        ("session-a.jsonl", lines),
        ("session-b.json", cut),
    ];
    insta::assert_snapshot!(picture(&files), @r#"
    05 10:01:00 aaaa main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 aaaa main "": input 2, output 2 (0), write 0, read 0
    1 copies
    tmp/0/chats/session-b.json: the document is cut off
    "#);
}

#[test]
fn subagents_belong_to_the_session_of_their_folder() {
    let hash = project_hash("/home/u/alpha");
    let message = r#"{"id":"1","timestamp":"2026-10-05T10:01:00Z","type":"gemini","model":"pro","tokens":{"input":5,"output":5}}"#;
    let main = format!("{{\"sessionId\":\"aaaa\",\"projectHash\":\"{hash}\"}}\n{message}\n");
    let named = format!("{{\"sessionId\":\"bbbb\",\"kind\":\"subagent\"}}\n{message}\n");
    let unnamed = format!("{message}\n");
    let files = [
        ("session-a.jsonl", &*main),
        ("aaaa/bbbb.jsonl", &*named),
        ("aaaa/cccc.jsonl", &*unnamed),
    ];
    insta::assert_snapshot!(picture(&files), @r#"
    05 10:01:00 aaaa subagent "pro": input 5, output 5 (0), write 0, read 0
    05 10:01:00 aaaa subagent "pro": input 5, output 5 (0), write 0, read 0
    05 10:01:00 aaaa main "pro": input 5, output 5 (0), write 0, read 0
    "#);
    let files = files.map(|(path, text)| (format!("{FOLDER}/{path}"), text.as_bytes().to_vec()));
    let origins: Vec<_> = (read(&files.to_vec()).origins.into_iter())
        .map(|origin| (origin.session, origin.agent, origin.cwd))
        .collect();
    insta::assert_debug_snapshot!(origins, @r#"
    [
        (
            "aaaa",
            "bbbb",
            None,
        ),
        (
            "aaaa",
            "cccc",
            None,
        ),
        (
            "aaaa",
            "main",
            Some(
                "/home/u/alpha",
            ),
        ),
    ]
    "#);
}

#[test]
fn only_chats_are_read() {
    let kinds = [
        "tmp/0/chats/session-a.jsonl",
        "tmp/0/chats/session-a.json",
        "tmp/0/chats/aaaa/bbbb.jsonl",
        "tmp/0/logs.json",
        "tmp/0/chats/other.jsonl",
    ]
    .map(|path| GeminiReader::kind_of(path).map(|kind| format!("{kind:?}")));
    insta::assert_debug_snapshot!(kinds.map(Option::unwrap_or_default), @r#"
    [
        "Lines",
        "Document",
        "Lines",
        "",
        "",
    ]
    "#);
}

/// A chat of one of three sessions, as lines or as a document.
fn any_chat() -> impl Strategy<Value = (String, Vec<u8>)> {
    let message = (0_u32..4, 0_u32..3, 1_u32..5).prop_map(|(id, minute, tokens)| {
        let id = id.checked_sub(1).map_or_else(String::new, |id| id.to_string());
        format!(
            r#"{{"id":"{id}","timestamp":"2026-10-05T10:{minute:02}:00Z","type":"gemini","model":"m{tokens}","tokens":{{"input":{tokens},"output":{minute}}}}}"#
        )
    });
    (0_u32..3, 0_u32..2, any::<bool>(), vec(message, 0..6)).prop_map(
        |(session, name, is_document, messages)| {
            let head = format!(r#""sessionId":"s{session}","startTime":"2026-10-05T10:00:00Z""#);
            if is_document {
                let text = format!(r#"{{{head},"messages":[{}]}}"#, messages.join(","));
                (
                    format!("{FOLDER}/session-{session}{name}.json"),
                    text.into_bytes(),
                )
            } else {
                let text = format!("{{{head}}}\n{}\n", messages.join("\n"));
                (
                    format!("{FOLDER}/session-{session}{name}.jsonl"),
                    text.into_bytes(),
                )
            }
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_files_does_not_matter(files in vec(any_chat(), 0..6), keys in vec(any::<u32>(), 6)) {
        // One path is one file.
        let mut files = files;
        for (number, file) in files.iter_mut().enumerate() {
            file.0 = file.0.replace("session-", &format!("session-{number}"));
        }
        let mut sorted: Vec<_> = keys.into_iter().zip(&files).collect();
        sorted.sort();
        let shuffled: Files = sorted.into_iter().map(|(_, file)| file.clone()).collect();
        let (one, other) = (read(&files), read(&shuffled));
        prop_assert_eq!(one.origins, other.origins);
        prop_assert_eq!(one.models, other.models);
        prop_assert_eq!(one.responses, other.responses);
        prop_assert_eq!(one.skipped, other.skipped);
    }

    #[test]
    fn damage_stays_in_its_file(
        mut damaged in any_chat(),
        changes in vec((any::<Index>(), any::<u8>()), 1..8),
        cut in any::<Index>(),
    ) {
        let whole = br#"{"sessionId":"whole"}
{"id":"1","timestamp":"2026-10-05T10:01:00Z","type":"gemini","tokens":{"input":50,"output":8}}"#;
        for (place, byte) in changes {
            let place = place.index(damaged.1.len());
            damaged.1[place] = byte;
        }
        let length = cut.index(damaged.1.len());
        damaged.1.truncate(length);
        let found = read(&vec![damaged, (format!("{FOLDER}/session-w.jsonl"), whole.to_vec())]);
        let of_whole = |index: u32| found.origins[index as usize].session == "whole";
        let sum: u64 = (found.responses.iter())
            .filter(|response| of_whole(response.origin))
            .map(|response| response.tokens.total())
            .sum();
        prop_assert_eq!(sum, 58);
    }
}
