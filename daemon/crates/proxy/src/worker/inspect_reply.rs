//! The server's first bytes in tcp mode, held back until `tcp-response` rules have seen them.

use super::Worker;
use super::conn::Txn;
use super::link::Read;
use super::slab::NONE;
use crate::rules::context::Payload;
use crate::rules::{self, Context, Verdict};
use std::cell::Cell;

impl Worker {
    /// Holds the server's bytes back until `tcp-response` rules have seen enough of them; true
    /// when they may go on.
    pub(super) fn inspect_reply(&mut self, i: u32) -> bool {
        let most = self.clients[i].plan.limits.head;
        let mut rx = std::mem::take(&mut self.rx);
        let (verdict, ended) = loop {
            let c = &self.clients[i];
            let Some(u) = c.txn.as_ref().map(|t| t.up).filter(|u| *u != NONE) else {
                break (Verdict::Wait, false);
            };
            let up = &mut self.ups[u];
            let room = most.saturating_sub(up.pend.len()).min(rx.len());
            match up.link.read(&mut rx[..room], &mut self.buffers) {
                Read::Data(n) => {
                    up.pend.extend_from_slice(&rx[..n]);
                    if up.pend.len() < most {
                        continue;
                    }
                }
                Read::Broken => break (Verdict::Reject, true),
                Read::Blocked | Read::End => {}
            }
            let ended = self.ups[u].link.ended;
            if self.ups[u].pend.is_empty() && !ended {
                break (Verdict::Wait, false);
            }
            break (self.judge_reply(i, u, most), ended);
        };
        self.rx = rx;
        match verdict {
            Verdict::Accept => {
                if let Some(txn) = self.clients[i].txn.as_mut() {
                    txn.inspect_reply = false;
                }
                self.send_inspected(i)
            }
            Verdict::Wait if !ended => {
                self.wait_for_reply(i);
                false
            }
            Verdict::Close => {
                if self.send_inspected(i) {
                    self.finish(i);
                }
                false
            }
            Verdict::Vanish => {
                self.count_kept_back(i);
                self.note_end(i, b'P', b'R');
                self.vanish(i);
                false
            }
            _ => {
                self.count_kept_back(i);
                self.abort(i, b'P', b'D');
                false
            }
        }
    }

    /// The log counts what the server sent, as haproxy's does.
    fn count_kept_back(&mut self, i: u32) {
        if let Some(txn) = self.clients[i].txn.as_mut()
            && let Some(up) = self.ups.get(txn.up)
        {
            txn.log.bytes_out += up.pend.len() as u64;
        }
    }

    /// Too few bytes of the server: their time is limited.
    fn wait_for_reply(&mut self, i: u32) {
        if self.may_judge_reply(i) {
            let until = self.clients[i].txn.as_ref().map_or(0, |t| t.inspect_until);
            self.set_deadline(i, until.saturating_sub(self.now));
        }
    }

    /// Whether the server has begun to speak and its first bytes are still held back.
    pub(super) fn may_judge_reply(&self, i: u32) -> bool {
        let txn = self.clients[i].txn.as_deref();
        txn.filter(|txn| is_inspected(txn))
            .and_then(|txn| self.ups.get(txn.up))
            .is_some_and(|up| !up.pend.is_empty())
    }

    fn judge_reply(&mut self, i: u32, u: u32, most: usize) -> Verdict {
        let now = self.now;
        let c = &mut self.clients[i];
        let plan = c.plan.clone();
        let Some(txn) = c.txn.as_mut() else {
            return Verdict::Reject;
        };
        let Some(b) = txn.backend(&plan) else {
            return Verdict::Reject;
        };
        if txn.log.response == 0 {
            txn.log.response = now;
            txn.inspect_until = now + b.reply_content.delay;
        }
        let backend = txn.backend;
        let up = &self.ups[u];
        let more = !up.link.ended && up.pend.len() < most && now < txn.inspect_until;
        let pending = Cell::new(false);
        let ctx = Context {
            payload: Some(Payload {
                bytes: &up.pend,
                response: true,
                pending: more.then_some(&pending),
            }),
            ..self.context(i, backend)
        };
        // Without a delay they have been asked before anything came.
        let nothing = Payload {
            bytes: b"",
            response: true,
            pending: None,
        };
        let blank = Context {
            payload: Some(nothing),
            ..ctx
        };
        let early = b.reply_content.delay == 0;
        let verdict = rules::run_tcp(&b.reply_content.rules, 0, if early { &blank } else { &ctx });
        if verdict == Verdict::Accept {
            self.store_by_response(&ctx, i, b);
        }
        verdict
    }

    fn send_inspected(&mut self, i: u32) -> bool {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else {
            return false;
        };
        let pend = std::mem::take(&mut self.ups[txn.up].pend);
        txn.log.bytes_out += pend.len() as u64;
        let sent = c.link.send(&pend, b"", &mut self.buffers);
        self.buffers.give(pend);
        if sent.is_err() {
            self.client_gone(i);
            return false;
        }
        true
    }
}

/// Whether the exchange still has to be looked at before its bytes go on.
pub(super) fn is_inspected(txn: &Txn) -> bool {
    !txn.http && txn.inspect_reply
}
