//! Packets from the sockets to the instances.

use std::net::IpAddr;

use vrrp::admit::{Datagram, Transport, admit, is_for};
use vrrp::ah::{self, Sealed, Window};
use vrrp::{Event, InstanceId, PacketError, Received, Rules, ip, packet};

use super::{WARNING, Worker};
use crate::clock;
use crate::sockets::{Arrival, Key};

impl Worker {
    /// Takes what one call brings; the rest keeps the socket ready, so that a flood does not keep
    /// us from our own adverts.
    pub(super) fn receive(&mut self, token: u64) {
        let Some(socket) = self.sockets.by_token(token) else {
            return;
        };
        let Some(mut batch) = self.batch.take() else {
            return;
        };
        // An error of the link shows as the link's own announcement.
        let count = socket.receive(&mut batch).unwrap_or(0);
        let key = socket.key.clone();
        for at in 0..count {
            let arrival = Arrival::of(&mut batch, at, key.ipv6);
            match arrival.and_then(datagram) {
                Some((datagram, sealed)) => self.dispatch(&datagram, sealed.as_ref(), &key),
                None => self.unreadable += 1,
            }
        }
        self.batch = Some(batch);
    }

    /// A host may have an instance of every router id: only those of this one are asked.
    fn dispatch(&mut self, datagram: &Datagram<'_>, sealed: Option<&Sealed<'_>>, key: &Key) {
        let vrid = packet::peek_vrid(datagram.payload);
        let ids = vrid.and_then(|vrid| self.by_router.get(&vrid));
        let of_router = ids.map_or(&[][..], Vec::as_slice);
        let meant = |id: &InstanceId| self.is_meant(*id, datagram, key);
        // Nearly always there is one.
        if let [id] = of_router
            && meant(id).is_some()
        {
            return self.deliver(*id, datagram, sealed);
        }
        let mut meant: Vec<(InstanceId, bool)> = of_router
            .iter()
            .filter_map(|id| Some((*id, meant(id)?)))
            .collect();
        if meant.is_empty() {
            self.foreign_adverts += 1;
            return;
        }
        // Instances of one router id may use different groups or peers: those that listen where
        // the packet was sent are meant, if any does.
        if meant.iter().any(|(_, listens)| *listens) {
            meant.retain(|(_, listens)| *listens);
        }
        for (id, _) in meant {
            self.deliver(id, datagram, sealed);
        }
    }

    /// Whether a packet may be an instance's, and then whether it listens where it was sent.
    fn is_meant(&self, id: InstanceId, datagram: &Datagram<'_>, key: &Key) -> Option<bool> {
        let running = self.running.get(&id)?;
        let rules = running.rules.as_ref()?;
        let here = running.socket.as_ref().is_some_and(|it| it.is(key)) && is_for(rules, datagram);
        here.then(|| listens(rules, datagram))
    }

    fn deliver(&mut self, id: InstanceId, datagram: &Datagram<'_>, sealed: Option<&Sealed<'_>>) {
        match self.judge(id, datagram, sealed) {
            Ok(received) => {
                self.compare_lists(id, datagram, received.addresses_differ);
                let now = clock::monotonic();
                let effects = self.node.step(id, Event::Advert(received), now);
                self.execute(effects);
                self.hush(id);
                self.report_hearing(id, received.source, received.priority, now);
            }
            Err(error) => self.refuse(id, error, datagram.source),
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
fn datagram(arrival: Arrival<'_>) -> Option<(Datagram<'_>, Option<Sealed<'_>>)> {
    match arrival {
        Arrival::V4(bytes) => {
            let packet = ip::parse_v4(bytes).ok()?;
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
        Arrival::V6(bytes, got) => {
            let datagram = Datagram {
                source: got.source.into(),
                destination: got.destination.into(),
                ttl: got.hop_limit,
                payload: bytes,
                authenticated: false,
            };
            Some((datagram, None))
        }
    }
}
