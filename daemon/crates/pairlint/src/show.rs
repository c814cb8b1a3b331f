//! The outcome for people: every place with its line and a caret.

use crate::finding::Finding;
use crate::node::Node;
use crate::report::Report;
use config::Severity;
use config::render::{excerpt, severity_word};
use std::fmt::Write;

impl Report {
    /// ```text
    /// error[E01]: the passwords differ
    ///   --> a.conf:9:15
    ///    |
    ///  9 |     auth_pass ********
    ///    |               ^~~~~~~~
    ///   --> b.conf:9:15
    ///  …
    ///    = why: each node drops the other's adverts, so both become master
    ///    = help: write the same password on both nodes
    /// ```
    pub fn text(&self, nodes: &[Node<'_>]) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            show(&mut out, finding, nodes);
            out.push('\n');
        }
        for p in &self.predictions {
            let _ = writeln!(
                out,
                "{}: crash of {} {:.0} to {:.0} ms, graceful stop {:.0} ms without an answer (E17, as the protocol predicts)",
                p.vip, p.master, p.crash_least, p.crash_most, p.graceful
            );
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let many = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let _ = match (errors, warnings) {
            (0, 0) => writeln!(out, "no problem"),
            (0, n) => writeln!(out, "{}", many(n, "warning")),
            (n, 0) => writeln!(out, "{}", many(n, "error")),
            (n, m) => writeln!(out, "{}, {}", many(n, "error"), many(m, "warning")),
        };
        out
    }

    /// Who is master for each set of failed checks, as a table.
    pub fn election_text(&self, nodes: &[Node<'_>]) -> String {
        let mut out = String::new();
        for election in &self.elections {
            let _ = writeln!(out, "{}:", election.instance);
            for row in &election.rows {
                let failed = |n: usize| match &row.failed[n][..] {
                    [] => "all well".to_owned(),
                    names => format!("{} failed", names.join(", ")),
                };
                let priority = |n: usize| {
                    row.priorities[n].map_or_else(|| "FAULT".to_owned(), |p: u8| p.to_string())
                };
                let _ = writeln!(
                    out,
                    "  {}: {} ({}); {}: {} ({}) -> {}",
                    nodes[0].label,
                    failed(0),
                    priority(0),
                    nodes[1].label,
                    failed(1),
                    priority(1),
                    row.master.as_deref().unwrap_or("no master")
                );
            }
            if !election.complete {
                let _ = writeln!(out, "  … and every larger set");
            }
        }
        out
    }
}

fn show(out: &mut String, finding: &Finding, nodes: &[Node<'_>]) {
    let name = finding.rule.or(finding.code).unwrap_or_default();
    let word = severity_word(finding.severity);
    let _ = writeln!(out, "{word}[{name}]: {}", finding.message);
    for place in &finding.places {
        out.push_str(&excerpt(place.span, &nodes[place.node].parsed.sources));
    }
    if let Some(why) = &finding.why {
        let _ = writeln!(out, "   = why: {why}");
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "   = help: {help}");
    }
    if let (Some(_), Some(code)) = (finding.rule, finding.code) {
        let _ = writeln!(out, "   = code: {code}");
    }
}
