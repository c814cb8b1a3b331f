//! Responses that are held until their body has come: `http-response wait-for-body`.

use super::Worker;
use super::conn::{Reply, State};
use super::held::{Arrived, arrived};
use crate::rules::Edits;
use http1::{Body, Field, Response};

/// Where the rules over a response go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// Which of the lists: of the backend, of the frontend, then those for all answers.
    pub list: usize,
    pub rule: usize,
    /// Until when the rule waits at the latest; 0: no rule has waited yet.
    pub until: u64,
    /// Nothing more of the body will come.
    pub ended: bool,
}

impl Step {
    pub fn is_first(self) -> bool {
        self.until == 0
    }

    /// The same in this list; lists behind the one it stands in are run from their beginning.
    pub fn at(self, list: usize) -> Self {
        if list == self.list {
            return self;
        }
        Self {
            list,
            ended: self.ended,
            ..Self::default()
        }
    }

    /// This rule waits. More bytes do not give the same rule more time.
    pub fn waiting(self, rule: usize, until: u64) -> Self {
        let again = rule == self.rule && !self.is_first();
        let until = if again { self.until } else { until };
        Self {
            rule,
            until,
            ..self
        }
    }
}

/// A response whose rules go on when more has come. Its bytes stay where the server's bytes are kept.
#[derive(Debug)]
pub struct HeldReply {
    response: Response,
    fields: Vec<Field>,
    edits: Edits,
    step: Step,
}

/// What of a response's body is here.
pub fn arrived_reply<'a>(
    body: &Body,
    data: &'a [u8],
    room: usize,
    ended: bool,
) -> Option<Arrived<'a>> {
    let arrived = arrived(body, data, room).ok()?;
    // Without a length only the end of the connection says that it is whole.
    let open = matches!(body, Body::UntilClose) && data.len() < room;
    Some(match (ended, open) {
        (true, _) => arrived.known_whole(true),
        (false, true) => arrived.known_whole(false),
        (false, false) => arrived,
    })
}

impl Worker {
    /// The rules wait for more of the body.
    pub(super) fn hold_reply(&mut self, i: u32, response: Response, fields: &[Field], step: Step) {
        let edits = std::mem::take(&mut self.edits);
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        txn.held_reply = Some(Box::new(HeldReply {
            response,
            fields: fields.to_vec(),
            edits,
            step,
        }));
        self.set_deadline(i, step.until.saturating_sub(self.now));
    }

    /// More of the body is here. As [`Worker::take_reply_head`]: bytes used; 0 wants more.
    pub(super) fn go_on_with_reply(
        &mut self,
        i: u32,
        data: &[u8],
        held: HeldReply,
        tx: &mut Vec<u8>,
    ) -> Result<usize, ()> {
        let HeldReply {
            response,
            mut fields,
            edits,
            step,
        } = held;
        self.edits = edits;
        self.judge_reply_head(i, data, response, &mut fields, step, tx)
    }

    /// The server has said its last while its response is held: it goes on as it is.
    pub(super) fn held_reply_ended(&mut self, i: u32) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        let up = txn.up;
        if let Some(held) = &mut txn.held_reply {
            held.step.ended = true;
        }
        let mut pend = std::mem::take(&mut self.ups[up].pend);
        self.take_reply(i, &mut pend);
        self.buffers.give(pend);
        let left = self.clients.get(i).and_then(|c| c.txn.as_ref());
        if left.is_some_and(|txn| txn.reply == Reply::Body) && self.is_under_way(i) {
            self.reply_ended(i);
        }
    }

    fn is_under_way(&self, i: u32) -> bool {
        self.clients
            .get(i)
            .is_some_and(|c| c.state == State::Exchange)
    }

    /// Time is up while a response is held.
    pub(super) fn reply_held_too_long(&mut self, i: u32) {
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.held_reply = None;
        }
        self.note_end(i, b's', b'R');
        self.answer_prepared(i, 504, true);
    }
}
