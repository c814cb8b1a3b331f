//! HTTP/2 through the proxy: over real sockets, against real origins, with real clients.

#[path = "../support/mod.rs"]
mod support;

mod floods;
mod manners;
mod peer;
mod requests;
mod smuggling;
mod spec;
