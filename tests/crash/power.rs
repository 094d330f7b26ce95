//! Power cuts: of what a run has written by some moment, what was not synced is lost, in any order and by halves. The calls of a run
//! are replayed on a model of the disk, and each state that a cut may leave is written out and held to what is promised.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{
    proof::Proof,
    run::{WORKERS, beside_others, faults, hold, or_long, say, some_of},
    scene::{Job, Scene},
    trace::{can_trace, traced},
};

/// How a journal begins; the number of the log's file follows.
const JOURNAL: &[u8] = b"tokmon journal 2\n";

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// A change of the disk. Files are numbered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Op {
    Write(usize, usize, Vec<u8>),
    Truncate(usize, usize),
    Name(PathBuf, usize),
    Rename(PathBuf, PathBuf, usize),
    Remove(PathBuf),
    Folder(PathBuf),
    SyncFile(usize),
    SyncFolder(PathBuf),
}

impl Op {
    /// Whether a later one puts this one on the disk.
    fn is_synced_by(&self, sync: &Self) -> bool {
        match (self, sync) {
            (Self::Write(file, ..) | Self::Truncate(file, _), Self::SyncFile(synced)) => {
                file == synced
            }
            (
                Self::Name(path, _)
                | Self::Rename(_, path, _)
                | Self::Remove(path)
                | Self::Folder(path),
                Self::SyncFolder(folder),
            ) => path.parent() == Some(folder),
            _ => false,
        }
    }

    /// The halves of a write that reaches the disk in part.
    fn halves(&self) -> Vec<Self> {
        let Self::Write(file, at, bytes) = self else {
            return Vec::new();
        };
        let middle = (at + bytes.len() / 2) / SECTOR * SECTOR;
        let middle = middle.saturating_sub(*at);
        if middle == 0 || middle >= bytes.len() {
            return Vec::new();
        }
        let (first, second) = bytes.split_at(middle);
        vec![
            Self::Write(*file, *at, first.to_vec()),
            Self::Write(*file, at + middle, second.to_vec()),
        ]
    }
}

/// Names and what their files hold.
#[derive(Clone, Default)]
struct Disk {
    names: BTreeMap<PathBuf, usize>,
    folders: BTreeSet<PathBuf>,
    files: Vec<Vec<u8>>,
}

impl Disk {
    fn of(scene: &Scene) -> Self {
        let mut disk = Self::default();
        disk.folders.insert(scene.folder.clone());
        for (name, text) in scene.files() {
            let path = scene.folder.join(name);
            disk.folders.insert(path.parent().unwrap().to_path_buf());
            disk.names.insert(path, disk.files.len());
            disk.files.push(text.into_bytes());
        }
        disk
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Write(file, at, bytes) => {
                let file = &mut self.files[*file];
                file.resize(file.len().max(at + bytes.len()), 0);
                file[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Op::Truncate(file, length) => self.files[*file].resize(*length, 0),
            Op::Name(path, file) => drop(self.names.insert(path.clone(), *file)),
            Op::Rename(from, to, file) => {
                self.names.remove(from);
                self.names.insert(to.clone(), *file);
            }
            Op::Remove(path) => drop(self.names.remove(path)),
            Op::Folder(path) => drop(self.folders.insert(path.clone())),
            Op::SyncFile(_) | Op::SyncFolder(_) => {}
        }
    }

    /// Writes it out in a new scene; `folder` is what its paths begin with.
    fn scene(&self, folder: &Path) -> Scene {
        let scene = Scene::new();
        fs::remove_file(scene.log()).unwrap();
        fs::remove_dir_all(scene.folder.join("archive")).unwrap();
        let at = |path: &Path| scene.folder.join(path.strip_prefix(folder).unwrap());
        for path in &self.folders {
            fs::create_dir_all(at(path)).unwrap();
        }
        let is_there = |path: &&PathBuf| self.folders.contains(path.parent().unwrap());
        for path in self.names.keys().filter(is_there) {
            fs::write(at(path), &self.files[self.names[path]]).unwrap();
        }
        let journal = scene.folder.join(".tokmon/cost-log.md.journal");
        if let Ok(mut bytes) = fs::read(&journal) {
            renumber(&mut bytes, fs::metadata(scene.log()).unwrap().ino());
            fs::write(journal, bytes).unwrap();
        }
        scene
    }
}

/// Lets a whole journal speak of another file, since this one is new here.
fn renumber(journal: &mut [u8], inode: u64) {
    let Some((body, sum)) = journal.split_last_chunk_mut::<32>() else {
        return;
    };
    if body.starts_with(JOURNAL) && Sha256::digest(&*body)[..] == sum[..] {
        body[JOURNAL.len()..][..8].copy_from_slice(&inode.to_le_bytes());
        sum.copy_from_slice(&Sha256::digest(&*body));
    }
}

/// What a run does to the disk, in order.
struct Recording {
    /// Before the first call, and after the last one so far.
    start: Disk,
    disk: Disk,
    ops: Vec<Op>,
    /// The path of each open descriptor in the scene.
    open: HashMap<String, PathBuf>,
    folder: PathBuf,
}

/// The texts in a call, as strace shows them in hexadecimal.
fn texts(call: &str) -> Vec<Vec<u8>> {
    let quoted = call.split('"').skip(1).step_by(2);
    let bytes = |text: &str| {
        let digits = text.split("\\x").skip(1);
        digits
            .map(|digits| u8::from_str_radix(digits, 16).unwrap())
            .collect()
    };
    quoted.map(bytes).collect()
}

impl Recording {
    fn of(job: Job) -> Self {
        let scene = Scene::new();
        let mut recording = Self {
            start: Disk::of(&scene),
            disk: Disk::of(&scene),
            ops: Vec::new(),
            open: HashMap::new(),
            folder: scene.folder.clone(),
        };
        let options = ["-xx", "-s", "1000000"].map(str::to_owned);
        let ran = traced(&scene, &options, job.args());
        assert_eq!(ran.output.status.code(), Some(0));
        for line in ran.trace.lines() {
            let call = line.trim_start_matches(|char: char| char.is_ascii_digit() || char == ' ');
            if let Some((call, result)) = call.rsplit_once(" = ")
                && !result.starts_with('-')
            {
                recording.call(call, result.split(' ').next().unwrap());
            }
        }
        let files = recording.disk.files.len();
        recording.start.files.resize(files, Vec::new());
        recording
    }

