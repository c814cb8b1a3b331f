//! Gratuitous ARP and unsolicited neighbour advertisements, with `garp_interval` and
//! `gna_interval` between them where the configuration asks for a pause.

use std::net::IpAddr;

use vrrp::{InstanceId, Micros};

use super::Worker;
use crate::announce;
use crate::clock;

/// Neighbours drop a default router that says it is none (RFC 4861 section 7.2.5), so the flag
/// must tell the truth.
fn forwards_ipv6(interface: &str) -> bool {
    let path = format!("/proc/sys/net/ipv6/conf/{interface}/forwarding");
    std::fs::read_to_string(path).is_ok_and(|text| text.trim() != "0")
}

impl Worker {
    pub(super) fn announce(&mut self, id: InstanceId, repeat: u8) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let held: Vec<(u32, IpAddr)> = running
            .held
            .iter()
            .map(|held| (held.index, held.vip.address.address))
            .collect();
        if !running.plan.pauses() {
            for (index, address) in held {
                self.announce_one(index, address, repeat);
            }
            return;
        }
        for _ in 0..repeat {
            running.pending.extend(&held);
        }
        self.announce_pending();
    }

    pub(super) fn announce_one(&mut self, index: u32, address: IpAddr, repeat: u8) {
        let Some(link) = self.links.by_index(index) else {
            return;
        };
        let Some(mac) = link.mac else { return };
        let router = address.is_ipv6() && forwards_ipv6(&link.name);
        let frame = announce::announcement(address, mac, router);
        let holder = (self.running.values_mut()).find(|running| running.holds(index, address));
        if let Some(holder) = holder {
            holder.announced += u64::from(repeat);
        }
        for _ in 0..repeat {
            self.send_errors += u64::from(self.packets.send(index, &frame).is_err());
        }
    }

    /// Sends what is due of the announcements that are spread over time.
    pub(super) fn announce_pending(&mut self) {
        let now = clock::monotonic();
        let mut due = Vec::new();
        for running in self.running.values_mut() {
            while running.next_announcement <= now
                && let Some((index, address)) = running.pending.pop_front()
            {
                due.push((index, address));
                running.next_announcement = now + running.plan.pause(address);
            }
        }
        for (index, address) in due {
            self.announce_one(index, address, 1);
        }
    }

    pub(super) fn next_announcement(&self) -> Option<Micros> {
        self.running
            .values()
            .filter(|running| !running.pending.is_empty())
            .map(|running| running.next_announcement)
            .min()
    }

    /// Adverts that leave by the interface below tell the switch nothing of the virtual link
    /// address, which may still lie on the port of the master before.
    pub(super) fn refresh_switch(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let base = running
            .plan
            .vmac
            .as_ref()
            .is_some_and(|vmac| vmac.xmit_base);
        let held = running.held.first().filter(|_| base);
        if let Some((index, address)) = held.map(|it| (it.index, it.vip.address.address)) {
            self.announce_one(index, address, 1);
        }
    }
}
