//! Messages between the supervisor and its processes.
//!
//! The supervisor owns both ends' lifetime: it creates a stream socket pair per child, hands
//! the child's end over as descriptor 3 ([`CHANNEL_FD`]), and speaks length-prefixed JSON on
//! it. Descriptors (listeners) travel beside a message with SCM_RIGHTS.
#![forbid(unsafe_code)]

pub mod channel;
mod error;
mod examination;
mod frame;
pub mod fuzz;
pub mod mail;
pub mod message;
mod orders;
pub mod pulse;
pub mod watch;
pub mod worker;

pub use channel::{Channel, ChannelError, Received};
pub use examination::{Examination, Verdict};
pub use message::{
    Attachment, Departed, FromWorker, ListenerGrant, ScriptSpec, SourceFile, ToWorker,
};
pub use orders::ServerOrders;
pub use worker::WorkerOptions;

/// Variable of a worker's environment: which `@ID` lines of keepalived.conf count. Without it
/// those of the short host name do.
pub const CONFIG_ID: &str = "TANDEM_CONFIG_ID";

/// Number of the questions for the status that are asked for a sign of life alone: putting a large
/// one together each second would cost more than most traffic.
pub const SIGN_OF_LIFE: u64 = 0;

/// The descriptor number on which a child finds its end of the channel.
pub const CHANNEL_FD: i32 = 3;
