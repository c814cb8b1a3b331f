//! Parameters of servers that are given by name: which name servers are asked, and which of the
//! addresses is taken.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{InitAddress, Resolving};
use crate::haproxy::network::network;
use crate::source::Spanned;

/// Whether the word is one of these parameters.
pub fn parameter(
    cx: &mut Context<'_>,
    resolving: &mut Resolving,
    name: &str,
    args: &mut Args<'_>,
) -> bool {
    match name {
        "resolvers" => resolving.resolvers = cx.string(args, "the section", "resolvers dns"),
        "init-addr" => {
            if let Some(word) = value(cx, args, "the methods", "init-addr last,libc,none") {
                resolving.init_addr = init_addresses(cx, word);
            }
        }
        "resolve-prefer" => {
            if let Some(word) = value(cx, args, "the family", "resolve-prefer ipv4") {
                match word.text.as_ref() {
                    "ipv4" => resolving.prefers_ipv4 = true,
                    "ipv6" => resolving.prefers_ipv4 = false,
                    _ => cx.bad(word, "a family of addresses", "write ipv4 or ipv6"),
                }
            }
        }
        "resolve-net" => {
            if let Some(word) = value(cx, args, "the network", "resolve-net 10.0.0.0/8") {
                networks(cx, resolving, word);
            }
        }
        "resolve-opts" => {
            if let Some(word) = value(cx, args, "the options", "resolve-opts allow-dup-ip") {
                options(cx, resolving, word);
            }
        }
        _ => return false,
    }
    true
}

fn value<'l>(
    cx: &mut Context<'_>,
    args: &mut Args<'l>,
    what: &str,
    example: &str,
) -> Option<&'l Word<'l>> {
    let word = args.take();
    if word.is_none() {
        cx.missing(args, what, example);
    }
    word
}

/// The parts between commas, each with its place in the word.
fn parts<'t>(word: &'t Word<'_>) -> impl Iterator<Item = (usize, &'t str)> {
    let mut at = 0;
    word.text.split(',').map(move |part| {
        let here = at;
        at += part.len() + 1;
        (here, part)
    })
}

fn init_addresses(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Spanned<Vec<InitAddress>>> {
    let mut methods = Vec::new();
    for (at, part) in parts(word) {
        let method = match part {
            "last" => InitAddress::Last,
            "libc" => InitAddress::Libc,
            "none" => InitAddress::None,
            _ => match part.parse() {
                Ok(ip) => InitAddress::Ip(ip),
                Err(_) => {
                    wrong(
                        cx,
                        word,
                        at,
                        part,
                        "a way to the first address",
                        "write last, libc, none or an address, joined by commas",
                    );
                    return None;
                }
            },
        };
        methods.push(method);
    }
    Some(Spanned::new(methods, word.span))
}

fn networks(cx: &mut Context<'_>, resolving: &mut Resolving, word: &Word<'_>) {
    let mut found = Vec::new();
    for (at, part) in parts(word) {
        match network(part) {
            Some(net) => found.push(net),
            None => wrong(
                cx,
                word,
                at,
                part,
                "a network",
                "write e.g. 10.0.0.0/8,2001:db8::/32",
            ),
        }
    }
    resolving.networks = found;
}

fn options(cx: &mut Context<'_>, resolving: &mut Resolving, word: &Word<'_>) {
    for (at, part) in parts(word) {
        match part {
            "allow-dup-ip" => resolving.allow_dup_ip = true,
            "prevent-dup-ip" => resolving.allow_dup_ip = false,
            "ignore-weight" => resolving.ignore_weight = true,
            _ => wrong(
                cx,
                word,
                at,
                part,
                "an option of resolve-opts",
                "write allow-dup-ip, prevent-dup-ip or ignore-weight",
            ),
        }
    }
}

fn wrong(cx: &mut Context<'_>, word: &Word<'_>, at: usize, part: &str, what: &str, help: &str) {
    let message = format!("'{part}' is not {what}");
    cx.error("haproxy/bad-value", word.part(at, at + part.len()), message)
        .suggest(help);
}
