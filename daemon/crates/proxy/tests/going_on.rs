//! Connections and answers that go on in another way than they began, beside haproxy: log lines
//! before the end, responses held for their bodies, mode tcp that becomes HTTP.

mod support;

use std::io::{Read, Write};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use support::beside::Side;
use support::{Beside, Client, Origin};

/// Figures are each one's own.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    for c in line.chars() {
        match c {
            '0'..='9' if shape.ends_with('#') => {}
            '0'..='9' => shape.push('#'),
            c => shape.push(c),
        }
    }
    shape
}

/// Sends a head and half a body; the rest when it is let go on.
fn halting(go_on: Receiver<()>) -> Origin {
    let go_on = Mutex::new(go_on);
    Origin::start(move |mut stream, _| {
        let Some(_) = support::read_head(&mut stream) else {
            return;
        };
        let first = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-A: 1\r\n\r\n12345";
        let _ = stream.write_all(first);
        let _ = go_on.lock().unwrap().recv_timeout(support::WAIT);
        let _ = stream.write_all(b"67890");
    })
}

/// The client's own line: whoever looked whether the proxy listens may have one, too.
fn line_of(side: &Side, client: &Client) -> String {
    let own = client.0.local_addr().unwrap().port().to_string();
    let mut lines = (0..3).map(|_| side.logged());
    lines
        .find(|line| line.split([' ', ':']).any(|word| word == own))
        .unwrap_or_default()
}

fn logged_early(name: &str, format: &str) {
    let (go_on, wait) = channel();
    let origin = halting(wait);
    let config = format!(
        "global\n log 127.0.0.1:LOG local0\ndefaults\n log global\n option logasap\n timeout client 5s\n \
         timeout server 5s\n timeout connect 1s\nlisten web\n bind 127.0.0.1:PORT\n {format}\n server s \
         127.0.0.1:{}\n",
        origin.port
    );
    let Some(beside) = Beside::start(&config) else {
        return;
    };
    let ask = |side: &Side| {
        let mut client = Client::connect(side.port);
        client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        // The line is there while half of the body is not.
        let line = line_of(side, &client);
        let _ = go_on.send(());
        let all = String::from_utf8(client.rest()).unwrap();
        assert!(all.ends_with("1234567890"), "{name}: {all}");
        let mut client = Client::connect(side.port);
        client.send("GET /deny HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let next = line_of(side, &client);
        let _ = go_on.send(());
        client.rest();
        (shape(&line), shape(&next))
    };
    let (theirs, ours) = (ask(&beside.theirs), ask(&beside.ours));
    assert!(ours.0.contains('+'), "{name}: {ours:?}");
    assert_eq!(theirs, ours, "{name}: haproxy's on the left");
}

#[test]
fn lines_are_written_before_the_end_as_in_haproxy() {
    let deny = "http-request deny if { path /deny }";
    logged_early("http", &format!("mode http\n option httplog\n {deny}"));
    logged_early("clf", &format!("mode http\n option httplog clf\n {deny}"));
    logged_early("tcp", "mode tcp\n option tcplog");
    let variables = "%ci:%cp %HU %ST B=%B Ta=%Ta Tt=%Tt Tu=%Tu U=%U Tr=%Tr Tc=%Tc Th=%Th %tsc %rc";
    logged_early(
        "log-format",
        &format!("mode http\n log-format \"{variables}\"\n {deny}"),
    );
}

const HELD: &str = "global
 log 127.0.0.1:LOG local0
defaults
 mode http
 log global
 log-format \"%ST %tsc %s %HU\"
 timeout client 3s
 timeout server 3s
 timeout connect 1s
listen all
 bind 127.0.0.1:PORT
 http-response set-header X-Before %[res.body_len]
 http-response wait-for-body time 400ms if { res.hdr(x-mode) -m found }
 http-response set-header X-Length %[res.body_len]
 http-response set-header X-Body %[res.body]
 http-response deny if { res.body -m sub secret }
 http-after-response set-header X-After yes
 server s 127.0.0.1:ORIGIN
listen some
 bind 127.0.0.1:OTHER
 http-response wait-for-body time 400ms at-least 3
 http-response set-header X-Enough yes if { res.body_len ge 3 }
 server s 127.0.0.1:ORIGIN
";

/// What the server sends for a path, `|` standing for a pause; then it closes, unless the last
/// character is `~`.
const REPLIES: &[(&str, &str)] = &[
    ("at-once", "Content-Length: 6\r\n\r\nabcdef"),
    ("in-pieces", "Content-Length: 6\r\n\r\n|abc|def"),
    (
        "in-chunks",
        "Transfer-Encoding: chunked\r\n\r\n|3\r\nabc\r\n|3\r\ndef\r\n0\r\n\r\n",
    ),
    ("until-the-end", "X-A: b\r\n\r\nab|cdef"),
    ("cut", "Content-Length: 6\r\n\r\n|"),
    ("never", "Content-Length: 6\r\n\r\n|ab~"),
    ("refused", "Content-Length: 8\r\n\r\na |secret"),
    ("empty", "Content-Length: 0\r\n\r\n"),
];

fn replying() -> Origin {
    Origin::start(|mut stream, _| {
        let Some(head) = support::read_head(&mut stream) else {
            return;
        };
        let of = |(name, _): &&(&str, &str)| head.contains(&format!("/{name} "));
        let reply = REPLIES.iter().find(of).unwrap().1;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Mode: wait\r\n");
        for part in reply.trim_end_matches('~').split_inclusive('|') {
            let _ = stream.write_all(part.trim_end_matches('|').as_bytes());
            // What matters is that the parts do not come at once.
            std::thread::sleep(Duration::from_millis(40));
        }
        if reply.ends_with('~') {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0; 1]);
        }
    })
}

