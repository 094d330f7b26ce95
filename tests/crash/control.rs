//! Whether these tests find anything at all: a mover without a journal, killed in the same way and held to the same.

use std::process::Command;

use crate::{
    proof::{differences, words_of_all},
    run::{beside_others, faults, or_long, say, some_of},
    scene::Scene,
    trace::{calls_of, can_trace, strace, trace_path, with},
};

/// Moves rows in two steps: to the archive, then out of the log.
const MOVER: &str = r#"
old= new=
while IFS= read -r line; do
  case $line in
    *old*) old="$old$line
" ;;
    *) new="$new$line
" ;;
  esac
done < cost-log.md
[ -z "$old" ] || printf %s "$old" >> archive/cost-log-moved.md
printf %s "$new" > cost-log.md
"#;

fn mover(scene: &Scene, options: &[String]) -> Command {
    let words = strace(scene, options);
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .args(["sh", "-c", MOVER])
        .current_dir(&scene.folder);
    command
}

#[test]
fn a_mover_without_a_journal_fails() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let scene = Scene::new();
    let wanted = words_of_all(&scene.files());
    assert!(mover(&scene, &[]).output().unwrap().status.success());
    assert_eq!(
        words_of_all(&scene.files()),
        wanted,
        "undisturbed, it works"
    );
    let trace = std::fs::read_to_string(trace_path(&scene)).unwrap();
    let mut calls = calls_of(&trace);
    calls.retain(|call| call.name != "read" && call.name != "lseek");
    // What matters is near the end.
    let near = calls.split_off(calls.len().saturating_sub(or_long(16, 60)));
    let calls = some_of(&near, 60);
    let faults = faults(&calls, 3, |call| {
        let scene = Scene::new();
        mover(&scene, &with(call, "signal=KILL")).output().unwrap();
        mover(&scene, &[]).output().unwrap();
        let words = words_of_all(&scene.files());
        if words == wanted {
            return Ok(());
        }
        Err(format!("{call}: {}", differences(&wanted, &words)))
    });
    say(&format!(
        "control, a mover without a journal killed at {} calls: {} bad, as it must be",
        calls.len(),
        faults.len()
    ));
    assert!(!faults.is_empty(), "this test would find nothing");
}
