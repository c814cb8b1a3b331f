//! The certificate that the client was shown (`ssl_f_…`).

use super::super::Get;
use super::{FRONT, name, text};
use crate::rules::context::Context;
use crate::rules::convert::sha1::sha1;
use crate::rules::value::Value;
use tls::{Certificate, Facts};

fn certificate<'a>(ctx: &Context<'a>) -> Option<&'a Certificate> {
    FRONT(ctx)?.shown()
}

fn facts<'a>(ctx: &Context<'a>) -> Option<&'a Facts> {
    certificate(ctx).map(|certificate| &*certificate.facts)
}

fn der<'a>(ctx: &Context<'a>) -> Option<&'a [u8]> {
    let chain = &certificate(ctx)?.certified.cert;
    chain.first().map(|der| &der[..])
}

pub fn get(fetch: &str) -> Option<Get> {
    Some(match fetch.strip_prefix("ssl_f_")? {
        "version" => |_, c| Some(Value::Int(i64::from(facts(c)?.version))),
        "serial" => |_, c| facts(c).map(|facts| Value::bytes(&facts.serial)),
        "sha1" => |_, c| der(c).map(|der| Value::owned(sha1(der).to_vec())),
        "sig_alg" => |_, c| facts(c).map(|facts| text(&facts.signature_algorithm)),
        "key_alg" => |_, c| facts(c).map(|facts| text(&facts.key_algorithm)),
        "notbefore" => |_, c| facts(c).map(|facts| text(&facts.not_before.short())),
        "notafter" => |_, c| facts(c).map(|facts| text(&facts.not_after.short())),
        "s_dn" => |a, c| name(a, &facts(c)?.subject),
        "i_dn" => |a, c| name(a, &facts(c)?.issuer),
        "der" => |_, c| der(c).map(Value::bytes),
        _ => return None,
    })
}
