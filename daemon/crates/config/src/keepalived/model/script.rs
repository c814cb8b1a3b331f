//! `vrrp_script`.

use super::{ScriptName, Weight};
use crate::source::Spanned;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    pub name: Spanned<ScriptName>,
    /// Program and arguments; no shell is involved.
    pub argv: Spanned<Vec<String>>,
    /// 1 s by default.
    pub interval: Spanned<Duration>,
    /// `None` = the interval.
    pub timeout: Option<Spanned<Duration>>,
    pub weight: Spanned<Weight>,
    /// Successes until OK; 1 by default.
    pub rise: Spanned<u32>,
    /// Failures until failed; 1 by default.
    pub fall: Spanned<u32>,
    /// Effective: the script's own, else `script_user`.
    pub user: Option<ScriptUser>,
    /// Counts as failed until it first succeeds.
    pub init_fail: bool,
}

/// `USER [GROUP]`; checked where users can be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptUser {
    pub user: Spanned<String>,
    pub group: Option<Spanned<String>>,
}
