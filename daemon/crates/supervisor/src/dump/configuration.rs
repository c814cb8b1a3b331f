//! The configuration and, where it is known, its state: in the form of keepalived's own dump.
//! Passwords are not in it.

use std::fmt::Write as _;

use config::keepalived::Config;
use config::keepalived::model::{
    AcceptMode, AuthKind, Global, InitialState, Instance, Script, SyncGroup, Transport, Version,
    Vip,
};
use serde_json::Value;

use super::{instances, word};

/// `vrrp` is the VRRP process's part of the status document.
pub fn configuration(config: &Config, vrrp: Option<&Value>) -> String {
    let mut out = String::from("------< Global definitions >------\n");
    global(&mut out, &config.global);
    out.push_str("------< VRRP Topology >------\n");
    for one in &config.instances {
        let state = vrrp.and_then(|vrrp| {
            let mut all = instances(vrrp).iter();
            all.find(|state| state["name"] == one.name.value.0.as_str())
        });
        instance(&mut out, config, one, state);
    }
    if !config.sync_groups.is_empty() {
        out.push_str("------< VRRP Sync groups >------\n");
        config.sync_groups.iter().for_each(|g| group(&mut out, g));
    }
    if !config.scripts.is_empty() {
        out.push_str("------< VRRP Scripts >------\n");
        config.scripts.iter().for_each(|s| script(&mut out, s));
    }
    out
}

fn line(out: &mut String, indent: usize, key: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "{:indent$}{key} = {value}", "");
}

fn global(out: &mut String, global: &Global) {
    let name = |name: &Option<config::Spanned<String>>, otherwise: &str| {
        name.as_ref()
            .map_or_else(|| otherwise.to_owned(), |name| name.value.clone())
    };
    let own = crate::configuration::short_host_name();
    line(
        out,
        1,
        "Network namespace",
        name(&global.net_namespace, "(default)"),
    );
    line(out, 1, "Router ID", name(&global.router_id, &own));
    line(out, 1, "Dynamic interfaces", global.dynamic_interfaces);
    line(
        out,
        1,
        "Default interface",
        name(&global.default_interface, "eth0"),
    );
    line(out, 1, "VRRP IPv4 mcast group", global.mcast_group4.value);
    line(out, 1, "VRRP IPv6 mcast group", global.mcast_group6.value);
    garp(out, 1, &global.garp);
    line(
        out,
        1,
        "Num adverts before down",
        global.down_timer_adverts.value,
    );
    line(
        out,
        1,
        "VRRP default protocol version",
        version(global.version.value),
    );
    line(
        out,
        1,
        "VRRP strict mode",
        global.strict.is_some_and(|strict| strict.value),
    );
    let security = if global.enable_script_security {
        "enabled"
    } else {
        "disabled"
    };
    let _ = writeln!(out, " Script security {security}");
}

fn garp(out: &mut String, indent: usize, garp: &config::keepalived::model::Garp) {
    let refresh = garp.master_refresh.unwrap_or_default();
    line(
        out,
        indent,
        "Gratuitous ARP delay",
        garp.master_delay.as_secs(),
    );
    line(out, indent, "Gratuitous ARP repeat", garp.master_repeat);
    line(out, indent, "Gratuitous ARP refresh", refresh.as_secs());
    line(
        out,
        indent,
        "Gratuitous ARP refresh repeat",
        garp.refresh_repeat,
    );
    let lower = garp.lower_prio_delay.as_secs();
    line(out, indent, "Gratuitous ARP lower priority delay", lower);
    line(
        out,
        indent,
        "Gratuitous ARP lower priority repeat",
        garp.lower_prio_repeat,
    );
}

fn version(version: Version) -> u8 {
    match version {
        Version::V2 => 2,
        Version::V3 => 3,
    }
}

fn instance(out: &mut String, config: &Config, one: &Instance, state: Option<&Value>) {
    line(out, 1, "VRRP Instance", &one.name);
    line(out, 3, "VRRP Version", version(one.version.value));
    let mut groups = config.sync_groups.iter();
    if let Some(group) = groups.find(|g| g.members.iter().any(|m| m.value == one.name.value)) {
        line(out, 3, "Sync group", &group.name);
    }
    if let Some(state) = state {
        line(out, 3, "State", word(&state["state"]));
        if state["state"] == "BACKUP" {
            line(out, 3, "Master router", word(&state["master"]["address"]));
            let priority = state["master"]["priority"].as_u64().unwrap_or(0);
            line(out, 3, "Master priority", priority);
        }
    }
    let wanted = match one.state.value {
        InitialState::Master => "MASTER",
        InitialState::Backup => "BACKUP",
    };
    line(out, 3, "Wantstate", wanted);
    if let Some(state) = state {
        let since = state["since"].as_u64().unwrap_or(0);
        let since = format!("{}.{:03}", since / 1000, since % 1000);
        line(out, 3, "Last transition", since);
    }
    line(out, 3, "Interface", &one.interface);
    if let Some(source) = &one.source {
        line(
            out,
            3,
            "Using src_ip",
            format_args!("{} (from configuration)", source.value),
        );
    }
    if let Transport::Multicast { group } = &one.transport {
        let _ = writeln!(out, "   Multicast address {}", group.value);
    }
    garp(out, 3, &one.garp);
    election(out, one, state);
    addresses(out, one);
    if let Some(state) = state {
        reasons(out, state);
    }
}

