//! Messages that break the protocol are kept, the last of each side.

use super::Worker;
use crate::shared::Broken;
use http1::{Fault, place};

impl Worker {
    pub(super) fn keep_broken_request(&self, i: u32, fault: Fault, data: &[u8]) {
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|txn| txn.backend(&c.plan));
        let broken = Broken {
            position: place::of_request(data, fault),
            other: backend.map(|b| b.name.clone()),
            ..self.broken(i, fault)
        };
        let last = &c.frontend().shared.broken;
        last.keep(&c.plan.totals.broken, data, broken);
    }

    pub(super) fn keep_broken_response(&self, i: u32, fault: Fault, data: &[u8]) {
        let c = &self.clients[i];
        let Some(txn) = &c.txn else { return };
        let Some(backend) = txn.backend(&c.plan) else {
            return;
        };
        let broken = Broken {
            position: place::of_response(data, fault),
            other: Some(c.frontend().name.clone()),
            server: txn.server(&c.plan).map(|s| s.name.clone()),
            ..self.broken(i, fault)
        };
        backend
            .shared
            .broken
            .keep(&c.plan.totals.broken, data, broken);
    }

    fn broken(&self, i: u32, fault: Fault) -> Broken {
        Broken {
            unix_ms: crate::logs::unix_ms(),
            client: self.client_address(i),
            rule: fault.rule(),
            ..Broken::default()
        }
    }
}
