//! Requests by prior knowledge, and what origins see of them.

use crate::peer::Peer;
use crate::support::{Origin, Proxy, content_length, free_port, http_config, read_head};
use h2::Settings;
use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

pub fn started(origin: &Origin, extra: &str) -> (Proxy, u16) {
    let port = free_port();
    let server = format!("    server s 127.0.0.1:{}", origin.port);
    (Proxy::start(&http_config(port, extra, &server)), port)
}

/// What curl got, and behind it the version and the status.
pub fn curl(args: &[&str], url: &str) -> String {
    let out = Command::new("curl")
        .args([
            "-sS",
            "--max-time",
            "8",
            "-w",
            "|%{http_version} %{http_code}",
        ])
        .args(args)
        .arg(url)
        .output()
        .expect("curl is installed");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Takes whole requests: an answer before a request's end would end its stream.
pub fn reads_whole() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            // No chunk that it gets has an empty line; the last one is followed by one.
            if head.contains("chunked") {
                read_head(&mut stream);
            }
            let mut body = vec![0; content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        }
    })
}

#[test]
fn a_request_and_its_answer() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    for path in ["/a", "/b?c=d"] {
        let answer = peer.get(path);
        assert_eq!(answer.status(), 200, "{answer:?}");
        let seen = answer.text();
        assert!(
            seen.starts_with(&format!("GET {path} HTTP/1.1\r\n")),
            "{seen}"
        );
        assert!(seen.contains("host: example.org\r\n"), "{seen}");
        assert!(
            !seen.to_ascii_lowercase().contains("transfer-encoding"),
            "{seen}"
        );
    }
    assert_eq!(
        origin.connections.load(std::sync::atomic::Ordering::SeqCst),
        1
    );
}

#[test]
fn curl_by_prior_knowledge() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "");
    let big = "x".repeat(300_000);
    let url = format!("http://127.0.0.1:{port}/x");
    let run = |args: &[&str]| curl(&[&["--http2-prior-knowledge"], args].concat(), &url);
    let plain = run(&[]);
    assert!(plain.ends_with("|2 200"), "{plain}");
    let posted = run(&["--data-binary", &big[..100_000]]);
    assert!(
        posted.contains(&big[..100_000]) && posted.ends_with("|2 200"),
        "{}",
        posted.len()
    );
    assert!(posted.contains("content-length: 100000\r\n"));
}

fn post(extra: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "example.org"),
        (":path", "/up"),
    ];
    fields.extend_from_slice(extra);
    fields
}

#[test]
fn bodies_with_and_without_a_length_and_a_trailer_behind() {
    let seen = Arc::new(Mutex::new(Vec::<u8>::new()));
    let take = seen.clone();
    let origin = Origin::start(move |mut stream, _| {
        let mut buffer = [0; 4096];
        loop {
            let n = stream.read(&mut buffer).unwrap_or(0);
            let mut seen = take.lock().unwrap();
            seen.extend_from_slice(&buffer[..n]);
            let whole = is_whole(&String::from_utf8_lossy(&seen));
            if n == 0 || whole && stream.write_all(ANSWER).is_err() {
                return;
            }
        }
    });
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    let mut case = |fields: &[(&str, &str)], trailer: bool| {
        seen.lock().unwrap().clear();
        let stream = peer.ask(fields, false);
        peer.data(stream, b"hello", !trailer);
        if trailer {
            peer.trailers(stream, &[("x-sum", "5d41"), ("content-length", "9")]);
        }
        let answer = peer.answer(stream);
        assert_eq!((answer.status(), answer.text().as_str()), (200, "ok"));
        assert_eq!(answer.trailers, ["x-after: yes"]);
        String::from_utf8(seen.lock().unwrap().clone()).unwrap()
    };
    let chunked = case(&post(&[]), false);
    assert!(
        chunked.contains("Transfer-Encoding: chunked\r\n"),
        "{chunked}"
    );
    assert!(
        chunked.ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        "{chunked}"
    );
    let counted = case(&post(&[("content-length", "5")]), false);
    assert!(counted.contains("content-length: 5\r\n"), "{counted}");
    assert!(
        !counted.to_lowercase().contains("transfer-encoding"),
        "{counted}"
    );
    let trailed = case(&post(&[("te", "trailers")]), true);
    // What would say something about the framing is no trailer.
    assert!(
        trailed.ends_with("\r\n0\r\nx-sum: 5d41\r\n\r\n"),
        "{trailed}"
    );
}

