//! Follow mode: a line at the start, and one for each change.

use super::{Event, follower::Follower};
use crate::{
    exit::{ExitStatus, Failure},
    render::Style,
    terminal::Input,
    tui::{
        App,
        view::{self, Look},
    },
};

impl Follower<'_, '_> {
    /// A line at the start, and one for each change, as long as somebody reads them.
    pub(super) fn in_lines(&mut self) -> Result<ExitStatus, Failure> {
        let (mut app, mut last) = (App::default(), String::new());
        let style = Style {
            width: None,
            ..self.cx.style(self.global)
        };
        let mut reading = self.read()?;
        loop {
            let (now, at) = (self.now()?, (self.cx.uptime)());
            app.take(reading, now, at);
            let look = Look {
                style,
                now,
                age: None,
            };
            let line = view::line(&app, look);
            if line != last {
                writeln!(self.cx.out, "{} {line}", now.format("%Y-%m-%dT%H:%M:%S%:z"))?;
                self.cx.out.flush()?;
                last = line;
            }
            while !self.is_due(&app, (self.cx.uptime)()) {
                match self.next(self.wake(&app)) {
                    Some(Event::Input(Input::Gone)) => return Ok(ExitStatus::Clean),
                    Some(Event::Hint) => self.files.hinted((self.cx.uptime)()),
                    Some(Event::Input(_)) | None => {}
                }
            }
            reading = self.read()?;
        }
    }
}
