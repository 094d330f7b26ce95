//! Runs a program that the user names: without a shell, in a process group of its own, with a time limit. What it is given, it is
//! given by its environment and its standard input. Which program that is, and what its failure means, is decided elsewhere.

mod detached;
mod running;

use std::{
    ffi::{OsStr, OsString},
    fmt, io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use running::Running;

/// How many lines of standard error a message repeats.
const MAX_LINES: usize = 3;

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// A path, or a name to be found on `PATH`.
    pub path: OsString,
    pub args: Vec<OsString>,
    /// The folder that it runs in.
    pub folder: PathBuf,
}

/// What a program is given.
#[derive(Clone, Debug, Default)]
pub struct ProgramInput {
    /// Variables of its environment, each set or removed.
    pub variables: Vec<(&'static str, Option<String>)>,
    pub stdin: Vec<u8>,
}

/// Why a program did not do what it should.
#[derive(Debug)]
pub enum ProgramFailure {
    CannotStart(io::Error),
    /// It ended with another code than 0.
    Exited {
        code: i32,
        stderr: String,
    },
    /// A signal ended it.
    Killed {
        signal: i32,
        stderr: String,
    },
    /// It was ended, since it took longer than this.
    TimedOut {
        limit: Duration,
        stderr: String,
    },
    /// It was ended, since tokmon itself is to end.
    Stopped,
}

impl Program {
    /// The name of the program without its folder, for messages.
    pub fn name(&self) -> String {
        let name = Path::new(&self.path).file_name().unwrap_or(&self.path);
        name.to_string_lossy().into_owned()
    }

    /// Runs it and waits for its end. Its standard output is not read. `is_to_stop` is asked again and again whether to end it early.
    pub fn run(
        &self,
        input: ProgramInput,
        limit: Duration,
        is_to_stop: &dyn Fn() -> bool,
    ) -> Result<(), ProgramFailure> {
        let running = self.start(input, Stdio::null());
        let running = running.map_err(ProgramFailure::CannotStart)?;
        running.outcome(limit, is_to_stop).0
    }

    /// Runs it without input and without a limit, and returns its standard output with how it ended. Of a long output, the rest is lost.
    pub fn output(&self) -> (Result<(), ProgramFailure>, Vec<u8>) {
        match self.start(ProgramInput::default(), Stdio::piped()) {
            Ok(running) => running.outcome(Duration::MAX, &|| false),
            Err(error) => (Err(ProgramFailure::CannotStart(error)), Vec::new()),
        }
    }

    fn start(&self, input: ProgramInput, stdout: Stdio) -> io::Result<Running> {
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(Stdio::piped());
        for (name, value) in &input.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        Ok(Running::new(command.spawn()?, input.stdin))
    }
}

fn outcome(status: ExitStatus, stderr: String) -> Result<(), ProgramFailure> {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Err(ProgramFailure::Killed { signal, stderr });
    }
    match status.code() {
        Some(0) => Ok(()),
        code => Err(ProgramFailure::Exited {
            code: code.unwrap_or(-1),
            stderr,
        }),
    }
}

/// `exited with 22: curl: (22) The requested URL returned error: 500`, behind the name of the program.
impl fmt::Display for ProgramFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stderr = match self {
            Self::CannotStart(error) => {
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "there is no such program".to_owned(),
                    io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
                    _ => error.to_string(),
                };
                return write!(f, "cannot be started: {why}");
            }
            Self::Stopped => return f.write_str("was ended with tokmon"),
            Self::Exited { code, stderr } => {
                write!(f, "exited with {code}")?;
                stderr
            }
            Self::Killed { signal, stderr } => {
                write!(f, "was ended by signal {signal}")?;
                stderr
            }
            Self::TimedOut { limit, stderr } => {
                write!(f, "was ended: it took longer than {limit:?}")?;
                stderr
            }
        };
        // What came last mostly says why.
        let lines: Vec<&str> = stderr.lines().map(str::trim).collect();
        let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        match lines.get(lines.len().saturating_sub(MAX_LINES)..) {
            None | Some([]) => Ok(()),
            Some(last) => write!(f, ": {}", last.join("; ")),
        }
    }
}

/// Words as they are typed at a shell, to be shown.
pub fn typed<'w>(words: impl IntoIterator<Item = &'w OsStr>) -> String {
    let word = |word: &OsStr| {
        let word = word.to_string_lossy().into_owned();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
        if !word.is_empty() && word.chars().all(is_plain) {
            return word;
        }
        format!("'{}'", word.replace('\'', "'\\''"))
    };
    let words: Vec<String> = words.into_iter().map(word).collect();
    words.join(" ")
}

#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "it is measured how long a program is waited for"
)]
#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

    use super::*;

    fn sh(script: &str) -> Program {
        Program {
            path: "sh".into(),
            args: ["-c", script].map(OsString::from).to_vec(),
            folder: "/".into(),
        }
    }

    fn ran(script: &str, stdin: &[u8]) -> String {
        let input = ProgramInput {
            variables: vec![("GIVEN", Some("$(id) \"".to_owned())), ("HOME", None)],
            stdin: stdin.to_vec(),
        };
        match sh(script).run(input, Duration::from_millis(400), &|| false) {
            Ok(()) => "done".to_owned(),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn each_end_of_a_program_is_reported() {
        assert_eq!(
            ran("[ \"$GIVEN\" = '$(id) \"' ] && [ -z \"$HOME\" ]", b""),
            "done"
        );
        assert_eq!(ran("[ \"$(cat)\" = '{\"a\":1}' ]", b"{\"a\":1}"), "done");
        assert_eq!(ran("exit 3", b""), "exited with 3");
        assert_eq!(ran("echo no >&2; exit 3", b""), "exited with 3: no");
        assert_eq!(
            ran("printf 'a\\n\\nb\\nc\\nd\\n' >&2; exit 1", b""),
            "exited with 1: b; c; d"
        );
        assert_eq!(ran("kill -9 $$", b""), "was ended by signal 9");
        let none = Program {
            path: "/no/such/program".into(),
            ..sh("")
        };
        let failed = none.run(ProgramInput::default(), Duration::ZERO, &|| false);
        let failed = failed.unwrap_err().to_string();
        assert_eq!(failed, "cannot be started: there is no such program");
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let script = format!(
            "trap '' TERM; (sleep 2; touch {0}) & echo wait >&2; sleep 2; touch {0}",
            late.display()
        );
        let start = Instant::now();
        assert_eq!(
            ran(&script, b""),
            "was ended: it took longer than 400ms: wait"
        );
        assert!(start.elapsed() < Duration::from_millis(1_900));
        thread::sleep(Duration::from_secs(2));
        assert!(!late.exists(), "what it started goes on");
    }

    #[test]
    fn input_that_is_not_read_and_output_that_does_not_end_hold_up_nothing() {
        assert_eq!(ran("exit 0", &vec![b'x'; 1 << 20]), "done");
        assert_eq!(ran("sleep 1 & exit 0", b""), "done");
        let many = ran("yes | head -c 200000 >&2; exit 1", b"");
        assert!(many.len() < 5_000, "{}", many.len());
    }

    #[test]
    fn a_program_ends_when_tokmon_does() {
        let stopped = sh("sleep 5").run(ProgramInput::default(), Duration::from_secs(5), &|| true);
        assert!(matches!(stopped, Err(ProgramFailure::Stopped)));
    }

    #[test]
    fn words_are_shown_as_they_are_typed() {
        let words = ["curl", "-d", "it's $x", ""].map(OsStr::new);
        assert_eq!(typed(words), r"curl -d 'it'\''s $x' ''");
    }
}
