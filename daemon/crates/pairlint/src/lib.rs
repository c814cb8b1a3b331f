//! What two keepalived.conf files of a pair get wrong together: rules E01 to E17.
//!
//! In: the two parsed configurations (and further routers of the segment), what is known of each
//! machine ([`Facts`]), and the wished failover time. Out: a [`Report`] of findings that point into
//! both files, the master for every set of failed checks, and the predicted failover times.
//! Pure: no file, socket or clock; the reader of scripts is injected.
#![forbid(unsafe_code)]

mod election;
mod facts;
mod finding;
mod node;
mod pairing;
mod predict;
mod report;
mod rules;
mod show;

pub use facts::{Facts, HostAddress, Scripts, Unfit, addresses, sysctls};
pub use finding::{Finding, Place, Rule};
pub use node::Node;
pub use predict::Prediction;
pub use report::{Election, Report, Row};

use pairing::pairs;
use std::time::Duration;

/// What the pair is held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// Longest failover that is wanted, crash and detection alike.
    pub target_failover: Option<Duration>,
}

/// Compares the first two nodes; the others are routers that share their segment.
pub fn lint(nodes: &[Node<'_>], settings: Settings) -> Report {
    let mut found = finding::Findings::default();
    let pairing = pairs(nodes);
    for (index, node) in nodes.iter().enumerate().take(2) {
        rules::single(index, node, &mut found);
    }
    rules::both(nodes, &pairing, settings, &mut found);
    let (elections, predictions) = (
        election::tables(nodes, &pairing),
        predict::all(nodes, &pairing),
    );
    Report {
        findings: found.sorted(),
        elections,
        predictions,
    }
}
