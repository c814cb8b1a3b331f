//! The proxy process: a control thread and workers.
//!
//! In: an `ipc` channel to the supervisor (configurations, listening sockets, stop, status). Out:
//! traffic, `Service` for VRRP, status, log lines. The request path is `worker`, which shares
//! nothing between threads but loads and server states; everything else is `control`.
#![forbid(unsafe_code)]
// One letter for one thing throughout: i client, u upstream, c, f, b, s what they point at.
#![allow(clippy::many_single_char_names)]
// Settings and connection states are sets of independent facts.
#![allow(clippy::struct_excessive_bools)]

pub mod control;
mod desk;
pub mod logs;
mod peering;
pub mod persist;
pub mod plan;
mod preamble;
pub mod rules;
pub mod shared;
pub mod worker;

pub use ::names;
pub use control::RunError;

/// The proxy process: runs on the channel at descriptor 3 until it is stopped or the supervisor
/// is gone.
pub fn run_worker() -> Result<(), RunError> {
    run(ipc::channel::Channel::inherited()?)
}

/// The same on a given channel.
pub fn run(channel: ipc::channel::Channel) -> Result<(), RunError> {
    control::Control::new(channel)?.run()
}
