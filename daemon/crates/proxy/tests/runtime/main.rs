//! The runtime sockets: HAProxy's language beside HAProxy's own, and what its commands do.

#[path = "../support/mod.rs"]
mod support;

mod beside;
mod certificates;
mod clients;
mod effects;
mod errors;
mod hostile;
mod listeners;
mod listening;
mod paused;
mod socket;
mod stapled;
mod trusted;
