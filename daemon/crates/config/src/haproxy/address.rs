//! Addresses of `bind`, `server`, `log` and `stats socket` lines.

use super::context::Context;
use super::lexer::Word;
use super::model::{Host, ListenAddress, ServerAddress, ServerPort};
use crate::source::{Span, Spanned};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// An address split at its port; the family prefix (`ipv4@`, `unix@`, …) is taken off.
pub struct Split<'t> {
    pub prefix: Option<&'t str>,
    pub host: &'t str,
    /// Text behind the last colon, without it.
    pub port: Option<&'t str>,
}

const PREFIXES: [&str; 13] = [
    "ipv4@", "ipv6@", "unix@", "abns@", "fd@", "udp@", "udp4@", "udp6@", "tcp@", "tcp4@", "tcp6@",
    "uxst@", "ring@",
];

pub fn split(text: &str) -> Split<'_> {
    let prefix = PREFIXES.into_iter().find(|prefix| text.starts_with(prefix));
    let rest = &text[prefix.map_or(0, str::len)..];
    let prefix = prefix.map(|prefix| &prefix[..prefix.len() - 1]);
    if matches!(prefix, Some("unix" | "abns" | "fd" | "ring" | "uxst")) || rest.starts_with('/') {
        return Split {
            prefix: prefix.or(Some("unix")),
            host: rest,
            port: None,
        };
    }
    if let Some((host, behind)) = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        return Split {
            prefix,
            host,
            port: behind.strip_prefix(':'),
        };
    }
    match rest.rfind(':') {
        Some(at) => Split {
            prefix,
            host: &rest[..at],
            port: Some(&rest[at + 1..]),
        },
        None => Split {
            prefix,
            host: rest,
            port: None,
        },
    }
}

