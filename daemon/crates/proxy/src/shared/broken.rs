//! The last message of a side that broke the protocol, kept for who asks (`show errors`).

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// As it came, with where it breaks which rule.
#[derive(Debug, Default)]
pub struct Broken {
    /// Counted over all sides, from 0 on.
    pub number: u64,
    pub unix_ms: i64,
    /// `None`: it came over a Unix socket.
    pub client: Option<SocketAddr>,
    /// The other side of the exchange: of a request its backend, if it had got that far.
    pub other: Option<String>,
    pub server: Option<String>,
    pub bytes: Vec<u8>,
    /// Index of the first byte that breaks the rule.
    pub position: usize,
    pub rule: &'static str,
}

/// A request's in its frontend, a response's in its backend.
#[derive(Debug, Default)]
pub struct LastBroken(Mutex<Option<Broken>>);

impl LastBroken {
    /// Takes the place of the one before, in whose memory its bytes are copied.
    pub fn keep(&self, all: &AtomicU64, bytes: &[u8], mut broken: Broken) {
        let Ok(mut place) = self.0.lock() else {
            return;
        };
        let before = place.take().map(|before| before.bytes);
        broken.bytes = before.unwrap_or_default();
        broken.bytes.clear();
        broken.bytes.extend_from_slice(bytes);
        broken.number = all.fetch_add(1, Relaxed);
        *place = Some(broken);
    }

    pub fn look<T>(&self, see: impl FnOnce(&Broken) -> T) -> Option<T> {
        self.0.lock().ok()?.as_ref().map(see)
    }
}