/// Status, fields in order of their names, body. Words of own answers, and how a body is cut into
/// chunks, are each one's own.
fn normal(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return text.into_owned();
    };
    let mut lines: Vec<String> = head.split("\r\n").map(str::to_ascii_lowercase).collect();
    let status = lines.remove(0).split(' ').nth(1).unwrap_or("").to_owned();
    let own = body.contains("<html>");
    lines.retain(|line| !own || !line.starts_with("content-length"));
    lines.sort();
    let body = match head.to_ascii_lowercase().contains("chunked") {
        true => body.split("\r\n").skip(1).step_by(2).collect(),
        false if own => "…".to_owned(),
        false => body.to_owned(),
    };
    format!("{status}\n{}\n\n{body}", lines.join("\n"))
}

#[test]
fn responses_are_held_for_their_bodies_as_in_haproxy() {
    let origin = replying();
    let Some(beside) = Beside::start(&HELD.replace("ORIGIN", &origin.port.to_string())) else {
        return;
    };
    let mut differ = Vec::new();
    for (name, _) in REPLIES {
        for other in [false, true] {
            let ask = |side: &Side| {
                let mut client = Client::connect(if other { side.other } else { side.port });
                client.send(format!(
                    "GET /{name} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                ));
                let (got, line) = (normal(&client.rest()), side.logged());
                // haproxy learns in time of that or not.
                (got, if *name == "cut" { String::new() } else { line })
            };
            let (theirs, ours) = (ask(&beside.theirs), ask(&beside.ours));
            if theirs != ours {
                differ.push(format!("--- {name} {other}\n{theirs:#?}\n{ours:#?}"));
            }
        }
    }
    assert!(
        differ.is_empty(),
        "{} differ, haproxy's first\n{}",
        differ.len(),
        differ.join("\n")
    );
}

const SWITCH: &str = "global
 log 127.0.0.1:LOG local0
defaults
 log global
 timeout client 700ms
 timeout server 3s
 timeout connect 1s
 timeout http-request 500ms
frontend rules
 mode tcp
 log-format \"%ts %b %s\"
 bind 127.0.0.1:PORT
 tcp-request inspect-delay 300ms
 tcp-request content set-var(sess.count) var(sess.count),add(1)
 tcp-request content switch-mode http if HTTP
 tcp-request content accept if { req.len gt 3 }
 http-request set-header X-Count %[var(sess.count)]
 http-request deny if { path /deny }
 use_backend web if { path /web }
 use_backend web if HTTP
 default_backend bytes
frontend backend
 mode tcp
 log-format \"%ts %b %s\"
 bind 127.0.0.1:OTHER
 tcp-request inspect-delay 300ms
 tcp-request content accept if HTTP
 use_backend web if HTTP
 default_backend bytes
backend web
 mode http
 http-request set-header X-Web yes
 server w 127.0.0.1:WEB
backend bytes
 mode tcp
 server b 127.0.0.1:BYTES
";

const SPOKEN: &[(&str, bool, &str)] = &[
    (
        "a request",
        false,
        "GET /web HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ),
    (
        "two requests",
        false,
        "GET /web HTTP/1.1\r\nHost: h\r\n\r\nGET /deny HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ),
    ("bytes", false, "hello\n"),
    ("half a head", false, "GET /web HTTP/1.1\r\nHost: "),
    (
        "a broken head",
        false,
        "GET /web HTTP/1.1\r\nHo st: h\r\n\r\n",
    ),
    ("bytes by the backend", true, "hello\n"),
    (
        "HTTP by the backend",
        true,
        "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ),
];

#[test]
fn connections_in_mode_tcp_become_http_as_in_haproxy() {
    let web = Origin::echo();
    let bytes = Origin::start(|mut stream, _| {
        let mut buffer = [0; 100];
        let n = stream.read(&mut buffer).unwrap_or(0);
        let _ = stream.write_all(&[b"got ", &buffer[..n]].concat());
    });
    let config = SWITCH
        .replace("WEB", &web.port.to_string())
        .replace("BYTES", &bytes.port.to_string());
    let Some(beside) = Beside::start(&config) else {
        return;
    };
    // The connection that looked whether haproxy listens.
    beside.theirs.lines(1);
    let mut differ = Vec::new();
    for (name, other, text) in SPOKEN {
        let ask = |side: &Side| {
            let mut client = Client::connect(if *other { side.other } else { side.port });
            client.send(text);
            let got = normal(&client.rest()).to_ascii_lowercase();
            let mut got: Vec<&str> = got.split(['\r', '\n']).collect();
            got.sort_unstable();
            let got = got.join("\n").trim().to_owned();
            let count = text.matches("HTTP/1.1").count().max(1);
            let lines: Vec<String> = side
                .lines(count)
                .iter()
                .filter_map(|line| Some(line.split_once("]: ")?.1.to_owned()))
                .collect();
            (got, lines)
        };
        let (theirs, ours) = (ask(&beside.theirs), ask(&beside.ours));
        if theirs != ours {
            differ.push(format!("--- {name}\n{theirs:#?}\n{ours:#?}"));
        }
    }
    assert!(
        differ.is_empty(),
        "{} differ, haproxy's first\n{}",
        differ.len(),
        differ.join("\n")
    );
}
