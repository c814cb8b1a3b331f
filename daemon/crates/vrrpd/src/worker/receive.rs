//! Packets from the sockets to the instances.

use std::net::IpAddr;

use vrrp::admit::{Datagram, Transport, admit, is_for};
use vrrp::ah::{self, Sealed, Window};
use vrrp::{Event, InstanceId, PacketError, Received, Rules, ip, packet};

use super::{WARNING, Worker};
use crate::clock;
use crate::sockets::{Arrival, Key};

/// Packets taken from one socket in a row; a flood must not keep us from our own adverts.
const BATCH: usize = 64;
const BUFFER: usize = 4096;

impl Worker {
    pub(super) fn receive(&mut self, token: u64) {
        let mut buffer = [0u8; BUFFER];
        for _ in 0..BATCH {
            let Some(socket) = self.sockets.by_token(token) else {
                return;
            };
            // An error of the link shows as the link's own announcement.
            let Ok(Some(arrival)) = socket.receive(&mut buffer) else {
                return;
            };
            let key = socket.key.clone();
            let Some((datagram, sealed)) = datagram(arrival, &buffer) else {
                self.unreadable += 1;
                continue;
            };
            self.dispatch(&datagram, sealed.as_ref(), &key);
        }
    }

    fn dispatch(&mut self, datagram: &Datagram<'_>, sealed: Option<&Sealed<'_>>, key: &Key) {
        // A host may have an instance of every router id: only those of this one are asked.
        let ids = packet::peek_vrid(datagram.payload).and_then(|vrid| self.by_router.get(&vrid));
        let mut meant: Vec<(InstanceId, &Rules)> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| self.running.get(id))
            .filter(|running| running.socket.as_ref() == Some(key))
            .filter_map(|running| Some((running.id, running.rules.as_ref()?)))
            .filter(|(_, rules)| is_for(rules, datagram))
            .collect();
        if meant.is_empty() {
            self.foreign_adverts += 1;
            return;
        }
        // Instances of one router id may use different groups or peers: those that listen where
        // the packet was sent are meant, if any does.
        if meant.iter().any(|(_, rules)| listens(rules, datagram)) {
            meant.retain(|(_, rules)| listens(rules, datagram));
        }
        let meant: Vec<InstanceId> = meant.into_iter().map(|(id, _)| id).collect();
        let verdicts: Vec<(InstanceId, Result<Received, PacketError>)> = meant
            .into_iter()
            .map(|id| (id, self.judge(id, datagram, sealed)))
            .collect();
        for (id, verdict) in verdicts {
            match verdict {
                Ok(received) => {
                    self.compare_lists(id, datagram, received.addresses_differ);
                    let effects = self
                        .node
                        .step(id, Event::Advert(received), clock::monotonic());
                    self.execute(effects);
                    self.hush(id);
                    self.report_hearing(id, received.source, received.priority);
                }
                Err(error) => self.refuse(id, error, datagram.source),
            }
        }
    }

    fn judge(
        &mut self,
        id: InstanceId,
        datagram: &Datagram<'_>,
        sealed: Option<&Sealed<'_>>,
    ) -> Result<Received, PacketError> {
        let Some(running) = self.running.get_mut(&id) else {
            return Err(PacketError::Destination);
        };
        let Some(rules) = &running.rules else {
            return Err(PacketError::Destination);
        };
        let authenticated = sealed.is_some_and(|sealed| sealed.is_authentic(&running.plan.ah_key));
        let received = admit(
            rules,
            &Datagram {
                authenticated,
                ..*datagram
            },
        )?;
        if let Some(sealed) = sealed {
            let silence = running.plan.settings.interval * 3;
            let goodbye = received.priority == 0;
            Window::admit(
                &mut running.windows,
                received.source,
                sealed.sequence,
                goodbye,
                clock::monotonic(),
                silence,
            )?;
        }
        Ok(received)
    }

    fn refuse(&mut self, id: InstanceId, error: PacketError, source: IpAddr) {
        let Some(instance) = self.node.get_mut(id) else {
            return;
        };
        instance.counters.count(error);
        let count = instance.counters.of(error);
        if error != PacketError::Looped && worth_a_line(count) {
            let name = self
                .running
                .get(&id)
                .map_or("", |running| &running.plan.name);
            let text =
                format!("instance {name}: advert from {source} not taken: {error} (×{count})");
            self.log(WARNING, text);
        }
    }
}

/// The first, the tenth, the hundredth: a flood must not become a flood of lines.
pub(super) fn worth_a_line(count: u64) -> bool {
    (0..18).any(|exponent| 10u64.pow(exponent) == count)
}

fn listens(rules: &Rules, datagram: &Datagram<'_>) -> bool {
    match &rules.transport {
        Transport::Multicast { group } => datagram.destination == *group,
        Transport::Unicast { peers } => {
            !datagram.destination.is_multicast()
                && peers.iter().any(|peer| peer.address == datagram.source)
        }
    }
}

/// A packet's facts, and the authentication header around it if it has one.
fn datagram(arrival: Arrival, buffer: &[u8]) -> Option<(Datagram<'_>, Option<Sealed<'_>>)> {
    match arrival {
        Arrival::V4(length) => {
            let packet = ip::parse_v4(buffer.get(..length)?).ok()?;
            let sealed = match packet.protocol {
                ip::PROTOCOL_AH => Some(ah::parse(&packet).ok()?),
                _ => None,
            };
            let datagram = Datagram {
                source: packet.source.into(),
                destination: packet.destination.into(),
                ttl: packet.ttl,
                payload: sealed.map_or(packet.payload, |sealed| sealed.vrrp),
                authenticated: false,
            };
            Some((datagram, sealed))
        }
        Arrival::V6(got) => {
            let datagram = Datagram {
                source: got.source.into(),
                destination: got.destination.into(),
                ttl: got.hop_limit,
                payload: buffer.get(..got.length)?,
                authenticated: false,
            };
            Some((datagram, None))
        }
    }
}
