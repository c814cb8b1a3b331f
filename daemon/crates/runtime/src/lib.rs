//! The runtime socket's language (HAProxy management guide, section 9.3): commands, levels, answers.
//!
//! In: bytes of a client, in pieces of any size ([`Session::feed`]). Out: what to say, and commands
//! with their words for whoever carries them out ([`Session::event`]). No sockets, no clock.
#![forbid(unsafe_code)]
// What a client turned on is a set of independent facts.
#![allow(clippy::struct_excessive_bools)]

pub mod catalogue;
pub mod filter;
pub mod fuzz;
mod help;
mod level;
mod line;
mod session;
mod similar;

pub use catalogue::Command;
pub use filter::{Known, Operator, TableFilter, TableRequest};
pub use level::Level;
pub use session::{Event, Invocation, Manner, Session, Severity, TooMuch};
