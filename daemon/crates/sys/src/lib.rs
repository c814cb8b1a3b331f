//! System calls as safe functions: the only crate with `unsafe`, each block with its invariant.
//! Modules are by concern; nothing here knows the protocols or the configuration.

pub mod background;
pub mod caps;
pub mod datagram;
pub mod epoll;
pub mod fdpass;
pub mod files;
pub mod filter;
pub mod listener;
pub mod localtime;
pub mod memory;
pub mod oom;
mod option;
pub mod outgoing;
pub mod process;
pub mod rawsock;
pub mod realtime;
pub mod replace;
pub mod signal;
pub mod spare;
pub mod splice;
pub mod tcp;
pub mod tcp_info;
