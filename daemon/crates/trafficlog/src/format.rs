//! The log formats of the manual (8.2.1 default, 8.2.2 TCP, 8.2.3 HTTP, and the CLF variant).

mod clf;

pub use clf::write_clf;

use std::io::Write as _;
use std::net::IpAddr;

use crate::escape::{push_captured, push_text};
use crate::number::push;
use crate::record::{ConnectRecord, Counts, Endpoint, HttpRecord, Queues, TcpRecord, Timer};
use crate::time::Clock;

/// `Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/HTTP)`, `Connect to unix:1 (www/HTTP)`
pub fn write_connect(out: &mut Vec<u8>, record: &ConnectRecord<'_>) {
    out.extend_from_slice(b"Connect ");
    if matches!(record.client, Endpoint::Tcp(_)) {
        out.extend_from_slice(b"from ");
        push_address(out, record.client, b":");
        out.push(b' ');
    }
    out.extend_from_slice(b"to ");
    push_address(out, record.destination, b":");
    out.extend_from_slice(b" (");
    push_text(out, record.frontend.as_bytes());
    out.push(b'/');
    out.extend_from_slice(record.mode.as_bytes());
    out.push(b')');
}

/// `%ci:%cp [%t] %f/%bi: WHY`: a connection that ended before anything was asked.
pub fn write_refused(
    out: &mut Vec<u8>,
    clock: &mut Clock,
    client: Endpoint,
    unix_ms: i64,
    place: &str,
    why: &str,
) {
    push_address(out, client, b":");
    out.extend_from_slice(b" [");
    clock.push_traffic(out, unix_ms);
    out.extend_from_slice(b"] ");
    push_text(out, place.as_bytes());
    out.extend_from_slice(b": ");
    push_text(out, why.as_bytes());
}

/// `%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq`
pub fn write_tcp(out: &mut Vec<u8>, clock: &mut Clock, record: &TcpRecord<'_>) {
    push_address(out, record.client, b":");
    out.extend_from_slice(b" [");
    clock.push_traffic(out, record.accept_time_ms);
    out.extend_from_slice(b"] ");
    push_route(
        out,
        record.frontend,
        record.tls,
        record.backend,
        record.server,
    );
    out.push(b' ');
    push_timers(out, &[record.wait, record.connect]);
    push_early(out, record.early, record.total);
    out.push(b' ');
    push_early(out, record.early, record.bytes);
    out.push(b' ');
    out.extend_from_slice(&[record.termination.cause, record.termination.state, b' ']);
    push_counts(out, &record.counts, record.queues);
}

/// `%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq
/// %hr %hs %{+Q}r`
pub fn write_http(out: &mut Vec<u8>, clock: &mut Clock, record: &HttpRecord<'_>) {
    push_address(out, record.client, b":");
    out.extend_from_slice(b" [");
    clock.push_traffic(out, record.request_time_ms);
    out.extend_from_slice(b"] ");
    push_route(
        out,
        record.frontend,
        record.tls,
        record.backend,
        record.server,
    );
    out.push(b' ');
    push_timers(
        out,
        &[record.request, record.wait, record.connect, record.response],
    );
    push_early(out, record.early, record.active);
    out.push(b' ');
    push_status(out, record.status);
    out.push(b' ');
    push_early(out, record.early, record.bytes);
    push_cookies_and_state(out, record);
    push_counts(out, &record.counts, record.queues);
    push_headers(out, record.request_headers);
    push_headers(out, record.response_headers);
    out.extend_from_slice(b" \"");
    push_text(out, record.request_line.unwrap_or(b"<BADREQ>"));
    out.push(b'"');
}

fn push_address(out: &mut Vec<u8>, end: Endpoint, separator: &[u8]) {
    push_host(out, end);
    out.extend_from_slice(separator);
    push(out, end.port());
}

pub(crate) fn push_host(out: &mut Vec<u8>, end: Endpoint) {
    match end {
        Endpoint::Tcp(address) => push_ip(out, address.ip()),
        Endpoint::Unix(_) => out.extend_from_slice(b"unix"),
    }
}

/// An IPv4 client of a dual-stack socket is shown as the IPv4 client it is.
fn push_ip(out: &mut Vec<u8>, ip: IpAddr) {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            for (at, octet) in ip.octets().into_iter().enumerate() {
                if at > 0 {
                    out.push(b'.');
                }
                push(out, octet.into());
            }
        }
        IpAddr::V6(ip) => {
            // Writing to a Vec cannot fail.
            let _ = write!(out, "{ip}");
        }
    }
}

fn push_route(out: &mut Vec<u8>, frontend: &str, tls: bool, backend: &str, server: Option<&str>) {
    push_text(out, frontend.as_bytes());
    if tls {
        out.push(b'~');
    }
    out.push(b' ');
    push_text(out, backend.as_bytes());
    out.push(b'/');
    push_text(out, server.unwrap_or("<NOSRV>").as_bytes());
}

fn push_timers(out: &mut Vec<u8>, timers: &[Timer]) {
    for timer in timers {
        push_timer(out, *timer);
        out.push(b'/');
    }
}

fn push_timer(out: &mut Vec<u8>, timer: Timer) {
    match timer.0 {
        Some(value) => push(out, value),
        None => out.extend_from_slice(b"-1"),
    }
}

fn push_early(out: &mut Vec<u8>, early: bool, value: u64) {
    if early {
        out.push(b'+');
    }
    push(out, value);
}

fn push_status(out: &mut Vec<u8>, status: i32) {
    match u64::try_from(status) {
        Ok(status) => push(out, status),
        Err(_) => out.extend_from_slice(b"-1"),
    }
}

fn push_cookies_and_state(out: &mut Vec<u8>, record: &HttpRecord<'_>) {
    for cookie in [
        record.captured_request_cookie,
        record.captured_response_cookie,
    ] {
        out.push(b' ');
        push_text(out, cookie.unwrap_or(b"-"));
    }
    out.push(b' ');
    out.extend_from_slice(&[
        record.termination.cause,
        record.termination.state,
        record.cookies.client,
        record.cookies.server,
        b' ',
    ]);
}

fn push_counts(out: &mut Vec<u8>, counts: &Counts, queues: Queues) {
    for value in [
        counts.process,
        counts.frontend,
        counts.backend,
        counts.server,
    ] {
        push(out, value);
        out.push(b'/');
    }
    push_retries(out, counts.retries, counts.redispatched);
    out.push(b' ');
    push(out, queues.server);
    out.push(b'/');
    push(out, queues.backend);
}

fn push_retries(out: &mut Vec<u8>, retries: u64, redispatched: bool) {
    if redispatched {
        out.push(b'+');
    }
    push(out, retries);
}

/// ` {first|second}`, and nothing when none are declared.
fn push_headers(out: &mut Vec<u8>, headers: &[&[u8]]) {
    if headers.is_empty() {
        return;
    }
    out.extend_from_slice(b" {");
    for (at, header) in headers.iter().enumerate() {
        if at > 0 {
            out.push(b'|');
        }
        push_captured(out, header);
    }
    out.push(b'}');
}

#[cfg(test)]
#[path = "format_test.rs"]
mod tests;
