//! Why an instance cannot take part in the election.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Each reason is visible in status and log. An instance is in FAULT while any holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FaultReason {
    InterfaceMissing(String),
    InterfaceDown(String),
    /// No address of the instance's family to send from.
    NoSourceAddress(String),
    /// `track_src_ip`: the configured source is not on the interface.
    SourceMissing(IpAddr, String),
    /// A tracked script, interface or service with weight 0 failed.
    Tracked(String),
    /// A tracked check cannot be run at all.
    Unusable(String),
    /// A tracked check has not answered yet.
    Waiting(String),
    /// A witness without which it must not serve does not answer.
    Witness(String),
    /// Another member of the sync group is in FAULT.
    Group(String),
    /// A static address, route or rule that the instance tracks is gone and cannot be put back.
    Lost(String),
    /// The socket could not be opened or the multicast group not joined.
    Socket(String),
}

impl fmt::Display for FaultReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultReason::InterfaceMissing(name) => write!(f, "interface {name} does not exist"),
            FaultReason::InterfaceDown(name) => write!(f, "interface {name} is down"),
            FaultReason::NoSourceAddress(name) => {
                write!(f, "interface {name} has no address to send from")
            }
            FaultReason::SourceMissing(address, name) => {
                write!(f, "its source address {address} is not on interface {name}")
            }
            FaultReason::Tracked(what) => write!(f, "{what} failed"),
            FaultReason::Unusable(what) => write!(f, "{what} cannot be run"),
            FaultReason::Waiting(what) => write!(f, "{what} has not answered yet"),
            FaultReason::Witness(what) => write!(f, "cut off: {what} does not answer"),
            FaultReason::Group(member) => write!(f, "{member} of the same sync group is in fault"),
            FaultReason::Lost(what) => write!(f, "{what} is gone and cannot be put back"),
            FaultReason::Socket(text) => write!(f, "cannot open its socket: {text}"),
        }
    }
}
