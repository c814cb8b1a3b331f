//! The runtime sockets' clients, in a thread of their own: it reads commands, gives them to the
//! control thread one at a time for each client, and hands out the answers as fast as a client
//! takes them. Neither traffic nor checks ever wait for it.

mod client;
mod exchange;
mod handing;
mod serve;

pub use exchange::{Answer, Cursor, Desk, Job, Settings, Socket, Stream, Ticket};
pub use serve::start;
