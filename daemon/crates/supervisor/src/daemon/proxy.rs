//! The proxy's service, between the proxy and the VRRP process.

use std::time::Instant;

use ipc::{Departed, SIGN_OF_LIFE, ToWorker};

use super::Daemon;
use crate::service::{Need, Word};
use crate::worker::Kind;

impl Daemon {
    pub(super) fn proxy_says(&mut self, word: Word) {
        if let Some(word) = self.service.said(word, Instant::now()) {
            self.pass_on(word);
        }
    }

    /// Any answer is a sign of life.
    pub(super) fn proxy_answered(&mut self) {
        if let Some(word) = self.service.answered() {
            self.pass_on(word);
        }
    }

    pub(super) fn check_service(&mut self, now: Instant) {
        while let Some(need) = self.service.due(now) {
            match need {
                Need::Tell(word) => self.pass_on(word),
                Need::Ask => {
                    self.tell(Kind::Proxy, &ToWorker::Status { id: SIGN_OF_LIFE });
                    self.service.asked(now);
                }
                Need::Kill => self.kill_hung_proxy(),
            }
        }
    }

    /// Whether there are virtual routers to ask about.
    pub(super) fn introduce(&mut self, kind: Kind) {
        if kind == Kind::Proxy && self.slot(Kind::Vrrp).is_some() {
            self.tell(kind, &ToWorker::Routers);
        }
    }

    /// What was ordered about servers, and changed of the configuration, holds for the proxy's next life, too.
    pub(super) fn repeat_orders(&mut self, kind: Kind) {
        if kind == Kind::Proxy {
            for message in self.standing_orders() {
                self.tell(kind, &message);
            }
        }
    }

    /// A proxy that begins later has no connection of them.
    pub(super) fn tell_departed(&mut self, departed: Vec<Departed>) {
        if self.departed.as_ref() != Some(&departed) {
            let addresses = departed.clone();
            self.tell(Kind::Proxy, &ToWorker::Departed { addresses });
            self.departed = Some(departed);
        }
    }

    pub(super) fn standing_orders(&self) -> Vec<ToWorker> {
        let body = self.amendments.clone();
        let amendments = (!body.is_null()).then_some(ToWorker::Amendments { body });
        let servers = self.orders.clone();
        let orders = (!servers.is_empty()).then_some(ToWorker::Orders { servers });
        amendments.into_iter().chain(orders).collect()
    }

    pub(super) fn tell_service(&mut self, word: Word) {
        let Word { up, reason } = word;
        self.tell(Kind::Vrrp, &ToWorker::Service { up, reason });
    }

    fn pass_on(&mut self, word: Word) {
        let text = match (word.up, word.reason.as_str()) {
            (true, _) => "the proxy serves".to_owned(),
            (false, reason) => format!("the proxy does not serve: {reason}"),
        };
        self.journal.notice(&text);
        self.tell_service(word);
    }

    fn kill_hung_proxy(&mut self) {
        if self.stopping.is_some() {
            return;
        }
        self.journal
            .error("the proxy process does not answer; it is killed");
        if let Some(worker) = self.slot(Kind::Proxy).and_then(|slot| slot.worker.as_ref()) {
            worker.kill();
        }
    }
}
