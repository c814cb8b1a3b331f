//! Starts, watches, reloads and stops the processes.
//!
//! In: configuration files, signals, the control socket, messages of the workers. Out: worker
//! processes with just the rights they need, listening sockets, scripts run on their behalf, the
//! state of everything. Never parses a byte from the network. One thread, one epoll.
#![forbid(unsafe_code)]

pub mod client;
mod command;
pub mod configuration;
pub mod control;
mod daemon;
mod farewell;
mod glob;
mod guard;
mod holder;
mod host;
mod journal;
mod listeners;
mod liveness;
pub mod metrics;
mod notify;
mod options;
mod outbox;
mod readers;
mod run_dir;
mod script;
mod service;
mod slot;
mod systemd;
pub mod users;
mod worker;

pub use daemon::run;

/// Level of the `status` document and the control socket that this binary speaks.
pub const PROTOCOL: u32 = 1;

pub use options::{DEFAULT_RUN_DIR, RunOptions};
