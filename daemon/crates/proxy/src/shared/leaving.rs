//! Connections to what the configuration no longer has: who they are, since when they are on
//! their way out, and when they end at the latest. Workers write, the status reads.

use super::{FrontendShared, ServerShared};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the last change took away.
#[derive(Debug, Default)]
pub struct Gone {
    pub frontends: Vec<Arc<FrontendShared>>,
    /// Addresses of frontends that are still there.
    pub binds: Vec<(Arc<FrontendShared>, String)>,
    /// By address of their state, for there may be thousands.
    pub servers: HashSet<usize>,
}

impl Gone {
    pub fn is_empty(&self) -> bool {
        self.frontends.is_empty() && self.binds.is_empty() && self.servers.is_empty()
    }

    pub fn has_server(&self, server: &Arc<ServerShared>) -> bool {
        self.servers.contains(&identity(server))
    }
}

pub fn identity(server: &Arc<ServerShared>) -> usize {
    Arc::as_ptr(server).addr()
}

/// A worker's name for a connection: its number, the slot, and the slot's generation.
pub type Key = (usize, u32, u32);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Departing {
    /// Address and port of the client.
    pub client: Option<SocketAddr>,
    pub frontend: String,
    /// What is gone: `frontend web`, `bind 10.0.0.1:80`, `server app/s1`.
    pub gone: String,
    /// Unix milliseconds.
    pub since: i64,
    /// `hard-stop-after`; without it the connection's own timeouts end it.
    pub until: Option<i64>,
}

#[derive(Debug, Default)]
pub struct Board(Mutex<HashMap<Key, Departing>>);

/// A status shows so many.
const SHOWN: usize = 1000;

impl Board {
    pub fn add(&self, key: Key, departing: Departing) {
        self.lock().insert(key, departing);
    }

    pub fn remove(&self, key: Key) {
        self.lock().remove(&key);
    }

    /// The oldest ones, and how many there are.
    pub fn list(&self) -> (usize, Vec<Departing>) {
        let board = self.lock();
        let mut all: Vec<Departing> = board.values().cloned().collect();
        all.sort_by_key(|it| (it.since, it.client));
        let count = all.len();
        all.truncate(SHOWN);
        (count, all)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Departing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
