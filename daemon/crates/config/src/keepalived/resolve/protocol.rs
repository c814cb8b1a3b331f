//! What the protocol cannot carry.

use crate::keepalived::context::Context;
use crate::keepalived::model::{AuthKind, InitialState, Instance, Transport, Version};
use std::time::Duration;

/// Version 2 counts whole seconds in 8 bits, version 3 hundredths in 12 bits (RFC 3768, 5.3.7;
/// RFC 9568, 5.2.7).
pub fn check(cx: &mut Context<'_>, instance: &Instance) {
    advert_int(cx, instance);
    authentication(cx, instance);
    peers(cx, instance);
}

fn advert_int(cx: &mut Context<'_>, instance: &Instance) {
    let (time, span) = (instance.advert_int.value, instance.advert_int.span);
    match instance.version.value {
        Version::V2 => {
            let whole = time.subsec_micros() == 0 && (1..=255).contains(&time.as_secs());
            if !whole {
                let message = format!(
                    "an advert_int of {} s cannot be sent in version 2",
                    seconds(time)
                );
                cx.error("keepalived/bad-interval", span, message)
                    .suggest("write whole seconds from 1 to 255, or 'version 3' (on both nodes)");
            }
        }
        Version::V3 => {
            let hundredths = time.as_micros() / 10_000;
            if !(1..=4095).contains(&hundredths) {
                let message = format!(
                    "an advert_int of {} s cannot be sent in version 3",
                    seconds(time)
                );
                cx.error("keepalived/bad-interval", span, message)
                    .suggest("write 0.01 to 40.95 seconds");
            } else if time.as_micros() % 10_000 != 0 {
                let message = format!(
                    "version 3 counts hundredths of a second, so {} s becomes {} s",
                    seconds(time),
                    seconds(Duration::from_millis(
                        u64::try_from(hundredths).unwrap_or(0) * 10
                    ))
                );
                cx.warning("keepalived/bad-interval", span, message)
                    .suggest("write two decimals");
            }
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{}", time.as_secs_f64())
}

fn authentication(cx: &mut Context<'_>, instance: &Instance) {
    let Some(auth) = &instance.auth else { return };
    if instance.version.value == Version::V3 {
        let message = "version 3 has no authentication, so the password is not used".to_owned();
        cx.error("keepalived/auth-in-v3", auth.kind.span, message)
            .suggest("remove the block, or write 'version 2'");
    }
    if auth.kind.value == AuthKind::Ah && instance.state.value == InitialState::Master {
        let message = "with AH an instance cannot start as MASTER: it must hear a sequence number \
                       first; it starts as BACKUP"
            .to_owned();
        cx.warning("keepalived/auth-ah", auth.kind.span, message)
            .suggest("write 'state BACKUP'");
    }
}

fn peers(cx: &mut Context<'_>, instance: &Instance) {
    let Transport::Unicast { peers, .. } = &instance.transport else {
        return;
    };
    if peers.is_empty() {
        let message = format!(
            "'{}' has an empty unicast_peer block: nobody hears it",
            instance.name
        );
        cx.error("keepalived/no-peer", instance.name.span, message)
            .suggest("write the other node's address into it");
    }
    for (at, peer) in peers.iter().enumerate() {
        let (ip, span) = (peer.address.value, peer.address.span);
        if instance.source.is_some_and(|source| source.value == ip) {
            let message = format!("the peer {ip} is this node itself");
            cx.error("keepalived/peer-is-self", span, message)
                .suggest("write the other node's address");
        }
        if instance.vips.iter().any(|vip| vip.address.value == ip) {
            let message =
                format!("the peer {ip} is a virtual address, which moves between the nodes");
            cx.error("keepalived/peer-is-vip", span, message)
                .suggest("write the other node's own address");
        }
        if peers[..at]
            .iter()
            .any(|other| other.address == peer.address)
        {
            let message = format!("the peer {ip} is listed already");
            cx.warning("keepalived/duplicate-peer", span, message)
                .suggest("remove this line");
        }
        let family = instance.vips.first().map(|vip| vip.address.is_ipv6());
        if family.is_some_and(|is_ipv6| is_ipv6 != ip.is_ipv6()) {
            let message = format!("the peer {ip} is of another family than the virtual addresses");
            cx.error("keepalived/family-mismatch", span, message)
                .suggest("write the peer's address of the same family");
        }
    }
}
