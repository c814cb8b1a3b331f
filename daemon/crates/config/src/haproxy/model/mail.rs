//! `mailers` sections, and who is told by mail of a section's servers.

use super::{Config, Host, Level};
use crate::source::Spanned;
use std::time::Duration;

/// A `mailers` section: every mail goes to each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailers {
    pub name: Spanned<String>,
    pub servers: Vec<Mailer>,
    /// `timeout mail`: for one mail from the first packet to the last; 10 s by default.
    pub timeout: Duration,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Mailer {
    pub name: Spanned<String>,
    pub host: Host,
    pub port: u16,
}

impl Mailers {
    /// One of which nothing is said yet.
    pub fn named(name: Spanned<String>) -> Self {
        Self {
            name,
            servers: Vec::new(),
            timeout: Duration::from_secs(10),
        }
    }
}

impl Config {
    /// Mail servers that are given by name.
    pub fn mailer_names(&self) -> impl Iterator<Item = &str> {
        let servers = self.mailers.iter().flat_map(|section| &section.servers);
        servers.filter_map(|server| match &server.host {
            Host::Name(name) => Some(name.as_str()),
            Host::Ip(_) => None,
        })
    }
}

/// `email-alert …` lines of a section. Without all of `mailers`, `from` and `to` nothing is sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EmailAlert {
    /// The name of the section.
    pub mailers: Option<Spanned<String>>,
    pub from: Option<Spanned<String>>,
    pub to: Option<Spanned<String>>,
    /// How the mail servers are greeted; the machine's name by default.
    pub host: Option<Spanned<String>>,
    /// The least urgent level that is told; `alert` by default.
    pub level: Option<Spanned<Level>>,
}
