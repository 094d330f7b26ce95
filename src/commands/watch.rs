//! `tokmon --watch`: follows the files and shows what they say; on a terminal as a dashboard, elsewhere with a line per change.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    time::Duration,
};

use chrono::{DateTime, FixedOffset, Timelike};

use super::{
    Context, edit,
    load::{self, Asked, Figures},
    locate::{self, Watched},
};
use crate::{
    analysis::Rows,
    cli::{GlobalArgs, ViewArgs, WatchArgs},
    exit::{ExitStatus, Failure},
    model::Level,
    render::Style,
    store,
    terminal::{self, EXIT_HUNG_UP, Input, Listener, Screen, Signal},
    text::Document,
    tui::{
        App, Effect, Flash, Following, Reading, Snapshot,
        draw::{self, Theme},
        message,
        view::{self, Look, Row, Size},
    },
    watch::{Coalesce, Source, Watch},
};

/// How often the files are looked at beside what the system tells: some file systems tell nothing.
const LOOK: Duration = Duration::from_secs(3);

/// A window that is dragged tells of many sizes: so long after the first of them, that of the moment is drawn.
const SETTLE: Duration = Duration::from_millis(16);

/// So long after a hint, others are not listened to: in a storm, hearing each would take longer than reading.
const DEAF: Duration = Duration::from_millis(25);

/// Everything is shown: the rows of late, and days for the picture.
const ALL: Asked = Asked {
    rows: Rows::Newest(5_000),
    forecast_days: true,
};

/// What wakes the loop.
#[derive(Clone, Copy)]
enum Event {
    Input(Input),
    /// A file may have changed.
    Hint,
}

/// Follows the files until somebody ends it.
pub(super) fn run(
    args: &ViewArgs,
    watching: &WatchArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let watched = locate::watched(global, &[], cx)?;
    let (send, receive) = mpsc::channel();
    let files = Files::watch(&watched, watching, &send);
    let mut following = Follower {
        args,
        global,
        cx,
        watched,
        figures: None,
        files,
        receive,
    };
    if watching.follow || !following.cx.is_screen() {
        terminal::when_unread(move || {
            let _ = send.send(Event::Input(Input::Gone));
        });
        return following.in_lines();
    }
    if !following.cx.input_is_terminal {
        return Err(Failure::usage("--watch needs a keyboard")
            .help("--follow writes a line for each change, and reads no keys"));
    }
    following.on_screen(watching, send)
}

/// The files, and when they are to be read again.
struct Files {
    watch: Watch,
    coalesce: Coalesce,
    /// A hint is on its way, or was heard just now: more of them say nothing new.
    pending: Arc<AtomicBool>,
    /// When hints are listened to again.
    deaf: Option<Duration>,
    /// When they are looked at next.
    look: Duration,
}

impl Files {
    fn watch(watched: &Watched, watching: &WatchArgs, send: &Sender<Event>) -> Self {
        let pending = Arc::new(AtomicBool::new(false));
        let (flag, send) = (Arc::clone(&pending), send.clone());
        let hint = move || {
            if !flag.swap(true, Ordering::SeqCst) {
                // Nobody listens any more: the run is ending.
                let _ = send.send(Event::Hint);
            }
        };
        let poll = watching.poll.map(Duration::from_secs);
        let mut files = Self {
            watch: Watch::start(watched.files(), poll, hint),
            coalesce: Coalesce::default(),
            pending,
            deaf: None,
            look: Duration::ZERO,
        };
        files.look = files.every();
        files
    }

    /// How often they are looked at.
    const fn every(&self) -> Duration {
        match self.watch.source() {
            Source::Polling { every, .. } => *every,
            Source::Events | Source::Lost(_) => LOOK,
        }
    }

    /// A hint has come.
    fn hinted(&mut self, at: Duration) {
        self.deaf = Some(at + DEAF);
        self.coalesce.hint(at);
    }

    fn listen(&mut self) {
        self.deaf = None;
        self.pending.store(false, Ordering::SeqCst);
    }

    /// Whether they are to be read now.
    fn is_due(&mut self, at: Duration) -> bool {
        if self.deaf.is_some_and(|deaf| deaf <= at) {
            self.listen();
        }
        if at >= self.look {
            if self.watch.look() {
                self.coalesce.hint(at);
            }
            self.look = at + self.every();
        }
        self.coalesce.due().is_some_and(|due| due <= at)
    }

    /// They are read now.
    fn reading(&mut self, at: Duration) {
        // What changes from here on may not be in what is read.
        self.listen();
        self.watch.seen();
        self.coalesce.read(at);
    }

    /// They are not read now. Whether there is anything new to read.
    fn skip(&mut self, at: Duration) -> bool {
        self.listen();
        self.coalesce.read(at);
        self.watch.look()
    }

