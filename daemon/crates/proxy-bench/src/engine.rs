//! One epoll for everything: the origin's sockets, the sink and the client's connections.

use crate::client::{Client, Outcome};
use crate::command::Tls;
use crate::handshakes::Handshakes;
use crate::load::Load;
use crate::multiplexed::Multiplexed;
use crate::origin::{Origin, Replies};
use crate::slots::{Slots, Socket};
use crate::wire::{Room, Wire};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use sys::epoll::{Epoll, Events, Interest, Ready};
use sys::tcp::{self, Peer};
use tls::rustls::ClientConfig;

/// The token of standard input.
const INPUT: u64 = u64::MAX;
const BACKLOG: i32 = 4096;
/// Room for the lines of a burst; more are lost, and missed in the count.
const SINK_BYTES: usize = 8 << 20;

pub struct Engine {
    epoll: Epoll,
    pub slots: Slots,
    room: Room,
    handshakes: Handshakes,
    /// What connections of the load begin TLS with.
    sealed: Option<Arc<ClientConfig>>,
    datagram: Vec<u8>,
    pub datagrams: u64,
    pub has_sink: bool,
    pub load: Load,
    /// Connections of HTTP/2 with frames to send, and when requests were due that are answered.
    spoke: Vec<u64>,
    answered: Vec<u64>,
    input: bool,
}

impl Engine {
    pub fn new() -> io::Result<Self> {
        let epoll = Epoll::new()?;
        epoll.add(io::stdin(), INPUT, Interest::Input)?;
        Ok(Self {
            epoll,
            slots: Slots::default(),
            room: Room::new(),
            handshakes: Handshakes::default(),
            sealed: None,
            datagram: vec![0; 64 << 10],
            datagrams: 0,
            has_sink: false,
            load: Load::default(),
            spoke: Vec::new(),
            answered: Vec::new(),
            input: false,
        })
    }

    /// How connections to this port begin from now on.
    pub fn seal(&mut self, tls: Option<Tls>, port: u16, h2: bool) -> io::Result<()> {
        let config = match tls {
            None => Ok(None),
            Some(Tls::Full) => Handshakes::full(h2).map(Some),
            Some(Tls::Resumed) => self.handshakes.resumed(port, h2).map(Some),
        };
        self.sealed = config.map_err(io::Error::other)?;
        Ok(())
    }

    /// Listens on so many ports.
    pub fn origin(&mut self, count: usize, body: usize) -> io::Result<Vec<u16>> {
        let replies = Rc::new(Replies::new(body));
        (0..count)
            .map(|_| {
                let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let listener = TcpListener::from(tcp::listen(any, BACKLOG)?);
                let port = listener.local_addr()?.port();
                self.add(Socket::Listener(listener.into(), replies.clone()))?;
                Ok(port)
            })
            .collect()
    }

