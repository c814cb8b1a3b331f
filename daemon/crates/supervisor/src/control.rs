//! The control socket: one JSON request line, one JSON reply, close.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sys::epoll::{Epoll, Interest};

/// Tokens of control connections in the event loop begin here.
pub const FIRST_TOKEN: u64 = 1 << 32;
const MAX_REQUEST: usize = 64 << 10;
const MAX_CONNECTIONS: usize = 32;
/// A client that says nothing is not kept.
const IDLE: Duration = Duration::from_secs(10);

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Status,
    /// The status as a Prometheus text exposition.
    Metrics,
    Reload,
    Handover {
        #[serde(default = "default_timeout")]
        timeout_ms: u64,
    },
    /// Become master at once where no other router has been heard since the start.
    Lead,
    /// Go on as this program, which understands that form of what one leaves to the other.
    Upgrade {
        program: PathBuf,
        form: u32,
    },
}

fn default_timeout() -> u64 {
    10_000
}

/// A client's number while it waits for its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientId(u64);

#[derive(Debug)]
struct Client {
    stream: UnixStream,
    input: Vec<u8>,
    output: Vec<u8>,
    asked: bool,
    since: Instant,
}

#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    clients: HashMap<u64, Client>,
    next: u64,
}

impl Control {
    pub fn open(path: &Path, epoll: &Epoll, token: u64) -> io::Result<Self> {
        // Nobody else runs on this directory (its lock is ours), so a file here is a leftover.
        if path.exists() {
            std::fs::remove_file(path)?;
        }
        // Nobody else may speak to the daemon, not even between bind and a later chmod.
        let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
        let bound = UnixListener::bind(path);
        rustix::process::umask(before);
        let listener = bound?;
        listener.set_nonblocking(true)?;
        Self::on(listener, epoll, token)
    }

    /// The same on a socket that listens already.
    pub fn on(listener: UnixListener, epoll: &Epoll, token: u64) -> io::Result<Self> {
        epoll.add(&listener, token, Interest::Input)?;
        Ok(Self {
            listener,
            clients: HashMap::new(),
            next: FIRST_TOKEN,
        })
    }

    pub fn listener(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// Whether anybody but this client is being served.
    pub fn serves_others(&self, but: ClientId) -> bool {
        self.clients.keys().any(|token| *token != but.0)
    }

    /// A client that waits for its reply.
    pub fn connection(&self, id: ClientId) -> Option<BorrowedFd<'_>> {
        Some(self.clients.get(&id.0)?.stream.as_fd())
    }

    /// The same in the program that is to reply.
    pub fn adopt(&mut self, stream: UnixStream, now: Instant) -> ClientId {
        self.next += 1;
        let client = Client {
            stream,
            input: Vec::new(),
            output: Vec::new(),
            asked: true,
            since: now,
        };
        self.clients.insert(self.next, client);
        ClientId(self.next)
    }

    pub fn accept(&mut self, epoll: &Epoll, now: Instant) {
        while let Ok((stream, _)) = self.listener.accept() {
            if self.clients.len() >= MAX_CONNECTIONS || stream.set_nonblocking(true).is_err() {
                continue;
            }
            self.next += 1;
            if epoll.add(&stream, self.next, Interest::Input).is_err() {
                continue;
            }
            let client = Client {
                stream,
                input: Vec::new(),
                output: Vec::new(),
                asked: false,
                since: now,
            };
            self.clients.insert(self.next, client);
        }
    }

    /// Serves an event on a connection; the request when it is whole.
    pub fn ready(&mut self, token: u64, epoll: &Epoll) -> Option<(ClientId, Request)> {
        let client = self.clients.get_mut(&token)?;
        if client.asked {
            // Either the reply goes on, or the client left.
            if client.output.is_empty() || write_out(client) {
                self.drop_client(token, epoll);
            }
            return None;
        }
        match read_request(client) {
            Ok(None) => None,
            Ok(Some(request)) => {
                client.asked = true;
                // Nothing more is read; without this the client's half-close would spin the loop.
                let _ = epoll.delete(&client.stream);
                Some((ClientId(token), request))
            }
            Err(None) => {
                self.drop_client(token, epoll);
                None
            }
            Err(Some(message)) => {
                client.asked = true;
                let _ = epoll.delete(&client.stream);
                self.reply(
                    ClientId(token),
                    &serde_json::json!({ "error": message }),
                    epoll,
                );
                None
            }
        }
    }

    /// Sends the reply and closes, now or when the client has taken all of it.
    pub fn reply(&mut self, id: ClientId, reply: &Value, epoll: &Epoll) {
        let Some(client) = self.clients.get_mut(&id.0) else {
            return;
        };
        client.output = reply.to_string().into_bytes();
        client.output.push(b'\n');
        if write_out(client)
            || epoll
                .add(&client.stream, id.0, Interest::InputOutput)
                .is_err()
        {
            self.drop_client(id.0, epoll);
        }
    }

    /// Drops clients that never asked; true while there are any that wait for such an end.
    pub fn expire(&mut self, now: Instant, epoll: &Epoll) {
        let old: Vec<u64> = self
            .clients
            .iter()
            .filter(|(_, client)| !client.asked && now.duration_since(client.since) > IDLE)
            .map(|(token, _)| *token)
            .collect();
        for token in old {
            self.drop_client(token, epoll);
        }
    }

    pub fn is_idle(&self) -> bool {
        self.clients.is_empty()
    }

    fn drop_client(&mut self, token: u64, epoll: &Epoll) {
        if let Some(client) = self.clients.remove(&token) {
            let _ = epoll.delete(&client.stream);
        }
    }
}

/// The request if its line is whole; `Err(None)` when the client left without one.
fn read_request(client: &mut Client) -> Result<Option<Request>, Option<String>> {
    let mut block = [0; 4096];
    loop {
        match client.stream.read(&mut block) {
            Ok(0) if client.input.is_empty() => return Err(None),
            Ok(0) => return parse(&client.input).map(Some),
            Ok(count) => client.input.extend_from_slice(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(None),
        }
        if let Some(end) = client.input.iter().position(|byte| *byte == b'\n') {
            return parse(&client.input[..end]).map(Some);
        }
        if client.input.len() > MAX_REQUEST {
            return Err(Some("the request is longer than 64 KiB".to_owned()));
        }
    }
}

fn parse(line: &[u8]) -> Result<Request, Option<String>> {
    serde_json::from_slice(line).map_err(|error| Some(format!("unknown request: {error}")))
}

/// True when everything is out or the client is gone.
fn write_out(client: &mut Client) -> bool {
    while !client.output.is_empty() {
        match client.stream.write(&client.output) {
            Ok(count) => {
                client.output.drain(..count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return true,
        }
    }
    true
}

#[cfg(test)]
#[path = "control_test.rs"]
mod tests;
