//! `stats …` of the global section: the runtime sockets.

use super::args::Args;
use super::context::Context;
use super::keywords::bind;
use super::model::{Global, SeverityOutput, SocketLevel, StatsSocket};
use super::values::DefaultUnit;

const EXAMPLE: &str = "stats socket /run/haproxy/admin.sock mode 660 level admin";

pub fn stats(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>) {
    cx.known("global", "stats", "keyword", args.keyword);
    match args.descend().map(|word| word.text.as_ref()) {
        Some("socket") => socket(cx, global, args),
        Some("timeout") => {
            global.stats_timeout = cx.time_in(args, DefaultUnit::Milliseconds, "stats timeout 30s");
        }
        Some("maxconn") => {
            let what = "the number of connections";
            global.stats_maxconn = cx.number(args, 1..=u32::MAX, what, "stats maxconn 10");
        }
        Some("bind-process") => args.skip_all(),
        Some(other) => {
            let message = format!("unknown keyword 'stats {other}' in section 'global'");
            cx.error("haproxy/unknown-keyword", args.keyword, message)
                .suggest("it is 'stats socket', 'stats timeout' or 'stats maxconn'");
            args.skip_all();
        }
        None => cx.missing(args, "what about statistics", EXAMPLE),
    }
    cx.finish(args, "stats");
}

fn socket(cx: &mut Context<'_>, global: &mut Global, args: &mut Args<'_>) {
    let Some(address) = args.take() else {
        return cx.missing(args, "the path", EXAMPLE);
    };
    let mut socket = StatsSocket {
        bind: bind::on(cx.listen_addresses(address)),
        level: SocketLevel::default(),
        expose_fd_listeners: false,
        severity_output: SeverityOutput::default(),
    };
    let what = "stats socket parameter";
    while let Some(word) = args.take() {
        if !cx.known("stats socket", &word.text, what, word.span) {
            continue;
        }
        match word.text.as_ref() {
            "level" => socket.level = level(cx, args).unwrap_or_default(),
            "severity-output" => socket.severity_output = severity(cx, args).unwrap_or_default(),
            "expose-fd" => {
                socket.expose_fd_listeners = args.take_if("listeners").is_some();
                if !socket.expose_fd_listeners {
                    cx.missing(args, "'listeners'", "expose-fd listeners");
                }
            }
            _ => bind::parameter(cx, &mut socket.bind, word, args),
        }
    }
    global.stats_sockets.push(socket);
}

fn level(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<SocketLevel> {
    let Some(word) = args.take() else {
        cx.missing(args, "the level", "level admin");
        return None;
    };
    let known = match word.text.as_ref() {
        "user" => Some(SocketLevel::User),
        "operator" => Some(SocketLevel::Operator),
        "admin" => Some(SocketLevel::Admin),
        _ => None,
    };
    if known.is_none() {
        cx.bad(word, "a level", "write user, operator or admin");
    }
    known
}

fn severity(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<SeverityOutput> {
    let Some(word) = args.take() else {
        cx.missing(args, "the form", "severity-output number");
        return None;
    };
    let known = match word.text.as_ref() {
        "none" => Some(SeverityOutput::None),
        "number" => Some(SeverityOutput::Number),
        "string" => Some(SeverityOutput::String),
        _ => None,
    };
    if known.is_none() {
        cx.bad(word, "a form of severities", "write none, number or string");
    }
    known
}
