//! Origin servers that do as they are told.

use super::{content_length, read_head};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An origin server: `serve` gets each connection and its number, in a thread of its own.
pub struct Origin {
    pub port: u16,
    pub connections: Arc<AtomicUsize>,
}

impl Origin {
    pub fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let number = count.fetch_add(1, Ordering::SeqCst);
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream, number));
            }
        });
        Self { port, connections }
    }

    /// Answers each request head with the same bytes, keeping the connection.
    pub fn fixed(answer: &'static [u8]) -> Self {
        Self::start(move |mut stream, _| {
            while read_head(&mut stream).is_some() {
                if stream.write_all(answer).is_err() {
                    return;
                }
            }
        })
    }

    /// Answers with what it received: the head and the body that Content-Length announces.
    pub fn echo() -> Self {
        Self::start(|mut stream, _| {
            while let Some(head) = read_head(&mut stream) {
                let mut body = vec![0; content_length(&head)];
                if stream.read_exact(&mut body).is_err() {
                    return;
                }
                let all = [head.as_bytes(), &body].concat();
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", all.len());
                if stream
                    .write_all(answer.as_bytes())
                    .and_then(|()| stream.write_all(&all))
                    .is_err()
                {
                    return;
                }
            }
        })
    }

    /// Takes requests with bodies and answers with its name.
    pub fn echo_named(name: &'static str) -> Self {
        Self::start(move |mut stream, _| {
            while let Some(head) = read_head(&mut stream) {
                let mut body = vec![0; content_length(&head)];
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}",
                    name.len()
                );
                if stream.read_exact(&mut body).is_err()
                    || stream.write_all(answer.as_bytes()).is_err()
                {
                    return;
                }
            }
        })
    }

    pub fn named(name: &'static str) -> Self {
        Self::start(move |mut stream, _| {
            while read_head(&mut stream).is_some() {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}",
                    name.len()
                );
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        })
    }
}
