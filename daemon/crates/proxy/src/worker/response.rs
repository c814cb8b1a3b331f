//! From bytes of a server to a response on its way.

use super::Worker;
use super::body::long_left;
use super::conn::{Reply, State};
use super::link::{Gone, Read};
use super::request::ROUNDS;
use super::slab::NONE;
use super::tally::tally_behind;
use http1::{Body, write};

/// Bodies up to this length leave in one piece with their head.
const SHORT: usize = 8 << 10;

/// Read first of a response whose predecessor had a long body: the head, and little of a body that
/// need not be copied.
const FIRST: usize = 4 << 10;

impl Worker {
    /// Passes on what the server sends, as fast as the client takes it.
    pub(super) fn pump_reply(&mut self, i: u32) {
        let mut rx = std::mem::take(&mut self.rx);
        for round in 0.. {
            let Some(c) = self.clients.get_mut(i) else {
                break;
            };
            let Some(txn) = c.txn.as_mut() else { break };
            if c.state != State::Exchange || txn.up == NONE || c.link.is_blocked() {
                break;
            }
            if txn.reply == Reply::Done {
                self.finish(i);
                break;
            }
            if round == ROUNDS {
                self.resume_later(i);
                break;
            }
            let up = &mut self.ups[txn.up];
            if let Some(most) = bulk_left(txn).filter(|_| up.link.is_bulk_for(&c.link)) {
                match c.link.splice(&mut up.link, most, &mut self.buffers) {
                    Ok(None) => {}
                    Ok(Some(Read::Data(n))) => {
                        self.spliced_reply(i, n);
                        continue;
                    }
                    Ok(Some(Read::Blocked)) => {
                        c.link.uncork();
                        break;
                    }
                    Ok(Some(Read::End)) => {
                        self.reply_ended(i);
                        break;
                    }
                    Err(Gone) => {
                        self.client_gone(i);
                        break;
                    }
                    Ok(Some(Read::Broken)) => {
                        self.abort(i, b'S', b'D');
                        break;
                    }
                }
            }
            let room = match txn.reply {
                Reply::Head if up.long_replies && c.link.is_plain() && !c.plan.bodies => {
                    FIRST.min(rx.len())
                }
                _ => rx.len(),
            };
            let n = match up.link.read(&mut rx[..room], &mut self.buffers) {
                Read::Data(n) => n,
                Read::Blocked => {
                    c.link.uncork();
                    break;
                }
                Read::End => {
                    self.reply_ended(i);
                    break;
                }
                Read::Broken => {
                    self.upstream_lost(i);
                    break;
                }
            };
            if up.pend.is_empty() {
                self.take_reply(i, &mut rx[..n]);
            } else {
                let mut pend = std::mem::take(&mut up.pend);
                pend.extend_from_slice(&rx[..n]);
                self.take_reply(i, &mut pend);
                self.buffers.give(pend);
            }
        }
        self.rx = rx;
    }

