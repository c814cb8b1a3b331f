//! From a draft to an instance: defaults of keepalived.conf(5), then `global_defs`.

use crate::keepalived::context::Context;
use crate::keepalived::keywords::Draft;
use crate::keepalived::model::{
    AcceptMode, Command, Garp, Global, InitialState, Instance, InstanceName, Notify, Priority,
    Transport, Version, Vip, WitnessKind,
};
use crate::source::Spanned;
use std::net::IpAddr;
use std::time::Duration;

/// `None` when something is missing without which there is no instance; that is said.
pub fn fold(cx: &mut Context<'_>, global: &Global, draft: Draft) -> Option<Instance> {
    let is_ipv6 = first_is_ipv6(&draft.vips, &draft.vips_excluded);
    let interface = draft
        .interface
        .clone()
        .or_else(|| global.default_interface.clone());
    required(cx, &draft, interface.is_some());
    witness_families(cx, &draft);
    let version = version(cx, global, &draft, is_ipv6);
    let (state, priority) = state_and_priority(&draft);
    let source = if draft.unicast_peers.is_some() {
        draft.unicast_source.or(draft.mcast_source)
    } else {
        draft.mcast_source.or(draft.unicast_source)
    };
    let transport = transport(global, &draft, is_ipv6);
    let nopreempt = super::election::nopreempt(cx, &draft, state.value, priority.value);
    let preempt_delay = super::election::preempt_delay(cx, &draft, state.value, nopreempt);
    let strict = draft
        .strict
        .or(global.strict)
        .is_some_and(|strict| strict.value);
    let default_accept = if strict {
        AcceptMode::OwnerOnly
    } else {
        AcceptMode::Accept
    };
    let interface = interface?;
    let (garp_group, base) = announcement_base(global, &interface.value);
    Some(Instance {
        state,
        interface,
        vrid: draft.vrid?,
        priority,
        advert_int: draft
            .advert_int
            .unwrap_or(Spanned::implied(Duration::from_secs(1))),
        version,
        auth: draft.auth,
        nopreempt,
        preempt_delay,
        transport,
        source,
        garp: draft.garp.over(&base),
        garp_group,
        notify: with_user(draft.notify, global),
        accept: draft.accept.map_or(default_accept, |accept| accept.value),
        strict,
        lower_prio_no_advert: draft
            .lower_prio_no_advert
            .unwrap_or(global.lower_prio_no_advert),
        higher_prio_send_advert: draft
            .higher_prio_send_advert
            .unwrap_or(global.higher_prio_send_advert),
        down_timer_adverts: draft
            .down_timer_adverts
            .unwrap_or(global.down_timer_adverts.value),
        skip_check_adv_addr: draft
            .skip_check_adv_addr
            .unwrap_or(global.skip_check_adv_addr),
        check_unicast_src: draft.check_unicast_src.unwrap_or(global.check_unicast_src),
        name: draft.name.map(InstanceName),
        vips: draft.vips,
        vips_excluded: draft.vips_excluded,
        routes: draft.routes,
        rules: draft.rules,
        track_scripts: draft.track_scripts,
        track_interfaces: draft.track_interfaces,
        track_files: draft.track_files,
        track_processes: draft.track_processes,
        track_proxy: draft.track_proxy,
        witnesses: draft.witnesses,
        dont_track_primary: draft.dont_track_primary,
        track_source: draft.track_source,
        v3_checksum_as_v2: draft.v3_checksum_as_v2,
        old_unicast_checksum: draft.old_unicast_checksum,
        vmac: draft.vmac,
        interface_down_delay: draft.down_delay,
        interface_up_delay: draft.up_delay,
        promote_secondaries: draft.promote_secondaries,
        no_virtual_ipaddress: draft.no_virtual_ipaddress,
    })
}

/// What announcements on this interface follow where the instance says nothing: its `garp_group`,
/// and `global_defs` for what that leaves open.
fn announcement_base(global: &Global, interface: &str) -> (Option<usize>, Garp) {
    let mut base = global.garp.clone();
    let found = global.garp_groups.iter().position(|group| {
        let mut members = group.interfaces.iter();
        members.any(|member| member.value == interface)
    });
    if let Some(group) = found.and_then(|at| global.garp_groups.get(at)) {
        base.interval = group.interval.unwrap_or(base.interval);
        base.gna_interval = group.gna_interval.unwrap_or(base.gna_interval);
    }
    (found, base)
}

fn first_is_ipv6(vips: &[Vip], excluded: &[Vip]) -> bool {
    vips.first()
        .or(excluded.first())
        .is_some_and(|vip| vip.address.is_ipv6())
}

