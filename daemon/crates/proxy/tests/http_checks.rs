//! HTTP checks in several steps, beside haproxy: what servers are asked, and what the log says.

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use support::checked::first_results;
use support::haproxy::Haproxy;
use support::{Origin, Proxy, free_port};

/// Name and lines of each backend; `PORT` is where the server listens too.
const BACKENDS: &[(&str, &str)] = &[
    (
        "two",
        "http-check connect\n http-check send uri /a\n http-check expect status 200\n http-check connect port PORT\n http-check send meth GET uri /b ver HTTP/1.1 hdr host x\n http-check expect string hello",
    ),
    (
        "second_refused",
        "http-check connect\n http-check send uri /c\n http-check expect status 200\n http-check comment again\n http-check connect port 1 comment more\n http-check send uri /d",
    ),
    (
        "first_refused",
        "http-check connect port 1\n http-check send uri /e",
    ),
    (
        "second_bad",
        "http-check connect\n http-check send uri /f\n http-check expect status 200\n http-check connect\n http-check send uri /bad/1\n http-check expect comment why status 200",
    ),
    (
        "first_bad",
        "http-check connect\n http-check send uri /bad/2\n http-check expect status 200\n http-check connect\n http-check send uri /never",
    ),
    (
        "not_this_text",
        "http-check connect\n http-check send uri /g\n http-check expect comment 'the page' string bye",
    ),
    (
        "unwanted_text",
        "http-check send uri /h\n http-check comment said\n http-check expect ! string hello",
    ),
    (
        "second_slow",
        "timeout check 300ms\n http-check connect\n http-check send uri /i\n http-check expect status 200\n http-check connect\n http-check send uri /slow/1 comment asks\n http-check expect comment waits status 200",
    ),
    (
        "second_closes",
        "http-check connect\n http-check send uri /j\n http-check expect status 200\n http-check connect\n http-check send uri /closes/1",
    ),
    (
        "connects_last",
        "http-check connect\n http-check send uri /k\n http-check expect status 200\n http-check connect",
    ),
    ("only_connects", "http-check connect linger"),
    (
        "by_address",
        "http-check connect addr 127.0.0.1 port PORT\n http-check send uri /l",
    ),
    (
        "gone",
        "http-check disable-on-404\n http-check connect\n http-check send uri /404\n http-check expect status 200",
    ),
    (
        "chunks",
        "http-check send uri /chunked/1 ver HTTP/1.1 hdr host x\n http-check expect string hello",
    ),
    (
        "framing",
        "http-check send uri /chunked/2 ver HTTP/1.1 hdr host x\n http-check expect ! string x=1",
    ),
    (
        "with_body",
        "http-check connect\n http-check send meth POST uri /m body abc hdr X-Y z",
    ),
];

/// A server that does as the path says, and the heads of what it was asked.
fn server() -> (u16, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = heads.clone();
    let origin = Origin::start(move |mut stream, _| {
        let Some(head) = support::read_head(&mut stream) else {
            return;
        };
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        seen.lock().unwrap().push(head);
        let status = match path.split('/').nth(1).unwrap_or_default() {
            "slow" => {
                let _ = stream.read(&mut [0; 10]);
                return;
            }
            "closes" => return,
            "bad" => "500 Bad",
            "404" => "404 Gone",
            _ => "200 OK",
        };
        let mut answer = format!("HTTP/1.0 {status}\r\nContent-Length: 5\r\n\r\nhello");
        if path.starts_with("/chunked") {
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\n\r\n".clone_into(&mut answer);
        }
        let _ = stream.write_all(answer.as_bytes());
    });
    (origin.port, heads)
}

fn config(listen: u16, log: &UdpSocket, server: u16) -> String {
    let log = log.local_addr().unwrap().port();
    let mut text = format!(
        "global\n max-spread-checks 50ms\n log 127.0.0.1:{log} local0\ndefaults\n mode http\n timeout connect 20s\n timeout client 1s\n timeout server 1s\n timeout check 20s\nlisten x\n bind 127.0.0.1:{listen}\n"
    );
    for (name, lines) in BACKENDS {
        let lines = lines.replace("PORT", &server.to_string());
        let inter = if lines.contains("timeout check") {
            "500ms"
        } else {
            "20s"
        };
        let _ = writeln!(
            text,
            "backend {name}\n log global\n option httpchk\n option log-health-checks\n {lines}\n server s 127.0.0.1:{server} check inter {inter} fall 1 rise 1"
        );
    }
    text
}

fn asked(heads: &Mutex<Vec<String>>) -> Vec<String> {
    let mut heads = heads.lock().unwrap().clone();
    heads.sort();
    heads.dedup();
    heads
}

#[test]
fn steps_are_asked_and_told_as_by_haproxy() {
    let log = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let (theirs, ours) = (log(), log());
    let ((one, their_heads), (two, our_heads)) = (server(), server());
    let listen = free_port();
    let Some(haproxy) = Haproxy::start(&config(listen, &theirs, one), listen) else {
        panic!("haproxy is not installed");
    };
    let wanted = first_results(&theirs, BACKENDS.len());
    drop(haproxy);
    assert_eq!(
        wanted.len(),
        BACKENDS.len(),
        "haproxy told of all: {wanted:?}"
    );
    let _proxy = Proxy::start(&config(free_port(), &ours, two));
    let found = first_results(&ours, BACKENDS.len());
    for (name, told) in &wanted {
        assert_eq!(found.get(name), Some(told), "{name}: ours on the left");
    }
    assert_eq!(
        asked(&their_heads),
        asked(&our_heads),
        "haproxy's on the left"
    );
}