    fn push(&mut self, op: Op) {
        self.disk.apply(&op);
        self.ops.push(op);
    }

    /// A path in the scene. None for one that is outside of it.
    fn path(&self, folder: Option<&&str>, name: Option<&Vec<u8>>) -> Option<PathBuf> {
        let (folder, name) = (*folder?, Path::new(std::str::from_utf8(name?).ok()?));
        let folder = if folder == "AT_FDCWD" {
            &self.folder
        } else {
            self.open.get(folder)?
        };
        let path = folder.join(name);
        path.starts_with(&self.folder).then_some(path)
    }

    fn call(&mut self, call: &str, result: &str) {
        let (name, args) = call.split_once('(').unwrap();
        let texts = texts(args);
        let words: Vec<&str> = args
            .split([',', ')'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect();
        let first = words.first().copied().unwrap_or_default();
        let last = words.last().and_then(|word| word.parse().ok());
        let path = self.path(words.first(), texts.first());
        let to = self.path(words.get(2), texts.get(1));
        match (name, path, to) {
            ("openat", Some(path), _) => self.opened(path, args, result),
            ("mkdirat", Some(path), _) => self.push(Op::Folder(path)),
            ("unlinkat", Some(path), _) => self.push(Op::Remove(path)),
            ("renameat" | "renameat2", Some(from), Some(to)) => {
                let file = self.disk.names[&from];
                self.push(Op::Rename(from, to, file));
            }
            ("close", ..) => drop(self.open.remove(first)),
            _ => {
                if let Some(path) = self.open.get(first).cloned() {
                    self.changed(name, &path, last, texts);
                }
            }
        }
    }

    fn opened(&mut self, path: PathBuf, args: &str, result: &str) {
        if args.contains("O_CREAT") && !self.disk.names.contains_key(&path) {
            self.disk.files.push(Vec::new());
            self.push(Op::Name(path.clone(), self.disk.files.len() - 1));
        }
        self.open.insert(result.to_owned(), path);
    }

    /// A call that changes an open file, or puts it on the disk.
    fn changed(&mut self, name: &str, path: &Path, last: Option<usize>, texts: Vec<Vec<u8>>) {
        let Some(file) = self.disk.names.get(path).copied() else {
            if name == "fsync" {
                self.push(Op::SyncFolder(path.to_path_buf()));
            }
            return;
        };
        let end = self.disk.files[file].len();
        let bytes = texts.into_iter().next().unwrap_or_default();
        match name {
            "write" | "pwritev2" => self.push(Op::Write(file, end, bytes)),
            "pwrite64" => self.push(Op::Write(file, last.unwrap(), bytes)),
            "ftruncate" => self.push(Op::Truncate(file, last.unwrap())),
            "fsync" | "fdatasync" => self.push(Op::SyncFile(file)),
            _ => {}
        }
    }

    /// The states that a cut before an operation may leave: everything before it, nothing that was not synced, and each
    /// operation alone lost, alone kept, or kept by half.
    fn cuts(&self, moment: usize) -> Vec<Vec<Op>> {
        let ops = &self.ops[..moment];
        let is_open = |at: &usize| {
            let sync = |later: &Op| ops[*at].is_synced_by(later);
            !matches!(ops[*at], Op::SyncFile(_) | Op::SyncFolder(_)) && !ops[*at..].iter().any(sync)
        };
        let open: Vec<usize> = (0..moment).filter(is_open).collect();
        let cut = |instead: &dyn Fn(usize) -> Option<Op>| {
            let op = |at: usize| {
                if open.contains(&at) {
                    instead(at)
                } else {
                    Some(ops[at].clone())
                }
            };
            (0..moment).filter_map(op).collect()
        };
        let mut cuts: Vec<Vec<Op>> = vec![cut(&|at| Some(ops[at].clone())), cut(&|_| None)];
        for one in &open {
            cuts.push(cut(&|at| (at == *one).then(|| ops[at].clone())));
            cuts.push(cut(&|at| (at != *one).then(|| ops[at].clone())));
            for half in ops[*one].halves() {
                let or_half = |at: usize| {
                    if at == *one {
                        half.clone()
                    } else {
                        ops[at].clone()
                    }
                };
                cuts.push(cut(&|at| Some(or_half(at))));
            }
        }
        cuts
    }
}

impl Recording {
    /// The states that cuts may leave, each once, with the moment of the first cut that does.
    fn states(&self) -> Vec<(usize, Vec<Op>)> {
        let mut met = HashSet::new();
        let moments = 0..=self.ops.len();
        let cuts = moments.flat_map(|moment| {
            let cuts = self.cuts(moment).into_iter();
            cuts.map(move |ops| (moment, ops))
        });
        cuts.filter(|(_, ops)| met.insert(ops.clone())).collect()
    }

    /// What is wrong after a cut that leaves a state.
    fn fault(&self, proof: &Proof, (moment, ops): &(usize, Vec<Op>)) -> Result<(), String> {
        let mut disk = self.start.clone();
        for op in ops {
            disk.apply(op);
        }
        let held = proof.holds(&disk.scene(&self.folder), moment % 2 == 0);
        held.map_err(|fault| {
            let next = format!("{:?}", self.ops.get(*moment));
            let next: String = next.chars().take(100).collect();
            format!("{:?} cut before {next}: {fault}", proof.job)
        })
    }
}

fn cut(job: Job) {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let (proof, recording) = (Proof::of(job), Recording::of(job));
    let all = recording.states();
    let states = some_of(&all, or_long(30, usize::MAX));
    let what = format!(
        "{} of {} states after power cuts of {job:?}",
        states.len(),
        all.len()
    );
    hold(&what, &states, |state| recording.fault(&proof, state));
}

#[test]
fn a_record_survives_a_power_cut() {
    cut(Job::Record);
}

#[test]
fn a_fix_survives_a_power_cut() {
    cut(Job::Fix);
}

#[test]
fn a_move_survives_a_power_cut() {
    cut(Job::Archive);
}

/// Whether this finds anything: without any of its syncs, the same run would lose something.
#[test]
fn every_sync_is_needed() {
    if !can_trace() {
        return;
    }
    let _machine = beside_others();
    let (proof, mut recording) = (Proof::of(Job::Archive), Recording::of(Job::Archive));
    let usual = recording.states().into_iter();
    let usual: HashSet<Vec<Op>> = usual.map(|(_, ops)| ops).collect();
    let is_sync = |at: &usize| matches!(recording.ops[*at], Op::SyncFile(_) | Op::SyncFolder(_));
    let syncs: Vec<usize> = (0..recording.ops.len()).filter(is_sync).collect();
    let mut harmless = Vec::new();
    for at in some_of(&syncs, or_long(3, usize::MAX)) {
        let sync = recording.ops.remove(at);
        let mut states = recording.states();
        states.retain(|(_, ops)| !usual.contains(ops));
        let faults = faults(&states, WORKERS, |state| recording.fault(&proof, state));
        say(&format!(
            "without {sync:?}: {} of {} states after power cuts bad, as it must be",
            faults.len(),
            states.len()
        ));
        recording.ops.insert(at, sync.clone());
        if faults.is_empty() {
            harmless.push(sync);
        }
    }
    assert!(harmless.is_empty(), "no need for {harmless:?}");
}
