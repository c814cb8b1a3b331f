//! Persistence by stick table: the entry of a client names its server.

use super::Worker;
use super::conn::Txn;
use crate::plan::Backend;
use crate::rules::sample::sticky::key_of;
use crate::rules::{self, Context};
use crate::shared::table::Entry;
use config::haproxy::model::StickKind;
use std::sync::Arc;

pub(super) const RESPONSE: StickKind = StickKind::StoreResponse;

impl Worker {
    /// Looks for the server that a table remembers, and notes where it is to be remembered.
    pub(super) fn prefer_by_table(&self, i: u32, ctx: &Context<'_>, txn: &mut Txn) {
        let c = &self.clients[i];
        let Some(b) = txn.backend(&c.plan).filter(|b| !b.stick_rules.is_empty()) else {
            return;
        };
        let mut store = std::mem::take(&mut txn.store);
        for rule in b.stick_rules.iter().filter(|rule| rule.kind != RESPONSE) {
            if !rules::holds(rule.condition.as_ref(), ctx) {
                continue;
            }
            let key = rule
                .key
                .value(ctx)
                .and_then(|value| key_of(&rule.table, &value));
            let Some(key) = key else { continue };
            if matches!(rule.kind, StickKind::On | StickKind::Match)
                && txn.sticky.is_none()
                && let Some(entry) = rule.table.find(&key, self.now)
                && let Some(name) = entry.server()
            {
                rule.table.touch(&entry, self.now);
                let server = b.servers.iter().position(|s| *s.name == *name);
                txn.sticky = server.and_then(|s| u32::try_from(s).ok());
            }
            if matches!(rule.kind, StickKind::On | StickKind::StoreRequest) {
                store.extend(rule.table.take(&key, self.now));
            }
        }
        txn.store = store;
    }

    /// The server answers: it is remembered.
    pub(super) fn store_server(&mut self, i: u32) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut().filter(|txn| !txn.store.is_empty()) else {
            return;
        };
        let store = std::mem::take(&mut txn.store);
        if let Some(server) = txn.server(&c.plan).filter(|s| !s.non_stick) {
            remember(&store, &server.name);
        }
    }

    /// `stick store-response`
    pub(super) fn store_by_response(&self, ctx: &Context<'_>, i: u32, b: &Backend) {
        let c = &self.clients[i];
        let server = c.txn.as_ref().and_then(|t| t.server(&c.plan));
        let Some(server) = server.filter(|s| !s.non_stick) else {
            return;
        };
        for rule in b.stick_rules.iter().filter(|rule| rule.kind == RESPONSE) {
            if !rules::holds(rule.condition.as_ref(), ctx) {
                continue;
            }
            let key = rule
                .key
                .value(ctx)
                .and_then(|value| key_of(&rule.table, &value));
            let entry = key.and_then(|key| rule.table.take(&key, self.now));
            if let Some(entry) = entry {
                entry.set_server(&server.name);
            }
        }
    }
}

fn remember(store: &[Arc<Entry>], server: &str) {
    for entry in store {
        entry.set_server(server);
    }
}
