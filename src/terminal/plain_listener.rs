//! Keys on systems without Unix signals, read by a thread.

use std::{io, thread};

use crossterm::event::{self, Event, KeyEventKind};

use super::Input;

#[derive(Debug)]
pub struct Listener(());

impl Listener {
    /// Starts to listen, and sends each input.
    pub fn start(send: impl Fn(Input) + Send + Clone + 'static) -> io::Result<Self> {
        thread::Builder::new().spawn(move || {
            while let Ok(event) = event::read() {
                match event {
                    Event::Key(key) if key.kind != KeyEventKind::Release => send(Input::Key(key)),
                    Event::Resize(..) => send(Input::Resize),
                    _ => {}
                }
            }
            send(Input::Gone);
        })?;
        Ok(Self(()))
    }

    /// Does nothing: another program shares the keys.
    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub const fn park(&self) {}

    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub const fn unpark(&self) {}
}

/// Does nothing: the system ends the process itself.
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
pub fn when_ended(_: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// Does nothing: there is no event for it.
pub fn when_unread(_: impl FnOnce() + Send + 'static) {}
