//! No room: files that may not grow beyond a size, and a file system that is full. What was written by half is taken back.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use tempfile::TempDir;

use crate::{
    installed,
    proof::{Proof, totals, transcript, words_of_all},
    run::{beside_others, hold, or_long, report, say, some_of},
    scene::{ECHOED_TOKENS, Job, LOG, Scene},
    trace::{can_trace, strace},
};

/// The largest file that a job makes of a scene is its journal; it is smaller than this.
const MAX_JOURNAL: usize = 16 * 1024;

/// A run that failed says so with a code of its own, and names a file.
fn is_reported(output: &std::process::Output) -> Result<(), String> {
    let said = transcript(output);
    let is_fine = match output.status.code() {
        Some(0..=1) => true,
        Some(2..=125) => said.contains(".md") || said.contains(".tokmon"),
        _ => false,
    };
    if is_fine && !said.contains("panicked") {
        return Ok(());
    }
    Err(said)
}

/// Whether the size of files can be limited.
fn can_limit() -> bool {
    let mut probe = Command::new("prlimit");
    let ran = probe.args(["--fsize=99", "true"]).status();
    installed::check("prlimit", ran.is_ok_and(|status| status.success()))
}

fn limited(job: Job) {
    if !can_limit() {
        return;
    }
    let _machine = beside_others();
    let proof = Proof::of(job);
    let count = or_long(12, 128);
    let limits: Vec<usize> = (0..count).map(|at| at * MAX_JOURNAL / count).collect();
    hold(&format!("limits of size for {job:?}"), &limits, |limit| {
        let scene = Scene::new();
        let limit = format!("--fsize={limit}");
        let output = scene
            .command(&["prlimit", &limit], job.args())
            .output()
            .unwrap();
        let at = |fault| format!("{job:?} with {limit}: {fault}");
        is_reported(&output).map_err(at)?;
        proof.holds(&scene, limit.ends_with('6')).map_err(at)
    });
}

#[test]
fn a_record_within_a_limit_of_size_is_whole_or_not_there() {
    limited(Job::Record);
}

#[test]
fn a_fix_within_a_limit_of_size_is_whole_or_not_made() {
    limited(Job::Fix);
}

#[test]
fn a_move_within_a_limit_of_size_is_whole_or_not_made() {
    limited(Job::Archive);
}

/// A scene with enough usage lines for the log and its journal to get shorter.
fn long_winded() -> Scene {
    let scene = Scene::new();
    let mut text = fs::read_to_string(scene.log()).unwrap();
    for number in 1..40 {
        let line = format!(
            "[USE] 2026-02-26T09:00:00Z team=\"Team B\" task=\"used{number}\" tokens=5 id=u{number}\n"
        );
        text += &line;
    }
    fs::write(scene.log(), text).unwrap();
    scene
}

/// Kills a rewrite that has no room for more than this much of its marker, before it removes that. Others write, and the log is
/// rewritten.
fn torn_marker(there: u64) -> Result<(), String> {
    let scene = long_winded();
    let (mut words, mut wanted) = (words_of_all(&scene.files()), totals(&scene)?);
    let limit = fs::metadata(scene.log()).unwrap().len() + there;
    let kill = "inject=ftruncate:signal=KILL:when=1".to_owned();
    let mut by_way_of = strace(&scene, &["-e".to_owned(), kill]);
    by_way_of.extend(["prlimit".to_owned(), format!("--fsize={limit}")]);
    let output = scene.command(&by_way_of, Job::Fix.args()).output().unwrap();
    if fs::metadata(scene.log()).unwrap().len() != limit {
        return Err(format!("no marker was torn: {}", transcript(&output)));
    }
    scene.echo();
    let fixed = transcript(&scene.run(Job::Fix));
    words.extend(["echo1", "echo2"].map(|word| (word.to_owned(), 1)));
    wanted[0] += ECHOED_TOKENS;
    let (files, seen) = (scene.files(), totals(&scene)?);
    let has_marker = files[LOG].contains("tokmon:t");
    if words_of_all(&files) == words && seen == wanted && files.len() == 2 && !has_marker {
        return Ok(());
    }
    Err(format!(
        "totals {seen:?}, not {wanted:?}, after {fixed}{}",
        files[LOG]
    ))
}

/// The first twelve bytes of a marker may be those of any comment: they stay.
#[test]
fn lines_behind_half_a_marker_are_counted() {
    if !can_trace() || !can_limit() {
        return;
    }
    let _machine = beside_others();
    let torn: Vec<u64> = (13..81).collect();
    let torn = some_of(&torn, or_long(7, usize::MAX));
    hold("half a marker that was left behind", &torn, |there| {
        torn_marker(*there).map_err(|fault| format!("{there} bytes of it: {fault}"))
    });
}

/// A small file system in memory, gone when it is dropped.
struct Small {
    place: TempDir,
}

impl Small {
    /// None where it is not permitted.
    fn mount() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=96k", "none"]);
        let output = mount.arg(place.path()).output().ok()?;
        output.status.success().then_some(Self { place })
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    /// Takes the room, but for this many pages.
    fn fill(&self, left: usize) -> PathBuf {
        let path = self.path().join("filler");
        let mut bytes = Vec::new();
        loop {
            bytes.resize(bytes.len() + 4096, 0);
            if fs::write(&path, &bytes).is_err() {
                break;
            }
        }
        bytes.truncate(bytes.len().saturating_sub((left + 1) * 4096));
        fs::write(&path, &bytes).unwrap();
        path
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

#[test]
fn a_full_file_system_is_reported_and_harmless() {
    let _machine = beside_others();
    let Some(small) = Small::mount() else {
        say("note: nothing may be mounted here, so that no full file system is tested");
        return;
    };
    let start = Instant::now();
    let (mut tried, mut faults) = (0, Vec::new());
    for job in Job::ALL {
        let proof = Proof::of(job);
        for left in (0..16).step_by(or_long(3, 1)) {
            let scene = Scene::within(small.path());
            let filler = small.fill(left);
            let reported = is_reported(&scene.run(job));
            fs::remove_file(filler).unwrap();
            let held = reported.and_then(|()| proof.holds(&scene, left % 2 == 0));
            faults.extend(
                held.err()
                    .map(|fault| format!("{job:?}, {left} pages left: {fault}")),
            );
            tried += 1;
        }
    }
    report("a full file system", tried, &faults, start.elapsed());
}
