//! Starts, watches, reloads and stops the processes.
//!
//! In: configuration files, signals, the control socket, messages of the workers. Out: worker
//! processes with just the rights they need, listening sockets, scripts run on their behalf, the
//! state of everything. Never parses a byte from the network. One thread, one epoll.
#![forbid(unsafe_code)]
// What was asked for on the command line is made of independent switches.
#![allow(clippy::struct_excessive_bools)]

mod certificates;
mod changes;
pub mod client;
mod command;
pub mod configuration;
mod confinement;
pub mod control;
mod daemon;
mod dump;
mod farewell;
mod glob;
mod guard;
mod holder;
mod host;
pub mod inspect;
mod journal;
mod kind;
mod listeners;
mod liveness;
pub mod metrics;
mod namespace;
mod notify;
mod options;
mod outbox;
mod pid_file;
mod places;
mod programs;
mod readers;
mod run_dir;
mod script;
mod service;
mod slot;
mod systemd;
pub mod users;
mod watch;
mod worker;

pub use daemon::{FORM, JSON, STATS_CLEAR, Start, run, run_as};

/// Level of the `status` document and the control socket that this binary speaks.
pub const PROTOCOL: u32 = 1;

pub use daemon::texts;
pub use pid_file::running;

pub use options::{Console, DEFAULT_RUN_DIR, LogOptions, RunOptions, StandIn};
pub use trafficlog::Facility;
