//! Split brain: somebody else serves what we are master of. Heard from adverts of a second
//! master, and from whoever answers for one of our addresses when asked for it.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::{Value, json};
use vrrp::instance::State;
use vrrp::{InstanceId, Micros};

use super::{NOTICE, WARNING, Worker};
use crate::announce;
use crate::clock;
use crate::running::Running;

/// Addresses asked for at a time, so that a hundred of them are no flood.
const AT_A_TIME: usize = 4;
/// A master before us may still answer or advertise for so long; that is no split brain.
const SETTLING_MS: u64 = 500;
/// Without another sign for so long the conflict counts as healed.
const HEALED: Micros = 5_000_000;

/// Another owner of what we hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// `address` or `advert`: what gave it away.
    by: &'static str,
    /// Its link address, or the address that it advertises from.
    owner: String,
    address: Option<IpAddr>,
    since_ms: u64,
    last: Micros,
}

impl Conflict {
    pub fn text(&self) -> String {
        match self.address {
            Some(address) => format!("split brain: {address} is also at {}", self.owner),
            None => format!("split brain: {} advertises as master too", self.owner),
        }
    }

    pub fn status(&self) -> Value {
        json!({
            "by": self.by,
            "owner": self.owner,
            "address": self.address.map(|address| address.to_string()),
            "since": self.since_ms,
        })
    }
}

impl Worker {
    /// Somebody else announced or answered for an address that an instance holds.
    pub(super) fn foreign_owner(&mut self, id: InstanceId, address: IpAddr, owner: &str) {
        if self.is_settled(id) && self.state_of(id) == State::Master {
            self.conflict(id, "address", Some(address), owner.to_owned());
        }
    }

    /// It is what it is for long enough that nothing is left of the time before.
    pub(super) fn is_settled(&self, id: InstanceId) -> bool {
        self.running
            .get(&id)
            .is_some_and(|running| clock::unix_ms().saturating_sub(running.since_ms) >= SETTLING_MS)
    }

    /// A second master advertises.
    pub(super) fn second_master(&mut self, id: InstanceId, source: IpAddr) {
        self.conflict(id, "advert", None, source.to_string());
    }

    fn conflict(
        &mut self,
        id: InstanceId,
        by: &'static str,
        address: Option<IpAddr>,
        owner: String,
    ) {
        let now = clock::monotonic();
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        if let Some(known) = &mut running.conflict {
            known.last = now;
            return;
        }
        let conflict = Conflict {
            by,
            owner,
            address,
            since_ms: clock::unix_ms(),
            last: now,
        };
        let text = format!("instance {}: {}", running.plan.name, conflict.text());
        running.conflicts += 1;
        running.conflict = Some(conflict);
        self.log(WARNING, text);
        self.mail_conflict(id);
        // It can be reached, and so can whoever took it for the master.
        if by == "address" {
            self.announce(id, 1);
        }
        self.next_chores = 0;
    }

    pub(super) fn masters(&self) -> Vec<InstanceId> {
        let serving = |id: &InstanceId| {
            let instance = self.node.get(*id);
            instance.is_some_and(|it| it.state() == State::Master && !it.is_handing_over())
        };
        self.running.keys().copied().filter(serving).collect()
    }

    pub(super) fn let_go(&mut self, now: Micros) {
        let mut healed = Vec::new();
        for running in self.running.values_mut() {
            let old = |conflict: &Conflict| now.saturating_sub(conflict.last) >= HEALED;
            if running.conflict.as_ref().is_some_and(old) {
                running.conflict = None;
                healed.push((running.id, running.plan.name.clone()));
            }
        }
        for (id, name) in healed {
            self.log(NOTICE, format!("instance {name}: the split brain is over"));
            self.mail_conflict(id);
        }
    }

    /// Sender address unknown, so that no neighbour learns anything from the question (RFC 5227
    /// section 1.1, RFC 4862 section 5.4.2).
    pub(super) fn ask_for(&mut self, index: u32, address: IpAddr) {
        let Some(mac) = self.links.by_index(index).and_then(|link| link.mac) else {
            return;
        };
        let frame = match address {
            IpAddr::V4(v4) => announce::arp_probe(mac, v4),
            IpAddr::V6(v6) => announce::neighbour_solicitation(mac, Ipv6Addr::UNSPECIFIED, v6),
        };
        self.send_errors += u64::from(self.packets.send(index, &frame).is_err());
    }
}

impl Running {
    /// Takes turns among many addresses.
    pub(super) fn next_to_ask(&mut self) -> Vec<(u32, IpAddr)> {
        let count = self.held.len();
        let first = self.asked;
        self.asked = (first + AT_A_TIME).checked_rem(count).unwrap_or(0);
        let turn = self.held.iter().cycle().skip(first);
        turn.take(count.min(AT_A_TIME))
            .map(|held| (held.index, held.vip.address.address))
            .collect()
    }
}
