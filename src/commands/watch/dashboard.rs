//! The dashboard in a terminal: a loop that sleeps until a key, a change or a time calls, and draws what differs.

use std::{sync::mpsc::Sender, time::Duration};

use chrono::{DateTime, FixedOffset, Timelike};

use super::Event;
use crate::{
    cli::{ViewArgs, WatchArgs},
    commands::{editor, watch::follower::Follower},
    exit::ExitCode,
    failure::Failure,
    render::{OutputStyle, StyledLine, Theme},
    terminal::{self, Input, Listener, Screen},
    text::FileId,
    tui::{
        App, Effect, Reading, Tab,
        draw::ScreenWidget,
        message,
        view::{self, Size, ViewContext},
    },
};

/// The time after a first new size until the size of the moment is drawn: dragging a window reports many sizes.
const SETTLE: Duration = Duration::from_millis(16);

/// The longest time that keys are handled without drawing.
const FRAME: Duration = Duration::from_millis(50);

pub struct Dashboard<'f, 'a, 'w> {
    follower: &'f mut Follower<'a, 'w>,
    app: App,
    screen: Screen,
    listener: Listener,
    style: OutputStyle,
    theme: Theme,
    /// The screen must be drawn again.
    is_stale: bool,
    /// When a time on the screen is outdated.
    tick: Option<Duration>,
    /// When a new size is drawn.
    settled: Option<Duration>,
    drawn: Vec<StyledLine>,
    size: Size,
}

/// The exit code if the run ends.
type Flow = Option<ExitCode>;

impl<'f, 'a, 'w> Dashboard<'f, 'a, 'w> {
    pub fn open(
        follower: &'f mut Follower<'a, 'w>,
        args: &ViewArgs,
        watching: &WatchArgs,
        send: Sender<Event>,
    ) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            Failure::from(anyhow::Error::new(error).context("cannot use the terminal"))
        };
        let listener = Listener::start(move |input| {
            let _ = send.send(Event::Input(input));
        })
        .map_err(failed)?;
        let style = follower.run.style();
        let depth = follower.run.cx.color_depth();
        let theme = watching.theme.supported(style.color, depth);
        let app = App {
            bell: watching.bell,
            tab: first_view(args),
            ..App::default()
        };
        Ok(Self {
            follower,
            app,
            screen: Screen::new().map_err(failed)?,
            listener,
            style,
            theme,
            is_stale: true,
            tick: None,
            settled: None,
            drawn: Vec::new(),
            size: Size::default(),
        })
    }
}

