//! What an instance means, in the words of keepalived's dump: from the dump, and from our model.

use config::keepalived::model::{
    AcceptMode, AuthKind, Config, InitialState, Instance, Transport, Version,
};
use std::fmt::Write;

/// `NAME key = value` lines of the topology part, as far as both sides can say them.
pub fn theirs(dump: &str) -> Vec<String> {
    let topology = dump.split("< VRRP Topology >").nth(1).unwrap_or("");
    let topology = topology.split("< VRRP Scripts >").next().unwrap_or("");
    let (mut name, mut list) = (String::new(), "");
    let mut found = Vec::new();
    for line in topology.lines() {
        // A time stands in front of every line.
        let Some((_, text)) = line.split_once(": ") else {
            continue;
        };
        if text.starts_with("------<") {
            break;
        }
        // The dump is indented; the other process may say something in the middle of it.
        if !text.starts_with(' ') {
            continue;
        }
        let (deep, text) = (text.starts_with("     "), text.trim());
        if let Some(new) = text.strip_prefix("VRRP Instance = ") {
            new.clone_into(&mut name);
        } else if text.starts_with("Virtual IP") {
            list = "address";
        } else if text.starts_with("Unicast Peer") {
            list = "peer";
        } else if deep && !list.is_empty() {
            found.push(format!("{name} {list} = {}", listed(list, text)));
        } else {
            list = "";
            let wanted = [
                "VRRP Version",
                "Wantstate",
                "Interface",
                "Gratuitous ARP delay",
                "Gratuitous ARP repeat",
                "Gratuitous ARP refresh",
                "Gratuitous ARP refresh repeat",
                "Down timer adverts",
                "Virtual Router ID",
                "Priority",
                "Advert interval",
                "Preempt",
                "Password",
                "Gratuitous ARP lower priority delay",
                "Gratuitous ARP lower priority repeat",
                "Send advert after receive lower priority advert",
                "Send advert after receive higher priority advert",
                "Accept",
                "Promote_secondaries",
                "Authentication type",
                "Preempt delay",
                "Unicast TTL",
                "Notify priority changes",
            ];
            if let Some((key, value)) = text.split_once(" = ")
                && wanted.contains(&key)
            {
                found.push(format!("{name} {key} = {value}"));
            }
        }
    }
    found.sort();
    found
}

/// Of an address also where it is and its label; what the kernel adds is not in the file.
fn listed(list: &str, text: &str) -> String {
    let mut words = text.split_ascii_whitespace();
    let mut kept = words.next().unwrap_or("").to_owned();
    if list == "address" {
        let words: Vec<&str> = words.collect();
        for pair in words
            .windows(2)
            .filter(|pair| matches!(pair[0], "dev" | "label"))
        {
            let _ = write!(kept, " {} {}", pair[0], pair[1]);
        }
    }
    kept
}

pub fn ours(config: &Config) -> Vec<String> {
    let mut found: Vec<String> = config.instances.iter().flat_map(of_instance).collect();
    found.retain(|line| !of_group(config, line));
    found.sort();
    found
}

/// The wish of a group's member is the group's: the dump shows what became of it, not what is
/// written.
pub fn of_group(config: &Config, line: &str) -> bool {
    let mut members = config.sync_groups.iter().flat_map(|group| &group.members);
    members.any(|member| line.starts_with(&format!("{} Wantstate", member.value.0)))
}

/// How it announces, yields and authenticates.
fn manners(i: &Instance) -> Vec<String> {
    let on = |on: bool| if on { "enabled" } else { "disabled" };
    let garp = &i.garp;
    let mut all = vec![
        format!(
            "Gratuitous ARP lower priority delay = {}",
            garp.lower_prio_delay.as_secs()
        ),
        format!(
            "Gratuitous ARP lower priority repeat = {}",
            garp.lower_prio_repeat
        ),
        format!(
            "Send advert after receive lower priority advert = {}",
            !i.lower_prio_no_advert
        ),
        format!(
            "Send advert after receive higher priority advert = {}",
            i.higher_prio_send_advert
        ),
        format!("Accept = {}", on(i.accept == AcceptMode::Accept)),
        format!("Promote_secondaries = {}", on(i.promote_secondaries)),
        format!("Notify priority changes = {}", i.notify.priority_changes),
    ];
    if i.version.value == Version::V2 {
        let kind = match i.auth.as_ref().map(|auth| auth.kind.value) {
            None => "none",
            Some(AuthKind::Pass) => "SIMPLE_PASSWORD",
            Some(AuthKind::Ah) => "IPSEC_AH",
        };
        all.push(format!("Authentication type = {kind}"));
    }
    if !i.preempt_delay.is_zero() {
        all.push(format!(
            "Preempt delay = {:.6} secs",
            i.preempt_delay.as_secs_f64()
        ));
    }
    all
}

fn of_instance(i: &Instance) -> Vec<String> {
    let v3 = i.version.value == Version::V3;
    let interval = if v3 {
        format!("{} milli-sec", i.advert_int.as_millis())
    } else {
        format!("{} sec", i.advert_int.as_secs())
    };
    let garp = &i.garp;
    let mut all = vec![
        format!("VRRP Version = {}", if v3 { 3 } else { 2 }),
        format!(
            "Wantstate = {}",
            if i.state.value == InitialState::Master {
                "MASTER"
            } else {
                "BACKUP"
            }
        ),
        format!("Interface = {}", i.interface.value),
        format!("Gratuitous ARP delay = {}", garp.master_delay.as_secs()),
        format!("Gratuitous ARP repeat = {}", garp.master_repeat),
        format!(
            "Gratuitous ARP refresh = {}",
            garp.master_refresh.map_or(0, |d| d.as_secs())
        ),
        format!("Gratuitous ARP refresh repeat = {}", garp.refresh_repeat),
        format!("Down timer adverts = {}", i.down_timer_adverts),
        format!("Virtual Router ID = {}", i.vrid.value.0),
        format!("Priority = {}", i.priority.value.0),
        format!("Advert interval = {interval}"),
        format!(
            "Preempt = {}",
            if i.nopreempt { "disabled" } else { "enabled" }
        ),
    ];
    all.extend(manners(i));
    if let Some(auth) = &i.auth {
        let password = String::from_utf8_lossy(&auth.password.value);
        // Only eight bytes of a key are shown and used.
        all.push(format!(
            "Password = {}",
            password.chars().take(8).collect::<String>()
        ));
    }
    let vips = i.vips.iter().chain(&i.vips_excluded);
    all.extend(vips.map(|vip| {
        let whole = if vip.address.is_ipv6() { 128 } else { 32 };
        let address = vip.address.value;
        let interface = vip.interface.as_ref().unwrap_or(&i.interface);
        let label = vip
            .label
            .as_ref()
            .map_or(String::new(), |label| format!(" label {label}"));
        let more = format!(" dev {interface}{label}");
        if vip.prefix == whole {
            format!("address = {address}{more}")
        } else {
            format!("address = {address}/{}{more}", vip.prefix)
        }
    }));
    if let Transport::Unicast { peers, ttl } = &i.transport {
        all.push(format!("Unicast TTL = {ttl}"));
        all.extend(
            peers
                .iter()
                .map(|peer| format!("peer = {}", peer.address.value)),
        );
    }
    all.iter()
        .map(|line| format!("{} {line}", i.name.value.0))
        .collect()
}
