//! What is told about a finished session (HAProxy configuration manual 8.2 to 8.5).

use std::net::SocketAddr;

/// A phase's length; `None` when the phase was not reached, shown as `-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timer(pub Option<u64>);

impl Timer {
    pub const NEVER: Self = Self(None);

    pub fn ms(milliseconds: u64) -> Self {
        Self(Some(milliseconds))
    }
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Tcp(SocketAddr),
    /// A unix socket, and the number of the line that listens on it: `unix:2`.
    Unix(u64),
}

impl Endpoint {
    /// Its port, or the number that stands in the port's place.
    pub fn port(self) -> u64 {
        match self {
            Self::Tcp(address) => address.port().into(),
            Self::Unix(number) => number,
        }
    }
}

/// How a session ended: the first two characters of the termination state (manual 8.5), and the
/// cookie's two in HTTP mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Termination {
    /// First event: `C S P L R I D U K c s -`.
    pub cause: u8,
    /// Session state at that time: `R Q C H D L T -`.
    pub state: u8,
}

impl Termination {
    /// Nothing unusual: both sides done.
    pub const NORMAL: Self = Self::new(b'-', b'-');

    pub const fn new(cause: u8, state: u8) -> Self {
        Self { cause, state }
    }
}

/// The persistence cookie: what the client gave (`N I D V E O U -`), what was done with the
/// server's (`N I U P R D -`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    pub client: u8,
    pub server: u8,
}

impl Cookies {
    /// No cookie is configured.
    pub const NONE: Self = Self {
        client: b'-',
        server: b'-',
    };
}

/// Connections at the time of logging: process, frontend, backend, server; and retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub process: u64,
    pub frontend: u64,
    pub backend: u64,
    pub server: u64,
    pub retries: u64,
    /// Shown as `+` before the retries.
    pub redispatched: bool,
}

/// Requests before this one in the server's and in the backend's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queues {
    pub server: u64,
    pub backend: u64,
}

/// A finished HTTP request, for `option httplog`.
#[derive(Debug, Clone, Copy)]
pub struct HttpRecord<'a> {
    pub client: Endpoint,
    /// `%tr`: unix milliseconds at which the first byte of the request came.
    pub request_time_ms: i64,
    pub frontend: &'a str,
    /// The client's connection is TLS; shown as `~` behind the frontend.
    pub tls: bool,
    /// The frontend's own name when no backend was chosen.
    pub backend: &'a str,
    /// `None` is shown as `<NOSRV>`.
    pub server: Option<&'a str>,
    /// `%TR`: time to receive the whole request head.
    pub request: Timer,
    /// `%Tw`: time in queues.
    pub wait: Timer,
    /// `%Tc`: time to connect to the server.
    pub connect: Timer,
    /// `%Tr`: time until the whole response head was there.
    pub response: Timer,
    /// `%Ta`: active time of the request, from its first byte to the response's last.
    pub active: u64,
    /// `option logasap`: the line is written before the end; time and bytes get a `+`.
    pub early: bool,
    /// -1 when there is none.
    pub status: i32,
    /// Bytes sent to the client.
    pub bytes: u64,
    pub captured_request_cookie: Option<&'a [u8]>,
    pub captured_response_cookie: Option<&'a [u8]>,
    pub termination: Termination,
    pub cookies: Cookies,
    pub counts: Counts,
    pub queues: Queues,
    /// Captured headers, in the order of their declaration; empty when none are declared.
    pub request_headers: &'a [&'a [u8]],
    pub response_headers: &'a [&'a [u8]],
    /// The request line as received; `None` is shown as `<BADREQ>`.
    pub request_line: Option<&'a [u8]>,
}

/// A finished connection, for `option tcplog`.
#[derive(Debug, Clone, Copy)]
pub struct TcpRecord<'a> {
    pub client: Endpoint,
    /// `%t`: unix milliseconds of the accept.
    pub accept_time_ms: i64,
    pub frontend: &'a str,
    pub tls: bool,
    pub backend: &'a str,
    /// `None` is shown as `<NOSRV>`.
    pub server: Option<&'a str>,
    pub wait: Timer,
    pub connect: Timer,
    /// `%Tt`: from accept to the end.
    pub total: u64,
    pub early: bool,
    /// Bytes from server to client.
    pub bytes: u64,
    pub termination: Termination,
    pub counts: Counts,
    pub queues: Queues,
}

/// A session where no format was chosen.
#[derive(Debug, Clone, Copy)]
pub struct ConnectRecord<'a> {
    pub client: Endpoint,
    pub destination: Endpoint,
    pub frontend: &'a str,
    /// `HTTP` or `TCP`.
    pub mode: &'a str,
}