impl Dashboard<'_, '_, '_> {
    /// Draws the screen and handles events until the run ends.
    pub fn run(&mut self, first: Reading) -> Result<ExitCode, Failure> {
        let (now, at) = (self.follower.now()?, self.uptime());
        self.app.take(first, now, at);
        self.follower.notify(&self.app);
        loop {
            if self.is_stale && self.settled.is_none() && self.draw()?.is_err() {
                return Ok(ExitCode::HungUp);
            }
            // All waiting events are handled before drawing, but not for longer than a frame: a key may be held.
            let mut event = self.follower.next(self.wake());
            let start = self.uptime();
            while let Some(next) = event {
                match next {
                    Event::Input(input) => {
                        self.is_stale = true;
                        if let Some(status) = self.input(input)? {
                            return Ok(status);
                        }
                    }
                    Event::Hint => {
                        let at = self.uptime();
                        self.follower.scheduler.hinted(at);
                    }
                    Event::Notified => self.show_notified(),
                }
                if self.uptime() >= start + FRAME {
                    break;
                }
                event = self.follower.receive.try_recv().ok();
            }
            self.due()?;
        }
    }

    fn uptime(&self) -> Duration {
        (self.follower.run.cx.uptime)()
    }

    /// Reads the files and shows their figures. A threshold that is reached rings the bell if it may.
    fn read(&mut self, may_ring: bool) -> Result<(), Failure> {
        let reading = self.follower.read()?;
        let (now, at) = (self.follower.now()?, self.uptime());
        self.is_stale = true;
        if self.app.take(reading, now, at) && may_ring {
            let out = &mut self.follower.run.cx.out;
            // A terminal that cannot ring is no failure.
            let _ = out.write_all(b"\x07").and_then(|()| out.flush());
        }
        self.follower.notify(&self.app);
        Ok(())
    }

    /// Says what became of notices.
    fn show_notified(&mut self) {
        if let Some(Ok(text) | Err(text)) = self.follower.notified() {
            let at = self.uptime();
            self.app.flash(text, None, at);
            self.is_stale = true;
        }
    }

    /// Does what has become due.
    fn due(&mut self) -> Result<(), Failure> {
        let at = self.uptime();
        let is_due = |time: Option<Duration>| time.is_some_and(|time| time <= at);
        if is_due(self.follower.notify_wake()) {
            self.follower.notify(&self.app);
        }
        let following = &self.follower.scheduler.watch.source;
        let is_over = is_due(self.app.flash.as_ref().map(|flash| flash.until));
        self.is_stale |= *following != self.app.following || is_over || is_due(self.tick);
        self.app.following.clone_from(following);
        if is_over {
            self.app.flash = None;
        }
        if is_due(self.settled) {
            // The terminal may have lost cells meanwhile, even if the size is the old one again.
            self.settled = None;
            self.repaint();
        }
        if !self.follower.is_due(&self.app, at) {
            return self.update_time();
        }
        if self.app.pause.is_none() {
            return self.read(true);
        }
        if self.follower.scheduler.skip(at) {
            self.is_stale = true;
            self.app.count_change();
        }
        self.update_time()
    }

    /// Draws all cells with the next frame.
    fn repaint(&mut self) {
        self.is_stale = true;
        self.screen.repaint();
        self.drawn.clear();
    }

    /// Makes a new report when the minute has changed: rates and days depend on the time. On a new day, which has other days
    /// before it, everything is read again.
    fn update_time(&mut self) -> Result<(), Failure> {
        let now = self.follower.now()?;
        // A reading that was rejected must not be shown in this way.
        let app = &mut self.app;
        let is_shown = app.read_error.is_none() && app.retry.is_none() && app.pause.is_none();
        let Some(latest) = app.latest.as_mut().filter(|_| is_shown) else {
            return Ok(());
        };
        let then = latest.report.now;
        if now.date_naive() != then.date_naive() {
            return self.read(true);
        }
        let minute = |time: DateTime<FixedOffset>| time.timestamp().div_euclid(60);
        if minute(now) != minute(then)
            && let Some(report) = self.follower.session.report(now)
        {
            latest.report = report;
            self.is_stale = true;
            self.follower.notify(&self.app);
        }
        Ok(())
    }

    /// The latest time to wake.
    fn wake(&self) -> Duration {
        let flash = self.app.flash.as_ref().map(|flash| flash.until);
        let notify = self.follower.notify_wake();
        let wakes = [self.tick, self.settled, flash, notify]
            .into_iter()
            .flatten();
        wakes.fold(self.follower.wake(&self.app), Duration::min)
    }

    /// When a time on the screen changes. None if time does not pass.
    fn next_tick(&self, now: DateTime<FixedOffset>, at: Duration) -> Option<Duration> {
        let minute = at + Duration::from_secs(60 - u64::from(now.second()));
        let read = self.app.read_at.map(|(_, read)| read);
        let age = read.map(|read| read + view::next_age(at.saturating_sub(read)));
        let tick = age.map_or(minute, |age| age.min(minute));
        (!self.follower.run.is_frozen()).then_some(tick)
    }

    fn input(&mut self, input: Input) -> Result<Flow, Failure> {
        match input {
            Input::Gone => Ok(Some(ExitCode::HungUp)),
            Input::Resize => {
                let settled = self.uptime() + SETTLE;
                self.settled.get_or_insert(settled);
                Ok(None)
            }
            Input::Stop => self.suspend(),
            Input::Continue => {
                let resumed = self.screen.resume();
                self.again(&resumed)
            }
            Input::Ending(signal) => Ok(Some(signal.into())),
            Input::Key(key) => {
                let message = message::of(key, self.app.is_typing, self.app.panel.is_some());
                let view = self.view_context()?;
                let now = view.now.time();
                let effect = message.and_then(|message| {
                    // Counting the lines of a long text takes time, and only moves need it.
                    let moves = message.is_move();
                    let shown = moves.then(|| view::viewport(&self.app, self.size, view));
                    self.app.update(message, shown.unwrap_or_default(), now)
                });
                effect.map_or(Ok(None), |effect| self.act(effect))
            }
        }
    }

    fn act(&mut self, effect: Effect) -> Result<Flow, Failure> {
        match effect {
            Effect::Quit => return Ok(Some(ExitCode::Success)),
            Effect::Interrupt => return Ok(Some(ExitCode::Interrupted)),
            Effect::Read => {
                self.follower.retry_notices();
                self.read(true)?;
            }
            Effect::Repaint => self.repaint(),
            Effect::Suspend => return self.suspend(),
            Effect::Edit(file, line) => return self.edit(file, line),
        }
        Ok(None)
    }

    fn suspend(&mut self) -> Result<Flow, Failure> {
        let suspended = terminal::suspend(&mut self.screen, &self.listener);
        self.again(&suspended)
    }

    /// Continues after another program had the terminal.
    fn again(&mut self, returned: &std::io::Result<()>) -> Result<Flow, Failure> {
        if returned.is_err() {
            return Ok(Some(ExitCode::HungUp));
        }
        self.repaint();
        if self.app.pause.is_none() {
            // No bell: the user looks at the screen.
            self.read(false)?;
        }
        Ok(None)
    }

    fn edit(&mut self, file: FileId, line: usize) -> Result<Flow, Failure> {
        let path = self.follower.read_files.path(file);
        let path = path.unwrap_or(&self.follower.watched.log);
        let failed = match editor::command(self.follower.run.cx, path, line) {
            Err(why) => Some(why),
            Ok(mut command) => {
                let name = command.get_program().to_string_lossy().into_owned();
                let ended = terminal::edit(&mut self.screen, &self.listener, &mut command);
                match ended.map(|status| (status.success(), status.code())) {
                    Ok((true, _)) => None,
                    Ok((_, Some(code))) => Some(format!("editor exited {code}")),
                    Ok((_, None)) => Some("editor was ended by a signal".to_owned()),
                    Err(error) => Some(format!("cannot run the editor `{name}`: {error}")),
                }
            }
        };
        if let Some(message) = failed {
            let at = self.uptime();
            self.app.flash(message, None, at);
        }
        self.again(&Ok(()))
    }

    fn view_context(&self) -> Result<ViewContext, Failure> {
        let at = self.uptime();
        let now = self.follower.now()?;
        let age = self.app.read_at.filter(|_| !self.follower.run.is_frozen());
        Ok(ViewContext {
            style: self.style,
            now,
            age: age.map(|(then, read)| {
                // A machine that sleeps stops its uptime, and not its clock.
                let slept = (now - then).num_seconds();
                let slept = u64::try_from(slept).unwrap_or(0);
                slept.max(at.saturating_sub(read).as_secs())
            }),
        })
    }

    /// Draws the screen if it differs. The inner error means that the terminal is gone.
    fn draw(&mut self) -> Result<std::io::Result<()>, Failure> {
        let view = self.view_context()?;
        self.is_stale = false;
        self.tick = self.next_tick(view.now, self.uptime());
        let size = match terminal::size() {
            Ok(size) => size,
            Err(error) => return Ok(Err(error)),
        };
        let size = Size {
            width: size.0.into(),
            height: size.1.into(),
        };
        let lines = view::screen(&self.app, size, view);
        if lines == self.drawn && size == self.size {
            return Ok(Ok(()));
        }
        let mut shown = lines.iter().chain(&self.drawn);
        if shown.any(|line| has_emoji(line.text())) {
            // Characters of another width than counted leave pieces behind.
            self.screen.repaint();
        }
        let screen = ScreenWidget {
            lines: &lines,
            theme: self.theme,
        };
        let drawn = self
            .screen
            .draw(|frame| frame.render_widget(screen, frame.area()));
        (self.drawn, self.size) = (lines, size);
        Ok(drawn)
    }
}

/// Whether a text has characters that terminals draw in different widths: flags, and other emoji.
fn has_emoji(text: &str) -> bool {
    text.contains(|c| ('\u{1f000}'..'\u{e0000}').contains(&c))
}

const fn first_view(args: &ViewArgs) -> Tab {
    match args {
        ViewArgs { teams: true, .. } => Tab::Teams,
        ViewArgs { daily: true, .. } => Tab::Daily,
        ViewArgs { forecast: true, .. } => Tab::Forecast,
        _ => Tab::Overview,
    }
}
