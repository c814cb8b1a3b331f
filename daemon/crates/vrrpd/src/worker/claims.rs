//! Who else announces or answers for our addresses? While handing over it is the successor, whose
//! announcement, not its advert, shows that the link has followed it; at any other time it is a
//! second owner.

use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::os::fd::{AsFd, BorrowedFd};

use sys::epoll::Interest;
use sys::rawsock::{PacketSocket, RawV6};
use vrrp::{Event, InstanceId};

use super::Worker;
use crate::announce::{self, ETHERTYPE_ARP, Mac};
use crate::clock;

const ICMPV6: u8 = 58;
const HOP_LIMIT: u8 = 255;
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const BATCH: usize = 64;

/// A socket that hears announcements of one family on one interface.
pub struct Listener {
    index: u32,
    token: u64,
    own: Option<Mac>,
    socket: Hearing,
}

enum Hearing {
    Arp(PacketSocket),
    Ndp(RawV6),
}

impl AsFd for Hearing {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Arp(socket) => socket.as_fd(),
            Self::Ndp(socket) => socket.as_fd(),
        }
    }
}

impl Listener {
    fn place(&self) -> (u32, bool) {
        (self.index, matches!(self.socket, Hearing::Ndp(_)))
    }

    /// Reads one packet and notes the address that another host claims with it; false when there
    /// is none to read.
    fn hear(&self, buffer: &mut [u8], claims: &mut Vec<(u32, IpAddr, String)>) -> io::Result<bool> {
        let claim = match &self.socket {
            Hearing::Arp(socket) => {
                let Some(length) = socket.receive(buffer)? else {
                    return Ok(false);
                };
                let claim = buffer.get(..length).and_then(announce::claim);
                let other = claim.filter(|(_, mac)| Some(*mac) != self.own);
                other.map(|(address, mac)| (address, announce::mac_text(mac)))
            }
            Hearing::Ndp(socket) => {
                let Some(got) = socket.receive(buffer)? else {
                    return Ok(false);
                };
                let claim = buffer.get(..got.length).and_then(announce::advertised);
                let other = claim.filter(|_| got.hop_limit == HOP_LIMIT);
                other.map(|address| (address, format!("a host that says so from {}", got.source)))
            }
        };
        claims.extend(claim.map(|(address, owner)| (self.index, address, owner)));
        Ok(true)
    }
}

impl Worker {
    /// Keeps a listener wherever an instance holds addresses. One that cannot be opened only means
    /// that a handover is bounded by time.
    pub(super) fn listen_for_claims(&mut self) {
        let mut wanted: Vec<(u32, bool)> = self
            .running
            .values()
            .flat_map(|running| &running.held)
            .map(|held| (held.index, held.vip.address.address.is_ipv6()))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted == self.listening {
            return;
        }
        self.claims
            .retain(|listener| wanted.contains(&listener.place()));
        self.listening.clone_from(&wanted);
        for (index, ipv6) in wanted {
            let known = self.claims.iter().any(|it| it.place() == (index, ipv6));
            if !known && let Ok(listener) = self.open_listener(index, ipv6) {
                self.claims.push(listener);
            }
        }
    }

    fn open_listener(&mut self, index: u32, ipv6: bool) -> io::Result<Listener> {
        let link = self.links.by_index(index).ok_or(io::ErrorKind::NotFound)?;
        let socket = if ipv6 {
            let socket = RawV6::open(&link.name, ICMPV6, 0, HOP_LIMIT)?;
            socket.join(ALL_NODES, index)?;
            Hearing::Ndp(socket)
        } else {
            Hearing::Arp(PacketSocket::on(index, ETHERTYPE_ARP)?)
        };
        let token = self.sockets.take_token();
        self.epoll.add(&socket, token, Interest::Input)?;
        Ok(Listener {
            index,
            token,
            own: link.mac,
            socket,
        })
    }

    pub(super) fn hear_claims(&mut self, token: u64) {
        let mut buffer = [0u8; 512];
        let mut claims = Vec::new();
        let Some(listener) = self.claims.iter().find(|listener| listener.token == token) else {
            return;
        };
        for _ in 0..BATCH {
            // An error of the link shows as the link's own announcement.
            if !listener.hear(&mut buffer, &mut claims).unwrap_or(false) {
                break;
            }
        }
        for (index, address, owner) in claims {
            for id in self.holders((index, address)) {
                if self.hands_over(id) {
                    let event = Event::SuccessorAnnounced;
                    let effects = self.node.step(id, event, clock::monotonic());
                    self.execute(effects);
                } else {
                    self.foreign_owner(id, address, &owner);
                }
            }
        }
    }

    fn holders(&self, (index, address): (u32, IpAddr)) -> Vec<InstanceId> {
        let holds = |running: &&crate::running::Running| {
            let mut held = running.held.iter();
            held.any(|held| held.index == index && held.vip.address.address == address)
        };
        self.running
            .values()
            .filter(holds)
            .map(|running| running.id)
            .collect()
    }

    fn hands_over(&self, id: InstanceId) -> bool {
        self.node
            .get(id)
            .is_some_and(vrrp::Instance::is_handing_over)
    }
}
