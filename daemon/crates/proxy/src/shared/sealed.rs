//! TLS connections of the process, with clients, servers and checked servers alike: `maxsslconn`
//! and `maxsslrate`, and what `show info` tells of them. Counted by connection, never by request.

use super::{SecondRate, Totals};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

#[derive(Debug, Default)]
pub struct Sealed {
    pub now: AtomicU32,
    /// So far, with clients and with servers.
    pub clients: AtomicU64,
    pub servers: AtomicU64,
    /// Kept where it is limited.
    pub client_rate: SecondRate,
    /// Handshakes that took up no earlier session.
    pub client_keys: AtomicU64,
    pub server_keys: AtomicU64,
}

impl Sealed {
    pub fn give_back(&self) {
        self.now.fetch_sub(1, Relaxed);
    }
}

/// The connection of a check: it is counted, and no limit keeps it away, for servers are not to be
/// taken for dead because there are many clients.
#[derive(Debug)]
pub struct Checked(Arc<Totals>);

impl Checked {
    pub fn new(totals: Arc<Totals>) -> Self {
        totals.sealed.now.fetch_add(1, Relaxed);
        totals.sealed.servers.fetch_add(1, Relaxed);
        Self(totals)
    }

    /// The handshake is done.
    pub fn made(&self, full: bool) {
        self.0.sealed.server_keys.fetch_add(full.into(), Relaxed);
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        self.0.sealed.give_back();
    }
}