    /// They were read, and these are the ones that matter from here on.
    fn done(&mut self, matter: Option<Vec<PathBuf>>, at: Duration) {
        self.coalesce.done(at);
        if matter.is_some_and(|matter| self.watch.follow(matter)) {
            self.coalesce.hint(at);
        }
    }

    /// When to wake for them.
    fn wake(&self) -> Duration {
        let due = self.coalesce.due().into_iter().chain(self.deaf);
        due.fold(self.look, Duration::min)
    }

    fn following(&self) -> Following {
        match self.watch.source() {
            Source::Events => Following::Events,
            Source::Polling { every, because } => Following::Polling {
                every: *every,
                fallback: because.is_some(),
            },
            Source::Lost(_) => Following::Lost,
        }
    }
}

struct Follower<'a, 'w> {
    args: &'a ViewArgs,
    global: &'a GlobalArgs,
    cx: &'a mut Context<'w>,
    watched: Watched,
    /// What the files said when they were last read.
    figures: Option<Figures>,
    files: Files,
    receive: Receiver<Event>,
}

impl Follower<'_, '_> {
    fn now(&self) -> Result<DateTime<FixedOffset>, Failure> {
        self.cx.now(self.global)
    }

    /// Reads the files.
    fn read(&mut self) -> Result<Reading, Failure> {
        self.files.reading((self.cx.uptime)());
        let now = self.now()?;
        let mut months = None;
        let reading = match load::read(self.args, self.global, ALL, self.cx) {
            Ok(read) => {
                let (problem, findings) = (read.found.problem(), read.found.counted());
                let report = read.figures.report(now);
                self.figures = Some(read.figures);
                months = Some(read.months);
                Reading::Good(Box::new(Snapshot {
                    report,
                    problem,
                    findings,
                }))
            }
            Err(_) if !store::is_file(&self.watched.log) => {
                Reading::Gone(self.watched.shown.clone())
            }
            Err(unread) => {
                let found = unread.found.and_then(|found| found.problem());
                Reading::Bad(found.unwrap_or_else(|| unread.failure.to_string()))
            }
        };
        // Where the settings cannot be read, what mattered before still does.
        let watched = months.and_then(|months| locate::watched(self.global, &months, self.cx).ok());
        let matter = watched.map(|watched| {
            self.watched = watched;
            self.watched.files()
        });
        self.files.done(matter, (self.cx.uptime)());
        Ok(reading)
    }

    /// When to wake for the files. Between a bad reading and its second try they are not read: whoever writes in parts may be
    /// at it still.
    fn wake(&self, app: &App) -> Duration {
        app.retry.unwrap_or_else(|| self.files.wake())
    }

    /// Whether the files are to be read now.
    fn is_due(&mut self, app: &App, at: Duration) -> bool {
        match app.retry {
            Some(retry) => retry <= at,
            None => self.files.is_due(at),
        }
    }

    /// The next event; none where something else is due before one comes.
    fn next(&self, wake: Duration) -> Option<Event> {
        let left = wake.saturating_sub((self.cx.uptime)());
        self.receive.recv_timeout(left).ok()
    }

    /// A line at the start, and one for each change, as long as somebody reads them.
    fn in_lines(&mut self) -> Result<ExitStatus, Failure> {
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

    fn on_screen(
        &mut self,
        watching: &WatchArgs,
        send: Sender<Event>,
    ) -> Result<ExitStatus, Failure> {
        let failed = |error: std::io::Error| Failure::io("cannot use the terminal", &error);
        let listener = Listener::start(move |input| {
            let _ = send.send(Event::Input(input));
        })
        .map_err(failed)?;
        let style = self.cx.style(self.global);
        let true_color = self.cx.environment.is_true_color();
        let theme = watching.theme.able(style.ink, true_color);
        let mut app = App::default();
        app.bell = watching.bell;
        let mut dashboard = Dashboard {
            frozen: self.cx.is_frozen(self.global),
            follower: self,
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
        };
        dashboard.run()
    }
}

struct Dashboard<'f, 'a, 'w> {
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
    drawn: Vec<Row>,
    size: Size,
}

/// How it goes on.
type Flow = Option<ExitStatus>;

