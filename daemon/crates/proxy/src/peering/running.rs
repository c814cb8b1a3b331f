//! A section at work: who is connected, who calls, who is asked for everything.

use super::group::Group;
use super::link::{Connection, Link};
use peers::{Control, Event, Fault, Identity, Phase, Resync, Session};
use std::sync::Arc;
use sys::epoll::{Epoll, Interest, Ready};
use sys::tcp::{self, Peer};

/// Connections that have not said who they are: more of them push the oldest out.
const CALLERS: usize = 16;
/// How long they may take for it, in milliseconds.
const GREETING: u64 = 5000;

#[derive(Debug)]
pub struct Running {
    pub group: Group,
    identity: Identity,
    pub links: Vec<Link>,
    pub resync: Resync,
    callers: Vec<Connection>,
    /// Tokens of the listeners, in their order.
    pub listening: Vec<u64>,
}

/// What became of a caller.
enum Greeted {
    Waits,
    Gone,
    /// It belongs to this link, and has said this.
    As(usize, Vec<Event>),
}

/// What everything of the thread has in common.
pub struct Common<'c> {
    pub epoll: &'c Arc<Epoll>,
    pub next_token: &'c mut u64,
    pub random: &'c mut Random,
    pub now: u64,
}

impl Common<'_> {
    pub fn token(&mut self) -> u64 {
        *self.next_token += 1;
        *self.next_token
    }
}

/// Delays that differ from host to host.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}

impl Running {
    pub fn new(group: Group, now: u64) -> Self {
        let definitions = group.tables.iter().map(|shared| shared.definition.clone());
        let identity = Identity {
            name: group.local.clone(),
            process: std::process::id(),
            tables: definitions.collect(),
        };
        let link = |_: &_| Link::new(group.tables.len(), now);
        Self {
            identity,
            links: group.members.iter().map(link).collect(),
            resync: Resync::begin(now),
            callers: Vec::new(),
            listening: Vec::new(),
            group,
        }
    }

    /// Somebody calls.
    pub fn accept(&mut self, listener: usize, common: &mut Common<'_>) {
        let Some(listener) = self.group.listeners.get(listener) else {
            return;
        };
        while let Ok((fd, _)) = tcp::accept(&*listener.fd) {
            if self.callers.len() >= CALLERS {
                self.callers.remove(0);
            }
            let known = self.group.members.iter().map(|m| m.name.clone()).collect();
            let session = Session::answer(self.identity.clone(), known, common.now);
            let token = common.token();
            if common.epoll.add(&fd, token, Interest::Stream).is_ok() {
                self.callers
                    .push(Connection::new(fd, session, token, common.now));
            }
        }
    }

    /// Calls the others that are due.
    pub fn call(&mut self, common: &mut Common<'_>) {
        for (link, member) in self.links.iter_mut().zip(&self.group.members) {
            let Some(address) = member.address else {
                continue;
            };
            if link.connection.is_some() || common.now < link.next_call {
                continue;
            }
            let to = Peer::Tcp(address);
            let connected = match &member.origin {
                Some(origin) => origin.connect(&to, None),
                None => tcp::connect(&to, None),
            };
            let session = Session::call(self.identity.clone(), &member.name, common.now);
            let token = common.token();
            link.counters.status = "CONN";
            match connected {
                Ok(fd) if common.epoll.add(&fd, token, Interest::Stream).is_ok() => {
                    link.connection = Some(Connection::new(fd, session, token, common.now));
                }
                _ => retry(link, common),
            }
        }
    }

    /// Something happened at one of the connections, if it is of this section.
    pub fn on_event(&mut self, ready: Ready, buffer: &mut [u8], common: &mut Common<'_>) -> bool {
        let has = |c: &Connection| c.token == ready.token;
        if let Some(at) = self.callers.iter().position(has) {
            let mut caller = self.callers.remove(at);
            match self.greeted(&mut caller, ready, buffer, common) {
                Greeted::Waits => self.callers.push(caller),
                Greeted::Gone => {}
                Greeted::As(link, events) => {
                    self.take_over(link, caller, common);
                    self.follow(link, events, common);
                }
            }
            return true;
        }
        let of = |link: &Link| link.connection.as_ref().is_some_and(has);
        let Some(at) = self.links.iter().position(of) else {
            return false;
        };
        let Some(connection) = &mut self.links[at].connection else {
            return true;
        };
        if ready.writable() {
            connection.ready();
        }
        let mut events = Vec::new();
        let read = if ready.readable() {
            connection.read(buffer, common.now, &mut events)
        } else {
            Ok(true)
        };
        self.follow(at, events, common);
        match read {
            Ok(true) => {}
            Ok(false) => self.lose(at, None, common),
            Err(fault) => self.lose(at, Some(fault), common),
        }
        true
    }

