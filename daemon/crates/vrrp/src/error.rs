//! Why a packet was not taken, one kind each, and how often.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident => $label:literal,)*) => {
        /// Every way in which a received packet can be unfit. Each kind is counted by itself.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum PacketError { $($(#[$doc])* $name,)* }

        impl PacketError {
            pub const ALL: &'static [PacketError] = &[$(PacketError::$name,)*];

            /// The counter's name in status and metrics.
            pub const fn label(self) -> &'static str {
                match self { $(PacketError::$name => $label,)* }
            }
        }
    };
}

kinds! {
    /// Not an IPv4 packet, or cut off inside its header.
    IpHeader => "ip_header_errors",
    /// Multicast not from this link, or unicast outside the peer's `min_ttl`/`max_ttl`.
    Ttl => "ttl_errors",
    /// Shorter than its count of addresses demands.
    Length => "length_errors",
    Checksum => "checksum_errors",
    /// Version 2 received where 3 is configured, or the reverse, or an unknown one.
    Version => "version_errors",
    /// Type other than 1 (advertisement).
    Type => "type_errors",
    /// Version 2: authentication type differs from ours.
    AuthenticationType => "authentication_type_errors",
    /// Password or digest does not match.
    AuthenticationFailure => "authentication_failures",
    /// AH sequence number seen before.
    Replay => "replayed",
    /// Version 2: interval differs from ours.
    Interval => "interval_errors",
    /// Unicast packet for a multicast instance, the reverse, or a group that is not ours.
    Destination => "destination_errors",
    /// Unicast packet from an address that is not a configured peer.
    UnknownPeer => "unknown_peer",
    /// Our own packet come back.
    Looped => "looped",
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PacketError::IpHeader => "not a whole IPv4 packet",
            PacketError::Ttl => "TTL does not prove that the sender is on this link",
            PacketError::Length => "shorter than its address count demands",
            PacketError::Checksum => "checksum does not match",
            PacketError::Version => "version differs from the configured one",
            PacketError::Type => "type is not advertisement",
            PacketError::AuthenticationType => "authentication type differs from ours",
            PacketError::AuthenticationFailure => "authentication does not match",
            PacketError::Replay => "AH sequence number was seen before",
            PacketError::Interval => "version 2 advert interval differs from ours",
            PacketError::Destination => "sent to an address this instance does not listen on",
            PacketError::UnknownPeer => "sender is not a configured unicast peer",
            PacketError::Looped => "our own packet came back",
        })
    }
}

impl std::error::Error for PacketError {}

/// One count per kind, and what else is worth counting about an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    errors: [u64; PacketError::ALL.len()],
    pub adverts_received: u64,
    pub adverts_sent: u64,
    pub priority_zero_received: u64,
    pub priority_zero_sent: u64,
    /// Adverts that list other addresses than ours: accepted, so that addresses can be added
    /// host by host, but never silently.
    pub address_list_differs: u64,
    /// A master of lower priority was heard while master: two masters for a while.
    pub lower_priority_heard: u64,
    pub became_master: u64,
    pub released_master: u64,
}

impl Default for Counters {
    fn default() -> Self {
        Counters {
            errors: [0; PacketError::ALL.len()],
            adverts_received: 0,
            adverts_sent: 0,
            priority_zero_received: 0,
            priority_zero_sent: 0,
            address_list_differs: 0,
            lower_priority_heard: 0,
            became_master: 0,
            released_master: 0,
        }
    }
}

impl Counters {
    pub fn count(&mut self, error: PacketError) {
        self.errors[error as usize] += 1;
    }

    pub fn of(&self, error: PacketError) -> u64 {
        self.errors[error as usize]
    }

    /// Name and value of every counter, in a fixed order.
    pub fn entries(&self) -> Vec<(&'static str, u64)> {
        let mut list = vec![
            ("adverts_received", self.adverts_received),
            ("adverts_sent", self.adverts_sent),
            ("priority_zero_received", self.priority_zero_received),
            ("priority_zero_sent", self.priority_zero_sent),
            ("address_list_differs", self.address_list_differs),
            ("lower_priority_heard", self.lower_priority_heard),
            ("became_master", self.became_master),
            ("released_master", self.released_master),
        ];
        list.extend(
            PacketError::ALL
                .iter()
                .map(|kind| (kind.label(), self.of(*kind))),
        );
        list
    }
}
