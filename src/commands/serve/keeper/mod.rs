//! Reads the log when it changed, renders what is served, and renders it again when time has changed the figures. A log that cannot be
//! read leaves the last good figures, marked as stale.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, SecondsFormat, Timelike as _};
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::Service;
use crate::{
    analysis::{StatusReport, guard::DecisionCounts},
    commands::{
        guard,
        run::Run,
        watch::{Event, ReadScheduler},
    },
    diagnostic::Findings,
    failure::Failure,
    model::Month,
    render::{
        self, Format, OutputStyle, Page, View,
        metrics::{Exposition, MetricsPage, health, metrics},
    },
    serve::{Body, Figures, Site},
    session::{LoadFailure, Session},
};

/// The delay before a log that cannot be read is tried again: editors write in two parts.
const GRACE: Duration = Duration::from_millis(150);

/// How long the last good figures are served while a new row cannot be read: it may be half typed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether time has changed the figures.
const TICK: Duration = Duration::from_secs(5);

/// The figures as they were read and rendered.
struct Rendered {
    report: StatusReport,
    projects: Vec<StatusReport>,
    findings: Findings,
    /// All of the report, as JSON.
    json: Vec<u8>,
}

/// Since when the figures are older than the log, and why.
struct Stale {
    since: DateTime<FixedOffset>,
    reason: String,
}

pub struct Keeper<'k, 'r, 'w> {
    session: Session,
    run: &'k mut Run<'r, 'w>,
    scheduler: ReadScheduler,
    receive: Receiver<Event>,
    rendered: Option<Rendered>,
    stale: Option<Stale>,
    /// What `tokmon guard` decided until now.
    decisions: DecisionCounts,
    /// When a bad reading is tried again.
    retry: Option<Duration>,
    /// When figures are served even if rows cannot be read.
    patience: Option<Duration>,
    next_tick: Duration,
}

impl<'k, 'r, 'w> Keeper<'k, 'r, 'w> {
    pub fn new(
        session: Session,
        run: &'k mut Run<'r, 'w>,
        send: &Sender<Event>,
        receive: Receiver<Event>,
    ) -> Result<Self, Failure> {
        let scheduler = ReadScheduler::watch(&session.watched_files()?, None, send);
        Ok(Self {
            session,
            run,
            scheduler,
            receive,
            rendered: None,
            stale: None,
            decisions: DecisionCounts::default(),
            retry: None,
            patience: None,
            next_tick: TICK,
        })
    }

    /// Serves until it is to stop.
    pub fn serve(&mut self, service: &mut Service) -> Result<(), Failure> {
        self.count_decisions();
        self.read()?;
        service.publish(self.site()?)?;
        loop {
            match self.receive.recv_timeout(self.wait()) {
                Ok(Event::Hint) => self.scheduler.hinted(self.uptime()),
                Ok(Event::Input(_)) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(Event::Notified) | Err(RecvTimeoutError::Timeout) => {}
            }
            let is_changed = if self.is_due() {
                self.read()?
            } else {
                self.tick()?
            };
            if is_changed {
                service.publish(self.site()?)?;
            }
        }
    }

    fn uptime(&self) -> Duration {
        (self.run.cx.uptime)()
    }

    fn now(&self) -> Result<DateTime<FixedOffset>, Failure> {
        self.run.now_in(self.session.timezone())
    }

    /// How long nothing is due.
    fn wait(&self) -> Duration {
        let read = self.retry.unwrap_or_else(|| {
            let patience = self.patience.into_iter();
            patience.fold(self.scheduler.wake(), Duration::min)
        });
        read.min(self.next_tick).saturating_sub(self.uptime())
    }

    /// Whether the files are to be read. Between a bad reading and its second try they are not: another program may still be writing.
    fn is_due(&mut self) -> bool {
        let at = self.uptime();
        match self.retry {
            Some(retry) => retry <= at,
            None => self.scheduler.is_due(at) || self.patience.is_some_and(|end| end <= at),
        }
    }

    /// Reads the files. Returns whether anything else is to be served.
    fn read(&mut self) -> Result<bool, Failure> {
        self.scheduler.reading(self.uptime());
        let read = self.load();
        let watched = read.is_ok().then(|| self.session.watched_files().ok());
        let files = watched.flatten().map(|watched| watched.files);
        self.scheduler.done(files, self.uptime());
        let at = self.uptime();
        match read {
            Ok(report)
                if self.is_no_worse(&report) || self.patience.is_some_and(|end| end <= at) =>
            {
                self.rendered = Some(self.render(report)?);
                (self.stale, self.retry, self.patience) = (None, None, None);
                Ok(true)
            }
            Ok(report) => {
                self.patience.get_or_insert(at + PATIENCE);
                let rows = report.log.unreadable_rows;
                self.broken(format!("rows that cannot be read: {rows}"), at)
            }
            Err(reason) => {
                self.patience = None;
                self.broken(reason, at)
            }
        }
    }

    /// The report by what the files say now, or why there is none.
    fn load(&mut self) -> Result<StatusReport, String> {
        let mut report = || -> Result<StatusReport, LoadFailure> {
            let log = self.session.locate()?;
            let timezone = log.settings.timezone.as_deref();
            let now = self.run.now_in(timezone)?;
            self.session.set_zone(self.run.zone_in(timezone, now));
            let (_, report) = self.session.load(log, now, self.run.cx.input)?;
            Ok(report)
        };
        report().map_err(|refused| refused.failure.to_string())
    }

