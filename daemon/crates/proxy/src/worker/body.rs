//! Request bodies: what came with the head, and what follows.

use super::Worker;
use super::conn::{Reply, State, Txn};
use super::link::{Gone, LONG, Read};
use super::request::ROUNDS;
use super::slab::NONE;
use http1::{Body, write};

impl Worker {
    /// Passes on what the client sends of the body, as fast as the server takes it.
    pub(super) fn pump_body(&mut self, i: u32) {
        let mut rx = std::mem::take(&mut self.rx);
        for round in 0.. {
            let Some(c) = self.clients.get_mut(i) else {
                break;
            };
            let Some(txn) = c.txn.as_mut() else { break };
            if c.state != State::Exchange
                || txn.request_done
                || txn.up == NONE
                || txn.request_sent < txn.request.len()
            {
                break;
            }
            if self.ups[txn.up].link.is_blocked() {
                break;
            }
            if round == ROUNDS {
                self.resume_later(i);
                break;
            }
            let up = &mut self.ups[txn.up].link;
            if c.link.is_bulk_for(up)
                && c.pend.is_empty()
                && let Some(most) = spliceable(txn, c.plan.limits.head)
            {
                match up.splice(&mut c.link, most, &mut self.buffers) {
                    Ok(None) => {}
                    Ok(Some(Read::Data(n))) => {
                        self.spliced_body(i, n);
                        continue;
                    }
                    Ok(Some(Read::Blocked)) => break,
                    Err(Gone) => {
                        self.server_deaf(i);
                        break;
                    }
                    Ok(Some(Read::End | Read::Broken)) => {
                        self.client_gone(i);
                        break;
                    }
                }
            }
            let pend = std::mem::take(&mut c.pend);
            let n = if pend.is_empty() {
                match c.link.read(&mut rx, &mut self.buffers) {
                    Read::Data(n) => n,
                    Read::Blocked => break,
                    Read::End | Read::Broken => {
                        self.client_gone(i);
                        break;
                    }
                }
            } else {
                0
            };
            let data: &[u8] = if pend.is_empty() { &rx[..n] } else { &pend };
            let ok = self.forward_body(i, data);
            self.buffers.give(pend);
            if !ok {
                break;
            }
        }
        self.rx = rx;
    }

    /// A piece of the body went by inside the kernel.
    fn spliced_body(&mut self, i: u32, n: usize) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        txn.log.bytes_in += n as u64;
        (txn.replay, txn.streamed) = (false, true);
        if let Body::Length(left) = &mut txn.body {
            *left -= n as u64;
            txn.request_done = *left == 0;
        }
        self.touch(i);
    }

    /// The server stopped listening; what it has to say may still be readable.
    fn server_deaf(&mut self, i: u32) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        txn.keep = false;
        txn.request_done |= !txn.replay;
        let up = &mut self.ups[txn.up];
        up.link.readable = true;
        up.keep = false;
        self.pump_reply(i);
    }

    /// Sends a piece of the body; false when the exchange cannot go on with it.
    fn forward_body(&mut self, i: u32, data: &[u8]) -> bool {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else {
            return false;
        };
        let mut at = 0;
        let chunked = matches!(txn.body, Body::Chunked(_));
        self.tx.clear();
        let mut plain = 0..0;
        while at < data.len() && !txn.body.is_done() {
            let Ok(step) = txn.body.step(&data[at..]) else {
                txn.keep = false;
                self.note_bad_body(i);
                return false;
            };
            if chunked {
                write::chunk(&data[at..][step.data.clone()], &mut self.tx);
            } else {
                plain = at + step.data.start..at + step.data.end;
            }
            at += step.used;
        }
        txn.log.bytes_in += at as u64;
        if txn.body.is_done() {
            txn.request_done = true;
            if let Body::Chunked(decoder) = &txn.body {
                write::last_chunk(&decoder.trailers(), &mut self.tx);
            }
        }
        if txn.replay && txn.request.len() + self.tx.len() + plain.len() <= c.plan.limits.head {
            txn.request.extend_from_slice(&self.tx);
            txn.request.extend_from_slice(&data[plain.clone()]);
            txn.request_sent = txn.request.len();
        } else {
            (txn.replay, txn.streamed) = (false, true);
        }
        let up = &mut self.ups[txn.up].link;
        let sent = up.send(&self.tx, &data[plain], &mut self.buffers);
        if at < data.len() {
            c.pend = self.buffers.hold(&data[at..]);
        }
        self.touch(i);
        if sent.is_err() {
            self.server_deaf(i);
            return false;
        }
        true
    }

    /// The body broke its framing after the head went on.
    fn note_bad_body(&mut self, i: u32) {
        self.tally_front(i, |t| &t.request_errors);
        let c = &mut self.clients[i];
        if let Some(txn) = c.txn.as_mut() {
            txn.log.end(b'C', b'D');
            if txn.reply == Reply::Head {
                return self.answer_prepared(i, 400, false);
            }
        }
        self.close_client(i);
    }
}

/// Bytes of a plain body that may be spliced.
pub(super) fn long_left(body: &Body) -> Option<u64> {
    body.left().filter(|left| *left > LONG)
}

/// The same of a request, unless all of it is kept to be sent again: `most` bytes at most.
pub(super) fn spliceable(txn: &Txn, most: usize) -> Option<u64> {
    let left = long_left(&txn.body)?;
    let kept = txn.replay && txn.request.len() as u64 + left <= most as u64;
    (!kept).then_some(left)
}

/// Moves body bytes that came with the head into the request; more than `data.len()` on a fault.
pub(super) fn take_body(txn: &mut Txn, data: &[u8]) -> usize {
    let chunked = matches!(txn.body, Body::Chunked(_));
    let mut at = 0;
    while at < data.len() && !txn.body.is_done() {
        let Ok(step) = txn.body.step(&data[at..]) else {
            return usize::MAX / 2;
        };
        let piece = &data[at..][step.data];
        if chunked {
            write::chunk(piece, &mut txn.request);
        } else {
            txn.request.extend_from_slice(piece);
        }
        at += step.used;
    }
    txn.request_done = txn.body.is_done();
    if let (true, Body::Chunked(decoder)) = (txn.request_done, &txn.body) {
        write::last_chunk(&decoder.trailers(), &mut txn.request);
    }
    txn.reply = Reply::Head;
    at
}
