//! Connections of a mastership that moves while both hosts live. No host knows the other's
//! connections, so each goes on with its own for a while: the old master takes packets to the
//! addresses without telling anybody, and the new one passes on what belongs to the old.

use std::net::{IpAddr, Ipv4Addr};

use ipc::Departed;
use netlink::firewall::relay::Relay;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vrrp::Micros;
use vrrp::instance::Heard;

use super::Worker;
use crate::clock;

/// An advert of the other host is at least so long a sign of its life, whatever the interval.
const LEAST_SIGN_OF_LIFE: Micros = 300_000;

/// An address that went to another host and whose connections go on here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lingering {
    pub(super) address: IpAddr,
    /// What this host's questions of the link say instead.
    pub(super) speaks_as: Option<Ipv4Addr>,
    pub(super) until: Micros,
}

/// An address that came from another host and whose older connections are that one's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relayed {
    pub(super) address: IpAddr,
    pub(super) to: IpAddr,
    pub(super) device: u32,
    pub(super) number: u32,
    pub(super) until: Micros,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Moving {
    pub(super) lingering: Vec<Lingering>,
    pub(super) relayed: Vec<Relayed>,
    /// Of the last address that came.
    pub(super) number: u32,
}

impl Moving {
    pub(super) fn relays(&self) -> Vec<Relay> {
        let relay = |it: &Relayed| Relay {
            address: it.address,
            to: it.to,
            device: it.device,
            number: it.number,
        };
        self.relayed.iter().map(relay).collect()
    }

    pub(super) fn hushed(&self) -> Vec<(Ipv4Addr, Ipv4Addr)> {
        let pair = |it: &Lingering| match it.address {
            IpAddr::V4(address) => Some((address, it.speaks_as?)),
            IpAddr::V6(_) => None,
        };
        self.lingering.iter().filter_map(pair).collect()
    }

    pub(super) fn departed(&self) -> Vec<Departed> {
        let departed = |it: &Lingering| Departed {
            address: it.address,
            until_us: it.until,
        };
        self.lingering.iter().map(departed).collect()
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
pub(super) fn living(heard: Option<Heard>, interval: Micros) -> Option<IpAddr> {
    let heard = heard.filter(|it| it.priority > 0)?;
    let silence = clock::monotonic().saturating_sub(heard.at);
    (silence < (2 * interval).max(LEAST_SIGN_OF_LIFE)).then_some(heard.source)
}

impl Worker {
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
}
