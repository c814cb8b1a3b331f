//! Addresses, links, neighbours, routes and rules over rtnetlink (rtnetlink(7)), synchronously.
//!
//! In: requests as plain structures. Out: what the kernel holds, or a change it announced. The
//! codec is pure and bounds-checked; only [`Netlink`] and [`Watch`] own a socket.
#![forbid(unsafe_code)]

pub mod address;
pub mod firewall;
pub mod gateway;
pub mod link;
pub mod macvlan;
pub mod neighbour;
pub mod route;
pub mod rule;
mod socket;
mod watch;
pub mod wire;

pub use address::{Address, NewAddress};
pub use gateway::Gateway;
pub use link::Link;
pub use neighbour::Neighbour;
pub use route::Route;
pub use rule::Rule;
pub use socket::{Netlink, NetlinkError};
pub use watch::{Change, Watch};
