//! Sync groups: members that exist, each in one group.

use super::fold::with_user;
use crate::keepalived::context::Context;
use crate::keepalived::model::{Config, GroupName, InstanceName};
use crate::suggest::nearest;
use std::collections::HashMap;

pub fn resolve(cx: &mut Context<'_>, config: &mut Config) {
    let names: Vec<InstanceName> = config
        .instances
        .iter()
        .map(|instance| instance.name.value.clone())
        .collect();
    let mut seen: HashMap<InstanceName, GroupName> = HashMap::new();
    for group in &mut config.sync_groups {
        // What a group says of changed priorities it says for its members, who have them.
        if group.notify.priority_changes {
            let members = config.instances.iter_mut();
            let members =
                members.filter(|it| group.members.iter().any(|m| m.value == it.name.value));
            members.for_each(|member| member.notify.priority_changes = true);
        }
        group.notify = with_user(std::mem::take(&mut group.notify), &config.global);
        group.members.retain(|member| {
            if !names.contains(&member.value) {
                let near = nearest(&member.0, names.iter().map(|name| name.0.as_str()));
                let help = match near {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("add a vrrp_instance '{member}', or remove this line"),
                };
                let message = format!("there is no vrrp_instance '{member}'");
                cx.error("keepalived/unknown-instance", member.span, message)
                    .suggest(help);
                return false;
            }
            if let Some(other) = seen.insert(member.value.clone(), group.name.value.clone()) {
                let message = format!("'{member}' is a member of the group '{other}' already");
                cx.error("keepalived/duplicate-member", member.span, message)
                    .suggest("an instance belongs to one group");
                return false;
            }
            true
        });
        if group.members.is_empty() {
            let message = format!("the vrrp_sync_group '{}' has no members", group.name);
            cx.error("keepalived/empty-group", group.name.span, message)
                .suggest("add group { INSTANCE … }");
        } else if group.members.len() == 1 {
            let message = format!(
                "the vrrp_sync_group '{}' has one member: there is nothing to keep in step",
                group.name
            );
            cx.warning("keepalived/empty-group", group.name.span, message)
                .suggest("add the other instances, or remove the group");
        }
    }
    // A group without members cannot decide anything.
    config.sync_groups.retain(|group| !group.members.is_empty());
    weighted_members(cx, config);
}

/// Weighted trackers of members are dropped by keepalived, unless the group says otherwise.
fn weighted_members(cx: &mut Context<'_>, config: &Config) {
    for group in config
        .sync_groups
        .iter()
        .filter(|group| !group.tracking_weight)
    {
        let members = config
            .instances
            .iter()
            .filter(|i| group.members.iter().any(|m| m.value == i.name.value));
        for instance in members {
            let weighted = instance
                .track_scripts
                .iter()
                .find(|track| track.weight.value.value != 0);
            if let Some(track) = weighted {
                let message = format!(
                    "a weight has no effect in a member of the group '{}': members change state together",
                    group.name
                );
                cx.warning("keepalived/bad-weight", track.name.span, message)
                    .suggest("track it in the group, or add 'sync_group_tracking_weight' to it");
            }
        }
    }
}
