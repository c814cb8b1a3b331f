//! Servers that are asked in HTTP/2: what they see, what clients get of their answers, and what the
//! log says, as through haproxy.

use crate::origin::{At, start};
use crate::peer::Peer as Client;
use crate::script::script;
use crate::support::{Beside, Origin, Proxy, WAIT, free_port};
use h2::{Code, Settings};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

pub const FORMAT: &str = "\"%b/%s %ST %tsc %rc %{+Q}r\"";

pub fn config(server: &str, more: &str) -> String {
    format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    log 127.0.0.1:LOG local0\n    log-format {FORMAT}\n    \
         timeout client 3s\n    timeout server 3s\n    timeout connect 1s\n    retries 2\nfrontend web\n    bind 127.0.0.1:PORT\n    \
         default_backend app\nbackend app\n    {more}\n    server s {server}\n"
    )
}

/// All bytes that a client of HTTP/1.1 gets, without what differs from one run to the next.
pub fn raw(port: u16, request: &str) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(8)))
        .unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut all = Vec::new();
    let _ = socket.read_to_end(&mut all);
    String::from_utf8_lossy(&all).to_lowercase()
}

fn get(port: u16, path: &str) -> String {
    raw(
        port,
        &format!("GET {path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"),
    )
}

/// Status and body of an answer, what it said before, and how the log judges it.
pub fn told(port: u16, path: &str) -> (Vec<String>, String) {
    let all = get(port, path);
    let heads = all
        .split("\r\n\r\n")
        .filter(|part| part.starts_with("http/1.1 "));
    let statuses = heads.map(|head| head[9..12].to_owned()).collect();
    let body = all.rsplit_once("\r\n\r\n").map_or("", |(_, body)| body);
    // Pages of errors have words of their own.
    let shown = if body.contains("<html>") { "" } else { body };
    (statuses, shown.to_owned())
}

#[test]
fn answers_and_their_faults_are_what_they_are_through_haproxy() {
    let (origin, _) = start(Settings::default(), script);
    let server = format!("127.0.0.1:{} proto h2", origin.port);
    let Some(both) = Beside::start(&config(&server, "")) else {
        return;
    };
    let paths = [
        "/hints",
        "/refuse",
        "/cancel",
        "/half",
        "/half-chunked",
        "/long",
        "/capital",
        "/connection",
        "/statusless",
        "/status",
        "/switch",
        "/empty",
        "/unmodified",
        "/goaway",
        "/last",
        "/close",
        "/plain",
    ];
    for path in paths {
        both.agree(path, |port| match path {
            "/plain" => (told(port, path).0, String::new()),
            _ => told(port, path),
        });
        // A request that was refused was not looked at, and is tried again, which haproxy does not.
        let judged = |line: String| line.replace(" 2 \"GET", " 0 \"GET");
        assert_eq!(
            judged(both.theirs.logged()),
            judged(both.ours.logged()),
            "{path}"
        );
    }
}

#[test]
fn what_a_server_refuses_is_asked_again() {
    let (origin, seen) = start(Settings::default(), script);
    let (_proxy, port) = started(&origin, "proto h2", "");
    for path in ["/refuse-once", "/goaway-once"] {
        let post = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
        );
        let answer = raw(port, &post);
        assert!(answer.starts_with("http/1.1 200 ok\r\n"), "{answer}");
        assert!(answer.ends_with("body: hello"), "{answer}");
    }
    assert_eq!(seen.lock().unwrap().len(), 4);
    // Not for ever.
    let answer = get(port, "/refuse");
    assert!(answer.starts_with("http/1.1 502 "), "{answer}");
    assert_eq!(seen.lock().unwrap().len(), 4 + 3);
}

pub fn started(origin: &Origin, words: &str, more: &str) -> (Proxy, u16) {
    let port = free_port();
    let text = config(&format!("127.0.0.1:{} {words}", origin.port), more);
    let text = text
        .replace("PORT", &port.to_string())
        .replace("    log 127.0.0.1:LOG local0\n", "");
    (Proxy::start(&text), port)
}

