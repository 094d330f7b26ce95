//! No room: files that may not grow beyond a size, and a file system that is full. What was written by half is taken back.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use tempfile::TempDir;

use crate::{
    proof::{Proof, told},
    run::{beside_others, hold, or_long, report, say},
    scene::{Job, Scene},
};

/// The largest file that a job makes of a scene is its journal; it is smaller than this.
const MOST: usize = 16 * 1024;

/// A run that failed says so with a code of its own, and names a file.
fn is_told(output: &std::process::Output) -> Result<(), String> {
    let said = told(output);
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

fn limited(job: Job) {
    let probe = Command::new("prlimit")
        .args(["--fsize=99", "true"])
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        say("note: there is no prlimit here, so that no limit of a file's size is tested");
        return;
    }
    let _machine = beside_others();
    let proof = Proof::of(job);
    let count = or_long(12, 128);
    let limits: Vec<usize> = (0..count).map(|at| at * MOST / count).collect();
    hold(&format!("limits of size for {job:?}"), &limits, |limit| {
        let scene = Scene::new();
        let limit = format!("--fsize={limit}");
        let output = scene
            .command(&["prlimit", &limit], job.args())
            .output()
            .unwrap();
        let at = |fault| format!("{job:?} with {limit}: {fault}");
        is_told(&output).map_err(at)?;
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

    /// Takes the room, but for so many pages.
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
fn a_full_file_system_is_told_and_harmless() {
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
            let told = is_told(&scene.run(job));
            fs::remove_file(filler).unwrap();
            let held = told.and_then(|()| proof.holds(&scene, left % 2 == 0));
            faults.extend(
                held.err()
                    .map(|fault| format!("{job:?}, {left} pages left: {fault}")),
            );
            tried += 1;
        }
    }
    report("a full file system", tried, &faults, start.elapsed());
}
