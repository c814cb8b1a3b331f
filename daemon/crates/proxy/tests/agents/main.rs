//! Agents, orders and servers that follow others.

mod beside;
mod logged;
#[path = "../support/mod.rs"]
mod support;
mod traffic;
mod unchecked;
