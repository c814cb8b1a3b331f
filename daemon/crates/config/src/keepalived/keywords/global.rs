//! `global_defs { … }`

use super::garp::GarpDraft;
use super::mail;
use crate::keepalived::command::script_user;
use crate::keepalived::context::{Block, Context};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{Global, NotifyFifo, Version};
use crate::keepalived::tree::Node;
use crate::source::Spanned;
use std::net::IpAddr;

const BLOCK: Block = Block::new("global_defs");

pub fn read(cx: &mut Context<'_>, global: &mut Global, node: &Node) {
    let mut garp = GarpDraft::default();
    for child in node.children() {
        if !cx.known(BLOCK, child) {
            continue;
        }
        let name = child.keyword();
        let bare = name.strip_prefix("vrrp_").unwrap_or("");
        if !garp.keyword(cx, BLOCK, bare, child)
            && !mail::keyword(cx, BLOCK, &mut global.mail, child)
            && !switches(cx, global, child)
            && !process(cx, global, child)
        {
            value(cx, global, child);
        }
    }
    global.garp = garp.global();
}

fn switches(cx: &mut Context<'_>, global: &mut Global, node: &Node) -> bool {
    match node.keyword() {
        "enable_script_security" => global.enable_script_security = cx.alone(BLOCK, node),
        "dynamic_interfaces" => {
            // `allow_if_changes` may follow.
            cx.finish(BLOCK, node, 1);
            global.dynamic_interfaces = true;
        }
        "vrrp_skip_check_adv_addr" => global.skip_check_adv_addr = cx.switch(BLOCK, node),
        "vrrp_no_swap" => global.no_swap = cx.alone(BLOCK, node),
        "vrrp_strict" => {
            let strict = cx.switch(BLOCK, node);
            global.strict = Some(Spanned::new(strict, node.keyword_span()));
        }
        "vrrp_higher_prio_send_advert" => global.higher_prio_send_advert = cx.switch(BLOCK, node),
        "vrrp_lower_prio_no_advert" => global.lower_prio_no_advert = cx.switch(BLOCK, node),
        "vrrp_check_unicast_src" => global.check_unicast_src = cx.alone(BLOCK, node),
        "vrrp_notify_priority_changes" => global.notify_priority_changes = cx.switch(BLOCK, node),
        "reload_check_config" => {
            global.reload_check_config = true;
        }
        "vrrp_iptables" | "nftables" => {
            let table = node
                .args()
                .first()
                .map_or_else(String::new, |word| word.text.clone());
            global.firewall = Some(Spanned::new(table, node.span()));
        }
        _ => return false,
    }
    true
}

/// How the process runs.
fn process(cx: &mut Context<'_>, global: &mut Global, node: &Node) -> bool {
    match node.keyword() {
        "vrrp_startup_delay" => global.startup_delay = cx.seconds(BLOCK, node),
        "vrrp_priority" => global.process_priority = cx.number(BLOCK, node, -20..=19),
        "vrrp_rt_priority" => global.rt_priority = cx.number(BLOCK, node, 1..=99),
        "max_auto_priority" => {
            // Alone it means the system's maximum.
            if node.args().is_empty() {
                global.max_auto_priority = Some(Spanned::new(99, node.keyword_span()));
            } else {
                global.max_auto_priority = cx.number(BLOCK, node, -1..=99);
            }
        }
        "vrrp_down_timer_adverts" => {
            if let Some(adverts) = cx.number(BLOCK, node, 1..=100) {
                global.down_timer_adverts = adverts;
            }
        }
        "script_user" => {
            cx.no_block(node);
            global.script_user = script_user(node.args());
            if global.script_user.is_none() {
                cx.missing(node, "script_user keepalived_script");
            }
            cx.finish(BLOCK, node, 2);
        }
        _ => return false,
    }
    true
}

