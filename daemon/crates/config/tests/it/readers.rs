//! "Supported" is true at run time: what the parser stores, some process reads.
//!
//! Mechanical as far as it goes: each field of the models must occur as `.field` in a crate that
//! runs, or belong to keywords that the support table does not call supported.

use config::registry::{self, Status, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Fields that nothing but this crate reads, and the keywords they come from.
const HAPROXY: &[(&str, &[(&str, &str)])] = &[
    ("Cookie.*", &[("proxy", "cookie")]),
    ("Global.ca_base", &[]),
    ("Global.crt_base", &[]),
    // Judged by this crate.
    ("Global.external_check", &[]),
    ("Global.insecure_fork", &[]),
    ("Proxy.description", &[("proxy", "description")]),
    // Folded into the lines, into `bundles` and `versions`.
    ("TlsDefaults.*", &[]),
    ("ExtraFiles.*", &[]),
    ("TlsSettings.min_version", &[]),
    ("TlsSettings.max_version", &[]),
    // Found by this crate for its own checks.
    ("Found.samples", &[]),
    ("Found.effects", &[]),
    ("ProxyOptions.http_no_delay", &[("option", "http-no-delay")]),
    ("ProxyOptions.persist", &[("option", "persist")]),
    (
        "ProxyOptions.prefer_last_server",
        &[("option", "prefer-last-server")],
    ),
    (
        "ProxyOptions.accept_invalid_http_request",
        &[("option", "accept-invalid-http-request")],
    ),
    (
        "ProxyOptions.accept_invalid_http_response",
        &[("option", "accept-invalid-http-response")],
    ),
    ("Ring.description", &[("ring", "description")]),
];

/// Where no keyword is named, this crate folds the field into others or judges by it.
const KEEPALIVED: &[(&str, &[(&str, &str)])] = &[
    ("Authentication.password", &[]),
    ("Global.router_id", &[("global_defs", "router_id")]),
    ("Global.mcast_group4", &[]),
    ("Global.mcast_group6", &[]),
    ("Global.script_user", &[]),
    (
        "Global.skip_check_adv_addr",
        &[("global_defs", "vrrp_skip_check_adv_addr")],
    ),
    (
        "Global.process_priority",
        &[("global_defs", "vrrp_priority")],
    ),
    (
        "Global.max_auto_priority",
        &[("global_defs", "max_auto_priority")],
    ),
    ("Global.no_swap", &[("global_defs", "vrrp_no_swap")]),
    ("Global.default_interface", &[]),
    (
        "Global.firewall",
        &[
            ("global_defs", "nftables"),
            ("global_defs", "vrrp_iptables"),
        ],
    ),
    // Folded into the instances.
    ("Global.notify_priority_changes", &[]),
    ("Global.garp_groups", &[]),
    ("GarpGroup.interfaces", &[]),
    ("Global.strict", &[]),
    ("Instance.strict", &[]),
    (
        "Global.higher_prio_send_advert",
        &[("global_defs", "vrrp_higher_prio_send_advert")],
    ),
    (
        "Global.check_unicast_src",
        &[("global_defs", "vrrp_check_unicast_src")],
    ),
    ("Global.net_namespace", &[("global_defs", "net_namespace")]),
    ("Global.instance", &[("top", "instance")]),
    (
        "Global.reload_check_config",
        &[("global_defs", "reload_check_config")],
    ),
    // Folded into each instance's and group's own.
    ("Mail.alert", &[]),
    ("Mail.alert_vrrp", &[]),
    ("Mail.no_faults", &[]),
    (
        "Instance.higher_prio_send_advert",
        &[("vrrp_instance", "higher_prio_send_advert")],
    ),
    (
        "Instance.skip_check_adv_addr",
        &[("vrrp_instance", "skip_check_adv_addr")],
    ),
    (
        "Instance.check_unicast_src",
        &[("vrrp_instance", "check_unicast_src")],
    ),
    (
        "Instance.promote_secondaries",
        &[("vrrp_instance", "promote_secondaries")],
    ),
    ("Instance.no_virtual_ipaddress", &[]),
    ("LvsBlock.*", &[("top", "virtual_server")]),
    ("LvsEntry.*", &[("top", "virtual_server")]),
    ("Notify.deleted", &[("vrrp_instance", "notify_deleted")]),
    (
        "Notify.priority_changes",
        &[("vrrp_instance", "notify_priority_changes")],
    ),
    // Read through `Global::fifo_readers`.
    ("Global.fifo_scripts", &[]),
    (
        "TrackFile.*",
        &[("top", "track_file"), ("track_file", "init_file")],
    ),
    (
        "TrackProcess.*",
        &[
            ("top", "vrrp_track_process"),
            ("vrrp_track_process", "quorum"),
        ],
    ),
    ("Vip.no_track", &[("virtual_ipaddress", "no_track")]),
    ("Vip.track_group", &[("virtual_ipaddress", "track_group")]),
    ("Config.lvs", &[("top", "virtual_server")]),
];

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !name.ends_with("_test.rs") {
            found.extend(std::fs::read_to_string(&path));
        }
    }
}

/// Every name that stands behind a dot, without being a method.
fn read_names(texts: &[String]) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for text in texts {
        for part in text.split('.').skip(1) {
            let end = part
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(part.len());
            if !part[end..].starts_with('(') {
                names.insert(&part[..end]);
            }
        }
    }
    names
}

/// `Struct.field` of every model.
fn fields(texts: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for text in texts {
        let mut owner = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("pub struct ") {
                owner = name.split([' ', '(', '<', ';']).next().unwrap_or("");
            } else if let Some(rest) = line.strip_prefix("    pub ")
                && let Some((name, _)) = rest.split_once(':')
                && !name.contains(' ')
            {
                found.push(format!("{owner}.{name}"));
            }
        }
    }
    found
}

fn check(language: &str, table: &Table, unread: &[(&str, &[(&str, &str)])]) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut running, mut models) = (Vec::new(), Vec::new());
    for name in ["proxy", "tls", "vrrpd", "supervisor", "tandemd"] {
        sources(&crates.join(name).join("src"), &mut running);
    }
    sources(
        &crates.join("config/src").join(language).join("model"),
        &mut models,
    );
    let read = read_names(&running);
    let unread: BTreeMap<_, _> = unread.iter().copied().collect();
    let all = fields(&models);
    let mut wrong = Vec::new();
    for field in &all {
        let (owner, name) = field.split_once('.').expect("Struct.field");
        let listed = unread
            .get(field.as_str())
            .or_else(|| unread.get(format!("{owner}.*").as_str()));
        if listed.is_none() && !read.contains(name) {
            wrong.push(format!("{field} is read by no process"));
        }
    }
    for (field, keywords) in &unread {
        let (owner, name) = field.split_once('.').expect("Struct.field");
        let mut own = all.iter().filter_map(|one| one.split_once('.'));
        if own.all(|one| one.0 != owner || (name != "*" && name != one.1) || read.contains(one.1)) {
            // A process reads it by now.
            continue;
        }
        for (group, keyword) in *keywords {
            match table.find(group, keyword).map(|entry| entry.status) {
                Some(Status::Supported) => {
                    wrong.push(format!(
                        "{group} {keyword} is called supported, but nothing reads {field}"
                    ));
                }
                None => wrong.push(format!("{group} {keyword} is no keyword")),
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_supported_in_haproxy_cfg_is_read_by_a_process() {
    check("haproxy", registry::haproxy(), HAPROXY);
}

#[test]
fn what_is_supported_in_keepalived_conf_is_read_by_a_process() {
    check("keepalived", registry::keepalived(), KEEPALIVED);
}
