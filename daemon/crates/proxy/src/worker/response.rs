//! From bytes of a server to a response on its way.

use super::Worker;
use super::conn::{Reply, State};
use super::link::Read;
use super::request::ROUNDS;
use super::slab::NONE;
use crate::rules::act::Subject;
use crate::rules::{self, Context, Outcome};
use http1::response::Asked;
use http1::{Body, Field, Method, Response, parse_response, write};

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
            if let Some(most) = bulk_left(txn).filter(|_| up.link.bulk) {
                match c.link.splice(&mut up.link, most, &mut self.buffers) {
                    None => up.link.bulk = false,
                    Some(Read::Data(n)) => {
                        self.spliced_reply(i, n);
                        continue;
                    }
                    Some(Read::Blocked) => break,
                    Some(Read::End) => {
                        self.reply_ended(i);
                        break;
                    }
                    Some(Read::Broken) => {
                        self.abort(i, b'S', b'D');
                        break;
                    }
                }
            }
            let n = match up.link.read(&mut rx) {
                Read::Data(n) => n,
                Read::Blocked => break,
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
    fn reply_ended(&mut self, i: u32) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        match (txn.reply, &txn.reply_body) {
            (Reply::Body, Body::UntilClose) => {
                txn.reply = Reply::Done;
                self.finish(i);
            }
            (Reply::Head, _) => self.upstream_lost(i),
            _ => self.abort(i, b'S', b'D'),
        }
    }

    /// Works through bytes of the server: interim responses, the head, the body.
    fn take_reply(&mut self, i: u32, data: &mut [u8]) {
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

    /// Bytes used; 0 wants more. `Err`: the exchange is over.
    fn take_reply_head(&mut self, i: u32, data: &mut [u8], tx: &mut Vec<u8>) -> Result<usize, ()> {
        let mut fields = std::mem::take(&mut self.fields);
        let c = &mut self.clients[i];
        let limits = c.plan.limits;
        let txn = c.txn.as_mut().ok_or(())?;
        let asked = Asked {
            method: txn.method,
            upgrade: txn.upgrade,
        };
        let parsed = parse_response(data, asked, limits, &mut fields);
        let result = match parsed {
            Ok(None) => Ok(0),
            Ok(Some(response)) => {
                let used = response.head_len;
                self.begin_reply(i, data, response, &mut fields, tx)
                    .map(|()| used)
            }
            Err(_) => {
                txn.log.end(b'P', b'H');
                self.drop_upstream(i);
                self.answer_prepared(i, 502, true);
                Err(())
            }
        };
        self.fields = fields;
        result
    }

    fn begin_reply(
        &mut self,
        i: u32,
        data: &[u8],
        response: Response,
        fields: &mut [Field],
        tx: &mut Vec<u8>,
    ) -> Result<(), ()> {
        self.edits.clear();
        let now = self.now;
        if !response.is_interim() {
            self.reply_rules(i, data, &response, fields)?;
        }
        let stopping = self.stop_at.is_some();
        let mut txn = self.clients[i].txn.take().ok_or(())?;
        if response.is_interim() {
            // RFC 9110 §15.2: not for a client that knows only HTTP/1.0.
            if txn.client_http11 {
                self.write_reply(data, &response, fields, &mut txn, tx);
            }
            self.clients[i].txn = Some(txn);
            return Ok(());
        }
        txn.log.response = now;
        txn.status = response.status;
        // A response before the whole request: the rest of it has nowhere to go.
        txn.keep &= txn.request_done && !stopping;
        let keep_up = response.keep_alive && txn.request_done;
        self.ups[txn.up].keep = keep_up;
        self.write_reply(data, &response, fields, &mut txn, tx);
        let tunnel = response.status == 101
            || (txn.method == Method::Connect && (200..300).contains(&response.status));
        txn.reply = Reply::Body;
        txn.reply_body = response.body;
        // The request will not be sent again.
        self.buffers.give(std::mem::take(&mut txn.request));
        txn.request_sent = 0;
        self.clients[i].txn = Some(txn);
        if tunnel {
            self.clients[i].state = State::Tunnel;
        }
        Ok(())
    }

    fn reply_rules(
        &mut self,
        i: u32,
        data: &[u8],
        response: &Response,
        fields: &mut [Field],
    ) -> Result<(), ()> {
        let random = self.draw();
        let plan = self.clients[i].plan.clone();
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|t| t.backend);
        let server = c.txn.as_ref().and_then(|t| t.server(&plan));
        let from_backend =
            backend.map_or(&[][..], |b| &plan.backends[b as usize].response_rules[..]);
        let from_frontend = &c.frontend().response_rules[..];
        if from_backend.is_empty() && from_frontend.is_empty() {
            return Ok(());
        }
        let mut edits = std::mem::take(&mut self.edits);
        let base = Context {
            random,
            status: response.status,
            server: server.map(|s| s.name.as_str()),
            ..self.context(i, backend)
        };
        let mut outcome = Outcome::Pass;
        for rules in [from_backend, from_frontend] {
            let mut subject = Subject {
                buf: data,
                fields,
                edits: &mut edits,
                line: None,
            };
            outcome = rules::run(rules, &mut subject, &base);
            if !matches!(outcome, Outcome::Pass) {
                break;
            }
        }
        self.edits = edits;
        if matches!(outcome, Outcome::Pass) {
            return Ok(());
        }
        self.drop_upstream(i);
        self.answer_final(i, outcome);
        Err(())
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
        if !self.send_reply(i, tx, &data[plain]) {
            return;
        }
        if done {
            self.finish(i);
        } else {
            self.touch(i);
        }
    }

    /// False when the client is gone.
    fn send_reply(&mut self, i: u32, first: &[u8], second: &[u8]) -> bool {
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

/// Bytes of a plain body that may be spliced: more than one buffer full.
fn bulk_left(txn: &super::conn::Txn) -> Option<u64> {
    match (txn.reply, &txn.reply_body) {
        (Reply::Body, Body::Length(left)) if *left > super::SCRATCH as u64 => Some(*left),
        (Reply::Body, Body::UntilClose) => Some(u64::MAX),
        _ => None,
    }
}
