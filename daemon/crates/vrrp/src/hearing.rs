//! What a router tells the master of whom it hears.
//!
//! VRRP backups are silent, so a master cannot know whether any backup hears it. A backup that
//! runs this code says so in a datagram of its own beside the protocol: no VRRP packet, so other
//! routers neither see nor count it. It decides nothing; it is shown in the status and alarmed.

use crate::instance::State;

/// UDP port of the master that reports go to.
pub const PORT: u16 = 8112;
/// Size of a report.
pub const LENGTH: usize = 16;
/// Reports in one datagram: a host may have hundreds of virtual routers with one peer.
pub const MOST: usize = 64;

const MAGIC: &[u8; 4] = b"TDMH";
const FORMAT: u8 = 1;
const LISTS_DIFFER: u8 = 1;

/// One report, about one virtual router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub vrid: u8,
    pub ipv6: bool,
    /// State and priority of the router that reports.
    pub state: State,
    pub priority: u8,
    /// How long ago it took the last advert of whom it reports to.
    pub heard_ms: u32,
    /// Those adverts list other addresses than its own configuration.
    pub lists_differ: bool,
}

impl Report {
    pub fn encode(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..4].copy_from_slice(MAGIC);
        bytes[4] = FORMAT;
        bytes[5] = self.vrid;
        bytes[6] = if self.ipv6 { 6 } else { 4 };
        bytes[7] = match self.state {
            State::Init => 0,
            State::Backup => 1,
            State::Master => 2,
            State::Fault => 3,
        };
        bytes[8] = self.priority;
        bytes[9] = if self.lists_differ { LISTS_DIFFER } else { 0 };
        bytes[12..].copy_from_slice(&self.heard_ms.to_be_bytes());
        bytes
    }

    /// `None` for anything that is not a whole report of a known format.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
        if &bytes[..4] != MAGIC || bytes[4] != FORMAT {
            return None;
        }
        Some(Self {
            vrid: bytes[5],
            ipv6: match bytes[6] {
                4 => false,
                6 => true,
                _ => return None,
            },
            state: match bytes[7] {
                0 => State::Init,
                1 => State::Backup,
                2 => State::Master,
                3 => State::Fault,
                _ => return None,
            },
            priority: bytes[8],
            heard_ms: u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]),
            lists_differ: bytes[9] & LISTS_DIFFER != 0,
        })
    }
}

/// The reports of a datagram; none where any of it is something else.
pub fn decode_all(datagram: &[u8]) -> Vec<Report> {
    let whole = datagram.len().is_multiple_of(LENGTH) && datagram.len() <= MOST * LENGTH;
    let reports: Option<Vec<Report>> = whole
        .then(|| datagram.chunks(LENGTH).map(Report::decode).collect())
        .flatten();
    reports.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: Report = Report {
        vrid: 51,
        ipv6: true,
        state: State::Backup,
        priority: 253,
        heard_ms: 0x0102_0304,
        lists_differ: true,
    };

    #[test]
    fn a_report_comes_back_as_it_was_sent() {
        assert_eq!(Report::decode(&REPORT.encode()), Some(REPORT));
        let other = Report {
            ipv6: false,
            lists_differ: false,
            state: State::Fault,
            ..REPORT
        };
        assert_eq!(Report::decode(&other.encode()), Some(other));
    }

    #[test]
    fn a_datagram_holds_several_or_nothing() {
        let other = Report { vrid: 7, ..REPORT };
        let both = [REPORT.encode(), other.encode()].concat();
        assert_eq!(decode_all(&both), [REPORT, other]);
        assert_eq!(decode_all(&both[..=LENGTH]), []);
        assert_eq!(decode_all(&[]), []);
        assert_eq!(decode_all(&REPORT.encode().repeat(MOST)).len(), MOST);
        assert_eq!(decode_all(&REPORT.encode().repeat(MOST + 1)), []);
    }

    #[test]
    fn anything_else_is_no_report() {
        let good = REPORT.encode();
        for cut in 0..LENGTH {
            assert_eq!(Report::decode(&good[..cut]), None);
        }
        for (at, value) in [(0, b'X'), (4, 2), (6, 5), (7, 9)] {
            let mut bad = good;
            bad[at] = value;
            assert_eq!(Report::decode(&bad), None, "byte {at}");
        }
    }
}
