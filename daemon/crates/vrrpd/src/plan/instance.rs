//! One `vrrp_instance` as the worker runs it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use config::keepalived::model::{self, AuthKind, Broadcast, Config, Instance, Vip};
use netlink::NewAddress;
use vrrp::admit::{Peer, Transport};
use vrrp::packet::ChecksumStyle;
use vrrp::{Announcements, Authentication, Settings, StartState, Version};

use super::script::micros;
use super::{InstancePlan, VipPlan, tracking};

pub fn build(config: &Config, instance: &Instance, warnings: &mut Vec<String>) -> InstancePlan {
    let name = instance.name.value.0.clone();
    let ipv6 = instance.is_ipv6();
    let interface = instance.interface.value.clone();
    let unaccepted = instance.accept == model::AcceptMode::OwnerOnly && !instance.is_owner();
    let vmac = super::vmac::of_instance(config, instance);
    let holder = vmac.as_ref().map_or(&interface, |vmac| &vmac.name);
    let advertised = instance.vips.iter().map(|vip| vip.address.value);
    let all = instance.vips.iter().chain(&instance.vips_excluded);
    let (transport, unicast_ttl) = transport(&instance.transport);
    let group = config.sync_groups.iter().find(|group| {
        group
            .members
            .iter()
            .any(|member| member.value == instance.name.value)
    });
    InstancePlan {
        name,
        group: group.map(|group| group.name.value.0.clone()),
        vrid: instance.vrid.value.0,
        ipv6,
        settings: settings(config, instance),
        source: instance.source.as_ref().map(|source| source.value),
        track_source: instance.track_source,
        transport,
        unicast_ttl,
        authentication: authentication(instance),
        // keepalived cuts this key to eight bytes as well; the padding is no part of an HMAC.
        ah_key: instance
            .auth
            .as_ref()
            .map_or_else(Vec::new, |auth| auth.field().to_vec()),
        checksum: checksum(instance),
        advertised: advertised
            .filter(|address| address.is_ipv6() == ipv6)
            .collect(),
        vips: all
            .map(|vip| never_a_source(self::vip(vip, holder), unaccepted))
            .collect(),
        paths: super::path::all(&instance.routes, &instance.rules),
        track_groups: track_groups(config, instance),
        trackers: tracking::of_instance(config, instance, warnings),
        notify: Arc::new(instance.notify.clone()),
        ignore_link: instance.dont_track_primary,
        link_down_delay: micros(instance.interface_down_delay),
        link_up_delay: micros(instance.interface_up_delay),
        garp_pause: micros(instance.garp.interval),
        gna_pause: micros(instance.garp.gna_interval),
        garp_group: instance.garp_group,
        extra: instance
            .garp
            .extra
            .every
            .map(|every| (micros(every), instance.garp.extra.on_all)),
        witnesses: instance.witnesses.iter().map(|it| it.value).collect(),
        vmac: vmac.clone(),
        unaccepted,
        promote_secondaries: instance.promote_secondaries,
        interface,
    }
}

fn checksum(instance: &Instance) -> ChecksumStyle {
    let unicast = matches!(instance.transport, model::Transport::Unicast { .. });
    if instance.v3_checksum_as_v2 {
        ChecksumStyle::PacketOnly
    } else if instance.old_unicast_checksum && unicast {
        ChecksumStyle::GroupPseudoHeader
    } else {
        ChecksumStyle::PseudoHeader
    }
}

fn settings(config: &Config, instance: &Instance) -> Settings {
    let startup = config.global.startup_delay.as_ref();
    Settings {
        version: match instance.version.value {
            model::Version::V2 => Version::V2,
            model::Version::V3 => Version::V3,
        },
        start: match instance.state.value {
            model::InitialState::Master => StartState::Master,
            model::InitialState::Backup => StartState::Backup,
        },
        priority: instance.priority.value.0,
        interval: micros(instance.advert_int.value),
        down_adverts: instance.down_timer_adverts,
        preempt: !instance.nopreempt,
        preempt_delay: micros(instance.preempt_delay.value),
        startup_delay: startup.map_or(0, |delay| micros(delay.value)),
        address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        deaf_owner: instance.strict && instance.priority.value.0 == vrrp::settings::OWNER,
        answer_lower: !instance.lower_prio_no_advert,
        // Always on: it costs one packet and is what heals clients after a partition.
        advert_before_yielding: true,
        grouped: false,
        announcements: announcements(&instance.garp),
    }
}

