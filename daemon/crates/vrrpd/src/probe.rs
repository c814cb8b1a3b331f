//! `tandemd probe-address`: does anybody else on the link answer for an address?
//!
//! ARP probes as RFC 5227 section 2.1.1 has them (sender address zero, so that no neighbour
//! learns anything from us), and for IPv6 the neighbour solicitations of duplicate address
//! detection (RFC 4862 section 5.4).

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use netlink::{Link, Netlink, NetlinkError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use sys::rawsock::{PacketSocket, RawV6};
use vrrp::Micros;

use crate::announce::{self, ETHERTYPE_ARP, ETHERTYPE_IPV6, Mac};
use crate::clock;

/// Each address is asked for this often, spread over the time there is.
const PROBES: u32 = 3;
const BUFFER: usize = 2048;
const ICMPV6: u8 = 58;
const HOP_LIMIT: u8 = 255;
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

#[derive(Debug)]
pub enum ProbeError {
    NoInterface(String),
    /// Not Ethernet, or without a link address.
    NoLinkAddress(String),
    Down(String),
    Netlink(NetlinkError),
    Socket(io::Error),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInterface(name) => write!(f, "interface {name} does not exist"),
            Self::NoLinkAddress(name) => {
                write!(f, "interface {name} has no Ethernet address to ask from")
            }
            Self::Down(name) => write!(f, "interface {name} is down: nobody could answer"),
            Self::Netlink(error) => write!(f, "{error}"),
            Self::Socket(error) => write!(f, "cannot ask on the link: {error}"),
        }
    }
}

impl std::error::Error for ProbeError {}

impl From<NetlinkError> for ProbeError {
    fn from(error: NetlinkError) -> Self {
        Self::Netlink(error)
    }
}

impl From<io::Error> for ProbeError {
    fn from(error: io::Error) -> Self {
        Self::Socket(error)
    }
}

/// Somebody else that has one of the addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Answer {
    pub address: IpAddr,
    /// `aa:bb:cc:dd:ee:ff`
    pub mac: String,
}

/// Asks for each address on an interface and waits for answers until `timeout` has passed. Every
/// answer of another host is returned, in the order of addresses; none means that all are free.
/// Needs `CAP_NET_RAW`.
pub fn probe(
    interface: &str,
    addresses: &[IpAddr],
    timeout: Duration,
) -> Result<Vec<Answer>, ProbeError> {
    let mut netlink = Netlink::open()?;
    let link = find_link(&mut netlink, interface)?;
    let mac = link
        .mac
        .ok_or_else(|| ProbeError::NoLinkAddress(interface.to_owned()))?;
    Ok(ask(&link, mac, addresses, timeout)?.into_iter().collect())
}

fn find_link(netlink: &mut Netlink, interface: &str) -> Result<Link, ProbeError> {
    let links = netlink.links()?;
    let link = links.into_iter().find(|link| link.name == interface);
    let link = link.ok_or_else(|| ProbeError::NoInterface(interface.to_owned()))?;
    if link.usable() {
        Ok(link)
    } else {
        Err(ProbeError::Down(interface.to_owned()))
    }
}

fn ask(
    link: &Link,
    mac: Mac,
    addresses: &[IpAddr],
    timeout: Duration,
) -> Result<BTreeSet<Answer>, ProbeError> {
    let arp = PacketSocket::on(link.index, ETHERTYPE_ARP)?;
    let ndp = PacketSocket::on(link.index, ETHERTYPE_IPV6)?;
    // Answers to a probe go to all nodes; joining makes the link let them through.
    let member = RawV6::open(&link.name, ICMPV6, 0, HOP_LIMIT)?;
    if addresses.iter().any(IpAddr::is_ipv6) {
        member.join(ALL_NODES, link.index)?;
    }
    let mut answers = BTreeSet::new();
    let end = clock::monotonic() + micros(timeout);
    let pause = micros(timeout) / Micros::from(PROBES);
    for round in 1..=PROBES {
        for address in addresses {
            let (socket, frame) = match address {
                IpAddr::V4(v4) => (&arp, announce::arp_probe(mac, *v4)),
                IpAddr::V6(v6) => (
                    &ndp,
                    announce::neighbour_solicitation(mac, Ipv6Addr::UNSPECIFIED, *v6),
                ),
            };
            socket.send(link.index, &frame)?;
        }
        let until = if round == PROBES {
            end
        } else {
            clock::monotonic() + pause
        };
        listen([&arp, &ndp], until, &mut |address, from| {
            if from != mac && addresses.contains(&address) {
                answers.insert(Answer {
                    address,
                    mac: announce::mac_text(from),
                });
            }
        })?;
    }
    Ok(answers)
}

fn listen(
    sockets: [&PacketSocket; 2],
    until: Micros,
    heard: &mut impl FnMut(IpAddr, Mac),
) -> Result<(), ProbeError> {
    let mut buffer = [0u8; BUFFER];
    loop {
        for socket in sockets {
            while let Some(length) = socket.receive(&mut buffer)? {
                if let Some((address, from)) = announce::claim(&buffer[..length]) {
                    heard(address, from);
                }
            }
        }
        let left = until.saturating_sub(clock::monotonic());
        if left == 0 {
            return Ok(());
        }
        let wait = Timespec {
            tv_sec: i64::try_from(left / 1_000_000).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(left % 1_000_000 * 1000).unwrap_or(0),
        };
        let mut fds = sockets.map(|socket| PollFd::from_borrowed_fd(as_fd(socket), PollFlags::IN));
        match poll(&mut fds, Some(&wait)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(ProbeError::Socket(error.into())),
        }
    }
}

fn as_fd(socket: &PacketSocket) -> std::os::fd::BorrowedFd<'_> {
    std::os::fd::AsFd::as_fd(socket)
}

fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}
