//! Steps that could not be done.

use crate::reply::Reply;
use crate::result::{CheckResult, CheckStatus};
use crate::run::Run;
use crate::sequence::{Action, Connect, Port, Sequence, Speech, Step};

/// How a step can fail besides by what the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The connection could not be opened.
    Connection,
    /// It broke later.
    Socket,
    ConnectTimeout,
    /// TLS was not agreed upon, or not in time.
    Handshake,
    HandshakeTimeout,
    Timeout,
}

impl Run {
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
            Failure::Handshake => CheckStatus::L6Response,
            Failure::HandshakeTimeout => CheckStatus::L6Timeout,
            Failure::Timeout if tls => CheckStatus::L6Timeout,
            Failure::Timeout => expectation
                .and_then(|expectation| expectation.timeout)
                .unwrap_or(CheckStatus::L7Timeout),
        };
        let place = step
            .filter(|step| sequence.speech == Speech::Bytes && step.number > 0)
            .map(|step| format!(" at step {}", described(step)));
        let result = CheckResult::new(status);
        match (why, place) {
            ("", None) => result,
            (why, place) => result.with_info(format!("{why}{}", place.unwrap_or_default())),
        }
    }
}

/// `2 of tcp-check (expect string 'PONG') comment: 'asking'`
fn described(step: &Step) -> String {
    let what = match &step.action {
        Action::Connect(Connect {
            port: Some(Port::Fixed(port)),
            ..
        }) => format!("connect port {port}"),
        Action::Connect(_) => "connect".to_owned(),
        Action::Expect(expectation) => {
            let kind = expectation.content().map(crate::Content::kind);
            format!("expect {}", kind.unwrap_or_default())
        }
        Action::Send(_) | Action::Request(_) | Action::Reply(_) | Action::Order(_) => {
            "send".to_owned()
        }
    };
    let comment = step
        .comment
        .as_ref()
        .map(|comment| format!(" comment: '{comment}'"))
        .unwrap_or_default();
    format!("{} of tcp-check ({what}){comment}", step.number)
}
