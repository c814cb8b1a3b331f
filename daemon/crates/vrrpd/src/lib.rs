//! The VRRP process: sockets, timers and netlink around the protocol core.
#![forbid(unsafe_code)]
