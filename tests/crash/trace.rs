//! The program under strace: which calls it makes, and one of them that goes wrong.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::OnceLock,
};

use crate::{
    installed,
    scene::{Job, Scene},
};

/// Calls that change nothing anybody else sees.
const INWARD: [&str; 14] = [
    "brk",
    "getrandom",
    "gettid",
    "ioctl",
    "lseek",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "prlimit64",
    "rt_sigaction",
    "rt_sigprocmask",
    "sched_getaffinity",
    "sigaltstack",
];

/// A call that a run makes: the `nth` of its name.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) nth: usize,
    /// As strace shows it.
    pub(crate) text: String,
}

impl Call {
    /// Whether it changes nothing anybody else sees.
    pub(crate) fn is_inward(&self) -> bool {
        INWARD.contains(&self.name.as_str()) || self.text.contains("F_GETFD")
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text.chars().take(100).collect();
        write!(f, "{} number {}: {text}", self.name, self.nth)
    }
}

/// A run that was traced.
pub(crate) struct Traced {
    pub(crate) output: Output,
    /// What strace wrote.
    pub(crate) trace: String,
}

impl Traced {
    /// Whether a signal killed it.
    pub(crate) fn is_killed(&self) -> bool {
        use std::os::unix::process::ExitStatusExt;
        self.output.status.signal() == Some(9)
    }

    /// The line of the call that was made to fail.
    pub(crate) fn injected(&self) -> Option<&str> {
        self.trace.lines().find(|line| line.contains("(INJECTED)"))
    }
}

/// Whether programs can be traced here.
pub(crate) fn can_trace() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    let can = *CAN.get_or_init(|| {
        let mut command = Command::new("strace");
        command.args([
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "inject=close:error=EIO:when=999",
        ]);
        let ran = command.arg("true").output();
        ran.is_ok_and(|output| output.status.success())
    });
    installed::check("strace", can)
}

/// strace, as it is started before a program. It writes to `trace_path`.
pub(crate) fn strace(scene: &Scene, options: &[String]) -> Vec<String> {
    let trace = trace_path(scene).display().to_string();
    let mut words = vec!["strace", "-f", "-qq", "-o", &trace];
    words.extend(options.iter().map(String::as_str));
    words.push("--");
    words.into_iter().map(str::to_owned).collect()
}

pub(crate) fn trace_path(scene: &Scene) -> PathBuf {
    scene.beside("trace")
}

/// Traces a run.
pub(crate) fn traced(scene: &Scene, options: &[String], args: &[&str]) -> Traced {
    let mut command = scene.command(&strace(scene, options), args);
    let output = command.output().unwrap();
    let trace = fs::read(trace_path(scene)).unwrap_or_default();
    Traced {
        output,
        trace: String::from_utf8_lossy(&trace).into_owned(),
    }
}

/// Has something happen at a call: `signal=KILL`, `error=EIO`.
pub(crate) fn with(call: &Call, happens: &str) -> Vec<String> {
    let Call { name, nth, .. } = call;
    let inject = format!("inject={name}:{happens}:when={nth}");
    [
        "-e".to_owned(),
        format!("trace={name}"),
        "-e".to_owned(),
        inject,
    ]
    .to_vec()
}

/// The calls that a command makes after exec, in order.
pub(crate) fn calls(scene: &Scene, args: &[&str]) -> Vec<Call> {
    calls_of(&traced(scene, &[], args).trace)
}

/// The calls that a job makes in a new scene, from its first own one on.
pub(crate) fn own_calls(job: Job) -> Vec<Call> {
    let mut calls = calls(&Scene::new(), job.args());
    // What comes first is the loader's: its failures are not ours to report.
    let first = calls.iter().position(|call| call.name == "poll");
    calls.split_off(first.unwrap_or_default())
}

pub(crate) fn calls_of(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in trace.lines() {
        let text = line.trim_start_matches(|char: char| char.is_ascii_digit());
        let text = text.trim_start();
        let name = text.split('(').next().unwrap_or_default();
        let is_call = text.contains('(')
            && name.starts_with(|char: char| char.is_ascii_lowercase())
            && !name.contains(' ')
            && name != "execve";
        if is_call {
            let before = calls.iter().filter(|call| call.name == name);
            calls.push(Call {
                nth: before.count() + 1,
                name: name.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    calls
}
