//! Entries of `virtual_rules` and `static_rules`, in the words of ip-rule(8), and `track_group`.

use super::InstanceName;
use super::route::Network;
use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// As written, for messages.
    pub text: Spanned<String>,
    pub ipv6: bool,
    /// `not`: for packets that do not match.
    pub inverted: bool,
    pub from: Option<Network>,
    pub to: Option<Network>,
    pub tos: u8,
    /// Mark and mask.
    pub mark: Option<(u32, Option<u32>)>,
    pub input: Option<Spanned<String>>,
    pub output: Option<Spanned<String>>,
    /// Given out when not written: 16384 and downwards for each family.
    pub preference: Option<u32>,
    pub action: RuleAction,
    pub l3mdev: bool,
    pub users: Option<(u32, u32)>,
    /// `ipproto`
    pub ip_protocol: Option<u8>,
    pub source_ports: Option<(u16, u16)>,
    pub destination_ports: Option<(u16, u16)>,
    pub realms: Option<u32>,
    pub tunnel: Option<u64>,
    pub suppress_prefix_length: Option<u32>,
    pub suppress_group: Option<u32>,
    /// Who made it; keepalived's own number unless it is not tracked.
    pub protocol: Option<u8>,
    /// Its loss is not noticed.
    pub no_track: bool,
    pub track_group: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleAction {
    Table(u32),
    Goto(u32),
    Nop,
    Blackhole,
    Unreachable,
    Prohibit,
}

/// `track_group NAME { group { INSTANCE … } }`: instances that cannot be without the static
/// addresses, routes and rules that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackGroup {
    pub group_name: Spanned<String>,
    pub tracking: Vec<Spanned<InstanceName>>,
}
