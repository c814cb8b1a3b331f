//! Fetches about the body of a message, as far as it has come.

use super::Get;
use crate::rules::context::{BodySeen, Context};
use crate::rules::value::Value;

/// A request's body is seen beside the request, a response's beside the response.
fn seen<'a>(ctx: &Context<'a>, response: bool) -> Option<BodySeen<'a>> {
    ctx.body.filter(|_| ctx.response.is_some() == response)
}

fn size(ctx: &Context<'_>, response: bool) -> Option<Value<'static>> {
    let size = seen(ctx, response)?.size;
    Some(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
}

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        "req.body" => |_, c| Some(Value::bytes(seen(c, false)?.bytes)),
        "res.body" => |_, c| Some(Value::bytes(seen(c, true)?.bytes)),
        "req.body_len" => |_, c| Some(Value::count(seen(c, false)?.bytes.len())),
        "res.body_len" => |_, c| Some(Value::count(seen(c, true)?.bytes.len())),
        "req.body_size" => |_, c| size(c, false),
        "res.body_size" => |_, c| size(c, true),
        "req.body_param" => |a, c| {
            let form = seen(c, false)?.bytes;
            let mut pairs = form.split(|b| *b == b'&');
            let value = pairs.find_map(|pair| {
                let at = pair.iter().position(|b| *b == b'=')?;
                let wanted = a.given(0).is_none_or(|name| pair[..at] == *name);
                wanted.then_some(&pair[at + 1..])
            })?;
            Some(Value::bytes(value))
        },
        _ => return None,
    })
}