    /// Whether a report has no more unreadable rows than the one that is served.
    fn is_no_worse(&self, report: &StatusReport) -> bool {
        let served = self.rendered.as_ref();
        served.is_none_or(|served| report.log.unreadable_rows <= served.report.log.unreadable_rows)
    }

    /// Marks the figures as stale, unless this is the first try.
    fn broken(&mut self, reason: String, at: Duration) -> Result<bool, Failure> {
        let is_second = self.stale.is_some() || self.rendered.is_none();
        let retry = *self.retry.get_or_insert(at + GRACE);
        if !is_second && retry > at {
            return Ok(false);
        }
        self.retry = None;
        let since = match self.stale.take() {
            Some(stale) => stale.since,
            None => self.now()?,
        };
        self.stale = Some(Stale { since, reason });
        Ok(true)
    }

    /// Looks whether the guard has decided anything since. Returns whether anything else is to be served.
    fn count_decisions(&mut self) -> bool {
        let counts = guard::counts(self.session.log_files());
        let is_new = counts != self.decisions;
        self.decisions = counts;
        is_new
    }

    /// Looks now and then whether anything but the log has changed what is to be served: time, or the decisions of the guard.
    fn tick(&mut self) -> Result<bool, Failure> {
        if self.uptime() < self.next_tick {
            return Ok(false);
        }
        self.next_tick = self.uptime() + TICK;
        let is_counted = self.count_decisions();
        Ok(self.render_later()? || is_counted)
    }

    /// Renders the figures again where time has changed them: at each hour, for the forecast; when a hold ends; and in a new month,
    /// for which the files are read.
    fn render_later(&mut self) -> Result<bool, Failure> {
        let now = self.now()?;
        let Some(rendered) = self.rendered.as_ref().filter(|_| self.patience.is_none()) else {
            return Ok(false);
        };
        let before = &rendered.report;
        if !before.month.contains(now.date_naive()) {
            return self.read();
        }
        let hour = |time: &DateTime<FixedOffset>| (time.date_naive(), time.hour());
        let is_new_hour = hour(&now) != hour(&before.now);
        // Only what is reserved changes within an hour.
        if !is_new_hour && before.held().0 == 0 {
            return Ok(false);
        }
        let report = self.session.report(now);
        let report = report.filter(|report| is_new_hour || report.reserved != before.reserved);
        let Some(report) = report else {
            return Ok(false);
        };
        self.rendered = Some(self.render(report)?);
        Ok(true)
    }

    fn render(&self, report: StatusReport) -> Result<Rendered, Failure> {
        let mut json = Vec::new();
        let mut findings = Findings::default();
        if let Some(files) = self.session.files() {
            findings = files.findings.clone();
            let page = Page {
                report: &report,
                findings: &files.findings,
                files: &files.files,
                is_quiet: false,
            };
            page.write(&[View::Status], Format::Json, OutputStyle::PLAIN, &mut json)
                .context("cannot render the report")?;
        }
        Ok(Rendered {
            projects: self.session.project_reports(&report),
            findings,
            json,
            report,
        })
    }

    /// What is to be served now.
    fn site(&self) -> Result<Site, Failure> {
        let time = |at: DateTime<FixedOffset>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let figures = self
            .rendered
            .as_ref()
            .map(|of| self.figures(of))
            .transpose()?;
        let stale = self.stale.as_ref();
        let stale_since = stale.map(|stale| time(stale.since));
        let healthz = healthz(&Healthz {
            schema_version: 1,
            status: if stale.is_some() { "fail" } else { "pass" },
            month: self.rendered.as_ref().map(|of| of.report.month),
            stale_since: stale_since.clone(),
            reason: stale.map(|stale| stale.reason.clone()),
        })?;
        Ok(Site {
            figures,
            is_healthy: stale.is_none(),
            healthz,
            stale_since,
        })
    }

    fn figures(&self, of: &Rendered) -> Result<Figures, Failure> {
        let is_stale = self.stale.is_some();
        let page = MetricsPage {
            report: &of.report,
            findings: &of.findings,
            decisions: &self.decisions,
            stale: Some(is_stale),
        };
        let mut health = Vec::new();
        let name = self.session.log_files().folder_name();
        health::health(
            &of.report,
            &of.projects,
            name.as_deref(),
            is_stale,
            &mut health,
        )
        .context("cannot render the health")?;
        let metrics = |format| metrics(&page, format).into_bytes();
        Ok(Figures {
            prometheus: Body::new(Body::PROMETHEUS, metrics(Exposition::Prometheus)),
            openmetrics: Body::new(Body::OPENMETRICS, metrics(Exposition::OpenMetrics)),
            health: Body::new(Body::JSON, health),
            report: Body::new(Body::JSON, of.json.clone()),
        })
    }
}

/// Whether the figures are those of the log.
#[skip_serializing_none]
#[derive(Serialize)]
struct Healthz {
    schema_version: u32,
    /// `pass` or `fail`.
    status: &'static str,
    month: Option<Month>,
    stale_since: Option<String>,
    reason: Option<String>,
}

fn healthz(of: &Healthz) -> Result<Body, Failure> {
    let mut body = Vec::new();
    render::write_json(of, &mut body).context("cannot render /healthz")?;
    Ok(Body::new(Body::JSON, body))
}

/// What is served before the log could be read.
pub fn without_figures(why: &Failure) -> Result<Site, Failure> {
    Ok(Site {
        figures: None,
        is_healthy: false,
        healthz: healthz(&Healthz {
            schema_version: 1,
            status: "fail",
            month: None,
            stale_since: None,
            reason: Some(why.to_string()),
        })?,
        stale_since: None,
    })
}

#[cfg(test)]
mod tests;
