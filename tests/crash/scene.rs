//! A log with its archives in a repository, and the commands that change it. See `proof` for what must be true of them.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::run::is_long;

pub(crate) const LOG: &str = "cost-log.md";

/// The moment of every run.
const NOW: &str = "2026-02-26T12:00:00Z";

/// What is written by others between two runs, as a shell does it: one line at a time.
pub(crate) const ECHOED: [&str; 2] = [
    "[USE] 2026-02-26T11:58:00Z team=\"Team A\" task=\"echo1\" tokens=2000 id=e1\n",
    "[PRE] 2026-02-26T11:59:00Z tool=echo2\n",
];

/// How many tokens that says.
pub(crate) const ECHOED_TOKENS: u64 = 2_000;

/// How many tokens [`Job::Record`] records.
pub(crate) const RECORDED_TOKENS: u64 = 4_000;

/// A command that changes the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    Record,
    Fix,
    Archive,
}

impl Job {
    pub(crate) const ALL: [Self; 3] = [Self::Record, Self::Fix, Self::Archive];

    pub(crate) const fn args(self) -> &'static [&'static str] {
        match self {
            Self::Record => &[
                "record", "--team", "Team B", "--tokens", "4000", "--task", "mine0", "--id", "r0",
                "-f", LOG,
            ],
            Self::Fix => &["check", "--fix", "-f", LOG],
            Self::Archive => &["archive", "-f", LOG],
        }
    }
}

/// All files of a repository that are not the same before and after every run: their paths and what they hold.
pub(crate) type Files = BTreeMap<String, String>;

/// A repository of its own.
#[derive(Debug)]
pub(crate) struct Scene {
    root: TempDir,
    pub(crate) folder: PathBuf,
}

impl Scene {
    /// In a short run in memory, without waiting for a disk.
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let is_there = !is_long() && memory.is_dir();
        Self::of(match is_there.then(|| TempDir::new_in(memory)) {
            Some(Ok(folder)) => folder,
            _ => tempfile::tempdir().unwrap(),
        })
    }

    pub(crate) fn within(folder: &Path) -> Self {
        Self::of(TempDir::new_in(folder).unwrap())
    }

    fn of(root: TempDir) -> Self {
        let folder = root.path().join("repository");
        fs::create_dir_all(folder.join(".git")).unwrap();
        fs::create_dir(folder.join("archive")).unwrap();
        fs::write(folder.join("archive/cost-log-2026-01.md"), archive()).unwrap();
        fs::write(folder.join(LOG), log()).unwrap();
        Self { root, folder }
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join(LOG)
    }

    /// A path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The program with these arguments, ready to start in the repository, by way of another one if that is given.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, by_way_of: &[S], args: &[&str]) -> Command {
        let program = OsStr::new(env!("CARGO_BIN_EXE_tokmon"));
        let mut words = by_way_of.iter().map(AsRef::as_ref).chain([program]);
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .args(args)
            .current_dir(&self.folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("TOKMON_NOW", NOW);
        command
    }

    pub(crate) fn job(&self, job: Job) -> Command {
        self.command::<&str>(&[], job.args())
    }

    pub(crate) fn run(&self, job: Job) -> Output {
        self.job(job).output().unwrap()
    }

    /// Appends lines as `echo` does.
    pub(crate) fn echo(&self) {
        let mut options = OpenOptions::new();
        for line in ECHOED {
            let mut file = options.append(true).open(self.log()).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
    }

    /// What there is, but for what tokmon keeps for good and what git has.
    pub(crate) fn files(&self) -> Files {
        let mut files = Files::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&self.folder).unwrap();
                let name = name.to_string_lossy().into_owned();
                let is_kept = [".git", ".tokmon/.gitignore", ".tokmon/cost-log.md.lock"];
                if is_kept.contains(&name.as_str()) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).unwrap();
                    files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        files
    }

    /// The repository as `cp -r` copies it.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self::new();
        fs::remove_dir_all(&copy.folder).unwrap();
        let mut cp = Command::new("cp");
        cp.arg("-r").arg(&self.folder).arg(&copy.folder);
        assert!(cp.status().unwrap().success());
        copy
    }

    /// Whether a run left something to be done or cleared away.
    pub(crate) fn is_unfinished(&self) -> bool {
        let names = ["cost-log.md.journal", "cost-log.md.journal.new"];
        let is_there = |name: &&str| self.folder.join(".tokmon").join(name).exists();
        names.iter().any(is_there)
    }
}

/// Three months: the old rows are identical pairs; a total is wrong, and a usage line waits.
fn log() -> String {
    let mut text = String::from(
        "# Cost Log v2.0\n> **Retention Policy:** daily details purged after 30 days\n\
         > **Currency:** USD @ $0.003/1K tokens (claude-haiku-4-5)\n> **Last Updated:** 2026-02-25 19:15 UTC\n\n",
    );
    for (month, rows, total) in [
        ("2026-02", [9_000, 7_000], 16_005),
        ("2026-01", [11_000, 10_000], 21_000),
        ("2025-12", [10_000, 10_000], 20_000),
    ] {
        let [a, b] = rows;
        let _ = write!(
            text,
            "## {month} Monthly Summary\n\n| Team | Task | Tokens | Status |\n|------|------|--------|--------|\n\
             | Team A | Sums | {a} | ✅ |\n| Team B | Sums | {b} | ✅ |\n| **TOTAL MTD** | | **{total}** | |\n\n"
        );
    }
    text += "## Cost-Tracking Notes\n\n**Budget Status:**\n- Total budget: 200,000 tokens\n\n";
    text += &day("2026-02-25", "new", 0..15, 1);
    text += &day("2026-01-10", "old", 0..20, 2);
    text += &day("2025-12-11", "old", 20..40, 2);
    text += "A line of a person: keep0.\n\n";
    text += "[USE] 2026-02-26T09:00:00Z team=\"Team B\" task=\"used0\" tokens=500 id=u0\n";
    text
}

/// An archive that there is before anything is moved.
fn archive() -> String {
    let day = day("2026-01-05", "past", 0..1, 1);
    format!("# Cost Log Archive — 2026-01\n\n{day}")
}

/// The details of a day, with a line of a hook behind them. `times` rows each are the same.
fn day(date: &str, name: &str, rows: std::ops::Range<usize>, times: usize) -> String {
    let mut text = format!(
        "## Daily Detail — {date}\n\n| Time | Team | Task | Tokens | Status |\n|------|------|------|--------|--------|\n"
    );
    for row in rows {
        let number = row / times;
        let team = ["Team A", "Team B"][number % 2];
        let _ = writeln!(
            text,
            "| 10:{number:02} | {team} | {name}{number:02} | 1,000 | ✅ |"
        );
    }
    let hook = date.replace('-', "");
    let _ = write!(text, "\n[PRE] {date}T10:30:00Z tool=hook{hook}\n\n");
    text
}
