//! E10: a listener on an address that takes no packets. E16: a listener on an address that is not
//! there while the node is backup.

use crate::facts::Listener;
use crate::finding::Findings;
use crate::node::Node;
use config::Span;
use config::keepalived::model::{AcceptMode, Instance};
use std::net::IpAddr;

pub fn check(index: usize, node: &Node<'_>, found: &mut Findings) {
    let listeners = node.facts.listeners();
    for instance in &node.config().instances {
        if instance.accept == AcceptMode::OwnerOnly && !instance.is_owner() {
            mute(index, node, instance, &listeners, found);
        }
        nonlocal(index, node, instance, &listeners, found);
    }
}

/// Where a proxy's line stands, in words: its file is not one of the compared ones.
fn told(node: &Node<'_>, listener: &Listener) -> String {
    let Some(proxy) = node.facts.haproxy else {
        return String::new();
    };
    let line = proxy.sources.position(listener.span).line;
    let path = proxy.sources.path(listener.span.file);
    let address = std::net::SocketAddr::new(listener.ip, listener.port);
    format!("{address} ({path}:{line})")
}

fn covers(listener: &Listener, ip: IpAddr) -> bool {
    listener.ip == ip || (listener.ip.is_unspecified() && listener.ip.is_ipv6() == ip.is_ipv6())
}

fn mute(
    index: usize,
    node: &Node<'_>,
    instance: &Instance,
    listeners: &[Listener],
    found: &mut Findings,
) {
    let (word, span) = cause(node, instance);
    for vip in &instance.vips {
        let hit = listeners.iter().find(|l| covers(l, vip.address.value));
        if let Some(listener) = hit {
            let message = format!(
                "{} takes no packets because of {word}, and the proxy listens on {}",
                vip.address.value,
                told(node, listener)
            );
            found
                .error("E10", message)
                .at(index, span)
                .at(index, vip.address.span)
                .why("clients of the address get no answer at all")
                .help(format!(
                    "remove {word}, or write 'accept' in '{}'",
                    instance.name
                ));
            return;
        }
    }
    if listeners.is_empty() {
        found
            .warning("E10", format!("the addresses of '{}' take no packets because of {word}", instance.name))
            .at(index, span)
            .why("nothing that listens on them can be reached, not even by ping; only routing through them works")
            .help(format!("remove {word}, or write 'accept' in '{}', if a service listens on them", instance.name));
    }
}

fn cause(node: &Node<'_>, instance: &Instance) -> (&'static str, Span) {
    for word in ["no_accept", "strict_mode"] {
        let span = node.keyword(instance, word);
        if span != instance.name.span {
            return (word, span);
        }
    }
    let strict = node.config().global.strict;
    ("vrrp_strict", strict.map_or(instance.name.span, |s| s.span))
}

fn nonlocal(
    index: usize,
    node: &Node<'_>,
    instance: &Instance,
    listeners: &[Listener],
    found: &mut Findings,
) {
    for vip in instance.vips.iter().chain(&instance.vips_excluded) {
        let ip = vip.address.value;
        let Some(listener) = listeners.iter().find(|l| l.ip == ip && !l.transparent) else {
            continue;
        };
        let family = if ip.is_ipv6() { "ipv6" } else { "ipv4" };
        let key = format!("net.{family}.ip_nonlocal_bind");
        let message = format!(
            "the proxy binds {}, which {} holds only while it is master",
            told(node, listener),
            node.label
        );
        let finding = match &node.facts.sysctls {
            Some(kernel) if kernel.get(&key).is_some_and(|value| value == "1") => continue,
            Some(_) => found
                .error("E16", format!("{message}, and {key} is not 1"))
                .why("the proxy does not start on the backup: after a failover nobody serves"),
            None => found
                .warning("E16", message)
                .why(format!("without {key} = 1 the proxy does not start on the backup (give --sysctl to have it looked up)")),
        };
        finding.at(index, vip.address.span);
        finding.help(format!("set {key} = 1 on both nodes, write 'transparent' on the bind line, or bind the wildcard"));
    }
}
