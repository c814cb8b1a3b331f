//! A check under way: what it needs next, and what it came to. The caller owns the connection.

use crate::answer::MAX_ANSWER;
use crate::result::{CheckResult, CheckStatus};
use crate::sequence::{Action, Connect, Port, Sequence};
use crate::text::{Author, Seen};

/// What a check under way needs.
#[derive(Debug, PartialEq, Eq)]
pub enum Need<'s> {
    /// A connection, to this port where it is not the one of the server line.
    Connect(&'s Connect, Option<u16>),
    /// The bytes not sent yet.
    Send(&'s [u8]),
    Receive,
    Done(CheckResult),
}

/// A check under way.
#[derive(Debug)]
pub struct Run {
    pub(crate) at: usize,
    /// What the step under way sends, and how much of it is sent.
    outgoing: Vec<u8>,
    sent: usize,
    port: Option<u16>,
    pub(crate) received: Vec<u8>,
    /// A step sent something: what came before does not answer it.
    stale: bool,
    /// What a later reply of the protocol is to say.
    pub(crate) note: Option<String>,
    /// What it comes to when nothing but orders follows.
    pub(crate) passed: CheckResult,
    pub(crate) result: Option<CheckResult>,
}

impl Run {
    pub fn begin(sequence: &Sequence, author: &mut dyn Author) -> Self {
        let mut run = Self {
            at: 0,
            outgoing: Vec::new(),
            sent: 0,
            port: None,
            received: Vec::new(),
            stale: false,
            note: None,
            passed: CheckResult::new(CheckStatus::L4Ok),
            result: None,
        };
        run.arrive(sequence, author);
        run
    }

    pub fn need<'s>(&'s self, sequence: &'s Sequence) -> Need<'s> {
        if let Some(result) = &self.result {
            return Need::Done(result.clone());
        }
        match sequence.steps.get(self.at).map(|step| &step.action) {
            Some(Action::Connect(connect)) => Need::Connect(connect, self.port),
            Some(_) if self.sent < self.outgoing.len() => Need::Send(&self.outgoing[self.sent..]),
            Some(_) => Need::Receive,
            None => Need::Done(self.passed.clone()),
        }
    }

    /// The connection is open.
    pub fn connected(&mut self, sequence: &Sequence, author: &mut dyn Author) {
        self.reached(CheckStatus::L4Ok, sequence, author);
    }

    /// The connection is open, and TLS is agreed upon.
    pub fn sealed(&mut self, sequence: &Sequence, author: &mut dyn Author) {
        self.reached(CheckStatus::L6Ok, sequence, author);
    }

    fn reached(&mut self, status: CheckStatus, sequence: &Sequence, author: &mut dyn Author) {
        self.received.clear();
        let written = sequence
            .steps
            .get(self.at)
            .is_some_and(|step| step.number > 0);
        let result = CheckResult::new(status).with_code(0);
        self.passed = if written {
            result.with_info(PLAIN)
        } else {
            result
        };
        self.next(sequence, author);
    }

    /// So many more bytes are on their way.
    pub fn sent(&mut self, sequence: &Sequence, count: usize, author: &mut dyn Author) {
        self.sent += count;
        self.stale = true;
        if self.sent >= self.outgoing.len() {
            self.passed = CheckResult::new(CheckStatus::L7Ok)
                .with_code(0)
                .with_info(PLAIN);
            self.next(sequence, author);
        }
    }

    /// Takes in bytes that arrived.
    pub fn feed(&mut self, sequence: &Sequence, bytes: &[u8], author: &mut dyn Author) {
        if std::mem::take(&mut self.stale) {
            self.received.clear();
        }
        let room = MAX_ANSWER.saturating_sub(self.received.len());
        self.received
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.judge(sequence, self.received.len() >= MAX_ANSWER, author);
    }

    /// The server closed: what is there must do.
    pub fn ended(&mut self, sequence: &Sequence, author: &mut dyn Author) {
        if std::mem::take(&mut self.stale) {
            self.received.clear();
        }
        self.judge(sequence, true, author);
    }

    pub(crate) fn next(&mut self, sequence: &Sequence, author: &mut dyn Author) {
        self.at += 1;
        self.arrive(sequence, author);
    }

    /// Carries out orders, and writes what the step after them sends.
    fn arrive(&mut self, sequence: &Sequence, author: &mut dyn Author) {
        (self.sent, self.port) = (0, None);
        self.outgoing.clear();
        while let (None, Some(step)) = (&self.result, sequence.steps.get(self.at)) {
            let seen = self.seen(sequence);
            match &step.action {
                Action::Order(number) => author.carry_out(*number, seen),
                Action::Send(text) => match text.bytes(author, seen) {
                    Ok(bytes) if !bytes.is_empty() => return self.outgoing = bytes.into_owned(),
                    // Nothing to send is sent.
                    Ok(_) => {}
                    Err(_) => {
                        let why = "tcp-check send : failed to build log-format string at step";
                        let why = format!("{why} {}", step.number);
                        let result = CheckResult::new(CheckStatus::L7Response);
                        self.result = Some(result.with_info(why));
                    }
                },
                Action::Request(request) => return self.outgoing = request.compose(author, seen),
                Action::Connect(connect) => return self.port = port(connect, author, seen),
                Action::Expect(_) | Action::Reply(_) => return,
            }
            self.at += 1;
        }
    }

    /// What the steps may look at now.
    pub(crate) fn seen(&self, sequence: &Sequence) -> Seen<'_> {
        Seen {
            bytes: if self.stale { &[] } else { &self.received },
            http: sequence.speaks_http(),
        }
    }
}

/// What stands with the result of steps that have nothing to say.
pub(crate) const PLAIN: &str = "(tcp-check)";

fn port(connect: &Connect, author: &mut dyn Author, seen: Seen<'_>) -> Option<u16> {
    match connect.port? {
        Port::Fixed(port) => Some(port),
        Port::Computed(number) => {
            let port = author.integer(number, seen)?;
            u16::try_from(port).ok().filter(|port| *port != 0)
        }
    }
}

#[cfg(test)]
#[path = "run_test.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "run_words_test.rs"]
mod words;
