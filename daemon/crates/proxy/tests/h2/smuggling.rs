//! Requests that would be another message, or more than one, on the server's side: each is refused
//! before a byte of it goes on.

use crate::peer::Peer;
use crate::requests::started;
use crate::support::Origin;
use std::sync::atomic::Ordering;

type Fields<'a> = Vec<(&'a str, &'a str)>;

fn usual<'a>(extra: &[(&'a str, &'a str)]) -> Fields<'a> {
    let mut fields = vec![
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "example.org"),
    ];
    fields.extend_from_slice(extra);
    fields
}

/// The usual fields with one of them another.
fn other<'a>(name: &'a str, value: &'a str) -> Fields<'a> {
    let mut fields = usual(&[]);
    for field in &mut fields {
        if field.0 == name {
            field.1 = value;
        }
    }
    fields
}

const INJECTED: &str = "1\r\nHost: evil";

#[allow(clippy::too_many_lines)] // a list
fn cases() -> Vec<(&'static str, Fields<'static>)> {
    vec![
        ("H2.TE", usual(&[("transfer-encoding", "chunked")])),
        (
            "H2.TE, identity",
            usual(&[("transfer-encoding", "identity")]),
        ),
        (
            "H2.TE in capitals",
            usual(&[("Transfer-Encoding", "chunked")]),
        ),
        (
            "H2.TE in a name",
            usual(&[("transfer-encoding: chunked\r\nx", "y")]),
        ),
        (
            "H2.TE with a blank",
            usual(&[("transfer-encoding ", "chunked")]),
        ),
        (
            "H2.TE by a value",
            usual(&[("x", "y\r\nTransfer-Encoding: chunked")]),
        ),
        (
            "H2.TE by LF alone",
            usual(&[("x", "y\nTransfer-Encoding: chunked")]),
        ),
        (
            "H2.CL, two",
            usual(&[("content-length", "5"), ("content-length", "6")]),
        ),
        ("H2.CL, list", usual(&[("content-length", "5, 5")])),
        ("H2.CL with a sign", usual(&[("content-length", "+5")])),
        ("H2.CL, negative", usual(&[("content-length", "-5")])),
        ("H2.CL, empty", usual(&[("content-length", "")])),
        ("H2.CL, hexadecimal", usual(&[("content-length", "0x5")])),
        (
            "H2.CL by a value",
            usual(&[("x", "y\r\nContent-Length: 0")]),
        ),
        ("H2.CL in capitals", usual(&[("Content-Length", "0")])),
        ("connection", usual(&[("connection", "close")])),
        ("connection in capitals", usual(&[("Connection", "close")])),
        ("keep-alive", usual(&[("keep-alive", "timeout=5")])),
        ("proxy-connection", usual(&[("proxy-connection", "close")])),
        ("upgrade", usual(&[("upgrade", "websocket")])),
        (
            "upgrade to h2c",
            usual(&[("upgrade", "h2c"), ("http2-settings", "")]),
        ),
        ("te", usual(&[("te", "gzip")])),
        ("te list", usual(&[("te", "trailers, gzip")])),
        ("a line in a value", usual(&[("x", INJECTED)])),
        (
            "a request in a value",
            usual(&[("x", "y\r\n\r\nGET /evil HTTP/1.1\r\nHost: a")]),
        ),
        ("CR in a value", usual(&[("x", "a\rb")])),
        ("NUL in a value", usual(&[("x", "a\0b")])),
        ("a line in a name", usual(&[("x: y\r\nhost", "evil")])),
        ("a colon in a name", usual(&[("x:y", "z")])),
        ("a blank in a name", usual(&[("x y", "z")])),
        ("an empty name", usual(&[("", "z")])),
        (
            "a request line in the method",
            other(":method", "GET /evil HTTP/1.1\r\nx: y"),
        ),
        ("a blank in the method", other(":method", "GET /evil")),
        ("an empty method", other(":method", "")),
        (
            "a line in the path",
            other(":path", "/ HTTP/1.1\r\nHost: evil"),
        ),
        ("a blank in the path", other(":path", "/a /b")),
        ("a tab in the path", other(":path", "/a\t/b")),
        ("an empty path", other(":path", "")),
        ("a path without its slash", other(":path", "evil/")),
        ("an authority for a path", other(":path", "@evil")),
        ("a whole target for a path", other(":path", "http://evil/")),
        ("a line in the authority", other(":authority", "a\r\nx: y")),
        ("a path in the authority", other(":authority", "a/evil")),
        ("a query in the authority", other(":authority", "a?b")),
        ("a user in the authority", other(":authority", "u@a")),
        ("a blank in the authority", other(":authority", "a b")),
        ("an empty authority", other(":authority", "")),
        (
            "a line in the scheme",
            other(":scheme", "http://evil/\r\nx: y"),
        ),
        ("a target in the scheme", other(":scheme", "http://evil/x?")),
        ("Host that differs", usual(&[("host", "evil")])),
        (
            "Host twice",
            usual(&[("host", "example.org"), ("host", "evil")]),
        ),
        ("a pseudo field twice", usual(&[(":path", "/evil")])),
        ("the method twice", usual(&[(":method", "GET")])),
        ("an unknown pseudo field", usual(&[(":evil", "x")])),
        ("a response's pseudo field", usual(&[(":status", "200")])),
        ("a pseudo field behind others", {
            let mut fields = usual(&[("x", "y")]);
            let path = fields.remove(2);
            fields.push(path);
            fields
        }),
        ("no method", usual(&[])[1..].to_vec()),
        ("no path", {
            let mut f = usual(&[]);
            f.remove(2);
            f
        }),
        ("no scheme", {
            let mut f = usual(&[]);
            f.remove(1);
            f
        }),
        ("CONNECT with a path", other(":method", "CONNECT")),
        ("a protocol without CONNECT", {
            let mut fields = usual(&[]);
            fields.insert(0, (":protocol", "websocket"));
            fields
        }),
        ("a blank before a value", usual(&[("x", " y")])),
        ("a blank behind a value", usual(&[("x", "y ")])),
    ]
}

