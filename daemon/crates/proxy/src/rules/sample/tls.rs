//! Fetches about TLS: of the client's connection, of the server's, and what their certificates say.

mod ended;
mod sealing;
mod shown;

pub use sealing::sealing;

use super::{Arguments, Get};
use crate::rules::context::Context;
use crate::rules::convert::sha1::sha1;
use crate::rules::value::Value;
use std::io::Write as _;
use tls::rustls::pki_types::CertificateDer;
use tls::rustls::{CipherSuite, HandshakeKind};
use tls::session::Session;
use tls::{Facts, Fault};

type Of = for<'a> fn(&Context<'a>) -> Option<&'a Session>;

const FRONT: Of = |c| c.tls.filter(|session| session.is_established());
const BACK: Of = |c| c.server_tls.filter(|session| session.is_established());

/// What the other side has shown, its own certificate first.
fn chain(session: Option<&Session>) -> Option<&[CertificateDer<'static>]> {
    session?
        .common()
        .peer_certificates()
        .filter(|chain| !chain.is_empty())
}

fn facts(of: Of, ctx: &Context<'_>) -> Option<Facts> {
    Facts::read(chain(of(ctx))?.first()?).ok()
}

fn text(text: &str) -> Value<'static> {
    Value::owned(text.as_bytes().to_vec())
}

/// Bits of the key of records.
fn key_size(session: &Session) -> Option<i64> {
    let suite = session.common().negotiated_cipher_suite()?.suite();
    Some(match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256
        | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => 128,
        _ => 256,
    })
}

fn is_resumed(session: &Session) -> bool {
    session.common().handshake_kind() == Some(HandshakeKind::Resumed)
}

/// What is wrong with the client's certificate, where that was let pass.
fn fault(ctx: &Context<'_>) -> Option<Fault> {
    let session = FRONT(ctx)?;
    let frontend = ctx.plan.frontends.get(ctx.frontend)?;
    let acceptor = frontend.acceptors.get(ctx.bind)?.as_ref()?;
    acceptor.fault(session.server_name(), chain(Some(session))?)
}

