//! What is offered to peers that speak HTTP/2: `tune.h2.*`.

use config::Spanned;
use config::haproxy::model::{
    Bind, Global, H2Side, HealthCheck, Mode, Protocol, Proxy, Server, Websockets,
};
use h2::Settings;
use h2::connection::Limits;

#[derive(Debug, Clone, Copy)]
pub struct Multiplexing {
    /// To clients.
    pub front: Limits,
    /// To servers.
    pub back: Limits,
}

/// The manual's numbers.
const STREAMS: u32 = 100;
const STREAM_WINDOW: u32 = 65_536;

/// Bytes that all streams of a connection may have on their way to us: with less, a single one
/// could not use what its own window allows.
const WINDOW: u32 = 1 << 20;

/// Bytes of a head's fields that are kept; what is larger than a head may be is refused later, with
/// an answer.
const LIST: u32 = 64 << 10;

impl Default for Multiplexing {
    fn default() -> Self {
        Self::new(&Global::default())
    }
}

impl Multiplexing {
    pub fn new(global: &Global) -> Self {
        let h2 = &global.h2;
        let value = |given: &Option<Spanned<u32>>| given.as_ref().map(|n| n.value);
        let side = |own: &H2Side| {
            let both = &h2.both;
            let window = value(&own.initial_window_size).or(value(&both.initial_window_size));
            let streams =
                value(&own.max_concurrent_streams).or(value(&both.max_concurrent_streams));
            let usual = Settings::default();
            let settings = Settings {
                header_table_size: value(&h2.header_table_size).unwrap_or(usual.header_table_size),
                frame_size: value(&h2.max_frame_size).unwrap_or(usual.frame_size),
                window: window.unwrap_or(STREAM_WINDOW),
                max_streams: Some(streams.unwrap_or(STREAMS)).filter(|n| *n > 0),
                header_list: Some(LIST),
                connect_protocol: true,
                ..usual
            };
            Limits {
                settings,
                window: WINDOW.max(settings.window),
            }
        };
        let mut back = side(&h2.back);
        // It is servers that accept websockets.
        back.settings.connect_protocol = false;
        Self {
            front: side(&h2.front),
            back,
        }
    }
}

/// How connections to an address begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP/1.1, unless their first bytes say that it is HTTP/2.
    Either,
    H1,
    H2,
}

impl Spoken {
    pub fn new(bind: &Bind, upgrades: bool) -> Self {
        match bind.proto.as_ref().map(|proto| proto.value) {
            Some(Protocol::H2) => Self::H2,
            None if upgrades => Self::Either,
            Some(Protocol::H1) | None => Self::H1,
        }
    }
}

/// What a server is asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    H1,
    H2,
    /// What TLS agrees on.
    Agreed,
}

impl Speaks {
    pub fn new(server: &Server, mode: Mode) -> Self {
        match server.proto.as_ref().map(|proto| proto.value) {
            _ if mode != Mode::Http => Self::H1,
            Some(Protocol::H2) => Self::H2,
            None if offers(server, "h2") => Self::Agreed,
            Some(Protocol::H1) | None => Self::H1,
        }
    }
}

/// What checks ask in: that of traffic, unless they have a word of their own.
pub fn checked_in(server: &Server, proxy: &Proxy) -> Speaks {
    let proto = server.check.proto.as_ref().or(server.proto.as_ref());
    match proto.map(|proto| proto.value) {
        _ if !matches!(proxy.check.value, HealthCheck::Http(_)) => Speaks::H1,
        Some(Protocol::H2) => Speaks::H2,
        Some(Protocol::H1) => Speaks::H1,
        None => Speaks::Agreed,
    }
}

/// Traffic goes by TLS, which offers this.
fn offers(server: &Server, protocol: &str) -> bool {
    let tls = server.tls.as_deref().filter(|tls| tls.enabled);
    let offered = tls.and_then(|tls| tls.settings.alpn.as_ref());
    offered.is_some_and(|list| list.iter().any(|name| name == protocol))
}

/// Websockets reach the server by HTTP/1.1, whatever else does by HTTP/2.
pub fn upgrades_in_h1(server: &Server) -> bool {
    match server.websockets {
        Websockets::H1 => true,
        Websockets::H2 => false,
        Websockets::Auto => {
            server.proto.is_none() && offers(server, "h2") && offers(server, "http/1.1")
        }
    }
}
