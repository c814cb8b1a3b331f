//! `agent-…`, `observe`, `error-limit`, `on-error`, `track` of `server` lines.

use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Observe, OnError, ProxyName, Server, ServerName, Track};
use crate::source::Spanned;

const AGENT: &str = "server web1 10.0.0.21:8080 check agent-check agent-port 8181";
const OBSERVE: &str = "server web1 10.0.0.21:8080 check observe layer7 error-limit 10";

/// Reads one of these parameters; false when the name is none of them.
pub fn parameter(
    cx: &mut Context<'_>,
    server: &mut Server,
    name: &str,
    args: &mut Args<'_>,
) -> bool {
    let here = args.previous().map(|word| word.span).unwrap_or_default();
    let agent = &mut server.agent;
    match name {
        "agent-check" => agent.enabled = Some(Spanned::new((), here)),
        "no-agent-check" => agent.enabled = None,
        "agent-port" => agent.port = cx.number(args, 1..=65535, "the port", AGENT),
        "agent-addr" => {
            if let Some(word) = args.take() {
                let host = cx.host(word.text.trim_matches(['[', ']']), word.span);
                agent.addr = host.map(|host| Spanned::new(host, word.span));
            } else {
                cx.missing(args, "the address", AGENT);
            }
        }
        "agent-inter" => {
            if let Some(inter) = super::server_words::interval(cx, args, AGENT) {
                agent.inter = inter;
            }
        }
        "agent-send" => agent.send = cx.string(args, "the text", "agent-send \"state\\n\""),
        "observe" => observe(cx, server, args),
        "error-limit" => {
            if let Some(limit) = cx.number(args, 1..=u32::MAX, "the number of errors", OBSERVE) {
                server.observation.limit = limit;
            }
        }
        "on-error" => on_error(cx, server, args),
        "track" => server.track = track(cx, args),
        _ => return false,
    }
    true
}

fn observe(cx: &mut Context<'_>, server: &mut Server, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "what is observed", OBSERVE);
    };
    let layer = match word.text.as_ref() {
        "none" => None,
        "layer4" => Some(Observe::Layer4),
        "layer7" => Some(Observe::Layer7),
        _ => {
            return cx.bad(word, "something to observe", "write layer4, layer7 or none");
        }
    };
    server.observation.layer = layer.map(|layer| Spanned::new(layer, word.span));
}

fn on_error(cx: &mut Context<'_>, server: &mut Server, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the reaction", "on-error mark-down");
    };
    server.observation.action = match word.text.as_ref() {
        "fastinter" => OnError::Fastinter,
        "fail-check" => OnError::FailCheck,
        "sudden-death" => OnError::SuddenDeath,
        "mark-down" => OnError::MarkDown,
        _ => {
            let help = "write fastinter, fail-check, sudden-death or mark-down";
            return cx.bad(word, "a reaction to errors", help);
        }
    };
}

fn track(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Spanned<Track>> {
    let example = "server web1 10.0.0.21:8443 track plain/web1";
    let Some(word) = args.take() else {
        cx.missing(args, "the server that is tracked", example);
        return None;
    };
    let (proxy, server) = match word.text.rsplit_once('/') {
        Some((proxy, server)) => (Some(ProxyName(proxy.to_owned())), server),
        None => (None, word.text.as_ref()),
    };
    if server.is_empty() || proxy.as_ref().is_some_and(|name| name.0.is_empty()) {
        cx.bad(
            word,
            "the name of a server",
            &format!("write e.g. '{example}'"),
        );
        return None;
    }
    let server = ServerName(server.to_owned());
    Some(Spanned::new(Track { proxy, server }, word.span))
}
