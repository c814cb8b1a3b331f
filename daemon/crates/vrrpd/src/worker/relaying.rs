//! What other hosts' connections send to addresses that came here goes on to those hosts.

use std::net::IpAddr;

use netlink::firewall::relay;
use vrrp::{InstanceId, Micros};

use super::moving::{Relayed, living};
use super::{INFO, Worker};
use crate::clock;

/// How long the new master passes on what belongs to the old one.
const RELAYED: Micros = 10_000_000;

impl Worker {
    /// Before the addresses come here: what other connections send goes on to the host that has
    /// them. Only another tandemd waits for it.
    pub(super) fn relay(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id).filter(|it| !it.plan.unaccepted) else {
            return;
        };
        let heard = self.node.get(id).and_then(vrrp::Instance::heard);
        let master = living(heard, running.plan.settings.interval);
        let master = master.filter(|master| self.takes_reports(*master));
        let device = self.links.link(&running.plan.interface).map(|it| it.index);
        let (Some(to), Some(device)) = (master, device) else {
            return;
        };
        let until = clock::monotonic() + RELAYED;
        let addresses = running.held.iter().map(|held| held.vip.address.address);
        let addresses = addresses.filter(|address| address.is_ipv4() == to.is_ipv4());
        let come: Vec<Relayed> = addresses
            .zip(self.moving.number + 1..)
            .map(|(address, number)| Relayed {
                address,
                to,
                device,
                number,
                until,
            })
            .collect();
        let Some(last) = come.last() else {
            return;
        };
        self.moving.number = last.number;
        let name = running.plan.name.clone();
        self.change_relays(|relayed| {
            relayed.retain(|old| come.iter().all(|new| new.address != old.address));
            relayed.extend(come);
        });
        let seconds = RELAYED / vrrp::timers::SECOND;
        self.log(
            INFO,
            format!("instance {name}: for {seconds} s, connections that {to} has go on there"),
        );
    }

    pub(super) fn change_relays(&mut self, change: impl FnOnce(&mut Vec<Relayed>)) {
        let before = self.moving.relays();
        change(&mut self.moving.relayed);
        let now = self.moving.relays();
        if now == before {
            return;
        }
        if let Err(error) = relay::replace(&before, &now) {
            let text = format!(
                "connections of the master before are reset: nf_tables refuses the table tandem_relay: {error}"
            );
            self.log(INFO, text);
            self.moving.relayed.clear();
            // The kernel goes on with what it had.
            let _ = relay::clear();
        }
    }

    /// A master that listens where no other kind of router does.
    fn takes_reports(&self, master: IpAddr) -> bool {
        let now = clock::monotonic();
        let mut all = self.outboxes.iter();
        all.any(|((_, to, _), outbox)| *to == master && outbox.is_taken(now))
    }
}
