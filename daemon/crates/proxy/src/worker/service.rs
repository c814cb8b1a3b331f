//! Answers that the control thread makes: the statistics page and the metrics. The worker goes on
//! with others meanwhile.

use super::Worker;
use super::conn::{State, Wait};
use super::mailbox::{Made, Report, Requested};
use crate::rules::Outcome;
use crate::rules::page::Wanted;

/// The control thread answers each request; this ends only what went wrong.
const LONGEST_MS: u64 = 10_000;

impl Worker {
    /// Asks, and waits.
    pub(super) fn ask_service(&mut self, i: u32, wanted: Box<Wanted>) {
        self.questions = self.questions.wrapping_add(1);
        let number = self.questions;
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        if let Some(txn) = c.txn.as_mut() {
            txn.wait = Wait::Service(number);
        }
        self.set_deadline(i, LONGEST_MS);
        (self.report)(Report::Requested(Requested {
            worker: self.id,
            client: i,
            number,
            wanted,
        }));
    }

    /// The answer for a client that may still wait for it.
    pub(super) fn made(&mut self, i: u32, number: u32, made: Made) {
        let c = self.clients.get(i).filter(|c| c.state == State::Waiting);
        let txn = c.and_then(|c| c.txn.as_ref());
        if txn.is_some_and(|txn| txn.wait == Wait::Service(number)) {
            let Made { status, head, body } = made;
            self.answer_final(i, Outcome::Answer { status, head, body });
        }
    }
}
