//! `notify*` of instances and groups.

use crate::keepalived::context::{Block, Context};
use crate::keepalived::model::Notify;
use crate::keepalived::tree::Node;

/// Takes up a keyword; false when it is none of these.
pub fn keyword(cx: &mut Context<'_>, block: Block, notify: &mut Notify, node: &Node) -> bool {
    let slot = match node.keyword() {
        "notify" => &mut notify.any,
        "notify_master" => &mut notify.master,
        "notify_backup" => &mut notify.backup,
        "notify_fault" => &mut notify.fault,
        "notify_stop" => &mut notify.stop,
        "notify_deleted" => &mut notify.deleted,
        "notify_master_rx_lower_pri" => &mut notify.master_rx_lower_pri,
        "notify_priority_changes" => {
            notify.priority_changes = cx.switch(block, node);
            return true;
        }
        "smtp_alert" => {
            notify.mail = Some(cx.switch(block, node));
            return true;
        }
        _ => return false,
    };
    *slot = cx.command(block, node).or(slot.take());
    true
}
