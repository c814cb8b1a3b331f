//! One instance while it runs: its plan, where it sends from, what it holds.

use std::collections::VecDeque;
use std::net::IpAddr;

use ipc::message::HeldAddress;
use vrrp::admit::Rules;
use vrrp::ah::Window;
use vrrp::peers::Peers;
use vrrp::{InstanceId, Micros, Transport};

use crate::plan::{InstancePlan, VipPlan};
use crate::sockets::Key;
use crate::verification::Verification;
use crate::witness::Witnesses;
use crate::worker::{Conflict, Difference, HeldPath, Reporter, Verdicts};

#[derive(Debug)]
pub struct Running {
    pub id: InstanceId,
    pub plan: InstancePlan,
    /// Source address of its adverts, when it has one.
    pub address: Option<IpAddr>,
    pub socket: Option<Key>,
    pub socket_error: Option<String>,
    /// What decides on received packets; current while `address` is known.
    pub rules: Option<Rules>,
    pub link: LinkState,
    pub held: Vec<Held>,
    /// The kernel answers no ARP on the interface with the virtual link address.
    pub hushed: bool,
    /// Routes, then rules, that it has set.
    pub paths: Vec<HeldPath>,
    pub since_ms: u64,
    pub transitions: u64,
    /// Why the priority is not the configured one.
    pub reasons: Vec<String>,
    /// IPv4 identification of the next advert.
    pub identification: u16,
    /// Sequence number of the next authentication header.
    pub sequence: u32,
    /// Anti-replay state of each peer.
    pub windows: Vec<Window>,
    /// Virtual addresses that somebody else deleted and that were put back.
    pub restored: u64,
    /// A reload took it out of the configuration.
    pub deleted: bool,
    /// Announcements still to be sent, and when the next one is due.
    pub pending: VecDeque<(u32, IpAddr)>,
    pub next_announcement: Micros,
    /// When `garp_extra_if` is due next.
    pub next_extra: Micros,
    /// Somebody else serves what we hold.
    pub conflict: Option<Conflict>,
    pub conflicts: u64,
    /// Which held address the link is asked for next.
    pub asked: usize,
    /// Which neighbour is asked next.
    pub turn: usize,
    /// The other routers, as far as they show themselves.
    pub peers: Peers,
    pub reporter: Reporter,
    /// Whether a peer said that it hears us, when it was looked at last.
    pub heard_by_peer: Option<bool>,
    /// Announcements whose verification is to begin.
    pub verify_from: Option<Micros>,
    pub verification: Option<Verification>,
    pub verdicts: Verdicts,
    pub witnesses: Witnesses,
    /// It was said that a witness is waited for.
    pub waited: bool,
    /// Gratuitous ARP packets and neighbour advertisements sent.
    pub announced: u64,
    /// Another router's adverts list other addresses.
    pub difference: Option<Difference>,
}

/// Whether the links count as up, after `interface_up_down_delays`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkState {
    /// The state that counts; none before the first look, which counts at once.
    pub counted: Option<bool>,
    /// When a state that differs from it will count.
    pub change_at: Option<Micros>,
}

impl LinkState {
    /// Takes note of what is seen now; true while the links count as up.
    pub fn observe(&mut self, up: bool, now: Micros, down_delay: Micros, up_delay: Micros) -> bool {
        let counted = *self.counted.get_or_insert(up);
        if up == counted {
            self.change_at = None;
            return counted;
        }
        let delay = if up { up_delay } else { down_delay };
        if now >= *self.change_at.get_or_insert(now + delay) {
            self.change_at = None;
            self.counted = Some(up);
            return up;
        }
        counted
    }
}

/// An address that this process added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub index: u32,
    pub vip: VipPlan,
}

