//! Packets from the sockets to the instances.

use std::net::IpAddr;

use vrrp::admit::{Datagram, Transport, admit, is_for};
use vrrp::{Event, InstanceId, PacketError, Received, Rules, ip};

use super::{WARNING, Worker};
use crate::clock;
use crate::sockets::Arrival;

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
            let Some(datagram) = datagram(arrival, &buffer) else {
                continue;
            };
            self.dispatch(&datagram, |running| running.socket.as_ref() == Some(&key));
        }
    }

    fn dispatch(
        &mut self,
        datagram: &Datagram<'_>,
        here: impl Fn(&crate::running::Running) -> bool,
    ) {
        let mut meant: Vec<(InstanceId, &Rules)> = self
            .running
            .values()
            .filter(|running| here(running))
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
        let verdicts: Vec<(InstanceId, Result<Received, PacketError>)> = meant
            .iter()
            .map(|(id, rules)| (*id, admit(rules, datagram)))
            .collect();
        for (id, verdict) in verdicts {
            match verdict {
                Ok(received) => {
                    let effects = self
                        .node
                        .step(id, Event::Advert(received), clock::monotonic());
                    self.execute(effects);
                }
                Err(error) => self.refuse(id, error, datagram.source),
            }
        }
    }

    fn refuse(&mut self, id: InstanceId, error: PacketError, source: IpAddr) {
        let Some(instance) = self.node.get_mut(id) else {
            return;
        };
        instance.counters.count(error);
        let count = instance.counters.of(error);
        // The first, the tenth, the hundredth: a flood must not become a flood of lines.
        let worth_a_line = (0..10).any(|exponent| 10u64.pow(exponent) == count);
        if error != PacketError::Looped && worth_a_line {
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

fn listens(rules: &Rules, datagram: &Datagram<'_>) -> bool {
    match &rules.transport {
        Transport::Multicast { group } => datagram.destination == *group,
        Transport::Unicast { peers } => {
            !datagram.destination.is_multicast()
                && peers.iter().any(|peer| peer.address == datagram.source)
        }
    }
}

fn datagram(arrival: Arrival, buffer: &[u8]) -> Option<Datagram<'_>> {
    match arrival {
        Arrival::V4(length) => {
            let packet = ip::parse_v4(buffer.get(..length)?).ok()?;
            Some(Datagram {
                source: packet.source.into(),
                destination: packet.destination.into(),
                ttl: packet.ttl,
                payload: packet.payload,
                authenticated: false,
            })
        }
        Arrival::V6(got) => Some(Datagram {
            source: got.source.into(),
            destination: got.destination.into(),
            ttl: got.hop_limit,
            payload: buffer.get(..got.length)?,
            authenticated: false,
        }),
    }
}
