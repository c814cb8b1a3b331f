//! `option …`, `no option …`.

use super::{accepted, check, external_check, protocol_check};
use crate::haproxy::args::{Args, owned};
use crate::haproxy::context::Context;
use crate::haproxy::model::{ConnectionMode, ForwardFor, LogFormat, ProxyOptions, Redispatch};
use crate::haproxy::section::Section;
use crate::registry;
use crate::source::Spanned;

/// Options that choose a form rather than switch something on.
const NOT_NEGATED: [&str; 14] = [
    "httplog",
    "tcplog",
    "httpchk",
    "tcp-check",
    "external-check",
    "forwardfor",
    "originalto",
    "mysql-check",
    "pgsql-check",
    "redis-check",
    "smtpchk",
    "ssl-hello-chk",
    "ldap-check",
    "tcpka",
];

pub fn option(cx: &mut Context<'_>, section: &mut Section, args: &mut Args<'_>, on: bool) {
    let Some(word) = args.descend() else {
        return cx.missing(args, "the name of the option", "option httplog");
    };
    let name = word.text.as_ref();
    if on {
        if !cx.known("option", name, "option", word.span) {
            return;
        }
    } else if registry::haproxy().find("option", name).is_none() {
        return cx.unknown("option", name, "option", word.span);
    }
    if !on && NOT_NEGATED.contains(&name) {
        let message = format!("'option {name}' cannot be taken back by 'no'");
        cx.error("haproxy/bad-negation", args.keyword, message)
            .suggest("leave it out of the 'defaults' of this section");
        return;
    }
    wrong_place(cx, section, name, args);
    let options = &mut section.proxy.options;
    if let Some(switch) = switch(options, name) {
        *switch = on;
        cx.finish(args, &format!("option {name}"));
        return;
    }
    match name {
        "tcpka" => {
            options.client_tcp_keepalive = true;
            options.server_tcp_keepalive = true;
        }
        "http-keep-alive" => options.connection_mode = ConnectionMode::KeepAlive,
        "http-server-close" => connection_mode(options, ConnectionMode::ServerClose, on),
        "httpclose" | "forceclose" => connection_mode(options, ConnectionMode::Close, on),
        "forwardfor" => {
            let option = forwardfor(cx, args);
            options.forwardfor = Some(Spanned::new(option, word.span));
        }
        "originalto" => {
            let option = forwardfor(cx, args);
            options.originalto = Some(Spanned::new(option, word.span));
        }
        "httplog" => {
            section.proxy.log_format = if args.take_if("clf").is_some() {
                LogFormat::HttpClf
            } else if args.take_if("json").is_some() {
                LogFormat::HttpJson
            } else {
                LogFormat::Http
            };
        }
        "tcplog" => {
            section.proxy.log_format = if args.take_if("json").is_some() {
                LogFormat::TcpJson
            } else {
                LogFormat::Tcp
            };
        }
        "redispatch" => section.proxy.redispatch = if on { redispatch(cx, args) } else { None },
        "httpchk" => check::httpchk(section, args, word.span),
        "tcp-check" => check::tcpchk(section, word.span),
        "external-check" => external_check::option(section, word.span),
        "mysql-check" | "pgsql-check" | "redis-check" | "smtpchk" | "ssl-hello-chk"
        | "ldap-check" => {
            if let Some(protocol) = protocol_check::option(cx, name, args) {
                let protocol = Spanned::new(protocol, word.span);
                section.check.set_protocol(protocol);
            }
        }
        "http-restrict-req-hdr-names" if on => accepted::header_names(cx, args),
        // Parameters of options that are accepted or refused as a whole.
        _ => args.skip_all(),
    }
    cx.finish(args, &format!("option {name}"));
}

fn connection_mode(options: &mut ProxyOptions, mode: ConnectionMode, on: bool) {
    if on {
        options.connection_mode = mode;
    } else if options.connection_mode == mode {
        options.connection_mode = ConnectionMode::KeepAlive;
    }
}

/// Options that are a switch and nothing more.
fn switch<'s>(options: &'s mut ProxyOptions, name: &str) -> Option<&'s mut bool> {
    Some(match name {
        "dontlognull" => &mut options.dontlognull,
        "dontlog-normal" => &mut options.dontlog_normal,
        "logasap" => &mut options.logasap,
        "log-separate-errors" => &mut options.log_separate_errors,
        "socket-stats" => &mut options.socket_stats,
        "log-health-checks" => &mut options.log_health_checks,
        "clitcpka" => &mut options.client_tcp_keepalive,
        "srvtcpka" => &mut options.server_tcp_keepalive,
        "http-ignore-probes" => &mut options.http_ignore_probes,
        "disable-h2-upgrade" => &mut options.disable_h2_upgrade,
        "http-buffer-request" => &mut options.http_buffer_request,
        "http-no-delay" => &mut options.http_no_delay,
        "abortonclose" => &mut options.abortonclose,
        "allbackups" => &mut options.allbackups,
        "persist" => &mut options.persist,
        "prefer-last-server" => &mut options.prefer_last_server,
        "transparent" => &mut options.transparent,
        "accept-invalid-http-request" | "accept-unsafe-violations-in-http-request" => {
            &mut options.accept_invalid_http_request
        }
        "accept-invalid-http-response" | "accept-unsafe-violations-in-http-response" => {
            &mut options.accept_invalid_http_response
        }
        "checkcache" => &mut options.checkcache,
        "http-strict" => &mut options.http_strict,
        _ => return None,
    })
}

/// An option on the wrong side of a proxy: the original warns and ignores it.
fn wrong_place(cx: &mut Context<'_>, section: &Section, name: &str, args: &Args<'_>) {
    let places = registry::haproxy()
        .find("option", name)
        .map(|entry| entry.places);
    if places.is_none_or(|places| places.allows(section.place)) {
        return;
    }
    let here = section.place.names().first().copied().unwrap_or("");
    let message = format!("'option {name}' has no effect in a '{here}' section");
    let there = places
        .map(|places| places.names().join(", "))
        .unwrap_or_default();
    cx.warning("haproxy/wrong-section", args.keyword, message)
        .suggest(format!("it belongs into: {there}"));
}

/// `[except NET] [header NAME] [if-none]`, in any order.
fn forwardfor(cx: &mut Context<'_>, args: &mut Args<'_>) -> ForwardFor {
    let mut option = ForwardFor::default();
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "except" => {
                let Some(net) = args.take() else {
                    cx.missing(args, "the network", "option forwardfor except 127.0.0.0/8");
                    break;
                };
                option.except = cx.network(net);
            }
            "header" => {
                option.header = cx.string(args, "the header", "option forwardfor header X-Client");
            }
            "if-none" => option.if_none = true,
            other => {
                let message = format!("unknown parameter '{other}' of 'option forwardfor'");
                cx.error("haproxy/unknown-parameter", owned(word).span, message)
                    .suggest("it takes 'except NETWORK', 'header NAME' and 'if-none'");
            }
        }
    }
    option
}

fn redispatch(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<Redispatch> {
    let interval = match args.take() {
        None => -1,
        Some(word) => *cx.number_word(word, -100_000..=100_000)?,
    };
    Some(Redispatch { interval })
}
