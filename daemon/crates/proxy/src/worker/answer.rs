//! Answers of the proxy itself.

use super::Worker;
use super::conn::{State, Wait};
use crate::rules::Outcome;
use crate::rules::act::prepared;
use http1::{Body, Method, Request};

impl Worker {
    /// The prepared answer to a status, from the backend's or the frontend's set.
    pub(super) fn answer_prepared(&mut self, i: u32, status: u16, keep: bool) {
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|t| t.backend(&c.plan));
        let answers = backend
            .map_or(&c.frontend().answers, |b| &b.answers)
            .clone();
        if let Outcome::Answer { status, head, body } = prepared(&answers, status) {
            self.answer(i, status, head, &body, keep);
        }
    }

    /// Ends a request as the rules decided, before it went to a server.
    pub(super) fn answer_outcome(
        &mut self,
        i: u32,
        data: &[u8],
        request: Request,
        outcome: Outcome,
    ) {
        // The connection can go on when the request is here to its end.
        let mut body = request.body;
        let mut at = request.head_len;
        while at < data.len() && !body.is_done() {
            match body.step(&data[at..]) {
                Ok(step) => at += step.used,
                Err(_) => break,
            }
        }
        let whole = body.is_done();
        let held = self.buffers.hold(&data[at..]);
        let c = &mut self.clients[i];
        c.pend = held;
        if let Some(txn) = c.txn.as_mut() {
            txn.keep &= whole;
            txn.request_done = whole;
            txn.body = Body::Empty;
            txn.log.end(b'P', b'R');
        }
        c.frontend().shared.workers[self.id].denied.add(1);
        self.answer_final(i, outcome);
    }

    pub(super) fn answer_final(&mut self, i: u32, outcome: Outcome) {
        match outcome {
            Outcome::Pass => {}
            Outcome::Deny(status) => self.answer_prepared(i, status, true),
            Outcome::Tarpit(status) => {
                let c = &mut self.clients[i];
                c.state = State::Waiting;
                let wait = c.frontend().timeouts.tarpit;
                if let Some(txn) = c.txn.as_mut() {
                    txn.wait = Wait::Tarpit(status);
                }
                self.set_deadline(i, wait);
            }
            Outcome::Drop => self.close_client(i),
            Outcome::Answer { status, head, body } => self.answer(i, status, head, &body, true),
        }
    }

    /// `head` lacks its empty line. `keep`: the connection may go on if the request allows it.
    fn answer(&mut self, i: u32, status: u16, mut head: Vec<u8>, body: &[u8], keep: bool) {
        self.leave_queue(i);
        self.release_place(i);
        self.drop_upstream(i);
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if !txn.http || c.link.is_blocked() {
            return self.close_client(i);
        }
        txn.status = status;
        txn.keep &= keep && txn.request_done;
        if !txn.keep {
            head.extend_from_slice(b"connection: close\r\n");
        } else if !txn.client_http11 {
            head.extend_from_slice(b"connection: keep-alive\r\n");
        }
        head.extend_from_slice(b"\r\n");
        let body = if txn.method == Method::Head {
            b""
        } else {
            body
        };
        txn.log.bytes_out += (head.len() + body.len()) as u64;
        if c.link.send(&head, body, &mut self.buffers).is_err() {
            return self.close_client(i);
        }
        self.finish(i);
    }
}
