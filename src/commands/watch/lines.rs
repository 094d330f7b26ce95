//! Follow mode: a line at the start, and one for each change, for pipes and logs of their own. Reads no keys.

use super::Event;
use crate::{
    commands::watch::follower::Follower,
    exit::ExitCode,
    failure::Failure,
    render::Style,
    terminal::Input,
    tui::{
        App, Reading,
        view::{self, ViewContext},
    },
};

impl Follower<'_, '_> {
    /// Writes a line at the start and for each change, until the reader is gone.
    pub fn in_lines(&mut self, first: Reading) -> Result<ExitCode, Failure> {
        let (mut app, mut last) = (App::default(), None);
        let style = Style {
            width: None,
            ..self.run.style()
        };
        let mut reading = first;
        loop {
            let (now, at) = (self.now()?, (self.run.cx.uptime)());
            app.take(reading, now, at);
            let view = ViewContext {
                style,
                now,
                age: None,
            };
            let line = view::line(&app, view);
            // What is written is rounded: a figure may change where it does not.
            let used = app.latest.as_ref().map(|latest| latest.report.used.clone());
            let current = Some((line, used));
            if current != last
                && let Some((line, _)) = &current
            {
                let time = now.format("%Y-%m-%dT%H:%M:%S%:z");
                self.run.print(|out| writeln!(out, "{time} {line}"))?;
                last = current;
            }
            while !self.is_due(&app, (self.run.cx.uptime)()) {
                match self.next(self.wake(&app)) {
                    Some(Event::Input(Input::Gone)) => return Ok(ExitCode::Success),
                    Some(Event::Hint) => self.files.hinted((self.run.cx.uptime)()),
                    Some(Event::Input(_)) | None => {}
                }
            }
            reading = self.read()?;
        }
    }
}
