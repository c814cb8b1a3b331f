//! One request after the other, so that every run makes the proxy do the same steps.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Sat, 21 Nov 2026 01:23:00 GMT\r\n\
    Content-Type: text/plain\r\nContent-Length: 16\r\nETag: \"6b00f268-400\"\r\n\r\n0123456789abcdef";

/// Answers every request, and never closes first. Ends with the test program.
pub fn origin() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || {
                while read_until(&mut stream, |bytes| bytes.ends_with(b"\r\n\r\n")) {
                    if stream.write_all(REPLY).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Sends so many requests on one connection.
pub fn kept(proxy: SocketAddr, request: &str, count: usize) {
    let mut stream = connect(proxy);
    for _ in 0..count {
        ask(&mut stream, request);
    }
}

/// A connection for each request; the proxy closes it.
pub fn each(proxy: SocketAddr, request: &str, count: usize) {
    for _ in 0..count {
        let mut stream = connect(proxy);
        ask(&mut stream, request);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty(), "bytes after the answer: {rest:?}");
    }
}

fn connect(proxy: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(proxy).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn ask(stream: &mut TcpStream, request: &str) {
    stream.write_all(request.as_bytes()).unwrap();
    let complete = |bytes: &[u8]| bytes.ends_with(b"0123456789abcdef");
    assert!(read_until(stream, complete), "the proxy closed too early");
}

fn read_until(stream: &mut TcpStream, complete: impl Fn(&[u8]) -> bool) -> bool {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while !complete(&bytes) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return false,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
    true
}
