//! Names to shared state: what a new configuration finds of the one before.

use super::asked::{Asked, Wish};
use super::table::{Bell, Outlet, Table};
use super::{BackendShared, BindShared, FrontendShared, ServerShared, Totals};
use crate::logs::Targets;
use crate::names::Known;
use crate::rules::memory::ProcessVariables;
use crate::rules::patterns::PatternFiles;
use config::haproxy::model::{Config, StickTable};
use std::collections::HashMap;
use std::sync::Arc;

/// Kept by the control thread. Entries whose names are gone from the configuration are dropped
/// with [`Registry::retain`], so that reloads do not grow it.
#[derive(Debug)]
pub struct Registry {
    workers: usize,
    pub(super) frontends: HashMap<String, Arc<FrontendShared>>,
    pub(super) backends: HashMap<String, Arc<BackendShared>>,
    pub(super) servers: HashMap<(String, String), ServerEntry>,
    /// Backends that are gone; workers may still finish requests to them.
    retired: Vec<Arc<BackendShared>>,
    /// What is compiled now is the same configuration with other details: servers that are elsewhere
    /// keep their state.
    pub goes_on: bool,
    next_backend: usize,
    next_pool: usize,
    serial: u64,
    pub(super) tables: HashMap<String, Arc<Table>>,
    /// What the configuration that is compiled asks of what there is.
    pub(super) asked: Asked,
    /// Rung when an entry of a shared table changes.
    pub bell: Arc<Bell>,
    /// Files of patterns that rules change.
    pub patterns: PatternFiles,
    /// By section and address.
    pub(super) binds: HashMap<(String, String), Arc<BindShared>>,
    /// `proc` variables.
    pub variables: Arc<ProcessVariables>,
    pub totals: Arc<Totals>,
    pub log_targets: Arc<Targets>,
    /// Certificates, and sessions that clients take up again.
    pub tls: tls::Store,
}

#[derive(Debug)]
pub(super) struct ServerEntry {
    pub(super) shared: Arc<ServerShared>,
    /// What is connected to and how it is checked; another identity makes it another server.
    pub(super) identity: String,
    pub(super) pool: usize,
    /// `disabled`, as the last configuration had it.
    pub(super) disabled: bool,
}

impl Registry {
    pub fn new(workers: usize) -> Self {
        Self {
            workers,
            frontends: HashMap::new(),
            backends: HashMap::new(),
            servers: HashMap::new(),
            retired: Vec::new(),
            goes_on: false,
            next_backend: 0,
            next_pool: 0,
            serial: 0,
            tables: HashMap::new(),
            asked: Asked::default(),
            bell: Arc::default(),
            patterns: PatternFiles::new(),
            binds: HashMap::new(),
            variables: Arc::default(),
            totals: Arc::default(),
            log_targets: Arc::default(),
            tls: tls::Store::default(),
        }
    }

