//! What the state machine needs to know of an instance's configuration.

use std::net::IpAddr;

use crate::packet::Version;
use crate::timers::Micros;

/// The priority of an address owner: always master when present, never changed by tracking.
pub const OWNER: u8 = 255;

/// An advert of this priority after a higher one of the same master asks the backups to take over
/// at once. Any VRRP router understands it as a very low priority and preempts in its own time.
pub const HANDOVER_PRIORITY: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartState {
    Backup,
    Master,
}

/// Gratuitous ARP and unsolicited neighbour advertisements (`vrrp_garp_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announcements {
    /// How many at once after taking over.
    pub repeat: u8,
    /// When the second block follows; none when zero.
    pub delay: Micros,
    /// Period of further announcements while master; none when zero.
    pub refresh: Micros,
    pub refresh_repeat: u8,
    /// The same two for a master that was heard with a lower priority.
    pub lower_repeat: u8,
    pub lower_delay: Micros,
}

impl Default for Announcements {
    fn default() -> Self {
        Announcements {
            repeat: 5,
            delay: 5_000_000,
            refresh: 0,
            refresh_repeat: 1,
            lower_repeat: 5,
            lower_delay: 5_000_000,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // each is a directive of the format, none a hidden state
pub struct Settings {
    pub version: Version,
    pub start: StartState,
    /// Configured priority; tracking moves the effective one.
    pub priority: u8,
    pub interval: Micros,
    /// `down_timer_adverts`.
    pub down_adverts: u8,
    pub preempt: bool,
    pub preempt_delay: Micros,
    pub startup_delay: Micros,
    /// Source address of our adverts; decides between masters of equal priority.
    pub address: IpAddr,
    /// `lower_prio_no_advert`: leave out the advert that answers a master of lower priority.
    pub answer_lower: bool,
    /// `higher_prio_send_advert`: announce ourselves once before yielding to a higher priority,
    /// so that the winner knows of the conflict and announces its addresses again.
    pub advert_before_yielding: bool,
    /// Strict mode, as an owner (`vrrp_strict`): adverts of others are not listened to.
    pub deaf_owner: bool,
    /// Member of a sync group: becomes master only together with the others.
    pub grouped: bool,
    pub announcements: Announcements,
}
