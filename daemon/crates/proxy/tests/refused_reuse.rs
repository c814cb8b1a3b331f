//! The connection to a server whose response a rule replaces, beside haproxy: which of them carry
//! another request.

mod support;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::met::Met;
use support::{Beside, Client, Origin, read_head};

/// What the rule does with every response but one.
const RULES: &[&str] = &[
    "http-response deny",
    "http-response deny status 403",
    "http-response redirect location /elsewhere",
    "http-response return status 200 content-type text/plain string ok",
];

const UNLESS: &str = " if !{ capture.req.uri -m end /ok }";

/// Bodies that the server sends with what is replaced.
const BODIES: &[&str] = &["none", "short", "later", "long", "chunked", "open"];

/// Longer than a connection that is not kept stays open.
const LATER: Duration = Duration::from_secs(3);

/// The body follows once the connection carries another request, or stays open for long; an error
/// when it ends before.
fn in_two(stream: &mut TcpStream, head: &str, body: &str) -> io::Result<()> {
    stream.write_all(head.as_bytes())?;
    stream.set_read_timeout(Some(LATER))?;
    match stream.peek(&mut [0]) {
        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
        Ok(_) | Err(_) => {}
    }
    stream.set_read_timeout(None)?;
    stream.write_all(body.as_bytes())
}

/// Answers `/…/ok` with the number of its connection, and everything else as its last part says.
fn origin() -> Origin {
    Origin::start(|mut stream, connection| {
        let mut request = 0;
        while let Some(head) = read_head(&mut stream) {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let kind = path.rsplit('/').next().unwrap_or_default();
            let (fields, body) = match kind {
                "none" => ("Content-Length: 0".to_owned(), String::new()),
                "short" | "later" => ("Content-Length: 5".to_owned(), "12345".to_owned()),
                "long" => ("Content-Length: 300000".to_owned(), "x".repeat(300_000)),
                "chunked" => (
                    "Transfer-Encoding: chunked".to_owned(),
                    "5\r\n12345\r\n0\r\n\r\n".to_owned(),
                ),
                "open" => ("Connection: close".to_owned(), "12345".to_owned()),
                _ => {
                    let text = format!("{connection} {request}");
                    (format!("Content-Length: {}", text.len()), text)
                }
            };
            request += 1;
            let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
            let sent = if kind == "later" {
                in_two(&mut stream, &head, &body)
            } else {
                stream.write_all((head + &body).as_bytes())
            };
            if sent.is_err() || kind == "open" {
                return;
            }
        }
    })
}

/// What a client sees that asks again and again.
fn seen(port: u16, section: &str, body: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut known = Met::default();
    let mut client = Client::connect(port);
    for path in ["ok", body, "ok", body, body, "ok"] {
        let (head, text) = client.get(&format!("/{section}/{path}"));
        assert!(!head.to_ascii_lowercase().contains("connection: close"));
        if path != "ok" {
            seen.push(support::status_of(&head).to_string());
            continue;
        }
        let text = String::from_utf8(text).unwrap();
        let (connection, request) = text.split_once(' ').unwrap();
        seen.push(format!("{}:{request}", known.number(connection)));
    }
    seen
}

#[test]
fn a_connection_whose_response_is_replaced_goes_on_when_all_of_it_has_come() {
    let origin = origin();
    let mut text = support::beside::BY_PATH.to_owned();
    for (n, rule) in RULES.iter().enumerate() {
        for body in BODIES {
            let _ = write!(
                text,
                "backend b{n}{body}\n    http-reuse always\n    {rule}{UNLESS}\n    server s 127.0.0.1:{}\n",
                origin.port
            );
        }
    }
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for n in 0..RULES.len() {
        for body in BODIES {
            let section = format!("b{n}{body}");
            both.agree(&section, |port| seen(port, &section, body));
        }
    }
}
