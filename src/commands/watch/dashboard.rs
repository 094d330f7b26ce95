//! The dashboard in a terminal: a loop that sleeps until a key, a change or a time calls, and draws what differs.

use std::{sync::mpsc::Sender, time::Duration};

use chrono::{DateTime, FixedOffset, Timelike};

use super::Event;
use crate::{
    cli::{ViewArgs, WatchArgs},
    commands::{edit, watch::follower::Follower},
    exit::ExitCode,
    failure::Failure,
    render::{Style, StyledLine, Theme},
    terminal::{self, Input, Listener, Screen, Signal},
    text::FileId,
    tui::{
        App, Effect, FLASH, Flash, Reading, Tab,
        draw::ScreenWidget,
        message,
        view::{self, Size, ViewContext},
    },
};

/// A window that is dragged tells of many sizes: so long after the first of them, that of the moment is drawn.
const SETTLE: Duration = Duration::from_millis(16);

/// The longest that keys are answered without drawing.
const FRAME: Duration = Duration::from_millis(50);

pub struct Dashboard<'f, 'a, 'w> {
    follower: &'f mut Follower<'a, 'w>,
    app: App,
    screen: Screen,
    listener: Listener,
    style: Style,
    theme: Theme,
    /// Time stands still: it was given.
    frozen: bool,
    /// What was drawn may not be what there is to see.
    is_stale: bool,
    /// When what was drawn shows another time.
    tick: Option<Duration>,
    /// When the size is taken for one that stays.
    settled: Option<Duration>,
    /// What was drawn last.
    drawn: Vec<StyledLine>,
    size: Size,
}

/// How it goes on.
type Flow = Option<ExitCode>;

impl<'f, 'a, 'w> Dashboard<'f, 'a, 'w> {
    /// Takes the terminal.
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
        let style = follower.cx.style(follower.global);
        let depth = follower.cx.environment.color_depth();
        let theme = watching.theme.supported(style.color, depth);
        let mut app = App::default();
        app.bell = watching.bell;
        app.tab = first_view(args);
        Ok(Self {
            frozen: follower.cx.is_frozen(follower.global),
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
            size: Size {
                width: 0,
                height: 0,
            },
        })
    }
}

