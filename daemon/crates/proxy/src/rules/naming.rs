//! The name of a request (`unique-id-format`).

use super::Context;

/// The request's unique id, made when it is asked for first.
pub fn unique_id(ctx: &Context<'_>) -> Option<Vec<u8>> {
    let known = ctx.remember(|memory| memory.unique_id.clone())?;
    if known.is_some() {
        return known;
    }
    if ctx.line.is_none()
        && ctx
            .session
            .is_none_or(|s| s.http && s.notes.line.is_empty())
    {
        return None;
    }
    let format = ctx.plan.frontends.get(ctx.frontend)?.unique_id.as_ref()?;
    let id = format.text(ctx);
    ctx.remember(|memory| memory.unique_id = Some(id.clone()));
    Some(id)
}
