//! HTTP/2 through the proxy: over real sockets, against real origins, with real clients.

#[path = "../support/mod.rs"]
mod support;

#[path = "../tls/certificates.rs"]
#[allow(dead_code)] // TLS alone needs all of it
mod certificates;

mod checks;
mod counted;
mod errors;
mod farewell;
mod floods;
mod manners;
mod origin;
mod peer;
mod requests;
mod reuse;
mod script;
mod sealed;
mod servers;
mod smuggling;
mod spec;
mod websockets;
