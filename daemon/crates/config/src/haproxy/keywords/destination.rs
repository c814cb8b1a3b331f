//! Where connections go besides the servers that are listed: `do-resolve(…)`, `dispatch`.

use super::http_rules::sample;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{DoResolve, ServerAddress, ServerPort};
use crate::haproxy::piece::Piece;
use crate::haproxy::section::Section;

const EXAMPLE: &str = "do-resolve(txn.address,dns,ipv4) hdr(host),host_only";

/// `do-resolve(VARIABLE,RESOLVERS[,ipv4|ipv6]) EXPR`, whose word was taken last.
pub fn do_resolve(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<DoResolve> {
    let word = args.previous()?;
    let inner = Piece::of(word).call().1;
    let parts = inner.map_or_else(Vec::new, |inner| inner.split_outside(b','));
    let (variable, resolvers, family) = match parts.as_slice() {
        [variable, resolvers] => (variable.trim(), resolvers.trim(), None),
        [variable, resolvers, family] => (variable.trim(), resolvers.trim(), Some(family.trim())),
        _ => {
            cx.bad(
                word,
                "an action with a variable and a 'resolvers' section",
                &format!("write e.g. '{EXAMPLE}'"),
            );
            return None;
        }
    };
    if !cx.variable_name(variable) {
        return None;
    }
    let prefers_ipv4 = match family.map(|family| family.text) {
        None | Some("ipv6") => false,
        Some("ipv4") => true,
        Some(other) => {
            let message = format!("'{other}' is not a family of addresses");
            let span = family.map_or(word.span, |family| family.span);
            cx.error("haproxy/bad-value", span, message)
                .suggest("write ipv4 or ipv6");
            return None;
        }
    };
    Some(DoResolve {
        variable: variable.owned(),
        resolvers: resolvers.owned(),
        prefers_ipv4,
        name: sample(cx, args)?,
    })
}

/// `dispatch ADDRESS:PORT`
pub fn dispatch(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the address", "dispatch 10.0.0.21:8080");
    };
    if let Some(address) = cx.server_address(word) {
        let fixed = match address.value {
            ServerAddress::Unix(_) => true,
            ServerAddress::Tcp { port, .. } => matches!(port, ServerPort::Fixed(_)),
        };
        if fixed {
            section.dispatch = Some(address);
        } else {
            let message = format!("'{}' has no port of its own to connect to", word.text);
            cx.error("haproxy/bad-address", word.span, message)
                .suggest("write ADDRESS:PORT, or 'option transparent' for the client's");
        }
    }
    cx.finish(args, "dispatch");
}