impl Dashboard<'_, '_, '_> {
    fn run(&mut self) -> Result<ExitStatus, Failure> {
        self.read()?;
        loop {
            if self.is_stale && self.settled.is_none() && self.draw()?.is_err() {
                return Ok(ExitStatus::Failed(EXIT_HUNG_UP));
            }
            // Whatever has come by now is answered before anything is drawn.
            let mut event = self.follower.next(self.wake());
            while let Some(next) = event {
                if let Some(status) = self.answer(next)? {
                    return Ok(status);
                }
                event = self.follower.receive.try_recv().ok();
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
        if self.catch_up()? == Some(Effect::Ring) {
            self.ring();
        }
        Ok(())
    }

    /// Reads the files, and shows what came of it.
    fn catch_up(&mut self) -> Result<Option<Effect>, Failure> {
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
        if self.app.pause.is_none() || self.app.retry.is_some() {
            return self.read();
        }
        if self.follower.files.skip(at) {
            self.is_stale = true;
            self.app.changed();
        }
        self.tell_time()
    }

    /// Lets every cell be drawn anew.
    fn repaint(&mut self) {
        self.is_stale = true;
        self.screen.repaint();
        self.drawn.clear();
    }

    /// Makes the report anew where a minute has passed since: rates and days depend on the time.
    fn tell_time(&mut self) -> Result<(), Failure> {
        let now = self.follower.now()?;
        let Some(latest) = &mut self.app.latest else {
            return Ok(());
        };
        let minute = |time: DateTime<FixedOffset>| time.timestamp().div_euclid(60);
        let later = minute(now) != minute(latest.report.now);
        // What was read last and is not shown must not come in by this way.
        let is_shown = self.app.trouble.is_none() && self.app.retry.is_none();
        if let Some(figures) = self.follower.figures.as_ref().filter(|_| later && is_shown) {
            latest.report = figures.report(now);
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
            Input::Gone => Ok(Some(ExitStatus::Failed(EXIT_HUNG_UP))),
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
            Input::Signal(signal) => Ok(signal.exit_code().map(ExitStatus::Failed)),
            Input::Key(key) => {
                let message = message::of(key, self.app.typing, self.app.help.is_some());
                let look = self.look()?;
                let shown = view::extent(&self.app, self.size, look);
                let now = look.now.time();
                let effect = message.and_then(|message| self.app.update(message, shown, now));
                effect.map_or(Ok(None), |effect| self.act(&effect))
            }
        }
    }

    fn act(&mut self, effect: &Effect) -> Result<Flow, Failure> {
        match *effect {
            Effect::Quit(0) => return Ok(Some(ExitStatus::Clean)),
            Effect::Quit(code) => return Ok(Some(ExitStatus::Failed(code))),
            Effect::Read => self.read()?,
            Effect::Repaint => self.repaint(),
            Effect::Suspend => return self.suspend(),
            Effect::Edit(document, line) => return self.edit(document, line),
            Effect::Ring => self.ring(),
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
            return Ok(Some(ExitStatus::Failed(EXIT_HUNG_UP)));
        }
        self.repaint();
        // Whoever comes back looks at the screen anyway.
        self.catch_up()?;
        Ok(None)
    }

    fn edit(&mut self, document: Document, line: usize) -> Result<Flow, Failure> {
        let path = self.follower.watched.path_of(document);
        let mut command = edit::command(&self.follower.cx.environment, path, line);
        let ended = terminal::edit(&mut self.screen, &self.listener, &mut command);
        let told = match &ended {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("editor exited {}", status.code().unwrap_or(1))),
            Err(error) => Some(format!("cannot start the editor: {error}")),
        };
        if let Some(message) = told {
            let until = self.uptime() + Duration::from_secs(10);
            self.app.flash = Some(Flash {
                message,
                level: Level::Note,
                until,
            });
        }
        self.again(&Ok(()))
    }

    fn look(&self) -> Result<Look, Failure> {
        let at = self.uptime();
        let age = self.app.read_at.filter(|_| !self.frozen);
        Ok(Look {
            style: self.style,
            now: self.follower.now()?,
            age: age.map(|(_, read)| at.saturating_sub(read).as_secs()),
        })
    }

    /// Draws what is not drawn yet. The outer failure is ours, the inner one says that the terminal is gone.
    fn draw(&mut self) -> Result<std::io::Result<()>, Failure> {
        let look = self.look()?;
        self.is_stale = false;
        self.tick = self.next_tick(look.now, self.uptime());
        let size = match terminal::size() {
            Ok(size) => size,
            Err(error) => return Ok(Err(error)),
        };
        let size = Size {
            width: size.0.into(),
            height: size.1.into(),
        };
        let rows = view::screen(&self.app, size, look);
        if rows == self.drawn && (size.width, size.height) == (self.size.width, self.size.height) {
            return Ok(Ok(()));
        }
        let theme = self.theme;
        let drawn = self.screen.draw(|frame| {
            let screen = draw::Screen { rows: &rows, theme };
            frame.render_widget(screen, frame.area());
        });
        (self.drawn, self.size) = (rows, size);
        Ok(drawn)
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
