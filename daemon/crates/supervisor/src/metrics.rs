//! The status as a Prometheus text exposition. Pure: a status document goes in, text comes out.

mod catalogue;
pub mod document;
mod samples;

use std::fmt::Write as _;

use serde_json::Value;

pub use catalogue::{CATALOGUE, Metric};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Gauge,
    Counter,
    Histogram,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// One line: what is put behind the metric's name, the values of its labels, the number.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    suffix: &'static str,
    labels: Vec<(&'static str, String)>,
    value: f64,
}

/// The exposition of a status document, metrics in the order of the catalogue.
pub fn exposition(status: &Value) -> String {
    exposition_of(status, "")
}

/// The same of the metrics whose names begin with this.
pub fn exposition_of(status: &Value, prefix: &str) -> String {
    let mut text = String::new();
    for metric in CATALOGUE.iter().filter(|m| m.name.starts_with(prefix)) {
        let samples = metric.samples(status);
        if samples.is_empty() {
            continue;
        }
        let (name, help) = (metric.name, escape(metric.help, false));
        let _ = writeln!(text, "# HELP {name} {help}");
        let _ = writeln!(text, "# TYPE {name} {}", metric.kind.name());
        for sample in samples {
            let labels = labels(&sample.labels);
            let _ = writeln!(text, "{name}{}{labels} {}", sample.suffix, sample.value);
        }
    }
    text
}

fn labels(labels: &[(&'static str, String)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escape(value, true)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

fn escape(text: &str, quotes: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes {
        text.replace('"', "\\\"")
    } else {
        text
    }
}

#[cfg(test)]
#[path = "metrics_test.rs"]
mod tests;
