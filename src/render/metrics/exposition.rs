//! How metrics are written: Prometheus 0.0.4 and OpenMetrics 1.0.0. Families of metrics with their samples, labels escaped.

use std::fmt::Write as _;

use crate::render::escape_unsafe;

/// A text format for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposition {
    /// Prometheus 0.0.4, which `node_exporter` reads from files.
    Prometheus,
    OpenMetrics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    Gauge,
    Counter,
    Info,
}

pub type Labels = Vec<(&'static str, String)>;

/// A value with its labels, written as it is.
pub type Sample = (Labels, String);

/// The text of some metrics.
pub struct MetricsText {
    format: Exposition,
    /// The labels of every sample.
    common: Labels,
    text: String,
}

impl MetricsText {
    pub const fn new(format: Exposition, common: Labels) -> Self {
        Self {
            format,
            common,
            text: String::new(),
        }
    }

    /// Adds a family. One without samples is left out: what is not known is no zero.
    pub fn family(
        &mut self,
        name: &str,
        kind: MetricKind,
        help: &str,
        samples: impl IntoIterator<Item = Sample>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        self.describe(name, kind, help);
        for (labels, value) in samples {
            self.text += name;
            let labels = self.common.iter().chain(&labels);
            for (at, (label, of)) in labels.enumerate() {
                let before = if at == 0 { '{' } else { ',' };
                let _ = write!(self.text, "{before}{label}=\"{}\"", escape_label(of));
            }
            if self.text.ends_with('"') {
                self.text.push('}');
            }
            let _ = writeln!(self.text, " {value}");
        }
    }

    fn describe(&mut self, name: &str, kind: MetricKind, help: &str) {
        let (family, of) = match (self.format, kind) {
            (_, MetricKind::Gauge) | (Exposition::Prometheus, MetricKind::Info) => (name, "gauge"),
            (Exposition::Prometheus, MetricKind::Counter) => (name, "counter"),
            // In OpenMetrics, a family is named without the suffix of its samples.
            (Exposition::OpenMetrics, MetricKind::Counter) => {
                (name.strip_suffix("_total").unwrap_or(name), "counter")
            }
            (Exposition::OpenMetrics, MetricKind::Info) => {
                (name.strip_suffix("_info").unwrap_or(name), "info")
            }
        };
        let _ = writeln!(self.text, "# HELP {family} {help}");
        let _ = writeln!(self.text, "# TYPE {family} {of}");
        // Other readers fail at a line that they do not know.
        if let (Exposition::OpenMetrics, Some(unit)) = (self.format, unit_of(family)) {
            let _ = writeln!(self.text, "# UNIT {family} {unit}");
        }
    }

    pub fn finish(mut self) -> String {
        if self.format == Exposition::OpenMetrics {
            self.text += "# EOF\n";
        }
        self.text
    }
}

/// The unit that a family is named after.
fn unit_of(family: &str) -> Option<&'static str> {
    const UNITS: [&str; 3] = ["tokens", "ratio", "seconds"];
    let (_, last) = family.rsplit_once('_')?;
    UNITS.into_iter().find(|unit| *unit == last)
}

/// A value of a label, in which nothing drives a terminal or ends the value.
fn escape_label(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in escape_unsafe(value).chars() {
        match c {
            '\\' => escaped += "\\\\",
            '"' => escaped += "\\\"",
            '\n' => escaped += "\\n",
            c => escaped.push(c),
        }
    }
    escaped
}
