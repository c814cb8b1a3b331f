//! `vrrp_instance NAME { … }`

use super::garp::GarpDraft;
use super::{
    addresses, authentication, global, name, notify, routes, rules, track, unicast, vmac, witness,
};
use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{
    AcceptMode, Authentication, Config, InitialState, Notify, Priority, Route, Rule,
    TrackInterface, TrackProxy, TrackScript, TrackedFile, TrackedProcess, UnicastPeer, Version,
    Vip, Vmac, Vrid, Witness,
};
use crate::keepalived::tree::Node;
use crate::source::{Span, Spanned};
use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

pub const BLOCK: Block = Block::new("vrrp_instance");

/// What an instance says, before `global_defs` and defaults are folded in.
#[derive(Default)]
pub struct Draft {
    pub name: Spanned<String>,
    pub state: Option<Spanned<InitialState>>,
    pub interface: Option<Spanned<String>>,
    pub vrid: Option<Spanned<Vrid>>,
    pub priority: Option<Spanned<Priority>>,
    pub advert_int: Option<Spanned<Duration>>,
    pub version: Option<Spanned<Version>>,
    pub auth: Option<Authentication>,
    pub vips: Vec<Vip>,
    pub vips_excluded: Vec<Vip>,
    pub routes: Vec<Route>,
    pub rules: Vec<Rule>,
    pub nopreempt: Option<Span>,
    pub preempt_delay: Option<Spanned<Duration>>,
    pub unicast_peers: Option<Spanned<Vec<UnicastPeer>>>,
    pub unicast_ttl: Option<u8>,
    pub unicast_source: Option<Spanned<IpAddr>>,
    pub mcast_source: Option<Spanned<IpAddr>>,
    pub mcast_group: Option<Spanned<IpAddr>>,
    pub track_scripts: Vec<TrackScript>,
    pub track_interfaces: Vec<TrackInterface>,
    pub track_files: Vec<TrackedFile>,
    pub track_processes: Vec<TrackedProcess>,
    pub track_proxy: Option<Spanned<TrackProxy>>,
    pub witnesses: Vec<Spanned<Witness>>,
    pub dont_track_primary: bool,
    pub track_source: bool,
    pub garp: GarpDraft,
    pub notify: Notify,
    pub accept: Option<Spanned<AcceptMode>>,
    pub strict: Option<Spanned<bool>>,
    pub lower_prio_no_advert: Option<bool>,
    pub higher_prio_send_advert: Option<bool>,
    pub down_timer_adverts: Option<u8>,
    pub skip_check_adv_addr: Option<bool>,
    pub check_unicast_src: Option<bool>,
    pub v3_checksum_as_v2: bool,
    pub old_unicast_checksum: bool,
    pub vmac: Option<Vmac>,
    pub down_delay: Duration,
    pub up_delay: Duration,
    pub promote_secondaries: bool,
    pub no_virtual_ipaddress: bool,
}

pub fn read(
    cx: &mut Context<'_>,
    config: &Config,
    names: &mut HashSet<String>,
    node: &Node,
) -> Option<Draft> {
    let name = name(cx, node)?;
    if !names.insert(name.value.clone()) {
        let message = format!("there is a vrrp_instance '{name}' already; this one is not used");
        cx.error("keepalived/duplicate-name", name.span, message)
            .suggest("give it another name and another virtual_router_id");
        return None;
    }
    let mut draft = Draft {
        name,
        ..Draft::default()
    };
    for child in node.children() {
        if cx.known(BLOCK, child)
            && !draft.garp.keyword(cx, BLOCK, child.keyword(), child)
            && !notify::keyword(cx, BLOCK, &mut draft.notify, child)
            && !identity(cx, &mut draft, child)
            && !addresses_and_peers(cx, &mut draft, child)
            && !tracking(cx, config, &mut draft, child)
            && !election(cx, &mut draft, child)
        {
            vmac::keyword(cx, &mut draft, child);
        }
    }
    Some(draft)
}

fn identity(cx: &mut Context<'_>, draft: &mut Draft, node: &Node) -> bool {
    match node.keyword() {
        "state" => {
            let Some(word) = cx.one(BLOCK, node, "state BACKUP") else {
                return true;
            };
            let state = match word.text.as_str() {
                "MASTER" => InitialState::Master,
                "BACKUP" => InitialState::Backup,
                _ => {
                    cx.bad(word, "a state", "write MASTER or BACKUP");
                    return true;
                }
            };
            draft.state = Some(Spanned::new(state, word.span));
        }
        "interface" => draft.interface = cx.text(BLOCK, node, "interface eth0"),
        "virtual_router_id" => {
            draft.vrid = cx.number(BLOCK, node, 1..=255).map(|id| id.map(Vrid));
        }
        "priority" => {
            draft.priority = cx.number(BLOCK, node, 1..=255).map(|p| p.map(Priority));
        }
        "advert_int" => draft.advert_int = cx.seconds(BLOCK, node),
        "version" => {
            let word = cx.one(BLOCK, node, "version 3");
            draft.version = word
                .and_then(|word| global::version(cx, word))
                .or(draft.version);
        }
        "authentication" => draft.auth = authentication::read(cx, node),
        _ => return false,
    }
    true
}

