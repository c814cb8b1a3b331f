//! A client that speaks raw HTTP.

use super::{WAIT, content_length, read_head};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A client's connection.
pub struct Client(pub TcpStream);

impl Client {
    pub fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        Self(stream)
    }

    pub fn send(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        self.0.write_all(text.as_ref()).unwrap();
        self
    }

    /// The next response: head and body (by Content-Length or chunks, decoded).
    pub fn response(&mut self) -> (String, Vec<u8>) {
        let head = read_head(&mut self.0).expect("a response");
        if head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
        {
            let body = self.chunks();
            return (head, body);
        }
        let mut body = vec![0; content_length(&head)];
        self.0.read_exact(&mut body).unwrap();
        (head, body)
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let mut line = Vec::new();
            let mut byte = [0];
            while !line.ends_with(b"\r\n") {
                self.0.read_exact(&mut byte).unwrap();
                line.push(byte[0]);
            }
            let size =
                usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim(), 16).unwrap();
            let mut piece = vec![0; size + 2];
            self.0.read_exact(&mut piece).unwrap();
            body.extend_from_slice(&piece[..size]);
            if size == 0 {
                return body;
            }
        }
    }

    pub fn get(&mut self, path: &str) -> (String, Vec<u8>) {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n"))
            .response()
    }

    /// All bytes up to the end of the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        let _ = self.0.read_to_end(&mut all);
        all
    }
}
