//! HAProxy's peers protocol 2.1, by which hosts share their stick tables: without IO and without a
//! clock. Its documents are `peers.txt` and `peers-v2.0.txt` of HAProxy.
//!
//! What comes is bounded everywhere: a message by [`LONGEST`], a greeting by a kilobyte, names of
//! servers by their number and length, tables by those that this side has.
#![forbid(unsafe_code)]

mod definition;
mod dictionary;
mod fault;
pub mod fuzz;
mod greeting;
mod kinds;
mod message;
mod reader;
mod resync;
mod session;
mod update;
mod varint;

pub use definition::Definition;
pub use fault::Fault;
pub use greeting::{Hello, Status};
pub use kinds::{Column, KeyKind, NAMES, Shape, is_array, shape};
pub use message::{Control, LONGEST};
pub use resync::{Origin, Resync};
pub use session::{Event, Identity, Outgoing, Phase, Session};
pub use update::{Key, Update, Value};
