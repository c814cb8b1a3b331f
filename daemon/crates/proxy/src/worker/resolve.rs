//! Requests and connections that wait for the address of a name (`do-resolve`). The control thread
//! asks; the worker goes on with others meanwhile.

use super::Worker;
use super::conn::{State, Wait};
use super::held::Stage;
use super::mailbox::{Asked, Report};
use crate::rules::value::Value;
use crate::rules::{Outcome, effects};
use http1::{Field, Request};
use std::net::IpAddr;

/// Longer than any round of questions takes with the usual times; the control thread answers each
/// question, so this ends only what went wrong.
const LONGEST_MS: u64 = 600_000;

impl Worker {
    /// Where the rules go on when the outcome is that a name is asked for.
    pub(super) fn note_stage(
        &mut self,
        i: u32,
        outcome: Outcome,
        backend: Option<usize>,
    ) -> Outcome {
        if let Outcome::Name { rule, content } = outcome
            && let Some(txn) = self.clients[i].txn.as_mut()
        {
            txn.stage = Stage::behind(rule, content, backend);
        }
        outcome
    }

    /// The request's rules go on when there is an answer.
    pub(super) fn hold_for_name(
        &mut self,
        i: u32,
        data: &[u8],
        request: Request,
        fields: &[Field],
    ) {
        self.keep_request(i, data, request, fields);
        self.ask_name(i);
    }

    /// Asks what a rule has left in the memory, and waits.
    pub(super) fn ask_name(&mut self, i: u32) {
        let asked = self.with_memory(i, |memory| {
            let question = memory.question.as_mut()?;
            let name = std::mem::take(&mut question.name);
            Some((question.resolvers.clone(), question.prefers_ipv4, name))
        });
        let Some((resolvers, prefers_ipv4, name)) = asked.flatten() else {
            return self.resume_later(i);
        };
        self.questions = self.questions.wrapping_add(1);
        let number = self.questions;
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        if let Some(txn) = c.txn.as_mut() {
            txn.wait = Wait::Name(number);
        }
        self.set_deadline(i, LONGEST_MS);
        (self.report)(Report::Asked(Asked {
            worker: self.id,
            client: i,
            number,
            resolvers,
            prefers_ipv4,
            name,
        }));
    }

    /// The answer to a question that somebody may still wait for.
    pub(super) fn answered(&mut self, i: u32, number: u32, address: Option<IpAddr>) {
        let c = self.clients.get(i).filter(|c| c.state == State::Waiting);
        let txn = c.and_then(|c| c.txn.as_ref());
        if txn.is_none_or(|txn| txn.wait != Wait::Name(number)) {
            return;
        }
        let question = self.with_memory(i, |memory| memory.question.take());
        if let (Some(Some(question)), Some(ip)) = (question, address) {
            let value = Some(Value::Ip(ip));
            effects::set(&question.variable, value, &self.context(i, None));
        }
        self.go_on(i);
    }

    /// Rules go on behind the one that asked.
    pub(super) fn go_on(&mut self, i: u32) {
        let c = &mut self.clients[i];
        if c.txn.as_ref().is_some_and(|txn| txn.http) {
            c.state = State::Head;
            self.read_request(i);
        } else {
            c.state = State::Inspect;
            self.inspect(i);
        }
    }
}
