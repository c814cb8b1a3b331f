//! `virtual_router_id`: once for each interface, family and way of sending.

use crate::keepalived::context::Context;
use crate::keepalived::model::{Config, Instance, Transport, Vrid};
use std::collections::HashMap;

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let mut seen: HashMap<(Vrid, &str, bool, String), &Instance> = HashMap::new();
    for instance in &config.instances {
        let interface = instance.interface.value.as_str();
        let key = (
            instance.vrid.value,
            interface,
            instance.is_ipv6(),
            way(instance),
        );
        if let Some(other) = seen.insert(key, instance) {
            let message = format!(
                "'{}' has virtual_router_id {} on {interface} already: \
                 each would take the other's adverts for its own",
                other.name, instance.vrid.0
            );
            cx.error("keepalived/duplicate-vrid", instance.vrid.span, message)
                .suggest("give each instance of an interface its own id from 1 to 255");
        }
    }
}

/// Adverts are told apart by where they are sent as well.
fn way(instance: &Instance) -> String {
    match &instance.transport {
        Transport::Multicast { group } => group.value.to_string(),
        Transport::Unicast { peers, .. } => {
            let mut peers: Vec<String> =
                peers.iter().map(|p| p.address.value.to_string()).collect();
            peers.sort();
            peers.join(",")
        }
    }
}
