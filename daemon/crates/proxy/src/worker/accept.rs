//! Accepting connections, within the limits.

use super::conn::{Client, PlanRef, State};
use super::link::Link;
use super::places;
use super::slab::NONE;
use super::wheel::Armed;
use super::{CLIENT, LISTENER, Report, Worker, token};
use crate::plan::{Mode, Spoken};
use crate::rules::{self, Context, Verdict};
use crate::shared::BindShared;
use crate::shared::table::Counter;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::Interest;
use sys::tcp;

#[derive(Debug)]
pub struct Listener {
    pub fd: Arc<OwnedFd>,
    pub cookie: u64,
    pub plan: PlanRef,
    pub frontend: u32,
    /// Position among the frontend's addresses.
    pub bind: u32,
    /// Not watched while a limit is reached.
    pub resting: bool,
    /// Where that is shown.
    pub told_resting: Option<Arc<BindShared>>,
    /// The round of events in which a connection was last taken, and whether more than one comes in
    /// a round: a call that finds nothing costs nearly as much as one that takes a connection.
    pub taken_in: u64,
    pub busy: bool,
}

impl Listener {
    fn begin_rest(&mut self) {
        self.resting = true;
        let f = &self.plan.frontends[self.frontend as usize];
        let place = f.place(self.bind).filter(|place| place.counted);
        self.told_resting = place.map(|place| {
            place.shared.resting.fetch_add(1, Relaxed);
            place.shared.clone()
        });
    }

    /// Also when it is closed.
    pub(super) fn end_rest(&mut self) {
        self.resting = false;
        if let Some(shared) = self.told_resting.take() {
            shared.resting.fetch_sub(1, Relaxed);
        }
    }
}

/// Connections taken in one go; few when other workers can take the rest.
const ALONE: usize = 64;
const SHARED: usize = 8;

impl Worker {
    pub(super) fn on_listener(&mut self, l: u32) {
        let round = self.round;
        let listener = &mut self.listeners[l];
        listener.busy |= listener.taken_in + 1 == round;
        listener.taken_in = round;
        let budget = match (listener.busy, self.workers) {
            (false, _) => 1,
            (true, 1) => ALONE,
            (true, _) => SHARED,
        };
        for taken in 0..budget {
            if self.too_fast(l) || !self.accept_one(l) {
                if let Some(listener) = self.listeners.get_mut(l) {
                    listener.busy &= taken > 1;
                }
                return;
            }
        }
    }

    /// False when there is nothing (more) to accept now.
    pub(super) fn accept_one(&mut self, l: u32) -> bool {
        let Some(listener) = self.listeners.get(l) else {
            return false;
        };
        let (plan, frontend, bind) = (listener.plan.clone(), listener.frontend, listener.bind);
        let f = &plan.frontends[frontend as usize];
        if !places::take(&plan, f, bind) {
            self.rest(l);
            return false;
        }
        match tcp::accept(&*listener.fd) {
            Ok((fd, peer)) => {
                self.admit(fd, peer, plan, (frontend, bind));
                true
            }
            Err(e) => {
                places::give_back(&plan, f, bind);
                match e.kind() {
                    ErrorKind::WouldBlock
                    | ErrorKind::Interrupted
                    | ErrorKind::ConnectionAborted => {}
                    ErrorKind::InvalidInput => {
                        (self.report)(Report::ListenerLost { worker: self.id });
                    }
                    // Out of descriptors or memory: wait for something to be given back.
                    _ => self.rest(l),
                }
                false
            }
        }
    }