/// Of the fault's number where it lies so deep, else 0.
fn number(ctx: &Context<'_>, of: fn(Fault) -> u32) -> Option<Value<'static>> {
    FRONT(ctx)?;
    Some(Value::Int(i64::from(fault(ctx).map_or(0, of))))
}

fn joined(chain: &[CertificateDer<'_>]) -> Option<Value<'static>> {
    let bytes: Vec<u8> = chain.iter().flat_map(|der| der.iter().copied()).collect();
    (!bytes.is_empty()).then(|| Value::owned(bytes))
}

/// All of a name, or a part of it: `(entry[,occurrence[,format]])`.
fn name(arguments: &Arguments, parts: &[tls::Attribute]) -> Option<Value<'static>> {
    let form = arguments.given(2);
    let Some(entry) = arguments.given(0) else {
        let mut out = Vec::new();
        if form == Some(b"rfc2253") {
            write_rfc2253(parts, &mut out);
        } else {
            for part in parts {
                out.push(b'/');
                out.extend_from_slice(part.kind.as_bytes());
                out.push(b'=');
                out.extend_from_slice(&part.value);
            }
        }
        return (!out.is_empty()).then(|| Value::owned(out));
    };
    let matching = parts.iter().filter(|part| part.kind.as_bytes() == entry);
    let matching: Vec<_> = matching.collect();
    // Counted from the end where it is negative; the first by default.
    let at = match arguments.int(1) {
        0 => 0,
        n if n > 0 => usize::try_from(n - 1).ok()?,
        n => matching
            .len()
            .checked_sub(usize::try_from(n.unsigned_abs()).ok()?)?,
    };
    matching
        .get(at)
        .map(|part| Value::owned(part.value.clone()))
}

/// The last part first, separated by commas (RFC 2253).
fn write_rfc2253(parts: &[tls::Attribute], out: &mut Vec<u8>) {
    for (number, part) in parts.iter().rev().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend_from_slice(part.kind.as_bytes());
        out.push(b'=');
        let last = part.value.len().saturating_sub(1);
        for (at, byte) in part.value.iter().enumerate() {
            if !(b' '..=b'~').contains(byte) {
                let _ = write!(out, "\\{byte:02X}");
                continue;
            }
            let edge = *byte == b' ' && (at == 0 || at == last) || *byte == b'#' && at == 0;
            if edge || b",+\"\\<>;".contains(byte) {
                out.push(b'\\');
            }
            out.push(*byte);
        }
    }
}

pub fn get(fetch: &str) -> Option<Get> {
    Some(match fetch {
        "ssl_fc" => |_, c| Some(Value::Bool(c.is_sealed())),
        "ssl_fc_has_early" => |_, c| FRONT(c).map(|_| Value::Bool(false)),
        "ssl_fc_has_sni" => |_, c| {
            Some(Value::Bool(
                FRONT(c).is_some_and(|s| s.server_name().is_some()),
            ))
        },
        "ssl_fc_sni" => |_, c| FRONT(c)?.server_name().map(text),
        // Of this handshake: a session that was taken up again had none.
        "ssl_fc_has_crt" => |_, c| {
            let shown = FRONT(c).is_some_and(|s| chain(Some(s)).is_some() && !is_resumed(s));
            Some(Value::Bool(shown))
        },
        "ssl_c_used" => |_, c| Some(Value::Bool(chain(FRONT(c)).is_some())),
        "ssl_c_verify" => |_, c| number(c, |fault| fault.number),
        "ssl_c_err" => |_, c| number(c, |f| if f.depth == 0 { f.number } else { 0 }),
        "ssl_c_ca_err" => |_, c| number(c, |f| if f.depth > 0 { f.number } else { 0 }),
        "ssl_c_ca_err_depth" => |_, c| number(c, |fault| fault.depth),
        // OpenSSL's chain has a server's own certificate in it, and not a client's.
        "ssl_c_chain_der" => |_, c| joined(chain(FRONT(c))?.get(1..)?),
        "ssl_s_chain_der" => |_, c| joined(chain(BACK(c))?),
        "ssl_bc" => |_, c| Some(Value::Bool(c.server_tls.is_some())),
        _ => {
            return ended::get(fetch)
                .or_else(|| shown::get(fetch))
                .or_else(|| side(fetch));
        }
    })
}

/// What there is of either side. A function pointer holds nothing, so the sides are written out.
fn side(fetch: &str) -> Option<Get> {
    macro_rules! connection {
        ($of:ident, $rest:expr) => {
            match $rest {
                "alpn" => |_, c| {
                    $of(c)?
                        .common()
                        .alpn_protocol()
                        .map(|p| Value::owned(p.to_vec()))
                },
                "cipher" => |_, c| {
                    let suite = $of(c)?.common().negotiated_cipher_suite()?;
                    Some(text(tls::suite_name(suite)))
                },
                "protocol" => |_, c| $of(c)?.version().map(text),
                "alg_keysize" | "use_keysize" => |_, c| key_size($of(c)?).map(Value::Int),
                "is_resumed" => |_, c| Some(Value::Bool($of(c).is_some_and(is_resumed))),
                _ => return None,
            }
        };
    }
    macro_rules! certificate {
        ($of:ident, $rest:expr) => {
            match $rest {
                "version" => |_, c| Some(Value::Int(i64::from(facts($of, c)?.version))),
                "serial" => |_, c| Some(Value::owned(facts($of, c)?.serial)),
                "sha1" => |_, c| {
                    let own = chain($of(c))?.first()?;
                    Some(Value::owned(sha1(own).to_vec()))
                },
                "sig_alg" => |_, c| Some(text(&facts($of, c)?.signature_algorithm)),
                "key_alg" => |_, c| Some(text(&facts($of, c)?.key_algorithm)),
                "notbefore" => |_, c| Some(text(&facts($of, c)?.not_before.short())),
                "notafter" => |_, c| Some(text(&facts($of, c)?.not_after.short())),
                "s_dn" => |a, c| name(a, &facts($of, c)?.subject),
                "i_dn" => |a, c| name(a, &facts($of, c)?.issuer),
                "der" => |_, c| Some(Value::owned(chain($of(c))?.first()?.to_vec())),
                _ => return None,
            }
        };
    }
    Some(if let Some(rest) = fetch.strip_prefix("ssl_fc_") {
        connection!(FRONT, rest)
    } else if let Some(rest) = fetch.strip_prefix("ssl_bc_") {
        connection!(BACK, rest)
    } else if let Some(rest) = fetch.strip_prefix("ssl_c_") {
        certificate!(FRONT, rest)
    } else if let Some(rest) = fetch.strip_prefix("ssl_s_") {
        certificate!(BACK, rest)
    } else {
        return None;
    })
}
