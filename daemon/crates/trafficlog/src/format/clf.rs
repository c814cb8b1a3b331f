//! `option httplog clf`.

use super::{push_early, push_host, push_retries, push_status, push_timer};
use crate::escape::{push_captured, push_text};
use crate::number::push;
use crate::record::{Counts, HttpRecord};
use crate::time::Clock;

/// `%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc
/// %bc %sc %rc %sq %bq %CC %CS %hrl %hsl` (`option httplog clf`)
pub fn write_clf(out: &mut Vec<u8>, clock: &mut Clock, record: &HttpRecord<'_>) {
    push_host(out, record.client);
    out.extend_from_slice(b" - - [");
    clock.push_clf(out, record.request_time_ms);
    out.extend_from_slice(b"] \"");
    push_text(out, record.request_line.unwrap_or(b"<BADREQ>"));
    out.extend_from_slice(b"\" ");
    push_status(out, record.status);
    out.push(b' ');
    push_early(out, record.early, record.bytes);
    out.extend_from_slice(b" \"\" \"\" ");
    push(out, record.client.port());
    out.push(b' ');
    crate::number::push_padded(
        out,
        record.request_time_ms.rem_euclid(1000).cast_unsigned(),
        3,
    );
    let tls = if record.tls { "~" } else { "" };
    for (name, mark) in [
        (record.frontend, tls),
        (record.backend, ""),
        (record.server.unwrap_or("<NOSRV>"), ""),
    ] {
        out.extend_from_slice(b" \"");
        push_text(out, name.as_bytes());
        out.extend_from_slice(mark.as_bytes());
        out.push(b'"');
    }
    for timer in [record.request, record.wait, record.connect, record.response] {
        out.push(b' ');
        push_timer(out, timer);
    }
    out.push(b' ');
    push_early(out, record.early, record.active);
    let state = [record.termination.cause, record.termination.state];
    let cookies = [record.cookies.client, record.cookies.server];
    out.push(b' ');
    out.extend_from_slice(&state);
    out.extend_from_slice(&cookies);
    let Counts {
        process,
        frontend,
        backend,
        server,
        retries,
        ..
    } = record.counts;
    for value in [process, frontend, backend, server] {
        out.push(b' ');
        push(out, value);
    }
    out.push(b' ');
    push_retries(out, retries, record.counts.redispatched);
    for value in [record.queues.server, record.queues.backend] {
        out.push(b' ');
        push(out, value);
    }
    for cookie in [
        record.captured_request_cookie,
        record.captured_response_cookie,
    ] {
        out.extend_from_slice(b" \"");
        push_text(out, cookie.unwrap_or_default());
        out.push(b'"');
    }
    out.push(b' ');
    push_list(out, record.request_headers);
    if !record.request_headers.is_empty() {
        out.push(b' ');
    }
    push_list(out, record.response_headers);
}

/// Captured headers as quoted words.
fn push_list(out: &mut Vec<u8>, headers: &[&[u8]]) {
    for (at, header) in headers.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b" \"" } else { b"\"" });
        push_captured(out, header);
        out.push(b'"');
    }
}