    /// What a caller has said of itself by now.
    fn greeted(
        &self,
        caller: &mut Connection,
        ready: Ready,
        buffer: &mut [u8],
        common: &Common<'_>,
    ) -> Greeted {
        if ready.writable() {
            caller.ready();
        }
        let mut events = Vec::new();
        let read = caller.read(buffer, common.now, &mut events);
        if !matches!(read, Ok(true)) {
            caller.flush(common.now);
            return Greeted::Gone;
        }
        let Some(Event::Open(name)) = events.first() else {
            return Greeted::Waits;
        };
        let at = self.group.members.iter().position(|m| m.name == *name);
        at.map_or(Greeted::Gone, |at| Greeted::As(at, events))
    }

    /// Whoever called last is listened to.
    fn take_over(&mut self, at: usize, caller: Connection, common: &Common<'_>) {
        let link = &mut self.links[at];
        if link.is_open() {
            link.counters.collisions += 1;
            self.resync.lost(at, common.now);
        }
        link.connection = Some(caller);
    }

    fn follow(&mut self, at: usize, events: Vec<Event>, common: &Common<'_>) {
        let now = common.now;
        let (link, tables) = (&mut self.links[at], &self.group.tables);
        for event in events {
            match event {
                Event::Open(_) => {
                    link.begin(now);
                }
                Event::Update(table, update) => {
                    link.counters.received += 1;
                    self.resync.goes_on(at, now);
                    if let Some(shared) = tables.get(table) {
                        shared.learn(&update, now);
                    }
                }
                Event::Acked(table, id) => link.acked(table, id),
                Event::Said(Control::Resync) => link.teach(tables),
                Event::Said(control @ (Control::Finished | Control::Partial)) => {
                    self.resync.finished(at, control == Control::Finished, now);
                    if let Some(connection) = &mut link.connection {
                        connection.session.say(Control::Confirm);
                    }
                }
                Event::Said(Control::Confirm) => link.counters.confirmed += 1,
                Event::Said(Control::Heartbeat) => {}
            }
        }
    }

    fn lose(&mut self, at: usize, fault: Option<Fault>, common: &mut Common<'_>) {
        let link = &mut self.links[at];
        let Some(mut connection) = link.connection.take() else {
            return;
        };
        // The other side is told of its fault, as far as it still listens.
        connection.flush(common.now);
        let was_open = connection.session.phase() == Phase::Open;
        if let Some(fault) = fault {
            link.counters.faults += 1;
            link.counters.last_fault = fault.to_string();
        }
        self.resync.lost(at, common.now);
        if was_open {
            link.counters.status = "CLOS";
            // Both sides do not come back at once.
            link.next_call = common.now + 50 + common.random.below(2000);
        } else {
            retry(link, common);
        }
    }

    /// Deadlines and signs of life; then everything that there is to tell. True when there is more.
    pub fn turn(&mut self, common: &mut Common<'_>) -> bool {
        let now = common.now;
        self.callers
            .retain_mut(|caller| caller.flush(now) && now < caller.opened + GREETING);
        self.resync.tick(now);
        self.call(common);
        let mut more = false;
        for at in 0..self.links.len() {
            let link = &mut self.links[at];
            let asks = link.is_open() && self.resync.ask(at, now);
            let whole = self.resync.is_done();
            if let Some(connection) = &mut link.connection {
                if asks {
                    connection.session.say(Control::Resync);
                }
                if let Err(fault) = connection.session.tick(now) {
                    self.lose(at, Some(fault), common);
                    continue;
                }
            }
            more |= link.fill(&self.group.tables, whole, now);
            let connection = link.connection.as_mut();
            if connection.is_some_and(|connection| !connection.flush(now)) {
                self.lose(at, None, common);
            }
        }
        more
    }

    /// When there is something to do without anything happening.
    pub fn due(&self) -> Option<u64> {
        let callers = self.callers.iter().map(|caller| caller.opened + GREETING);
        let links = self.links.iter().zip(&self.group.members);
        let links = links.filter_map(|(link, member)| match &link.connection {
            Some(connection) => Some(connection.session.due()),
            None => member.address.map(|_| link.next_call),
        });
        callers.chain(links).chain(self.resync.due()).min()
    }
}

/// A call was in vain: the next ones come later and later.
fn retry(link: &mut Link, common: &mut Common<'_>) {
    let delay = (250_u64 << link.failures.min(4)).min(4000);
    link.failures += 1;
    link.next_call = common.now + delay + common.random.below(250);
}