/// Head and body: the last chunk is the only one without data.
fn is_whole(message: &str) -> bool {
    let Some((head, body)) = message.split_once("\r\n\r\n") else {
        return false;
    };
    if head.contains("chunked") {
        body.contains("\r\n0\r\n") && body.ends_with("\r\n\r\n")
    } else {
        body == "hello"
    }
}

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-After: yes\r\n\r\n";

/// Each stream is served for itself, whatever another one waits for.
#[test]
fn a_stream_that_waits_holds_up_no_other() {
    let (send, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let origin = Origin::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            if head.starts_with("GET /slow") {
                wait.lock().unwrap().recv().unwrap();
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    let get = |path| {
        [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "example.org"),
            (":path", path),
        ]
    };
    let slow = peer.ask(&get("/slow"), true);
    for _ in 0..20 {
        assert_eq!(peer.get("/quick").status(), 200);
    }
    assert!(!peer.answers[&slow].ended);
    send.send(()).unwrap();
    assert_eq!(peer.answer(slow).status(), 200);
}

/// A long body comes whole through small windows, and so does another one beside it.
#[test]
fn long_bodies_through_small_windows() {
    let body: Vec<u8> = (0..400_000u32).map(|n| (n % 251) as u8).collect();
    let sent = body.clone();
    let origin = Origin::start(move |mut stream, _| {
        while read_head(&mut stream).is_some() {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len());
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&sent);
        }
    });
    let (_proxy, port) = started(&origin, "");
    for window in [1, 1000, 65_535] {
        let settings = Settings {
            window: if window == 1 { 5000 } else { window },
            ..Settings::default()
        };
        let mut peer = Peer::with(port, settings);
        let fields = |n| {
            [
                (":method", "GET"),
                (":scheme", "http"),
                (":authority", "a"),
                (":path", n),
            ]
        };
        let streams = [peer.ask(&fields("/1"), true), peer.ask(&fields("/2"), true)];
        for stream in streams {
            let answer = peer.answer(stream);
            assert!(answer.ended, "{window}");
            assert!(answer.body == body, "{window}: {} bytes", answer.body.len());
            assert_eq!(answer.header("content-length"), Some("400000"));
        }
    }
}

/// A response that breaks off is told from one that has ended.
#[test]
fn a_response_that_breaks_off_is_reset() {
    let origin = Origin::start(|mut stream, _| {
        let _ = read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    });
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    let answer = peer.get("/");
    assert_eq!(answer.status(), 200);
    assert!(!answer.ended && answer.reset.is_some(), "{answer:?}");
    // The connection goes on.
    assert_eq!(peer.get("/").status(), 200);
    assert_eq!(peer.gone, None);
}

/// What rules and logs see of it.
#[test]
fn rules_see_the_version_and_the_whole_target() {
    let origin = Origin::echo();
    let port = free_port();
    let config = http_config(port, "", &format!("    server s 127.0.0.1:{}", origin.port)).replace(
        "    default_backend app",
        "    http-request return status 200 content-type text/plain lf-string \
         \"%[req.ver] %HV %[fc_http_major] %[path] %[url] %[hdr(host)] %r\" if { path /see }\n    default_backend app",
    );
    let _proxy = Proxy::start(&config);
    let answer = Peer::connect(port).get("/see");
    assert_eq!(
        answer.text(),
        "2.0 HTTP/2.0 2 /see http://example.org/see example.org GET http://example.org/see HTTP/2.0"
    );
}
