//! TLS with clients and with servers, spoken by other programs on the other side.

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod certificates;
mod checks;
mod chosen;
mod clients;
mod ended;
mod endings;
mod faults;
mod fetches;
mod folder;
mod introduced;
mod limits;
mod manners;
mod recipes;
mod scanned;
mod sealed;
mod servers;
mod tickets;
