//! An origin that reads what it gets more strictly than RFC 9112 asks for, by a parser of its own,
//! and notes every byte that is out of place.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Default)]
struct Seen {
    requests: usize,
    /// Those requests as they came, where somebody wants them.
    kept: Option<Vec<Vec<u8>>>,
    violations: Vec<String>,
}

pub struct Recorder {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Recorder {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, seen) = (stream.unwrap(), shared.clone());
                std::thread::spawn(move || serve(stream, &seen));
            }
        });
        Self { port, seen }
    }

    /// The whole requests that came since the last time this was asked.
    pub fn take(&self) -> Vec<Vec<u8>> {
        let mut seen = self.seen.lock().unwrap();
        seen.kept.replace(Vec::new()).unwrap_or_default()
    }

    /// How many whole requests came, and what was wrong with any.
    pub fn seen(&self) -> (usize, Vec<String>) {
        let seen = self.seen.lock().unwrap();
        (seen.requests, seen.violations.clone())
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Seen>) {
    // What is not whole by then was given up by its client.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut bytes = Vec::new();
    loop {
        match whole(&bytes) {
            Ok(Some((length, closes))) => {
                {
                    let mut seen = seen.lock().unwrap();
                    seen.requests += 1;
                    if let Some(kept) = &mut seen.kept {
                        kept.push(bytes[..length].to_vec());
                    }
                }
                let tunnel = bytes.starts_with(b"CONNECT ");
                let answer: &[u8] = if tunnel {
                    b"HTTP/1.1 405 No tunnel\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                } else if bytes.starts_with(b"HEAD ") {
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                } else {
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                };
                bytes.drain(..length);
                if stream.write_all(answer).is_err() || closes || tunnel {
                    return;
                }
            }
            Ok(None) => {
                let mut buffer = [0; 8192];
                match stream.read(&mut buffer) {
                    // Bytes that cannot become a request were no part of one before either.
                    Ok(0) if find(&bytes, b"\r\n\r\n").is_none() && !bytes.is_empty() => {
                        note(seen, "no request", &bytes);
                        return;
                    }
                    Ok(0) | Err(_) => return,
                    Ok(n) => bytes.extend_from_slice(&buffer[..n]),
                }
            }
            Err(why) => {
                note(seen, &why, &bytes);
                return;
            }
        }
    }
}

fn note(seen: &Mutex<Seen>, why: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut seen = seen.lock().unwrap();
    seen.violations.push(format!("{why}: {text:?}"));
}

/// The length of the first request when it is whole, and whether it is the connection's last.
fn whole(bytes: &[u8]) -> Result<Option<(usize, bool)>, String> {
    let Some(end) = find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let mut lines = lines(&bytes[..end])?.into_iter();
    request_line(lines.next().unwrap_or(b""))?;
    let (mut length, mut chunked, mut closes) = (None, false, false);
    for line in lines {
        let (name, value) = field(line)?;
        match name.as_str() {
            "content-length" if length.is_some() => return Err("two lengths".into()),
            "content-length" => length = Some(decimal(&value)?),
            "transfer-encoding" if chunked || value != "chunked" => {
                return Err(format!("transfer coding {value:?}"));
            }
            "transfer-encoding" => chunked = true,
            "connection" => closes |= value.to_ascii_lowercase().contains("close"),
            _ => {}
        }
    }
    let body = end + 4;
    let length = match (length, chunked) {
        (Some(_), true) => return Err("a length and chunks".into()),
        (None, false) => Some(0),
        (Some(length), false) => (bytes.len() - body >= length).then_some(length),
        (None, true) => chunks(&bytes[body..])?,
    };
    Ok(length.map(|length| (body + length, closes)))
}

/// The lines of a head without its last CRLF; no line ends without a CR.
fn lines(head: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut parts: Vec<&[u8]> = head.split(|b| *b == b'\n').collect();
    let last = parts.pop().unwrap_or(b"");
    let mut lines = Vec::new();
    for part in parts {
        lines.push(part.strip_suffix(b"\r").ok_or("a line ends without CR")?);
    }
    lines.push(last);
    Ok(lines)
}

fn request_line(line: &[u8]) -> Result<(), String> {
    let words: Vec<&[u8]> = line.split(|b| *b == b' ').collect();
    let [method, target, version] = words[..] else {
        return Err("not three words in the first line".into());
    };
    let good = is_token(method)
        && !target.is_empty()
        && target.iter().all(|b| (b'!'..=b'~').contains(b))
        && matches!(version, b"HTTP/1.1" | b"HTTP/1.0");
    good.then_some(()).ok_or("bad first line".to_owned())
}

fn field(line: &[u8]) -> Result<(String, String), String> {
    let colon = line.iter().position(|b| *b == b':');
    let colon = colon.ok_or("a line without a colon")?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if !is_token(name) {
        return Err("a bad name".into());
    }
    if value.iter().any(|b| matches!(b, 0 | b'\r' | b'\n')) {
        return Err("a bad byte in a value".into());
    }
    let text = |bytes| {
        String::from_utf8_lossy(bytes)
            .trim_matches([' ', '\t'])
            .to_owned()
    };
    Ok((text(name).to_ascii_lowercase(), text(value)))
}

fn is_token(bytes: &[u8]) -> bool {
    let good = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b);
    !bytes.is_empty() && bytes.iter().all(good)
}

fn decimal(value: &str) -> Result<usize, String> {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| value.parse().ok()).flatten();
    number.ok_or(format!("length {value:?}"))
}

/// The length of a chunked body when it is whole.
fn chunks(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut at = 0;
    loop {
        let Some(end) = find(&bytes[at..], b"\r\n") else {
            let line = &bytes[at..];
            let digits = line.strip_suffix(b"\r").unwrap_or(line);
            let good = digits.len() <= 16 && digits.iter().all(u8::is_ascii_hexdigit);
            return good.then_some(None).ok_or("a bad chunk size".into());
        };
        let digits = std::str::from_utf8(&bytes[at..at + end]).unwrap_or("?");
        let good = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let size = good
            .then(|| usize::from_str_radix(digits, 16).ok())
            .flatten();
        let size = size.ok_or(format!("chunk size {digits:?}"))?;
        at += end + 2;
        if size == 0 {
            return trailers(&bytes[at..]).map(|length| length.map(|length| at + length));
        }
        if bytes.len() < at + size + 2 {
            return Ok(None);
        }
        if bytes[at + size..][..2] != *b"\r\n" {
            return Err("a chunk does not end where it says".into());
        }
        at += size + 2;
    }
}

fn trailers(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut at = 0;
    while let Some(end) = find(&bytes[at..], b"\r\n") {
        let line = &bytes[at..at + end];
        at += end + 2;
        if line.is_empty() {
            return Ok(Some(at));
        }
        let (name, _) = field(line)?;
        if matches!(
            name.as_str(),
            "content-length" | "transfer-encoding" | "host"
        ) {
            return Err(format!("trailer {name}"));
        }
    }
    Ok(None)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
