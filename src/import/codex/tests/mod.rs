//! Pictures of the rules, one for each, from rollouts in short form; and that no order of files changes what is found.

mod ancestry;
mod properties;
mod rules;

use super::super::{
    CodexReader, Transcripts,
    picture::brief,
    test_files::{Files, feed},
};

/// A rollout from a short form, a line for a line: a time, then `meta THREAD fork=PARENT`, `meta THREAD spawn=PARENT`, `turn MODEL`,
/// `count TOTAL LAST` or `record THREAD RESPONSE USAGE`. Usage is input/output, or input/cached/written/output/reasoning; `-` is none. Lines of
/// JSON stand for themselves.
fn rollout(name: &str, short: &str) -> (String, Vec<u8>) {
    let mut text = String::new();
    for line in short.trim().lines() {
        text.push_str(&long(line.trim()));
        text.push('\n');
    }
    (format!("sessions/rollout-{name}.jsonl"), text.into_bytes())
}

fn long(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (kind, payload) = match words.as_slice() {
        [_, "meta", thread] => ("session_meta", meta(thread, "")),
        [_, "meta", thread, parent] => {
            let (how, parent) = parent.split_once('=').unwrap();
            let more = match how {
                "fork" => format!(r#","forked_from_id":"{parent}""#),
                _ => format!(
                    r#","source":{{"subagent":{{"thread_spawn":{{"parent_thread_id":"{parent}","agent_nickname":"Ada","agent_role":"reviewer"}}}}}}"#
                ),
            };
            ("session_meta", meta(thread, &more))
        }
        [_, "turn", model] => (
            "turn_context",
            format!(r#"{{"model":"{model}","settings":{{"model":"deeper"}}}}"#),
        ),
        [_, "count", total, last] => (
            "event_msg",
            format!(
                r#"{{"type":"token_count","info":{{"total_token_usage":{},"last_token_usage":{}}}}}"#,
                usage(total),
                usage(last)
            ),
        ),
        [_, "record", thread, id, used] => (
            "token_usage_record",
            format!(
                r#"{{"thread_id":"{thread}","response_id":"{id}","usage":{},"thread_token_usage":{}}}"#,
                usage(used),
                usage("9999/9999")
            ),
        ),
        _ => return line.to_owned(),
    };
    let time = words[0];
    format!(r#"{{"timestamp":"2026-10-05T{time}Z","type":"{kind}","payload":{payload}}}"#)
}

fn meta(thread: &str, more: &str) -> String {
    format!(r#"{{"id":"{thread}","cwd":"/home/u/alpha","git":{{"branch":"main"}}{more}}}"#)
}

fn usage(short: &str) -> String {
    let parts: Vec<&str> = short.split('/').collect();
    match parts.as_slice() {
        [input, output] => format!(r#"{{"input_tokens":{input},"output_tokens":{output}}}"#),
        [input, cached, written, output, reasoning] => format!(
            r#"{{"input_tokens":{input},"cached_input_tokens":{cached},"cache_write_input_tokens":{written},"output_tokens":{output},"reasoning_output_tokens":{reasoning}}}"#
        ),
        _ => "null".to_owned(),
    }
}

fn read(files: &Files) -> Transcripts {
    feed(Box::<CodexReader>::default(), CodexReader::kind_of, files)
}

/// What is found in files, which is the same in every order of them.
fn picture(files: &[(String, Vec<u8>)]) -> String {
    let mut files = files.to_vec();
    let picture = brief(&read(&files));
    files.reverse();
    assert_eq!(picture, brief(&read(&files)));
    picture
}