#[test]
fn each_is_refused_and_the_connection_goes_on() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    for (name, fields) in cases() {
        let stream = peer.ask(&fields, true);
        let answer = peer.answer(stream);
        let refused = answer.reset == Some(1) || answer.status() == 400;
        assert!(refused, "{name}: {answer:?}");
        assert_eq!(peer.gone, None, "{name}");
    }
    assert_eq!(
        origin.connections.load(Ordering::SeqCst),
        0,
        "nothing went on"
    );
    assert_eq!(peer.get("/").status(), 200);
}

/// H2.CL: the length that is told is the length that comes.
#[test]
fn a_body_of_another_length_is_refused() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    for (told, body, end) in [
        ("0", &b"GET /evil"[..], true),
        ("3", b"hello", true),
        ("9", b"hello", true),
        ("3", b"hello", false),
    ] {
        // Together, or a server that expects nothing more may have answered before.
        let stream = peer.begin(&usual(&[("content-length", told)]), false);
        peer.data(stream, body, end);
        let answer = peer.answer(stream);
        assert_eq!(answer.reset, Some(1), "{told} {answer:?}");
    }
    let stream = peer.ask(&usual(&[("content-length", "5")]), true);
    assert_eq!(peer.answer(stream).reset, Some(1), "a length and no data");
    let stream = peer.ask(&usual(&[("content-length", "5")]), false);
    peer.data(stream, b"hello", true);
    let seen = peer.answer(stream).text();
    assert!(seen.ends_with("\r\n\r\nhello"), "{seen}");
}

/// Trailers cannot say what a head says, nor more than lines.
#[test]
fn trailers_are_lines_of_their_own() {
    // An answer before the trailer would end the stream.
    let origin = crate::requests::reads_whole();
    let (_proxy, port) = started(&origin, "");
    for fields in [
        &[(":path", "/evil")][..],
        &[("x", "a\r\nb: c")],
        &[("X", "y")],
        &[("a b", "c")],
    ] {
        let mut peer = Peer::connect(port);
        let stream = peer.ask(&usual(&[]), false);
        peer.data(stream, b"hello", false);
        peer.trailers(stream, fields);
        assert_eq!(peer.answer(stream).reset, Some(1), "{fields:?}");
    }
}

/// Cookies come in crumbs and go on as one.
#[test]
fn cookies_are_joined_and_hosts_agree() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    let crumbs = [
        ("cookie", "a=b"),
        ("host", "Example.org:80"),
        ("cookie", "c=d"),
        ("x", "y"),
    ];
    let stream = peer.ask(&usual(&crumbs), true);
    let seen = peer.answer(stream).text();
    assert!(seen.contains("cookie: a=b; c=d\r\n"), "{seen}");
    assert_eq!(seen.to_lowercase().matches("host:").count(), 1, "{seen}");
}
