//! A program that goes on after tokmon has ended.

use std::{
    fs::File,
    io,
    process::{Command, Stdio},
};

use super::Program;

impl Program {
    /// Starts it, and does not wait for it. It belongs to no terminal, so that closing one does not end it; it has no input, and what it prints is
    /// added to a file, or lost without one.
    ///
    /// On Unix, tokmon itself leaves its session for that: it is to end next.
    pub fn start_detached(&self, output: Option<File>) -> io::Result<()> {
        let (out, err) = match output {
            Some(file) => (Stdio::from(file.try_clone()?), Stdio::from(file)),
            None => (Stdio::null(), Stdio::null()),
        };
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // A leader of a process group cannot leave its session. A group of its own keeps what ends that of tokmon from the program.
            if rustix::process::setsid().is_err() {
                command.process_group(0);
            }
        }
        command.spawn().map(drop)
    }
}
