//! The statistics page and the metrics: beside haproxy where it has the same.

mod metrics;
mod open_metrics;
mod orders;
mod page;
#[path = "../support/mod.rs"]
mod support;

use support::haproxy::Haproxy;
use support::{Client, Origin, Proxy, free_port, read_head};

/// Head and body of the answer to a request.
pub fn ask(port: u16, request: &str) -> (String, String) {
    let mut client = Client::connect(port);
    client.send(request);
    let whole = String::from_utf8_lossy(&client.rest()).into_owned();
    let (head, body) = whole.split_once("\r\n\r\n").expect(&whole);
    let chunked = head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked");
    let body = if chunked {
        joined(body)
    } else {
        body.to_owned()
    };
    (head.to_owned(), body)
}

pub fn get(port: u16, target: &str, headers: &str) -> (String, String) {
    ask(
        port,
        &format!("GET {target} HTTP/1.1\r\nHost: stats\r\nConnection: close\r\n{headers}\r\n"),
    )
}

pub fn post(port: u16, target: &str, headers: &str, body: &str) -> (String, String) {
    let length = body.len();
    ask(
        port,
        &format!(
            "POST {target} HTTP/1.1\r\nHost: stats\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ),
    )
}

/// What chunks carry.
fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        body.push_str(&rest[..size]);
        chunks = &rest[size + 2..];
    }
    body
}

pub fn status(head: &str) -> u16 {
    support::status_of(head)
}

/// A header's value.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// Answers every request at once.
pub fn origin() -> Origin {
    use std::io::Write as _;
    Origin::start(|mut stream, _| {
        while read_head(&mut stream).is_some() {
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    })
}

const DEFAULTS: &str =
    "defaults\n mode http\n timeout client 2s\n timeout server 2s\n timeout connect 1s\n";

/// The same configuration in both; `PORT` is replaced. `None`: haproxy is not installed.
pub fn both(config: &str) -> Option<(Haproxy, u16, Proxy, u16)> {
    let filled = |port: u16| {
        format!(
            "global\n nbthread 1\n maxconn 1000\n{DEFAULTS}{}",
            config.replace("PORT", &port.to_string())
        )
    };
    let (theirs, ours) = (free_port(), free_port());
    let Some(haproxy) = Haproxy::start(&filled(theirs), theirs) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return None;
    };
    Some((haproxy, theirs, Proxy::start(&filled(ours)), ours))
}

pub fn alone(config: &str) -> (Proxy, u16) {
    let port = free_port();
    let text = format!(
        "global\n nbthread 1\n{DEFAULTS}{}",
        config.replace("PORT", &port.to_string())
    );
    (Proxy::start(&text), port)
}
