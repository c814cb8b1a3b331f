//! Connections to servers: from the pool or fresh, sending a request, trying again.

use super::conn::{State, Upstream, Wait};
use super::link::{Gone, Link};
use super::observe::Seen;
use super::slab::NONE;
use super::tally::tally_behind;
use super::{UPSTREAM, Worker, token};
use crate::plan::{ForClient, HttpReuse, Mode, Speaks};
use crate::shared::take_place;
use std::io::ErrorKind;
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::{Interest, Ready};
use sys::tcp;

impl Worker {
    /// A place at the server is taken: get a connection to it.
    pub(super) fn assign(&mut self, i: u32, s: u32) {
        let now = self.now;
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        txn.server = Some(s);
        txn.placed = true;
        let Some(server) = txn.server(&c.plan) else {
            return;
        };
        server.shared.traffic[self.id].sessions.add(1);
        if c.plan.rates {
            server.shared.session_rate.add(now);
        }
        if server.redir.is_some() && self.sent_there(i) {
            return;
        }
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        let (Some(b), Some(server)) = (txn.backend(&c.plan), txn.server(&c.plan)) else {
            return;
        };
        if txn.log.connecting == 0 {
            txn.log.connecting = now;
        }
        let idempotent = txn.method.is_idempotent() && txn.request_done;
        let personal = server.personal;
        let (reuse, first) = (b.reuse, c.requests <= 1);
        let pool = server.pool;
        let fresh = txn.fresh || !txn.http;
        let named = server.tls.as_ref().is_some_and(|tls| tls.varies);
        if !fresh {
            // Connections that asked for another name lead elsewhere.
            let name = named.then(|| self.name_asked(i));
            let own = std::mem::replace(&mut self.clients[i].own_up, NONE);
            if own != NONE {
                let same = name.as_ref().is_none_or(|name| *name == self.ups[own].name);
                let fits = same && (!personal || self.is_made_for(i, own));
                if fits && self.ups[own].pool == pool {
                    return self.reuse(i, own, idempotent);
                }
                self.close_upstream(own);
            }
            if !personal && let Some(u) = self.take_idle(pool, (reuse, first), name.as_ref()) {
                return self.reuse(i, u, idempotent);
            }
        }
        self.connect(i);
    }

    fn reuse(&mut self, i: u32, u: u32, idempotent: bool) {
        // A request that must not be sent twice goes only where the server has not hung up yet.
        if !idempotent && !self.ups[u].link.is_quiet() {
            self.close_upstream(u);
            return self.connect(i);
        }
        let now = self.now;
        let up = &mut self.ups[u];
        up.client = i;
        up.reused = true;
        let c = &mut self.clients[i];
        if let Some(txn) = c.txn.as_mut() {
            txn.up = u;
            txn.log.connected = now;
            tally_behind(txn, &c.plan, self.id, |t| &t.reuses);
        }
        self.clients[i].state = State::Exchange;
        self.send_request(i);
    }

    pub(super) fn connect(&mut self, i: u32) {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else { return };
        let Some(server) = txn.server(&c.plan) else {
            return;
        };
        if server.speaks != Speaks::H1 && self.join(i) {
            return;
        }
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else { return };
        let (Some(b), Some(server)) = (txn.backend(&c.plan), txn.server(&c.plan)) else {
            return;
        };
        let secured = server.tls.as_ref().is_some_and(|tls| tls.traffic);
        if secured && !take_place(&c.plan.totals.sealed.now, c.plan.max_sealed) {
            return self.too_many_sealed(i);
        }
        tally_behind(txn, &c.plan, self.id, |t| &t.connects);
        let made = server.personal.then(|| self.made_for(i)).flatten();
        let peer = match &made {
            Some(made) => made.peer.clone(),
            None => server.peer(|| None),
        };
        let origin = server.origin.as_ref();
        let alone = b.reuse == HttpReuse::Never || server.personal;
        let owner = if alone { i } else { NONE };
        let (pool, timeout, keepalive) = (server.pool, b.timeouts.connect, b.tcp_keepalive);
        let idle = server.idle.clone();
        let socket = peer
            .ok_or_else(|| ErrorKind::AddrNotAvailable.into())
            .and_then(|peer| match origin {
                None => tcp::connect(&peer, None),
                Some(origin) => {
                    let personal = made.as_ref().and_then(|made| made.used);
                    let used = personal.or_else(|| origin.used_for(ForClient::default()));
                    origin.connect(&peer, used)
                }
            });
        let Ok(fd) = socket else {
            if secured {
                self.plan.totals.sealed.give_back();
            }
            return self.connect_failed(i, true);
        };
        if keepalive {
            let _ = tcp::set_keepalive(&fd);
        }
        if secured {
            self.plan.totals.sealed.servers.fetch_add(1, Relaxed);
        }
        let name = secured.then(|| self.name_asked(i)).flatten();
        let epoch = self.pools.epoch(pool);
        let u = self.ups.insert(Upstream {
            epoch,
            link: Link::new(fd),
            client: i,
            owner,
            name,
            made,
            pool,
            connected: false,
            sealed: secured,
            reused: false,
            keep: false,
            long_replies: false,
            pend: Vec::new(),
            idle_since: 0,
            idle,
            requests: 0,
        });
        let t = token(UPSTREAM, self.ups.generation(u), u);
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        if let Some(txn) = c.txn.as_mut() {
            txn.up = u;
            txn.wait = Wait::Connect;
        }
        let fd = self.ups[u].link.fd();
        if self.epoll.add(fd, t, Interest::Stream).is_err() {
            return self.connect_failed(i, false);
        }
        self.set_deadline(i, timeout);
    }