/// Expands `$NAME` and `${NAME}` that an address contains outside quotes too.
pub fn expand<'t>(cx: &mut Context<'_>, word: &'t Word<'_>) -> Cow<'t, str> {
    if !word.text.contains('$') {
        return Cow::Borrowed(&word.text);
    }
    let mut out = String::new();
    let mut rest: &str = &word.text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (inner, braced) = match behind.strip_prefix('{') {
            Some(inner) => (inner, true),
            None => (behind, false),
        };
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let end = end.unwrap_or(inner.len());
        let name = &inner[..end];
        if let Some(value) = cx.environment.get(name) {
            out.push_str(value);
        } else {
            let message = format!("the variable {name} is not set, so the address is incomplete");
            cx.warning("haproxy/unset-variable", word.span, message)
                .suggest("set it in the environment, or write the address");
        }
        rest = &inner[end..];
        if braced {
            rest = rest.strip_prefix('}').unwrap_or(rest);
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `*` and the empty text are any IPv4 address. An address of another family than the prefix
/// names is none.
pub fn ip(host: &str, prefix: Option<&str>) -> Option<IpAddr> {
    let ip = match (host, prefix) {
        ("" | "*", Some("ipv6" | "udp6" | "tcp6")) => Ipv6Addr::UNSPECIFIED.into(),
        ("" | "*", _) => Ipv4Addr::UNSPECIFIED.into(),
        _ => host.parse().ok()?,
    };
    family_fits(ip, prefix).then_some(ip)
}

fn family_fits(ip: IpAddr, prefix: Option<&str>) -> bool {
    match prefix {
        Some("ipv4" | "udp4" | "tcp4") => ip.is_ipv4(),
        Some("ipv6" | "udp6" | "tcp6") => ip.is_ipv6(),
        _ => true,
    }
}

/// A letter-digit-hyphen name, underscores and dots allowed.
pub fn is_host_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && !text.starts_with(['-', '.'])
        // All digits and dots is a broken address, not a name.
        && !text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

impl Context<'_> {
    /// One word of a bind line: addresses joined by commas, port ranges expanded.
    pub fn listen_addresses(&mut self, word: &Word<'_>) -> Vec<Spanned<ListenAddress>> {
        let text = expand(self, word);
        let mut found = Vec::new();
        let mut offset = 0;
        for part in text.split(',') {
            let span = if text == word.text {
                word.part(offset, offset + part.len())
            } else {
                word.span
            };
            offset += part.len() + 1;
            self.listen_address(part, span, &mut found);
        }
        found
    }

    fn listen_address(&mut self, part: &str, span: Span, to: &mut Vec<Spanned<ListenAddress>>) {
        let address = split(part);
        let special = match address.prefix {
            Some("unix") => Some(ListenAddress::Unix(address.host.to_owned())),
            Some("abns") => Some(ListenAddress::Abstract(address.host.to_owned())),
            Some("fd") => match address.host.parse() {
                Ok(fd) if fd >= 0 => Some(ListenAddress::Fd(fd)),
                _ => return self.bad_address(part, span, "an inherited descriptor is fd@NUMBER"),
            },
            _ => None,
        };
        if let Some(special) = special {
            to.push(Spanned::new(special, span));
            return;
        }
        if matches!(address.prefix, Some("udp" | "udp4" | "udp6")) {
            let message = format!("'{part}' asks for datagrams, and a proxy takes connections");
            self.error("haproxy/bad-address", span, message)
                .suggest("leave the prefix out to listen with TCP");
            return;
        }
        let Some(port) = address.port else {
            let message = format!("'{part}' has no port, so there is nothing to listen on");
            let host = if address.host.contains(':') {
                format!("[{}]", address.host)
            } else {
                address.host.to_owned()
            };
            self.error("haproxy/bad-address", span, message)
                .suggest(format!("write '{host}:80'"));
            return;
        };
        let Some((low, high)) = port_range(port) else {
            return self.bad_address(
                part,
                span,
                "a port is a number from 1 to 65535, or a range 8000-8010",
            );
        };
        if is_host_name(address.host) && ip(address.host, address.prefix).is_none() {
            let message = format!("'{}' is a name; a proxy listens on addresses", address.host);
            self.error("haproxy/bad-address", span, message)
                .suggest(format!("write its address, or '*:{port}' for all of them"));
            return;
        }
        let Some(ip) = ip(address.host, address.prefix) else {
            return self.bad_address(part, span, "write ADDRESS:PORT, *:PORT or [IPV6]:PORT");
        };
        for port in low..=high {
            let address = ListenAddress::Tcp(SocketAddr::new(ip, port));
            to.push(Spanned::new(address, span));
        }
    }

    fn bad_address(&mut self, part: &str, span: Span, help: &str) {
        self.error(
            "haproxy/bad-address",
            span,
            format!("'{part}' is not an address to listen on"),
        )
        .suggest(help);
    }

    /// The address of a server: names stay names.
    pub fn server_address(&mut self, word: &Word<'_>) -> Option<Spanned<ServerAddress>> {
        let text = expand(self, word);
        let address = split(&text);
        if address.prefix == Some("unix") {
            let path = ServerAddress::Unix(address.host.to_owned());
            return Some(Spanned::new(path, word.span));
        }
        let (host_text, port_text) = bare_ipv6(&address, &text);
        let host = match host_text {
            "" | "*" => Host::Ip(ip(host_text, address.prefix)?),
            text => self.host(text, word.span)?,
        };
        if let Host::Ip(ip) = host
            && !family_fits(ip, address.prefix)
        {
            let message = format!("'{ip}' is not of the family that is written in front of it");
            self.error("haproxy/bad-address", word.span, message)
                .suggest("leave the prefix out, or write an address of its family");
            return None;
        }
        let port = match port_text {
            None | Some("" | "0") => ServerPort::SameAsClient,
            Some(port) => match server_port(port) {
                Some(port) => port,
                None => {
                    let message = format!("'{port}' is not a port");
                    self.error("haproxy/bad-address", word.span, message)
                        .suggest(
                            "a port is a number from 1 to 65535, or +N or -N from the client's",
                        );
                    return None;
                }
            },
        };
        Some(Spanned::new(ServerAddress::Tcp { host, port }, word.span))
    }

    /// An address or a host name.
    pub fn host(&mut self, text: &str, span: Span) -> Option<Host> {
        if let Ok(ip) = text.parse() {
            return Some(Host::Ip(ip));
        }
        if is_host_name(text) {
            return Some(Host::Name(text.to_owned()));
        }
        let message = format!("'{text}' is neither an address nor a host name");
        self.error("haproxy/bad-address", span, message).suggest(
            "write e.g. '10.0.0.21:8080', '[2001:db8::21]:8080' or 'web1.example.com:8080'",
        );
        None
    }
}

/// `2001:db8::1` without brackets and port parses as host `2001:db8:` and port `1`: when the whole
/// is an address and the part before the last colon is not, it was meant as one.
pub fn bare_ipv6<'t>(address: &Split<'t>, text: &'t str) -> (&'t str, Option<&'t str>) {
    let whole_is_ip = text.parse::<Ipv6Addr>().is_ok();
    if whole_is_ip && address.host.parse::<IpAddr>().is_err() {
        return (text, None);
    }
    (address.host, address.port)
}

fn port_range(text: &str) -> Option<(u16, u16)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high): (u16, u16) = (low.parse().ok()?, high.parse().ok()?);
    (low > 0 && low <= high).then_some((low, high))
}

fn server_port(text: &str) -> Option<ServerPort> {
    if text.starts_with(['+', '-']) {
        let by: i32 = text.parse().ok()?;
        return (-65535..=65535)
            .contains(&by)
            .then_some(ServerPort::Offset(by));
    }
    text.parse()
        .ok()
        .filter(|port| *port > 0)
        .map(ServerPort::Fixed)
}
