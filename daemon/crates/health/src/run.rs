//! A check under way: what it needs next, and what it came to. The caller owns the connection.

use std::fmt::Write as _;

use crate::content::{Expectation, Look};
use crate::httpcheck::{HttpCheck, MAX_RESPONSE, Verdict};
use crate::reply::{Judgement, Reply};
use crate::result::{CheckResult, CheckStatus};
use crate::sequence::{Action, Connect, Sequence, Step};

/// What a check under way needs.
#[derive(Debug, PartialEq, Eq)]
pub enum Need<'s> {
    Connect(&'s Connect),
    /// The bytes not sent yet.
    Send(&'s [u8]),
    Receive,
    Done(CheckResult),
}

/// How a step can fail besides by what the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The connection could not be opened.
    Connection,
    /// It broke later.
    Socket,
    ConnectTimeout,
    Timeout,
}

/// A check under way.
#[derive(Debug, Default)]
pub struct Run {
    at: usize,
    sent: usize,
    received: Vec<u8>,
    /// A step sent something: what came before does not answer it.
    stale: bool,
    note: Option<String>,
    /// Something was said or heard: more than a connection was checked.
    spoken: bool,
    result: Option<CheckResult>,
}

impl Run {
    pub fn need<'s>(&self, sequence: &'s Sequence) -> Need<'s> {
        if let Some(result) = &self.result {
            return Need::Done(result.clone());
        }
        match sequence.steps.get(self.at).map(|step| &step.action) {
            Some(Action::Connect(connect)) => Need::Connect(connect),
            Some(Action::Send(bytes)) => Need::Send(bytes.get(self.sent..).unwrap_or_default()),
            Some(Action::Http(check)) if self.sent < check.request().len() => {
                Need::Send(check.request().get(self.sent..).unwrap_or_default())
            }
            Some(_) => Need::Receive,
            None => Need::Done(self.passed(sequence)),
        }
    }

    /// The connection is open.
    pub fn connected(&mut self) {
        self.received.clear();
        self.step_done();
    }

    /// So many more bytes are on their way.
    pub fn sent(&mut self, sequence: &Sequence, count: usize) {
        self.sent += count;
        self.stale = true;
        if let Some(Action::Send(bytes)) = sequence.steps.get(self.at).map(|step| &step.action)
            && self.sent >= bytes.len()
        {
            self.spoken = true;
            self.step_done();
        }
    }

    /// Takes in bytes that arrived.
    pub fn feed(&mut self, sequence: &Sequence, bytes: &[u8]) {
        if std::mem::take(&mut self.stale) {
            self.received.clear();
        }
        let room = MAX_RESPONSE.saturating_sub(self.received.len());
        self.received
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.judge(sequence, self.received.len() >= MAX_RESPONSE);
    }

    /// The server closed: what is there must do.
    pub fn ended(&mut self, sequence: &Sequence) {
        if std::mem::take(&mut self.stale) {
            self.received.clear();
        }
        self.judge(sequence, true);
    }

    /// Lets every step look at the bytes that wants to see them.
    fn judge(&mut self, sequence: &Sequence, last: bool) {
        while self.result.is_none() {
            let Some(step) = sequence.steps.get(self.at) else {
                return;
            };
            let judgement = match &step.action {
                Action::Expect(expectation) => self.expect(step, expectation, last),
                Action::Http(check) if self.sent >= check.request().len() => {
                    self.http(sequence, check, last)
                }
                Action::Reply(reply) => reply.judge(&self.received, last, &mut self.note),
                // A server that closes before it is spoken to may still be connected to again.
                Action::Connect(_) | Action::Send(_) | Action::Http(_) => return,
            };
            match judgement {
                Judgement::More => return,
                Judgement::Next => self.step_done(),
                Judgement::Done(result) => self.result = Some(result),
            }
        }
    }

    fn step_done(&mut self) {
        self.at += 1;
        self.sent = 0;
    }

    fn http(&mut self, sequence: &Sequence, check: &HttpCheck, last: bool) -> Judgement {
        match check.verdict(&self.received, last) {
            Verdict::More if last => Judgement::Done(CheckResult::new(CheckStatus::L7Response)),
            Verdict::More => Judgement::More,
            Verdict::Done(result)
                if result.status == CheckStatus::L7Ok && self.at + 1 < sequence.steps.len() =>
            {
                // A connection that is opened after this is the last word.
                self.note = Some("(tcp-check)".to_owned());
                Judgement::Next
            }
            Verdict::Done(result) => Judgement::Done(result),
        }
    }

    fn expect(&mut self, step: &Step, expectation: &Expectation, last: bool) -> Judgement {
        let nothing = self.received.is_empty() && last;
        let result = match expectation.look(&self.received, last) {
            _ if nothing => failed(expectation).with_info(format!(
                "TCPCHK got an empty response at step {}",
                step.number
            )),
            Look::More => return Judgement::More,
            Look::Holds => {
                self.spoken = true;
                let (status, info) = (&expectation.ok, &expectation.on_success);
                if status.is_none() && info.is_none() {
                    return Judgement::Next;
                }
                // Said when the check ends here; a later step may say something else.
                self.note.clone_from(info);
                return self.holds_with(*status);
            }
            Look::Fails => {
                let verb = if expectation.negated {
                    "matched unwanted content"
                } else {
                    "did not match content"
                };
                let content = expectation.content.quoted();
                let mut info = format!("TCPCHK {verb} {content} at step {}", step.number);
                if let Some(comment) = &step.comment {
                    let _ = write!(info, " comment: {comment}");
                }
                failed(expectation).with_info(info)
            }
        };
        Judgement::Done(match &expectation.on_error {
            Some(info) => result.with_info(info.clone()),
            None => result,
        })
    }

    /// `ok-status` ends the check with that status, whatever steps follow.
    fn holds_with(&mut self, status: Option<CheckStatus>) -> Judgement {
        let Some(status) = status else {
            return Judgement::Next;
        };
        let info = self
            .note
            .clone()
            .unwrap_or_else(|| "(tcp-check)".to_owned());
        Judgement::Done(CheckResult::new(status).with_code(0).with_info(info))
    }

    /// All steps are done.
    fn passed(&self, sequence: &Sequence) -> CheckResult {
        let status = if self.spoken {
            CheckStatus::L7Ok
        } else {
            CheckStatus::L4Ok
        };
        let result = CheckResult::new(status).with_code(0);
        match &self.note {
            Some(info) => result.with_info(info.clone()),
            None if sequence.written => result.with_info("(tcp-check)"),
            None => result,
        }
    }

    /// The step could not be done. `why`: the system's words.
    pub fn failed(&self, sequence: &Sequence, failure: Failure, why: &str) -> CheckResult {
        let step = sequence.steps.get(self.at);
        let expectation = step.and_then(|step| match &step.action {
            Action::Expect(expectation) => Some(expectation),
            _ => None,
        });
        let tls = step.is_some_and(|step| matches!(step.action, Action::Reply(Reply::TlsHello)));
        let status = match failure {
            Failure::Connection => CheckStatus::L4Connection,
            Failure::Socket => CheckStatus::SocketError,
            Failure::ConnectTimeout => CheckStatus::L4Timeout,
            Failure::Timeout if tls => CheckStatus::L6Timeout,
            Failure::Timeout => expectation
                .and_then(|expectation| expectation.timeout)
                .unwrap_or(CheckStatus::L7Timeout),
        };
        let place = step
            .filter(|step| sequence.written && step.number > 0)
            .map(|step| format!(" at step {}", described(step)));
        let result = CheckResult::new(status);
        match (why, place) {
            ("", None) => result,
            (why, place) => result.with_info(format!("{why}{}", place.unwrap_or_default())),
        }
    }

    /// Whether the connection that is open now is to be closed in order.
    pub fn lingers(&self, sequence: &Sequence) -> bool {
        let done = sequence.steps.iter().take(self.at.max(1)).rev();
        done.map(|step| &step.action)
            .find_map(|action| match action {
                Action::Connect(connect) => Some(connect.linger),
                _ => None,
            })
            .unwrap_or(false)
    }
}

fn failed(expectation: &Expectation) -> CheckResult {
    match expectation.error.unwrap_or(CheckStatus::L7Response) {
        CheckStatus::L7Status => CheckResult::new(CheckStatus::L7Status).with_code(0),
        status => CheckResult::new(status),
    }
}

/// `2 of tcp-check (expect string 'PONG') comment: 'asking'`
fn described(step: &Step) -> String {
    let what = match &step.action {
        Action::Connect(Connect {
            port: Some(port), ..
        }) => format!("connect port {port}"),
        Action::Connect(_) => "connect".to_owned(),
        Action::Expect(expectation) => format!("expect {}", expectation.content.kind()),
        Action::Send(_) | Action::Http(_) | Action::Reply(_) => "send".to_owned(),
    };
    let comment = step
        .comment
        .as_ref()
        .map(|comment| format!(" comment: '{comment}'"))
        .unwrap_or_default();
    format!("{} of tcp-check ({what}){comment}", step.number)
}

#[cfg(test)]
#[path = "run_test.rs"]
pub(crate) mod tests;
