//! Asks the witnesses (see `witness`): every second whether they answer, and at once when silence
//! would make a master.

use std::io;
use std::net::IpAddr;

use config::keepalived::model::WitnessKind;
use sys::epoll::Interest;
use sys::rawsock::{PacketSocket, RawV6};
use vrrp::{Event, InstanceId, Micros};

use super::{NOTICE, WARNING, Worker};
use crate::announce::{self, ETHERTYPE_ARP};
use crate::clock;
use crate::witness::{Asking, Socket, Witnesses};

const PERIOD: Micros = 1_000_000;
/// Neighbours asked at a time.
const NEIGHBOURS: usize = 16;
const EVERYBODY: announce::Mac = [0xff; 6];
const ICMPV6: u8 = 58;
const HOP_LIMIT: u8 = 255;

/// Whom to ask on a link.
struct Targets {
    index: u32,
    name: String,
    own: announce::Mac,
    list: Vec<(IpAddr, Option<announce::Mac>)>,
}

impl Worker {
    /// After a change of plan. The guard stands before the first election.
    pub(super) fn take_up_witnesses(&mut self) {
        let now = clock::monotonic();
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            let Some(running) = self.running.get_mut(&id) else {
                continue;
            };
            let lines = &running.plan.witnesses;
            let kinds: Vec<WitnessKind> = lines.iter().map(|it| it.kind).collect();
            let strict = lines.iter().any(|it| it.strict);
            if !running.witnesses.is_of(&kinds, strict) {
                running.witnesses = Witnesses::new(&kinds, strict, now);
            }
            let effects = self.node.step(id, Event::Guard(!kinds.is_empty()), now);
            self.execute(effects);
        }
        self.next_witness = now;
    }

    pub(super) fn next_look_at_witnesses(&self) -> Option<Micros> {
        let any = self
            .running
            .values()
            .any(|it| !it.plan.witnesses.is_empty());
        any.then_some(self.next_witness)
    }

    pub(super) fn look_at_witnesses(&mut self) {
        let now = clock::monotonic();
        if self.next_look_at_witnesses().is_none_or(|at| now < at) {
            return;
        }
        self.next_witness = now + PERIOD;
        let ids: Vec<InstanceId> = self.running.keys().copied().collect();
        let mut changed = false;
        for id in ids {
            changed |= self.judge_witnesses(id, now);
            self.ask_witnesses(id);
        }
        if changed {
            self.reassess();
        }
    }

    /// Silence would make a master now: everybody is asked at once.
    pub(super) fn witness_wanted(&mut self, id: InstanceId) {
        if let Some(running) = self.running.get_mut(&id)
            && !std::mem::replace(&mut running.waited, true)
        {
            let text = format!(
                "instance {}: nobody is heard; {} is asked before it takes over",
                running.plan.name,
                running.witnesses.text()
            );
            self.log(NOTICE, text);
        }
        self.ask_witnesses(id);
    }

    fn ask_witnesses(&mut self, id: InstanceId) {
        let count = self
            .running
            .get(&id)
            .map_or(0, |it| it.witnesses.list.len());
        for at in 0..count {
            let Some(kind) = self.running.get(&id).map(|it| it.witnesses.list[at].kind) else {
                return;
            };
            // What cannot be asked does not answer.
            let asking = self.ask_one(id, kind).ok();
            if let Some(running) = self.running.get_mut(&id) {
                running.witnesses.list[at].asking = asking;
            }
        }
    }

    fn ask_one(&mut self, id: InstanceId, kind: WitnessKind) -> io::Result<Asking> {
        let socket = match kind {
            WitnessKind::Tcp(to) => Socket::connect(to)?,
            WitnessKind::Udp(to) => Socket::echo(to, clock::monotonic().to_be_bytes())?,
            WitnessKind::Gateway(_) | WitnessKind::Neighbours => self.ask_on_link(id, kind)?,
        };
        let token = self.sockets.take_token();
        let interest = match &socket {
            Socket::Tcp(_) => Interest::InputOutput,
            _ => Interest::Input,
        };
        self.epoll.add(&socket, token, interest)?;
        Ok(Asking { token, socket })
    }

    fn ask_on_link(&mut self, id: InstanceId, kind: WitnessKind) -> io::Result<Socket> {
        let source = self.running.get(&id).and_then(|running| running.address);
        let source = source.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let targets = self.targets(id, kind).ok_or(io::ErrorKind::NotFound)?;
        let addresses = targets.list.iter().map(|(address, _)| *address).collect();
        let socket = match source {
            IpAddr::V4(_) => {
                Socket::Arp(PacketSocket::on(targets.index, ETHERTYPE_ARP)?, addresses)
            }
            IpAddr::V6(_) => {
                let socket = RawV6::open(&targets.name, ICMPV6, 0, HOP_LIMIT)?;
                Socket::Neighbours(socket, addresses)
            }
        };
        for (target, mac) in targets.list {
            let frame = match (source, target, mac) {
                (IpAddr::V4(from), IpAddr::V4(to), mac) => {
                    announce::arp_question(targets.own, from, to, mac.unwrap_or(EVERYBODY))
                }
                (IpAddr::V6(from), IpAddr::V6(to), Some(mac)) => {
                    announce::neighbour_question(targets.own, from, to, mac)
                }
                (IpAddr::V6(from), IpAddr::V6(to), None) => {
                    announce::neighbour_solicitation(targets.own, from, to)
                }
                _ => continue,
            };
            self.packets.send(targets.index, &frame)?;
        }
        Ok(socket)
    }

    fn targets(&mut self, id: InstanceId, kind: WitnessKind) -> Option<Targets> {
        let around = self.neighbourhood();
        let running = self.running.get(&id)?;
        let link = self.links.link(&running.plan.interface)?;
        let ipv6 = running.plan.ipv6;
        let list: Vec<_> = match kind {
            WitnessKind::Gateway(Some(address)) => vec![(address, None)],
            WitnessKind::Gateway(None) => {
                let gateways = around.gateways_on(link.index);
                gateways
                    .filter(|it| it.is_ipv6() == ipv6)
                    .map(|it| (it, None))
                    .collect()
            }
            _ => around
                .learnt_on(link.index)
                .filter(|(address, _)| {
                    let router = running.peers.iter().any(|peer| peer.address == *address);
                    address.is_ipv6() == ipv6 && !router && !running.is_vip(*address)
                })
                .map(|(address, mac)| (address, Some(mac)))
                .take(NEIGHBOURS)
                .collect(),
        };
        Some(Targets {
            index: link.index,
            name: link.name.clone(),
            own: link.mac?,
            list,
        })
    }

    /// An event on a witness's socket.
    pub(super) fn hear_witness(&mut self, token: u64) {
        let now = clock::monotonic();
        let mut answered = None;
        for running in self.running.values_mut() {
            let Some(own) = running.address else { continue };
            for witness in &mut running.witnesses.list {
                let asked = witness
                    .asking
                    .as_ref()
                    .filter(|asking| asking.token == token);
                let Some(answer) = asked.and_then(|asking| asking.socket.answer(own)) else {
                    continue;
                };
                witness.asking = None;
                if answer {
                    witness.last_answer = Some(now);
                    answered = Some(running.id);
                }
            }
        }
        let Some(id) = answered else { return };
        if self.judge_witnesses(id, now) {
            self.reassess();
        }
        let effects = self.node.step(id, Event::WitnessAgrees, now);
        self.execute(effects);
        if let Some(running) = self.running.get_mut(&id) {
            running.waited = false;
        }
    }

    /// Says what changed; true when a fault may follow from it.
    fn judge_witnesses(&mut self, id: InstanceId, now: Micros) -> bool {
        let Some(running) = self.running.get_mut(&id) else {
            return false;
        };
        if !running.witnesses.judge(now) {
            return false;
        }
        let (name, who) = (running.plan.name.clone(), running.witnesses.text());
        let (lost, strict) = (running.witnesses.lost, running.witnesses.strict);
        if lost {
            let text =
                format!("instance {name}: no witness answers ({who}): is this host cut off?");
            self.log(WARNING, text);
        } else {
            self.log(
                NOTICE,
                format!("instance {name}: a witness answers again ({who})"),
            );
        }
        strict
    }
}
