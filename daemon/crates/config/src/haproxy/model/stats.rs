//! `stats …` of a section: the statistics page.

use super::Condition;
use crate::source::Spanned;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct StatsPage {
    /// `/haproxy?stats` by default.
    pub uri: Spanned<String>,
    pub realm: Option<Spanned<String>>,
    /// Any of these users; empty = open to all.
    pub auth: Vec<StatsAuth>,
    pub refresh: Option<Spanned<Duration>>,
    pub hide_version: bool,
    pub show_legends: bool,
    pub show_node: Option<Option<Spanned<String>>>,
    pub show_desc: Option<Option<Spanned<String>>>,
    /// Only these proxies are shown; `.` = the section itself.
    pub scopes: Vec<Spanned<String>>,
    /// `stats http-request …`: the first that holds counts.
    pub rules: Vec<StatsRule>,
    /// `stats admin if COND`: orders about servers, where one of these holds.
    pub admin: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StatsRule {
    pub verdict: StatsVerdict,
    pub condition: Option<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatsVerdict {
    Allow,
    /// 403.
    Deny,
    /// 401; the realm, when it is another than the page's.
    Auth {
        realm: Option<Spanned<String>>,
    },
}

#[derive(Clone, PartialEq, Eq)]
pub struct StatsAuth {
    pub user: Spanned<String>,
    pub password: Spanned<String>,
}

/// Never prints the password.
impl std::fmt::Debug for StatsAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StatsAuth({}, …)", self.user.value)
    }
}