fn election(out: &mut String, one: &Instance, state: Option<&Value>) {
    let on = |on: bool| if on { "enabled" } else { "disabled" };
    line(out, 3, "Down timer adverts", one.down_timer_adverts);
    line(out, 3, "Virtual Router ID", one.vrid.value.0);
    line(out, 3, "Priority", one.priority.value.0);
    if let Some(effective) = state.and_then(|state| state["effectivePriority"].as_u64()) {
        line(out, 3, "Effective priority", effective);
        line(out, 3, "Total priority", effective);
    }
    let interval = match one.version.value {
        Version::V2 => format!("{} sec", one.advert_int.as_secs()),
        Version::V3 => format!("{} milli-sec", one.advert_int.as_millis()),
    };
    line(out, 3, "Advert interval", interval);
    line(out, 3, "Accept", on(one.accept == AcceptMode::Accept));
    line(out, 3, "Preempt", on(!one.nopreempt));
    if !one.preempt_delay.is_zero() {
        let delay = format!("{} secs", one.preempt_delay.as_secs_f64());
        line(out, 3, "Preempt delay", delay);
    }
    line(out, 3, "Promote_secondaries", on(one.promote_secondaries));
    let kind = match one.auth.as_ref().map(|auth| auth.kind.value) {
        Some(AuthKind::Pass) => "SIMPLE_PASSWORD",
        Some(AuthKind::Ah) => "IPSEC_AH",
        None => "none",
    };
    if one.version.value == Version::V2 {
        line(out, 3, "Authentication type", kind);
    }
}

fn addresses(out: &mut String, one: &Instance) {
    if !one.vips.is_empty() {
        let _ = writeln!(out, "   Virtual IP ({}):", one.vips.len());
        one.vips.iter().for_each(|vip| address(out, one, vip));
    }
    if !one.vips_excluded.is_empty() {
        out.push_str("   Virtual IP Excluded :\n");
        one.vips_excluded
            .iter()
            .for_each(|vip| address(out, one, vip));
    }
    if let Transport::Unicast { peers, ttl } = &one.transport {
        line(out, 3, "Unicast TTL", ttl);
        out.push_str("   Unicast Peer :\n");
        for peer in peers {
            let _ = writeln!(out, "     {}", peer.address.value);
        }
    }
}

fn address(out: &mut String, one: &Instance, vip: &Vip) {
    let own = &one.interface;
    let interface = vip.interface.as_ref().unwrap_or(own);
    let _ = writeln!(out, "     {} dev {interface}", written(vip));
}

/// As keepalived shows it: without the length of a host.
pub fn written(vip: &Vip) -> String {
    let host = if vip.address.is_ipv6() { 128 } else { 32 };
    if vip.prefix == host {
        vip.address.value.to_string()
    } else {
        format!("{}/{}", vip.address.value, vip.prefix)
    }
}

fn reasons(out: &mut String, state: &Value) {
    let reasons = state["reasons"].as_array().map_or(&[][..], Vec::as_slice);
    for reason in reasons {
        let _ = writeln!(out, "   Reason: {}", word(reason));
    }
}

fn group(out: &mut String, group: &SyncGroup) {
    line(out, 1, "VRRP Sync Group", &group.name);
    out.push_str("   VRRP member instances :\n");
    for member in &group.members {
        let _ = writeln!(out, "     {member}");
    }
}

fn script(out: &mut String, script: &Script) {
    line(out, 1, "VRRP Script", &script.name);
    // Arguments may hold secrets; the program is what is looked for.
    let program = script.argv.first().map_or("", String::as_str);
    line(out, 3, "Command", format_args!("'{program}'"));
    line(
        out,
        3,
        "Interval",
        format_args!("{} sec", script.interval.as_secs_f64()),
    );
    line(out, 3, "Weight", script.weight.value.value);
    line(out, 3, "Rise", script.rise.value);
    line(out, 3, "Fall", script.fall.value);
}