#[test]
fn requests_go_as_they_came() {
    let (origin, seen) = start(Settings::default(), script);
    let (_proxy, port) = started(&origin, "proto h2", "");
    let chunked = "POST /up?x=1 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\
                   Connection: close, x-mine\r\nX-Mine: 1\r\nX-Other: 2\r\n\r\n\
                   3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n";
    let answer = raw(port, chunked);
    assert!(answer.starts_with("http/1.1 200 "), "{answer}");
    let head = raw(
        port,
        "HEAD /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert!(
        head.ends_with("\r\n\r\n") && head.contains("content-length: "),
        "{head}"
    );
    let mut client = Client::connect(port);
    let streams = [
        client.ask(&fields("GET", "/one"), true),
        client.ask(
            &[&fields("POST", "/two")[..], &[("te", "trailers")]].concat(),
            false,
        ),
    ];
    client.data(streams[1], b"hello", false);
    client.trailers(streams[1], &[("x-sum", "h")]);
    for stream in streams {
        assert_eq!(client.answer(stream).status(), 200);
    }
    let seen = seen.lock().unwrap();
    let find = |path: &str| {
        seen.iter()
            .find(|r| r.field(":path") == Some(path))
            .unwrap()
    };
    let up = find("/up?x=1");
    assert_eq!(up.field(":authority"), Some("a.example"));
    assert_eq!(up.field(":scheme"), Some("http"));
    assert_eq!((up.field("x-mine"), up.field("x-other")), (None, Some("2")));
    assert_eq!(
        (up.body.as_slice(), up.trailers.as_slice()),
        (&b"abcde"[..], &["x-sum: 5".to_owned()][..])
    );
    let two = find("/two");
    assert_eq!(two.field("te"), Some("trailers"));
    assert_eq!(
        (two.body.as_slice(), two.trailers.as_slice()),
        (&b"hello"[..], &["x-sum: h".to_owned()][..])
    );
    assert_eq!(find("/plain").field(":method"), Some("HEAD"));
    assert_eq!(find("/one").connection, two.connection);
}

fn fields<'a>(method: &'a str, path: &'a str) -> [(&'a str, &'a str); 4] {
    [
        (":method", method),
        (":scheme", "http"),
        (":authority", "a.example"),
        (":path", path),
    ]
}

/// Bodies go both ways through windows of any size, several at once.
#[test]
fn long_bodies_through_small_windows() {
    let big = "0123456789abcdef\n".repeat(14_000);
    for window in [5_000, 65_535] {
        let settings = Settings {
            window,
            ..Settings::default()
        };
        let (origin, seen) = start(settings, script);
        let more = if window == 5_000 {
            "http-reuse always"
        } else {
            ""
        };
        let (_proxy, port) = started(&origin, "proto h2", more);
        let post = format!(
            "POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{big}",
            big.len()
        );
        let answer = raw(port, &post);
        assert!(
            answer.contains(&format!("body: {big}")),
            "{window}: {}",
            answer.len()
        );
        let mut client = Client::with(
            port,
            Settings {
                window: 3_000,
                ..Settings::default()
            },
        );
        let streams = [
            client.ask(&fields("POST", "/b"), false),
            client.ask(&fields("POST", "/c"), false),
        ];
        for stream in streams {
            client.data(stream, big.as_bytes(), true);
        }
        for stream in streams {
            let answer = client.answer(stream);
            assert!(
                answer.ended && answer.text().ends_with(&format!("body: {big}")),
                "{window}"
            );
        }
        let seen = seen.lock().unwrap();
        assert!(seen.iter().all(|r| r.body == big.as_bytes()), "{window}");
    }
}

/// A client that goes away takes its stream with it, and no other.
#[test]
fn a_client_that_leaves_ends_its_stream_alone() {
    let (origin, seen) = start(Settings::default(), |peer, stream, at| {
        if at == At::End && peer.requests[&stream].field(":path") != Some("/silent") {
            peer.answer(stream, "ok");
        }
    });
    let (_proxy, port) = started(&origin, "proto h2", "http-reuse always");
    let mut client = Client::connect(port);
    assert_eq!(client.get("/first").text(), "ok");
    let silent = client.ask(&fields("GET", "/silent"), true);
    assert_eq!(client.get("/a").text(), "ok");
    client.core.reset(silent, Code::Cancel);
    client.send();
    assert_eq!(client.get("/b").text(), "ok");
    let given_up = || {
        seen.lock()
            .unwrap()
            .iter()
            .any(|r| r.reset == Some(Code::Cancel.number()))
    };
    assert!(wait_for(given_up), "the server heard of it");
    assert_eq!(origin.connections.load(SeqCst), 1);
}

pub fn wait_for(done: impl Fn() -> bool) -> bool {
    let end = Instant::now() + WAIT;
    while !done() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    done()
}
