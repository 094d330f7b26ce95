//! What `record` acknowledges is on the disk: in the order of its calls, after a kill that comes with the answer, and with many
//! who record at once.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
    time::Instant,
};

use crate::{
    proof::transcript,
    run::{beside_others, or_long, say},
    scene::{Job, LOG, Scene},
    trace::{calls, can_trace},
};

/// How many record at once.
const WRITERS: usize = 8;

#[test]
fn a_line_is_on_the_disk_before_the_answer() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let calls = calls(&Scene::new(), Job::Record.args());
    let text = |at: usize| calls[at].text.as_str();
    let place = |from: usize, is_it: &dyn Fn(&str) -> bool| {
        let found = (from..calls.len()).find(|at| is_it(text(*at)));
        found.unwrap_or_else(|| panic!("nothing of the kind after {}", text(from)))
    };
    let opened = place(0, &|call| call.contains("O_APPEND") && call.contains(LOG));
    let number = text(opened).rsplit(" = ").next().unwrap().trim();
    let written = place(opened, &|call| {
        call.starts_with(&format!("write({number}, \"[USE]")) && !call.ends_with("= 0")
    });
    let synced = place(written, &|call| {
        call.starts_with(&format!("fdatasync({number})")) && call.ends_with("= 0")
    });
    let answered = place(0, &|call| call.starts_with("write(1,"));
    let ended = place(0, &|call| call.starts_with("exit_group"));
    assert!(written < synced && synced < answered && answered < ended);
    let writes = (opened..synced).filter(|at| text(*at).starts_with(&format!("write({number},")));
    assert_eq!(
        writes.count(),
        1,
        "one write, which nothing can come between"
    );
}

/// Starts a record of its own, and kills it as soon as it has answered.
fn recorded_and_killed(scene: &Scene, id: &str) {
    let args = [
        "record", "--team", "Team A", "--tokens", "10", "--id", id, "-f", LOG,
    ];
    let mut command = scene.command::<&str>(&[], &args);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut answer = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut answer).unwrap();
    let _ = child.kill();
    child.wait().unwrap();
    let text = fs::read_to_string(scene.log()).unwrap();
    assert!(!answer.is_empty(), "{id} got no answer");
    assert_eq!(times(&text, id), 1, "{id}: {answer}\n{text}");
}

/// How often an id is there, whole.
fn times(text: &str, id: &str) -> usize {
    let key = format!("id={id}");
    text.split_whitespace().filter(|word| *word == key).count()
}

#[test]
fn what_was_answered_survives_a_kill() {
    let _machine = beside_others();
    let scene = Scene::new();
    let count = or_long(12, 200);
    for number in 0..count {
        recorded_and_killed(&scene, &format!("k{number}"));
    }
    assert_eq!(scene.run(Job::Fix).status.code(), Some(0));
    let text = fs::read_to_string(scene.log()).unwrap();
    for number in 0..count {
        assert_eq!(times(&text, &format!("k{number}")), 1);
    }
    say(&format!(
        "killed with the answer: {count} records, each there once"
    ));
}

#[test]
fn many_who_record_at_once_are_all_recorded_once() {
    let _machine = beside_others();
    let start = Instant::now();
    let scene = Scene::new();
    let each = or_long(30, 500);
    let id = |writer: usize, number: usize| format!("w{writer}x{number}");
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let scene = &scene;
            scope.spawn(move || {
                for number in 0..each {
                    let id = id(writer, number);
                    let args = [
                        "record", "--team", "Team A", "--tokens", "10", "--id", &id, "-f", LOG,
                    ];
                    let output = scene.command::<&str>(&[], &args).output().unwrap();
                    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
                }
            });
        }
    });
    let took = start.elapsed();
    assert_eq!(scene.run(Job::Fix).status.code(), Some(0));
    let text = fs::read_to_string(scene.log()).unwrap();
    for writer in 0..WRITERS {
        for number in 0..each {
            let id = id(writer, number);
            assert_eq!(times(&text, &id), 1, "{id}");
        }
    }
    let lines = text.matches(" id=w").count();
    assert_eq!(lines, WRITERS * each);
    assert!(!scene.is_unfinished());
    say(&format!(
        "recorded at once: {lines} of {} rows, each once ({:.1} s)",
        WRITERS * each,
        took.as_secs_f32()
    ));
}
