//! What is no log, where a log should be, and archives that are none: refused at once, with little memory, and nothing is written
//! outside the repository.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use rustix::fs::{CWD, Dev, FileType, Mode, mkfifoat, mknodat};

use crate::{
    installed,
    proof::transcript,
    run::{beside_others, comes, hold, say},
    scene::{Job, LOG, Scene},
};

const ARCHIVE: &str = "archive/cost-log-2026-01.md";

/// The address space that a run gets: the program itself, and 100 MB.
const MEMORY: &str = "--as=140000000";

/// How long a refusal may take. A second is promised; while many tests run at once is not the moment to measure it.
const REFUSAL: Duration = Duration::from_secs(10);

/// How long what is not refused may take before it counts as endless.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something hostile, and the jobs that refuse it; the others may do their work.
type Case = (&'static str, fn(&Scene), &'static [Job]);

const CASES: [Case; 23] = [
    ("a pipe as log", |scene| pipe(scene, LOG), &Job::ALL),
    ("a device as log", |scene| device(scene, LOG), &Job::ALL),
    ("a folder as log", |scene| folder(scene, LOG), &Job::ALL),
    (
        "links in a circle as log",
        |scene| circle(scene, LOG),
        &Job::ALL,
    ),
    (
        "a link out of the tree as log",
        |scene| out(scene, LOG),
        &Job::ALL,
    ),
    ("a log of holes", |scene| holes(scene, LOG), &Job::ALL),
    ("holes behind the log", |scene| grow(scene, LOG), &Job::ALL),
    ("UTF-16 as log", utf16, &Job::ALL),
    ("zeros as log", |scene| zeros(scene, LOG), &[]),
    ("a million columns", columns, &[]),
    (
        "a pipe as archive",
        |scene| pipe(scene, ARCHIVE),
        &[Job::Fix, Job::Archive],
    ),
    (
        "a device as archive",
        |scene| device(scene, ARCHIVE),
        &[Job::Fix, Job::Archive],
    ),
    (
        "a folder as archive",
        |scene| folder(scene, ARCHIVE),
        &[Job::Fix, Job::Archive],
    ),
    (
        "links in a circle as archive",
        |scene| circle(scene, ARCHIVE),
        &[Job::Fix, Job::Archive],
    ),
    (
        "a link out of the tree as archive",
        |scene| out(scene, ARCHIVE),
        &[Job::Archive],
    ),
    (
        "an archive of holes",
        |scene| holes(scene, ARCHIVE),
        &[Job::Fix, Job::Archive],
    ),
    ("zeros as archive", |scene| zeros(scene, ARCHIVE), &[]),
    (
        "archives in /etc",
        |scene| linked(scene, "archive", "/etc"),
        &[Job::Archive],
    ),
    (
        "archives outside",
        |scene| linked(scene, "archive", "../outside"),
        &[Job::Archive],
    ),
    (
        "journals outside",
        |scene| linked(scene, ".tokmon", "../outside"),
        &[Job::Fix, Job::Archive],
    ),
    (
        "a pipe as journal",
        |scene| pipe(scene, ".tokmon/cost-log.md.journal"),
        &Job::ALL,
    ),
    (
        "holes as journal",
        |scene| holes(scene, ".tokmon/cost-log.md.journal"),
        &Job::ALL,
    ),
    ("a draft that leads out", drafts_lead_out, &[]),
];

/// The place of something hostile, with nothing there.
fn cleared(scene: &Scene, name: &str) -> std::path::PathBuf {
    let path = scene.folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(&path);
    path
}

fn pipe(scene: &Scene, name: &str) {
    mkfifoat(CWD, cleared(scene, name), Mode::from_raw_mode(0o644)).unwrap();
}

/// A device that gives zeros for ever. Where none can be made, a folder.
fn device(scene: &Scene, name: &str) {
    let path = cleared(scene, name);
    let zeros: Dev = rustix::fs::makedev(1, 5);
    let mode = Mode::from_raw_mode(0o666);
    if mknodat(CWD, &path, FileType::CharacterDevice, mode, zeros).is_err() {
        say("note: no device can be made here, so that none is tested");
        fs::create_dir(path).unwrap();
    }
}

fn folder(scene: &Scene, name: &str) {
    fs::create_dir(cleared(scene, name)).unwrap();
}

fn circle(scene: &Scene, name: &str) {
    let path = cleared(scene, name);
    let other = path.with_extension("other");
    symlink(&path, &other).unwrap();
    symlink(&other, &path).unwrap();
}

fn out(scene: &Scene, name: &str) {
    let outside = scene.beside("outside").join("file.md");
    fs::copy(scene.folder.join(name), &outside).unwrap();
    symlink(outside, cleared(scene, name)).unwrap();
}

fn holes(scene: &Scene, name: &str) {
    let file = fs::File::create(cleared(scene, name)).unwrap();
    file.set_len(10 << 30).unwrap();
}

