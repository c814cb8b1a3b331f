//! Where connections to a server come from.

use config::haproxy::model::{self, UseSource};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use sys::outgoing;
use sys::tcp::Peer;

/// `source` and `tcp-ut`; servers that have neither leave everything to the kernel.
#[derive(Debug)]
pub struct Origin {
    address: Option<SocketAddr>,
    ports: Option<Ports>,
    interface: Option<String>,
    used: Option<UseSource>,
    user_timeout: Option<Duration>,
}

/// A range that is gone through in turn.
#[derive(Debug)]
struct Ports {
    first: u16,
    count: u32,
    next: AtomicU32,
}

/// What `usesrc` may look at.
#[derive(Debug, Clone, Copy, Default)]
pub struct ForClient<'a> {
    pub client: Option<SocketAddr>,
    /// The request's head as it goes to the server; empty in tcp mode.
    pub head: &'a [u8],
}

impl Origin {
    /// `None` when nothing is said.
    pub fn compile(server: &model::Server, section: &model::Proxy) -> Option<Self> {
        let source = server.source.as_ref().or(section.source.as_ref());
        let user_timeout = server.tcp_user_timeout.as_ref();
        Self::new(source.map(|s| &s.value), user_timeout.map(|d| d.value))
    }

    /// The same of a host that shares tables.
    pub fn of_peer(peer: &model::Peer) -> Option<Self> {
        let user_timeout = peer.tcp_user_timeout.as_ref();
        let source = peer.source.as_ref().map(|s| &s.value);
        Self::new(source, user_timeout.map(|d| d.value))
    }

    fn new(source: Option<&model::Source>, user_timeout: Option<Duration>) -> Option<Self> {
        if source.is_none() && user_timeout.is_none() {
            return None;
        }
        Some(Self {
            address: source.map(|s| s.address),
            ports: source.and_then(|s| s.ports).map(|(first, last)| Ports {
                first,
                count: u32::from(last - first) + 1,
                next: AtomicU32::new(0),
            }),
            interface: source.and_then(|s| s.interface.as_ref().map(|i| i.value.clone())),
            used: source.and_then(|s| s.used.clone()),
            user_timeout,
        })
    }

    /// A connection may look different from client to client: it is one client's alone.
    pub fn is_per_client(&self) -> bool {
        !matches!(self.used, None | Some(UseSource::Address(_)))
    }

    /// The address that is used for this client, in the place of our own.
    pub fn used_for(&self, whom: ForClient<'_>) -> Option<SocketAddr> {
        self.used.as_ref().and_then(|used| address_of(used, whom))
    }

    /// `used`: see [`Self::used_for`].
    pub fn connect(&self, peer: &Peer, used: Option<SocketAddr>) -> io::Result<OwnedFd> {
        let origin = outgoing::Origin {
            address: used.or(self.address).filter(|a| is_said(*a)),
            foreign: used.is_some(),
            interface: self.interface.as_deref(),
            user_timeout: self.user_timeout,
        };
        match &self.ports {
            Some(ports) if used.is_none() => ports.connect(peer, &origin),
            _ => outgoing::connect(peer, &origin),
        }
    }
}

/// `0.0.0.0` without a port says nothing.
fn is_said(address: SocketAddr) -> bool {
    !address.ip().is_unspecified() || address.port() != 0
}

impl Ports {
    /// Takes the next port that is free towards this peer.
    fn connect(&self, peer: &Peer, origin: &outgoing::Origin<'_>) -> io::Result<OwnedFd> {
        let mut result = Err(io::ErrorKind::AddrInUse.into());
        for _ in 0..self.count {
            let step = self.next.fetch_add(1, Relaxed) % self.count;
            let port = self.first + u16::try_from(step).unwrap_or(0);
            let address = origin.address.map(|a| SocketAddr::new(a.ip(), port));
            result = outgoing::connect(peer, &outgoing::Origin { address, ..*origin });
            match &result {
                Err(e) if is_taken(e) => {}
                _ => break,
            }
        }
        result
    }
}

fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::AddrInUse | K::AddrNotAvailable)
}

fn address_of(used: &UseSource, whom: ForClient<'_>) -> Option<SocketAddr> {
    let plain = |a: SocketAddr| SocketAddr::new(a.ip().to_canonical(), a.port());
    match used {
        UseSource::Address(address) => Some(*address),
        UseSource::Client => whom.client.map(plain),
        UseSource::ClientIp => whom.client.map(|a| SocketAddr::new(plain(a).ip(), 0)),
        UseSource::Header { name, occurrence } => {
            let ip = listed(whom.head, name.as_bytes(), *occurrence)?;
            Some(SocketAddr::new(ip, 0))
        }
    }
}

/// The nth address in the values of a header, from the end when negative.
fn listed(head: &[u8], name: &[u8], occurrence: i32) -> Option<IpAddr> {
    let lines = head.split(|b| *b == b'\n').skip(1).map(<[u8]>::trim_ascii);
    let values = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let at = line.iter().position(|b| *b == b':')?;
            line[..at]
                .eq_ignore_ascii_case(name)
                .then(|| &line[at + 1..])
        });
    let all: Vec<&[u8]> = values
        .flat_map(|value| value.split(|b| *b == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let nth = usize::try_from(occurrence.unsigned_abs()).ok()?;
    let found = match occurrence {
        0 => return None,
        1.. => all.get(nth - 1),
        _ => all.get(all.len().checked_sub(nth)?),
    };
    std::str::from_utf8(found?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_in_a_header_is_counted_from_either_end() {
        let head = b"GET / HTTP/1.1\r\nX-F: 10.0.0.1, 10.0.0.2\r\nHost: h\r\nx-f: 10.0.0.3\r\n\r\nX-F: 10.0.0.4";
        let at = |n| listed(head, b"X-F", n).map(|ip| ip.to_string());
        assert_eq!(at(-1).as_deref(), Some("10.0.0.3"));
        assert_eq!(at(1).as_deref(), Some("10.0.0.1"));
        assert_eq!(at(-3).as_deref(), Some("10.0.0.1"));
        assert_eq!((at(0), at(4), at(-4)), (None, None, None));
        assert_eq!(listed(head, b"Host", -1), None);
    }
}