fn addresses_and_peers(cx: &mut Context<'_>, draft: &mut Draft, node: &Node) -> bool {
    match node.keyword() {
        // A second block appends, as in keepalived.
        "virtual_ipaddress" => draft.vips.extend(addresses::read(cx, node)),
        "virtual_ipaddress_excluded" => draft.vips_excluded.extend(addresses::read(cx, node)),
        "virtual_routes" => draft.routes.extend(routes::read(cx, node, false)),
        "virtual_rules" => draft.rules.extend(rules::read(cx, node, false)),
        "unicast_peer" => {
            let peers = unicast::read(cx, node);
            let all = draft
                .unicast_peers
                .get_or_insert_with(|| Spanned::new(Vec::new(), node.keyword_span()));
            all.value.extend(peers);
        }
        "unicast_src_ip" => draft.unicast_source = source(cx, node),
        "mcast_src_ip" => draft.mcast_source = source(cx, node),
        "mcast_dst_ip" => {
            let group = cx.ip(BLOCK, node);
            if let Some(group) = &group
                && !group.is_multicast()
            {
                let message = format!("'{}' is not a multicast group", group.value);
                cx.error("keepalived/bad-value", group.span, message)
                    .suggest("write e.g. 224.0.0.18");
            }
            draft.mcast_group = group.filter(|group| group.is_multicast());
        }
        "unicast_ttl" => {
            draft.unicast_ttl = cx.number(BLOCK, node, 0..=255).map(|ttl| ttl.value);
        }
        "no_virtual_ipaddress" => draft.no_virtual_ipaddress = cx.alone(BLOCK, node),
        "promote_secondaries" => draft.promote_secondaries = cx.alone(BLOCK, node),
        _ => return false,
    }
    true
}

/// A source address; keepalived takes `10.0.0.11/24` as well.
fn source(cx: &mut Context<'_>, node: &Node) -> Option<Spanned<IpAddr>> {
    let word = cx.one(BLOCK, node, &format!("{} 10.0.0.11", node.keyword()))?;
    let found = cx.network_word(word)?;
    if found.1.is_some() {
        let message = format!(
            "a source is an address, so the prefix length of '{}' is ignored",
            word.text
        );
        cx.warning("keepalived/extra-words", word.span, message)
            .suggest(format!("write {}", found.0));
    }
    Some(found.map(|(ip, _)| ip))
}

fn tracking(cx: &mut Context<'_>, config: &Config, draft: &mut Draft, node: &Node) -> bool {
    match node.keyword() {
        "track_script" => draft.track_scripts.extend(track::scripts(cx, config, node)),
        "track_interface" => draft.track_interfaces.extend(track::interfaces(cx, node)),
        "track_file" => draft.track_files.extend(track::files(cx, config, node)),
        "track_process" => draft
            .track_processes
            .extend(track::processes(cx, config, node)),
        "#tandem:track_proxy" => draft.track_proxy = Some(track::proxy(cx, node)),
        "track_src_ip" => draft.track_source = cx.alone(BLOCK, node),
        "#tandem:witness" => draft.witnesses.extend(witness::witness(cx, node)),
        "dont_track_primary" => draft.dont_track_primary = cx.alone(BLOCK, node),
        "interface_up_down_delays" => {
            let mut words = node.args().iter();
            let down = words.next().and_then(|word| cx.seconds_word(word));
            let up = words.next().and_then(|word| cx.seconds_word(word));
            draft.down_delay = down.map_or(Duration::ZERO, |time| time.value);
            draft.up_delay = up.map_or(draft.down_delay, |time| time.value);
        }
        _ => return false,
    }
    true
}

fn election(cx: &mut Context<'_>, draft: &mut Draft, node: &Node) -> bool {
    let span = node.keyword_span();
    match node.keyword() {
        "nopreempt" => {
            cx.alone(BLOCK, node);
            draft.nopreempt = Some(span);
        }
        "preempt" => {
            cx.alone(BLOCK, node);
            draft.nopreempt = None;
        }
        "preempt_delay" => {
            let delay = cx.seconds(BLOCK, node);
            if let Some(delay) = &delay
                && delay.value > Duration::from_secs(1000)
            {
                let message = format!("a preempt_delay of {} s is too long", delay.as_secs());
                cx.error("keepalived/bad-value", delay.span, message)
                    .suggest("write a number from 0 to 1000");
            }
            draft.preempt_delay = delay;
        }
        "accept" => {
            cx.alone(BLOCK, node);
            draft.accept = Some(Spanned::new(AcceptMode::Accept, span));
        }
        "no_accept" => {
            cx.alone(BLOCK, node);
            draft.accept = Some(Spanned::new(AcceptMode::OwnerOnly, span));
        }
        "strict_mode" => {
            let strict = cx.switch(BLOCK, node);
            draft.strict = Some(Spanned::new(strict, span));
        }
        "lower_prio_no_advert" => draft.lower_prio_no_advert = Some(cx.switch(BLOCK, node)),
        "higher_prio_send_advert" => draft.higher_prio_send_advert = Some(cx.switch(BLOCK, node)),
        "skip_check_adv_addr" => draft.skip_check_adv_addr = Some(cx.switch(BLOCK, node)),
        "check_unicast_src" => draft.check_unicast_src = Some(cx.switch(BLOCK, node)),
        "old_unicast_checksum" => {
            cx.no_block(node);
            cx.finish(BLOCK, node, 1);
            // `never` only turns off telling the forms apart, and all of them are taken.
            let never = node.args().first().is_some_and(|word| word.text == "never");
            draft.old_unicast_checksum = !never;
        }
        "v3_checksum_as_v2" => draft.v3_checksum_as_v2 = cx.switch(BLOCK, node),
        "down_timer_adverts" => {
            draft.down_timer_adverts = cx.number(BLOCK, node, 1..=100).map(|count| count.value);
        }
        _ => return false,
    }
    true
}
