//! A client of HTTP/2 that says what it is told to: our own frames, or any bytes.

use h2::connection::{Connection, Event, Limits, Role, Step};
use h2::frame::{HEAD, Head, Kind};
use h2::{Code, Settings};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Heads in their order, interim ones too, as `name: value` lines.
    pub heads: Vec<Vec<String>>,
    pub body: Vec<u8>,
    pub trailers: Vec<String>,
    pub ended: bool,
    pub reset: Option<u32>,
}

impl Answer {
    pub fn status(&self) -> u16 {
        let last = self.heads.last().and_then(|head| head.first());
        let value = last.and_then(|line| line.strip_prefix(":status: "));
        value.map_or(0, |v| v.parse().unwrap())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.heads.last()?;
        head.iter()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub struct Peer {
    pub socket: TcpStream,
    pub core: Connection,
    pub answers: BTreeMap<u32, Answer>,
    /// The code of a GOAWAY.
    pub gone: Option<Code>,
    pub closed: bool,
    held: Vec<u8>,
    /// Bytes were sent that the core knows nothing of: only a GOAWAY is looked for.
    wild: bool,
}

impl Peer {
    pub fn connect(port: u16) -> Self {
        Self::with(port, Settings::default())
    }

    pub fn with(port: u16, settings: Settings) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(8)))
            .unwrap();
        socket.set_nodelay(true).unwrap();
        let limits = Limits {
            settings,
            window: 1 << 20,
        };
        Self {
            socket,
            core: Connection::new(Role::Client, limits),
            answers: BTreeMap::new(),
            gone: None,
            closed: false,
            held: Vec::new(),
            wild: false,
        }
    }

    /// Begins a request that goes out together with what is sent next; its stream.
    pub fn begin(&mut self, fields: &[(&str, &str)], end: bool) -> u32 {
        let stream = self.core.open(0).unwrap();
        self.core.set_key(stream, stream);
        self.core.send_headers(stream, end, |field| {
            for (name, value) in fields {
                field(name.as_bytes(), value.as_bytes());
            }
        });
        self.answers.insert(stream, Answer::default());
        stream
    }

    /// Begins a request; its stream.
    pub fn ask(&mut self, fields: &[(&str, &str)], end: bool) -> u32 {
        let stream = self.begin(fields, end);
        self.send();
        stream
    }

    pub fn get(&mut self, path: &str) -> Answer {
        let stream = self.ask(
            &[
                (":method", "GET"),
                (":scheme", "http"),
                (":authority", "example.org"),
                (":path", path),
            ],
            true,
        );
        self.answer(stream)
    }

    pub fn data(&mut self, stream: u32, bytes: &[u8], end: bool) {
        let mut at = 0;
        loop {
            let sent = self.core.send_data(stream, &bytes[at..], end);
            at += sent.taken;
            self.send();
            if sent.whole || self.closed {
                return;
            }
            self.read();
        }
    }

    pub fn trailers(&mut self, stream: u32, fields: &[(&str, &str)]) {
        self.core.send_headers(stream, true, |field| {
            for (name, value) in fields {
                field(name.as_bytes(), value.as_bytes());
            }
        });
        self.send();
    }

    /// Bytes as they are, behind what was said before.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.send();
        self.wild = true;
        let _ = self.socket.write_all(bytes);
    }

    pub fn send(&mut self) {
        let out = std::mem::take(self.core.out());
        let _ = self.socket.write_all(&out);
    }

    /// Waits until the stream has ended.
    pub fn answer(&mut self, stream: u32) -> Answer {
        self.wait(|peer| {
            let answer = &peer.answers[&stream];
            answer.ended || answer.reset.is_some()
        });
        self.answers[&stream].clone()
    }

    /// Reads until it is so, or until there is nothing more to read.
    pub fn wait(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) && !self.closed {
            self.read();
        }
    }

    pub fn read(&mut self) {
        let mut buffer = vec![0; 64 << 10];
        match self.socket.read(&mut buffer) {
            Ok(0) | Err(_) => self.closed = true,
            Ok(n) => self.held.extend_from_slice(&buffer[..n]),
        }
        let held = std::mem::take(&mut self.held);
        let mut at = 0;
        while self.wild
            && let Some(head) = Head::read(&held[at..])
            && let Some(payload) = held.get(at + HEAD..at + HEAD + head.length)
        {
            if head.kind == Kind::GoAway {
                let code: [u8; 4] = payload[4..8].try_into().unwrap();
                self.gone = Some(Code::of(u32::from_be_bytes(code)));
            }
            at += HEAD + head.length;
        }
        while !self.wild {
            match self.core.step(&held[at..]) {
                Ok(Step::More) => break,
                Ok(Step::Done(used, event)) => {
                    at += used;
                    if let Some(event) = event {
                        self.on(event);
                    }
                }
                Err(code) => panic!("our own frames are refused: {code:?}"),
            }
        }
        self.held = held[at..].to_vec();
        self.send();
    }

    fn on(&mut self, event: Event<'_>) {
        match event {
            Event::Headers {
                stream,
                end,
                trailers,
                ..
            } => {
                let list = self.core.headers().iter();
                let lines = list
                    .map(|(n, v)| {
                        let text = |b| String::from_utf8_lossy(b).into_owned();
                        format!("{}: {}", text(n), text(v))
                    })
                    .collect();
                let answer = self.answers.entry(stream).or_default();
                if trailers {
                    answer.trailers = lines;
                } else {
                    answer.heads.push(lines);
                }
                answer.ended = end;
            }
            Event::Data {
                stream, bytes, end, ..
            } => {
                let answer = self.answers.entry(stream).or_default();
                answer.body.extend_from_slice(bytes);
                answer.ended = end;
                self.core.release(stream, bytes.len());
            }
            Event::Reset { stream, code, .. } => {
                self.answers.entry(stream).or_default().reset = Some(code.number());
            }
            Event::GoneAway { code, .. } => self.gone = Some(code),
            Event::Opened { .. } | Event::Room { .. } | Event::RoomForAll | Event::Settings => {}
        }
    }
}
