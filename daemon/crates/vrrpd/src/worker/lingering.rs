//! Connections of addresses that went to another host go on here, and nobody is told.

use std::net::{IpAddr, Ipv4Addr};

use netlink::Route;
use netlink::firewall::hush;
use vrrp::{InstanceId, Micros};

use super::moving::{Lingering, living};
use super::{INFO, Worker};
use crate::clock;

/// A little longer than the other host passes on, so that nothing is passed on to nobody.
const LINGERED: Micros = 11_000_000;
/// A router that has reported within this time is tandemd.
const REPORTED: Micros = 10_000_000;

impl Worker {
    /// Before the addresses go to a host that lives and passes on what is ours, as another tandemd
    /// does. What was passed on to it still is: for a moment the link sends its connections here
    /// although it has the addresses already.
    pub(super) fn linger(&mut self, id: InstanceId) {
        // What it said last may not have been looked at.
        let now = clock::monotonic();
        self.next_reports = 0;
        self.hear_reports(now);
        let Some(running) = self.running.get(&id).filter(|it| !it.plan.unaccepted) else {
            return;
        };
        let held: Vec<(u32, IpAddr)> = (running.held.iter())
            .map(|it| (it.index, it.vip.address.address))
            .collect();
        let interval = running.plan.settings.interval;
        let base = self.links.link(&running.plan.interface).map(|it| it.index);
        let heard = self.node.get(id).and_then(vrrp::Instance::heard);
        let reports = |it: &vrrp::peers::Peer| it.report_at.is_some_and(|at| now < at + REPORTED);
        let successor = living(heard, interval).filter(|successor| {
            let mut peers = running.peers.iter();
            peers.any(|peer| peer.address == *successor && reports(peer))
        });
        if successor.is_none() || !self.channel_open {
            return;
        }
        let until = now + LINGERED;
        for (index, address) in held {
            let speaks_as = self.own_address(index).or_else(|| self.own_address(base?));
            if address.is_ipv4() && speaks_as.is_none() {
                continue;
            }
            self.moving.lingering.retain(|it| it.address != address);
            self.moving.lingering.push(Lingering {
                address,
                speaks_as: speaks_as.filter(|_| address.is_ipv4()),
                until,
            });
        }
        self.begin_lingering();
    }

    /// Silence first, so that the addresses are never spoken of by two hosts.
    fn begin_lingering(&mut self) {
        let hushed = self.moving.hushed();
        if !hushed.is_empty()
            && let Err(error) = hush::set(&hushed)
        {
            self.log(
                INFO,
                format!("connections of addresses that go end with them: nf_tables refuses the table tandem_hush: {error}"),
            );
            self.moving.lingering.retain(|it| it.address.is_ipv6());
        }
        // The supervisor knows before the kernel does.
        self.leave_undo();
        let routes = self.lingering_routes();
        for route in routes {
            if let Err(error) = self.netlink.set(route.add_request()) {
                let (address, _) = route.destination;
                self.log(
                    INFO,
                    format!("connections of {address} end with it: {error}"),
                );
            }
        }
    }

    pub(super) fn stop_lingering(&mut self, over: impl Fn(&Lingering) -> bool) {
        let (gone, stay): (Vec<_>, Vec<_>) = std::mem::take(&mut self.moving.lingering)
            .into_iter()
            .partition(over);
        self.moving.lingering = stay;
        if gone.is_empty() {
            return;
        }
        let Some(loopback) = self.links.link("lo").map(|it| it.index) else {
            return;
        };
        for item in gone {
            let route = Route::local(item.address, loopback);
            // It went with the interface, or somebody has removed it.
            let _ = self.netlink.unset(route.remove_request());
        }
        // The kernel took it, so it lets go of it.
        let _ = hush::set(&self.moving.hushed());
        self.leave_undo();
    }

    /// The addresses are here again: nothing of them is hidden any more.
    pub(super) fn come_back(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let held: Vec<IpAddr> = running
            .held
            .iter()
            .map(|it| it.vip.address.address)
            .collect();
        self.stop_lingering(|it| held.contains(&it.address));
    }

    pub(super) fn lingering_routes(&self) -> Vec<Route> {
        let loopback = self.links.link("lo").map(|it| it.index);
        let all = self.moving.lingering.iter();
        all.filter_map(|it| Some(Route::local(it.address, loopback?)))
            .collect()
    }

    /// Left by a process that died.
    pub(super) fn remove_lingering_leftovers(&mut self, addresses: impl Iterator<Item = IpAddr>) {
        let Some(loopback) = self.links.link("lo").map(|it| it.index) else {
            return;
        };
        let lingering = &self.moving.lingering;
        for address in addresses.filter(|at| lingering.iter().all(|it| it.address != *at)) {
            let _ = self
                .netlink
                .unset(Route::local(address, loopback).remove_request());
        }
    }

    fn own_address(&self, index: u32) -> Option<Ipv4Addr> {
        let is_vip = |address| self.running.values().any(|it| it.is_vip(address));
        let address = self.links.source(index, false, false, is_vip)?;
        let IpAddr::V4(address) = address else {
            return None;
        };
        Some(address)
    }
}
