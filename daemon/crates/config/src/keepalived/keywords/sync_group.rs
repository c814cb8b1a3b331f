//! `vrrp_sync_group NAME { … }`

use super::{name, notify, track};
use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{Config, GroupName, InstanceName, Notify, SyncGroup};
use crate::keepalived::tree::Node;

const BLOCK: Block = Block::new("vrrp_sync_group");

pub fn read(cx: &mut Context<'_>, config: &mut Config, node: &Node) {
    let Some(name) = name(cx, node) else { return };
    if config
        .sync_groups
        .iter()
        .any(|group| group.name.0 == name.value)
    {
        let message = format!("there is a vrrp_sync_group '{name}' already");
        cx.error("keepalived/duplicate-name", name.span, message)
            .suggest("remove one of them, or give it another name");
        return;
    }
    let mut group = SyncGroup {
        name: name.map(GroupName),
        members: Vec::new(),
        notify: Notify::default(),
        track_scripts: Vec::new(),
        track_interfaces: Vec::new(),
        track_files: Vec::new(),
        track_processes: Vec::new(),
        tracking_weight: false,
    };
    for child in node.children() {
        if !cx.known(BLOCK, child) || notify::keyword(cx, BLOCK, &mut group.notify, child) {
            continue;
        }
        match child.keyword() {
            "group" => {
                // The words of the block, on any lines.
                let words = child.children().iter().flat_map(|line| &line.words);
                let names = words.map(|word| {
                    crate::source::Spanned::new(InstanceName(word.text.clone()), word.span)
                });
                group.members.extend(names);
            }
            "track_script" => group
                .track_scripts
                .extend(track::scripts(cx, config, child)),
            "track_interface" => group.track_interfaces.extend(track::interfaces(cx, child)),
            "track_file" => group.track_files.extend(track::files(cx, config, child)),
            "track_process" => group
                .track_processes
                .extend(track::processes(cx, config, child)),
            "sync_group_tracking_weight" | "global_tracking" => {
                group.tracking_weight = cx.alone(BLOCK, child);
            }
            _ => {}
        }
    }
    config.sync_groups.push(group);
}
