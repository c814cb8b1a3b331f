//! Heads of our own text as header blocks.

use super::{LIMITS, Outward, Stage, Stopped};
use crate::connection::Connection;
use http1::response::Asked;
use http1::{Field, Kind, Method, parse_request, parse_response};

impl Outward {
    pub(super) fn response_head(
        &mut self,
        connection: &mut Connection,
        stream: u32,
        text: &mut [u8],
        asked: Asked,
        fields: &mut Vec<Field>,
    ) -> Result<usize, Stopped> {
        let parsed = parse_response(text, asked, LIMITS, fields).map_err(|_| Stopped::Broken)?;
        let Some(response) = parsed else {
            return Ok(0);
        };
        let switched = response.status == 101;
        let status = if switched { 200 } else { response.status };
        let tunnel =
            switched || asked.method == Method::Connect && (200..300).contains(&response.status);
        let end = !tunnel && !response.is_interim() && response.body.is_done();
        connection.send_headers(stream, end, |field| {
            field(b":status", &digits(status));
            write_fields(
                text,
                fields,
                |name| tunnel && matches!(name, b"sec-websocket-accept" | b"content-length"),
                field,
            );
        });
        if !response.is_interim() {
            self.stage = match response.body {
                _ if tunnel => Stage::Raw,
                _ if end => Stage::Done,
                body => Stage::Body(body),
            };
        }
        Ok(response.head_len)
    }

    pub(super) fn request_head(
        &mut self,
        connection: &mut Connection,
        stream: u32,
        text: &mut [u8],
        https: bool,
        fields: &mut Vec<Field>,
    ) -> Result<usize, Stopped> {
        let parsed = parse_request(text, LIMITS, fields).map_err(|_| Stopped::Broken)?;
        let Some(request) = parsed else {
            return Ok(0);
        };
        // Nothing else can be switched to.
        let websocket = request.upgrade
            && fields.iter().any(|f| {
                f.kind == Kind::Upgrade && f.value.of(text).eq_ignore_ascii_case(b"websocket")
            });
        if websocket && !connection.remote().connect_protocol {
            return Err(Stopped::NoTunnel);
        }
        let connects = request.method == Method::Connect;
        let target = request.target.of(text);
        let host = request.host.map_or(&b""[..], |span| span.of(text));
        let (named, path) = split(target);
        let end = request.body.is_done() && !websocket && !connects;
        let trailers = fields.iter().any(|f| f.kind == Kind::Hop && f.keep);
        let grpc = fields.iter().any(|f| {
            f.value.of(text).starts_with(b"application/grpc")
                && f.name.of(text).eq_ignore_ascii_case(b"content-type")
        });
        connection.send_headers(stream, end, |field| {
            let method = if websocket {
                b"CONNECT"
            } else {
                request.method_span.of(text)
            };
            field(b":method", method);
            if websocket {
                field(b":protocol", b"websocket");
            }
            if connects {
                field(b":authority", target);
            } else {
                field(b":scheme", if https { b"https" } else { b"http" });
                let name = if host.is_empty() { named } else { host };
                if !name.is_empty() {
                    field(b":authority", name);
                }
                field(b":path", path);
            }
            write_fields(
                text,
                fields,
                |name| matches!(name, b"host" | b"te") || websocket && name == b"sec-websocket-key",
                field,
            );
            if grpc || trailers {
                // It travels from hop to hop, and servers of gRPC ask for it.
                field(b"te", b"trailers");
            }
        });
        self.stage = match request.body {
            _ if websocket || connects => Stage::Raw,
            _ if end => Stage::Done,
            body => Stage::Body(body),
        };
        Ok(request.head_len)
    }
}

fn digits(status: u16) -> [u8; 3] {
    let digit = |n: u16| b'0' + u8::try_from(n % 10).unwrap_or(0);
    [digit(status / 100), digit(status / 10), digit(status)]
}

/// The kept fields with names in lower case; those that `skip` knows, and those whose names are
/// none, stay behind.
fn write_fields(
    text: &[u8],
    fields: &[Field],
    skip: impl Fn(&[u8]) -> bool,
    field: &mut dyn FnMut(&[u8], &[u8]),
) {
    let mut small = [0u8; 64];
    let mut long;
    for f in fields.iter().filter(|f| f.keep && f.kind != Kind::Upgrade) {
        let name = f.name.of(text);
        let lower: &mut [u8] = if name.len() <= small.len() {
            &mut small[..name.len()]
        } else {
            long = vec![0; name.len()];
            &mut long
        };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        if !skip(lower) && http1::field::is_token(lower) {
            field(lower, f.value.of(text));
        }
    }
}

/// Authority and path of a target, whose authority is empty where it names none.
fn split(target: &[u8]) -> (&[u8], &[u8]) {
    if target.starts_with(b"/") || target == b"*" {
        return (b"", target);
    }
    let Some(colon) = target.windows(3).position(|w| w == b"://") else {
        return (b"", target);
    };
    let rest = &target[colon + 3..];
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?'));
    match end {
        Some(end) if rest[end] == b'/' => rest.split_at(end),
        Some(end) => (&rest[..end], b"/"),
        None => (rest, b"/"),
    }
}
