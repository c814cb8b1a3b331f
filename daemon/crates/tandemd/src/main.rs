//! The binary that runs on the hosts.
#![forbid(unsafe_code)]
fn main() {}
