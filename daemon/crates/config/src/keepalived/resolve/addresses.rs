//! Virtual addresses: each once, and in adverts of one family.

use crate::keepalived::context::Context;
use crate::keepalived::model::{Config, Instance, Vip};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

pub fn check(cx: &mut Context<'_>, instance: &Instance) {
    // Adverts carry one family; keepalived drops the others, and so the address is nowhere.
    let is_ipv6 = instance.is_ipv6();
    for vip in &instance.vips {
        let ip = vip.address.value;
        if ip.is_ipv6() != is_ipv6 {
            let message = format!(
                "{ip} is of another family than the first address of '{}'",
                instance.name
            );
            cx.error("keepalived/family-mismatch", vip.address.span, message)
                .suggest("move it to virtual_ipaddress_excluded, or into an instance of its own");
        }
        if ip.is_unspecified() || ip.is_multicast() || ip.is_loopback() {
            let message = format!("{ip} cannot be a virtual address");
            cx.error("keepalived/bad-value", vip.address.span, message)
                .suggest("write a unicast address of the interface's network");
        }
    }
    if instance.vips.len() > 255 {
        let message = format!(
            "'{}' has {} addresses; an advert carries 255",
            instance.name,
            instance.vips.len()
        );
        cx.error("keepalived/too-many-addresses", instance.name.span, message)
            .suggest("move some to virtual_ipaddress_excluded");
    }
}

/// An address twice, in one instance or in two.
/// The second of one instance is left out, as keepalived does.
pub fn check_all(cx: &mut Context<'_>, config: &mut Config) {
    twice(cx, config);
    for instance in &mut config.instances {
        let own = instance.interface.value.clone();
        let mut seen = HashSet::new();
        let mut fresh = |vip: &Vip| {
            let interface = vip
                .interface
                .as_ref()
                .map_or(&own, |interface| &interface.value);
            seen.insert((vip.address.value, interface.clone()))
        };
        instance.vips.retain(&mut fresh);
        instance.vips_excluded.retain(&mut fresh);
    }
}

fn twice(cx: &mut Context<'_>, config: &Config) {
    let mut seen: HashMap<(IpAddr, String), &Instance> = HashMap::new();
    for instance in &config.instances {
        for vip in instance.vips.iter().chain(&instance.vips_excluded) {
            let key = (vip.address.value, interface(instance, vip).to_owned());
            let Some(other) = seen.insert(key, instance) else {
                continue;
            };
            let message = format!(
                "{} is an address of '{}' already",
                vip.address.value, other.name
            );
            cx.error("keepalived/duplicate-address", vip.address.span, message)
                .suggest("each virtual address belongs to one instance, once");
        }
    }
}

fn interface<'a>(instance: &'a Instance, vip: &'a Vip) -> &'a str {
    vip.interface
        .as_ref()
        .map_or(&instance.interface.value, |interface| &interface.value)
}
