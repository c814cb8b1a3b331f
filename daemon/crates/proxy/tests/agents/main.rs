//! Agents, orders and servers that follow others.

mod beside;
#[path = "../support/mod.rs"]
mod support;
mod traffic;
