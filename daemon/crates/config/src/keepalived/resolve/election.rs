//! Preemption, priorities and weights that cannot do what they say.

use crate::keepalived::context::Context;
use crate::keepalived::keywords::Draft;
use crate::keepalived::model::{InitialState, Instance, Priority, Weight};
use crate::source::Spanned;
use std::time::Duration;

/// Cleared with `state MASTER` and for an owner, as keepalived does; it warns in its log only.
pub fn nopreempt(
    cx: &mut Context<'_>,
    draft: &Draft,
    state: InitialState,
    priority: Priority,
) -> bool {
    let Some(span) = draft.nopreempt else {
        return false;
    };
    let why = if priority == Priority(255) {
        "priority 255"
    } else if state == InitialState::Master {
        "state MASTER"
    } else {
        return true;
    };
    let message = format!("nopreempt has no effect with {why}: the node takes the addresses back");
    cx.warning("keepalived/nopreempt", span, message)
        .suggest("write 'state BACKUP' on both nodes, or remove nopreempt");
    false
}

pub fn preempt_delay(
    cx: &mut Context<'_>,
    draft: &Draft,
    state: InitialState,
    nopreempt: bool,
) -> Spanned<Duration> {
    let Some(delay) = draft.preempt_delay else {
        return Spanned::implied(Duration::ZERO);
    };
    let why = if nopreempt {
        "nopreempt"
    } else if state == InitialState::Master {
        "state MASTER"
    } else {
        return delay;
    };
    let message = format!("preempt_delay has no effect with {why}");
    cx.warning("keepalived/nopreempt", delay.span, message)
        .suggest("write 'state BACKUP', without nopreempt");
    Spanned::new(Duration::ZERO, delay.span)
}

pub fn check(cx: &mut Context<'_>, instance: &Instance) {
    let weights: Vec<Spanned<Weight>> = instance
        .track_scripts
        .iter()
        .map(|track| track.weight)
        .chain(instance.track_interfaces.iter().map(|track| track.weight))
        .chain(
            instance
                .track_proxy
                .map(|track| track.map(|track| track.weight)),
        )
        .filter(|weight| weight.value.value != 0)
        .collect();
    if instance.is_owner() {
        if let Some(weight) = weights.first() {
            let message = "priority 255 is never changed, so this weight has no effect".to_owned();
            cx.warning("keepalived/bad-weight", weight.span, message)
                .suggest("write a priority of 254 or less");
        }
        return;
    }
    let priority = i32::from(instance.priority.0);
    for weight in weights {
        let sum = priority + i32::from(weight.value.value);
        if !(1..=254).contains(&sum) {
            let message = format!(
                "priority {priority} with weight {} would be {sum}; it stops at {}",
                weight.value.value,
                sum.clamp(1, 254)
            );
            cx.warning("keepalived/bad-weight", weight.span, message)
                .suggest("choose them so that the sum stays from 1 to 254");
        }
    }
}
