//! Which session and agent a response is of.

use std::slice;

use insta::assert_snapshot;

use super::*;

fn file(path: &str, lines: &[&str]) -> TestFile {
    TestFile::new(path, text(lines))
}

/// The sessions of files, each read alone.
fn sessions(files: &[TestFile]) -> Vec<String> {
    files
        .iter()
        .map(|file| read(slice::from_ref(file)).origins[0].session.clone())
        .collect()
}

#[test]
fn transcripts_are_told_by_their_names() {
    let paths = [
        "-home-u/0a1b.jsonl",
        "-home-u/0a1b/subagents/agent-a1.jsonl",
        "-home-u/0a1b/subagents/workflows/wf_1/agent-a1.jsonl",
        "0a1b.jsonl",
        "journal.jsonl",
        "-home-u/0a1b/subagents/journal.jsonl",
        "-home-u/0a1b/subagents/agent-a1.meta.json",
        "-home-u/0a1b/workflows/wf_1.json",
        "-home-u/0a1b.jsonl.zst",
        "-home-u/0a1b.jsonl.gz",
        "-home-u/notes.gz",
        "-home-u/notes",
    ];
    let lines = paths.map(|path| format!("{path:<54}{:?}", kind_of(path)));
    assert_snapshot!(lines.join("\n"), @r"
    -home-u/0a1b.jsonl                                    Some(Lines)
    -home-u/0a1b/subagents/agent-a1.jsonl                 Some(Lines)
    -home-u/0a1b/subagents/workflows/wf_1/agent-a1.jsonl  Some(Lines)
    0a1b.jsonl                                            Some(Lines)
    journal.jsonl                                         None
    -home-u/0a1b/subagents/journal.jsonl                  None
    -home-u/0a1b/subagents/agent-a1.meta.json             None
    -home-u/0a1b/workflows/wf_1.json                      None
    -home-u/0a1b.jsonl.zst                                Some(Compressed)
    -home-u/0a1b.jsonl.gz                                 Some(Compressed)
    -home-u/notes.gz                                      None
    -home-u/notes                                         None
    ");
}

#[test]
fn a_resumed_session_is_the_same_one_whichever_of_its_files_are_read() {
    let first = file("a.jsonl", &["10:00 id=m1 req=r1 uuid=u1 session=a out=1"]);
    let resumed = file(
        "b.jsonl",
        &[
            "10:00 id=m1 req=r1 uuid=u1 session=b out=1",
            "11:00 id=m2 req=r2 uuid=u2 session=b out=2",
        ],
    );
    let branch = file(
        "c.jsonl",
        &[
            "10:00 id=m1 req=r1 uuid=u1 session=c out=1",
            "12:00 id=m3 req=r3 uuid=u3 session=c out=3",
        ],
    );
    let files = [first, resumed, branch];
    assert_snapshot!(shown(&files), @r"
    10:00:00 S1 main opus out=1
    11:00:00 S1 main opus out=2
    12:00:00 S1 main opus out=3
    copies: 2
    ");
    let [one, two, three] = <[String; 3]>::try_from(sessions(&files)).unwrap();
    assert_eq!((&one, &one), (&two, &three));
    assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn a_copy_of_the_end_of_a_session_leaves_it_its_responses() {
    let whole = ["10:00 id=m1 req=r1 out=1", "10:01 id=m2 req=r2 out=2"];
    let end = ["10:01 id=m2 req=r2 out=2", "10:02 id=m3 req=r3 out=3"];
    assert_snapshot!(shown(&[file("a.jsonl", &whole), file("b.jsonl", &end)]), @r"
    10:00:00 S1 main opus out=1
    10:01:00 S1 main opus out=2
    10:02:00 S2 main opus out=3
    copies: 1
    ");
}

#[test]
fn a_subagent_is_the_same_with_and_without_its_parent() {
    let parent = file("-p/a.jsonl", &["10:00 id=m1 req=r1 session=a main out=1"]);
    let lines = ["10:01 id=m2 req=r2 session=a agent=a1 side out=2"];
    let agent = file("-p/a/subagents/agent-a1.jsonl", &lines);
    let agent = agent.with_meta(r#"{"agentType":"reviewer","taskKind":"in_process_teammate"}"#);
    let alone = file("agent-a1.jsonl", &lines);
    let renamed = file("x.jsonl", &lines);
    let all = [parent, agent.clone()];
    assert_snapshot!(shown(&all), @r"
    10:00:00 S1 main opus out=1
    10:01:00 S2 reviewer opus out=2
    ");
    let origin = |files: &[TestFile]| read(files).origins.pop().unwrap();
    let units = [&all[1], &alone, &renamed].map(|file| {
        let origin = origin(slice::from_ref(file));
        (origin.session, origin.agent)
    });
    assert_eq!(units[0].1, "a1");
    assert!(units.iter().all(|unit| *unit == units[0]), "{units:?}");
    assert_eq!(origin(&all).agent_aliases, ["in_process_teammate"]);
    assert_snapshot!(shown(&[renamed, agent, alone]), @r"
    10:01:00 S1 reviewer opus out=2
    copies: 2
    ");
}

#[test]
fn lines_of_subagents_can_stand_in_the_file_of_the_session() {
    let lines = [
        "10:00 id=m1 req=r1 main out=1",
        "10:01 id=m2 req=r2 side agent=a1 out=2",
        "10:02 id=m3 req=r3 side out=3",
    ];
    let other = file(
        "s/subagents/agent-a1.jsonl",
        &["10:05 id=m4 req=r4 side out=4"],
    );
    let other = other.with_meta(r#"{"agentType":"reviewer"}"#);
    assert_snapshot!(shown(&[file("s.jsonl", &lines), other]), @r"
    10:00:00 S1 main opus out=1
    10:01:00 S1 reviewer opus out=2
    10:02:00 S1 main opus out=3
    10:05:00 S2 reviewer opus out=4
    ");
}

#[test]
fn a_session_can_change_its_folder_and_branch() {
    let lines = [
        "10:00 id=m1 req=r1 cwd=/u/a branch=main out=1",
        "10:01 id=m2 req=r2 cwd=/u/b branch=main out=2",
        "10:02 id=m3 req=r3 cwd=/u/b out=3",
        "10:03 id=m4 req=r4 cwd=/u/a branch=main out=4",
    ];
    let transcripts = read(&[file("s.jsonl", &lines)]);
    let places = transcripts.responses.iter().map(|response| {
        let origin = &transcripts.origins[response.origin as usize];
        format!("{} {:?} {:?}", origin.agent, origin.cwd, origin.branch)
    });
    assert_snapshot!(places.collect::<Vec<_>>().join("\n"), @r#"
    main Some("/u/a") Some("main")
    main Some("/u/b") Some("main")
    main Some("/u/b") None
    main Some("/u/a") Some("main")
    "#);
    assert_eq!(transcripts.origins.len(), 3);
}
