//! Readers of the blocks: one file for each.

mod addresses;
mod authentication;
mod entry;
mod garp;
mod garp_group;
mod global;
mod instance;
mod lvs;
mod lvs_values;
mod mail;
pub mod names;
mod notify;
mod route_checks;
mod route_metrics;
mod routes;
mod rules;
mod script;
mod sync_group;
mod track;
mod track_group;
mod unicast;
mod vmac;
mod witness;

use super::context::{Block, Context, owned};
use super::model::{Config, LvsKind};
use super::tree::Node;
use crate::source::Spanned;
use std::collections::HashSet;

pub use instance::Draft;

const TOP: Block = Block {
    group: "top",
    title: "the file",
};

/// Everything that was read, before defaults are filled in.
#[derive(Default)]
pub struct Drafts {
    pub config: Config,
    pub instances: Vec<Draft>,
    names: HashSet<String>,
}

/// Reads the top level: `global_defs` first, wherever it stands, because instances build on it.
pub fn read(cx: &mut Context<'_>, nodes: &[Node]) -> Drafts {
    let mut drafts = Drafts::default();
    for node in nodes.iter().filter(|node| node.keyword() == "global_defs") {
        global::read(cx, &mut drafts.config.global, node);
    }
    for node in nodes {
        block(cx, &mut drafts, node);
    }
    drafts
}

fn block(cx: &mut Context<'_>, drafts: &mut Drafts, node: &Node) {
    if node.words.is_empty() || !cx.known(TOP, node) {
        return;
    }
    let config = &mut drafts.config;
    match node.keyword() {
        "vrrp_script" => script::read(cx, config, node),
        "vrrp_instance" => {
            if let Some(draft) = instance::read(cx, config, &mut drafts.names, node) {
                drafts.instances.push(draft);
            }
        }
        "vrrp_sync_group" => sync_group::read(cx, config, node),
        "track_file" | "vrrp_track_file" => track::file(cx, config, node),
        "vrrp_track_process" => track::process(cx, config, node),
        "static_ipaddress" => config.static_addresses.extend(addresses::read(cx, node)),
        "static_routes" => config.static_routes.extend(routes::read(cx, node, true)),
        "static_rules" => config.static_rules.extend(rules::read(cx, node, true)),
        "track_group" => track_group::read(cx, config, node),
        "garp_group" => garp_group::read(cx, &mut config.global, node),
        "virtual_server" => config.lvs.push(lvs::read(cx, node, LvsKind::VirtualServer)),
        "virtual_server_group" => config
            .lvs
            .push(lvs::read(cx, node, LvsKind::VirtualServerGroup)),
        "SSL" => config.lvs.push(lvs::read(cx, node, LvsKind::Ssl)),
        "net_namespace" => {
            let found = cx.text(TOP, node, "net_namespace blue");
            config.global.net_namespace = found.or(config.global.net_namespace.take());
        }
        // `global_defs` was read before; the rest is refused.
        _ => {}
    }
}

/// The name behind a block's keyword; said when missing.
pub fn name(cx: &mut Context<'_>, node: &Node) -> Option<Spanned<String>> {
    let name = node.args().first();
    if name.is_none() {
        let message = format!("'{}' needs a name", node.keyword());
        cx.error("keepalived/missing-value", node.span().after(), message)
            .suggest(format!("write '{} NAME {{ … }}'", node.keyword()));
    }
    if let Some(extra) = node.args().get(1) {
        let message = format!("'{}' behind the name is ignored", extra.text);
        cx.warning("keepalived/extra-words", extra.span, message)
            .suggest("remove it");
    }
    if node.block.is_none() {
        let message = format!("'{}' has no block, so it says nothing", node.keyword());
        cx.error("keepalived/missing-block", node.span(), message)
            .suggest(format!("write {} NAME {{ … }}", node.keyword()));
    }
    name.map(owned)
}