fn grow(scene: &Scene, name: &str) {
    let mut options = fs::OpenOptions::new();
    let file = options.append(true).open(scene.folder.join(name)).unwrap();
    file.set_len(10 << 30).unwrap();
}

fn append(scene: &Scene, name: &str, bytes: &[u8]) {
    let path = scene.folder.join(name);
    let text = [fs::read(&path).unwrap(), bytes.to_vec()].concat();
    fs::write(path, text).unwrap();
}

fn zeros(scene: &Scene, name: &str) {
    append(scene, name, &vec![0; 100_000]);
}

fn columns(scene: &Scene) {
    let row = |cell: &str| format!("{}|\n", cell.repeat(1_000_000));
    let table = [row("|a"), row("|-"), row("|1")].concat();
    append(
        scene,
        LOG,
        format!("\n## Daily Detail — 2026-01-03\n\n{table}").as_bytes(),
    );
}

fn utf16(scene: &Scene) {
    let text = fs::read_to_string(scene.log()).unwrap();
    let units = [0xfeff].into_iter().chain(text.encode_utf16());
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    fs::write(scene.log(), bytes).unwrap();
}

fn linked(scene: &Scene, name: &str, to: &str) {
    let _ = fs::remove_dir_all(scene.folder.join(name));
    symlink(to, scene.folder.join(name)).unwrap();
}

/// Links where the program writes before it renames.
fn drafts_lead_out(scene: &Scene) {
    let outside = scene.beside("outside").join("kept");
    for name in [
        ".tokmon/cost-log.md.journal.new",
        "archive/.cost-log-2026-01.md.tokmon-new",
        "archive/.cost-log-2025-12.md.tokmon-new",
    ] {
        symlink(&outside, cleared(scene, name)).unwrap();
    }
}

/// The files in a folder, and what they hold.
fn listed(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|path| {
            (
                path.display().to_string(),
                fs::read(&path).unwrap_or_default(),
            )
        })
        .collect();
    files.sort();
    files
}

/// How a program is started with a limit of memory, where one can be set.
fn by_way_of() -> &'static [&'static str] {
    let ran = Command::new("prlimit").args([MEMORY, "true"]).status();
    if installed::check("prlimit", ran.is_ok_and(|status| status.success())) {
        &["prlimit", MEMORY]
    } else {
        &[]
    }
}

/// Runs a job with something hostile. Tells how long a refusal took.
fn meets(by_way_of: &[&str], case: &Case, job: Job) -> Result<Duration, String> {
    let (what, set_up, refusing) = case;
    let scene = Scene::new();
    fs::create_dir(scene.beside("outside")).unwrap();
    fs::write(scene.beside("outside/kept"), "kept").unwrap();
    set_up(&scene);
    let before = listed(&scene.beside("outside"));
    let log = fs::symlink_metadata(scene.log()).unwrap();
    let mut command = scene.command(by_way_of, job.args());
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .stdin(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    if !comes(PATIENCE, || child.try_wait().unwrap().is_some()) {
        child.kill().unwrap();
        child.wait().unwrap();
        return Err(format!("{job:?} with {what} did not end"));
    }
    let took = start.elapsed();
    let output = child.wait_with_output().unwrap();
    let fault = |fault: &str| {
        Err(format!(
            "{job:?} with {what}: {fault}: {}",
            transcript(&output)
        ))
    };
    let is_panic = transcript(&output).contains("panicked");
    let Some(code @ 0..=125) = output.status.code().filter(|_| !is_panic) else {
        return fault("it broke");
    };
    if refusing.contains(&job) != (code > 1) {
        return fault("refused or not");
    }
    if listed(&scene.beside("outside")) != before {
        return fault("it wrote outside");
    }
    let now = fs::symlink_metadata(scene.log()).unwrap();
    if code > 1 && now.modified().unwrap() != log.modified().unwrap() {
        return fault("it wrote what it refused");
    }
    if code > 1 && took > REFUSAL {
        return fault("it took too long");
    }
    Ok(if code > 1 { took } else { Duration::ZERO })
}

#[test]
fn what_is_hostile_is_refused_at_once() {
    let _machine = beside_others();
    let by_way_of = by_way_of();
    let with = |case| Job::ALL.map(|job| (case, job));
    let cases: Vec<(&Case, Job)> = CASES.iter().flat_map(with).collect();
    let longest = Mutex::new(Duration::ZERO);
    hold("hostile files", &cases, |(case, job)| {
        let took = meets(by_way_of, case, *job)?;
        let mut longest = longest.lock().unwrap();
        *longest = took.max(*longest);
        Ok(())
    });
    let longest = longest.into_inner().unwrap();
    say(&format!(
        "  the longest refusal took {} ms",
        longest.as_millis()
    ));
}
