//! Timer formulae in microseconds (RFC 9568 section 6.1, RFC 3768 section 6.1).

use crate::packet::Version;

/// A point on, or a span of, a monotonic clock in microseconds.
pub type Micros = u64;

pub const SECOND: Micros = 1_000_000;
pub const CENTISECOND: Micros = 10_000;

/// Largest interval of version 3: twelve bits of centiseconds.
pub const MAX_INTERVAL_V3: Micros = 4095 * CENTISECOND;

/// `Skew_Time`: lower priorities wait longer, so that the best backup takes over first. Version 2
/// scales one second, version 3 the master's interval.
pub fn skew(version: Version, priority: u8, master_interval: Micros) -> Micros {
    let unit = match version {
        Version::V2 => SECOND,
        Version::V3 => master_interval,
    };
    unit * u64::from(256 - u16::from(priority)) / 256
}

/// `Active_Down_Interval`: how long silence must last before a backup takes over. `adverts` is 3
/// unless `down_timer_adverts` says otherwise.
pub fn master_down(version: Version, priority: u8, master_interval: Micros, adverts: u8) -> Micros {
    u64::from(adverts) * master_interval + skew(version, priority, master_interval)
}

/// How long a backup that is asked to take over waits: nothing for the best priorities, some
/// milliseconds for the worst, so that of several backups the best is first.
pub fn handover_delay(priority: u8) -> Micros {
    100 * u64::from(255 - priority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_2_scales_one_second_and_version_3_the_interval() {
        assert_eq!(skew(Version::V2, 100, SECOND), 609_375);
        assert_eq!(skew(Version::V2, 100, 5 * SECOND), 609_375);
        assert_eq!(skew(Version::V3, 100, SECOND / 10), 60_937);
        assert_eq!(skew(Version::V3, 255, SECOND), 3_906);
    }

    #[test]
    fn down_timer_is_three_adverts_and_the_skew() {
        assert_eq!(master_down(Version::V2, 100, SECOND, 3), 3_609_375);
        assert_eq!(master_down(Version::V3, 253, SECOND, 3), 3_011_718);
    }
}
