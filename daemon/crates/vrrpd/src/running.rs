//! One instance while it runs: its plan, where it sends from, what it holds.

use std::net::IpAddr;

use vrrp::admit::Rules;
use vrrp::ah::Window;
use vrrp::{InstanceId, Transport};

use crate::plan::{InstancePlan, VipPlan};
use crate::sockets::Key;

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
    pub held: Vec<Held>,
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
}

/// An address that this process added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub index: u32,
    pub vip: VipPlan,
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
            held: Vec::new(),
            since_ms: now_ms,
            transitions: 0,
            reasons: Vec::new(),
            identification: 1,
            // Ahead of every earlier run's, so that peers do not take us for a replay.
            sequence: u32::try_from(now_ms / 1000).unwrap_or(1),
            windows: Vec::new(),
            restored: 0,
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

    pub fn is_vip(&self, address: IpAddr) -> bool {
        self.plan
            .vips
            .iter()
            .any(|vip| vip.address.address == address)
    }
}
