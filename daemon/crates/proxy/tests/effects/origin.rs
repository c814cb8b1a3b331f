//! A server that answers with what it saw, in the manner that the request asks for.

use super::support::{Origin, content_length, read_head};
use std::io::{Read, Write};
use std::time::Duration;

/// `X-Reply: STATUS|FIELD|FIELD…` sets status and fields of the answer, `X-Wait: MS` lets it come
/// later.
pub fn start() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let mut body = vec![0; content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            if let Some(ms) = value(&head, "x-wait") {
                std::thread::sleep(Duration::from_millis(ms.parse().unwrap()));
            }
            let mut reply = value(&head, "x-reply").unwrap_or("200").split('|');
            let status = reply.next().unwrap();
            let fields: Vec<&str> = reply.flat_map(|field| [field, "\r\n"]).collect();
            let fields = fields.concat();
            let seen = [head.trim_end().as_bytes(), b"\r\nbody: ", &body].concat();
            let length = match status {
                "204" | "304" => String::new(),
                _ => format!("Content-Length: {}\r\n", seen.len()),
            };
            let mut answer = format!("HTTP/1.1 {status} Said\r\n{length}{fields}\r\n").into_bytes();
            if !length.is_empty() && !head.starts_with("HEAD") {
                answer.extend_from_slice(&seen);
            }
            if stream.write_all(&answer).is_err() {
                return;
            }
        }
    })
}

fn value<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case(wanted).then_some(value)
    })
}
