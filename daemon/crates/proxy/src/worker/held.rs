//! Requests that are held until their body has come: `option http-buffer-request`,
//! `wait-for-body`, `balance url_param … check_post`.

use super::Worker;
use super::conn::{State, Wait};
use crate::rules::{BodySeen, Edits};
use http1::{Body, Fault, Field, Request};
use std::borrow::Cow;

/// Where the rules over a request go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Start,
    /// At this rule of the frontend's `tcp-request content`.
    FrontContent(usize),
    /// Before the frontend's rules.
    Front,
    /// At this rule of the frontend.
    FrontRule(usize),
    /// A backend is chosen.
    Back(usize),
    /// At this rule of its `tcp-request content`.
    BackContent(usize, usize),
    /// At this rule of the chosen backend.
    BackRule(usize, usize),
}

impl Stage {
    /// Rules go on at this one, of the frontend or of the chosen backend.
    pub fn behind(rule: usize, content: bool, backend: Option<usize>) -> Self {
        match (content, backend) {
            (true, None) => Self::FrontContent(rule),
            (true, Some(b)) => Self::BackContent(b, rule),
            (false, None) => Self::FrontRule(rule),
            (false, Some(b)) => Self::BackRule(b, rule),
        }
    }
}

/// A request whose rules go on when more has come.
#[derive(Debug)]
pub struct Held {
    request: Request,
    fields: Vec<Field>,
    edits: Edits,
    stage: Stage,
}

/// What has come of a body.
pub struct Arrived<'a> {
    bytes: Cow<'a, [u8]>,
    size: u64,
    whole: bool,
}

impl Arrived<'_> {
    /// The same, whatever its bytes say.
    pub fn known_whole(self, whole: bool) -> Self {
        Self { whole, ..self }
    }

    pub fn seen(&self) -> BodySeen<'_> {
        BodySeen {
            bytes: &self.bytes,
            size: self.size,
            whole: self.whole,
        }
    }
}

/// Of `data` behind the head, at most `room` bytes; a full buffer is as good as the whole.
pub fn arrived<'a>(body: &Body, data: &'a [u8], room: usize) -> Result<Arrived<'a>, Fault> {
    if let Body::Chunked(_) = body {
        let (mut body, mut bytes, mut at) = (body.clone(), Vec::new(), 0);
        while at < data.len() && !body.is_done() {
            let step = body.step(&data[at..])?;
            bytes.extend_from_slice(&data[at..][step.data]);
            at += step.used;
        }
        let whole = body.is_done() || data.len() >= room;
        bytes.truncate(room);
        return Ok(Arrived {
            size: bytes.len() as u64,
            bytes: Cow::Owned(bytes),
            whole,
        });
    }
    let size = body.left().unwrap_or(data.len() as u64);
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    let there = data.len().min(length);
    Ok(Arrived {
        bytes: Cow::Borrowed(&data[..there.min(room)]),
        size,
        whole: there == length || there >= room,
    })
}

impl Worker {
    /// The rules wait for more of the body, for `wait` milliseconds at most.
    pub(super) fn hold_request(
        &mut self,
        i: u32,
        data: &[u8],
        mut request: Request,
        fields: &mut [Field],
        wait: u64,
    ) {
        let asked = std::mem::take(&mut request.expect_continue);
        if asked {
            // It is answered here, where the body is waited for.
            self.edits
                .remove(data, fields, |name| name.eq_ignore_ascii_case(b"expect"));
        }
        self.keep_request(i, data, request, fields);
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        let since = txn.held_since.get_or_insert(self.now);
        let left = (*since + wait).saturating_sub(self.now);
        self.set_deadline(i, left);
        if asked {
            self.send_reply(i, b"HTTP/1.1 100 Continue\r\n\r\n", b"");
        }
    }

    /// Keeps all that its rules need to go on later.
    pub(super) fn keep_request(&mut self, i: u32, data: &[u8], request: Request, fields: &[Field]) {
        let pend = self.buffers.hold(data);
        let edits = std::mem::take(&mut self.edits);
        let c = &mut self.clients[i];
        c.pend = pend;
        c.state = State::Head;
        let Some(txn) = c.txn.as_mut() else { return };
        txn.log.head_done = 0;
        txn.held_request = Some(Box::new(Held {
            stage: txn.stage,
            request,
            fields: fields.to_vec(),
            edits,
        }));
    }

    /// Whether the client's request is held; then it goes on with what has come.
    pub(super) fn go_on_with(&mut self, i: u32, data: &mut [u8]) -> bool {
        let c = &mut self.clients[i];
        let Some(held) = c.txn.as_mut().and_then(|t| t.held_request.take()) else {
            return false;
        };
        let answered = matches!(c.txn.as_ref().map(|t| t.wait), Some(Wait::Name(_)));
        if c.link.ended && !answered {
            // The rest will not come.
            if let Some(txn) = c.txn.as_mut() {
                txn.log.end(b'C', b'R');
            }
            self.client_gone(i);
            return true;
        }
        let Held {
            request,
            mut fields,
            edits,
            stage,
        } = *held;
        if let Some(txn) = c.txn.as_mut() {
            txn.stage = stage;
            txn.wait = Wait::Connect;
            txn.log.head_done = self.now;
        }
        self.edits = edits;
        self.judge_request(i, data, request, &mut fields);
        true
    }

    /// Time is up while a request is held.
    pub(super) fn held_too_long(&mut self, i: u32) -> bool {
        let held = self.clients[i].txn.as_mut();
        let Some(txn) = held.filter(|t| t.held_request.is_some()) else {
            return false;
        };
        txn.held_request = None;
        txn.log.end(b'c', b'R');
        self.tally_front(i, |t| &t.request_errors);
        self.answer_prepared(i, 408, false);
        true
    }
}
