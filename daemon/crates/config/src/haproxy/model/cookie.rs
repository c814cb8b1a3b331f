//! `cookie` persistence of a backend.

use crate::source::Spanned;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    pub name: Spanned<String>,
    pub mode: CookieMode,
    /// The cookie is taken out before the server sees it, and only set when needed.
    pub indirect: bool,
    /// `Cache-Control: private` with each cookie set.
    pub nocache: bool,
    /// Only on answers to POST.
    pub postonly: bool,
    /// A cookie set by the server itself is left alone.
    pub preserve: bool,
    pub httponly: bool,
    pub secure: bool,
    pub domains: Vec<Spanned<String>>,
    pub attributes: Vec<Spanned<String>>,
    pub maxidle: Option<Spanned<Duration>>,
    pub maxlife: Option<Spanned<Duration>>,
    pub dynamic: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CookieMode {
    /// No keyword: the cookie is only read.
    Passive,
    Insert,
    Rewrite,
    Prefix,
}
