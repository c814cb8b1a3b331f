//! Where connections to servers come from, beside haproxy: `source` with ranges of ports,
//! `usesrc`, `interface`.

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use support::{Beside, Origin, read_head};

/// Words behind the server's address.
const CASES: &[&str] = &[
    "",
    "source 127.0.0.9",
    "source 127.0.0.9:31500-31503",
    "source 127.0.0.9 interface lo",
    "source 0.0.0.0 usesrc 127.0.0.7",
    "source 127.0.0.9 usesrc clientip",
    "source 127.0.0.9 usesrc hdr_ip(x-client)",
    "source 127.0.0.9 usesrc hdr_ip(x-client,1)",
    "source 127.0.0.9 usesrc hdr_ip(x-none)",
    "source 127.0.0.9 tcp-ut 5s",
];

/// Asks from 127.0.0.5; the address that the server saw.
fn seen(port: u16, path: &str) -> String {
    let to = sys::tcp::Peer::Tcp(([127, 0, 0, 1], port).into());
    let fd = sys::tcp::connect(&to, Some(([127, 0, 0, 5], 0).into())).unwrap();
    let mut client = TcpStream::from(fd);
    client.set_nonblocking(false).unwrap();
    client.set_read_timeout(Some(support::WAIT)).unwrap();
    write!(client, "GET {path} HTTP/1.1\r\nHost: h\r\nX-Client: 127.0.0.21, 127.0.0.22\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    text.rsplit("\r\n").next().unwrap_or("").to_owned()
}

#[test]
fn connections_come_from_where_they_do_with_haproxy() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: foreign source addresses need root");
        return;
    }
    let origin = Origin::start(|mut stream, _| {
        let peer = stream.peer_addr().unwrap();
        let ranged = (31500..=31503).contains(&peer.port());
        while read_head(&mut stream).is_some() {
            let text = format!("{} {ranged}", peer.ip());
            let length = text.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    let mut text = support::beside::BY_PATH.to_owned();
    for (n, words) in CASES.iter().enumerate() {
        let _ = write!(
            text,
            "backend b{n}\n    server s 127.0.0.1:{} {words}\n",
            origin.port
        );
    }
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for (n, words) in CASES.iter().enumerate() {
        let ask = |port| seen(port, &format!("/b{n}"));
        // Without the header there is nothing to use: the manual says that the connection is made
        // all the same, where haproxy 2.6 answers 500.
        let address = if words.contains("x-none") {
            ask(both.ours.port)
        } else {
            both.agree(words, ask)
        };
        let wanted = match n {
            0 => "127.0.0.1 ",
            4 => "127.0.0.7 ",
            5 => "127.0.0.5 ",
            6 => "127.0.0.22 ",
            7 => "127.0.0.21 ",
            _ => "127.0.0.9 ",
        };
        assert!(address.starts_with(wanted), "{words}: {address}");
        assert_eq!(address.ends_with("true"), n == 2, "{words}: {address}");
    }
}
