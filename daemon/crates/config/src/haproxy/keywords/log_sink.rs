//! Addresses of `log` lines and of the servers of a ring.

use crate::haproxy::address;
use crate::haproxy::context::Context;
use crate::haproxy::lexer::Word;
use crate::haproxy::model::{LogSink, StreamAddress};
use crate::source::Spanned;
use std::net::SocketAddr;

/// The descriptor over which the processes of the daemon speak with each other.
const CHANNEL: i32 = 3;

pub fn sink(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Spanned<LogSink>> {
    let text = address::expand(cx, word);
    let sink = match text.as_ref() {
        "stdout" => Some(LogSink::Stdout),
        "stderr" => Some(LogSink::Stderr),
        text => other(text),
    };
    match &sink {
        None => cx.bad(
            word,
            "a log address",
            "write an address, ADDRESS:PORT, /dev/log, stdout, fd@NUMBER, ring@NAME or tcp@ADDRESS:PORT",
        ),
        Some(LogSink::Fd(CHANNEL)) => {
            let message = "the processes of this daemon speak over descriptor 3".to_owned();
            cx.error("haproxy/bad-value", word.span, message)
                .suggest("hand the daemon another descriptor");
        }
        Some(_) => {}
    }
    sink.map(|sink| Spanned::new(sink, word.span))
}

fn other(text: &str) -> Option<LogSink> {
    let split = address::split(text);
    match split.prefix {
        Some("unix" | "abns") => Some(LogSink::Unix(split.host.to_owned())),
        Some("fd") => {
            let number: i32 = split.host.parse().ok()?;
            match number {
                0.. => Some(LogSink::Fd(number)),
                _ => None,
            }
        }
        Some("ring") => Some(LogSink::Ring(split.host.to_owned())),
        Some("tcp" | "tcp4" | "tcp6" | "uxst") => stream(&split).map(LogSink::Stream),
        _ => network(text, &split),
    }
}

/// A server that takes lines over a stream.
pub fn stream_address(cx: &mut Context<'_>, word: &Word<'_>) -> Option<Spanned<StreamAddress>> {
    let text = address::expand(cx, word);
    let found = stream(&address::split(&text));
    if found.is_none() {
        cx.bad(
            word,
            "an address of a log server",
            "write ADDRESS:PORT or the path of a stream socket",
        );
    }
    found.map(|found| Spanned::new(found, word.span))
}

fn stream(split: &address::Split<'_>) -> Option<StreamAddress> {
    if matches!(split.prefix, Some("unix" | "uxst")) {
        return Some(StreamAddress::Unix(split.host.to_owned()));
    }
    let port = split.port?.parse().ok().filter(|port| *port > 0)?;
    let ip = own_name(split.host).parse().ok()?;
    Some(StreamAddress::Tcp(SocketAddr::new(ip, port)))
}

/// The name of the machine itself needs no look-up (RFC 6761, 6.3).
fn own_name(host: &str) -> &str {
    if host == "localhost" {
        "127.0.0.1"
    } else {
        host
    }
}

/// 514 unless a port is written.
fn network(text: &str, split: &address::Split<'_>) -> Option<LogSink> {
    if let Ok(ip) = text.parse() {
        return Some(LogSink::Udp(SocketAddr::new(ip, 514)));
    }
    let port = match split.port {
        None | Some("") => 514,
        Some(port) => port.parse().ok().filter(|port| *port > 0)?,
    };
    match own_name(split.host).parse() {
        Ok(ip) => Some(LogSink::Udp(SocketAddr::new(ip, port))),
        Err(_) if address::is_host_name(split.host) => {
            Some(LogSink::UdpName(split.host.to_owned(), port))
        }
        Err(_) => None,
    }
}