/// A gateway is asked from the address that the adverts come from.
fn witness_families(cx: &mut Context<'_>, draft: &Draft) {
    let ipv6 = first_is_ipv6(&draft.vips, &draft.vips_excluded);
    for witness in &draft.witnesses {
        if let WitnessKind::Gateway(Some(address)) = witness.value.kind
            && address.is_ipv6() != ipv6
        {
            let message = format!(
                "gateway {address} is of another family than the adverts: it never answers"
            );
            cx.error("keepalived/bad-value", witness.span, message)
                .suggest("name its address of the same family, or leave the address out");
        }
    }
}

fn required(cx: &mut Context<'_>, draft: &Draft, has_interface: bool) {
    let name = &draft.name;
    let mut missing = |what: &str, why: &str, example: &str| {
        let message = format!("the vrrp_instance '{name}' has no {what}: {why}");
        cx.error("keepalived/missing-value", name.span, message)
            .suggest(format!("add e.g. '{example}'"));
    };
    if !has_interface {
        missing(
            "interface",
            "it does not know where to speak",
            "interface eth0",
        );
    }
    if draft.vrid.is_none() {
        missing(
            "virtual_router_id",
            "it cannot be told from others",
            "virtual_router_id 51",
        );
    }
    if draft.vips.is_empty() && draft.vips_excluded.is_empty() && !draft.no_virtual_ipaddress {
        let message = format!(
            "the vrrp_instance '{}' has no address: there is nothing to hold",
            draft.name
        );
        cx.error("keepalived/no-address", draft.name.span, message)
            .suggest("add e.g. 'virtual_ipaddress { 10.0.0.100/24 }'");
    }
}

/// IPv6 exists in version 3 alone (RFC 9568, 1.1).
fn version(
    cx: &mut Context<'_>,
    global: &Global,
    draft: &Draft,
    is_ipv6: bool,
) -> Spanned<Version> {
    let said = draft.version.unwrap_or(global.version);
    if !is_ipv6 || said.value == Version::V3 {
        return said;
    }
    if draft.version.is_some() {
        let message = "IPv6 addresses need version 3, and this instance asks for 2".to_owned();
        cx.error("keepalived/version-mismatch", said.span, message)
            .suggest("write 'version 3'");
    }
    Spanned::new(Version::V3, said.span)
}

/// keepalived: MASTER without a priority is 255, everything else without one 100; no state is
/// MASTER for 255.
fn state_and_priority(draft: &Draft) -> (Spanned<InitialState>, Spanned<Priority>) {
    let wants_master = draft
        .state
        .is_some_and(|state| state.value == InitialState::Master);
    let default = Priority(if wants_master { 255 } else { 100 });
    let priority = draft
        .priority
        .unwrap_or(Spanned::new(default, draft.name.span));
    let default = if priority.value == Priority(255) {
        InitialState::Master
    } else {
        InitialState::Backup
    };
    let state = draft
        .state
        .unwrap_or(Spanned::new(default, draft.name.span));
    (state, priority)
}

fn transport(global: &Global, draft: &Draft, is_ipv6: bool) -> Transport {
    if let Some(peers) = &draft.unicast_peers {
        let ttl = draft.unicast_ttl.unwrap_or(255);
        return Transport::Unicast {
            peers: peers.value.clone(),
            ttl,
        };
    }
    let group = draft.mcast_group.unwrap_or_else(|| {
        if is_ipv6 {
            Spanned::new(
                IpAddr::V6(global.mcast_group6.value),
                global.mcast_group6.span,
            )
        } else {
            Spanned::new(
                IpAddr::V4(global.mcast_group4.value),
                global.mcast_group4.span,
            )
        }
    });
    Transport::Multicast { group }
}

/// Commands without a user of their own run as `script_user`.
pub fn with_user(mut notify: Notify, global: &Global) -> Notify {
    let set = |command: &mut Option<Command>| {
        if let Some(command) = command {
            command.user = command.user.take().or_else(|| global.script_user.clone());
        }
    };
    set(&mut notify.master);
    set(&mut notify.backup);
    set(&mut notify.fault);
    set(&mut notify.stop);
    set(&mut notify.deleted);
    set(&mut notify.master_rx_lower_pri);
    set(&mut notify.any);
    notify.priority_changes |= global.notify_priority_changes;
    // The closest word counts: an instance's own `off` too.
    let usual = global.mail.alert_vrrp.or(global.mail.alert);
    notify.mail = notify.mail.or(usual);
    notify.mail_faults = !global.mail.no_faults;
    notify
}
