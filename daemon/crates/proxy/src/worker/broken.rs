//! Messages that break the protocol are kept, the last of each side.

use super::Worker;
use crate::shared::Broken;
use http1::{Fault, place};

/// A head of HTTP/2 that has no text, as it is shown.
#[derive(Debug)]
pub struct Nonsense {
    pub broken: h2::translate::broken::Broken,
    pub rule: &'static str,
}

impl Worker {
    pub(super) fn keep_broken_request(&self, i: u32, fault: Fault, data: &[u8]) {
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|txn| txn.backend(&c.plan));
        let broken = Broken {
            position: place::of_request(data, fault),
            other: backend.map(|b| b.name.clone()),
            ..self.broken(i, fault.rule())
        };
        let last = &c.frontend().shared.broken;
        last.keep(&c.plan.totals.broken, data, broken);
    }

    /// The same of a request that came over this connection and has no stream.
    pub(super) fn keep_broken_request_of(&self, i: u32, nonsense: &Nonsense) {
        let c = &self.clients[i];
        let broken = Broken {
            position: nonsense.broken.position,
            ..self.broken(i, nonsense.rule)
        };
        let last = &c.frontend().shared.broken;
        last.keep(&c.plan.totals.broken, &nonsense.broken.text, broken);
    }

    pub(super) fn keep_broken_response(&mut self, i: u32, fault: Fault, data: &[u8]) {
        let nonsense = self.nonsense_for(i);
        let c = &self.clients[i];
        let Some(txn) = &c.txn else { return };
        let Some(backend) = txn.backend(&c.plan) else {
            return;
        };
        let (data, position, rule) = match &nonsense {
            Some(it) => (&it.broken.text[..], it.broken.position, it.rule),
            None => (data, place::of_response(data, fault), fault.rule()),
        };
        let broken = Broken {
            position,
            other: Some(c.frontend().name.clone()),
            server: txn.server(&c.plan).map(|s| s.name.clone()),
            ..self.broken(i, rule)
        };
        backend
            .shared
            .broken
            .keep(&c.plan.totals.broken, data, broken);
    }

    /// What the server said by HTTP/2 in the place of what was read.
    fn nonsense_for(&mut self, i: u32) -> Option<Box<Nonsense>> {
        let up = self.clients[i].txn.as_ref()?.up;
        self.ups.get_mut(up)?.link.tube()?.nonsense.take()
    }

    fn broken(&self, i: u32, rule: &'static str) -> Broken {
        Broken {
            unix_ms: crate::logs::unix_ms(),
            client: self.client_address(i),
            rule,
            ..Broken::default()
        }
    }
}
