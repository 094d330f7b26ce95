//! The options of `alert` and `trust`. No behaviour. A doc comment on a struct would replace the summary of its command.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::Args;

use super::{
    TEMPLATE,
    values::{self, FormatParser},
};

const ALERT_USAGE: &str = "\
tokmon alert [OPTIONS] [-- PROGRAM [ARGS]...]
       tokmon alert [OPTIONS] --on-alert [PROGRAM [ARGS]...]";

const ALERT_EXAMPLES: &str = "\
Examples:
  tokmon alert --dry-run                       show which notices are due
  tokmon alert                                 print them, each once
  tokmon alert -- contrib/alert/desktop        run a program for each
  tokmon --watch --on-alert contrib/alert/desktop
As a line of a crontab, each hour; cron mails what is printed:
  0 * * * * cd ~/project && ~/.cargo/bin/tokmon alert -q";

const ALERT_PROGRAM: &str = "\
Notices are sent about what is used, what is used and reserved, and the
forecast, of the budget and of each team. The other alerts of the status, like
those about the plan, about tokens per deliverable or about the budget of a day
or week, are not sent. Where a log is shared, run this in one place only.

The program is run once for each notice, without a shell. It finds what it is
about in its environment, and as JSON on its standard input:
  TOKMON_ALERT_TITLE      Token budget 2026-02: critical (project/cost-log.md)
  TOKMON_ALERT_MESSAGE    180,500 of 200,000 tokens used (90.2%)
  TOKMON_ALERT_LEVEL      note, warning, critical or exceeded
  TOKMON_ALERT_SCOPE      total or team
  TOKMON_ALERT_TEAM       the team, if the scope is team
  TOKMON_ALERT_BASIS      actual, reserved or forecast
  TOKMON_ALERT_THRESHOLD  the threshold that is reached, in percent
  TOKMON_ALERT_CHANCE     of a forecast, the chance of exceeding the budget
  TOKMON_ALERT_USED       180500
  TOKMON_ALERT_BUDGET     200000
  TOKMON_ALERT_UNIT       tokens, or a currency like USD
  TOKMON_ALERT_LOG        the whole path of the log
  TOKMON_ALERT_PROJECT    the projects of the month
  TOKMON_ALERT_MONTH, TOKMON_ALERT_TIME
Shell scripts to copy are in the source of tokmon, in contrib/alert: `webhook`
(Slack, Microsoft Teams, Discord), `email` (sendmail) and `desktop`. How to write
one is in docs/alerts.md there.

If it ends with 0, the notice is sent, and the log says so in a [NOTIFY] line.
If it fails, or takes too long and is ended, the next run tries again, and this
one ends with 75; with 69 if the program cannot be started.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = ALERT_EXAMPLES, after_long_help = ALERT_PROGRAM, override_usage = ALERT_USAGE, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))))]
pub struct AlertArgs {
    /// The program to run for each notice, without a shell
    ///
    /// Without a program: the one that the settings name, else notices are printed.
    #[arg(last = true, value_name = "PROGRAM ARGS")]
    pub program: Vec<OsString>,
    /// The same, for all words behind it
    ///
    /// Without any, it is the program that the settings name.
    #[arg(long, num_args = 0.., allow_hyphen_values = true, conflicts_with = "program", value_name = "PROGRAM ARGS")]
    pub on_alert: Option<Vec<OsString>>,
    /// How long the program may take, like 30s
    ///
    /// Then it is ended. Without this option: `[alert] timeout` of the settings, else 30s. A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", value_parser = values::parse_timeout)]
    pub timeout: Option<Duration>,
    /// Show what is due, send nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

impl AlertArgs {
    /// The program and its arguments, however they are given.
    pub fn words(&self) -> &[OsString] {
        self.on_alert
            .as_deref()
            .filter(|words| !words.is_empty())
            .unwrap_or(&self.program)
    }
}

const TRUST_EXAMPLES: &str = "\
Examples:
  tokmon trust                   trust the nearest tokmon.toml, as it is now
  tokmon trust --list            list what is trusted
  tokmon trust --revoke          trust it no more";

const TRUST_SCOPE: &str = "\
Only a settings file that names a program ([alert] program) needs trust, and
not your own in ~/.config/tokmon. When it changes, or a file of the repository
that is named as the program or its argument, it must be trusted again.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = TRUST_EXAMPLES, after_help = TRUST_SCOPE, mut_arg("format", |arg| arg.hide(true)), mut_arg("json", |arg| arg.hide(true)), mut_arg("budget", |arg| arg.hide(true)))]
pub struct TrustArgs {
    /// The settings file
    ///
    /// Without it: the one that tokmon uses here.
    #[arg(value_name = "SETTINGS")]
    pub settings: Option<PathBuf>,
    /// List the trusted files
    #[arg(long, conflicts_with_all = ["settings", "revoke"])]
    pub list: bool,
    /// Trust the file no more
    #[arg(long)]
    pub revoke: bool,
}
