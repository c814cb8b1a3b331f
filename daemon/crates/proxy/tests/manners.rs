//! What a section may say about how strictly messages are read and how they are let through:
//! strict and lenient reading, cookies in answers that caches keep, timeouts set by rules, targets
//! spelt anew. Beside haproxy where that does the same.

mod support;

use std::io::{Read, Write};
use std::net::UdpSocket;
use std::time::{Duration, Instant};
use support::{Beside, Client, Origin, Proxy, content_length, free_port, read_head, status_of};

const BASE: &str = "global\n    nbthread 1\n    expose-experimental-directives\n    log 127.0.0.1:LOG local0\ndefaults\n    mode http\n    log global\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n";

/// The status, and what the origin got in small letters; `-` where the connection just ends.
fn answer(port: u16, bytes: &[u8]) -> String {
    let mut client = Client::connect(port);
    client.send(bytes);
    let Some(head) = read_head(&mut client.0) else {
        return "-".to_owned();
    };
    let mut body = vec![0; content_length(&head)];
    client.0.read_exact(&mut body).unwrap();
    if status_of(&head) != 200 {
        return status_of(&head).to_string();
    }
    let mut lines: Vec<String> = String::from_utf8_lossy(&body)
        .to_ascii_lowercase()
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines.join("|")
}

#[test]
fn lenient_reading_lets_pass_what_haproxy_lets_pass() {
    let origin = Origin::echo();
    let text = format!(
        "{BASE}listen l\n    bind 127.0.0.1:PORT\n    option accept-invalid-http-request\n    \
         server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let lines: [&[u8]; 14] = [
        b"GET /a HTTP/1.1",
        b"GET /a\"<>\\^`{|} HTTP/1.1",
        b"GET /\xe4\xff HTTP/1.1",
        b"GET /a#b HTTP/1.1",
        b"GET /\x01 HTTP/1.1",
        b"GET /\x7f HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET / http/1.1",
        b"GET / HTTP/1.1x",
        b"G(T / HTTP/1.1",
        b"GET /abc HTTP/2.0",
        b"GET http://b/x HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"POST /",
    ];
    for line in lines {
        let bytes = [line, b"\r\nHost: a\r\n\r\n"].concat();
        let shown = String::from_utf8_lossy(line);
        both.agree(&shown, |port| answer(port, &bytes));
    }
    let fields: [&[u8]; 12] = [
        b"X(y: 1",
        b"X y: 1",
        b"X\xe4: 1",
        b"X/y: 1",
        b"[x]: 1",
        b"X\"y: 1",
        b": 1",
        b"NoColon",
        b"Y: a\rb",
        b"Host: b",
        b"Content-Length: 5x",
        b"Transfer-Encoding: xchunked",
    ];
    for field in fields {
        let bytes = [b"GET / HTTP/1.1\r\nHost: a\r\n", field, b"\r\n\r\n"].concat();
        let shown = String::from_utf8_lossy(field);
        both.agree(&shown, |port| answer(port, &bytes));
    }
    // haproxy lets these pass as they are; a server might take them for the real ones.
    for field in [
        "Content-Length : 5",
        "Transfer-Encoding\t: chunked",
        "Content-Length\0: 5",
    ] {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
        assert_eq!(answer(both.ours.port, text.as_bytes()), "400", "{field:?}");
    }
    let bare = answer(both.ours.port, b"GET /old\r\n");
    assert!(bare.contains("get /old http/1.0"), "{bare}");
}

