//! Idle connections to servers, beside haproxy: which request goes over which connection.

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write};
use support::met::Met;
use support::{Beside, Client, Origin, Proxy, content_length, free_port, http_config, read_head};

/// Lines of the backend, words of the server.
const CASES: &[(&str, &str)] = &[
    ("http-reuse never", ""),
    ("http-reuse safe", ""),
    ("http-reuse aggressive", ""),
    ("http-reuse always", ""),
    ("option http-server-close", ""),
    ("option httpclose", ""),
    ("http-reuse always", "pool-max-conn 0"),
    ("http-reuse always", "pool-max-conn 1"),
    ("http-reuse always", "pool-purge-delay 0"),
];

/// Answers each request with the number of its connection and of the request on it.
fn origin() -> Origin {
    Origin::start(|mut stream, connection| {
        let mut request = 0;
        loop {
            let Some(head) = read_head(&mut stream) else {
                return;
            };
            let mut body = vec![0; content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let text = format!("{connection} {request}");
            request += 1;
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

/// The connections of a list of answers.
#[derive(Default)]
struct Seen {
    known: Met,
    text: String,
}

/// A client that comes again when its connection was closed.
struct Caller(u16, Option<Client>);

impl Caller {
    fn get(&mut self, path: &str) -> Vec<u8> {
        let mut client = self.1.take().unwrap_or_else(|| Client::connect(self.0));
        let (head, body) = client.get(path);
        if !head.to_ascii_lowercase().contains("connection: close") {
            self.1 = Some(client);
        }
        body
    }
}

impl Seen {
    fn ask(&mut self, client: &mut Caller, path: &str) {
        let body = client.get(path);
        let body = String::from_utf8(body).unwrap();
        let (connection, request) = body.split_once(' ').unwrap();
        let number = self.known.number(connection);
        let _ = write!(self.text, "{number}:{request} ");
    }
}

/// Clients one after the other and side by side.
fn traffic(port: u16, path: &str) -> String {
    let mut seen = Seen::default();
    let mut a = Caller(port, None);
    seen.ask(&mut a, path);
    seen.ask(&mut a, path);
    seen.ask(&mut a, path);
    let mut b = Caller(port, None);
    seen.ask(&mut b, path);
    seen.ask(&mut b, path);
    seen.ask(&mut a, path);
    drop(a);
    let mut c = Caller(port, None);
    seen.ask(&mut c, path);
    seen.ask(&mut b, path);
    seen.ask(&mut c, path);
    seen.text
}

#[test]
fn connections_are_used_again_as_by_haproxy() {
    let origin = origin();
    let mut text = support::beside::BY_PATH.to_owned();
    for (n, (lines, words)) in CASES.iter().enumerate() {
        let _ = write!(
            text,
            "backend b{n}\n    {lines}\n    server s 127.0.0.1:{} {words}\n",
            origin.port
        );
    }
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let mut differ = Vec::new();
    for (n, (lines, words)) in CASES.iter().enumerate() {
        let path = format!("/b{n}");
        let (theirs, ours) = (
            traffic(both.theirs.port, &path),
            traffic(both.ours.port, &path),
        );
        if theirs != ours {
            differ.push(format!(
                "{lines}, {words}:\n  haproxy {theirs}\n  ours    {ours}"
            ));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Which haproxy 2.6 leaves alone in HTTP/1, though its manual says otherwise.
#[test]
fn a_connection_carries_no_more_requests_than_max_reuse_allows() {
    let origin = origin();
    for (most, wanted) in [
        (0, "0:0 1:0 2:0 3:0 4:0 5:0 6:0 7:0 8:0 "),
        (1, "0:0 0:1 1:0 1:1 2:0 2:1 3:0 3:1 4:0 "),
    ] {
        let port = free_port();
        let servers = format!(
            "    http-reuse always\n    server s 127.0.0.1:{} max-reuse {most}",
            origin.port
        );
        let _proxy = Proxy::start(&http_config(port, "", &servers));
        assert_eq!(traffic(port, "/"), wanted);
    }
}
