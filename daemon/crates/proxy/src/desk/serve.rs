//! The thread's loop: sockets, clients, deadlines.

use super::client::{Client, Turn};
use super::{Desk, Settings, Ticket};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use sys::epoll::{Epoll, Events, Interest, monotonic_ms};
use sys::tcp;

const DESK: u64 = 0;
/// Tokens of sockets begin here, those of clients behind them.
const SOCKET: u64 = 1;
const CLIENT: u64 = 1 << 32;

/// The thread lives until the desk says stop.
pub fn start(desk: Arc<Desk>) -> std::io::Result<JoinHandle<()>> {
    let epoll = Epoll::new()?;
    epoll.add(desk.clients(), DESK, Interest::Input)?;
    let serving = Serving {
        desk,
        epoll,
        settings: Settings::default(),
        clients: BTreeMap::new(),
        going: Vec::new(),
        next: CLIENT,
        full: false,
    };
    std::thread::Builder::new()
        .name("runtime".to_owned())
        .spawn(move || serving.run())
}

struct Serving {
    desk: Arc<Desk>,
    epoll: Epoll,
    settings: Settings,
    clients: BTreeMap<u64, Client>,
    /// Clients whose turn goes on.
    going: Vec<u64>,
    next: u64,
    /// As many clients are there as may be: others wait in the sockets' queues.
    full: bool,
}

impl Serving {
    fn run(mut self) {
        let mut events = Events::with_capacity(64);
        while !self.desk.stops() {
            let wait = self.wait_time();
            if self.epoll.wait(&mut events, wait).is_err() {
                return;
            }
            let now = monotonic_ms();
            for (ticket, answer) in self.desk.take_answers() {
                if let Some(client) = self.clients.get_mut(&ticket.0) {
                    client.answered(answer);
                    self.going.push(ticket.0);
                }
            }
            if let Some(settings) = self.desk.take_settings() {
                self.configure(settings);
            }
            for ready in events.iter() {
                match ready.token {
                    DESK => {}
                    token if token >= CLIENT => {
                        if let Some(client) = self.clients.get_mut(&token) {
                            client.note(ready);
                            self.going.push(token);
                        }
                    }
                    token => self.accept(token - SOCKET, now),
                }
            }
            self.turns(now);
            self.expire(now);
        }
    }

    fn wait_time(&self) -> Option<Duration> {
        if !self.going.is_empty() {
            return Some(Duration::ZERO);
        }
        let first = self.clients.values().map(|client| client.deadline).min()?;
        let left = first.saturating_sub(monotonic_ms()).max(1);
        Some(Duration::from_millis(left))
    }

    /// Clients of a socket that is gone are served to their end.
    fn configure(&mut self, settings: Settings) {
        for socket in &self.settings.sockets {
            let _ = self.epoll.delete(&*socket.fd);
        }
        self.settings = settings;
        self.full = true;
        self.watch_sockets();
    }

    /// The sockets are heard while there is room for another client.
    fn watch_sockets(&mut self) {
        let full = self.clients.len() >= self.settings.most;
        if full == self.full {
            return;
        }
        self.full = full;
        for (at, socket) in (SOCKET..).zip(&self.settings.sockets) {
            let _ = if full {
                self.epoll.delete(&*socket.fd)
            } else {
                self.epoll.add(&*socket.fd, at, Interest::Input)
            };
        }
    }

    fn accept(&mut self, at: u64, now: u64) {
        let sockets = &self.settings.sockets;
        let Some(socket) = usize::try_from(at).ok().and_then(|at| sockets.get(at)) else {
            return;
        };
        while self.clients.len() < self.settings.most {
            let stream = match tcp::accept(&*socket.fd) {
                Ok((stream, _)) => stream,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            self.next += 1;
            if self
                .epoll
                .add(&stream, self.next, Interest::Stream)
                .is_err()
            {
                continue;
            }
            let patience = u64::try_from(self.settings.timeout.as_millis()).unwrap_or(u64::MAX);
            let client = Client::new(stream, Ticket(self.next), socket, patience, now);
            self.clients.insert(self.next, client);
            self.going.push(self.next);
        }
        self.watch_sockets();
    }

    fn turns(&mut self, now: u64) {
        let mut going = std::mem::take(&mut self.going);
        going.sort_unstable();
        going.dedup();
        for token in going {
            let Some(client) = self.clients.get_mut(&token) else {
                continue;
            };
            match client.turn(&self.desk, now) {
                Turn::Waits => {}
                Turn::GoesOn => self.going.push(token),
                Turn::Ends => drop(self.clients.remove(&token)),
            }
        }
        self.watch_sockets();
    }

    fn expire(&mut self, now: u64) {
        let before = self.clients.len();
        self.clients.retain(|_, client| now < client.deadline);
        if self.clients.len() < before {
            self.watch_sockets();
        }
    }
}
