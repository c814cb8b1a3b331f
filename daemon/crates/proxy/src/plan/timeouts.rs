//! Timeouts in milliseconds with the manual's fallbacks applied; `NEVER` where none is set.

use config::Spanned;
use config::haproxy::model;
use std::time::Duration;

pub const NEVER: u64 = u64::MAX / 4;

#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub client: u64,
    pub server: u64,
    pub connect: u64,
    pub queue: u64,
    pub http_request: u64,
    pub http_keep_alive: u64,
    /// `None`: the client's and the server's apply.
    pub tunnel: Option<u64>,
    pub client_fin: Option<u64>,
    pub server_fin: Option<u64>,
    pub tarpit: u64,
}

impl Timeouts {
    pub fn new(t: &model::Timeouts) -> Self {
        let set = |d: &Option<Spanned<Duration>>| {
            let ms =
                |d: &Spanned<Duration>| u64::try_from(d.as_millis()).unwrap_or(NEVER).min(NEVER);
            d.as_ref().map(ms).filter(|ms| *ms > 0)
        };
        let client = set(&t.client).unwrap_or(NEVER);
        let server = set(&t.server).unwrap_or(NEVER);
        let connect = set(&t.connect).unwrap_or(NEVER);
        let http_request = set(&t.http_request).unwrap_or(client);
        Self {
            client,
            server,
            connect,
            queue: set(&t.queue).unwrap_or(connect),
            http_request,
            http_keep_alive: set(&t.http_keep_alive).unwrap_or(http_request),
            tunnel: set(&t.tunnel),
            client_fin: set(&t.client_fin),
            server_fin: set(&t.server_fin),
            tarpit: set(&t.tarpit).unwrap_or(connect),
        }
    }
}
