//! A section at work: who is connected, who calls, who is asked for everything.

use super::common::Common;
use super::connection::Connection;
use super::group::Group;
use super::link::{Link, is_full};
use peers::{Control, Event, Fault, Identity, Phase, Resync, Session};
use std::io::ErrorKind;
use sys::epoll::{Interest, Ready};
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

    /// Somebody calls. Listeners tell of callers on edges: where descriptors have run out, those who
    /// wait are taken in with the next one.
    pub fn accept(&mut self, listener: usize, common: &mut Common<'_>) {
        let Some(listener) = self.group.listeners.get(listener) else {
            return;
        };
        loop {
            let fd = match tcp::accept(&*listener.fd) {
                Ok((fd, _)) => fd,
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted => continue,
                    _ => return,
                },
            };
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
    pub fn on_event(&mut self, ready: Ready) -> bool {
        let of_links = self.links.iter_mut().flat_map(|link| &mut link.connection);
        let mut all = self.callers.iter_mut().chain(of_links);
        let Some(connection) = all.find(|c| c.token == ready.token) else {
            return false;
        };
        connection.stirs(ready);
        true
    }

    /// What callers have said of themselves by now. True when there is more to read.
    fn hear_callers(&mut self, common: &mut Common<'_>) -> bool {
        let mut more = false;
        for mut caller in std::mem::take(&mut self.callers) {
            match self.greeted(&mut caller, common) {
                Greeted::Waits if common.now < caller.opened + GREETING => {
                    more |= caller.is_readable();
                    self.callers.push(caller);
                }
                Greeted::Waits | Greeted::Gone => {}
                Greeted::As(link, events) => {
                    self.take_over(link, caller, common.now);
                    self.follow(link, events, common.now);
                }
            }
        }
        more
    }

    fn greeted(&self, caller: &mut Connection, common: &mut Common<'_>) -> Greeted {
        let mut events = Vec::new();
        let read = caller.read(common.buffer, common.now, &mut events);
        if !caller.flush(common.now) || !matches!(read, Ok(true)) {
            return Greeted::Gone;
        }
        let Some(Event::Open(name)) = events.first() else {
            return Greeted::Waits;
        };
        let at = self.group.members.iter().position(|m| m.name == *name);
        at.map_or(Greeted::Gone, |at| Greeted::As(at, events))
    }

    /// Whoever called last is listened to.
    fn take_over(&mut self, at: usize, caller: Connection, now: u64) {
        let link = &mut self.links[at];
        if link.is_open() {
            link.counters.collisions += 1;
            self.resync.lost(at, now);
        }
        link.connection = Some(caller);
    }

    fn follow(&mut self, at: usize, events: Vec<Event>, now: u64) {
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
                        let heard = link.acked.get(table).copied().unwrap_or(0);
                        shared.learn(&update, heard, now);
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
            link.counters.faults += u64::from(fault != Fault::Silent);
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

    /// What was said, deadlines and signs of life; then everything that there is to tell. True when
    /// there is more of it.
    pub fn turn(&mut self, common: &mut Common<'_>) -> bool {
        let mut more = self.hear_callers(common);
        self.resync.tick(common.now);
        self.call(common);
        for at in 0..self.links.len() {
            match self.converse(at, common) {
                Ok(goes_on) => more |= goes_on,
                Err(fault) => self.lose(at, fault, common),
            }
        }
        more
    }

    /// One host's turn; an error ends the connection with it.
    fn converse(&mut self, at: usize, common: &mut Common<'_>) -> Result<bool, Option<Fault>> {
        let now = common.now;
        let mut events = Vec::new();
        let read = match &mut self.links[at].connection {
            Some(connection) => connection.read(common.buffer, now, &mut events),
            None => return Ok(false),
        };
        // What came before the end counts.
        self.follow(at, events, now);
        if !read? {
            return Err(None);
        }
        let link = &mut self.links[at];
        let asks = link.is_open() && self.resync.ask(at, now);
        if let Some(connection) = &mut link.connection {
            if asks {
                connection.session.say(Control::Resync);
            }
            connection.session.tick(now)?;
        }
        let untold = link.fill(&self.group.tables, self.resync.is_done(), now);
        let Some(connection) = &mut link.connection else {
            return Ok(false);
        };
        if !connection.flush(now) {
            return Err(None);
        }
        Ok(connection.is_readable() || untold && !is_full(&connection.session))
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
