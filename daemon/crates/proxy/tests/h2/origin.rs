//! A server of HTTP/2 that does to each request what the request's path asks for.

use crate::support::Origin;
use h2::connection::{Connection, Event, Limits, Role, Step};
use h2::{Code, Settings};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};

/// What came of a request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Request {
    pub connection: usize,
    pub fields: Vec<String>,
    pub body: Vec<u8>,
    pub trailers: Vec<String>,
    pub ended: bool,
    pub reset: Option<u32>,
}

impl Request {
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// All requests so far, in the order in which they ended or were given up.
pub type Seen = Arc<Mutex<Vec<Request>>>;

pub struct Peer {
    pub core: Connection,
    pub socket: TcpStream,
    pub requests: BTreeMap<u32, Request>,
    /// Bodies that wait for their windows.
    held: BTreeMap<u32, Vec<u8>>,
    number: usize,
    seen: Seen,
}

/// What has come of the request when the script is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Head,
    End,
}

pub fn start(
    settings: Settings,
    script: impl Fn(&mut Peer, u32, At) + Send + Sync + 'static,
) -> (Origin, Seen) {
    let seen = Seen::default();
    let shared = seen.clone();
    let origin = Origin::start(move |socket, number| {
        socket.set_nodelay(true).unwrap();
        let limits = Limits {
            settings,
            window: 1 << 20,
        };
        let mut peer = Peer {
            core: Connection::new(Role::Server, limits),
            socket,
            requests: BTreeMap::new(),
            held: BTreeMap::new(),
            number,
            seen: shared.clone(),
        };
        peer.serve(&script);
    });
    (origin, seen)
}

impl Peer {
    fn serve(&mut self, script: &impl Fn(&mut Self, u32, At)) {
        let mut held = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        self.send();
        while let Ok(n @ 1..) = self.socket.read(&mut buffer) {
            held.extend_from_slice(&buffer[..n]);
            let mut at = 0;
            while let Ok(Step::Done(used, event)) = self.core.step(&held[at..]) {
                at += used;
                let asked = event.and_then(|event| self.on(event));
                if let Some((stream, at)) = asked {
                    let ended = self.requests[&stream].ended;
                    script(self, stream, at);
                    if ended && at == At::Head {
                        script(self, stream, At::End);
                    }
                }
            }
            held.drain(..at);
            self.pump();
            self.send();
        }
        for request in std::mem::take(&mut self.requests).into_values() {
            self.seen.lock().unwrap().push(request);
        }
    }

    fn pump(&mut self) {
        self.held.retain(|stream, bytes| {
            let sent = self.core.send_data(*stream, bytes, true);
            bytes.drain(..sent.taken);
            !sent.whole
        });
    }

    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Says that streams beyond this one are not looked at (RFC 9113 §6.8).
    pub fn go_away(&mut self, last: u32) {
        h2::frame::write::go_away(last, Code::NoError, self.core.out());
    }

    pub fn send(&mut self) {
        let out = std::mem::take(self.core.out());
        let _ = self.socket.write_all(&out);
    }

    /// Sends what was said, and nothing more after it.
    pub fn close(&mut self) {
        self.send();
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    fn on(&mut self, event: Event<'_>) -> Option<(u32, At)> {
        match event {
            Event::Opened { stream, end } => {
                let request = Request {
                    connection: self.number,
                    fields: self.lines(),
                    ended: end,
                    ..Request::default()
                };
                self.requests.insert(stream, request);
                return Some((stream, At::Head));
            }
            Event::Headers { stream, .. } => {
                let trailers = self.lines();
                let request = self.requests.get_mut(&stream)?;
                (request.trailers, request.ended) = (trailers, true);
                return Some((stream, At::End));
            }
            Event::Data {
                stream, bytes, end, ..
            } => {
                let request = self.requests.get_mut(&stream)?;
                request.body.extend_from_slice(bytes);
                request.ended = end;
                self.core.release(stream, bytes.len());
                return end.then_some((stream, At::End));
            }
            Event::Reset { stream, code, .. } => {
                if let Some(mut request) = self.requests.remove(&stream) {
                    request.reset = Some(code.number());
                    self.seen.lock().unwrap().push(request);
                }
            }
            _ => {}
        }
        None
    }

    fn lines(&self) -> Vec<String> {
        let text = |b| String::from_utf8_lossy(b).into_owned();
        let list = self.core.headers().iter();
        list.map(|(name, value)| format!("{}: {}", text(name), text(value)))
            .collect()
    }

    pub fn head(&mut self, stream: u32, fields: &[(&str, &str)], end: bool) {
        self.core.send_headers(stream, end, |field| {
            for (name, value) in fields {
                field(name.as_bytes(), value.as_bytes());
            }
        });
    }

    /// The whole answer.
    pub fn answer(&mut self, stream: u32, text: &str) {
        let length = text.len().to_string();
        self.head(
            stream,
            &[(":status", "200"), ("content-length", &length)],
            false,
        );
        self.held.insert(stream, text.as_bytes().to_vec());
        self.pump();
        self.done(stream);
    }

    pub fn reset(&mut self, stream: u32, code: Code) {
        self.core.reset(stream, code);
        self.done(stream);
    }

    /// Nothing more is said to this one.
    pub fn done(&mut self, stream: u32) {
        if let Some(request) = self.requests.remove(&stream) {
            self.seen.lock().unwrap().push(request);
        }
    }
}