fn announcements(garp: &model::Garp) -> Announcements {
    let count = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    Announcements {
        repeat: count(garp.master_repeat),
        delay: micros(garp.master_delay),
        refresh: garp.master_refresh.map_or(0, micros),
        refresh_repeat: count(garp.refresh_repeat),
        lower_repeat: count(garp.lower_prio_repeat),
        lower_delay: micros(garp.lower_prio_delay),
    }
}

fn transport(transport: &model::Transport) -> (Transport, u8) {
    match transport {
        model::Transport::Multicast { group } => {
            (Transport::Multicast { group: group.value }, vrrp::ip::TTL)
        }
        model::Transport::Unicast { peers, ttl } => {
            let peers = peers.iter().map(|peer| Peer {
                address: peer.address.value,
                min_ttl: peer.min_ttl.as_ref().map(|bound| bound.value),
                max_ttl: peer.max_ttl.as_ref().map(|bound| bound.value),
            });
            (
                Transport::Unicast {
                    peers: peers.collect(),
                },
                *ttl,
            )
        }
    }
}

fn authentication(instance: &Instance) -> Authentication {
    // RFC 5798 removed authentication; keepalived ignores it with version 3 as well.
    match &instance.auth {
        Some(auth) if instance.version.value == model::Version::V2 => match auth.kind.value {
            AuthKind::Pass => Authentication::Pass(auth.field()),
            AuthKind::Ah => Authentication::Ah,
        },
        _ => Authentication::None,
    }
}

pub fn vip(vip: &Vip, default_interface: &str) -> VipPlan {
    let address = vip.address.value;
    let interface = vip.interface.as_ref().map(|name| name.value.clone());
    let host_route = address.is_ipv6() && vip.prefix == 128;
    VipPlan {
        interface: interface.unwrap_or_else(|| default_interface.to_owned()),
        no_track: vip.no_track,
        track_group: vip.track_group.as_ref().map(|name| name.value.clone()),
        address: NewAddress {
            address,
            prefix: vip.prefix,
            peer: vip.peer.as_ref().map(|peer| peer.value),
            broadcast: broadcast(vip),
            label: vip.label.as_ref().map(|label| label.value.clone()),
            scope: vip.scope.as_ref().map_or(0, |scope| scope.value.0),
            nodad: address.is_ipv6() && !vip.dad,
            home: vip.home,
            mngtmpaddr: vip.mngtmpaddr,
            noprefixroute: vip.noprefixroute,
            autojoin: vip.autojoin,
            preferred_lifetime: vip
                .preferred_lifetime
                .as_ref()
                .map(|seconds| seconds.value)
                // A deprecated address is never chosen as a source for the host's own traffic.
                .or(host_route.then_some(0)),
        },
    }
}

/// The kernel prefers the newest of several IPv6 addresses as a source; one whose packets are
/// dropped would cut the host off.
fn never_a_source(mut vip: VipPlan, unaccepted: bool) -> VipPlan {
    if unaccepted && vip.address.address.is_ipv6() {
        vip.address.preferred_lifetime = Some(0);
    }
    vip
}

fn broadcast(vip: &Vip) -> Option<Ipv4Addr> {
    let IpAddr::V4(address) = vip.address.value else {
        return None;
    };
    let hosts = u32::MAX.checked_shr(u32::from(vip.prefix)).unwrap_or(0);
    vip.broadcast.map(|broadcast| match broadcast {
        Broadcast::Address(address) => address,
        Broadcast::AllOnes => Ipv4Addr::from(u32::from(address) | hosts),
        Broadcast::AllZeros => Ipv4Addr::from(u32::from(address) & !hosts),
    })
}

fn track_groups(config: &Config, instance: &Instance) -> Vec<String> {
    let member = |group: &&model::TrackGroup| {
        let mut members = group.tracking.iter();
        members.any(|member| member.value == instance.name.value)
    };
    let groups = config.track_groups.iter().filter(member);
    groups.map(|group| group.group_name.value.clone()).collect()
}
