//! Live traffic as a sign of a server's health (`observe`).

use super::{Report, Worker};
use crate::plan::Server;
use std::sync::atomic::Ordering::Relaxed;

/// What an exchange showed of its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Connected,
    NotConnected,
    Answered(u16),
    Nonsense,
    Lost,
    TimedOut,
}

impl Seen {
    /// Whether it is an error, and how the log calls it; `None`: it says nothing on this layer.
    fn means(self, answers_count: bool) -> Option<Result<(), &'static str>> {
        match self {
            Self::NotConnected => Some(Err("L4 unsuccessful connection")),
            Self::Connected => (!answers_count).then_some(Ok(())),
            _ if !answers_count => None,
            Self::Answered(100..=499 | 501 | 505) => Some(Ok(())),
            Self::Answered(_) => Some(Err("Wrong http response")),
            Self::Nonsense => Some(Err("Invalid http response (headers)")),
            Self::Lost => Some(Err("Close from server (http)")),
            Self::TimedOut => Some(Err("Read timeout (http)")),
        }
    }
}

impl Worker {
    /// Counts errors in a row; enough of them are reported.
    pub(super) fn observe(&self, i: u32, seen: Seen) {
        let c = &self.clients[i];
        if !c.plan.observes {
            return;
        }
        let Some(server) = c.txn.as_ref().and_then(|txn| txn.server(&c.plan)) else {
            return;
        };
        if let Some((count, last)) = note(server, seen) {
            (self.report)(Report::Observed {
                server: server.shared.clone(),
                count,
                last,
            });
        }
    }
}

fn note(server: &Server, seen: Seen) -> Option<(u32, &'static str)> {
    let observed = server.observed?;
    let errors = &server.shared.errors_in_a_row;
    match seen.means(observed.answers)? {
        Ok(()) => {
            if errors.load(Relaxed) != 0 {
                errors.store(0, Relaxed);
            }
            None
        }
        Err(what) => {
            let count = errors.fetch_add(1, Relaxed) + 1;
            if count < observed.limit {
                return None;
            }
            errors.store(0, Relaxed);
            Some((count, what))
        }
    }
}
