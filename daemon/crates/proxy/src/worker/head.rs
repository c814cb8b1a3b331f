//! Heads written again for the other side.

use super::Worker;
use super::conn::Txn;
use crate::plan::{ConnectionMode, ForwardFor};
use crate::rules::Message;
use http1::{Body, Field, Kind, Request, Response, write};
use std::net::SocketAddr;

impl Worker {
    /// Appends the request's head for the server to `txn.request`.
    pub(super) fn write_request(
        &self,
        i: u32,
        data: &[u8],
        request: &Request,
        fields: &mut [Field],
        txn: &mut Txn,
    ) {
        let c = &self.clients[i];
        let f = c.frontend();
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        let out = &mut txn.request;
        let e = &self.edits;
        out.extend_from_slice(e.method.as_deref().unwrap_or(request.method_span.of(data)));
        out.push(b' ');
        let target = e.target.as_deref().unwrap_or(request.target.of(data));
        out.extend_from_slice(if c.link.is_stream() && !e.whole {
            server_target(target)
        } else {
            target
        });
        let chunked = matches!(request.body, Body::Chunked(_));
        let http11 = request.http11 || chunked;
        out.extend_from_slice(if http11 {
            b" HTTP/1.1\r\n"
        } else {
            b" HTTP/1.0\r\n"
        });
        write::fields(data, fields, out);
        e.write(out);
        if let Some(host) = request.write_host.filter(|_| !e.host) {
            write::field(b"Host", host.of(data), out);
        }
        if let Some(n) = request.write_length {
            write::content_length(n, out);
        }
        if chunked {
            out.extend_from_slice(write::CHUNKED);
        }
        let message = Message {
            buf: data,
            fields,
            edits: e,
        };
        let sections = [&b.forwardfor, &f.forwardfor].map(Option::as_ref);
        forwarded(sections, || self.client_address(i), message, out);
        let sections = [&b.originalto, &f.originalto].map(Option::as_ref);
        forwarded(sections, || c.local(), message, out);
        let close = e.close
            || b.connection_mode != ConnectionMode::KeepAlive
            || f.connection_mode != ConnectionMode::KeepAlive;
        txn.close_up = close;
        if request.upgrade {
            out.extend_from_slice(b"Connection: Upgrade\r\n");
        } else if close {
            out.extend_from_slice(b"Connection: close\r\n");
        } else if !http11 {
            out.extend_from_slice(b"Connection: keep-alive\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if b.connection_mode == ConnectionMode::Close || f.connection_mode == ConnectionMode::Close
        {
            txn.keep = false;
        }
    }

    /// Writes the response's head for the client into `out`.
    pub(super) fn write_reply(
        &self,
        data: &[u8],
        response: &Response,
        fields: &[Field],
        txn: &mut Txn,
        out: &mut Vec<u8>,
    ) {
        let status = self.edits.status.as_ref();
        let code = status.map_or(response.status, |s| s.0);
        out.extend_from_slice(b"HTTP/1.1 ");
        write::decimal(u64::from(code), out);
        out.push(b' ');
        match status {
            Some((code, reason)) => {
                out.extend_from_slice(
                    reason
                        .as_deref()
                        .unwrap_or(crate::plan::reason(*code))
                        .as_bytes(),
                );
            }
            None => out.extend_from_slice(response.reason.of(data)),
        }
        out.extend_from_slice(b"\r\n");
        write::fields(data, fields, out);
        self.edits.write(out);
        if response.is_interim() {
            out.extend_from_slice(b"\r\n");
            return;
        }
        if let Some(n) = response.write_length {
            write::content_length(n, out);
        }
        txn.status = code;
        txn.keep &= !self.edits.close;
        txn.chunk_reply = false;
        match response.body {
            Body::Chunked(_) if txn.client_http11 => {
                txn.chunk_reply = true;
                out.extend_from_slice(write::CHUNKED);
            }
            Body::Chunked(_) | Body::UntilClose => txn.keep = false,
            Body::Empty | Body::Length(_) => {}
        }
        if txn.method == http1::Method::Head
            && fields.iter().any(|f| f.kind == Kind::TransferEncoding)
        {
            out.extend_from_slice(write::CHUNKED);
        }
        if response.status == 101 {
            out.extend_from_slice(b"Connection: Upgrade\r\n");
        } else if !txn.keep {
            out.extend_from_slice(b"Connection: close\r\n");
        } else if !txn.client_http11 {
            out.extend_from_slice(b"Connection: keep-alive\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }
}

/// As the backend and the frontend say together: it is the backend's header, each one's exceptions hold,
/// and one that asks for no `if-none` wants it in any case.
fn forwarded(
    sections: [Option<&ForwardFor>; 2],
    address: impl FnOnce() -> Option<SocketAddr>,
    message: Message<'_>,
    out: &mut Vec<u8>,
) {
    let options = || sections.into_iter().flatten();
    let Some(first) = options().next() else {
        return;
    };
    let Some(ip) = address().map(|a| a.ip().to_canonical()) else {
        return;
    };
    if options().any(|option| option.except.is_some_and(|net| net.contains(ip))) {
        return;
    }
    // Rules may have added it, or taken it away.
    if options().all(|option| option.if_none) && message.values(&first.header).next().is_some() {
        return;
    }
    out.extend_from_slice(&first.header);
    out.extend_from_slice(b": ");
    write::address(ip, out);
    out.extend_from_slice(b"\r\n");
}

/// HTTP/2 always tells the authority; servers are told the path, and Host.
fn server_target(target: &[u8]) -> &[u8] {
    match http1::target::path_and_query(target) {
        b"" => target,
        path => path,
    }
}