#[test]
fn strict_reading_refuses_what_is_only_tolerated() {
    let origin = Origin::echo();
    let port = free_port();
    let text = format!(
        "{BASE}listen l\n    bind 127.0.0.1:{port}\n    option http-strict\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let _proxy = Proxy::start(&text.replace("127.0.0.1:LOG", "127.0.0.1:9"));
    let cases: [(&[u8], &str); 8] = [
        (b"GET / HTTP/1.1\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\nHost: a\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "400"),
        (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (b"GET /x HTTP/1.0\r\n\r\n", ""),
        (b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n", ""),
    ];
    for (bytes, wanted) in cases {
        let found = answer(port, bytes);
        let shown = String::from_utf8_lossy(bytes);
        if wanted.is_empty() {
            assert!(found.contains("get /x http/1."), "{shown:?}: {found}");
        } else {
            assert_eq!(found, wanted, "{shown:?}");
        }
    }
}

#[test]
fn cookies_in_answers_that_caches_keep_are_blocked() {
    // The origin answers with what the request's X-Reply says.
    let origin = Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let said = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("x-reply").then_some(value)
            });
            let (status, fields) = said.unwrap_or("200").split_once('|').unwrap_or(("200", ""));
            let fields = [&fields.replace('|', "\r\n"), "\r\n"].concat();
            let fields = if fields == "\r\n" {
                String::new()
            } else {
                fields
            };
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n{fields}\r\n");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    let (port, log) = (free_port(), UdpSocket::bind("127.0.0.1:0").unwrap());
    log.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let text = format!(
        "{BASE}    log-format \"%ST %tsc\"\nlisten l\n    bind 127.0.0.1:{port}\n    option checkcache\n    \
         server s 127.0.0.1:{}\n",
        origin.port
    );
    let _proxy = Proxy::start(&text.replace("LOG", &log.local_addr().unwrap().port().to_string()));
    // What the manual lists; haproxy 2.6.12 itself says that it blocks and lets pass.
    let cases = [
        ("GET", "200|X: y", 200),
        ("GET", "200|Set-Cookie: a=1", 502),
        ("HEAD", "200|Set-Cookie: a=1", 502),
        ("OPTIONS", "404|Set-Cookie: a=1", 502),
        ("POST", "200|Set-Cookie: a=1", 200),
        ("POST", "200|Set-Cookie: a=1|Cache-Control: public", 502),
        ("GET", "302|Set-Cookie: a=1", 302),
        ("GET", "302|Set-Cookie: a=1|Cache-Control: public", 502),
        ("GET", "500|Set-Cookie: a=1", 500),
        ("GET", "200|Set-Cookie: a=1|Pragma: no-cache", 200),
        ("GET", "200|Set-Cookie: a=1|Cache-Control: private", 200),
        ("GET", "200|Set-Cookie: a=1|Cache-Control: no-store", 200),
        ("GET", "200|Set-Cookie: a=1|Cache-Control: max-age=0", 200),
        ("GET", "200|Set-Cookie: a=1|Cache-Control: max-age=10", 502),
        ("GET", "200|Set-Cookie: a=1|Cache-Control: s-maxage=0", 200),
        ("GET", "200|Set-Cookie: a=1|Cache-Control: no-cache", 200),
        (
            "GET",
            "200|Set-Cookie: a=1|Cache-Control: no-cache=\"set-cookie\"",
            200,
        ),
        (
            "GET",
            "200|Set-Cookie: a=1|Cache-Control: no-cache=\"set-cookie, x\"",
            200,
        ),
        (
            "GET",
            "200|Set-Cookie: a=1|Cache-Control: no-cache=\"x\"",
            502,
        ),
    ];
    for (method, reply, wanted) in cases {
        let mut client = Client::connect(port);
        client.send(format!(
            "{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-Reply: {reply}\r\n\r\n"
        ));
        let status = status_of(&read_head(&mut client.0).unwrap());
        assert_eq!(status, wanted, "{method} {reply}");
        let mut line = [0; 1000];
        let n = log.recv(&mut line).unwrap();
        let ending = if wanted == 502 { "502 PH--" } else { "----" };
        let line = String::from_utf8_lossy(&line[..n]);
        assert!(
            line.trim_end().ends_with(ending),
            "{method} {reply}: {line}"
        );
    }
}

#[test]
fn rules_set_the_time_that_servers_have() {
    let origin = Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            if head.starts_with("GET /never") {
                // Until the proxy gives up.
                let _ = stream.read(&mut [0]);
                return;
            }
            let tunnel = head.starts_with("GET /tunnel");
            let answer: &[u8] = if tunnel {
                b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
            } else {
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            };
            let _ = stream.write_all(answer);
        }
    });
    let text = format!(
        "{BASE}    log-format \"%ST %tsc %[be_server_timeout] %[cur_server_timeout] [%[cur_tunnel_timeout]] %{{+Q}}r\"\n\
         listen l\n    bind 127.0.0.1:PORT\n    http-request set-timeout server 100ms if {{ path /never }}\n    \
         http-request set-timeout server req.hdr(x-time) if {{ path /never/told }}\n    \
         http-request set-timeout tunnel 150ms if {{ path /tunnel }}\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let ask = |port: u16, path: &str, time: &str| {
        let began = Instant::now();
        let mut client = Client::connect(port);
        client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: a\r\nX-Time: {time}\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
        ));
        let status = status_of(&read_head(&mut client.0).unwrap());
        if status == 101 {
            // The tunnel ends when its time is over.
            let _ = client.0.read(&mut [0]);
        }
        assert!(
            began.elapsed() < Duration::from_secs(4),
            "{path} took the default"
        );
        status
    };
    for (path, time) in [
        ("/", ""),
        ("/never", ""),
        ("/never/told", "120"),
        ("/tunnel", ""),
    ] {
        both.agree(path, |port| ask(port, path, time));
        // That a tunnel was ended by its timeout is no error to haproxy.
        let ours = both.ours.logged().replace("101 cD--", "101 ----");
        assert_eq!(both.theirs.logged(), ours, "{path} {time}");
    }
}

#[test]
fn targets_are_spelt_anew_before_other_rules_see_them() {
    let origin = Origin::echo();
    let text = format!(
        "{BASE}listen l\n    bind 127.0.0.1:PORT\n    http-request normalize-uri path-merge-slashes\n    \
         http-request normalize-uri path-strip-dotdot full\n    \
         http-request normalize-uri percent-decode-unreserved strict\n    \
         http-request normalize-uri query-sort-by-name\n    http-request deny deny_status 404 if {{ path /secret }}\n    \
         server s 127.0.0.1:{}\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for target in [
        "/a//b/../c?z=1&a=%61",
        "/x/..//secret",
        "/%73ecret",
        "/%zz",
        "/a",
        "*",
    ] {
        let request = format!("OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        both.agree(target, |port| answer(port, request.as_bytes()));
    }
}
