//! The witnesses of a virtual router: questions that are out, and who answered when.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use config::keepalived::model::WitnessKind;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use serde_json::{Value, json};
use sys::rawsock::{PacketSocket, RawV6};
use vrrp::Micros;

use crate::ask;

const BUFFER: usize = 512;
const HOP_LIMIT: u8 = 255;
/// Silence of every witness for so long means that this host is cut off: three questions.
const LOST: Micros = 3_500_000;

/// One line of the configuration.
#[derive(Debug)]
pub struct Witness {
    pub kind: WitnessKind,
    pub last_answer: Option<Micros>,
    pub asking: Option<Asking>,
}

/// A question that is out.
#[derive(Debug)]
pub struct Asking {
    pub token: u64,
    pub socket: Socket,
}

#[derive(Debug)]
pub enum Socket {
    /// ARP answers of these count.
    Arp(PacketSocket, Vec<IpAddr>),
    Neighbours(RawV6, Vec<IpAddr>),
    Tcp(OwnedFd),
    Udp(UdpSocket, [u8; 8]),
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Arp(socket, _) => socket.as_fd(),
            Self::Neighbours(socket, _) => socket.as_fd(),
            Self::Tcp(socket) => socket.as_fd(),
            Self::Udp(socket, _) => socket.as_fd(),
        }
    }
}

impl Socket {
    /// Begins to connect; the socket becomes writable with the answer.
    pub fn connect(to: SocketAddr) -> io::Result<Self> {
        let family = match to {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
        match rustix::net::connect(&socket, &to) {
            Ok(()) | Err(rustix::io::Errno::INPROGRESS) => Ok(Self::Tcp(socket)),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends a word that comes back unchanged.
    pub fn echo(to: SocketAddr, word: [u8; 8]) -> io::Result<Self> {
        let any: IpAddr = match to {
            SocketAddr::V4(_) => [0, 0, 0, 0].into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0))?;
        socket.set_nonblocking(true)?;
        socket.connect(to)?;
        socket.send(&word)?;
        Ok(Self::Udp(socket, word))
    }

    /// Whether the answer is there; `None` while it is not.
    pub fn answer(&self, own: IpAddr) -> Option<bool> {
        let mut buffer = [0u8; BUFFER];
        match self {
            Self::Arp(socket, targets) => {
                while let Ok(Some(length)) = socket.receive(&mut buffer) {
                    let answer = buffer.get(..length).and_then(ask::arp_answer);
                    if answer.is_some_and(|it| it.to == own && targets.contains(&it.from)) {
                        return Some(true);
                    }
                }
                None
            }
            Self::Neighbours(socket, targets) => {
                while let Ok(Some(got)) = socket.receive(&mut buffer) {
                    let message = buffer.get(..got.length).unwrap_or_default();
                    let answer = ask::neighbour_answer(message, got.destination);
                    let answer = answer.filter(|_| got.hop_limit == HOP_LIMIT);
                    if answer.is_some_and(|it| it.to == own && targets.contains(&it.from)) {
                        return Some(true);
                    }
                }
                None
            }
            Self::Tcp(socket) => Some(matches!(sockopt::socket_error(socket), Ok(Ok(())))),
            Self::Udp(socket, word) => match socket.recv(&mut buffer) {
                Ok(length) => Some(buffer.get(..length) == Some(&word[..])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
                Err(_) => Some(false),
            },
        }
    }
}

/// All witnesses of an instance.
#[derive(Debug, Default)]
pub struct Witnesses {
    pub list: Vec<Witness>,
    pub strict: bool,
    /// When they were asked for the first time.
    pub since: Micros,
    /// No answer for long.
    pub lost: bool,
}

impl Witnesses {
    /// What decides is unchanged: answers so far stay.
    pub fn is_of(&self, kinds: &[WitnessKind], strict: bool) -> bool {
        self.strict == strict && self.list.iter().map(|it| it.kind).eq(kinds.iter().copied())
    }

    pub fn new(kinds: &[WitnessKind], strict: bool, now: Micros) -> Self {
        let witness = |kind: &WitnessKind| Witness {
            kind: *kind,
            last_answer: None,
            asking: None,
        };
        Self {
            list: kinds.iter().map(witness).collect(),
            strict,
            since: now,
            lost: false,
        }
    }

    pub fn silent_for(&self, now: Micros) -> Micros {
        let last = self.list.iter().filter_map(|it| it.last_answer).max();
        now.saturating_sub(last.unwrap_or(self.since))
    }

    /// True when that changed.
    pub fn judge(&mut self, now: Micros) -> bool {
        let lost = !self.list.is_empty() && self.silent_for(now) > LOST;
        std::mem::replace(&mut self.lost, lost) != lost
    }

    pub fn text(&self) -> String {
        let kinds: Vec<String> = self.list.iter().map(|it| it.kind.to_string()).collect();
        kinds.join(" or ")
    }

    pub fn status(&self, waits: bool, now: Micros) -> Value {
        if self.list.is_empty() {
            return Value::Null;
        }
        let each = self.list.iter().map(|witness| {
            let ago = |at: Micros| now.saturating_sub(at) / 1000;
            json!({
                "witness": witness.kind.to_string(),
                "lastAnswerMs": witness.last_answer.map(ago),
            })
        });
        json!({
            "answers": !self.lost && self.list.iter().any(|it| it.last_answer.is_some()),
            "strict": self.strict,
            "waits": waits,
            "witnesses": each.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_are_lost_after_three_unanswered_questions_and_back_at_once() {
        let mut witnesses = Witnesses::new(&[WitnessKind::Neighbours], true, 0);
        assert!(!witnesses.judge(3_000_000));
        assert!(witnesses.judge(4_000_000) && witnesses.lost);
        assert!(!witnesses.judge(5_000_000), "no news");
        witnesses.list[0].last_answer = Some(5_000_000);
        assert!(witnesses.judge(5_000_001) && !witnesses.lost);
    }

    #[test]
    fn nobody_to_ask_is_nobody_to_lose() {
        let mut witnesses = Witnesses::default();
        assert!(!witnesses.judge(60_000_000));
        assert!(witnesses.status(false, 0).is_null());
    }
}
