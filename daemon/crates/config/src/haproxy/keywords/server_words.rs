//! Parameters of `server` and `default-server` lines.

use super::{idle, proxy_v2, resolving, watching};
use crate::haproxy::address;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{OnMarkedDown, Server};
use crate::haproxy::tls;
use crate::haproxy::values::DefaultUnit;
use crate::source::Spanned;

pub fn parameters(cx: &mut Context<'_>, server: &mut Server, args: &mut Args<'_>) {
    while let Some(word) = args.take() {
        // `set-proxy-v2-tlv-fmt(TYPE)` is one word whose argument is in parentheses.
        let name = word.text.split('(').next().unwrap_or("");
        if cx.known("server", name, "server parameter", word.part(0, name.len()))
            && !switch(server, &word.text)
            && !proxy_v2::switch(server, &word.text)
            && !number(cx, server, &word.text, args)
            && !check(cx, server, &word.text, args)
            && !idle::parameter(cx, &mut server.idle, &word.text, args)
            && !watching::parameter(cx, server, &word.text, args)
            && !resolving::parameter(cx, &mut server.resolving, &word.text, args)
            && !proxy_v2::parameter(cx, &mut server.proxy_v2, name, args)
        {
            other(cx, server, word, args);
        }
    }
}

/// Parameters without a value.
fn switch(server: &mut Server, name: &str) -> bool {
    match name {
        "check" => server.check.enabled = true,
        "no-check" => server.check.enabled = false,
        "backup" => server.backup = true,
        "no-backup" => server.backup = false,
        "disabled" => server.disabled = true,
        "enabled" => server.disabled = false,
        "check-send-proxy" => server.check.send_proxy = true,
        "no-check-send-proxy" => server.check.send_proxy = false,
        "check-ssl" => server.check.ssl = true,
        "no-check-ssl" => server.check.ssl = false,
        "non-stick" => server.non_stick = true,
        "stick" => server.non_stick = false,
        _ => return false,
    }
    true
}

fn number(cx: &mut Context<'_>, server: &mut Server, name: &str, args: &mut Args<'_>) -> bool {
    let example = "server web1 10.0.0.21:8080 check weight 10 maxconn 200";
    let limit = |value: Option<Spanned<u32>>| value.filter(|value| **value > 0);
    match name {
        "weight" => {
            if let Some(weight) = cx.number(args, 0..=256, "the weight", example) {
                server.weight = weight;
            }
        }
        // 0 = no limit, as the manual says.
        "maxconn" => server.maxconn = limit(cx.number(args, 0..=u32::MAX, "the limit", example)),
        "minconn" => server.minconn = limit(cx.number(args, 0..=u32::MAX, "the limit", example)),
        "maxqueue" => server.maxqueue = limit(cx.number(args, 0..=u32::MAX, "the limit", example)),
        "id" => server.id = cx.number(args, 1..=i32::MAX.unsigned_abs(), "the id", example),
        "slowstart" => {
            let time = cx.time_in(
                args,
                DefaultUnit::Milliseconds,
                "server a 10.0.0.1:80 slowstart 60s",
            );
            server.slowstart = time.filter(|time| !time.is_zero());
        }
        "tcp-ut" => server.tcp_user_timeout = cx.time(args, "server a 10.0.0.1:80 tcp-ut 30s"),
        _ => return false,
    }
    true
}

fn check(cx: &mut Context<'_>, server: &mut Server, name: &str, args: &mut Args<'_>) -> bool {
    let example = "server web1 10.0.0.21:8080 check inter 2s rise 2 fall 3";
    let check = &mut server.check;
    match name {
        "inter" => {
            if let Some(inter) = interval(cx, args, example) {
                check.inter = inter;
            }
        }
        "fastinter" => check.fastinter = interval(cx, args, example),
        "downinter" => check.downinter = interval(cx, args, example),
        "rise" => {
            if let Some(rise) = cx.number(args, 1..=1_000_000, "the number of checks", example) {
                check.rise = rise;
            }
        }
        "fall" => {
            if let Some(fall) = cx.number(args, 1..=1_000_000, "the number of checks", example) {
                check.fall = fall;
            }
        }
        "port" => check.port = cx.number(args, 1..=65535, "the port", example),
        "addr" => {
            if let Some(word) = args.take() {
                let split = address::split(&word.text);
                let (host, port) = address::bare_ipv6(&split, &word.text);
                let host = cx.host(host, word.span);
                check.addr = host.map(|host| Spanned::new(host, word.span));
                // `addr ADDRESS:PORT` says both.
                match port.map(str::parse::<u16>) {
                    Some(Ok(port)) if port > 0 => check.port = Some(Spanned::new(port, word.span)),
                    Some(_) => cx.bad(word, "an address", "write e.g. 'addr 10.0.0.2'"),
                    None => {}
                }
            } else {
                cx.missing(args, "the address", example);
            }
        }
        "check-sni" => check.sni = cx.string(args, "the name", example),
        "check-proto" => {
            let example = "server web1 10.0.0.21:80 check check-proto h2";
            check.proto = super::h2::protocol(cx, args, example);
        }
        "check-alpn" => check.alpn = cx.string(args, "the protocols", example),
        _ => return false,
    }
    true
}

/// A time above zero: a check every 0 ms would never stop.
pub(super) fn interval(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    example: &str,
) -> Option<Spanned<std::time::Duration>> {
    let time = cx.time(args, example)?;
    if time.is_zero() {
        cx.error(
            "haproxy/bad-value",
            time.span,
            "an interval of 0 is no interval".to_owned(),
        )
        .suggest("write a time of 1ms or more");
        return None;
    }
    Some(time)
}

fn other(cx: &mut Context<'_>, server: &mut Server, word: &Word<'_>, args: &mut Args<'_>) {
    let name = word.text.as_ref();
    match name {
        "on-marked-down"
            if expect(
                cx,
                args,
                "shutdown-sessions",
                "on-marked-down shutdown-sessions",
            ) =>
        {
            server.on_marked_down = Some(OnMarkedDown::ShutdownSessions);
        }
        "on-marked-up" => {
            let example = "on-marked-up shutdown-backup-sessions";
            server.on_marked_up_shutdown_backup =
                expect(cx, args, "shutdown-backup-sessions", example);
        }
        "cookie" => server.cookie = cx.string(args, "the value", "server a 10.0.0.1:80 cookie a"),
        "redir" => server.redir = cx.string(args, "the prefix", "redir http://static"),
        "source" => {
            server.source = cx.source(args, true);
        }
        "usesrc" => {
            let message = "'usesrc' belongs to a 'source'".to_owned();
            cx.error("haproxy/bad-value", word.span, message)
                .suggest("write it behind an address, e.g. 'source 0.0.0.0 usesrc clientip'");
            args.skip_all();
        }
        "proto" => {
            server.proto = super::h2::protocol(cx, args, "server web1 10.0.0.21:80 proto h2");
        }
        "ws" => server.websockets = super::h2::websockets(cx, args),
        "log-proto" | "namespace" | "socks4" | "guid" | "init-state" => {
            cx.string(args, "its value", &format!("{name} VALUE"));
        }
        _ => {
            tls::server(cx, server.tls.get_or_insert_default(), word, args);
        }
    }
}

fn expect(cx: &mut Context<'_>, args: &mut Args<'_>, only: &str, example: &str) -> bool {
    match args.take() {
        Some(word) if word.text == only => true,
        Some(word) => {
            cx.bad(word, &format!("'{only}'"), &format!("write '{example}'"));
            false
        }
        None => {
            cx.missing(args, "the reaction", example);
            false
        }
    }
}
