//! An origin that does what the path tells it to, try by try.

use super::{Origin, content_length, read_head};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

/// `/NAME/WORD-WORD-…/KEY`: each request for the same path does the next word, the last one again
/// and again: a status; `close`, `reset`, `junk`, `part` (of a head), `silent`.
pub fn start() -> Origin {
    let tries: Mutex<HashMap<String, usize>> = Mutex::default();
    Origin::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let mut body = vec![0; content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let path = head.split(' ').nth(1).unwrap_or("").to_owned();
            let words: Vec<&str> = path.split('/').nth(2).unwrap_or("").split('-').collect();
            let nth = {
                let mut tries = tries.lock().unwrap();
                let count = tries.entry(path.clone()).or_default();
                *count += 1;
                *count - 1
            };
            if !act(&mut stream, words[nth.min(words.len() - 1)], nth, &body) {
                return;
            }
        }
    })
}

/// False when the connection ends.
fn act(stream: &mut TcpStream, word: &str, nth: usize, body: &[u8]) -> bool {
    match word {
        "close" => false,
        "reset" => {
            let _ = sys::tcp::set_reset_on_close(&*stream);
            false
        }
        "junk" => {
            let _ = stream.write_all(b"nonsense here\r\n\r\n");
            false
        }
        "part" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Le");
            false
        }
        "silent" => {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(3)));
            let _ = stream.read(&mut [0]);
            false
        }
        status => {
            let text = format!("try {nth} got {}", String::from_utf8_lossy(body));
            let head = format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            );
            stream.write_all(head.as_bytes()).is_ok()
        }
    }
}
