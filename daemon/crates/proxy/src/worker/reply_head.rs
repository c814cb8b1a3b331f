//! Response heads: interim ones, the final one, the rules over it.

use super::Worker;
use super::conn::{Reply, State};
use super::held_reply::Step;
use super::link::LONG;
use super::observe::Seen;
use super::tally::tally_behind;
use http1::response::Asked;
use http1::{Field, Limits, Manner, Method, Response, parse_response};

impl Worker {
    /// Bytes used; 0 wants more. `Err`: the exchange is over.
    pub(super) fn take_reply_head(
        &mut self,
        i: u32,
        data: &mut [u8],
        tx: &mut Vec<u8>,
    ) -> Result<usize, ()> {
        let c = &mut self.clients[i];
        let txn = c.txn.as_mut().ok_or(())?;
        if let Some(held) = txn.held_reply.take() {
            return self.go_on_with_reply(i, data, *held, tx);
        }
        let mut fields = std::mem::take(&mut self.fields);
        let limits = Limits {
            manner: txn.backend(&c.plan).map_or(Manner::Normal, |b| b.manner),
            ..c.plan.limits
        };
        let asked = Asked {
            method: txn.method,
            upgrade: txn.upgrade,
        };
        let parsed = parse_response(data, asked, limits, &mut fields);
        let result = match parsed {
            Ok(None) => Ok(0),
            Ok(Some(response)) => self.begin_reply(i, data, response, &mut fields, tx),
            Err(_) if self.replay(i, |on| on.junk) => Err(()),
            Err(fault) => {
                self.keep_broken_response(i, fault, data);
                let c = &mut self.clients[i];
                let txn = c.txn.as_mut().ok_or(())?;
                txn.log.end(b'P', b'H');
                tally_behind(txn, &c.plan, self.id, |t| &t.response_errors);
                self.observe(i, Seen::Nonsense);
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
    ) -> Result<usize, ()> {
        self.edits.clear();
        self.tally_reply(i, response.status);
        if !response.is_interim() {
            let replay = self.clients[i].txn.as_ref().is_some_and(|txn| txn.replay);
            if replay && self.replay(i, |on| on.statuses.contains(&response.status)) {
                return Err(());
            }
            if let Some(txn) = self.clients[i].txn.as_mut() {
                txn.log.response10 = !response.http11;
            }
            self.observe(i, Seen::Answered(response.status));
            return self.judge_reply_head(i, data, response, fields, Step::default(), tx);
        }
        let mut txn = self.clients[i].txn.take().ok_or(())?;
        // RFC 9110 §15.2: not for a client that knows only HTTP/1.0.
        if txn.client_http11 {
            self.write_reply(data, &response, fields, &mut txn, tx);
        }
        self.clients[i].txn = Some(txn);
        Ok(response.head_len)
    }

    /// The rules over a final response, from where they have come to, and what they lead to.
    pub(super) fn judge_reply_head(
        &mut self,
        i: u32,
        data: &[u8],
        response: Response,
        fields: &mut [Field],
        step: Step,
        tx: &mut Vec<u8>,
    ) -> Result<usize, ()> {
        if let Some(step) = self.reply_rules(i, data, &response, fields, step)? {
            self.hold_reply(i, response, fields, step);
            return Ok(0);
        }
        self.check_cookies(i, data, &response, fields)?;
        let used = response.head_len;
        self.pass_reply(i, data, response, fields, tx)?;
        Ok(used)
    }

    /// Nothing is against the response any more.
    fn pass_reply(
        &mut self,
        i: u32,
        data: &[u8],
        response: Response,
        fields: &mut [Field],
        tx: &mut Vec<u8>,
    ) -> Result<(), ()> {
        let parting = self.is_parting(i);
        let mut txn = self.clients[i].txn.take().ok_or(())?;
        self.stick_reply(i, data, fields, &mut txn);
        if !txn.store.is_empty() {
            self.clients[i].txn = Some(txn);
            self.store_server(i);
            txn = self.clients[i].txn.take().ok_or(())?;
        }
        txn.log.response = self.now;
        // A response before the whole request: the rest of it has nowhere to go.
        txn.keep &= txn.request_done && !parting;
        let keep_up = response.keep_alive && txn.request_done && !txn.close_up;
        let up = &mut self.ups[txn.up];
        up.keep = keep_up;
        up.long_replies = response.body.left().is_some_and(|n| n > 2 * LONG);
        if up.long_replies {
            up.link.expect_bulk(true);
        }
        self.write_reply(data, &response, fields, &mut txn, tx);
        let tunnel = response.status == 101
            || (txn.method == Method::Connect && (200..300).contains(&response.status));
        txn.reply = Reply::Body;
        txn.reply_body = response.body;
        // The request will not be sent again.
        self.buffers.give(std::mem::take(&mut txn.request));
        txn.request_sent = 0;
        if self.clients[i].frontend().log.early {
            self.log_early(i, &mut txn, tx.len());
        }
        self.clients[i].txn = Some(txn);
        if tunnel {
            self.clients[i].state = State::Tunnel;
        }
        Ok(())
    }
}