    pub fn sink(&mut self) -> io::Result<u16> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        // The larger of the two needs root.
        if rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket, SINK_BYTES).is_err() {
            rustix::net::sockopt::set_socket_recv_buffer_size(&socket, SINK_BYTES)?;
        }
        let port = socket.local_addr()?.port();
        self.add(Socket::Sink(socket))?;
        self.has_sink = true;
        Ok(port)
    }

    /// A new connection of the client.
    fn connect(&mut self, port: u16) -> io::Result<u64> {
        let proxy = Peer::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let socket = tcp::connect(&proxy, None)?;
        let wire = Wire::new(socket, self.sealed.clone(), &mut self.room)?;
        let Some(streams) = self.load.streams else {
            return self.add(Socket::Client(Client::new(wire)));
        };
        let token = self.add(Socket::Multiplexed(Box::new(Multiplexed::new(wire))))?;
        let further = streams.saturating_sub(1);
        self.load.idle.extend((0..further).map(|_| Some(token)));
        Ok(token)
    }

    fn add(&mut self, socket: Socket) -> io::Result<u64> {
        let token = self.slots.insert(socket);
        match self.slots.get(token) {
            Some(Socket::Listener(fd, _)) => self.epoll.add(fd, token, Interest::Input)?,
            Some(Socket::Sink(sink)) => self.epoll.add(sink, token, Interest::Input)?,
            Some(Socket::Origin(Origin { fd, .. })) => {
                self.epoll.add(fd, token, Interest::Stream)?;
            }
            Some(Socket::Client(client)) => {
                self.epoll.add(&client.wire.fd, token, Interest::Stream)?;
            }
            Some(Socket::Multiplexed(client)) => {
                self.epoll.add(&client.wire.fd, token, Interest::Stream)?;
            }
            None => {}
        }
        Ok(token)
    }

    /// Waits for events and does what they ask for. Whether standard input is readable.
    pub fn turn(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<bool> {
        self.epoll.wait(events, timeout)?;
        self.input = false;
        for ready in events.iter() {
            if ready.token == INPUT {
                self.input = true;
            } else {
                self.on_event(ready)?;
            }
        }
        Ok(self.input)
    }

    fn on_event(&mut self, ready: Ready) -> io::Result<()> {
        let token = ready.token;
        match self.slots.get(token) {
            None => {}
            Some(Socket::Origin(origin)) => {
                let goes_on = origin.on_event(ready, &mut self.room.plain);
                if !goes_on {
                    self.slots.remove(token);
                }
            }
            Some(Socket::Client(client)) => {
                let load = &self.load;
                let outcome = client.on_event(ready, &load.request, load.each, &mut self.room);
                let due = client.due;
                if outcome == Outcome::Ended && client.wire.is_resumed() {
                    self.load.resumed += 1;
                }
                self.on_outcome(token, outcome, due)?;
            }
            Some(Socket::Multiplexed(client)) => {
                let told = client.on_event(ready, &mut self.room, &mut self.answered);
                for due in self.answered.drain(..) {
                    self.load.answered(token, due);
                }
                self.spoke.push(token);
                if let Err(why) = told {
                    self.fail(token, why)?;
                }
                self.proceed()?;
            }
            Some(Socket::Sink(sink)) => {
                while sink.recv(&mut self.datagram).is_ok() {
                    self.datagrams += 1;
                }
            }
            Some(Socket::Listener(..)) => self.accept(token)?,
        }
        Ok(())
    }

    fn on_outcome(&mut self, token: u64, outcome: Outcome, due: u64) -> io::Result<()> {
        match outcome {
            Outcome::Nothing => return Ok(()),
            Outcome::Answered => self.load.answered(token, due),
            Outcome::Ended => {
                self.slots.remove(token);
                self.load.answered(token, due);
            }
            Outcome::Failed(why) => self.fail(token, why)?,
        }
        self.proceed()
    }

    /// Sends the requests that are due on connections that wait for one.
    pub fn proceed(&mut self) -> io::Result<()> {
        loop {
            while let Some((idle, due)) = self.load.next() {
                let token = match idle {
                    Some(token) => token,
                    None => self.connect(self.load.port)?,
                };
                self.ask(token, due)?;
            }
            // Requests of one connection leave together.
            let Some(token) = self.spoke.pop() else {
                return Ok(());
            };
            if let Some(Socket::Multiplexed(client)) = self.slots.get(token)
                && let Err(why) = client.flush(&mut self.room)
            {
                self.fail(token, why)?;
            }
        }
    }

    fn ask(&mut self, token: u64, due: u64) -> io::Result<()> {
        let asked = match self.slots.get(token) {
            Some(Socket::Client(client)) => client.ask(&self.load.request, due, &mut self.room),
            Some(Socket::Multiplexed(client)) => {
                if self.spoke.last() != Some(&token) {
                    self.spoke.push(token);
                }
                client.ask(&self.load.fields, due)
            }
            _ => Ok(()),
        };
        match asked {
            Ok(()) => Ok(()),
            Err(why) => self.fail(token, why),
        }
    }

    fn fail(&mut self, token: u64, why: String) -> io::Result<()> {
        let asked = match self.slots.get(token) {
            Some(Socket::Client(client)) => u64::from(!client.is_idle()),
            Some(Socket::Multiplexed(client)) => client.underway() as u64,
            _ => 0,
        };
        self.slots.remove(token);
        self.load.idle.retain(|idle| *idle != Some(token));
        self.load.failed(why, asked)
    }

    fn accept(&mut self, token: u64) -> io::Result<()> {
        let Some(Socket::Listener(listener, replies)) = self.slots.get(token) else {
            return Ok(());
        };
        let replies = replies.clone();
        let mut came = Vec::new();
        loop {
            match tcp::accept(&*listener) {
                Ok((fd, _)) => came.push(fd),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
        }
        for fd in came {
            tcp::set_nodelay(&fd)?;
            self.add(Socket::Origin(Origin::new(fd, replies.clone())))?;
        }
        Ok(())
    }
}
