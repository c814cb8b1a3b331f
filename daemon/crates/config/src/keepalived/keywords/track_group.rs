//! `track_group NAME { group { INSTANCE … } }`

use super::name;
use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::{Config, InstanceName, TrackGroup};
use crate::keepalived::tree::Node;
use crate::source::Spanned;

const BLOCK: Block = Block::new("track_group");

pub fn read(cx: &mut Context<'_>, config: &mut Config, node: &Node) {
    let Some(group_name) = name(cx, node) else {
        return;
    };
    let known = config.track_groups.iter();
    if known
        .into_iter()
        .any(|it| it.group_name.value == group_name.value)
    {
        let message = format!("there is a track_group '{group_name}' already");
        cx.error("keepalived/duplicate-name", group_name.span, message)
            .suggest("remove one of them, or give it another name");
        return;
    }
    let mut tracking = Vec::new();
    for child in node.children() {
        if !cx.known(BLOCK, child) {
            continue;
        }
        // The words of the block, on any lines.
        let words = child.children().iter().flat_map(|line| &line.words);
        tracking.extend(words.map(|word| Spanned::new(InstanceName(word.text.clone()), word.span)));
    }
    if tracking.is_empty() {
        let message = format!("the track_group '{group_name}' names no instance");
        cx.error("keepalived/missing-value", group_name.span, message)
            .suggest("write group { VI_1 VI_2 } inside");
    }
    config.track_groups.push(TrackGroup {
        group_name,
        tracking,
    });
}