/// Ahead of every earlier run's, so that peers do not take us for a replay: adverts go out once a
/// second, with a few more at a change of master, so four numbers a second are never used up. Counted
/// from November 2023, which lasts until 2057.
fn first_sequence(now_ms: u64) -> u32 {
    const SINCE_MS: u64 = 1_700_000_000_000;
    u32::try_from(now_ms.saturating_sub(SINCE_MS) / 250).map_or(1, |number| number.max(1))
}

impl Running {
    pub fn new(id: InstanceId, plan: InstancePlan, now_ms: u64) -> Self {
        Self {
            id,
            plan,
            address: None,
            socket: None,
            socket_error: None,
            rules: None,
            link: LinkState::default(),
            held: Vec::new(),
            hushed: false,
            paths: Vec::new(),
            since_ms: now_ms,
            transitions: 0,
            reasons: Vec::new(),
            identification: 1,
            sequence: first_sequence(now_ms),
            windows: Vec::new(),
            restored: 0,
            deleted: false,
            pending: VecDeque::new(),
            next_announcement: 0,
            next_extra: 0,
            conflict: None,
            conflicts: 0,
            asked: 0,
            turn: 0,
            peers: Peers::default(),
            reporter: Reporter::default(),
            heard_by_peer: None,
            verify_from: None,
            verification: None,
            verdicts: Verdicts::default(),
            witnesses: Witnesses::default(),
            waited: false,
            announced: 0,
            difference: None,
        }
    }

    /// The protocol that carries its adverts.
    pub fn protocol(&self) -> u8 {
        match self.plan.authentication {
            vrrp::Authentication::Ah => vrrp::ip::PROTOCOL_AH,
            _ => vrrp::ip::PROTOCOL_VRRP,
        }
    }

    pub fn group(&self) -> Option<IpAddr> {
        match self.plan.transport {
            Transport::Multicast { group } => Some(group),
            Transport::Unicast { .. } => None,
        }
    }

    /// Where its adverts go.
    pub fn destinations(&self) -> Vec<IpAddr> {
        match &self.plan.transport {
            Transport::Multicast { group } => vec![*group],
            Transport::Unicast { peers } => peers.iter().map(|peer| peer.address).collect(),
        }
    }

    pub fn make_rules(&self, address: IpAddr) -> Rules {
        Rules {
            version: self.plan.settings.version,
            vrid: self.plan.vrid,
            authentication: self.plan.authentication,
            interval: self.plan.settings.interval,
            transport: self.plan.transport.clone(),
            addresses: self.plan.advertised.clone(),
            own_address: address,
        }
    }

    pub fn holds(&self, index: u32, address: IpAddr) -> bool {
        let mut held = self.held.iter();
        held.any(|held| held.index == index && held.vip.address.address == address)
    }

    /// As the supervisor is told.
    pub fn held_now(&self) -> impl Iterator<Item = HeldAddress> + '_ {
        self.held.iter().map(|held| HeldAddress {
            interface: held.vip.interface.clone(),
            address: held.vip.text(),
        })
    }

    pub fn is_vip(&self, address: IpAddr) -> bool {
        self.plan
            .vips
            .iter()
            .any(|vip| vip.address.address == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_counts_as_down_only_after_its_delay() {
        let mut link = LinkState::default();
        assert!(link.observe(true, 0, 100, 50));
        assert!(link.observe(false, 10, 100, 50));
        assert!(
            link.observe(true, 60, 100, 50),
            "a short loss never counted"
        );
        assert!(link.observe(false, 70, 100, 50));
        assert!(link.observe(false, 169, 100, 50));
        assert!(!link.observe(false, 170, 100, 50));
        assert!(!link.observe(true, 200, 100, 50));
        assert!(link.observe(true, 250, 100, 50));
    }

    #[test]
    fn without_delays_every_change_counts_at_once() {
        let mut link = LinkState::default();
        assert!(!link.observe(false, 0, 0, 0));
        assert!(link.observe(true, 1, 0, 0));
        assert!(!link.observe(false, 2, 0, 0));
    }
}
