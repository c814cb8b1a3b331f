//! How gratuitous ARP and unsolicited NA are sent.

use crate::source::Spanned;
use std::time::Duration;

/// `garp_*` of an instance, or `vrrp_garp_*` of `global_defs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garp {
    /// `garp_master_delay`: the second round that long after becoming master; 5 s.
    pub master_delay: Duration,
    /// `garp_master_repeat`: packets for each address in a round; 5.
    pub master_repeat: u32,
    /// `garp_master_refresh`: while master, a round every so often; `None` = never (0).
    pub master_refresh: Option<Duration>,
    /// `garp_master_refresh_repeat`: packets in a refresh round; 1.
    pub refresh_repeat: u32,
    /// `garp_lower_prio_delay`, `garp_lower_prio_repeat`: the same after an advert of lower
    /// priority was heard; the master's values unless set.
    pub lower_prio_delay: Duration,
    pub lower_prio_repeat: u32,
    /// `garp_interval`, `gna_interval`: pause between two packets on an interface.
    pub interval: Duration,
    pub gna_interval: Duration,
    pub extra: ExtraAnnouncements,
}

/// `garp_extra_if [all] SECONDS`: while master, so that switches keep their tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExtraAnnouncements {
    /// `None` = never.
    pub every: Option<Duration>,
    /// On every interface with addresses, not on those of a virtual link address alone.
    pub on_all: bool,
}

/// `garp_group`: interfaces behind one switch that must not get announcements too fast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GarpGroup {
    pub interfaces: Vec<Spanned<String>>,
    /// `None` = as `vrrp_garp_interval` and `vrrp_gna_interval` say.
    pub interval: Option<Duration>,
    pub gna_interval: Option<Duration>,
}

impl Default for Garp {
    fn default() -> Self {
        Self {
            master_delay: Duration::from_secs(5),
            master_repeat: 5,
            master_refresh: None,
            refresh_repeat: 1,
            lower_prio_delay: Duration::from_secs(5),
            lower_prio_repeat: 5,
            interval: Duration::ZERO,
            gna_interval: Duration::ZERO,
            extra: ExtraAnnouncements::default(),
        }
    }
}
