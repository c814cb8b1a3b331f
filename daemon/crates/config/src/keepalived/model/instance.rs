//! `vrrp_instance`.

use super::{
    Authentication, Garp, InstanceName, Notify, Priority, Route, Rule, TrackInterface, TrackProxy,
    TrackScript, TrackedFile, TrackedProcess, Vip, Vrid, Witness,
};
use crate::source::Spanned;
use std::net::IpAddr;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    pub name: Spanned<InstanceName>,
    /// `state`; what an unset one means follows from the priority: 255 = MASTER, else BACKUP.
    pub state: Spanned<InitialState>,
    pub interface: Spanned<String>,
    pub vrid: Spanned<Vrid>,
    /// 100 by default; 255 when only `state MASTER` is given (as keepalived does).
    pub priority: Spanned<Priority>,
    /// 1 s by default. Whole seconds 1–255 in version 2, 0.01–40.95 s in version 3.
    pub advert_int: Spanned<Duration>,
    pub version: Spanned<Version>,
    pub auth: Option<Authentication>,
    /// In the adverts and on the interface. The first one decides the address family.
    pub vips: Vec<Vip>,
    /// On the interface only.
    pub vips_excluded: Vec<Vip>,
    pub routes: Vec<Route>,
    pub rules: Vec<Rule>,
    /// Effective: cleared for `state MASTER` and for priority 255, with a warning.
    pub nopreempt: bool,
    /// Effective: zero with `nopreempt` or `state MASTER`.
    pub preempt_delay: Spanned<Duration>,
    pub transport: Transport,
    /// `mcast_src_ip` / `unicast_src_ip`; `None` = the interface's first address.
    pub source: Option<Spanned<IpAddr>>,
    pub track_scripts: Vec<TrackScript>,
    pub track_interfaces: Vec<TrackInterface>,
    pub track_files: Vec<TrackedFile>,
    pub track_processes: Vec<TrackedProcess>,
    /// `#tandem: track_proxy [weight N]`
    pub track_proxy: Option<Spanned<TrackProxy>>,
    /// `#tandem: witness …`: one of them must answer before silence makes a master.
    pub witnesses: Vec<Spanned<Witness>>,
    /// The own interface's state is not looked at.
    pub dont_track_primary: bool,
    /// `track_src_ip`: without its source address it is in fault.
    pub track_source: bool,
    pub garp: Garp,
    /// The `garp_group` that its announcements share their pauses with, by number.
    pub garp_group: Option<usize>,
    pub notify: Notify,
    pub accept: AcceptMode,
    pub strict: bool,
    pub lower_prio_no_advert: bool,
    pub higher_prio_send_advert: bool,
    /// 3 by default.
    pub down_timer_adverts: u8,
    pub skip_check_adv_addr: bool,
    pub check_unicast_src: bool,
    /// `v3_checksum_as_v2`: no pseudo header for IPv4.
    pub v3_checksum_as_v2: bool,
    /// `old_unicast_checksum`: version 3 over IPv4 unicast sums the multicast group's address.
    pub old_unicast_checksum: bool,
    pub vmac: Option<Vmac>,
    /// `interface_up_down_delays DOWN [UP]`
    pub interface_down_delay: Duration,
    pub interface_up_delay: Duration,
    pub promote_secondaries: bool,
    pub no_virtual_ipaddress: bool,
}

impl Instance {
    /// IPv6 when the first address is; an instance has one family in its adverts.
    pub fn is_ipv6(&self) -> bool {
        let first = self.vips.first().or(self.vips_excluded.first());
        first.is_some_and(|vip| vip.address.value.is_ipv6())
    }

    /// Owner of the addresses: priority 255.
    pub fn is_owner(&self) -> bool {
        self.priority.value == Priority(255)
    }
}

/// What `state` asks for. Every instance still starts as backup (RFC 9568, 6.4.1), only an owner
/// becomes master at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InitialState {
    Master,
    Backup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    V2,
    V3,
}

/// How adverts travel.
#[derive(Debug, Clone, PartialEq)]
pub enum Transport {
    Multicast {
        /// `mcast_dst_ip`, else the global group of the family.
        group: Spanned<IpAddr>,
    },
    Unicast {
        peers: Vec<UnicastPeer>,
        /// `unicast_ttl`; 255 by default.
        ttl: u8,
    },
}

/// `unicast_peer { ADDR [min_ttl N] [max_ttl N] }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnicastPeer {
    pub address: Spanned<IpAddr>,
    pub min_ttl: Option<Spanned<u8>>,
    pub max_ttl: Option<Spanned<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AcceptMode {
    /// A master takes packets to its virtual addresses (`accept`; the default).
    #[default]
    Accept,
    /// `no_accept`: only an owner does.
    OwnerOnly,
}

/// `use_vmac [NAME] [MAC]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vmac {
    pub name: Option<Spanned<String>>,
    /// Five octets or six; RFC 9568's when not written.
    pub address: Option<Spanned<Vec<u8>>>,
    /// `vmac_xmit_base`: adverts leave by the interface below.
    pub xmit_base: bool,
}
