//! `tcp-check connect` and `http-check connect`.

use super::check_text;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{CheckConnect, CheckPort, CheckSeal, Host, ServerAddress, ServerPort};
use crate::haproxy::tls;
use crate::source::Spanned;
use std::net::SocketAddr;

const CONNECT: &str = "tcp-check connect port 6379";

/// `keyword`: how messages name it.
pub fn connect(
    cx: &mut Context<'_>,
    args: &mut Args<'_>,
    keyword: &str,
    comment: &mut Option<String>,
) -> Option<CheckConnect> {
    let mut connect = CheckConnect::default();
    let (mut default, mut sealed, mut name, mut alpn) = (false, false, None, None);
    while let Some(word) = args.take() {
        match word.text.as_ref() {
            "default" => default = true,
            "ssl" => sealed = true,
            "sni" => {
                let Some(word) = args.take() else {
                    cx.missing(args, "the name", "tcp-check connect ssl sni example.com");
                    return None;
                };
                name = Some(word.text.as_ref().to_owned());
            }
            "port" => connect.port = Some(port(cx, args)?),
            "addr" => {
                let Some(word) = args.take() else {
                    cx.missing(args, "the address", "tcp-check connect addr 10.0.0.9:6379");
                    return None;
                };
                connect.address = Some(address(cx, word)?);
            }
            "send-proxy" => connect.send_proxy = true,
            "linger" => connect.linger = true,
            "comment" => *comment = check_text::comment(cx, args, CONNECT),
            "alpn" => alpn = offered(cx, args, keyword),
            "via-socks4" | "proto" => {
                let what = format!("'{}' of '{keyword}'", word.text);
                let severity = cx.refusal_severity();
                let message = format!("{what} is not supported yet");
                cx.diagnostics
                    .add(severity, "haproxy/not-yet", word.span, message)
                    .suggest("leave it out");
                if word.text.as_ref() == "proto" {
                    args.take();
                }
            }
            _ => {
                cx.bad(
                    word,
                    &format!("a parameter of '{keyword}'"),
                    "it takes default, port, addr, send-proxy, ssl, sni, alpn, linger, comment",
                );
                args.skip_all();
                return None;
            }
        }
    }
    connect.seal = match (sealed, default) {
        (true, _) => CheckSeal::Tls { name, alpn },
        (false, true) => CheckSeal::AsServer,
        (false, false) => CheckSeal::None,
    };
    Some(connect)
}

/// What is offered to the server.
fn offered(cx: &mut Context<'_>, args: &mut Args<'_>, keyword: &str) -> Option<Vec<String>> {
    let Some(word) = args.take() else {
        cx.missing(
            args,
            "the list of protocols",
            "tcp-check connect ssl alpn http/1.1",
        );
        return None;
    };
    let list = Spanned::new(word.text.as_ref().to_owned(), word.span);
    let offered = tls::protocols(cx, &list)?;
    if keyword.starts_with("http-check") && offered.iter().any(|name| name == "h2") {
        let severity = cx.refusal_severity();
        let message = "checks speak HTTP/1: the server must not agree on h2".to_owned();
        cx.diagnostics
            .add(severity, "haproxy/not-yet", word.span, message)
            .suggest("write alpn http/1.1");
    }
    Some(offered)
}

/// A number, or an expression that gives one.
fn port(cx: &mut Context<'_>, args: &mut Args<'_>) -> Option<CheckPort> {
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if args.peek_text().is_none_or(is_number) {
        let port = cx.number(args, 1..=65535, "the port", CONNECT)?;
        return Some(CheckPort::Fixed(port.value));
    }
    let sample = check_text::sample(cx, args, "the port", CONNECT)?;
    Some(CheckPort::Computed(sample))
}

/// An address that needs no name server: checks may not depend on one.
fn address(cx: &mut Context<'_>, word: &Word<'_>) -> Option<SocketAddr> {
    match cx.server_address(word)?.value {
        ServerAddress::Tcp {
            host: Host::Ip(ip),
            port,
        } => {
            let port = if let ServerPort::Fixed(port) = port {
                port
            } else {
                0
            };
            Some(SocketAddr::new(ip, port))
        }
        _ => {
            cx.bad(word, "an IP address", "write e.g. addr 10.0.0.9:6379");
            None
        }
    }
}
