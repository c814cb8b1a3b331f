//! The JSON preset: one object a line, every field of the traffic log as a typed member.
//!
//! Members keep their order and are all there in every line, `null` where there is nothing to
//! say, so that a reader needs no schema per line.

use crate::format::push_host;
use crate::number::push;
use crate::record::{Counts, Endpoint, HttpRecord, Queues, TcpRecord, Termination, Timer};
use crate::time::Clock;

/// Writes members one after the other.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    fn key(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    fn number(&mut self, name: &str, value: u64) {
        push(self.key(name), value);
    }

    fn timer(&mut self, name: &str, timer: Timer) {
        let out = self.key(name);
        match timer.0 {
            Some(value) => push(out, value),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn truth(&mut self, name: &str, value: bool) {
        let text: &[u8] = if value { b"true" } else { b"false" };
        self.key(name).extend_from_slice(text);
    }

    fn text(&mut self, name: &str, text: Option<&[u8]>) {
        let out = self.key(name);
        match text {
            Some(text) => push_string(out, text),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn list(&mut self, name: &str, texts: &[&[u8]]) {
        self.key(name).push(b'[');
        for (at, text) in texts.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            push_string(self.out, text);
        }
        self.out.push(b']');
    }

    fn close(self) {
        self.out.push(b'}');
    }
}

/// A string in quotes (RFC 8259 section 7): quotes, backslashes and control characters are
/// escaped, and what is not UTF-8 becomes U+FFFD.
pub fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        for &byte in chunk.valid().as_bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\t' => out.extend_from_slice(b"\\t"),
                0..32 | 127 => {
                    let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                    out.extend_from_slice(b"\\u00");
                    out.extend_from_slice(&digits);
                }
                _ => out.push(byte),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

/// A request. `room`: an object that would be longer loses the request line's end, then the
/// captures, and says `"truncated":true`.
pub fn write_http_json(out: &mut Vec<u8>, clock: &mut Clock, r: &HttpRecord<'_>, room: usize) {
    let start = out.len();
    http(out, clock, r, r.request_line, false);
    let length = out.len() - start;
    if length <= room {
        return;
    }
    out.truncate(start);
    let bare = HttpRecord {
        request_headers: &[],
        response_headers: &[],
        captured_request_cookie: None,
        captured_response_cookie: None,
        ..*r
    };
    // A byte takes six in the worst case.
    let line = r.request_line.unwrap_or_default();
    for (record, keep) in [
        (r, line.len() / 2),
        (r, line.len() / 12),
        (&bare, line.len()),
        (&bare, 0),
    ] {
        let line = r.request_line.map(|line| &line[..keep.min(line.len())]);
        http(out, clock, record, line, true);
        if out.len() - start <= room {
            return;
        }
        out.truncate(start);
    }
    http(out, clock, &bare, None, true);
}

fn http(
    out: &mut Vec<u8>,
    clock: &mut Clock,
    r: &HttpRecord<'_>,
    line: Option<&[u8]>,
    truncated: bool,
) {
    let mut object = Object::open(out);
    head(&mut object, clock, r.client, r.request_time_ms, "http");
    route(&mut object, r.frontend, r.tls, r.backend, r.server);
    object.timer("request_ms", r.request);
    object.timer("queue_ms", r.wait);
    object.timer("connect_ms", r.connect);
    object.timer("response_ms", r.response);
    object.number("active_ms", r.active);
    object.truth("early", r.early);
    object.timer("status", Timer(u64::try_from(r.status).ok()));
    object.number("bytes", r.bytes);
    object.text("request_cookie", r.captured_request_cookie);
    object.text("response_cookie", r.captured_response_cookie);
    let Termination { cause, state } = r.termination;
    object.text(
        "termination",
        Some(&[cause, state, r.cookies.client, r.cookies.server]),
    );
    load(&mut object, r.counts, r.queues);
    object.list("request_headers", r.request_headers);
    object.list("response_headers", r.response_headers);
    object.text("request", line);
    if truncated {
        object.truth("truncated", true);
    }
    object.close();
}

/// A connection in tcp mode.
pub fn write_tcp_json(out: &mut Vec<u8>, clock: &mut Clock, r: &TcpRecord<'_>) {
    let mut object = Object::open(out);
    head(&mut object, clock, r.client, r.accept_time_ms, "tcp");
    route(&mut object, r.frontend, r.tls, r.backend, r.server);
    object.timer("queue_ms", r.wait);
    object.timer("connect_ms", r.connect);
    object.number("total_ms", r.total);
    object.truth("early", r.early);
    object.number("bytes", r.bytes);
    let Termination { cause, state } = r.termination;
    object.text("termination", Some(&[cause, state]));
    load(&mut object, r.counts, r.queues);
    object.close();
}

/// A connection that ended before anything was asked.
pub fn write_refused_json(
    out: &mut Vec<u8>,
    clock: &mut Clock,
    client: Endpoint,
    unix_ms: i64,
    place: &str,
    why: &str,
) {
    let mut object = Object::open(out);
    head(&mut object, clock, client, unix_ms, "refused");
    object.text("listener", Some(place.as_bytes()));
    object.text("reason", Some(why.as_bytes()));
    object.close();
}

/// A change of state, a check's result: what has no client.
pub fn write_event_json(
    out: &mut Vec<u8>,
    clock: &mut Clock,
    unix_ms: i64,
    section: &str,
    text: &str,
) {
    let mut object = Object::open(out);
    time(&mut object, clock, unix_ms);
    object.text("type", Some(b"event"));
    object.text("section", Some(section.as_bytes()));
    object.text("message", Some(text.as_bytes()));
    object.close();
}

fn time(object: &mut Object<'_>, clock: &mut Clock, unix_ms: i64) {
    let out = object.key("time");
    out.push(b'"');
    clock.push_iso(out, unix_ms);
    out.push(b'"');
}

fn head(object: &mut Object<'_>, clock: &mut Clock, client: Endpoint, unix_ms: i64, kind: &str) {
    time(object, clock, unix_ms);
    object.text("type", Some(kind.as_bytes()));
    let out = object.key("client_address");
    out.push(b'"');
    push_host(out, client);
    out.push(b'"');
    object.number("client_port", client.port());
}

fn route(object: &mut Object<'_>, frontend: &str, tls: bool, backend: &str, server: Option<&str>) {
    object.text("frontend", Some(frontend.as_bytes()));
    object.truth("tls", tls);
    object.text("backend", Some(backend.as_bytes()));
    object.text("server", server.map(str::as_bytes));
}

fn load(object: &mut Object<'_>, counts: Counts, queues: Queues) {
    object.number("process_connections", counts.process);
    object.number("frontend_connections", counts.frontend);
    object.number("backend_connections", counts.backend);
    object.number("server_connections", counts.server);
    object.number("retries", counts.retries);
    object.truth("redispatched", counts.redispatched);
    object.number("server_queue", queues.server);
    object.number("backend_queue", queues.backend);
}

#[cfg(test)]
#[path = "json_test.rs"]
mod tests;
