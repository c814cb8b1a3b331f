//! `tcp-request` and `tcp-response`.

use super::{Condition, DoResolve, Effect};
use crate::source::{Location, Spanned};

#[derive(Debug, Clone, PartialEq)]
pub struct TcpRule {
    pub phase: TcpPhase,
    pub action: Spanned<TcpAction>,
    pub condition: Option<Condition>,
    /// For `last_rule_file` and `last_rule_line`.
    pub location: Location,
}

/// When a rule is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TcpPhase {
    /// `tcp-request connection`: at accept.
    Connection,
    /// `tcp-request session`
    Session,
    /// `tcp-request content`: up to `inspect-delay` after accept.
    RequestContent,
    /// `tcp-response content`
    ResponseContent,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TcpAction {
    Accept,
    Reject,
    SilentDrop,
    /// `close` of a response: the server's side ends.
    Close,
    /// `expect-proxy layer4`
    ExpectProxy,
    /// `expect-netscaler-cip layer4`
    ExpectNetscaler,
    /// `switch-mode http`: what follows is read as requests.
    SwitchMode,
    Resolve(DoResolve),
    Effect(Effect),
}