    pub(super) fn on_upstream(&mut self, u: u32, ready: Ready) {
        let up = &mut self.ups[u];
        let i = up.client;
        if i == NONE {
            if let Some(h) = self.trunk_of(u) {
                return self.on_trunk(h, u, ready);
            }
            // The edge for writing comes once after the last send and means nothing.
            if ready.readable() && !self.idles_on(u, ready) {
                self.drop_idle(u);
            }
            return;
        }
        up.link.note(ready);
        if !up.connected {
            if up.link.session().is_some() {
                return self.shake_upstream(i, u, ready);
            }
            if !ready.writable() && !ready.broken() {
                return;
            }
            if tcp::take_error_if(ready.broken(), up.link.fd()).is_err() {
                return self.connect_failed(i, true);
            }
            return self.reached(i, u);
        }
        if ready.writable() && up.link.is_blocked() && up.link.flush(&mut self.buffers).is_err() {
            up.link.readable = true;
        }
        match self.clients[i].state {
            State::Exchange => {
                self.send_request(i);
                self.pump_body(i);
                self.pump_reply(i);
            }
            State::Tunnel => self.relay(i),
            _ => {}
        }
    }

    /// The socket is connected: what comes before anything of the client's.
    fn reached(&mut self, i: u32, u: u32) {
        if !self.introduce(i) {
            return self.connect_failed(i, true);
        }
        match self.begin_sealing(i) {
            Ok(true) => {}
            Ok(false) => {
                self.ups[u].connected = true;
                self.connected(i);
            }
            Err(fault) => self.not_sealed(i, fault),
        }
    }

    pub(super) fn connected(&mut self, i: u32) {
        let now = self.now;
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        txn.log.connected = now;
        self.observe(i, Seen::Connected);
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if txn.backend(&c.plan).is_some_and(|b| b.mode == Mode::Tcp) || !txn.http {
            c.state = State::Tunnel;
            if c.frontend().log.early
                && let Some(mut txn) = c.txn.take()
            {
                self.log_early(i, &mut txn, 0);
                self.clients[i].txn = Some(txn);
            }
            self.store_server(i);
            self.touch(i);
            return self.relay(i);
        }
        c.state = State::Exchange;
        if self.multiplexes(i) {
            self.begin_trunk(i);
        }
        self.send_request(i);
        self.pump_body(i);
    }

    /// Sends the head and the first part of the body.
    pub(super) fn send_request(&mut self, i: u32) {
        let Some(c) = self.clients.get_mut(i) else {
            return;
        };
        let Some(txn) = c.txn.as_mut() else { return };
        if txn.request_sent >= txn.request.len() || txn.up == NONE {
            return;
        }
        let up = &mut self.ups[txn.up];
        let rest = &txn.request[txn.request_sent..];
        match up.link.offer(rest, &mut self.buffers) {
            Ok(n) => txn.request_sent += n,
            Err(Gone) => return self.upstream_lost(i),
        }
        self.touch(i);
    }

    /// Closes the exchange's connection to its server.
    pub(super) fn drop_upstream(&mut self, i: u32) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        let u = std::mem::replace(&mut txn.up, NONE);
        if u != NONE {
            self.close_upstream(u);
        }
    }
}
