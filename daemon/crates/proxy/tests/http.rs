//! HTTP mode over loopback: framing, keep-alive, reuse, bodies, errors.

mod support;

use std::io::{Read, Write};
use std::sync::atomic::Ordering;
use support::{Client, Origin, Proxy, free_port, http_config, read_head, status_of};

fn one_server(origin: &Origin) -> String {
    format!("    server s1 127.0.0.1:{}", origin.port)
}

#[test]
fn requests_of_one_client_share_a_connection_to_the_server() {
    let origin = Origin::echo();
    let port = free_port();
    let _proxy = Proxy::start(&http_config(
        port,
        "    option forwardfor",
        &one_server(&origin),
    ));
    let mut client = Client::connect(port);
    for n in 0..5 {
        let (head, body) = client.get(&format!("/{n}"));
        assert_eq!(status_of(&head), 200);
        let seen = String::from_utf8(body).unwrap();
        assert!(
            seen.starts_with(&format!("GET /{n} HTTP/1.1\r\n")),
            "{seen}"
        );
        assert!(seen.contains("X-Forwarded-For: 127.0.0.1\r\n"), "{seen}");
        assert!(seen.contains("Host: test\r\n"), "{seen}");
    }
    assert_eq!(origin.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let origin = Origin::echo();
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    let one =
        |n: u32| format!("POST /{n} HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nab{n}");
    client.send((0..5).map(one).collect::<String>());
    for n in 0..5 {
        let (_, body) = client.response();
        let text = String::from_utf8(body).unwrap();
        assert!(
            text.starts_with(&format!("POST /{n} ")) && text.ends_with(&format!("ab{n}")),
            "{text}"
        );
    }
}

#[test]
fn a_large_body_passes_both_ways_however_slow_the_reader() {
    let origin = Origin::echo();
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    let size = 6_000_000;
    let body: Vec<u8> = (0..size).map(|n: u32| n.to_le_bytes()[0]).collect();
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {size}\r\n\r\n"
    ));
    let mut writer = client.0.try_clone().unwrap();
    let sent = body.clone();
    let sender = std::thread::spawn(move || writer.write_all(&sent).unwrap());
    let (head, echoed) = client.response();
    sender.join().unwrap();
    assert_eq!(status_of(&head), 200);
    assert!(echoed.ends_with(&body), "the body came back changed");
}

#[test]
fn chunked_bodies_are_written_again_both_ways() {
    let origin = Origin::start(|mut stream, _| {
        let head = read_head(&mut stream).unwrap();
        assert!(head.contains("Transfer-Encoding: chunked\r\n"), "{head}");
        let mut body = Vec::new();
        let mut byte = [0];
        while !body.ends_with(b"0\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            body.push(byte[0]);
        }
        assert!(!body.contains(&b';'), "the extension came through");
        stream
            .write_all(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n",
            )
            .unwrap();
        stream
            .write_all(b"6\r\n world\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n")
            .unwrap();
        let _ = stream.read(&mut byte);
    });
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    client.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n");
    client.send("2\r\nde\r\n0\r\n\r\n");
    let head = read_head(&mut client.0).unwrap();
    assert!(head.contains("Transfer-Encoding: chunked"), "{head}");
    let mut rest = Vec::new();
    let mut byte = [0];
    while !rest.ends_with(b"\r\n\r\n") {
        client.0.read_exact(&mut byte).unwrap();
        rest.push(byte[0]);
    }
    let rest = String::from_utf8(rest).unwrap();
    assert!(
        rest.contains("hello") && rest.contains(" world") && !rest.contains(';'),
        "{rest}"
    );
    assert!(
        rest.ends_with("0\r\nX-Sum: 1\r\n\r\n"),
        "framing fields in trailers must go: {rest}"
    );
}

#[test]
fn an_http_1_0_client_gets_a_chunked_body_unchunked_and_the_end() {
    let origin = Origin::fixed(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    );
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    let all = String::from_utf8(client.send("GET / HTTP/1.0\r\n\r\n").rest()).unwrap();
    assert!(all.ends_with("\r\n\r\nhello"), "{all}");
    assert!(
        !all.to_ascii_lowercase().contains("transfer-encoding"),
        "{all}"
    );
}

#[test]
fn a_body_that_ends_with_the_connection_ends_with_ours() {
    let origin = Origin::start(|mut stream, _| {
        read_head(&mut stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
            .unwrap();
    });
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let all = Client::connect(port)
        .send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        .rest();
    let all = String::from_utf8(all).unwrap();
    assert!(
        all.contains("Connection: close") && all.ends_with("until the end"),
        "{all}"
    );
}

#[test]
fn head_204_and_304_have_no_body_and_keep_the_connection() {
    let origin = Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let answer: &[u8] = match head.split(' ').next().unwrap() {
                "HEAD" => b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
                "DELETE" => b"HTTP/1.1 204 No Content\r\n\r\n",
                _ => b"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n",
            };
            stream.write_all(answer).unwrap();
        }
    });
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    for (method, status) in [("HEAD", 200), ("DELETE", 204), ("GET", 304), ("HEAD", 200)] {
        client.send(format!("{method} / HTTP/1.1\r\nHost: t\r\n\r\n"));
        let head = read_head(&mut client.0).unwrap();
        assert_eq!(status_of(&head), status);
    }
    assert_eq!(origin.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn expect_100_continue_is_passed_on_and_answered() {
    let origin = Origin::start(|mut stream, _| {
        let head = read_head(&mut stream).unwrap();
        assert!(head.contains("Expect: 100-continue"), "{head}");
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        let mut body = [0; 5];
        stream.read_exact(&mut body).unwrap();
        assert_eq!(&body, b"hello");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .unwrap();
        let _ = stream.read(&mut body);
    });
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    client.send("PUT / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(status_of(&read_head(&mut client.0).unwrap()), 100);
    let (head, body) = client.send("hello").response();
    assert_eq!((status_of(&head), &body[..]), (200, &b"ok"[..]));
}

#[test]
fn bad_requests_are_answered_and_the_connection_ends() {
    let origin = Origin::echo();
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000));
    let big = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost : t\r\n\r\n", 400),
        ("GET / http/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", 413),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            422,
        ),
        (&long, 414),
        (&big, 431),
    ] {
        let all = Client::connect(port).send(request).rest();
        let all = String::from_utf8(all).unwrap();
        assert_eq!(status_of(&all), status, "{request:.60}");
        assert!(
            all.to_ascii_lowercase().contains("connection: close"),
            "{all}"
        );
    }
    assert_eq!(origin.connections.load(Ordering::SeqCst), 0);
}

#[test]
fn a_server_that_breaks_the_protocol_gives_502() {
    for answer in [
        &b"HTTP/1.1 2000 OK\r\n\r\n"[..],
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"",
    ] {
        let origin = Origin::start(move |mut stream, _| {
            read_head(&mut stream);
            stream.write_all(answer).unwrap();
        });
        let port = free_port();
        let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
        let (head, _) = Client::connect(port).get("/");
        assert_eq!(status_of(&head), 502);
    }
}

#[test]
fn a_connection_that_the_server_closed_while_idle_costs_no_request() {
    // Closes after each answer without saying so: the classic race of keep-alive.
    let origin = Origin::start(|mut stream, _| {
        if read_head(&mut stream).is_some() {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    let port = free_port();
    let _proxy = Proxy::start(&http_config(port, "", &one_server(&origin)));
    let mut client = Client::connect(port);
    for _ in 0..200 {
        let (head, body) = client.get("/");
        assert_eq!((status_of(&head), &body[..]), (200, &b"ok"[..]));
    }
}
