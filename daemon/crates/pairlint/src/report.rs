//! The outcome, and its form for programs.

use crate::finding::Finding;
use crate::node::Node;
use crate::predict::Prediction;
use config::Severity;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Report {
    pub findings: Vec<Finding>,
    /// Who is master for each set of failed checks, by instance.
    pub elections: Vec<Election>,
    pub predictions: Vec<Prediction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Election {
    pub instance: String,
    pub rows: Vec<Row>,
    /// False when there are too many checks to list every set; the rules still look at all of them.
    pub complete: bool,
}

/// One set of failed checks, starting from the preferred master with everything well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// By node: the checks that fail there.
    pub failed: [Vec<String>; 2],
    /// By node; null in FAULT.
    pub priorities: [Option<u8>; 2],
    /// Null when no node is eligible.
    pub master: Option<String>,
}

impl Report {
    /// Whether a finding of severity error is among them.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    pub fn count(&self, severity: Severity) -> usize {
        let of = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of).count()
    }

    /// `{"findings": […], "elections": […], "predictions": […]}`
    pub fn json(&self, nodes: &[Node<'_>]) -> Value {
        let findings: Vec<Value> = self.findings.iter().map(|f| finding(f, nodes)).collect();
        json!({
            "findings": findings,
            "elections": self.elections,
            "predictions": self.predictions,
        })
    }
}

fn finding(finding: &Finding, nodes: &[Node<'_>]) -> Value {
    let places = finding.places.iter().map(|place| {
        let sources = &nodes[place.node].parsed.sources;
        let position = sources.position(place.span);
        json!({
            "node": nodes[place.node].label,
            "file": sources.path(place.span.file),
            "line": position.line,
            "column": position.column,
            "length": sources.slice(place.span).chars().count(),
            "source": sources.shown_line(place.span.file, position.line),
        })
    });
    json!({
        "severity": finding.severity,
        "rule": finding.rule,
        "code": finding.code,
        "message": finding.message,
        "why": finding.why,
        "suggestion": finding.help,
        "places": places.collect::<Vec<_>>(),
    })
}
