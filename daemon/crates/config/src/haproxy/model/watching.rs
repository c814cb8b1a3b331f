//! How the state of a server is known besides by its check: an agent, live traffic, another server.

use super::{Host, ProxyName, ServerName};
use crate::source::Spanned;
use std::time::Duration;

/// `agent-check` and what tunes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    pub enabled: Option<Spanned<()>>,
    pub port: Option<Spanned<u16>>,
    /// Instead of the server's own address.
    pub addr: Option<Spanned<Host>>,
    /// 2 s by default.
    pub inter: Spanned<Duration>,
    /// Sent before the agent is listened to.
    pub send: Option<Spanned<String>>,
}

impl Agent {
    /// As [`super::CheckSettings::asked`].
    #[must_use]
    pub fn asked(&self) -> Self {
        Self {
            inter: Spanned::new(Duration::ZERO, self.inter.span),
            ..self.clone()
        }
    }
}

/// `observe`: what of live traffic counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observe {
    /// Connections that open or do not.
    Layer4,
    /// Answers, too.
    Layer7,
}

/// `on-error`: what enough errors in a row do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    Fastinter,
    #[default]
    FailCheck,
    SuddenDeath,
    MarkDown,
}

/// `observe` with `error-limit` and `on-error`.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub layer: Option<Spanned<Observe>>,
    /// Errors in a row; 10 by default.
    pub limit: Spanned<u32>,
    pub action: OnError,
}

/// `track [SECTION/]SERVER`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// The own section without it.
    pub proxy: Option<ProxyName>,
    pub server: ServerName,
}
