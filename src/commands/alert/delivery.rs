//! Sends notices: runs the program, and writes down in the log that they went out. In this order, so that a notice is sent twice where
//! a run is cut short between the two, and never lost.

use std::time::Duration;

use super::AlertPlan;
use crate::{
    analysis::{DueNotice, StatusReport, is_due},
    edit,
    exit::ExitCode,
    failure::Failure,
    log::{self, Item},
    model::{Currency, LineEvent, Money, Notice, NoticeAmount},
    program::{ProgramFailure, ProgramInput},
    render::{NoticeDocument, escape_unsafe},
    store::{RewriteError, Target},
    text::{FileId, Source},
};

/// How long to wait for other processes that write the log.
const WAIT: Duration = Duration::from_secs(10);

/// The characters of a team's name that a program finds in its environment at most. On standard input, it is whole.
const MAX_NAME: usize = 100;

/// The way by which the notices of a log are sent.
pub struct Delivery {
    /// The log, as it is called on the command line.
    pub log: String,
    /// Its whole path.
    pub path: String,
    pub target: Target,
    pub plan: AlertPlan,
}

/// Why a notice was not delivered.
pub struct DeliveryFailure {
    pub text: String,
    /// Other notices would fail in the same way.
    pub is_hopeless: bool,
    pub code: ExitCode,
}

impl Delivery {
    /// Runs the program for a notice.
    pub fn send(
        &self,
        notice: &DueNotice,
        report: &StatusReport,
        is_to_stop: &dyn Fn() -> bool,
    ) -> Result<(), DeliveryFailure> {
        let Some(program) = &self.plan.program else {
            return Ok(());
        };
        let document = NoticeDocument::new(notice, &self.path, report);
        let input = ProgramInput {
            variables: variables(&document),
            stdin: document.json(),
        };
        let ran = program.run(input, self.plan.limit, is_to_stop);
        ran.map_err(|failure| DeliveryFailure {
            text: format!("{} {failure}", program.name()),
            is_hopeless: !matches!(
                failure,
                ProgramFailure::Exited { .. } | ProgramFailure::Killed { .. }
            ),
            code: match failure {
                ProgramFailure::CannotStart(_) => ExitCode::Unavailable,
                _ => ExitCode::TryAgain,
            },
        })
    }

    /// Writes into the log that notices went out, unless it says so already.
    pub fn write_down(&self, notices: &[&DueNotice]) -> Result<(), Failure> {
        let Some(first) = notices.first() else {
            return Ok(());
        };
        let written = self.append(&mut |lines| {
            let is_due = is_due(lines, first.line.period);
            let new = notices.iter().filter(|notice| is_due(notice));
            new.map(|notice| &notice.line).collect()
        });
        let unsaid = "sent, but the log does not say so, so that it will be sent again";
        written.map_err(|failure| failure.after(unsaid.to_owned()))
    }

    /// Writes into the log which notices may go out again.
    pub fn rearm(&self, rearmed: &[Notice<'static>]) -> Result<(), Failure> {
        if rearmed.is_empty() {
            return Ok(());
        }
        self.append(&mut |_| rearmed.iter().collect())
    }

    /// Appends the lines that are chosen by those that the log has, while no other process decides.
    fn append<'n>(
        &self,
        choose: &mut dyn FnMut(&[Notice<'static>]) -> Vec<&'n Notice<'static>>,
    ) -> Result<(), Failure> {
        let appended = self.target.append_decided(WAIT, &mut |bytes| {
            let chosen = choose(&notices_in(bytes));
            let newline = Source::new(String::from_utf8_lossy(bytes)).newline();
            let mut lines = String::new();
            for notice in chosen {
                let line = edit::notice_line(notice);
                lines += &line.map_err(|(wrong, help)| Failure::usage(wrong).help(help))?;
                lines += newline;
            }
            Ok(Some(lines).filter(|lines| !lines.is_empty()))
        });
        appended.map_err(|error| match error {
            RewriteError::Plan(failure) => failure,
            RewriteError::Write(error) => error.into(),
        })
    }
}

/// The lines of a log that say that notices went out.
pub fn notices_in(bytes: &[u8]) -> Vec<Notice<'static>> {
    let mut notices = Vec::new();
    log::read_str(bytes, FileId::LOG, &mut |item| {
        if let Item::Line {
            event: LineEvent::Notice(notice),
            ..
        } = item
        {
            notices.push(notice.to_static());
        }
    });
    notices
}

/// What a program finds in its environment. A variable that does not apply is removed, so that none of an outer run is taken for it.
fn variables(document: &NoticeDocument<'_>) -> Vec<(&'static str, Option<String>)> {
    let notice = document.notice;
    let text = |text: &str| Some(escape_unsafe(text).into_owned());
    // A system limits the length of a variable, and services that of a message.
    let projects = document.projects.join(", ");
    let projects: String = projects.chars().take(MAX_NAME).collect();
    let short = |whole: &str| text(&notice.shorten(whole, MAX_NAME));
    let amount = |amount: Option<NoticeAmount>| {
        amount.map(|amount| match amount {
            NoticeAmount::Tokens(tokens) => tokens.0.to_string(),
            NoticeAmount::Cost(cost) => Money {
                nanos: cost.nanos.into(),
                currency: Currency::USD,
            }
            .decimal(),
        })
    };
    let unit = match notice.line.budget {
        Some(NoticeAmount::Cost(cost)) => cost.currency.map(|currency| currency.code().to_owned()),
        Some(NoticeAmount::Tokens(_)) | None => Some("tokens".to_owned()),
    };
    vec![
        ("TOKMON_ALERT_TITLE", short(&document.title)),
        ("TOKMON_ALERT_MESSAGE", short(&notice.message)),
        ("TOKMON_ALERT_LEVEL", Some(notice.level.to_string())),
        ("TOKMON_ALERT_SCOPE", Some(notice.scope.to_owned())),
        ("TOKMON_ALERT_BASIS", Some(notice.basis.to_owned())),
        ("TOKMON_ALERT_THRESHOLD", Some(notice.threshold.to_string())),
        ("TOKMON_ALERT_TEAM", notice.team.as_deref().and_then(short)),
        ("TOKMON_ALERT_MONTH", Some(document.month.to_string())),
        ("TOKMON_ALERT_USED", amount(notice.line.used)),
        ("TOKMON_ALERT_BUDGET", amount(notice.line.budget)),
        ("TOKMON_ALERT_UNIT", unit),
        (
            "TOKMON_ALERT_CHANCE",
            notice.line.chance.map(|chance| chance.to_string()),
        ),
        ("TOKMON_ALERT_LOG", text(document.log)),
        (
            "TOKMON_ALERT_PROJECT",
            Some(projects)
                .filter(|projects| !projects.is_empty())
                .and_then(|projects| text(&projects)),
        ),
        ("TOKMON_ALERT_TIME", Some(document.time.to_rfc3339())),
    ]
}