    fn admit(
        &mut self,
        fd: OwnedFd,
        peer: Option<SocketAddr>,
        plan: PlanRef,
        (frontend, bind): (u32, u32),
    ) {
        let f = &plan.frontends[frontend as usize];
        let greets = f
            .greetings
            .get(bind as usize)
            .is_some_and(|(it, _)| it.is_some());
        let traffic = &f.shared.traffic[self.id];
        traffic.connections.add(1);
        traffic.most.raise(f.shared.active.load(Relaxed).into());
        if let Some(place) = f.place(bind).filter(|place| place.counted) {
            let own = &place.shared.traffic[self.id];
            own.connections.add(1);
            own.most.raise(place.shared.active.load(Relaxed).into());
        }
        if f.tcp_keepalive {
            let _ = tcp::set_keepalive(&fd);
        }
        self.count_connection(&plan, f, bind);
        let wait = f.timeouts.http_request.min(f.timeouts.client);
        let place = f.place(bind).cloned();
        let sealed = f.seals(bind);
        let memory = plan.remembers.then(Box::default);
        let i = self.clients.insert(Client {
            link: Link::new(fd),
            peer,
            local: None,
            plan,
            frontend,
            bind,
            place,
            sealed,
            state: if greets { State::Greeting } else { State::Head },
            first: true,
            pend: Vec::new(),
            deadline: 0,
            armed: Armed::NOT,
            own_up: NONE,
            accepted: self.now,
            idle_from: self.now,
            head_at: 0,
            memory,
            requests: 0,
            upgraded: None,
            carrier: NONE,
            txn: None,
        });
        self.set_deadline(i, wait);
        let token = token(CLIENT, self.clients.generation(i), i);
        if self
            .epoll
            .add(self.clients[i].link.fd(), token, Interest::Stream)
            .is_err()
        {
            return self.close_client(i);
        }
        if !self.admitted(i, false) {
            return;
        }
        let expected = self.with_memory(i, |memory| memory.expects.is_some()) == Some(true);
        if expected {
            self.clients[i].state = State::Greeting;
        }
        if greets || expected {
            return;
        }
        if self.clients[i].acceptor().is_some() {
            self.clients[i].state = State::Handshake;
            return;
        }
        if self.admitted(i, true) {
            self.first_words(i);
        }
    }

    /// What a connection begins with that has been let in, unless its first bytes decide.
    pub(super) fn first_words(&mut self, i: u32) {
        let c = &self.clients[i];
        if c.frontend().mode == Mode::Tcp {
            self.begin_session(i);
        } else if c.spoken() == Spoken::H2 || c.agreed_on_h2() {
            self.begin_h2(i, b"");
        }
    }

    /// `tcp-request connection`, or `session` once it is known who the client is; a refused
    /// connection is closed.
    pub(super) fn admitted(&mut self, i: u32, session: bool) -> bool {
        let c = &self.clients[i];
        let f = c.frontend();
        let rules = if session {
            &f.session_rules
        } else {
            &f.connection_rules
        };
        let mut verdict = Verdict::Accept;
        if !rules.is_empty() {
            let ctx = Context {
                session_phase: true,
                ..self.context(i, None)
            };
            verdict = rules::run_tcp(rules, 0, &ctx);
        }
        if verdict == Verdict::Accept {
            if session {
                f.shared.traffic[self.id].sessions.add(1);
                if c.plan.pace.sessions != 0 {
                    c.plan.totals.session_rate.add(self.now);
                }
                self.count(i, &[Counter::SessCnt, Counter::SessRate], 1);
            }
            return true;
        }
        self.tally_front(i, |t| {
            if session {
                &t.denied_sessions
            } else {
                &t.denied_connections
            }
        });
        if verdict == Verdict::Vanish {
            self.vanish(i);
        } else {
            self.close_client(i);
        }
        false
    }

    /// What conditions can look at besides a message.
    pub(super) fn context(&self, i: u32, backend: Option<u32>) -> Context<'_> {
        let c = &self.clients[i];
        let memory = c.memory.as_deref();
        let source = memory.and_then(|m| m.try_borrow().ok()?.source.address());
        Context {
            frontend: c.frontend as usize,
            bind: c.bind as usize,
            backend: backend.map(|b| b as usize),
            from: source.or(c.peer),
            socket: Some(c.link.fd()),
            tls: self.session_of(i),
            told: c.local,
            random: self.random,
            now: self.now,
            number: self.requests * self.workers as u64 + self.id as u64,
            worker: self.id,
            memory,
            ..Context::nowhere(&c.plan)
        }
    }

    /// Stops watching a listener until a place is free; its queue in the kernel waits.
    pub(super) fn rest(&mut self, l: u32) {
        let listener = &mut self.listeners[l];
        if !listener.resting {
            listener.begin_rest();
            let _ = self.epoll.delete(&*listener.fd);
            if !self.resting {
                self.resting = true;
                self.plan.totals.resting.fetch_add(1, Relaxed);
            }
        }
    }

    /// Watches resting listeners again.
    pub(super) fn end_rest(&mut self) {
        if !self.resting {
            return;
        }
        self.resting = false;
        self.plan.totals.resting.fetch_sub(1, Relaxed);
        for l in self.listeners.indexes() {
            let t = token(LISTENER, self.listeners.generation(l), l);
            let listener = &mut self.listeners[l];
            if listener.resting {
                listener.end_rest();
                let _ = self.epoll.add(&*listener.fd, t, Interest::SharedInput);
            }
        }
    }
}
