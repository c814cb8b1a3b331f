//! A server as the workers use it.

use super::{Backend, CookieName, IdleRules, Origin, ServerTls, Speaks, Target};
use crate::rules::Format;
use crate::rules::compile::Compiler;
use crate::shared::{ServerShared, WARM};
use config::haproxy::model;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Debug)]
pub struct Server {
    pub name: String,
    /// Its `id`, or its place from 1 on.
    pub id: u32,
    pub shared: Arc<ServerShared>,
    /// Number of the connection pool in each worker.
    pub pool: usize,
    pub target: Target,
    pub origin: Option<Origin>,
    pub tls: Option<ServerTls>,
    pub idle: Option<Arc<IdleRules>>,
    pub speaks: Speaks,
    pub checked_in: Speaks,
    /// Websockets get connections of HTTP/1.1.
    pub upgrades_in_h1: bool,
    pub backup: bool,
    pub maxqueue: u32,
    /// Below `maxconn`: the limit follows the backend's load from here.
    pub minconn: u32,
    /// Milliseconds over which its share grows after it came back; 0 = at once.
    pub slowstart: u64,
    /// `on-marked-down shutdown-sessions`
    pub down_ends_sessions: bool,
    /// `on-marked-up shutdown-backup-sessions`
    pub up_ends_backup_sessions: bool,
    /// The PROXY protocol header that it wants.
    pub introduction: Option<Introduction>,
    /// Its connections are made for one client, and for what that client asks: they differ in where
    /// they lead, where they come from, or how they begin.
    pub personal: bool,
    /// Stands for `dispatch` or `option transparent`.
    pub implied: bool,
    /// Where clients of GET and HEAD are sent instead.
    pub redir: Option<Vec<u8>>,
    /// Never remembered in stick tables.
    pub non_stick: bool,
    /// Live traffic that counts for its health.
    pub observed: Option<Observed>,
    /// Its name in persistence cookies.
    pub cookie: CookieName,
}

/// A version of the PROXY protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preamble {
    V1,
    V2,
}

impl Preamble {
    /// The one that is sent of those that were asked for.
    pub fn wanted(asked: model::SendProxy) -> Option<Self> {
        if asked.v2 {
            return Some(Self::V2);
        }
        asked.v1.then_some(Self::V1)
    }
}

/// The PROXY protocol header that a server wants.
#[derive(Debug)]
pub struct Introduction {
    pub version: Preamble,
    pub checksum: bool,
    pub authority: bool,
    pub unique_id: bool,
    /// What it says of the client's TLS, where it does.
    pub sealed: Option<Sealed>,
    /// Further values by their types.
    pub values: Vec<(u8, Format)>,
}

/// What is told of the client's TLS besides its version and whether a certificate holds.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    /// Of the client's certificate.
    pub common_name: bool,
    pub cipher: bool,
    /// Of the certificate that the client is shown.
    pub signature: bool,
    pub key: bool,
}

impl Sealed {
    fn new(header: &model::ProxyV2) -> Option<Self> {
        header.tells_of_tls().then_some(Self {
            common_name: header.cert_cn,
            cipher: header.ssl_cipher,
            signature: header.cert_sig,
            key: header.cert_key,
        })
    }
}

impl Introduction {
    pub fn compile(
        server: &model::Server,
        compiler: &Compiler<'_>,
        problems: &mut Vec<String>,
    ) -> Option<Self> {
        let (version, header) = (Preamble::wanted(server.send_proxy)?, &server.proxy_v2);
        if header.authority || header.unique_id {
            compiler.env.remember();
        }
        let sealed = Sealed::new(header);
        if sealed.is_some_and(|told| told.signature || told.key) {
            compiler.env.needs.certificates.set(true);
        }
        let mut values = Vec::new();
        for (kind, format) in &header.values {
            let value = compiler.format(Some(format), problems);
            values.extend(value.map(|value| (*kind, value)));
        }
        Some(Self {
            version,
            checksum: header.crc32c,
            authority: header.authority,
            unique_id: header.unique_id,
            sealed,
            values,
        })
    }
}

/// `observe`
#[derive(Debug, Clone, Copy)]
pub struct Observed {
    /// Answers count, too, not connections alone.
    pub answers: bool,
    /// Errors in a row that are too many.
    pub limit: u32,
}

impl Server {
    /// `maxqueue`: whether one more may wait for this server.
    pub fn has_room_in_line(&self) -> bool {
        self.maxqueue == 0 || self.shared.queued.load(Relaxed) < self.maxqueue
    }

    /// Connections that it may have now; 0 = no limit. `load`: requests of the backend that are
    /// served or wait, the one that asks included.
    pub fn limit(&self, b: &Backend, load: u32) -> u32 {
        let maxconn = self.shared.maxconn();
        if self.minconn == 0 && self.slowstart == 0 {
            return maxconn;
        }
        let scaled = |n: u32, part: u32, whole: u32| {
            let n = u64::from(n) * u64::from(part) / u64::from(whole.max(1));
            u32::try_from(n).unwrap_or(u32::MAX)
        };
        let mut limit = maxconn;
        if self.minconn != 0 {
            let follows = scaled(maxconn, load, b.fullconn);
            limit = follows.max(self.minconn).min(maxconn);
        }
        let warmth = self.shared.warmth();
        if limit != 0 && warmth < WARM {
            limit = scaled(limit, warmth, WARM).max(1);
        }
        limit
    }
}
