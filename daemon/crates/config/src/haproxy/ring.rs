//! `ring` sections: lines kept in memory, and the servers that get them (configuration manual, 3.9).

use super::args::Args;
use super::context::Context;
use super::keywords::{log_form, stream_address};
use super::model::{Config, Ring, RingServer};
use super::values::DefaultUnit;
use crate::source::Spanned;

pub fn open(config: &mut Config, name: Spanned<String>) {
    config.rings.push(Ring::named(name));
}

pub fn keyword(cx: &mut Context<'_>, config: &mut Config, keyword: &str, args: &mut Args<'_>) {
    if !cx.known("ring", keyword, "keyword", args.keyword) {
        return;
    }
    let Some(ring) = config.rings.last_mut() else {
        return;
    };
    match keyword {
        "description" => ring.description = args.take_text(),
        "format" => ring.format = log_form(cx, args),
        "maxlen" => {
            ring.max_line = cx.number(args, 80..=65535, "the length", "maxlen 1200");
        }
        "size" => ring.size = cx.size(args, "size 32764"),
        "timeout" => timeout(cx, ring, args),
        "server" => {
            if let Some(server) = server(cx, args) {
                ring.servers.push(server);
            }
        }
        _ => args.skip_all(),
    }
    cx.finish(args, keyword);
}

fn timeout(cx: &mut Context<'_>, ring: &mut Ring, args: &mut Args<'_>) {
    let which = args.descend();
    let example = "timeout connect 5s";
    match which.map(|word| word.text.as_ref()) {
        Some("connect") => {
            ring.timeout_connect = cx.time_in(args, DefaultUnit::Milliseconds, example);
        }
        Some("server") => {
            ring.timeout_server = cx.time_in(args, DefaultUnit::Milliseconds, example);
        }
        Some(other) => {
            let message = format!("a ring has no timeout '{other}'");
            cx.error("haproxy/unknown-keyword", args.keyword, message)
                .suggest("it has 'timeout connect' and 'timeout server'");
            args.skip_all();
        }
        None => cx.missing(args, "which timeout", example),
    }
}

fn server(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<RingServer> {
    let example = "server syslog 127.0.0.1:6514 log-proto octet-count";
    let name = cx.string(args, "the name of the server", example)?;
    cx.permitted("a server", &name, name.span);
    let Some(word) = args.take() else {
        cx.missing(args, "the address", example);
        return None;
    };
    let address = stream_address(cx, word);
    let mut octet_count = false;
    while let Some(word) = args.take() {
        if !cx.known(
            "ring server",
            &word.text,
            "parameter of a ring's server",
            word.span,
        ) {
            args.skip_all();
            break;
        }
        match args.take() {
            Some(word) if matches!(word.text.as_ref(), "octet-count" | "legacy") => {
                octet_count = word.text == "octet-count";
            }
            Some(word) => cx.bad(
                word,
                "a way of sending lines",
                "write 'octet-count', or 'legacy' for a line end behind each",
            ),
            None => cx.missing(args, "how lines are sent", example),
        }
    }
    Some(RingServer {
        name,
        address: address?,
        octet_count,
    })
}
