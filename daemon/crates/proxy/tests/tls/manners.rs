//! How a session begins, goes on and ends: whole, in pieces, late, broken and with nonsense.

use crate::clients::proxy;
use crate::sealed::{BOTH, Sealed, config};
use crate::support::{Client, Origin, Proxy, free_port};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};
use tls::rustls::HandshakeKind;
use tls::rustls::version::{TLS12, TLS13};

#[test]
fn a_hello_may_come_byte_by_byte() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let mut client = Sealed::new(port, &config(BOTH));
    for byte in client.records() {
        client.stream.write_all(&[byte]).unwrap();
    }
    client.shake();
    assert!(client.get("/").ends_with("\r\n\r\nhello"));
}

#[test]
fn a_hello_may_be_cut_into_the_smallest_records() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let mut client = Sealed::new(port, &config(BOTH));
    let hello = client.records();
    let cut = hello[5..].iter().flat_map(|b| [0x16, 3, 1, 0, 1, *b]);
    let cut: Vec<u8> = cut.collect();
    client.stream.write_all(&cut).unwrap();
    client.shake();
    assert!(client.get("/").ends_with("\r\n\r\nhello"));
}

#[test]
fn requests_follow_each_other_on_one_session_also_before_their_answers() {
    let (port, origin) = (free_port(), Origin::echo());
    let _proxy = proxy(port, origin.port);
    let mut client = Sealed::connect(port, &config(BOTH));
    for n in 0..50 {
        assert!(client.get(&format!("/{n}")).contains(&format!("GET /{n} ")));
    }
    let many: Vec<String> = (0..20)
        .map(|n| format!("GET /p{n} HTTP/1.1\r\nHost: h\r\n\r\n"))
        .collect();
    client.say(many.concat().as_bytes());
    for n in 0..20 {
        assert!(client.response().contains(&format!("GET /p{n} ")));
    }
    let connections = origin.connections.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(connections, 1, "kept on both sides");
}

#[test]
fn a_request_in_the_handshakes_last_packet_is_answered() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    for version in [&TLS12, &TLS13] {
        let mut client = Sealed::new(port, &config(&[version]));
        client.flush();
        let ask = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        // Written behind the last message of the handshake as soon as there is one.
        client.connection.writer().write_all(ask).unwrap();
        assert!(client.response().ends_with("\r\n\r\nhello"));
    }
}

#[test]
fn sessions_are_taken_up_again() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    for version in [&TLS12, &TLS13] {
        let config = config(&[version]);
        let kinds: Vec<_> = (0..4)
            .map(|_| {
                let mut client = Sealed::connect(port, &config);
                client.get("/");
                client.connection.handshake_kind()
            })
            .collect();
        assert_eq!(kinds[0], Some(HandshakeKind::Full));
        assert_eq!(kinds[1..], [Some(HandshakeKind::Resumed); 3]);
    }
}

#[test]
fn an_answer_that_ends_with_the_connection_ends_with_a_word() {
    let port = free_port();
    let origin = Origin::start(|mut stream, _| {
        crate::support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nall of it");
    });
    let _proxy = proxy(port, origin.port);
    let mut client = Sealed::connect(port, &config(BOTH));
    client.say(b"GET / HTTP/1.0\r\n\r\n");
    let all = client.rest().expect("the end was announced");
    assert!(all.ends_with(b"all of it"));
}

#[test]
fn an_answer_that_breaks_off_does_not_look_whole() {
    let port = free_port();
    let origin = Origin::start(|mut stream, _| {
        crate::support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    let _proxy = proxy(port, origin.port);
    let mut client = Sealed::connect(port, &config(BOTH));
    client.say(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let error = client.rest().expect_err("no word at the end");
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}

/// A frontend in tcp mode before a server that answers with how much it got, once that has ended.
fn counting(port: u16) -> (Proxy, Origin) {
    let origin = Origin::start(|mut stream, _| {
        let mut all = Vec::new();
        let how = match stream.read_to_end(&mut all) {
            Ok(n) => format!("{n} and an end"),
            Err(e) => format!("{:?}", e.kind()),
        };
        let _ = stream.write_all(how.as_bytes());
    });
    let made = crate::certificates::certificates();
    let config = format!(
        "global\n    nbthread 1\ndefaults\n    mode tcp\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\nlisten l\n    bind 127.0.0.1:{port} ssl crt /c/curve.pem\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    (
        Proxy::start_with(&[("/c/curve.pem", &made.curve)], &config),
        origin,
    )
}

#[test]
fn one_side_may_end_before_the_other_in_tcp_mode() {
    let port = free_port();
    let (_proxy, _origin) = counting(port);
    for version in [&TLS12, &TLS13] {
        let mut client = Sealed::connect(port, &config(&[version]));
        client.say(&vec![7; 100_000]);
        client.connection.send_close_notify();
        client.flush();
        assert_eq!(client.rest().unwrap(), b"100000 and an end");
    }
}

#[test]
fn renegotiation_is_refused_and_the_session_goes_on() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let said = crate::clients::s_client_typing(port, &["-tls1_2", "-legacy_renegotiation"], "R\n");
    assert!(said.contains("RENEGOTIATING"), "{said}");
    assert!(said.contains("no renegotiation"), "{said}");
}

#[test]
fn what_is_no_tls_is_turned_away_at_once() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    for nonsense in [
        &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
        &[0x80, 46, 1, 0, 2],
        b"\0\0\0\0\0",
    ] {
        let begun = Instant::now();
        let mut client = Client::connect(port);
        client.send(nonsense);
        let answer = client.rest();
        assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
        // The proxy's timeout for clients is 5 s.
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
    let mut client = Sealed::connect(port, &config(BOTH));
    assert!(client.get("/").ends_with("hello"), "others are served");
}

#[test]
fn a_forged_record_ends_the_session_with_an_alert() {
    let (port, origin) = (free_port(), Origin::named("hello"));
    let _proxy = proxy(port, origin.port);
    let mut client = Sealed::connect(port, &config(BOTH));
    client.get("/");
    let forged = [&[0x17, 3, 3, 0, 32][..], &[9; 32]].concat();
    client.stream.write_all(&forged).unwrap();
    let error = client.rest().expect_err("an alert");
    assert!(error.to_string().contains("BadRecordMac"), "{error}");
}

#[test]
fn a_handshake_that_stalls_ends_with_its_time() {
    let port = free_port();
    let made = crate::certificates::certificates();
    let config_text = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 300ms\n    timeout server 5s\n    timeout connect 1s\nfrontend f\n    bind 127.0.0.1:{port} ssl crt /c/curve.pem\n"
    );
    let _proxy = Proxy::start_with(&[("/c/curve.pem", &made.curve)], &config_text);
    let hello = Sealed::new(port, &config(BOTH)).records();
    for part in [0, 3, hello.len() / 2, hello.len()] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(&hello[..part]).unwrap();
        let mut rest = Vec::new();
        stream.set_read_timeout(Some(crate::support::WAIT)).unwrap();
        stream.read_to_end(&mut rest).expect("it is closed");
        assert_eq!(rest.is_empty(), part < hello.len(), "{part}");
    }
    // Killed in the middle.
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(&hello).unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    Sealed::connect(port, &config(BOTH));
}
