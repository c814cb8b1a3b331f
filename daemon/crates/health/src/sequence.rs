//! A check in steps: connect, send, expect, as often as wanted (`tcp-check`, `http-check`, and the
//! checks for well-known protocols).

use std::net::SocketAddr;

use crate::expect::Expectation;
use crate::reply::Reply;
use crate::request::Request;
use crate::text::Text;

/// A connection to open. Nothing given means: as the server line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connect {
    pub port: Option<Port>,
    pub address: Option<SocketAddr>,
    pub send_proxy: bool,
    /// Closed in order at the end, instead of reset.
    pub linger: bool,
    pub seal: Seal,
}

/// Whether a connection goes through TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seal {
    /// As the server line says.
    #[default]
    AsServer,
    None,
    Tls {
        /// What the server is asked for.
        name: Option<String>,
        /// Offered instead of what its line says.
        alpn: Option<Vec<String>>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    Fixed(u16),
    /// The number of an expression. Where its value is no port, the server line counts.
    Computed(usize),
}

#[derive(Debug, Clone)]
pub enum Action {
    Connect(Connect),
    Send(Text),
    Request(Box<Request>),
    Expect(Box<Expectation>),
    Reply(Reply),
    /// The number of an order (`set-var` and its like).
    Order(usize),
}

impl Action {
    /// Sends the same bytes every time.
    pub fn send(bytes: Vec<u8>) -> Self {
        Self::Send(Text::Fixed(bytes))
    }
}

#[derive(Debug, Clone)]
pub struct Step {
    pub action: Action,
    /// Position among the steps as they were written, from 1; 0 for one that nobody wrote.
    pub number: usize,
    pub comment: Option<String>,
}

/// What the steps speak, as far as results depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// `tcp-check`: results name the step.
    Bytes,
    /// `disable_on_404`: 404 means alive, but no new sessions (`http-check disable-on-404`).
    Http { disable_on_404: bool },
    /// An option that stands for steps.
    Protocol,
}

/// A whole check. It begins with a connection, whether one was written or not; orders may come
/// before it.
#[derive(Debug, Clone)]
pub struct Sequence {
    pub(crate) steps: Vec<Step>,
    pub(crate) speech: Speech,
}

impl Sequence {
    /// Steps that were written one by one.
    pub fn written(steps: Vec<Step>, speech: Speech) -> Self {
        let mut steps = steps;
        let first = steps
            .iter()
            .find(|step| !matches!(step.action, Action::Order(_)));
        if !first.is_some_and(|step| matches!(step.action, Action::Connect(_))) {
            steps.insert(0, Step::unwritten(Action::Connect(Connect::default())));
        }
        Self { steps, speech }
    }

    /// Steps that an option stands for.
    pub fn of(actions: Vec<Action>) -> Self {
        let steps = actions.into_iter().map(Step::unwritten);
        Self::written(steps.collect(), Speech::Protocol)
    }

    pub(crate) fn speaks_http(&self) -> bool {
        matches!(self.speech, Speech::Http { .. })
    }
}

impl Step {
    pub fn unwritten(action: Action) -> Self {
        Self {
            action,
            number: 0,
            comment: None,
        }
    }
}
