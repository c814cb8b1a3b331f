//! Callers that mean no good: they are told so, and nobody else notices.

use super::support::Proxy;
use super::{House, Town, agree};
use std::io::{Read, Write};
use std::net::TcpStream;

/// A call with this greeting, and the status that answers it.
fn greet(port: u16, hello: &[u8]) -> (TcpStream, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(super::support::WAIT)).unwrap();
    stream.write_all(hello).unwrap();
    let mut answer = vec![0; 4];
    stream.read_exact(&mut answer).unwrap();
    (stream, answer)
}

/// What is answered to a greeting and, if that is welcome, to what is said then.
fn call(port: u16, hello: &[u8], more: &[u8]) -> Vec<u8> {
    let (mut stream, mut answer) = greet(port, hello);
    let _ = stream.write_all(more);
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn strangers_are_refused_and_garbage_ends_a_session() {
    let town = Town::new();
    let (a, b) = (House::new("a"), House::new("b"));
    let table = "backend limit\n    stick-table type string size 1k peers pair store gpc0\n";
    let _first = Proxy::start(&town.config(&a, "", table));
    let refused: [(&[u8], &[u8]); 4] = [
        (b"GET / HTTP/1.1\r\n\r\n", b"501\n"),
        (b"HAProxyS 3.0\na\nb 1 1\n", b"502\n"),
        (b"HAProxyS 2.1\nx\nb 1 1\n", b"503\n"),
        (b"HAProxyS 2.1\na\nx 1 1\n", b"504\n"),
    ];
    for (hello, status) in refused {
        assert_eq!(call(town.a, hello, b""), status);
    }
    // Entries of a table that claims to be ours, with keys and names of any length, then nonsense.
    let hello: &[u8] = b"HAProxyS 2.1\na\nb 1 1\n";
    let definition: &[u8] = b"\x0a\x82\x0c\x01\x05limit\x06\xf0\x01\x04\x00";
    let entry: &[u8] = b"\x0a\x80\x08\x00\x00\x00\x01\x02/x\x05";
    for (messages, end) in [
        (
            [definition, entry].concat(),
            &b"\x0a\x80\xff\xff\xff\xff\x0f"[..],
        ),
        (definition.to_vec(), b"\x0a\x80\x06\x00\x00\x00\x01\x7f/"),
        (entry.to_vec(), b"\x63\x63"),
    ] {
        let answer = call(town.a, hello, &[&messages, end].concat());
        assert!(answer.starts_with(b"200\n"), "{answer:?}");
        assert!(
            answer.ends_with(b"\x01\x00") || answer.ends_with(b"\x01\x01"),
            "{answer:?}"
        );
    }
    assert_eq!(a.table("limit"), ["key=/x gpc0=5"]);
    // More that say nothing than there is room for.
    let silent: Vec<TcpStream> = (0..40)
        .map(|_| TcpStream::connect(("127.0.0.1", town.a)).unwrap())
        .collect();
    let _second = Proxy::start(&town.config(&b, "", table));
    a.ask("set table limit key mine data.gpc0 3");
    agree(&a, &b, "limit", |lines| lines.len() == 2);
    drop(silent);
}

#[test]
fn one_that_talks_without_end_keeps_nobody_waiting() {
    let town = Town::new();
    let a = House::new("a");
    let table = "backend limit\n    stick-table type string size 1k peers pair store gpc0\n";
    let first = Proxy::start(&town.config(&a, "", table));
    let (mut stream, answer) = greet(town.a, b"HAProxyS 2.1\na\nb 1 1\n");
    assert_eq!(answer, b"200\n");
    let talk = std::thread::spawn(move || {
        let beats = b"\x00\x04".repeat(256 << 10);
        while stream.write_all(&beats).is_ok() {}
    });
    for _ in 0..20 {
        let shown = a.ask("show peers");
        assert!(shown.contains("id=b(remote,active)"), "{shown}");
    }
    drop(first);
    talk.join().unwrap();
}
