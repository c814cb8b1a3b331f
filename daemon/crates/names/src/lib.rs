//! Names of servers: an own stub resolver without IO. The C library's is not used, because a
//! static executable would load the host's plug-ins for it.
//!
//! In: `hosts` and `resolv.conf` as texts, answers, the time. Out: queries to send, addresses. A
//! name keeps its last good address whatever happens to the name servers.
#![forbid(unsafe_code)]

pub mod choice;
mod counters;
mod files;
pub mod fuzz;
mod lookup;
pub mod message;
pub mod reply;
mod resolution;
mod section;

pub use counters::Counters;
pub use files::{Hosts, Settings};
pub use lookup::{Answer, Lookup, Step, answer};
pub use message::Kind;
pub use reply::Service;
pub use resolution::{Failure, Hold, Knowledge, Question, Resolution, Rules};
pub use section::{Outcome, Section, Send};

use std::collections::HashMap;
use std::net::IpAddr;

/// Addresses by name, as far as they are known.
pub type Known = HashMap<String, IpAddr>;

#[cfg(test)]
mod tests;
