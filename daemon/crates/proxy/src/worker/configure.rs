//! Taking up configurations and stopping, without refusing or cutting a connection.

use super::accept::Listener;
use super::conn::Client;
use super::mailbox::{Command, Place};
use super::{LISTENER, Report, Worker, token};
use crate::plan::{Frontend, Plan};
use crate::shared::leaving::Gone;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::Interest;

/// How long an idle client may still send a request after a stop began; without it a request on
/// its way would meet a closed connection.
const LAST_CALL_MS: u64 = 300;

impl Worker {
    pub(super) fn on_mailbox(&mut self) {
        for command in self.mailbox.take() {
            match command {
                Command::Configure {
                    plan,
                    listeners,
                    gone,
                } => self.configure(plan, &listeners, &gone),
                Command::EndSessions { server, cause } => self.end_sessions(&server, cause),
                Command::Moved { pool } => self.leave(pool),
                Command::Made {
                    client,
                    number,
                    made,
                } => self.made(client, number, made),
                Command::Answered {
                    client,
                    number,
                    address,
                } => self.answered(client, number, address),
                Command::Sessions(question) => self.tell_sessions(question),
                Command::Forget { all } => self.forget_counters(all),
                Command::EndSession { id, number } => self.end_session(id, number),
                Command::Close { frontend, number } => self.close_frontend(&frontend, number),
                Command::Departed { addresses } => self.take_departures(&addresses),
                Command::Stop { deadline } => self.stop(deadline),
            }
        }
        self.end_rest();
        for id in 0..self.locals.len() {
            if !self.locals[id].lines.is_empty() {
                self.serve_queue(id);
            }
        }
    }

    fn configure(&mut self, plan: Arc<Plan>, places: &[Place], gone: &Gone) {
        let serial = plan.serial;
        self.logs.configure(&plan);
        self.plan = Arc::new(plan);
        let indexes = self.listeners.indexes().into_iter();
        let mut known: HashMap<u64, u32> = indexes.map(|l| (self.listeners[l].cookie, l)).collect();
        let wanted: HashSet<u64> = places.iter().map(|place| place.cookie).collect();
        for (_, l) in known.extract_if(|cookie, _| !wanted.contains(cookie)) {
            self.close_listener(l);
        }
        for place in places {
            let l = known.get(&place.cookie);
            if let Some(listener) = l.and_then(|l| self.listeners.get_mut(*l)) {
                listener.plan = self.plan.clone();
                listener.frontend = place.frontend;
                listener.bind = place.bind;
            } else if let Some(l) = self.open_listener(place) {
                known.insert(place.cookie, l);
            }
        }
        self.mark_leavers(gone, self.plan.hard_stop_after);
        (self.report)(Report::Configured {
            worker: self.id,
            serial,
        });
    }

    fn open_listener(&mut self, place: &Place) -> Option<u32> {
        // Accepted connections inherit it, which saves a call for each.
        let _ = sys::tcp::set_nodelay(&*place.fd);
        let listener = Listener {
            fd: place.fd.clone(),
            cookie: place.cookie,
            plan: self.plan.clone(),
            frontend: place.frontend,
            bind: place.bind,
            resting: false,
            told_resting: None,
            taken_in: 0,
            busy: true,
        };
        let l = self.listeners.insert(listener);
        let t = token(LISTENER, self.listeners.generation(l), l);
        if self
            .epoll
            .add(&*self.listeners[l].fd, t, Interest::SharedInput)
            .is_err()
        {
            self.listeners.remove(l);
            (self.report)(Report::ListenerLost { worker: self.id });
            return None;
        }
        Some(l)
    }

    /// Who is in the kernel's queue already has been promised a connection.
    fn close_listener(&mut self, l: u32) {
        while self.accept_one(l) {}
        if let Some(mut listener) = self.listeners.remove(l) {
            if !listener.resting {
                let _ = self.epoll.delete(&*listener.fd);
            }
            listener.end_rest();
        }
    }

    /// Each worker has cells of its own: nobody else may write them.
    fn forget_counters(&self, all: bool) {
        let plan = &self.plan;
        let fronts = plan.frontends.iter().map(|f| &f.shared.traffic);
        let backs = plan.backends.iter().map(|b| &b.shared.traffic);
        let servers = plan.backends.iter().flat_map(|b| &b.servers);
        let servers = servers.map(|s| &s.shared.traffic);
        let binds = plan.frontends.iter().flat_map(Frontend::counted_binds);
        let binds = binds.map(|(_, place)| &place.shared.traffic);
        for traffic in fronts.chain(backs).chain(servers).chain(binds) {
            match traffic.get(self.id) {
                Some(own) if all => own.forget(),
                Some(own) => own.forget_most(),
                None => {}
            }
        }
    }

    /// Who is in the queue is served.
    fn close_frontend(&mut self, name: &str, number: u64) {
        for l in self.listeners.indexes() {
            let listener = &self.listeners[l];
            let f = listener.plan.frontends.get(listener.frontend as usize);
            if f.is_some_and(|f| f.name == name) {
                self.close_listener(l);
            }
        }
        (self.report)(Report::Closed { number });
    }

    fn stop(&mut self, deadline: u64) {
        for l in self.listeners.indexes() {
            self.close_listener(l);
        }
        (self.stop_at, self.parting) = (Some(deadline), true);
        self.plan.totals.stopping.store(true, Relaxed);
        for i in self.clients.indexes() {
            self.leave_h2(i);
            self.end_unless_asked(i, LAST_CALL_MS);
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop_at
            .is_some_and(|at| self.clients.is_empty() || self.now >= at)
    }

    /// A connection takes up the newest configuration at its next request. Where its frontend is
    /// gone it ends after this request, served as before.
    pub(super) fn take_up_plan(&mut self, i: u32) -> bool {
        let c = &mut self.clients[i];
        if Arc::ptr_eq(&c.plan, &self.plan) {
            return true;
        }
        let same = self
            .plan
            .frontends
            .iter()
            .position(|f| Arc::ptr_eq(&f.shared, &c.frontend().shared));
        match same.and_then(|f| u32::try_from(f).ok()) {
            Some(f) if self.leavers.is_empty() || !self.is_leaving(i) => {
                let c = &mut self.clients[i];
                c.bind = bind_in(c, &self.plan.frontends[f as usize]);
                c.frontend = f;
                c.plan = self.plan.clone();
                if c.plan.remembers && c.memory.is_none() {
                    c.memory = Some(Box::default());
                }
                true
            }
            _ => false,
        }
    }
}

/// Which line of its frontend is that of the address a connection came in by: lines may have moved.
fn bind_in(c: &Client, now: &Frontend) -> u32 {
    let own = c.frontend().addresses.get(c.bind as usize);
    if now.addresses.get(c.bind as usize) == own {
        return c.bind;
    }
    let moved = now.addresses.iter().position(|it| Some(it) == own);
    moved
        .and_then(|at| u32::try_from(at).ok())
        .unwrap_or(c.bind)
}
