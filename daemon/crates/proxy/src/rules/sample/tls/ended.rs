//! Why a handshake did not come to its end, in OpenSSL's numbers and words (`ssl_fc_err`,
//! `ssl_bc_err`, …).

use super::super::Get;
use super::BACK;
use crate::rules::context::Context;
use crate::rules::value::Value;
use tls::session::{Fault, written};

/// What OpenSSL would have on its stack: its number, 0 when it has nothing, and the words.
fn client(ctx: &Context<'_>) -> Option<(i64, Option<String>)> {
    ctx.is_sealed().then(|| {
        let reason = ctx.remember(|m| m.tls_fault.as_ref().and_then(Fault::reason));
        told(reason.flatten())
    })
}

/// The same of the server; without a connection to it there is nothing to tell.
fn server(ctx: &Context<'_>) -> Option<(i64, Option<String>)> {
    if BACK(ctx).is_some() {
        return Some(told(None));
    }
    let fault = ctx.remember(|m| m.server_fault.as_ref().map(Fault::reason));
    fault.flatten().map(told)
}

fn told(reason: Option<(u32, String)>) -> (i64, Option<String>) {
    reason.map_or((0, None), |reason| {
        (i64::from(reason.0), Some(written(&reason)))
    })
}

fn number(told: Option<(i64, Option<String>)>) -> Option<Value<'static>> {
    told.map(|(number, _)| Value::Int(number))
}

fn words(told: Option<(i64, Option<String>)>) -> Option<Value<'static>> {
    told?.1.map(|words| Value::owned(words.into_bytes()))
}

pub fn get(fetch: &str) -> Option<Get> {
    Some(match fetch {
        "ssl_fc_err" => |_, c| number(client(c)),
        "ssl_fc_err_str" => |_, c| words(client(c)),
        "ssl_bc_err" => |_, c| number(server(c)),
        "ssl_bc_err_str" => |_, c| words(server(c)),
        _ => return None,
    })
}