    /// A number that no plan had before.
    pub fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
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
        let shared = Arc::new(BackendShared::new(
            self.free_backend_id(),
            name,
            self.workers,
        ));
        self.backends.insert(name.to_owned(), shared.clone());
        shared
    }

    /// An id that no plan uses any more, or a new one: workers keep a place for each.
    fn free_backend_id(&mut self) -> usize {
        let unused = |b: &Arc<BackendShared>| Arc::strong_count(b) == 1;
        if let Some(at) = self.retired.iter().position(unused) {
            return self.retired.swap_remove(at).id;
        }
        self.next_backend += 1;
        self.next_backend - 1
    }

    /// The server's shared state and the number of its connection pool. Health is carried over while
    /// address and check stay the same. What is wished applies once the whole configuration stands.
    pub fn server(
        &mut self,
        (backend, name): (&str, &str),
        wish: Wish,
    ) -> (Arc<ServerShared>, usize) {
        let key = (backend.to_owned(), name.to_owned());
        let (shared, pool) = match self.servers.get(&key) {
            Some(entry) if entry.identity == wish.identity => (entry.shared.clone(), entry.pool),
            Some(entry) => (entry.shared.clone(), self.next_pool),
            None => {
                let shared = ServerShared::new(backend, name, self.workers, wish.start);
                let entry = ServerEntry {
                    shared: Arc::new(shared),
                    identity: wish.identity.clone(),
                    pool: self.next_pool,
                    disabled: false,
                };
                let shared = entry.shared.clone();
                self.servers.insert(key.clone(), entry);
                (shared, self.next_pool)
            }
        };
        self.next_pool = self.next_pool.max(pool + 1);
        self.asked.of_server(key, pool, wish);
        (shared, pool)
    }

    /// The table of a section; its entries are carried over while it is declared the same. A new one
    /// takes the place of the other once the whole configuration stands. `shared`: with other hosts.
    pub fn table(&mut self, section: &str, spec: &StickTable, shared: bool) -> Arc<Table> {
        let known = self.tables.get(section).filter(|table| {
            let old = &table.spec;
            old.key.value == spec.key.value
                && (old.size, old.expire, old.nopurge) == (spec.size, spec.expire, spec.nopurge)
                && old.store == spec.store
        });
        if let Some(table) = known.filter(|table| table.outlet.is_some() == shared) {
            return table.clone();
        }
        let outlet = shared.then(|| Arc::new(Outlet::new(&self.bell)));
        let table = Arc::new(Table::new(section, spec, outlet));
        if let Some(known) = known {
            table.continue_from(known);
        }
        self.asked.table(section, &table);
        table
    }

    /// A table that some section has now.
    pub fn known_table(&self, name: &str) -> Option<Arc<Table>> {
        self.tables.get(name).cloned()
    }

    pub fn tables(&self) -> HashMap<String, Arc<Table>> {
        self.tables.clone()
    }

    /// The log targets of a configuration; those that it shares with the one before go on.
    pub fn follow_logs(&mut self, model: &Config, names: &Known) -> Arc<Targets> {
        self.log_targets = Arc::new(Targets::of(model, names, &self.log_targets));
        self.log_targets.clone()
    }

    /// What is counted of one address of a section.
    pub fn bind(&mut self, section: &str, address: &str) -> Arc<BindShared> {
        let workers = self.workers;
        let new = || Arc::new(BindShared::new(section, address, workers));
        let key = (section.to_owned(), address.to_owned());
        self.binds.entry(key).or_insert_with(new).clone()
    }

    /// Forgets what the closures do not name any more; `shared`: tables of `peers` sections.
    pub fn retain(
        &mut self,
        frontend: impl Fn(&str) -> bool,
        shared: impl Fn(&str) -> bool,
        backend: impl Fn(&str) -> bool,
        server: impl Fn(&str, &str) -> bool,
    ) {
        self.tables
            .retain(|name, _| frontend(name) || backend(name) || shared(name));
        self.frontends.retain(|name, _| frontend(name));
        // Addresses that no configuration in use has any more.
        self.binds
            .retain(|(name, _), it| frontend(name) && Arc::strong_count(it) > 1);
        let gone = self.backends.extract_if(|name, _| !backend(name));
        self.retired.extend(gone.map(|(_, shared)| shared));
        self.servers
            .retain(|(backend, name), _| server(backend, name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_that_come_and_go_do_not_use_up_ids() {
        let mut registry = Registry::new(1);
        let stays = registry.backend("stays");
        let mut held = None;
        for n in 0..100 {
            let name = format!("b{n}");
            let shared = registry.backend(&name);
            // A worker still uses the first one.
            if n == 0 {
                held = Some(shared.clone());
            }
            registry.retain(|_| true, |_| false, |b| b == "stays", |_, _| true);
        }
        assert!(registry.next_backend <= 4, "{}", registry.next_backend);
        assert!(registry.retired.len() <= 3);
        let new = registry.backend("new");
        assert_ne!(Some(new.id), held.map(|h| h.id));
        assert_ne!(new.id, stays.id);
        assert!(Arc::ptr_eq(&stays, &registry.backend("stays")));
    }
}
