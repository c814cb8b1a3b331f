//! `garp_group { garp_interval … gna_interval … interface … interfaces { … } }`

use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{GarpGroup, Global};
use crate::keepalived::tree::Node;
use crate::source::Spanned;

const BLOCK: Block = Block::new("garp_group");

pub fn read(cx: &mut Context<'_>, global: &mut Global, node: &Node) {
    let mut group = GarpGroup {
        interfaces: Vec::new(),
        interval: None,
        gna_interval: None,
    };
    for child in node.children() {
        if !cx.known(BLOCK, child) {
            continue;
        }
        match child.keyword() {
            "garp_interval" => group.interval = cx.seconds(BLOCK, child).map(|time| time.value),
            "gna_interval" => group.gna_interval = cx.seconds(BLOCK, child).map(|time| time.value),
            "interface" => {
                let name = cx.text(BLOCK, child, "interface eth0");
                group.interfaces.extend(name);
            }
            // The words of the block, on any lines.
            _ => {
                let words = child.children().iter().flat_map(|line| &line.words);
                let names = words.map(|word| Spanned::new(word.text.clone(), word.span));
                group.interfaces.extend(names);
            }
        }
    }
    if group.interfaces.is_empty() {
        let message = "the garp_group names no interface, so it says nothing".to_owned();
        cx.error("keepalived/missing-value", node.span(), message)
            .suggest("write interface eth0, or interfaces { eth0 eth1 } inside");
        return;
    }
    for name in &group.interfaces {
        let known = global.garp_groups.iter().flat_map(|it| &it.interfaces);
        if known.into_iter().any(|it| it.value == name.value) {
            let message = format!("'{name}' is in a garp_group above");
            cx.error("keepalived/duplicate-member", name.span, message)
                .suggest("an interface belongs to one group");
        }
    }
    global.garp_groups.push(group);
}
