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
        if running.next_extra == Micros::MAX {
            running.next_extra = 0;
        }
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
            // Instances of a garp_group wait for each other.
            let next = match running.plan.garp_group {
                Some(group) => self.group_announcements.entry(group).or_default(),
                None => &mut running.next_announcement,
            };
            while *next <= now
                && let Some((index, address)) = running.pending.pop_front()
            {
                due.push((index, address));
                *next = now + running.plan.pause(address);
            }
        }
        due.extend(self.extra_due(now));
        for (index, address) in due {
            self.announce_one(index, address, 1);
        }
    }

    /// `garp_extra_if`: one for each interface, so that switches do not forget its link address.
    fn extra_due(&mut self, now: Micros) -> Vec<(u32, IpAddr)> {
        let mut due: Vec<(u32, IpAddr)> = Vec::new();
        for running in self.running.values_mut() {
            let Some((every, on_all)) = running.plan.extra else {
                continue;
            };
            if running.held.is_empty() || running.next_extra > now {
                continue;
            }
            // The round at the beginning was sent already.
            let first = std::mem::replace(&mut running.next_extra, now + every) == 0;
            let vmac = running.plan.vmac.as_ref();
            for held in running.held.iter().filter(|_| !first) {
                let virtual_one = vmac.is_some_and(|vmac| vmac.name == held.vip.interface);
                let known = due.iter().any(|(index, _)| *index == held.index);
                if (on_all || virtual_one) && !known {
                    due.push((held.index, held.vip.address.address));
                }
            }
        }
        due
    }

    pub(super) fn next_announcement(&self) -> Option<Micros> {
        let all = self.running.values();
        let pending = all.filter(|running| !running.pending.is_empty());
        let pending = pending.map(|running| match running.plan.garp_group {
            Some(group) => self.group_announcements.get(&group).copied().unwrap_or(0),
            None => running.next_announcement,
        });
        let all = self.running.values();
        let extra = all.filter(|it| it.plan.extra.is_some() && !it.held.is_empty());
        pending.chain(extra.map(|running| running.next_extra)).min()
    }

    /// Nothing more that would teach the link our address, until the next announcement.
    pub(super) fn stop_announcing(&mut self, id: InstanceId) {
        if let Some(running) = self.running.get_mut(&id) {
            running.pending.clear();
            running.next_extra = Micros::MAX;
            running.verify_from = None;
            running.verification = None;
        }
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
