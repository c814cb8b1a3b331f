//! Names to shared state: what a new configuration finds of the one before.

use super::{BackendShared, FrontendShared, ServerShared, State, Totals};
use std::collections::HashMap;
use std::sync::Arc;

/// Kept by the control thread. Entries whose names are gone from the configuration are dropped
/// with [`Registry::retain`], so that reloads do not grow it.
#[derive(Debug)]
pub struct Registry {
    workers: usize,
    frontends: HashMap<String, Arc<FrontendShared>>,
    backends: HashMap<String, Arc<BackendShared>>,
    servers: HashMap<(String, String), ServerEntry>,
    next_backend: usize,
    next_pool: usize,
    pub totals: Arc<Totals>,
}

#[derive(Debug)]
struct ServerEntry {
    shared: Arc<ServerShared>,
    /// What is connected to and how it is checked; another identity makes it another server.
    identity: String,
    pool: usize,
}

impl Registry {
    pub fn new(workers: usize) -> Self {
        Self {
            workers,
            frontends: HashMap::new(),
            backends: HashMap::new(),
            servers: HashMap::new(),
            next_backend: 0,
            next_pool: 0,
            totals: Arc::default(),
        }
    }

    pub fn workers(&self) -> usize {
        self.workers
    }

    pub fn frontend(&mut self, name: &str) -> Arc<FrontendShared> {
        let workers = self.workers;
        let new = || Arc::new(FrontendShared::new(name, workers));
        self.frontends
            .entry(name.to_owned())
            .or_insert_with(new)
            .clone()
    }

    pub fn backend(&mut self, name: &str) -> Arc<BackendShared> {
        if let Some(known) = self.backends.get(name) {
            return known.clone();
        }
        let shared = Arc::new(BackendShared::new(self.next_backend, name));
        self.next_backend += 1;
        self.backends.insert(name.to_owned(), shared.clone());
        shared
    }

    /// The server's shared state and the number of its connection pool. `start` is its state when
    /// nothing is known; health is carried over while address and check stay the same.
    pub fn server(
        &mut self,
        backend: &str,
        name: &str,
        identity: &str,
        start: State,
    ) -> (Arc<ServerShared>, usize) {
        let key = (backend.to_owned(), name.to_owned());
        match self.servers.get_mut(&key) {
            Some(entry) if entry.identity == identity => (entry.shared.clone(), entry.pool),
            Some(entry) => {
                identity.clone_into(&mut entry.identity);
                entry.pool = self.next_pool;
                self.next_pool += 1;
                entry.shared.set_state(start);
                (entry.shared.clone(), entry.pool)
            }
            None => {
                let shared = Arc::new(ServerShared::new(backend, name, self.workers, start));
                let pool = self.next_pool;
                self.next_pool += 1;
                let entry = ServerEntry {
                    shared: shared.clone(),
                    identity: identity.to_owned(),
                    pool,
                };
                self.servers.insert(key, entry);
                (shared, pool)
            }
        }
    }

    /// Forgets what the closures do not name any more.
    pub fn retain(&mut self, frontend: impl Fn(&str) -> bool, server: impl Fn(&str, &str) -> bool) {
        self.frontends.retain(|name, _| frontend(name));
        self.servers
            .retain(|(backend, name), _| server(backend, name));
    }
}
