//! A check in steps: connect, send, expect, as often as wanted (`tcp-check`, `http-check`, and the
//! checks for well-known protocols).

use std::net::SocketAddr;

use crate::content::Expectation;
use crate::httpcheck::HttpCheck;
use crate::reply::Reply;

/// A connection to open. Nothing given means: as the server line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connect {
    pub port: Option<u16>,
    pub address: Option<SocketAddr>,
    pub send_proxy: bool,
    /// Closed in order at the end, instead of reset.
    pub linger: bool,
}

#[derive(Debug, Clone)]
pub enum Action {
    Connect(Connect),
    Send(Vec<u8>),
    Expect(Box<Expectation>),
    Http(Box<HttpCheck>),
    Reply(Reply),
}

#[derive(Debug, Clone)]
pub struct Step {
    pub action: Action,
    /// Position among the steps as they were written, from 1; 0 for one that nobody wrote.
    pub number: usize,
    pub comment: Option<String>,
}

/// A whole check. It begins with a connection, whether one was written or not.
#[derive(Debug, Clone)]
pub struct Sequence {
    pub(crate) steps: Vec<Step>,
    /// Results name the step: the steps were written one by one.
    pub(crate) written: bool,
}

impl Sequence {
    /// The steps of `tcp-check` lines.
    pub fn written(steps: Vec<Step>) -> Self {
        Self::new(steps, true)
    }

    /// Steps that an option stands for.
    pub fn of(actions: Vec<Action>) -> Self {
        let steps = actions.into_iter().map(|action| Step {
            action,
            number: 0,
            comment: None,
        });
        Self::new(steps.collect(), false)
    }

    fn new(mut steps: Vec<Step>, written: bool) -> Self {
        let opens = matches!(
            steps.first(),
            Some(Step {
                action: Action::Connect(_),
                ..
            })
        );
        if !opens {
            let open = Step {
                action: Action::Connect(Connect::default()),
                number: 0,
                comment: None,
            };
            steps.insert(0, open);
        }
        Self {
            written: written && (opens || steps.len() > 1),
            steps,
        }
    }

    /// The first connection.
    pub fn opening(&self) -> Connect {
        match self.steps.first().map(|step| &step.action) {
            Some(Action::Connect(connect)) => connect.clone(),
            _ => Connect::default(),
        }
    }
}
