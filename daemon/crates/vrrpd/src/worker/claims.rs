//! Who else announces or answers for our addresses? While handing over it is the successor, whose
//! announcement, not its advert, shows that the link has followed it; at any other time it is a
//! second owner.

use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::os::fd::{AsFd, BorrowedFd};

use sys::epoll::Interest;
use sys::rawsock::{PacketSocket, RawV4, RawV6};
use vrrp::{Event, InstanceId};

use super::Worker;
use crate::announce::{self, ETHERTYPE_ARP, Mac};
use crate::ask::{self, Answer};
use crate::clock;

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;
const HOP_LIMIT: u8 = 255;
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const BATCH: usize = 64;

/// What is listened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Arp,
    Neighbours,
    /// Only while an announcement is being verified.
    Echoes,
}

/// A socket that hears packets of one kind on one interface.
pub struct Listener {
    index: u32,
    kind: Kind,
    token: u64,
    own: Option<Mac>,
    socket: Hearing,
}

enum Hearing {
    Arp(PacketSocket),
    Neighbours(RawV6),
    Echoes(RawV4),
}

impl AsFd for Hearing {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Arp(socket) => socket.as_fd(),
            Self::Neighbours(socket) => socket.as_fd(),
            Self::Echoes(socket) => socket.as_fd(),
        }
    }
}

/// What was heard in one go.
#[derive(Default)]
struct Heard {
    claims: Vec<Claim>,
    answers: Vec<Answer>,
}

/// Somebody has an address.
struct Claim {
    address: IpAddr,
    /// Which host says so.
    owner: String,
    /// It says so with the link address that we have, too: an echo of ours, or another master of
    /// a virtual router with a link address of its own.
    alike: bool,
}

impl Listener {
    pub fn is(&self, token: u64) -> bool {
        self.token == token
    }

    pub fn is_on(&self, index: u32) -> bool {
        self.index == index
    }

    /// Reads one packet; false when there is none to read.
    fn hear(&self, buffer: &mut [u8], heard: &mut Heard) -> io::Result<bool> {
        match &self.socket {
            Hearing::Arp(socket) => {
                let Some(length) = socket.receive(buffer)? else {
                    return Ok(false);
                };
                let frame = buffer.get(..length).unwrap_or_default();
                let claim = announce::claim(frame).map(|(address, mac)| Claim {
                    address,
                    owner: announce::mac_text(mac),
                    alike: Some(mac) == self.own,
                });
                heard.claims.extend(claim);
                heard.answers.extend(ask::arp_answer(frame));
            }
            Hearing::Neighbours(socket) => {
                let Some(got) = socket.receive(buffer)? else {
                    return Ok(false);
                };
                if got.hop_limit != HOP_LIMIT {
                    return Ok(true);
                }
                let message = buffer.get(..got.length).unwrap_or_default();
                let claim = announce::advertised(message).map(|address| Claim {
                    address,
                    owner: format!("a host that says so from {}", got.source),
                    alike: false,
                });
                heard.claims.extend(claim);
                heard
                    .answers
                    .extend(ask::neighbour_answer(message, got.destination));
            }
            Hearing::Echoes(socket) => {
                let Some(length) = socket.receive(buffer)? else {
                    return Ok(false);
                };
                let packet = buffer.get(..length).unwrap_or_default();
                heard.answers.extend(ask::echo_answer(packet));
            }
        }
        Ok(true)
    }
}

impl Worker {
    /// Keeps a listener wherever an instance holds addresses. One that cannot be opened only means
    /// that a handover is bounded by time and that nobody is verified by what it would hear.
    pub(super) fn listen_for_claims(&mut self) {
        let mut wanted: Vec<(u32, Kind)> = Vec::new();
        for running in self.running.values() {
            let verifying = running
                .verification
                .as_ref()
                .is_some_and(|it| !it.is_over());
            for held in &running.held {
                let ipv6 = held.vip.address.address.is_ipv6();
                wanted.push((held.index, if ipv6 { Kind::Neighbours } else { Kind::Arp }));
                if verifying && !ipv6 {
                    wanted.push((held.index, Kind::Echoes));
                }
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        if wanted == self.listening {
            return;
        }
        self.claims
            .retain(|listener| wanted.contains(&(listener.index, listener.kind)));
        self.listening.clone_from(&wanted);
        for (index, kind) in wanted {
            let known = (self.claims.iter()).any(|it| (it.index, it.kind) == (index, kind));
            if !known && let Ok(listener) = self.open_listener(index, kind) {
                self.claims.push(listener);
            }
        }
    }

    fn open_listener(&mut self, index: u32, kind: Kind) -> io::Result<Listener> {
        let link = self.links.by_index(index).ok_or(io::ErrorKind::NotFound)?;
        let socket = match kind {
            Kind::Arp => Hearing::Arp(PacketSocket::on(index, ETHERTYPE_ARP)?),
            Kind::Neighbours => {
                let socket = RawV6::open(&link.name, ICMPV6, 0, HOP_LIMIT)?;
                socket.join(ALL_NODES, index)?;
                Hearing::Neighbours(socket)
            }
            Kind::Echoes => Hearing::Echoes(RawV4::open(&link.name, ICMP)?),
        };
        let token = self.sockets.take_token();
        self.epoll.add(&socket, token, Interest::Input)?;
        Ok(Listener {
            index,
            kind,
            token,
            own: link.mac,
            socket,
        })
    }

    pub(super) fn hear_claims(&mut self, token: u64) {
        let mut buffer = [0u8; 512];
        let mut heard = Heard::default();
        let Some(listener) = self.claims.iter().find(|listener| listener.token == token) else {
            return;
        };
        for _ in 0..BATCH {
            // An error of the link shows as the link's own announcement.
            if !listener.hear(&mut buffer, &mut heard).unwrap_or(false) {
                break;
            }
        }
        let index = listener.index;
        for claim in heard.claims {
            for id in self.holders((index, claim.address)) {
                if self.hands_over(id) && (!claim.alike || self.shares_link_address(id)) {
                    let event = Event::SuccessorAnnounced;
                    let effects = self.node.step(id, event, clock::monotonic());
                    self.execute(effects);
                } else if !claim.alike {
                    self.foreign_owner(id, claim.address, &claim.owner);
                }
            }
        }
        if !heard.answers.is_empty() {
            self.answered(index);
        }
        for answer in heard.answers {
            self.verify(index, &answer);
        }
    }

    fn holders(&self, (index, address): (u32, IpAddr)) -> Vec<InstanceId> {
        self.running
            .values()
            .filter(|running| running.holds(index, address))
            .map(|running| running.id)
            .collect()
    }

    /// `use_vmac`: the successor announces with the very link address that we have.
    fn shares_link_address(&self, id: InstanceId) -> bool {
        let running = self.running.get(&id);
        running.is_some_and(|running| running.plan.vmac.is_some())
    }

    fn hands_over(&self, id: InstanceId) -> bool {
        self.node
            .get(id)
            .is_some_and(vrrp::Instance::is_handing_over)
    }
}
