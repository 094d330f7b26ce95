//! The options of `tokmon serve`.

use clap::Args;

use super::TEMPLATE;

const SERVE_EXAMPLES: &str = "\
Examples:
  tokmon serve                            serve on http://127.0.0.1:9184/
  tokmon serve -f docs/cost-log.md --listen '[::1]:9999'
  curl -s localhost:9184/health/budget | jq .total.status
As a job of prometheus.yml:
  - job_name: tokmon
    static_configs: [{targets: ['localhost:9184']}]";

const SERVE_PATHS: &str = "\
What is served, for the current month:
  /metrics        metrics for Prometheus, as OpenMetrics where it is asked for
  /health/budget  as tokmon --format health
  /report.json    as tokmon --json
  /healthz        503 while the log cannot be read: the figures are older
Ctrl-C ends it with 130, SIGTERM with 0, once the answers under way are sent.";

// A doc comment would replace the summary of the command.
#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = SERVE_EXAMPLES, after_long_help = SERVE_PATHS, mut_arg("format", |arg| arg.hide(true)), mut_arg("json", |arg| arg.hide(true)), mut_arg("output", |arg| arg.hide(true)))]
pub struct ServeArgs {
    /// The address and port to listen on
    ///
    /// Other machines reach only an address that is not of loopback. Requests for any other host than this one and localhost are refused.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9184")]
    pub listen: String,
    /// Another host that requests may name, like buildbox
    ///
    /// For a machine that is reached by its name, and for containers. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// This process is the worker of another one
    #[arg(long, hide = true)]
    pub worker: bool,
}
