//! `capture`: what the log is to show of a request or an answer.

use super::context::Context;
use super::sample::Sample;

/// Fills a slot of the frontend, as long as that is declared to be.
pub fn capture(sample: &Sample, slot: usize, response: bool, ctx: &Context<'_>) {
    let Some(frontend) = ctx.plan.frontends.get(ctx.frontend) else {
        return;
    };
    let declared = if response {
        &frontend.response_captures
    } else {
        &frontend.request_captures
    };
    let mut text = Vec::new();
    let Some(capture) = declared.get(slot).filter(|_| sample.last(ctx, &mut text)) else {
        return;
    };
    text.truncate(capture.len as usize);
    ctx.remember(|memory| {
        let slots = if response {
            &mut memory.response_captures
        } else {
            &mut memory.request_captures
        };
        if slots.len() <= slot {
            slots.resize(declared.len(), None);
        }
        slots[slot] = Some(text);
    });
}
