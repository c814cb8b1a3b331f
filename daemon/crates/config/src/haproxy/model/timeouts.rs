//! `timeout …` of a section.

use crate::source::Spanned;
use std::time::Duration;

/// `None` = not set (infinite, or the fallback named beside the field). 0 in the text means
/// infinite as well and is stored as `None` after a warning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeouts {
    pub client: Option<Spanned<Duration>>,
    pub server: Option<Spanned<Duration>>,
    pub connect: Option<Spanned<Duration>>,
    /// Falls back to `connect`.
    pub queue: Option<Spanned<Duration>>,
    /// Whole request head; falls back to `client`.
    pub http_request: Option<Spanned<Duration>>,
    /// Idle between two requests; falls back to `http_request`, then `client`.
    pub http_keep_alive: Option<Spanned<Duration>>,
    /// Read timeout of a check once connected; falls back to the check's `inter`.
    pub check: Option<Spanned<Duration>>,
    /// Both directions of a tunnel; falls back to `client` and `server`.
    pub tunnel: Option<Spanned<Duration>>,
    /// Half-closed client; falls back to `client`.
    pub client_fin: Option<Spanned<Duration>>,
    /// Half-closed server; falls back to `server`.
    pub server_fin: Option<Spanned<Duration>>,
    pub tarpit: Option<Spanned<Duration>>,
}
