//! What servers are told of the client's TLS at the beginning of a connection.

use super::{FRONT, chain, facts, fault, is_resumed};
use crate::plan::Sealed;
use crate::preamble::{self, Shown};
use crate::rules::context::Context;

/// The value of a PROXY protocol header that tells what is wanted.
pub fn sealing(ctx: &Context<'_>, wanted: Sealed) -> Vec<u8> {
    let Some(session) = FRONT(ctx) else {
        return preamble::sealed(None);
    };
    let shown = match chain(Some(session)) {
        None => Shown::No,
        Some(_) if is_resumed(session) => Shown::Before,
        Some(_) => Shown::Now,
    };
    let client = if wanted.common_name {
        facts(FRONT, ctx)
    } else {
        None
    };
    let own = session.shown().map(|certificate| &*certificate.facts);
    let key = own.filter(|_| wanted.key).and_then(tls::Facts::key_kind);
    let signature = own.filter(|_| wanted.signature);
    let suite = session.common().negotiated_cipher_suite();
    let cipher = suite.filter(|_| wanted.cipher).map(tls::suite_name);
    preamble::sealed(Some(&preamble::Sealed {
        shown,
        verify: fault(ctx).map_or(0, |fault| fault.number),
        version: session.version().unwrap_or_default().as_bytes(),
        common_name: client.as_ref().and_then(tls::Facts::common_name),
        key: key.as_deref().map(str::as_bytes),
        signature: signature.map(|own| own.signature_algorithm.as_bytes()),
        cipher: cipher.map(str::as_bytes),
    }))
}
