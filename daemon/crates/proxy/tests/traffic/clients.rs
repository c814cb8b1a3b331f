//! What clients do.

use super::support::Client;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub fn ask(port: u16, path: &str) {
    let mut client = Client::connect(port);
    client.send(format!(
        "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    ));
    client.rest();
}

pub fn asks(port: u16) {
    ask(port, "/one");
    ask(port, "/two");
}

pub fn kept(port: u16) {
    let mut client = Client::connect(port);
    for path in ["/a", "/b?x=1", "/c"] {
        client.get(path);
    }
    client
        .send("POST /d HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        .response();
}

pub fn statuses(port: u16) {
    let mut client = Client::connect(port);
    for status in [200, 204, 301, 304, 404, 500, 503] {
        client.get(&format!("/status/{status}"));
    }
}

pub fn some_denied(port: u16) {
    ask(port, "/no");
    ask(port, "/yes");
}

pub fn junk(port: u16) {
    Client::connect(port).send("JUNK\r\n\r\n").rest();
}

pub fn nothing(port: u16) {
    drop(Client::connect(port));
    let half = TcpStream::connect(("127.0.0.1", port)).unwrap();
    (&half).write_all(b"GET / HT").unwrap();
    drop(half);
}

pub fn late(port: u16) {
    // The client never ends its head.
    Client::connect(port).send("GET / HTTP/1.1\r\n").rest();
}

pub fn leaves(port: u16) {
    let mut client = Client::connect(port);
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(30));
}

pub fn leaves_in_body(port: u16) {
    let mut client = Client::connect(port);
    client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut some = [0; 1000];
    client.0.read_exact(&mut some).unwrap();
}

pub fn leaves_in_request(port: u16) {
    let mut client = Client::connect(port);
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
    std::thread::sleep(Duration::from_millis(30));
}

pub fn two_clients(port: u16) {
    let (mut one, mut two) = (Client::connect(port), Client::connect(port));
    for _ in 0..2 {
        one.get("/a");
        two.get("/b");
    }
}

pub fn with_cookie(port: u16) {
    ask(port, "/a");
    for _ in 0..2 {
        let mut client = Client::connect(port);
        client.send("GET /a HTTP/1.1\r\nHost: a\r\nCookie: S=two\r\nConnection: close\r\n\r\n");
        client.rest();
    }
}

pub fn lines(port: u16) {
    let mut client = Client::connect(port);
    client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client.rest();
}

pub fn crowd(port: u16) {
    let all: Vec<Client> = (0..3)
        .map(|_| {
            let mut client = Client::connect(port);
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            client
        })
        .collect();
    for mut client in all {
        client.rest();
    }
}

pub fn hints(port: u16) {
    let mut client = Client::connect(port);
    client.send("GET /early HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client.rest();
}
