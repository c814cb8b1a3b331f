//! Connections to what a reload took away: they end when they have been served, and at the bound.

use super::Worker;
use super::chores::NEVER;
use super::conn::State;
use crate::logs::unix_ms;
use crate::shared::leaving::{Departing, Gone};
use std::sync::Arc;

/// A connection on its way out.
#[derive(Debug)]
pub struct Leaver {
    client: u32,
    generation: u32,
    /// It may stay with another server.
    of_server: bool,
    /// Monotonic milliseconds.
    until: Option<u64>,
}

impl Worker {
    /// Marks who is concerned by what is gone; `bound` in milliseconds from now.
    pub(super) fn mark_leavers(&mut self, gone: &Gone, bound: Option<u64>) {
        if gone.is_empty() {
            return;
        }
        for i in self.clients.indexes() {
            let Some((what, of_server)) = self.what_is_gone(i, gone) else {
                continue;
            };
            let generation = self.clients.generation(i);
            let known = |it: &&mut Leaver| it.client == i && it.generation == generation;
            if let Some(known) = self.leavers.iter_mut().find(known) {
                known.of_server &= of_server;
                continue;
            }
            let c = &self.clients[i];
            let since = unix_ms();
            let departing = Departing {
                client: c.peer,
                frontend: c.frontend().name.clone(),
                gone: what,
                since,
                until: bound.map(|ms| since.saturating_add(ms.cast_signed())),
            };
            self.board.add((self.id, i, generation), departing);
            self.leavers.push(Leaver {
                client: i,
                generation,
                of_server,
                until: bound.map(|ms| self.now.saturating_add(ms)),
            });
        }
        self.plan_hard_stop();
    }

    /// What a connection uses that is gone, and whether that is its server alone.
    fn what_is_gone(&self, i: u32, gone: &Gone) -> Option<(String, bool)> {
        let c = self.clients.get(i)?;
        let f = c.frontend();
        if gone.frontends.iter().any(|it| Arc::ptr_eq(it, &f.shared)) {
            return Some((format!("frontend {}", f.name), false));
        }
        if let Some(address) = f.addresses.get(c.bind as usize) {
            let mut binds = gone.binds.iter();
            if binds.any(|(of, it)| Arc::ptr_eq(of, &f.shared) && it == address) {
                return Some((format!("bind {address}"), false));
            }
        }
        let server = c.txn.as_ref()?.server(&c.plan)?;
        let name = || format!("server {}/{}", server.shared.backend, server.shared.name);
        gone.has_server(&server.shared).then(|| (name(), true))
    }

    /// Whether it is to end after this request.
    pub(super) fn is_leaving(&self, i: u32) -> bool {
        let generation = self.clients.generation(i);
        let mut leavers = self.leavers.iter();
        leavers.any(|it| it.client == i && it.generation == generation && !it.of_server)
    }

    /// A connection ended, or its exchange with a server did.
    pub(super) fn left(&mut self, i: u32, ended: bool) {
        let (id, generation) = (self.id, self.clients.generation(i));
        let its = |it: &Leaver| it.client == i && it.generation == generation;
        let board = &self.board;
        self.leavers.retain(|it| {
            let gone = its(it) && (ended || it.of_server);
            if gone {
                board.remove((id, i, generation));
            }
            !gone
        });
        self.plan_hard_stop();
    }

    fn plan_hard_stop(&mut self) {
        let until = self.leavers.iter().filter_map(|it| it.until).min();
        self.chores.hard_stop = until.unwrap_or(NEVER);
    }

    /// Ends those whose time is over.
    pub(super) fn stop_hard(&mut self) {
        if self.now < self.chores.hard_stop {
            return;
        }
        let now = self.now;
        let late = self.leavers.iter();
        let late = late.filter(|it| it.until.is_some_and(|at| now >= at));
        let late: Vec<u32> = late.map(|it| it.client).collect();
        for i in late {
            match self.clients.get(i).map(|c| c.state) {
                None => {}
                Some(State::Closing | State::Linger) => self.close_client(i),
                Some(_) => self.end_leaver(i),
            }
        }
        self.plan_hard_stop();
    }

    /// As haproxy logs what an operator ends.
    fn end_leaver(&mut self, i: u32) {
        // What an end leaves to be sent may find its address gone before it is through.
        self.break_if_departed(i);
        self.abort(i, b'K', b'D');
    }
}
