//! The options of `budget` and `prices`. No behaviour. A doc comment on a struct would replace the summary of its command.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{
    TEMPLATE,
    values::{self, FormatParser},
};

const BUDGET_EXAMPLES: &str = "\
Examples:
  tokmon budget                         show each limit, and where it is set
  tokmon budget --reset                 begin a new period, after a question
  tokmon budget --reset --yes --reason 'the contract was renewed'";

const BUDGET_KEYS: &str = "\
Limits are set in tokmon.toml, a file beside the log. If there is none, make it:
  [budget]           tokens, cost, reset (\"month\" or \"manual\")
  [teams.\"NAME\"]     tokens, cost";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = BUDGET_EXAMPLES, after_help = BUDGET_KEYS, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))))]
pub struct BudgetArgs {
    /// Begin a new period, after a question
    ///
    /// For a budget with `reset = "manual"` under [budget] in tokmon.toml. What is used from now on counts against it; the log says when, why, and by whom: TOKMON_AGENT, else the user of the system.
    #[arg(long)]
    pub reset: bool,
    /// With --reset: do not ask
    ///
    /// Needed where standard input is no terminal.
    #[arg(short, long, requires = "reset")]
    pub yes: bool,
    /// With --reset: why, for the log
    #[arg(long, value_name = "TEXT", requires = "reset")]
    pub reason: Option<String>,
    /// With --reset: how long to wait for other runs
    ///
    /// A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", default_value = "2s", requires = "reset", value_parser = values::parse_wait)]
    pub wait: Duration,
}

const PRICES_EXAMPLES: &str = "\
Examples:
  tokmon prices                         show the prices, and what has none
  tokmon prices --from api.json >> tokmon.toml
  tokmon prices --from model_prices.json gpt-5.5 claude-opus-5";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = PRICES_EXAMPLES, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))), mut_arg("budget", |arg| arg.hide(true)))]
pub struct PricesArgs {
    /// The models; without any, all
    #[arg(value_name = "MODEL")]
    pub models: Vec<String>,
    /// Print a newer list as settings
    ///
    /// The file is the JSON of LiteLLM (model_prices_and_context_window.json in its repository) or of models.dev (api.json), or - for standard input. Prints [prices] for tokmon.toml: of the models that are named, else of all of Anthropic, OpenAI and Google. Nothing is fetched.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
}
