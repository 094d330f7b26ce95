//! The options of what other programs run: the status line, and the hooks of agent harnesses.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValue};

use super::{
    TEMPLATE,
    values::{self, FormatParser, parse_tokens},
};
use crate::{
    harness::{Harness, HookPurpose},
    model::Tokens,
};

impl ValueEnum for Harness {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Claude, Self::Codex, Self::Gemini, Self::Copilot]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Claude => PossibleValue::new("claude").help("Claude Code"),
            Self::Codex => PossibleValue::new("codex").help("Codex CLI"),
            Self::Gemini => PossibleValue::new("gemini").help("Gemini CLI"),
            Self::Copilot => PossibleValue::new("copilot").help("GitHub Copilot CLI"),
        })
    }
}

const STATUSLINE_EXAMPLES: &str = "\
Examples:
  tokmon statusline                like `tokens 63.3% 126.7K/200K OK | $0.381`
  tokmon statusline --format tmux  with the styles of tmux
  tokmon statusline --format ansi --width 40";

const STATUSLINE_SETUP: &str = "\
It judges the current month. It prints a line and exits with 0 whatever is wrong, since bars show nothing else, and does not wait for its input.

In ~/.tmux.conf:
  set -g status-right '#(cd #{q:pane_current_path} && tokmon statusline --format tmux --width 60)'
In ~/.config/starship.toml:
  [custom.tokmon]
  command = \"tokmon statusline --width 50\"
  detect_files = [\"tokmon.toml\", \"cost-log.md\", \"COST_LOG.md\"]
  shell = [\"sh\"]
In ~/.claude/settings.json:
  \"statusLine\": { \"type\": \"command\", \"command\": \"tokmon statusline --format ansi\" }
As an item of ~/.config/ccstatusline/settings.json:
  { \"id\": \"tokmon\", \"type\": \"custom-command\", \"commandPath\": \"tokmon statusline --format ansi --width 50\", \"preserveColors\": true }";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = STATUSLINE_EXAMPLES, after_long_help = STATUSLINE_SETUP, mut_arg("format", |arg| arg.value_parser(FormatParser(values::STATUSLINE_FORMATS)).hide_default_value(true)))]
pub struct StatuslineArgs {
    /// The room in cells
    ///
    /// What does not fit is left out, the least important first. Without this option: COLUMNS, else the width of the terminal, else no limit.
    #[arg(long, value_name = "CELLS", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
    /// One team, before the whole
    ///
    /// What it has used of its allocation, or of its limit in money where that is at a worse level. Without this option: TOKMON_TEAM.
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
    /// Exit with 1 if there are no figures
    #[arg(long)]
    pub strict: bool,
}

const HOOKS_EXAMPLES: &str = "\
Examples:
  tokmon hooks claude   print the settings, and what to do by hand
  tokmon hooks claude --install ~/.claude/settings.json
  tokmon hooks claude --uninstall ~/.claude/settings.json
  tokmon hooks codex --team QA --install ~/.codex/hooks.json
  tokmon hooks claude --record   import what a session used when it ends";

const HOOKS_USAGE: &str = "tokmon hooks <claude|codex|gemini|copilot> [OPTIONS]";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = HOOKS_EXAMPLES, override_usage = HOOKS_USAGE, mut_arg("format", |arg| arg.hide(true)), mut_arg("json", |arg| arg.hide(true)), mut_arg("budget", |arg| arg.hide(true)))]
pub struct HooksArgs {
    /// The harness that is to ask
    #[arg(value_name = "HARNESS", value_enum)]
    pub harness: Harness,
    /// What the hooks are to do
    #[arg(long, value_enum, default_value_t = HookPurpose::Guard, value_name = "PURPOSE")]
    pub event: HookPurpose,
    /// Import what a session used when it ends
    ///
    /// The same as --event record. The hook starts `tokmon import HARNESS --detach` and does not wait for it: an agent is never held up, and never fails because of it.
    #[arg(long)]
    pub record: bool,
    /// Add the hooks to this settings file
    ///
    /// All else in it stays as it is. A copy of it is kept beside it.
    #[arg(long, value_name = "FILE", conflicts_with = "uninstall")]
    pub install: Option<PathBuf>,
    /// Remove the hooks from this settings file
    ///
    /// With --record: only those that record.
    #[arg(long, value_name = "FILE")]
    pub uninstall: Option<PathBuf>,
    /// Deny where tokmon cannot decide
    ///
    /// Without this option, work goes on if something is wrong, and the harness shows why. Where there is no log or no budget, work goes on in any case. A log that holds no usage is something wrong where the settings state a budget.
    #[arg(long)]
    pub fail_closed: bool,
    /// The team that spends
    ///
    /// Without this option: TOKMON_TEAM, else the role of the agent (of a subagent that Claude starts, its `subagent_type`; else `agent_type`) where that is the name or an alias of a team, else the first [[guard.team]] rule in tokmon.toml that holds for the folder, the branch or the worktree. `aliases` under [teams."QA"] say which roles are QA.
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
    /// The role of the agent, if a team has that name
    ///
    /// Or that alias. Without this option: TOKMON_AGENT.
    #[arg(long, value_name = "AGENT")]
    pub agent: Option<String>,
    /// How many tokens a prompt or a subagent uses, like 6K
    ///
    /// Without this option: [guard] estimate in tokmon.toml, else the median row of the team, else of the log, else 5,000. A prompt that needs more than is left is denied, however short it is.
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    pub tokens: Option<Tokens>,
}

impl ValueEnum for HookPurpose {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Guard, Self::Record]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Guard => PossibleValue::new("guard").help("Ask before tokens are spent"),
            Self::Record => PossibleValue::new("record").help("Import what was spent"),
        })
    }
}

impl HooksArgs {
    pub const fn purpose(&self) -> HookPurpose {
        if self.record {
            HookPurpose::Record
        } else {
            self.event
        }
    }
}

/// What `guard` does where it cannot decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Let it start, and say why
    #[default]
    Allow,
    /// Deny
    Deny,
}

// The part of `guard` that answers a harness.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "As a hook")]
pub struct GuardHookArgs {
    /// Answer an agent harness, which asks on standard input
    ///
    /// `tokmon hooks HARNESS` sets it up. The exit code is 0, or 1 if tokmon could not decide.
    #[arg(long, value_enum, value_name = "HARNESS", conflicts_with_all = ["hold", "override_reason"])]
    pub hook: Option<Harness>,
    /// The event, if standard input cannot be read
    ///
    /// Like PreToolUse. `tokmon hooks` writes it into the command; what is on standard input outranks it.
    #[arg(long, requires = "hook", value_name = "EVENT")]
    pub event: Option<String>,
    /// What to answer if tokmon cannot decide
    #[arg(
        long,
        value_enum,
        default_value_t,
        requires = "hook",
        value_name = "ANSWER"
    )]
    pub on_error: OnError,
    /// The agent that spends, if it is known as a team
    ///
    /// Without this option: TOKMON_AGENT.
    #[arg(long, requires = "hook", value_name = "AGENT")]
    pub agent: Option<String>,
    /// What Codex passes to a program that it notifies
    #[arg(requires = "hook", hide = true, value_name = "JSON")]
    pub notification: Option<String>,
}
