//! Sockets to one name server: datagrams, and a connection for what does not fit into one.

use super::system::datagrams;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use sys::epoll::{Epoll, Interest};
use sys::tcp::{self, Peer};

/// Tokens of one name server: two sockets for datagrams, one connection.
pub const TOKENS: u64 = 4;
const STREAM: u64 = 2;
/// How long one port sends questions; answers are heard for as long again.
const PORT_MS: u64 = 5_000;
/// A connection without questions ends.
const IDLE_MS: u64 = 5_000;
/// Answers of a connection that have not been taken yet, at most.
const MOST: usize = 1 << 20;

#[derive(Debug)]
pub struct Wire {
    pub address: SocketAddr,
    /// Asked by TCP alone.
    pub stream_only: bool,
    datagrams: [Option<UdpSocket>; 2],
    current: usize,
    since: u64,
    stream: Option<Stream>,
}

#[derive(Debug)]
struct Stream {
    socket: TcpStream,
    output: Vec<u8>,
    input: Vec<u8>,
    used: u64,
}

/// What came in.
#[derive(Debug, Default)]
pub struct Incoming {
    pub messages: Vec<Vec<u8>>,
    pub by_stream: bool,
}

impl Wire {
    pub fn new(address: SocketAddr, stream_only: bool) -> Self {
        Self {
            address,
            stream_only,
            datagrams: [None, None],
            current: 0,
            since: 0,
            stream: None,
        }
    }

    /// Sends a question; false when that cannot be done.
    pub fn send(
        &mut self,
        message: &[u8],
        stream: bool,
        base: u64,
        now: u64,
        epoll: &Epoll,
    ) -> bool {
        if stream || self.stream_only {
            return self.send_stream(message, base, now, epoll);
        }
        // Ports change, so that who cannot see the questions cannot aim answers at them for long.
        if self.datagrams[self.current].is_none() || now >= self.since + PORT_MS {
            self.current ^= 1;
            self.since = now;
            let token = base + self.current as u64;
            self.datagrams[self.current] = datagrams(self.address)
                .filter(|socket| epoll.add(socket, token, Interest::Input).is_ok());
        }
        let socket = self.datagrams[self.current].as_ref();
        socket.is_some_and(|s| s.send(message).is_ok())
    }

    fn send_stream(&mut self, message: &[u8], base: u64, now: u64, epoll: &Epoll) -> bool {
        let Ok(length) = u16::try_from(message.len()) else {
            return false;
        };
        if self.stream.is_none() {
            let Ok(fd) = tcp::connect(&Peer::Tcp(self.address), None) else {
                return false;
            };
            let socket = TcpStream::from(fd);
            if epoll.add(&socket, base + STREAM, Interest::Stream).is_err() {
                return false;
            }
            self.stream = Some(Stream {
                socket,
                output: Vec::new(),
                input: Vec::new(),
                used: now,
            });
        }
        let Some(stream) = self.stream.as_mut() else {
            return false;
        };
        stream.used = now;
        stream.output.extend_from_slice(&length.to_be_bytes());
        stream.output.extend_from_slice(message);
        let sent = stream.flush();
        if !sent {
            self.stream = None;
        }
        sent
    }

    /// One of the sockets has something to say.
    pub fn on_event(&mut self, which: u64, now: u64) -> Incoming {
        let mut incoming = Incoming {
            by_stream: which == STREAM,
            ..Incoming::default()
        };
        if which == STREAM {
            let keep = self.stream.as_mut().is_some_and(|s| {
                s.used = now;
                s.flush() && s.receive(&mut incoming.messages)
            });
            if !keep {
                self.stream = None;
            }
            return incoming;
        }
        let Some(Some(socket)) = usize::try_from(which)
            .ok()
            .and_then(|w| self.datagrams.get(w))
        else {
            return incoming;
        };
        let mut buf = vec![0; 1 << 16];
        loop {
            match socket.recv(&mut buf) {
                Ok(n) => incoming.messages.push(buf[..n].to_vec()),
                // A refusal of the host says nothing: the question ends in its time.
                Err(e) if e.kind() == ErrorKind::ConnectionRefused => {}
                Err(_) => return incoming,
            }
        }
    }

    /// Closes a connection that nobody uses.
    pub fn rest(&mut self, now: u64) {
        if self
            .stream
            .as_ref()
            .is_some_and(|s| now >= s.used + IDLE_MS)
        {
            self.stream = None;
        }
    }
}

impl Stream {
    fn flush(&mut self) -> bool {
        while !self.output.is_empty() {
            match self.socket.write(&self.output) {
                Ok(0) => return false,
                Ok(n) => drop(self.output.drain(..n)),
                // Not connected yet, or full: the next event goes on.
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return true;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Takes whole messages; false at the end of the connection.
    fn receive(&mut self, messages: &mut Vec<Vec<u8>>) -> bool {
        let mut buf = [0; 1 << 14];
        let open = loop {
            match self.socket.read(&mut buf) {
                Ok(0) => break false,
                Ok(n) if self.input.len() + n <= MOST => self.input.extend_from_slice(&buf[..n]),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    break true;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => break false,
            }
        };
        while let Some((length, rest)) = self.input.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            let Some(message) = rest.get(..length) else {
                break;
            };
            messages.push(message.to_vec());
            self.input.drain(..2 + length);
        }
        open
    }
}
