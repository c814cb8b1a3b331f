//! Connections of a mastership that moves while both hosts live. No host knows the other's
//! connections, so each goes on with its own for a while: the old master takes packets to the
//! addresses without telling anybody, and the new one passes on what belongs to the old.

use std::net::{IpAddr, Ipv4Addr};

use netlink::Route;
use netlink::firewall::relay::Relay;
use netlink::firewall::{hush, relay};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vrrp::instance::Heard;
use vrrp::{InstanceId, Micros};

use super::{INFO, Worker};
use crate::clock;

/// How long the new master passes on what belongs to the old one.
const RELAYED: Micros = 10_000_000;
/// The old one goes on a little longer, so that nothing is passed on to nobody.
const LINGERED: Micros = 11_000_000;
/// A router that has reported within this time is tandemd.
const REPORTED: Micros = 10_000_000;
/// An advert of the other host is at least so long a sign of its life, whatever the interval.
const LEAST_SIGN_OF_LIFE: Micros = 300_000;

/// An address that went to another host and whose connections go on here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lingering {
    address: IpAddr,
    /// What this host's questions of the link say instead.
    speaks_as: Option<Ipv4Addr>,
    until: Micros,
}

/// An address that came from another host and whose older connections are that one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relayed {
    address: IpAddr,
    to: IpAddr,
    device: u32,
    number: u32,
    until: Micros,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Moving {
    lingering: Vec<Lingering>,
    relayed: Vec<Relayed>,
    /// Of the last address that came.
    number: u32,
}

impl Moving {
    fn relays(&self) -> Vec<Relay> {
        let relay = |it: &Relayed| Relay {
            address: it.address,
            to: it.to,
            device: it.device,
            number: it.number,
        };
        self.relayed.iter().map(relay).collect()
    }

    fn hushed(&self) -> Vec<(Ipv4Addr, Ipv4Addr)> {
        let pair = |it: &Lingering| match it.address {
            IpAddr::V4(address) => Some((address, it.speaks_as?)),
            IpAddr::V6(_) => None,
        };
        self.lingering.iter().filter_map(pair).collect()
    }

    pub fn next(&self) -> Option<Micros> {
        let lingering = self.lingering.iter().map(|it| it.until);
        lingering
            .chain(self.relayed.iter().map(|it| it.until))
            .min()
    }

    /// Where connections of addresses that came here go on.
    pub fn hosts_before(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.relayed.iter().map(|it| it.to)
    }

    pub fn status(&self, now: Micros) -> Value {
        let left = |until: Micros| until.saturating_sub(now) / 1000;
        let here = self
            .lingering
            .iter()
            .map(|it| json!({ "address": it.address.to_string(), "leftMs": left(it.until) }));
        let elsewhere = self.relayed.iter().map(|it| {
            let (address, at) = (it.address.to_string(), it.to.to_string());
            json!({ "address": address, "at": at, "leftMs": left(it.until) })
        });
        json!({
            "connectionsHere": here.collect::<Vec<_>>(),
            "connectionsElsewhere": elsewhere.collect::<Vec<_>>(),
        })
    }
}

/// The other host, where it lives and has not just given everything up.
fn living(heard: Option<Heard>, interval: Micros) -> Option<IpAddr> {
    let heard = heard.filter(|it| it.priority > 0)?;
    let silence = clock::monotonic().saturating_sub(heard.at);
    (silence < (2 * interval).max(LEAST_SIGN_OF_LIFE)).then_some(heard.source)
}

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

    /// Before the addresses go to a host that lives and passes on what is ours, as another tandemd
    /// does. What was passed on to it still is: for a moment
    /// the link sends its connections here although it has the addresses already.
    pub(super) fn linger(&mut self, id: InstanceId) {
        // What it said last may not have been looked at.
        self.next_reports = 0;
        self.hear_reports(clock::monotonic());
        let Some(running) = self.running.get(&id).filter(|it| !it.plan.unaccepted) else {
            return;
        };
        let now = clock::monotonic();
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

    fn stop_lingering(&mut self, over: impl Fn(&Lingering) -> bool) {
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

    pub(super) fn lingering_routes(&self) -> Vec<Route> {
        let loopback = self.links.link("lo").map(|it| it.index);
        let all = self.moving.lingering.iter();
        all.filter_map(|it| Some(Route::local(it.address, loopback?)))
            .collect()
    }

    fn change_relays(&mut self, change: impl FnOnce(&mut Vec<Relayed>)) {
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
        }
    }

    pub(super) fn end_moving(&mut self, now: Micros) {
        if self.moving.next().is_none_or(|at| at > now) {
            return;
        }
        self.change_relays(|relayed| relayed.retain(|it| it.until > now));
        self.stop_lingering(|it| it.until <= now);
    }

    /// The end of this process. The supervisor, where there is one, lets connections end before it
    /// takes away what stays.
    pub(super) fn leave_moving(&mut self) {
        self.change_relays(Vec::clear);
        if !self.channel_open {
            self.stop_lingering(|_| true);
        }
    }

    /// Left by a process that died.
    pub(super) fn remove_lingering_leftovers(&mut self, addresses: impl Iterator<Item = IpAddr>) {
        let Some(loopback) = self.links.link("lo").map(|it| it.index) else {
            return;
        };
        let lingering = self.moving.lingering.clone();
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

    /// A master that listens where no other kind of router does.
    fn takes_reports(&self, master: IpAddr) -> bool {
        let now = clock::monotonic();
        let mut all = self.outboxes.iter();
        all.any(|((_, to, _), outbox)| *to == master && outbox.is_taken(now))
    }
}
