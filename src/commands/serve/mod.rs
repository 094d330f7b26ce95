//! `tokmon serve`: the figures of a log over HTTP. This process listens and keeps a worker running, which reads the log and answers.

mod keeper;

use std::{
    ffi::OsString,
    net::{SocketAddr, TcpListener, ToSocketAddrs as _},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    time::Duration,
};

use anyhow::Context as _;

use super::{run::Run, watch::Event};
use crate::{
    analysis::{Rows, forecast::BacktestExtent},
    cli::ServeArgs,
    diagnostic::Findings,
    exit::ExitCode,
    failure::Failure,
    serve::{Hosts, Published, Server, Site},
    session::{MonthChoice, Session, ViewRequest},
    terminal::{self, Input},
};
use keeper::Keeper;

/// The option that makes this program a worker.
const WORKER: &str = "--worker";

/// Serves until a signal ends it. `words` is the whole command line, which a worker is started with.
pub fn run(
    args: &ServeArgs,
    words: &[OsString],
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    if run.global.output.is_some() {
        return Err(Failure::usage("--output cannot be combined with `serve`")
            .help("to write metrics to a file, use tokmon --format prometheus -o FILE"));
    }
    if args.worker {
        return work(args, run);
    }
    // What is wrong with the command line or the log is said now, and not again and again by workers.
    let mut session = session(run)?;
    session.watched_files()?;
    let log = session.locate()?;
    let now = run.now()?;
    let loaded = session.load(log, now, run.cx.input);
    loaded.map(drop).map_err(|refused| refused.failure)?;
    drop(session);
    let listener = listen(&args.listen)?;
    announce(&listener, run)?;
    supervise(&listener, args, words, run)
}

/// The figures that are served are those of `tokmon --json` for the current month.
fn session(run: &mut Run<'_, '_>) -> Result<Session, Failure> {
    let request = ViewRequest {
        month: MonthChoice::Current,
        rows: Rows::All,
        project: None,
        team: None,
        forecast_days: true,
        backtest: BacktestExtent::LastYear,
        budget: run.budget()?,
        findings: Findings::keeping(None),
        zone: run.zone(run.now()?),
    };
    Ok(Session::new(run.log_options(), request, run.locate()?))
}

fn listen(address: &str) -> Result<TcpListener, Failure> {
    let help = "write an address and a port, like 127.0.0.1:9184 or [::1]:9184";
    let wrong = || Failure::usage(format!("`{address}` is no address to listen on")).help(help);
    // Of several, the first that is one of this machine.
    let addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(|_| wrong())?.collect();
    let listener = TcpListener::bind(addresses.as_slice());
    Ok(listener.with_context(|| format!("cannot listen on {address}"))?)
}

/// Says where the figures are, and who can read them.
fn announce(listener: &TcpListener, run: &mut Run<'_, '_>) -> Result<(), Failure> {
    let at = listener.local_addr().context("cannot listen")?;
    run.note(format_args!(
        "serving http://{at}/ until Ctrl-C: /metrics, /health/budget, /report.json, /healthz"
    ));
    if !at.ip().to_canonical().is_loopback() {
        run.urgent_note(
            "every machine that reaches this address can read the figures: there is no password",
        );
    }
    Ok(())
}

#[cfg(unix)]
fn supervise(
    listener: &TcpListener,
    _: &ServeArgs,
    words: &[OsString],
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let mut words: Vec<OsString> = words.iter().skip(1).cloned().collect();
    // Behind `--` it would be no option.
    let end = words.iter().position(|word| word == "--");
    words.insert(end.unwrap_or(words.len()), WORKER.into());
    let supervisor = crate::serve::Supervisor::new(listener, words);
    let ended = supervisor.run(|crash| run.urgent_note(crash));
    let ended = ended.context("cannot keep the server running")?;
    Ok(match ended {
        // It is how a service is stopped, and no failure.
        crate::exit::EndingSignal::Terminate => ExitCode::Success,
        ending => ending.into(),
    })
}

/// Elsewhere a socket cannot be handed to another process so easily: a crash ends it.
#[cfg(not(unix))]
fn supervise(
    listener: &TcpListener,
    args: &ServeArgs,
    _: &[OsString],
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    keep(listener.try_clone().context("cannot listen")?, args, run)
}

#[cfg(unix)]
fn work(args: &ServeArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let listener = crate::serve::inherited_listener().context("cannot listen")?;
    keep(listener, args, run)
}

#[cfg(not(unix))]
fn work(_: &ServeArgs, _: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    Err(Failure::usage(format!(
        "{WORKER} is for this program itself"
    )))
}

/// Reads the log, and answers with what it says. Where its settings cannot be read, as they could when this began, the answer is that.
fn keep(
    listener: TcpListener,
    args: &ServeArgs,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    /// How often it is tried again.
    const RETRY: Duration = Duration::from_millis(500);
    let listening = args.listen.rsplit_once(':').map(|(name, _)| name);
    let names = args.allow_host.iter().map(String::as_str);
    let hosts = Hosts::new(names.chain(listening));
    let (send, receive) = mpsc::channel();
    stop_on_signals(&send)?;
    let mut service = Service::new(listener, hosts, send.clone());
    loop {
        match session(run) {
            Ok(session) => {
                Keeper::new(session, run, &send, receive)?.serve(&mut service)?;
                break;
            }
            Err(failure) => service.publish(keeper::without_figures(&failure)?)?,
        }
        if receive.recv_timeout(RETRY) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    service.stop()?;
    Ok(ExitCode::Success)
}

/// The server, from the first time on that there is anything to serve.
struct Service {
    /// What it starts with.
    parts: Option<(TcpListener, Hosts)>,
    send: Sender<Event>,
    started: Option<(Server, Published)>,
}

impl Service {
    const fn new(listener: TcpListener, hosts: Hosts, send: Sender<Event>) -> Self {
        Self {
            parts: Some((listener, hosts)),
            send,
            started: None,
        }
    }

    /// Serves this from now on.
    fn publish(&mut self, site: Site) -> Result<(), Failure> {
        if let Some((_, published)) = &self.started {
            published.publish(site);
        } else if let Some((listener, hosts)) = self.parts.take() {
            let published = Published::new(site);
            let send = self.send.clone();
            let failed = move || {
                let _ = send.send(Event::Input(Input::Gone));
            };
            let server = Server::start(listener, published.clone(), hosts, failed);
            self.started = Some((server.context("cannot serve")?, published));
        }
        Ok(())
    }

    fn stop(self) -> Result<(), Failure> {
        let stopped = self.started.map_or(Ok(()), |(server, _)| server.stop());
        Ok(stopped.context("cannot serve")?)
    }
}

/// Sends the end when a signal says so, and when the process that started this one is gone: it holds the other end of the output.
fn stop_on_signals(send: &Sender<Event>) -> Result<(), Failure> {
    let gone = send.clone();
    terminal::when_unread(move || {
        let _ = gone.send(Event::Input(Input::Gone));
    });
    let ended = send.clone();
    let listening = terminal::when_ended(move || {
        let _ = ended.send(Event::Input(Input::Gone));
    });
    Ok(listening.context("cannot listen for signals")?)
}