fn value(cx: &mut Context<'_>, global: &mut Global, node: &Node) {
    match node.keyword() {
        "router_id" if node.args().is_empty() => {
            cx.no_block(node);
            // Only a name: keepalived runs without it.
            let severity = cx.refusal_severity();
            let message = "'router_id' needs a value";
            let end = node.span().after();
            cx.diagnostics
                .add(severity, "keepalived/missing-value", end, message)
                .suggest("write e.g. 'router_id lb-a'");
        }
        "router_id" => global.router_id = cx.text(BLOCK, node, "router_id lb-a"),
        "vmac_prefix" => global.vmac_prefix = cx.text(BLOCK, node, "vmac_prefix vrrp"),
        "default_interface" => {
            global.default_interface = cx.text(BLOCK, node, "default_interface eth0");
        }
        "notify_fifo" | "vrrp_notify_fifo" => {
            if let Some(path) = cx.text(BLOCK, node, "notify_fifo /run/vrrp.fifo") {
                let keyword = node.keyword().to_owned();
                // The last one counts.
                global.notify_fifos.retain(|known| known.keyword != keyword);
                global.notify_fifos.push(NotifyFifo { keyword, path });
            }
        }
        keyword @ ("notify_fifo_script" | "vrrp_notify_fifo_script") => {
            let keyword = keyword.to_owned();
            let command = cx.command(BLOCK, node);
            global.fifo_scripts.extend(command.map(|it| (keyword, it)));
        }
        "vrrp_version" => {
            if let Some(found) = cx
                .one(BLOCK, node, "vrrp_version 3")
                .and_then(|w| version(cx, w))
            {
                global.version = found;
            }
        }
        "process_names" => {
            cx.alone(BLOCK, node);
            let named = |name: &str| Some(Spanned::new(name.to_owned(), node.keyword_span()));
            global.process_name = global.process_name.take().or(named("keepalived"));
            let vrrp = global.vrrp_process_name.take();
            global.vrrp_process_name = vrrp.or(named("keepalived_vrrp"));
        }
        "process_name" => global.process_name = cx.text(BLOCK, node, "process_name keepalived"),
        "vrrp_process_name" => {
            global.vrrp_process_name = cx.text(BLOCK, node, "vrrp_process_name keepalived_vrrp");
        }
        "net_namespace" => {
            let found = cx.text(BLOCK, node, "net_namespace blue");
            global.net_namespace = found.or(global.net_namespace.take());
        }
        "vrrp_mcast_group4" => {
            if let Some(group) = group(cx, node, false)
                && let IpAddr::V4(ip) = group.value
            {
                global.mcast_group4 = Spanned::new(ip, group.span);
            }
        }
        "vrrp_mcast_group6" => {
            if let Some(group) = group(cx, node, true)
                && let IpAddr::V6(ip) = group.value
            {
                global.mcast_group6 = Spanned::new(ip, group.span);
            }
        }
        // Accepted without effect, or refused.
        _ => {}
    }
}

pub fn version(cx: &mut Context<'_>, word: &Word) -> Option<Spanned<Version>> {
    let version = match word.text.as_str() {
        "2" => Version::V2,
        "3" => Version::V3,
        _ => {
            cx.bad(word, "a version of VRRP", "write 2 or 3");
            return None;
        }
    };
    Some(Spanned::new(version, word.span))
}

/// A multicast group of one family.
fn group(cx: &mut Context<'_>, node: &Node, v6: bool) -> Option<Spanned<IpAddr>> {
    let ip = cx.ip(BLOCK, node)?;
    if ip.is_ipv6() != v6 || !ip.is_multicast() {
        let (family, example) = if v6 {
            ("IPv6", "ff02::12")
        } else {
            ("IPv4", "224.0.0.18")
        };
        let message = format!("'{}' is not an {family} multicast group", ip.value);
        cx.error("keepalived/bad-value", ip.span, message)
            .suggest(format!("write e.g. {example}"));
        return None;
    }
    Some(ip)
}
