//! `show errors` beside HAProxy's: the same messages with the same places, in the same form.

use crate::socket::{Place, ask};
use crate::support::haproxy::Haproxy;
use crate::support::{Origin, Proxy, WAIT, free_port, read_head};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Where a server answers with a length that is none.
const CONFIG: &str = "
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend f
    bind 127.0.0.1:PORT
    default_backend b
backend b
    server s0 127.0.0.1:ORIGIN disabled
    server s1 127.0.0.1:ORIGIN
backend other
    server s1 127.0.0.1:ORIGIN
";

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: x\r\n\r\n";

struct Side {
    socket: Place,
    port: u16,
}

impl Side {
    fn new() -> (Self, String) {
        let (socket, port) = (Place::new("errors"), free_port());
        let line = socket.line("level operator");
        let text = CONFIG.replace("PORT", &port.to_string());
        (Self { socket, port }, format!("global\n    {line}\n{text}"))
    }

    /// Sends a request of its own connection, and waits for the answer's status.
    fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream.write_all(bytes).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        String::from_utf8_lossy(&status).into_owned()
    }

    /// Without dates, ports and sizes of buffers, and without what each says of its own parser.
    fn errors(&self, arguments: &str) -> String {
        let said = ask(&self.socket.0, &format!("show errors{arguments}"));
        let lines = said
            .lines()
            .filter(|line| !line.starts_with("  H1 ") && !line.ends_with(" :"));
        lines.map(|line| masked(line) + "\n").collect()
    }
}

fn masked(line: &str) -> String {
    let mut line = line.to_owned();
    for (before, after) in [
        ("[", "]"),
        (" out), ", ","),
        ("wraps at ", ","),
        ("src 127.0.0.1:", ""),
    ] {
        if let Some(at) = line.find(before).filter(|_| !line.starts_with("  0")) {
            let from = at + before.len();
            let to = match after {
                "" => line.len(),
                end => line[from..].find(end).map_or(line.len(), |n| from + n),
            };
            line.replace_range(from..to, "…");
        }
    }
    line
}

fn both(run: impl Fn(&Side, &Side)) {
    let origin =
        Origin::start(
            |mut stream: TcpStream, _| {
                while read_head(&mut stream).is_some() && stream.write_all(REPLY).is_ok() {}
            },
        );
    let (ours, config) = Side::new();
    let with_origin = |text: String| text.replace("ORIGIN", &origin.port.to_string());
    let _proxy = Proxy::start(&with_origin(config));
    let (theirs, config) = Side::new();
    let Some(_haproxy) = Haproxy::start(&with_origin(config), theirs.port) else {
        eprintln!("skipped: haproxy is not installed");
        return;
    };
    run(&ours, &theirs);
}

#[test]
fn what_breaks_the_protocol_is_shown_with_its_place_as_haproxy_shows_it() {
    both(|ours, theirs| {
        assert_eq!(ours.errors(""), theirs.errors(""));
        let long = "y".repeat(150);
        for request in [
            "GET / HTTP/1.1\r\nHost: a\r\nFo o: b\r\nX: \u{1}\r\n\r\n",
            &format!("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nFo o: {long}\r\n\r\n"),
            &format!(
                "GET / HTTP/1.1\r\nHost: a\r\nA b: {}\t\\\u{1b}\u{7f}~\n\r\n",
                "\u{1}".repeat(60)
            ),
            "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n",
            "G\u{1}T / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.x\r\nHost: a\r\n\r\n",
            "GET / XTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n",
        ] {
            for side in [ours, theirs] {
                assert_eq!(side.send(request.as_bytes()), "HTTP/1.1 400", "{request:?}");
            }
            let (shown, wanted) = (ours.errors(" f request"), theirs.errors(" f request"));
            assert!(shown.contains("error at position"), "{shown}");
            assert_eq!(shown, wanted, "{request:?}");
        }
        let request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n";
        for side in [ours, theirs] {
            assert_eq!(side.send(request.as_bytes()), "HTTP/1.1 400");
        }
        // HAProxy reads the first chunk before it chooses a backend.
        let shown = ours.errors(" f request");
        let shown = shown.replace("backend b (#3)", "backend <NONE> (#-1)");
        assert_eq!(shown, theirs.errors(" f request"));
    });
}

#[test]
fn a_server_that_breaks_it_is_named_and_sections_and_directions_are_chosen() {
    both(|ours, theirs| {
        for side in [ours, theirs] {
            assert_eq!(
                side.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                "HTTP/1.1 502"
            );
            assert_eq!(
                side.send(b"GET / HTTP/1.1\r\nFo o: b\r\n\r\n"),
                "HTTP/1.1 400"
            );
        }
        let all = ours.errors("");
        assert!(
            all.contains(
                "backend b (#3): invalid response\n  frontend f (#2), server s1 (#2), event #0"
            ),
            "{all}"
        );
        for arguments in [
            "",
            " -1",
            " f",
            " b",
            " 3",
            " other",
            " f request",
            " f response",
            " b request",
            " b response",
            " -1 response",
            " f odd",
            " none",
        ] {
            assert_eq!(
                ours.errors(arguments),
                theirs.errors(arguments),
                "{arguments}"
            );
        }
    });
}
