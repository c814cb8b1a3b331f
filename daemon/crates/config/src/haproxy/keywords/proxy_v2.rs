//! `send-proxy…` and what takes it back, `proxy-v2-options WORDS`, `set-proxy-v2-tlv-fmt(TYPE) FORMAT` of `server` lines.

use super::http_rules::format;
use crate::haproxy::args::Args;
use crate::haproxy::context::Context;
use crate::haproxy::model::{ProxyV2, Server};
use crate::haproxy::piece::Piece;

const EXAMPLE: &str = "proxy-v2-options crc32c,unique-id";

/// Words without a value.
pub fn switch(server: &mut Server, name: &str) -> bool {
    let (on, word) = match name.strip_prefix("no-") {
        Some(word) => (false, word),
        None => (true, name),
    };
    match word {
        "send-proxy" => server.send_proxy.v1 = on,
        "send-proxy-v2" => server.send_proxy.v2 = on,
        "send-proxy-v2-ssl" => {
            server.send_proxy.v2 = on;
            server.proxy_v2.ssl = on;
        }
        "send-proxy-v2-ssl-cn" => {
            server.send_proxy.v2 = on;
            server.proxy_v2.ssl = on;
            server.proxy_v2.cert_cn = on;
        }
        _ => return false,
    }
    true
}

pub fn parameter(
    cx: &mut Context<'_>,
    header: &mut ProxyV2,
    name: &str,
    args: &mut Args<'_>,
) -> bool {
    match name {
        "proxy-v2-options" => options(cx, header, args),
        "set-proxy-v2-tlv-fmt" => {
            let (kind, value) = (kind(cx, args), format(cx, args, "the value"));
            header.values.extend(kind.zip(value));
        }
        _ => return false,
    }
    true
}

fn options(cx: &mut Context<'_>, header: &mut ProxyV2, args: &mut Args<'_>) {
    let Some(word) = args.take() else {
        return cx.missing(args, "the list", EXAMPLE);
    };
    for option in Piece::of(word).split_outside(b',') {
        match option.text {
            "crc32c" => header.crc32c = true,
            "unique-id" => header.unique_id = true,
            "authority" => header.authority = true,
            "ssl" => header.ssl = true,
            "cert-cn" => header.cert_cn = true,
            "ssl-cipher" => header.ssl_cipher = true,
            "cert-sig" => header.cert_sig = true,
            "cert-key" => header.cert_key = true,
            other => {
                let message = format!("'{other}' is not an option of a PROXY protocol header");
                cx.error("haproxy/bad-value", option.span, message)
                    .suggest(format!(
                        "write ssl, cert-cn, ssl-cipher, cert-sig, cert-key, authority, crc32c or unique-id, e.g. '{EXAMPLE}'"
                    ));
            }
        }
    }
}

/// The number in the parentheses of the word that was taken last.
fn kind(cx: &mut Context<'_>, args: &Args<'_>) -> Option<u8> {
    let word = args.previous()?;
    let inner = Piece::of(word)
        .call()
        .1
        .map_or("", |inner| inner.trim().text);
    let kind = match inner.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => inner.parse().ok(),
    };
    if kind.is_none() {
        cx.bad(
            word,
            "a parameter with the type of a value",
            "write e.g. 'set-proxy-v2-tlv-fmt(0xE1) %[src]'",
        );
    }
    kind
}
