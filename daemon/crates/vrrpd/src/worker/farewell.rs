//! A goodbye left with the supervisor. A process that is killed cannot say it, and its peers would
//! wait for three adverts; with this they wait for the skew alone (RFC 9568 section 6.4.2).

use std::net::IpAddr;

use ipc::FromWorker;
use ipc::message::FarewellPacket;
use vrrp::{Advert, Authentication, ah, ip, packet};

use super::Worker;
use crate::running::Running;

impl Worker {
    pub(super) fn leave_farewell(&mut self) {
        let masters = self
            .running
            .values()
            .filter(|running| !running.held.is_empty());
        let packets = masters.flat_map(|running| packets(running)).collect();
        self.say(&FromWorker::Farewell { packets });
    }
}

fn packets(running: &Running) -> Vec<FarewellPacket> {
    let Some(source) = running.address else {
        return Vec::new();
    };
    let advert = Advert {
        version: running.plan.settings.version,
        vrid: running.plan.vrid,
        priority: 0,
        interval: running.plan.settings.interval,
        addresses: running.plan.advertised.clone(),
        authentication: running.plan.authentication,
    };
    let destinations = running.destinations().into_iter();
    destinations
        .map(|destination| {
            let payload = packet::encode(&advert, source, destination, running.plan.checksum);
            let bytes = match (source, destination) {
                (IpAddr::V4(from), IpAddr::V4(to)) => {
                    let ttl = running.plan.unicast_ttl;
                    if running.plan.authentication == Authentication::Ah {
                        let (sequence, key) = (running.sequence, &running.plan.ah_key);
                        ah::seal(from, to, 1, ttl, sequence, key, &payload)
                    } else {
                        ip::build_v4(from, to, 1, ttl, ip::PROTOCOL_VRRP, &payload)
                    }
                }
                _ => payload,
            };
            FarewellPacket {
                interface: running.plan.advert_interface().to_owned(),
                source,
                destination,
                bytes,
            }
        })
        .collect()
}
