//! What is run or written when a state changes.

use super::ScriptUser;
use crate::source::Spanned;

/// Program and arguments, and who runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub argv: Spanned<Vec<String>>,
    /// Effective: the line's own user, else `script_user`.
    pub user: Option<ScriptUser>,
}

/// `notify*` of an instance or a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notify {
    pub master: Option<Command>,
    pub backup: Option<Command>,
    pub fault: Option<Command>,
    pub stop: Option<Command>,
    pub deleted: Option<Command>,
    pub master_rx_lower_pri: Option<Command>,
    /// `notify`: called with INSTANCE|GROUP, name, state and priority appended.
    pub any: Option<Command>,
    /// Also on changes of priority.
    pub priority_changes: bool,
    /// Effective `smtp_alert`; `None` only while nothing decides it.
    pub mail: Option<bool>,
    /// Effective: FAULT by mail too, `no_email_faults` not being set.
    pub mail_faults: bool,
}

impl Notify {
    /// Whether changes of state go by mail.
    pub fn mails(&self) -> bool {
        self.mail.unwrap_or(false)
    }
}

/// `notify_fifo`, `vrrp_notify_fifo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyFifo {
    /// `notify_fifo` or `vrrp_notify_fifo`.
    pub keyword: String,
    pub path: Spanned<String>,
}