impl Dashboard<'_, '_, '_> {
    /// Shows what there is to see until somebody ends it.
    pub fn run(&mut self, first: Reading) -> Result<ExitCode, Failure> {
        let (now, at) = (self.follower.now()?, self.uptime());
        self.app.take(first, now, at);
        loop {
            if self.is_stale && self.settled.is_none() && self.draw()?.is_err() {
                return Ok(ExitCode::HungUp);
            }
            // Whatever has come by now is answered before anything is drawn, but a key that is held starves no screen.
            let mut event = self.follower.next(self.wake());
            let start = self.uptime();
            while let Some(next) = event {
                if let Some(status) = self.answer(next)? {
                    return Ok(status);
                }
                let has_time = self.uptime() < start + FRAME;
                event = has_time
                    .then(|| self.follower.receive.try_recv().ok())
                    .flatten();
            }
            self.due()?;
        }
    }

    fn answer(&mut self, event: Event) -> Result<Flow, Failure> {
        match event {
            Event::Input(input) => {
                self.is_stale = true;
                self.input(input)
            }
            Event::Hint => {
                let at = self.uptime();
                self.follower.files.hinted(at);
                Ok(None)
            }
        }
    }

    fn uptime(&self) -> Duration {
        (self.follower.cx.uptime)()
    }

    /// Reads the files, shows what came of it, and rings where that is worth it.
    fn read(&mut self) -> Result<(), Failure> {
        if self.catch_up()? {
            self.ring();
        }
        Ok(())
    }

    /// Reads the files, and shows what came of it. Whether that is worth a ring.
    fn catch_up(&mut self) -> Result<bool, Failure> {
        let reading = self.follower.read()?;
        let (now, at) = (self.follower.now()?, self.uptime());
        self.is_stale = true;
        Ok(self.app.take(reading, now, at))
    }

    fn ring(&mut self) {
        // That a terminal cannot ring is no failure.
        let _ = self
            .follower
            .cx
            .out
            .write_all(b"\x07")
            .and_then(|()| self.follower.cx.out.flush());
    }

    /// Does what has become due.
    fn due(&mut self) -> Result<(), Failure> {
        let at = self.uptime();
        let is_due = |time: Option<Duration>| time.is_some_and(|time| time <= at);
        let following = self.follower.files.following();
        let is_over = is_due(self.app.flash.as_ref().map(|flash| flash.until));
        self.is_stale |= following != self.app.following || is_over || is_due(self.tick);
        self.app.following = following;
        if is_over {
            self.app.flash = None;
        }
        if is_due(self.settled) {
            // A terminal may have lost what it showed on the way, even where the size is the old one again.
            self.settled = None;
            self.repaint();
        }
        if !self.follower.is_due(&self.app, at) {
            return self.tell_time();
        }
        if self.app.pause.is_none() {
            return self.read();
        }
        if self.follower.files.skip(at) {
            self.is_stale = true;
            self.app.count_change();
        }
        self.tell_time()
    }

    /// Lets every cell be drawn anew.
    fn repaint(&mut self) {
        self.is_stale = true;
        self.screen.repaint();
        self.drawn.clear();
    }

    /// Makes the report anew where a minute has passed since: rates and days depend on the time. Another day looks back on others,
    /// so that everything is read again.
    fn tell_time(&mut self) -> Result<(), Failure> {
        let now = self.follower.now()?;
        // What was read last and is not shown must not come in by this way.
        let app = &mut self.app;
        let is_shown = app.read_error.is_none() && app.retry.is_none() && app.pause.is_none();
        let Some(latest) = app.latest.as_mut().filter(|_| is_shown) else {
            return Ok(());
        };
        let then = latest.report.now;
        if now.date_naive() != then.date_naive() {
            return self.read();
        }
        let minute = |time: DateTime<FixedOffset>| time.timestamp().div_euclid(60);
        if minute(now) != minute(then)
            && let Some(report) = self.follower.session.report(now)
        {
            latest.report = report;
            self.is_stale = true;
        }
        Ok(())
    }

    /// When to wake at the latest.
    fn wake(&self) -> Duration {
        let flash = self.app.flash.as_ref().map(|flash| flash.until);
        let wakes = [self.tick, self.settled, flash].into_iter().flatten();
        wakes.fold(self.follower.wake(&self.app), Duration::min)
    }

    /// When a time that is drawn now is told differently.
    fn next_tick(&self, now: DateTime<FixedOffset>, at: Duration) -> Option<Duration> {
        let minute = at + Duration::from_secs(60 - u64::from(now.second()));
        let age = self
            .app
            .read_at
            .map(|(_, read)| read + next_age(at.saturating_sub(read)));
        let tick = age.map_or(minute, |age| age.min(minute));
        (!self.frozen).then_some(tick)
    }

    fn input(&mut self, input: Input) -> Result<Flow, Failure> {
        match input {
            Input::Gone => Ok(Some(ExitCode::HungUp)),
            Input::Resize => {
                let settled = self.uptime() + SETTLE;
                self.settled.get_or_insert(settled);
                Ok(None)
            }
            Input::Signal(Signal::Stop) => self.suspend(),
            Input::Signal(Signal::Continue) => {
                let resumed = self.screen.resume();
                self.again(&resumed)
            }
            Input::Signal(signal) => Ok(signal.exit_code()),
            Input::Key(key) => {
                let message = message::of(key, self.app.typing, self.app.open());
                let view = self.view_context()?;
                let now = view.now.time();
                let effect = message.and_then(|message| {
                    // Counting the lines of a long text takes time: only whoever moves in it has to know.
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
            Effect::Read => self.read()?,
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

    /// Goes on after the terminal was somebody else's.
    fn again(&mut self, returned: &std::io::Result<()>) -> Result<Flow, Failure> {
        if returned.is_err() {
            return Ok(Some(ExitCode::HungUp));
        }
        self.repaint();
        if self.app.pause.is_none() {
            // Whoever comes back looks at the screen anyway.
            self.catch_up()?;
        }
        Ok(None)
    }

    fn edit(&mut self, file: FileId, line: usize) -> Result<Flow, Failure> {
        let path = self.follower.read_files.path(file);
        let path = path.unwrap_or(&self.follower.watched.log);
        let told = match edit::command(&self.follower.cx.environment, path, line) {
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
        if let Some(message) = told {
            let until = self.uptime() + FLASH;
            self.app.flash = Some(Flash {
                message,
                level: None,
                until,
            });
        }
        self.again(&Ok(()))
    }

    fn view_context(&self) -> Result<ViewContext, Failure> {
        let at = self.uptime();
        let now = self.follower.now()?;
        let age = self.app.read_at.filter(|_| !self.frozen);
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

    /// Draws what is not drawn yet. The outer failure is ours, the inner one says that the terminal is gone.
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
        if lines == self.drawn && (size.width, size.height) == (self.size.width, self.size.height) {
            return Ok(Ok(()));
        }
        let theme = self.theme;
        if lines
            .iter()
            .chain(&self.drawn)
            .any(|line| has_emoji(line.text()))
        {
            // What a terminal draws otherwise than it is counted leaves pieces behind.
            self.screen.repaint();
        }
        let drawn = self.screen.draw(|frame| {
            let screen = ScreenWidget {
                lines: &lines,
                theme,
            };
            frame.render_widget(screen, frame.area());
        });
        (self.drawn, self.size) = (lines, size);
        Ok(drawn)
    }
}

/// Whether there are characters in a text that terminals draw in different widths: flags, and other emoji.
fn has_emoji(text: &str) -> bool {
    text.chars()
        .any(|c| ('\u{1f000}'..'\u{e0000}').contains(&c))
}

/// The view that is asked for.
const fn first_view(args: &ViewArgs) -> Tab {
    match args {
        ViewArgs { teams: true, .. } => Tab::Teams,
        ViewArgs { daily: true, .. } => Tab::Daily,
        ViewArgs { forecast: true, .. } => Tab::Forecast,
        _ => Tab::Overview,
    }
}

/// When an age is told differently next: by the second up to ten, by ten up to a minute, then by the minute.
fn next_age(age: Duration) -> Duration {
    let seconds = age.as_secs();
    let step = match seconds {
        0..10 => 1,
        10..60 => 10,
        _ => 60,
    };
    Duration::from_secs((seconds / step + 1) * step)
}
