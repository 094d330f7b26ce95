//! A pseudo terminal in which a program runs: keys go in, whole frames come out. Waits for what is shown, never for a fixed time.

use std::{
    error::Error,
    io::{Read, Write},
    num::NonZeroU16,
    path::Path,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Callbacks, Parser, Screen};

/// How long a program may be silent while a text is awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many characters a terminal shows.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) rows: u16,
    pub(crate) columns: u16,
}

pub(crate) struct Terminal {
    parser: Parser<Frames>,
    output: Receiver<Vec<u8>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Without it, the terminal would be gone.
    _master: Box<dyn MasterPty + Send>,
}

/// The last complete frame: between two frames, a screen shows parts of both.
#[derive(Default)]
struct Frames {
    whole: Option<Screen>,
}

impl Callbacks for Frames {
    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        intermediate: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        // A synchronized update ends.
        if (intermediate, parameters, last) == (Some(b'?'), &[&[2026]], 'l') {
            self.whole = Some(screen.clone());
        }
    }
}

impl Terminal {
    /// Starts a program in a folder.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        folder: &Path,
        size: Size,
    ) -> Result<Self, Box<dyn Error>> {
        let pair = native_pty_system().openpty(PtySize {
            rows: size.rows,
            cols: size.columns,
            pixel_width: 0,
            pixel_height: 0,
        })?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(folder);
        // Nothing of who draws the pictures: no settings, no colours, no time zone.
        command.env_clear();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
        ] {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command)?;
        let output = listen(pair.master.try_clone_reader()?);
        let known = |cells: u16| NonZeroU16::new(cells).ok_or("a terminal without cells");
        let (rows, columns) = (known(size.rows)?, known(size.columns)?);
        Ok(Self {
            parser: Parser::new_with_callbacks(rows, columns, 0, Frames::default()),
            output,
            keyboard: pair.master.take_writer()?,
            child,
            _master: pair.master,
        })
    }

    /// Types keys.
    pub(crate) fn press(&mut self, keys: &str) -> Result<(), Box<dyn Error>> {
        self.keyboard.write_all(keys.as_bytes())?;
        Ok(self.keyboard.flush()?)
    }

    /// Waits for a frame that shows a text.
    pub(crate) fn wait(&mut self, text: &str) -> Result<&Screen, Box<dyn Error>> {
        let shows = |screen: &Screen| screen.contents().contains(text);
        while !self.parser.callbacks().whole.as_ref().is_some_and(shows) {
            let Ok(bytes) = self.output.recv_timeout(PATIENCE) else {
                let contents = self.parser.screen().contents();
                return Err(
                    format!("no frame with \"{text}\"; the terminal shows:\n{contents}").into(),
                );
            };
            self.parser.process(&bytes);
        }
        let whole = self.parser.callbacks().whole.as_ref();
        whole.ok_or_else(|| "no frame".into())
    }

    /// Waits until the program exits with success.
    pub(crate) fn end(mut self) -> Result<(), Box<dyn Error>> {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => return Err("tokmon does not end".into()),
            }
        }
        let status = self.child.wait()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("tokmon ended with {status}").into())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.child.kill();
    }
}

/// What a terminal is sent, as it comes.
fn listen(mut terminal: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut chunk = [0; 8192];
        while let Ok(length @ 1..) = terminal.read(&mut chunk) {
            let bytes = chunk.iter().take(length).copied().collect();
            if send.send(bytes).is_err() {
                break;
            }
        }
    });
    receive
}
