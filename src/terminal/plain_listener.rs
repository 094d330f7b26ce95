//! Keys where there are no signals: a thread that waits for them.

use std::{io, thread};

use crossterm::event::{self, Event, KeyEventKind};

use super::Input;

/// Listens to the keys, for as long as the process lives.
#[derive(Debug)]
pub struct Listener(());

impl Listener {
    /// Starts to listen, and sends what comes.
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

    /// Does nothing: a program that is lent the terminal shares the keys.
    #[expect(clippy::unused_self, reason = "as elsewhere")]
    pub const fn park(&self) {}

    /// Does nothing.
    #[expect(clippy::unused_self, reason = "as elsewhere")]
    pub const fn unpark(&self) {}
}

/// Does nothing: nobody tells.
pub fn when_unread(_: impl FnOnce() + Send + 'static) {}
