//! The life of a connection: settings, idle times, the end of the service, websockets, and what the
//! log and the origin say beside haproxy.

use crate::peer::Peer;
use crate::requests::{curl, started};
use crate::support::{Beside, Client, Origin, Proxy, WAIT, free_port, http_config, read_head};
use h2::Code;
use std::io::{Read, Write};
use std::time::Instant;

#[test]
fn a_websocket_goes_through() {
    let origin = Origin::start(|mut stream, _| {
        let head = read_head(&mut stream).unwrap();
        assert!(head.starts_with("GET /chat HTTP/1.1\r\n"), "{head}");
        for line in [
            "upgrade: websocket\r\n",
            "connection: upgrade\r\n",
            "sec-websocket-key: ",
        ] {
            assert!(head.to_lowercase().contains(line), "{head}");
        }
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhello";
        stream.write_all(answer.as_bytes()).unwrap();
        let mut buffer = [0; 100];
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            stream.write_all(&buffer[..n]).unwrap();
        }
    });
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    let stream = peer.ask(
        &[
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", "http"),
            (":authority", "example.org"),
            (":path", "/chat"),
            ("sec-websocket-version", "13"),
        ],
        false,
    );
    peer.wait(|peer| peer.answers[&stream].body == b"hello");
    assert!(peer.core.remote().connect_protocol, "it was offered");
    peer.data(stream, b" there", false);
    peer.wait(|peer| peer.answers[&stream].body == b"hello there");
    peer.data(stream, b"", true);
    let answer = peer.answer(stream);
    assert_eq!(answer.status(), 200, "{answer:?}");
    assert_eq!(answer.header("upgrade"), None);
    assert!(answer.ended && answer.reset.is_none(), "{answer:?}");
}

#[test]
fn settings_are_announced() {
    let origin = Origin::echo();
    let port = free_port();
    let server = format!("    server s 127.0.0.1:{}", origin.port);
    let config = http_config(port, "", &server).replace(
        "global\n",
        "global\n    tune.h2.max-concurrent-streams 7\n    tune.h2.initial-window-size 70000\n    \
         tune.h2.fe.initial-window-size 80000\n    tune.h2.header-table-size 1024\n    tune.h2.max-frame-size 20000\n",
    );
    let _proxy = Proxy::start(&config);
    let mut peer = Peer::connect(port);
    assert_eq!(peer.get("/").status(), 200);
    let told = peer.core.remote();
    assert_eq!(told.max_streams, Some(7));
    assert_eq!(
        (told.window, told.header_table_size, told.frame_size),
        (80_000, 1024, 20_000)
    );
    assert_eq!(peer.core.room(), 7);
}

#[test]
fn an_idle_connection_ends_after_its_time_and_a_service_that_ends_says_so() {
    let origin = Origin::echo();
    let (mut proxy, port) = started(&origin, "    timeout http-keep-alive 300ms");
    let mut peer = Peer::connect(port);
    assert_eq!(peer.get("/").status(), 200);
    let begin = Instant::now();
    peer.wait(|_| false);
    assert!(begin.elapsed() < WAIT / 2, "ended by the client's time");
    assert_eq!(peer.gone, Some(Code::NoError));
    let mut other = Peer::connect(port);
    assert_eq!(other.get("/").status(), 200);
    proxy.stop(2000);
    other.wait(|peer| peer.closed);
    assert_eq!(other.gone, Some(Code::NoError));
}

#[test]
fn where_it_is_forbidden_nothing_else_is_spoken() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "    option disable-h2-upgrade");
    let said = Client::connect(port)
        .send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .rest();
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn a_head_that_is_too_large_is_answered() {
    let origin = Origin::echo();
    let (_proxy, port) = started(&origin, "");
    let mut peer = Peer::connect(port);
    for size in [16_000, 30_000, 70_000] {
        let long = "x".repeat(size);
        let fields = [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "a"),
            (":path", "/"),
            ("x-long", &long),
        ];
        let stream = peer.ask(&fields, true);
        assert_eq!(peer.answer(stream).status(), 431, "{size}");
    }
    assert_eq!(peer.get("/").status(), 200);
}

/// Method, target and fields as the origin sees them, and the line of the log.
#[test]
fn the_origin_and_the_log_see_what_haproxy_shows_them() {
    let origin = Origin::echo();
    let config = format!(
        "global\n    log 127.0.0.1:LOG local0\ndefaults\n    mode http\n    log global\n    timeout client 5s\n    timeout server 5s\n    \
         timeout connect 1s\nfrontend web\n    bind 127.0.0.1:PORT\n    \
         log-format \"%ST %tsc %HM %HU %HV %HP %HQ %[capture.req.uri] %[capture.req.ver] %{{+Q}}r\"\n    \
         http-request capture req.ver len 4\n    default_backend app\nbackend app\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&config) else {
        return;
    };
    let cases: &[&[&str]] = &[
        &[],
        &["-X", "OPTIONS"],
        &["-I"],
        &["--data-binary", "hello"],
        &["-X", "POST"],
        &["-X", "PUT"],
        &["-H", "Cookie: a=b; c=d"],
        &["-H", "Expect: 100-continue", "--data-binary", "hello"],
    ];
    for case in cases {
        let seen = both.agree(&format!("{case:?}"), |port| {
            let url = format!("http://127.0.0.1:{port}/p?q=r");
            let args = [&["--http2-prior-knowledge"], *case].concat();
            let got = curl(&args, &url).replace(&port.to_string(), "PORT");
            let mut lines: Vec<String> = got.to_lowercase().lines().map(str::to_owned).collect();
            lines.sort();
            lines
        });
        assert!(!seen.is_empty());
        assert_eq!(both.theirs.logged(), both.ours.logged(), "{case:?}");
    }
}
