//! What changed about a server: for the log, and for sessions.

use super::roster::{Member, Roster};
use crate::shared::{BackendShared, ServerShared, State};
use health::{CheckResult, Health, Order, Remaining, Transition};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Something that changed, for the log and for sessions.
#[derive(Debug)]
pub struct Change {
    pub backend: Arc<BackendShared>,
    pub server: Arc<ServerShared>,
    pub backup: bool,
    /// What it means for sessions; `None`: nothing, or only the way to the next state.
    pub transition: Option<Transition>,
    pub news: News,
    /// It got new sessions before.
    pub served: bool,
    /// What the backend had left then.
    pub left: Remaining,
    /// This was the last one that could be sent a session.
    pub nobody: bool,
}

/// Where a change comes from.
#[derive(Debug, Clone)]
pub enum News {
    Check {
        is_agent: bool,
        result: CheckResult,
        health: Health,
        /// The check by itself is worth a line.
        noted: bool,
    },
    /// The tracked server's name, `BACKEND/NAME`.
    Followed(String),
    /// The same, where it came from there.
    Ordered(Order, Option<String>),
    /// Somebody said how it is.
    Forced,
    /// It has another weight.
    Weighed,
    /// Its name has no address any more, in haproxy's words why; `down`: it was out already.
    Lost { reason: &'static str, down: bool },
    /// Its name has an address again.
    Found(String),
}

impl Roster {
    /// What changed, when it has; who waits for a server that drains is sent on by it.
    pub(super) fn change(
        &self,
        at: usize,
        served: bool,
        transition: Option<Transition>,
        news: News,
    ) -> Change {
        let member = &self.members[at];
        let peers = || self.members.get(member.peers.clone()).into_iter().flatten();
        // Who was not checked yet counts as up, as in HAProxy: at the start and behind maintenance.
        let counts = |peer: &&Member| peer.server.serves() && peer.server.weight() > 0;
        let up = |backup: bool| {
            let usable = peers().filter(|peer| peer.backup == backup).filter(counts);
            usable.count()
        };
        let (active, backup) = (up(false), up(true));
        let drains = transition == Some(Transition::Stopping)
            || matches!(news, News::Ordered(Order::Drain { .. }, _));
        if drains {
            member.server.drained.fetch_add(1, Relaxed);
        }
        let (requeued, queued) = member.moved(served, drains);
        Change {
            backend: member.backend.clone(),
            server: member.server.clone(),
            backup: member.backup,
            transition,
            served,
            news,
            left: Remaining {
                active,
                backup,
                sessions: member.server.active.load(Relaxed) as usize,
                requeued,
                queued,
            },
            nobody: served && !peers().any(|peer| peer.server.serves()),
        }
    }
}

impl Member {
    /// How many of those who wait look for another server when this one goes, or find a place at this
    /// one when it comes; and how many wait for it alone then.
    fn moved(&self, served: bool, drains: bool) -> (usize, usize) {
        let server = &self.server;
        let count = |number: &AtomicU32| number.load(Relaxed) as usize;
        let own = count(&server.queued);
        if self.sends_on && (drains || !server.state().keeps()) {
            return (own, 0);
        }
        if served || !server.serves() {
            return (0, own);
        }
        let queue = &self.backend;
        let common = count(&queue.queued).saturating_sub(count(&queue.queued_apart));
        let room = match server.maxconn() as usize {
            0 => common,
            most => most.saturating_sub(count(&server.active)),
        };
        (common.min(room), own)
    }
}

/// A server that was not checked before counts as up: a first success is no news.
pub(super) fn transition(before: State, now: State) -> Option<Transition> {
    let kind = |state: State| match state {
        State::Down => Transition::Down,
        State::Stopping => Transition::Stopping,
        _ => Transition::Up,
    };
    (kind(before) != kind(now)).then_some(kind(now))
}
