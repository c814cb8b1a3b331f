//! TLS for the proxy: certificates, choice by name, sessions. Bytes in, bytes out; the sockets are
//! the worker's, and files come as bytes, because the process that uses them can open none.
//!
//! In: the words of a `bind` or `server` line and the files that it names. Out: an [`Acceptor`] or a
//! [`Connector`], from which each connection gets its session; the [`Store`] keeps what they share
//! and exchanges certificates while connections go on.
#![forbid(unsafe_code)]

mod acceptor;
mod anchors;
mod certificate;
mod clients;
mod connector;
mod error;
mod exchange;
mod facts;
pub mod fuzz;
pub mod hello;
mod inventory;
mod line;
mod names;
pub mod ocsp;
mod pem;
mod revoked;
mod schedule;
mod servers;
pub mod session;
mod shelf;
mod shown;
mod staple;
mod store;
mod suites;
mod tickets;

pub use acceptor::Acceptor;
pub use certificate::{Beside, Certificate};
pub use clients::Fault;
pub use connector::Connector;
pub use error::Problem;
pub use facts::{Attribute, Facts, Moment};
pub use inventory::{Described, KeyKind, authorities, examined};
pub use line::Line;
pub use pem::base64;
pub use revoked::RevocationList;
pub use rustls;
pub use shelf::Kind;
pub use staple::Staple;
pub use store::{Files, Store};
pub use suites::name as suite_name;
pub use tickets::names as ticket_key_names;
