//! Long bodies through sessions on either side, also past readers that take their time.

use crate::clients::patient;
use crate::sealed::{BOTH, Sealed, config};
use crate::servers::{Server, before};
use crate::support::{Client, Origin, content_length, free_port, read_head};
use std::io::{Read, Write};
use std::time::Duration;

/// Seconds that sealing and comparing megabytes never take, however busy the machine is: nobody says a
/// word meanwhile.
const LONG: u32 = 60;
const PATIENT: &str = "    timeout client 60s\n    timeout server 60s\n";

/// Bytes that repeat nowhere near.
pub fn pattern(size: usize) -> Vec<u8> {
    let mut x = 0x9e37_79b9_u32;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        x.to_le_bytes()[0]
    };
    (0..size).map(|_| next()).collect()
}

/// Takes a body and answers with the same bytes: whoever gets them as it sent them knows of both ways.
fn mirror() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let mut body = vec![0; content_length(&head)];
            stream.read_exact(&mut body).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            if stream.write_all(head.as_bytes()).is_err() || stream.write_all(&body).is_err() {
                return;
            }
        }
    })
}

#[test]
fn long_bodies_go_both_ways_past_a_slow_reader() {
    let (port, origin) = (free_port(), mirror());
    let _proxy = patient(port, origin.port, LONG);
    let body = pattern(11 << 20);
    let mut client = Sealed::connect(port, &config(BOTH));
    for round in 0..2 {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        client.say(head.as_bytes());
        client.say(&body);
        let head = read_head(&mut client).expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let mut got = vec![0; content_length(&head)];
        for (n, piece) in got.chunks_mut(1 << 20).enumerate() {
            if round == 0 && n < 5 {
                std::thread::sleep(Duration::from_millis(20));
            }
            client.read_exact(piece).unwrap();
        }
        assert!(got == body, "round {round}: the same bytes came back");
    }
}

#[test]
fn long_bodies_come_from_servers_over_tls_to_slow_readers() {
    let Some(nginx) = Server::nginx("") else {
        return;
    };
    let (port, _proxy) = before(
        &format!("127.0.0.1:{} ssl verify none", nginx.port),
        PATIENT,
    );
    let mut client = Client::connect(port);
    let whole = pattern(12 << 20);
    for _ in 0..2 {
        client.send("GET /long HTTP/1.1\r\nHost: h\r\n\r\n");
        std::thread::sleep(Duration::from_millis(100));
        let (_, body) = client.response();
        assert!(body == whole, "the body arrives whole");
    }
}

#[test]
fn bodies_go_to_servers_over_tls() {
    // OpenSSL's server echoes a page; what counts is that it has read the whole request.
    let (inner, origin) = (free_port(), mirror());
    let _inner = patient(inner, origin.port, LONG);
    let line = format!("127.0.0.1:{inner} ssl verify required ca-file /c/ca.pem");
    let (port, _outer) = before(&line, PATIENT);
    let body = pattern(10 << 20);
    let mut client = Client::connect(port);
    for size in [1, 16_000, 70_000, body.len()] {
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n"
        ));
        client.send(&body[..size]);
        let (head, got) = client.response();
        assert!(head.starts_with("HTTP/1.1 200"), "{size}: {head}");
        assert!(got == body[..size], "{size}");
    }
}