    /// A piece of the body went by inside the kernel.
    fn spliced_reply(&mut self, i: u32, n: usize) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        txn.log.bytes_out += n as u64;
        if let Body::Length(left) = &mut txn.reply_body {
            *left -= n as u64;
            if *left == 0 {
                txn.reply = Reply::Done;
            }
        }
        self.touch(i);
    }

    /// The server's end of stream: the end of the body, or something is missing.
    pub(super) fn reply_ended(&mut self, i: u32) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        match (txn.reply, &txn.reply_body) {
            (Reply::Head, _) if txn.held_reply.is_some() => self.held_reply_ended(i),
            (Reply::Body, Body::UntilClose) => {
                txn.reply = Reply::Done;
                self.finish(i);
            }
            (Reply::Head, _) => self.upstream_lost(i),
            _ => {
                let c = &self.clients[i];
                if let Some(txn) = &c.txn {
                    tally_behind(txn, &c.plan, self.id, |t| &t.response_errors);
                }
                self.abort(i, b'S', b'D');
            }
        }
    }

    /// Works through bytes of the server: interim responses, the head, the body.
    pub(super) fn take_reply(&mut self, i: u32, data: &mut [u8]) {
        let mut tx = std::mem::take(&mut self.tx);
        tx.clear();
        let mut at = 0;
        while let Some(txn) = self.clients.get_mut(i).and_then(|c| c.txn.as_mut())
            && txn.reply == Reply::Head
            && at < data.len()
        {
            match self.take_reply_head(i, &mut data[at..], &mut tx) {
                Ok(0) => {
                    // More of the head has to come; what came before it goes now.
                    let rest = self.buffers.hold(&data[at..]);
                    if let Some(txn) = self.clients[i].txn.as_ref() {
                        self.ups[txn.up].pend = rest;
                    }
                    if !tx.is_empty() {
                        self.send_reply(i, &tx, b"");
                    }
                    self.tx = tx;
                    return;
                }
                Ok(n) => at += n,
                Err(()) => {
                    self.tx = tx;
                    return;
                }
            }
        }
        let in_head =
            |c: &super::conn::Client| c.txn.as_ref().is_some_and(|t| t.reply == Reply::Head);
        if self.clients.get(i).is_some_and(in_head) {
            // Interim responses only, so far.
            self.send_reply(i, &tx, b"");
            self.touch(i);
        } else {
            self.take_reply_body(i, &data[at..], &mut tx);
        }
        self.tx = tx;
    }

    /// Sends head and body so far; `tx` may hold the head.
    fn take_reply_body(&mut self, i: u32, data: &[u8], tx: &mut Vec<u8>) {
        let Some(c) = self.clients.get_mut(i) else {
            return;
        };
        let Some(txn) = c.txn.as_mut() else { return };
        if c.state == State::Tunnel {
            self.send_reply(i, tx, data);
            self.touch(i);
            return self.relay(i);
        }
        let chunked = matches!(txn.reply_body, Body::Chunked(_));
        let mut at = 0;
        let mut plain = 0..0;
        while at < data.len() && !txn.reply_body.is_done() {
            let Ok(step) = txn.reply_body.step(&data[at..]) else {
                if !tx.is_empty() {
                    self.send_reply(i, tx, b"");
                }
                return self.abort(i, b'S', b'D');
            };
            let piece = at + step.data.start..at + step.data.end;
            match (chunked, txn.chunk_reply) {
                (true, true) => write::chunk(&data[piece], tx),
                (true, false) => tx.extend_from_slice(&data[piece]),
                (false, _) => plain = piece,
            }
            at += step.used;
        }
        if txn.reply_body.is_done() {
            txn.reply = Reply::Done;
            if let (true, Body::Chunked(decoder)) = (txn.chunk_reply, &txn.reply_body) {
                write::last_chunk(&decoder.trailers(), tx);
            }
            // Bytes behind the end belong to no request; they never reach a client.
            if at < data.len() {
                self.ups[txn.up].keep = false;
            }
        }
        let done = txn.reply == Reply::Done;
        if done && !txn.keep {
            c.link.conclude();
        }
        let from = &self.ups[txn.up].link;
        let spliced = from.is_bulk_for(&c.link) && from.readable && bulk_left(txn).is_some();
        // A short copy is cheaper than a call with two pieces.
        if !tx.is_empty() && plain.len() <= SHORT {
            tx.extend_from_slice(&data[plain]);
            plain = 0..0;
        }
        // The client's connection ends with it.
        let last = done && !txn.keep && c.link.is_plain();
        let sent = if (spliced || last) && plain.is_empty() {
            self.send_reply_start(i, tx)
        } else if last && tx.is_empty() {
            self.send_reply_start(i, &data[plain])
        } else {
            self.send_reply(i, tx, &data[plain])
        };
        if !sent {
            return;
        }
        if done {
            self.finish(i);
        } else {
            self.touch(i);
        }
    }

    /// The same for what a spliced body or the end follows at once.
    fn send_reply_start(&mut self, i: u32, start: &[u8]) -> bool {
        if start.is_empty() {
            return true;
        }
        let c = &mut self.clients[i];
        if let Some(txn) = c.txn.as_mut() {
            txn.log.bytes_out += start.len() as u64;
        }
        if c.link.send_before_more(start, &mut self.buffers).is_err() {
            self.client_gone(i);
            return false;
        }
        true
    }

    /// False when the client is gone.
    pub(super) fn send_reply(&mut self, i: u32, first: &[u8], second: &[u8]) -> bool {
        let c = &mut self.clients[i];
        if first.is_empty() && second.is_empty() {
            return true;
        }
        if let Some(txn) = c.txn.as_mut() {
            txn.log.bytes_out += (first.len() + second.len()) as u64;
        }
        if c.link.send(first, second, &mut self.buffers).is_err() {
            self.client_gone(i);
            return false;
        }
        true
    }
}

/// Bytes of a plain body that may be spliced.
fn bulk_left(txn: &super::conn::Txn) -> Option<u64> {
    match (txn.reply, &txn.reply_body) {
        (Reply::Body, Body::UntilClose) => Some(u64::MAX),
        (Reply::Body, body) => long_left(body),
        _ => None,
    }
}
