//! VRRP protocol core without IO: packets, state machine, election.
//!
//! Everything here is pure and clock-free. Time is a monotonic count of microseconds that the
//! caller passes in; what must happen on the network is returned as [`Action`]s. So the whole
//! protocol is tested without a socket, by the million.
//!
//! RFC 3768 (version 2), RFC 5798 and RFC 9568 (version 3).
#![forbid(unsafe_code)]

pub mod admit;
pub mod ah;
pub mod checksum;
pub mod error;
pub mod fault;
pub mod fuzz;
pub mod hearing;
pub mod instance;
pub mod ip;
pub mod md5;
pub mod node;
pub mod packet;
pub mod peers;
pub mod settings;
pub mod timers;
pub mod tracking;

pub use admit::{Datagram, Received, Rules, Transport, admit};
pub use error::{Counters, PacketError};
pub use fault::FaultReason;
pub use instance::{Action, Event, Instance, State};
pub use node::{InstanceId, Node};
pub use packet::{Advert, Authentication, Version};
pub use settings::{Announcements, Settings, StartState};
pub use timers::Micros;
