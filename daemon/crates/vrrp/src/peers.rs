//! The other routers of a virtual router, as far as they show themselves. Pure.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::hearing::Report;
use crate::instance::State;
use crate::timers::{Micros, SECOND};

/// Strangers must not fill the memory; the one that was silent for longest makes room.
const MOST: usize = 16;

/// How often a backup reports, and what silence of three reports means.
pub fn report_period(interval: Micros) -> Micros {
    interval.max(SECOND)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    pub address: IpAddr,
    /// Its last advert.
    pub advert_at: Option<Micros>,
    /// By its advert or report, whichever came last.
    pub priority: Option<u8>,
    pub state: Option<State>,
    /// Its last report.
    pub report_at: Option<Micros>,
    /// When it last heard us, by its own word.
    pub heard_us_at: Option<Micros>,
    /// It said that our adverts list other addresses than its own configuration.
    pub lists_differ: bool,
}

impl Peer {
    fn new(address: IpAddr) -> Self {
        Self {
            address,
            advert_at: None,
            priority: None,
            state: None,
            report_at: None,
            heard_us_at: None,
            lists_differ: false,
        }
    }

    fn last_sign(&self) -> Option<Micros> {
        self.advert_at.max(self.report_at)
    }

    /// Whether it reports and hears us now; `None` when it never reported.
    pub fn hears_us(&self, interval: Micros, now: Micros) -> Option<bool> {
        let reported = self.report_at?;
        let limit = report_period(interval) * 7 / 2;
        let heard = self.heard_us_at.unwrap_or(0);
        Some(now.saturating_sub(reported) < limit && now.saturating_sub(heard) < limit)
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Peers(Vec<Peer>);

impl Peers {
    pub fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.0.iter()
    }

    /// Those of a unicast configuration are shown before they were ever heard.
    pub fn expect(&mut self, addresses: impl IntoIterator<Item = IpAddr>) {
        for address in addresses {
            self.entry(address);
        }
    }

    pub fn advert(&mut self, source: IpAddr, priority: u8, now: Micros) {
        let peer = self.entry(source);
        peer.advert_at = Some(now);
        peer.priority = Some(priority);
        // Only masters advertise, and priority 0 is their goodbye.
        peer.state = Some(if priority == 0 {
            State::Backup
        } else {
            State::Master
        });
    }

    pub fn report(&mut self, source: IpAddr, report: &Report, now: Micros) {
        let peer = self.entry(source);
        peer.report_at = Some(now);
        peer.heard_us_at = Some(now.saturating_sub(u64::from(report.heard_ms) * 1000));
        peer.priority = Some(report.priority);
        peer.state = Some(report.state);
        peer.lists_differ = report.lists_differ;
    }

    /// Whether any peer hears us: `None` when none of them reports at all.
    pub fn hear_us(&self, interval: Micros, now: Micros) -> Option<bool> {
        let words = self
            .0
            .iter()
            .filter_map(|peer| peer.hears_us(interval, now));
        words.reduce(|one, other| one || other)
    }

    fn entry(&mut self, address: IpAddr) -> &mut Peer {
        let known = self.0.iter().position(|peer| peer.address == address);
        let at = known.unwrap_or_else(|| {
            if self.0.len() >= MOST {
                let oldest = (0..MOST).min_by_key(|at| self.0[*at].last_sign());
                self.0.remove(oldest.unwrap_or(0));
            }
            self.0.push(Peer::new(address));
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const REPORT: Report = Report {
        vrid: 1,
        ipv6: false,
        state: State::Backup,
        priority: 100,
        heard_ms: 200,
        lists_differ: false,
    };

    fn address(number: u8) -> IpAddr {
        Ipv4Addr::new(10, 0, 0, number).into()
    }

    #[test]
    fn a_peer_that_reports_hears_us_until_it_falls_silent() {
        let mut peers = Peers::default();
        peers.advert(address(1), 100, SECOND);
        assert_eq!(peers.hear_us(SECOND, SECOND), None, "it never said");
        peers.report(address(1), &REPORT, 2 * SECOND);
        assert_eq!(peers.hear_us(SECOND, 3 * SECOND), Some(true));
        assert_eq!(peers.hear_us(SECOND, 6 * SECOND), Some(false));
    }

    #[test]
    fn a_peer_that_heard_us_long_ago_does_not_hear_us() {
        let mut peers = Peers::default();
        let deaf = Report {
            heard_ms: 9000,
            ..REPORT
        };
        peers.report(address(1), &deaf, 20 * SECOND);
        assert_eq!(peers.hear_us(SECOND, 20 * SECOND), Some(false));
        peers.report(address(2), &REPORT, 20 * SECOND);
        assert_eq!(peers.hear_us(SECOND, 20 * SECOND), Some(true));
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let mut peers = Peers::default();
        for number in 0..200 {
            peers.advert(address(number), 1, Micros::from(number) * SECOND);
        }
        assert_eq!(peers.iter().count(), MOST);
        assert!(peers.iter().all(|peer| peer.address >= address(184)));
    }
}
