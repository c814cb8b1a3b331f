//! A stream becomes a client of its own.

use super::replies::Asked as Awaited;
use super::{Holder, Stream, Worker};
use crate::worker::broken::Nonsense;
use crate::worker::conn::{Client, State};
use crate::worker::link::{Link, Tube};
use crate::worker::slab::NONE;
use crate::worker::wheel::Armed;
use h2::Code;
use h2::translate::request::{Asked, to_http1};
use h2::translate::{Inward, Malformed, Outward, broken};
use http1::Fault;
use std::cell::RefCell;

/// Bytes of a response that a stream holds before its server has to wait.
const HELD: usize = 64 << 10;

impl Worker {
    /// A request came whole, or with a body to follow.
    pub(super) fn open_stream(&mut self, h: u32, id: u32, end: bool) -> Result<(), Code> {
        let mut text = self.buffers.take();
        let random = self.draw();
        let carrier = &mut self.carriers.list[h];
        let list = carrier.core.headers();
        if list.is_too_large() {
            self.buffers.give(text);
            self.keep_broken_fields(h, None);
            self.refuse_large(h, id);
            return Ok(());
        }
        let asked = match to_http1(list, end, random, &mut text) {
            Ok(asked) if !carrier.core.expect(id, asked.length, end) => Err(Malformed::Length),
            asked => asked,
        };
        match asked {
            Ok(asked) => {
                self.admit_stream(h, id, text, asked, end);
                Ok(())
            }
            Err(why) => {
                self.buffers.give(text);
                self.keep_broken_fields(h, Some(why));
                self.refuse_stream(h, id)
            }
        }
    }

    fn refuse_stream(&mut self, h: u32, id: u32) -> Result<(), Code> {
        let carrier = &mut self.carriers.list[h];
        let refused = carrier.core.refuse(id, Code::Protocol);
        if let Holder::Client(holder) = carrier.holder {
            self.tally_front(holder, |t| &t.request_errors);
        }
        refused
    }

    /// A request that becomes no stream, for `show errors`; `None`: it is too large.
    fn keep_broken_fields(&self, h: u32, why: Option<Malformed>) {
        let carrier = &self.carriers.list[h];
        if let Holder::Client(holder) = carrier.holder {
            let broken = broken::tell(carrier.core.headers(), why, broken::OF_REQUESTS);
            let rule = why.map_or_else(|| Fault::HeadTooLarge.rule(), Malformed::rule);
            self.keep_broken_request_of(holder, &Nonsense { broken, rule });
        }
    }

    fn admit_stream(&mut self, h: u32, id: u32, text: Vec<u8>, asked: Asked, end: bool) {
        let carrier = &mut self.carriers.list[h];
        let Holder::Client(holder) = carrier.holder else {
            return;
        };
        let key = carrier.streams.insert(Stream {
            id,
            user: NONE,
            inward: Inward::new(asked.framing),
            outward: Outward::response(asked.method, asked.websocket),
            asked: Awaited::default(),
            owed: 0,
            left: None,
        });
        carrier.core.set_key(id, key);
        let tube = Tube {
            connection: h,
            stream: key,
            input: text,
            input_ended: end,
            limit: HELD,
            ..Tube::default()
        };
        let mut link = Link::stream(carrier.socket.clone(), Box::new(tube));
        link.readable = true;
        if carrier.streams.len() == 1 {
            self.set_deadline(holder, super::idle::NEVER);
        }
        let current = self.take_up_plan(holder);
        let c = &mut self.clients[holder];
        let memory = c.memory.as_ref().map(|m| m.borrow().of_stream());
        let requests = c.requests;
        c.requests = requests.saturating_add(1);
        let stream = Client {
            link,
            peer: c.peer,
            local: c.local,
            plan: c.plan.clone(),
            frontend: c.frontend,
            bind: c.bind,
            place: None,
            sealed: false,
            state: State::Head,
            first: true,
            pend: Vec::new(),
            deadline: 0,
            armed: Armed::NOT,
            own_up: NONE,
            accepted: c.accepted,
            idle_from: self.now,
            head_at: 0,
            memory: memory.map(|m| Box::new(RefCell::new(m))),
            requests,
            upgraded: c.upgraded,
            carrier: h,
            txn: None,
        };
        let wait = stream.frontend().timeouts.http_request;
        let i = self.clients.insert(stream);
        let carrier = &mut self.carriers.list[h];
        carrier.streams[key].user = i;
        let parting = self.is_parting(i);
        if !current || parting && self.has_left(i) {
            self.carriers.list[h].core.leave();
        } else if parting {
            self.carriers.list[h].core.warn();
        }
        self.set_deadline(i, wait);
        self.resume_later(i);
    }

    /// A head that is larger than anything that would be read of it.
    fn refuse_large(&mut self, h: u32, id: u32) {
        let carrier = &mut self.carriers.list[h];
        carrier.core.send_headers(id, true, |field| {
            field(b":status", b"431");
            field(b"content-length", b"0");
        });
        carrier.core.reset(id, Code::NoError);
        let Holder::Client(holder) = carrier.holder else {
            return;
        };
        self.tally_front(holder, |t| &t.request_errors);
        self.front(holder).requests.add(1);
    }
}
