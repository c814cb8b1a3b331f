//! The same requests through Debian's haproxy and through this proxy: what the origin saw and
//! what the client got must agree, but for the differences that are wanted and named here.

mod support;

use std::io::Read;
use std::time::Duration;
use support::haproxy::Haproxy;
use support::{Client, Origin, Proxy, free_port, read_head};

/// Name and request.
const REQUESTS: &[(&str, &str)] = &[
    ("plain", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
    (
        "close",
        "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ),
    ("get *", "GET * HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("options *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
    (
        "post *",
        "POST * HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
    ),
    ("any *", "FOO * HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("old *", "GET * HTTP/1.0\r\n\r\n"),
    ("connect *", "CONNECT * HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("http/1.0", "GET /a HTTP/1.0\r\n\r\n"),
    (
        "http/1.0 keep-alive",
        "GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
    ),
    ("no host", "GET /a HTTP/1.1\r\n\r\n"),
    (
        "pipelined",
        "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
    ),
    (
        "post",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
    ),
    (
        "equal lengths",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    ),
    (
        "other lengths",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    ),
    (
        "length +5",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello",
    ),
    (
        "te gzip",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
    ),
    (
        "te twice",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    (
        "te gzip, chunked",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ),
    (
        "te vt",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    ),
    (
        "chunk 0x",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    ),
    ("blank before colon", "GET /a HTTP/1.1\r\nHost : h\r\n\r\n"),
    ("no colon", "GET /a HTTP/1.1\r\nHost: h\r\nnocolon\r\n\r\n"),
    ("fold", "GET /a HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n"),
    ("lf only", "GET /a HTTP/1.1\nHost: h\n\n"),
    ("two hosts", "GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"),
    (
        "same host twice",
        "GET /a HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
    ),
    ("absolute", "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n"),
    (
        "absolute, other host",
        "GET http://g/a HTTP/1.1\r\nHost: h\r\n\r\n",
    ),
    ("lower-case version", "GET /a http/1.1\r\nHost: h\r\n\r\n"),
    ("http/1.2", "GET /a HTTP/1.2\r\nHost: h\r\n\r\n"),
    ("http/1.10", "GET /a HTTP/1.10\r\nHost: h\r\n\r\n"),
    ("fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n"),
    (
        "get 1.0 with body",
        "GET /a HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
    ),
    ("two blanks", "GET  /a  HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("denied", "GET /deny HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("redirected", "GET /old?x HTTP/1.1\r\nHost: h\r\n\r\n"),
    (
        "scheme redirected",
        "GET /tls?x HTTP/1.1\r\nHost: h\r\n\r\n",
    ),
    ("returned", "GET /ping HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("dead server", "GET /dead HTTP/1.1\r\nHost: h\r\n\r\n"),
    ("head", "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n"),
    (
        "forwarded before",
        "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n",
    ),
    (
        "upgrade refused",
        "GET /a HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    ),
];

fn config(port: u16, origin: u16, dead: u16) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    option forwardfor\n    timeout client 2s\n    timeout server 2s\n    timeout connect 100ms\n    retries 1\nfrontend web\n    bind 127.0.0.1:{port}\n    http-request deny if {{ path_beg /deny }}\n    http-request redirect location /new if {{ path /old }}\n    http-request redirect scheme https if {{ path /tls }}\n    http-request return status 200 content-type text/plain string pong if {{ path /ping }}\n    http-request set-header X-New %[path]\n    use_backend dead if {{ path /dead }}\n    default_backend app\nbackend app\n    http-response set-header X-Out %[status]\n    server s 127.0.0.1:{origin}\nbackend dead\n    server d 127.0.0.1:{dead}\n"
    )
}

/// All that comes back until the end or a pause, and whether the end came.
fn exchange(port: u16, request: &str) -> (String, bool) {
    let mut client = Client::connect(port);
    client
        .0
        .set_read_timeout(Some(Duration::from_millis(400)))
        .unwrap();
    client.send(request);
    let mut all = Vec::new();
    let mut buf = vec![0; 65536];
    loop {
        match client.0.read(&mut buf) {
            Ok(0) => return (String::from_utf8_lossy(&all).into_owned(), true),
            Ok(n) => all.extend_from_slice(&buf[..n]),
            Err(_) => return (String::from_utf8_lossy(&all).into_owned(), false),
        }
    }
}

/// Field names are free of case and order; texts of our own answers are our own.
fn normal(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let own_refusal = ["413", "422"]
        .iter()
        .any(|status| text.starts_with(&format!("HTTP/1.1 {status}")));
    for (n, line) in text.split("\r\n").enumerate() {
        let own_text = line.contains("<html>") || line.starts_with('<');
        let own_length = line.to_ascii_lowercase().starts_with("content-length");
        // haproxy 2.6 leaves out the announcement when it refuses a request by its framing.
        let announced = n > 0 && own_refusal && line == "connection: close";
        if own_text || own_length || announced || line.is_empty() {
            continue;
        }
        match line.split_once(": ") {
            Some((name, value)) if n > 0 => {
                out.push(format!("{}: {}", name.to_ascii_lowercase(), value.trim()));
            }
            _ => out.push(line.split(' ').take(2).collect::<Vec<_>>().join(" ")),
        }
    }
    out.sort();
    out
}

#[test]
fn requests_come_out_as_through_haproxy() {
    let origin = Origin::start(|mut stream, _| {
        use std::io::Write;
        while let Some(head) = read_head(&mut stream) {
            let mut body = vec![0; support::content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let seen = [head.trim_end().as_bytes(), b"\r\nbody: ", &body].concat();
            let length = seen.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            let body = if head.starts_with("HEAD") {
                &[][..]
            } else {
                &seen[..]
            };
            if stream
                .write_all(&[answer.as_bytes(), body].concat())
                .is_err()
            {
                return;
            }
        }
    });
    let dead = free_port();
    let (theirs, ours) = (free_port(), free_port());
    let Some(_haproxy) = Haproxy::start(&config(theirs, origin.port, dead), theirs) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let _proxy = Proxy::start(&config(ours, origin.port, dead));
    let mut differ = Vec::new();
    for (name, request) in REQUESTS {
        let (a, b) = (exchange(theirs, request), exchange(ours, request));
        if normal(&a.0) != normal(&b.0) || a.1 != b.1 {
            differ.push(format!(
                "--- {name}\nhaproxy (closed {}):\n{}\nours (closed {}):\n{}\n",
                a.1, a.0, b.1, b.0
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{} of {} differ\n{}",
        differ.len(),
        REQUESTS.len(),
        differ.join("\n")
    );
}
